"""What people posted about their work, for themselves and their managers; and when their teams are asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, or_, select
from sqlmodel import col

from storage.checkins.blockers import Blockers
from storage.checkins.routines import Routines, Window
from storage.checkins.tables import Blocker, CheckIn, Mood, Remark, Routine
from storage.once import once
from storage.policy import MEAN_OF_AT_LEAST, Kind
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


@dataclass(frozen=True)
class Occasion:
    """What a team was asked on a day, or a day on which they wrote of themselves (`window` None); moods by person."""

    window: str | None
    day: date
    team: frozenset[str]
    moods: dict[str, str]


TAKEN_BACK = 0
"""The score of a mood that its author took back while it could be changed: it never counted."""
LAST_MIDNIGHT = timedelta(hours=36)
"""A day is over everywhere so long after it began in Greenwich."""

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

    def feel(self, row: CheckIn, score: int | None) -> None:
        """Keep the mood of a check-in, in place of what it was; None leaves it."""
        if score is None:
            return
        before = self._store.own(Mood, col(Mood.checkin_id) == row.id, subject=row.subject_id)
        if before:
            self._store.change(before[0], score=score)
            return
        self._store.insert(
            Mood(
                kind=Kind.MOOD,
                subject_id=row.subject_id,
                author_id=row.subject_id,
                made_at=self._store.now,
                checkin_id=row.id,
                closes_at=row.closes_at or self._store.now,
                score=score,
            )
        )

    def take_mood_back(self, row: CheckIn) -> bool:
        """There is no mood with this check-in any more; False when there was none."""
        felt = self._store.own(Mood, col(Mood.checkin_id) == row.id, subject=row.subject_id)
        if not felt or not felt[0].score:
            return False
        self._store.change(felt[0], score=TAKEN_BACK)
        return True

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
        for mood in self._store.own(Mood, col(Mood.checkin_id) == row.id, subject=row.subject_id):
            self._store.change(mood, closes_at=closes_at)

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

    # Moods ---------------------------------------------------------------------------------------------------------

    def moods(self, rows: Collection[CheckIn], *, reader: str) -> dict[str, int]:
        """The moods of check-ins by their ids, for the only one who may see them."""
        found = self._store.read(Mood, col(Mood.checkin_id).in_([row.id for row in rows]), reader=reader)
        return {mood.checkin_id: mood.score for mood in found if mood.score}

    def mean_mood(self, lead_id: str, since: datetime) -> tuple[Fraction, int] | None:
        """The mean of what a team felt on the last occasion that is over for all of it, and of how many; None when they
        are too few to hide behind each other. Each mood is part of one mean, which never changes, whoever writes later,
        leaves or joins: else the difference between two would be somebody's own."""
        for occasion in sorted(self._occasions(lead_id, since), key=attrgetter("day"), reverse=True):
            if len(occasion.moods) < MEAN_OF_AT_LEAST:
                continue
            asked = self._asked(occasion)
            if not asked or not since <= max(asked.values()) <= self._store.now:
                continue  # it is forgotten as a whole too, not with the one who could change theirs the longest
            counted = [mood for person, mood in occasion.moods.items() if person in asked]
            rows = self._store._rows(Mood, (col(Mood.id).in_(counted),))
            scores = [row.score for row in rows if row.score != TAKEN_BACK]
            # What was erased is missing: without it, it would be another mean.
            if None not in scores and len(scores) >= MEAN_OF_AT_LEAST:
                return Fraction(sum(scores), len(scores)), len(scores)
        return None

    def _occasions(self, lead_id: str, since: datetime) -> Collection[Occasion]:
        """On what occasions those gave their moods who were in this team on the day on which it began."""
        lines = self._store.directory.lines_to.get(lead_id, ())
        moods = (col(Mood.id), col(Mood.subject_id), col(CheckIn.window), col(CheckIn.day))
        of_team = col(Mood.subject_id).in_({line.subject_id for line in lines})
        theirs = (of_team, col(Mood.closes_at) >= since - LAST_MIDNIGHT)
        found = select(*moods).join(CheckIn, col(CheckIn.id) == col(Mood.checkin_id)).where(*theirs)
        made: dict[str, Occasion] = {}
        for mood, person, window, day in self._store.execute(found.order_by(col(Mood.made_at))):
            name = window or f":{day}"
            if name not in made:
                began = date.fromisoformat(name.rpartition(":")[2])
                team = frozenset(line.subject_id for line in lines if line.holds_on(began))
                made[name] = Occasion(window, began, team, {})
            if person in made[name].team:
                made[name].moods[person] = mood
        return made.values()

    def _asked(self, occasion: Occasion) -> dict[str, datetime]:
        """Until when each of a team could add to an occasion, or change anything. Before its day is over everywhere,
        some may not have been asked yet; whoever was asked only after that counts in no mean."""
        over = datetime.combine(occasion.day, time(), UTC) + LAST_MIDNIGHT
        if occasion.window is None:
            return dict.fromkeys(occasion.team, over)
        ends = self.routines.ends(occasion.window, occasion.team, opened_by=over)
        return {who: max(over, at) for who, at in ends.items()}

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
