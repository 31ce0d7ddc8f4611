"""Scores that can be trusted: what other tools got wrong is right here, and the rules hold for any numbers."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.goals.scoring import (
    ONE,
    ZERO,
    Direction,
    Measure,
    Mistake,
    Part,
    is_stretched,
    points,
    progress,
    together,
)

UP, DOWN, BAND, STEPS, YES_NO = Direction
D = Decimal

# What other tools got wrong: the case, and what it comes to here.
CASES = {
    "a start that is not nothing counts (horilla)": (Measure(UP, D(500), D(100)), D(300), D("0.5")),
    "a falling result rises (horilla)": (Measure(DOWN, D(3), D(5)), D(4), D("0.5")),
    "below its start it is nothing, not less": (Measure(UP, D(500), D(100)), D(50), ZERO),
    "beyond its target it is all, not more": (Measure(UP, D(500), D(100)), D(900), ONE),
    "a falling one beyond its target": (Measure(DOWN, D(3), D(5)), D(1), ONE),
    "from below nothing to nothing": (Measure(UP, ZERO, D(-10)), D(-5), D("0.5")),
    "start is target: no half (okr-tracker)": (Measure(UP, D(5), D(5)), D(5), None),
    "start is target, and beyond it": (Measure(UP, D(5), D(5)), D(9), None),
    "no value yet is not nothing (hrms)": (Measure(UP, D(5)), None, None),
    "a band is held": (Measure(BAND, D(10), high=D(20)), D(20), ONE),
    "a band with one value": (Measure(BAND, D(10), high=D(10)), D(10), ONE),
    "outside of a band": (Measure(BAND, D(10), high=D(20)), D(21), ZERO),
    "outside of a band, half way from where it was": (Measure(BAND, D(10), D(30), D(20)), D(25), D("0.5")),
    "a band whose start lies inside": (Measure(BAND, D(10), D(15), D(20)), D(21), ZERO),
    "steps": (Measure(STEPS, D(4)), D(3), D("0.75")),
    "yes": (Measure(YES_NO, ONE), ONE, ONE),
    "no": (Measure(YES_NO, ONE), ZERO, ZERO),
    "a stretch changes nothing on the way (puzzle)": (Measure(UP, D(100), stretch=D(150)), D(50), D("0.5")),
}


@pytest.mark.parametrize(("measure", "value", "expected"), CASES.values(), ids=CASES)
def test_each_case(measure: Measure, value: Decimal | None, expected: Decimal | None) -> None:
    assert progress(measure, value) == expected


MISTAKES = {
    "same": (Measure(UP, D(5), D(5)), Mistake.SAME),
    "nothing to nothing": (Measure(UP, ZERO), Mistake.SAME),
    "up and down": (Measure(UP, D(3), D(5)), Mistake.BACKWARDS),
    "down and up": (Measure(DOWN, D(5), D(3)), Mistake.BACKWARDS),
    "stretch before target": (Measure(UP, D(5), stretch=D(4)), Mistake.SHORT),
    "stretch before a falling target": (Measure(DOWN, D(3), D(5), stretch=D(4)), Mistake.SHORT),
    "half a band": (Measure(BAND, D(5)), Mistake.EMPTY_BAND),
    "an empty band": (Measure(BAND, D(5), high=D(4)), Mistake.EMPTY_BAND),
    "no steps": (Measure(STEPS, ZERO), Mistake.NO_STEPS),
    "half a step": (Measure(STEPS, D("1.5")), Mistake.NO_STEPS),
}


@pytest.mark.parametrize(("measure", "mistake"), MISTAKES.values(), ids=MISTAKES)
def test_what_cannot_be_measured_says_why(measure: Measure, mistake: Mistake) -> None:
    assert measure.mistake() == mistake
    assert progress(measure, D(5)) is None


# Several together ----------------------------------------------------------------------------------------------------


def test_what_has_no_data_is_left_out_and_its_weight_carried() -> None:
    found = together([Part(D("0.5"), D(2)), Part(None, D(3)), Part(ONE, D(1)), Part(ZERO, ZERO)])
    assert found.progress == D(2) / 3
    assert [(share.why_not, round(share.weight, 2)) for share in found.shares] == [
        ("", D("0.67")),
        ("no_data", 0),
        ("", D("0.33")),
        ("tracked", 0),
    ]
    assert found.left_out == 1


@pytest.mark.parametrize("parts", [[], [Part(None)], [Part(ONE, ZERO)], [Part(None), Part(ZERO, ZERO)]])
def test_nothing_to_count_is_no_score(parts: list[Part]) -> None:
    assert together(parts).progress is None
    assert points(parts).total is None


def test_points_of_a_scorecard() -> None:
    found = points([Part(D("0.8"), D(60)), Part(ONE, D(40))], bonus=[D(5)], penalty=[D(3)])
    assert (found.base, found.total) == (D(88), D(90))
    assert points([Part(ZERO)], penalty=[D(3)]).total == 0


# For any numbers -----------------------------------------------------------------------------------------------------

NUMBERS = st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=3)
MAYBE = st.none() | NUMBERS
MEASURES = st.builds(
    Measure, st.sampled_from(Direction), target=NUMBERS, start=MAYBE, high=MAYBE, stretch=MAYBE
)
PARTS = st.builds(
    Part,
    st.none() | st.decimals(0, 1, places=6),
    st.decimals(0, 1000, places=3),
)


@given(MEASURES, MAYBE)
def test_it_is_total_and_bounded(measure: Measure, value: Decimal | None) -> None:
    share = progress(measure, value)
    assert share is None or ZERO <= share <= ONE
    assert (share is None) == (value is None or measure.mistake() is not None)
    assert is_stretched(measure, value) in (True, False)


@given(MEASURES, NUMBERS, NUMBERS)
def test_better_is_never_less(measure: Measure, one: Decimal, other: Decimal) -> None:
    better, worse = (min, max) if measure.direction is DOWN else (max, min)
    if measure.direction is BAND or measure.mistake():
        return
    first, second = progress(measure, worse(one, other)), progress(measure, better(one, other))
    assert first is not None
    assert second is not None
    assert first <= second


@given(st.lists(PARTS, max_size=5))
def test_a_mean_lies_between_its_parts_in_any_order(parts: list[Part]) -> None:
    found = together(parts)
    counted = [part.progress for part in parts if part.progress is not None and part.weight > 0]
    assert (found.progress is None) == (not counted)
    if found.progress is not None:
        assert min(counted) <= found.progress <= max(counted)
        orders = [together(order).progress for order in list(permutations(parts))[:24]]
        assert all(other is not None and abs(other - found.progress) < D("1e-20") for other in orders)
        assert abs(sum(share.weight for share in found.shares) - 1) < D("1e-20")
