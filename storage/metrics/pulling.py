"""Another database is asked a query: where nothing can be written, for a limited time, for a limited number of rows."""

from __future__ import annotations

import contextlib
import os
import socket
import sqlite3
import threading
import time
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from storage.sheets import Sheet, called, exactly
from storage.sheets.problem import MAX_ROWS

SECONDS = 30
"""For which a query may run."""
CONNECTS = 10
"""Seconds in which a database must answer."""
LONGEST = 1000
"""Characters of a cell; no figure, name or day is longer."""
STEPS = 10_000
"""Of SQLite's machine, between two looks at the time."""

Fault: TypeAlias = Literal[
    "address", "driver", "unreachable", "refused", "too-long", "too-many-rows", "columns", "file"
]
"""What was wrong: no address that we read, its driver is not installed, no answer, the database refused the query, it
ran for too long, had too many rows, columns without names or with one twice, or figures that could not be taken."""


class PullProblem(Exception):
    """A query that gave no table. Holds a code alone: what drivers say quotes the query."""

    def __init__(self, code: Fault) -> None:
        super().__init__(code)
        self.code: Fault = code


def pull(address: str, query: str, *, most: int = MAX_ROWS, seconds: float = SECONDS) -> Sheet:
    """The rows of a query, as a table. It blocks: call it in a thread. Raises PullProblem."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise PullProblem("address") from None
    if url.get_backend_name() == "postgresql":
        return _of_postgres(url, query, most, seconds)
    if url.get_backend_name() == "sqlite" and url.database:
        return _of_sqlite(url.database, query, most, seconds)
    raise PullProblem("address")


def _of_postgres(url: URL, query: str, most: int, seconds: float) -> Sheet:
    try:
        import psycopg
    except ImportError:
        raise PullProblem("driver") from None
    options = f"-c default_transaction_read_only=on -c statement_timeout={int(seconds * 1000)}"
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        connection = psycopg.connect(plain, connect_timeout=CONNECTS, options=options)
    except psycopg.Error:
        raise PullProblem("unreachable") from None
    # Its own limit says nothing where the server, or what stands between us, falls silent.
    silence = threading.Timer(2 * seconds, _hang_up, (connection.fileno(),))
    silence.start()
    try:
        connection.read_only = True
        # A cursor of the server's takes one statement, one that reads, and gives no more rows than it is asked for.
        with connection.cursor("pulled") as cursor:
            cursor.execute(query.encode())
            return _table([each.name for each in cursor.description or ()], cursor.fetchmany(most + 1), most)
    except psycopg.errors.QueryCanceled:
        raise PullProblem("too-long") from None
    except psycopg.Error:
        raise PullProblem("unreachable" if connection.broken else "refused") from None
    finally:
        silence.cancel()
        connection.close()


def _hang_up(line: int) -> None:
    """Whoever waits for what comes on this line hears that nothing will."""
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(line)) as same:
        same.shutdown(socket.SHUT_RDWR)


def _of_sqlite(path: str, query: str, most: int, seconds: float) -> Sheet:
    ends = time.monotonic() + seconds
    try:
        connection = sqlite3.connect(f"file:{_escaped(path)}?mode=ro", uri=True, timeout=CONNECTS)
    except sqlite3.Error:
        raise PullProblem("unreachable") from None
    try:
        connection.execute("PRAGMA query_only=ON")
        connection.set_authorizer(_reads_only)
        connection.set_progress_handler(lambda: time.monotonic() > ends, STEPS)
        cursor = connection.execute(query)
        return _table([each[0] for each in cursor.description or ()], cursor.fetchmany(most + 1), most)
    except (sqlite3.Error, sqlite3.Warning, ValueError):
        raise PullProblem("too-long" if time.monotonic() > ends else "refused") from None
    finally:
        connection.close()


_READS = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)


def _reads_only(act: int, *about: str | None) -> int:
    """SQLite asks before each step of a statement: it may read, and neither attach another file nor set anything."""
    return sqlite3.SQLITE_OK if act in _READS else sqlite3.SQLITE_DENY


def _escaped(path: str) -> str:
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")


# Rows become a table -------------------------------------------------------------------------------------------------


def _table(names: Sequence[str], rows: Sequence[Sequence[Any]], most: int) -> Sheet:
    header = tuple(called(name) for name in names)
    if not header or not all(header) or len(set(header)) < len(header):
        raise PullProblem("columns")
    if len(rows) > most:
        raise PullProblem("too-many-rows")
    return Sheet(header, tuple(_cells(row) for row in rows), 1, exact=True)


def _cells(row: Iterable[Any]) -> tuple[str, ...]:
    return tuple(_cell(item) for item in row)


def _cell(item: Any) -> str:
    if item is None or isinstance(item, bytes | memoryview):
        return ""
    if isinstance(item, bool):
        return "TRUE" if item else "FALSE"
    if isinstance(item, float):
        return exactly(format(Decimal(repr(item)), "f"))
    if isinstance(item, Decimal):
        return exactly(format(item, "f"))
    if isinstance(item, datetime | date):
        return item.isoformat()
    return str(item)[:LONGEST]
