"""Advice on a review's words that its author set aside, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from storage.policy import Kind
from storage.reviews.kinds import is_confidential
from storage.reviews.tables import Review, ReviewCycle, ReviewRemark

if TYPE_CHECKING:
    from storage.store import Store

REMARKS = ReviewRemark.__table__  # type: ignore[attr-defined]


class ReviewRemarks:
    """`store.reviews.remarks`. Until a review is handed in they are its author's alone, like its draft; HR, who runs
    the cycle, reads them after. What is written in confidence, and what is nobody's but the author's, stays with them
    for good."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def set_aside(
        self,
        row: Review,
        cycle: ReviewCycle,
        *,
        rule: str,
        part: str,
        words: str,
        reason: str,
        is_private: bool,
    ) -> None:
        """Keep that the author sets aside what a rule says about these words of theirs."""
        alone = is_private or not row.edition or is_confidential(row.role, cycle.peers)
        self._store.add(
            ReviewRemark,
            kind=Kind.REVIEW_DRAFT if alone else Kind.REVIEW_REMARK,
            subject_id=row.subject_id,
            author_id=row.author_id,
            made_at=self._store.now,
            cycle_id=row.cycle_id,
            review_id=row.id,
            rule=rule,
            part=part,
            hit=words,
            reason=reason,
            is_private=is_private,
        )

    def of(self, review_id: str, *, reader: str) -> list[ReviewRemark]:
        """What was set aside in a review, as far as the reader may see it, the oldest first."""
        here = REMARKS.c.review_id == review_id
        found = self._store.read(ReviewRemark, here, reader=reader, order=REMARKS.c.id)
        return self._store.reviews.without_power(found, reader)

    def handed_in(self, row: Review, cycle: ReviewCycle) -> None:
        """The review is handed in: HR reads them from now on, but for what is confidential or the author's alone."""
        if is_confidential(row.role, cycle.peers):
            return
        theirs = (REMARKS.c.review_id == row.id, REMARKS.c.is_private.is_(False))
        self._store.execute(update(REMARKS).where(*theirs).values(kind=Kind.REVIEW_REMARK.value))
