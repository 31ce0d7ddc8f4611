"""What is shown of a group: only as many together that nobody's answer can be found out, and each answer in one place.

Besides the thresholds (`docs/confidential.md`) there are two things that an attacker would need. Each answer counts
in exactly one place, so that no two figures can be subtracted from each other. And of points nothing is said
from which one who wrote could conclude what all the others gave (five people who all gave a 5 are "leaning high"):
a test goes through every group of up to eight people, and one attacks a thousand organisations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Generic, TypeVar

from storage.reviews import Given, Voice
from storage.reviews.voices import BELOW, OWN

FLOOR = 3
"""No threshold is less, whatever a cycle says."""
HIGH, LOW, BETWEEN = "high", "low", "between"

A = TypeVar("A", bound=tuple[str, Any])
"""An answer: who gave it, and what."""


@dataclass(frozen=True)
class Thresholds:
    """From how many people on something is shown: whether points lean, how they spread, and words."""

    group: int
    score: int
    comment: int

    @classmethod
    def of(cls, cycle: Any) -> Thresholds:
        """Those that were frozen when the cycle was launched."""
        group = max(FLOOR, cycle.k_group)
        return cls(group, max(group, cycle.k_score), max(group, cycle.k_comment))

    @property
    def colluding(self) -> int:
        """So many of those who wrote may put together what they gave, and still learn nothing of another's."""
        return self.group - 2


# In which place each answer counts -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell(Generic[A]):
    """Answers that are shown together: about a person, or about those who report to them."""

    holder: str
    about: str
    answers: tuple[A, ...]


def cells(
    given: Mapping[str, Sequence[A]], manager_of: Callable[[str], str | None], k: int
) -> tuple[Cell[A], ...]:
    """The answers about each person, as cells of at least `k` people who wrote, each answer in one.

    Where fewer than `k` wrote, their answers count among those about all who report to the same manager and are not
    shown alone either. Where these are still fewer than `k`, the smallest group beside them joins them, and where there
    is none, they go on to the manager above. What finds no place is shown nowhere."""
    waiting: dict[str, list[Cell[A]]] = {}
    for person, answers in given.items():
        if answers:
            waiting.setdefault(manager_of(person) or "", []).append(Cell(person, OWN, tuple(answers)))
    made: list[Cell[A]] = []
    for manager in _from_below(waiting, manager_of):
        shown, pooled = _parted(waiting.pop(manager, []), k, joined=bool(manager))
        made += shown
        if manager and _people(pooled) >= k:
            made.append(Cell(manager, BELOW, pooled))
        elif manager and pooled:
            waiting.setdefault(manager_of(manager) or "", []).append(Cell(manager, BELOW, pooled))
    return tuple(made)


def _from_below(managers: Iterable[str], manager_of: Callable[[str], str | None]) -> list[str]:
    """These managers and all above them, the deepest first; "" above the top."""
    lines = {manager: _line(manager, manager_of) for manager in managers if manager}
    every = {above for line in lines.values() for above in line} | lines.keys()
    depth = {manager: len(_line(manager, manager_of)) for manager in every}
    return [*sorted(every, key=lambda manager: (-depth[manager], manager)), ""]


def _parted(siblings: list[Cell[A]], k: int, *, joined: bool) -> tuple[list[Cell[A]], tuple[A, ...]]:
    """Those that are shown alone, and the answers of all others together. Above the top nothing is `joined`: what is
    left there is shown to nobody."""
    shown = sorted((cell for cell in siblings if _people(cell.answers) >= k), key=_by_size)
    pooled = [answer for cell in siblings if _people(cell.answers) < k for answer in cell.answers]
    while joined and 0 < _people(pooled) < k and shown:
        pooled += shown.pop(0).answers
    return shown, tuple(pooled)


def _people(answers: Sequence[tuple[str, Any]]) -> int:
    """How many people gave these: who wrote about two whose answers are shown together counts once."""
    return len({author for author, _ in answers})


def _by_size(cell: Cell[Any]) -> tuple[int, str]:
    return _people(cell.answers), cell.holder


def _line(person: str, manager_of: Callable[[str], str | None]) -> tuple[str, ...]:
    found: list[str] = []
    manager = manager_of(person)
    while manager and manager not in found:
        found.append(manager)
        manager = manager_of(manager)
    return tuple(found)


# What is said of them ------------------------------------------------------------------------------------------------


def tally(
    answers: Sequence[tuple[str, int]], highest: int, thresholds: Thresholds
) -> Mapping[str, Any] | None:
    """What may be said of these points, of 1 to `highest`: how they spread, or only how they lean, or nothing."""
    people, points = _people(answers), [point for _, point in answers]
    if people < thresholds.group:
        return None
    n, known = len(points), most_known(answers, thresholds)
    counts = Counter(points)
    if people >= thresholds.score and max(counts.values()) <= n - known - 2:
        return {"n": n, "spread": [counts[point] for point in range(1, highest + 1)]}
    # Whoever knows the points of `known` people must never see that the rest gave all the lowest, or all the highest.
    edge = known * (highest - 1) + 1
    low, high = n + edge, n * highest - edge
    if low >= high:
        return {"n": n}
    total = sum(points)
    return {"n": n, "leans": LOW if total <= low else HIGH if total >= high else BETWEEN}


def most_known(answers: Sequence[tuple[str, Any]], thresholds: Thresholds) -> int:
    """How many of these answers so many as may collude can have given: more than one each, where they wrote about
    several people."""
    each = Counter(author for author, _ in answers)
    return sum(count for _, count in each.most_common(thresholds.colluding))


def mean(spread: Sequence[int]) -> Fraction:
    """The mean of points that spread like this."""
    return Fraction(sum(point * count for point, count in enumerate(spread, 1)), sum(spread))


# All of a cycle ------------------------------------------------------------------------------------------------------


def voices(
    given: Sequence[Given],
    scales: Mapping[str, int],
    manager_of: Callable[[str], str | None],
    thresholds: Thresholds,
) -> list[Voice]:
    """What is released of what was handed in: of each part the points, and apart from them the words. `scales` has the
    highest point of each part that has points."""
    made: list[Voice] = []
    roles = sorted({item.role for item in given})
    parts = sorted({part for item in given for part in item.answers})
    for role, part in ((role, part) for role in roles for part in parts):
        points = _by_subject(given, role, part, "points")
        for cell in cells(points, manager_of, thresholds.group) if part in scales else ():
            said = tally(cell.answers, scales[part], thresholds)
            made.append(Voice(cell.holder, role, cell.about, part, tally=said))
        words = _by_subject(given, role, part, "words")
        for told in cells(words, manager_of, thresholds.comment):
            made += (Voice(told.holder, role, told.about, part, said=words_) for _, words_ in told.answers)
    return made


def _by_subject(given: Sequence[Given], role: str, part: str, of: str) -> dict[str, list[tuple[str, Any]]]:
    found: dict[str, list[tuple[str, Any]]] = {}
    for item in given:
        if item.role == role and (answer := item.answers.get(part, {}).get(of)):
            found.setdefault(item.subject_id, []).append((item.author_id, answer))
    return found
