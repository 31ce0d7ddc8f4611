"""The week's nudge where everybody is due in the same minute, beside the bare rows that it comes to."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from benchmarks.company import found
from benchmarks.goals.company import MONDAY, Row, bare_database, opened, put
from benchmarks.goals.results import Result, resident
from handlers.goals import feature
from handlers.kit.dispatch import Core
from schedules.clock import Clock
from schedules.delivery import Delivery
from storage.ids import new_id
from storage.policy import Kind
from storage.store import Store
from storage.tables import ObligationRow, Outgoing

TITLE = "The week's nudge"


@dataclass
class Nudge(Result):
    """Everybody is due in the same minute: seconds until all are asked and told, of processor time and of the wall
    clock; how long the event loop, which answers commands, was held up at most; memory before and at most; and for
    comparison the bare rows that this comes to, inserted by one statement each."""

    heads = (
        "people",
        "cpu s",
        "cpu us each",
        "seconds",
        "held up ms",
        "MiB before",
        "MiB, most",
        "bare s",
        "x bare",
    )

    people: int
    worked: float
    seconds: float
    held: float
    memory: tuple[float, float]
    bare: float

    @property
    def row(self) -> tuple[str, ...]:
        each, ratio = 1e6 * self.worked / self.people, self.seconds / self.bare
        times = (f"{self.worked:.1f}", f"{each:.0f}", f"{self.seconds:.1f}", f"{1000 * self.held:.0f}")
        before, most = self.memory
        return (
            f"{self.people:,}",
            *times,
            f"{before:.0f}",
            f"{most:.0f}",
            f"{self.bare:.2f}",
            f"{ratio:.0f}",
        )


@dataclass
class Watch:
    """What is looked at meanwhile: the longest pause of the event loop, and the most memory."""

    held: float = 0.0
    most: float = 0.0

    async def look(self) -> None:
        """Look until cancelled."""
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0.005)
            self.held, last = max(self.held, time.perf_counter() - last - 0.005), time.perf_counter()
            self.most = max(self.most, resident())


async def run(folder: Path, people: int) -> Nudge:
    """So many people, each with a goal and a key result of which nobody said a word, on a Monday at nine."""
    file, clock = folder / f"nudge-{people}.db", [MONDAY - timedelta(days=5)]
    found(file, people)
    database = opened(file, clock)
    database.write_now(_put_one_each)
    core = Core(database, [feature])
    ticking = Clock(core, Delivery(core, [], worker="bench"))
    while (await ticking.tick()).planned:
        pass
    clock[0] = MONDAY + timedelta(minutes=2)
    before, watch = resident(), Watch()
    watching = asyncio.create_task(watch.look())
    began, worked = time.perf_counter(), time.process_time()
    while (report := await ticking.tick()).rung or report.decided:
        pass
    seconds, worked = time.perf_counter() - began, time.process_time() - worked
    watching.cancel()
    done = database.write_now(lambda store: (store.count(ObligationRow), store.count(Outgoing)))
    await database.close()
    if done != (people, people):
        raise RuntimeError(f"{done} of {people} were asked and told")
    bare = _bare_nudge(folder / f"bare-nudge-{people}.db", people)
    return Nudge(people, worked, seconds, watch.held, (before, watch.most), bare)


def _put_one_each(store: Store) -> None:
    common = {"kind": str(Kind.GOAL_TEAM), "made_at": store.now - timedelta(days=3), "number": 1}

    def goal(person: str) -> Row:
        return {"id": new_id(), "subject_id": person, "author_id": person, "title": "Goal", **common}

    result = {"title": "Key result", "target": Decimal(9), "value": Decimal(1)}
    put(store, [goal(person) for person in sorted(store.directory.people)], lambda _: [result])


def _bare_nudge(file: Path, people: int) -> float:
    """Three rows each (what is owed, what was decided, when it is due next), in commits of 64, found by one query."""
    connection = bare_database(file)
    for table in ("owed", "decided", "due"):
        connection.execute(f"CREATE TABLE {table} (id TEXT PRIMARY KEY, person TEXT, at TEXT, words TEXT)")
    ids = [new_id() for _ in range(people)]
    began = time.perf_counter()
    for start in range(0, people, 64):
        connection.execute("BEGIN IMMEDIATE")
        for person in ids[start : start + 64]:
            for table in ("owed", "decided", "due"):
                row = (new_id(), person, MONDAY.isoformat(), "Say how far your key result is")
                connection.execute(f"INSERT INTO {table} VALUES (?, ?, ?, ?)", row)
        connection.execute("COMMIT")
    seconds = time.perf_counter() - began
    connection.close()
    return seconds
