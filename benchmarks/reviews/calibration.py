"""A calibration of very many people: what opening the session and each of its pictures takes, beside the bare query."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sqlmodel import col

from benchmarks.goals.results import Result, since
from benchmarks.reviews.company import Company
from handlers.reviews import phases
from storage.reviews import ReviewCycle, ReviewResult
from storage.store import Store

TITLE = "A calibration session of so many people, with the whole path of a press"


@dataclass
class Calibration(Result):
    """Milliseconds to open the session, and for the distribution, the nine boxes and the heat map (without drawing
    them); and of the bare query for the ratings."""

    heads = ("people", "session ms", "distribution ms", "nine boxes ms", "heat map ms", "bare query ms")

    people: int
    session: float
    pictures: tuple[float, float, float]
    bare: float

    @property
    def row(self) -> tuple[str, ...]:
        shown = (f"{each:.0f}" for each in (self.session, *self.pictures))
        return f"{self.people:,}", *shown, f"{self.bare:.1f}"


async def run(folder: Path, people: int, rounds: int) -> Calibration:
    """HR sits in one session about everybody."""
    company = Company(folder, people + 1, "calibration")
    await company.launches(await company.prepares())
    company.database.write_now(lambda store: _rated(store, company.hr))
    taken: dict[str, list[float]] = {}
    for _ in range(rounds):
        listed = await company.says("/review calibrate")
        for label, back in (
            ("Open", ""),
            ("Distribution", "Open"),
            ("Nine boxes", "Open"),
            ("Heat map", "Open"),
        ):
            shown = await company.presses(listed, back) if back else listed
            began = time.perf_counter()
            await company.presses(shown, label)
            taken.setdefault(label, []).append(since(began))
        taken.setdefault("bare", []).append(_asked(company.file))
    await company.database.close()
    whole = {label: median(each) for label, each in taken.items()}
    pictures = (whole["Distribution"], whole["Nine boxes"], whole["Heat map"])
    return Calibration(people, whole["Open"], pictures, whole["bare"])


def _rated(store: Store, hr: str) -> None:
    """Everybody has a rating and something said of their potential, and the phase has begun."""
    (cycle,) = store.all(ReviewCycle)
    while cycle.phase != "calibrate":
        phases.enter(store, cycle, phases.following(cycle.phase), by=hr)
    results = store._rows(ReviewResult, (col(ReviewResult.cycle_id) == cycle.id,))
    for number, row in enumerate(results):
        points = {"points": number % 5 + 1}
        store.change(row, proposed=points, rating=points)
        store.reviews.calibration.judge(cycle.id, row.subject_id, number % 3 + 1, author=hr)
    store.reviews.calibration.open(cycle, "", [hr], guide=None)


def _asked(file: Path) -> float:
    connection = sqlite3.connect(file)
    began = time.perf_counter()
    connection.execute("SELECT subject_id, rating, proposed FROM review_result").fetchall()
    taken = since(began)
    connection.close()
    return taken
