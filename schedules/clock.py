"""A few fixed bells ask the database what is due: nobody has a job in memory, so a restart loses nothing."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from handlers.kit.dispatch import Core
from schedules.alerts import tell_operators
from schedules.delivery import Delivery
from schedules.housekeeping import may_tidy, tidy
from schedules.pulling import EVERY as PULL
from schedules.pulling import pull_due
from schedules.rewording import EVERY as REWORD
from schedules.rewording import Assistant, reword_due
from schedules.ringing import SOON, Counts, TickReport, Units
from schedules.self_audit import EVERY, audit_itself
from schedules.turns import Tenure
from storage.leases import Term, under
from storage.store import Store

log = logging.getLogger("upbeat.clock")

TICK, TIDY, WATCH = 20, 3600, 30
"""Seconds between two ticks, two tidyings, two looks at whether the wall clock was set."""
TICK_TIME = 15.0
"""Seconds after which a tick ends; what is left is for the next one, or for another process."""
AUDIT_AFTER = timedelta(minutes=5)
"""After a start, what lay undone is done first."""
SET_BACK = timedelta(minutes=5)
"""By which a clock goes back that was wrong before; processes and the database differ by seconds."""
TICKED_AT = "ticked_at"
"""The setting with the moment of the last tick."""


class Clock:
    """The clock of one process. `counts` are decisions by (outcome, reason).

    One process at a time ticks; should another think that it still does, its units of work are refused."""

    def __init__(self, core: Core, delivery: Delivery, *, assistant: Assistant | None = None) -> None:
        self._core = core
        self._delivery = delivery
        self._assistant = assistant
        self._bells = {bell.name: bell for feature in core.features for bell in feature.bells}
        self._units = Units(core, self._bells)
        self._scheduler: AsyncIOScheduler | None = None
        self._watching: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()
        self._stopping = False
        self._term: Term | None = None
        self.counts: Counts = Counter()
        self.ticked_at: datetime | None = None

    async def begin(self, tenure: Tenure) -> None:
        """Ring while it is our turn."""
        self._term = tenure.term
        await self.start()

    async def start(self) -> None:
        """Ring from now on; the first tick is at once."""
        self._stopping = False
        settings = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=settings)
        now = datetime.now(UTC)
        for failed, work, seconds, first in (
            ("tick failed", self.tick, TICK, now),
            ("tidying failed", self._tidy, TIDY, now + SOON),
            ("self-audit failed", self._audit, EVERY, now + AUDIT_AFTER),
            ("pulling failed", self._pull, PULL, now + SOON),
            *((("rewording failed", self._reword, REWORD, now + SOON),) if self._assistant else ()),
        ):
            self._scheduler.add_job(
                self._safely, "interval", (failed, work), seconds=seconds, next_run_time=first
            )
        self._scheduler.start()
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Ring no more; the tick that is under way ends after its unit of work."""
        self._stopping = True
        async with self._one_at_a_time:
            await self.drop()

    async def drop(self) -> None:
        """Ring no more, at once. Of a unit of work that is under way, nothing is kept if our turn is over."""
        self._stopping = True
        scheduler, watching = self._scheduler, self._watching
        self._scheduler = self._watching = None
        if watching:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        if scheduler:
            scheduler.shutdown(wait=False)

    async def tick(self) -> TickReport:
        """Ring what is due, plan who changed, remind who owes something, and wake the delivery."""
        async with self._one_at_a_time:
            report, work = TickReport(), self._begin
            ends = time.monotonic() + TICK_TIME
            while done := await self._core.database.write(under(self._term, work)):
                report.add(done)
                if self._stopping or time.monotonic() > ends:
                    break
                work = self._units.some
            self.counts.update(report.decided)
            self.ticked_at = self._core.database.now()
        self._delivery.wake()
        if report.touched:
            await self._core.committed(report.touched)
        return report

    def _begin(self, store: Store) -> TickReport | None:
        """The first unit of a tick: mostly there is nothing to do, and it is the only one."""
        _notice_the_time(store)
        if error := store.attempt(lambda: tell_operators(self._core, store)):
            log.error("alert failed", extra={"error": type(error).__name__})
        return self._units.some(store)

    # The fixed bells ---------------------------------------------------------------------------------------

    async def _safely(self, failed: str, work: Callable[[], Awaitable[object]]) -> None:
        """What fails is left for the next time."""
        try:
            await work()
        except Exception as error:
            log.error(failed, extra={"error": type(error).__name__})

    async def _tidy(self) -> None:
        if await self._core.database.write(under(self._term, may_tidy)):
            await tidy(self._core, self._term)

    async def _audit(self) -> None:
        await audit_itself(self._core, self._bells, self._term)

    async def _pull(self) -> None:
        await pull_due(self._core, self._term)

    async def _reword(self) -> None:
        assert self._assistant is not None
        await reword_due(self._core, self._assistant, self._term)

    async def _watch(self) -> None:
        """A wall clock that was set back would leave the scheduler waiting until it has caught up: it is told."""
        while True:
            wall, steady = time.time(), time.monotonic()
            await asyncio.sleep(WATCH)
            jumped = (time.time() - wall) - (time.monotonic() - steady)
            for job in self._scheduler.get_jobs() if self._scheduler and abs(jumped) > WATCH else ():
                job.modify(next_run_time=datetime.now(UTC))


def _notice_the_time(store: Store) -> None:
    """A clock that ran ahead and was set back has planned everybody for its own future: that is planned anew, what was
    put off until then is decided anew, and what was queued for then goes or is asked now."""
    before = store.setting(TICKED_AT)
    if before and store.now < datetime.fromisoformat(before) - SET_BACK:
        log.warning("the clock was set back")
        store.slots.replan()
        store.obligations.decide_again()
        store.delivering.bring_back()
        store.metrics.queries.bring_back()
    store.set_setting(TICKED_AT, store.now.isoformat())
