"""Figures are kept once, however often they come; another one under the same id is an edition more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import bindparam, select

from storage.among import prepared_among
from storage.metrics.arrivals import Arrival, Changed, Kept, Series, told
from storage.metrics.tables import OTHERS, DataSource, Metric, MetricPoint, PersonPoint
from storage.policy import Kind
from storage.prepared import Prepared
from storage.rows import new

if TYPE_CHECKING:
    from storage.store import Store

Point: TypeAlias = MetricPoint | PersonPoint

TABLES: tuple[type[Any], ...] = (MetricPoint, PersonPoint)


def _editions(table: Any) -> dict[str, Prepared]:
    here = table.source_id == bindparam("source")
    every = select(table.__table__).order_by(table.edition)
    return prepared_among(lambda among: every.where(here, among(table.key)))


EDITIONS = {table: _editions(table) for table in TABLES}
"""For each table, the editions of some figures of a source, the oldest first."""


class Keeping:
    """The newest editions of some figures of a source, looked for at once; what comes in their place is written at once
    too, by `write`."""

    def __init__(self, store: Store, source: DataSource, keys: Collection[str]) -> None:
        self._store = store
        self._source = source
        self._newest: dict[str, dict[type[Any], Any]] = {}
        """By key, the newest edition in each table that has one."""
        self._added: dict[tuple[type[Any], str], Any] = {}
        self._replaced: dict[type[Any], list[Any]] = {table: [] for table in TABLES}
        self._again: dict[type[Any], list[Any]] = {table: [] for table in TABLES}
        self._later: defaultdict[tuple[type[Any], datetime], list[Any]] = defaultdict(list)
        for table in TABLES:
            for row in store.rows(
                table, EDITIONS[table][store.dialect], source=source.id, among=sorted(keys)
            ):
                self._newest.setdefault(row.key, {})[table] = row

    def knows_better(self, arrival: Arrival) -> bool:
        """Whether what is known of the figure, or of the one that is told with it, was told later."""
        keys = (arrival.key, arrival.key_beside)
        known = [row for key in keys for row in self._newest.get(key, {}).values()]
        return any(row.current and arrival.is_older_than(row.told_at) for row in known)

    def end(self, arrival: Arrival) -> Sequence[Changed]:
        """A figure counts no more for whom it was about; says where something is different now."""
        there = self._newest.get(arrival.key, {}).items()
        ended = [(table, row) for table, row in there if row.current]
        for table, row in ended:
            self._replace(table, row)
        return [changed_at(row) for _, row in ended]

    def keep(self, metric: Metric, arrival: Arrival, *, subject: str) -> Kept:
        """Keep a figure. Says also where something is different now, and what it was."""
        series = metric.id, subject
        there = self._newest.setdefault(arrival.key, {})
        changed, edition, value = [Changed(series, arrival.at)], 0, ""
        for table, before in there.items():
            same = series_of(before) == series and at_of(before) == arrival.at
            if before.current and same and told(arrival.value) in _known_as(before):
                self._brought_again(before, arrival)
                self._told_again(before, arrival)
                return Kept("repeated")
            edition = max(edition, before.edition)
            if before.current:
                self._replace(table, before)
                changed.append(changed_at(before))
                value = before.value or ""
        made = self._made(metric, arrival, subject, edition + 1)
        there[type(made)] = self._added[type(made), arrival.key] = made
        return Kept("corrected" if value else "new", changed, value)

    def _brought_again(self, row: Point, arrival: Arrival) -> None:
        """What a file brought stays when that file is taken back, if something else has brought the same since."""
        known = (row.file_id, *(row.also or ()))
        others = [each for each in arrival.files or (OTHERS,) if each not in known]
        if not row.file_id or not others:
            return
        row.__dict__["also"] = [*known[1:], *others]
        if (type(row), row.key) not in self._added:
            self._again[type(row)].append(row)

    def _told_again(self, row: Point, arrival: Arrival) -> None:
        """It still holds at a later moment: what was told in between comes late."""
        if arrival.told_at is None or not (row.told_at is None or row.told_at < arrival.told_at):
            return
        row.__dict__["told_at"] = arrival.told_at
        if (type(row), row.key) not in self._added:
            self._later[type(row), arrival.told_at].append(row)

    def write(self) -> None:
        """Write what was kept since the last time."""
        added, self._added = list(self._added.values()), {}
        for (_, told_at), later in self._later.items():
            self._store.change_all(later, told_at=told_at)
        self._later.clear()
        for table in TABLES:
            self._store.change_all(self._replaced[table], current=False)
            self._replaced[table] = []
            for also, rows in groupby(sorted(self._again[table], key=_also), key=_also):
                self._store.change_all(list(rows), also=also)
            self._again[table] = []
            self._store.insert_all([row for row in added if type(row) is table])

    def _replace(self, table: type[Any], before: Point) -> None:
        if (table, before.key) in self._added:  # it came under the same id twice in one delivery
            self.write()
        self._replaced[table].append(before)
        before.__dict__["current"] = False

    def _made(self, metric: Metric, arrival: Arrival, subject: str, edition: int) -> Point:
        values = {
            "source_id": self._source.id,
            "metric_id": metric.id,
            "key": arrival.key,
            "edition": edition,
            "value": told(arrival.value),
            "file_id": arrival.files[0] if arrival.files else None,
            "also": list(arrival.files[1:]) or None,
            "told_at": arrival.told_at,
            "received_at": self._store.now,
        }
        if not subject:
            return new(MetricPoint, {"at": arrival.at, **values})
        values |= {"kind": Kind.METRIC, "subject_id": subject, "made_at": arrival.at}
        return new(
            PersonPoint, {"source": self._source.name, "metric": metric.name, "unit": metric.unit, **values}
        )


def at_of(row: Point) -> datetime:
    """The moment that a figure is about."""
    return row.made_at if isinstance(row, PersonPoint) else row.at


def _also(row: Point) -> list[str]:
    return list(row.also or ())


def _known_as(row: Point) -> tuple[str | None, ...]:
    """The values under which it is known: what was corrected by hand is not made wrong again by its source."""
    return (row.value, row.instead_of) if isinstance(row, PersonPoint) else (row.value,)


def changed_at(row: Point) -> Changed:
    """Where something is different when a figure counts no more, or again."""
    return Changed(series_of(row), at_of(row))


def series_of(row: Point) -> Series:
    """The series that a figure is one of."""
    return row.metric_id, row.subject_id if isinstance(row, PersonPoint) else ""
