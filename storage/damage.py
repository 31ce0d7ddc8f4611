"""A damaged database is not started on: what it would take in might be lost with the rest."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError, OperationalError

from storage import last
from storage.database import Database, sqlite_path

SECONDS = 2.0
"""For which a start looks at an SQLite file; `upbeat doctor` looks at all of it, however large it is."""
STEPS = 100_000
"""Of SQLite's machine between two looks at the clock."""


class Damaged(Exception):
    """The file is no sound database; the message says what to do, for the operator."""

    def __init__(self, path: object, found: str) -> None:
        super().__init__(
            f"{path} is damaged ({found}). Move it and its -wal file elsewhere, and put the last backup in its place:"
            " `upbeat restore FILE`"
        )


class Shortened(Damaged):
    """The file is sound, and lacks what was in it; the message says what to do, for the operator."""

    def __init__(self, path: Path, at: datetime) -> None:
        Exception.__init__(
            self,
            f"{path} lacks what was taken in by {at:%Y-%m-%d %H:%M:%S} UTC: it was moved away, its -wal file was cut"
            " off or left behind, or an older copy was put in its place. Put back what is missing, or the last backup"
            f" (`upbeat restore FILE`); to go on without it, delete {last.file_of(path)}",
        )


def refuse_damage(database: Database) -> None:
    """Raise Damaged when the file of an SQLite database is not sound, as far as a short look shows, or is known to have
    had more in it. A server of PostgreSQL looks after its own files."""
    path = sqlite_path(str(database.url))
    if path is None:
        return
    try:
        with database.snapshot() as connection:  # beside whoever writes
            found = _look(connection)
            missing = last.is_missing(connection, path, database.now)
    except OperationalError:
        raise  # busy, full or not to be opened: that is no damage
    except DatabaseError as error:
        raise Damaged(path, str(error.orig)) from None
    if found != "ok":
        raise Damaged(path, found)
    if missing:
        raise Shortened(path, missing)


def _look(connection: Connection) -> str:
    raw = connection.connection.driver_connection
    assert raw is not None
    ends = time.monotonic() + SECONDS
    raw.set_progress_handler(lambda: int(time.monotonic() > ends), STEPS)
    try:
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    except OperationalError as error:
        if "interrupted" in str(error.orig):
            return "ok"  # so far
        raise
    finally:
        raw.set_progress_handler(None, 0)
    return str(found).strip().splitlines()[-1]
