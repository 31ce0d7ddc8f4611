"""Two questions about the process after a cycle: nobody is named, and nothing is shown before the end, nor if few."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Column
from sqlmodel import Field, col

from storage.columns import Moment, Sealed, SealedJson
from storage.ids import random_bytes
from storage.tables import Row

if TYPE_CHECKING:
    from storage.reviews.tables import ReviewCycle
    from storage.store import Store


class ProcessSurvey(Row, table=True):
    """The survey after a cycle. Its thresholds are those of the cycle, as they were when that was launched. What it
    found stands here once it is over: `tally` is what may be said of the points, `said` what people wrote, shuffled."""

    __tablename__ = "process_survey"

    cycle_id: str = Field(unique=True)
    asked: int = 0
    k_score: int
    k_comment: int
    ends_at: datetime = Field(sa_type=Moment)
    over_at: datetime | None = Field(default=None, sa_type=Moment)
    answered: int = 0
    tally: Any = Field(default=None, sa_column=Column(SealedJson))
    said: Any = Field(default=None, sa_column=Column(SealedJson))
    version: int = 0


class SurveyAnswer(Row, table=True):
    """An answer while the survey runs: no author, no time, and an id that says nothing of its order. It goes when the
    survey is over. Points and words are not kept together."""

    __tablename__ = "survey_answer"
    # In SQLite rows would be kept in the order in which they came.
    __table_args__: ClassVar[dict[str, Any]] = {"sqlite_with_rowid": False}

    survey_id: str = Field(index=True)
    points: int | None = None
    said: str = Field(default="", sa_column=Column(Sealed, nullable=False))


SURVEYS = ProcessSurvey.__table__  # type: ignore[attr-defined]
ANSWERS = SurveyAnswer.__table__  # type: ignore[attr-defined]


class ProcessSurveys:
    """`store.reviews.surveys`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def open(self, cycle: ReviewCycle, *, asked: int, ends_at: datetime) -> ProcessSurvey:
        """Begin the survey of a cycle."""
        return self._store.insert(
            ProcessSurvey(
                cycle_id=cycle.id,
                asked=asked,
                k_score=cycle.k_score,
                k_comment=cycle.k_comment,
                ends_at=ends_at,
            )
        )

    def get(self, survey_id: str) -> ProcessSurvey | None:
        """A survey, or None."""
        return self._store.one(ProcessSurvey, SURVEYS.c.id == survey_id)

    def of(self, cycle_id: str) -> ProcessSurvey | None:
        """The survey of a cycle, or None."""
        return self._store.one(ProcessSurvey, SURVEYS.c.cycle_id == cycle_id)

    def answer(self, survey_id: str, points: int, words: str) -> None:
        """Keep what somebody answered, and not who."""
        self._keep(survey_id, points=points)
        if words:
            self._keep(survey_id, said=words)

    def _keep(self, survey_id: str, **values: Any) -> None:
        self._store.insert(SurveyAnswer(id=random_bytes(16).hex(), survey_id=survey_id, **values))

    def end(self, row: ProcessSurvey, said_of: Callable[[Sequence[int]], Mapping[str, Any] | None]) -> None:
        """Release what was answered at once, where enough did, and let the answers go: what too few said is gone for
        good. `said_of` says of points what may be said of them. Raises Conflict."""
        answers = self._store.all(SurveyAnswer, ANSWERS.c.survey_id == row.id)
        points = [each.points for each in answers if each.points]
        words = [each.said for each in answers if each.said]
        secrets.SystemRandom().shuffle(words)
        enough, many = len(points) >= row.k_score, len(words) >= row.k_comment
        self._store.change(
            row,
            over_at=self._store.now,
            answered=len(points),
            tally=said_of(points) if enough else None,
            said=words if many else None,
        )
        self._store.remove(SurveyAnswer, col(SurveyAnswer.survey_id) == row.id)
        self._store.forgets = True
        self._store.audit("over", "process_survey", record_id=row.id)
