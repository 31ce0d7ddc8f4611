"""How far the audit log was looked through: what is new at once, and all of it again and again, some at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Integer, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage.chain import HEADS, ROOT, Head
from storage.columns import Moment
from storage.proof import SLICE

if TYPE_CHECKING:
    from storage.promise import Finding
    from storage.store import Store

LAST = "self_audit"
"""The setting with what the last look at everything found."""
CHAINS = 200
"""Chains that one look goes through at most."""
AGAIN = 2 * SLICE
"""Entries of before that one look goes through again, when it has gone through what is new."""


class AuditProof(SQLModel, table=True):
    """How far a chain was looked through, `again` in the present round, and what was broken; a round begins anew."""

    __tablename__ = "audit_proof"

    chain: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    place: int = 0
    broken: int = 0
    again: int = 0
    again_broken: int = 0
    looked_at: datetime | None = Field(default=None, sa_type=Moment)


PROOFS = AuditProof.__table__  # type: ignore[attr-defined]
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True)
class Look:
    """What one look has come to, by chain, to be kept; and whether more is new."""

    steps: tuple[Mapping[str, Any], ...]
    more: bool


class Proving:
    """`store.proving`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def look(self) -> Look:
        """Look through some of what is new, or else again through some of what is old. Ask it on a connection that sees
        one moment (`Database.look`), and keep what it says."""
        new = tuple(self._through_new())
        return Look(new or tuple(self._through_old()), more=bool(new))

    def keep(self, look: Look) -> None:
        """Keep how far it came."""
        for step in look.steps:
            insert = _INSERT[self._store.dialect](PROOFS).values(**step)
            self._store.execute(insert.on_conflict_do_update(index_elements=["chain"], set_=step))

    def broken(self) -> int:
        """How many places are known to be broken."""
        return int(self._store.execute(select(func.coalesce(func.sum(PROOFS.c.broken), 0))).scalar_one())

    def extent(self) -> tuple[int, int, int]:
        """How many entries there are, in how many chains, and how many were not looked through yet."""
        place = func.coalesce(func.sum(HEADS.c.place), 0)
        known = func.coalesce(func.sum(PROOFS.c.place), 0)
        both = select(place, func.count(), place - known)
        joined = both.select_from(HEADS.outerjoin(PROOFS, PROOFS.c.chain == HEADS.c.chain))
        entries, chains, unknown = self._store.execute(joined.where(HEADS.c.chain != ROOT)).one()
        return int(entries), int(chains), int(unknown)

    def keep_findings(self, findings: list[Finding]) -> None:
        """Keep what the look at everything found."""
        found = {finding.rule: finding.times for finding in findings}
        self._store.set_setting(LAST, {"at": self._store.now.isoformat(), "found": found})

    def last(self) -> tuple[datetime, Mapping[str, int]] | None:
        """When everything was looked at last, and how often each rule did not hold."""
        kept = self._store.setting(LAST)
        return (datetime.fromisoformat(kept["at"]), kept["found"]) if kept else None

    # Inside ----------------------------------------------------------------------------------------------------------

    def _through_new(self) -> Iterator[Mapping[str, Any]]:
        new = HEADS.c.place > func.coalesce(PROOFS.c.place, 0)
        left = SLICE
        for row in self._chains(new, order=(HEADS.c.chain,)):
            if left <= 0:
                return
            head = Head(row.chain, row.place)
            walked = self._store.proof.walk(head, row.seal, after=row.proved, most=left)
            left -= walked.entries
            # What stays away was found to be missing: it is not looked for again and again.
            reached = head.place if walked.ended else walked.reached
            yield {"chain": row.chain, "place": reached, "broken": row.broken + len(walked.broken)}

    def _through_old(self) -> Iterator[Mapping[str, Any]]:
        left = AGAIN
        order = (PROOFS.c.looked_at.is_not(None), PROOFS.c.looked_at, HEADS.c.chain)
        for row in self._chains(PROOFS.c.chain.is_not(None), order=order):
            if left <= 0:
                return
            head = Head(row.chain, row.place)
            walked = self._store.proof.walk(head, row.seal, after=row.again, most=min(left, SLICE))
            left -= walked.entries
            broken = row.again_broken + len(walked.broken)
            over = {"broken": broken, "again": 0, "again_broken": 0, "looked_at": self._store.now}
            yield {
                "chain": row.chain,
                **(over if walked.ended else {"again": walked.reached, "again_broken": broken}),
            }

    def _chains(self, *which: Any, order: Any) -> list[Any]:
        known = (PROOFS.c.broken, PROOFS.c.again, PROOFS.c.again_broken)
        columns = (func.coalesce(column, 0).label(column.name) for column in known)
        proved = func.coalesce(PROOFS.c.place, 0).label("proved")
        joined = HEADS.outerjoin(PROOFS, PROOFS.c.chain == HEADS.c.chain)
        query = select(HEADS.c.chain, HEADS.c.place, HEADS.c.seal, proved, *columns).select_from(joined)
        return list(
            self._store.execute(query.where(HEADS.c.chain != ROOT, *which).order_by(*order).limit(CHAINS))
        )
