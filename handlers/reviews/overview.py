"""What I have to write, what was shared with me, and, for HR, the cycles."""

from __future__ import annotations

from collections.abc import Iterator

from handlers.kit.access import everyone, hr
from handlers.kit.cards import Button, Card, Heading, Note, Part, Press, Section
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Text, Verbatim, more
from handlers.kit.values import load
from handlers.reviews import duties, nominating, paper, phases, settling, sharing, undecided, writing
from handlers.reviews.launching import plan_card
from handlers.reviews.review import bound_cycle, called, feature, runners
from storage.obligations import HELD
from storage.reviews import Review, ReviewCycle, last_day
from storage.reviews.running import OPEN, within

SHOWN = 20
"""Cycles in their list; the rest is counted."""


@feature.command(
    "review",
    allow=everyone,
    also=("评估", "我的评估", "绩效评估", "reviews", "360"),
    examples=("",),
    short=True,
    wordless=True,
)
def overview(request: Request) -> Reply:
    """Show what you have to write in reviews, and what was shared with you."""
    owed = request.store.reviews.owed_by(request.actor.id)
    shared = request.store.reviews.results.released(request.actor.id, reader=request.actor.id)
    written = request.store.reviews.written_by(request.actor.id)
    waiting = tuple(_waiting(request))
    if not owed and not shared and not written and not waiting:
        nothing = Phrase("Nothing waits for you in a review.")
        return Reply(show=Card(nothing, *_paused(request), *_for_hr(request)))
    writing_ = tuple(section for row in owed for section in _to_write(request, row))
    results = tuple(
        Section(
            Verbatim(bound_cycle(request, row.cycle_id).name),
            button=Button(Phrase("Read it"), sharing.show_result.bind(result=row.id)),
        )
        for row in shared
    )
    groups = (
        *waiting,
        *_titled(Phrase("To write"), writing_),
        *_titled(Phrase("You handed in"), tuple(_opened(request, row) for row in written)),
        *_titled(Phrase("Shared with you"), results),
    )
    return Reply(show=Card(Phrase("Your reviews"), *groups, *_paused(request), *_for_hr(request)))


def _waiting(request: Request) -> Iterator[Section]:
    """What they owe beside writing, and reading their own result, which stands with what was shared."""
    for owed in request.store.obligations.of(request.actor.id):
        if not owed.kind.startswith(f"{feature.name}.") or owed.kind in (writing.WRITE, sharing.READ):
            continue
        due = (Phrase("Due {moment}.", moment=owed.due_at),) if owed.due_at else ()
        chooses = owed.kind in (nominating.NOMINATE, settling.APPROVE)
        label = Phrase("Choose") if chooses else Phrase("Do it now")
        yield Section(Lines((load(owed.title), *due)), button=Button(label, Press(owed.kind, owed.args)))


def _opened(request: Request, row: Review) -> Section:
    title = called(request.store, row, request.actor.id)
    return Section(title, button=Button(Phrase("Open"), writing.show.bind(review=row.id)))


def _to_write(request: Request, row: Review) -> tuple[Section, ...]:
    """The whole form at once, or part by part."""
    name = called(request.store, row, request.actor.id)
    return (
        Section(
            Lines((name, _until(request, row))),
            button=Button(Phrase("Write"), writing.write.bind(review=row.id)),
        ),
        Section(
            paper.how_far(request, row),
            button=Button(Phrase("Part by part"), paper.open_paper.bind(review=row.id)),
        ),
    )


def _until(request: Request, row: Review) -> Text:
    cycle = bound_cycle(request, row.cycle_id)
    name, day = Verbatim(cycle.name), last_day(cycle, duties.PHASE_OF[row.role])
    if day < request.today:
        return Phrase("{cycle}; it was due on {day}", cycle=name, day=day)
    return Phrase("{cycle}, due on {day}", cycle=name, day=day)


def _titled(title: Phrase, rows: tuple[Section, ...]) -> tuple[Part, ...]:
    return (Heading(title), *rows) if rows else ()


def _paused(request: Request) -> Iterator[Note]:
    """What stands still, of what they have to do."""
    store = request.store
    for cycle in store.reviews.cycles.in_state("paused"):
        if store.obligations.within(within(cycle.id), person_id=request.actor.id, closed=HELD):
            name = Verbatim(cycle.name)
            yield Note(
                Phrase("{cycle} is paused: nothing is due in it now. What you wrote is kept.", cycle=name)
            )


def _for_hr(request: Request) -> tuple[Part, ...]:
    if not hr.check(request, {}):
        return ()
    return (Note(Phrase("The cycles: {command}", command=Verbatim("/review cycles"))),)


@feature.command(
    "review cycles", allow=hr, also=("评估 周期", "评估周期", "review cycle"), examples=("",), wordless=True
)
def cycles(request: Request) -> Reply:
    """List the review cycles, with what may be done with each."""
    rows = request.store.reviews.cycles.in_state("draft", *OPEN, "closed")
    if not rows:
        return Reply(
            show=Card(
                Phrase("There is no review cycle yet."),
                Note(Phrase("Prepare one: {command}", command=Verbatim("/review new"))),
            )
        )
    return Reply(
        show=Card(
            Phrase("Review cycles"),
            *(
                Section(
                    _standing(row),
                    button=Button(Phrase("Open"), open_cycle.bind(cycle=row.id)),
                )
                for row in rows[:SHOWN]
            ),
            *(Note(line) for line in more(len(rows), SHOWN)),
        )
    )


def _standing(row: ReviewCycle) -> Text:
    name, phase = Verbatim(row.name), phases.NAMES[row.phase]
    if row.state == "paused":
        return Phrase("{name}: {phase}, paused", name=name, phase=phase)
    return Phrase("{name}: {phase}", name=name, phase=phase)


@feature.button(allow=runners, wordless=True)
def open_cycle(request: Request, cycle: str) -> Reply:
    """Open this cycle."""
    row = bound_cycle(request, cycle)
    if row.state == "draft":
        return Reply(show=plan_card(request, row, Phrase("Prepared, not launched")))
    card = phases.state_card(row, Verbatim(row.name))
    return Reply(show=Card(card.title, *undecided.waiting(request, row), *card.parts))
