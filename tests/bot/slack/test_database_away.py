"""PostgreSQL restarts or is away while people talk in Slack: each is told what became of their words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bot.slack.conftest import GENERAL, Room, room_with, user
from tests.company import company_of_its_own
from tests.engines import administer


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with company_of_its_own("postgresql", tmp_path) as chat, room_with(chat, sockets=False) as made:
        yield made


def administer_beside(room: Room, statement: str) -> None:
    """Do something to the room's database (`{name}`) from another one."""
    url = room.chat.database.url
    administer(url.set(database="postgres"), statement.format(name=url.database))


def end_connections(room: Room) -> None:
    """As a restart ends them."""
    query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    administer_beside(room, query)


@contextmanager
def away(room: Room) -> Iterator[None]:
    """While nobody is let in."""
    administer_beside(room, "ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    end_connections(room)
    yield
    administer_beside(room, "ALTER DATABASE {name} ALLOW_CONNECTIONS true")


TOLD = f"<@{user('ben')}> well done"


async def test_connections_that_a_restart_ended_are_nobodys_trouble(room: Room) -> None:
    await room.slack.command(user("ada"), "/tell", TOLD, channel=GENERAL)
    for _ in range(3):
        end_connections(room)
        ack = await room.slack.command(user("ada"), "/tell", TOLD, channel=GENERAL)
        assert "Told Ben Okri" in ack.ephemeral.words


async def test_while_the_database_is_away_a_command_is_answered_with_its_words(room: Room) -> None:
    await room.slack.command(user("ada"), "/tell", TOLD, channel=GENERAL)
    with away(room):
        ack = await room.slack.command(user("ada"), "/tell", TOLD, channel=GENERAL)
    assert "cannot save anything just now" in ack.ephemeral.words
    assert "well done" in ack.ephemeral.words


async def test_a_server_that_takes_no_changes_is_left_for_the_one_that_does(room: Room) -> None:
    """As a primary is after a fail-over; its connections stay."""
    await room.slack.command(user("ada"), "/tell", TOLD, channel=GENERAL)
    administer_beside(room, "ALTER DATABASE {name} SET default_transaction_read_only = on")
    end_connections(room)
    ack = await room.slack.command(user("ada"), "/tell", TOLD, channel=GENERAL)
    assert "cannot save anything just now" in ack.ephemeral.words
    assert "well done" in ack.ephemeral.words
    administer_beside(room, "ALTER DATABASE {name} RESET default_transaction_read_only")
    ack = await room.slack.command(user("ada"), "/tell", TOLD, channel=GENERAL)
    assert "Told Ben Okri" in ack.ephemeral.words


async def test_a_home_screen_that_changed_while_the_database_is_away_is_drawn_afterwards(room: Room) -> None:
    slack = room.slack
    await slack.open_home(user("ada"))
    await slack.until(lambda: slack.home(user("ada")))
    await room.painted()
    before = len(slack.called("views.publish"))
    with away(room):
        await room.platform.refresh_homes([room.chat.ids["ada"]])
        await asyncio.sleep(1.5)
    await slack.until(lambda: len(slack.called("views.publish")) > before)
