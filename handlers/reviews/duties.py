"""Who owes what in which phase of a cycle, and the obligations that the reminders know of."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from handlers.kit.text import Phrase, Text, Verbatim
from handlers.reviews import owing, raters
from handlers.reviews.writing import WRITE
from storage.obligations import EXPIRED
from storage.people import Person
from storage.reviews import (
    CUSTOMER,
    MANAGER,
    PEER,
    PHASES,
    SELF,
    UPWARD,
    Duty,
    ReviewCycle,
    is_confidential,
)
from storage.store import Store

PHASE_OF = {SELF: "self", PEER: "write", UPWARD: "write", MANAGER: "write", CUSTOMER: "write"}
"""In which phase people write as what."""


def writers(store: Store, cycle: ReviewCycle, subject: Person, today: date) -> Iterator[tuple[str, Person]]:
    """Who writes about a person in a cycle from the start, and as what."""
    manager = store.directory.person(store.directory.manager_of(subject.id, today) or "")
    if SELF in cycle.roles:
        yield SELF, subject
    if manager and manager.active and MANAGER in cycle.roles:
        yield MANAGER, manager
    if UPWARD in cycle.roles:
        for report in raters.upward(store, subject.id, today):
            yield UPWARD, report


def assign(
    store: Store, cycle: ReviewCycle, subject: Person, today: date, *, without: Collection[str] = ()
) -> None:
    """Everything that is written about a person in a cycle, by who is to write it now; not by those `without` whom HR
    has taken out so that they write nothing."""
    for role, author in writers(store, cycle, subject, today):
        if author.id not in without:
            store.reviews.assign(cycle, subject.id, author.id, role)
    if not cycle.is_test:
        store.reviews.results.open(cycle, subject.id, manager=store.directory.manager_of(subject.id, today))


def ask(store: Store, cycle: ReviewCycle, phase: str, *, subject: str = "") -> int:
    """Open what people owe in a phase, about everybody or one person; returns how many."""
    duties = store.reviews.duties(cycle.id, state="owed", subject=subject)
    return sum(asked(store, cycle, phase, duty) for duty in duties if PHASE_OF[duty.role] == phase)


def asked(store: Store, cycle: ReviewCycle, phase: str, duty: Duty) -> bool:
    """Open one thing that somebody owes in a phase, or open it again; False when it is owed already or by nobody."""
    author = store.directory.person(duty.author_id or "")
    if author is None or not author.active or duty.released_at:
        return False
    until = owing.due_from_now(store, cycle, phase, author)
    opened = owing.owe(
        store,
        cycle,
        author,
        WRITE,
        duty.id,
        title=title(store, cycle, duty),
        args={"review": duty.id},
        minutes=20,
        phase=phase,
        note=when_late(store, cycle, duty, author) if phase == PHASE_OF[duty.role] else None,
    )
    owed = None if opened else store.obligations.find(author.id, WRITE, duty.id)
    return opened or bool(owed and owing.owe_anew(store, cycle, owed, until))


def asked_when_due(store: Store, cycle: ReviewCycle, duty: Duty) -> None:
    """Open it if it is time for it; what a manager did not hear of in time, in a later phase too."""
    phase, known = PHASE_OF[duty.role], cycle.phase in cycle.last_days
    late = duty.role == MANAGER and known and PHASES.index(cycle.phase) > PHASES.index(phase)
    if cycle.state == "running" and (cycle.phase == phase or late):
        asked(store, cycle, cycle.phase, duty)


def is_escalated(cycle: ReviewCycle, duty: Duty, manager: str | None) -> bool:
    """Whether this manager of the author may hear that it is late: never of what is confidential, nor about
    themselves."""
    if not cycle.escalates or cycle.is_test or is_confidential(duty.role, cycle.peers):
        return False
    return manager is not None and duty.subject_id != manager


def when_late(store: Store, cycle: ReviewCycle, duty: Duty, author: Person) -> Text | None:
    """What the author is told beforehand about what happens when it is late."""
    manager = store.directory.manager_of(author.id, store.now.date())
    if not is_escalated(cycle, duty, manager):
        return None
    name = Verbatim(store.directory.named(manager))
    return Phrase("If it is missing then, {manager} hears that it is, on the workday after.", manager=name)


def title(store: Store, cycle: ReviewCycle, duty: Duty) -> Text:
    """What somebody owes, as the reminder says it; a test says for whom it would be."""
    plain = _title(store, cycle, duty)
    if not cycle.is_test:
        return plain
    return Phrase(
        "Test, for {name}: {what}", name=Verbatim(store.directory.named(duty.stands_for)), what=plain
    )


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
            store.obligations.close(duty.author_id, WRITE, duty.id, how=EXPIRED)
