"""Mistakes in who may see what are noticed: here some of them, all of them by `python -m tests.mutation`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

from tests.engines import PROJECT
from tests.mutation.running import every, gone

SOME = "16"


def test_mistakes_in_the_policy_are_noticed(record_property: Callable[[str, object], None]) -> None:
    # In a process of its own, without threads: it makes a copy of itself for each mistake.
    command = [sys.executable, "-m", "tests.mutation", "--some", SOME]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    record_property("examined", done.stdout.strip())
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"mistakes tried {SOME}," in done.stdout


def test_there_are_many_and_each_explanation_has_its_mistake() -> None:
    names = [mutant.name for mutant in every()]
    assert len(names) > 800
    assert len(set(names)) == len(names)
    assert gone() == []
