"""While a cycle runs: its days change, it pauses and goes on, it goes back with a reason; all of it can be read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated

from handlers.kit import cadence
from handlers.kit.calendar import local_day
from handlers.kit.cards import Button, Card, Note, Press, Section
from handlers.kit.forms import Choice, Day, Option, Words
from handlers.kit.hours import calendar_of, hours_of
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Lines, Phrase, Plural, Text, Verbatim
from handlers.reviews import deadlines, duties, phases
from handlers.reviews.planning import Days, checked_days, given_days
from handlers.reviews.review import bound_cycle, feature, runners
from handlers.reviews.telling import tell
from handlers.reviews.writing import WRITE
from storage.people import Person
from storage.reviews import PHASES, CycleEvent, CycleStep, ReviewCycle, last_day
from storage.reviews.running import within
from storage.store import Store
from storage.tables import ObligationRow

PAUSED = "paused"
"""How what is owed in a cycle is closed while it is paused."""
PHASES_OF = {"reviews.share": "share", "reviews.talk": "talk", "reviews.acknowledge": "acknowledge"}
"""Until the end of which phase this is due; other things until the end of the one in which they are asked."""

# Other days ----------------------------------------------------------------------------------------------------------


@feature.button(allow=runners)
def extend(request: Request, cycle: str) -> Reply:
    """Change the days of this cycle, which runs: of this phase and of those after it."""
    row = bound_cycle(request, cycle)
    _refuse_over(row)
    return Reply(ask=move_days.bind(cycle=row.id), given=given_days(row))


@feature.button(
    allow=runners,
    seen_by=Phrase("Seen by HR; each day is told to those who owe something until then."),
    title=Phrase("Other days for the cycle"),
)
def move_days(request: Request, cycle: str, days: Days) -> Reply:
    """Change the last day of this phase and of those after it; who owes something hears of it."""
    row = bound_cycle(request, cycle)
    _refuse_over(row)
    before = {phase: last_day(row, phase) for phase in row.last_days}
    after = checked_days(request, row, days)
    changed = {phase: day for phase, day in after.items() if before[phase] != day}
    if not changed:
        raise Problem(Phrase("These are the days as they stand. Nothing is changed."))
    request.store.reviews.cycles.change(row, "extended", last_days=after)
    details = {phase: [before[phase].isoformat(), day.isoformat()] for phase, day in changed.items()}
    event = request.store.reviews.running.note(row, "extended", by=request.actor.id, details=details)
    phases.plan(request.store, row)
    told: tuple[Tell, ...] = ()
    if row.phase in changed and row.state == "running":
        told = _moved(request.store, row, event)
    return Reply(show=phases.state_card(row, Phrase("The days are changed.")), tell=told)


def _refuse_over(row: ReviewCycle) -> None:
    if row.state not in ("running", "paused"):
        raise Problem(Phrase("This cycle does not run."))


def _moved(store: Store, row: ReviewCycle, event: CycleEvent) -> tuple[Tell, ...]:
    """What is owed is due on the new last day, and whoever owes it hears so."""
    owed = store.obligations.within(within(row.id))
    for each in owed:
        _due_anew(store, row, each)
    deadlines.plan(store, row)
    return _all_told(store, row, owed, event, Phrase("{cycle}: another last day", cycle=Verbatim(row.name)))


def _due_anew(store: Store, row: ReviewCycle, owed: ObligationRow) -> None:
    person = store.directory.people[owed.person_id]
    due_at = duties.due_at(row, PHASES_OF.get(owed.kind, row.phase), person)
    known = cadence.steps(owed.opened_at, due_at, hours_of(store, person, calendar_of(store)))
    later = next((step.at for step in known if step.at > store.now), None)
    remind_at = owed.snoozed_until or (later if owed.reminded else store.now)
    store.obligations.move(owed, due_at, remind_at=remind_at)


def _all_told(
    store: Store, row: ReviewCycle, owed: Iterable[ObligationRow], event: CycleEvent, title: Text, *more: Text
) -> tuple[Tell, ...]:
    """One message for everybody who owes something, with how much, and until when."""
    counts: dict[str, int] = {}
    for each in owed:
        counts[each.person_id] = counts.get(each.person_id, 0) + 1
    return tuple(
        tell(
            store,
            row,
            person,
            _news(row, person, count, title, more),
            topic=f"reviews.event:{event.id}:{who}",
        )
        for who, count in counts.items()
        if (person := store.directory.person(who)) and person.active
    )


def _news(row: ReviewCycle, person: Person, count: int, title: Text, more: tuple[Text, ...]) -> Card:
    until = Phrase("Until {moment}.", moment=duties.due_at(row, row.phase, person))
    return Card(
        title,
        *(Section(each) for each in more),
        Section(
            Plural(
                "One thing waits for you. {until}", "{n} things wait for you. {until}", n=count, until=until
            )
        ),
        Button(Phrase("Your reviews"), Press("reviews.overview", {}), style="primary"),
    )


# Pausing -------------------------------------------------------------------------------------------------------------


@feature.button(allow=runners)
def pause(request: Request, cycle: str) -> Reply:
    """Pause this cycle: nobody owes anything until it goes on, and what was begun is kept."""
    row = bound_cycle(request, cycle)
    if row.state != "running":
        raise Problem(Phrase("This cycle does not run."))
    store = request.store
    owed = store.obligations.within(within(row.id))
    for each in owed:
        store.obligations.close(each.person_id, each.kind, each.about, how=PAUSED)
    store.reviews.cycles.change(row, "paused", state="paused", paused_at=request.now)
    phases.plan(store, row)
    event = store.reviews.running.note(row, "paused", by=request.actor.id)
    title = Phrase("{cycle} is paused", cycle=Verbatim(row.name))
    words = Phrase("You owe nothing in it until it goes on. What you have begun is kept.")
    told = tuple(
        tell(store, row, person, Card(title, Section(words)), topic=f"reviews.event:{event.id}:{person.id}")
        for person in _people(store, owed)
    )
    return Reply(show=phases.state_card(row, Phrase("Paused.")), tell=told)


def _people(store: Store, owed: Iterable[ObligationRow]) -> list[Person]:
    """Those of them who were told of it, each once."""
    known = dict.fromkeys(each.person_id for each in owed if each.reminded)
    return [person for each in known if (person := store.directory.person(each)) and person.active]


@feature.button(allow=runners)
def resume(request: Request, cycle: str) -> Reply:
    """Let this cycle go on; every day that is not past moves by as long as it was paused."""
    row = bound_cycle(request, cycle)
    if row.state != "paused":
        raise Problem(Phrase("This cycle is not paused."))
    store = request.store
    assert row.paused_at
    days = _later(row, _days_paused(request, row))
    store.reviews.cycles.change(row, "resumed", state="running", paused_at=None, last_days=days)
    owed = [
        each for each in store.obligations.within(within(row.id), closed=PAUSED) if _still(store, row, each)
    ]
    for each in owed:
        store.obligations.reopen(each)
        _due_anew(store, row, each)
    phases.begin(store, row)
    event = store.reviews.running.note(row, "resumed", by=request.actor.id)
    told = _all_told(
        store,
        row,
        [each for each in owed if each.reminded],
        event,
        Phrase("{cycle} goes on", cycle=Verbatim(row.name)),
    )
    return Reply(show=phases.state_card(row, Phrase("It goes on.")), tell=told)


def _still(store: Store, row: ReviewCycle, owed: ObligationRow) -> bool:
    """Whether it is to be done at all after the pause: somebody may have left in it."""
    person = store.directory.person(owed.person_id)
    if owed.kind != WRITE:
        return person is not None and person.active
    duty = store.reviews.duty(owed.about)
    return person is not None and person.active and duty is not None and duty.state == "owed"


def _days_paused(request: Request, row: ReviewCycle) -> timedelta:
    assert row.paused_at
    zone = request.store.directory.zone
    return local_day(request.now, zone) - local_day(row.paused_at, zone)


def _later(row: ReviewCycle, by: timedelta) -> dict[str, date]:
    """The days of a cycle, those of this phase and of later ones moved."""
    known = phases.used(row)
    moving = known[known.index(row.phase) :] if row.phase in known else ()
    days = {phase: last_day(row, phase) for phase in row.last_days}
    return days | {phase: days[phase] + by for phase in moving}


# Going back ----------------------------------------------------------------------------------------------------------


def earlier(row: ReviewCycle) -> tuple[str, ...]:
    """The phases into which a cycle can go back."""
    known = phases.used(row)
    return known[: known.index(row.phase)] if row.phase in known else ()


CALLED = ("自评", "确定同事评估人", "他人评估", "校准", "结果公开", "绩效面谈", "员工确认")
EVERY = tuple(
    Option(phase, phases.NAMES[phase], also=(called,))
    for phase, called in zip(PHASES[1:-1], CALLED, strict=True)
)
Which = Annotated[str, Choice(Phrase("Into which phase?"), options=EVERY)]
Last = Annotated[
    date, Day(Phrase("Until when?"), help=Phrase("The last day of that phase. The later ones move along."))
]
Why = Annotated[
    str,
    Words(
        Phrase("Why?"),
        longest=500,
        help=Phrase("Those who write in that phase read it, and it stays readable for HR."),
    ),
]


@feature.button(
    allow=runners,
    seen_by=Phrase("Seen by HR and by those who write in that phase."),
    title=Phrase("Back to an earlier phase"),
)
def reopen(request: Request, cycle: str, phase: Which, last: Last, reason: Why) -> Reply:
    """Let this cycle go back into an earlier phase, for a reason that is told."""
    row = bound_cycle(request, cycle)
    if row.state != "running":
        raise Problem(Phrase("This cycle does not run."))
    if phase not in earlier(row):
        raise Problem(
            Phrase("It cannot go back into this phase: it is in {phase}.", phase=phases.NAMES[row.phase]),
            question="phase",
        )
    if last < local_day(request.now, request.store.directory.zone):
        raise Problem(Phrase("This day is past. Give today or a later one."), question="last")
    store = request.store
    by = max(last - last_day(row, phase), timedelta())
    days = {each: last_day(row, each) for each in row.last_days}
    known = phases.used(row)
    days |= {each: days[each] + by for each in known[known.index(phase) :]} | {phase: last}
    store.reviews.cycles.change(row, "reopened", last_days=days)
    phases.enter(store, row, phase, by=request.actor.id, reason=reason)
    return Reply(
        show=phases.state_card(row, Phrase("It is back in an earlier phase.")),
        tell=_reopened(store, row, reason),
    )


def _reopened(store: Store, row: ReviewCycle, reason: str) -> tuple[Tell, ...]:
    """Whoever handed something in hears that they may change it; who still owes something is reminded anyway."""
    authors = dict.fromkeys(
        duty.author_id
        for duty in store.reviews.duties(row.id, state="submitted")
        if duties.PHASE_OF[duty.role] == row.phase
    )
    card = Card(
        Phrase("{cycle} is open again: {phase}", cycle=Verbatim(row.name), phase=phases.NAMES[row.phase]),
        Section(Verbatim(reason), quoted=True),
        Section(
            Phrase(
                "What you handed in stands. You may change it until {day}, but for what was shared already.",
                day=last_day(row, row.phase),
            )
        ),
    )
    return tuple(
        tell(store, row, person, card, topic=f"reviews.step:{row.id}:{row.step}:{person.id}")
        for each in authors
        if (person := store.directory.person(each or "")) and person.active
    )


# What happened -------------------------------------------------------------------------------------------------------

SHOWN = 40


@feature.button(allow=runners)
def trace(request: Request, cycle: str) -> Reply:
    """See everything that happened to this cycle: when, by whom, and why."""
    row = bound_cycle(request, cycle)
    steps = [(step.at, _step(request, step)) for step in request.store.reviews.cycles.steps(row.id)]
    events = [(each.at, _event(request, each)) for each in request.store.reviews.running.events(row.id)]
    found = sorted((*steps, *events), key=lambda pair: pair[0])
    return Reply(
        keep=True,
        show=Card(
            Phrase("What happened in {cycle}", cycle=Verbatim(row.name)),
            *(Section(words) for _, words in found[-SHOWN:]),
            *((Note(Phrase("The last {n} are shown.", n=SHOWN)),) if len(found) > SHOWN else ()),
        ),
    )


def _step(request: Request, step: CycleStep) -> Text:
    by = Verbatim(request.store.directory.named(step.by)) if step.by else Phrase("the clock")
    line = Phrase(
        "{moment}, by {name}: {what}", moment=step.at, name=by, what=phases.NAMES[PHASES[step.rank]]
    )
    return Lines((line, Verbatim(step.reason))) if step.reason else line


def _event(request: Request, event: CycleEvent) -> Text:
    directory = request.store.directory
    by = Verbatim(directory.named(event.by)) if event.by else Phrase("the clock")
    what = _act(event.act, Verbatim(directory.named(event.person_id)))
    line = Phrase("{moment}, by {name}: {what}", moment=event.at, name=by, what=what)
    return Lines((line, *_details(event)))


def _act(act: str, name: Text) -> Text:
    known: dict[str, Text] = {
        "extended": Phrase("other days"),
        "paused": Phrase("paused"),
        "resumed": Phrase("went on"),
        "joined": Phrase("{name} was added", name=name),
        "left": Phrase("{name} left: what was not handed in about them or by them is frozen", name=name),
        "manager": Phrase("{name} got another manager", name=name),
        "decided": Phrase("decided who finishes the review of {name}", name=name),
        "reminded": Phrase("reminded by hand those who still owed something"),
        "escalated": Phrase("the manager of {name} heard of what is missing", name=name),
    }
    return known[act]


def _details(event: CycleEvent) -> tuple[Text, ...]:
    if event.act != "extended":
        return ()
    return tuple(
        Phrase(
            "{phase}: {before} → {after}",
            phase=phases.NAMES[phase],
            before=date.fromisoformat(before),
            after=date.fromisoformat(after),
        )
        for phase, (before, after) in event.details.items()
    )
