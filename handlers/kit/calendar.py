"""When things happen where a person is: their clock, their workdays and their quiet hours."""

import re
import warnings
from bisect import bisect_left
from calendar import isleap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import count, islice
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from holidays import HolidayBase

ONE_DAY = timedelta(days=1)

# The clock on the wall


@lru_cache(maxsize=4096)
def at_wall(day: date, clock: time, zone: str) -> datetime:
    """The first UTC instant at which the wall clock shows this or, where it jumps over it, more than this."""
    wall = datetime.combine(day, clock.replace(tzinfo=None, fold=0))
    instant = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return instant if _shown(instant, zone) == wall else _after_the_jump(wall, instant, zone)


def _after_the_jump(wall: datetime, late: datetime, zone: str) -> datetime:
    # In a gap, fold 1 reads the time with the offset that begins later, and so lands before the jump.
    early = wall.replace(tzinfo=ZoneInfo(zone), fold=1).astimezone(UTC).replace(microsecond=0)
    seconds = range(int((late - early).total_seconds()) + 1)
    jump = bisect_left(seconds, True, key=lambda s: _shown(early + timedelta(seconds=s), zone) > wall)
    return early + timedelta(seconds=jump)


def _shown(instant: datetime, zone: str) -> datetime:
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def local(moment: datetime, zone: str) -> datetime:
    """The moment as the person's clock shows it. Raises ValueError for a moment without an offset."""
    # astimezone() would read a naive moment in the zone of the server, without a word.
    if moment.utcoffset() is None:
        raise ValueError("A moment needs its offset from UTC.")
    return moment.astimezone(ZoneInfo(zone))


def local_day(moment: datetime, zone: str) -> date:
    """The date on the person's calendar at this moment."""
    return local(moment, zone).date()


def last_day(ends_at: datetime, zone: str) -> date:
    """The last day on a clock on which something holds that ends at this moment, which may be its midnight."""
    return local_day(ends_at - timedelta(seconds=1), zone)


# Workdays

# Their governments move workdays by a notice for each year: a year without one in the data is a guess.
_ANNOUNCED_YEARLY = frozenset({"AZ", "BY", "CN", "HU", "KZ", "MM", "RU", "UZ", "VN"})
_SATURDAY, _SUNDAY = 5, 6


class _Year(NamedTuple):
    workdays: frozenset[date]
    names: Mapping[date, str]
    rest: frozenset[int]
    reliable: bool


@dataclass(frozen=True, eq=False)
class WorkCalendar:
    """The workdays of a country (ISO code, "" for weekends alone), as corrected by an administrator.

    `overrides` says True for a workday and False for a holiday.
    """

    country: str
    overrides: Mapping[date, bool] = field(default_factory=dict)

    def is_workday(self, day: date) -> bool:
        return self.overrides.get(day, day in self._year(day).workdays)

    def next_workday(self, day: date) -> date:
        """The first workday after this day."""
        return next(each for each in days_from(day + ONE_DAY) if self.is_workday(each))

    def workdays_between(self, day: date, end: date) -> int:
        """How many workdays come after `day`, up to and with `end`: 1 from a Friday to its Monday."""
        return sum(self.is_workday(each) for each in islice(days_from(day, 1), max(0, (end - day).days)))

    def first_workday_of_week(self, day: date) -> date | None:
        """The first workday of the week around this day (it begins when the weekend ends), or None."""
        begin = day - ONE_DAY * ((day.weekday() - self._first_weekday(day)) % 7)
        return next((each for each in islice(days_from(begin), 7) if self.is_workday(each)), None)

    def is_provisional(self, day: date) -> bool:
        """Whether this day may still change, because its year's official holidays are not known here."""
        if not self.country or self._has_notice(day):
            return False
        return not self._year(day).reliable or "estimated" in self._year(day).names.get(day, "")

    def name_of(self, day: date, language: str = "en") -> str | None:
        """What is celebrated on this day, in Chinese or English, or else in the country's language."""
        if self.overrides.get(day):
            return None
        spoken = "zh_CN" if language.startswith("zh") else "en_US"
        return _year(self.country.upper(), day.year, spoken).names.get(day)

    def _has_notice(self, day: date) -> bool:
        """Whether the official notice of this day's year was loaded: it names a public holiday, or has people make up
        for one. A company's own day off is neither."""
        named = self._year(day).names
        return any(
            each.year == day.year and (workday or each in named) for each, workday in self.overrides.items()
        )

    def _year(self, day: date) -> _Year:
        return _year(self.country.upper(), day.year, "en_US")

    def _first_weekday(self, day: date) -> int:
        rest = self._year(day).rest
        return next((n for n in range(7) if n not in rest and (n - 1) % 7 in rest), 0)


def days_from(day: date, skipped: int = 0) -> Iterator[date]:
    """This day and all after it, without the first few."""
    return (day + ONE_DAY * n for n in count(skipped))


@lru_cache(maxsize=1024)
def _year(country: str, year: int, language: str) -> _Year:
    published = _published(country, year, language)
    days = list(islice(days_from(date(year, 1, 1)), 366 if isleap(year) else 365))
    off = {day for day in days if _is_weekend(day, published)}
    if published is None:
        return _Year(frozenset(days) - off, {}, frozenset({_SATURDAY, _SUNDAY}), reliable=False)
    moved = {day for day in published.weekend_workdays if day.year == year}
    return _Year(
        workdays=frozenset(days) - (off - moved) - published.keys(),
        names={day: _natural(name) for day, name in published.items()},
        rest=frozenset(day.weekday() for day in off),
        reliable=bool(published) and (bool(moved) or country not in _ANNOUNCED_YEARLY),
    )


_NATURAL = (
    (re.compile(r"休息日（([\d-]+)日起取代）"), r"调休（\1 上班）"),
    (re.compile("（观察日）"), "（补假）"),
    (re.compile("; (?=[\u4e00-\u9fff])"), "、"),
)
"""What the library says in Chinese word for word, and how people there say it."""


def _natural(name: str) -> str:
    for found, said in _NATURAL:
        name = found.sub(said, name)
    return name


def _is_weekend(day: date, published: "HolidayBase | None") -> bool:
    # The law of some places (Hong Kong) rests on Sundays alone, their offices on Saturdays too.
    if published is None or published.weekend == {_SUNDAY}:
        return day.weekday() in (_SATURDAY, _SUNDAY)
    return published.is_weekend(day)


def _published(country: str, year: int, language: str) -> "HolidayBase | None":
    if not country:
        return None
    import holidays  # slow to load, and not needed by every command

    if country not in holidays.list_supported_countries():
        return None
    with warnings.catch_warnings(action="ignore"):  # some warn about the years that they do not know
        found = holidays.country_holidays(country, years=[year], expand=False, language=language)
        if language in found.supported_languages:
            return found
        return holidays.country_holidays(country, years=[year], expand=False, language="en_US")


# Quiet hours


@dataclass(frozen=True)
class QuietHours:
    """The hours of each day, on the person's own clock, in which nothing is sent; they may cross midnight."""

    start: time
    end: time

    def __post_init__(self) -> None:
        if self.start.tzinfo is not None or self.end.tzinfo is not None:
            raise ValueError("Quiet hours are local times.")
        if self.start == self.end:
            raise ValueError("Quiet hours need a start and an end that differ.")

    def until(self, moment: datetime, zone: str) -> datetime | None:
        """The UTC instant at which the quiet hours around this moment end; None when it is not quiet."""
        today = local_day(moment, zone)
        nights = [self._night(today + ONE_DAY * n, zone) for n in (-1, 0)]
        return next((end for start, end in nights if start <= moment < end), None)

    def _night(self, day: date, zone: str) -> tuple[datetime, datetime]:
        morning = day if self.start < self.end else day + ONE_DAY
        return at_wall(day, self.start, zone), at_wall(morning, self.end, zone)
