"""What every test may ask for."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.company import Chat, company
from tests.engines import ENGINES, empty_database
from tests.faults.figures import print_figures

settings.register_profile("steady", deadline=None)  # how quick a busy machine is proves nothing
settings.load_profile("steady")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores, as long as they are few: many tests wait for what other processes do."""
    return min(8, 1 + (os.cpu_count() or 1))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What a test recorded as its "table", and the cases that a sweep "examined", are printed."""
    for report in terminalreporter.stats.get("passed", []):
        for name, words in getattr(report, "user_properties", ()):
            if name == "table":
                terminalreporter.section(report.nodeid, sep="-")
                terminalreporter.write_line(words)
            elif name == "examined":
                terminalreporter.write_line(str(words))
    print_figures(terminalreporter)


@pytest.fixture
async def chat(tmp_path: Path) -> AsyncIterator[Chat]:
    """A chat with Upbeat as the people of a small company, on SQLite."""
    with empty_database("sqlite", tmp_path) as url:
        async with company(url) as made:
            yield made


@pytest.fixture
async def postgres_chat() -> AsyncIterator[Chat]:
    """The same on PostgreSQL, where a unit of work can wait on locks of other processes."""
    with empty_database("postgresql", Path()) as url:
        async with company(url) as made:
            yield made


@pytest.fixture(params=ENGINES)
async def any_chat(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Chat]:
    """The same on each database that Upbeat runs on."""
    with empty_database(request.param, tmp_path) as url:
        async with company(url) as made:
            yield made
