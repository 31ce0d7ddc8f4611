"""What the record holds about one person over two years, where everybody else has a record too, beside bare queries."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.company import found
from benchmarks.goals.company import MONDAY, insert, opened
from benchmarks.goals.results import Result, since
from storage.checkins.tables import CheckIn
from storage.ids import new_id
from storage.kudos import KudosRow
from storage.policy import Kind
from storage.store import Store

TITLE = "The record of two years about one person: 104 check-ins and 50 kudos, as their manager reads it"
YEARS = timedelta(days=730)


@dataclass
class Evidence(Result):
    """One person's record where so many people have one: pieces, milliseconds to find them as their manager may read
    them, and of the bare queries for the same rows."""

    heads = ("people", "rows of all", "pieces", "found ms", "bare queries ms", "x bare")

    people: int
    rows: int
    pieces: int
    ours: float
    bare: float

    @property
    def row(self) -> tuple[str, ...]:
        counts = (f"{self.people:,}", f"{self.rows:,}", str(self.pieces))
        return *counts, f"{self.ours:.2f}", f"{self.bare:.2f}", f"{self.ours / self.bare:.1f}"


async def run(folder: Path, people: int, rounds: int) -> Evidence:
    """Everybody has a tenth of the record of the one whom it is about."""
    file = folder / f"evidence-{people}.db"
    found(file, people)
    database = opened(file)
    subject, manager = database.look_now(_two)
    database.write_now(lambda store: _put(store, subject))
    rows = database.look_now(lambda store: store.count(CheckIn) + store.count(KudosRow))
    ours, bare, pieces = [], [], 0
    for _ in range(4 * rounds):
        began = time.perf_counter()
        pieces = len(
            database.look_now(
                lambda store: store.reviews.evidence.about(subject, MONDAY - YEARS, MONDAY, reader=manager)
            )
        )
        ours.append(since(began))
        bare.append(_asked(file, subject))
    await database.close()
    if not pieces:
        raise RuntimeError("nothing was found")
    return Evidence(people, rows, pieces, median(ours), median(bare))


def _two(store: Store) -> tuple[str, str]:
    """Somebody, and their manager."""
    people = sorted(store.directory.people.values(), key=lambda person: int(person.name.split()[1]))
    subject = people[-1].id
    return subject, str(store.directory.manager_of(subject, store.now.date()))


def _put(store: Store, subject: str) -> None:
    others = [person for person in store.directory.people if person != subject]
    insert(store, CheckIn, _checkins(subject, 104))
    insert(store, KudosRow, _kudos(subject, others[0], 50))
    for person in others:
        insert(store, CheckIn, _checkins(person, 10))
        insert(store, KudosRow, _kudos(person, subject, 5))


def _moments(count: int) -> Iterator[datetime]:
    return (MONDAY - YEARS * n / count for n in range(1, count + 1))


def _checkins(person: str, count: int) -> Iterator[dict[str, Any]]:
    answers = {"done": "the login page, and the review of the importer", "next": "payments"}
    both = {"kind": str(Kind.CHECKIN), "subject_id": person, "author_id": person, "answers": answers}
    return ({"id": new_id(), "made_at": at, "day": at.date(), **both} for at in _moments(count))


def _kudos(person: str, author: str, count: int) -> Iterator[dict[str, Any]]:
    both = {"kind": str(Kind.KUDOS_PUBLIC), "subject_id": person, "author_id": author, "why": "the calm call"}
    return ({"id": new_id(), "made_at": at, "group_id": new_id(), **both} for at in _moments(count))


def _asked(file: Path, subject: str) -> float:
    connection = sqlite3.connect(file)
    began = time.perf_counter()
    for table in ("checkin", "kudos"):
        connection.execute(
            f"SELECT * FROM {table} WHERE subject_id = ? ORDER BY made_at DESC", (subject,)
        ).fetchall()
    taken = since(began)
    connection.close()
    return taken
