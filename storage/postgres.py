"""How PostgreSQL is reached: by few connections, which soon notice when it is gone, directly or through PgBouncer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.prepared import run_raw, takes_nothing

DRIVER = "postgresql+psycopg"
WRITING, READING = 7, 5
"""Connections of a process at most: the four writers', one for who waits on a lock, one for leases and one to spare;
and those that read."""
PATIENCE, HASTE = "SET LOCAL lock_timeout = '10s'", "SET LOCAL lock_timeout = '20ms'"
"""How long a unit waits on a lock when it is tried alone, and in a group in which one has waited in vain already."""

# What waits longer on a lock leaves its group and is tried alone. A process that is paused inside a transaction loses
# it, and the locks in it, before its leases end. Moments are cut to days in UTC.
WRITES = {"lock_timeout": "300ms", "idle_in_transaction_session_timeout": "9s", "timezone": "UTC"}
READS = {"default_transaction_read_only": "on", "timezone": "UTC"}
ONE_READS = {"transaction_read_only": "on", "timezone": "UTC"}

AWAY = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""How soon a server that does not answer any more counts as gone, in seconds (the last in milliseconds)."""


def writing_engine(url: URL) -> Engine:
    """The connections that write. The writers keep theirs; whoever takes another one, to try again perhaps, gets none
    that a restart ended while it stood idle."""
    pooled, url = _parted(url)
    engine = create_engine(
        url, pool_size=WRITING, max_overflow=0, pool_pre_ping=True, connect_args=_arguments(WRITES, pooled)
    )
    engine.dialect.dbapi_exception_translation_map = {"ReadOnlySqlTransaction": "OperationalError"}
    event.listen(engine, "handle_error", _leave_what_takes_nothing)
    return _each_time(engine, WRITES) if pooled else engine


def _leave_what_takes_nothing(context: ExceptionContext) -> None:
    if takes_nothing(context.original_exception):
        context.is_disconnect = True


def reading_engine(url: URL) -> AsyncEngine:
    """The connections that cannot write."""
    pooled, url = _parted(url)
    arguments = _arguments(READS, pooled)
    engine = create_async_engine(url, pool_size=READING, max_overflow=0, connect_args=arguments)
    if pooled:
        _each_time(engine.sync_engine, ONE_READS)
    return engine


def vacuum(engine: Engine, tables: Sequence[str]) -> None:
    """Take the old versions of changed rows out of these tables, beside everybody who works with them."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name in tables:
            connection.exec_driver_sql(f'VACUUM (SKIP_LOCKED) "{name}"')


def _parted(url: URL) -> tuple[bool, URL]:
    """Whether PgBouncer pools transactions on the way (`?pgbouncer=true`), and the address without that word."""
    pooled = url.query.get("pgbouncer") == "true"
    return pooled, url.difference_update_query(["pgbouncer"]).set(drivername=DRIVER)


def _arguments(settings: Mapping[str, str], pooled: bool) -> dict[str, Any]:
    if pooled:  # each transaction may have another session: nothing is kept in one
        return {**AWAY, "prepare_threshold": None}
    return {**AWAY, "options": " ".join(f"-c {name}={value}" for name, value in settings.items())}


def _each_time(engine: Engine, settings: Mapping[str, str]) -> Engine:
    words = "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in settings.items())

    def begun(connection: Connection) -> None:
        run_raw(connection, words)

    event.listen(engine, "begin", begun)
    return engine
