"""Two processes hear the same person at the same moment: each thing that was acknowledged is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from handlers import FEATURES
from handlers.kit.dispatch import Core
from storage.database import Database
from storage.tables import Draft
from tests.company import Chat, company
from tests.engines import postgres_url


@pytest.fixture
async def two() -> AsyncIterator[tuple[Chat, Chat]]:
    """The same company in two processes on one PostgreSQL, on a platform that asks one question after the other."""
    with postgres_url() as url:
        async with company(url) as first:
            database = Database(url, b"a test's secret", now=lambda: first.now)
            database.open()
            first.interviews = True
            yield first, replace(first, database=database, core=Core(database, FEATURES))
            await database.close()


async def test_two_answers_at_once_are_both_kept(two: tuple[Chat, Chat]) -> None:
    first, second = two
    for who in (*first.ids, *first.ids):
        await first.says(who, "/checkin")
        await asyncio.gather(first.says(who, "one thing"), second.says(who, "another"))
        (draft,) = first.rows(Draft, Draft.person_id == first.ids[who], Draft.closed_key == "")
        assert sorted(draft.given.values()) == ["another", "one thing"]
        first.change(lambda store, draft=draft: store.drafts.close(draft))
