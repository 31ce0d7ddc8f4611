"""The one place that knows how a unit of work is run: one writer with group commit, and readers beside it."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session, configure_mappers
from sqlalchemy.pool import NullPool

from storage import postgres
from storage.columns import Keyring, keyring
from storage.people import Memory
from storage.prepared import run_raw
from storage.store import Store
from storage.tables import DataKey

T = TypeVar("T")

GROUP = 64
"""Units in one commit at most; `performance.md` §4: three inserts, 550 a second one by one, 8,000 in groups of 64."""

WRITERS = {"sqlite": 1, "postgresql": 4}


class Busy(Exception):
    """The database did not take the work in time; nothing was changed, and it may be tried again."""


@dataclass
class _Job:
    work: Callable[[Store], Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    refused: bool = False
    result: Any = None

    def settle(self, result: Any, error: BaseException | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits any more
            self.loop.call_soon_threadsafe(_resolve, self.future, result, error)


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
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self.engine = _sync_engine(self.url)
        """The writing engine, for migrations, backups and checks of `storage/`."""
        self._readers: AsyncEngine | None = None
        self._threads: list[threading.Thread] = []
        self._apart = ThreadPoolExecutor(1, "apart")

    # Opening and closing -----------------------------------------------------------------------------------------

    def open(self) -> None:
        """Read the keys and start the writers. The schema must be there (`storage.migrations.migrate`)."""
        try:
            self.write_now(self._read_keys)
        except IntegrityError:  # another process, which starts at this moment, has made the first key
            self.write_now(self._read_keys)
        for number in range(WRITERS["sqlite" if self.is_sqlite else "postgresql"]):
            thread = threading.Thread(target=self._write_groups, name=f"writer-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    async def close(self) -> None:
        """Finish what was given, then let go of the database."""
        if self._readers is not None:
            await self._readers.dispose()
            self._readers = None
        await asyncio.to_thread(self.stop)

    def stop(self) -> None:
        """Finish what was given and let go of the database, where no reader was used: on the terminal, in tests."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()
        self._threads = []
        self._apart.shutdown(wait=False, cancel_futures=True)
        self.engine.dispose()

    def _read_keys(self, store: Store) -> None:
        for row in store.all(DataKey, order=DataKey.__table__.c.number):  # type: ignore[attr-defined]
            self.keyring.read(row.number, row.wrapped)
        if self.keyring.is_empty:
            store.insert(DataKey(number=1, wrapped=self.keyring.make(1)))

    # Units of work -----------------------------------------------------------------------------------------------

    async def write(self, work: Callable[[Store], T]) -> T:
        """Run `work` in a transaction; returns when it is committed. Raises what `work` raised, undone, or Busy."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put(_Job(work, loop, future))
        return await future

    async def read(self, work: Callable[[Store], T]) -> T:
        """Run `work` on a read-only connection."""
        if self._readers is None:
            self._readers = _reading_engine(self.url)
        token = keyring.set(self.keyring)
        try:
            async with AsyncSession(self._readers) as session:
                return await session.run_sync(lambda sync: self._read(sync, work))
        finally:
            keyring.reset(token)

    def _read(self, session: Session, work: Callable[[Store], T]) -> T:
        return work(Store(session.connection(), self.memory, self.now()))

    def write_now(self, work: Callable[[Store], T]) -> T:
        """Run `work` in a transaction of its own in this thread: for the terminal, and for a patient retry."""
        with self._connect() as connection:
            return self._run_alone(connection, work)

    async def write_apart(self, work: Callable[[Store], T]) -> T:
        """Run `work` in a transaction beside the writers, however much waits for them. SQLite has but one."""
        if self.is_sqlite:
            return await self.write(work)
        return await asyncio.get_running_loop().run_in_executor(self._apart, self.write_now, work)

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection that reads one moment, beside the writer: for backups."""
        if self.is_sqlite:
            engine = create_engine(self.url.set(drivername="sqlite"), poolclass=NullPool)
            event.listen(engine, "connect", _set_up_snapshot)
            with engine.connect() as connection:
                connection.exec_driver_sql("BEGIN")
                yield connection
            return
        with self.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            yield connection

    # The writers -------------------------------------------------------------------------------------------------

    def _write_groups(self) -> None:
        connection: Connection | None = None
        while (group := self._next_group()) is not None:
            try:
                connection = connection or self._connect()
                self._write_group(connection, group)
            except (
                BaseException
            ) as error:  # the database may be away: the next group looks whether it is back
                self._settle_all(group, error)
                _close(connection)
                connection = None
        _close(connection)

    def _next_group(self) -> list[_Job] | None:
        first = self._jobs.get()
        if first is None:
            return None
        group = [first]
        while len(group) < GROUP:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                self._jobs.put(None)
                break
            group.append(job)
        return group

    def _write_group(self, connection: Connection, group: list[_Job]) -> None:
        done: list[_Job] = []
        again: list[_Job] = []
        try:
            with connection.begin():
                for job in group:
                    self._run_in_savepoint(connection, job, done, again)
        except DBAPIError:
            # The begin or the commit itself failed: nobody's work is known to be stored, so each is tried on its own.
            self.memory.forget()
            again, done = [job for job in group if not job.refused], []
        _settle_done(done)
        for job in again:
            self._retry(connection, job)

    def _run_in_savepoint(
        self, connection: Connection, job: _Job, done: list[_Job], again: list[_Job]
    ) -> None:
        store = Store(connection, self.memory, self.now())
        run_raw(connection, "SAVEPOINT unit")
        try:
            job.result = job.work(store)
            store.finish()
            run_raw(connection, "RELEASE SAVEPOINT unit")
            done.append(job)
        except OperationalError as error:
            if error.connection_invalidated:
                raise
            self._undo(connection, store)
            again.append(job)  # waited on a lock of another process: not its neighbours' fault
        except Exception as error:
            self._undo(connection, store)
            job.refused = True
            job.settle(None, error)

    def _undo(self, connection: Connection, store: Store) -> None:
        run_raw(connection, "ROLLBACK TO SAVEPOINT unit")
        store.undone()

    def _retry(self, connection: Connection, job: _Job) -> None:
        try:
            job.settle(self._run_alone(connection, job.work), None)
        except OperationalError as error:
            job.settle(None, Busy(type(error.orig).__name__))
            if error.connection_invalidated:
                raise
        except Exception as error:
            job.settle(None, error)

    def _run_alone(self, connection: Connection, work: Callable[[Store], T]) -> T:
        store = Store(connection, self.memory, self.now())
        try:
            with connection.begin():
                if not self.is_sqlite:
                    run_raw(connection, "SET LOCAL lock_timeout = '10s'")
                result = work(store)
                store.finish()
                return result
        except BaseException:
            store.undone()
            raise

    def _connect(self) -> Connection:
        keyring.set(self.keyring)
        return self.engine.connect()

    @staticmethod
    def _settle_all(group: list[_Job], error: BaseException) -> None:
        for job in group:
            job.settle(None, Busy(type(error).__name__))


def _close(connection: Connection | None) -> None:
    with contextlib.suppress(Exception):
        if connection is not None:
            connection.close()


def _settle_done(done: list[_Job]) -> None:
    """One call into each loop for the whole group: waking it for each unit would have it and the writer take turns."""
    for loop in {job.loop for job in done}:
        jobs = [job for job in done if job.loop is loop]
        with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits any more
            loop.call_soon_threadsafe(_resolve_all, jobs)


def _resolve_all(jobs: list[_Job]) -> None:
    for job in jobs:
        _resolve(job.future, job.result, None)


def _resolve(future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)


# Engines -----------------------------------------------------------------------------------------------------------


def _sync_engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return postgres.writing_engine(url)
    path = url.database or ""
    engine = create_engine(
        url.set(drivername="sqlite"), poolclass=NullPool, connect_args={"timeout": 5}, hide_parameters=True
    )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    return engine


def _set_up_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")


def _reading_engine(url: URL) -> AsyncEngine:
    if url.get_backend_name() != "sqlite":
        return postgres.reading_engine(url)
    engine = create_async_engine(url.set(drivername="sqlite+aiosqlite"), pool_size=4, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _set_up_reader)
    return engine


def _set_up_reader(connection: Any, record: Any) -> None:
    cursor = connection.cursor()
    # Readers never checkpoint: SQLite before 3.51.3 can corrupt a WAL that two connections checkpoint at once.
    for pragma in ("query_only=ON", "wal_autocheckpoint=0", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _set_up_snapshot(connection: Any, record: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA wal_autocheckpoint=0")


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
