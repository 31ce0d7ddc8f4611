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


class Deliveries:
    """`store.inbox`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def seen(self, delivery: str) -> str | None:
        """The stored answer to this delivery ("" if it had none), or None when it is new."""
        found = self._store.run(_SEEN, delivery=delivery)
        return (found[0][0] or "") if found else None

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
