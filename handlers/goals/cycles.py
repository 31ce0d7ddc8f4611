"""The spans that goals are for: quarters of the calendar unless the company has cycles of its own."""

from __future__ import annotations

from datetime import date, timedelta

QUARTER = 3


def end_of_quarter(day: date) -> date:
    """The last day of the quarter in which a day lies."""
    last_month = (day.month - 1) // QUARTER * QUARTER + QUARTER
    following = date(day.year + last_month // 12, last_month % 12 + 1, 1)
    return following - timedelta(days=1)
