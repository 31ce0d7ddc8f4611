"""Shares and means are rounded half up, once, whatever their digits are in binary."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from handlers.kit.rounding import tenth, whole_percent


@pytest.mark.parametrize(
    ("share", "percent"),
    [("0", 0), ("0.001", 1), ("0.125", 13), ("0.344", 34), ("0.345", 35), ("0.999", 99), ("1", 100)],
)
def test_a_share_is_rounded_once_and_never_flatters(share: str, percent: int) -> None:
    assert whole_percent(Decimal(share)) == whole_percent(Fraction(share)) == percent


@pytest.mark.parametrize(
    ("total", "of", "shown"), [(26, 8, 3.3), (25, 8, 3.1), (87, 20, 4.4), (43, 20, 2.2), (13, 3, 4.3)]
)
def test_a_mean_is_rounded_up_from_a_half(total: int, of: int, shown: float) -> None:
    assert tenth(Fraction(total, of)) == shown
