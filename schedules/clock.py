"""A few fixed bells ask the database what is due: nobody has a job in memory, so a restart loses nothing."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import TypeAlias, TypeVar

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from handlers.kit.dispatch import Core
from handlers.kit.features import Bell, Ring, Rung
from schedules import nudges
from schedules.alerts import tell_operators
from schedules.delivery import Delivery
from schedules.housekeeping import may_tidy, tidy
from schedules.pulling import EVERY as PULL
from schedules.pulling import pull_due
from schedules.self_audit import EVERY, audit_itself
from schedules.turns import Tenure
from storage.alerts import BELL
from storage.errors import is_duplicate
from storage.leases import Term, under
from storage.people import Person
from storage.store import Store
from storage.tables import Slot

T = TypeVar("T")

log = logging.getLogger("upbeat.clock")

TICK, TIDY, WATCH = 20, 3600, 30
"""Seconds between two ticks, two tidyings, two looks at whether the wall clock was set."""
UNIT = 50
"""Rings in one unit of work at most, and its seconds: people who press buttons wait behind it."""
UNIT_TIME = 0.025
TICK_TIME = 15.0
"""Seconds after which a tick ends; what is left is for the next one, or for another process."""
MOST_FAILURES = 8
SET_ASIDE = timedelta(days=1)
SOON = timedelta(minutes=1)
AUDIT_AFTER = timedelta(minutes=5)
"""After a start, what lay undone is done first."""
SET_BACK = timedelta(minutes=5)
"""By which a clock goes back that was wrong before; processes and the database differ by seconds."""
TICKED_AT = "ticked_at"
"""The setting with the moment of the last tick."""

Counts: TypeAlias = "Counter[tuple[str, str]]"


@dataclass
class TickReport:
    """What one tick did: how many moments rang, how many people were planned, what was decided and why."""

    rung: int = 0
    planned: int = 0
    decided: Counts = field(default_factory=Counter)
    touched: set[str] = field(default_factory=set)

    def add(self, other: TickReport) -> None:
        """Put together with what another unit did."""
        self.rung += other.rung
        self.planned += other.planned
        self.decided.update(other.decided)
        self.touched |= other.touched

    def outcomes(self, outcome: str) -> int:
        """How many decisions had this outcome: sent, silent, expired, failed, done."""
        return sum(number for (made, _), number in self.decided.items() if made == outcome)


class Clock:
    """The clock of one process. `counts` are decisions by (outcome, reason).

    One process at a time ticks; should another think that it still does, its units of work are refused."""

    def __init__(self, core: Core, delivery: Delivery) -> None:
        self._core = core
        self._delivery = delivery
        self._bells = {bell.name: bell for feature in core.features for bell in feature.bells}
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
        self._scheduler.add_job(self._ring_tick, "interval", seconds=TICK, next_run_time=now)
        self._scheduler.add_job(self._ring_tidy, "interval", seconds=TIDY, next_run_time=now + SOON)
        self._scheduler.add_job(self._ring_audit, "interval", seconds=EVERY, next_run_time=now + AUDIT_AFTER)
        self._scheduler.add_job(self._ring_pull, "interval", seconds=PULL, next_run_time=now + SOON)
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
            report = TickReport()
            ends = time.monotonic() + TICK_TIME
            await self._core.database.write(under(self._term, _notice_the_time))
            for work in (self._ring_some, self._plan_some, self._ring_some, self._remind_some):
                while not self._stopping and time.monotonic() < ends:
                    done = await self._core.database.write(under(self._term, work))
                    if done is None:
                        break
                    report.add(done)
            await self._core.database.write(under(self._term, self._alert))
            self.counts.update(report.decided)
            self.ticked_at = self._core.database.now()
        self._delivery.wake()
        if report.touched:
            await self._core.committed(report.touched)
        return report

    def _alert(self, store: Store) -> int:
        return tell_operators(self._core, store)

    # The fixed bells ---------------------------------------------------------------------------------------

    async def _ring_tick(self) -> None:
        try:
            await self.tick()
        except Exception as error:  # the next tick finds all that this one left
            log.error("tick failed", extra={"error": type(error).__name__})

    async def _ring_tidy(self) -> None:
        try:
            if await self._core.database.write(under(self._term, may_tidy)):
                await tidy(self._core, self._term)
        except Exception as error:
            log.error("tidying failed", extra={"error": type(error).__name__})

    async def _ring_audit(self) -> None:
        try:
            await audit_itself(self._core, self._bells, self._term)
        except Exception as error:
            log.error("self-audit failed", extra={"error": type(error).__name__})

    async def _ring_pull(self) -> None:
        try:
            await pull_due(self._core, self._term)
        except Exception as error:
            log.error("pulling failed", extra={"error": type(error).__name__})

    async def _watch(self) -> None:
        """A wall clock that was set back would leave the scheduler waiting until it has caught up: it is told."""
        while True:
            wall, steady = time.time(), time.monotonic()
            await asyncio.sleep(WATCH)
            jumped = (time.time() - wall) - (time.monotonic() - steady)
            for job in self._scheduler.get_jobs() if self._scheduler and abs(jumped) > WATCH else ():
                job.modify(next_run_time=datetime.now(UTC))

    # Ringing -----------------------------------------------------------------------------------------------

    def _ring_some(self, store: Store) -> TickReport | None:
        report = TickReport()
        return _while_there_is_time(
            store, report, store.slots.due(UNIT, self._bells), lambda slot: self._ring(store, slot, report)
        )

    def _ring(self, store: Store, slot: Slot, report: TickReport) -> None:
        bell = self._bells[slot.kind]
        person = store.directory.person(slot.about.partition(":")[0])
        report.rung += 1
        if person and not person.active:
            store.slots.drop(slot.kind, slot.about)
            self._record(store, slot, person, report, "silent", "left")
        elif store.slots.happened(slot.kind, slot.about, slot.due_at):
            self._plan_next(store, bell, slot, person, store.now)
        elif (restored := nudges.restored_at(store)) and slot.due_at <= restored:
            self._record(store, slot, person, report, "silent", "restored")
            self._plan_next(store, bell, slot, person, store.now)
        else:
            self._ring_safely(store, bell, slot, person, report)

    def _ring_safely(
        self, store: Store, bell: Bell, slot: Slot, person: Person | None, report: TickReport
    ) -> None:
        """What a feature breaks is undone and kept as failed: it is tried again later, and nobody else waits for it."""
        made = TickReport()
        error = store.attempt(lambda: self._rung(store, bell, slot, person, made))
        if error is None:
            report.add(made)
            return
        log.error("bell failed", extra={"bell": bell.name, "error": type(error).__name__})
        failures = store.slots.failures(slot.kind, slot.about, since=store.now - SET_ASIDE) + 1
        wait = SET_ASIDE if failures >= MOST_FAILURES else SOON * 2 ** (failures - 1)
        if wait == SET_ASIDE:
            store.alerts.note(BELL)
        self._record(store, slot, person, report, "failed", type(error).__name__)
        store.slots.plan(slot.kind, slot.about, store.now + wait)

    def _rung(self, store: Store, bell: Bell, slot: Slot, person: Person | None, report: TickReport) -> None:
        rung = bell.ring(Ring(about=slot.about, due_at=slot.due_at, now=store.now, store=store))
        told = [row for tell in rung.tell if (row := self._core.queue(store, bell.name, tell))]
        outcome, reason = _outcome(rung, told)
        until = rung.silence.until if rung.silence else None
        self._record(
            store, slot, person, report, outcome, reason, until=until, outgoing_id=next(iter(told), None)
        )
        self._plan_next(store, bell, slot, person, rung.next_at)

    @staticmethod
    def _plan_next(
        store: Store, bell: Bell, slot: Slot, person: Person | None, next_at: datetime | None
    ) -> None:
        """After a long silence the moments in between are not made up for: what comes next comes after now."""
        if next_at is not None and next_at <= store.now:
            planned = bell.plan(store, person, store.now) if bell.plan and person else {}
            next_at = planned.get(slot.about, None if bell.plan else store.now + SOON)
        if next_at is None:
            store.slots.drop(slot.kind, slot.about)
        else:
            store.slots.plan(slot.kind, slot.about, next_at)

    @staticmethod
    def _record(
        store: Store,
        slot: Slot,
        person: Person | None,
        report: TickReport,
        outcome: str,
        reason: str,
        *,
        until: datetime | None = None,
        outgoing_id: str | None = None,
    ) -> None:
        report.decided[outcome, reason] += 1
        store.slots.record(
            slot.kind,
            slot.about,
            slot.due_at,
            person_id=person.id if person else None,
            outcome=outcome,
            reason=reason,
            until=until,
            outgoing_id=outgoing_id,
        )

    # Planning ----------------------------------------------------------------------------------------------

    def _plan_some(self, store: Store) -> TickReport | None:
        ids = store.slots.to_plan(UNIT, bells=self._plans())
        people = [person for each in ids if (person := store.directory.person(each))]
        for person in people:
            for bell in self._bells.values():
                error = store.attempt(lambda bell=bell, person=person: _plan(store, bell, person))  # type: ignore[misc]
                if error:
                    log.error("plan failed", extra={"bell": bell.name, "error": type(error).__name__})
        return TickReport(planned=len(ids)) if ids else None

    def _plans(self) -> str:
        """A digest of what plans: a new bell, or new rules of time zones, plan everybody anew."""
        names = sorted(bell.name for bell in self._bells.values() if bell.plan)
        versions = (version(each) for each in ("upbeat", "tzdata", "holidays"))
        return hashlib.sha256("\n".join([*versions, *names]).encode()).hexdigest()

    # Reminding ---------------------------------------------------------------------------------------------

    def _remind_some(self, store: Store) -> TickReport | None:
        report = TickReport()
        return _while_there_is_time(
            store, report, store.obligations.to_remind(UNIT), lambda each: self._remind(store, each, report)
        )

    def _remind(self, store: Store, person_id: str, report: TickReport) -> None:
        made: list[nudges.Reminded] = []
        error = store.attempt(lambda: made.append(nudges.remind(self._core, store, person_id)))
        for done in made if error is None else ():
            report.decided.update(("sent", reason) for reason in done.sent)
            report.decided.update(("silent", reason) for reason in done.silent)
            report.decided.update([("expired", "")] * done.expired)
        if error is None or is_duplicate(error, "outbox"):
            return  # or another process was quicker: the next tick sees what it did
        log.error("reminder failed", extra={"error": type(error).__name__})
        report.decided["failed", type(error).__name__] += 1
        nudges.set_aside(store, person_id, error)


def _notice_the_time(store: Store) -> None:
    """A clock that ran ahead and was set back has planned everybody for its own future: that is planned anew, and
    what was queued for then goes now."""
    before = store.setting(TICKED_AT)
    if before and store.now < datetime.fromisoformat(before) - SET_BACK:
        log.warning("the clock was set back")
        store.slots.replan()
        store.outbox.bring_back()
    store.set_setting(TICKED_AT, store.now.isoformat())


def _while_there_is_time(
    store: Store, report: TickReport, found: list[T], work: Callable[[T], None]
) -> TickReport | None:
    """Do what was found until the unit has lasted long enough; None when nothing was found."""
    ends = time.perf_counter() + UNIT_TIME
    for each in found:
        work(each)
        if time.perf_counter() > ends:
            break
    report.touched = set(store.touched)
    return report if found else None


def _plan(store: Store, bell: Bell, person: Person) -> None:
    if not person.active:
        store.slots.forget_person(bell.name, person.id)
    elif bell.plan:
        store.slots.plan_person(bell.name, person.id, bell.plan(store, person, store.now))


def _outcome(rung: Rung, told: list[str]) -> tuple[str, str]:
    if told:
        return "sent", ""
    return ("silent", rung.silence.reason) if rung.silence else ("done", "")
