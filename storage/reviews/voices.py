"""What was said in confidence: released as a whole, once, and kept without whoever said it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Column, Index, select, update
from sqlmodel import Field

from storage.columns import Sealed, SealedJson
from storage.ids import random_bytes
from storage.policy import Kind
from storage.reviews.kinds import is_confidential
from storage.reviews.tables import PHASES, ROLES, Review, ReviewCycle
from storage.tables import PersonalRow

if TYPE_CHECKING:
    from storage.store import Store

REVIEWS = Review.__table__  # type: ignore[attr-defined]
OWN, BELOW = "own", "below"
"""Whom a voice is about: the person whose record it is, or those who report to them, taken together."""


class ReviewVoice(PersonalRow, table=True):
    """One thing that was said in confidence about `subject_id`, or about those who report to them. It has no author, no
    moment of its own (all of a cycle have the moment of their release), an id without an order, and holds either what
    became of everybody's points or one person's words, of one part, so that words never stand with points."""

    __tablename__ = "review_voice"
    __table_args__ = (Index("review_voice_by_cycle", "cycle_id", "subject_id"),)
    kinds: ClassVar[tuple[str, ...]] = (Kind.REVIEW_VOICE,)
    words: ClassVar[tuple[str, ...]] = ("tally", "said")

    cycle_id: str
    role: str
    about: str  # own, below
    part: str
    tally: Any = Field(default=None, sa_column=Column(SealedJson))
    """What became of the points: {"n", "spread"}, or {"n", "leans"}."""
    said: str = Field(default="", sa_column=Column(Sealed, nullable=False))


@dataclass(frozen=True)
class Voice:
    """What is to be released about somebody."""

    subject_id: str
    role: str
    about: str
    part: str
    tally: Mapping[str, Any] | None = None
    said: str = ""


@dataclass(frozen=True)
class Given:
    """What one person handed in about another: for making voices of it, and for nothing else."""

    subject_id: str
    author_id: str
    role: str
    answers: Mapping[str, Any]


VOICES = ReviewVoice.__table__  # type: ignore[attr-defined]


class ReviewVoices:
    """`store.reviews.voices`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def given(self, cycle: ReviewCycle) -> list[Given]:
        """What was handed in in confidence in a cycle: for the machine that releases it, never for showing it."""
        here = (*_confidential(cycle), REVIEWS.c.state == "submitted", REVIEWS.c.released_at.is_(None))
        rows = self._store._rows(Review, here)
        return [Given(row.subject_id, row.author_id or "", row.role, row.answers or {}) for row in rows]

    def is_released(self, cycle: ReviewCycle) -> bool:
        """Whether the confidential answers of a cycle were released, or there is none to be released."""
        open_ = (*_confidential(cycle), REVIEWS.c.released_at.is_(None))
        return self._store.execute(select(REVIEWS.c.id).where(*open_).limit(1)).first() is None

    def was_released(self, cycle: ReviewCycle) -> bool:
        """Whether the one release of a cycle was: nobody more is asked to write in confidence in it."""
        if cycle.step < PHASES.index("share"):  # it has not come that far, as while thousands are asked
            return False
        closed = (*_confidential(cycle), REVIEWS.c.released_at.is_not(None))
        return self._store.execute(select(REVIEWS.c.id).where(*closed).limit(1)).first() is not None

    def last_handed_in(self, cycle: ReviewCycle) -> Any:
        """The moment at which a confidential review was handed in last, or None."""
        order = REVIEWS.c.submitted_at.desc()
        found = select(REVIEWS.c.submitted_at).where(
            *_confidential(cycle), REVIEWS.c.submitted_at.is_not(None)
        )
        return self._store.execute(found.order_by(order).limit(1)).scalar()

    def release(self, cycle: ReviewCycle, voices: Iterable[Voice]) -> None:
        """Keep these as the voices of the cycle, in an order that says nothing, and let those who wrote keep only that
        they did. Nothing more is handed in from now on, so that no second release can be compared with this one."""
        shuffled = list(voices)
        secrets.SystemRandom().shuffle(
            shuffled
        )  # the order of rows in the file, in the heap and in the audit log
        for voice in shuffled:
            self._store.insert(
                ReviewVoice(
                    id=random_bytes(16).hex(),
                    kind=Kind.REVIEW_VOICE,
                    made_at=self._store.now,
                    cycle_id=cycle.id,
                    subject_id=voice.subject_id,
                    role=voice.role,
                    about=voice.about,
                    part=voice.part,
                    tally=dict(voice.tally) if voice.tally else None,
                    said=voice.said,
                )
            )
        self._silence(cycle)
        self._store.audit("released", "review_cycle", record_id=cycle.id)

    def _silence(self, cycle: ReviewCycle) -> None:
        here, version = (*_confidential(cycle), REVIEWS.c.released_at.is_(None)), REVIEWS.c.version + 1
        handed_in = update(REVIEWS).where(*here, REVIEWS.c.state == "submitted")
        self._store.execute(handed_in.values(answers=None))
        self._store.execute(update(REVIEWS).where(*here).values(released_at=self._store.now, version=version))
        self._store.forgets = True

    def of(self, cycle_id: str, subject: str, *, reader: str) -> list[ReviewVoice]:
        """What was released about a person in a cycle, as far as the reader may see it."""
        return self._read(reader, VOICES.c.cycle_id == cycle_id, VOICES.c.subject_id == subject)

    def in_cycle(self, cycle_id: str, *, reader: str) -> list[ReviewVoice]:
        """What was released in a cycle, as far as the reader may see it."""
        return self._read(reader, VOICES.c.cycle_id == cycle_id)

    def _read(self, reader: str, *conditions: Any) -> list[ReviewVoice]:
        found = self._store.read(ReviewVoice, *conditions, reader=reader, order=VOICES.c.id)
        return self._store.reviews.without_power(found, reader)


def _confidential(cycle: ReviewCycle) -> tuple[Any, ...]:
    roles = [role for role in ROLES if is_confidential(role, cycle.peers)]
    return (REVIEWS.c.cycle_id == cycle.id, REVIEWS.c.role.in_(roles))
