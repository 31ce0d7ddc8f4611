"""Which mistakes are made, and what became of them."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.explained import EXPLAINED
from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.trial import is_noticed, prepare

MODULES = ("storage.policy", "storage.filters")
ENOUGH = 0.95


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


def tried(mutants: list[Mutant]) -> Found:
    """Make these mistakes, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        file = prepare(Path(folder))
        survived = [mutant.name for mutant in mutants if not is_noticed(mutant, file)]
    return Found(len(mutants), len(mutants) - len(survived), tuple(survived))


def gone() -> list[str]:
    """What is explained, but is no mistake that could be made any more."""
    return sorted(EXPLAINED.keys() - {mutant.name for mutant in every()})
