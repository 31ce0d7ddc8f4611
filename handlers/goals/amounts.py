"""Where a key result stands and where it is to be, as amounts in its own unit."""

from __future__ import annotations

from decimal import Decimal

from handlers.goals.numbers import shown
from handlers.goals.scorecards.parts import BONUS, JUDGED, given
from handlers.goals.scoring import Direction
from handlers.kit.requests import Request
from handlers.kit.text import Phrase, Text, Verbatim
from storage.goals import KeyResult

SIGNS = ("%", "$", "€", "£", "¥")
"""Units that touch their number."""


def given_text(request: Request, row: KeyResult) -> Text:
    """How many points were added or taken."""
    words = {"most": bare(request, row, row.target), "points": bare(request, row, given(row))}
    if row.part == BONUS:
        return Phrase("{points} of {most} bonus points at most", **words)
    return Phrase("{points} of {most} points off at most", **words)


def value_text(request: Request, row: KeyResult) -> Text:
    """Where a key result stands, in its own unit."""
    if row.direction == Direction.YES_NO:
        if row.value is None:
            return Phrase("not said yet")
        return Phrase("yes") if row.value >= row.target else Phrase("not yet")
    if row.value is None and row.part == JUDGED:
        return Phrase("not judged yet, from 0 to {most}", most=bare(request, row, row.target))
    if row.value is None:
        return Phrase("not said yet, {aim}", aim=aim_text(request, row))
    if _counts_from_nothing(row):
        value, target = bare(request, row, row.value), amount(request, row, row.target)
        return Phrase("{value} of {target}", value=value, target=target)
    return Phrase("{value}, {aim}", value=amount(request, row, row.value), aim=aim_text(request, row))


def _counts_from_nothing(row: KeyResult) -> bool:
    return not row.start and row.direction in (Direction.UP, Direction.MILESTONE)


def aim_text(request: Request, row: KeyResult) -> Text:
    """Where it is to be."""
    if row.direction == Direction.YES_NO:
        return Phrase("to be done")
    if row.direction == Direction.BAND:
        low, high = bare(request, row, row.target), amount(request, row, row.high)
        return Phrase("to stay between {low} and {high}", low=low, high=high)
    if _counts_from_nothing(row):
        return Phrase("to reach {target}", target=amount(request, row, row.target))
    start, target = bare(request, row, row.start), bare(request, row, row.target)
    return Phrase("from {start} to {target}", start=start, target=target)


def amount(request: Request, row: KeyResult, value: Decimal) -> Text:
    """A number with the unit of a key result."""
    return in_unit(value, row.unit, request.actor.language)


def in_unit(value: Decimal, unit: str, language: str) -> Text:
    """A number with its unit, where it has one."""
    number = _signed(value, unit, language)
    if not unit or unit in SIGNS:
        return number
    return Phrase("{number} {unit}", number=number, unit=Verbatim(unit))


def bare(request: Request, row: KeyResult, value: Decimal) -> Verbatim:
    """A number, with its unit only where that is a sign."""
    return _signed(value, row.unit, request.actor.language)


def _signed(value: Decimal, unit: str, language: str) -> Verbatim:
    number = shown(value, language)
    if unit == "%":
        return Verbatim(f"{number}%")
    if unit not in SIGNS:
        return Verbatim(number)
    return Verbatim(f"-{unit}{number[1:]}" if value < 0 else f"{unit}{number}")
