"""What the size of the company costs: who is who, a start, a tick, a command, a command that names somebody."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.company import SECRET, found, plan, slack_user, url_of
from benchmarks.load import Maker, slash_command
from benchmarks.outside import Outside
from benchmarks.pairs import Side, measure
from benchmarks.processes import Process, upbeat
from benchmarks.slack import SAYS, warmed
from handlers import FEATURES
from handlers.kit.dispatch import Core
from schedules.clock import Clock
from schedules.delivery import Delivery
from storage.database import Database
from storage.memory import Memory, View

SPEAKERS = 90
"""How many of them talk, whatever the size of the company."""


@dataclass
class Size:
    """One size of company. Milliseconds for the directory and an empty tick, seconds for the start, MiB at rest, and
    microseconds of processor time for each command."""

    people: int
    directory: float
    tick: float
    start: float
    memory: float
    check_in: float
    naming: float


async def run(folder: Path, people: int, there: Outside, *, rounds: int, seconds: float) -> Size:
    """Measure a company of this size."""
    file = folder / f"company-{people}.db"
    found(file, people)
    await plan(file)
    directory, tick = await _clock(file, rounds)
    async with upbeat(file, there.settings("slack")) as process:
        memory = process.resident()
        await warmed(process, min(people, SPEAKERS))
        users = [slack_user(number) for number in range(min(people, SPEAKERS))]
        check_in = await _micros(process, lambda run: slash_command(users, f"c{run}"), SAYS, rounds, seconds)
        naming = await _micros(
            process, lambda run: _naming(users, people, f"n{run}"), b"Person", rounds, seconds
        )
        return Size(people, directory, tick, process.started_in, memory, check_in, naming)


def _naming(users: list[str], people: int, run: str) -> Maker:
    """Thanks somebody by their full name, up to the preview."""
    return slash_command(
        users, run, slashes="/kudos", words=f"@Person {people - 1} Of-Many for the calm call"
    )


async def _micros(process: Process, make: object, says: bytes, rounds: int, seconds: float) -> float:
    side = Side()
    for number in range(rounds):
        await measure(process, side, make(number), 16, seconds, says)  # type: ignore[operator]
    if side.refused:
        raise RuntimeError(f"{side.refused} commands were refused")
    return side.micros


async def _clock(file: Path, rounds: int) -> tuple[float, float]:
    database = Database(url_of(file), SECRET.encode())
    database.open()
    core = Core(database, FEATURES)
    clock = Clock(core, Delivery(core, [], worker="bench"))
    ticks, reads = [], []
    for _ in range(rounds):
        began = time.perf_counter()
        await clock.tick()
        ticks.append(1000 * (time.perf_counter() - began))
        began = time.perf_counter()
        database.write_now(lambda store: View(Memory()).at(store.connection))
        reads.append(1000 * (time.perf_counter() - began))
    await database.close()
    return median(reads), median(ticks)
