"""Slack's socket in two processes on one PostgreSQL: one holds it, and when it dies, the other one does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from handlers import FEATURES
from handlers.kit.dispatch import Core
from schedules.turns import Turns
from storage.checkins import CheckIn
from storage.database import Database
from tests.bot.slack.conftest import Room, user
from tests.company import PEOPLE, company
from tests.engines import postgres_url
from tests.fakes.slack import FakeSlack

LEASE = 1.5


@pytest.fixture
async def two() -> AsyncIterator[tuple[Room, Room]]:
    """The same workspace, heard by two processes that may hold its socket; the first one does."""
    with postgres_url() as url:
        async with company(url) as chat, FakeSlack() as slack:
            for who, (name, *_) in PEOPLE.items():
                slack.add_user(user(who), who, f"{who}@example.com", real_name=name)
            other = Database(url, b"a test's secret", now=lambda: chat.now)
            other.open()
            rooms = [await _started(slack, chat, Core(each, FEATURES)) for each in (chat.database, other)]
            yield rooms[0], rooms[1]
            for room in rooms:
                await room.stop()
            await other.close()
            assert slack.violations == []


async def _started(slack: FakeSlack, chat: object, core: Core) -> Room:
    room = Room(slack, chat, core, None)  # type: ignore[arg-type]
    room.platform = room.make(app_token=slack.app_token)
    await room.platform.start()
    room.turns = Turns(core.database, room.platform.alone, holder=f"room {id(room)}", length=LEASE)
    await room.turns.start()
    return room


async def test_one_holds_the_socket_and_the_other_takes_it_over(two: tuple[Room, Room]) -> None:
    first, second = two
    slack = first.slack
    assert (first.turns, len(slack.sockets.sockets)) != (None, 0)
    assert second.platform._sockets is None
    assert (await slack.command(user("ben"), "/checkin", "done one")).ok
    for seat in (
        first.turns._seats if first.turns else ()
    ):  # it sleeps: nothing is renewed, the socket stays open
        assert seat._loop is not None
        seat._loop.cancel()
        await asyncio.gather(seat._loop, return_exceptions=True)
    await slack.sockets.connected(2, seconds=5)
    assert (await slack.command(user("ben"), "/checkin", "done two")).ok
    for seat in first.turns._seats if first.turns else ():  # it wakes
        seat._loop = asyncio.create_task(seat._run(True))
    await slack.until(lambda: len(slack.sockets.sockets) == 1, 5)
    assert first.platform._sockets is None
    assert (await slack.command(user("ben"), "/checkin", "done three")).ok
    rows = first.chat.rows(CheckIn)
    assert sorted(row.answers["done"] for row in rows) == ["one", "three", "two"]
