"""What an item of a scorecard does to its score: it counts by weight, is judged in words, or adds or takes points."""

from __future__ import annotations

from decimal import Decimal

from handlers.kit.forms import Option
from handlers.kit.text import Phrase
from storage.goals import KeyResult

COUNTED, JUDGED, BONUS, PENALTY = "", "judged", "bonus", "penalty"
BEST = Decimal(5)
"""The best grade of an item that is judged; the least is 0."""

PARTS = (
    Option("counted", Phrase("A number that counts by its weight"), also=("counted", "定量", "计权重")),
    Option(JUDGED, Phrase("Judged in words, from 0 to 5"), also=("judged", "定性", "评语")),
    Option(BONUS, Phrase("Bonus points"), also=("bonus", "加分项", "加分")),
    Option(PENALTY, Phrase("Points off"), also=("penalty", "points off", "扣分项", "扣分", "减分")),
)


def is_given(part: str) -> bool:
    """Whether its points are added or taken as they are, beside all weights."""
    return part in (BONUS, PENALTY)


def given(row: KeyResult) -> Decimal:
    """Its points that were added or taken: never more than the most, which may be less now than it was then, and never
    fewer than none, whatever data says."""
    points: Decimal = max(min(row.value or Decimal(0), row.target), Decimal(0))
    return points
