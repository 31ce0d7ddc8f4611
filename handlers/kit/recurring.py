"""What repeats, as people's rules say it, on whole days and at a time on their own clock."""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from itertools import islice, takewhile

from dateutil.rrule import rrulestr

from handlers.kit.calendar import ONE_DAY, at_wall, days_from, local_day

Parts = Mapping[str, str]

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = "(?:MO|TU|WE|TH|FR|SA|SU)"
_ORDINAL_DAY = rf"(?:[+-]?(?:[1-9]|[1-4][0-9]|5[0-3]))?{_DAY}"
_MONTH = "(?:0?[1-9]|1[0-2])"
_MONTH_DAY = "[+-]?(?:0?[1-9]|[12][0-9]|3[01])"

_ACCEPTED = {
    "FREQ": "DAILY|WEEKLY|MONTHLY|YEARLY",
    "INTERVAL": "[1-9][0-9]{0,2}",
    "COUNT": "[1-9][0-9]{0,4}",
    "UNTIL": "[0-9]{8}",
    "WKST": _DAY,
    "BYDAY": f"{_ORDINAL_DAY}(?:,{_ORDINAL_DAY})*",
    "BYMONTH": f"{_MONTH}(?:,{_MONTH})*",
    "BYMONTHDAY": f"{_MONTH_DAY}(?:,{_MONTH_DAY})*",
    "BYSETPOS": f"{_MONTH_DAY}(?:,{_MONTH_DAY})*",
}

_FURTHEST = 40
"""Years after which nothing of a rule is looked for: some never happen, such as the sixth Monday of a month."""


@dataclass(frozen=True)
class Rule:
    """What repeats, in RFC 5545's words, from a day on, at a time on the person's own clock.

    A day that a month lacks (the 31st, 29 February) is that month's last. Raises ValueError with the reason
    for a rule outside the part of RFC 5545 that is meant in whole days, or one that never happens.
    """

    text: str
    starts: date
    clock: time

    def __post_init__(self) -> None:
        if isinstance(self.starts, datetime) or self.clock.tzinfo is not None:
            raise ValueError("A rule starts on a local date, at a local time.")
        _check(_parts(self.text))
        if self.first_day() is None:
            raise ValueError(f"This never happens: {self.text}")

    def first_day(self) -> date | None:
        """The first day of all."""
        return next(self._days_near(self.starts), None)

    def days_after(self, day: date) -> Iterator[date]:
        """The days of the rule after this one, which is not among them, in order."""
        return (each for each in self._days_near(day) if each > day)

    def next_after(self, moment: datetime, zone: str) -> datetime | None:
        """The first UTC instant after the moment, or None when the rule has ended."""
        # The wall clock can be set back over midnight, so the day before is asked as well.
        days = self.days_after(local_day(moment, zone) - 2 * ONE_DAY)
        instants = (at_wall(day, self.clock, zone) for day in days)
        return next((instant for instant in instants if instant > moment), None)

    def _days_near(self, day: date) -> Iterator[date]:
        parts = _parts(self.text)
        # Only COUNT must be counted from the start; every other rule is begun near the day, in phase.
        near = self.starts if "COUNT" in parts else max(self.starts, day)
        days = (each for each in _expand(parts, self.starts, near) if each >= self.starts)
        counted = islice(days, int(parts["COUNT"])) if "COUNT" in parts else days
        until = _until(parts)
        return takewhile(lambda each: each <= until, counted)


@lru_cache(maxsize=1024)
def _parts(text: str) -> Parts:
    pairs = [part.partition("=") for part in text.strip().upper().removeprefix("RRULE:").split(";")]
    for name, _, value in pairs:
        if not re.fullmatch(_ACCEPTED.get(name, "(?!)"), value):
            raise ValueError(f"Not understood in a rule: {name}={value}")
    if len({name for name, _, _ in pairs}) < len(pairs):
        raise ValueError("A rule names each of its parts once.")
    return {name: value for name, _, value in pairs}


def _check(parts: Parts) -> None:
    by_month = parts.get("FREQ") in ("MONTHLY", "YEARLY")
    ordinal = any(character.isdigit() for character in parts.get("BYDAY", ""))
    refusals = {
        "A rule needs FREQ.": "FREQ" not in parts,
        "A rule ends by COUNT or by UNTIL, not by both.": {"COUNT", "UNTIL"} <= parts.keys(),
        "BYMONTHDAY needs FREQ=MONTHLY or YEARLY.": "BYMONTHDAY" in parts and not by_month,
        "BYDAY with a number needs FREQ=MONTHLY or YEARLY.": ordinal and not by_month,
        "BYDAY with a number cannot go with BYMONTHDAY.": ordinal and "BYMONTHDAY" in parts,
        "BYSETPOS needs FREQ=MONTHLY.": "BYSETPOS" in parts and parts.get("FREQ") != "MONTHLY",
    }
    for reason, refused in refusals.items():
        if refused:
            raise ValueError(reason)
    _until(parts)


def _until(parts: Parts) -> date:
    return date.fromisoformat(parts["UNTIL"]) if "UNTIL" in parts else date.max


def _expand(parts: Parts, starts: date, near: date) -> Iterator[date]:
    periods = _periods(parts, _period(parts, starts, near))
    return (day for period in periods for day in _days_in(parts, starts, period))


def _period(parts: Parts, starts: date, near: date) -> date:
    """The first day of the last period (day, week, month, year) of the rule that begins by the day `near`."""
    every = int(parts.get("INTERVAL", "1"))
    if parts["FREQ"] == "YEARLY":
        return date(starts.year + (near.year - starts.year) // every * every, 1, 1)
    if parts["FREQ"] == "MONTHLY":
        months = (near.year - starts.year) * 12 + near.month - starts.month
        years, month = divmod(starts.month - 1 + months // every * every, 12)
        return date(starts.year + years, month + 1, 1)
    weekly = parts["FREQ"] == "WEEKLY"
    first_weekday = _WEEKDAYS.index(parts.get("WKST", "MO"))
    begin = starts - ONE_DAY * ((starts.weekday() - first_weekday) % 7 if weekly else 0)
    step = every * (7 if weekly else 1)
    return begin + ONE_DAY * ((near - begin).days // step * step)


def _periods(parts: Parts, first: date) -> Iterator[date]:
    """The first days of the periods of the rule."""
    every = f"FREQ={parts['FREQ']};INTERVAL={parts.get('INTERVAL', '1')}"
    found = (moment.date() for moment in rrulestr(every, dtstart=datetime.combine(first, time())))
    return takewhile(lambda each: each.year <= first.year + _FURTHEST, found)


def _days_in(parts: Parts, starts: date, period: date) -> list[date]:
    """The days of the rule in a period, in order."""
    by_month = parts["FREQ"] in ("MONTHLY", "YEARLY")
    days = _of_months(parts, starts, period) if by_month else _of_days(parts, starts, period)
    months = _numbers(parts["BYMONTH"]) if "BYMONTH" in parts else range(1, 13)
    return _at_places(parts, [day for day in days if day.month in months])


def _of_days(parts: Parts, starts: date, period: date) -> list[date]:
    if parts["FREQ"] == "DAILY":
        return [period] if _on_weekday(parts, period) else []
    wanted = {"BYDAY": _WEEKDAYS[starts.weekday()], **parts}
    return [day for day in islice(days_from(period), 7) if _on_weekday(wanted, day)]


def _of_months(parts: Parts, starts: date, period: date) -> list[date]:
    yearly = parts["FREQ"] == "YEARLY"
    months = [period.replace(month=n) for n in range(1, 13)] if yearly else [period]
    if "BYMONTHDAY" not in parts and "BYDAY" in parts:
        whole = yearly and "BYMONTH" not in parts
        spans = [[day for month in months for day in _whole(month)]] if whole else map(_whole, months)
        return [day for span in spans for day in _at_ordinals(parts["BYDAY"].split(","), span)]
    if yearly and not {"BYMONTHDAY", "BYMONTH"} & parts.keys():
        months = [period.replace(month=starts.month)]
    wanted = _numbers(parts.get("BYMONTHDAY", str(starts.day)))
    return [day for month in months for day in _in_month(month, wanted) if _on_weekday(parts, day)]


def _whole(month: date) -> list[date]:
    return list(islice(days_from(month), monthrange(month.year, month.month)[1]))


def _at_ordinals(wanted: list[str], span: list[date]) -> Iterator[date]:
    """The days of a month or a year that are called so: MO every Monday, 2MO the second, -1MO the last."""
    for place, day in enumerate(span):
        weekday, first, last = _WEEKDAYS[day.weekday()], place // 7 + 1, (len(span) - 1 - place) // 7 + 1
        if not {weekday, f"{first}{weekday}", f"+{first}{weekday}", f"-{last}{weekday}"}.isdisjoint(wanted):
            yield day


def _in_month(month: date, wanted: list[int]) -> list[date]:
    last = monthrange(month.year, month.month)[1]
    numbers = {min(n, last) if n > 0 else max(1, last + 1 + n) for n in wanted}
    return [month.replace(day=n) for n in sorted(numbers)]


def _on_weekday(parts: Parts, day: date) -> bool:
    return "BYDAY" not in parts or _WEEKDAYS[day.weekday()] in parts["BYDAY"].split(",")


def _at_places(parts: Parts, days: list[date]) -> list[date]:
    if "BYSETPOS" not in parts:
        return days
    places = {place - 1 if place > 0 else len(days) + place for place in _numbers(parts["BYSETPOS"])}
    return [day for place, day in enumerate(days) if place in places]


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]
