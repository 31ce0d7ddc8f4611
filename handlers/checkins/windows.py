"""When a team is asked and until when: on each one's own clock, on workdays, from a routine or by default."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count, takewhile

from handlers.kit.calendar import ONE_DAY, WorkCalendar, at_wall, local_day
from handlers.kit.hours import calendar_of
from handlers.kit.recurring import Rule
from storage.checkins import Routine
from storage.people import Person
from storage.store import Store

CLOCK = time(10)
DUE = time(18)
EVENING = time(20)
"""Asked at ten; wanted by the end of the last working day; taken until that evening."""

LASTS = 1
"""Workdays after the first on which the window stays open: from Monday until Tuesday."""

AHEAD = timedelta(days=800)
"""How far ahead an opening is looked for."""

LONGEST_HOLIDAY = timedelta(days=21)
"""An opening that falls into a holiday moves at most so far."""


@dataclass(frozen=True)
class Plan:
    """How a team is asked: its routine, or the company's default where nobody set one up."""

    name: str
    rule: Rule | None
    clock: time
    lasts: int
    calendar: WorkCalendar

    def days_from(self, day: date) -> Iterator[date]:
        """The days on which the window opens, from this day on. One that is no workday moves to the next workday."""
        wanted = _first_workdays(self.calendar, day) if self.rule is None else self._by_rule(self.rule, day)
        last = day - ONE_DAY
        for each in wanted:
            if each > last:
                last = each
                yield each

    def _by_rule(self, rule: Rule, day: date) -> Iterator[date]:
        days = rule.days_after(day - LONGEST_HOLIDAY)
        near = takewhile(lambda each: each < day + AHEAD, days)
        return (each if self.calendar.is_workday(each) else self.calendar.next_workday(each) for each in near)

    def next_after(self, moment: datetime, zone: str) -> datetime | None:
        """The first opening after a moment, on a clock of this zone; None when there is none any more."""
        days = self.days_from(local_day(moment, zone) - ONE_DAY)
        return next((at for day in days if (at := at_wall(day, self.clock, zone)) > moment), None)

    def open_at(self, moment: datetime, zone: str) -> date | None:
        """The day with which the window began that is open at this moment, or None."""
        today = local_day(moment, zone)
        days = takewhile(lambda each: each <= today, self.days_from(today - LONGEST_HOLIDAY))
        begun = [day for day in days if at_wall(day, self.clock, zone) <= moment]
        return begun[-1] if begun and self.ends(begun[-1], zone)[1] > moment else None

    def ends(self, day: date, zone: str) -> tuple[datetime, datetime]:
        """When the window that opens on this day is due, and when it closes: never after the next one opens."""
        last = day
        for _ in range(self.lasts):
            last = self.calendar.next_workday(last)
        following = self.next_after(at_wall(day, self.clock, zone), zone)
        closes = at_wall(last, EVENING, zone)
        closes = min(closes, following) if following else closes
        return min(at_wall(last, DUE, zone), closes), closes


def _first_workdays(calendar: WorkCalendar, day: date) -> Iterator[date]:
    weeks = (calendar.first_workday_of_week(day + timedelta(weeks=n)) for n in count())
    return (first for first in weeks if first is not None)


def plan_of(store: Store, routine: Routine | None, calendar: WorkCalendar | None = None) -> Plan | None:
    """How a team with this routine is asked, or None when it is not asked at all."""
    calendar = calendar or calendar_of(store)
    if routine is None:
        return Plan(plan_name(None), None, CLOCK, LASTS, calendar)
    if routine.paused:
        return None
    clock = time.fromisoformat(routine.clock)
    rule = Rule(routine.rule, routine.starts, clock) if routine.rule else None
    return Plan(plan_name(routine), rule, clock, routine.lasts, calendar)


def plan_name(routine: Routine | None) -> str:
    """How a routine is called in the names of its occasions."""
    return routine.id if routine else "default"


def routine_of(store: Store, person: Person) -> Routine | None:
    """The routine that was set up for a person, by their manager or for the whole company; None for the default."""
    return store.checkins.routines.of(manager_of(store, person))


def plan_for(store: Store, person: Person) -> Plan | None:
    """How a person is asked, or None when nobody asks them: they have no manager, or their team is not asked."""
    if manager_of(store, person) is None:
        return None
    return plan_of(store, routine_of(store, person))


def manager_of(store: Store, person: Person) -> str | None:
    """Whose team a person is in now, on the calendar by which reporting lines begin: where it is the day before still,
    somebody new would have no manager yet, and nobody would look again when their own day has come."""
    return store.directory.manager_of(person.id, store.now.date())
