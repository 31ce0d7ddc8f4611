"""What review cycles cost as the company grows: a launch, the reminders of a day, evidence, a calibration."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from benchmarks.goals.results import Result
from benchmarks.reviews import calibration, evidence, launch


async def run(folder: Path, *, rounds: int, quick: bool) -> AsyncIterator[tuple[str, Sequence[Result]]]:
    """Measure one thing after the other, each with the title of its table."""
    people = (100, 1_000) if quick else (100, 1_000, 10_000)
    launched = [await launch.run(folder, size, rounds) for size in people]
    yield launch.TITLE, [each.launch for each in launched]
    yield launch.TICK_TITLE, [each.day for each in launched]
    yield evidence.TITLE, [await evidence.run(folder, size, rounds) for size in people]
    yield (
        calibration.TITLE,
        [
            await calibration.run(folder, size, rounds)
            for size in (people[:2] if quick else (100, 500, 2_000))
        ],
    )
