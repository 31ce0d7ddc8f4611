"""PostgreSQL restarts or is away while people talk in Slack: each is told what became of their words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from tests.bot.slack.conftest import GENERAL, Room, room_with, user
from tests.company import company_of_its_own


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with company_of_its_own("postgresql", tmp_path) as chat, room_with(chat, sockets=False) as made:
        yield made


@contextmanager
def administrator(room: Room) -> Iterator[psycopg.Connection]:
    url = room.chat.database.url.set(drivername="postgresql", database="postgres")
    address = make_url(url).render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection


def end_connections(room: Room) -> None:
    """As a restart ends them."""
    name = room.chat.database.url.database
    with administrator(room) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )


@contextmanager
def away(room: Room) -> Iterator[None]:
    """While nobody is let in."""
    name = sql.Identifier(str(room.chat.database.url.database))
    with administrator(room) as connection:
        connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        end_connections(room)
        yield
        connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))


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
