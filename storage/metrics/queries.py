"""What is asked of other databases every so often, and when next."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import update
from sqlmodel import col

from storage.metrics.tables import DataQuery, DataSource

if TYPE_CHECKING:
    from storage.store import Store

QUERIES = DataQuery.__table__  # type: ignore[attr-defined]
SOON = timedelta(minutes=10)


class Queries:
    """`store.metrics.queries`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep(self, source: DataSource, *, address: str, query: str, every_hours: int) -> DataQuery:
        """Ask this from now on, in place of what was asked for the source before."""
        self.stop(source)
        asked = {"address": address, "query": query, "every_hours": every_hours}
        return self._store.add(DataQuery, source_id=source.id, next_at=self._store.now, **asked)

    def stop(self, source: DataSource) -> bool:
        """Ask no more for a source; whether anything was asked."""
        return bool(self._store.remove(DataQuery, col(DataQuery.source_id) == source.id))

    def of(self, source: DataSource) -> DataQuery | None:
        """What is asked for a source."""
        return self._store.one(DataQuery, col(DataQuery.source_id) == source.id)

    def due(self) -> list[str]:
        """The ids of what is to be asked now, the longest waiting first."""
        late = col(DataQuery.next_at) <= self._store.now
        return [row.id for row in self._store.all(DataQuery, late, order=col(DataQuery.next_at))]

    def claim(self, query_id: str) -> DataQuery | None:
        """It is asked now, and next when it is due again: so one that ends its process is not asked at once again."""
        row = self._store.one(
            DataQuery, col(DataQuery.id) == query_id, col(DataQuery.next_at) <= self._store.now
        )
        if row is not None:
            next_at = self._store.now + timedelta(hours=row.every_hours)
            self._store.change(row, asked_at=self._store.now, next_at=next_at)
        return row

    def soon(self, query_id: str) -> None:
        """It could not be finished, for no fault of the query's: it is asked again soon."""
        row = self._store.one(DataQuery, col(DataQuery.id) == query_id)
        if row is not None:
            self._store.change(row, next_at=self._store.now + SOON)

    def bring_back(self) -> None:
        """What was asked at a moment that a wrong clock named, and is put off from there, is asked now."""
        asked_then = QUERIES.c.asked_at > self._store.now
        self._store.execute(update(QUERIES).where(asked_then).values(next_at=self._store.now))

    def note(self, row: DataQuery, fault: str) -> None:
        """How it went: "" or the code of what was wrong."""
        self._store.change(row, fault=fault)
