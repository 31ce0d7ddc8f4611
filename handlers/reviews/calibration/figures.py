"""Ratings in figures: how they are spread, with a guide where one is wanted, the nine boxes, and each unit by point."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from handlers.kit.charts import Bar, Bars, Cell, Grid, GridRow
from handlers.kit.rounding import tenth, whole_percent
from handlers.kit.text import Phrase, Plural, Text, Verbatim
from handlers.reviews.participation import unit_text
from handlers.reviews.suppressing import hidden, may_show

LOW, MIDDLE, HIGH = range(3)
POTENTIALS: tuple[Text, ...] = (
    Phrase("is in the right place now"),
    Phrase("could take on more within a year"),
    Phrase("could take on a much larger role"),
)
"""What a manager may think of somebody's potential, the least first. Words, because a number would look measured."""

PERFORMANCES: tuple[Text, ...] = (Phrase("below"), Phrase("as needed"), Phrase("above"))
MOST_UNITS = 40
"""Rows of a picture; how many more there are is said beside it."""


@dataclass(frozen=True)
class Rated:
    """A person with a rating, in a unit, with the potential that was judged, if any."""

    id: str
    name: str
    unit: str
    points: int
    potential: int | None = None


def potential_said(level: int) -> Text:
    """How far somebody could go, in words."""
    return POTENTIALS[level - 1] if 0 < level <= len(POTENTIALS) else Phrase("{n}", n=level)


def third(points: int, most: int) -> int:
    """Whether a point of a scale is low, in the middle or high: those nearer to the middle than to an end are in it."""
    off = 2 * (points - 1) - (most - 1)
    if 2 * abs(off) < most - 1:
        return MIDDLE
    return HIGH if off > 0 else LOW


# How they are spread -------------------------------------------------------------------------------------------------


def spread(
    people: Sequence[Rated], points: Sequence[Text], least: int, guide: Sequence[int] | None
) -> Bars | None:
    """How many people have each point, or None for too few people. A guide says beside it how far off that is; it
    changes nothing."""
    if not may_show(len(people), least):
        return None
    counted = Counter(each.points for each in people)
    bars = []
    for number, point in enumerate(points, 1):
        share = Fraction(counted[number], len(people))
        label = Phrase("{n} – {point}", n=number, point=point)
        said = _said(counted[number], share, guide[number - 1] if guide else None)
        bars.append(Bar(label, float(share), said))
    return Bars(tuple(bars))


def _said(count: int, share: Fraction, guide: int | None) -> Text:
    percent = whole_percent(share)
    if guide is None:
        return Phrase("{count}, {percent}%", count=count, percent=percent)
    off = percent - guide
    sign = Verbatim("+" if off > 0 else "−" if off < 0 else "±")
    return Phrase("{percent}%, guide {sign}{off}", percent=percent, sign=sign, off=abs(off))


def found(people: Sequence[Rated], most: int) -> Text:
    """The spread in one sentence."""
    mean = Fraction(sum(each.points for each in people), len(people))
    return Plural(
        "one person, {mean} of {most}",
        "{n} people, {mean} of {most} on average",
        n=len(people),
        mean=tenth(mean),
        most=most,
    )


# Nine boxes ----------------------------------------------------------------------------------------------------------


def boxes(people: Sequence[Rated], most: int) -> dict[tuple[int, int], list[Rated]]:
    """People by their performance and potential, those with both."""
    made: dict[tuple[int, int], list[Rated]] = {}
    for each in people:
        if each.potential is not None:
            made.setdefault((third(each.points, most), each.potential - 1), []).append(each)
    return made


def nine_box(people: Sequence[Rated], most: int) -> Grid:
    """Performance from left to right, potential from below to above, with how many people stand in each box."""
    held = boxes(people, most)
    fullest = max((len(each) for each in held.values()), default=1)
    rows = (
        GridRow(POTENTIALS[level], tuple(_count(len(held.get((p, level), ())), fullest) for p in range(3)))
        for level in reversed(range(3))
    )
    return Grid(PERFORMANCES, tuple(rows), Phrase("Performance, of what the role needs"))


def _count(count: int, fullest: int) -> Cell:
    return Cell(Phrase("{n}", n=count), count / max(fullest, 1))


# Units by points -----------------------------------------------------------------------------------------------------


def by_unit(people: Sequence[Rated]) -> Mapping[str, list[Rated]]:
    """People by their unit, in the order of the units' names."""
    made: dict[str, list[Rated]] = {}
    for each in sorted(people, key=lambda each: each.unit):
        made.setdefault(each.unit, []).append(each)
    return made


def heat(
    people: Sequence[Rated], points: Sequence[Text], least: int
) -> tuple[Grid | None, Sequence[str], int]:
    """The share of each point in each unit, the units of which that may be shown, and how many are hidden because they,
    or the sum of the others, would tell of a few. None where there is nothing to show."""
    units = by_unit(people)
    out = hidden({name: len(each) for name, each in units.items()}, least)
    open_ = [name for name in units if name not in out]
    if not open_:
        return None, (), len(out)
    rows = (_unit_row(name, units[name], len(points)) for name in open_[:MOST_UNITS])
    columns = tuple(Phrase("{n}", n=number) for number in range(1, len(points) + 1))
    return Grid(columns, tuple(rows), Phrase("Points, the lowest first")), open_, len(out)


def _unit_row(name: str, people: Sequence[Rated], most: int) -> GridRow:
    counted = Counter(each.points for each in people)
    shares = (Fraction(counted[number], len(people)) for number in range(1, most + 1))
    cells = tuple(Cell(Phrase("{percent}%", percent=whole_percent(share)), float(share)) for share in shares)
    label = Phrase("{unit} ({n})", unit=unit_text(name), n=len(people))
    return GridRow(label, cells)
