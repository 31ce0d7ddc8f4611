"""What people posted about their work, for themselves and their managers."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from sqlmodel import Column, Field, col

from storage.columns import SealedJson
from storage.policy import Kind
from storage.tables import PersonalRow

if TYPE_CHECKING:
    from storage.store import Store


class CheckIn(PersonalRow, table=True):
    """One check-in: the answers by question."""

    __tablename__ = "checkin"
    kinds: ClassVar[tuple[str, ...]] = (Kind.CHECKIN,)
    words: ClassVar[tuple[str, ...]] = ("answers",)

    day: date
    answers: Any = Field(sa_column=Column(SealedJson))
    version: int = 0


class CheckIns:
    """`store.checkins`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(self, person_id: str, day: date, answers: dict[str, str]) -> CheckIn:
        """Keep a new check-in."""
        row = CheckIn(
            kind=Kind.CHECKIN,
            subject_id=person_id,
            author_id=person_id,
            made_at=self._store.now,
            day=day,
            answers=answers,
        )
        return self._store.insert(row)

    def latest(self, person_id: str, *, reader: str, limit: int = 10) -> list[CheckIn]:
        """A person's check-ins that the reader may see, newest first."""
        mine = col(CheckIn.subject_id) == person_id
        return self._store.read(CheckIn, mine, reader=reader, order=col(CheckIn.made_at).desc(), limit=limit)
