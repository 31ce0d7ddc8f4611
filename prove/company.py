"""A company whose people talk on Slack or on Telegram, and some who only wait to be asked on Monday at ten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from benchmarks import company as many
from benchmarks.company import CHAT, TEAM, slack_user
from handlers import FEATURES
from handlers.kit.dispatch import Core
from schedules.clock import Clock
from schedules.delivery import Delivery
from storage.database import Database
from storage.migrations import migrate
from storage.store import Store
from storage.tables import Account, Outgoing, Slot
from tests.company import MONDAY, found_company
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram

SECRET = "a secret of the proof"
FIRST_CHAT = 5_000_000
OUTBOX, ACCOUNTS = Outgoing.__table__, Account.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Colleague:
    """Somebody at their platform: `reader` is their address there."""

    name: str
    platform: str
    reader: str

    @property
    def email(self) -> str:
        return f"{self.name}@example.com"


@dataclass(frozen=True)
class Staff:
    """Who talks, and who waits to be asked."""

    talkers: tuple[Colleague, ...]
    sleepers: tuple[Colleague, ...]

    @property
    def everybody(self) -> tuple[Colleague, ...]:
        return self.talkers + self.sleepers

    def on(self, platform: str) -> list[Colleague]:
        """The talkers of a platform."""
        return [each for each in self.talkers if each.platform == platform]


def staff(talkers: int, sleepers: int) -> Staff:
    """So many of each, in turn on Slack and on Telegram."""
    return Staff(
        tuple(_colleague("talker", number) for number in range(talkers)),
        tuple(_colleague("sleeper", talkers + number) for number in range(sleepers)),
    )


def _colleague(kind: str, number: int) -> Colleague:
    if number % 2:
        return Colleague(f"{kind}{number}", "telegram", str(FIRST_CHAT + number))
    return Colleague(f"{kind}{number}", "slack", f"UT{number:06d}")


def founded(database: Database, hiring: Callable[[Store], Staff]) -> tuple[Staff, dict[str, str]]:
    """A company in an empty database, migrated as an operator would: its people, and their ids by name."""
    migrate(database)
    database.open()
    people = database.write_now(hiring)
    return people, database.write_now(ids_of)


def hire(store: Store, people: Staff) -> Staff:
    """Put these people into an empty company."""
    # Where the talkers live it is Monday evening, so nobody asks them; where the sleepers live, it is nearly ten.
    rows = {
        each.name: (each.name.title(), "", "Asia/Tokyo", "en", "employee", "Talkers")
        for each in people.talkers
    }
    boss = people.talkers[0].name
    rows |= {
        each.name: (each.name.title(), boss, "Europe/Berlin", "en", "employee", "Sleepers")
        for each in people.sleepers
    }
    ids = found_company(store, rows)
    for each in people.everybody:
        address = f"D{each.reader[1:]}" if each.platform == "slack" else each.reader
        store.accounts.link(ids[each.name], each.platform, each.reader, each.name, address)
        store.preferences.set(ids[each.name], "quiet", ["00:00", "00:01"])
    return people


def hire_many(store: Store, number: int, platform: str) -> Staff:
    """So many more, who have talked to the bot already, from Berlin, each with an account on either platform."""
    many.hire(store, number)
    made = (Colleague(f"person{n}", platform, _reader(platform, n)) for n in range(number))
    return Staff((), tuple(made))


def _reader(platform: str, number: int) -> str:
    return slack_user(number) if platform == "slack" else str(CHAT + number)


def ids_of(store: Store) -> dict[str, str]:
    """Everybody's id by name, as in their address."""
    return {email.partition("@")[0]: person_id for email, person_id in store.directory.by_email.items()}


async def plan(url: str) -> list[Slot]:
    """Let the clock plan everybody an hour before Monday's ten o'clock; returns what is due then."""
    database = Database(url, SECRET.encode(), now=lambda: MONDAY - timedelta(hours=1))
    database.open()
    core = Core(database, FEATURES)
    clock = Clock(core, Delivery(core, (), worker="plan"))
    while (await clock.tick()).planned:
        pass
    due: list[Slot] = await database.write(lambda store: store.all(Slot, col(Slot.due_at) <= MONDAY))
    await database.close()
    return due


def introduce(people: Staff, slack: FakeSlack, telegram: FakeTelegram) -> None:
    """Everybody at their platform, known to the bot."""
    for each in people.everybody:
        if each.platform == "slack":
            slack.add_user(each.reader, each.name, each.email)
        else:
            telegram.add_user(int(each.reader), each.name.title(), each.name).started = True


def people_file(people: Staff, more: int) -> str:
    """The whole company as a people file, with so many who are new."""
    lines = ["email,name,manager_email,team,timezone,locale"]
    boss = people.talkers[0].email
    lines += [f"{e.email},{e.name.title()},,Talkers,Asia/Tokyo,en" for e in people.talkers]
    lines += [f"{e.email},{e.name.title()},{boss},Sleepers,Europe/Berlin,en" for e in people.sleepers]
    lines += [f"new{n}@example.com,New {n},{boss},New,Europe/Berlin,en" for n in range(more)]
    return "\n".join(lines) + "\n"


def file_of_many(known: int, more: int) -> str:
    """The same for those who were hired as many."""
    lines = ["email,name,manager_email,team,timezone"]
    for n in range(known):
        boss = f"person{(n - 1) // TEAM}@example.com" if n else ""
        lines.append(f"person{n}@example.com,Person {n} Of-Many,{boss},Team {n // TEAM},Europe/Berlin")
    lines += [f"new{n}@example.com,New {n},person0@example.com,New,Europe/Berlin" for n in range(more)]
    return "\n".join(lines) + "\n"


def rows_of(database: Database, table: Any, *conditions: Any) -> list[Any]:
    """Every row of a table, past all rules: for the checker's own eyes."""
    return list(database.write_now(lambda store: store._rows(table, conditions)))


def count_of(database: Database, *conditions: Any) -> int:
    """How many messages of the outbox are so, read beside whatever is written."""
    with database.snapshot() as connection:
        return int(
            connection.execute(select(func.count()).select_from(OUTBOX).where(*conditions)).scalar_one()
        )


def still_waiting(database: Database) -> int:
    """How many messages wait for somebody who has an account on a platform."""
    reachable = select(ACCOUNTS.c.person_id).where(ACCOUNTS.c.platform != "web")
    return count_of(database, OUTBOX.c.state.in_(("waiting", "sending")), OUTBOX.c.person_id.in_(reachable))
