"""The audit log is chained: each entry carries a digest of itself and the one before, under a key that is never in the
clear in the database. A changed, missing, moved or foreign entry, and a cut end, are found."""

from __future__ import annotations

import hmac
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update
from sqlmodel import col

from storage.columns import Keyring, as_text
from storage.prepared import Prepared
from storage.tables import AuditHead, AuditRow

AUDIT = AuditRow.__table__  # type: ignore[attr-defined]
HEADS = AuditHead.__table__  # type: ignore[attr-defined]

SIZE = 16
"""Bytes of a digest: half of SHA-256, which RFC 2104 allows, and nobody guesses 128 bits."""
BEFORE_THE_FIRST = bytes(SIZE)
ROOT = 0
"""The number of the row that counts the chains, so that a chain that is missing as a whole is missed."""
COLUMNS = tuple(name for name in sorted(AUDIT.c.keys()) if name not in ("at", "chain", "place", "digest"))
"""What a digest covers besides the moment. By name and without what is empty: a column that is added later changes no
digest of before."""
BATCH = 1000


def digest_of(
    key: hmac.HMAC, before: bytes, chain: int, place: int, at: str, entry: Mapping[str, Any]
) -> bytes:
    """The digest of an entry at its place, after the entry with the digest `before`."""
    words = "".join([f"{name}={len(item)}:{item}" for name in COLUMNS if (item := entry[name]) is not None])
    message = before + f"{chain}.{place} {at} {words}".encode("utf-8", "surrogatepass")
    return _signed(key, message)


def seal_of(key: hmac.HMAC, chain: int, place: int, digest: bytes) -> bytes:
    """What a chain's head carries: without the key nobody can put it back to an earlier entry and cut the rest."""
    return _signed(key, f"head {chain}.{place} ".encode() + digest)


def _signed(key: hmac.HMAC, message: bytes) -> bytes:
    made = key.copy()
    made.update(message)
    return made.digest()[:SIZE]


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: how many entries it has, and the digest of the last."""

    chain: int
    place: int = 0
    digest: bytes = BEFORE_THE_FIRST


class Chains:
    """The chains of one process. A transaction that writes entries has one to itself, so that none waits for another;
    there are as many as have been written at the same time.

    A chain whose process has ended is not closed: its sealed head says where it ends."""

    def __init__(self, keys: Keyring) -> None:
        self._keys = keys
        self._free: deque[Head] = deque()

    def write(self, connection: Connection, entries: Sequence[dict[str, Any]]) -> Callable[[], None]:
        """Write entries at the end of a chain, as the last thing of a transaction; returns what is called when that is
        committed. Who does not know whether it was leaves the chain alone for good: what stands is right either way."""
        if not entries:
            return _nothing
        head = self._taken() or self._begun(connection)
        moved = self._extended(connection, head, entries)
        return lambda: self._free.append(moved)

    def _taken(self) -> Head | None:
        try:
            return self._free.pop()
        except IndexError:
            return None

    def _begun(self, connection: Connection) -> Head:
        """A new chain, with the next number. Processes that begin one in the same moment do so one after the other."""
        key = self._keys.audit
        counted = _ROOT.run(connection, {}) or _NEWEST.run(
            connection, {}
        )  # what was taken away is found by the proof
        number = int(counted[0][0]) + 1
        _move(connection, key, Head(ROOT, number))
        _INSERT_HEAD.run(connection, {"chain": number, "place": 0, "seal": b""})
        return Head(number)

    def _extended(self, connection: Connection, head: Head, entries: Sequence[dict[str, Any]]) -> Head:
        key, digest, place = self._keys.audit, head.digest, head.place
        for place, entry in enumerate(entries, head.place + 1):
            digest = digest_of(key, digest, head.chain, place, as_text(entry["at"]), entry)
            entry["chain"], entry["place"], entry["digest"] = head.chain, place, digest
        _INSERT.run_many(connection, entries)
        moved = Head(head.chain, place, digest)
        _move(connection, key, moved)
        return moved

    def adopt(self, connection: Connection) -> int:
        """Chain the entries of an Upbeat that did not yet; returns how many there were. The database allows this once,
        because only an entry without a digest may be changed."""
        head, adopted = self._begun(connection), 0
        while rows := connection.execute(_LOOSE).mappings().all():
            for row in map(dict, rows):
                at, place = as_text(row["at"]), head.place + 1
                digest = digest_of(self._keys.audit, head.digest, head.chain, place, at, row)
                head = Head(head.chain, place, digest)
                linked = {"chain": head.chain, "place": place, "digest": digest}
                connection.execute(update(AUDIT).where(AUDIT.c.id == row["id"]).values(**linked))
            adopted += len(rows)
        _move(connection, self._keys.audit, head)
        return adopted


def begin_log(connection: Connection, keys: Keyring) -> None:
    """Put down that there is no chain yet: once in the life of a database, with the key that was made for its log."""
    if not _ROOT.run(connection, {}):
        _INSERT_HEAD.run(
            connection, {"chain": ROOT, "place": 0, "seal": seal_of(keys.audit, ROOT, 0, BEFORE_THE_FIRST)}
        )


def _move(connection: Connection, key: hmac.HMAC, head: Head) -> None:
    seal = seal_of(key, head.chain, head.place, head.digest)
    _MOVE.run(connection, {"which": head.chain, "to": head.place, "sealed": seal})


def _nothing() -> None:
    """There was nothing to write."""


_INSERT = Prepared(AUDIT.insert())
_INSERT_HEAD = Prepared(HEADS.insert())
# Of PostgreSQL's processes one at a time gets the row.
_ROOT = Prepared(select(HEADS.c.place).where(HEADS.c.chain == ROOT).with_for_update())
_NEWEST = Prepared(select(func.coalesce(func.max(HEADS.c.chain), ROOT)))
_MOVE = Prepared(
    update(HEADS)
    .where(HEADS.c.chain == bindparam("which"))
    .values(
        place=bindparam("to", type_=HEADS.c.place.type), seal=bindparam("sealed", type_=HEADS.c.seal.type)
    )
)
_LOOSE = select(AUDIT).where(col(AuditRow.digest).is_(None)).order_by(AUDIT.c.id).limit(BATCH)
