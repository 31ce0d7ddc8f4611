"""How much memory processes hold, looked at again and again, and how fast it grows."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from prove.house import Process

WARM = 0.3
"""The share of the time in which caches fill, and that does not count."""
HOUR = 3600.0
MIB = 2**20


@dataclass
class Memory:
    """MiB held by all processes together, at moments."""

    points: list[tuple[float, float]] = field(default_factory=list)

    @property
    def slope(self) -> float:
        """MiB an hour, by least squares over the time after warming up."""
        points = self.points[int(WARM * len(self.points)) :]
        if len(points) < 3:
            return 0.0
        middle = sum(at for at, _ in points) / len(points), sum(held for _, held in points) / len(points)
        spread = sum((at - middle[0]) ** 2 for at, _ in points)
        return HOUR * sum((at - middle[0]) * (held - middle[1]) for at, held in points) / spread

    def __str__(self) -> str:
        held = self.points[-1][1] if self.points else 0.0
        seconds = self.points[-1][0] - self.points[0][0] if self.points else 0.0
        return f"memory {held:.0f} MiB, growing {self.slope * seconds / HOUR:+.1f} MiB in {seconds:.0f} s"


@contextlib.asynccontextmanager
async def watched(processes: Sequence[Process], *, each: float) -> AsyncIterator[Memory]:
    """Look every so many seconds, while the block runs. Only what lives all the time tells how memory grows."""
    memory = Memory()
    task = asyncio.create_task(_look(memory, processes, each))
    try:
        yield memory
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _look(memory: Memory, processes: Sequence[Process], each: float) -> None:
    while True:
        memory.points.append((time.monotonic(), sum(map(_held, processes))))
        await asyncio.sleep(each)


def _held(process: Process) -> float:
    try:
        pages = int(Path(f"/proc/{process.popen.pid}/statm").read_text().split()[1]) if process.popen else 0
    except (OSError, IndexError):  # it has just died, or this system has no /proc
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB
