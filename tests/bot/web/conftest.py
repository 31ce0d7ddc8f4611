"""A house with a window for each person.

What opens windows runs on one worker and in one loop, for one Chromium and one connection to it serve all of it: they
take two seconds and a half."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.bot.web.window import Window, windows
from tests.browser import open_chromium
from tests.company import company_of_its_own
from tests.engines import ENGINES

ONE_LOOP = pytest.mark.asyncio(loop_scope="session")
ONE_WORKER = pytest.mark.xdist_group("windows")
WINDOWS = {"window", "any_window"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and WINDOWS.intersection(item.fixturenames):
            item.add_marker(ONE_LOOP, append=False)
            item.add_marker(ONE_WORKER)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with open_chromium() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session", params=ENGINES)
async def any_window(
    request: pytest.FixtureRequest, tmp_path: Path, chromium: Browser
) -> AsyncIterator[Window]:
    """The same on each database."""
    async with company_of_its_own(request.param, tmp_path) as chat, windows(chat, chromium) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def window(tmp_path: Path, chromium: Browser) -> AsyncIterator[Window]:
    async with company_of_its_own("sqlite", tmp_path) as chat, windows(chat, chromium) as made:
        yield made
