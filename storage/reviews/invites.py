"""A customer is asked by a signed link: it works once, for seven days, and opens one form and nothing else."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Column, update
from sqlmodel import Field

from storage.columns import Moment, Sealed, keyring
from storage.ids import new_secret
from storage.policy import Kind
from storage.reviews.kinds import kind_of
from storage.reviews.tables import CUSTOMER, Review, ReviewCycle, ReviewEdition
from storage.tables import PersonalRow

if TYPE_CHECKING:
    from storage.store import Store

LIVES = timedelta(days=7)
_PURPOSE = b"a link for a customer "


class ReviewInvite(PersonalRow, table=True):
    """Somebody from outside is asked about `subject_id` by `author_id`. Of the link only a digest is kept."""

    __tablename__ = "review_invite"
    kinds: ClassVar[tuple[str, ...]] = (Kind.REVIEW_INVITE,)
    words: ClassVar[tuple[str, ...]] = ("guest", "address")

    cycle_id: str = Field(index=True)
    guest: str = Field(sa_column=Column(Sealed, nullable=False))
    address: str = Field(default="", sa_column=Column(Sealed, nullable=False))
    """Where whoever asks passes the link on to, for their own memory: Upbeat sends nothing there."""
    digest: str = Field(unique=True)
    expires_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)
    revoked_at: datetime | None = Field(default=None, sa_type=Moment)


INVITES = ReviewInvite.__table__  # type: ignore[attr-defined]
REVIEWS = Review.__table__  # type: ignore[attr-defined]


class ReviewInvites:
    """`store.reviews.invites`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def make(
        self, cycle: ReviewCycle, subject: str, *, by: str, guest: str, address: str
    ) -> tuple[ReviewInvite, str]:
        """Ask somebody from outside; returns the row, and the token of their link, which is told this once."""
        token = _signed(new_secret())
        row = self._store.add(
            ReviewInvite,
            kind=Kind.REVIEW_INVITE,
            subject_id=subject,
            author_id=by,
            made_at=self._store.now,
            cycle_id=cycle.id,
            guest=guest,
            address=address,
            digest=_digest(token),
            expires_at=self._store.now + LIVES,
        )
        return row, token

    def about(self, cycle_id: str, subject: str, *, reader: str) -> list[ReviewInvite]:
        """Who from outside was asked about a person, as far as the reader may see it."""
        here = (INVITES.c.cycle_id == cycle_id, INVITES.c.subject_id == subject)
        found = self._store.read(ReviewInvite, *here, reader=reader, order=INVITES.c.id)
        return self._store.reviews.without_power(found, reader)

    def get(self, invite_id: str, *, reader: str) -> ReviewInvite | None:
        """One of them, or None."""
        found = self._store.read(ReviewInvite, INVITES.c.id == invite_id, reader=reader)
        return next(iter(self._store.reviews.without_power(found, reader)), None)

    def of_token(self, token: str) -> ReviewInvite | None:
        """What a link stands for, used or not; None alike for what is unknown and what we never signed."""
        if not hmac.compare_digest(
            _signed(token.partition(".")[0]).encode(), token.encode("utf-8", "replace")
        ):
            return None
        found = self._store._rows(ReviewInvite, (INVITES.c.digest == _digest(token),))
        return found[0] if found else None

    def use(self, row: ReviewInvite, cycle: ReviewCycle, answers: Mapping[str, Any]) -> bool:
        """Keep what the customer wrote and use up the link; False when somebody was quicker or it is not valid."""
        fresh = (
            INVITES.c.id == row.id,
            INVITES.c.used_at.is_(None),
            INVITES.c.revoked_at.is_(None),
            INVITES.c.expires_at > self._store.now,
        )
        taken = update(INVITES).where(*fresh).values(used_at=self._store.now)
        if self._store.execute(taken).rowcount != 1:
            return False
        known: dict[str, Any] = {
            "kind": kind_of(CUSTOMER, cycle.peers, submitted=True),
            "subject_id": row.subject_id,
            "author_id": None,
            "made_at": self._store.now,
            "cycle_id": cycle.id,
            "answers": dict(answers),
            "edition": 1,
        }
        review = self._store.add(
            Review, role=CUSTOMER, state="submitted", guest=row.guest, submitted_at=self._store.now, **known
        )
        self._store.add(ReviewEdition, review_id=review.id, **known)
        return True

    def written(self, row: ReviewInvite) -> dict[str, Any]:
        """What was handed in by a link, for telling whether the same is handed in again and for nothing else."""
        here = (
            REVIEWS.c.cycle_id == row.cycle_id,
            REVIEWS.c.role == CUSTOMER,
            REVIEWS.c.submitted_at == row.used_at,
        )
        rows = self._store.own(Review, *here, subject=row.subject_id)
        return next((each.answers or {} for each in rows if each.guest == row.guest), {})

    def revoke(self, row: ReviewInvite) -> None:
        """The link works no more."""
        if row.used_at is None and row.revoked_at is None:
            self._store.change(row, revoked_at=self._store.now)

    def revoke_all(self, cycle_id: str) -> None:
        """No link of a cycle works any more: it is closed."""
        open_ = (INVITES.c.cycle_id == cycle_id, INVITES.c.used_at.is_(None), INVITES.c.revoked_at.is_(None))
        self._store.execute(update(INVITES).where(*open_).values(revoked_at=self._store.now))


def _signed(secret: str) -> str:
    """A secret with our signature: what we did not make is refused before the database is asked."""
    made = keyring.get().audit.copy()
    made.update(_PURPOSE + secret.encode("utf-8", "replace"))
    return f"{secret}.{urlsafe_b64encode(made.digest())[:22].decode()}"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
