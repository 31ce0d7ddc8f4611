"""What every test may ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.company import Chat, company
from tests.engines import ENGINES, empty_database


@pytest.fixture
def chat(tmp_path: Path) -> Iterator[Chat]:
    """A chat with Upbeat as the people of a small company, on SQLite."""
    with empty_database("sqlite", tmp_path) as url, company(url) as made:
        yield made


@pytest.fixture(params=ENGINES)
def any_chat(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Chat]:
    """The same on each database that Upbeat runs on."""
    with empty_database(request.param, tmp_path) as url, company(url) as made:
        yield made
