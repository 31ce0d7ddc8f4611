"""Reviews: who writes about whom in a cycle, what they wrote, and who may read it by now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import bindparam, select, update
from sqlmodel import col

from storage.policy import Relation, Right, may, may_besides
from storage.prepared import Prepared
from storage.reviews.cycles import ReviewCycles, last_day
from storage.reviews.evidence import Piece, ReviewEvidence
from storage.reviews.feeds import CalendarFeeds
from storage.reviews.freezing import Freezing, ResultEdition, ResultExport
from storage.reviews.hand_overs import ReviewHandOvers
from storage.reviews.invites import ReviewInvite, ReviewInvites
from storage.reviews.kinds import TEST, is_confidential, kind_of
from storage.reviews.releasing import EDITIONS, REVIEWS, Releasing, move_editions
from storage.reviews.remarks import ReviewRemarks
from storage.reviews.results import ReviewResults
from storage.reviews.rewordings import ReviewRewordings
from storage.reviews.running import CyclesRunning
from storage.reviews.sessions import Calibration, CalibrationSession, Potential
from storage.reviews.surveys import ProcessSurvey, ProcessSurveys
from storage.reviews.tables import (
    CUSTOMER,
    MANAGER,
    PEER,
    PHASES,
    PREPARED,
    ROLES,
    SELF,
    UPWARD,
    CalendarFeed,
    CycleEvent,
    CycleStep,
    HandOver,
    RatingChange,
    Review,
    ReviewCycle,
    ReviewEdition,
    ReviewRemark,
    ReviewResult,
    ReviewRewording,
    ReviewTemplate,
)
from storage.reviews.templates import ReviewTemplates
from storage.reviews.voices import Given, ReviewVoice, ReviewVoices, Voice

if TYPE_CHECKING:
    from storage.store import Store

__all__ = [
    "CUSTOMER",
    "MANAGER",
    "PEER",
    "PHASES",
    "PREPARED",
    "ROLES",
    "SELF",
    "TEST",
    "UPWARD",
    "CalendarFeed",
    "CalibrationSession",
    "CycleEvent",
    "CycleStep",
    "Duty",
    "Given",
    "HandOver",
    "Piece",
    "Potential",
    "ProcessSurvey",
    "RatingChange",
    "ResultEdition",
    "ResultExport",
    "Review",
    "ReviewCycle",
    "ReviewEdition",
    "ReviewInvite",
    "ReviewRemark",
    "ReviewResult",
    "ReviewRewording",
    "ReviewTemplate",
    "ReviewVoice",
    "Reviews",
    "Voice",
    "is_confidential",
    "last_day",
]

_OUTLINE = (
    "id",
    "cycle_id",
    "subject_id",
    "author_id",
    "role",
    "state",
    "submitted_at",
    "edition",
    "stands_for",
    "released_at",
)
_ASSIGNED = Prepared(
    select(REVIEWS.c.author_id, REVIEWS.c.stands_for).where(
        REVIEWS.c.cycle_id == bindparam("cycle"),
        REVIEWS.c.subject_id == bindparam("subject"),
        REVIEWS.c.role == bindparam("role"),
    )
)

R = TypeVar(
    "R",
    Review,
    ReviewResult,
    ReviewEdition,
    ReviewRemark,
    ReviewVoice,
    ReviewInvite,
    RatingChange,
    Potential,
    ResultEdition,
)


@dataclass(frozen=True)
class Duty:
    """That somebody writes about somebody, and how far it is: nothing of what they wrote."""

    id: str
    cycle_id: str
    subject_id: str
    author_id: str | None
    role: str
    state: str
    submitted_at: datetime | None
    edition: int
    stands_for: str = ""
    """In a test run, in whose place the author is."""
    released_at: datetime | None = None
    """When nothing could be written in it any more, because its person reads what was."""


class Reviews:
    """`store.reviews`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.cycles = ReviewCycles(store)
        self.results = ReviewResults(store)
        self.invites = ReviewInvites(store)
        self.voices = ReviewVoices(store)
        self.calibration = Calibration(store)
        self.freezing = Freezing(store)
        self.surveys = ProcessSurveys(store)
        self.running = CyclesRunning(store)
        self.hand_overs = ReviewHandOvers(store)
        self.templates = ReviewTemplates(store)
        self.feeds = CalendarFeeds(store)
        self.evidence = ReviewEvidence(store)
        self.rewordings = ReviewRewordings(store)
        self.remarks = ReviewRemarks(store)
        self.releasing = Releasing(store)

    # Who writes about whom -------------------------------------------------------------------------------------------

    def assign(
        self, cycle: ReviewCycle, subject: str, author: str | None, role: str, *, state: str = "owed"
    ) -> Review | None:
        """Let somebody write about a person; None when they do already, or what is written so was released: nothing is
        added to that. In a test run its owner takes their place."""
        if is_confidential(role, cycle.peers) and self.voices.was_released(cycle):
            return None
        stands_for, author = (author or "", cycle.owner_id) if cycle.is_test else ("", author)
        known = self._store.run(_ASSIGNED, cycle=cycle.id, subject=subject, role=role)
        if any((by, place) == (author, stands_for) for by, place in known):
            return None
        return self._store.add(
            Review,
            kind=kind_of(role, cycle.peers, submitted=False),
            subject_id=subject,
            author_id=author,
            made_at=self._store.now,
            cycle_id=cycle.id,
            role=role,
            state=state,
            stands_for=stands_for,
        )

    def propose(self, cycle: ReviewCycle, subject: str, author: str) -> None:
        """Let a colleague be one of those who may be asked to write about a person; again, if they were before."""
        for duty in self.duties(cycle.id, subject=subject, author=author, role=PEER):
            if duty.state == "dropped":
                self.move(duty.id, "nominated")
            return
        self.assign(cycle, subject, author, PEER, state="nominated")

    def move(self, review_id: str, state: str) -> None:
        """Somebody is asked to write, or not any more; what they wrote already stays theirs."""
        self._store.execute(
            update(REVIEWS)
            .where(REVIEWS.c.id == review_id)
            .values(state=state, version=REVIEWS.c.version + 1)
        )
        self._store.audit("changed", f"review:{state}", record_id=review_id)

    def duties(
        self, cycle_id: str, *, subject: str = "", author: str = "", role: str = "", state: str = ""
    ) -> list[Duty]:
        """Who writes about whom in a cycle and how far they are: for who runs it, for the clock, and for the people in
        question. Never what they wrote."""
        wanted = {"subject_id": subject, "author_id": author, "role": role, "state": state}
        here = [REVIEWS.c.cycle_id == cycle_id]
        here += [REVIEWS.c[name] == item for name, item in wanted.items() if item]
        found = select(*(REVIEWS.c[name] for name in _OUTLINE)).where(*here).order_by(REVIEWS.c.id)
        return [Duty(**row._mapping) for row in self._store.execute(found)]

    def duty(self, review_id: str) -> Duty | None:
        """That somebody writes about somebody, by its id, or None."""
        found = select(*(REVIEWS.c[name] for name in _OUTLINE)).where(REVIEWS.c.id == review_id)
        return next((Duty(**row._mapping) for row in self._store.execute(found)), None)

    def owed_by(self, author: str) -> list[Review]:
        """What a person has to write and still can, in cycles that run, the oldest first."""
        return [row for row in self._of_author(author, "owed") if row.released_at is None]

    def written_by(self, author: str) -> list[Review]:
        """What a person has handed in, in cycles that run, the oldest first."""
        return self._of_author(author, "submitted")

    def _of_author(self, author: str, state: str) -> list[Review]:
        running = select(col(ReviewCycle.id)).where(col(ReviewCycle.state) == "running")
        mine = (REVIEWS.c.author_id == author, REVIEWS.c.state == state, REVIEWS.c.cycle_id.in_(running))
        return self._store.read(Review, *mine, reader=author, order=REVIEWS.c.id)

    def beside(self, author: str, cycle_id: str) -> list[Review]:
        """What a person has handed in in a cycle, for themselves: to hold what they write now beside it."""
        here = (REVIEWS.c.author_id == author, REVIEWS.c.cycle_id == cycle_id, REVIEWS.c.answers.is_not(None))
        return self._store.read(Review, *here, reader=author, order=REVIEWS.c.id)

    # What they wrote -------------------------------------------------------------------------------------------------

    def get(self, review_id: str, *, reader: str) -> Review | None:
        """A review that the reader may see, or None."""
        return next(iter(self.some(REVIEWS.c.id == review_id, reader=reader)), None)

    def about(self, cycle_id: str, subject: str, *, reader: str) -> list[Review]:
        """What was written about a person in a cycle, as far as the reader may see it."""
        here = (REVIEWS.c.cycle_id == cycle_id, REVIEWS.c.subject_id == subject)
        return self.some(*here, reader=reader)

    def released_in(self, cycle_id: str, role: str, *, reader: str) -> list[Review]:
        """What was released in a cycle by who wrote as this, as far as the reader may see it."""
        here = (REVIEWS.c.cycle_id == cycle_id, REVIEWS.c.role == role, REVIEWS.c.released_at.is_not(None))
        return self.some(*here, REVIEWS.c.state == "submitted", reader=reader)

    def some(self, *conditions: Any, reader: str) -> list[Review]:
        """Reviews that the reader may see, the oldest first."""
        found = self._store.read(Review, *conditions, reader=reader, order=REVIEWS.c.id)
        return self.without_power(found, reader)

    def without_power(self, rows: list[R], reader: str) -> list[R]:
        """These rows without what the reader would see by being of HR alone, in cycles in which they are reviewed
        themselves, and about those to whom they report: HR has no power in its own cycle, nor over its managers."""
        if not self._store.directory.is_hr(reader):
            return rows
        own: dict[str, bool] = {}
        above = self._store.directory.line_above(reader, self._store.now.date())
        return [
            row
            for row in rows
            if not (
                (row.subject_id in above or self._own(own, row, reader)) and self._by_hr_alone(row, reader)
            )
        ]

    def _own(self, known: dict[str, bool], row: R, reader: str) -> bool:
        if row.cycle_id not in known:
            known[row.cycle_id] = self.cycles.is_reviewed_in(row.cycle_id, reader)
        return known[row.cycle_id]

    def _by_hr_alone(self, row: R, reader: str) -> bool:
        directory, now = self._store.directory, self._store.now
        return not may_besides(directory, reader, Right.READ, row, now, besides=Relation.HR)

    def may_write(self, row: Review, person: str) -> bool:
        """Whether somebody may still write in a review."""
        return may(self._store.directory, person, Right.WRITE, row, self._store.now)

    def submit(self, row: Review, cycle: ReviewCycle, answers: Mapping[str, Any]) -> None:
        """It is written: what it says, and as a version where its author is known. Raises Conflict."""
        kind = kind_of(row.role, cycle.peers, submitted=True)
        edition = row.edition + 1
        self._store.change(
            row,
            kind=kind,
            answers=dict(answers),
            state="submitted",
            edition=edition,
            submitted_at=self._store.now,
        )
        self.remarks.handed_in(row, cycle)
        if is_confidential(row.role, cycle.peers):
            return
        move_editions(self._store, row, kind)
        self._store.add(
            ReviewEdition,
            kind=kind,
            subject_id=row.subject_id,
            author_id=row.author_id,
            made_at=self._store.now,
            cycle_id=row.cycle_id,
            review_id=row.id,
            edition=edition,
            answers=dict(answers),
        )

    def editions(self, review_id: str, *, reader: str) -> list[ReviewEdition]:
        """What a review said each time it was submitted, oldest first."""
        here = EDITIONS.c.review_id == review_id
        found = self._store.read(ReviewEdition, here, reader=reader, order=EDITIONS.c.edition)
        return self.without_power(found, reader)

    def change(self, row: Review, **values: Any) -> None:
        """Write new values of a review. Raises Conflict."""
        self._store.change(row, **values)
