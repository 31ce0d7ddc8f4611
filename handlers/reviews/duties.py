"""Who owes what in which phase of a cycle, and the obligations that the reminders know of."""

from __future__ import annotations

from datetime import date, datetime, time

from handlers.kit.calendar import at_wall
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.kit.values import dump
from handlers.reviews import raters
from handlers.reviews.writing import WRITE
from storage.people import Person
from storage.reviews import MANAGER, PEER, SELF, UPWARD, Duty, ReviewCycle, last_day
from storage.store import Store

END_OF_DAY = time(18)
PHASE_OF = {SELF: "self", PEER: "write", UPWARD: "write", MANAGER: "write"}
"""In which phase people write as what."""


def due_at(cycle: ReviewCycle, phase: str, person: Person) -> datetime:
    """Until when a person is to have done what a phase asks, on their own clock."""
    return at_wall(last_day(cycle, phase), END_OF_DAY, person.zone)


def assign(store: Store, cycle: ReviewCycle, subject: Person, today: date) -> None:
    """Everything that is written about a person in a cycle, by who is to write it now."""
    manager = store.directory.person(store.directory.manager_of(subject.id, today) or "")
    if SELF in cycle.roles:
        store.reviews.assign(cycle, subject.id, subject.id, SELF)
    if manager and manager.active and MANAGER in cycle.roles:
        store.reviews.assign(cycle, subject.id, manager.id, MANAGER)
    if UPWARD in cycle.roles:
        for report in raters.upward(store, subject.id, today):
            store.reviews.assign(cycle, subject.id, report.id, UPWARD)
    store.reviews.results.open(cycle, subject.id, manager=manager.id if manager else None)


def ask(store: Store, cycle: ReviewCycle, phase: str) -> int:
    """Open what people owe in a phase; returns how many."""
    duties = [duty for duty in store.reviews.duties(cycle.id, state="owed") if PHASE_OF[duty.role] == phase]
    return sum(_asked(store, cycle, phase, duty) for duty in duties)


def _asked(store: Store, cycle: ReviewCycle, phase: str, duty: Duty) -> bool:
    author = store.directory.person(duty.author_id or "")
    if author is None or not author.active:
        return False
    opened = store.obligations.open(
        author.id,
        WRITE,
        duty.id,
        title=dump(_title(store, cycle, duty)),
        args={"review": duty.id},
        due_at=due_at(cycle, phase, author),
        minutes=20,
    )
    return opened is not None


def _title(store: Store, cycle: ReviewCycle, duty: Duty) -> Text:
    name, cycle_name = Verbatim(store.directory.named(duty.subject_id)), Verbatim(cycle.name)
    if duty.role == SELF:
        return Phrase("{cycle}: write your self-review", cycle=cycle_name)
    if duty.role == UPWARD:
        return Phrase("{cycle}: write about your manager {name}", cycle=cycle_name, name=name)
    return Phrase("{cycle}: write about {name}", cycle=cycle_name, name=name)


def settle(store: Store, cycle: ReviewCycle, phase: str) -> None:
    """A phase is over: what was owed in it is not owed any more; what was begun stays with who began it."""
    for duty in store.reviews.duties(cycle.id, state="owed"):
        if PHASE_OF[duty.role] == phase and duty.author_id:
            store.obligations.close(duty.author_id, WRITE, duty.id, how="expired")
