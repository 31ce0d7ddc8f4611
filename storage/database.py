"""The one place that knows how a unit of work is run: one writer with group commit, and readers beside it."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session, configure_mappers
from sqlalchemy.pool import QueuePool

from storage import postgres
from storage.chain import Chains, begin_log
from storage.columns import Keyring, keyring
from storage.memory import Memory, View
from storage.prepared import run_raw
from storage.store import Store
from storage.tables import DataKey
from storage.writers import PATIENCE, LoopWriter, ThreadWriters, Writer
from storage.writing import Busy, Groups, Job

__all__ = ["Busy", "Database", "is_address", "probe", "sqlite_is_safe", "sqlite_path", "sqlite_version"]

T = TypeVar("T")

POSTGRES_WRITERS = 4

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",  # what is erased is overwritten; Debian's SQLite does so anyway, others do not
    PATIENCE,
    "temp_store=MEMORY",  # else what a savepoint would undo is written to a file: 40 writes for each command
)

PROBE = "readiness"
"""The setting that is written to see whether anything is taken."""

READY = {"cached_statements": 500}
"""Statements that a connection keeps ready. The code has some hundreds, and making one ready anew takes SQLite ten
times what running it does."""

READS_END = 5.0
"""Seconds that a stop waits for what is being read, which is no longer than SQLite waits."""


class Database:
    """One database. `write` and `read` run plain functions of a Store; leaving the function commits, raising undoes."""

    def __init__(
        self, url: str, secret: bytes, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.url = make_url(url)
        self.now = now
        configure_mappers()  # rows are built past the constructor, which would have done it
        self.keyring = Keyring(secret)
        self.memory = Memory()
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sync_engine(self.url)
        """The writing engine, for migrations, backups and checks of `storage/`."""
        self._readers: AsyncEngine | None = None
        self._reads: set[asyncio.Task[Any]] = set()
        waits = {} if self.is_sqlite else {"patience": postgres.PATIENCE, "haste": postgres.HASTE}
        self._groups = Groups(self.engine, self.memory, self.keyring, **waits)
        self._writer: Writer | None = None
        self._apart = ThreadPoolExecutor(1, "apart")

    # Opening and closing -----------------------------------------------------------------------------------------

    def open(self) -> None:
        """Read the keys and start the writers. The schema must be there (`storage.migrations.migrate`)."""
        try:
            self.write_now(self.read_keys)
        except IntegrityError:  # another process, which starts at this moment, has made the first key
            self.write_now(self.read_keys)
        # Whoever wrote here before may have died between erasing something and forgetting it.
        self._groups.forgetting = self.is_sqlite
        self._writer = (
            LoopWriter(self._groups, Path(self.url.database or "").absolute())
            if self.is_sqlite
            else ThreadWriters(self._groups, threads=POSTGRES_WRITERS)
        )

    async def close(self) -> None:
        """Finish what was given, then let go of the database."""
        if self._reads:
            await asyncio.wait(self._reads, timeout=READS_END)
        if self._readers is not None:
            await self._readers.dispose()
            self._readers = None
        if self._writer is not None:
            await self._writer.finish()
        await asyncio.to_thread(self.stop)

    def stop(self) -> None:
        """Let go of the database, where nothing is being written: on the terminal, in tests."""
        if self._writer is not None:
            self._writer.stop()
            self._writer = None
        self._apart.shutdown(wait=False, cancel_futures=True)
        self.engine.dispose()
        if made := self.__dict__.get("_snapshots"):  # not to be made only to be let go
            made.dispose()

    def read_keys(self, store: Store) -> None:
        """Read the keys; what a new database lacks of them is made."""
        self._groups.read_keys(store.connection)
        if self.keyring.is_empty:
            store.insert(DataKey(number=1, wrapped=self.keyring.make(1)))
        if not self.keyring.has_audit:
            store.insert(DataKey(number=Keyring.AUDIT, wrapped=self.keyring.make(Keyring.AUDIT)))
            begin_log(store.connection, self.keyring)

    def adopt_log(self, connection: Connection) -> None:
        """Chain what an Upbeat before the chain wrote into the audit log: at the migration that brings the chain."""
        self._groups.open_columns()
        self.read_keys(Store(connection, View(self.memory), self.now()))
        Chains(self.keyring).adopt(connection)

    def at(self, now: Callable[[], datetime]) -> Database:
        """The same open database by another clock, for as long as it is open: what is done through it is done then."""
        self._reading()  # or each would open, and only one would close, connections of its own
        other = copy.copy(self)
        other.now = now
        return other

    # Units of work -----------------------------------------------------------------------------------------------

    async def write(self, work: Callable[[Store], T], *, takes_long: bool = False) -> T:
        """Run `work` in a transaction; returns when it is committed. Raises what `work` raised, undone, or Busy. What
        takes long holds up other writing only, and on PostgreSQL not even that."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        assert self._writer is not None, "the database is not open"
        self._writer.put(Job(work, loop, future, self.now, takes_long))
        return await future

    async def read(self, work: Callable[[Store], T]) -> T:
        """Run `work` on a read-only connection. Raises what `work` raised, or Busy."""
        reading = asyncio.create_task(self._read_apart(work))
        self._reads.add(reading)
        reading.add_done_callback(self._reads.discard)
        # Nobody would close a connection to SQLite whose opening is cancelled; and a file answers or fails soon.
        return await (asyncio.shield(reading) if self.is_sqlite else reading)

    async def _read_apart(self, work: Callable[[Store], T]) -> T:
        keyring.set(self.keyring)
        try:
            return await self._read_again(work)
        except OperationalError as error:
            raise Busy(type(error.orig).__name__) from None

    async def _read_again(self, work: Callable[[Store], T]) -> T:
        """After a restart or a fail-over each connection that stood idle is found dead once; then all are new."""
        try:
            return await self._read_once(work)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        return await self._read_once(work)

    async def _read_once(self, work: Callable[[Store], T]) -> T:
        async with AsyncSession(self._reading()) as session:
            return await session.run_sync(lambda sync: self._read(sync, work))

    def _reading(self) -> AsyncEngine:
        if self._readers is None:
            self._readers = _reading_engine(self.url)
        return self._readers

    def _read(self, session: Session, work: Callable[[Store], T]) -> T:
        return work(Store(session.connection(), View(self.memory), self.now()))

    async def look(self, work: Callable[[Store], T]) -> T:
        """Run `work`, which may last, on a connection that sees one moment throughout and cannot write, in a thread."""
        return await asyncio.to_thread(self.look_now, work)

    def look_now(self, work: Callable[[Store], T]) -> T:
        """The same in this thread."""
        self._groups.open_columns()
        with self.snapshot() as connection:
            return work(Store(connection, View(self.memory), self.now()))

    def write_now(self, work: Callable[[Store], T]) -> T:
        """Run `work` in a transaction of its own in this thread: for the terminal, and for a patient retry."""
        with self._groups.connect() as connection:
            return self._groups.run_alone(connection, work, self.now)

    async def write_apart(self, work: Callable[[Store], T]) -> T:
        """Run `work` in a transaction beside the writers, however much waits for them. SQLite has but one."""
        if self.is_sqlite:
            return await self.write(work)
        return await asyncio.get_running_loop().run_in_executor(self._apart, self.write_now, work)

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection that reads one moment, beside the writer, and cannot write: for backups and long looks."""
        if self.is_sqlite:
            with self._snapshots.connect() as connection:
                connection.exec_driver_sql("BEGIN")
                yield connection
            return
        with self.engine.connect().execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        ) as connection:
            yield connection

    @cached_property
    def _snapshots(self) -> Engine:
        engine = _sqlite_engine(self.url)
        event.listen(engine, "connect", _set_up_snapshot)
        return engine


def probe(store: Store) -> None:
    """See whether the database takes what is written: on a full disk, or without its standby, reading may go on."""
    store.set_setting(PROBE, store.now.isoformat())


# Engines -----------------------------------------------------------------------------------------------------------


def _sync_engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return postgres.writing_engine(url)
    path = url.database or ""
    engine = _sqlite_engine(url)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", lambda connection: run_raw(connection, "BEGIN IMMEDIATE"))
    if path:
        with contextlib.suppress(OSError):  # opening the file fails then, and says so
            Path(path).parent.mkdir(parents=True, exist_ok=True)
    return engine


def _sqlite_engine(url: URL) -> Engine:
    # One connection is kept: a new one reads the whole schema, which takes two milliseconds.
    return create_engine(
        url.set(drivername="sqlite"),
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=-1,
        connect_args={"timeout": 5, "check_same_thread": False, **READY},
        hide_parameters=True,
    )


def _set_up_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    if not sqlite_is_safe():  # then the writer of the process that runs checkpoints, and no command beside it
        connection.execute("PRAGMA wal_autocheckpoint=0")


def _reading_engine(url: URL) -> AsyncEngine:
    if url.get_backend_name() != "sqlite":
        return postgres.reading_engine(url)
    engine = create_async_engine(
        url.set(drivername="sqlite+aiosqlite"), pool_size=4, connect_args=READY, hide_parameters=True
    )
    event.listen(engine.sync_engine, "connect", _set_up_reader)
    return engine


def _set_up_reader(connection: Any, record: Any) -> None:
    cursor = connection.cursor()
    # Readers never checkpoint: SQLite before 3.51.3 can corrupt a WAL that two connections checkpoint at once.
    for pragma in ("query_only=ON", "wal_autocheckpoint=0", PATIENCE):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _set_up_snapshot(connection: Any, record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("query_only=ON", "wal_autocheckpoint=0"):
        connection.execute(f"PRAGMA {pragma}")


def is_address(url: str) -> bool:
    """Whether this says where a database is: a file of SQLite, or a database of a PostgreSQL."""
    try:
        made = make_url(url)
    except (ArgumentError, ValueError):  # a port that is no number
        return False
    if made.drivername in ("sqlite", "sqlite+aiosqlite"):  # what is in memory only, no second connection sees
        return not made.host and made.database not in (None, "", ":memory:")
    return made.get_backend_name() == "postgresql"


def sqlite_path(url: str) -> Path | None:
    """The file of an SQLite URL, or None for another database."""
    made = make_url(url)
    return Path(made.database) if made.get_backend_name() == "sqlite" and made.database else None


def sqlite_version() -> str:
    """The version of SQLite that Python brought."""
    return sqlite3.sqlite_version


def sqlite_is_safe() -> bool:
    """Whether SQLite is free of the WAL-reset bug of 3.7.0 to 3.51.2 (fixed also in 3.44.6 and 3.50.7)."""
    version = sqlite3.sqlite_version_info
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)
