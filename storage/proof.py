"""The audit log is looked through, entry by entry: what was changed, taken away, moved or put in is named."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, func, select, type_coerce
from sqlalchemy.types import NullType

from storage.chain import AUDIT, BEFORE_THE_FIRST, HEADS, ROOT, Head, digest_of, seal_of
from storage.columns import as_text, keyring

if TYPE_CHECKING:
    from storage.store import Store

SLICE = 2000
"""Entries that are read at once."""
NAMED = 100
"""What is broken is named so often at most; all of it is counted."""


@dataclass(frozen=True)
class Broken:
    """Something that is not as it was written. Without a chain it is about the log as a whole."""

    how: str
    chain: int | None = None
    place: int | None = None

    def __str__(self) -> str:
        where = "" if self.chain is None else f"chain {self.chain}"
        where += "" if self.place is None else f", entry {self.place}"
        return f"{where}: {self.how}" if where else self.how


@dataclass
class Walk:
    """How far a chain was walked through, how many entries that were, and what was broken on the way."""

    reached: int
    entries: int = 0
    ended: bool = False
    broken: list[Broken] = field(default_factory=list)


@dataclass(frozen=True)
class Report:
    """The whole log, looked through."""

    entries: int
    chains: int
    broken: tuple[Broken, ...]

    def __str__(self) -> str:
        size = f"{self.entries} entries in {self.chains} chains"
        if not self.broken:
            return f"{size}, unbroken"
        return f"{size}, BROKEN in {len(self.broken)} places: " + "; ".join(map(str, self.broken[:NAMED]))


class Proof:
    """`store.proof`. Ask it on a connection that sees one moment (`Database.look`): entries and heads move together."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._key: hmac.HMAC | None = None

    def whole(self) -> Report:
        """Look through all of it."""
        broken, entries = self.frame(), 0
        heads = self.heads()
        for head, seal in heads:
            walked = Walk(0)
            while not walked.ended:
                walked = self.walk(head, seal, after=walked.reached)
                entries += walked.entries
                broken += walked.broken
        return Report(entries, len(heads), tuple(broken))

    def heads(self, *which: ColumnElement[bool]) -> list[tuple[Head, bytes]]:
        """The ends of the chains (their digests are not known), with their seals."""
        found = select(*_raw(HEADS)).where(HEADS.c.chain != ROOT, *which).order_by(HEADS.c.chain)
        return [(Head(row.chain, row.place), row.seal) for row in self._store.execute(found)]

    # A chain -------------------------------------------------------------------------------------------------------

    def walk(self, head: Head, seal: bytes, *, after: int, most: int = SLICE) -> Walk:
        """Walk through a chain after an entry, for so many at most. What is broken is noted and walked over."""
        walked = Walk(after)
        digest = self._digest(head.chain, after)
        rows = self._entries(head.chain, after, most)
        for row in rows:
            walked.broken += self._faults(row, walked.reached, digest)
            walked.reached, digest = _number(row["place"], walked.reached + 1), _bytes(row["digest"])
        walked.entries, walked.ended = len(rows), len(rows) < most
        if walked.ended:
            walked.broken += self._end(head, seal, walked.reached, digest)
        return walked

    def _faults(self, row: Mapping[str, Any], before: int, digest: bytes) -> Iterator[Broken]:
        chain, place = row["chain"], row["place"]
        if place != before + 1:
            yield Broken("missing", chain, before + 1)
        elif not hmac.compare_digest(self._should_be(row, digest), _bytes(row["digest"])):
            yield Broken("changed", chain, place)

    def _should_be(self, row: Mapping[str, Any], before: bytes) -> bytes:
        at = as_text(row["at"]) if isinstance(row["at"], datetime) else str(row["at"])
        return digest_of(self._audit_key(), before, row["chain"], row["place"], at, _as_words(row))

    def _end(self, head: Head, seal: bytes, reached: int, digest: bytes) -> Iterator[Broken]:
        if reached < head.place:
            yield Broken("cut off after this", head.chain, reached)
        elif reached > head.place:
            yield Broken("put in after the end", head.chain, head.place + 1)
        elif not hmac.compare_digest(
            seal_of(self._audit_key(), head.chain, head.place, digest), _bytes(seal)
        ):
            yield Broken("the end was changed", head.chain, head.place)

    def _digest(self, chain: int, place: int) -> bytes:
        """The digest of an entry as it stands. It was looked at before, and what follows was made with it."""
        if place == 0:
            return BEFORE_THE_FIRST
        there = select(type_coerce(AUDIT.c.digest, NullType()))
        here = (AUDIT.c.chain == chain, AUDIT.c.place == place)
        return _bytes(self._store.execute(there.where(*here)).scalar())

    def _entries(self, chain: int, after: int, most: int) -> list[Mapping[str, Any]]:
        which = (AUDIT.c.chain == chain, AUDIT.c.place > after)
        found = select(*_raw(AUDIT)).where(*which).order_by(AUDIT.c.place).limit(most)
        return list(self._store.execute(found).mappings())

    # All chains ----------------------------------------------------------------------------------------------------

    def frame(self) -> list[Broken]:
        """What is wrong with the chains as such: one is missing, an end is cut off, entries belong to none."""
        return [*self._root(), *self._loose(), *self._cut(), *self._beyond()]

    def _root(self) -> Iterator[Broken]:
        root = self._store.execute(select(*_raw(HEADS)).where(HEADS.c.chain == ROOT)).mappings().first()
        if root is None:
            yield Broken("the count of the chains is missing")
            return
        seal = seal_of(self._audit_key(), ROOT, root["place"], BEFORE_THE_FIRST)
        if not hmac.compare_digest(seal, _bytes(root["seal"])):
            yield Broken("the count of the chains was changed")
        there = {head.chain for head, _ in self.heads()}
        for number in _some(set(range(1, _number(root["place"], 0) + 1)) - there):
            yield Broken("missing as a whole", number)
        for number in _some(there - set(range(1, _number(root["place"], 0) + 1))):
            yield Broken("foreign", number)

    def _loose(self) -> Iterator[Broken]:
        """Entries of no chain, or of one that there is not."""
        last = select(func.coalesce(func.max(HEADS.c.chain), 0)).scalar_subquery()
        for which in (
            AUDIT.c.chain.is_(None),
            AUDIT.c.chain <= ROOT,
            AUDIT.c.chain > last,
            AUDIT.c.place < 1,
        ):
            for row in self._store.execute(select(AUDIT.c.id).where(which).limit(NAMED)):
                yield Broken(f"the entry {row.id} belongs to no chain")

    def _cut(self) -> Iterator[Broken]:
        last = and_(AUDIT.c.chain == HEADS.c.chain, AUDIT.c.place == HEADS.c.place)
        # An Upbeat that had noted nothing yet was chained as it was; whether a chain may be empty, its seal says.
        lacking = (HEADS.c.chain != ROOT, HEADS.c.place > 0, AUDIT.c.id.is_(None))
        found = select(HEADS.c.chain, HEADS.c.place).outerjoin(AUDIT, last).where(*lacking).limit(NAMED)
        return (
            Broken("its last entry is missing", row.chain, row.place) for row in self._store.execute(found)
        )

    def _beyond(self) -> Iterator[Broken]:
        after = and_(AUDIT.c.chain == HEADS.c.chain, AUDIT.c.place > HEADS.c.place)
        found = select(AUDIT.c.chain, AUDIT.c.place).select_from(HEADS).join(AUDIT, after).limit(NAMED)
        return (Broken("put in after the end", row.chain, row.place) for row in self._store.execute(found))

    def _audit_key(self) -> hmac.HMAC:
        self._key = self._key or keyring.get().audit
        return self._key


def _raw(table: Any) -> Iterable[Any]:
    """The columns as the database has them: what was changed may not even be of its column's type."""
    return (type_coerce(column, NullType()).label(column.name) for column in table.c)


def _as_words(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: item if item is None else str(item) for name, item in row.items()}


def _bytes(item: Any) -> bytes:
    return bytes(item) if isinstance(item, bytes | memoryview) else b""


def _number(item: Any, otherwise: int) -> int:
    return item if isinstance(item, int) else otherwise


def _some(numbers: set[int]) -> list[int]:
    return sorted(numbers)[:NAMED]
