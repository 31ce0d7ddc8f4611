"""The person reads what was written about them; what was not written by then is written no more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import update

from storage.obligations import EXPIRED
from storage.reviews.kinds import is_confidential, kind_of
from storage.reviews.running import WRITE
from storage.reviews.tables import ROLES, SELF, Review, ReviewCycle, ReviewEdition

if TYPE_CHECKING:
    from storage.reviews import Duty
    from storage.store import Store

REVIEWS = Review.__table__  # type: ignore[attr-defined]
EDITIONS = ReviewEdition.__table__  # type: ignore[attr-defined]


def move_editions(store: Store, row: Review, kind: str) -> None:
    """The versions of a review are read by whoever reads it."""
    store.execute(update(EDITIONS).where(EDITIONS.c.review_id == row.id).values(kind=str(kind)))


class Releasing:
    """`store.reviews.releasing`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def release(self, rows: Iterable[Review], cycle: ReviewCycle) -> None:
        """The person whom they are about reads these from now on; what is confidential never is. Raises Conflict."""
        for row in rows:
            kind = kind_of(row.role, cycle.peers, submitted=True, released=True)
            self._store.change(row, kind=kind, released_at=self._store.now)
            move_editions(self._store, row, kind)

    def unwritten(self, cycle: ReviewCycle, subject: str) -> list[Duty]:
        """What others owe about a person under their names and have not handed in."""
        return [
            duty
            for duty in self._store.reviews.duties(cycle.id, subject=subject, state="owed")
            if duty.role != SELF and not is_confidential(duty.role, cycle.peers) and not duty.released_at
        ]

    def close_unwritten(self, cycle: ReviewCycle, subject: str) -> None:
        """What others have not handed in about a person, or declined to, is written no more: the person reads what
        there is, and would never read what came after it."""
        roles = [role for role in ROLES if role != SELF and not is_confidential(role, cycle.peers)]
        here = (REVIEWS.c.cycle_id == cycle.id, REVIEWS.c.subject_id == subject, REVIEWS.c.role.in_(roles))
        for duty in self.unwritten(cycle, subject):
            self._store.obligations.close(duty.author_id or "", WRITE, duty.id, how=EXPIRED)
        self._store.execute(
            update(REVIEWS)
            .where(*here, REVIEWS.c.state != "submitted", REVIEWS.c.released_at.is_(None))
            .values(released_at=self._store.now, version=REVIEWS.c.version + 1)
        )

    def to_release(self, cycle: ReviewCycle, subject: str) -> list[Review]:
        """What was submitted about a person by who is known to have written it, for releasing it and nothing else."""
        here = (REVIEWS.c.cycle_id == cycle.id, REVIEWS.c.state == "submitted")
        rows = self._store.own(Review, *here, subject=subject, order=REVIEWS.c.id)
        return [row for row in rows if not is_confidential(row.role, cycle.peers)]
