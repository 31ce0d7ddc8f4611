"""What goals cost as there are more of them: scoring, the tree, figures that arrive, the week's nudge, a picture."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from benchmarks.goals import drawing, figures, nudge, scoring, sizes
from benchmarks.goals.results import Result
from bot.running import collect_rarely


async def run(
    folder: Path, *, rounds: int, quick: bool, large: bool = False
) -> AsyncIterator[tuple[str, Sequence[Result]]]:
    """Measure one thing after the other, each with the title of its table."""
    collect_rarely()  # as `upbeat run` does
    goals = (1_000, 10_000) if quick else (1_000, 10_000, 100_000)
    arrive = 2_000 if quick else 10_000
    yield scoring.TITLE, [scoring.run(size, rounds) for size in goals]
    yield sizes.TITLE, [await sizes.run(folder, size, rounds) for size in goals]
    yield (
        f"{arrive:,} figures arrive, {figures.SENT} in a delivery",
        [
            each
            for engine, size in _where(goals)
            for each in await figures.run(folder, engine, size, min(rounds, 3), arrive)
        ],
    )
    people = (*goals[:2], *((100_000,) if large else ()))
    yield nudge.TITLE, [await nudge.run(folder, size) for size in people]
    yield drawing.TITLE, [await drawing.run(points, 2 * rounds) for points in (13, 200)]


def _where(sizes: Sequence[int]) -> list[tuple[str, int]]:
    """SQLite as it grows, and PostgreSQL at the largest."""
    return [*(("sqlite", size) for size in sizes), ("postgresql", sizes[-1])]
