"""Who stands in for which manager, from when until when, who agreed to it, and what they did meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import or_, update
from sqlmodel import col

from storage.people import DELEGATIONS
from storage.policy import Kind
from storage.tables import AuditRow, Delegation

if TYPE_CHECKING:
    from storage.store import Store

OVER = "delegation.over"
"""The bell by which people hear that somebody does not stand in any more, about one of the two and the agreement."""
LEFT = "left"
"""How it ended when one of the two has left."""


class Delegations:
    """`store.delegations`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def ask(
        self, manager: str, stand_in: str, *, between: tuple[datetime, datetime], reason: str, approved: bool
    ) -> Delegation:
        """Keep that a manager asks somebody to stand in. `approved`: there is nobody above whose yes it takes."""
        row = Delegation(
            kind=Kind.DELEGATION,
            subject_id=manager,
            author_id=manager,
            named_id=stand_in,
            made_at=self._store.now,
            begins_at=between[0],
            ends_at=between[1],
            reason=reason,
            approved_at=self._store.now if approved else None,
        )
        return self._store.insert(row)

    def get(self, delegation_id: str, *, reader: str) -> Delegation | None:
        """A delegation that the reader may see, or None."""
        found = self._store.read(Delegation, DELEGATIONS.c.id == delegation_id, reader=reader)
        return found[0] if found else None

    def of(self, person: str, *, since: datetime) -> list[Delegation]:
        """In which a person is one of the two, and which were not over before a moment, the newest first."""
        theirs = or_(DELEGATIONS.c.subject_id == person, DELEGATIONS.c.named_id == person)
        lately = (
            DELEGATIONS.c.ends_at > since,
            DELEGATIONS.c.ended_at.is_(None) | (DELEGATIONS.c.ended_at > since),
        )
        return self._store.read(
            Delegation, theirs, *lately, reader=person, order=DELEGATIONS.c.made_at.desc(), limit=20
        )

    def accept(self, row: Delegation) -> None:
        """Who is to stand in says yes."""
        self._change(row, accepted_at=self._store.now)

    def approve(self, row: Delegation, *, by: str | None) -> None:
        """The manager above says yes, or there is none any more."""
        self._change(row, approved_at=self._store.now, approved_by=by)

    def end(self, row: Delegation, how: str) -> None:
        """It holds no more, from this instant on."""
        self._change(row, ended_at=self._store.now, ended_how=how)

    def _change(self, row: Delegation, **values: datetime | str | None) -> None:
        self._store.change(row, **values)
        self._store.people_changed()
        self._store.touch(row.subject_id, row.named_id)

    def end_all_of(self, people: Sequence[str]) -> None:
        """People leave: whatever they were one of the two in ends at this instant, and the others hear of it."""
        theirs = or_(DELEGATIONS.c.subject_id.in_(people), DELEGATIONS.c.named_id.in_(people))
        still = (DELEGATIONS.c.ended_at.is_(None), DELEGATIONS.c.ends_at > self._store.now)
        ended = {"ended_at": self._store.now, "ended_how": LEFT}
        done = update(DELEGATIONS).where(theirs, *still).values(**ended)
        which = (DELEGATIONS.c.id, DELEGATIONS.c.subject_id, DELEGATIONS.c.named_id)
        for row_id, *both in self._store.execute(done.returning(*which)):
            for person in (each for each in both if each not in people):
                self._store.slots.plan(OVER, f"{person}:{row_id}", self._store.now)

    def done(self, row: Delegation) -> list[AuditRow]:
        """What was read and written on the manager's behalf, the newest first."""
        acts = (col(AuditRow.actor_id) == row.named_id, col(AuditRow.behalf_id) == row.subject_id)
        lasted = (col(AuditRow.at) >= row.begins_at, col(AuditRow.at) <= (row.ended_at or row.ends_at))
        which = col(AuditRow.act).in_(("opened", "created"))
        return self._store.all(AuditRow, *acts, *lasted, which, order=col(AuditRow.at).desc(), limit=500)
