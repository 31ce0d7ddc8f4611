"""Companies and tours that several walks share: made once, because what is seen on a tour does not change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.company import Chat
from tests.walks.hostile import Words
from tests.walks.tour import Tour, found, opened

TOURS = frozenset({"tour", "hostile_tour", "hostile_interviews"})


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever needs a tour goes to one worker, so that each is made once."""
    for item in items:
        if TOURS.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group("tours"))


@pytest.fixture(scope="session")
def company_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A founded company, to be copied."""
    return asyncio.run(found(tmp_path_factory.mktemp("company")))


@pytest.fixture(scope="session")
def tour(company_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Tour:
    """A tour on which everybody writes what people write at work."""
    people = ("ada", "hana", "ivan")
    return asyncio.run(_toured(company_file, tmp_path_factory.mktemp("tour"), Tour, people))


@pytest.fixture(scope="session")
def hostile_tour(company_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Tour:
    """A tour on which everybody writes what is meant to do harm."""
    people = ("ada", "chen", "hana", "ivan")
    return asyncio.run(_toured(company_file, tmp_path_factory.mktemp("hostile"), _hostile, people))


@pytest.fixture(scope="session")
def hostile_interviews(company_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Tour:
    """The same where forms are asked one question at a time."""
    folder = tmp_path_factory.mktemp("interviews")
    return asyncio.run(_toured(company_file, folder, _interviewed, ("ada", "chen")))


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
