"""Shares and means as they are shown: rounded half up, once, from what they exactly are."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

HALF = Fraction(1, 2)


def whole_percent(share: Decimal | Fraction) -> int:
    """A share as it is shown; short of the whole it never reads 100, and what was begun never reads 0."""
    percent = int(Fraction(share) * 100 + HALF)
    if share < 1:
        percent = min(percent, 99)
    return max(percent, 1) if share > 0 else percent


def tenth(mean: Fraction) -> float:
    """A mean as it is shown. As a binary fraction 4.35 is a little less, and would read 4.3."""
    return int(mean * 10 + HALF) / 10
