"""Which mistakes are made, and what became of them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.explained import EXPLAINED
from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.trial import begin, prepare

MODULES = ("storage.policy", "storage.filters")
ENOUGH = 0.95
EVERY = 50
"""Mistakes after which it is said how far it is."""


@dataclass(frozen=True)
class Found:
    """What became of the mistakes that were tried."""

    tried: int
    noticed: int
    survived: tuple[str, ...]

    @property
    def unexplained(self) -> tuple[str, ...]:
        """What nobody noticed and nobody explained."""
        return tuple(name for name in self.survived if name not in EXPLAINED)

    @property
    def good(self) -> bool:
        """Whether enough was noticed, and the rest is explained."""
        return self.tried > 0 and not self.unexplained and self.noticed >= ENOUGH * self.tried


def every() -> list[Mutant]:
    """Every mistake in what decides who may see what."""
    return [mutant for module in MODULES for mutant in mutants_of(module)]


def tried(mutants: list[Mutant], say: Callable[[str], None] = lambda words: None) -> Found:
    """Make each of these mistakes, in a process of its own, as many at once as there are cores."""
    at_once, waiting, survived = os.cpu_count() or 1, list(reversed(mutants)), list[str]()
    with tempfile.TemporaryDirectory() as folder:
        file = prepare(Path(folder))
        under_way: dict[int, Mutant] = {}
        while waiting or under_way:
            while waiting and len(under_way) < at_once:
                mutant = waiting.pop()
                under_way[begin(mutant, file)] = mutant
            child, ended = os.wait()
            mutant = under_way.pop(child)
            if ended == 0:
                survived.append(mutant.name)
            if not (over := len(mutants) - len(waiting) - len(under_way)) % EVERY:
                say(f"{over} of {len(mutants)}, not noticed {len(survived)}")
    return Found(len(mutants), len(mutants) - len(survived), tuple(survived))


def gone() -> list[str]:
    """What is explained, but is no mistake that could be made any more."""
    return sorted(EXPLAINED.keys() - {mutant.name for mutant in every()})
