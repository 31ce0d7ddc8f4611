"""Companies and tours that several walks share: made once, because what is seen on a tour does not change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from storage.migrations import mark_newest
from tests.company import Chat, company
from tests.walks.canaries import STAFF, Story, settle
from tests.walks.hostile import Words
from tests.walks.judging import State
from tests.walks.tour import Tour, found, opened

GROUPS = dict.fromkeys(("tour", "hostile_tour", "hostile_interviews"), "tours") | {"states": "states"}
"""Which fixtures are made on one worker alone."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever needs one of these goes to one worker, so that each is made once."""
    for item in items:
        for group in {GROUPS[name] for name in getattr(item, "fixturenames", ()) if name in GROUPS}:
            item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def company_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A founded company, to be copied."""
    return found(tmp_path_factory.mktemp("company"))


@pytest.fixture(scope="session")
def tour(company_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Tour:
    """A tour on which everybody writes what people write at work."""
    people = ("ada", "hana", "ivan")
    return asyncio.run(_toured(company_file, tmp_path_factory.mktemp("tour"), Tour, people))


@pytest.fixture(scope="session")
def hostile_tour(company_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Tour:
    """A tour on which everybody writes what is meant to do harm."""
    people = ("ada", "hana")
    return asyncio.run(_toured(company_file, tmp_path_factory.mktemp("hostile"), _hostile, people))


@pytest.fixture(scope="session")
def hostile_interviews(company_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Tour:
    """The same where forms are asked one question at a time."""
    folder = tmp_path_factory.mktemp("interviews")
    return asyncio.run(_toured(company_file, folder, _interviewed, ("ada",)))


def _hostile(chat: Chat) -> Tour:
    return Tour(chat, words=Words())


def _interviewed(chat: Chat) -> Tour:
    chat.interviews = True
    return Tour(chat, words=Words(), depth=4)


async def _toured(
    company_file: Path, folder: Path, made: Callable[[Chat], Tour], people: Sequence[str]
) -> Tour:
    async with opened(company_file, folder / "company.db") as chat:
        tour = made(chat)
        await tour.through_a_week()
        await tour.everywhere(people)
        return tour


@pytest.fixture(scope="session")
def states(tmp_path_factory: pytest.TempPathFactory) -> dict[str, State]:
    """A company with a canary in every personal field: this week, and the next."""
    return asyncio.run(_written(tmp_path_factory.mktemp("states")))


async def _written(folder: Path) -> dict[str, State]:
    founded, today, later = (folder / f"{name}.db" for name in ("founded", "today", "later"))
    async with company(f"sqlite+aiosqlite:///{founded}", STAFF) as chat:
        mark_newest(chat.database)
    async with opened(founded, today) as chat:
        story = Story(chat, settle(chat))
        await story.before()
        await story.today()
        before = State(today, replace(story.canaries, words=dict(story.canaries.words)), chat.now)
    async with opened(today, later, before.at) as chat:
        story.chat = story.canaries.chat = chat
        await story.later()
        return {"today": before, "later": State(later, story.canaries, chat.now)}
