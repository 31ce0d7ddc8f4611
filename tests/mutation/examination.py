"""Whether the database's filter, the rule and the page that promises it say the same, in companies that are reorganised
at random."""

from __future__ import annotations

import contextlib
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import event
from sqlmodel import SQLModel

from storage import policy
from storage.database import Database
from storage.store import Store
from storage.tables import FOREVER, PersonalRow, PersonRow
from tests.walks.reorganised import BEGIN, TABLES, History, Undo

ROUNDS = 8
"""Reorganised companies that a mistake must survive, each with records of every table."""
MORE = 30
"""Further ones, with records of that table alone which most relations may read."""
OF_TODAY = 12
"""Companies whose lines begin and end on the very day on which they are looked at, with the same records."""
TURNED = timedelta(days=30)
MOST_READ = max(TABLES, key=lambda table: max(len(policy.TABLE.get(kind, ())) for kind in table.kinds))
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ROLES = ("employee", "employee", "employee", "employee", "employee", "employee", "hr", "hr", "admin")


class OfToday(History):
    """A company in which somebody gets another manager today, and perhaps one back whom they had until a day; everybody
    has a record of that day, and of when somebody stands in."""

    def is_written(self, table: type[PersonalRow]) -> None:
        super().is_written(table)
        for kind in table.kinds:
            for stands_in in self.agreed()[:1]:
                for person in self.people:
                    self.is_about(person, table, kind, stands_in.begins_at)
            for person in self.people:
                self.is_about(person, table, kind, self.store.now - TURNED)

    def _tenures(self) -> Iterator[tuple[date, date]]:
        today = self.store.now.date()
        turned = today - TURNED
        before, after, back = (BEGIN, today), (today, FOREVER), ((BEGIN, turned), (today, FOREVER))
        yield from self.dice.choice(((before,), (after,), (before, after), ((BEGIN, FOREVER),), back, back))


def found(file: Path) -> None:
    """Write a company's file: nine people, and no lines yet."""
    database = _database(file)
    SQLModel.metadata.create_all(database.engine)
    database.open()
    database.write_now(_people)
    database.stop()


def _people(store: Store) -> None:
    revision = store.people_changed()
    for number, role in enumerate(ROLES):
        store.insert(PersonRow(email=f"{number}@example.com", name=str(number), role=role, revision=revision))


def examine(file: Path, first: str = "") -> None:
    """Raises AssertionError at the first difference. Tables with kinds that `first` names are looked at first."""
    tables = sorted(TABLES, key=lambda table: not any(f".{kind.upper()}]" in first for kind in table.kinds))
    with tempfile.TemporaryDirectory() as folder:
        database = _database(Path(shutil.copy(file, folder)))
        database.open()
        people = database.write_now(lambda store: sorted(store.directory.people))
        for number in range(ROUNDS + MORE + OF_TODAY):
            looked_at = tables if number < ROUNDS else [MOST_READ]
            with contextlib.suppress(Undo):
                database.write_now(_compared(people, number, looked_at))


def _database(file: Path) -> Database:
    database = Database(f"sqlite+aiosqlite:///{file}", b"a test's secret", now=lambda: NOW)
    event.listen(
        database.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF")
    )
    return database


def _compared(people: list[str], number: int, tables: list[type]) -> Callable[[Store], None]:
    def work(store: Store) -> None:
        kind = History if number < ROUNDS + MORE else OfToday
        history = kind(store, people, random.Random(number))
        history.happen()
        for table in tables:
            history.is_written(table)
            history.compare(table)
            assert history.compared > 0
            assert history.differences == 0
        raise Undo

    return work
