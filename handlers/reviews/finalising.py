"""Making a result final, which is another act than sharing it: with a checksum, by its manager or by HR for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from handlers.kit.access import hr
from handlers.kit.cards import Button, Card, Fact, Heading, Note, Part, Press, Section
from handlers.kit.problems import Problem, changed_meanwhile
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Lines, Phrase, Plural, Text, Verbatim, more, names
from handlers.reviews import to_share
from handlers.reviews.results import (
    APPEAL_ANSWERED,
    DIFFERS,
    appeal_ends,
    bound_result,
    rating_fact,
    sharers,
)
from handlers.reviews.review import bound_cycle, feature, run_by, runners
from storage.reviews import ReviewCycle, ReviewResult
from storage.unit import Conflict

SHOWN = 20
"""Results that nobody is asked to share, before the rest is counted."""
LATE = ("acknowledge", "closed")
"""From these phases on a result can be final without having been acknowledged."""


def hindered(cycle: ReviewCycle, row: ReviewResult, *, appealed: bool) -> Text | None:
    """Why a result cannot be made final now, or None."""
    if row.finalised_at:
        return Phrase("It has been final since {day}.", day=row.finalised_at)
    if not row.shared_at:
        return Phrase("It is not shared yet: nothing is final that its person has not read.")
    if cycle.state == "paused":
        return Phrase("This cycle is paused. Results are made final when it goes on.")
    if appealed:
        return Phrase("An appeal is open. It is made final when that is answered.")
    if row.acknowledged_at is None and cycle.phase not in LATE:
        return Phrase(
            "It is not acknowledged yet. Without that it can be final from the phase of acknowledging on."
        )
    return None


def _appealed(request: Request, rows: Sequence[ReviewResult]) -> set[str]:
    return request.store.objections.are_open(row.id for row in rows)


@feature.button(allow=sharers)
def finalise(request: Request, result: str) -> Reply:
    """Make this result final."""
    row = bound_result(request, result)
    cycle = bound_cycle(request, row.cycle_id)
    hindrance = hindered(cycle, row, appealed=bool(_appealed(request, [row])))
    if hindrance:
        raise Problem(hindrance)
    tell = _frozen(request, cycle, row)
    name = Verbatim(request.store.directory.named(row.subject_id))
    return Reply(
        show=Card(
            Phrase("The result of {name} is final.", name=name),
            *rating_fact(cycle, row),
            Fact(Phrase("Checksum"), Verbatim(row.checksum)),
            *_changes(row),
        ),
        tell=(tell,),
    )


def _frozen(request: Request, cycle: ReviewCycle, row: ReviewResult) -> Tell:
    try:
        request.store.reviews.freezing.freeze(row, by=request.actor.id)
    except Conflict:
        raise changed_meanwhile() from None
    card = Card(
        Phrase("Your review result is final"),
        Fact(Phrase("Cycle"), Verbatim(cycle.name)),
        *rating_fact(cycle, row),
        *(_doors_of(request, row) if row.rating else (_read(row),)),
    )
    return Tell(card, to=row.subject_id, topic=f"reviews.final:{row.id}:{row.edition}")


def _changes(row: ReviewResult) -> tuple[Part, ...]:
    """By what a final result changes: of one without points there is nothing against which anybody could appeal."""
    if not row.rating:
        return (_read(row),)
    words = Phrase("It changes only by an appeal now, as a new version that names who, when and why.")
    return (_why(row), Note(words))


def _read(row: ReviewResult) -> Button:
    return Button(Phrase("Read it"), Press("reviews.show_result", {"result": row.id}), style="primary")


def _why(row: ReviewResult) -> Button:
    return Button(Phrase("Why this rating?"), Press("reviews.why", {"result": row.id}), style="primary")


def _doors_of(request: Request, row: ReviewResult) -> tuple[Part, ...]:
    """Why it is this rating, and the way to an appeal, for who had no answer to one yet."""
    if request.store.objections.states([row.id]):
        return (_why(row), Note(APPEAL_ANSWERED))
    ends = appeal_ends(row)
    assert ends is not None
    return (
        _why(row),
        Button(Phrase("Appeal"), Press("reviews.appeal", {"result": row.id})),
        Note(Phrase("You can appeal until {day}. Somebody answers who had no part in it.", day=ends)),
    )


# All of a cycle ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Ready:
    """The results of a cycle that its reader sees, those that can be made final, and those that an appeal holds up."""

    rows: Sequence[ReviewResult]
    ready: Sequence[ReviewResult]
    appealed: set[str]


def _ready(request: Request, cycle: ReviewCycle) -> _Ready:
    rows = request.store.reviews.results.in_cycle(cycle.id, reader=request.actor.id)
    appealed = _appealed(request, rows)
    ready = [row for row in rows if hindered(cycle, row, appealed=row.id in appealed) is None]
    return _Ready(rows, ready, appealed)


@feature.command(
    "review results", allow=hr, also=("评估 结果", "评估结果", "结果应用", "review export"), examples=("",)
)
def results(request: Request) -> Reply:
    """Show how far the results of each cycle are: shared, talked about, acknowledged, final, exported."""
    cycles = list(islice(run_by(request, "running", "closed"), 10))
    if not cycles:
        return Reply(show=Card(Phrase("There is no cycle whose results you look after.")))
    return Reply(
        show=Card(
            Phrase("Results of reviews"),
            *(
                Section(Verbatim(row.name), button=Button(Phrase("Open"), results_of.bind(cycle=row.id)))
                for row in cycles
            ),
        )
    )


@feature.button(allow=runners, takes_long=True)
def results_of(request: Request, cycle: str) -> Reply:
    """Show how far the results of this cycle are."""
    row = bound_cycle(request, cycle)
    return Reply(show=_card(request, row, Phrase("Results: {cycle}", cycle=Verbatim(row.name))))


def _card(request: Request, cycle: ReviewCycle, title: Text) -> Card:
    found = _ready(request, cycle)
    rows = found.rows
    counts = (
        (Phrase("With a rating"), sum(bool(row.rating) for row in rows)),
        (Phrase("Shared"), sum(row.shared_at is not None for row in rows)),
        (Phrase("Talked about"), sum(row.talked_at is not None for row in rows)),
        (Phrase("Acknowledged"), sum(row.acknowledged_at is not None for row in rows)),
        (Phrase("Appeals open"), len(found.appealed)),
        (Phrase("Final"), sum(row.finalised_at is not None for row in rows)),
    )
    return Card(
        title,
        *(Fact(label, Phrase("{n} of {all}", n=count, all=len(rows))) for label, count in counts),
        *_held_up(request, cycle, rows),
        *_doors(cycle, found),
        Note(
            Phrase(
                "Results of yourself and of those to whom you report are not counted here: others look after them."
            )
        ),
    )


def _held_up(request: Request, cycle: ReviewCycle, rows: Sequence[ReviewResult]) -> tuple[Part, ...]:
    found = tuple(to_share.held_up(request.store, cycle, rows))
    if not found:
        return ()
    lines = tuple(Section(words) for words in found[:SHOWN])
    rest = tuple(Note(words) for words in more(len(found), SHOWN))
    return (Heading(Phrase("Nobody is asked to share these")), *lines, *rest)


def _doors(cycle: ReviewCycle, found: _Ready) -> tuple[Part, ...]:
    made: list[Part] = []
    if found.ready:
        made.append(
            Button(
                Phrase("Make {n} final", n=len(found.ready)),
                finalise_all.bind(cycle=cycle.id),
                confirm=Phrase(
                    "Each of them gets a checksum and is told. From then on only an appeal changes it."
                ),
            )
        )
    if any(row.finalised_at for row in found.rows):
        made.append(Button(Phrase("Export"), Press("reviews.export", {"cycle": cycle.id})))
        made.append(Button(Phrase("Check all seals"), verify_all.bind(cycle=cycle.id)))
    return tuple(made)


@feature.button(allow=runners, takes_long=True)
def finalise_all(request: Request, cycle: str) -> Reply:
    """Make every result of this cycle final that is ready."""
    row = bound_cycle(request, cycle)
    found = _ready(request, row)
    if not found.ready:
        raise Problem(
            Phrase(
                "None of them is ready: they are final, not shared, not acknowledged, or appealed against."
            )
        )
    tell = tuple(_frozen(request, row, each) for each in found.ready)
    title = Plural("One result is final.", "{n} results are final.", n=len(tell))
    return Reply(show=_card(request, row, title), tell=tell)


@feature.button(allow=runners, takes_long=True)
def verify_all(request: Request, cycle: str) -> Reply:
    """Check whether every final result of this cycle is still what was made final."""
    row = bound_cycle(request, cycle)
    rows = request.store.reviews.results.in_cycle(row.id, reader=request.actor.id)
    final = [each for each in rows if each.finalised_at]
    off = [each for each in final if request.store.reviews.freezing.differs(each)]
    back = Button(Phrase("Go back"), results_of.bind(cycle=row.id))
    if not off:
        words = Plural(
            "The one final result is, word for word, what was made final.",
            "All {n} final results are, word for word, what was made final.",
            n=len(final),
        )
        return Reply(show=Card(words, back))
    who = names(request.store.directory.named(each.subject_id) for each in off[:20])
    return Reply(
        show=Card(
            Plural(
                "One result is not what was made final any more.",
                "{n} results are not what was made final any more.",
                n=len(off),
            ),
            Heading(Phrase("Whose")),
            Section(Lines((who,))),
            back,
            Note(DIFFERS),
        )
    )
