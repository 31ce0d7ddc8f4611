"""Small groups are hidden, and never to be found by taking the others from the sum."""

from __future__ import annotations

import random

import pytest

from handlers.reviews.suppressing import changed_too_little, hidden


@pytest.mark.parametrize(
    ("people", "out"),
    [
        ({"a": 5, "b": 9}, set()),
        ({"a": 4, "b": 9, "c": 6}, {"a", "c"}),
        ({"a": 2, "b": 3, "c": 6}, {"a", "b"}),
        ({"a": 4}, {"a"}),
        ({"a": 1, "b": 2}, {"a", "b"}),
        ({"a": 0, "b": 7}, set()),
        ({}, set()),
    ],
)
def test_the_smallest_sibling_hides_with_a_small_group(people: dict[str, int], out: set[str]) -> None:
    assert hidden(people, 5) == out


def test_what_the_sum_leaves_is_never_a_small_group() -> None:
    """On a thousand companies: what is left of the sum is nobody, or at least so many, or there is no sum to show."""
    dice = random.Random(5)
    for _ in range(1000):
        least = dice.randint(3, 10)
        people = {f"unit {n}": dice.randint(0, 14) for n in range(dice.randint(1, 9))}
        out = hidden(people, least)
        rest = sum(people[name] for name in out)
        assert rest == 0 or rest >= least or rest == sum(people.values())
        assert all(people[name] >= least for name in people.keys() - out if people[name])


def test_a_change_of_a_few_people_is_not_shown() -> None:
    assert changed_too_little({"a": 10, "b": 10, "c": 10}, {"a": 10, "b": 12, "d": 9}, 5) == {"b"}
    assert changed_too_little({"a": 10}, {"a": 6}, 5) == {"a"}
