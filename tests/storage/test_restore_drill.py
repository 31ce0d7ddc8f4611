"""The restore drill: a backup made under load is put back elsewhere, whole, with its log, and says nothing twice."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from handlers import FEATURES
from handlers.kit.dispatch import Core
from handlers.kit.requests import Said
from storage.backups import _packed, _plain, _unpacked, back_up, restore
from storage.database import Database
from storage.migrations import mark_newest
from storage.one_on_ones.agenda import AgendaPoint
from storage.tables import AuditRow, Inbox, Outgoing
from tests.company import MONDAY, Chat
from tests.engines import ENGINES, empty_database

PAIRS = ("ada", "ben"), ("ben", "ada"), ("chen", "ada"), ("ada", "eve"), ("grace", "ada"), ("eve", "ada")
ROUNDS = 8
SAMPLES = {
    "AutoString": "words",
    "String": "words",
    "Text": "words",
    "Integer": 7,
    "Boolean": True,
    "LargeBinary": b"\x00sealed",
    "Date": date(2024, 2, 29),
    "Time": time(10, 30),
    "Moment": datetime(2026, 11, 23, 9, tzinfo=UTC),
    "Exact": Decimal("4.20"),
    "JSON": {"bytes": [1, {"json": None}]},
}
"""A value of every kind of column that a backup knows."""


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Another empty place, on each database."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    with empty_database(request.param, folder) as url:
        yield url


async def talks(
    chat: Chat, who: str, to: str, numbers: Iterator[int], said: set[int], enough: asyncio.Event
) -> None:
    """Put numbered points on an agenda; `said` are those that were acknowledged: from some on, `enough`."""
    for _ in range(ROUNDS):
        number = next(numbers)
        act = Said(f"/1on1 add @{to} drill point {number}", command=True)
        await chat.does(who, act, delivery=f"drill:{number}")
        said.add(number)
        if len(said) > len(PAIRS) * ROUNDS // 3:
            enough.set()


async def backed_up_under_load(chat: Chat, file: Path) -> set[int]:
    """Everybody talks while messages are delivered and a backup is made; returns what was acknowledged before it."""
    mark_newest(chat.database)
    numbers, said, enough = iter(range(10_000)), set[int](), asyncio.Event()
    talking = [asyncio.create_task(talks(chat, *pair, numbers, said, enough)) for pair in PAIRS]
    await enough.wait()
    await chat.deliver()
    before = set(said)
    making = asyncio.create_task(asyncio.to_thread(back_up, chat.database, file))
    while not (await asyncio.wait([making], timeout=0.02))[0]:
        await chat.deliver()
    await making
    await asyncio.gather(*talking)
    assert before
    return before


def restored(chat: Chat, url: str, file: Path) -> Chat:
    """The company at its new place."""
    database = Database(url, b"a test's secret", now=lambda: chat.now)
    restore(database, file)
    database.open()
    return Chat(database, Core(database, FEATURES), chat.ids, chat.clock)


def numbers_in(words: str) -> set[int]:
    """The points that are named somewhere."""
    return {int(number) for number in re.findall(r"drill point (\d+)", words)}


async def test_a_backup_under_load_is_whole_and_its_log_is_unbroken(
    any_chat: Chat, empty_url: str, tmp_path: Path
) -> None:
    before = await backed_up_under_load(any_chat, tmp_path / "b")
    there = restored(any_chat, empty_url, tmp_path / "b")
    heard = {
        int(row.delivery.split(":")[1]) for row in there.rows(Inbox) if row.delivery.startswith("drill:")
    }
    kept = [number for row in there.rows(AgendaPoint) for number in numbers_in(row.body)]
    assert before <= heard  # nothing that was acknowledged before is lost
    assert sorted(kept) == sorted(
        heard
    )  # each delivery has its effect, once, and no effect is without its delivery
    noted = {row.record_id for row in there.rows(AuditRow) if row.act == "created"}
    assert {row.id for row in there.rows(AgendaPoint)} <= noted
    report = there.database.look_now(lambda store: store.proof.whole())
    assert report.entries == len(there.rows(AuditRow)) > len(heard)
    assert not report.broken
    await there.database.close()


async def test_nothing_that_was_sent_is_sent_again(any_chat: Chat, empty_url: str, tmp_path: Path) -> None:
    """Not at once, not on a repeated delivery, and not in the days after; what is new is said."""
    await any_chat.says("ben", "/checkin done the drill")
    for _ in range(3):
        await any_chat.tick()
        await any_chat.deliver()
        any_chat.wait(days=1)
    await backed_up_under_load(any_chat, tmp_path / "b")
    await any_chat.tick()
    await any_chat.deliver()
    sent = {parcel.outgoing_id for parcel in any_chat.letterbox.parcels}
    assert sent
    any_chat.wait(hours=1)
    there = restored(any_chat, empty_url, tmp_path / "b")
    known = {row.id for row in there.rows(Outgoing)}
    again = Said("/1on1 add @ben drill point 0", command=True)
    assert (await there.does("ada", again, delivery="drill:0")).answer.repeated
    for _ in range(3):
        await there.tick()
        await there.deliver()
        there.wait(days=1)
    repeated = {parcel.outgoing_id for parcel in there.letterbox.parcels} & (sent | known)
    assert not repeated
    held = {row.state for row in there.rows(Outgoing) if row.id in known}
    assert held <= {"sent", "expired", "cancelled", "failed"}
    await there.says("ben", "/1on1 add @ada a new matter")
    found = there.database.look_now(lambda store: store.promise.examine())
    assert not [each for each in found if each.times]
    await there.database.close()


async def test_who_may_have_missed_something_hears_of_it_once(
    any_chat: Chat, empty_url: str, tmp_path: Path
) -> None:
    """Whether what waited then was sent, nobody knows; and the answer to a check-in that was given since is lost."""
    mark_newest(any_chat.database)
    any_chat.at(MONDAY - timedelta(minutes=30))
    await any_chat.tick()
    await any_chat.says("ada", "/kudos @ben for the calm incident call")
    await any_chat.presses("ada", "Send privately")
    back_up(any_chat.database, tmp_path / "b")
    any_chat.at(MONDAY + timedelta(hours=1))
    await any_chat.tick()
    await any_chat.says("ben", "/checkin done the lost words")
    there = restored(any_chat, empty_url, tmp_path / "b")
    there.wait(minutes=1)
    assert len(await told_to_ben(there)) == 2
    said = there.told("ben")
    assert "may not have reached you:\nAda Lovelace thanks you" in said
    assert "What you told me after Mon, Nov 23, 2026" in said
    assert "One thing waits for you" in said
    why = await there.does("ben", Said("/upbeat why", command=True), delivery="why")
    assert "it was from before a backup was restored" in why
    there.wait(hours=1)
    assert await told_to_ben(there) == []
    await there.database.close()


async def told_to_ben(chat: Chat) -> list[str]:
    """The messages that reach Ben now."""
    await chat.tick()
    return [parcel.outgoing_id for parcel in await chat.deliver() if parcel.to.external_id == "ben"]


async def test_each_table_is_the_same_at_both_places(any_chat: Chat, empty_url: str, tmp_path: Path) -> None:
    """Row by row: with hours of the day, numbers to the last digit, days, moments, lists and words among them."""
    await any_chat.says("ben", "/checkin done the drill")
    await any_chat.says("ben", "/1on1 plan @ada weekly Tuesday 10:00")
    await any_chat.presses("ben", "Save")
    await any_chat.says("ben", "/goals add Answer sooner")
    await any_chat.says("ben", "/goals result 1 hours from 8.5 to 2.5")
    await any_chat.says("ben", "/goals update 1 4.2")
    mark_newest(any_chat.database)
    back_up(any_chat.database, tmp_path / "b")
    there = restored(any_chat, empty_url, tmp_path / "b")
    changed = ("outbox", "setting")  # what waited is held back, and the moment of the restore is kept
    filled = set()
    for table in SQLModel.metadata.sorted_tables:
        rows = [
            chat.change(lambda store, table=table: sorted(map(repr, store.execute(table.select()).all())))
            for chat in (any_chat, there)
        ]
        assert table.name in changed or rows[0] == rows[1], table.name
        filled |= {table.name} if rows[0] else set()
    assert {"one_on_one", "key_result", "goal_change", "checkin"} <= filled
    await there.database.close()


def test_each_kind_of_value_is_kept_as_it_is() -> None:
    """Whatever a column of ours can hold, also one that is added later."""
    kinds = {type(c.type).__name__ for table in SQLModel.metadata.sorted_tables for c in _plain(table).c}
    assert kinds <= SAMPLES.keys()
    for item in SAMPLES.values():
        assert _unpacked(json.loads(json.dumps(_packed(item)))) == item
