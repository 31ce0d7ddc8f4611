"""Units of work are committed in groups, and none is its neighbour's business, on each database."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from storage.database import POSTGRES_WRITERS, Busy
from storage.store import Store
from storage.writing import GROUP
from tests.company import Chat, company_of_its_own
from tests.engines import opened


def setting(chat: Chat, name: str) -> object:
    return chat.change(lambda store: store.setting(name))


@pytest.fixture
def other(chat: Chat) -> Iterator[sqlite3.Connection]:
    """Another process at the same file."""
    with opened(chat.database.url.database) as connection:
        yield connection


async def test_a_unit_that_fails_takes_no_neighbour_with_it(any_chat: Chat) -> None:
    def work(number: int, store: Store) -> int:
        store.set_setting(f"n{number}", number)
        if number % 3 == 0:
            raise LookupError(number)
        return number

    count = 2 * GROUP + 5
    units = [any_chat.database.write(lambda store, n=n: work(n, store)) for n in range(count)]  # type: ignore[misc]
    results = await asyncio.gather(*units, return_exceptions=True)
    for number, result in enumerate(results):
        failed = number % 3 == 0
        assert isinstance(result, LookupError) if failed else result == number
        assert setting(any_chat, f"n{number}") == (None if failed else number)


async def test_units_run_in_the_order_in_which_they_came(chat: Chat) -> None:
    order: list[int] = []
    await asyncio.gather(*(chat.database.write(lambda store, n=n: order.append(n)) for n in range(200)))  # type: ignore[misc]
    assert order == list(range(200))


async def test_what_is_done_by_another_clock_is_done_then(any_chat: Chat) -> None:
    """Beside what is done now, in the same group."""
    database, then = any_chat.database, any_chat.now - timedelta(days=30)
    past = database.at(lambda: then)
    moments = (each.write(lambda store: store.now) for each in (past, database, past))
    assert await asyncio.gather(*moments) == [then, any_chat.now, then]
    assert await past.read(lambda store: store.now) == past.write_now(lambda store: store.now) == then
    assert await database.read(lambda store: store.now) == any_chat.now


async def test_who_does_not_wait_any_more_has_their_unit_done(any_chat: Chat) -> None:
    waiting = asyncio.ensure_future(any_chat.database.write(lambda store: store.set_setting("left", True)))
    await asyncio.sleep(0)
    waiting.cancel()
    await any_chat.database.write(lambda store: None)
    assert setting(any_chat, "left") is True


async def test_everything_else_goes_on_while_another_process_writes(
    chat: Chat, other: sqlite3.Connection
) -> None:
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.ensure_future(chat.database.write(lambda store: store.set_setting("late", True)))
    for _ in range(50):  # the loop turns, and readers read
        await asyncio.sleep(0.002)
        assert await chat.database.read(lambda store: store.setting("late")) is None
    assert not waiting.done()
    other.execute("COMMIT")
    await waiting
    assert setting(chat, "late") is True


async def test_whoever_waits_too_long_hears_that_nothing_was_done(
    chat: Chat, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.writers.PATIENCE", "busy_timeout=200")
    await chat.database.write(lambda store: None)
    other.execute("BEGIN IMMEDIATE")
    units = [
        chat.database.write(lambda store, n=n: store.set_setting(f"n{n}", n))  # type: ignore[misc]
        for n in range(3)
    ]
    assert [type(result) for result in await asyncio.gather(*units, return_exceptions=True)] == [Busy] * 3
    other.execute("ROLLBACK")
    await chat.database.write(lambda store: store.set_setting("after", True))
    assert [setting(chat, name) for name in ("n0", "n1", "n2", "after")] == [None, None, None, True]


async def test_a_full_disk_is_said_and_survived(chat: Chat) -> None:
    def fill(store: Store) -> None:
        pages = store.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        store.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
        store.set_setting("much", "x" * 200_000)

    with pytest.raises(Busy):
        await chat.database.write(fill)
    assert setting(chat, "much") is None

    def room(store: Store) -> None:
        store.connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        store.set_setting("little", True)

    await chat.database.write(room)
    assert setting(chat, "little") is True


async def test_a_database_that_cannot_be_opened_is_said_and_survived(chat: Chat) -> None:
    chat.database.engine.dispose()  # nobody holds it open
    folder = Path(chat.database.url.database or "").parent
    away = folder.rename(folder.with_name("away"))
    units = [chat.database.write(lambda store: None) for _ in range(3)]
    async with asyncio.timeout(20):
        assert [type(result) for result in await asyncio.gather(*units, return_exceptions=True)] == [Busy] * 3
    away.rename(folder)
    await chat.database.write(lambda store: store.set_setting("back", True))
    assert setting(chat, "back") is True


async def test_a_long_queue_leaves_the_loop_its_turns(chat: Chat) -> None:
    turns = 0
    units = [
        asyncio.ensure_future(chat.database.write(lambda store, n=n: store.set_setting(f"q{n}", n)))  # type: ignore[misc]
        for n in range(500)
    ]
    while not all(unit.done() for unit in units):
        turns += 1
        await asyncio.sleep(0)
    assert turns > 500 // GROUP


async def test_everything_but_writing_goes_on_while_something_takes_long(chat: Chat) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def long(store: Store) -> None:
        store.set_setting("long", True)
        begun.set()
        assert may_end.wait(30)

    await chat.database.write(lambda store: store.set_setting("first", True))
    waiting = asyncio.ensure_future(chat.database.write(long, takes_long=True))
    behind = asyncio.ensure_future(chat.database.write(lambda store: store.setting("long")))
    while not begun.is_set():  # noqa: ASYNC110 - a thread's event
        await asyncio.sleep(0.001)
    assert await chat.database.read(lambda store: store.setting("first")) is True
    assert not waiting.done()
    assert not behind.done()
    may_end.set()
    await waiting
    assert await behind is True


async def test_nobody_waits_for_the_end_of_an_import_that_was_taken_up_beside_them(
    postgres_chat: Chat,
) -> None:
    """As when everybody writes while a people file of ten thousand rows is applied."""
    chat, begun, may_begin, may_end = postgres_chat, threading.Event(), threading.Event(), threading.Event()

    def long(store: Store) -> None:
        store.set_setting("long", True)
        begun.set()
        assert may_end.wait(30)

    busy = []
    # Each writer has something to do, so that what comes now waits together.
    for _ in range(POSTGRES_WRITERS):
        busy.append(asyncio.ensure_future(chat.database.write(lambda store: may_begin.wait(30))))
        await asyncio.sleep(0.05)
    quick = [chat.database.write(lambda store, n=n: store.set_setting(f"n{n}", n)) for n in range(40)]  # type: ignore[misc]
    before = [asyncio.ensure_future(unit) for unit in quick[:20]]
    await asyncio.sleep(0)
    importing = asyncio.ensure_future(chat.database.write(long, takes_long=True))
    await asyncio.sleep(0)
    after = [asyncio.ensure_future(unit) for unit in quick[20:]]
    await asyncio.sleep(0)
    may_begin.set()
    async with asyncio.timeout(10):
        await asyncio.gather(*busy, *before, *after)
    assert await asyncio.to_thread(begun.wait, 10)
    assert not importing.done()
    may_end.set()
    await importing
    assert setting(chat, "long") is True


async def test_who_needs_a_lock_that_an_import_holds_keeps_nobody_else_waiting(postgres_chat: Chat) -> None:
    """As when everybody's first word of the day meets the import of a large people file."""
    chat = postgres_chat
    locked = "UPDATE counter SET value = value WHERE name = 'people'"
    with chat.database.engine.connect() as importing:
        importing.exec_driver_sql(locked)
        wanting = []
        for _ in range(12):  # not at once, or they were all in one group
            wanting.append(asyncio.ensure_future(chat.database.write(lambda store: store.people_changed())))
            await asyncio.sleep(0.05)
        began = time.monotonic()
        for number in range(20):
            await chat.database.write(lambda store, n=number: store.set_setting(f"n{n}", n))  # type: ignore[misc]
        lasted = time.monotonic() - began
        assert not any(each.done() for each in wanting)
        importing.rollback()
    assert lasted < 3, f"{lasted:.1f} s"
    assert sorted(await asyncio.gather(*wanting))[-1] >= 12


async def test_a_setting_is_set_by_many_at_once(any_chat: Chat) -> None:
    """On PostgreSQL by four writers, as by several processes: the last one stands, and nobody is refused."""
    database = any_chat.database
    units = [database.write(lambda store, n=n: store.set_setting("shared", {"n": n})) for n in range(40)]  # type: ignore[misc]
    apart = [database.write_apart(lambda store: store.set_setting("shared", {"n": 40})) for _ in range(10)]
    await asyncio.gather(*units, *apart)
    assert setting(any_chat, "shared") in [{"n": n} for n in range(41)]


async def test_a_reader_who_is_cancelled_leaves_no_connection_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_open: set[int] = set()

    class Watched(sqlite3.Connection):
        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, **more)
            is_open.add(id(self))

        def close(self) -> None:
            is_open.discard(id(self))
            super().close()

    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Watched))
    cancelled = 0
    for step in range(20):
        (folder := tmp_path / str(step)).mkdir()
        async with company_of_its_own("sqlite", folder) as chat:
            reading = asyncio.create_task(chat.database.read(lambda store: store.directory))
            await asyncio.sleep(step * 0.0002)
            cancelled += reading.cancel()
            await asyncio.wait([reading])
    assert cancelled > 5
    assert not is_open
