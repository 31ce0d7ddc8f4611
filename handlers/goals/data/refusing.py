"""What a source may not send: by its name, its moment, or its unit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.goals.data.forbidden import forbidden
from storage.metrics import NEWEST, Arrival, DataSource, Metric
from storage.store import Store

AHEAD = timedelta(days=1)
"""A figure may be about a day that has begun elsewhere; about later ones nobody knows anything."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with what a source sent: where, and what."""

    place: str
    words: str


class Faulty(Exception):
    """Nothing was taken of what a source sent, because of these."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.place}: {fault.words}" for fault in self.faults))


@dataclass(frozen=True)
class Wrong:
    """A figure that its source may not send: which of them, the field, why, and a word that belongs to it."""

    number: int
    field: str
    why: str
    named: str = ""


def wrongs(store: Store, source: DataSource, arrivals: Collection[Arrival]) -> tuple[Wrong, ...]:
    """What a source may not send of these: by its name, its moment, its unit."""
    return tuple(_wrongs(store, source, arrivals, known_to(store, source, arrivals)))


def known_to(store: Store, source: DataSource, arrivals: Iterable[Arrival]) -> dict[str, Metric]:
    """The metrics of these figures that the source has already, by name."""
    return store.metrics.called(source, (arrival.metric for arrival in arrivals))


def refuse(
    store: Store, source: DataSource, arrivals: Sequence[Arrival], known: Mapping[str, Metric]
) -> None:
    """Raises Faulty when a source may not send one of these."""
    if found := tuple(_wrongs(store, source, arrivals, known)):
        raise Faulty(_fault(source, arrivals[wrong.number], wrong) for wrong in found)


def _wrongs(
    store: Store, source: DataSource, arrivals: Iterable[Arrival], known: Mapping[str, Metric]
) -> Iterator[Wrong]:
    units = {name: metric.unit for name, metric in known.items()}
    kinds = {name: metric.comes_to for name, metric in known.items()}
    apart = {name: metric.kept_apart for name, metric in known.items()}
    right, until = set[tuple[str, str, str, bool]](), store.now + AHEAD
    for number, arrival in enumerate(arrivals):
        said = arrival.metric, arrival.unit, arrival.comes_to, arrival.apart
        if said in right and arrival.at <= until:
            continue
        found = tuple(_wrong(source, number, arrival, units, kinds, apart, until=until))
        yield from found
        if not found:
            right.add(said)


def _wrong(
    source: DataSource,
    number: int,
    arrival: Arrival,
    units: dict[str, str],
    kinds: dict[str, str],
    apart: dict[str, bool],
    *,
    until: datetime,
) -> Iterator[Wrong]:
    word = forbidden(arrival.metric)
    if word and not arrival.apart and arrival.metric not in source.allowed:
        yield Wrong(number, "metric", "forbidden", word)
    if apart.setdefault(arrival.metric, arrival.apart or bool(word)) is False and arrival.apart:
        yield Wrong(number, "metric", "apart")
    if arrival.at > until:
        yield Wrong(number, "at", "future")
    unit = units.setdefault(arrival.metric, arrival.unit)
    if arrival.unit and arrival.unit != unit:
        yield Wrong(number, "unit", "unit", unit)
    kind = kinds.setdefault(arrival.metric, arrival.comes_to or NEWEST)
    if arrival.comes_to and arrival.comes_to != kind:
        yield Wrong(number, "kind", "kind", kind)


def _fault(source: DataSource, arrival: Arrival, wrong: Wrong) -> Fault:
    """What is wrong, for a program's author."""
    place = f"points[{wrong.number}].{wrong.field}"
    if wrong.why == "future":
        return Fault(place, "lies in the future")
    if wrong.why == "unit":
        return Fault(place, f"is {arrival.unit!r}; this metric has been in {wrong.named!r} until now")
    if wrong.why == "kind":
        return Fault(place, f"is {arrival.comes_to!r}; this metric has been {wrong.named!r} until now")
    if wrong.why == "apart":
        return Fault(place, f"{arrival.metric!r} counts in scores, and what comes now may not")
    return Fault(
        place,
        f"{arrival.metric!r} is refused by its name ({wrong.named}): such data is not for judging people. If it is"
        f" something else, an administrator lets it pass with: upbeat source allow {source.name}"
        f" {arrival.metric!r}. It never enters a score.",
    )
