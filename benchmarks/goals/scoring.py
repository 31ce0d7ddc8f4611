"""Scoring all goals of a tree, beside the same sums in binary fractions."""

from __future__ import annotations

import time
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from benchmarks.goals.results import Result, since
from benchmarks.goals.sizes import BELOW, RESULTS
from handlers.goals.alignment.tree import in_order
from handlers.goals.scoring import Direction, Measure, Part, progress, together
from storage.goals import Node

TITLE = "Scoring a tree, three key results each"


@dataclass
class Scoring(Result):
    """Milliseconds for all goals of a tree: put in order and scored exactly; and unordered, in binary fractions."""

    heads = ("goals", "in order, scored, ms", "us each", "in floats, ms", "x floats")

    goals: int
    ours: float
    bare: float

    @property
    def row(self) -> tuple[str, ...]:
        each = 1000 * self.ours / self.goals
        ratio = self.ours / self.bare
        return f"{self.goals:,}", f"{self.ours:.0f}", f"{each:.1f}", f"{self.bare:.1f}", f"{ratio:.0f}"


def run(goals: int, rounds: int) -> Scoring:
    """Score a tree of so many goals, each with three key results."""
    shape = [Node(f"{n:08}", f"{(n - 1) // BELOW:08}" if n else "", "person", "ada", n) for n in range(goals)]
    measure = Measure(Direction.UP, Decimal(400), Decimal(100), None)
    values = {node.id: [Decimal(100 + (node.number * 7 + k) % 300) for k in range(RESULTS)] for node in shape}
    plain = [[(float(value), 1.0) for value in each] for each in values.values()]
    ours, bare = [], []
    for _ in range(rounds):
        began = time.perf_counter()
        for node, _depth in in_order(shape):
            together([Part(progress(measure, value)) for value in values[node.id]])
        ours.append(since(began))
        began = time.perf_counter()
        for each in plain:
            sum((value - 100) / 300 * weight for value, weight in each) / sum(weight for _, weight in each)
        bare.append(since(began))
    return Scoring(goals, median(ours), median(bare))
