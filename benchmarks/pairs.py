"""Two servers take turns under the same load, so that what disturbs the machine disturbs both alike."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from statistics import median

from benchmarks.load import Load, Maker, drive
from benchmarks.processes import Process


@dataclass
class Side:
    """What one server did in every round at one number of requests in flight."""

    loads: list[Load] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    """Microseconds of processor time for each request."""

    @property
    def rate(self) -> float:
        return median(load.rate for load in self.loads)

    def p(self, share: float) -> float:
        """Milliseconds within which this share was answered."""
        return median(load.p(share) for load in self.loads)

    @property
    def micros(self) -> float:
        return median(self.cpu)

    @property
    def refused(self) -> int:
        return sum(load.refused for load in self.loads)


@dataclass
class Pair:
    """Ours and theirs, round by round."""

    in_flight: int
    ours: Side = field(default_factory=Side)
    theirs: Side = field(default_factory=Side)

    @property
    def ratio(self) -> float:
        """How many times their rate we reach: the median over the rounds."""
        both = zip(self.ours.loads, self.theirs.loads, strict=True)
        return median(ours.rate / theirs.rate for ours, theirs in both)


async def compare(
    ours: Process,
    theirs: Process,
    make: Callable[[int], Maker],
    *,
    levels: tuple[int, ...] = (1, 16, 64),
    rounds: int = 5,
    seconds: float = 1.5,
    says: bytes = b"",
    quiet: Callable[[], Awaitable[float]] | None = None,
) -> list[Pair]:
    """Alternate between the two, at each number of requests in flight. `make` gets the number of the round; `quiet`
    waits until the answers that are sent beside the acknowledgement have arrived, and says when the last one did."""
    pairs, run = [Pair(level) for level in levels], 1
    for turn in range(rounds):
        for pair in pairs:
            sides = [(ours, pair.ours), (theirs, pair.theirs)]
            for process, side in sides if turn % 2 else reversed(sides):
                run += 1
                await measure(process, side, make(run), pair.in_flight, seconds, says, quiet)
    return pairs


async def measure(
    process: Process,
    side: Side,
    make: Maker,
    in_flight: int,
    seconds: float,
    says: bytes,
    quiet: Callable[[], Awaitable[float]] | None = None,
) -> None:
    """One round of one server."""
    before, began = process.cpu(), time.perf_counter()
    load = await drive(process.port, make, in_flight=in_flight, seconds=seconds, says=says)
    if quiet is not None:
        # An acknowledgement is no answer yet: who acknowledges more than they answer falls behind.
        load.rate = len(load.seconds) / (await quiet() - began)
    side.loads.append(load)
    side.cpu.append(1e6 * (process.cpu() - before) / max(1, len(load.seconds)))
