"""Figures that arrive by themselves: kept once, corrected by an edition more, and found again with source and age."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from sqlalchemy import func, select
from sqlmodel import col

from storage.metrics.tables import (
    COUNTED,
    GITHUB,
    NEWEST,
    SIGNED,
    DataSource,
    Metric,
    MetricPoint,
    PersonPoint,
    Unmatched,
)
from storage.policy import Kind

if TYPE_CHECKING:
    from storage.store import Store

__all__ = [
    "COUNTED",
    "GITHUB",
    "NEWEST",
    "SIGNED",
    "Arrival",
    "DataSource",
    "Figure",
    "Metric",
    "MetricPoint",
    "Metrics",
    "PersonPoint",
    "Series",
    "Unmatched",
]

KEPT = timedelta(days=90)
"""For which a figure waits for its person to be known."""

Fate: TypeAlias = Literal["new", "corrected", "repeated"]
Series: TypeAlias = tuple[str, str]
"""The id of a metric, and of the person whom its figures are about, or "" for the company's."""


@dataclass(frozen=True)
class Arrival:
    """A figure as a source sent it. `person` is what the source calls whom it is about, "" for the company; `id` is
    what the source calls the figure itself."""

    metric: str
    at: datetime
    value: Decimal
    unit: str = ""
    person: str = ""
    id: str = ""
    comes_to: str = NEWEST

    @property
    def key(self) -> str:
        """The digest by which it is known again; without an id it is its metric, person and moment."""
        named = self.id or "\0".join((self.metric, self.person, self.at.isoformat()))
        return hashlib.sha256(f"{bool(self.id)}\0{named}".encode()).hexdigest()


@dataclass(frozen=True)
class Figure:
    """What a metric comes to, and the moment that its newest point is about."""

    value: Decimal
    at: datetime


class Metrics:
    """`store.metrics`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # Sources ---------------------------------------------------------------------------------------------------------

    def add_source(
        self, name: str, *, form: str, secret: str, owner: str | None, stale_days: int
    ) -> DataSource | None:
        """Keep a new source, or take up one again that was removed; None when there is one of that name."""
        before = self._store.one(DataSource, col(DataSource.name) == name)
        if before is not None and before.removed_at is None:
            return None
        chosen = {"form": form, "secret": secret, "owner_id": owner, "stale_days": stale_days}
        if before is None:
            return self._store.add(DataSource, name=name, made_at=self._store.now, **chosen)
        self._store.change(before, **chosen, made_at=self._store.now, heard_at=None, removed_at=None)
        return before

    def remove_source(self, source: DataSource) -> None:
        """Hear a source no more; what it sent stays."""
        self._store.change(source, secret="", removed_at=self._store.now)

    def sources(self) -> list[DataSource]:
        """The sources that are heard, by name."""
        return self._store.all(DataSource, col(DataSource.removed_at).is_(None), order=col(DataSource.name))

    def source(self, name: str) -> DataSource | None:
        """A source that is heard, by its name."""
        return self._store.one(DataSource, col(DataSource.name) == name, col(DataSource.removed_at).is_(None))

    def source_by_id(self, source_id: str) -> DataSource | None:
        """A source by its id, heard or not."""
        return self._store.one(DataSource, col(DataSource.id) == source_id)

    # Metrics ---------------------------------------------------------------------------------------------------------

    def metric(self, metric_id: str) -> Metric | None:
        """A metric."""
        return self._store.one(Metric, col(Metric.id) == metric_id)

    def of_source(self, source: DataSource) -> dict[str, Metric]:
        """The metrics of a source by name."""
        return {row.name: row for row in self._store.all(Metric, col(Metric.source_id) == source.id)}

    def begin(self, source: DataSource, arrival: Arrival, *, kept_apart: bool) -> Metric:
        """Keep a new metric, as its first figure has it."""
        return self._store.add(
            Metric,
            source_id=source.id,
            name=arrival.metric,
            unit=arrival.unit,
            comes_to=arrival.comes_to,
            kept_apart=kept_apart,
            made_at=self._store.now,
        )

    def series(self, person_id: str) -> list[tuple[Metric, DataSource, bool]]:
        """What may be read by a key result: each metric with its source, and whether it is about this person or, else,
        about the company. By name."""
        point, own = MetricPoint.__table__, PersonPoint.__table__  # type: ignore[attr-defined]
        company = self._store.execute(select(point.c.metric_id).distinct()).scalars()
        mine = self._store.execute(
            select(own.c.metric_id).where(own.c.subject_id == person_id).distinct()
        ).scalars()
        wanted = [(each, False) for each in company] + [(each, True) for each in mine]
        metrics = {row.id: row for row in self._store.all(Metric, col(Metric.kept_apart).is_(False))}
        sources = {row.id: row for row in self._store.all(DataSource)}
        found = [
            (metrics[each], sources[metrics[each].source_id], is_own)
            for each, is_own in wanted
            if each in metrics
        ]
        return sorted(found, key=lambda item: (item[0].name, item[1].name, item[2]))

    def ages(self, metric_ids: Iterable[str]) -> dict[str, tuple[DataSource, timedelta]]:
        """The source of each of these metrics, and the age from which its figures are too old."""
        metrics = self._store.all(Metric, col(Metric.id).in_(sorted(set(metric_ids))))
        wanted = sorted({row.source_id for row in metrics})
        sources = {row.id: row for row in self._store.all(DataSource, col(DataSource.id).in_(wanted))}
        return {
            row.id: (source, timedelta(days=source.stale_days))
            for row in metrics
            if (source := sources.get(row.source_id))
        }

    # Points ----------------------------------------------------------------------------------------------------------

    def keep(
        self, source: DataSource, metric: Metric, arrival: Arrival, *, subject: str
    ) -> tuple[Fate, set[Series]]:
        """Keep a figure: once, however often it comes; another one under the same id is an edition more. Says also in
        which series something is different now."""
        changed, edition = set[Series](), 0
        for table in (MetricPoint, PersonPoint):
            before = self._last(table, source, arrival.key)
            if before is None:
                continue
            same = _series(before) == (metric.id, subject) and _at(before) == arrival.at
            if before.current and same and before.value == _told(arrival.value):
                return "repeated", set()
            edition = max(edition, before.edition)
            if before.current:
                self._store.change(before, current=False)
                changed.add(_series(before))
        self._add(source, metric, arrival, subject, edition + 1)
        return ("corrected" if edition else "new"), changed | {(metric.id, subject)}

    def _last(self, table: type[Any], source: DataSource, key: str) -> Any:
        mine = (col(table.source_id) == source.id, col(table.key) == key)
        found = self._store._rows(table, mine, order=col(table.edition).desc(), limit=1)
        return found[0] if found else None

    def _add(self, source: DataSource, metric: Metric, arrival: Arrival, subject: str, edition: int) -> None:
        known = {
            "source_id": source.id,
            "metric_id": metric.id,
            "key": arrival.key,
            "edition": edition,
            "value": _told(arrival.value),
            "received_at": self._store.now,
        }
        if not subject:
            self._store.add(MetricPoint, at=arrival.at, **known)
            return
        self._store.add(
            PersonPoint,
            kind=Kind.METRIC,
            subject_id=subject,
            made_at=arrival.at,
            source=source.name,
            metric=metric.name,
            unit=metric.unit,
            **known,
        )

    def figure(self, metric: Metric, subject: str, *, since: datetime, until: datetime) -> Figure | None:
        """What a series comes to: its newest point before `until`; or, where it counts, all from `since` on."""
        table: Any = PersonPoint if subject else MetricPoint
        at = col(table.made_at) if subject else col(table.at)
        where = [col(table.metric_id) == metric.id, col(table.current).is_(True), at < until]
        where += [col(table.subject_id) == subject] if subject else []
        counts = metric.comes_to == COUNTED
        where += [at >= since] if counts else []
        rows = self._store._rows(
            table, where, order=(at.desc(), col(table.id).desc()), limit=None if counts else 1
        )
        values = [Decimal(row.value) for row in rows if row.value is not None]
        return Figure(sum(values, Decimal(0)), _at(rows[0])) if values else None

    def about(self, person_id: str, *, reader: str, limit: int) -> list[PersonPoint]:
        """What was imported about somebody and counts, newest first, as far as the reader may see it."""
        order = (col(PersonPoint.made_at).desc(), col(PersonPoint.id).desc())
        mine = (col(PersonPoint.subject_id) == person_id, col(PersonPoint.current).is_(True))
        return self._store.read(PersonPoint, *mine, reader=reader, order=order, limit=limit)

    # Who is not known ------------------------------------------------------------------------------------------------

    def keep_unmatched(self, source: DataSource, arrival: Arrival) -> None:
        """Keep a figure until its person is known; what came under the same id before is replaced."""
        mine = (col(Unmatched.source_id) == source.id, col(Unmatched.key) == arrival.key)
        self._store.remove(Unmatched, *mine)
        self._store.add(
            Unmatched,
            source_id=source.id,
            key=arrival.key,
            point=_packed(arrival),
            received_at=self._store.now,
        )

    def unmatched(self, source: DataSource) -> list[tuple[Unmatched, Arrival]]:
        """The figures of a source that wait for their person, the oldest first."""
        order = (col(Unmatched.received_at), col(Unmatched.id))
        found = self._store.all(Unmatched, col(Unmatched.source_id) == source.id, order=order)
        return [(row, _unpacked(row.point)) for row in found]

    def waiting(self) -> dict[str, int]:
        """How many figures wait for their person, by the id of their source."""
        counted = select(col(Unmatched.source_id), func.count()).group_by(col(Unmatched.source_id))
        return {source: int(number) for source, number in self._store.execute(counted)}

    def match(self, row: Unmatched) -> None:
        """Its person is known now: it waits no more."""
        self._store.remove(Unmatched, col(Unmatched.id) == row.id)

    def tidy(self) -> int:
        """Forget figures whose person was not known for long; returns how many."""
        return self._store.remove(Unmatched, col(Unmatched.received_at) < self._store.now - KEPT)


def _told(value: Decimal) -> str:
    return format(value, "f")


def _at(row: Any) -> datetime:
    at: datetime = row.made_at if isinstance(row, PersonPoint) else row.at
    return at


def _series(row: Any) -> Series:
    return row.metric_id, row.subject_id if isinstance(row, PersonPoint) else ""


def _packed(arrival: Arrival) -> dict[str, Any]:
    return {**asdict(arrival), "at": arrival.at.isoformat(), "value": _told(arrival.value)}


def _unpacked(point: Mapping[str, Any]) -> Arrival:
    made = Arrival(**point)
    return replace(made, at=datetime.fromisoformat(str(made.at)), value=Decimal(made.value))
