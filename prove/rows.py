"""What a sweep found, as one row of the table; a sweep that examined nothing has proven nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

HEADS = (
    "fault",
    "cells run",
    "acknowledged",
    "lost",
    "doubled",
    "leaked",
    "ambiguous",
    "recovery seconds",
)


@dataclass(frozen=True)
class Row:
    """One fault. `cells` is how many cases were examined; of `lost`, `doubled`, `leaked` and `wrong` there must be
    none.

    `recovery` is the worst number of seconds from the fault until everything went on, where that has a meaning;
    `figures` what else was measured; `wrong` says in words what should not be."""

    fault: str
    cells: int
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    leaked: int = 0
    ambiguous: int = 0
    recovery: float | None = None
    figures: str = ""
    wrong: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether what the row examined is as promised, and it examined something."""
        return self.cells > 0 and not (self.lost or self.doubled or self.leaked or self.wrong)

    def columns(self) -> tuple[str, ...]:
        """The row as it is printed."""
        numbers = (self.cells, self.acknowledged, self.lost, self.doubled, self.leaked, self.ambiguous)
        recovery = "" if self.recovery is None else f"{self.recovery:.1f}"
        return (self.fault, *(f"{number:,}" for number in numbers), recovery)


@dataclass(frozen=True)
class Terms:
    """How a sweep is to run: shortly or at length, from which seed, in which folder, what it says, and how many
    seeds it tries at length."""

    long: bool
    seed: int
    folder: Path
    say: Callable[[str], None] = field(default=lambda words: None)
    seeds: int = 20


@dataclass(frozen=True)
class Sweep:
    """One part of the proof, by a name for `--only`."""

    name: str
    run: Callable[[Terms], Awaitable[Sequence[Row]]]


def draw(rows: Sequence[Row], *, width: int = 118) -> str:
    """The table as text, then what was measured beside it, then what is wrong."""
    table = Table(box=None, pad_edge=False)
    for head in HEADS:
        table.add_column(head, justify="left" if head == HEADS[0] else "right", overflow="fold")
    for row in rows:
        table.add_row(*row.columns())
    console = Console(width=width, color_system=None)
    with console.capture() as written:
        console.print(table)
    return "\n".join([_plain(written.get()), *_figures(rows), *_verdict(rows)])


def _plain(drawn: str) -> str:
    return "\n".join(line.rstrip() for line in drawn.splitlines())


def _figures(rows: Sequence[Row]) -> list[str]:
    return [f"  {row.fault}: {row.figures}" for row in rows if row.figures]


def _verdict(rows: Sequence[Row]) -> list[str]:
    broken = [row for row in rows if not row.holds]
    words = [f"WRONG  {row.fault}: {why}" for row in broken for why in row.wrong]
    words += [f"WRONG  {row.fault}: nothing was examined" for row in broken if not row.cells]
    words += [
        f"WRONG  {row.fault}: what should be zero is not" for row in broken if row.cells and not row.wrong
    ]
    cells, acknowledged = sum(row.cells for row in rows), sum(row.acknowledged for row in rows)
    held = "The promise does not hold." if broken or not rows else "The promise holds."
    return [*words, f"{cells:,} cells, {acknowledged:,} acknowledged inputs. {held}"]


def all_hold(rows: Sequence[Row]) -> bool:
    """Whether there is anything, and all of it is as promised."""
    return bool(rows) and all(row.holds for row in rows)
