"""When two people meet: from the rule of their series, on the clock of the one who planned it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from handlers.kit.calendar import at_wall, local, local_day
from handlers.kit.recurring import Rule
from storage.one_on_ones import Series
from storage.store import Store

BEFORE = timedelta(hours=2)
AFTER = timedelta(hours=2)
"""Reminders come two hours before a meeting and two hours after; with the second it is over."""


@dataclass(frozen=True)
class Meeting:
    """One meeting: the day that it has by the rule, which names it for good, and the moment when it is."""

    on: date
    at: datetime


@dataclass(frozen=True)
class Standing:
    """The last meeting that is over, and the next, which may be going on."""

    last: Meeting | None
    next: Meeting | None


def rule_of(series: Series) -> Rule | None:
    """What repeats, or None for a series without a cadence."""
    if not series.rule or series.starts is None or series.clock is None:
        return None
    return Rule(series.rule, series.starts, series.clock)


def standing(series: Series, now: datetime) -> Standing:
    """Where the series stands. The clock writes it down after each meeting; between, or when it slept, this counts."""
    last = _meeting(series.last_on, series.last_at)
    upcoming = _meeting(series.meeting_on, series.meeting_at)
    while upcoming is not None and upcoming.at + AFTER <= now:
        last, upcoming = upcoming, following(series, upcoming)
    return Standing(last, upcoming)


def _meeting(on: date | None, at: datetime | None) -> Meeting | None:
    return Meeting(on, at) if on is not None and at is not None else None


def following(series: Series, meeting: Meeting) -> Meeting | None:
    """The meeting after this one, or None without a cadence. One moved beyond later ones takes their place."""
    return _first(rule_of(series), series.zone, after_day=meeting.on, after=meeting.at)


def first_of(rule: Rule, zone: str, now: datetime) -> Meeting | None:
    """The first meeting of a rule that is still to come."""
    return _first(rule, zone, after_day=rule.starts - timedelta(days=1), after=now)


def _first(rule: Rule | None, zone: str, *, after_day: date, after: datetime) -> Meeting | None:
    if rule is None:
        return None
    meetings = (Meeting(day, at_wall(day, rule.clock, zone)) for day in rule.days_after(after_day))
    return next((meeting for meeting in meetings if meeting.at > after), None)


def notes_day(series: Series, now: datetime, zone: str) -> date:
    """The day under which notes written now are kept: of the meeting that is near or going on, else of the last one,
    else today."""
    place = standing(series, now)
    if place.next is not None and place.next.at - BEFORE <= now:
        return day_met(series, place.next)
    return day_met(series, place.last) if place.last is not None else local_day(now, zone)


def day_met(series: Series, meeting: Meeting) -> date:
    """The day of a meeting for both, also of a moved one: on the clock on which the series was planned."""
    return local_day(meeting.at, series.zone) if series.zone else meeting.on


def is_at_night(moment: datetime, zone: str) -> bool:
    """Whether this is no hour to meet, where a person lives."""
    return not 7 <= local(moment, zone).hour < 21


def plan_bells(store: Store, series: Series) -> None:
    """Set the moments at which the clock looks at this series. A reminder whose moment has passed is not caught up:
    both were just told of the change."""
    upcoming = standing(series, store.now).next
    for kind, gap in (("one_on_ones.before", -BEFORE), ("one_on_ones.after", AFTER)):
        if upcoming is not None and upcoming.at + gap > store.now:
            store.slots.plan(kind, series.id, upcoming.at + gap)
        else:
            store.slots.drop(kind, series.id)


def about_before(series: Series, meeting: Meeting) -> str:
    """What the reminder before a meeting is about; a moved meeting is another."""
    return f"{series.id}:{meeting.at:%Y-%m-%dT%H:%M}:before"


def about_after(series: Series, day: date) -> str:
    """What the reminder to write down what was agreed is about."""
    return f"{series.id}:{day}:after"
