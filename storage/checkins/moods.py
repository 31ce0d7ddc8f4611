"""How people felt: theirs alone, and one mean of a team for each occasion, from which nobody can tell one person's."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from operator import attrgetter
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlmodel import col

from storage.checkins.tables import CheckIn, Mood
from storage.policy import MEAN_OF_AT_LEAST, Kind

if TYPE_CHECKING:
    from storage.store import Store


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


class Moods:
    """`store.checkins.moods`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep(self, row: CheckIn, score: int | None) -> None:
        """Keep the mood of a check-in, in place of what it was; None leaves it."""
        if score is None:
            return
        if before := self._with(row):
            self._store.change(before, score=score)
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

    def take_back(self, row: CheckIn) -> bool:
        """There is no mood with this check-in any more; False when there was none."""
        felt = self._with(row)
        if felt is None or not felt.score:
            return False
        self._store.change(felt, score=TAKEN_BACK)
        return True

    def close_at(self, row: CheckIn, closes_at: datetime) -> None:
        """It may be changed as long as its check-in."""
        if felt := self._with(row):
            self._store.change(felt, closes_at=closes_at)

    def _with(self, row: CheckIn) -> Mood | None:
        found = self._store.own(Mood, col(Mood.checkin_id) == row.id, subject=row.subject_id)
        return found[0] if found else None

    def of(self, rows: Collection[CheckIn], *, reader: str) -> dict[str, int]:
        """The moods of check-ins by their ids, for the only one who may see them."""
        found = self._store.read(Mood, col(Mood.checkin_id).in_([row.id for row in rows]), reader=reader)
        return {mood.checkin_id: mood.score for mood in found if mood.score}

    def mean(self, lead_id: str, since: datetime) -> tuple[Fraction, int] | None:
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
        ends = self._store.checkins.routines.ends(occasion.window, occasion.team, opened_by=over)
        return {who: max(over, at) for who, at in ends.items()}
