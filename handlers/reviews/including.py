"""A large cycle asks its people one after the other: the clock goes on with them in small units, and none twice."""

from __future__ import annotations

from collections.abc import Iterable

from handlers.kit.features import Ring, Rung, Silence
from handlers.kit.text import Plural, Text
from handlers.reviews import deadlines, duties, nominating, to_share
from handlers.reviews.review import feature
from storage.people import Person
from storage.reviews import MANAGER, SELF, Duty, ReviewCycle
from storage.reviews.running import OPEN
from storage.store import Store

AT_ONCE = 200
"""People whom a cycle asks in one unit of work; of more, all writing would wait for it."""
BELL = "reviews.include"


def launched(store: Store, cycle: ReviewCycle, people: Iterable[Person]) -> None:
    """Let a cycle be about these: at once, or one after the other. HR staff is in it from the start, since they have no
    power in a cycle in which they are reviewed."""
    found = list(people)
    now = found if len(found) <= AT_ONCE else [person for person in found if person.role == "hr"]
    for person in now:
        duties.assign(store, cycle, person, store.now.date())
    known = {person.id for person in now}
    _plan(store, cycle, (person.id for person in found if person.id not in known))


def ask(store: Store, cycle: ReviewCycle) -> None:
    """Let everybody about whom a cycle is owe what its phase asks: at once, or one after the other."""
    owed = {duty.subject_id: None for duty in store.reviews.duties(cycle.id) if _is_asked(cycle, duty)}
    if len(owed) <= AT_ONCE:
        ask_now(store, cycle)
    else:
        _plan(store, cycle, owed)


def _is_asked(cycle: ReviewCycle, duty: Duty) -> bool:
    if cycle.phase == "peers" and duty.role == SELF:
        return True
    return duty.state == "owed" and duties.PHASE_OF[duty.role] == cycle.phase


def ask_now(store: Store, cycle: ReviewCycle, subject: str = "") -> None:
    """Let everybody, or whoever has to do with one person, owe what the phase asks."""
    duties.ask(store, cycle, cycle.phase, subject=subject)
    if cycle.phase == "peers" and not cycle.is_test:
        nominating.ask(store, cycle, subject=subject)


def _plan(store: Store, cycle: ReviewCycle, people: Iterable[str]) -> None:
    for person in people:
        store.slots.plan(BELL, f"{cycle.id}:{person}", store.now)


@feature.bell("include")
def include(ring: Ring) -> Rung:
    """The next of a large cycle: what is written about them is assigned, and what its phase asks about them is owed."""
    store = ring.store
    cycle_id, _, person_id = ring.about.partition(":")
    cycle, person = store.reviews.cycles.get(cycle_id), store.directory.person(person_id)
    if cycle is None or cycle.state not in OPEN:
        return Rung(None, silence=Silence("ended"))
    if person is None or not person.active:
        return Rung(None, silence=Silence("left"))
    if not store.reviews.cycles.is_reviewed_in(cycle.id, person.id):
        duties.assign(store, cycle, person, ring.now.date())
    if cycle.state == "running":  # when it goes on after a pause, everybody is asked
        ask_now(store, cycle, person.id)
        deadlines.plan(store, cycle, subject=person.id)
    return Rung(None)


def ask_again(store: Store, cycle: ReviewCycle, person_id: str) -> None:
    """Let what the phase asks about somebody and of them be owed: it may have begun while they were gone, or out."""
    if cycle.phase not in ("self", "peers"):
        nominating.take(store, cycle, person_id)
    about = store.reviews.duties(cycle.id, subject=person_id, state="owed")
    own = store.reviews.duties(cycle.id, author=person_id)
    owed = (*about, *(duty for duty in own if duty.state == "owed"))
    for duty in {duty.id: duty for duty in owed}.values():
        duties.asked_when_due(store, cycle, duty)
    if cycle.phase == "peers" and not cycle.is_test:
        nominating.ask(store, cycle, subject=person_id)
    # Of who leads nobody here, nothing else is read of a cycle that thousands may come back to at once.
    leads = any(duty.role == MANAGER for duty in own)
    to_share.ask(store, cycle, subject="" if leads else person_id)
    deadlines.plan(store, cycle, subject="" if leads else person_id)


def forget(store: Store, cycle: ReviewCycle) -> None:
    """Nobody more is asked."""
    store.slots.forget_person(BELL, cycle.id)


def left(store: Store, cycle: ReviewCycle) -> Text | None:
    """How many are still to be asked, or nothing."""
    count = store.slots.planned(BELL, cycle.id)
    if not count:
        return None
    return Plural(
        "The cycle is large: one person is still to be asked. The clock goes on with it.",
        "The cycle is large: {n} people are still to be asked. The clock goes on with them, within minutes.",
        n=count,
    )
