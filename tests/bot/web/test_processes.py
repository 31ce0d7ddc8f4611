"""The local chat in two processes on one PostgreSQL: what happens in one is seen live in the other."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import aiohttp
import pytest

from handlers import FEATURES
from handlers.kit.dispatch import Core
from storage.database import Database
from tests.bot.web.house import Opened, open_house
from tests.company import company
from tests.engines import postgres_url


@pytest.fixture
async def two() -> AsyncIterator[tuple[Opened, Opened]]:
    """The same company's chat at two addresses."""
    with postgres_url() as url:
        async with company(url) as chat:
            database = Database(url, b"a test's secret", now=lambda: chat.now)
            database.open()
            async with (
                open_house(chat.core) as first,
                open_house(Core(database, FEATURES), channels=()) as second,
            ):
                yield first, second
            await database.close()


async def test_a_page_looks_again_when_something_was_said_in_another_process(
    two: tuple[Opened, Opened],
) -> None:
    here, there = two
    async with aiohttp.ClientSession() as browser, browser.get(here.page("ben", "events")) as stream:
        with contextlib.suppress(TimeoutError):
            while await _next(stream, 1.5):  # that the company was founded is news, too
                pass
        said = {"view": "in/engines", "words": "Hello from the other process"}
        async with browser.post(there.page("ada", "say"), data=said) as answer:
            assert answer.status < 400
        assert await _next(stream, 4) == "everything"
        async with browser.get(here.page("ben", "in/engines")) as page:
            assert "Hello from the other process" in await page.text()


async def _next(stream: aiohttp.ClientResponse, seconds: float) -> str:
    """What the page is told next."""
    async with asyncio.timeout(seconds):
        async for line in stream.content:
            if line.startswith(b"data:"):
                return line.removeprefix(b"data:").strip(b' "\n').decode()
    return ""
