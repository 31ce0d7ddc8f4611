"""Data arrives: each figure is kept once, whom it is about is found, and the key results that read it move."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from decimal import Decimal

from handlers.goals.data.forbidden import forbidden
from handlers.goals.goal import feature
from handlers.kit.calendar import ONE_DAY, at_wall
from handlers.kit.hours import calendar_of, hours_of
from storage.goals import Goal, KeyResult
from storage.metrics import COUNTED, NEWEST, Arrival, Changed, DataSource, Figure, Metric, Series
from storage.people import Person
from storage.store import Store

AHEAD = timedelta(days=1)
"""A figure may be about a day that has begun elsewhere; about later ones nobody knows anything."""
CARD, FOLLOWED, SILENT, AGAIN = (
    f"{feature.name}.{name}" for name in ("data", "followed_data", "silent", "again")
)
"""The bells that tell an owner what moved, and who follows it; tell of a source that is silent; and try again whom
nobody knew."""


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


@dataclass(frozen=True)
class Correction:
    """A figure that is another one now than it was; `person_id` is whom it is about, "" for the company."""

    arrival: Arrival
    before: str
    person_id: str


@dataclass
class Taken:
    """What became of the figures of one delivery: `new`, `corrected`, `repeated`, `unmatched`."""

    fates: Counter[str] = field(default_factory=Counter)
    corrections: list[Correction] = field(default_factory=list)
    unmatched: Counter[str] = field(default_factory=Counter)
    """How many figures wait, by what the source calls their person."""
    waits_anew: int = 0
    moved: int = 0

    @property
    def changes(self) -> bool:
        """Whether anything is other than it was."""
        return bool(self.figures or self.waits_anew)

    @property
    def figures(self) -> int:
        """How many figures are otherwise now: new ones, and corrected ones."""
        return self.fates["new"] + self.fates["corrected"]

    def told(self) -> dict[str, int]:
        """As it is answered."""
        names = ("new", "corrected", "repeated", "unmatched")
        return {**{name: self.fates[name] for name in names}, "moved": self.moved}


def take(store: Store, source: DataSource, arrivals: Iterable[Arrival], *, file: str = "") -> Taken:
    """Keep what a source sent, all of it or nothing, and move what reads it; `file` is the id of the file that it came
    in. Raises Faulty."""
    taken = _kept(store, source, tuple(replace(each, files=(file,)) if file else each for each in arrivals))
    store.change(source, heard_at=store.now)
    expect(store, source)
    return taken


def _kept(store: Store, source: DataSource, arrivals: tuple[Arrival, ...]) -> Taken:
    known = _known(store, source, arrivals)
    if found := tuple(_wrongs(store, source, arrivals, known)):
        raise Faulty(_fault(source, arrivals[wrong.number], wrong) for wrong in found)
    whom, taken, changed = Whom(store, source), Taken(), set[Changed]()
    keeping, waiting = store.metrics.keeping(source, arrivals)
    for arrival in arrivals:
        if keeping.knows_better(arrival) or waiting.knows_better(arrival):
            taken.fates["repeated"] += 1
            continue
        if arrival.gone:
            changed.update(keeping.end(arrival))
            waiting.forget(arrival.key)
            continue
        person = whom.find(arrival.person) if arrival.person else None
        if arrival.person and person is None:
            changed.update(keeping.end(arrival))
            taken.waits_anew += waiting.keep(arrival)
            taken.fates["unmatched"] += 1
            taken.unmatched[arrival.person] += 1
            continue
        waiting.forget(arrival.key)
        if arrival.metric not in known:
            kept_apart = arrival.apart or bool(forbidden(arrival.metric))
            known[arrival.metric] = store.metrics.begin(source, arrival, kept_apart=kept_apart)
        subject = person.id if person else ""
        kept = keeping.keep(known[arrival.metric], arrival, subject=subject)
        taken.fates[kept.fate] += 1
        changed.update(kept.changed)
        if kept.fate == "corrected":
            taken.corrections.append(Correction(arrival, kept.before, subject))
    keeping.write()
    waiting.write()
    taken.moved = move(store, source, changed)
    if taken.waits_anew and store.slots.next(AGAIN, f"source:{source.id}") is None:
        store.slots.plan(AGAIN, f"source:{source.id}", store.now + ONE_DAY)
    return taken


class _Undone(Exception):
    """All that was done is undone, on purpose."""


def foresee(store: Store, source: DataSource, arrivals: Iterable[Arrival]) -> Taken:
    """What `take` would do: it is done and undone. Raises Faulty."""
    taken = Taken()
    try:
        with store.nested():
            taken = take(store, source, arrivals)
            raise _Undone
    except _Undone:
        return taken


def run_again(store: Store, source: DataSource) -> Taken:
    """Take the figures again whose person was not known: some may be by now. Those that do not fit any more (`unfit`)
    go on waiting. Nothing is heard of the source by that."""
    waiting = store.metrics.unknown.of(source)
    whom = Whom(store, source)
    matched = [(row, arrival) for row, arrival in waiting if whom.find(arrival.person)]
    unfit = {wrong.number for wrong in wrongs(store, source, [arrival for _, arrival in matched])}
    fit = [each for number, each in enumerate(matched) if number not in unfit]
    store.metrics.unknown.match([row for row, _ in fit])
    taken = _kept(store, source, tuple(arrival for _, arrival in fit))
    taken.fates["unmatched"] = len(waiting) - len(matched)
    taken.fates["unfit"] = len(unfit)
    return taken


def expect(store: Store, source: DataSource) -> None:
    """From now on a source may be silent for as long as its figures are fresh."""
    store.slots.plan(SILENT, f"source:{source.id}", store.now + timedelta(days=source.stale_days))


# What cannot be taken ------------------------------------------------------------------------------------------------


def wrongs(store: Store, source: DataSource, arrivals: Collection[Arrival]) -> tuple[Wrong, ...]:
    """What a source may not send of these: by its name, its moment, its unit."""
    return tuple(_wrongs(store, source, arrivals, _known(store, source, arrivals)))


def _known(store: Store, source: DataSource, arrivals: Iterable[Arrival]) -> dict[str, Metric]:
    return store.metrics.called(source, (arrival.metric for arrival in arrivals))


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


# Whom it is about ----------------------------------------------------------------------------------------------------


class Whom:
    """Who works here, by what a source may call them: an address, an id, or a name that an administrator mapped."""

    def __init__(self, store: Store, source: DataSource) -> None:
        self._store = store
        self._mapped = {str(name).casefold(): str(email) for name, email in source.people.items()}
        self._ids: dict[str, list[Person]] | None = None
        self._found: dict[str, Person | None] = {}

    def find(self, called: str) -> Person | None:
        """The one person of that name, or None."""
        if called not in self._found:
            self._found[called] = self._look_for(called)
        return self._found[called]

    def _look_for(self, called: str) -> Person | None:
        folded = called.strip().casefold()
        person = self._store.directory.with_email(self._mapped.get(folded, folded))
        if person is None:
            found = self._by_id().get(folded, [])
            person = found[0] if len(found) == 1 else None
        return person if person and person.active else None

    def _by_id(self) -> dict[str, list[Person]]:
        if self._ids is None:
            self._ids = {}
            for person in self._store.directory.active():
                if person.external_id:
                    self._ids.setdefault(person.external_id.strip().casefold(), []).append(person)
        return self._ids


# What moves ----------------------------------------------------------------------------------------------------------


def move(store: Store, source: DataSource, changed: Iterable[Changed]) -> int:
    """Move the key results that read what is different now; returns how many moved."""
    return sum(
        follow(store, source, metric, row, goal, changed=moments)
        for metric, row, goal, moments in reading(store, changed)
    )


def reading(
    store: Store, changed: Iterable[Changed]
) -> Iterator[tuple[Metric, KeyResult, Goal, Collection[datetime]]]:
    """The key results that read what is different now, each with the moments at which it is."""
    moments = defaultdict[Series, set[datetime]](set)
    for series, at in changed:
        moments[series].add(at)
    metrics = store.metrics.some(metric for metric, _ in moments)
    read = [each for each in moments if not metrics[each[0]].kept_apart]
    for row, goal in store.goals.reading(read):
        yield metrics[row.metric_id], row, goal, moments[row.reads]


def follow(
    store: Store,
    source: DataSource,
    metric: Metric,
    row: KeyResult,
    goal: Goal,
    *,
    changed: Collection[datetime] | None = None,
    told: bool = False,
) -> bool:
    """Move a key result to where its metric stands, unless that is as it was before its series `changed` at these
    moments: what its owner has said since or taken back holds then. Returns whether it moved. Its owner hears of it
    once a day, unless they are being `told` now, and so does who follows the goal."""
    owner = store.directory.person(row.subject_id)
    figure = figure_for(store, metric, row, goal)
    if owner and figure and changed is not None and not _counts(metric, figure, goal, owner.zone, changed):
        return False
    if figure is None and metric.comes_to == COUNTED and row.data_at is not None and not told:
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


def figure_for(store: Store, metric: Metric, row: KeyResult, goal: Goal) -> Figure | None:
    """Where the metric of a key result stands, in the days of its goal."""
    owner = store.directory.person(row.subject_id)
    if owner is None:
        return None
    since, until = _days(goal, owner.zone)
    subject, days = row.reads[1], (goal.begins_on, goal.ends_on)
    return store.metrics.figure(metric, subject, since=since, until=until, days=days)


def _counts(metric: Metric, figure: Figure, goal: Goal, zone: str, changed: Collection[datetime]) -> bool:
    """Whether a metric may come to something else by what changed at these moments, in the days of a goal."""
    since, until = _days(goal, zone)
    first = since - ONE_DAY if metric.comes_to == COUNTED else figure.at
    return any(first <= at < until for at in changed)


def _ring_soon(store: Store, kind: str, person: Person | None) -> None:
    """One message is enough for all that comes until it is said."""
    if person and person.active and store.slots.next(kind, person.id) is None:
        hours = hours_of(store, person, calendar_of(store))
        store.slots.plan(kind, person.id, hours.open_from(store.now))


def _days(goal: Goal, zone: str) -> tuple[datetime, datetime]:
    """The moments between which a goal counts, in its owner's zone."""
    return at_wall(goal.begins_on, time(), zone), at_wall(goal.ends_on + ONE_DAY, time(), zone)
