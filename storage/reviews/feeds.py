"""A person's private address for their calendar: known by its digest alone, made anew or taken away at any time."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from storage.ids import new_secret
from storage.people import Person
from storage.reviews.tables import CalendarFeed

if TYPE_CHECKING:
    from storage.store import Store

FEEDS = CalendarFeed.__table__  # type: ignore[attr-defined]


class CalendarFeeds:
    """`store.reviews.feeds`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, person_id: str) -> CalendarFeed | None:
        """A person's address, as far as it is known: when it was made and asked for; or None."""
        return self._store.one(CalendarFeed, FEEDS.c.person_id == person_id)

    def make(self, person_id: str) -> str:
        """A new token for a person; the one before it stops working."""
        self.revoke(person_id)
        token = new_secret() + new_secret()
        self._store.insert(CalendarFeed(person_id=person_id, digest=_digest(token), made_at=self._store.now))
        self._store.audit("created", "calendar_feed", subject_id=person_id)
        return token

    def revoke(self, person_id: str) -> bool:
        """The address stops working; False when there was none."""
        return bool(self._store.remove(CalendarFeed, FEEDS.c.person_id == person_id))

    def whose(self, token: str) -> Person | None:
        """The person for whom a token was made, while they work here; or None."""
        row = self._store.one(CalendarFeed, FEEDS.c.digest == _digest(token))
        person = self._store.directory.person(row.person_id) if row else None
        return person if person and person.active else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
