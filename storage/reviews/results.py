"""What comes out of a cycle for a person: proposed, calibrated with a reason, shared, answered, and frozen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, update

from storage.policy import Kind
from storage.reviews.tables import MANAGER, RatingChange, Review, ReviewCycle, ReviewResult

if TYPE_CHECKING:
    from storage.store import Store

RESULTS = ReviewResult.__table__  # type: ignore[attr-defined]
CHANGES = RatingChange.__table__  # type: ignore[attr-defined]
REVIEWS = Review.__table__  # type: ignore[attr-defined]


class ReviewResults:
    """`store.reviews.results`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def open(self, cycle: ReviewCycle, subject: str, *, manager: str | None) -> ReviewResult:
        """Keep a place for what comes out for a person."""
        return self._store.add(
            ReviewResult,
            kind=Kind.RATING,
            subject_id=subject,
            author_id=manager,
            made_at=self._store.now,
            cycle_id=cycle.id,
        )

    def get(self, result_id: str, *, reader: str) -> ReviewResult | None:
        """A result that the reader may see, or None."""
        return next(iter(self._read(reader, RESULTS.c.id == result_id)), None)

    def of(self, cycle_id: str, subject: str, *, reader: str) -> ReviewResult | None:
        """A person's result in a cycle as far as the reader may see it, or None."""
        here = (RESULTS.c.cycle_id == cycle_id, RESULTS.c.subject_id == subject)
        return next(iter(self._read(reader, *here)), None)

    def released(self, subject: str, *, reader: str) -> list[ReviewResult]:
        """What was shared with a person, the newest first."""
        here = (RESULTS.c.subject_id == subject, RESULTS.c.kind == Kind.RATING_RELEASED.value)
        return self._read(reader, *here, order=RESULTS.c.made_at.desc())

    def in_cycle(
        self, cycle_id: str, *, reader: str, subjects: Iterable[str] | None = None
    ) -> list[ReviewResult]:
        """The results of a cycle that the reader may see, without those of whom HR has taken out of it."""
        whom = () if subjects is None else (RESULTS.c.subject_id.in_(list(subjects)),)
        here = (RESULTS.c.cycle_id == cycle_id, RESULTS.c.out_at.is_(None))
        return self._read(reader, *here, *whom, order=RESULTS.c.id)

    def count_final(self, cycle_id: str, *, reader: str) -> int:
        """How many final results `in_cycle` has, without reading them all."""
        above = self._store.directory.line_above(reader, self._store.now.date())
        final = (
            RESULTS.c.cycle_id == cycle_id,
            RESULTS.c.out_at.is_(None),
            RESULTS.c.finalised_at.is_not(None),
        )
        others = (RESULTS.c.subject_id.not_in(above), self._store.readable(ReviewResult, reader))
        led = self.in_cycle(cycle_id, reader=reader, subjects=above)
        return self._store.count(ReviewResult, *final, *others) + sum(bool(row.finalised_at) for row in led)

    def excused(self, cycle_id: str, *, reader: str) -> list[ReviewResult]:
        """Those of the people whom HR has taken out of a cycle, as far as the reader may see them."""
        here = (RESULTS.c.cycle_id == cycle_id, RESULTS.c.out_at.is_not(None))
        return self._read(reader, *here, order=RESULTS.c.out_at)

    def out_of(self, cycle_id: str) -> dict[str, bool]:
        """Whom HR has taken out of a cycle, and whether they write about others all the same, for the machine's own
        rules."""
        both = select(RESULTS.c.subject_id, RESULTS.c.still_writes)
        here = (RESULTS.c.cycle_id == cycle_id, RESULTS.c.out_at.is_not(None))
        return {subject: writes for subject, writes in self._store.execute(both.where(*here))}

    def over_in(self, cycle_id: str) -> set[str]:
        """About whom nothing more is written in a cycle: HR has taken them out, or they read what was."""
        over = or_(RESULTS.c.out_at.is_not(None), RESULTS.c.shared_at.is_not(None))
        found = select(RESULTS.c.subject_id).where(RESULTS.c.cycle_id == cycle_id, over)
        return set(self._store.execute(found).scalars())

    def for_the_clock(self, cycle_id: str, subject: str) -> ReviewResult | None:
        """A person's result, for the machine's own rules."""
        found = self._store.own(ReviewResult, RESULTS.c.cycle_id == cycle_id, subject=subject)
        return found[0] if found else None

    def by_id(self, result_id: str, subject: str) -> ReviewResult | None:
        """A person's result by its id, for the machine's own rules."""
        found = self._store.own(ReviewResult, RESULTS.c.id == result_id, subject=subject)
        return found[0] if found else None

    def authors(self, cycle_id: str) -> dict[str, str | None]:
        """Who answers for the result of whom in a cycle, for the machine's own rules."""
        both = select(RESULTS.c.subject_id, RESULTS.c.author_id).where(RESULTS.c.cycle_id == cycle_id)
        return {subject: author for subject, author in self._store.execute(both)}

    def unshared(self, cycle_id: str) -> dict[str, str]:
        """The ids of the results of a cycle that are still to be shared, by whom they are about, without those of whom
        HR has taken out of it, for the machine's own rules."""
        both = select(RESULTS.c.subject_id, RESULTS.c.id).where(RESULTS.c.cycle_id == cycle_id)
        open_ = both.where(RESULTS.c.shared_at.is_(None), RESULTS.c.out_at.is_(None))
        return {subject: result for subject, result in self._store.execute(open_)}

    def change(self, row: ReviewResult, **values: Any) -> None:
        """Write new values. Raises Conflict."""
        self._store.change(row, **values)

    def propose(self, row: ReviewResult, points: int) -> None:
        """What the manager proposes; it is the rating until somebody changes that, and not where somebody has already.
        Raises Conflict."""
        said = {"points": points}
        self._store.change(row, proposed=said, rating=row.rating if self.is_changed(row.id) else said)

    def proposer(self, row: ReviewResult, part: str) -> str | None:
        """Who gave the proposed points, in this part of what they wrote as the manager, for the machine's own rules:
        whoever answers for the result if they gave them, or else the manager before them."""
        here = (REVIEWS.c.cycle_id == row.cycle_id, REVIEWS.c.role == MANAGER, REVIEWS.c.state == "submitted")
        written = self._store.own(Review, *here, subject=row.subject_id, order=REVIEWS.c.submitted_at.desc())
        points = (row.proposed or {}).get("points")
        gave = [each.author_id for each in written if _points(each, part) == points]
        return row.author_id if row.author_id in gave or not gave else gave[0]

    def rate(self, row: ReviewResult, points: int | None, *, by: str, reason: str) -> RatingChange:
        """A rating is another one now, for a reason that the employee will read. Raises Conflict."""
        before, after = row.rating, {"points": points}
        self._store.change(row, rating=after)
        return self._store.add(
            RatingChange,
            kind=row.kind,
            subject_id=row.subject_id,
            author_id=by,
            made_at=self._store.now,
            cycle_id=row.cycle_id,
            result_id=row.id,
            before=before,
            after=after,
            reason=reason,
        )

    def is_changed(self, result_id: str) -> bool:
        """Whether a rating was changed since it was proposed, for the machine's own rules."""
        return bool(self._store.count(RatingChange, CHANGES.c.result_id == result_id))

    def changes(self, result_id: str, *, reader: str) -> list[RatingChange]:
        """How a rating was changed, oldest first."""
        here = CHANGES.c.result_id == result_id
        order = (CHANGES.c.made_at, CHANGES.c.id)
        found = self._store.read(RatingChange, here, reader=reader, order=order)
        return self._store.reviews.without_power(found, reader)

    def release(self, row: ReviewResult) -> None:
        """From now on the person reads it, and how it came about. Raises Conflict."""
        self._store.change(row, kind=Kind.RATING_RELEASED, shared_at=self._store.now)
        theirs = CHANGES.c.result_id == row.id
        self._store.execute(update(CHANGES).where(theirs).values(kind=Kind.RATING_RELEASED.value))

    def _read(self, reader: str, *conditions: Any, order: Any = None) -> list[ReviewResult]:
        found = self._store.read(ReviewResult, *conditions, reader=reader, order=order)
        return self._store.reviews.without_power(found, reader)


def _points(row: Review, part: str) -> int | None:
    answer = (row.answers or {}).get(part) or {}
    points: int | None = answer.get("points")
    return points
