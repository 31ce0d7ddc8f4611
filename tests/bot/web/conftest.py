"""A house with a window for each person."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.bot.web.window import Window, windows
from tests.company import Chat


@pytest.fixture
async def any_window(any_chat: Chat) -> AsyncIterator[Window]:
    """The same on each database."""
    async with windows(any_chat) as made:
        yield made


@pytest.fixture
async def window(chat: Chat) -> AsyncIterator[Window]:
    async with windows(chat) as made:
        yield made
