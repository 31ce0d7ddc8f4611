"""Figures that arrive where many stand already, beside a bare insert of as many rows."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median

from benchmarks.company import found
from benchmarks.goals.company import MONDAY, bare_database, opened
from benchmarks.goals.results import Result
from handlers.goals.data.arriving import take
from storage.database import Database
from storage.ids import new_id
from storage.metrics import Arrival, DataSource
from storage.store import Store

SENT = 500
"""Figures of one delivery."""


@dataclass
class Arriving(Result):
    """Figures a second, in deliveries of 500, where so many stand already: ours, each with its digest, its place and
    its audit row; and a bare INSERT of as many rows, committed as often and as durably."""

    heads = ("stand already", "figures/s", "bare insert/s", "rate / bare")

    before: int
    ours: float
    bare: float

    @property
    def row(self) -> tuple[str, ...]:
        return f"{self.before:,}", f"{self.ours:.0f}", f"{self.bare:.0f}", f"{self.ours / self.bare:.3f}"


async def run(folder: Path, before: int, rounds: int, figures: int) -> Arriving:
    """Let so many figures arrive, beside the bare insert, in turns."""
    file = folder / f"figures-{before}.db"
    found(file, 2)
    database = opened(file)
    await arrive(database, 0, before)
    beside = bare_database(folder / f"bare-{before}.db")
    beside.execute("CREATE TABLE point (id TEXT PRIMARY KEY, metric TEXT, at TEXT, value TEXT)")
    _bare_rows(beside, -1, before)
    rates: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        began = time.perf_counter()
        await arrive(database, number + 1, figures)
        rates[0].append(figures / (time.perf_counter() - began))
        began = time.perf_counter()
        _bare_rows(beside, number, figures)
        rates[1].append(figures / (time.perf_counter() - began))
    beside.close()
    await database.close()
    return Arriving(before, *map(median, rates))


async def arrive(database: Database, run: int, figures: int) -> None:
    """Let so many figures arrive that no other run has."""
    for start in range(0, figures, SENT):
        sent = [_figure(run, number) for number in range(start, min(start + SENT, figures))]
        await database.write(lambda store, sent=sent: take(store, _source(store), sent))  # type: ignore[misc]


def _figure(run: int, number: int) -> Arrival:
    at = MONDAY - timedelta(days=400) + timedelta(seconds=number)
    return Arrival(f"metric {number % 20}", at, Decimal(number % 97), id=f"{run}:{number}")


def _source(store: Store) -> DataSource:
    made = store.metrics.source("bench")
    made = made or store.metrics.add_source("bench", form="signed", secret="s", owner=None, stale_days=14)
    assert made is not None
    return made


def _bare_rows(connection: sqlite3.Connection, run: int, rows: int) -> None:
    for start in range(0, rows, SENT):
        made = [
            (new_id(), f"metric {n % 20}", MONDAY.isoformat(), str(n % 97))
            for n in range(start, min(start + SENT, rows))
        ]
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO point VALUES (?, ?, ?, ?)", made)
        connection.execute("COMMIT")
