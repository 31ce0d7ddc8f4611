"""No fault of the list is forgotten, and every test that is named for one exists."""

from tests.faults import figures
from tests.faults.figures import ELSEWHERE, FAULTS, NOT_YET, TESTS


def test_every_fault_is_tested_or_said_why_not() -> None:
    tested = figures.tested()
    assert sorted(FAULTS) == list(range(1, 45))
    assert set(FAULTS) - set(tested) - set(ELSEWHERE) - set(NOT_YET) == set()
    assert set(NOT_YET) & (set(tested) | set(ELSEWHERE)) == set()
    assert set(tested) <= set(FAULTS)


def test_every_test_that_is_named_elsewhere_exists() -> None:
    named = [name for names in ELSEWHERE.values() for name in names]
    assert named
    for name in named:
        file, _, function = name.rpartition("::")
        assert function in set(figures.functions(TESTS.parent / file)), name
