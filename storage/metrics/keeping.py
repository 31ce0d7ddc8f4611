"""Figures are kept once, however often they come; another one under the same id is an edition more."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlmodel import col

from storage.metrics.arrivals import Arrival, Kept, Series, told
from storage.metrics.tables import DataSource, Metric, MetricPoint, PersonPoint
from storage.policy import Kind

if TYPE_CHECKING:
    from storage.store import Store

Point: TypeAlias = MetricPoint | PersonPoint

TABLES: tuple[type[Any], ...] = (MetricPoint, PersonPoint)
CHUNK = 500
"""Keys that are looked for in one question."""


class Keeping:
    """The newest editions of some figures of a source, looked for at once."""

    def __init__(self, store: Store, source: DataSource, keys: Collection[str]) -> None:
        self._store = store
        self._source = source
        self._newest: dict[tuple[type[Any], str], Any] = {}
        for table in TABLES:
            for some in _chunks(sorted(keys)):
                here = (col(table.source_id) == source.id, col(table.key).in_(some))
                for row in store._rows(table, here, order=col(table.edition)):
                    self._newest[table, row.key] = row

    def keep(self, metric: Metric, arrival: Arrival, *, subject: str) -> Kept:
        """Keep a figure. Says also in which series something is different now, and what it was."""
        changed, edition, value = set[Series](), 0, ""
        for table in TABLES:
            before = self._newest.get((table, arrival.key))
            if before is None:
                continue
            same = _series(before) == (metric.id, subject) and at_of(before) == arrival.at
            if before.current and same and told(arrival.value) in _known_as(before):
                return Kept("repeated")
            edition = max(edition, before.edition)
            if before.current:
                self._store.change(before, current=False)
                changed.add(_series(before))
                value = before.value or ""
        made = self._add(metric, arrival, subject, edition + 1)
        self._newest[type(made), arrival.key] = made
        changed.add((metric.id, subject))
        return Kept("corrected" if edition else "new", frozenset(changed), value)

    def _add(self, metric: Metric, arrival: Arrival, subject: str, edition: int) -> Point:
        known = {
            "source_id": self._source.id,
            "metric_id": metric.id,
            "key": arrival.key,
            "edition": edition,
            "value": told(arrival.value),
            "received_at": self._store.now,
        }
        if not subject:
            return self._store.add(MetricPoint, at=arrival.at, **known)
        return self._store.add(
            PersonPoint,
            kind=Kind.METRIC,
            subject_id=subject,
            made_at=arrival.at,
            source=self._source.name,
            metric=metric.name,
            unit=metric.unit,
            **known,
        )


def at_of(row: Point) -> datetime:
    """The moment that a figure is about."""
    return row.made_at if isinstance(row, PersonPoint) else row.at


def _known_as(row: Point) -> tuple[str | None, ...]:
    """The values under which it is known: what was corrected by hand is not made wrong again by its source."""
    return (row.value, row.instead_of) if isinstance(row, PersonPoint) else (row.value,)


def _series(row: Point) -> Series:
    return row.metric_id, row.subject_id if isinstance(row, PersonPoint) else ""


def _chunks(keys: list[str]) -> Iterator[list[str]]:
    return (keys[at : at + CHUNK] for at in range(0, len(keys), CHUNK))
