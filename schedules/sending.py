"""One message on its way: it waits for its turn, goes out, and what became of it is written down."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from handlers.kit.dispatch import Core
from schedules.addressing import Fate, Way
from schedules.pacing import Buckets
from schedules.refusals import SHORTEST, Refusals
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
from schedules.taking import UNCLEAR, back_off, settle, way_of
from storage.alerts import TOKEN
from storage.database import Busy
from storage.delivering import LEASE, MOST_ATTEMPTS
from storage.leases import Term, under
from storage.outbox import BEGUN
from storage.store import Store
from storage.tables import Outgoing, Posted

log = logging.getLogger("upbeat.delivery")

T = TypeVar("T")

PATIENCE = 15.0
"""Seconds that a leased message waits for its turn in a bucket; for a longer wait it is given back."""
JUST_NOW, FRESH = 1.0, 30.0
"""Seconds after which a leased message's reader is looked at again; and after which it is given back: half a lease."""
ANSWER = 30.0
"""Seconds in which a platform answers, or the request counts as unclear."""


@dataclass
class Message:
    """A leased message and its way, found `since`; `tried`: the platforms where its reader was not reachable, shared by
    all that was leased for that reader."""

    row: Outgoing
    way: Way
    since: float
    tried: set[str]


class Sending:
    """How messages of the outbox go out. `counts` says what became of them: sent, failed, ambiguous, expired, ….

    `now` is a clock in seconds that also runs while the machine sleeps; nothing is begun while `stopping`, nor written
    as begun where our `term` is over."""

    def __init__(self, core: Core, speakers: Sequence[Speaker], now: Callable[[], float]) -> None:
        self._core = core
        self.speakers = {speaker.name: speaker for speaker in speakers}
        self.now = now
        self._buckets = Buckets(now)
        self._refusals = Refusals(now)
        self.term: Term | None = None
        self.stopping = False
        self.counts: Counter[str] = Counter()

    def begin(self, term: Term) -> None:
        """It is our turn, as if others had sent all that platforms permit until now."""
        self.term = term
        self._buckets.begin_empty()

    def open(self) -> dict[str, Speaker]:
        """The platforms that take our token, as far as we know."""
        return {name: speaker for name, speaker in self.speakers.items() if self._refusals.is_open(name)}

    # Sending -----------------------------------------------------------------------------------------------

    async def in_order(self, group: list[Message]) -> None:
        """One reader's messages, one after the other; when one must wait, those behind it do."""
        try:
            while group and not self.stopping and await self._send(group[0]):
                group.pop(0)
            for message in group[1:] if not self.stopping else group:
                await self._write_fate(message.row, Fate("waiting"))
        except Exception as error:
            # Their leases end by themselves, and somebody takes them up again.
            log.error("delivery interrupted", extra={"error": type(error).__name__})

    async def _send(self, message: Message) -> bool:
        """Send one message; returns whether the next one for this reader may go."""
        wait = await self._turn(message.way)
        if wait:
            return await self._later(message.row, wait, "slow")
        asked = self.now()
        begun = await self._core.database.write(under(self.term, lambda store: self._begin(store, message)))
        if isinstance(begun, Fate):
            return await self._write_fate(message.row, begun)
        if self.now() - asked > FRESH:  # we were asleep: another may have taken it for half sent
            return await self._write_fate(message.row, Fate("waiting"))
        return await self._speak(message.row, begun, message)

    async def _turn(self, way: Way) -> float:
        """Wait for a place in every bucket; returns the seconds that are left when that takes too long."""
        limits = way.speaker.buckets(way.parcel)
        wait = self._buckets.wait_for(limits, most=PATIENCE)
        if wait > PATIENCE:
            return wait
        if wait > 0:
            await asyncio.sleep(wait)
        return self._buckets.paused_for(limits)

    def _begin(self, store: Store, message: Message) -> Way | Fate:
        """Write down that it is being sent, before it is; the reader is looked at again if that was a while ago."""
        row, way, age = message.row, message.way, self._age(message)
        if age > FRESH:
            return Fate("waiting")
        if age > JUST_NOW or message.tried or not self._refusals.is_open(way.speaker.name):
            again = way_of(self._core, store, row, self.open(), message.tried)
            if isinstance(again, Fate):
                return again
            way = again
        self._refusals.trying(way.speaker.name, ANSWER)
        begun = {"state": "sending", "attempts": row.attempts + 1, "leased_until": store.now + LEASE}
        return way if store.delivering.begin(row, **begun) else Fate("waiting")

    def _age(self, message: Message) -> float:
        return self.now() - message.since

    async def _speak(self, row: Outgoing, way: Way, message: Message) -> bool:
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
            if store.delivering.set(row, sent_at=store.now, **values) and row.about:
                posted = _remember(store, way.speaker.name, receipt, row, way.parcel)
                store.outbox.put_right(row, posted)

        await self._patiently(write)
        self._refusals.taken(way.speaker.name)
        self.counts["sent"] += 1

    async def _not_there(self, row: Outgoing, way: Way) -> None:
        """The reader cannot be reached there any more: that is noted, and another place is tried."""

        def write(store: Store) -> None:
            place = store.outbox.place_of(row) if row.place_id else None
            if place:
                store.accounts.seen_place(place.platform, place.external_id, place.name, gone=True)
            elif row.person_id:
                store.accounts.reachable(row.person_id, way.speaker.name, False)
            store.delivering.set(row, state="waiting", attempts=row.attempts)

        await self._patiently(write)
        self.counts["unreachable"] += 1

    async def _locked_out(self, row: Outgoing, way: Way) -> bool:
        """It waits for the operator, and is not to blame: that was no attempt of its own."""
        name = way.speaker.name
        if self._refusals.refused(name, ANSWER):
            await self._patiently(lambda store: store.alerts.note(f"{TOKEN}:{name}"))
        self.counts["locked"] += 1
        return await self._later(row, SHORTEST, "token", attempts=row.attempts)

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
        wait = timedelta(seconds=seconds)
        if reason != UNCLEAR and self._has_begun(row):
            reason = BEGUN
        await self._patiently(
            lambda store: settle(self._core, store, row, Fate("waiting", reason, store.now + wait), **values)
        )
        self.counts["postponed"] += 1
        return False

    def _has_begun(self, row: Outgoing) -> bool:
        """Whether some of its pages stand."""
        asked = (getattr(speaker, "has_begun", None) for speaker in self.speakers.values())
        return any(ask(row.id) for ask in asked if ask)

    async def _write_fate(self, row: Outgoing, fate: Fate, **values: Any) -> bool:
        """Settle it, or give it back; returns whether the next one for this reader may go."""
        await self._patiently(lambda store: settle(self._core, store, row, fate, **values))
        self.count(row, fate)
        return fate.state != "waiting" or fate.until is not None

    def count(self, row: Outgoing, fate: Fate) -> None:
        """Count what became of one."""
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


async def _said(way: Way) -> Receipt:
    over = way.parcel.over
    if over is None:
        return await way.speaker.speak(way.parcel)
    await way.speaker.edit(way.parcel, over)
    return over


def _remember(store: Store, platform: str, receipt: Receipt, row: Outgoing, parcel: Parcel) -> Posted:
    return store.posts.add(
        platform=platform,
        channel=receipt.channel,
        message=receipt.message,
        more=receipt.more,
        about=row.about,
        person_id=parcel.person_id or None,
    )
