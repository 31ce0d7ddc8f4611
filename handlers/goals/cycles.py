"""The spans that goals are for: quarters or months of the calendar, or cycles of the company's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from storage.goals import Cycle
from storage.goals.cycles import CUSTOM, MONTH
from storage.store import Store

QUARTER = 3
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """A cycle, whether something links to it already or not."""

    name: str
    shape: str
    begins_on: date
    ends_on: date


def quarter(day: date) -> Span:
    """The quarter in which a day lies."""
    first = (day.month - 1) // QUARTER * QUARTER + 1
    begins = date(day.year, first, 1)
    return Span(f"{day.year} Q{first // QUARTER + 1}", "quarter", begins, _first_after(begins, QUARTER) - DAY)


def month(day: date) -> Span:
    """The month in which a day lies."""
    begins = day.replace(day=1)
    return Span(f"{day:%Y-%m}", "month", begins, _first_after(begins, 1) - DAY)


def _first_after(begins: date, months: int) -> date:
    """The first day of the month so many months later."""
    count = begins.month - 1 + months
    return date(begins.year + count // 12, count % 12 + 1, 1)


def current(store: Store, day: date) -> Span:
    """The cycle in which a day lies; where the company's own have a gap, the quarter."""
    shape = store.goals.cycles.shape
    if shape == CUSTOM:
        own = store.goals.cycles.custom_at(day)
        return span_of(own) if own else quarter(day)
    return month(day) if shape == MONTH else quarter(day)


def following(store: Store, day: date) -> Span:
    """The cycle after the one in which a day lies: it begins when that one is over, or later."""
    now = current(store, day)
    if store.goals.cycles.shape == CUSTOM:
        own = store.goals.cycles.custom_after(max(day, now.begins_on))
        if own:
            return span_of(own)
    then = current(store, now.ends_on + DAY)
    return then if then.begins_on > now.ends_on else current(store, then.ends_on + DAY)


def span_of(row: Cycle) -> Span:
    """A cycle that is kept, as a span."""
    return Span(row.name, row.shape, row.begins_on, row.ends_on)


def linked(store: Store, span: Span) -> str:
    """The id of a cycle for what links to it."""
    return store.goals.cycles.keep(span.name, span.shape, span.begins_on, span.ends_on).id
