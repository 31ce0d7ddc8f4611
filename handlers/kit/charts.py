"""What a picture shows, in figures: how something came along, bars one below the other, or a grid; each also as a
table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal, TypeAlias

from handlers.kit.text import Lines, Listing, Phrase, Text, Verbatim, text
from handlers.kit.values import value

MOST_POINTS = 200
MOST_BARS = 60
MOST_COLUMNS = 10
INDENT = "\N{EM SPACE}"  # other spaces are lost where it is drawn

Tone: TypeAlias = Literal["", "good", "warning", "bad"]


@value
class Course:
    """How far something had come, in whole percent, from one day to another: `points` are days with what was reached
    by then. Drawn with the straight line that would arrive on the last day."""

    begins_on: date
    ends_on: date
    today: date
    points: tuple[tuple[date, int], ...]

    def __post_init__(self) -> None:
        if not 0 < len(self.points) <= MOST_POINTS:
            raise ValueError("a course has points, and not too many")
        if self.ends_on < self.begins_on:
            raise ValueError("a course ends after it begins")


@value
class Bar:
    """A line of a chart: what it is, how far it is (None without data), and what is said of that. `depth` sets it below
    the one before; a `heading` has no bar."""

    label: Text
    share: float | None = None
    said: Text | None = None
    tone: Tone = ""
    depth: int = 0
    heading: bool = False

    def __post_init__(self) -> None:
        text(self.label)


@value
class Bars:
    """Bars one below the other; with `joined` a tree, whose branches are drawn."""

    bars: tuple[Bar, ...]
    joined: bool = False

    def __post_init__(self) -> None:
        if not 0 < len(self.bars) <= MOST_BARS:
            raise ValueError("there are bars, and not too many")


@value
class Cell:
    """What stands where a row meets a column, and how much that is of the most that there is: 0 to 1."""

    said: Text
    share: float = 0.0

    def __post_init__(self) -> None:
        text(self.said)


@value
class GridRow:
    """A row of a grid: what it is, and its cells from left to right."""

    label: Text
    cells: tuple[Cell, ...]

    def __post_init__(self) -> None:
        text(self.label)


@value
class Grid:
    """Rows that meet columns, the fuller the darker. `across` says what the columns are."""

    columns: tuple[Text, ...]
    rows: tuple[GridRow, ...]
    across: Text

    def __post_init__(self) -> None:
        text(self.across)
        if not 0 < len(self.columns) <= MOST_COLUMNS or not 0 < len(self.rows) <= MOST_BARS:
            raise ValueError("a grid has columns and rows, and not too many")
        if any(len(row.cells) != len(self.columns) for row in self.rows):
            raise ValueError("every row of a grid has a cell in every column")


Chart: TypeAlias = Course | Bars | Grid


def table(chart: Chart) -> Lines:
    """The same for who prefers reading: a line for each figure."""
    return Lines(tuple(_rows(chart)))


def _rows(chart: Chart) -> Iterator[Text]:
    if isinstance(chart, Course):
        for day, percent in chart.points:
            yield Phrase("{day}: {percent}%", day=day, percent=percent)
        return
    if isinstance(chart, Grid):
        for row in chart.rows:
            pairs = zip(chart.columns, row.cells, strict=True)
            cells = Listing(
                tuple(Phrase("{title}: {said}", title=each, said=cell.said) for each, cell in pairs)
            )
            yield Phrase("{title} · {said}", title=row.label, said=cells)
        return
    for bar in chart.bars:
        label: Text = bar.label
        if bar.depth:
            label = Phrase("{indent}{title}", indent=Verbatim(INDENT * bar.depth), title=bar.label)
        yield label if bar.said is None else Phrase("{title} · {said}", title=label, said=bar.said)
