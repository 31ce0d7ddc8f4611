"""What was not written in time: the manager of who owes it hears so, if the author was told beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from handlers.kit.calendar import local_day
from handlers.kit.cards import Card, Note, Section
from handlers.kit.features import Ring, Rung, Silence
from handlers.kit.hours import calendar_of, hours_of, is_away
from handlers.kit.requests import Tell
from handlers.kit.text import Phrase, Plural, Text, Verbatim
from handlers.reviews import duties
from handlers.reviews.owing import ends_at
from handlers.reviews.review import feature
from handlers.reviews.writing import WRITE
from storage.people import Person
from storage.reviews import PHASES, SELF, Duty, ReviewCycle, last_day
from storage.store import Store

BELL = "reviews.late"


# The decisions -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Phase:
    """A phase whose days are over, as one manager's clock sees it. `opens` is when the manager may be told something,
    if not now; `until` when the phase ends, if that is later than thought."""

    escalates: bool = True
    state: str = "running"
    until: datetime | None = None
    cut_short: bool = False
    manager_active: bool = True
    opens: datetime | None = None


@dataclass(frozen=True)
class Late:
    """One person who is late. `told`: they heard beforehand that this manager would hear of it."""

    active: bool = True
    owes: int = 1
    told: bool = True
    same_manager: bool = True
    away: bool = False


@dataclass(frozen=True)
class Raise:
    """The manager hears of it."""


def look(phase: Phase) -> Raise | Silence:
    """Whether a manager hears now of what is missing. A silence with a moment is looked at again then."""
    if not phase.escalates:
        return Silence("ladder off")
    if not phase.manager_active:
        return Silence("nobody to tell")
    if phase.state == "paused":
        return Silence("paused")
    if phase.state != "running" or phase.cut_short:
        return Silence("ended")
    if phase.until:
        return Silence("in time", phase.until)
    return Silence("manager's hours", phase.opens) if phase.opens else Raise()


def escalate(late: Late) -> Raise | Silence:
    """Whether the manager hears of this one person. The first rule that applies decides."""
    if not late.active:
        return Silence("left")
    if not late.owes:
        return Silence("done")
    if not late.told:
        return Silence("not told yet")
    if not late.same_manager:
        return Silence("another manager")
    return Silence("owner away") if late.away else Raise()


# The clock -----------------------------------------------------------------------------------------------------------


def plan(store: Store, cycle: ReviewCycle, *, subject: str = "") -> None:
    """Look at what is missing on the workday after the phase: once for each manager who may hear of it, or of what is
    missing about one person."""
    if not cycle.escalates or cycle.is_test or cycle.phase not in cycle.last_days:
        return
    for manager in _managers(store, cycle, subject):
        store.slots.plan(
            BELL, f"{manager.id}:{cycle.id}:{cycle.phase}", _after(store, cycle, cycle.phase, manager)
        )


def _managers(store: Store, cycle: ReviewCycle, subject: str) -> list[Person]:
    today = store.now.date()
    found: dict[str, None] = {}
    for duty in store.reviews.duties(cycle.id, state="owed", subject=subject):
        manager = store.directory.manager_of(duty.author_id or "", today)
        if duties.PHASE_OF[duty.role] == cycle.phase and duties.is_escalated(cycle, duty, manager):
            found[manager or ""] = None
    return [person for each in found if (person := store.directory.person(each)) and person.active]


def _after(store: Store, cycle: ReviewCycle, phase: str, manager: Person) -> datetime:
    """The morning of the manager's workday after a phase, but not before it is over where the company is."""
    hours = hours_of(store, manager, calendar_of(store))
    return max(hours.morning(hours.next_open_day(last_day(cycle, phase))), ends_at(store, cycle, phase))


@feature.bell("late")
def ring_late(ring: Ring) -> Rung:
    """Let a manager hear of what their reports have not written in time, in one card."""
    store = ring.store
    manager_id, cycle_id, phase = ring.about.split(":")
    manager, cycle = store.directory.person(manager_id), store.reviews.cycles.get(cycle_id)
    if manager is None or cycle is None:
        return Rung(None, silence=Silence("ended"))
    made = look(_phase(store, cycle, phase, manager))
    if isinstance(made, Silence):
        return Rung(made.until, silence=made)
    found = [(person, owed) for person, owed in _owing(store, cycle, phase, manager) if owed]
    if not found:
        return Rung(None, silence=Silence("done"))
    for person, owed in found:
        store.reviews.running.note(
            cycle, "escalated", by=None, person=person.id, details={"to": manager.id, "n": len(owed)}
        )
    card = _card(cycle, found)
    return Rung(
        None, tell=(Tell(card, to=manager.id, topic=f"{BELL}:{ring.about}:{last_day(cycle, phase)}"),)
    )


def _phase(store: Store, cycle: ReviewCycle, phase: str, manager: Person) -> Phase:
    after = _after(store, cycle, phase, manager)
    opens = hours_of(store, manager, calendar_of(store)).open_from(store.now)
    return Phase(
        escalates=cycle.escalates and not cycle.is_test,
        state=cycle.state,
        until=after if store.now < after else None,
        cut_short=_ended_on(store, cycle, phase) <= last_day(cycle, phase),
        manager_active=manager.active,
        opens=opens if opens > store.now else None,
    )


def _ended_on(store: Store, cycle: ReviewCycle, phase: str) -> date:
    """The day on which the cycle went on from a phase, on the company's calendar; the far future while it has not."""
    left = [step for step in store.reviews.cycles.steps(cycle.id) if step.rank_before == PHASES.index(phase)]
    if cycle.phase == phase or not left:
        return date.max
    return local_day(left[-1].at, store.directory.zone)


def _owing(
    store: Store, cycle: ReviewCycle, phase: str, manager: Person
) -> list[tuple[Person, tuple[Duty, ...]]]:
    """The manager's reports with what each owes, where the manager is to hear of it."""
    today = store.now.date()
    owed = [
        duty
        for duty in store.reviews.duties(cycle.id, state="owed")
        if duties.PHASE_OF[duty.role] == phase and duties.is_escalated(cycle, duty, manager.id)
    ]
    made = []
    for person in store.directory.reports_of(manager.id, today):
        theirs = tuple(duty for duty in owed if duty.author_id == person.id)
        if isinstance(escalate(_late(store, person, manager, theirs)), Raise):
            made.append((person, theirs))
    return made


def _late(store: Store, person: Person, manager: Person, theirs: tuple[Duty, ...]) -> Late:
    owed = [row for duty in theirs if (row := store.obligations.find(person.id, WRITE, duty.id))]
    return Late(
        active=person.active,
        owes=len(theirs),
        told=any(row.reminded and row.note for row in owed),
        same_manager=any(
            store.directory.manager_of(person.id, row.opened_at.date()) == manager.id for row in owed
        ),
        away=is_away(store, person),
    )


# The card ------------------------------------------------------------------------------------------------------------


def _card(cycle: ReviewCycle, found: list[tuple[Person, tuple[Duty, ...]]]) -> Card:
    return Card(
        Phrase("Missing in {cycle}", cycle=Verbatim(cycle.name)),
        *(Section(_missing(person, owed)) for person, owed in found),
        Note(
            Phrase(
                "Each of them was told beforehand that you would hear of it. It can still be written; you get no"
                " second card about these."
            )
        ),
    )


def _missing(person: Person, owed: tuple[Duty, ...]) -> Text:
    name = Verbatim(person.name)
    if all(duty.role == SELF for duty in owed):
        return Phrase("{name}: the self-review", name=name)
    return Plural("{name}: one review", "{name}: {n} reviews", n=len(owed), name=name)
