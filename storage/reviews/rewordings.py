"""Which reviews wait to be reworded by a language model: without a word of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from storage.reviews.tables import ReviewRewording

if TYPE_CHECKING:
    from storage.store import Store

ROWS = ReviewRewording.__table__  # type: ignore[attr-defined]
LEASE = timedelta(minutes=3)
"""After so long, whoever took one up is thought to have died over it."""
MOST_TRIES = 2
ASSISTANT = "assistant"
"""The setting that says which model there is, "" for none: written at the start by the process that asks it."""


class ReviewRewordings:
    """`store.reviews.rewordings`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def assistant(self) -> str:
        """What the model is called that may be asked, or ""."""
        return str(self._store.setting(ASSISTANT, default=""))

    def announce(self, model: str) -> None:
        """Say which model there is, "" for none."""
        if self.assistant != model:
            self._store.set_setting(ASSISTANT, model)
            self._store.audit("changed", "setting", record_id=ASSISTANT)

    def ask(self, person: str, review: str) -> bool:
        """Let it be reworded; False when that is asked already."""
        here = (ROWS.c.person_id == person, ROWS.c.review_id == review)
        if self._store.one(ReviewRewording, *here):
            return False
        now = self._store.now
        self._store.insert(ReviewRewording(person_id=person, review_id=review, asked_at=now, due_at=now))
        return True

    def is_due(self) -> bool:
        """Whether any waits."""
        return self._store.one(ReviewRewording, ROWS.c.due_at <= self._store.now) is not None

    def claim(self) -> ReviewRewording | None:
        """Take up the oldest that waits, or None. Raises Conflict."""
        found = self._store.all(
            ReviewRewording, ROWS.c.due_at <= self._store.now, order=(ROWS.c.due_at, ROWS.c.id), limit=1
        )
        if not found:
            return None
        self._store.change(found[0], due_at=self._store.now + LEASE, tries=found[0].tries + 1)
        return found[0]

    def is_worn(self, row: ReviewRewording) -> bool:
        """Whether it was taken up so often that it is given up."""
        return row.tries > MOST_TRIES

    def done(self, row: ReviewRewording) -> bool:
        """It is answered, or failed; False when somebody else was quicker."""
        return bool(self._store.remove(ReviewRewording, ROWS.c.id == row.id))
