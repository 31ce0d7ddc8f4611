"""A picture of progress: its specification, its drawing, and what that holds up."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from benchmarks.goals.results import Result, resident, since
from bot.pictures.specification import specification
from bot.pictures.studio import Studio
from bot.words import Voice
from handlers.kit.cards import Picture
from handlers.kit.charts import Course
from handlers.kit.text import Phrase, Verbatim

TITLE = "A progress picture"


@dataclass
class Drawing(Result):
    """A progress picture of so many points: milliseconds for its specification, for the first PNG with the start of its
    process, for each further one; what the event loop was held up at most; and MiB of the process that draws."""

    heads = ("points", "specified ms", "first PNG ms", "next ms", "loop held up ms", "MiB, its process")

    points: int
    specified: float
    first: float
    next: float
    held: float
    memory: float

    @property
    def row(self) -> tuple[str, ...]:
        whole = (self.first, self.next, self.held, self.memory)
        return str(self.points), f"{self.specified:.2f}", *(f"{each:.0f}" for each in whole)


async def run(points: int, rounds: int) -> Drawing:
    """Draw progress pictures, each another one."""
    studio = Studio()
    specified, drawn, held = [], [], 0.0
    for number in range(rounds + 1):
        began = time.perf_counter()
        spec = specification(_picture(points, number), Voice("zh")).spec
        specified.append(since(began))
        began = time.perf_counter()
        waiting = asyncio.create_task(studio.draw(spec))
        held = max(held, await _longest_pause(waiting))
        await waiting
        drawn.append(since(began))
    assert studio._process is not None
    memory = resident(studio._process.pid)
    await studio.close()
    return Drawing(points, median(specified), drawn[0], median(drawn[1:]), 1000 * held, memory)


def _picture(points: int, number: int) -> Picture:
    first = date(2026, 1, 1)
    days = tuple(
        (first + timedelta(days=n * 364 // max(1, points - 1)), min(100, n * 100 // points))
        for n in range(points)
    )
    chart = Course(first, first + timedelta(days=364), days[-1][0], days)
    return Picture(Verbatim(f"签约第 {number} 批客户"), Phrase("{percent}%", percent=62), chart)


async def _longest_pause(task: asyncio.Task[bytes]) -> float:
    longest, last = 0.0, time.perf_counter()
    while not task.done():
        await asyncio.sleep(0.001)
        longest, last = max(longest, time.perf_counter() - last), time.perf_counter()
    return longest
