"""Figures about somebody whom nobody is known as: they wait until the name is known, or for a while."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select
from sqlmodel import col

from storage.among import prepared_among
from storage.metrics.arrivals import Arrival, told
from storage.metrics.tables import DataSource, Unmatched
from storage.rows import new, parts

if TYPE_CHECKING:
    from storage.store import Store

KEPT = timedelta(days=90)
"""For which a figure waits for its person to be known."""

_THERE = prepared_among(
    lambda among: select(Unmatched.__table__).where(  # type: ignore[attr-defined]
        col(Unmatched.source_id) == bindparam("source"), among(col(Unmatched.key))
    )
)


class Unknown:
    """`store.metrics.unknown`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def waiting(self, source: DataSource, keys: Collection[str]) -> Waiting:
        """The figures of a source that wait under some keys."""
        return Waiting(self._store, source, keys)

    def forget_file(self, source: DataSource, file_id: str) -> int:
        """What waits of a file that is taken back waits no more; returns how many figures did."""
        gone: list[Unmatched] = []
        for row, arrival in self.of(source):
            others = tuple(each for each in arrival.files if each != file_id)
            if others and others != arrival.files:
                self._store.change(row, point=_packed(replace(arrival, files=others)))
            elif others != arrival.files:
                gone.append(row)
        self.match(gone)
        return len(gone)

    def of(self, source: DataSource) -> list[tuple[Unmatched, Arrival]]:
        """The figures of a source that wait for their person, the oldest first."""
        order = (col(Unmatched.received_at), col(Unmatched.id))
        found = self._store.all(Unmatched, col(Unmatched.source_id) == source.id, order=order)
        return [(row, _unpacked(row.point)) for row in found]

    def counts(self) -> dict[str, int]:
        """How many figures wait for their person, by the id of their source."""
        counted = select(col(Unmatched.source_id), func.count()).group_by(col(Unmatched.source_id))
        return {source: int(number) for source, number in self._store.execute(counted)}

    def match(self, rows: Sequence[Unmatched]) -> None:
        """The people whom these are about are known now: they wait no more."""
        for some in parts(rows):
            self._store.remove(Unmatched, col(Unmatched.id).in_([row.id for row in some]))

    def tidy(self) -> int:
        """Forget figures whose person was not known for long; returns how many."""
        return self._store.remove(Unmatched, col(Unmatched.received_at) < self._store.now - KEPT)


class Waiting:
    """The figures of a source that wait under some keys, looked for at once; what changes is written at once too, by
    `write`."""

    def __init__(self, store: Store, source: DataSource, keys: Collection[str]) -> None:
        self._store = store
        self._source = source
        self._gone: list[Unmatched] = []
        self._added: dict[str, Unmatched] = {}
        there = store.rows(Unmatched, _THERE[store.dialect], source=source.id, among=sorted(keys))
        self._there = {row.key: row for row in there}

    def knows_better(self, arrival: Arrival) -> bool:
        """Whether what waits under its key was told later."""
        there = self._there.get(arrival.key)
        return there is not None and arrival.is_older_than(_unpacked(there.point).told_at)

    def keep(self, arrival: Arrival) -> bool:
        """Keep a figure until its person is known, in place of what came under the same id before; whether anything is
        other than it was."""
        before = self._there.get(arrival.key)
        known = _unpacked(before.point) if before else None
        if before is not None and known == arrival:
            files = _brought(known, arrival)
            if files != known.files:
                self._put(replace(known, files=files), before.received_at)
            return False
        self._put(arrival, self._store.now)
        return True

    def _put(self, arrival: Arrival, at: datetime) -> None:
        self.forget(arrival.key)
        named = {"source_id": self._source.id, "key": arrival.key, "received_at": at}
        made = new(Unmatched, {**named, "point": _packed(arrival)})
        self._there[arrival.key] = self._added[arrival.key] = made

    def forget(self, key: str) -> None:
        """A figure came anew, and its person is known now: what waited under its key waits no more."""
        before = self._there.pop(key, None)
        if before is not None and self._added.pop(key, None) is None:
            self._gone.append(before)

    def write(self) -> None:
        """Write what was kept and what was forgotten."""
        self._store.metrics.unknown.match(self._gone)
        self._store.insert_all(list(self._added.values()))


def _brought(known: Arrival, again: Arrival) -> tuple[str, ...]:
    """The files that brought a figure, which waits until all are taken back; what a program sends too is of none."""
    return tuple(dict.fromkeys((*known.files, *again.files))) if known.files and again.files else ()


def _packed(arrival: Arrival) -> dict[str, Any]:
    told_at = arrival.told_at.isoformat() if arrival.told_at else None
    return {**asdict(arrival), "at": arrival.at.isoformat(), "value": told(arrival.value), "told_at": told_at}


def _unpacked(point: Mapping[str, Any]) -> Arrival:
    made = Arrival(**point)
    at, value = datetime.fromisoformat(str(made.at)), Decimal(made.value)
    told_at = datetime.fromisoformat(str(made.told_at)) if made.told_at else None
    return replace(made, at=at, value=value, told_at=told_at, files=tuple(made.files))
