"""Figures about somebody whom nobody is known as: they wait until the name is known, or for a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlmodel import col

from storage.metrics.arrivals import Arrival, told
from storage.metrics.tables import DataSource, Unmatched

if TYPE_CHECKING:
    from storage.store import Store

KEPT = timedelta(days=90)
"""For which a figure waits for its person to be known."""


class Unknown:
    """`store.metrics.unknown`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep(self, source: DataSource, arrival: Arrival) -> bool:
        """Keep a figure until its person is known, in place of what came under the same id before; whether anything is
        other than it was."""
        mine = (col(Unmatched.source_id) == source.id, col(Unmatched.key) == arrival.key)
        before = self._store.one(Unmatched, *mine)
        if before is not None and _unpacked(before.point) == arrival:
            return False
        self._store.remove(Unmatched, *mine)
        self._store.add(
            Unmatched,
            source_id=source.id,
            key=arrival.key,
            point=_packed(arrival),
            received_at=self._store.now,
        )
        return True

    def keys(self, source: DataSource) -> set[str]:
        """The keys of the figures of a source that wait."""
        here = select(col(Unmatched.key)).where(col(Unmatched.source_id) == source.id)
        return set(self._store.execute(here).scalars())

    def forget(self, source: DataSource, key: str) -> None:
        """A figure came anew, and its person is known now: what waited under its key waits no more."""
        self._store.remove(Unmatched, col(Unmatched.source_id) == source.id, col(Unmatched.key) == key)

    def of(self, source: DataSource) -> list[tuple[Unmatched, Arrival]]:
        """The figures of a source that wait for their person, the oldest first."""
        order = (col(Unmatched.received_at), col(Unmatched.id))
        found = self._store.all(Unmatched, col(Unmatched.source_id) == source.id, order=order)
        return [(row, _unpacked(row.point)) for row in found]

    def counts(self) -> dict[str, int]:
        """How many figures wait for their person, by the id of their source."""
        counted = select(col(Unmatched.source_id), func.count()).group_by(col(Unmatched.source_id))
        return {source: int(number) for source, number in self._store.execute(counted)}

    def match(self, row: Unmatched) -> None:
        """Its person is known now: it waits no more."""
        self._store.remove(Unmatched, col(Unmatched.id) == row.id)

    def tidy(self) -> int:
        """Forget figures whose person was not known for long; returns how many."""
        return self._store.remove(Unmatched, col(Unmatched.received_at) < self._store.now - KEPT)


def _packed(arrival: Arrival) -> dict[str, Any]:
    return {**asdict(arrival), "at": arrival.at.isoformat(), "value": told(arrival.value)}


def _unpacked(point: Mapping[str, Any]) -> Arrival:
    made = Arrival(**point)
    return replace(made, at=datetime.fromisoformat(str(made.at)), value=Decimal(made.value))
