"""The week's nudge where everybody is due in the same minute, beside the bare rows that it comes to."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from benchmarks.company import found
from benchmarks.goals.company import MONDAY, Row, bare_database, opened, put
from benchmarks.goals.results import Result
from handlers.goals import feature
from handlers.kit.dispatch import Core
from schedules.clock import Clock
from schedules.delivery import Delivery
from storage.ids import new_id
from storage.policy import Kind
from storage.store import Store
from storage.tables import ObligationRow

TITLE = "The week's nudge"


@dataclass
class Nudge(Result):
    """Everybody is due in the same minute: seconds until all are decided, microseconds each, and for comparison the
    bare rows that this comes to, inserted by one statement each."""

    heads = ("people due at once", "seconds", "us each", "bare rows, seconds", "x bare")

    people: int
    seconds: float
    bare: float

    @property
    def row(self) -> tuple[str, ...]:
        each = 1e6 * self.seconds / self.people
        ratio = self.seconds / self.bare
        return f"{self.people:,}", f"{self.seconds:.1f}", f"{each:.0f}", f"{self.bare:.2f}", f"{ratio:.0f}"


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
    began = time.perf_counter()
    while (await ticking.tick()).rung:
        pass
    seconds = time.perf_counter() - began
    asked = database.write_now(lambda store: store.count(ObligationRow))
    await database.close()
    if asked != people:
        raise RuntimeError(f"{asked} of {people} were asked")
    return Nudge(people, seconds, _bare_nudge(folder / f"bare-nudge-{people}.db", people))


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
