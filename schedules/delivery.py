"""The outbox is delivered: each message once, in order for each reader, no faster than platforms permit."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any, TypeVar

from handlers.kit.dispatch import Core
from schedules.addressing import Fate, Way
from schedules.pacing import Buckets
from schedules.speaking import (
    Fixed,
    Gone,
    Locked,
    Parcel,
    Receipt,
    Refused,
    Slow,
    Speaker,
    Unclear,
    Unreachable,
)
from schedules.taking import UNCLEAR, back_off, settle, take, way_of
from schedules.turns import Tenure, steady
from storage.alerts import TOKEN
from storage.database import Busy
from storage.leases import Term, under
from storage.outbox import LEASE, MOST_ATTEMPTS, MOST_CRASHES
from storage.store import Store
from storage.tables import Outgoing, Posted

log = logging.getLogger("upbeat.delivery")

T = TypeVar("T")

MOST_IN_FLIGHT = 200
PATIENCE = 15.0
"""Seconds that a leased message waits for its turn in a bucket; for a longer wait it is given back."""
JUST_NOW, FRESH = 1.0, 30.0
"""Seconds after which a leased message's reader is looked at again; and after which it is given back: half a lease."""
ANSWER = 30.0
"""Seconds in which a platform answers, or the request counts as unclear."""
IDLE = 1.0
LOCKED, LONGEST_LOCKED = 60.0, 3600.0
"""Seconds for which nothing is sent through a platform that refused our token; then one message tries again, and the
next one after twice as long, up to an hour."""
GATHER = 0.05
"""Seconds between being woken and looking: in a burst of commands, most of which tell nobody, one look is enough."""


@dataclass
class _Message:
    """A leased message and its way, found `since`; `tried`: the platforms where its reader was not reachable, shared by
    all that was leased for that reader."""

    row: Outgoing
    way: Way
    since: float
    tried: set[str]


class Delivery:
    """One worker of the outbox. `counts` says what became of messages: sent, failed, ambiguous, expired, ….

    One process at a time delivers, so that platforms' limits hold over all of them. Each message has a lease as well:
    whoever was thought dead, and is not, does not send what another has taken up."""

    def __init__(self, core: Core, speakers: Sequence[Speaker], *, worker: str) -> None:
        self._core = core
        self._speakers = {speaker.name: speaker for speaker in speakers}
        self._worker = worker
        self._now = steady
        self._takes = count()
        self._locked: dict[str, float] = {}
        self._refusals: Counter[str] = Counter()
        self._term: Term | None = None
        self._buckets = Buckets(self._now)
        self._wanted = asyncio.Event()
        self._in_flight: set[asyncio.Task[None]] = set()
        self._loop: asyncio.Task[None] | None = None
        self._stopping = False
        self.counts: Counter[str] = Counter()

    # The loop ----------------------------------------------------------------------------------------------

    async def begin(self, tenure: Tenure) -> None:
        """Deliver while it is our turn, as if others had sent all that platforms permit until now. What they took up
        and did not begin to send is free: they would be refused."""
        self._term = tenure.term
        self._buckets.begin_empty()
        await self._core.database.write(under(tenure.term, lambda store: store.outbox.release("waiting")))
        await self.start()

    async def drop(self) -> None:
        """Our turn is over: what is being sent has an end of its own, before its lease; nothing else is begun."""
        self._stopping = True
        if self._loop:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
            self._loop = None

    async def start(self) -> None:
        """Begin to deliver."""
        self._stopping = False
        if self._core.database.is_sqlite:  # one process: whoever held a lease is gone
            await self._core.database.write(lambda store: store.outbox.release("waiting", "sending"))
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
        self._stopping = True
        self._wanted.set()
        if self._in_flight:
            await asyncio.wait(self._in_flight, timeout=seconds)

    def wake(self) -> None:
        """Something was queued: look at once."""
        self._wanted.set()

    async def run(self) -> None:
        """Deliver until stopped: when woken, and otherwise once a second."""
        while not self._stopping:
            self._wanted.clear()
            try:
                taken = await self._begin_due()
            except Exception as error:  # the database is away for a moment: nothing is lost
                log.warning("outbox not reachable", extra={"error": type(error).__name__})
                taken = 0
            if not taken and not self._stopping:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wanted.wait(), IDLE)
                    await asyncio.sleep(GATHER)

    async def _begin_due(self) -> int:
        if len(self._in_flight) >= MOST_IN_FLIGHT:
            await asyncio.wait(self._in_flight, return_when=asyncio.FIRST_COMPLETED, timeout=IDLE)
            return 1
        if not await self._core.database.read(lambda store: store.outbox.is_due()):
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

    def _begin_to_send(self, group: list[_Message]) -> asyncio.Task[None]:
        task = asyncio.create_task(self._send_in_order(group))
        self._in_flight.add(task)
        task.add_done_callback(self._in_flight.discard)
        return task

    async def deliver(self) -> int:
        """One pass: send what is due now, and wait for it; returns how many messages were taken up."""
        groups, leased = await self._take()
        await asyncio.gather(*(self._send_in_order(group) for group in groups if not _may_kill(group)))
        for group in filter(_may_kill, groups):
            await self._send_in_order(group)
        return leased

    # Taking ------------------------------------------------------------------------------------------------

    async def _take(self) -> tuple[list[list[_Message]], int]:
        """Lease what is due; returns the messages of each reader, and how many were leased in all."""
        now = self._now()
        holder = (
            f"{self._worker}/{next(self._takes)}"  # also we, woken late, do not touch what we took up anew
        )
        taken = await self._core.database.write(
            under(self._term, lambda store: take(self._core, store, self._open(), holder))
        )
        groups: dict[str, list[_Message]] = {}
        for row, way in taken.ways:
            group = groups.setdefault(row.person_id or row.place_id or "", [])
            group.append(_Message(row, way, now, group[0].tried if group else set()))
        for row, fate in taken.settled:
            self._count(row, fate)
        if taken.ambiguous:
            self.counts["ambiguous"] += taken.ambiguous
        return list(groups.values()), taken.leased

    # Sending -----------------------------------------------------------------------------------------------

    async def _send_in_order(self, group: list[_Message]) -> None:
        """One reader's messages, one after the other; when one must wait, those behind it do."""
        try:
            while group and not self._stopping and await self._send(group[0]):
                group.pop(0)
            for message in group[1:] if not self._stopping else group:
                await self._write_fate(message.row, Fate("waiting"))
        except Exception as error:
            # Their leases end by themselves, and somebody takes them up again.
            log.error("delivery interrupted", extra={"error": type(error).__name__})

    async def _send(self, message: _Message) -> bool:
        """Send one message; returns whether the next one for this reader may go."""
        wait = await self._turn(message.way)
        if wait:
            return await self._later(message.row, wait, "slow")
        asked = self._now()
        begun = await self._core.database.write(under(self._term, lambda store: self._begin(store, message)))
        if isinstance(begun, Fate):
            return await self._write_fate(message.row, begun)
        if self._now() - asked > FRESH:  # we were asleep: another may have taken it for half sent
            return await self._write_fate(message.row, Fate("waiting"))
        return await self._speak(message.row, begun, message)

    def _open(self) -> dict[str, Speaker]:
        """The platforms that take our token, as far as we know."""
        self._locked = {name: until for name, until in self._locked.items() if until > self._now()}
        return {name: speaker for name, speaker in self._speakers.items() if name not in self._locked}

    async def _turn(self, way: Way) -> float:
        """Wait for a place in every bucket; returns the seconds that are left when that takes too long."""
        limits = way.speaker.buckets(way.parcel)
        wait = self._buckets.wait_for(limits, most=PATIENCE)
        if wait > PATIENCE:
            return wait
        if wait > 0:
            await asyncio.sleep(wait)
        return self._buckets.paused_for(limits)

    def _begin(self, store: Store, message: _Message) -> Way | Fate:
        """Write down that it is being sent, before it is; the reader is looked at again if that was a while ago."""
        row, way, age = message.row, message.way, self._age(message)
        if age > FRESH:
            return Fate("waiting")
        if age > JUST_NOW or message.tried or way.speaker.name in self._locked:
            again = way_of(self._core, store, row, self._open(), message.tried)
            if isinstance(again, Fate):
                return again
            way = again
        if self._refusals[way.speaker.name]:  # one tries our token again, and the rest wait for what it hears
            self._locked[way.speaker.name] = self._now() + ANSWER
        begun = {"state": "sending", "attempts": row.attempts + 1, "leased_until": store.now + LEASE}
        return way if store.outbox.set(row, **begun) else Fate("waiting")

    def _age(self, message: _Message) -> float:
        return self._now() - message.since

    async def _speak(self, row: Outgoing, way: Way, message: _Message) -> bool:
        try:
            async with asyncio.timeout(ANSWER):
                receipt = await self._found(row, way) or await _said(way)
        except Slow as slow:
            wait = self._buckets.pause(slow.bucket, slow.retry_after)
            return await self._later(row, wait, "slow", attempts=row.attempts)
        except Unreachable:
            await self._not_there(row, way)
            message.tried.add(way.speaker.name)
            return await self._send(message)
        except Gone:
            return await self._write_fate(row, Fate("cancelled", "gone"), attempts=row.attempts + 1)
        except Fixed:  # then it is told as a message of its own
            return await self._write_fate(row, Fate("waiting"), edits=None, platform="")
        except Refused:
            return await self._write_fate(row, Fate("failed", "refused"), attempts=row.attempts + 1)
        except Locked:
            return await self._locked_out(row, way)
        except (Unclear, TimeoutError):
            return await self._never_answered(row)
        except Exception as error:
            return await self._try_again(row, type(error).__name__)
        await self._sent(row, way, receipt)
        return True

    async def _found(self, row: Outgoing, way: Way) -> Receipt | None:
        """Where a message stands that may have arrived already, on a platform that can look it up."""
        find = getattr(way.speaker, "find", None)
        if row.reason != UNCLEAR or row.unclear != "reconcile" or find is None:
            return None
        found: Receipt | None = await find(way.parcel)
        self.counts["reconciled"] += found is not None
        return found

    # What became of it -------------------------------------------------------------------------------------

    async def _sent(self, row: Outgoing, way: Way, receipt: Receipt) -> None:
        values = {"state": "sent", "platform": way.speaker.name, "leased_until": None, "reason": ""}

        def write(store: Store) -> None:
            if store.outbox.set(row, sent_at=store.now, **values) and row.about:
                posted = _remember(store, way.speaker.name, receipt, row, way.parcel)
                store.outbox.put_right(row, posted)

        await self._patiently(write)
        if self._refusals.pop(way.speaker.name, 0):
            self._locked.pop(way.speaker.name, None)
        self.counts["sent"] += 1

    async def _not_there(self, row: Outgoing, way: Way) -> None:
        """The reader cannot be reached there any more: that is noted, and another place is tried."""

        def write(store: Store) -> None:
            place = store.outbox.place_of(row) if row.place_id else None
            if place:
                store.accounts.seen_place(place.platform, place.external_id, place.name, gone=True)
            elif row.person_id:
                store.accounts.reachable(row.person_id, way.speaker.name, False)
            store.outbox.set(row, state="waiting", attempts=row.attempts)

        await self._patiently(write)
        self.counts["unreachable"] += 1

    async def _locked_out(self, row: Outgoing, way: Way) -> bool:
        """It waits for the operator, and is not to blame: that was no attempt of its own."""
        name, now = way.speaker.name, self._now()
        if (
            self._locked.get(name, now) <= now + ANSWER
        ):  # or it was one of many that were on their way together
            self._locked[name] = now + min(LOCKED * 2.0 ** self._refusals[name], LONGEST_LOCKED)
            self._refusals[name] += 1
            await self._patiently(lambda store: store.alerts.note(f"{TOKEN}:{name}"))
        self.counts["locked"] += 1
        return await self._later(row, LOCKED, "token", attempts=row.attempts)

    async def _never_answered(self, row: Outgoing) -> bool:
        self.counts["ambiguous"] += 1
        counted = {"ambiguous": row.ambiguous + 1}
        if row.unclear == "once":
            fate = Fate("failed", UNCLEAR)
            return await self._write_fate(row, fate, attempts=row.attempts + 1, **counted)
        return await self._try_again(row, UNCLEAR, **counted)

    async def _try_again(self, row: Outgoing, reason: str, **values: Any) -> bool:
        if row.attempts + 1 >= MOST_ATTEMPTS:
            return await self._write_fate(row, Fate("failed", reason), attempts=row.attempts + 1, **values)
        return await self._later(row, back_off(row), reason, attempts=row.attempts + 1, **values)

    async def _later(self, row: Outgoing, seconds: float, reason: str, **values: Any) -> bool:
        # Once it is unclear whether it arrived, it stays so, whatever happens afterwards.
        reason = UNCLEAR if row.reason == UNCLEAR else reason
        wait = timedelta(seconds=seconds)
        await self._patiently(
            lambda store: settle(store, row, Fate("waiting", reason, store.now + wait), **values)
        )
        self.counts["postponed"] += 1
        return False

    async def _write_fate(self, row: Outgoing, fate: Fate, **values: Any) -> bool:
        """Settle it, or give it back; returns whether the next one for this reader may go."""
        await self._patiently(lambda store: settle(store, row, fate, **values))
        self._count(row, fate)
        return fate.state != "waiting" or fate.until is not None

    def _count(self, row: Outgoing, fate: Fate) -> None:
        self.counts["postponed" if fate.state == "waiting" else fate.state] += 1
        if fate.state == "failed":
            # Never the words of a message: which one it was, and why it was set aside.
            log.error(
                "message set aside", extra={"outgoing": row.id, "route": row.route, "reason": fate.reason}
            )

    async def _patiently(self, work: Callable[[Store], T]) -> T:
        """Write what happened outside, which cannot be undone: when the database is busy or away, again, for as long
        as the message's lease lasts."""
        for wait in (0.1, 0.5, 2.0, 4.0, 8.0, 8.0):
            try:
                return await self._core.database.write(work)
            except Busy:
                await asyncio.sleep(wait)
        return await self._core.database.write(work)


def _may_kill(group: list[_Message]) -> bool:
    """Whether one of these was being sent at all but one of the deaths after which a message is set aside. It is sent
    alone then: had it others beside it, they would be set aside for its deeds."""
    return any(message.row.crashes >= MOST_CRASHES - 1 for message in group)


async def _said(way: Way) -> Receipt:
    over = way.parcel.over
    if over is None:
        return await way.speaker.speak(way.parcel)
    await way.speaker.edit(way.parcel, over)
    return over


def _remember(store: Store, platform: str, receipt: Receipt, row: Outgoing, parcel: Parcel) -> Posted:
    return store.outbox.posted(
        platform=platform,
        channel=receipt.channel,
        message=receipt.message,
        more=receipt.more,
        about=row.about,
        person_id=parcel.person_id or None,
    )
