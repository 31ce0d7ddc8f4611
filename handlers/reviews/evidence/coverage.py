"""How the evidence lies over the months, so that the last weeks do not stand for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from handlers.kit.cards import Note, Part, Trend
from handlers.kit.text import Listing, Phrase, Verbatim
from storage.reviews import ReviewCycle

FEW = 3
"""From so many months and so many citations on, it is said when they are nearly all of the last month."""
MOSTLY = 2 / 3


def months(cycle: ReviewCycle) -> list[str]:
    """The months of a cycle's time, as "2026-07"."""
    first, last = cycle.from_on, cycle.to_on
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    numbers = (first.year * 12 + first.month - 1 + n for n in range(count))
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in numbers]


def bar(cycle: ReviewCycle, days: Iterable[date]) -> tuple[Part, ...]:
    """How many pieces each month has, where there is one."""
    counted = Counter(f"{day:%Y-%m}" for day in days)
    if not counted:
        return (
            Note(
                Phrase(
                    "The record holds nothing of this time that you may read. Write what you know yourself."
                )
            ),
        )
    wanted = months(cycle)
    said = Listing(tuple(Verbatim(f"{month}: {counted[month]}") for month in wanted))
    empty = tuple(Verbatim(month) for month in wanted if not counted[month])
    made: list[Part] = [
        Trend(Phrase("By month: {counts}", counts=said), tuple(float(counted[m]) for m in wanted))
    ]
    if empty:
        made.append(
            Note(
                Phrase(
                    "Nothing is on record for {months}. That says nothing about the work.",
                    months=Listing(empty),
                )
            )
        )
    return tuple(made)


def recency(cycle: ReviewCycle, cited: Sequence[date]) -> tuple[Part, ...]:
    """A word where nearly all that is cited is of the last month."""
    wanted = months(cycle)
    late = [day for day in cited if f"{day:%Y-%m}" == wanted[-1]]
    if len(wanted) < FEW or len(cited) < FEW or len(late) < MOSTLY * len(cited):
        return ()
    return (
        Note(
            Phrase(
                "{n} of the {most} pieces that you cite are of the last month. What was before counts as much.",
                n=len(late),
                most=len(cited),
            )
        ),
    )
