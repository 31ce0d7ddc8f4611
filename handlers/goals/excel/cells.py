"""What a cell of a file of goals means: words, one of a few values, a number or a day."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from handlers.goals import goal as goals
from handlers.goals.excel.sheet import NUMBERS, WORDS
from handlers.goals.numbers import MOST, PLACES, TOO_LARGE, whole_number
from handlers.kit import dates
from handlers.kit.problems import Problem
from handlers.kit.requests import Request
from handlers.kit.text import Phrase, Text, names
from storage.sheets import LIKE_THOUSANDS

LONGEST = {"goal": 200, "purpose": 1000, "title": 200, "unit": 20}

_EXACT = re.compile(r"(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)%?")
"""A number of a workbook's own, unless it is like thousands: its 1.234 is written 1.2340 (`exactly`)."""


class Unreadable(Exception):
    """A cell says what cannot be; `why` is worded for whoever sent the file."""

    def __init__(self, why: Text) -> None:
        super().__init__()
        self.why = why


def meaning(request: Request, name: str, cell: str, *, exact: bool) -> Any:
    """What a cell says in the column of this name; `exact` are the numbers of a workbook. Raises Unreadable."""
    if name in WORDS:
        return _one_of(request, name, cell)
    if name in NUMBERS:
        return _number(request, cell, exact=exact)
    return _day(cell) if name == "until" else _words(name, cell)


def _words(name: str, cell: str) -> str:
    if len(cell) > LONGEST[name]:
        raise Unreadable(Phrase("at most {n} characters fit", n=LONGEST[name]))
    return cell if name == "purpose" else goals.one_line(cell)


def _one_of(request: Request, name: str, cell: str) -> str:
    wanted = cell.casefold()
    for item, words in WORDS[name].items():
        if wanted in (item, *words):
            return str(item)
    either = 1 if request.actor.language == "zh" else 0
    known = names(words[either] for words in WORDS[name].values())
    raise Unreadable(Phrase("write one of: {words}", words=known))


def _number(request: Request, cell: str, *, exact: bool) -> Decimal:
    """A workbook's own numbers are exact; what somebody typed as text is read as where they live."""
    found = _EXACT.fullmatch(cell) if exact else None
    if found and not LIKE_THOUSANDS.fullmatch(found[1]):
        exactly = Decimal(found[1])
        if abs(exactly) > MOST:
            raise Unreadable(TOO_LARGE)
        return round(exactly, PLACES).normalize() + 0
    try:
        return whole_number(cell, zone=request.actor.zone).value
    except Problem as problem:
        raise Unreadable(problem.words) from None


def _day(cell: str) -> date:
    found = dates.read_day(cell[:10], date(1970, 1, 1), "en")
    if found is None or found.ambiguous:
        raise Unreadable(Phrase("write the day like 2024-03-01"))
    return found.day
