"""When the window opens, each person of the team owes a check-in; who is away is not asked, nor whoever was quicker."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time

from handlers.checkins.digest import plan_digest
from handlers.checkins.questions import feature
from handlers.checkins.windows import Plan, plan_for
from handlers.kit.calendar import at_wall
from handlers.kit.features import Ring, Rung, Silence
from handlers.kit.text import Phrase
from handlers.kit.values import dump
from storage.checkins import Window
from storage.checkins.routines import ASKED
from storage.people import Person
from storage.store import Store

TITLE = Phrase("Your check-in: what is done, what comes next, what blocks you")
MINUTES = 2
OPEN = "checkins.open"


def next_opening(store: Store, person: Person, after: datetime) -> Mapping[str, datetime]:
    """When a person is asked next, by their team's routine on their own clock: at once, if they came into the middle of
    a window that still has time, from leave or from another zone too, or if theirs ends at another moment now."""
    plan = plan_for(store, person) if person.active else None
    if plan is None:
        return {}
    at = _at_once(store, person, plan, after) or plan.next_after(after, person.zone)
    return {person.id: at} if at else {}


def _at_once(store: Store, person: Person, plan: Plan, now: datetime) -> datetime | None:
    """When the window opened that is open now, if this person was not asked then; now, if they were noted as away then,
    or elsewhere, and are not any more, or if theirs closes at another moment than when they were asked: a holiday or a
    workday was declared since."""
    day = _open_now(store, person, plan, now)
    if day is None:
        return None
    window = store.checkins.routines.window(person.id)
    due_at, closes_at = plan.ends(day, person.zone)
    at = at_wall(day, plan.clock, person.zone)
    if due_at > now and not _asked_elsewhere(window, person, plan, day):
        if not store.slots.happened(OPEN, person.id, at):
            return at
        if _owes_nothing_yet(store, person, plan, day):
            return now
    return now if window and window.name == _name(plan, day) and window.closes_at != closes_at else None


def _owes_nothing_yet(store: Store, person: Person, plan: Plan, day: date) -> bool:
    """Whether somebody who was not asked when the others were may be asked still."""
    is_away = store.preferences.absence_on(person.id, day) is not None
    return not is_away and store.obligations.find(person.id, ASKED, _name(plan, day)) is None


def _open_now(store: Store, person: Person, plan: Plan, now: datetime) -> date | None:
    """The day with which the window began that is open now, unless the team was set up so only after that: its preview
    promised the next one."""
    day = plan.open_at(now, person.zone)
    begun = store.checkins.routines.begun(plan.name)
    return day if day and not (begun and at_wall(day, plan.clock, person.zone) < begun) else None


def _asked_elsewhere(window: Window | None, person: Person, plan: Plan, day: date) -> bool:
    """Whether they were asked on this day already, or since, by the team that they were in then: its window stays open
    for them."""
    if window is None or window.name == _name(plan, day):
        return False
    return window.opened_at >= at_wall(day, time(), person.zone)


def _name(plan: Plan, day: date) -> str:
    return f"{plan.name}:{day.isoformat()}"


@feature.bell("open", plan=next_opening, gathers=True)
def open_window(ring: Ring) -> Rung:
    """Ask one person for their check-in, unless there is a reason not to."""
    person = ring.store.directory.person(ring.about)
    plan = plan_for(ring.store, person) if person and person.active else None
    if person is None or plan is None:
        return Rung(None, silence=Silence("not asked"))
    # Not what was due but what is open counts: a late bell may ring after its window, or inside the next one.
    next_at = plan.next_after(ring.now, person.zone)
    day = _open_now(ring.store, person, plan, ring.now)
    if day is None:
        was_one = plan.open_at(ring.due_at, person.zone)
        return Rung(next_at, silence=Silence("expired") if was_one else Silence("moved", next_at))
    due_at, closes_at = plan.ends(day, person.zone)
    if ring.store.preferences.absence_on(person.id, day):
        return Rung(next_at, silence=Silence("away"))  # it waits for nothing: what comes next is another one
    known = ring.store.checkins.routines.window(person.id)
    if _asked_elsewhere(known, person, plan, day):
        return Rung(next_at, silence=Silence("moved", next_at))
    if known and known.name == _name(plan, day):
        ring.store.checkins.routines.move_end(person.id, known, due_at=due_at, closes_at=closes_at)
        ring.store.checkins.move_end(person.id, known, closes_at)
        plan_digest(ring.store, person, plan, day)
        return Rung(next_at, silence=Silence("moved", due_at))
    window = Window(_name(plan, day), ring.now, closes_at)
    if not _open(ring.store, person, window, due_at):
        return Rung(next_at, silence=Silence("done"))  # it was theirs before they moved to another zone
    plan_digest(ring.store, person, plan, day)
    quicker = ring.store.checkins.made_since(person.id, at_wall(day, time(), person.zone))
    if quicker is None:
        return Rung(next_at)
    ring.store.checkins.adopt(quicker, window)
    ring.store.checkins.routines.answered(person.id, window)
    return Rung(next_at, silence=Silence("done"))


def _open(store: Store, person: Person, window: Window, due_at: datetime) -> bool:
    """Ask for it; False where they were asked for the same before."""
    opened = store.obligations.open(
        person.id,
        ASKED,
        window.name,
        title=dump(TITLE),
        args={},
        due_at=due_at,
        expires_at=window.closes_at,
        minutes=MINUTES,
    )
    if opened:
        store.checkins.routines.end_others(person.id, window)
    return opened is not None
