"""What two people keep for their one-on-ones: the series, its agenda, notes, replies and agreed actions."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from sqlalchemy import UniqueConstraint, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Column, Field, col

from storage.columns import Moment, Sealed, SealedJson
from storage.policy import Kind
from storage.tables import PersonalRow, Row
from storage.unit import Conflict

if TYPE_CHECKING:
    from storage.store import Store

P = TypeVar("P", bound=PersonalRow)


class Series(PersonalRow, table=True):
    """Two people who meet. `subject_id` is the lesser of their ids and `named_id` the other, so that a pair has one series
    however it is named. `meeting_on` is the day that the next meeting has by the rule, `meeting_at` when it is."""

    __tablename__ = "one_on_one"
    __table_args__ = (UniqueConstraint("subject_id", "named_id"),)
    kinds: ClassVar[tuple[str, ...]] = (Kind.ONE_ON_ONE,)

    rule: str = ""
    starts: date | None = None
    clock: time | None = None
    zone: str = ""
    planner_id: str = ""
    meeting_on: date | None = None
    meeting_at: datetime | None = Field(default=None, sa_type=Moment)
    last_on: date | None = None
    last_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    version: int = 0

    @property
    def people(self) -> tuple[str, str]:
        """The ids of the two."""
        assert self.named_id is not None
        return self.subject_id, self.named_id

    def other_than(self, person_id: str) -> str:
        """The id of the other one."""
        first, second = self.people
        return second if person_id == first else first


class AgendaPoint(PersonalRow, table=True):
    """Something to talk about. Unchecked it stays for the next meeting. `ours` marks a sentence of our own, translated."""

    __tablename__ = "one_on_one_point"
    kinds: ClassVar[tuple[str, ...]] = (Kind.ONE_ON_ONE,)
    words: ClassVar[tuple[str, ...]] = ("body",)

    series_id: str = Field(index=True)
    body: str = Field(sa_column=Column(Sealed, nullable=False))
    ours: bool = False
    checked_at: datetime | None = Field(default=None, sa_type=Moment)


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
    editor_id: str = ""
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


class ActionItem(PersonalRow, table=True):
    """Something agreed: `subject_id` does it. `turn` counts how often it was opened."""

    __tablename__ = "one_on_one_action"
    kinds: ClassVar[tuple[str, ...]] = (Kind.ONE_ON_ONE,)
    words: ClassVar[tuple[str, ...]] = ("body",)

    series_id: str = Field(index=True)
    body: str = Field(sa_column=Column(Sealed, nullable=False))
    due: date
    done_at: datetime | None = Field(default=None, sa_type=Moment)
    turn: int = 1


class AgendaTemplate(Row, table=True):
    """A company's own template of an agenda, for everybody."""

    __tablename__ = "agenda_template"

    name: str
    points: Any = Field(sa_column=Column(SealedJson, nullable=False))
    made_at: datetime = Field(sa_type=Moment)
    retired_at: datetime | None = Field(default=None, sa_type=Moment)


class OneOnOnes:
    """`store.one_on_ones`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # Series --------------------------------------------------------------------------------------------------------

    def between(self, one: str, other: str, *, reader: str) -> Series | None:
        """The series of these two, running or ended, or None."""
        first, second = sorted((one, other))
        pair = (col(Series.subject_id) == first, col(Series.named_id) == second)
        return next(iter(self._store.read(Series, *pair, reader=reader)), None)

    def get(self, series_id: str, *, reader: str) -> Series | None:
        """A series of this reader, or None alike for what is unknown and what is foreign."""
        return next(iter(self._store.read(Series, col(Series.id) == series_id, reader=reader)), None)

    def of(self, reader: str) -> list[Series]:
        """Every series of this reader, the next meeting first."""
        order = (col(Series.meeting_at).is_(None), col(Series.meeting_at), col(Series.id))
        return self._store.read(Series, reader=reader, order=order)

    def for_the_clock(self, series_id: str) -> Series | None:
        """A series by its id, for what the clock does about it."""
        found = self._store.execute(select(col(Series.subject_id)).where(col(Series.id) == series_id)).scalar()
        rows = self._store.own(Series, col(Series.id) == series_id, subject=found) if found else []
        return rows[0] if rows else None

    def running_with(self, person_id: str) -> list[str]:
        """The ids of the series of this person that have not ended."""
        theirs = or_(col(Series.subject_id) == person_id, col(Series.named_id) == person_id)
        found = self._store.execute(select(col(Series.id)).where(theirs, col(Series.ended_at).is_(None)))
        return [row[0] for row in found]

    def begin(self, author: str, partner: str) -> Series:
        """The running series of these two: the one they have, the ended one opened again, or a new one."""
        found = self.between(author, partner, reader=author) or self._founded(author, partner)
        if found.ended_at is not None:
            self.change(found, ended_at=None)
        self._store.touch(*found.people)
        return found

    def _founded(self, author: str, partner: str) -> Series:
        first, second = sorted((author, partner))
        self._insert_once(
            Series(
                kind=Kind.ONE_ON_ONE,
                subject_id=first,
                named_id=second,
                author_id=author,
                made_at=self._store.now,
            )
        )
        found = self.between(author, partner, reader=author)
        assert found is not None
        return found

    def change(self, series: Series, **values: Any) -> None:
        """Write new values of a series; raises Conflict when the other was quicker."""
        self._store.change(series, **values)
        self._store.touch(*series.people)

    # Agenda --------------------------------------------------------------------------------------------------------

    def add(self, series: Series, body: str, *, author: str, ours: bool = False) -> AgendaPoint:
        """Put a point on the agenda."""
        return self._store.insert(AgendaPoint(**self._shared(series, author), body=body, ours=ours))

    def agenda(self, series: Series, *, reader: str) -> list[AgendaPoint]:
        """The points that wait, the oldest first."""
        here = (col(AgendaPoint.series_id) == series.id, col(AgendaPoint.checked_at).is_(None))
        return self._store.read(AgendaPoint, *here, reader=reader, order=col(AgendaPoint.id))

    def discussed(
        self, series: Series, *, since: datetime | None = None, reader: str, limit: int = 30
    ) -> list[AgendaPoint]:
        """The points that were checked, since a moment if it is given, the latest first."""
        checked = col(AgendaPoint.checked_at)
        here = (col(AgendaPoint.series_id) == series.id, checked.is_not(None))
        later = () if since is None else (checked >= since,)
        return self._store.read(
            AgendaPoint, *here, *later, reader=reader, order=checked.desc(), limit=limit
        )

    def point(self, point_id: str, *, reader: str) -> AgendaPoint | None:
        """A point that this reader may see, or None."""
        return next(iter(self._store.read(AgendaPoint, col(AgendaPoint.id) == point_id, reader=reader)), None)

    # Notes ---------------------------------------------------------------------------------------------------------

    def notes(self, series: Series, *, reader: str, limit: int = 10) -> list[MeetingNotes]:
        """The shared notes of the meetings, the latest first."""
        here = col(MeetingNotes.series_id) == series.id
        order = col(MeetingNotes.day).desc()
        return self._store.read(MeetingNotes, here, reader=reader, order=order, limit=limit)

    def notes_on(self, series: Series, day: date, *, reader: str) -> MeetingNotes | None:
        """The shared notes of the meeting of that day, or None."""
        here = (col(MeetingNotes.series_id) == series.id, col(MeetingNotes.day) == day)
        return next(iter(self._store.read(MeetingNotes, *here, reader=reader)), None)

    def noted(self, notes_id: str, *, reader: str) -> MeetingNotes | None:
        """Shared notes that this reader may see, or None."""
        here = col(MeetingNotes.id) == notes_id
        return next(iter(self._store.read(MeetingNotes, here, reader=reader)), None)

    def keep_notes(
        self, series: Series, day: date, body: str, *, edition: int, author: str
    ) -> MeetingNotes | None:
        """Write the notes over their `edition` (0 for none yet); None when the other has changed them since."""
        found = self.notes_on(series, day, reader=author)
        row = MeetingNotes(
            **self._shared(series, author), day=day, body=body, editor_id=author, edited_at=self._store.now
        )
        return self._kept(found, row, edition, editor_id=author)

    def private_on(self, series: Series, day: date, *, reader: str) -> PrivateNote | None:
        """The reader's own note on the meeting of that day, or None."""
        return next(iter(self._private(series, reader, col(PrivateNote.day) == day)), None)

    def latest_private(self, series: Series, *, reader: str, limit: int = 10) -> list[PrivateNote]:
        """The reader's own notes, the latest first."""
        return self._private(series, reader)[:limit]

    def keep_private(
        self, series: Series, day: date, body: str, *, edition: int, author: str
    ) -> PrivateNote | None:
        """Write one's own note over its `edition` (0 for none yet); None when it was changed since."""
        found = self.private_on(series, day, reader=author)
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
        return self._kept(found, row, edition)

    def confirm(self, notes: MeetingNotes, person_id: str) -> None:
        """This person confirms the notes as they stand; raises Conflict when they were just changed."""
        mine = "subject_confirmed" if person_id == notes.subject_id else "named_confirmed"
        self._store.change(notes, **{mine: notes.edition})

    def reply(self, series: Series, notes: MeetingNotes, body: str, *, author: str) -> WrittenReply:
        """Keep a written reply with the notes."""
        row = WrittenReply(
            **self._shared(series, author), notes_id=notes.id, edition=notes.edition, body=body
        )
        return self._store.insert(row)

    def replies(self, series: Series, *, reader: str) -> list[WrittenReply]:
        """The written replies to all notes of the series, the oldest first."""
        here = col(WrittenReply.series_id) == series.id
        return self._store.read(WrittenReply, here, reader=reader, order=col(WrittenReply.id))

    def touched_since(self, series: Series, day: date, since: datetime, person_id: str) -> bool:
        """Whether the notes of a meeting were written by either, or this person's own note since a moment."""
        shared = (col(MeetingNotes.series_id) == series.id, col(MeetingNotes.day) == day)
        own = (col(PrivateNote.series_id) == series.id, col(PrivateNote.edited_at) >= since)
        return bool(
            self._store.own(MeetingNotes, *shared, subject=series.subject_id)
            or self._store.own(PrivateNote, *own, subject=person_id)
        )

    # Actions -------------------------------------------------------------------------------------------------------

    def agree(self, series: Series, body: str, *, owner: str, due: date, author: str) -> ActionItem:
        """Keep what one of the two will do by a day."""
        values = self._shared(series, author) | {
            "subject_id": owner,
            "named_id": series.other_than(owner),
        }
        return self._store.insert(ActionItem(**values, body=body, due=due))

    def actions(
        self, series: Series, *, since: datetime | None = None, reader: str
    ) -> list[ActionItem]:
        """The actions that are open, and those done since a moment if it is given; the earliest due first."""
        done = col(ActionItem.done_at)
        open_or_recent = done.is_(None) if since is None else or_(done.is_(None), done >= since)
        here = (col(ActionItem.series_id) == series.id, open_or_recent)
        order = (col(ActionItem.due), col(ActionItem.id))
        return self._store.read(ActionItem, *here, reader=reader, order=order)

    def action(self, action_id: str, *, reader: str) -> ActionItem | None:
        """An action that this reader may see, or None."""
        return next(iter(self._store.read(ActionItem, col(ActionItem.id) == action_id, reader=reader)), None)

    # Templates -----------------------------------------------------------------------------------------------------

    def templates(self) -> list[AgendaTemplate]:
        """The company's own templates, by name."""
        return self._store.all(
            AgendaTemplate, col(AgendaTemplate.retired_at).is_(None), order=col(AgendaTemplate.name)
        )

    def keep_template(self, name: str, points: list[str]) -> AgendaTemplate:
        """Add a template of the company, in the place of one of the same name."""
        for row in self.templates():
            if row.name.casefold() == name.casefold():
                self.retire_template(row)
        return self._store.insert(AgendaTemplate(name=name, points=points, made_at=self._store.now))

    def retire_template(self, template: AgendaTemplate) -> None:
        """Offer a template no longer; what was added from it stays."""
        self._store.change(template, retired_at=self._store.now)

    # Inside --------------------------------------------------------------------------------------------------------

    def _shared(self, series: Series, author: str) -> dict[str, Any]:
        return {
            "kind": Kind.ONE_ON_ONE,
            "subject_id": series.subject_id,
            "named_id": series.named_id,
            "author_id": author,
            "made_at": self._store.now,
            "series_id": series.id,
        }

    def _private(self, series: Series, reader: str, *conditions: Any) -> list[PrivateNote]:
        here = (col(PrivateNote.series_id) == series.id, *conditions)
        return self._store.read(PrivateNote, *here, reader=reader, order=col(PrivateNote.day).desc())

    def _kept(self, found: P | None, row: P, edition: int, **more: Any) -> P | None:
        """The row written in the place of what was found, if that is still the edition it was written over."""
        known: Any = found
        if known is None:
            return row if edition == 0 and self._insert_once(row) else None
        if known.edition != edition:
            return None
        values = {"body": row.__dict__["body"], "edition": edition + 1, "edited_at": self._store.now, **more}
        try:
            self._store.change(known, **values)
        except Conflict:
            return None
        return found

    def _insert_once(self, row: PersonalRow) -> bool:
        """Add a row unless one with its unique key is there already, which another process may just have added."""
        dialect: Any = sqlite if self._store.dialect == "sqlite" else postgresql
        table = type(row).__table__  # type: ignore[attr-defined]
        values = {column.name: row.__dict__[column.name] for column in table.columns}
        statement = dialect.insert(table).values(**values).on_conflict_do_nothing().returning(table.c.id)
        added = self._store.execute(statement).scalar() is not None
        if added:
            self._store.audit("created", row.kind, record_id=row.id, subject_id=row.subject_id)
        return added
