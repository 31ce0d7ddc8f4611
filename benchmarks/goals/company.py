"""Databases of companies that have goals, put there past all that a person would cause."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

from benchmarks.company import SECRET, url_of
from storage.database import Database
from storage.goals import Goal, KeyResult
from storage.ids import new_id
from storage.store import Store

Row: TypeAlias = dict[str, Any]

MONDAY = datetime(2026, 11, 23, 7, 59, tzinfo=UTC)
"""A minute before nine o'clock in Berlin."""
QUARTER = {"begins_on": date(2026, 10, 1), "ends_on": date(2026, 12, 31)}
SHARED = ("subject_id", "author_id", "kind", "made_at")
"""What a key result has from its goal."""


def put(store: Store, goals: list[Row], results_of: Callable[[int], Iterable[Row]]) -> None:
    """Goals of this quarter and the key results of each, which are asked for by its place in the list. A row leaves out
    what has a default, and a key result what it has from its goal."""
    insert(store, Goal, ({**QUARTER, **goal} for goal in goals))
    insert(
        store,
        KeyResult,
        (
            {**_below(goal), "number": number, **result}
            for place, goal in enumerate(goals)
            for number, result in enumerate(results_of(place), start=1)
        ),
    )


def _below(goal: Row) -> Row:
    above = {"goal_id": goal["id"], "goal_number": goal["number"], **{name: goal[name] for name in SHARED}}
    return {"id": new_id(), "weight": Decimal(1), "start": Decimal(0), **above}


def insert(store: Store, table: Any, rows: Iterable[dict[str, Any]]) -> None:
    """As many at a time as a statement takes, each with its columns' defaults."""
    left = iter(rows)
    while batch := list(islice(left, 500)):
        store.connection.execute(table.__table__.insert(), [_whole(table, row) for row in batch])


def _whole(table: Any, row: dict[str, Any]) -> dict[str, Any]:
    defaults = {
        name: field.default
        for name, field in table.model_fields.items()
        if not field.is_required() and field.default_factory is None
    }
    return {**defaults, **row}


def opened(file: Path, clock: list[datetime] | None = None) -> Database:
    """A database that was founded. It is Monday there, or what stands in the clock."""
    return opened_at(url_of(file), clock)


def opened_at(url: str, clock: list[datetime] | None = None) -> Database:
    """The same at an address."""
    at = clock or [MONDAY]
    database = Database(url, SECRET.encode(), now=lambda: at[0])
    database.open()
    return database


def bare_database(file: Path) -> sqlite3.Connection:
    """A database without Upbeat that keeps what is committed as durably."""
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    return connection
