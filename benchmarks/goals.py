"""What goals cost as there are more of them: scoring, the tree, figures that arrive, the week's nudge, a picture."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.company import SECRET, found, url_of
from bot.pictures.specification import specification
from bot.pictures.studio import Studio
from bot.words import Voice
from handlers import FEATURES
from handlers.goals import feature
from handlers.goals.alignment.tree import in_order
from handlers.goals.data.arriving import take
from handlers.goals.scoring import Direction, Measure, Part, progress, together
from handlers.kit.cards import Picture
from handlers.kit.charts import Course
from handlers.kit.dispatch import Core
from handlers.kit.requests import Incoming, Said, Sender, Where
from handlers.kit.text import Phrase, Verbatim
from schedules.clock import Clock
from schedules.delivery import Delivery
from storage.database import Database
from storage.goals import Goal, KeyResult, Node
from storage.ids import new_id
from storage.metrics import Arrival, DataSource
from storage.policy import Kind
from storage.store import Store
from storage.tables import ObligationRow

MONDAY = datetime(2026, 11, 23, 7, 59, tzinfo=UTC)
"""A minute before nine o'clock in Berlin."""
RESULTS = 3
BELOW = 5
"""Goals that serve one."""
SENT = 500
"""Figures of one delivery."""


# Scoring -------------------------------------------------------------------------------------------------------------


@dataclass
class Scoring:
    """Milliseconds for all goals of a tree: put in order and scored exactly; and unordered, in binary fractions."""

    goals: int
    ours: float
    bare: float

    @property
    def ratio(self) -> float:
        return self.ours / self.bare


def scoring(goals: int, rounds: int) -> Scoring:
    """Score a tree of so many goals, each with three key results."""
    shape = [Node(f"{n:08}", f"{(n - 1) // BELOW:08}" if n else "", "person", "ada", n) for n in range(goals)]
    measure = Measure(Direction.UP, Decimal(400), Decimal(100), None)
    values = {node.id: [Decimal(100 + (node.number * 7 + k) % 300) for k in range(RESULTS)] for node in shape}
    plain = [[(float(value), 1.0) for value in each] for each in values.values()]
    ours, bare = [], []
    for _ in range(rounds):
        began = time.perf_counter()
        for node, _depth in in_order(shape):
            together([Part(progress(measure, value)) for value in values[node.id]])
        ours.append(_since(began))
        began = time.perf_counter()
        for each in plain:
            sum((value - 100) / 300 * weight for value, weight in each) / sum(weight for _, weight in each)
        bare.append(_since(began))
    return Scoring(goals, median(ours), median(bare))


# In the database -----------------------------------------------------------------------------------------------------


@dataclass
class Size:
    """A company with so many goals: milliseconds for the command that shows the tree's first page, for opening one's
    own goals, and for what a key result may read where so many figures have arrived."""

    goals: int
    tree: float
    mine: float
    series: float


async def size(folder: Path, goals: int, rounds: int) -> Size:
    """Open goals in a company that has so many, all seen by everybody, and as many figures."""
    file = folder / f"goals-{goals}.db"
    found(file, max(2, goals // 10))
    database = _opened(file)
    database.write_now(lambda store: _put(store, goals))
    await _figures_before(database, goals)
    core = Core(database, FEATURES)
    person = database.write_now(lambda store: sorted(store.directory.people)[-1])
    database.write_now(lambda store: store.accounts.link(person, "web", "me", address="dm"))
    taken: dict[str, list[float]] = {"/goals tree": [], "/goals": []}
    series = []
    for number in range(rounds + 1):
        for words, times in taken.items():
            began = time.perf_counter()
            await core.hear(_says(words, number))
            times.append(_since(began))
        began = time.perf_counter()
        database.write_now(lambda store: store.metrics.series(person))
        series.append(_since(began))
    await database.close()
    tree, mine = (median(times[1:]) for times in taken.values())
    return Size(goals, tree, mine, median(series[1:]))


def _says(words: str, number: int) -> Incoming:
    said = Said(words, command=True)
    return Incoming(f"bench:{words}:{number}", "web", Sender("me"), Where(id="dm"), said, MONDAY)


def _put(store: Store, goals: int) -> None:
    """A tree of goals with key results, past all that a person would cause."""
    people = sorted(store.directory.people)
    ids = [new_id() for _ in range(goals)]
    common = {"author_id": people[0], "kind": str(Kind.GOAL_COMPANY), "made_at": store.now}
    days = {"begins_on": date(2026, 10, 1), "ends_on": date(2026, 12, 31)}
    _insert(
        store,
        Goal,
        (
            {
                "id": ids[n],
                "subject_id": people[n % len(people)],
                "number": n + 1,
                "title": f"Goal {n}",
                "purpose": "",
                "parent_id": ids[(n - 1) // BELOW] if n else "",
                "aligned": "agreed" if n else "",
                "level": "person" if n else "organisation",
                **common,
                **days,
            }
            for n in range(goals)
        ),
    )
    _insert(
        store,
        KeyResult,
        (
            {
                "id": new_id(),
                "subject_id": people[n % len(people)],
                "goal_id": ids[n],
                "goal_number": n + 1,
                "number": k + 1,
                "title": f"Key result {k}",
                "target": Decimal(100),
                "weight": Decimal(1),
                "start": Decimal(0),
                "value": Decimal(n % 100),
                **common,
            }
            for n in range(goals)
            for k in range(RESULTS)
        ),
    )


def _insert(store: Store, table: Any, rows: Iterator[dict[str, Any]]) -> None:
    """As many at a time as a statement takes, each with its columns' defaults."""
    while batch := list(islice(rows, 500)):
        store.connection.execute(table.__table__.insert(), [_whole(table, row) for row in batch])


def _whole(table: Any, row: dict[str, Any]) -> dict[str, Any]:
    defaults = {
        name: field.default
        for name, field in table.model_fields.items()
        if not field.is_required() and field.default_factory is None
    }
    return {**defaults, **row}


# Figures that arrive -------------------------------------------------------------------------------------------------


@dataclass
class Arriving:
    """Figures a second, in deliveries of 500, where so many stand already: ours, each with its digest, its place and
    its audit row; and a bare INSERT of as many rows, committed as often and as durably."""

    before: int
    ours: float
    bare: float

    @property
    def ratio(self) -> float:
        return self.ours / self.bare


async def arriving(folder: Path, before: int, rounds: int, figures: int) -> Arriving:
    """Let so many figures arrive, beside the bare insert, in turns."""
    file = folder / f"figures-{before}.db"
    found(file, 2)
    database = _opened(file)
    await _figures_before(database, before)
    bare = sqlite3.connect(folder / f"bare-{before}.db", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        bare.execute(f"PRAGMA {pragma}")
    bare.execute("CREATE TABLE point (id TEXT PRIMARY KEY, metric TEXT, at TEXT, value TEXT)")
    _bare_rows(bare, -1, before)
    rates: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        began = time.perf_counter()
        await _arrive(database, number + 1, figures)
        rates[0].append(figures / (time.perf_counter() - began))
        began = time.perf_counter()
        _bare_rows(bare, number, figures)
        rates[1].append(figures / (time.perf_counter() - began))
    bare.close()
    await database.close()
    return Arriving(before, *map(median, rates))


async def _figures_before(database: Database, figures: int) -> None:
    await _arrive(database, 0, figures)


async def _arrive(database: Database, run: int, figures: int) -> None:
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


# The week's nudge ----------------------------------------------------------------------------------------------------


@dataclass
class Nudge:
    """Everybody is due in the same minute: seconds until all are decided, microseconds each, and for comparison the
    bare rows that this comes to, inserted by one statement each."""

    people: int
    seconds: float
    bare: float

    @property
    def each(self) -> float:
        return 1e6 * self.seconds / self.people

    @property
    def ratio(self) -> float:
        return self.seconds / self.bare


async def nudge(folder: Path, people: int) -> Nudge:
    """So many people, each with a goal and a key result of which nobody said a word, on a Monday at nine."""
    file, clock = folder / f"nudge-{people}.db", [MONDAY - timedelta(days=5)]
    found(file, people)
    database = _opened(file, clock)
    database.write_now(lambda store: _put_one_each(store))
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
    people = sorted(store.directory.people)
    made_at = store.now - timedelta(days=3)
    goals = [new_id() for _ in people]
    common = {"kind": str(Kind.GOAL_TEAM), "made_at": made_at}
    days = {"begins_on": date(2026, 10, 1), "ends_on": date(2026, 12, 31)}
    both = list(zip(people, goals, strict=True))
    _insert(
        store,
        Goal,
        (
            {
                "id": goal,
                "subject_id": person,
                "author_id": person,
                "number": 1,
                "title": "Goal",
                "purpose": "",
                **common,
                **days,
            }
            for person, goal in both
        ),
    )
    _insert(
        store,
        KeyResult,
        (
            {
                "id": new_id(),
                "subject_id": person,
                "author_id": person,
                "goal_id": goal,
                "goal_number": 1,
                "number": 1,
                "title": "Key result",
                "target": Decimal(9),
                "weight": Decimal(1),
                "start": Decimal(0),
                "value": Decimal(1),
                **common,
            }
            for person, goal in both
        ),
    )


def _bare_nudge(file: Path, people: int) -> float:
    """Three rows each (what is owed, what was decided, when it is due next), in commits of 64, found by one query."""
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
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


# A picture -----------------------------------------------------------------------------------------------------------


@dataclass
class Drawing:
    """A progress picture of so many points: milliseconds for its specification, for the first PNG with the start of its
    process, for each further one; what the event loop was held up at most; and MiB of the process that draws."""

    points: int
    specified: float
    first: float
    next: float
    held: float
    memory: float


async def drawing(points: int, rounds: int) -> Drawing:
    """Draw progress pictures, each another one."""
    studio = Studio()
    specified, drawn, held = [], [], 0.0
    for number in range(rounds + 1):
        began = time.perf_counter()
        spec = specification(_picture(points, number), Voice("zh")).spec
        specified.append(_since(began))
        began = time.perf_counter()
        waiting = asyncio.create_task(studio.draw(spec))
        held = max(held, await _longest_pause(waiting))
        await waiting
        drawn.append(_since(began))
    assert studio._process is not None
    memory = _resident(studio._process.pid)
    await studio.close()
    return Drawing(points, median(specified), drawn[0], median(drawn[1:]), 1000 * held, memory)


def _picture(points: int, number: int) -> Picture:
    first = date(2026, 1, 1)
    days = tuple(
        (first + timedelta(days=n * 364 // max(1, points - 1)), min(100, n * 100 // points))
        for n in range(points)
    )
    chart = Course(first, first + timedelta(days=364), days[-1][0], days)
    return Picture(Verbatim(f"签约第 {number} 批客户"), Phrase("{percent} %", percent=62), chart)


async def _longest_pause(task: asyncio.Task[bytes]) -> float:
    longest, last = 0.0, time.perf_counter()
    while not task.done():
        await asyncio.sleep(0.001)
        longest, last = max(longest, time.perf_counter() - last), time.perf_counter()
    return longest


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


# -------------------------------------------------------------------------------------------------------------------


def _opened(file: Path, clock: list[datetime] | None = None) -> Database:
    at = clock or [MONDAY]
    database = Database(url_of(file), SECRET.encode(), now=lambda: at[0])
    database.open()
    return database


def _since(began: float) -> float:
    return 1000 * (time.perf_counter() - began)
