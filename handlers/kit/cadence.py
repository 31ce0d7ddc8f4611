"""When somebody is reminded of what is due on a day: after three days, a week and a day before, on the day at ten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, TypeAlias

from handlers.kit.calendar import ONE_DAY, at_wall, local_day
from handlers.kit.hours import MORNING, Hours

DEADLINE = "deadline"
"""The cadence of what many owe until the same day. Other obligations are said once, and once more when they are due."""
NAG_AFTER = 3
"""So many of a person's workdays after it began, they hear of it again."""
ON_THE_DAY = time(10)
BEFORE_DUE = timedelta(hours=2)

Reason: TypeAlias = Literal["three days", "week before", "day before", "last day"]


@dataclass(frozen=True)
class Step:
    """A moment at which a person is reminded, and the rule."""

    at: datetime
    reason: Reason


def steps(opened_at: datetime, due_at: datetime, hours: Hours) -> tuple[Step, ...]:
    """When a person is reminded of what began then and is due then, after the first time, in order: at most once a day
    of theirs, never on a day on which they do not work. What falls on such a day is said on the last one before it."""
    first, last = local_day(opened_at, hours.zone), local_day(due_at, hours.zone)
    found: dict[date, Step] = {}
    for day, clock, reason in (
        (_workdays_after(first, NAG_AFTER, hours), MORNING, "three days"),
        (_on_or_before(last - 7 * ONE_DAY, first, hours), MORNING, "week before"),
        (_on_or_before(last - ONE_DAY, first, hours), MORNING, "day before"),
        (_on_or_before(last, first, hours), ON_THE_DAY, "last day"),
    ):
        at = at_wall(day, clock, hours.zone) if day else due_at
        if day == last:
            at = min(at, due_at - BEFORE_DUE)
        if day and first < day <= last and opened_at < at < due_at:
            found[day] = Step(at, reason)  # type: ignore[arg-type]
    return tuple(sorted(found.values(), key=lambda step: step.at))


def _workdays_after(day: date, workdays: int, hours: Hours) -> date:
    for _ in range(workdays):
        day = hours.next_open_day(day)
    return day


def _on_or_before(day: date, first: date, hours: Hours) -> date | None:
    """The last day of the person's, up to this one, that is after the first; or None."""
    while day > first and not hours.is_open(day):
        day -= ONE_DAY
    return day if day > first else None


def reached(known: tuple[Step, ...], now: datetime) -> Step | None:
    """The step by which a person is reminded now: what was missed before it is not said as well."""
    past = [step for step in known if step.at <= now]
    return past[-1] if past else None


def later_today(known: tuple[Step, ...], now: datetime, zone: str) -> datetime | None:
    """When there is a step later on the person's day: what else is to be said is said then."""
    today = local_day(now, zone)
    return next((step.at for step in known if step.at > now and local_day(step.at, zone) == today), None)


def next_after(known: tuple[Step, ...], now: datetime, zone: str) -> datetime | None:
    """The next step on a day after this one: this one has had its message."""
    today = local_day(now, zone)
    return next((step.at for step in known if local_day(step.at, zone) > today), None)
