"""The promise, asked of the database as it is: what was taken in came to one end, and what was due has one outcome."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, case, exists, func, inspect, or_, select
from sqlmodel import col

from storage import guards
from storage.alerts import CRASHES, FAILURES, REFUSED, Alert
from storage.tables import (
    Inbox,
    Lease,
    ObligationRow,
    Occurrence,
    Outgoing,
    PersonRow,
    Slot,
)

if TYPE_CHECKING:
    from storage.store import Store

INBOX = Inbox.__table__  # type: ignore[attr-defined]
OUTBOX = Outgoing.__table__  # type: ignore[attr-defined]
OWED = ObligationRow.__table__  # type: ignore[attr-defined]
SLOTS = Slot.__table__  # type: ignore[attr-defined]
ENDS = Occurrence.__table__  # type: ignore[attr-defined]
PEOPLE = PersonRow.__table__  # type: ignore[attr-defined]
ALERTS = Alert.__table__  # type: ignore[attr-defined]

SOON = timedelta(minutes=15)
"""What was to happen then has happened, or there is nobody who does it."""
LONG = timedelta(hours=6)
"""Longer than platforms need for a message to each of 100,000 people."""
RECENT = timedelta(days=1)
"""What is older was looked at when it was new."""
ANSWERED = ("done", "asked", "kept", "problem", "refused", "invalid", "unreadable", "ignored", "failed")
"""What a delivery can come to."""
STATES = ("waiting", "sending", "sent", "failed", "expired", "cancelled")
OUTCOMES = ("sent", "silent", "expired", "failed", "done")

KEYS: Mapping[str, tuple[str, ...]] = {
    "inbox": ("delivery",),
    "outbox": ("topic",),
    "occurrence": ("kind", "about", "due_at"),
    "obligation": ("person_id", "kind", "about"),
    "audit": ("chain", "place"),
}
"""The unique keys by which the database refuses that something happens twice."""


@dataclass(frozen=True)
class Finding:
    """A rule of the promise, and how often it does not hold."""

    rule: str
    times: int


class Promise:
    """`store.promise`. Ask it on a connection that sees one moment (`Database.look`)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def examine(self, *, bells: Collection[str] | None = None) -> list[Finding]:
        """Every rule, whether it holds or not. `bells`: those that ring here, if
        not all."""
        return [Finding(name, rule(self, bells)) for name, rule in RULES.items()]

    # What was due ----------------------------------------------------------------------------------------------------

    def overdue(self, bells: Collection[str] | None) -> int:
        """Moments of the clock that are over and have no outcome."""
        late = [SLOTS.c.due_at <= self._store.now - SOON]
        if bells is not None:
            late.append((SLOTS.c.kind + "").in_(bells))
        return self._count(SLOTS, *late)

    def unreminded(self, bells: Collection[str] | None) -> int:
        """Things that are owed, about which something was to be decided and was not."""
        return self._count(OWED, OWED.c.closed_at.is_(None), OWED.c.remind_at <= self._store.now - SOON)

    def outcomes(self, bells: Collection[str] | None) -> int:
        """Decisions of no known kind, and those that say sent while there is no message."""
        recent = self._recent(ENDS)
        unknown = self._count(ENDS, recent, ENDS.c.outcome.not_in(OUTCOMES))
        message = exists().where(OUTBOX.c.id == ENDS.c.outgoing_id)
        unsent = (ENDS.c.outcome == "sent", or_(ENDS.c.outgoing_id.is_(None), ~message))
        return unknown + self._count(ENDS, recent, *unsent)

    # What came in and goes out ---------------------------------------------------------------------------------------

    def unanswered(self, bells: Collection[str] | None) -> int:
        """Deliveries that came to no end."""
        recent = INBOX.c.received_at >= self._store.now - RECENT
        return self._count(INBOX, recent, INBOX.c.outcome.not_in(ANSWERED))

    def waiting(self, bells: Collection[str] | None) -> int:
        """Messages that should be gone by now, sent or expired; and such as are in no known state."""
        now = self._store.now
        late = or_(OUTBOX.c.due_at <= now - LONG, OUTBOX.c.expires_at <= now - SOON)
        due = (OUTBOX.c.state == "waiting", OUTBOX.c.due_at <= now - SOON, late)
        return self._count(OUTBOX, *due) + self._count(
            OUTBOX, self._recent(OUTBOX), OUTBOX.c.state.not_in(STATES)
        )

    def undelivered(self, bells: Collection[str] | None) -> int:
        """Messages that wait while no process delivers."""
        waits = (OUTBOX.c.state == "waiting", OUTBOX.c.due_at <= self._store.now - SOON)
        clock = self._store.leases.clock()
        held = (col(Lease.name) == "delivery", col(Lease.until) > clock)
        return 0 if self._store.count(Lease, *held) else self._count(OUTBOX, *waits)

    def half_sent(self, bells: Collection[str] | None) -> int:
        """Messages whose sender is gone and that nobody took up; and leases that outlast any."""
        now = self._store.now
        gone = or_(OUTBOX.c.leased_until.is_(None), OUTBOX.c.leased_until < now - SOON)
        held = (OUTBOX.c.state.in_(("waiting", "sending")), OUTBOX.c.leased_until > now + SOON)
        return self._count(OUTBOX, OUTBOX.c.state == "sending", gone) + self._count(OUTBOX, *held)

    def set_aside(self, bells: Collection[str] | None) -> int:
        """Messages that were set aside without an alert: of each cause, those beyond as many as were noted since."""
        since = datetime.combine((self._store.now - RECENT).date(), time(), UTC)
        failed = (OUTBOX.c.state == "failed", OUTBOX.c.due_at >= since, OUTBOX.c.route != "alert")
        promised = ~((OUTBOX.c.unclear == "once") & (OUTBOX.c.reason == "unclear"))
        causes = case({"crashes": CRASHES, "refused": REFUSED}, value=OUTBOX.c.reason, else_=FAILURES)
        aside = select(causes, func.count()).where(*failed, promised).group_by(causes)
        told = select(ALERTS.c.cause, func.sum(ALERTS.c.times)).where(ALERTS.c.day >= since.date())
        noted = {cause: times for cause, times in self._store.execute(told.group_by(ALERTS.c.cause))}
        return sum(max(0, times - noted.get(cause, 0)) for cause, times in self._store.execute(aside))

    # What is owed ----------------------------------------------------------------------------------------------------

    def owed(self, bells: Collection[str] | None) -> int:
        """What is closed without saying how, or the other way round; open although it has expired; or by who left."""
        is_open = OWED.c.closed_at.is_(None)
        half = self._count(OWED, is_open, OWED.c.closed_how != "")
        half += self._count(OWED, self._recent(OWED), OWED.c.closed_at.is_not(None), OWED.c.closed_how == "")
        expired = self._count(OWED, is_open, OWED.c.expires_at <= self._store.now - SOON)
        gone = select(PEOPLE.c.id).where(PEOPLE.c.left_at < self._store.now - SOON)
        return half + expired + self._count(OWED, is_open, OWED.c.person_id.in_(gone))

    # What the database refuses ---------------------------------------------------------------------------------------

    def twice(self, bells: Collection[str] | None) -> int:
        """What is there twice although a unique key forbids it: an index can be damaged."""
        other, end = OUTBOX.alias(), ENDS.alias()
        topics = exists().where(other.c.topic == OUTBOX.c.topic, other.c.id != OUTBOX.c.id)
        same = (end.c[name] == ENDS.c[name] for name in ("kind", "about", "due_at"))
        moments = exists().where(*same, end.c.id != ENDS.c.id)
        return self._count(OUTBOX, self._recent(OUTBOX), topics) + self._count(
            ENDS, self._recent(ENDS), moments
        )

    def guarded(self, bells: Collection[str] | None) -> int:
        """Unique keys and guards that do not stand."""
        seen = inspect(self._store.connection)
        lacking = sum(names not in _unique(seen, table) for table, names in KEYS.items())
        return lacking + len(guards.missing(self._store.connection))

    def logged(self, bells: Collection[str] | None) -> int:
        """What is wrong with the chains of the audit log as such, and what was found in them so far."""
        return len(self._store.proof.frame()) + self._store.proving.broken()

    # Inside ----------------------------------------------------------------------------------------------------------

    def _recent(self, table: Any) -> ColumnElement[bool]:
        """Rows of the last day, by the moments that their ids are made of: the key finds them without an index. Counted
        from now or from the newest row, whichever is earlier, so that no clock that runs ahead hides them."""
        newest = self._store.execute(select(func.max(table.c.id))).scalar()
        until = int(self._store.now.timestamp() * 1000)
        until = min(until, int(newest[:12], 16)) if newest else until
        made: ColumnElement[bool] = table.c.id >= f"{until - int(RECENT.total_seconds() * 1000):012x}"
        return made

    def _count(self, table: Any, *conditions: ColumnElement[bool]) -> int:
        return int(
            self._store.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()
        )


RULES: Mapping[str, Callable[[Promise, Collection[str] | None], int]] = {
    "overdue": Promise.overdue,
    "unreminded": Promise.unreminded,
    "outcomes": Promise.outcomes,
    "unanswered": Promise.unanswered,
    "waiting": Promise.waiting,
    "undelivered": Promise.undelivered,
    "half_sent": Promise.half_sent,
    "set_aside": Promise.set_aside,
    "owed": Promise.owed,
    "twice": Promise.twice,
    "guarded": Promise.guarded,
    "logged": Promise.logged,
}


def _unique(seen: Any, table: str) -> set[tuple[str, ...]]:
    keys = [seen.get_pk_constraint(table)["constrained_columns"]]
    keys += [each["column_names"] for each in seen.get_unique_constraints(table)]
    keys += [each["column_names"] for each in seen.get_indexes(table) if each["unique"]]
    return {tuple(key) for key in keys}
