"""Data arrives: each figure is kept once, about whom it is, or waits until somebody of that name is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from handlers.goals.data.following import move
from handlers.goals.data.forbidden import forbidden
from handlers.goals.data.refusing import known_to, refuse, wrongs
from handlers.goals.goal import feature
from handlers.kit.calendar import ONE_DAY
from storage.metrics import Arrival, Changed, DataSource, Metric
from storage.people import Person
from storage.store import Store

SILENT, AGAIN = f"{feature.name}.silent", f"{feature.name}.again"
"""The bells that tell of a source that is silent, and try again whom nobody knew."""


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
    known = known_to(store, source, arrivals)
    refuse(store, source, arrivals, known)
    delivery = _Delivery(store, source, arrivals, known)
    for arrival in arrivals:
        delivery.take(arrival)
    return delivery.done()


class _Delivery:
    """Figures that may all be taken, one after the other."""

    def __init__(
        self, store: Store, source: DataSource, arrivals: tuple[Arrival, ...], known: dict[str, Metric]
    ) -> None:
        self._store = store
        self._source = source
        self._known = known
        self._whom = Whom(store, source)
        self._keeping, self._waiting = store.metrics.keeping(source, arrivals)
        self._taken = Taken()
        self._changed: set[Changed] = set()

    def take(self, arrival: Arrival) -> None:
        """Keep a figure; let it wait when nobody knows whom it is about."""
        if self._keeping.knows_better(arrival) or self._waiting.knows_better(arrival):
            self._taken.fates["repeated"] += 1
            return
        if arrival.gone:
            self._changed.update(self._keeping.end(arrival))
            self._waiting.forget(arrival.key)
            return
        person = self._whom.find(arrival.person) if arrival.person else None
        if arrival.person and person is None:
            self._wait(arrival)
        else:
            self._keep(arrival, person.id if person else "")

    def _wait(self, arrival: Arrival) -> None:
        self._changed.update(self._keeping.end(arrival))
        self._taken.waits_anew += self._waiting.keep(arrival)
        self._taken.fates["unmatched"] += 1
        self._taken.unmatched[arrival.person] += 1

    def _keep(self, arrival: Arrival, subject: str) -> None:
        self._waiting.forget(arrival.key)
        if arrival.metric not in self._known:
            apart = arrival.apart or bool(forbidden(arrival.metric))
            self._known[arrival.metric] = self._store.metrics.begin(self._source, arrival, kept_apart=apart)
        kept = self._keeping.keep(self._known[arrival.metric], arrival, subject=subject)
        self._taken.fates[kept.fate] += 1
        self._changed.update(kept.changed)
        if kept.fate == "corrected":
            self._taken.corrections.append(Correction(arrival, kept.before, subject))

    def done(self) -> Taken:
        """Write it all, and move what reads it."""
        self._keeping.write()
        self._waiting.write()
        self._taken.moved = move(self._store, self._source, self._changed)
        about = f"source:{self._source.id}"
        if self._taken.waits_anew and self._store.slots.next(AGAIN, about) is None:
            self._store.slots.plan(AGAIN, about, self._store.now + ONE_DAY)
        return self._taken


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
