"""What left, compared with who may ever read it: before whose eyes each canary came."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import text

from storage.database import Database
from storage.policy import Kind
from storage.records import personal_tables
from storage.reviews import RatingChange, Review, ReviewEdition, ReviewRemark, ReviewResult
from storage.store import Store
from storage.tables import BreakGlass, PersonalRow
from tests.walks.canaries import IN_CHANNELS, MAY_READ, Canaries, Word, texts_in
from tests.walks.promise import World, world_of
from tests.walks.reorganised import has_table
from tests.walks.surfaces import ALL_THERE, Out

TABLES = tuple(table for table in personal_tables() if table.__module__.startswith("storage."))


@dataclass(frozen=True)
class State:
    """A company at a moment: its file, its clock, and the words that were let fly in it."""

    file: Path
    canaries: Canaries
    at: datetime


class Moment:
    """Who is who now, and what has become of words."""

    def __init__(self, store: Store, world: World) -> None:
        self._store = store
        self._world = world
        self._rows = cache(lambda table: store._rows(table, ()))

    def may_read(self, reader: str, word: Word) -> bool:
        """Whether somebody, who still works here, may read a word."""
        return reader in self._world.here and (word.kind == "profile" or self._is_for(reader, word))

    def _is_for(self, reader: str, word: Word) -> bool:
        return any(Canaries.may_read(self._world, reader, each) for each in self._become(word))

    def _become(self, word: Word) -> Iterator[Word]:
        """A draft may have been sent, a review handed in or shared, a break-glass be over: then it is what it was sent
        as, or told to whom it was about."""
        if word.kind != "break_glass":
            yield word
        for table in _may_hold(word):
            for row in self._rows(table):
                if row.author_id == word.author_id and word.token in repr(row):
                    yield self._as_it_stands(word, row)

    def _as_it_stands(self, word: Word, row: Any) -> Word:
        kind = row.kind
        if isinstance(row, BreakGlass):
            is_over = row.approved_at and (row.closed_at or row.ends_at <= self._store.now)
            kind = "break_glass_told" if is_over else "break_glass"
        return Word(word.token, kind, row.subject_id, row.author_id, row.named_id, row.made_at)

    def may_stand_in_a_channel(self, word: Word) -> bool:
        """Whether everybody may read it, whoever that is."""
        return any(each.kind in IN_CHANNELS for each in self._become(word))


def _may_hold(word: Word) -> tuple[type[PersonalRow], ...]:
    """The tables in which a word that becomes of another kind may stand."""
    if word.kind == "draft":
        return TABLES
    if word.kind.startswith(("review_", "rating")):
        return (Review, ReviewEdition, ReviewRemark, ReviewResult, RatingChange)
    return (BreakGlass,) if word.kind == "break_glass" else ()


def _counted(table: str, *columns: str) -> str:
    return ", ".join(f"(SELECT count({column}) FROM {table})" for column in ("*", *columns))


CHANGES = text(
    "SELECT (SELECT max(revision) FROM person), (SELECT max(revision) FROM reporting_line),"
    f" {_counted('person', 'left_at')}, {_counted('reporting_line')},"
    " (SELECT CAST(value AS TEXT) FROM setting WHERE name = 'managers_read_past'),"
    f" {_counted('delegation', 'accepted_at', 'approved_at', 'ended_at')},"
    f" {_counted('break_glass', 'approved_at', 'closed_at')}"
)
"""What is another number whenever who is who is another."""


@dataclass
class Judge:
    """Searches all that leaves for canaries, and compares whose eyes they came before with the rules."""

    database: Database
    canaries: Canaries
    cells: Counter[str] = field(default_factory=Counter)
    size: Counter[str] = field(default_factory=Counter)
    seen: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    posted: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The kinds of what stood, as it may, in the channels of each surface."""
    leaks: set[str] = field(default_factory=set)
    _known: tuple[Any, World | None] = (None, None)

    def judge(self, door: str, left: Sequence[Out]) -> None:
        """Search what left through a door."""
        found: list[tuple[Out, set[str]]] = []
        for out in left:
            surface = out.surface.partition(" ")[0]
            self.cells[surface] += 1
            self.size[surface] += len(out.data)
            self.cells["channels"] += ALL_THERE in out.whose
            tokens = {token for text in texts_in(out.data) for token in self.canaries.found_in(text)}
            found += [(out, tokens)] if tokens else []
        if found:
            self.database.look_now(lambda store: self._compare(door, found, self._moment(store)))

    def _moment(self, store: Store) -> Moment:
        """Now. The world is read again when the clock or anything of it has moved."""
        key = (store.now, *store.execute(CHANGES).one())
        if key != self._known[0]:
            self._known = key, world_of(lambda name: store._rows(has_table(name), ()), store.now)
        assert self._known[1]
        return Moment(store, self._known[1])

    def _compare(self, door: str, found: list[tuple[Out, set[str]]], moment: Moment) -> None:
        for out, token, who in ((o, t, who) for o, tokens in found for t in tokens for who in o.whose):
            word = self.canaries.words[token]
            if who == ALL_THERE and moment.may_stand_in_a_channel(word):
                self.posted[out.surface.partition(" ")[0]].add(word.kind)
            elif who in self.canaries.ids and moment.may_read(self.canaries.ids[who], word):
                self.seen[token].add(who)
            elif not (out.surface.startswith("web") and who in self.seen[token]):  # it stands in their chat
                self.leaks.add(f"{door}: {out.surface} shows {who or 'nobody'} {word}")

    def unseen(self, every: bool) -> set[str]:
        """What nobody saw for whom it is: of every word, or at least of every kind that stands in somebody's file."""
        words = [word for word in self.canaries.words.values() if MAY_READ[word.kind]]
        if every:  # but for a number in a people file that waits: HR is shown names
            return {str(word) for word in words if not self.seen[word.token] and word.kind != "address"}
        kinds = {word.kind for word in words} & set(Kind)
        return kinds - {word.kind for word in words if self.seen[word.token]}

    def __str__(self) -> str:
        surfaces = ", ".join(f"{count} of {name}" for name, count in sorted(self.cells.items()))
        words = f"{sum(map(bool, self.seen.values()))} of {len(self.canaries.words)} words seen by whom they are for"
        return f"{surfaces}; {sum(self.size.values()) / 1e6:.1f} million bytes searched; {words}"
