"""Who runs the groups of units: threads for a database over a network, the event loop itself for SQLite."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Transaction
from sqlalchemy.exc import OperationalError

from storage.prepared import run_raw
from storage.writing import GROUP, UNWRITTEN, Group, Groups, Job, settle_all, settle_done

log = logging.getLogger("upbeat.database")

T = TypeVar("T")

PATIENCE = "busy_timeout=5000"
"""Milliseconds that a unit waits for another process on SQLite."""
IMPATIENT = "PRAGMA busy_timeout=0"

MOST_PATIENT = 10.0
"""Seconds after which nobody who waits on a lock is tried any more."""

CHECKPOINT = "PRAGMA wal_autocheckpoint=1000"
"""SQLite's usual pages; of all connections to a file only the writer is sure to have it."""

CACHE = "PRAGMA cache_size=-16000"
"""KiB of pages that the writer remembers. With the usual 2,000 a figure that arrives where 60,000 stand costs half as
much again: what it is known by lies anywhere in its index."""

SLICE = 0.005
"""Seconds that units take the event loop before everything else has its turn."""

QUICK = 0.0005
"""Seconds of a commit that are waited for in the event loop: asking a thread to wait would take as long."""


class Writer(Protocol):
    """Takes units of work, in order."""

    def put(self, job: Job) -> None:
        """Take a unit; it is settled when its group is committed, or when it was undone."""

    async def finish(self) -> None:
        """Wait until what was given is written."""

    def stop(self) -> None:
        """Let go of the database."""


class ThreadWriters:
    """Writers in threads of their own, each on a connection: for a database that is waited for over a network. Another
    one begins when all that there are have something to do: on a connection that is warm a command takes half the time.

    Who waits on a lock, while a large import holds it perhaps, is tried alone in one more thread."""

    def __init__(self, groups: Groups, *, threads: int) -> None:
        self._groups = groups
        self._most = threads
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._under_way: set[asyncio.Future[Any]] = set()
        self._patient = ThreadPoolExecutor(1, "patient")
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def put(self, job: Job) -> None:
        """Take a unit."""
        self._under_way.add(job.future)
        job.future.add_done_callback(self._under_way.discard)
        self._jobs.put(job)
        with self._lock:
            if len(self._threads) < min(self._most, len(self._under_way)):
                self._begin_another()

    def _begin_another(self) -> None:
        thread = threading.Thread(target=self._write, name=f"writer-{len(self._threads)}", daemon=True)
        self._threads.append(thread)
        thread.start()

    async def finish(self) -> None:
        """Wait until what was given is written."""
        await asyncio.to_thread(self.stop)

    def stop(self) -> None:
        """Finish what was given and let go of the database."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()
        self._threads = []
        self._patient.shutdown()

    def _write(self) -> None:
        connection: Connection | None = None
        for group in self._groups_of_units():
            try:
                connection = connection or self._groups.connect()
                if again := self._groups.run_group(connection, group):
                    self._patient.submit(self._try_alone, again, time.monotonic() + MOST_PATIENT)
                if any(job.forgets for job in group):
                    self._patient.submit(self._vacuum)
            except BaseException as error:
                # The database may be away: the next group looks whether it is back.
                settle_all(group, error)
                _close(connection)
                connection = None
        _close(connection)

    def _try_alone(self, again: list[Job], until: float) -> None:
        try:
            with self._groups.connect() as connection:
                while again and time.monotonic() < until:
                    self._groups.retry(connection, [again[0]])
                    again.pop(0)
            settle_all(again, TimeoutError())
            if self._groups.forgetting:
                self._vacuum()
        except BaseException as error:
            settle_all(again, error)

    def _vacuum(self) -> None:
        try:
            self._groups.vacuum()
        except Exception as error:  # PostgreSQL does it by itself in the end
            log.warning("not vacuumed", extra={"error": type(error).__name__})

    def _groups_of_units(self) -> Iterator[list[Job]]:
        """What waits, put together; what takes long is alone, or its neighbours would be told when it is over."""
        first = self._jobs.get()
        while first is not None:
            group, next_one = self._with_neighbours(first)
            yield group
            first = next_one or self._jobs.get()

    def _with_neighbours(self, first: Job) -> tuple[list[Job], Job | None]:
        """A unit with what waits behind it, and the one that was taken up and does not go with them."""
        group = [first]
        while len(group) < GROUP and not first.takes_long:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                self._jobs.put(None)
                break
            if job.takes_long:
                return group, job
            group.append(job)
        return group, None


class LoopWriter:
    """SQLite's one writer. Units run in the event loop itself, between its other turns, and only the disk is waited for
    in a thread: a writer in a thread of its own takes turns with the loop at every statement, which cost more than a
    third of a command's time."""

    def __init__(self, groups: Groups, path: Path) -> None:
        self._groups = groups
        self._path = path
        self._file = _file_at(path)
        self._waiting: deque[Job] = deque()
        self._lock = threading.Lock()
        self._task: asyncio.Task[None] | None = None
        self._connection: Connection | None = None
        self._commit_takes = 1.0
        self._disk = ThreadPoolExecutor(1, "disk", initializer=groups.open_columns)

    def put(self, job: Job) -> None:
        """Take a unit."""
        with self._lock:
            self._waiting.append(job)
            if self._task is None or self._task.get_loop().is_closed():
                self._task = job.loop.create_task(self._work())

    async def finish(self) -> None:
        """Wait until what was given is written."""
        if self._task is not None:
            await self._task

    def stop(self) -> None:
        """Let go of the database."""
        self._disk.shutdown()
        _close(self._connection)
        self._connection = None

    async def _work(self) -> None:
        self._groups.open_columns()
        while self._has_work():
            if _file_at(self._path) != self._file:
                self._refuse_all()
                continue
            taken: list[Job] = []
            try:
                if self._waiting[0].takes_long:
                    await self._write_aside(self._opened(), taken)
                else:
                    await self._write(self._opened(), taken)
                if self._groups.forgetting and self._connection is not None:
                    await self._on_disk(lambda: self._groups.forget(self._opened()))
            except BaseException as error:
                _close(self._connection)
                self._connection = None
                settle_all(taken or self._taken(), error)
                if not isinstance(error, Exception):
                    raise

    def _refuse_all(self) -> None:
        """The file was moved or deleted, or another stands in its place: nobody would find again what is written to it.
        It stays open, so that it can be put back."""
        log.error("the database's file is not where it was: nothing is taken until it is back")
        settle_all(self._taken(), FileNotFoundError())

    def _has_work(self) -> bool:
        with self._lock:
            if not self._waiting:
                self._task = None
            return bool(self._waiting)

    def _opened(self) -> Connection:
        if self._connection is None:
            self._connection = self._groups.connect()
            run_raw(self._connection, IMPATIENT)
            run_raw(self._connection, CHECKPOINT)
            run_raw(self._connection, CACHE)
            self._connection.rollback()
        return self._connection

    async def _write(self, connection: Connection, taken: list[Job]) -> None:
        try:
            transaction = await self._begun(connection)
        except OperationalError as error:
            settle_all(self._taken(), error)
            return
        group = self._groups.begun(taken)
        try:
            self._groups.take_key(connection)
            await self._run(connection, group)
            committed = self._groups.log(connection, group)
            await self._commit(transaction)
            committed()
        except UNWRITTEN:
            await self._on_disk(transaction.close)
            group.uncertain()
        settle_done(group.done)
        if group.again:
            await self._on_disk(_patient(connection, lambda: self._groups.retry(connection, group.again)))

    async def _commit(self, transaction: Transaction) -> None:
        """Commit, in the thread unless the disk has been quick: a slow commit counts at once, quick ones by and by."""
        began = time.perf_counter()
        if self._commit_takes < QUICK:
            transaction.commit()
        else:
            await self._on_disk(transaction.commit)
        took = time.perf_counter() - began
        self._commit_takes = max(took, 0.8 * self._commit_takes + 0.2 * took)

    async def _write_aside(self, connection: Connection, taken: list[Job]) -> None:
        """What takes long has a transaction of its own, in the thread: everything but writing goes on meanwhile."""
        taken.append(self._waiting.popleft())
        await self._on_disk(_patient(connection, lambda: self._groups.retry(connection, taken)))

    async def _begun(self, connection: Connection) -> Transaction:
        try:
            return connection.begin()
        except OperationalError:  # another process writes: it is waited for where nobody else has to
            return await self._on_disk(_patient(connection, connection.begin))

    def _taken(self) -> list[Job]:
        """Everybody who waits: what the database refused the first of them, it refuses them all."""
        with self._lock:
            taken = list(self._waiting)
            self._waiting.clear()
        return taken

    async def _run(self, connection: Connection, group: Group) -> None:
        """Run what waits, and what comes meanwhile, until the group is full."""
        until = time.perf_counter() + SLICE
        while self._waiting and len(group.jobs) < GROUP and not self._waiting[0].takes_long:
            job = self._waiting.popleft()
            group.jobs.append(job)
            self._groups.run_one(connection, group, job)
            if time.perf_counter() > until:
                await asyncio.sleep(0)
                until = time.perf_counter() + SLICE

    async def _on_disk(self, wait: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, wait)


def _file_at(path: Path) -> tuple[int, int] | None:
    """Which file stands there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _close(connection: Connection | None) -> None:
    with contextlib.suppress(Exception):
        if connection is not None:
            connection.invalidate()  # what was set for this writer, or went wrong with it, is nobody else's
            connection.close()


def _patient(connection: Connection, work: Callable[[], T]) -> Callable[[], T]:
    """The same work, which waits for another process to have written."""

    def done() -> T:
        run_raw(connection, f"PRAGMA {PATIENCE}")
        try:
            return work()
        finally:
            run_raw(connection, IMPATIENT)

    return done
