"""What people posted about their work, for themselves and their managers; and when their teams are asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, or_, select
from sqlmodel import col

from storage.checkins.blockers import Blockers
from storage.checkins.moods import Moods
from storage.checkins.routines import Routines, Window
from storage.checkins.tables import Blocker, CheckIn, Mood, Remark, Routine
from storage.once import once
from storage.policy import Kind
from storage.prepared import Prepared
from storage.tables import Posted

if TYPE_CHECKING:
    from storage.store import Store

__all__ = ["Blocker", "CheckIn", "CheckIns", "Made", "Mood", "Remark", "Routine", "Window"]

_POSTED = Posted.__table__  # type: ignore[attr-defined]
_SAID = Prepared(
    select(_POSTED.c.about).where(
        _POSTED.c.platform == bindparam("where"),
        _POSTED.c.channel == bindparam("inside"),
        _POSTED.c.message == bindparam("said"),
    )
)
_CHECKIN = CheckIn.__table__  # type: ignore[attr-defined]
_UNASKED = Prepared(
    select(_CHECKIN.c.id)
    .where(
        _CHECKIN.c.subject_id == bindparam("person"),
        _CHECKIN.c.window.is_(None),
        _CHECKIN.c.made_at >= bindparam("since", type_=_CHECKIN.c.made_at.type),
    )
    .order_by(_CHECKIN.c.made_at.desc(), _CHECKIN.c.id.desc())
    .limit(1)
)

SINCE = timedelta(days=14)
"""How far back a team's latest check-ins and moods are looked for."""

_MADE, _OVERTAKEN = "checkin", "overtaken"


@dataclass(frozen=True)
class Made:
    """The check-in that a message made, and whether an edit of the message did so before the message came."""

    checkin_id: str
    overtaken: bool


_NEWEST = (col(CheckIn.made_at).desc(), col(CheckIn.id).desc())


class CheckIns:
    """`store.checkins`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @once
    def routines(self) -> Routines:
        return Routines(self._store)

    @once
    def blockers(self) -> Blockers:
        return Blockers(self._store)

    @once
    def moods(self) -> Moods:
        return Moods(self._store)

    # Recording -----------------------------------------------------------------------------------------------------

    def record(
        self,
        person_id: str,
        day: date,
        answers: Mapping[str, str],
        *,
        closes_at: datetime,
        parts: Mapping[str, Any] | None = None,
        window: str | None = None,
        quoted_in: str | None = None,
    ) -> CheckIn:
        """Keep a new check-in."""
        return self._store.add(
            CheckIn,
            kind=Kind.CHECKIN,
            subject_id=person_id,
            author_id=person_id,
            made_at=self._store.now,
            day=day,
            window=window,
            closes_at=closes_at,
            quoted_in=quoted_in,
            answers=dict(answers),
            parts=parts,
        )

    def update(self, row: CheckIn, answers: Mapping[str, str], parts: Mapping[str, Any] | None) -> None:
        """Write other answers; whoever has read it is to read it again."""
        if (answers, parts) != (row.answers, row.parts):
            self._store.change(
                row, answers=answers, parts=parts, changed_at=self._store.now, read_by=None, read_for=None
            )

    def said(self, *, platform: str, channel: str, message: str) -> Made | None:
        """What a message of somebody's made, if it made a check-in."""
        found = self._store.run(_SAID, where=platform, inside=channel, said=f"said:{message}")
        kind, _, checkin_id = found[0][0].partition(":") if found else ("", "", "")
        return Made(checkin_id, overtaken=kind == _OVERTAKEN) if kind in (_MADE, _OVERTAKEN) else None

    def remember_said(
        self, row: CheckIn, *, platform: str, channel: str, message: str, overtaken: bool = False
    ) -> None:
        """Remember which message made a check-in, so that editing the one edits the other; and if an edit made it
        that was here before the message itself."""
        self._store.posts.add(
            platform=platform,
            channel=channel,
            message=f"said:{message}",
            about=f"{_OVERTAKEN if overtaken else _MADE}:{row.id}",
            person_id=row.subject_id,
        )

    def adopt(self, row: CheckIn, window: Window) -> None:
        """Count a check-in that came shortly before it was asked for."""
        self._store.change(row, window=window.name)
        self._close_at(row, window.closes_at)

    def move_end(self, person_id: str, window: Window, closes_at: datetime) -> None:
        """What was answered on an occasion may be changed until it is over, which is at another moment now."""
        if row := self.in_window(person_id, window):
            self._close_at(row, closes_at)

    def _close_at(self, row: CheckIn, closes_at: datetime) -> None:
        self._store.change(row, closes_at=closes_at)
        self.moods.close_at(row, closes_at)

    # Reading -------------------------------------------------------------------------------------------------------

    def get(self, checkin_id: str, *, reader: str) -> CheckIn | None:
        """A check-in, or None alike for what is unknown and what the reader may not see."""
        found = self._store.read(CheckIn, col(CheckIn.id) == checkin_id, reader=reader)
        return found[0] if found else None

    def latest(self, person_id: str, *, reader: str, limit: int = 10, before: str = "") -> list[CheckIn]:
        """A person's check-ins that the reader may see, newest first; with `before`, those older than that one."""
        theirs = (col(CheckIn.subject_id) == person_id, *self._older_than(before, person_id))
        return self._store.read(CheckIn, *theirs, reader=reader, order=_NEWEST, limit=limit)

    def _older_than(self, checkin_id: str, person_id: str) -> tuple[Any, ...]:
        found = (
            self._store.own(CheckIn, col(CheckIn.id) == checkin_id, subject=person_id) if checkin_id else []
        )
        if not found:
            return ()
        made_at = found[0].made_at
        together = and_(col(CheckIn.made_at) == made_at, col(CheckIn.id) < checkin_id)
        return (or_(col(CheckIn.made_at) < made_at, together),)

    def recent(self, people: Collection[str], since: datetime, *, reader: str) -> dict[str, CheckIn]:
        """The newest check-in since then of each of these people that the reader may see."""
        theirs = (col(CheckIn.subject_id).in_(list(people)), col(CheckIn.made_at) >= since)
        rows = self._store.read(CheckIn, *theirs, reader=reader, order=_NEWEST)
        return {row.subject_id: row for row in reversed(rows)}

    def lately(self, people: Collection[str], since: datetime) -> dict[str, set[str | None]]:
        """On which occasions each of these people wrote since then (None: on none), without looking at any words."""
        theirs = (col(CheckIn.subject_id).in_(list(people)), col(CheckIn.made_at) >= since)
        found: dict[str, set[str | None]] = {}
        for person, window in self._store.execute(
            select(col(CheckIn.subject_id), col(CheckIn.window)).where(*theirs)
        ):
            found.setdefault(person, set()).add(window)
        return found

    def mine(self, person_id: str, *conditions: Any) -> CheckIn | None:
        """A person's newest check-in, for what is asked of themselves."""
        found = self._store.own(CheckIn, *conditions, subject=person_id, order=_NEWEST, limit=1)
        return found[0] if found else None

    def in_window(self, person_id: str, window: Window | None) -> CheckIn | None:
        """What a person answered on an occasion, or None."""
        return self.mine(person_id, col(CheckIn.window) == window.name) if window else None

    def made_since(self, person_id: str, since: datetime) -> CheckIn | None:
        """A person's newest check-in outside any window since then, or None."""
        found = self._store.run(_UNASKED, person=person_id, since=since)
        return self.by_id(found[0][0], person_id) if found else None

    def by_id(self, checkin_id: str, person_id: str) -> CheckIn | None:
        """A check-in of this person's own, or None."""
        return self.mine(person_id, col(CheckIn.id) == checkin_id)

    def quoted(self, window: str, place_id: str, people: Collection[str]) -> list[CheckIn]:
        """What these people shared on an occasion, knowing that this channel would quote it."""
        shared = (col(CheckIn.window) == window, col(CheckIn.quoted_in) == place_id)
        return [row for person in people for row in self._store.own(CheckIn, *shared, subject=person)]

    # What managers do ------------------------------------------------------------------------------------------------

    def mark_read(self, row: CheckIn, reader: str, *, behalf: str | None = None) -> None:
        """Note who has read it, for its author to see, and for whom if they stand in for somebody."""
        self._store.behalf_id = behalf
        self._store.change(row, read_by=reader, read_for=behalf)
        self._store.touch(row.subject_id)

    def remark(self, row: CheckIn, author: str, words: str, *, behalf: str | None = None) -> Remark:
        """Keep what a manager wrote under a check-in, or who stands in for them; they then read it too."""
        self._store.behalf_id = behalf
        return self._store.insert(
            Remark(
                kind=Kind.COMMENT,
                subject_id=row.subject_id,
                author_id=author,
                named_id=behalf,
                made_at=self._store.now,
                checkin_id=row.id,
                remark=words,
            )
        )

    def remarks(self, rows: Collection[CheckIn], *, reader: str) -> dict[str, list[Remark]]:
        """What was written under these check-ins that the reader may see, oldest first."""
        under = col(Remark.checkin_id).in_([row.id for row in rows])
        found: dict[str, list[Remark]] = {}
        for remark in self._store.read(Remark, under, reader=reader, order=col(Remark.made_at)):
            found.setdefault(remark.checkin_id, []).append(remark)
        return found
