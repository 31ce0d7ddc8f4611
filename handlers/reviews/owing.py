"""What is owed in a cycle: until the last day of one of its phases, and while the cycle is paused not at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, time, timedelta

from handlers.kit import cadence
from handlers.kit.calendar import at_wall
from handlers.kit.hours import calendar_of, hours_of
from handlers.kit.text import Text
from handlers.kit.values import dump
from storage.obligations import EXPIRED, HELD
from storage.people import Person
from storage.reviews import ReviewCycle, last_day
from storage.reviews.running import within
from storage.store import Store
from storage.tables import ObligationRow

END_OF_DAY = time(18)
ONE_MINUTE = timedelta(minutes=1)
PHASES_OF = {"reviews.share": "share", "reviews.talk": "talk", "reviews.show_result": "acknowledge"}
"""Until the end of which phase this is due; other things until the end of the one in which they are asked."""


def ends_at(store: Store, cycle: ReviewCycle, phase: str) -> datetime:
    """The moment at which a phase of a cycle ends: the midnight after its last day, on the company's clock."""
    return at_wall(last_day(cycle, phase) + timedelta(days=1), time(), store.directory.zone)


def due_at(store: Store, cycle: ReviewCycle, phase: str, person: Person) -> datetime:
    """Until when a person is to have done what a phase asks: on their own clock, but not after the phase is over."""
    return min(at_wall(last_day(cycle, phase), END_OF_DAY, person.zone), ends_at(store, cycle, phase))


def due_from_now(store: Store, cycle: ReviewCycle, phase: str, person: Person) -> datetime:
    """The same of what is asked for now: on the evening of its last day, until that is over."""
    until = due_at(store, cycle, phase, person)
    return until if until > store.now else ends_at(store, cycle, phase) - ONE_MINUTE


def phase_of(store: Store, cycle: ReviewCycle, owed: ObligationRow) -> str:
    """Until the end of which phase something is due."""
    return _not_past(store, cycle, PHASES_OF.get(owed.kind, cycle.phase)) or cycle.phase


def _not_past(store: Store, cycle: ReviewCycle, phase: str) -> str:
    """This phase or, where its last day is past, the one in which the cycle is; "" after all of them."""
    known = (each for each in (phase, cycle.phase) if each in cycle.last_days)
    return next((each for each in known if ends_at(store, cycle, each) > store.now), "")


def owe(
    store: Store,
    cycle: ReviewCycle,
    person: Person,
    kind: str,
    about: str,
    *,
    title: Text,
    args: Mapping[str, str],
    minutes: int,
    phase: str = "",
    note: Text | None = None,
) -> bool:
    """Let somebody owe something in a cycle, until the last day of a phase, or with none until it is done; again where
    it was over before it was done. False when they owe it, or have done it."""
    phase = phase and _not_past(store, cycle, phase)
    until = due_from_now(store, cycle, phase, person) if phase else None
    opened = store.obligations.open(
        person.id,
        kind,
        about,
        title=dump(title),
        args=dict(args),
        due_at=until,
        minutes=minutes,
        cadence=cadence.DEADLINE if phase else "",
        note=dump(note) if note else "",
        within=within(cycle.id),
    )
    if opened is None:
        over = store.obligations.find(person.id, kind, about)
        return bool(over and over.closed_how == EXPIRED and owe_anew(store, cycle, over, until))
    hold(store, cycle, opened)
    return True


def heard(store: Store, person: Person, kind: str, about: str) -> None:
    """A card told them already as it began: they are reminded of it first by the next step of its cadence."""
    owed = store.obligations.find(person.id, kind, about)
    if owed is None or owed.closed_at or owed.due_at is None:
        return
    known = cadence.steps(owed.opened_at, owed.due_at, hours_of(store, person, calendar_of(store)))
    store.obligations.reminded(owed, next_at=known[0].at if known else None)


def owe_again(store: Store, cycle: ReviewCycle, owed: ObligationRow) -> None:
    """What was done, or thought to be, is owed again on its old terms."""
    store.obligations.reopen(owed)
    hold(store, cycle, owed)


def owe_anew(store: Store, cycle: ReviewCycle, owed: ObligationRow, until: datetime | None) -> bool:
    """It is owed again, with another day, and the person hears of it as if for the first time; False where it is open
    still."""
    if owed.closed_at is None:
        return False
    owe_again(store, cycle, owed)
    store.obligations.begin_again(owed, due_at=until)
    return True


def hold(store: Store, cycle: ReviewCycle, owed: ObligationRow) -> None:
    """While the cycle is paused, nobody owes it."""
    if cycle.state == "paused":
        store.obligations.close(owed.person_id, owed.kind, owed.about, how=HELD)


def go_on(store: Store, cycle: ReviewCycle, owed: ObligationRow) -> None:
    """What was held is owed again, by the days as they are now; of what has no day the person hears anew."""
    store.obligations.reopen(owed)
    if owed.due_at:
        move(store, cycle, owed)
    elif owed.reminded and not owed.snoozed_until:
        store.obligations.begin_again(owed, due_at=None)


def move_until(store: Store, cycle: ReviewCycle, phases: Collection[str]) -> list[ObligationRow]:
    """What is owed until the end of one of these phases is due by its day as it is now; returns what it is."""
    owed = [
        each
        for each in store.obligations.within(within(cycle.id))
        if each.due_at and phase_of(store, cycle, each) in phases
    ]
    for each in owed:
        move(store, cycle, each)
    return owed


def move(store: Store, cycle: ReviewCycle, owed: ObligationRow) -> None:
    """It is due by the days of the cycle as they are now, and reminded of by those."""
    person = store.directory.people[owed.person_id]
    until = due_from_now(store, cycle, phase_of(store, cycle, owed), person)
    known = cadence.steps(owed.opened_at, until, hours_of(store, person, calendar_of(store)))
    later = next((step.at for step in known if step.at > store.now), None)
    remind_at = owed.snoozed_until or (later if owed.reminded else store.now)
    store.obligations.move(owed, until, remind_at=remind_at)
