"""Whether a person is reminded of something now, or why not, and until when: the first rule that applies decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, TypeAlias

from handlers.kit import cadence
from handlers.kit.cadence import Step
from handlers.kit.calendar import at_wall, local_day
from handlers.kit.features import Silence, at_this_hour
from handlers.kit.hours import Hours
from handlers.reminders import CEILING

DUE_DAY = time(10)
BEFORE_DUE = timedelta(hours=2)


@dataclass(frozen=True)
class Facts:
    """All that a decision about one obligation of one person depends on."""

    now: datetime
    hours: Hours
    active: bool = True
    closed: bool = False
    reminded: int = 0
    snoozed_until: datetime | None = None
    appointment: bool = False
    steps: tuple[Step, ...] | None = None
    wanted: bool = False
    ends_today: bool = False
    restored: bool = False
    restored_at: datetime | None = None
    gathered_at: datetime | None = None
    told_today: bool = False
    told_this_week: int = 0
    ceiling: int = CEILING

    @property
    def today(self) -> date:
        """The day on the person's calendar."""
        return local_day(self.now, self.hours.zone)

    @property
    def asked_for(self) -> bool:
        """Whether the person themselves chose to be reminded now."""
        return self.snoozed_until is not None and self.snoozed_until <= self.now


@dataclass(frozen=True)
class Send:
    """Remind now; `reason` is the rule by which."""

    reason: Literal["opened", "due", "asked for", "appointment", "by hand"] | cadence.Reason

    @property
    def counts(self) -> bool:
        """Whether it is one of the messages of which there is one a workday."""
        return self.reason not in ("asked for", "appointment")


Decision: TypeAlias = Send | Silence


def decide(facts: Facts) -> Decision:
    """Send, or silence with its reason and until when. The first rule that applies decides."""
    if not facts.active:
        return Silence("left")
    if facts.closed:
        return Silence("done")
    if facts.restored:
        return Silence("restored", facts.hours.next_morning(facts.now))
    if facts.snoozed_until and not facts.asked_for:
        return Silence("snoozed", facts.snoozed_until)
    hour = at_this_hour(facts.hours, facts.now)
    return hour or _of_this_kind(facts) or _often_enough(facts) or Send(_rule(facts))


def _of_this_kind(facts: Facts) -> Send | None:
    """What the person asked for, and a meeting, cannot wait for tomorrow."""
    if facts.asked_for:
        return Send("asked for")
    return Send("appointment") if facts.appointment and not facts.reminded else None


def _often_enough(facts: Facts) -> Silence | None:
    if _is_said(facts):
        return Silence("nothing new")
    if facts.told_today:
        return Silence("already today", facts.hours.open_from(facts.hours.next_morning(facts.now)))
    if later := _gathered(facts):
        return Silence("together", later)
    if facts.told_this_week >= facts.ceiling:
        return Silence(
            "weekly ceiling", facts.hours.open_from(facts.hours.morning(_next_monday(facts.today)))
        )
    return None


def _is_said(facts: Facts) -> bool:
    """Whether the person heard of it as often as they are to."""
    if facts.wanted:
        return False
    if facts.steps is not None:
        return bool(facts.reminded) and cadence.reached(facts.steps, facts.now) is None
    return facts.reminded >= 2 or (facts.appointment and bool(facts.reminded))


def _gathered(facts: Facts) -> datetime | None:
    """When something later that day is said anyway, and this with it; what ends today waits for nothing else."""
    own = cadence.later_today(facts.steps or (), facts.now, facts.hours.zone)
    return own or (None if facts.reminded and facts.ends_today else facts.gathered_at)


def _rule(facts: Facts) -> Literal["opened", "due", "by hand"] | cadence.Reason:
    if facts.wanted:
        return "by hand"
    if not facts.reminded:
        return "opened"
    step = cadence.reached(facts.steps or (), facts.now)
    return step.reason if step else "due"


def _next_monday(day: date) -> date:
    return day + timedelta(days=7 - day.weekday())


def due_reminder(due_at: datetime, zone: str) -> datetime:
    """The second reminder: at 10:00 of the due day or two hours before, whichever is later and still before."""
    early = due_at - BEFORE_DUE
    morning = at_wall(local_day(due_at, zone), DUE_DAY, zone)
    return max(early, morning) if morning < due_at else early
