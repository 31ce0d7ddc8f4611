"""`kill -9` in a migration: the schema is the old one or the new one, and the second try finishes it."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import inspect
from sqlmodel import SQLModel

from prove.company import SECRET
from prove.house import House
from prove.rows import Row, Sweep, Terms
from storage.backups import BackupProblem, check
from storage.database import Database
from storage.migrations import current, newest
from tests.engines import FAST, postgres_url, sqlite_url

POINT = "in a migration"
WRITES = 40
"""A migration from nothing writes more often than this."""


async def sweep(terms: Terms) -> Sequence[Row]:
    """On both databases, at different steps."""
    choose = random.Random(terms.seed)
    passes = (
        [1, choose.randint(2, WRITES)] if not terms.long else [choose.randint(1, WRITES) for _ in range(20)]
    )
    wrong: list[str] = []
    for engine in ("sqlite", "postgresql"):
        for number in passes:
            terms.say(f"migrate: {engine}, dies at step {number}")
            wrong += [f"{engine}, step {number}: {words}" for words in await _migrated(terms, engine, number)]
    return [Row(f"kill -9 {POINT}", 2 * len(passes), lost=len(wrong), wrong=tuple(wrong))]


async def _migrated(terms: Terms, engine: str, passes: int) -> list[str]:
    folder = terms.folder / f"{engine}-{passes}"
    await asyncio.to_thread(folder.mkdir, exist_ok=True)
    with _database(engine, folder) as url:
        house = House(url, folder, hurry=1, ahead=0)
        died = await house.run(["migrate"], f"{POINT}:{passes}")
        half = _problems(url, whole=False)
        again = await house.run(["migrate"], "")
        wrong = [] if died == -9 else [f"ended with {died} where it should have died"]
        return [
            *wrong,
            *half,
            *([f"the second try ended with {again}"] if again else []),
            *_problems(url, whole=True),
        ]


def _database(engine: str, folder: Path) -> contextlib.AbstractContextManager[str]:
    return contextlib.nullcontext(sqlite_url(folder)) if engine == "sqlite" else postgres_url(settings=FAST)


def _problems(url: str, *, whole: bool) -> list[str]:
    """What is there that should not be, or is not that should."""
    database = Database(url, SECRET.encode())
    try:
        with database.engine.connect() as connection:
            tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
        expected = set(SQLModel.metadata.tables) if whole else set()
        version = newest() if whole else None
        wrong = [] if tables == expected else [f"{len(tables)} of {len(expected)} tables"]
        wrong += [] if current(database) == version else [f"schema {current(database)} and not {version}"]
        check(database)
    except BackupProblem as problem:
        return [str(problem)]
    finally:
        database.stop()
    return wrong


SWEEP = Sweep("migrate", sweep)
