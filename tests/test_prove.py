"""The short proof: real processes are killed and loaded, and the table is as promised. `make prove` can do more."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from prove.rows import Row, all_hold, draw
from prove.sweeps import SWEEPS
from tests.engines import PROJECT

ELSEWHERE = ("burst", "soak", "faults", "access")
"""`make prove` alone bursts and soaks; the faults and the walks are tests of their own."""


def test_the_promise_holds(record_property: Callable[[str, object], None]) -> None:
    names = [sweep.name for sweep in SWEEPS if sweep.name not in ELSEWHERE]
    proof = subprocess.run(
        [sys.executable, "-m", "prove", "--short", "--only", ",".join(names)],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
    )
    record_property("table", proof.stdout)
    assert proof.returncode == 0, f"{proof.stdout}\n{proof.stderr[-4000:]}"


def test_a_sweep_of_nothing_proves_nothing() -> None:
    assert not all_hold([])
    assert not all_hold([Row("a fault", 0)])
    assert "nothing was examined" in draw([Row("a fault", 0)])


@pytest.mark.parametrize("column", ["lost", "doubled", "leaked"])
def test_a_number_that_should_be_zero_and_is_not(column: str) -> None:
    row = Row("a fault", 3, acknowledged=10, **{column: 1})  # type: ignore[arg-type]
    assert not all_hold([Row("another", 1), row])
    assert "The promise does not hold" in draw([row])


def test_a_table_that_is_as_promised() -> None:
    rows = [Row("a fault", 3, acknowledged=1_234, ambiguous=2, recovery=1.25)]
    assert all_hold(rows)
    assert "The promise holds." in draw(rows)
    assert "1,234" in draw(rows)
