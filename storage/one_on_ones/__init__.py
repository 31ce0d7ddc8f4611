"""What two people keep for their one-on-ones: the series, its agenda, notes, replies and agreed actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlmodel import col

from storage.once import once
from storage.one_on_ones.actions import ActionItem, Actions
from storage.one_on_ones.agenda import Agenda, AgendaPoint, AgendaTemplate, Templates
from storage.one_on_ones.notes import MeetingNotes, Notes, PrivateNote, PrivateNotes, WrittenReply
from storage.one_on_ones.series import Series, insert_once
from storage.policy import Kind

if TYPE_CHECKING:
    from storage.store import Store

__all__ = [
    "ActionItem",
    "AgendaPoint",
    "AgendaTemplate",
    "MeetingNotes",
    "OneOnOnes",
    "PrivateNote",
    "Series",
    "WrittenReply",
]


class OneOnOnes:
    """`store.one_on_ones`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @once
    def agenda(self) -> Agenda:
        return Agenda(self._store)

    @once
    def notes(self) -> Notes:
        return Notes(self._store)

    @once
    def private(self) -> PrivateNotes:
        return PrivateNotes(self._store)

    @once
    def actions(self) -> Actions:
        return Actions(self._store)

    @once
    def templates(self) -> Templates:
        return Templates(self._store)

    def between(self, one: str, other: str, *, reader: str) -> Series | None:
        """The series of these two, running or ended, or None."""
        first, second = sorted((one, other))
        pair = (col(Series.subject_id) == first, col(Series.named_id) == second)
        return next(iter(self._store.read(Series, *pair, reader=reader)), None)

    def get(self, series_id: str, *, reader: str) -> Series | None:
        """A series of this reader, or None alike for what is unknown and what is foreign."""
        return next(iter(self._store.read(Series, col(Series.id) == series_id, reader=reader)), None)

    def of(self, reader: str) -> list[Series]:
        """Every series of this reader, running or ended, the next meeting first."""
        order = (col(Series.meeting_at).is_(None), col(Series.meeting_at), col(Series.id))
        return self._store.read(Series, reader=reader, order=order)

    def for_the_clock(self, series_id: str) -> Series | None:
        """A series by its id, for the moments at which the clock looks at it."""
        which = col(Series.id) == series_id
        subject = self._store.execute(select(col(Series.subject_id)).where(which)).scalar()
        return self._store.own(Series, which, subject=subject)[0] if subject else None

    def begin(self, author: str, partner: str) -> Series:
        """The running series of these two: the one they have, the ended one opened again, or a new one."""
        found = self.between(author, partner, reader=author) or self._founded(author, partner)
        if found.ended_at is not None:
            self.change(found, ended_at=None)
        self._store.touch(*found.people)
        return found

    def _founded(self, author: str, partner: str) -> Series:
        first, second = sorted((author, partner))
        now = self._store.now
        row = Series(kind=Kind.ONE_ON_ONE, subject_id=first, named_id=second, author_id=author, made_at=now)
        if insert_once(self._store, row):
            return row
        found = self.between(author, partner, reader=author)
        assert found is not None
        return found

    def change(self, series: Series, **values: Any) -> None:
        """Write new values of a series; raises Conflict when somebody else was quicker."""
        self._store.change(series, **values)
        self._store.touch(*series.people)
