"""SQLite cannot tell a write-ahead log that was cut off from one that was never longer. A small file beside the
database names the last delivery that was taken in, so that a database without it is not taken for whole."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from storage.database import Database, sqlite_path
from storage.inbox import KEPT

log = logging.getLogger("upbeat.database")

EVERY = 5.0
"""Seconds between two looks for something newer. Of what was taken in since, nothing outside the database knows."""


@dataclass(frozen=True)
class Last:
    """The last delivery that was taken in, when, and by which database: a digest of its wrapped audit key."""

    key: str
    delivery: str
    at: str


def file_of(path: Path) -> Path:
    """Where it stands."""
    return path.with_name(f"{path.name}-last")


async def remember(database: Database) -> None:
    """Keep the file right until cancelled, away from all writing."""
    kept: Last | None = None
    while True:
        kept = await remember_once(database, kept)
        await asyncio.sleep(EVERY)


async def remember_once(database: Database, kept: Last | None = None) -> Last | None:
    """Write what is last, unless it is `kept` already; returns what the file says now."""
    path = sqlite_path(str(database.url))
    if path is None:
        return None
    try:
        # What a reader sees was synced before: SQLite shows a commit after it.
        last = await database.read(lambda store: _last(store.connection))
        if last and last != kept:
            await asyncio.to_thread(_write, file_of(path), last)
        return last
    except Exception as error:  # a full or a failing disk: whoever is asked for answers says so
        log.warning("last delivery not noted", extra={"error": type(error).__name__})
        return kept


def forget(path: Path) -> None:
    """The database was filled anew, with what was before."""
    file_of(path).unlink(missing_ok=True)


def is_missing(connection: Connection, path: Path, now: Callable[[], datetime]) -> datetime | None:
    """When that delivery was taken in which the file names and this database lacks; None when nothing is known to be
    missing. Databases that were begun anew have another key."""
    last = _read(file_of(path))
    if last is None:
        return None
    at, key = datetime.fromisoformat(last.at), _key(connection)
    if key is not None and key != last.key:
        return None
    if key is not None and (_has(connection, last.delivery) or at < now() - KEPT):
        return None
    return at


def _last(connection: Connection) -> Last | None:
    key = _key(connection)
    found = _first(connection, "SELECT delivery, received_at FROM inbox ORDER BY rowid DESC LIMIT 1")
    return Last(key, str(found[0]), f"{str(found[1])[:19]}+00:00") if key and found else None


def _key(connection: Connection) -> str | None:
    found = _first(connection, "SELECT wrapped FROM data_key WHERE number = 0")
    return hashlib.sha256(found[0]).hexdigest() if found else None


def _has(connection: Connection, delivery: str) -> bool:
    return _first(connection, "SELECT 1 FROM inbox WHERE delivery = ?", delivery) is not None


def _first(connection: Connection, query: str, *values: str) -> Any:
    try:
        return connection.exec_driver_sql(query, values).first()
    except OperationalError as error:
        if "no such table" in str(error.orig):
            return None
        raise


def _read(file: Path) -> Last | None:
    with contextlib.suppress(OSError, ValueError, TypeError):
        return Last(**json.loads(file.read_text("utf-8")))
    return None


def _write(file: Path, last: Last) -> None:
    new = file.with_name(f"{file.name}.new")
    with new.open("w", encoding="utf-8") as out:
        json.dump(vars(last), out)
        out.flush()
        os.fsync(out.fileno())
    new.replace(file)
