"""When an owner is asked about a key result, and when their manager hears of it: decisions, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, TypeAlias

from handlers.kit.features import Silence

UNTOUCHED = timedelta(days=14)
"""Without a word for so long, the owner is asked about this one key result."""
WORKDAYS = 3
"""So many workdays after the owner was told, the manager hears of it, unless the organisation chose otherwise."""
MANAGERS_CEILING = 5
"""So many of these cards a manager gets in a week at most."""

Reason: TypeAlias = Literal["off_track", "untouched"]
OFF_TRACK, UNTOUCHED_LONG = "off_track", "untouched"


@dataclass(frozen=True)
class Result:
    """One key result, as the clock sees it: nobody owed a word before it began. `asked_at` is the nudge before this
    one; `told` are the reasons for which its owner was asked about it alone, ever. What `is_reached` can still fall
    back; what `is_done` cannot."""

    now: datetime
    touched_at: datetime
    asked_at: datetime
    begins_on: date
    ends_on: date
    today: date
    is_open: bool = True
    off_track: bool = False
    is_reached: bool = False
    is_done: bool = False
    told: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Ask:
    """Ask the owner: for the week's word, or about this one because it is stuck."""

    why: Literal["weekly", "off_track", "untouched"]


def ask(result: Result) -> Ask | Silence:
    """What the owner is asked about a key result in this week's nudge. The first rule that applies decides."""
    if not result.is_open or result.ends_on < result.today:
        return Silence("ended")
    if result.begins_on > result.today:
        return Silence("not begun")
    if result.is_done:
        return Silence("reached")
    if reason := _stuck(result):
        return Ask(reason)
    return Ask("weekly") if result.touched_at < result.asked_at else Silence("up to date")


def _stuck(result: Result) -> Reason | None:
    """Each reason counts once in the life of a key result: after that it is a part of the week's word. What is reached
    is not stuck, however it was said to look on the way."""
    if result.is_reached:
        return None
    if result.off_track and OFF_TRACK not in result.told:
        return "off_track"
    if result.now - result.touched_at >= UNTOUCHED and UNTOUCHED_LONG not in result.told:
        return "untouched"
    return None


@dataclass(frozen=True)
class Step:
    """All that the manager's step depends on. `named` is the manager whom the owner was told of; `told_for` counts the
    workdays since the owner was told, None while they were not; `later` is the owner's next morning. `raised`: a
    manager heard of this key result before, whatever for."""

    later: datetime
    workdays: int = WORKDAYS
    owner_active: bool = True
    is_open: bool = True
    solved: bool = False
    raised: bool = False
    told_for: int | None = None
    told_until: datetime | None = None
    owner_away_until: datetime | None = None
    manager: str | None = None
    named: str = ""
    manager_active: bool = True
    may_see: bool = True
    manager_from: datetime | None = None
    manager_told: int = 0
    next_week: datetime | None = None


@dataclass(frozen=True)
class Raise:
    """The manager gets the card."""


def climb(step: Step) -> Raise | Silence:
    """Whether the manager hears of it now. A silence with a moment is looked at again then; one without is the end."""
    return _over(step) or _too_early(step) or _nobody(step) or _managers_hours(step) or Raise()


def _over(step: Step) -> Silence | None:
    if not step.owner_active:
        return Silence("left")
    if not step.is_open:
        return Silence("ended")
    if step.solved:
        return Silence("done")
    if step.raised:
        return Silence("told before")
    return Silence("ladder off") if step.workdays == 0 else None


def _too_early(step: Step) -> Silence | None:
    if step.told_for is None:
        return Silence("not told yet", step.later)
    if step.told_for < step.workdays:
        return Silence("in time", step.told_until or step.later)
    if step.owner_away_until:
        return Silence("owner away", step.owner_away_until)
    return None


def _nobody(step: Step) -> Silence | None:
    if step.manager is None or not step.manager_active:
        return Silence("nobody to tell")
    if step.manager != step.named:
        return Silence("another manager")
    return None if step.may_see else Silence("not for the manager")


def _managers_hours(step: Step) -> Silence | None:
    if step.manager_from:
        return Silence("manager's hours", step.manager_from)
    if step.manager_told >= MANAGERS_CEILING:
        return Silence("manager's ceiling", step.next_week or step.later)
    return None
