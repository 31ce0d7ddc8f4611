"""Figures that arrive by themselves: kept once, corrected by an edition more, and found again with source and age."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, exists, or_, select
from sqlmodel import col

from storage.among import prepared_among
from storage.metrics.arrivals import LONGEST, Age, Arrival, Changed, Figure, Kept, Series, told
from storage.metrics.keeping import Keeping
from storage.metrics.loaded import Loaded, TakenBack
from storage.metrics.loads import Loads
from storage.metrics.queries import Queries
from storage.metrics.tables import (
    COUNTED,
    FILES,
    GITHUB,
    GITLAB,
    JIRA,
    NEWEST,
    SIGNED,
    DataLoad,
    DataQuery,
    DataSource,
    LoadedFile,
    Metric,
    MetricPoint,
    PersonPoint,
    Unmatched,
)
from storage.metrics.unknown import Unknown, Waiting
from storage.once import once
from storage.prepared import Prepared

if TYPE_CHECKING:
    from storage.store import Store

__all__ = [
    "COUNTED",
    "FILES",
    "GITHUB",
    "GITLAB",
    "JIRA",
    "LONGEST",
    "NEWEST",
    "SIGNED",
    "Age",
    "Arrival",
    "Changed",
    "DataLoad",
    "DataQuery",
    "DataSource",
    "Figure",
    "Kept",
    "Loaded",
    "LoadedFile",
    "Loads",
    "Metric",
    "MetricPoint",
    "Metrics",
    "PersonPoint",
    "Queries",
    "Series",
    "TakenBack",
    "Unmatched",
]


def _points(table: Any, at: Any, *whose: Any) -> Any:
    """What the points of a series say before a moment, the newest first."""
    before = (at < bindparam("until"), at != bindparam("after"))
    here = (table.metric_id == bindparam("metric"), table.current.is_(True), *before, *whose)
    return select(table.value, at).where(*here).order_by(at.desc(), table.id.desc())


_SERIES = {
    "company": (_points(MetricPoint, col(MetricPoint.at)), col(MetricPoint.at)),
    "person": (
        _points(PersonPoint, col(PersonPoint.made_at), col(PersonPoint.subject_id) == bindparam("subject")),
        col(PersonPoint.made_at),
    ),
}
_NEWEST = {about: Prepared(points.limit(1)) for about, (points, _) in _SERIES.items()}
_COUNTED = {
    about: Prepared(
        points.where(at >= bindparam("earliest"), or_(at >= bindparam("since"), at == bindparam("first")))
    )
    for about, (points, at) in _SERIES.items()
}


def _beginning(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


_METRICS = select(Metric.__table__)  # type: ignore[attr-defined]
_SOME = prepared_among(lambda among: _METRICS.where(among(col(Metric.id))))
_CALLED = prepared_among(
    lambda among: _METRICS.where(col(Metric.source_id) == bindparam("source"), among(col(Metric.name)))
)


class Metrics:
    """`store.metrics`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @once
    def loads(self) -> Loads:
        """The tables that somebody sent and has not applied yet."""
        return Loads(self._store)

    @once
    def loaded(self) -> Loaded:
        """The tables that were applied."""
        return Loaded(self._store)

    @once
    def queries(self) -> Queries:
        """What is asked of other databases."""
        return Queries(self._store)

    @once
    def unknown(self) -> Unknown:
        """The figures that wait for their person."""
        return Unknown(self._store)

    # Sources ---------------------------------------------------------------------------------------------------------

    def add_source(
        self,
        name: str,
        *,
        form: str,
        secret: str,
        owner: str | None,
        stale_days: int,
        options: Mapping[str, Any] | None = None,
    ) -> DataSource | None:
        """Keep a new source, or take up one again that was removed; None when there is one of that name."""
        before = self._store.one(DataSource, col(DataSource.name) == name)
        if before is not None and before.removed_at is None:
            return None
        chosen: dict[str, Any] = {"form": form, "secret": secret, "owner_id": owner, "stale_days": stale_days}
        chosen["options"] = dict(options or {})
        if before is None:
            return self._store.add(DataSource, name=name, made_at=self._store.now, **chosen)
        self._store.change(before, **chosen, made_at=self._store.now, heard_at=None, removed_at=None)
        return before

    def remove_source(self, source: DataSource) -> None:
        """Hear a source no more; what it sent stays."""
        self._store.change(source, secret="", removed_at=self._store.now)
        self.queries.stop(source)

    def sources(self) -> list[DataSource]:
        """The sources that are heard, by name."""
        return self._store.all(DataSource, col(DataSource.removed_at).is_(None), order=col(DataSource.name))

    def looked_after_by(self, person_id: str, *, orphans: bool) -> list[DataSource]:
        """The sources of which somebody is the owner; with `orphans` also those of which nobody who works here is."""
        return [
            row for row in self.sources() if row.owner_id == person_id or (orphans and self._is_orphan(row))
        ]

    def _is_orphan(self, source: DataSource) -> bool:
        owner = self._store.directory.person(source.owner_id or "")
        return owner is None or not owner.active

    def source(self, name: str) -> DataSource | None:
        """A source that is heard, by its name."""
        return self._store.one(DataSource, col(DataSource.name) == name, col(DataSource.removed_at).is_(None))

    def readdress(self, addresses: Mapping[str, str]) -> None:
        """People have other addresses (by the old ones): whom a source calls by a name of its own stays the same."""
        for source in self.sources():
            people = {called: addresses.get(email, email) for called, email in source.people.items()}
            if people != source.people:
                self._store.change(source, people=people)

    def source_by_id(self, source_id: str) -> DataSource | None:
        """A source by its id, heard or not."""
        return self._store.one(DataSource, col(DataSource.id) == source_id)

    # Metrics ---------------------------------------------------------------------------------------------------------

    def metric(self, metric_id: str) -> Metric | None:
        """A metric."""
        return self._store.one(Metric, col(Metric.id) == metric_id)

    def some(self, metric_ids: Iterable[str]) -> dict[str, Metric]:
        """These metrics by id."""
        rows = self._store.rows(Metric, _SOME[self._store.dialect], among=sorted(set(metric_ids)))
        return {row.id: row for row in rows}

    def counted(self, metric_ids: Iterable[str]) -> frozenset[str]:
        """Of these metrics, by their ids, those whose figures add up."""
        found = self.some(each for each in metric_ids if each)
        return frozenset(row.id for row in found.values() if row.comes_to == COUNTED)

    def called(self, source: DataSource, names: Iterable[str]) -> dict[str, Metric]:
        """The metrics of a source that have these names, by name."""
        wanted = sorted(set(names))
        rows = self._store.rows(Metric, _CALLED[self._store.dialect], source=source.id, among=wanted)
        return {row.name: row for row in rows}

    def begin(self, source: DataSource, arrival: Arrival, *, kept_apart: bool) -> Metric:
        """Keep a new metric, as its first figure has it."""
        return self._store.add(
            Metric,
            source_id=source.id,
            name=arrival.metric,
            unit=arrival.unit,
            comes_to=arrival.comes_to or NEWEST,
            kept_apart=kept_apart,
            made_at=self._store.now,
        )

    def series(self, person_id: str) -> list[tuple[Metric, DataSource, bool]]:
        """What may be read by a key result: each metric with its source, as long as that is heard, and whether it is
        about this person or, else, about the company. By name."""
        metric, point, own = (_table(each) for each in (Metric, MetricPoint, PersonPoint))
        # One look into an index for each metric, of which there are few: points are without number.
        about_company = exists().where(point.c.metric_id == metric.c.id)
        about_them = exists().where(own.c.metric_id == metric.c.id, own.c.subject_id == person_id)
        wanted = [
            (row.id, is_own)
            for is_own, has_points in ((False, about_company), (True, about_them))
            for row in self._store.execute(
                select(metric.c.id).where(metric.c.kept_apart.is_(False), has_points)
            )
        ]
        ids = sorted({each for each, _ in wanted})
        metrics = {row.id: row for row in self._store.all(Metric, col(Metric.id).in_(ids))} if ids else {}
        sources = {row.id: row for row in self.sources()}
        found = [
            (metrics[each], source, is_own)
            for each, is_own in wanted
            if (source := sources.get(metrics[each].source_id))
        ]
        return sorted(found, key=lambda item: (item[0].name, item[1].name, item[2]))

    def ages(self, metric_ids: Iterable[str]) -> dict[str, Age]:
        """How old the figures of each of these metrics may be."""
        metrics = self._store.all(Metric, col(Metric.id).in_(sorted(set(metric_ids))))
        wanted = sorted({row.source_id for row in metrics})
        sources = {row.id: row for row in self._store.all(DataSource, col(DataSource.id).in_(wanted))}
        return {
            row.id: Age(
                timedelta(days=source.stale_days), source.heard_at if row.comes_to == COUNTED else None
            )
            for row in metrics
            if (source := sources.get(row.source_id))
        }

    # Points ----------------------------------------------------------------------------------------------------------

    def keeping(self, source: DataSource, arrivals: Iterable[Arrival]) -> tuple[Keeping, Waiting]:
        """Where these figures of a source are kept, and where they wait until their person is known."""
        keys = {arrival.key for arrival in arrivals}
        return Keeping(self._store, source, keys), self.unknown.waiting(source, keys)

    def figure(
        self, metric: Metric, subject: str, *, since: datetime, until: datetime, days: tuple[date, date]
    ) -> Figure | None:
        """What a series comes to: its newest point before `until`; or, where it counts, all from `since` on. What is
        said of a day alone, and so of its beginning in UTC, counts by the first and the last of `days`, wherever that
        beginning lies for who lives elsewhere."""
        first, after = _beginning(days[0]), _beginning(days[1] + timedelta(days=1))
        asked = {"metric": metric.id, "subject": subject, "until": until, "after": after}
        about = "person" if subject else "company"
        if metric.comes_to == COUNTED:
            rows = self._store.run(
                _COUNTED[about], since=since, first=first, earliest=min(since, first), **asked
            )
        else:
            rows = self._store.run(_NEWEST[about], **asked)
        values = [Decimal(value) for value, _ in rows if value is not None]
        return Figure(sum(values, Decimal(0)), rows[0][1]) if values else None

    def about(self, person_id: str, *, reader: str, limit: int) -> list[PersonPoint]:
        """What was imported about somebody and counts, newest first, as far as the reader may see it."""
        order = (col(PersonPoint.made_at).desc(), col(PersonPoint.id).desc())
        mine = (col(PersonPoint.subject_id) == person_id, col(PersonPoint.current).is_(True))
        return self._store.read(PersonPoint, *mine, reader=reader, order=order, limit=limit)

    def before(self, points: Iterable[PersonPoint], *, reader: str) -> dict[str, PersonPoint]:
        """What these figures were before they were corrected, by their keys, as far as the reader may see it."""
        corrected = [row for row in points if row.edition > 1]
        sources = sorted({row.source_id for row in corrected})
        keys = sorted(row.key for row in corrected)
        old = (
            col(PersonPoint.source_id).in_(sources),  # the index of keys begins with it
            col(PersonPoint.key).in_(keys),
            col(PersonPoint.current).is_(False),
        )
        rows = (
            self._store.read(PersonPoint, *old, reader=reader, order=col(PersonPoint.edition)) if keys else []
        )
        return {row.key: row for row in rows}

    def point(self, point_id: str, *, reader: str) -> PersonPoint | None:
        """A figure about somebody that the reader may see, or None."""
        return next(iter(self._store.read(PersonPoint, col(PersonPoint.id) == point_id, reader=reader)), None)

    def override(self, source_id: str, key: str, subject: str, value: Decimal) -> PersonPoint | None:
        """Correct a figure about somebody by hand, by an edition more; None when it is about them no more."""
        here = (col(PersonPoint.source_id) == source_id, col(PersonPoint.key) == key)
        found = self._store.own(PersonPoint, *here, col(PersonPoint.current).is_(True), subject=subject)
        if not found:
            return None
        (row,) = found
        self._store.change(row, current=False)
        kept = ("kind", "subject_id", "made_at", "source", "source_id", "metric", "metric_id", "unit", "key")
        return self._store.add(
            PersonPoint,
            **{name: getattr(row, name) for name in kept},
            edition=row.edition + 1,
            value=told(value),
            instead_of=row.instead_of or row.value,
            received_at=self._store.now,
        )

    def readable(self, source: DataSource, keys: Iterable[str], *, reader: str) -> set[str]:
        """Of a source's figures about people, by their keys, those that the reader may see."""
        these = (col(PersonPoint.source_id) == source.id, col(PersonPoint.key).in_(sorted(keys)))
        rows = self._store.read(PersonPoint, *these, reader=reader)
        return {row.key for row in rows}

    def tidy(self) -> int:
        """Forget figures whose person was not known for long, and tables that nobody applied; returns how many."""
        return self.unknown.tidy() + self.loads.tidy()


def _table(table: type[Any]) -> Any:
    return table.__table__
