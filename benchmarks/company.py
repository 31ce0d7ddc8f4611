"""A company of any size in an empty SQLite database: everybody has a manager, a Slack user and a Telegram chat."""

from __future__ import annotations

from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from handlers import FEATURES
from handlers.kit.dispatch import Core
from schedules.clock import Clock
from schedules.delivery import Delivery
from storage.database import Database
from storage.ids import new_id
from storage.migrations import migrate
from storage.store import Store
from storage.tables import Account, PersonRow, ReportingLine

SECRET = "a secret of the benchmarks"
TEAM = 8
CHAT = 1_000_000
"""The Telegram id of the first person; the others follow."""


def url_of(file: Path) -> str:
    """The address of a database file."""
    return f"sqlite+aiosqlite:///{file}"


def slack_user(number: int) -> str:
    """The Slack id of a person."""
    return f"U{number:08d}"


def found(file: Path, people: int) -> None:
    """Make the database and put so many people into it."""
    found_at(url_of(file), people)


def found_at(url: str, people: int) -> None:
    """The same at an address."""
    database = Database(url, SECRET.encode())
    migrate(database)
    database.open()
    database.write_now(lambda store: hire(store, people))
    database.stop()


def hire(store: Store, people: int) -> None:
    """Put so many people into an empty company."""
    revision, ids = store.people_changed(), [new_id() for _ in range(people)]
    connection = store.connection
    for table, rows in (
        (PersonRow, (_person(store, ids[n], n, revision) for n in range(people))),
        (Account, (row for n in range(people) for row in _accounts(store, ids[n], n, revision))),
        (ReportingLine, (_line(ids, n, revision) for n in range(1, people))),
    ):
        made = iter(rows)
        while batch := list(islice(made, 500)):
            connection.execute(table.__table__.insert(), [row.model_dump() for row in batch])  # type: ignore[union-attr]


def _person(store: Store, person_id: str, number: int, revision: int) -> PersonRow:
    return PersonRow(
        id=person_id,
        email=f"person{number}@example.com",
        name=f"Person {number} Of-Many",
        team=f"Team {number // TEAM}",
        zone="Europe/Berlin",
        revision=revision,
    )


def _accounts(store: Store, person_id: str, number: int, revision: int) -> list[Account]:
    both: dict[str, Any] = {"person_id": person_id, "linked_at": store.now, "revision": revision}
    chat = str(CHAT + number)
    return [
        Account(platform="slack", external_id=slack_user(number), address=f"D{number:08d}", **both),
        Account(platform="telegram", external_id=chat, address=chat, username=f"person{number}", **both),
    ]


def _line(ids: list[str], number: int, revision: int) -> ReportingLine:
    manager = ids[(number - 1) // TEAM]
    return ReportingLine(
        subject_id=ids[number], manager_id=manager, since=date(2020, 1, 1), revision=revision
    )


async def plan(file: Path) -> None:
    """Let the clock plan everybody, so that it does not do so while something is measured."""
    database = Database(url_of(file), SECRET.encode())
    database.open()
    core = Core(database, FEATURES)
    clock = Clock(core, Delivery(core, [], worker="bench"))
    while (await clock.tick()).planned:
        pass
    await database.close()
