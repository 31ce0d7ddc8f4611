"""How far a goal has come: exact arithmetic in which nothing is guessed, and what has no data is left out aloud."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

ZERO, ONE = Decimal(0), Decimal(1)


class Direction(StrEnum):
    """What is good for a key result."""

    UP = "up"
    DOWN = "down"
    BAND = "band"
    """To stay between two values, both included."""
    MILESTONE = "milestone"
    """So many steps, of which some are done."""
    YES_NO = "yes_no"


class Mistake(StrEnum):
    """Why numbers cannot be a measure."""

    SAME = "same"
    """It starts where it is to end: every value would be right, or none."""
    BACKWARDS = "backwards"
    """The target lies on the other side of the start."""
    SHORT = "short"
    """The stretch lies before the target."""
    EMPTY_BAND = "empty_band"
    NO_STEPS = "no_steps"
    NEGATIVE_WEIGHT = "negative_weight"


@dataclass(frozen=True)
class Measure:
    """From where to where. Of a band, `target` is its lower and `high` its upper end, and `start` may be missing; of
    the others `start` counts."""

    direction: Direction
    target: Decimal
    start: Decimal | None = None
    high: Decimal | None = None
    stretch: Decimal | None = None

    def mistake(self) -> Mistake | None:
        """Why this cannot be measured by, or None."""
        if self.direction is Direction.YES_NO:
            return None
        if self.direction is Direction.BAND:
            return Mistake.EMPTY_BAND if self.high is None or self.high < self.target else None
        start = self.start or ZERO
        if self.direction is Direction.MILESTONE and (self.target < 1 or self.target % 1):
            return Mistake.NO_STEPS
        if start == self.target:
            return Mistake.SAME
        if (self.target < start) != (self.direction is Direction.DOWN):
            return Mistake.BACKWARDS
        beyond = self.stretch is not None and (self.stretch < self.target) != (
            self.direction is Direction.DOWN
        )
        return Mistake.SHORT if beyond and self.stretch != self.target else None


def progress(measure: Measure, value: Decimal | None) -> Decimal | None:
    """The share of the way from start to target, from 0 to 1; None without a value, or where nothing can be measured.
    In a band it is 1; outside of it, how much nearer than the start, or 0 where the start is unknown."""
    if value is None or measure.mistake() is not None:
        return None
    if measure.direction is Direction.YES_NO:
        return ONE if value >= measure.target else ZERO
    if measure.direction is Direction.BAND:
        return _in_band(measure, value)
    start = measure.start or ZERO
    return _bounded((value - start) / (measure.target - start))


def _in_band(measure: Measure, value: Decimal) -> Decimal:
    off = _distance(measure, value)
    if not off:
        return ONE
    worst = _distance(measure, measure.start) if measure.start is not None else ZERO
    return _bounded(ONE - off / worst) if worst else ZERO


def _distance(measure: Measure, value: Decimal) -> Decimal:
    """How far outside of the band a value lies."""
    high = measure.target if measure.high is None else measure.high
    return max(measure.target - value, value - high, ZERO)


def _bounded(share: Decimal) -> Decimal:
    return min(max(share, ZERO), ONE)


def is_stretched(measure: Measure, value: Decimal | None) -> bool:
    """Whether the stretch beyond the target is reached."""
    if value is None or measure.stretch is None:
        return False
    return value <= measure.stretch if measure.direction is Direction.DOWN else value >= measure.stretch


# Several together ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """One of what a goal consists of: how far it has come (None without data), and what it weighs. What weighs nothing
    is tracked and not counted."""

    progress: Decimal | None
    weight: Decimal = ONE
    stale: bool = False
    """Its data is too old to count."""


@dataclass(frozen=True)
class Share:
    """What one part contributed: `weight` is its part of the whole, 0 where it was left out."""

    weight: Decimal
    why_not: str = ""
    """`no_data`, `stale` or `tracked` where it does not count."""


@dataclass(frozen=True)
class Together:
    """The weighted mean of what has data, None where nothing has; and what each part contributed, in their order."""

    progress: Decimal | None
    shares: tuple[Share, ...]

    @property
    def left_out(self) -> int:
        """How many have no data: the others carry their weight, and whoever shows the mean says so."""
        return sum(share.why_not == "no_data" for share in self.shares)

    @property
    def stale(self) -> int:
        """How many have data that is too old to count."""
        return sum(share.why_not == "stale" for share in self.shares)


def together(parts: Sequence[Part]) -> Together:
    """The mean of parts by weight. It lies between the least and the most of them, in whatever order they come."""
    counted = [part.weight if _counts(part) else ZERO for part in parts]
    whole = sum(counted, ZERO)
    shares = tuple(
        _share(part, weight / whole if whole else ZERO) for part, weight in zip(parts, counted, strict=True)
    )
    if not whole:
        return Together(None, shares)
    sums = (part.progress * weight for part, weight in zip(parts, counted, strict=True) if part.progress)
    exact = sum(sums, ZERO) / whole
    known = [
        part.progress
        for part, weight in zip(parts, counted, strict=True)
        if weight and part.progress is not None
    ]
    return Together(
        min(max(exact, min(known)), max(known)), shares
    )  # the last digit of a division may lie outside


def _counts(part: Part) -> bool:
    return part.progress is not None and part.weight > 0 and not part.stale


def _share(part: Part, share: Decimal) -> Share:
    if part.weight <= 0:
        return Share(ZERO, "tracked")
    if part.progress is None:
        return Share(ZERO, "no_data")
    return Share(ZERO, "stale") if part.stale else Share(share)


# A scorecard ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Points:
    """What a scorecard of KPIs comes to: `base` of 100 by progress and weight, then what was added and taken off."""

    base: Decimal | None
    bonus: Decimal
    penalty: Decimal

    @property
    def total(self) -> Decimal | None:
        """Never below nothing; None where nothing has data."""
        return None if self.base is None else max(self.base + self.bonus - self.penalty, ZERO)


def points(parts: Sequence[Part], bonus: Iterable[Decimal] = (), penalty: Iterable[Decimal] = ()) -> Points:
    """The points of a scorecard."""
    mean = together(parts).progress
    base = None if mean is None else 100 * mean
    return Points(base, sum(bonus, ZERO), sum(penalty, ZERO))
