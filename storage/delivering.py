"""Who sends what waits in the outbox, and when: one worker each, in order to each reader, until its fate is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, or_, select, update

from storage.outbox import BEGUN, TABLE
from storage.prepared import Prepared
from storage.tables import Outgoing

if TYPE_CHECKING:
    from storage.store import Store

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 8
MOST_CRASHES = 3
MOST_HELD = 3
"""Attempts of a message for which later ones to the same reader wait, to arrive in order; then they overtake it."""

_DUE = Prepared(
    select(TABLE.c.id)
    .where(
        TABLE.c.state == bindparam("which"),
        TABLE.c.due_at <= bindparam("now"),
        or_(TABLE.c.leased_until.is_(None), TABLE.c.leased_until < bindparam("now")),
    )
    .order_by(TABLE.c.due_at, TABLE.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)

_NEWER = Prepared(
    select(TABLE)
    .where(
        TABLE.c.person_id == bindparam("person"),
        TABLE.c.sent_at.is_(None),
        TABLE.c.route == bindparam("like"),
        TABLE.c.state == "waiting",
        TABLE.c.ambiguous == 0,
        TABLE.c.reason != BEGUN,
        TABLE.c.due_at <= bindparam("now"),
        TABLE.c.id > bindparam("older"),
    )
    .order_by(TABLE.c.id.desc())
    .limit(1)
)


class Delivering:
    """`store.delivering`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def lease(self, worker: str, *, most: int) -> list[Outgoing]:
        """Take due messages for this worker, oldest first; nobody else gets them until the lease ends."""
        now = self._store.now
        ids: list[str] = []
        for state in ("sending", "waiting"):  # one by one, so that the index gives them in order
            due = self._store.run(_DUE, which=state, now=now, most=most - len(ids))
            ids += [row[0] for row in due]
        if not ids:
            return []
        self._store.execute(
            update(TABLE).where(TABLE.c.id.in_(ids)).values(leased_by=worker, leased_until=now + LEASE)
        )
        return self._store.all(Outgoing, TABLE.c.id.in_(ids), order=(TABLE.c.due_at, TABLE.c.id))

    def is_due(self) -> bool:
        """Whether a worker could lease something now."""
        now = self._store.now
        free = or_(TABLE.c.leased_until.is_(None), TABLE.c.leased_until < now)
        due = (TABLE.c.state.in_(("waiting", "sending")), TABLE.c.due_at <= now, free)
        return self._store.execute(select(TABLE.c.id).where(*due).limit(1)).first() is not None

    def behind(self, rows: Sequence[Outgoing]) -> dict[str, datetime]:
        """Which of these must wait, until when: an earlier message to the same reader is on its way, or tries again."""
        if not rows:
            return {}
        now, ids = self._store.now, {row.id for row in rows}
        on_its_way = TABLE.c.leased_until >= now
        again = (TABLE.c.reason != "") & (TABLE.c.attempts <= MOST_HELD)
        unsent = (TABLE.c.sent_at.is_(None), TABLE.c.state.in_(("waiting", "sending")), on_its_way | again)
        held: dict[str, datetime] = {}
        for name in ("person_id", "place_id"):
            readers = {getattr(row, name) for row in rows} - {None}
            ahead = select(TABLE.c.id, TABLE.c[name], TABLE.c.due_at).where(
                TABLE.c[name].in_(readers), *unsent
            )
            for elder_id, reader, due_at in self._store.execute(ahead) if readers else ():
                for row in rows:
                    if getattr(row, name) == reader and elder_id < row.id and elder_id not in ids:
                        held[row.id] = max(due_at, now + timedelta(seconds=1))
        return held

    def newer(self, row: Outgoing) -> Outgoing | None:
        """The newest message of the same kind that is due to the same person as well, and has not arrived for sure."""
        asked = {"person": row.person_id, "like": row.route, "now": self._store.now, "older": row.id}
        return next(iter(self._store.rows(Outgoing, _NEWER, **asked)), None)

    def release(self, *states: str) -> None:
        """Let go of every lease of messages in these states: those who had them are gone, or may not begin any more."""
        held = TABLE.c.state.in_(states)
        self._store.execute(
            update(TABLE).where(held, TABLE.c.leased_until.is_not(None)).values(leased_until=None)
        )

    def look_again(self, person_id: str = "") -> None:
        """What was looked at when it was due, and waits for an hour of its reader's, is looked at again now: that of
        one person, or everybody's. What is tried again after a failure keeps its pace."""
        looked_at = (TABLE.c.leased_by != "", TABLE.c.leased_until.is_(None), TABLE.c.reason == "")
        whose = TABLE.c.person_id == person_id if person_id else TABLE.c.person_id.is_not(None)
        waiting = (TABLE.c.state == "waiting", TABLE.c.due_at > self._store.now)
        self._store.execute(update(TABLE).where(*waiting, *looked_at, whose).values(due_at=self._store.now))

    def bring_back(self) -> int:
        """What waits for a moment that a wrong clock named goes now: what was queued in the future, and what was tried
        or taken up there; returns how many."""
        now = self._store.now
        beyond = TABLE.c.leased_until > now + 2 * LEASE
        self._store.execute(update(TABLE).where(beyond).values(leased_until=None))
        named = (TABLE.c.made_at > now) | (TABLE.c.reason != "")
        theirs = (TABLE.c.state == "waiting", TABLE.c.due_at > now, named)
        anew = {"due_at": now, "stuck_since": None}
        return int(self._store.execute(update(TABLE).where(*theirs).values(**anew)).rowcount)

    def set(self, row: Outgoing, **values: Any) -> bool:
        """Write a message's fate; False when its lease went to another worker in between, or it has one already."""
        return self._set(row, values)

    def begin(self, row: Outgoing, **values: Any) -> bool:
        """Write that a message is being sent; False also when its card is another one by now, or it was taken back."""
        known = TABLE.c.withdrawn_at
        same = known.is_(None) if row.withdrawn_at is None else known == row.withdrawn_at
        return self._set(row, values, same)

    def _set(self, row: Outgoing, values: Mapping[str, Any], *more: Any) -> bool:
        mine = (TABLE.c.id == row.id, TABLE.c.leased_by == row.leased_by)
        unsettled = TABLE.c.state.in_(("waiting", "sending"))
        done = self._store.execute(update(TABLE).where(*mine, unsettled, *more).values(**values))
        return bool(done.rowcount)
