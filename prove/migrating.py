"""`kill -9` in a migration: the schema is the old one or the new one, and the second try finishes it."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Sequence
from pathlib import Path

from alembic import command
from sqlalchemy import inspect
from sqlmodel import SQLModel

from prove.company import SECRET
from prove.house import House
from prove.rows import Row, Sweep, Terms
from storage.backups import BackupProblem, check
from storage.database import Database
from storage.migrations import _config, current, newest
from tests.engines import FAST, postgres_url, sqlite_url

POINT = "in a migration"
RELEASED = "0001"
"""The schema of the first release."""
WRITES = 40
"""A migration from nothing writes more often than this."""


async def sweep(terms: Terms) -> Sequence[Row]:
    """On both databases, at different steps."""
    choose = random.Random(terms.seed)
    passes = (
        [1, choose.randint(2, WRITES)] if not terms.long else [choose.randint(1, WRITES) for _ in range(20)]
    )
    wrong: list[str] = []
    cells = [(engine, start) for engine in ("sqlite", "postgresql") for start in (None, RELEASED)]
    for engine, start in cells:
        for number in passes if start is None else [1]:
            terms.say(f"migrate: {engine} from {start or 'nothing'}, dies at step {number}")
            found = await _migrated(terms, engine, start, number)
            wrong += [f"{engine} from {start}, step {number}: {words}" for words in found]
    return [Row(f"kill -9 {POINT}", 2 * (len(passes) + 1), lost=len(wrong), wrong=tuple(wrong))]


async def _migrated(terms: Terms, engine: str, start: str | None, passes: int) -> list[str]:
    folder = terms.folder / f"{engine}-{start}-{passes}"
    await asyncio.to_thread(folder.mkdir, exist_ok=True)
    with _database(engine, folder) as url:
        if start is not None:
            _bring_to(url, start)
        house = House(url, folder, hurry=1, ahead=0, fresh=terms.long)
        died = await house.run(["migrate"], f"{POINT}:{passes}")
        half = [] if _version(url) == start else [f"schema {_version(url)} after it had died at {start}"]
        again = await house.run(["migrate"], "")
        wrong = [] if died == -9 else [f"ended with {died} where it should have died"]
        return [
            *wrong,
            *half,
            *([f"the second try ended with {again}"] if again else []),
            *_problems(url),
        ]


def _database(engine: str, folder: Path) -> contextlib.AbstractContextManager[str]:
    return contextlib.nullcontext(sqlite_url(folder)) if engine == "sqlite" else postgres_url(settings=FAST)


def _bring_to(url: str, start: str) -> None:
    """As an Upbeat did that was released."""
    database = Database(url, SECRET.encode())
    with database.engine.connect() as connection, connection.begin():
        command.upgrade(_config(connection), start)
    database.stop()


def _version(url: str) -> str | None:
    database = Database(url, SECRET.encode())
    try:
        return current(database)
    finally:
        database.stop()


def _problems(url: str) -> list[str]:
    """What is not there that should be."""
    database = Database(url, SECRET.encode())
    try:
        with database.engine.connect() as connection:
            tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
        missing = set(SQLModel.metadata.tables) ^ tables
        wrong = [f"tables that differ: {', '.join(sorted(missing))}"] if missing else []
        wrong += [] if current(database) == newest() else [f"schema {current(database)} and not {newest()}"]
        check(database)
    except BackupProblem as problem:
        return [str(problem)]
    finally:
        database.stop()
    return wrong


SWEEP = Sweep("migrate", sweep)
