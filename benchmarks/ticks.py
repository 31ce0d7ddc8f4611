"""A tick of the clock over very many scheduled moments of which a minute's share is due, beside the bare SQL query."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from benchmarks.company import SECRET, found, url_of
from handlers.kit.cards import Card
from handlers.kit.dispatch import Core
from handlers.kit.features import Feature, Ring, Rung
from handlers.kit.requests import Tell
from handlers.kit.text import Phrase
from schedules.clock import Clock
from schedules.delivery import Delivery
from storage.database import Database
from storage.slots import SLOTS
from storage.store import Store

BEGIN = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY = timedelta(days=1)
BELL = "bench.daily"
QUERY = "SELECT kind, about, due_at FROM slot WHERE due_at <= ? ORDER BY due_at LIMIT ?"

feature = Feature("bench", title=Phrase("Benchmark"))


@feature.bell("daily")
def daily(ring: Ring) -> Rung:
    """Tells one person one thing, and rings again tomorrow."""
    tell = Tell(
        Card(Phrase("It was {moment}.", moment=ring.due_at)),
        to=ring.about,
        topic=f"{ring.about}:{ring.due_at}",
    )
    return Rung(next_at=ring.due_at + DAY, tell=(tell,))


@dataclass
class Ticks:
    """Milliseconds, medians: with what is due, with nothing due, and of the bare query for both."""

    slots: int
    due: int
    full: float
    empty: float
    query: float
    empty_query: float


async def run(folder: Path, slots: int, due: int, *, rounds: int) -> Ticks:
    """Ring a minute's share so many times, each a day later, and nothing in between."""
    file, clock = folder / f"ticks-{slots}.db", [BEGIN]
    found(file, due)
    database = Database(url_of(file), SECRET.encode(), now=lambda: clock[0])
    database.open()
    database.write_now(lambda store: _schedule(store, slots - due))
    core = Core(database, [feature])
    ticking = Clock(core, Delivery(core, [], worker="bench"))
    await ticking.tick()
    taken: dict[str, list[float]] = {"full": [], "empty": [], "query": [], "empty_query": []}
    for _ in range(rounds):
        taken["empty"].append(await _ticked(ticking, 0))
        taken["empty_query"].append(_asked(file, clock[0], 0))
        clock[0] += DAY
        taken["query"].append(_asked(file, clock[0], due))
        taken["full"].append(await _ticked(ticking, due))
    await database.close()
    return Ticks(slots, due, **{name: median(each) for name, each in taken.items()})


def _schedule(store: Store, others: int) -> None:
    """Everybody in an hour, and all the others in the weeks after the benchmark."""
    for person in store.directory.people:
        store.slots.plan(BELL, person, BEGIN + timedelta(hours=1))
    later = BEGIN + 100 * DAY
    for start in range(0, others, 50_000):
        part = range(start, min(others, start + 50_000))
        rows = [
            {"kind": BELL, "about": f"{n:032x}", "due_at": later + timedelta(minutes=n * 7919 % 10_080)}
            for n in part
        ]
        store.connection.execute(SLOTS.insert(), rows)


async def _ticked(clock: Clock, due: int) -> float:
    began = time.perf_counter()
    report = await clock.tick()
    assert report.rung == due, report
    return 1000 * (time.perf_counter() - began)


def _asked(file: Path, now: datetime, due: int) -> float:
    connection = sqlite3.connect(file)
    moment = now.replace(tzinfo=None).isoformat(" ", "microseconds")
    began = time.perf_counter()
    rows = connection.execute(QUERY, (moment, 10_000)).fetchall()
    taken = 1000 * (time.perf_counter() - began)
    connection.close()
    assert len(rows) == due, len(rows)
    return taken
