"""What is due is rung, planned and reminded of, some of it in each unit of work; what breaks is tried again later."""

from __future__ import annotations

import hashlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import version
from typing import TypeAlias, TypeVar

from handlers.kit.dispatch import Core
from handlers.kit.features import Bell, Ring, Rung
from schedules import nudges, restoring
from storage.alerts import BELL
from storage.errors import is_duplicate
from storage.outbox import RESTORED
from storage.people import Person
from storage.store import Store
from storage.tables import Slot

T = TypeVar("T")

log = logging.getLogger("upbeat.clock")

UNIT = 50
"""Rings in one unit of work at most, and its seconds: people who press buttons wait behind it."""
UNIT_TIME = 0.025
MOST_FAILURES = 8
SET_ASIDE = timedelta(days=1)
SOON = timedelta(minutes=1)

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


class Units:
    """What one unit of work does: each method does some of it, and says what, or None when nothing is left."""

    def __init__(self, core: Core, bells: Mapping[str, Bell]) -> None:
        self._core = core
        self._bells = bells

    def some(self, store: Store) -> TickReport | None:
        """What rings goes before what is planned, and who is planned rings before anybody is reminded."""
        return (
            self.ring_some(store)
            or self.plan_some(store)
            or self.remind_some(store)
            or self.tell_of_restore(store)
        )

    # Ringing -----------------------------------------------------------------------------------------------

    def ring_some(self, store: Store) -> TickReport | None:
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
        else:
            self._ring_safely(store, bell, slot, person, report)

    @staticmethod
    def _was_said(store: Store, slot: Slot) -> bool:
        """Whether it was due before the database was restored from a backup: it may have been said then."""
        restored = nudges.restored_at(store)
        return restored is not None and slot.due_at <= restored

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
        """What was said before a restore is done again, for the backup knows nothing of it, and held back."""
        aloud = not self._was_said(store, slot)
        rung = bell.ring(Ring(slot.about, slot.due_at, store.now, store, self._core.digests))
        tells = rung.tell if aloud else [tell for tell in rung.tell if tell.to]
        told = [row for tell in tells if (row := self._core.queue(store, bell.name, tell))]
        if not aloud:
            store.outbox.hold_back(told)
        outcome, reason = _outcome(rung, told) if aloud else ("silent", RESTORED)
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
            if bell.plan and not person:  # nobody's in particular: whoever is planned next plans it
                store.slots.replan()
        if next_at == slot.due_at:  # this moment has rung; what is new since then is for another one
            next_at += SOON
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

    def plan_some(self, store: Store) -> TickReport | None:
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
        return hashlib.sha256("\n".join([*_versions(), *names]).encode()).hexdigest()

    # Telling -----------------------------------------------------------------------------------------------

    def tell_of_restore(self, store: Store) -> TickReport | None:
        """Who may have missed something by a restore from a backup is told so."""
        report = TickReport()
        return _while_there_is_time(
            store,
            report,
            restoring.people_to_tell(store, UNIT),
            lambda each: restoring.tell(self._core, store, each),
        )

    # Reminding ---------------------------------------------------------------------------------------------

    def remind_some(self, store: Store) -> TickReport | None:
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


@cache
def _versions() -> tuple[str, ...]:
    """Of what decides when somebody's moment is; reading them takes longer than a tick that has nothing to do."""
    return tuple(version(each) for each in ("upbeat", "tzdata", "holidays"))


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
