"""Numbers and days as systems write them into tables: where a column does not show which way, nobody guesses."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from handlers.goals.data.mapping import COMMA, DAY_FIRST, MONTH_FIRST, POINT
from handlers.goals.numbers import MOST, PLACES
from handlers.kit.calendar import at_wall
from storage.sheets import LIKE_THOUSANDS

T = TypeVar("T")

NOON = time(12)
"""At which a day's figure is: so it is of that day in nearly every zone."""

_EXACT = re.compile(r"-?\d+(\.\d+)?([eE]-\d+)?")
"""A number of a workbook's own, unless it is like thousands: its 1.234 is written 1.2340 (`exactly`)."""
_WRITTEN = {
    POINT: re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?"),
    COMMA: re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?"),
}
_BLANKS = re.compile(r"[\s'’](?=\d)")
_SIGNS = re.compile(r"^[$€£¥]\s*|\s*[%$€£¥元]$")


class Unclear(Exception):
    """What a column shows can be read in two ways, and nothing in it says which: the first such cell."""

    def __init__(self, cell: str, style: str) -> None:
        super().__init__("unclear")
        self.cell = cell
        self.style = style


# Numbers -------------------------------------------------------------------------------------------------------------


def number_in(cell: str, style: str, *, exact: bool) -> Decimal | None:
    """The number that a cell is, written in this style, or None."""
    plain = _bare(cell)
    if exact and _EXACT.fullmatch(plain) and not LIKE_THOUSANDS.fullmatch(plain):
        return _sane(plain)
    if not _WRITTEN[style].fullmatch(plain):
        return None
    group, point = (",", ".") if style == POINT else (".", ",")
    return _sane(plain.replace(group, "").replace(point, "."))


def style_of_numbers(cells: Iterable[str], *, exact: bool) -> str:
    """How a column writes its numbers. Raises Unclear."""
    return _only(cells, (POINT, COMMA), lambda cell, style: number_in(cell, style, exact=exact))


def _bare(cell: str) -> str:
    plain = unicodedata.normalize("NFKC", cell).replace("−", "-").strip()
    return _BLANKS.sub("", _SIGNS.sub("", plain))


def _sane(plain: str) -> Decimal | None:
    made = Decimal(plain) if len(plain) < 40 else MOST + 1
    return round(made, PLACES).normalize() + 0 if abs(made) <= MOST else None


# Days ----------------------------------------------------------------------------------------------------------------

_YEAR_FIRST = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d\d)(\d\d)")
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?")
_MIDNIGHT = re.compile(r"[T ]00:00(:00)?$")


@lru_cache(maxsize=4096)
def moment_in(cell: str, style: str, zone: str) -> datetime | None:
    """The moment that a cell names, or None. A day is at its noon, a month at its last day."""
    plain = _MIDNIGHT.sub("", unicodedata.normalize("NFKC", cell).strip())
    try:
        if _MOMENT.fullmatch(plain):
            made = datetime.fromisoformat(plain)
            return (made if made.tzinfo else made.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
        day = _day(plain, style)
        return at_wall(day, NOON, zone) if day and day.year > 1970 else None
    except (ValueError, OverflowError):  # a 31 November
        return None


def style_of_days(cells: Iterable[str]) -> str:
    """How a column writes its days. Raises Unclear."""
    return _only(cells, (DAY_FIRST, MONTH_FIRST), lambda cell, style: moment_in(cell, style, "UTC"))


def _day(plain: str, style: str) -> date | None:
    if found := _YEAR_FIRST.fullmatch(plain):
        year, month, day = (int(part) for part in found.groups() if part)
        return date(year, month, day)
    if found := _MONTH.fullmatch(plain):
        year, month = int(found[1]), int(found[2])
        return date(year, month, calendar.monthrange(year, month)[1])
    if found := _YEAR_LAST.fullmatch(plain):
        first, second, year = (int(part) for part in found.groups())
        return date(year, first, second) if style == MONTH_FIRST else date(year, second, first)
    return None


# Which way -----------------------------------------------------------------------------------------------------------


def _only(cells: Iterable[str], styles: tuple[str, str], read: Callable[[str, str], T | None]) -> str:
    """The style in which a column is written: whatever cannot be read in one of them is in the other."""
    left, unclear = set(styles), ""
    for cell in dict.fromkeys(cells):
        readings = {style: read(cell, style) for style in styles}
        fits = {style for style, item in readings.items() if item is not None}
        left &= fits or left
        if len(fits) == len(styles) and len(set(readings.values())) > 1:
            unclear = unclear or cell
    if len(left) > 1 and unclear:
        raise Unclear(unclear, styles[0])
    return next((style for style in styles if style in left), styles[0])
