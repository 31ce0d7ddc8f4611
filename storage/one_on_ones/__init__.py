"""What two people keep for their one-on-ones: the series, its agenda, notes, replies and agreed actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select, union
from sqlmodel import col

from storage.ids import ID_LENGTH
from storage.obligations import LEFT
from storage.once import once
from storage.one_on_ones.actions import ActionItem, Actions
from storage.one_on_ones.agenda import Agenda, AgendaPoint, AgendaTemplate, Templates
from storage.one_on_ones.notes import MeetingNotes, Notes, PrivateNote, PrivateNotes, WrittenReply
from storage.one_on_ones.series import Series, insert_once
from storage.policy import Kind
from storage.tables import ObligationRow

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

WRITE_NOTES = "one_on_ones.write_notes"
"""What both owe after a meeting; what it is about begins with the series."""

SERIES = Series.__table__  # type: ignore[attr-defined]
OWED = ObligationRow.__table__  # type: ignore[attr-defined]


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

    # Leaving ---------------------------------------------------------------------------------------------------------

    def leave(self, people: Sequence[str]) -> None:
        """Nobody owes a line about a talk with people who leave: what the two shared stays as it is."""
        for owed in self._unwritten(people, OWED.c.closed_at.is_(None)):
            self._store.obligations.close(owed.person_id, WRITE_NOTES, owed.about, how=LEFT)

    def come_back(self, person: str) -> None:
        """What was to be written down with somebody who is here again is owed as before, while it is worth it."""
        for owed in self._unwritten([person], OWED.c.closed_how == LEFT, OWED.c.expires_at > self._store.now):
            if self._both_are_here(owed.args["series"]):
                self._store.obligations.reopen(owed)

    def _both_are_here(self, series_id: str) -> bool:
        series, people = self.for_the_clock(series_id), self._store.directory.people
        return series is not None and all(people[each].active for each in series.people)

    def _unwritten(self, people: Sequence[str], *conditions: Any) -> list[ObligationRow]:
        with_them = or_(SERIES.c.subject_id.in_(people), SERIES.c.named_id.in_(people))
        of_both = (select(SERIES.c[name]).where(with_them) for name in ("subject_id", "named_id"))
        about = func.substr(OWED.c.about, 1, ID_LENGTH).in_(select(SERIES.c.id).where(with_them))
        theirs = (OWED.c.person_id.in_(union(*of_both)), OWED.c.kind == WRITE_NOTES, about)
        return self._store.all(ObligationRow, *theirs, *conditions)
