"""What tests of faults may ask for."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.company import Chat, company
from tests.engines import sqlite_url
from tests.faults.figures import figure

__all__ = ["figure"]


@pytest.fixture
async def durable_chat(tmp_path: Path) -> AsyncIterator[Chat]:
    """A company on SQLite that waits for its disk, as Upbeat does."""
    async with company(sqlite_url(tmp_path)) as made:
        yield made
