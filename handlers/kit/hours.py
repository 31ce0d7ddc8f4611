"""The hours in which one person may be told something: on their workdays, outside their quiet hours, not while away."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from handlers.kit.calendar import ONE_DAY, QuietHours, WorkCalendar, at_wall, local_day
from handlers.kit.text import Phrase, Text
from storage.people import Person
from storage.store import Store

MORNING = time(9)
"""When a workday begins for what waits until "the morning"."""
QUIET = ("20:00", "08:00")
FURTHEST = 400
"""Days that are looked ahead for a workday; somebody away for longer is asked again then."""


@dataclass(frozen=True)
class Hours:
    """One person's hours, on their own clock. `absences` are first and last days, both included."""

    zone: str
    calendar: WorkCalendar
    quiet: QuietHours | None
    absences: tuple[tuple[date, date], ...] = ()

    def is_away(self, day: date) -> bool:
        """Whether the person is away on this day."""
        return any(first <= day <= last for first, last in self.absences)

    def is_open(self, day: date) -> bool:
        """Whether the person works on this day."""
        return self.calendar.is_workday(day) and not self.is_away(day)

    def next_open_day(self, day: date) -> date:
        """The first day after this one on which the person works."""
        days = (day + ONE_DAY * n for n in range(1, FURTHEST))
        return next((each for each in days if self.is_open(each)), day + ONE_DAY * FURTHEST)

    def morning(self, day: date) -> datetime:
        """The moment at which this day begins for the person."""
        return at_wall(day, MORNING, self.zone)

    def next_morning(self, moment: datetime) -> datetime:
        """The beginning of the person's first workday after the day of this moment."""
        return self.morning(self.next_open_day(local_day(moment, self.zone)))

    def quiet_until(self, moment: datetime) -> datetime | None:
        """When the quiet hours around this moment end, or None when it is not quiet."""
        return self.quiet.until(moment, self.zone) if self.quiet else None

    def closed_by(self, moment: datetime) -> str:
        """Why the person is told nothing at this moment, as `Silence` names it; empty when they may be."""
        day = local_day(moment, self.zone)
        if self.is_away(day):
            return "away"
        if not self.calendar.is_workday(day):
            return "holiday"
        return "quiet hours" if self.quiet_until(moment) else ""

    def open_from(self, moment: datetime) -> datetime:
        """The first moment, not before this one, at which the person may be told something."""
        for _ in range(4):  # a day off, then a quiet morning, then it is settled
            if not self.is_open(local_day(moment, self.zone)):
                moment = self.next_morning(moment)
            moment = self.quiet_until(moment) or moment
        return moment


def calendar_of(store: Store) -> WorkCalendar:
    """The organisation's workdays."""
    return _calendar(store.workdays.country, frozenset(store.workdays.declared().items()))


@lru_cache(maxsize=16)
def _calendar(country: str, declared: frozenset[tuple[date, bool]]) -> WorkCalendar:
    """The same one for the same days: what is worked out by it can be remembered."""
    return WorkCalendar(country, dict(declared))


def hours_of(store: Store, person: Person, calendar: WorkCalendar) -> Hours:
    """The hours of a person, as they chose them, or else as the organisation did."""
    chosen = store.preferences.get(person.id, "quiet")
    if chosen is None:
        chosen = store.setting("quiet", QUIET)
    since = local_day(store.now, person.zone) - timedelta(days=1)
    absences = tuple((row.first, row.last) for row in store.preferences.absences(person.id, since))
    return Hours(person.zone, calendar, _quiet(chosen), absences)


def is_away(store: Store, person: Person) -> bool:
    """Whether somebody is away today, on their own calendar."""
    return store.preferences.absence_on(person.id, local_day(store.now, person.zone)) is not None


def chosen_quiet_until(store: Store, person: Person) -> datetime | None:
    """When the quiet hours end that the person or the company chose, or None when it is not quiet now. As long as
    nobody chose, only reminders keep to those that hold from the first day."""
    chosen = store.preferences.get(person.id, "quiet")
    quiet = _quiet(store.setting("quiet", None) if chosen is None else chosen)
    return quiet.until(store.now, person.zone) if quiet else None


def until_their_hours(store: Store, person: Person) -> timedelta:
    """How long what the clock says of itself waits for a person, at night or on a day off. It waits for nobody to be
    back from leave: who is away is told in the first hour that would be theirs."""
    hours = replace(hours_of(store, person, calendar_of(store)), absences=())
    return hours.open_from(store.now) - store.now


def hours_text(chosen: object) -> Text:
    """Quiet hours as they are shown."""
    quiet = _quiet(chosen)
    return Phrase("From {begin} to {end}", begin=quiet.start, end=quiet.end) if quiet else Phrase("None")


def _quiet(chosen: object) -> QuietHours | None:
    """Two times as text, or nothing for no quiet hours."""
    if not isinstance(chosen, list | tuple) or len(chosen) != 2 or chosen[0] == chosen[1]:
        return None
    return QuietHours(time.fromisoformat(chosen[0]), time.fromisoformat(chosen[1]))
