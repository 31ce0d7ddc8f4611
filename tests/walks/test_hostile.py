"""Whatever is sent, nothing breaks, nothing of anybody's comes alive, and nothing is tried for ever."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.hostile.surfaces import SURFACES
from tests.hostile.sweep import swept
from tests.walks.tour import Tour

ENOUGH = 50_000
SEED = 1


# A form that is no form leaves its half of a file to Python's memory, which closes it at once, and says so.
@pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", SURFACES)
def test_nothing_hostile_breaks_anything(
    name: str, tour: Tour, record_property: Callable[[str, object], None]
) -> None:
    surface, cases = SURFACES[name]
    tally = swept(name, surface, (tour.file, tour.at), cases, SEED)
    record_property("examined", str(tally))
    assert tally.broken == []
    assert tally.cases >= cases > 0


def test_there_are_enough_cases() -> None:
    assert sum(cases for _, cases in SURFACES.values()) >= ENOUGH
