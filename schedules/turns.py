"""Some things only one process may do at a time; the others wait for their turn and take over when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass

from storage.database import Database
from storage.leases import PROCESS, Standing, Term
from storage.store import Store

log = logging.getLogger("upbeat.turns")

LENGTH = {"postgresql": 9.0, "sqlite": 60.0}
"""Seconds of a lease. It is renewed, and looked at by those who wait, each third: after a death another process takes
over within 12 seconds. On SQLite, which has one process, a new one takes over at once."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Seconds after which what could not begin is tried again: twice as many each time."""

PRESENCE = 60.0
"""Seconds for which a process counts as being at work since it last said so."""


def steady() -> float:
    """Seconds on a clock that nobody sets, and that runs on while this process or its machine is asleep."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class Away(RuntimeError):
    """Whoever is needed to begin cannot be reached now, as a sentence of ours: it is tried again."""


@dataclass
class Tenure:
    """Our turn: the term of the lease, and until when we know it to be ours, on the steady clock."""

    term: Term
    until: float

    def holds(self) -> bool:
        """Whether it is surely our turn still: ask before whatever only one process may do."""
        return steady() < self.until


@dataclass(frozen=True)
class Alone:
    """What only one process does at a time, and the `role` to which it belongs.

    `begin` is called when it is our turn, and again after a while where it raises; `finish` when we stop of our own
    accord: what was begun is done first. `drop` is called when the turn is over, or may be: it ends at once whatever
    another process could be doing now."""

    name: str
    role: str
    begin: Callable[[Tenure], Coroutine[None, None, None]]
    finish: Callable[[], Awaitable[None]]
    drop: Callable[[], Awaitable[None]]


class Turns:
    """What this process does alone when it is its turn, begun in this order and ended in the reverse one."""

    def __init__(
        self, database: Database, alone: Sequence[Alone], *, holder: str, length: float | None = None
    ) -> None:
        self._database = database
        length = length or LENGTH["sqlite" if database.is_sqlite else "postgresql"]
        self._presence = _Seat(database, _at_work(holder), holder, PRESENCE)
        self._seats = [_Seat(database, each, holder, length) for each in alone]

    async def start(self) -> None:
        """Take what is free and begin with it; wait for the rest. Raises what beginning raises, but not Away."""
        if self._database.is_sqlite:  # one process: whoever held a lease is gone, or gives way
            await self._database.write(lambda store: store.leases.give_all_back())
        await self._presence.start()
        for seat in self._seats:
            await seat.start()

    async def stop(self) -> None:
        """Finish what was begun, and let another process go on at once."""
        for seat in reversed((self._presence, *self._seats)):
            await seat.stop()

    def held(self) -> dict[str, bool]:
        """By name, whether it is our turn now."""
        return {seat.name: seat.is_ours for seat in self._seats}


def _at_work(holder: str) -> Alone:
    """What every process does, by a lease of its own, even one that does nothing alone: being at work, so that nobody
    rotates the keys under it."""

    async def nothing(tenure: Tenure | None = None) -> None: ...

    return Alone(f"{PROCESS}{holder}", "", nothing, nothing, nothing)


class _Seat:
    """One lease, asked for or renewed again and again, and what is done while it is ours.

    A term counts for two thirds of its length from when its renewal was asked for. The last third is for stopping."""

    def __init__(self, database: Database, alone: Alone, holder: str, length: float) -> None:
        self.name = alone.name
        self._database = database
        self._alone = alone
        self._holder = holder
        self._length = length
        self._third = length / 3
        self._tenure: Tenure | None = None
        self._term: Term | None = None
        self._beginning: asyncio.Task[None] | None = None
        self._loop: asyncio.Task[None] | None = None
        self._unable = asyncio.Event()
        self._pause = FIRST_PAUSE
        self._seen = ""
        self._reached = True
        self._said: dict[str, str] = {}

    @property
    def is_ours(self) -> bool:
        return self._tenure is not None and self._tenure.holds()

    async def start(self) -> None:
        reached = await self._look()
        self._loop = asyncio.create_task(self._run(reached))
        if beginning := self._beginning:
            await asyncio.wait({beginning})
            if not (beginning.cancelled() or isinstance(beginning.exception(), Away)):
                beginning.result()

    async def stop(self) -> None:
        if self._tenure:
            await self._end_beginning()
            await self._alone.finish()  # the loop renews the lease meanwhile
        if self._loop:
            self._loop.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._loop
        self._tenure = self._loop = None
        await self._give_back()

    async def _give_back(self) -> None:
        term, self._term = self._term, None
        if term:
            with contextlib.suppress(Exception):  # then it ends by itself
                async with asyncio.timeout(self._third):
                    await self._database.write_apart(lambda store: store.leases.give_back(term))

    async def _run(self, reached: bool) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._unable.wait(), self._third if reached else self._third / 4)
            if self._unable.is_set():
                await self._let_others_try()
            reached = await self._look()

    async def _look(self) -> bool:
        """Renew the lease, or ask for it; returns whether the database answered."""
        asked = steady()
        try:
            async with asyncio.timeout(self._third):
                found = await self._database.write_apart(self._ask)
        except Exception as error:
            if self._reached:  # once, however long the database is away
                log.warning("lease not renewed", extra={"kind": self.name, "error": type(error).__name__})
            found = None
        self._reached = found is not None
        await self._settle(found, asked + self._length * 2 / 3)
        return self._reached

    def _ask(self, store: Store) -> Term | Standing:
        if self._term and store.leases.renew(self._term, seconds=self._length):
            return self._term
        taken = store.leases.take(self.name, self._holder, seconds=self._length)
        others = {standing.name: standing for standing in store.leases.standing()} if not taken else {}
        return taken or others[self.name]

    async def _settle(self, found: Term | Standing | None, until: float) -> None:
        if self._tenure and not (self._tenure.holds() and found in (None, self._tenure.term)):
            log.warning("our turn is over", extra={"kind": self.name})
            await self._lose()
        self._term = found if isinstance(found, Term) else self._term if found is None else None
        if isinstance(found, Standing):
            self._say_who(found.holder)
        if not isinstance(found, Term) or until <= steady():
            return
        if self._tenure:
            self._tenure.until = until
        else:
            self._begin(Tenure(found, until))

    def _begin(self, tenure: Tenure) -> None:
        self._tenure, self._seen = tenure, ""
        self._beginning = asyncio.create_task(self._alone.begin(tenure))
        self._beginning.add_done_callback(self._begun)
        if not self._database.is_sqlite:  # there is nobody else
            log.info("our turn", extra={"kind": self.name, "worker": self._holder})

    def _begun(self, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            return
        if (error := task.exception()) is None:
            self._pause, self._said = FIRST_PAUSE, {}
            return
        self._unable.set()
        words = str(error) if isinstance(error, RuntimeError) else ""  # ours; a library's may quote a token
        why = {"error": type(error).__name__, "reason": words}
        if why != self._said:  # once, however often it is tried again
            self._said = why
            level = logging.WARNING if isinstance(error, Away) else logging.ERROR
            log.log(level, "not begun", extra={"kind": self.name, **why})

    async def _let_others_try(self) -> None:
        """What we cannot begin, another process may be able to; if not, we try again, ever more rarely."""
        await self._lose()
        await self._give_back()
        await asyncio.sleep(self._pause if self._database.is_sqlite else max(self._pause, self._length))
        self._pause = min(2 * self._pause, LONGEST_PAUSE)

    async def _lose(self) -> None:
        self._tenure = None
        await self._end_beginning()
        self._unable.clear()
        try:
            async with asyncio.timeout(self._third):
                await self._alone.drop()
        except Exception as error:
            log.error("not ended", extra={"kind": self.name, "error": type(error).__name__})

    async def _end_beginning(self) -> None:
        task, self._beginning = self._beginning, None
        if task:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _say_who(self, holder: str) -> None:
        if holder != self._seen:
            log.info("another process does this", extra={"kind": self.name, "worker": holder})
        self._seen = holder
