"""A launch about everybody, and what the clock does with it that day, beside the bare rows that it comes to."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median

from sqlmodel import col

from benchmarks.goals.company import bare_database
from benchmarks.goals.results import Result, since
from benchmarks.reviews.company import Company
from schedules.clock import Clock
from schedules.delivery import Delivery
from storage.ids import new_id
from storage.reviews import Review
from storage.tables import ObligationRow, Outgoing

TITLE = "A cycle is launched: from the press to the answer, and until the clock has asked everybody"
TICK_TITLE = "The first reminders of a cycle, and a tick during it with nothing to say"


@dataclass
class Launch(Result):
    """A launch: seconds from the press to the answer, and until everybody is asked; the longest unit of work after the
    answer; what was assigned and is owed, microseconds for each person, MiB that the process took more at most; and as
    many bare rows, in one transaction."""

    heads = (
        "people", "answer, s", "all asked, s", "longest unit ms", "to write", "owed now", "us a person", "MiB more",
        "bare rows, s", "x bare",
    )  # fmt: skip

    people: int
    answer: float
    seconds: float
    longest: float
    assigned: int
    owed: int
    memory: float
    bare: float

    @property
    def row(self) -> tuple[str, ...]:
        each = 1e6 * self.seconds / self.people
        counts = (f"{self.assigned:,}", f"{self.owed:,}", f"{each:.0f}", f"{self.memory:.0f}")
        ratio = f"{self.seconds / self.bare:.0f}"
        times = f"{self.answer:.2f}", f"{self.seconds:.2f}", f"{1000 * self.longest:.0f}"
        return f"{self.people:,}", *times, *counts, f"{self.bare:.3f}", ratio


@dataclass
class Day(Result):
    """The first reminders: seconds of ticks until everybody was told, how many messages; the longest tick; and then a
    tick with nothing to say beside the bare question of what is due, in milliseconds."""

    heads = (
        "people", "messages", "seconds", "us each", "longest tick ms", "empty tick ms", "bare query ms", "x bare",
    )  # fmt: skip

    people: int
    messages: int
    seconds: float
    longest: float
    empty: float
    query: float

    @property
    def row(self) -> tuple[str, ...]:
        each = 1e6 * self.seconds / self.messages
        ticks = (
            f"{self.longest:.0f}",
            f"{self.empty:.2f}",
            f"{self.query:.3f}",
            f"{self.empty / self.query:.0f}",
        )
        return f"{self.people:,}", f"{self.messages:,}", f"{self.seconds:.1f}", f"{each:.0f}", *ticks


@dataclass
class Launched:
    """Both."""

    launch: Launch
    day: Day


async def run(folder: Path, people: int, rounds: int) -> Launched:
    """Launch a cycle about all but one of so many people, and let the clock remind them."""
    company = Company(folder, people, "launch")
    await company.planned()
    card = await company.prepares()
    reset_peak()
    before = resident("VmRSS")
    answer, *units = await company.launches(card)
    memory = resident("VmHWM") - before
    assigned, owed = company.rows(Review), company.rows(ObligationRow)
    assert owed >= people - 1, owed
    bare = _bare_rows(folder / f"bare-launch-{people}.db", assigned + owed + people)
    launched = Launch(
        people, answer, answer + sum(units), max(units, default=0), assigned, owed, memory, bare
    )
    day = await _first_day(company, people, rounds)
    await company.database.close()
    return Launched(launched, day)


async def _first_day(company: Company, people: int, rounds: int) -> Day:
    clock = Clock(company.core, Delivery(company.core, [], worker="bench"))
    before = company.rows(Outgoing)
    company.clock[0] += timedelta(minutes=5)
    ticks = [since(began) for began in [time.perf_counter()] if await clock.tick()]
    while (told := company.rows(Outgoing, col(Outgoing.person_id).is_not(None)) - before) < people - 1:
        began = time.perf_counter()
        await clock.tick()
        ticks.append(since(began))
        assert len(ticks) < 1_000, told
    empty, queries = [], []
    for _ in range(4 * rounds):
        company.clock[0] += timedelta(minutes=1)
        began = time.perf_counter()
        await clock.tick()
        empty.append(since(began))
        queries.append(
            _asked(company.file, company.clock[0].replace(tzinfo=None).isoformat(" ", "microseconds"))
        )
    return Day(people, told, sum(ticks) / 1000, max(ticks), median(empty), median(queries))


def _asked(file: Path, now: str) -> float:
    connection = sqlite3.connect(file)
    began = time.perf_counter()
    connection.execute(
        "SELECT person_id FROM obligation WHERE closed_at IS NULL AND remind_at <= ? ORDER BY remind_at LIMIT 200",
        (now,),
    ).fetchall()
    taken = since(began)
    connection.close()
    return taken


def _bare_rows(file: Path, rows: int) -> float:
    """As many rows of four columns, one statement, one durable commit."""
    connection = bare_database(file)
    connection.execute("CREATE TABLE made (id TEXT PRIMARY KEY, person TEXT, at TEXT, words TEXT)")
    ids = [
        (new_id(), new_id(), "2026-11-23 09:00:00", "Autumn 2026: write your self-review")
        for _ in range(rows)
    ]
    began = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO made VALUES (?, ?, ?, ?)", ids)
    connection.execute("COMMIT")
    seconds = time.perf_counter() - began
    connection.close()
    return seconds


def reset_peak() -> None:
    """Forget the most memory that this process had."""
    Path("/proc/self/clear_refs").write_text("5")


def resident(which: str) -> float:
    """MiB that this process has (VmRSS), or had at most (VmHWM)."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(next(line for line in status.splitlines() if line.startswith(which)).split()[1]) / 1024
