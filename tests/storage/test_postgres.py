"""How PostgreSQL is reached: directly, or through PgBouncer, which gives each transaction any session."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InternalError
from sqlmodel import SQLModel

from storage.database import POSTGRES_WRITERS, Database
from storage.store import Store
from tests.engines import postgres_url


@pytest.fixture(params=["", "true"])
async def database(request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """A PostgreSQL, and the same as it is reached through PgBouncer."""
    with postgres_url() as url:
        made = Database(f"{url}&pgbouncer={request.param}" if request.param else url, b"a test's secret")
        SQLModel.metadata.create_all(made.engine)
        made.open()
        yield made
        await made.close()


def settings(store: Store) -> list[str]:
    names = ("lock_timeout", "idle_in_transaction_session_timeout", "timezone", "transaction_read_only")
    return [store.execute(text(f"SHOW {name}")).scalar() for name in names]


async def test_each_transaction_has_our_settings(database: Database) -> None:
    assert await database.write(settings) == ["300ms", "9s", "UTC", "off"]
    assert await database.write_apart(settings) == ["10s", "9s", "UTC", "off"]
    assert (await database.read(settings))[2:] == ["UTC", "on"]


async def test_what_reads_cannot_write(database: Database) -> None:
    with pytest.raises(InternalError, match="read-only transaction"):
        await database.read(lambda store: store.set_setting("any", 1))


async def test_another_connection_writes_only_while_all_have_something_to_do(database: Database) -> None:
    def connection(store: Store) -> int:
        return int(store.execute(text("SELECT pg_backend_pid() FROM pg_sleep(0.3)")).scalar_one())

    at_once = []
    for _ in range(POSTGRES_WRITERS):
        at_once.append(asyncio.ensure_future(database.write(connection)))
        await asyncio.sleep(0.02)  # or they were all in one group
    assert len(set(await asyncio.gather(*at_once))) == POSTGRES_WRITERS


async def test_who_writes_one_after_another_has_a_connection_that_is_warm(database: Database) -> None:
    def connection(store: Store) -> int:
        return int(store.execute(text("SELECT pg_backend_pid()")).scalar_one())

    assert len({await database.write(connection) for _ in range(2 * POSTGRES_WRITERS)}) == 1


async def test_of_several_servers_the_one_that_writes_is_found() -> None:
    with postgres_url() as url:
        servers = url.replace("?host=", "?target_session_attrs=primary&host=127.0.0.1:1&host=") + ":5432"
        found = Database(servers, b"a test's secret")
        SQLModel.metadata.create_all(found.engine)
        found.open()
        await found.write(lambda store: store.set_setting("any", 1))
        assert await found.read(lambda store: store.setting("any")) == 1
        await found.close()
