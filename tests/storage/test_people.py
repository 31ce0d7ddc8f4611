"""Who is who is read as it was committed: what a unit changes, or was to change, is nobody else's business before."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest
from sqlmodel import col

from storage.people import Person
from storage.store import Store
from storage.tables import Account, PersonRow, ReportingLine
from tests.company import Chat
from tests.storage.plans import plan_of


def rename(store: Store, person: str, name: str) -> str:
    """The name that this unit itself reads afterwards."""
    revision = store.people_changed()
    row = store.one(PersonRow, col(PersonRow.id) == person)
    assert row is not None
    store.change(row, name=name, revision=revision)
    return store.directory.named(person)


async def test_what_a_unit_changes_is_seen_by_itself_and_by_others_once_committed(any_chat: Chat) -> None:
    ada, database = any_chat.ids["ada"], any_chat.database
    seen: list[str] = []

    def change(store: Store) -> None:
        seen.append(rename(store, ada, "Ada King"))
        seen.append(database.look_now(lambda other: other.directory.named(ada)))

    await database.write(change)
    seen.append(await database.read(lambda store: store.directory.named(ada)))
    assert seen == ["Ada King", "Ada Lovelace", "Ada King"]


async def test_what_was_undone_was_never_there(any_chat: Chat) -> None:
    ada, database = any_chat.ids["ada"], any_chat.database
    known = await database.read(lambda store: store.directory)

    def fail(store: Store) -> None:
        assert rename(store, ada, "Nobody") == "Nobody"
        raise LookupError

    def fail_in_part(store: Store) -> str:
        assert isinstance(store.attempt(lambda: fail(store)), LookupError)
        return store.directory.named(ada)

    failed, *seen = await asyncio.gather(
        database.write(fail),
        database.write(lambda store: store.directory.named(ada)),
        database.write(fail_in_part),
        database.write(lambda store: store.directory.named(ada)),
        return_exceptions=True,
    )
    assert isinstance(failed, LookupError)
    assert seen == ["Ada Lovelace"] * 3
    assert await database.write(lambda store: rename(store, ada, "Ada King")) == "Ada King"
    assert known.named(ada) == "Ada Lovelace"
    assert await database.read(lambda store: store.directory.named(ada)) == "Ada King"


async def test_nobody_is_a_stranger_while_others_are_undone(postgres_chat: Chat) -> None:
    """A people file was refused and everybody was forgotten for a moment: who wrote just then was told that nobody is
    known here."""
    ada, database = postgres_chat.ids["ada"], postgres_chat.database
    going = threading.Event()

    def fail(store: Store) -> None:
        rename(store, ada, "Nobody")
        raise LookupError

    def disturb() -> None:
        while not going.is_set():
            with pytest.raises(LookupError):
                database.write_now(fail)

    beside = threading.Thread(target=disturb)
    beside.start()
    try:
        names = await asyncio.gather(
            *(database.write(lambda store: store.directory.named(ada)) for _ in range(300))
        )
    finally:
        going.set()
        beside.join()
    assert set(names) == {"Ada Lovelace"}


async def test_who_comes_while_everybody_is_read_is_either_there_or_not(postgres_chat: Chat) -> None:
    """Each statement sees what was committed until then: nobody has a manager before they are anybody."""
    chat, began, goes_on = postgres_chat, threading.Event(), threading.Event()
    ada, today = chat.ids["ada"], chat.now.date()

    def reports(store: Store) -> tuple[Person, ...]:
        return store.directory.reports_of(ada, today)

    assert len(await chat.database.read(reports)) == 3

    def come(store: Store) -> None:
        revision = store.people_changed()
        new = store.insert(PersonRow(email="new@example.com", name="New", revision=revision))
        line = ReportingLine(subject_id=new.id, manager_id=ada, since=today, revision=revision)
        store.insert(line)
        store.connection.exec_driver_sql("LOCK TABLE account IN ACCESS EXCLUSIVE MODE")
        began.set()
        assert goes_on.wait(10)

    chat.change(lambda store: rename(store, ada, "Ada King"))  # something to read
    coming = asyncio.create_task(asyncio.to_thread(chat.change, come))
    await asyncio.to_thread(began.wait, 10)
    reading = asyncio.create_task(chat.database.read(reports))
    locked = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    while not chat.change(lambda store: store.connection.exec_driver_sql(locked).scalar()):  # noqa: ASYNC110 (in the database)
        await asyncio.sleep(0.01)
    goes_on.set()
    await coming
    assert len(await reading) in (3, 4)
    assert len(await chat.database.read(reports)) == 4


async def both_at_once(chat: Chat, *works: Callable[[Store], object]) -> None:
    """Do these in processes of their own, each of which waits until the others are as far as it is."""
    held = "SELECT value FROM counter WHERE name = 'people' FOR UPDATE"
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    with chat.database.engine.connect() as other:
        other.exec_driver_sql(held)
        doing = [asyncio.create_task(asyncio.to_thread(chat.change, work)) for work in works]
        while other.exec_driver_sql(waiting).scalar() != len(works):  # noqa: ASYNC110 (in the database)
            await asyncio.sleep(0.01)
    await asyncio.gather(*doing)


def users_of(chat: Chat, who: str) -> list[str]:
    """By which users somebody is known in Telegram."""
    return [
        row.external_id
        for row in chat.rows(Account)
        if (row.person_id, row.platform, row.ended_key) == (chat.ids[who], "telegram", "")
    ]


async def test_who_is_connected_twice_at_once_has_one_account(postgres_chat: Chat) -> None:
    """The other one would go on to be heard, and nobody could disconnect it."""
    chat, dora = postgres_chat, postgres_chat.ids["dora"]
    await both_at_once(
        chat,
        lambda store: store.accounts.link(dora, "telegram", "10"),
        lambda store: store.accounts.link(dora, "telegram", "11"),
    )
    assert len(users_of(chat, "dora")) == 1


async def test_who_is_met_by_two_processes_at_once_is_connected_once(postgres_chat: Chat) -> None:
    chat, dora = postgres_chat, postgres_chat.ids["dora"]
    await both_at_once(
        chat,
        lambda store: store.accounts.meet(dora, "telegram", "10"),
        lambda store: store.accounts.meet(dora, "telegram", "10"),
    )
    assert users_of(chat, "dora") == ["10"]


def test_who_is_in_a_team_is_found_by_its_name(chat: Chat) -> None:
    ben = chat.ids["ben"]
    plan = plan_of(chat, lambda store: store.goals.of(chat.ids["ada"], reader=ben), of="goal")
    assert "INDEX person_by_team (team=?)" in plan
