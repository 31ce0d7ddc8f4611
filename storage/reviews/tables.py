"""Review cycles, who writes about whom in them, what they wrote, and the result that each person is told."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field

from storage.columns import Moment, Sealed, SealedJson
from storage.policy import Kind
from storage.tables import PersonalRow, Row

SELF, PEER, UPWARD, MANAGER, CUSTOMER = ROLES = ("self", "peer", "upward", "manager", "customer")
"""As what somebody writes about another: of themselves, of a colleague, of their manager, of a report, from outside."""

PREPARED = "prepared"
PHASES = (PREPARED, "self", "peers", "write", "calibrate", "share", "talk", "acknowledge", "closed")
"""The phases of a cycle, in their order."""

DRAFT_KINDS: tuple[str, ...] = (Kind.REVIEW_SELF_DRAFT, Kind.REVIEW_DRAFT)
REVIEW_KINDS: tuple[str, ...] = (
    *DRAFT_KINDS,
    Kind.REVIEW_CONFIDENTIAL,
    Kind.REVIEW_SELF,
    Kind.REVIEW_PEER,
    Kind.REVIEW_PEER_RELEASED,
    Kind.REVIEW_MANAGER,
    Kind.REVIEW_MANAGER_RELEASED,
)
RATING_KINDS: tuple[str, ...] = (Kind.RATING, Kind.RATING_RELEASED)


class ReviewTemplate(Row, table=True):
    """One version of a company's own template. `parts` are what it asks, each with a key that it keeps from version to
    version: {key, form, title, help, points, roles}; see `handlers/reviews/parts.py`."""

    __tablename__ = "review_template"
    __table_args__ = (UniqueConstraint("template_id", "edition"),)

    template_id: str
    edition: int
    name: str
    parts: Any = Field(sa_column=Column(SealedJson, nullable=False))
    made_at: datetime = Field(sa_type=Moment)
    published_at: datetime | None = Field(default=None, sa_type=Moment)
    """Since when it may be chosen; until then it is being written, and is the one that may be changed."""
    retired_at: datetime | None = Field(default=None, sa_type=Moment)


class ReviewCycle(Row, table=True):
    """A cycle. What it asks and its thresholds are frozen when it is launched.

    `whom` says for whom it is: {"teams": [...], "departments": [...], "people": [ids], "without": [ids]}. `last_days`
    is the last day of each phase, by its name, on the company's calendar."""

    __tablename__ = "review_cycle"
    __table_args__ = (Index("review_cycle_by_state", "state"),)

    name: str
    owner_id: str
    """Who of HR runs it."""
    template_id: str = ""
    template_edition: int = 0
    parts: Any = Field(sa_column=Column(SealedJson, nullable=False))
    whom: Any = Field(sa_column=Column(JSON, nullable=False))
    roles: Any = Field(sa_column=Column(JSON, nullable=False))
    """As what people write in it."""
    from_on: date
    to_on: date
    """The days about which people write."""
    last_days: Any = Field(sa_column=Column(JSON, nullable=False))
    peers: str = "named"  # named, confidential, test
    k_group: int = 3
    k_comment: int = 10
    k_score: int = 5
    is_rated: bool = True
    is_test: bool = False
    """It tells nobody but its owner, who stands for everybody in it; its `peers` are "test"."""
    escalates: bool = True
    """A manager hears of what a report of theirs has not written in time, as the report was told before."""
    phase: str = PREPARED
    step: int = 0
    state: str = "draft"  # draft, running, paused, closed, dropped
    made_at: datetime = Field(sa_type=Moment)
    launched_at: datetime | None = Field(default=None, sa_type=Moment)
    paused_at: datetime | None = Field(default=None, sa_type=Moment)
    version: int = 0


class CycleStep(Row, table=True):
    """A phase that a cycle entered. The database holds their order: each step follows the one before it, into the next
    phase, or back into an earlier one with a reason."""

    __tablename__ = "review_step"
    __table_args__ = (
        UniqueConstraint("cycle_id", "number", "rank"),
        UniqueConstraint("cycle_id", "number", name="review_step_once"),
        ForeignKeyConstraint(
            ["cycle_id", "number_before", "rank_before"],
            ["review_step.cycle_id", "review_step.number", "review_step.rank"],
            name="review_step_follows",
        ),
        CheckConstraint(
            "(number = 0 AND rank = 0 AND number_before IS NULL)"
            " OR (number_before IS NOT NULL AND rank_before IS NOT NULL AND number = number_before + 1"
            " AND (rank = rank_before + 1 OR (rank < rank_before AND reason IS NOT NULL)))",
            name="review_step_in_order",
        ),
    )

    cycle_id: str
    number: int
    rank: int
    number_before: int | None = None
    rank_before: int | None = None
    at: datetime = Field(sa_type=Moment)
    by: str | None = None
    """Who did it; None for the clock."""
    reason: str | None = Field(default=None, sa_column=Column(Sealed))


class CycleEvent(Row, table=True):
    """Something that whoever ran a cycle did to it, or that happened to the people in it. It holds no words: why a
    cycle went back into an earlier phase stands with its step."""

    __tablename__ = "review_event"
    __table_args__ = (Index("review_event_by_cycle", "cycle_id", "at"),)

    cycle_id: str
    act: str  # extended, paused, resumed, joined, left, back, manager, decided, reminded, excused, taken back
    at: datetime = Field(sa_type=Moment)
    by: str | None = None
    person_id: str | None = None
    details: Any = Field(default=None, sa_column=Column(JSON))


class HandOver(Row, table=True):
    """Somebody in a cycle has another manager since: who finishes the review is for HR to say."""

    __tablename__ = "review_handover"
    __table_args__ = (UniqueConstraint("cycle_id", "subject_id", "old_id", "new_id"),)

    cycle_id: str
    subject_id: str
    old_id: str
    new_id: str
    at: datetime = Field(sa_type=Moment)
    choice: str = ""  # "" while nobody has decided; old, new, both
    decided_at: datetime | None = Field(default=None, sa_type=Moment)
    decided_by: str | None = None


class CalendarFeed(Row, table=True):
    """A person's private address of what they have to write, for their calendar. Only its digest is kept."""

    __tablename__ = "calendar_feed"

    person_id: str = Field(unique=True)
    digest: str = Field(unique=True)
    made_at: datetime = Field(sa_type=Moment)


class Review(PersonalRow, table=True):
    """What `author_id` writes about `subject_id` in a cycle, as what they are to them. `kind` says who reads it now,
    and moves with its state. `answers` are by the key of what was asked: {"words", "points", "cites", …}."""

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint("cycle_id", "subject_id", "role", "author_id", "stands_for"),
        Index("review_by_author", "author_id", "cycle_id"),
    )
    kinds: ClassVar[tuple[str, ...]] = REVIEW_KINDS
    words: ClassVar[tuple[str, ...]] = ("answers", "reason", "guest")

    cycle_id: str = Field(index=True)
    role: str
    state: str = "owed"  # nominated, owed, submitted, declined, frozen, dropped
    answers: Any = Field(default=None, sa_column=Column(SealedJson))
    reason: str = Field(default="", sa_column=Column(Sealed, nullable=False))
    """Why it was declined."""
    guest: str = Field(default="", sa_column=Column(Sealed, nullable=False))
    """Who wrote it from outside."""
    frozen_for: str = ""  # left, or proposed when they left; manager, out
    """Why nothing is written in it any more; what was begun stays with its author."""
    stands_for: str = ""
    """In a test run, whose place the author takes."""
    edition: int = 0
    """How often it was submitted."""
    submitted_at: datetime | None = Field(default=None, sa_type=Moment)
    released_at: datetime | None = Field(default=None, sa_type=Moment)
    version: int = 0


class ReviewEdition(PersonalRow, table=True):
    """What a review said when it was submitted, each time; of a confidential one nothing is kept here."""

    __tablename__ = "review_edition"
    __table_args__ = (UniqueConstraint("review_id", "edition"),)
    kinds: ClassVar[tuple[str, ...]] = REVIEW_KINDS
    words: ClassVar[tuple[str, ...]] = ("answers",)

    cycle_id: str
    review_id: str = Field(index=True)
    edition: int
    answers: Any = Field(sa_column=Column(SealedJson))


class ReviewRemark(PersonalRow, table=True):
    """What a rule of fair words said about `hit`, words of the answer to `part`, and why the author set it aside. With
    `is_private` nobody but the author ever reads it."""

    __tablename__ = "review_remark"
    kinds: ClassVar[tuple[str, ...]] = (Kind.REVIEW_DRAFT, Kind.REVIEW_REMARK)
    words: ClassVar[tuple[str, ...]] = ("hit", "reason")

    cycle_id: str
    review_id: str = Field(index=True)
    rule: str
    part: str = ""
    hit: str = Field(default="", sa_column=Column(Sealed, nullable=False))
    reason: str = Field(sa_column=Column(Sealed, nullable=False))
    is_private: bool = False


class ReviewResult(PersonalRow, table=True):
    """What comes out of a cycle for `subject_id`. `author_id` is the manager who answers for it."""

    __tablename__ = "review_result"
    __table_args__ = (UniqueConstraint("cycle_id", "subject_id"),)
    kinds: ClassVar[tuple[str, ...]] = RATING_KINDS
    is_by_author: ClassVar[bool] = False
    words: ClassVar[tuple[str, ...]] = ("proposed", "rating", "reply", "out_reason")

    cycle_id: str = Field(index=True)
    proposed: Any = Field(default=None, sa_column=Column(SealedJson))
    """The point of the scale that the manager proposed, as {"points": 4}."""
    rating: Any = Field(default=None, sa_column=Column(SealedJson))
    """The same as it stands now."""
    shared_at: datetime | None = Field(default=None, sa_type=Moment)
    talked_at: datetime | None = Field(default=None, sa_type=Moment)
    acknowledged_at: datetime | None = Field(default=None, sa_type=Moment)
    reply: str = Field(default="", sa_column=Column(Sealed, nullable=False))
    replied_at: datetime | None = Field(default=None, sa_type=Moment)
    finalised_at: datetime | None = Field(default=None, sa_type=Moment)
    checksum: str = ""
    edition: int = 0
    """How often it was made final: after a correction once more."""
    out_at: datetime | None = Field(default=None, sa_type=Moment)
    """Since when HR has taken them out of the cycle: nothing comes of it while they are."""
    out_reason: str = Field(default="", sa_column=Column(Sealed, nullable=False))
    still_writes: bool = True
    """Whether they write about others all the same."""
    version: int = 0


class RatingChange(PersonalRow, table=True):
    """A rating that was changed: from what to what, by whom, and why, in words that the employee can read."""

    __tablename__ = "rating_change"
    __table_args__ = (Index("rating_change_by_result", "result_id"),)
    kinds: ClassVar[tuple[str, ...]] = RATING_KINDS
    words: ClassVar[tuple[str, ...]] = ("before", "after", "reason")

    cycle_id: str
    result_id: str
    before: Any = Field(default=None, sa_column=Column(SealedJson))
    after: Any = Field(default=None, sa_column=Column(SealedJson))
    reason: str = Field(sa_column=Column(Sealed, nullable=False))


class ReviewRewording(Row, table=True):
    """Somebody asked a language model to reword what they have begun of a review. Its words stay in the draft; this row
    says only that it waits, and goes when it is answered or failed."""

    __tablename__ = "review_rewording"
    __table_args__ = (UniqueConstraint("person_id", "review_id"), Index("review_rewording_due", "due_at"))

    person_id: str
    review_id: str
    asked_at: datetime = Field(sa_type=Moment)
    due_at: datetime = Field(sa_type=Moment)
    """When it is to be taken up: at once, or when whoever took it up has not come back."""
    tries: int = 0
    version: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
