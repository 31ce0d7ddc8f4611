"""The key results that read a metric move when it does; their owners, and who follows them, hear of it once a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal

from handlers.goals.goal import feature
from handlers.kit.calendar import ONE_DAY, at_wall
from handlers.kit.hours import calendar_of, hours_of
from storage.goals import Goal, KeyResult
from storage.metrics import COUNTED, Changed, DataSource, Figure, Metric, Series
from storage.people import Person
from storage.store import Store

CARD, FOLLOWED = f"{feature.name}.data", f"{feature.name}.followed_data"
"""The bells that tell an owner what moved, and who follows it."""


@dataclass(frozen=True)
class Reader:
    """A key result of a goal that reads a metric; `changed` are the moments at which what it reads is different now,
    None where it begins to read."""

    metric: Metric
    row: KeyResult
    goal: Goal
    changed: Collection[datetime] | None = None


def move(store: Store, source: DataSource, changed: Iterable[Changed]) -> int:
    """Move the key results that read what is different now; returns how many moved."""
    return sum(follow(store, source, each) for each in reading(store, changed))


def reading(store: Store, changed: Iterable[Changed]) -> Iterator[Reader]:
    """The key results that read what is different now."""
    moments = defaultdict[Series, set[datetime]](set)
    for series, at in changed:
        moments[series].add(at)
    metrics = store.metrics.some(metric for metric, _ in moments)
    read = [each for each in moments if not metrics[each[0]].kept_apart]
    for row, goal in store.goals.reading(read):
        yield Reader(metrics[row.metric_id], row, goal, moments[row.reads])


def follow(store: Store, source: DataSource, reader: Reader, *, told: bool = False) -> bool:
    """Move a key result to where its metric stands, unless that is as it was before what it reads changed: what its
    owner has said since or taken back holds then. Returns whether it moved. Its owner hears of it once a day, unless
    they are being `told` now, and so does who follows the goal."""
    row, goal = reader.row, reader.goal
    owner = store.directory.person(row.subject_id)
    figure = figure_for(store, reader)
    if owner and figure and not _may_differ(reader, figure, owner.zone):
        return False
    if figure is None and reader.metric.comes_to == COUNTED and row.data_at is not None and not told:
        figure = Figure(Decimal(0), store.now)  # all that it counted is somebody else's now
    if (
        owner is None
        or figure is None
        or not store.goals.follow(row, goal, source=source.name, value=figure.value, at=figure.at)
    ):
        return False
    store.touch(owner.id)
    if not told:
        _ring_soon(store, CARD, owner)
    for each in store.goals.echoes.followers(goal.id):
        _ring_soon(store, FOLLOWED, store.directory.person(each))
    return True


def read_again(store: Store, goal: Goal, *, by: str) -> None:
    """A goal has other days, or is open again: what its key results read comes to what counts now, unless somebody has
    said since how far it is, or took back what data said. An owner who did this reads it at once; others are told."""
    rows = [row for row in store.goals.answering.results_of(goal) if row.metric_id]
    metrics = store.metrics.some(row.metric_id for row in rows)
    taken_back = store.goals.moves.taken_back(rows)
    for row in rows:
        metric = metrics[row.metric_id]
        reader, source = Reader(metric, row, goal), store.metrics.source_by_id(metric.source_id)
        figure = figure_for(store, reader)
        newer = figure is not None and (row.data_at is None or figure.at > row.data_at)
        by_hand = row.id in taken_back or (row.moved_at is not None and row.data_at is None)
        if source and not by_hand and (newer or metric.comes_to == COUNTED):
            follow(store, source, reader, told=goal.subject_id == by)


def figure_for(store: Store, reader: Reader) -> Figure | None:
    """Where the metric of a key result stands, in the days of its goal."""
    owner = store.directory.person(reader.row.subject_id)
    if owner is None:
        return None
    goal, subject = reader.goal, reader.row.reads[1]
    since, until = _days(goal, owner.zone)
    return store.metrics.figure(
        reader.metric, subject, since=since, until=until, days=(goal.begins_on, goal.ends_on)
    )


def _may_differ(reader: Reader, figure: Figure, zone: str) -> bool:
    """Whether a metric may come to something else by what changed, in the days of a goal."""
    since, until = _days(reader.goal, zone)
    first = since - ONE_DAY if reader.metric.comes_to == COUNTED else figure.at
    return reader.changed is None or any(first <= at < until for at in reader.changed)


def _ring_soon(store: Store, kind: str, person: Person | None) -> None:
    """One message is enough for all that comes until it is said."""
    if person and person.active and store.slots.next(kind, person.id) is None:
        hours = hours_of(store, person, calendar_of(store))
        store.slots.plan(kind, person.id, hours.open_from(store.now))


def _days(goal: Goal, zone: str) -> tuple[datetime, datetime]:
    """The moments between which a goal counts, in its owner's zone."""
    return at_wall(goal.begins_on, time(), zone), at_wall(goal.ends_on + ONE_DAY, time(), zone)
