"""What people told each other about their work in private, who asked for it, and what was answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Column, Index, or_, select
from sqlmodel import Field

from storage.columns import Moment, Sealed, SealedJson
from storage.obligations import LEFT
from storage.policy import Kind
from storage.tables import ObligationRow, PersonalRow

if TYPE_CHECKING:
    from storage.store import Store

ANSWER = "feedback.answer"
"""The route that answers a request, which is owed."""

RETRACTABLE = timedelta(hours=24)
"""How long an author can take feedback back."""


class FeedbackRow(PersonalRow, table=True):
    """Feedback to `subject_id`. `named_id` is the manager who reads it too, fixed at sending; nobody is added later.

    Taken back, it is a tombstone: no answers, and `retracted_at`."""

    __tablename__ = "feedback"
    __table_args__ = (Index("feedback_received", "subject_id", "made_at"),)
    kinds: ClassVar[tuple[str, ...]] = (Kind.FEEDBACK, Kind.FEEDBACK_WITH_MANAGER)
    words: ClassVar[tuple[str, ...]] = ("answers",)

    answers: Any = Field(sa_column=Column(SealedJson, nullable=False))
    request_id: str = ""
    read_at: datetime | None = Field(default=None, sa_type=Moment)
    retracted_at: datetime | None = Field(default=None, sa_type=Moment)
    version: int = 0


class FeedbackReply(PersonalRow, table=True):
    """What the receiver answered. It is addressed to the feedback's author alone, who is its `subject_id`: a manager
    who reads the feedback does not read the answer."""

    __tablename__ = "feedback_reply"
    kinds: ClassVar[tuple[str, ...]] = (Kind.FEEDBACK,)
    words: ClassVar[tuple[str, ...]] = ("answer",)

    feedback_id: str = Field(index=True)
    answer: str = Field(sa_column=Column(Sealed, nullable=False))


class FeedbackRequest(PersonalRow, table=True):
    """`author_id` asks `named_id` for feedback about `subject_id`."""

    __tablename__ = "feedback_request"
    kinds: ClassVar[tuple[str, ...]] = (Kind.FEEDBACK_REQUEST,)
    words: ClassVar[tuple[str, ...]] = ("topic", "reason")

    topic: str = Field(sa_column=Column(Sealed, nullable=False))
    reason: str = Field(default="", sa_column=Column(Sealed, nullable=False))
    state: str = "open"  # open, answered, declined
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    version: int = 0


FEEDBACK = FeedbackRow.__table__  # type: ignore[attr-defined]
_NEWEST = (FEEDBACK.c.made_at.desc(), FEEDBACK.c.id.desc())
REPLIES = FeedbackReply.__table__  # type: ignore[attr-defined]
REQUESTS = FeedbackRequest.__table__  # type: ignore[attr-defined]
OWED = ObligationRow.__table__  # type: ignore[attr-defined]


class Feedback:
    """`store.feedback`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # Feedback ------------------------------------------------------------------------------------------------------

    def send(
        self,
        author: str,
        receiver: str,
        answers: Mapping[str, str],
        *,
        manager: str | None,
        request: str = "",
    ) -> FeedbackRow:
        """Keep feedback to the receiver alone, or with `manager` to them too. Who reads it is fixed now."""
        row = FeedbackRow(
            kind=Kind.FEEDBACK_WITH_MANAGER if manager else Kind.FEEDBACK,
            subject_id=receiver,
            author_id=author,
            named_id=manager,
            made_at=self._store.now,
            answers=dict(answers),
            request_id=request,
        )
        return self._store.insert(row)

    def get(self, feedback_id: str, *, reader: str) -> FeedbackRow | None:
        """Feedback that the reader may see, or None."""
        found = self._store.read(FeedbackRow, FEEDBACK.c.id == feedback_id, reader=reader)
        return found[0] if found else None

    def seen_by(self, reader: str, *, limit: int) -> list[FeedbackRow]:
        """All that the reader got, gave or was named in, newest first."""
        parts = (FEEDBACK.c.subject_id, FEEDBACK.c.author_id, FEEDBACK.c.named_id)
        mine = or_(*(part == reader for part in parts))
        return self._store.read(FeedbackRow, mine, reader=reader, order=_NEWEST, limit=limit)

    def received_by(self, person: str, *, reader: str, limit: int) -> list[FeedbackRow]:
        """What a person got, newest first, as far as the reader may see it."""
        theirs = FEEDBACK.c.subject_id == person
        return self._store.read(FeedbackRow, theirs, reader=reader, order=_NEWEST, limit=limit)

    def received(self, person: str, since: datetime) -> list[FeedbackRow]:
        """What a person got since a moment and was not taken back, newest first, for themselves."""
        mine = (
            FEEDBACK.c.subject_id == person,
            FEEDBACK.c.made_at > since,
            FEEDBACK.c.retracted_at.is_(None),
        )
        return self._store.read(FeedbackRow, *mine, reader=person, order=FEEDBACK.c.made_at.desc())

    def given(self, author: str, receiver: str, *, since: datetime) -> list[FeedbackRow]:
        """What somebody told a colleague since a moment, taken back or not, newest first, for themselves."""
        these = (
            FEEDBACK.c.subject_id == receiver,
            FEEDBACK.c.made_at >= since,
            FEEDBACK.c.author_id == author,
        )
        return self._store.read(FeedbackRow, *these, reader=author, order=_NEWEST)

    def mark_read(self, row: FeedbackRow) -> bool:
        """The receiver has read it; False when that was known."""
        if row.read_at is not None:
            return False
        self._store.change(row, read_at=self._store.now)
        return True

    def retract(self, row: FeedbackRow) -> None:
        """Leave a tombstone: the words are gone."""
        self._store.change(row, answers={}, retracted_at=self._store.now)

    # Replies -------------------------------------------------------------------------------------------------------

    def reply(self, row: FeedbackRow, answer: str) -> FeedbackReply:
        """Keep what the receiver answers to the author."""
        reply = FeedbackReply(
            kind=Kind.FEEDBACK,
            subject_id=row.author_id or "",
            author_id=row.subject_id,
            made_at=self._store.now,
            feedback_id=row.id,
            answer=answer,
        )
        return self._store.insert(reply)

    def replies(self, feedback: Sequence[str], *, reader: str) -> list[FeedbackReply]:
        """The replies to these that the reader may see, oldest first."""
        theirs = REPLIES.c.feedback_id.in_(list(feedback))
        return self._store.read(FeedbackReply, theirs, reader=reader, order=(REPLIES.c.made_at, REPLIES.c.id))

    # Requests ------------------------------------------------------------------------------------------------------

    def ask(self, asker: str, subject: str, asked: str, topic: str) -> FeedbackRequest:
        """Keep a request for feedback."""
        row = FeedbackRequest(
            kind=Kind.FEEDBACK_REQUEST,
            subject_id=subject,
            author_id=asker,
            named_id=asked,
            made_at=self._store.now,
            topic=topic,
        )
        return self._store.insert(row)

    def open_requests(
        self, asker: str, subject: str, asked: str, *, since: datetime
    ) -> list[FeedbackRequest]:
        """What somebody asked a colleague about somebody since a moment, and is open."""
        mine = (REQUESTS.c.author_id == asker, REQUESTS.c.named_id == asked, REQUESTS.c.made_at >= since)
        return self._store.own(FeedbackRequest, *mine, REQUESTS.c.state == "open", subject=subject)

    def request(self, request_id: str, *, reader: str) -> FeedbackRequest | None:
        """A request that the reader may see, or None."""
        found = self._store.read(FeedbackRequest, REQUESTS.c.id == request_id, reader=reader)
        return found[0] if found else None

    def asked_by(self, person: str, *, since: datetime) -> list[FeedbackRequest]:
        """What a person asked others for since a moment, and is open, oldest first."""
        mine = (REQUESTS.c.author_id == person, REQUESTS.c.state == "open", REQUESTS.c.made_at >= since)
        return self._store.read(
            FeedbackRequest, *mine, reader=person, order=(REQUESTS.c.made_at, REQUESTS.c.id)
        )

    def settle(self, row: FeedbackRequest, state: str, *, reason: str = "") -> None:
        """It was answered, or declined with a reason."""
        self._store.change(row, state=state, reason=reason, closed_at=self._store.now)

    def leave(self, people: Sequence[str]) -> None:
        """Nobody owes an answer about people who leave: they would not read it."""
        for owed in self._asked(self._about(people), OWED.c.closed_at.is_(None)):
            self._store.obligations.close(owed.person_id, ANSWER, owed.about, how=LEFT)

    def come_back(self, person: str) -> None:
        """What was asked of somebody who is here again, or about them, is owed while it is worth answering."""
        theirs = or_(self._about([person]), OWED.c.person_id == person)
        for owed in self._asked(theirs, OWED.c.closed_how == LEFT, OWED.c.expires_at > self._store.now):
            request = (REQUESTS.c.id == owed.about, REQUESTS.c.state == "open")
            subject = self._store.execute(select(REQUESTS.c.subject_id).where(*request)).scalar()
            people = (self._store.directory.person(each or "") for each in (owed.person_id, subject))
            if all(each and each.active for each in people):
                self._store.obligations.reopen(owed)

    def _asked(self, *conditions: Any) -> list[ObligationRow]:
        return self._store.all(ObligationRow, OWED.c.kind == ANSWER, *conditions)

    def _about(self, people: Sequence[str]) -> Any:
        about = (REQUESTS.c.subject_id.in_(people), REQUESTS.c.state == "open")
        return OWED.c.about.in_(select(REQUESTS.c.id).where(*about))
