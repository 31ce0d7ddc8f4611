"""Units of work are written in groups: several in one transaction, each undone alone, told after one commit."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import SQLModel, col

from storage import postgres
from storage.chain import Chains
from storage.columns import Keyring, Sealed, SealedJson, keyring
from storage.memory import Memory, View
from storage.prepared import Prepared, run_raw
from storage.store import Store
from storage.tables import DataKey

T = TypeVar("T")

GROUP = 64
"""Units in one commit at most. Of three inserts each, SQLite took 550 a second one by one, 8,000 in groups of 64."""

UNWRITTEN = (DBAPIError, ValueError)
"""What the database refuses of the audit's entries or of the commit, and what the driver cannot even write."""


class Busy(Exception):
    """The database did not take the work in time; nothing was changed, and it may be tried again."""


@dataclass
class Job:
    """A unit of work, and who waits for it."""

    work: Callable[[Store], Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    now: Callable[[], datetime]
    takes_long: bool = False
    refused: bool = False
    forgets: bool = False
    result: Any = None
    noted: list[dict[str, Any]] = field(default_factory=list)
    """The entries for the audit log."""

    def settle(self, result: Any, error: BaseException | None) -> None:
        """Tell whoever waits, in their own loop."""
        with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits any more
            self.loop.call_soon_threadsafe(_resolve, self.future, result, error)


class Group:
    """The units of one transaction: all of them, those that are done, and those that are to be tried alone.

    `sole`: there is one and there will be no other, so that it needs no savepoint."""

    def __init__(self, view: View, jobs: list[Job], *, sole: bool = False) -> None:
        self.view = view
        self.jobs = jobs
        self.sole = sole
        self.done: list[Job] = []
        self.again: list[Job] = []

    def uncertain(self) -> None:
        """The begin or the commit itself failed: nobody's work is known to be stored, so each is tried on its own."""
        self.again = [job for job in self.jobs if not job.refused]
        self.done = []


class Groups:
    """How a group of units is run on one connection."""

    def __init__(
        self,
        engine: Engine,
        memory: Memory,
        keys: Keyring,
        *,
        patience: str = "",
        haste: str = "",
    ) -> None:
        self._engine = engine
        self._memory = memory
        self._keys = keys
        self._patience = patience
        self._chains = Chains(keys)
        self._haste = haste
        self.forgetting = False
        """Something was erased, and the database's own log still holds what it was."""

    def connect(self) -> Connection:
        """A writing connection, in a thread or task that may open sealed columns from now on."""
        self.open_columns()
        return self._engine.connect()

    def open_columns(self) -> None:
        """Let this thread or task open sealed columns."""
        keyring.set(self._keys)

    def begun(self, jobs: list[Job]) -> Group:
        """A group of these, or of nobody yet."""
        return Group(View(self._memory), jobs)

    def run_group(self, connection: Connection, jobs: list[Job]) -> list[Job]:
        """Begin, run each unit, commit, and tell everybody; returns who is to be tried alone."""
        group = Group(View(self._memory), jobs, sole=len(jobs) == 1)
        try:
            with connection.begin():
                self.take_key(connection)
                for job in jobs:
                    self.run_one(connection, group, job)
                committed = self.log(connection, group)
            committed()
        except UNWRITTEN:
            group.uncertain()
        settle_done(group.done)
        return group.again

    def take_key(self, connection: Connection) -> None:
        """Just after the begin: seal with the newest key, which a process that slept may not know. Nobody rotates it
        before this transaction ends."""
        if _NEWEST_KEY.run(connection, {})[0][0] != self._keys.current:
            self.read_keys(connection)

    def read_keys(self, connection: Connection) -> None:
        """Read all keys that the database has; the newest seals from now on."""
        for number, wrapped in _KEYS.run(connection, {}):
            self._keys.read(number, bytes(wrapped))

    def log(self, connection: Connection, group: Group) -> Callable[[], None]:
        """Just before the commit: write what these units noted. Returns what is called when it is committed."""
        return self._chains.write(connection, [entry for job in group.done for entry in job.noted])

    def retry(self, connection: Connection, again: list[Job]) -> None:
        """After the commit of the others: give each of these a transaction of its own."""
        for job in again:
            self._retry(connection, job)

    def run_one(self, connection: Connection, group: Group, job: Job) -> None:
        """Run one unit in its savepoint. What it raises is undone, and no neighbour's business."""
        store = Store(connection, group.view, job.now())
        if not group.sole:
            run_raw(connection, "SAVEPOINT unit")
        try:
            job.result = job.work(store)
            job.noted = store.finish()
            if not group.sole:
                run_raw(connection, "RELEASE SAVEPOINT unit")
            group.done.append(job)
            if store.forgets:
                self.forgetting = job.forgets = True
        except OperationalError as error:
            if error.connection_invalidated:
                raise
            self._undo(connection, group, store)
            group.again.append(job)  # waited on a lock of another process: not its neighbours' fault
            # And those who need the same lock do not each make the others wait for it.
            if self._haste and not group.sole:
                run_raw(connection, self._haste)
        except Exception as error:
            self._undo(connection, group, store)
            job.refused = True
            job.settle(None, error)

    def _undo(self, connection: Connection, group: Group, store: Store) -> None:
        if group.sole:
            connection.rollback()
        else:
            run_raw(connection, "ROLLBACK TO SAVEPOINT unit")
        store.undone()

    def _retry(self, connection: Connection, job: Job) -> None:
        try:
            job.settle(self.run_alone(connection, job.work, job.now), None)
        except OperationalError as error:
            job.settle(None, Busy(type(error.orig).__name__))
            if error.connection_invalidated:
                raise
        except Exception as error:
            job.settle(None, error)

    def run_alone(self, connection: Connection, work: Callable[[Store], T], now: Callable[[], datetime]) -> T:
        """Run one unit in a transaction of its own."""
        store = Store(connection, View(self._memory), now())
        with connection.begin():
            if self._patience:
                run_raw(connection, self._patience)
            self.take_key(connection)
            result = work(store)
            committed = self._chains.write(connection, store.finish())
        committed()
        self.forgetting |= store.forgets
        return result

    def vacuum(self) -> None:
        """Have PostgreSQL take old versions of rows with people's words out of reach."""
        self.forgetting = False
        tables = SQLModel.metadata.sorted_tables
        postgres.vacuum(self._engine, [each.name for each in tables if any(map(_is_sealed, each.columns))])

    def forget(self, connection: Connection) -> None:
        """Empty SQLite's write-ahead log; somebody who still reads an older moment puts it off."""
        cursor = connection.connection.cursor()
        try:
            self.forgetting = bool(cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
        finally:
            cursor.close()


_NEWEST_KEY = Prepared(select(func.coalesce(func.max(col(DataKey.number)), Keyring.AUDIT)))
_KEYS = Prepared(select(col(DataKey.number), col(DataKey.wrapped)).order_by(col(DataKey.number)))


def _is_sealed(column: Column[Any]) -> bool:
    return isinstance(column.type, Sealed | SealedJson)


# Telling who waits ---------------------------------------------------------------------------------------------------


def settle_all(group: list[Job], error: BaseException) -> None:
    """Nobody's work is stored."""
    for job in group:
        job.settle(None, Busy(type(error).__name__))


def settle_done(done: list[Job]) -> None:
    """One call into each loop for the whole group: waking it for each unit would have it and the writer take turns."""
    here = asyncio._get_running_loop()
    for loop in {job.loop for job in done}:
        jobs = [job for job in done if job.loop is loop]
        if loop is here:
            _resolve_all(jobs)
            continue
        with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits any more
            loop.call_soon_threadsafe(_resolve_all, jobs)


def _resolve_all(jobs: list[Job]) -> None:
    for job in jobs:
        _resolve(job.future, job.result, None)


def _resolve(future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
