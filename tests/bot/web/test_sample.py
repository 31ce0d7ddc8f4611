"""The sample company has people, a month behind it, and something due today."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest
from sqlalchemy import event
from sqlmodel import SQLModel

from bot.app import App
from bot.roles import ALL, Role
from bot.settings import Settings
from bot.web import sample_story as story
from bot.web.hearing import Ears, Me
from bot.web.labels import LABELS
from bot.web.live import Live
from bot.web.pages import View
from bot.web.sample import Past, button, found_sample_company
from bot.web.sample_reviews import REVIEWS, Press
from bot.words import Voice
from handlers import FEATURES
from handlers.kit.dispatch import Core
from storage.database import Database
from storage.tables import Inbox
from storage.webchat import WebMessage, private_channel
from tests.copies import copy_of
from tests.engines import empty_database, opened, sqlite_url

NOW = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    """The sample company, in a copy of one that was founded once."""
    with copy_of(founded, "sqlite", tmp_path) as (url, _):
        database = Database(url, b"a test's secret", now=lambda: NOW)
        database.open()
        yield Core(database, FEATURES)
        await database.close()


def founded(url: str, now: datetime = NOW) -> None:
    """Found it, and let its month pass."""
    database = Database(url, b"a test's secret", now=lambda: now)
    SQLModel.metadata.create_all(database.engine)
    database.open()

    async def found() -> None:
        past = await found_sample_company(Core(database, FEATURES))
        await past.live_through()
        await database.close()

    with ThreadPoolExecutor(1) as beside:  # here runs a loop already
        beside.submit(asyncio.run, found()).result()


async def test_the_company_has_people_of_several_zones_and_languages(core: Core) -> None:
    people = await core.database.read(lambda store: store.directory.active())
    assert len(people) == len(story.PEOPLE) == 24
    assert len({person.zone for person in people}) == 5
    assert {person.language for person in people} == {"en", "zh"}
    assert {person.role for person in people} == {"employee", "hr", "admin"}


async def test_nothing_that_was_planned_was_refused(core: Core) -> None:
    rows = await core.database.read(lambda store: store.all(Inbox))
    assert {
        (row.route, row.outcome) for row in rows if row.outcome not in ("done", "asked", "ignored")
    } == set()


async def test_the_month_has_its_own_dates_and_nothing_lies_in_the_future(core: Core) -> None:
    def moments(store: object) -> list[datetime]:
        ada = store.directory.with_account("web", "ada")  # type: ignore[attr-defined]
        assert ada is not None
        talk = store.webchat.messages(private_channel(ada.id), reader=ada.id, most=500)  # type: ignore[attr-defined]
        return [row.made_at for row in talk + store.webchat.messages("general", reader=ada.id, most=500)]  # type: ignore[attr-defined]

    found = await core.database.read(moments)
    assert max(found) < NOW
    assert min(found) < NOW - timedelta(days=20)
    assert len({moment.date() for moment in found}) > 8


async def test_nothing_waits_to_be_delivered(core: Core) -> None:
    ages = await core.database.read(lambda store: store.outbox.ages())
    assert set(ages) <= {"sent", "cancelled"}


async def test_something_is_due_today(core: Core) -> None:
    def due(store: object) -> list[datetime]:
        ada = store.directory.with_account("web", "ada")  # type: ignore[attr-defined]
        return [row.due_at for row in store.obligations.of(ada.id)]  # type: ignore[attr-defined]

    assert NOW.date() in {moment.date() for moment in await core.database.read(due)}


async def test_reviews_wait_to_be_written_and_one_to_be_read(core: Core) -> None:
    ears = Ears(core, Live())

    async def shown(who: str, words: str, *presses: Press) -> str:
        person = await core.database.read(lambda store: store.directory.with_account("web", who))
        assert person
        me = Me(person, who)
        answer = await ears.say(me, View("upbeat"), words, None, who + words)
        for press in presses:
            assert answer
            assert answer.card
            answer = await ears.press(me, View("upbeat"), button(answer.card, press), "", f"{who}{press}")
        assert answer
        assert answer.card
        return Voice().plain(answer.card)

    mine = await shown("ada", "/review")
    assert "Your self-review" in mine
    assert "Review of your colleague Dora Maar" in mine
    result = await shown("ada", "/review", Press("Read it", "Leads"))
    assert "Support and Engines have planned the week together" in result
    assert "Rating: 4 of 5" in result
    progress = await shown("hana", "/review progress", Press("Progress", "Design pilot"))
    assert "Self-reviews: 3 of 6 handed in" in progress


def test_on_any_day_it_happened_in_its_order_and_on_workdays(tmp_path: Path) -> None:
    """What falls on a weekend was done on the Friday before, after all else: nobody is chosen before they are asked."""
    now = [NOW]
    core = Core(Database(sqlite_url(tmp_path), b"a test's secret", now=lambda: now[0]), FEATURES)
    planned = [each[-1] for each in sorted(REVIEWS, key=lambda each: (-each[0], each[1]))]
    for _ in range(366):
        past = Past(core, {})
        past._plan()
        deeds = [deed for moment in sorted(past.deeds) for deed in past.deeds[moment]]
        assert [deed.args[-1] for deed in deeds if deed.func.__name__ == "_goes_through"] == planned
        assert {moment.weekday() for moment in past.deeds} <= {*range(5)}
        now[0] += timedelta(days=1)


@pytest.mark.parametrize("days", [2, 3], ids=["Friday", "Saturday"])
async def test_it_is_whole_on_other_days_as_well(tmp_path: Path, days: int) -> None:
    now = NOW.replace(hour=7) + timedelta(days=days)
    with copy_of(partial(founded, now=now), "sqlite", tmp_path) as (url, _):
        database = Database(url, b"a test's secret", now=lambda: now)
        database.open()
        core = Core(database, FEATURES)
        await test_nothing_that_was_planned_was_refused(core)
        await test_nothing_waits_to_be_delivered(core)
        await test_reviews_wait_to_be_written_and_one_to_be_read(core)
        await database.close()


async def test_founding_it_is_little_work(tmp_path: Path) -> None:
    """Whoever wants more than the first screen waits for it, so what is counted is what takes the time: interactions,
    and what each asks the database for."""
    statements = 0

    def count(statement: str) -> None:
        nonlocal statements
        statements += statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE"))

    with empty_database("sqlite", tmp_path) as url:
        database = Database(url, b"a test's secret", now=lambda: NOW)
        event.listen(database.engine, "connect", lambda held, record: held.set_trace_callback(count))
        SQLModel.metadata.create_all(database.engine)
        database.open()
        past = await found_sample_company(Core(database, FEATURES))
        await past.live_through()
        assert await database.read(lambda store: store.count(WebMessage)) > 200
        interactions = await database.read(lambda store: store.count(Inbox))
        await database.close()
    assert interactions < 270
    assert interactions * 10 < statements < interactions * 33


# The very first start -------------------------------------------------------------------------------------------------


@asynccontextmanager
async def started(folder: Path, roles: frozenset[Role] = ALL) -> AsyncIterator[tuple[App, httpx.AsyncClient]]:
    """Upbeat on an empty database, in the moment in which it begins to answer, and a browser on this machine."""
    settings = Settings(UPBEAT_DATABASE_URL=sqlite_url(folder), UPBEAT_SECRET_KEY="x")
    app = App(settings, roles=roles, now=lambda: NOW)
    server = httpx.ASGITransport(app.server(), client=("127.0.0.1", 9))
    async with (
        httpx.AsyncClient(transport=server, base_url="http://127.0.0.1", follow_redirects=True) as browser,
        app.running(),
    ):
        yield app, browser


async def test_the_first_screen_is_there_while_the_month_passes_and_the_rest_waits(tmp_path: Path) -> None:
    founding, english = Voice("zh").say(LABELS["founding"]), LABELS["founding"].template
    async with started(tmp_path) as (app, browser):
        assert not app.has_begun
        first = await browser.get("/")
        assert english in first.text
        assert all(colleague.name in first.text for colleague in story.PEOPLE.values())
        assert founding in (await browser.get("/as/fang/home")).text
        assert (await browser.get("/readyz")).status_code == 503
        assert not app.has_begun, "nothing of this waited"
        said = await browser.post(
            "/as/ada/say", data={"words": "Good afternoon", "view": "in/general", "key": "1"}
        )
        assert "Good afternoon" in said.text
        async with asyncio.timeout(10):  # turns are taken just after what waited goes on
            while (await browser.get("/readyz")).status_code != 200:  # noqa: ASYNC110 - only the page says it
                await asyncio.sleep(0.01)
        home = await browser.get("/as/ada/home")
        assert english not in home.text
        assert "Check in" in home.text
        last = await app.database.read(lambda store: store.webchat.messages("general", reader="", most=1))
        assert (last[0].said, last[0].made_at) == ("Good afternoon", NOW)


async def test_who_stops_it_meanwhile_finds_the_whole_month_at_the_next_start(tmp_path: Path) -> None:
    async with started(tmp_path) as (app, _):
        assert not app.has_begun
    async with started(tmp_path) as (app, _):
        assert app.has_begun
        await test_nothing_that_was_planned_was_refused(app.core)
        await test_reviews_wait_to_be_written_and_one_to_be_read(app.core)


async def test_a_month_that_cannot_pass_stops_the_start_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_up = asyncio.Event()
    async with started(tmp_path) as (app, _):
        app.on_failure = given_up.set
        with opened(app.database.url.database) as disk:
            disk.execute("DROP TABLE inbox")
        await asyncio.wait_for(given_up.wait(), 60)
        assert app.failure is not None
        assert not app.has_begun
