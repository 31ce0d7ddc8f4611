"""Where messages of ours stand on the platforms, so that what they show is found again, put right and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta
from sqlalchemy import select
from sqlmodel import col

from storage.retention import Family
from storage.tables import Place, Posted

if TYPE_CHECKING:
    from storage.store import Store

KEPT = timedelta(days=180)
MOST_FORGOTTEN = 500
"""Rows that go in one unit of work."""
KUDOS = "kudos"
"""How what a message shows begins, if it shows kudos."""

_POSTED = Posted.__table__  # type: ignore[attr-defined]


class Posts:
    """`store.posts`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(
        self,
        *,
        platform: str,
        channel: str,
        message: str,
        about: str,
        person_id: str | None,
        more: Sequence[str] = (),
    ) -> Posted:
        """Remember where a message of ours stands; `more` are its further pages."""
        return self._store.add(
            Posted,
            platform=platform,
            channel=channel,
            message=message,
            more=" ".join(more) or None,
            about=about,
            person_id=person_id,
            posted_at=self._store.now,
        )

    def get(self, posted_id: str) -> Posted | None:
        """Where a message of ours stands."""
        return self._store.one(Posted, col(Posted.id) == posted_id)

    def about(self, platform: str, channel: str, message: str) -> str | None:
        """What a message of ours shows ("kudos:<id>"), or None."""
        here = (
            col(Posted.platform) == platform,
            col(Posted.channel) == channel,
            col(Posted.message) == message,
        )
        found = self._store.one(Posted, *here)
        return found.about if found else None

    def is_newest_edit(self, platform: str, channel: str, message: str, edited_at: datetime) -> bool:
        """Whether no later edit of somebody's message was heard before this one, which is remembered."""
        here = {"platform": platform, "channel": channel, "message": f"edited:{message}"}
        newest = self._store.one(Posted, *(getattr(Posted, name) == part for name, part in here.items()))
        if newest is None:
            self._store.add(Posted, **here, about="edited", posted_at=edited_at)
        elif newest.posted_at > edited_at:
            return False
        else:
            self._store.change(newest, posted_at=edited_at)
        return True

    def showing(self, about: str, *, person_id: str | None, place_id: str | None) -> list[Posted]:
        """Where what shows this stands before one reader's eyes, a person's or a place's."""
        if person_id:
            return self._store.all(Posted, col(Posted.about) == about, col(Posted.person_id) == person_id)
        place = self._store.one(Place, col(Place.id) == place_id)
        if place is None:
            return []
        here = (col(Posted.platform) == place.platform, col(Posted.channel) == place.external_id)
        return self._store.all(Posted, col(Posted.about) == about, *here)

    def old(self) -> list[str]:
        """Some of where messages stand of which nothing is asked any more: nobody takes back or changes what they show.
        Kudos are taken back and reacted to for as long as they are kept."""
        old = _POSTED.c.posted_at < self._store.now - KEPT
        goes = old & _POSTED.c.about.not_like(f"{KUDOS}%")
        if (months := self._store.retention.term(Family.KUDOS)).isdecimal():
            goes = goes | (_POSTED.c.posted_at < self._store.now - relativedelta(months=int(months)))
        found = self._store.execute(select(_POSTED.c.id).where(goes).limit(MOST_FORGOTTEN))
        return [row[0] for row in found]

    def forget(self, ids: list[str]) -> int:
        """Forget where these messages stand; returns how many."""
        return self._store.remove(Posted, col(Posted.id).in_(ids))
