"""Every delivery of a platform is remembered with what was answered, so that seeing it again changes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select
from sqlmodel import col

from storage.prepared import Prepared
from storage.tables import Inbox

if TYPE_CHECKING:
    from storage.store import Store

KEPT = timedelta(days=14)
"""Longer than any platform repeats; Telegram's update ids restart at random after a week of silence."""

_SEEN = Prepared(select(col(Inbox.answer)).where(col(Inbox.delivery) == bindparam("delivery")))
_LAST = Prepared(
    select(col(Inbox.answer))
    .where(
        col(Inbox.received_at) > bindparam("since", type_=Inbox.__table__.c.received_at.type),  # type: ignore[attr-defined]
        col(Inbox.person_id) == bindparam("person_id"),
        col(Inbox.platform) == bindparam("platform"),
        col(Inbox.outcome) != "ignored",
        col(Inbox.route) != bindparam("beside"),
    )
    .order_by(col(Inbox.received_at).desc())
    .limit(1)
)


class Deliveries:
    """`store.inbox`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def seen(self, delivery: str) -> str | None:
        """The stored answer to this delivery ("" if it had none), or None when it is new."""
        found = self._store.run(_SEEN, delivery=delivery)
        return (found[0][0] or "") if found else None

    def last_answer(self, person_id: str, platform: str, *, since: datetime, beside: str) -> str:
        """What a person was answered last on a platform after a moment, `beside` one route; "" when it was nothing."""
        found = self._store.run(_LAST, person_id=person_id, platform=platform, since=since, beside=beside)
        return (found[0][0] or "") if found else ""

    def keep(
        self,
        delivery: str,
        *,
        platform: str,
        person_id: str | None,
        route: str,
        outcome: str,
        answer: str,
        at: datetime,
    ) -> None:
        """Remember it. The primary key refuses a second one, in whichever process it arrives."""
        row = {
            "delivery": delivery,
            "platform": platform,
            "person_id": person_id,
            "route": route,
            "outcome": outcome,
            "answer": answer,
            "received_at": at,
        }
        self._store.insert_values(Inbox, row)

    def tidy(self) -> int:
        """Forget what no platform can repeat any more; returns how many."""
        return self._store.remove(Inbox, col(Inbox.received_at) < self._store.now - KEPT)
