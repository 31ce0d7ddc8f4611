"""A hold on a person: while it stands, nothing about them is erased and nothing of theirs grows too old."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Column, Field, col

from storage.columns import Moment, Sealed
from storage.tables import PersonalRow, Row

if TYPE_CHECKING:
    from storage.store import Store

PARTS = ("subject_id", "author_id", "named_id")
"""The columns that name somebody who has a part in a record."""


class Hold(Row, table=True):
    """Who must keep everything about `person_id`, and why; it stands until `released_at`."""

    __tablename__ = "hold"

    person_id: str = Field(index=True)
    reason: str = Field(sa_column=Column(Sealed, nullable=False))
    by_id: str
    placed_at: datetime = Field(sa_type=Moment)
    released_at: datetime | None = Field(default=None, sa_type=Moment)
    released_by_id: str = ""
    release_reason: str = Field(default="", sa_column=Column(Sealed, nullable=False))


def not_held(table: type[PersonalRow]) -> ColumnElement[bool]:
    """The condition that nobody who has a part in a record is on hold."""
    held = select(col(Hold.person_id)).where(col(Hold.released_at).is_(None))
    parts = (col(getattr(table, name)) for name in PARTS)
    return and_(*(or_(part.is_(None), part.not_in(held)) for part in parts))


class Holds:
    """`store.holds`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def on(self, person_id: str) -> Hold | None:
        """The hold that stands on a person, or None."""
        return next(iter(self._standing(col(Hold.person_id) == person_id)), None)

    def standing(self) -> list[Hold]:
        """Every hold that stands, the oldest first."""
        return self._standing()

    def held(self) -> frozenset[str]:
        """The ids of everybody on hold."""
        return frozenset(hold.person_id for hold in self._standing())

    def place(self, person_id: str, reason: str) -> bool:
        """Put a person on hold; False when they are on hold already."""
        if self.on(person_id):
            return False
        by = self._store.actor_id or ""
        self._store.insert(Hold(person_id=person_id, reason=reason, by_id=by, placed_at=self._store.now))
        self._store.audit("placed", "hold", subject_id=person_id)
        return True

    def release(self, person_id: str, reason: str) -> bool:
        """Let a person's hold go; False when there is none."""
        standing = self._standing(col(Hold.person_id) == person_id)
        by = self._store.actor_id or ""
        for hold in standing:
            released = {"released_at": self._store.now, "released_by_id": by, "release_reason": reason}
            self._store.change(hold, **released)
            self._store.audit("released", "hold", subject_id=person_id)
        return bool(standing)

    def _standing(self, *which: Any) -> list[Hold]:
        order = (col(Hold.placed_at), col(Hold.id))
        return self._store.all(Hold, col(Hold.released_at).is_(None), *which, order=order)
