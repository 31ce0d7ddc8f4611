"""Files made for one person, such as their own record, kept sealed for a day until they are fetched."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlmodel import Column, Field, col

from storage.columns import Moment, Sealed
from storage.tables import Row

if TYPE_CHECKING:
    from storage.store import Store

LIVES = timedelta(days=1)


class FileRow(Row, table=True):
    """A file for one person; `data` is base64, sealed."""

    __tablename__ = "file"

    person_id: str
    name: str
    data: str = Field(sa_column=Column(Sealed, nullable=False))
    expires_at: datetime = Field(sa_type=Moment, index=True)


class Files:
    """`store.files`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep(self, person_id: str, name: str, data: bytes) -> str:
        """Keep a file for a person; returns its id, for a Document on a card."""
        row = FileRow(
            person_id=person_id,
            name=name,
            data=base64.b64encode(data).decode(),
            expires_at=self._store.now + LIVES,
        )
        return self._store.insert(row).id

    def get(self, file_id: str, *, person_id: str) -> tuple[str, bytes] | None:
        """A file's name and content if it is this person's and not expired, else None."""
        mine = (
            FileRow.id == file_id,
            FileRow.person_id == person_id,
            col(FileRow.expires_at) > self._store.now,
        )
        row = self._store.one(FileRow, *mine)
        return (row.name, base64.b64decode(row.data)) if row else None

    def drop(self, file_id: str, *, person_id: str) -> None:
        """Forget a file of this person."""
        self._store.remove(FileRow, FileRow.id == file_id, FileRow.person_id == person_id)

    def tidy(self) -> int:
        """Forget expired files; returns how many."""
        return self._store.remove(FileRow, col(FileRow.expires_at) <= self._store.now)
