"""What was agreed, in the shared notes of each meeting, with replies; and what each of the two notes for themselves."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Column, Field, col

from storage.columns import Moment, Sealed
from storage.one_on_ones.series import Series, insert_once, shared
from storage.policy import Kind
from storage.tables import PersonalRow
from storage.unit import Conflict

if TYPE_CHECKING:
    from storage.store import Store


class MeetingNotes(PersonalRow, table=True):
    """The shared notes of one meeting. `edition` counts the texts; each of the two confirms an edition."""

    __tablename__ = "one_on_one_notes"
    __table_args__ = (UniqueConstraint("series_id", "day"),)
    kinds: ClassVar[tuple[str, ...]] = (Kind.ONE_ON_ONE,)
    words: ClassVar[tuple[str, ...]] = ("body",)

    series_id: str
    day: date
    body: str = Field(sa_column=Column(Sealed, nullable=False))
    edition: int = 1
    editor_id: str
    edited_at: datetime = Field(sa_type=Moment)
    subject_confirmed: int = 0
    named_confirmed: int = 0
    version: int = 0

    def confirmed_by(self, person_id: str) -> bool:
        """Whether this person confirmed the text as it stands."""
        seen = self.subject_confirmed if person_id == self.subject_id else self.named_confirmed
        return seen == self.edition


class PrivateNote(PersonalRow, table=True):
    """What one of the two noted for themselves about one meeting: nobody else reads it, ever."""

    __tablename__ = "private_note"
    __table_args__ = (UniqueConstraint("series_id", "day", "author_id"),)
    kinds: ClassVar[tuple[str, ...]] = (Kind.PRIVATE_NOTE,)
    words: ClassVar[tuple[str, ...]] = ("body",)

    series_id: str
    day: date
    body: str = Field(sa_column=Column(Sealed, nullable=False))
    edition: int = 1
    edited_at: datetime = Field(sa_type=Moment)
    version: int = 0


class WrittenReply(PersonalRow, table=True):
    """What one of the two answered in writing to the shared notes."""

    __tablename__ = "one_on_one_reply"
    kinds: ClassVar[tuple[str, ...]] = (Kind.ONE_ON_ONE,)
    words: ClassVar[tuple[str, ...]] = ("body",)

    series_id: str = Field(index=True)
    notes_id: str
    edition: int
    body: str = Field(sa_column=Column(Sealed, nullable=False))


N = TypeVar("N", MeetingNotes, PrivateNote)


class Notes:
    """`store.one_on_ones.notes`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def latest(self, series: Series, *, reader: str, limit: int = 10) -> list[MeetingNotes]:
        """The shared notes, of the latest meeting first."""
        here = col(MeetingNotes.series_id) == series.id
        order = col(MeetingNotes.day).desc()
        return self._store.read(MeetingNotes, here, reader=reader, order=order, limit=limit)

    def on(self, series: Series, day: date, *, reader: str) -> MeetingNotes | None:
        """The shared notes of the meeting of that day, or None."""
        here = (col(MeetingNotes.series_id) == series.id, col(MeetingNotes.day) == day)
        return next(iter(self._store.read(MeetingNotes, *here, reader=reader)), None)

    def get(self, notes_id: str, *, reader: str) -> MeetingNotes | None:
        """Shared notes that this reader may see, or None."""
        here = col(MeetingNotes.id) == notes_id
        return next(iter(self._store.read(MeetingNotes, here, reader=reader)), None)

    def keep(self, series: Series, day: date, body: str, *, edition: int, author: str) -> MeetingNotes | None:
        """Write the notes over their `edition` (0 for none yet); None when the other has changed them since."""
        found = self.on(series, day, reader=author)
        if found is not None:
            return _over(self._store, found, body, edition, editor_id=author)
        row = MeetingNotes(
            **shared(self._store, series, author),
            day=day,
            body=body,
            editor_id=author,
            edited_at=self._store.now,
        )
        return row if edition == 0 and insert_once(self._store, row) else None

    def confirm(self, notes: MeetingNotes, person_id: str) -> None:
        """This person confirms the notes as they stand; raises Conflict when they were just changed."""
        mine = "subject_confirmed" if person_id == notes.subject_id else "named_confirmed"
        self._store.change(notes, **{mine: notes.edition})

    def reply(self, series: Series, notes: MeetingNotes, body: str, *, author: str) -> WrittenReply:
        """Keep a written reply with the notes."""
        common = shared(self._store, series, author)
        return self._store.insert(WrittenReply(**common, notes_id=notes.id, edition=notes.edition, body=body))

    def replies(self, notes: MeetingNotes, *, reader: str) -> list[WrittenReply]:
        """The written replies to these notes, the oldest first."""
        here = col(WrittenReply.notes_id) == notes.id
        return self._store.read(WrittenReply, here, reader=reader, order=col(WrittenReply.id))

    def touched(self, series: Series, day: date, since: datetime, person_id: str) -> bool:
        """Whether the notes of a meeting were written by either of the two, or this person's own since a moment."""
        both = (col(MeetingNotes.series_id) == series.id, col(MeetingNotes.day) == day)
        own = (col(PrivateNote.series_id) == series.id, col(PrivateNote.edited_at) >= since)
        return bool(
            self._store.own(MeetingNotes, *both, subject=series.subject_id)
            or self._store.own(PrivateNote, *own, subject=person_id)
        )


class PrivateNotes:
    """`store.one_on_ones.private`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def latest(self, series: Series, *, reader: str, limit: int = 10) -> list[PrivateNote]:
        """The reader's own notes, of the latest meeting first."""
        here = col(PrivateNote.series_id) == series.id
        order = col(PrivateNote.day).desc()
        return self._store.read(PrivateNote, here, reader=reader, order=order, limit=limit)

    def on(self, series: Series, day: date, *, reader: str) -> PrivateNote | None:
        """The reader's own note on the meeting of that day, or None."""
        here = (col(PrivateNote.series_id) == series.id, col(PrivateNote.day) == day)
        return next(iter(self._store.read(PrivateNote, *here, reader=reader)), None)

    def keep(self, series: Series, day: date, body: str, *, edition: int, author: str) -> PrivateNote | None:
        """Write one's own note over its `edition` (0 for none yet); None when it was changed since."""
        found = self.on(series, day, reader=author)
        if found is not None:
            return _over(self._store, found, body, edition)
        row = PrivateNote(
            kind=Kind.PRIVATE_NOTE,
            subject_id=author,
            author_id=author,
            made_at=self._store.now,
            series_id=series.id,
            day=day,
            body=body,
            edited_at=self._store.now,
        )
        return row if edition == 0 and insert_once(self._store, row) else None


def _over(store: Store, found: N, body: str, edition: int, **more: Any) -> N | None:
    """The row with the new text, if it is still the edition that this was written over."""
    if found.edition != edition:
        return None
    try:
        store.change(found, body=body, edition=edition + 1, edited_at=store.now, **more)
    except Conflict:
        return None
    return found
