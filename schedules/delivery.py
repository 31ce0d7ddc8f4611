"""The outbox is delivered: each message once, in order for each reader, no faster than platforms permit."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import count

from handlers.kit.dispatch import Core
from schedules.sending import Message, Sending
from schedules.speaking import Speaker
from schedules.taking import take
from schedules.turns import Tenure, steady
from storage.delivering import MOST_CRASHES
from storage.leases import under

log = logging.getLogger("upbeat.delivery")

MOST_IN_FLIGHT = 200
IDLE = 1.0
GATHER = 0.05
"""Seconds between being woken and looking: in a burst of commands, most of which tell nobody, one look is enough."""


class Delivery:
    """One worker of the outbox.

    One process at a time delivers, so that platforms' limits hold over all of them. Each message has a lease as well:
    whoever was thought dead, and is not, does not send what another has taken up."""

    def __init__(
        self, core: Core, speakers: Sequence[Speaker], *, worker: str, now: Callable[[], float] = steady
    ) -> None:
        self._core = core
        self._sending = Sending(core, speakers, now)
        self._worker = worker
        self._takes = count()
        self._wanted = asyncio.Event()
        self._in_flight: set[asyncio.Task[None]] = set()
        self._loop: asyncio.Task[None] | None = None

    @property
    def counts(self) -> Counter[str]:
        """What became of messages: sent, failed, ambiguous, expired, …."""
        return self._sending.counts

    # The loop ----------------------------------------------------------------------------------------------

    async def begin(self, tenure: Tenure) -> None:
        """Deliver while it is our turn, as if others had sent all that platforms permit until now. What they took up
        and did not begin to send is free: they would be refused."""
        self._sending.begin(tenure.term)
        await self._core.database.write(under(tenure.term, lambda store: store.delivering.release("waiting")))
        await self.start()

    async def drop(self) -> None:
        """Our turn is over: what is being sent has an end of its own, before its lease; nothing else is begun."""
        self._sending.stopping = True
        if self._loop:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
            self._loop = None

    async def start(self) -> None:
        """Begin to deliver."""
        if self._core.database.is_sqlite:  # one process: whoever held a lease is gone
            if self._in_flight:  # or it was us, in a turn before this one: what we are sending ends first
                await asyncio.wait(self._in_flight)
            await self._core.database.write(lambda store: store.delivering.release("waiting", "sending"))
        self._sending.stopping = False
        self._loop = asyncio.create_task(self.run())

    async def stop(self, seconds: float = 20.0) -> None:
        """Take nothing new, finish what is being sent for so long, then let go: what was not begun is sent later."""
        await self.drain(seconds)
        for task in (*self._in_flight, *((self._loop,) if self._loop else ())):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._loop = None

    async def drain(self, seconds: float) -> None:
        """Take nothing new and wait for what is being sent."""
        self._sending.stopping = True
        self._wanted.set()
        if self._in_flight:
            await asyncio.wait(self._in_flight, timeout=seconds)

    def speak_through(self, speaker: Speaker) -> None:
        """What waits goes out through this platform too from now on."""
        self._sending.speakers[speaker.name] = speaker
        self.wake()

    def wake(self) -> None:
        """Something was queued: look at once."""
        self._wanted.set()

    async def run(self) -> None:
        """Deliver until stopped: when woken, and otherwise once a second."""
        while not self._sending.stopping:
            self._wanted.clear()
            try:
                taken = await self._begin_due()
            except Exception as error:  # the database is away for a moment: nothing is lost
                log.warning("outbox not reachable", extra={"error": type(error).__name__})
                taken = 0
            if not taken and not self._sending.stopping:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wanted.wait(), IDLE)
                    await asyncio.sleep(GATHER)

    async def _begin_due(self) -> int:
        if len(self._in_flight) >= MOST_IN_FLIGHT:
            await asyncio.wait(self._in_flight, return_when=asyncio.FIRST_COMPLETED, timeout=IDLE)
            return 1
        if not await self._core.database.read(lambda store: store.delivering.is_due()):
            return 0
        groups, leased = await self._take()
        for group in groups:
            if not _may_kill(group):
                self._begin_to_send(group)
        for group in filter(_may_kill, groups):
            if self._in_flight:
                await asyncio.wait(self._in_flight)
            await asyncio.wait({self._begin_to_send(group)})
        return leased

    def _begin_to_send(self, group: list[Message]) -> asyncio.Task[None]:
        task = asyncio.create_task(self._sending.in_order(group))
        self._in_flight.add(task)
        task.add_done_callback(self._in_flight.discard)
        return task

    async def deliver(self) -> int:
        """One pass: send what is due now, and wait for it; returns how many messages were taken up."""
        groups, leased = await self._take()
        await asyncio.gather(*(self._sending.in_order(group) for group in groups if not _may_kill(group)))
        for group in filter(_may_kill, groups):
            await self._sending.in_order(group)
        return leased

    # Taking ------------------------------------------------------------------------------------------------

    async def _take(self) -> tuple[list[list[Message]], int]:
        """Lease what is due; returns the messages of each reader, and how many were leased in all."""
        now = self._sending.now()
        # Each look is a holder of its own: also we, woken late, do not touch what we took up anew.
        holder = f"{self._worker}/{next(self._takes)}"
        taken = await self._core.database.write(
            under(self._sending.term, lambda store: take(self._core, store, self._sending.open(), holder))
        )
        groups: dict[str, list[Message]] = {}
        for row, way in taken.ways:
            group = groups.setdefault(row.person_id or row.place_id or "", [])
            group.append(Message(row, way, now, group[0].tried if group else set()))
        for row, fate in taken.settled:
            self._sending.count(row, fate)
        if taken.ambiguous:
            self.counts["ambiguous"] += taken.ambiguous
        return list(groups.values()), taken.leased


def _may_kill(group: list[Message]) -> bool:
    """Whether one of these was being sent at all but one of the deaths after which a message is set aside. It is sent
    alone then: had it others beside it, they would be set aside for its deeds."""
    return any(message.row.crashes >= MOST_CRASHES - 1 for message in group)
