"""While a cycle runs its days change: what is owed is due anew, and whoever owes it hears so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from handlers.kit.cards import Button, Card, Press, Section
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Plural, Text, Verbatim
from handlers.reviews import deadlines, owing, phases
from handlers.reviews.days import Days, checked_days, given_days
from handlers.reviews.review import bound_cycle, feature, runners
from handlers.reviews.telling import tell
from storage.reviews import CycleEvent, ReviewCycle, last_day
from storage.reviews.running import OPEN
from storage.store import Store
from storage.tables import ObligationRow


def _refuse_over(request: Request, args: Mapping[str, Any]) -> None:
    if bound_cycle(request, args["cycle"]).state not in OPEN:
        raise Problem(Phrase("This cycle does not run."))


@feature.button(allow=runners)
def extend(request: Request, cycle: str) -> Reply:
    """Change the days of this cycle, which runs: of this phase and of those after it."""
    row = bound_cycle(request, cycle)
    return Reply(ask=move_days.bind(cycle=row.id), given=given_days(row))


@feature.button(
    allow=runners,
    seen_by=Phrase("Seen by HR; each day is told to those who owe something until then."),
    title=Phrase("Other days for the cycle"),
    over=_refuse_over,
)
def move_days(request: Request, cycle: str, days: Days) -> Reply:
    """Change the last day of this phase and of those after it; whoever owes something hears of it."""
    row = bound_cycle(request, cycle)
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
    if row.state == "running":
        told = _moved(request.store, row, event, changed)
    return Reply(show=phases.state_card(row, Phrase("The days are changed.")), tell=told)


def _moved(store: Store, row: ReviewCycle, event: CycleEvent, changed: Collection[str]) -> tuple[Tell, ...]:
    """What is owed until the end of one of these phases is due on its new last day, and whoever owes it hears so."""
    owed = owing.move_until(store, row, changed)
    deadlines.plan(store, row)
    return all_told(store, row, owed, event, Phrase("{cycle}: another last day", cycle=Verbatim(row.name)))


def all_told(
    store: Store, row: ReviewCycle, owed: Iterable[ObligationRow], event: CycleEvent, title: Text
) -> tuple[Tell, ...]:
    """One message for everybody who owes something, with how much, and until when."""
    theirs: dict[str, list[datetime]] = {}
    for each in owed:
        theirs.setdefault(each.person_id, []).extend([each.due_at] if each.due_at else [])
    return tuple(
        tell(store, row, person, _news(days, title), topic=f"reviews.event:{event.id}:{who}")
        for who, days in theirs.items()
        if (person := store.directory.person(who)) and person.active
    )


def _news(days: Sequence[datetime], title: Text) -> Card:
    until = Phrase("Until {moment}.", moment=min(days))
    return Card(
        title,
        Section(
            Plural(
                "One thing waits for you. {until}",
                "{n} things wait for you. {until}",
                n=len(days),
                until=until,
            )
        ),
        Button(Phrase("Your reviews"), Press("reviews.overview", {}), style="primary"),
    )
