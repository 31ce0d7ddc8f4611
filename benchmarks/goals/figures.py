"""Figures that arrive where many stand already, beside a bare insert of as many rows."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from benchmarks.company import found_at, url_of
from benchmarks.goals.company import MONDAY, bare_database, opened_at, put
from benchmarks.goals.results import Result
from bot.ingest.points import parsed, points_in
from handlers.goals.data.arriving import take
from storage.database import Database
from storage.ids import new_id
from storage.metrics import Arrival, DataSource
from storage.policy import Kind
from storage.store import Store
from tests.engines import DURABLE, postgres_url

SENT = 500
"""Figures of one delivery."""
PEOPLE = 200
NEW, ABOUT_PEOPLE, CORRECTED, REPEATED = "new", "new, about people", "corrected", "repeated"
MOVING = "new, moving 200 key results"
READ = "visits"
"""What a key result of everybody reads."""


@dataclass
class Arriving(Result):
    """Figures a second, in deliveries of 500, where so many stand already: ours, from the JSON on, each with its
    digest, its edition and its place, and one about a person sealed and audited; and a bare INSERT of as many rows,
    committed as often and as durably."""

    heads = (
        "database",
        "figures",
        "stand already",
        "figures/s",
        "cpu us each",
        "bare insert/s",
        "rate / bare",
    )

    engine: str
    what: str
    before: int
    ours: float
    micros: float
    bare: float

    @property
    def row(self) -> tuple[str, ...]:
        rates = (f"{self.ours:.0f}", f"{self.micros:.0f}", f"{self.bare:.0f}", f"{self.ours / self.bare:.3f}")
        return (self.engine, self.what, f"{self.before:,}", *rates)


async def run(folder: Path, engine: str, before: int, rounds: int, figures: int) -> list[Arriving]:
    """Let figures of each kind arrive, beside the bare insert, in turns."""
    file = folder / f"figures-{engine}-{before}.db"
    with _database(engine, file) as url, _bare(engine, folder / f"bare-{before}.db") as insert:
        found_at(url, PEOPLE)
        database = opened_at(url)
        await arrive(database, -1, before)
        await arrive(database, -1, PEOPLE, MOVING)
        database.write_now(_let_everybody_read)
        insert(before)
        kinds: dict[str, list[tuple[float, float]]] = {}
        bare = []
        for number in range(rounds):
            for what in (NEW, ABOUT_PEOPLE, MOVING, CORRECTED, REPEATED):
                kinds.setdefault(what, []).append(await arrive(database, number, figures, what))
            bare.append(insert(figures))
        await database.close()
    return [Arriving(engine, what, before, *_middle(taken), median(bare)) for what, taken in kinds.items()]


def _middle(taken: list[tuple[float, float]]) -> tuple[float, float]:
    rates, micros = zip(*taken, strict=True)
    return median(rates), median(micros)


async def arrive(database: Database, run: int, figures: int, what: str = NEW) -> tuple[float, float]:
    """Let so many figures arrive; returns how many a second, and the microseconds of processor time for each."""
    bodies = [_body(run, range(start, min(start + SENT, figures)), what) for start in range(0, figures, SENT)]
    fate = what.partition(",")[0]
    began, worked = time.perf_counter(), time.process_time()
    for body in bodies:
        fates = await database.write(partial(_taken, sent=points_in(parsed(body))), takes_long=True)
        assert fates.total() == fates[fate], fates
    seconds, worked = time.perf_counter() - began, time.process_time() - worked
    return figures / seconds, 1e6 * worked / figures


def _taken(store: Store, sent: list[Arrival]) -> Counter[str]:
    return take(store, _source(store), sent).fates


def _body(run: int, numbers: range, what: str) -> bytes:
    return json.dumps({"points": [_point(run, number, what) for number in numbers]}).encode()


def _point(run: int, number: int, what: str) -> dict[str, Any]:
    at = MONDAY - timedelta(days=400) + timedelta(seconds=number)
    point = {"metric": f"metric {number % 20}", "at": at.isoformat(), "id": f"{run}:{number}"}
    if what in (ABOUT_PEOPLE, MOVING):
        point |= {"person": f"person{number % PEOPLE}@example.com", "id": f"{run}:{number}@{what}"}
    if what == MOVING:
        point |= {"metric": READ, "at": (MONDAY - timedelta(days=1) + timedelta(seconds=run + 1)).isoformat()}
    return {**point, "value": str((number + run) % 97 + (what in (CORRECTED, REPEATED)))}


def _let_everybody_read(store: Store) -> None:
    metric = store.metrics.called(_source(store), [READ])[READ]
    common = {"kind": str(Kind.GOAL_TEAM), "made_at": store.now - timedelta(days=3), "number": 1}
    goals = [
        {"id": new_id(), "subject_id": person, "author_id": person, "title": "Goal", **common}
        for person in store.directory.people
    ]
    result = {"title": "Key result", "target": Decimal(9), "metric_id": metric.id, "metric_own": True}
    put(store, goals, lambda _: [result])


def _source(store: Store) -> DataSource:
    made = store.metrics.source("bench")
    made = made or store.metrics.add_source("bench", form="signed", secret="s", owner=None, stale_days=14)
    assert made is not None
    return made


# Beside it -----------------------------------------------------------------------------------------------------------


def _database(engine: str, file: Path) -> AbstractContextManager[str]:
    return nullcontext(url_of(file)) if engine == "sqlite" else postgres_url(settings=DURABLE)


@contextmanager
def _bare(engine: str, file: Path) -> Iterator[Callable[[int], float]]:
    """A table of rows with a key, of a database that keeps as durably. What is given inserts so many, and says how many
    a second."""
    if engine == "sqlite":
        connection: Any = bare_database(file)
        yield _inserting(connection, "BEGIN IMMEDIATE", "?, ?, ?, ?")
        connection.close()
        return
    with postgres_url(settings=DURABLE) as url:
        connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
        yield _inserting(connection, "BEGIN", "%s, %s, %s, %s")
        connection.close()


def _inserting(connection: Any, begin: str, marks: str) -> Callable[[int], float]:
    connection.execute("CREATE TABLE point (id TEXT PRIMARY KEY, metric TEXT, at TEXT, value TEXT)")

    def insert(rows: int) -> float:
        began = time.perf_counter()
        for start in range(0, rows, SENT):
            made = [
                (new_id(), f"metric {n % 20}", MONDAY.isoformat(), str(n % 97))
                for n in range(start, min(start + SENT, rows))
            ]
            cursor = connection.cursor()
            cursor.execute(begin)
            cursor.executemany(f"INSERT INTO point VALUES ({marks})", made)
            cursor.execute("COMMIT")
        return rows / (time.perf_counter() - began)

    return insert
