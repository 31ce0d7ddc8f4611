"""What is shown of a group: no figure from which somebody's answer follows, whoever puts together what they know."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, combinations_with_replacement

import pytest

from handlers.reviews.together import Thresholds, cells, tally

USUAL = Thresholds(3, 5, 10)


def by_each(points: Sequence[int]) -> list[tuple[str, int]]:
    """These points, each by somebody else."""
    return [(f"author {number}", point) for number, point in enumerate(points)]


@pytest.mark.parametrize("highest", [2, 3, 4, 5])
@pytest.mark.parametrize("thresholds", [USUAL, Thresholds(4, 6, 10)])
def test_no_tally_says_what_one_person_gave(highest: int, thresholds: Thresholds) -> None:
    """Every group of up to eight people, and everybody in it who puts together what they gave."""
    for size in range(thresholds.group, 9):
        same_tally = defaultdict(list)
        for points in combinations_with_replacement(range(1, highest + 1), size):
            same_tally[repr(tally(by_each(points), highest, thresholds))].append(points)
        for shown, groups in same_tally.items():
            for number in range(thresholds.colluding + 1):
                for known, others in _others(groups, number).items():
                    assert len({point for rest in others for point in rest}) > 1, (shown, known)


def _others(groups: list[tuple[int, ...]], number: int) -> dict[tuple[int, ...], set[tuple[int, ...]]]:
    """What the others may have given, by what so many who know of each other gave."""
    found: dict[tuple[int, ...], set[tuple[int, ...]]] = defaultdict(set)
    for group in groups:
        for known in set(combinations(group, number)):
            found[known].add(tuple((Counter(group) - Counter(known)).elements()))
    return found


def test_the_exact_mean_beside_the_spread_would_say_it() -> None:
    """Why nothing but the lean is said where one point prevails: of six with a mean of 3.5 of whom nearly all gave the
    same, whoever gave the 1 would know that all others gave a 4."""
    said = tally(by_each((1, 4, 4, 4, 4, 4)), 5, USUAL)
    assert said == {"n": 6, "leans": "between"}
    assert tally(by_each((1, 4, 4, 4, 5, 5)), 5, USUAL) == {"n": 6, "spread": [1, 0, 0, 3, 2]}


def test_few_points_lean_and_fewer_say_nothing() -> None:
    assert tally(by_each((5, 5)), 5, USUAL) is None
    assert tally(by_each((5, 5, 5)), 5, USUAL) == {"n": 3, "leans": "high"}
    assert tally(by_each((1, 1, 2)), 5, USUAL) == {"n": 3, "leans": "low"}
    assert tally(by_each((1, 3, 5)), 5, USUAL) == {"n": 3, "leans": "between"}
    assert tally(by_each((1, 2, 2)), 2, USUAL) == {"n": 3}


LINE = {"ada": "grace", "dora": "grace", "ben": "ada", "chen": "ada", "eve": "ada", "leo": "dora"}


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ({"ben": 3, "chen": 4}, {"ben": 3, "chen": 4}),
        ({"ben": 2, "chen": 4, "eve": 9}, {"below ada": 6, "eve": 9}),  # the next-smallest sibling hides too
        ({"ben": 2, "chen": 1, "eve": 9}, {"below ada": 3, "eve": 9}),
        ({"ben": 2, "leo": 2}, {"below grace": 4}),  # each alone below its manager: one higher
        ({"ben": 2, "dora": 3}, {"below grace": 5}),
        ({"grace": 2}, {}),  # nobody is above
        ({"grace": 3, "ben": 2}, {"grace": 3}),
        ({}, {}),
    ],
)
def test_each_answer_counts_in_one_place(sizes: dict[str, int], shown: dict[str, int]) -> None:
    given = {who: [(f"{who} {n}", who) for n in range(size)] for who, size in sizes.items()}
    made = cells(given, LINE.get, 3)
    names = {f"{'below ' if cell.about == 'below' else ''}{cell.holder}": len(cell.answers) for cell in made}
    assert names == shown
    answers = [answer for cell in made for answer in cell.answers]
    assert len(answers) == len(set(answers))


def _pairs() -> Iterator[tuple[int, int]]:
    yield from ((k, n) for k in (0, 1, 2, 3) for n in (1, 2, 3))


@pytest.mark.parametrize(("k_group", "written"), list(_pairs()))
def test_no_cycle_goes_below_three(k_group: int, written: int) -> None:
    class Loose:
        k_score = k_comment = 1

    loose = Loose()
    loose.k_group = k_group  # type: ignore[attr-defined]
    said = tally(by_each([4] * written), 5, Thresholds.of(loose))
    assert (said is None) == (written < 3)


def test_who_writes_about_two_people_counts_once_and_knows_two_answers() -> None:
    """Ben's and Chen's answers count together, and Dora wrote about both: of her four fives she knows two."""
    given = {"ben": [("dora", 5), ("leo", 1)], "chen": [("dora", 5), ("leo", 1)]}
    assert cells(given, LINE.get, 3) == ()
    given["chen"].append(("grace", 5))
    (*_, cell) = cells({"ben": given["ben"], "chen": given["chen"][:1] + given["chen"][2:]}, LINE.get, 3)
    assert cell.about == "below"
    assert tally(cell.answers, 5, USUAL) == {"n": 4}
    assert tally(by_each((5, 1, 5, 5)), 5, USUAL) == {"n": 4, "leans": "high"}
