"""Looking at goals in companies that have ever more of them, with the whole path of a command."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from statistics import median

from benchmarks.company import found
from benchmarks.goals.company import MONDAY, Row, opened, put
from benchmarks.goals.figures import arrive
from benchmarks.goals.results import Result, since
from handlers import FEATURES
from handlers.kit.dispatch import Core
from handlers.kit.requests import Incoming, Said, Sender, Where
from storage.ids import new_id
from storage.policy import Kind
from storage.store import Store

TITLE = "Looking at goals, with the whole path of a command"
RESULTS = 3
BELOW = 5
"""Goals that serve one."""


@dataclass
class Size(Result):
    """A company with so many goals: milliseconds for the command that shows the tree's first page, for opening one's
    own goals, and for what a key result may read where so many figures have arrived."""

    heads = ("goals, and figures", "/goals tree ms", "/goals ms", "what may be read ms")

    goals: int
    tree: float
    mine: float
    series: float

    @property
    def row(self) -> tuple[str, ...]:
        return f"{self.goals:,}", f"{self.tree:.1f}", f"{self.mine:.1f}", f"{self.series:.2f}"


async def run(folder: Path, goals: int, rounds: int) -> Size:
    """Open goals in a company that has so many, all seen by everybody, and as many figures."""
    file = folder / f"goals-{goals}.db"
    found(file, max(2, goals // 10))
    database = opened(file)
    database.write_now(lambda store: _put_tree(store, goals))
    await arrive(database, 0, goals)
    core = Core(database, FEATURES)
    person = database.write_now(lambda store: sorted(store.directory.people)[-1])
    database.write_now(lambda store: store.accounts.link(person, "web", "me", address="dm"))
    taken: dict[str, list[float]] = {"/goals tree": [], "/goals": []}
    series = []
    for number in range(rounds + 1):
        for words, times in taken.items():
            began = time.perf_counter()
            await core.hear(_says(words, number))
            times.append(since(began))
        began = time.perf_counter()
        database.write_now(lambda store: store.metrics.series(person))
        series.append(since(began))
    await database.close()
    tree, mine = (median(times[1:]) for times in taken.values())
    return Size(goals, tree, mine, median(series[1:]))


def _says(words: str, number: int) -> Incoming:
    said = Said(words, command=True)
    return Incoming(f"bench:{words}:{number}", "web", Sender("me"), Where(id="dm"), said, MONDAY)


def _put_tree(store: Store, goals: int) -> None:
    people = sorted(store.directory.people)
    ids = [new_id() for _ in range(goals)]
    common = {"author_id": people[0], "kind": str(Kind.GOAL_COMPANY), "made_at": store.now}

    def goal(n: int) -> Row:
        return {
            "id": ids[n],
            "subject_id": people[n % len(people)],
            "number": n + 1,
            "title": f"Goal {n}",
            "parent_id": ids[(n - 1) // BELOW] if n else "",
            "aligned": "agreed" if n else "",
            "level": "person" if n else "organisation",
            **common,
        }

    put(store, [goal(n) for n in range(goals)], _results)


def _results(goal: int) -> Iterator[Row]:
    for k in range(RESULTS):
        yield {"title": f"Key result {k}", "target": Decimal(100), "value": Decimal(goal % 100)}
