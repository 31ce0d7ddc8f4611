"""Somebody in a review cycle gets another manager: that it was so, and who finishes what was begun about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, case, literal, or_, select

from storage.reviews.running import OUT, open_cycles
from storage.reviews.tables import HandOver, Review, ReviewCycle, ReviewResult

if TYPE_CHECKING:
    from storage.store import Store

HANDED = HandOver.__table__  # type: ignore[attr-defined]
REVIEWS = Review.__table__  # type: ignore[attr-defined]
RESULTS = ReviewResult.__table__  # type: ignore[attr-defined]
THEMSELVES = "themselves"
"""Who says what becomes of a change of managers where nobody writes about somebody as theirs: not HR."""


class ReviewHandOvers:
    """`store.reviews.hand_overs`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep(self, cycle: ReviewCycle, subject: str, *, old: str, new: str) -> HandOver:
        """Keep that somebody's manager is another one since; anew where the same was so before."""
        theirs = (HANDED.c.cycle_id == cycle.id, HANDED.c.subject_id == subject)
        same = self._store.one(HandOver, *theirs, HANDED.c.old_id == old, HANDED.c.new_id == new)
        if same is None:
            row = HandOver(cycle_id=cycle.id, subject_id=subject, old_id=old, new_id=new, at=self._store.now)
            return self._store.insert(row)
        self._store.change(same, at=self._store.now, choice="", decided_at=None, decided_by=None)
        return same

    def get(self, row_id: str) -> HandOver | None:
        """A change of managers, or None."""
        return self._store.one(HandOver, HANDED.c.id == row_id)

    def of_person(self, cycle_id: str, subject: str) -> list[HandOver]:
        """The changes of one person's manager in a cycle, the newest last."""
        theirs = (HANDED.c.cycle_id == cycle_id, HANDED.c.subject_id == subject)
        return self._store.all(HandOver, *theirs, order=(HANDED.c.at, HANDED.c.id))

    def undecided(self, cycle_id: str) -> list[HandOver]:
        """The changes of managers that hold in a cycle and of which HR has not said yet who finishes the review."""
        rows = self._store.all(HandOver, HANDED.c.cycle_id == cycle_id, order=(HANDED.c.at, HANDED.c.id))
        newest = {row.subject_id: row for row in rows}
        open_ = select(RESULTS.c.subject_id).where(
            RESULTS.c.cycle_id == cycle_id, RESULTS.c.shared_at.is_(None), RESULTS.c.out_at.is_(None)
        )
        waiting = set(self._store.execute(open_).scalars())
        return [row for row in newest.values() if not row.choice and row.subject_id in waiting]

    def decide(self, row: HandOver, choice: str, *, by: str | None) -> None:
        """HR says who finishes the review, or nothing is left to be said."""
        self._store.change(row, choice=choice, decided_at=self._store.now, decided_by=by)

    def led_in(self, person_id: str) -> list[tuple[str, str]]:
        """The open cycles in which somebody is written about by a manager, had another one since or is still to
        write about one, with that manager, and "" where they had none; not those out of which HR has taken them."""
        about = and_(
            REVIEWS.c.subject_id == person_id, REVIEWS.c.role == "manager", REVIEWS.c.frozen_for != OUT
        )
        by = and_(REVIEWS.c.author_id == person_id, REVIEWS.c.role == "upward", REVIEWS.c.state == "owed")
        manager = case((REVIEWS.c.role == "manager", REVIEWS.c.author_id), else_=REVIEWS.c.subject_id)
        here = (or_(about, by), REVIEWS.c.cycle_id.in_(open_cycles()))
        since = (
            HANDED.c.subject_id == person_id,
            HANDED.c.choice != THEMSELVES,
            HANDED.c.cycle_id.in_(open_cycles()),
        )
        found = select(REVIEWS.c.cycle_id, manager.label("manager")).where(*here)
        handed = select(HANDED.c.cycle_id, HANDED.c.new_id).where(*since)
        nobody = select(RESULTS.c.cycle_id, literal("")).where(
            RESULTS.c.subject_id == person_id,
            RESULTS.c.author_id.is_(None),
            RESULTS.c.out_at.is_(None),
            RESULTS.c.cycle_id.in_(open_cycles()),
        )
        return [(row[0], row[1]) for row in self._store.execute(found.union(handed, nobody))]
