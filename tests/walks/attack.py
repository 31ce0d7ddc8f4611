"""Somebody who wants to know what others said in confidence: they put together all that anybody may ask, what some of
those who wrote gave themselves, who reports to whom and who wrote at all, and conclude whatever follows from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, lru_cache
from itertools import combinations, combinations_with_replacement
from typing import Any

from handlers.reviews.together import Thresholds, tally

Answer = tuple[str, str]
"""Whose, about whom: what is to be found out."""
Shape = tuple[int, ...]
Number = Fraction | int


@dataclass
class Attacker:
    """What is known of a cycle, and what follows. Answers are points of 1 to `highest`."""

    highest: int
    thresholds: Thresholds
    sums: list[tuple[frozenset[Answer], int]] = field(default_factory=list)
    """Of which answers the sum is known."""
    groups: list[tuple[frozenset[Answer], Mapping[str, Any]]] = field(default_factory=list)
    """Of which answers what was released is known."""

    def hears(self, answers: Collection[Answer], said: Mapping[str, Any]) -> None:
        """Somebody was shown this about these answers."""
        self.groups.append((frozenset(answers), said))
        if spread := said.get("spread"):
            self.learns(answers, sum(point * count for point, count in enumerate(spread, 1)))

    def learns(self, answers: Collection[Answer], total: int) -> None:
        """Somebody was shown what these come to, or their mean."""
        self.sums.append((frozenset(answers), total))

    def finds(self, truth: Mapping[Answer, int], *, alone: bool = False) -> set[Answer]:
        """The answers that can only be what they are, for somebody who gave none of them and, if they are not `alone`,
        for each group of those who gave some and put them together. `truth` is what these know of their own, and
        nothing else."""
        found: set[Answer] = set()
        for insiders in ((),) if alone else self._colluding(truth):
            known = {answer: points for answer, points in truth.items() if answer[0] in insiders}
            found |= self._by_sums(known)
            found |= self._by_groups(known)
        assert all(answer in truth for answer in found)
        return found

    def _colluding(self, truth: Mapping[Answer, int]) -> Iterator[tuple[str, ...]]:
        yield ()
        authors = sorted({author for author, _ in truth})
        for number in range(1, self.thresholds.colluding + 1):
            yield from combinations(authors, number)

    # What follows from sums ------------------------------------------------------------------------------------------

    def _by_sums(self, known: Mapping[Answer, int]) -> set[Answer]:
        """By taking sums from each other in every way (Gauss), and where what is left can only be the lowest or the
        highest points of all."""
        if not self.sums:
            return set()
        rows = []
        for answers, total in self.sums:
            row: dict[Answer, Number] = {answer: 1 for answer in answers if answer not in known}
            rest: Number = total - sum(known[answer] for answer in answers if answer in known)
            if row:
                rows.append((row, rest))
        found: set[Answer] = set()
        for row, rest in (*rows, *_differences(rows), *_solved(rows)):
            found |= self._settled(row, rest)
        return found

    def _settled(self, row: Mapping[Answer, Number], rest: Number) -> set[Answer]:
        least = sum((c if c > 0 else c * self.highest) for c in row.values())
        most = sum((c * self.highest if c > 0 else c) for c in row.values())
        return set(row) if len(row) == 1 or rest in (least, most) else set()

    # What follows from what was released -----------------------------------------------------------------------------

    def _by_groups(self, known: Mapping[Answer, int]) -> set[Answer]:
        """By every way in which a group can have answered so that just this was released, without what is known."""
        found: set[Answer] = set()
        for answers, said in self.groups:
            own = tuple(sorted(known[answer] for answer in answers if answer in known))
            shape = _alike(len(answers), Counter(author for author, _ in answers))
            if _only_one_way(shape, own, repr(dict(said)), self.highest, self.thresholds):
                found |= {answer for answer in answers if answer not in known}
        return found


@cache
def _only_one_way(shape: Shape, own: Shape, said: str, highest: int, thresholds: Thresholds) -> bool:
    others: set[int] = set()
    for points in _released_as(shape, highest, thresholds).get(said, ()):
        rest = Counter(points)
        rest.subtract(own)
        if min(rest.values()) >= 0:
            others |= {point for point, count in rest.items() if count}
    return len(others) == 1


def _alike(size: int, each: Mapping[str, int]) -> Shape:
    """How many answers each gave, as far as it matters: who gave most, and how many people there are."""
    most, others = max(each.values()), len(each) - 1
    least, more = divmod(size - most, others) if others else (0, 0)
    return (most, *(least + (number < more) for number in range(others)))


@lru_cache(maxsize=8)  # of a large group there are a hundred thousand ways
def _released_as(shape: Shape, highest: int, thresholds: Thresholds) -> Mapping[str, list[Shape]]:
    """What is released of all points that people can have given, of whom each gave so many."""
    found: dict[str, list[Shape]] = {}
    authors = [str(author) for author, count in enumerate(shape) for _ in range(count)]
    for points in combinations_with_replacement(range(1, highest + 1), len(authors)):
        said = tally(list(zip(authors, points, strict=True)), highest, thresholds)
        found.setdefault(repr(dict(said)) if said else "", []).append(points)
    return found


Row = tuple[dict[Answer, Number], Number]


def _differences(rows: Sequence[Row]) -> Iterator[Row]:
    """What one sum has more than another."""
    for (more, total), (less, part) in ((a, b) for a in rows for b in rows):
        if len(less) < len(more) and less.keys() <= more.keys():
            yield {answer: c for answer, c in more.items() if answer not in less}, total - part


def _solved(rows: Iterable[Row]) -> list[Row]:
    """The same equations, solved as far as they can be."""
    done: list[tuple[Answer, Row]] = []
    for row, rest in rows:
        row = dict(row)
        for pivot, (other, total) in done:
            rest = _without(row, rest, pivot, other, total)
        if not row:
            continue
        pivot = next(iter(row))
        if (scale := row[pivot]) != 1:  # whole numbers are quicker, and enough nearly always
            row, rest = {answer: Fraction(c) / scale for answer, c in row.items()}, Fraction(rest) / scale
        done = [(p, _cleared(r, pivot, (row, rest))) for p, r in done]
        done.append((pivot, (row, rest)))
    return [row for _, row in done]


def _cleared(row: Row, pivot: Answer, by: Row) -> Row:
    left = dict(row[0])
    return left, _without(left, row[1], pivot, *by)


def _without(
    row: dict[Answer, Number],
    rest: Number,
    pivot: Answer,
    other: Mapping[Answer, Number],
    total: Number,
) -> Number:
    """Take a multiple of another equation from `row`, so that `pivot` is not in it; returns what it comes to then."""
    factor = row.get(pivot)
    if not factor:
        return rest
    for answer, c in other.items():
        row[answer] = row.get(answer, 0) - factor * c
        if not row[answer]:
            del row[answer]
    return rest - factor * total


def below(manager: str, manager_of: Callable[[str], str | None], people: Iterable[str]) -> set[str]:
    """Somebody and all who report to them, at any distance."""
    found = set()
    for person in people:
        at: str | None = person
        while at and at != manager:
            at = manager_of(at)
        if at:
            found.add(person)
    return found
