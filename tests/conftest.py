"""What every test may ask for."""

import gc
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import settings

from bot.logs import _Line
from bot.running import collect_rarely
from storage import writers
from tests.company import Chat, company_of_its_own
from tests.compiled import share_compiled
from tests.engines import ENGINES, memory
from tests.faults.figures import print_figures

settings.register_profile("steady", deadline=None)  # how quick a busy machine is proves nothing
settings.load_profile("steady")


def pytest_xdist_auto_num_workers() -> int:
    """Two more than there are cores, as long as they are few: many tests wait for what other processes do."""
    return min(8, 2 + (os.cpu_count() or 1))


WAITS = (
    "tests/test_main_job.py",
    "tests/test_reviews_job.py",
    "tests/test_several.py",
    "tests/faults/",
    "tests/bot/web/test_local_chat.py",
    "tests/bot/web/test_pictures.py",
    "tests/bot/web/test_reading.py",
    "tests/bot/slack/test_answers_later.py",
    "tests/bot/telegram/test_answers_later.py",
    "tests/schedules/test_turns.py",
)
"""What mostly waits, for other processes, for pages and for platforms that do not answer."""

LONG = (*WAITS, "tests/test_prove.py", "tests/walks/", "tests/mutation/", "tests/bot/web/")
"""What takes long begins first: else one worker is still at it when the others have nothing left to do."""

SPREAD = (("tests/handlers/",), ("tests/bot/slack/", "tests/bot/telegram/", "tests/schedules/"))
"""What mostly computes, and what waits a little, each: mixed evenly, there is something to compute at any time."""

FEW = 4
"""So many workers have few cores, and one of them all that waits: the others use the cores meanwhile."""


TOGETHER = ("tests/bot/test_assistant.py", "tests/bot/test_words.py", "tests/bot/web/test_sample.py")
"""What each of these imports, reads or founds first takes longer than its tests: one worker has them all."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {item: float(n) for n, item in enumerate(items)}
    for files in SPREAD:
        alike = [item for item in items if item.nodeid.startswith(files)]
        places |= {item: n / len(alike) - 1 for n, item in enumerate(alike)}
    items.sort(
        key=lambda item: (
            next((n for n, at in enumerate(LONG) if item.nodeid.startswith(at)), len(LONG)),
            places[item],
        )
    )
    few = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")) <= FEW
    for item in items:
        for file in TOGETHER:
            if item.nodeid.startswith(file):
                item.add_marker(pytest.mark.xdist_group(file))
        if few and item.nodeid.startswith(WAITS):
            item.add_marker(pytest.mark.xdist_group("windows"))  # as those have whom a browser waits for


def pytest_sessionstart(session: pytest.Session) -> None:
    """What a failing test logged is shown with what went wrong, and where, as in the log of operators."""
    if plugin := session.config.pluginmanager.get_plugin("logging-plugin"):
        plugin.report_handler.setFormatter(_Line())


# `chat.change` writes in the loop's own thread. On a busy machine a group of units lets the loop have its turn:
# it would wait for itself.
writers.SLICE = float("inf")

gc.disable()

share_compiled()

if in_memory := memory():  # a company for each test: gigabytes, which need not be written to a disk
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(in_memory))


def pytest_collection_finish() -> None:
    """What was imported stays: looking through it for garbage again and again takes a tenth of the time."""
    collect_rarely()


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
    async with company_of_its_own("sqlite", tmp_path) as made:
        yield made


@pytest.fixture
async def postgres_chat(tmp_path: Path) -> AsyncIterator[Chat]:
    """The same on PostgreSQL, where a unit of work can wait on locks of other processes."""
    async with company_of_its_own("postgresql", tmp_path) as made:
        yield made


@pytest.fixture(params=ENGINES)
async def any_chat(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Chat]:
    """The same on each database that Upbeat runs on. A long story is played on SQLite alone where others run all its
    statements on PostgreSQL."""
    async with company_of_its_own(request.param, tmp_path) as made:
        yield made
