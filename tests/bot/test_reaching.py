"""Slack or Telegram is away when Upbeat starts: it serves the other one, and goes on trying; a wrong token ends it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import uvicorn

from bot import reaching
from bot.app import App
from bot.settings import Settings
from bot.terminal import Complaint
from handlers.kit.cards import Card
from handlers.kit.requests import Tell
from handlers.kit.text import Phrase
from schedules import turns
from storage.alerts import Alert
from storage.tables import Outgoing
from tests.engines import empty_database
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram
from tests.faults.processes import SECRET, USERS, found, introduce
from tests.ports import free_port

MODES = [("http", "webhook"), ("socket", "polling")]
AWAY = ["500", "429", "drop_before_accept"]


class House:
    """Upbeat on both platforms, in this process, by a clock that runs on from now."""

    def __init__(self, url: str, slack: FakeSlack, telegram: FakeTelegram, modes: tuple[str, str]) -> None:
        self.slack, self.telegram, self.port = slack, telegram, free_port()
        self.ahead = timedelta()
        self.app = App(Settings(**self._settings(url, *modes)), now=lambda: datetime.now(UTC) + self.ahead)

    def _settings(self, url: str, slack: str, telegram: str) -> dict[str, Any]:
        given = {
            "UPBEAT_DATABASE_URL": url,
            "UPBEAT_SECRET_KEY": SECRET,
            "UPBEAT_PORT": self.port,
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_API_URL": self.slack.base_url.rstrip("/"),
            "TELEGRAM_BOT_TOKEN": self.telegram.token,
            "TELEGRAM_API_URL": self.telegram.api_url,
        }
        if slack == "socket":
            given["SLACK_APP_TOKEN"] = self.slack.app_token
        else:
            given["SLACK_SIGNING_SECRET"] = self.slack.signing_secret
        if telegram == "webhook":
            given["UPBEAT_PUBLIC_URL"] = f"http://127.0.0.1:{self.port}"
            given["TELEGRAM_WEBHOOK_SECRET"] = "a-Secret_1"
        return given

    async def ready(self) -> tuple[int, Any]:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{self.port}/readyz") as answer,
        ):
            return answer.status, await answer.json()

    def rows(self, table: Any) -> list[Any]:
        return self.app.database.look_now(lambda store: list(store._rows(table, ())))

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """It serves, and stops."""
        config = uvicorn.Config(self.app.server(), port=self.port, log_level="critical", lifespan="on")
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve())
        await until(lambda: server.started or task.done())
        assert server.started, self.app.failure
        try:
            yield
        finally:
            server.should_exit = True
            await task

    async def check_in_slack(self) -> None:
        ack = await self.slack.command("UADA", "/checkin", "done the engine")
        assert "the engine" in ack.ephemeral.words

    async def check_in_telegram(self) -> None:
        await self.telegram.says(USERS["ben"], "/checkin done the bridge")
        await self.telegram.settled()
        assert "the bridge" in self.telegram.last(USERS["ben"]).text


async def until(true: Callable[[], object], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - what others do has no event
            await asyncio.sleep(0.01)


@pytest.fixture(params=MODES, ids=["by HTTP", "by socket and polling"])
async def house(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[House]:
    monkeypatch.setattr(reaching, "FIRST_WAIT", 0.2)
    monkeypatch.setattr(turns, "FIRST_PAUSE", 0.2)
    with empty_database("sqlite", tmp_path) as url:
        found(url)
        async with FakeSlack() as slack, FakeTelegram() as telegram:
            slack.add_user("UADA", "ada", "ada@example.com", real_name="Ada Lovelace")
            introduce(telegram)
            made = House(url, slack, telegram, request.param)
            if request.param[0] == "http":
                slack.connect_http(f"http://127.0.0.1:{made.port}/slack/events")
            yield made
            assert slack.violations == []
            assert telegram.violations == []


@pytest.mark.parametrize("fault", AWAY)
async def test_slack_is_away_at_the_start(house: House, fault: str, caplog: pytest.LogCaptureFixture) -> None:
    house.slack.fail_next("auth.test", fault, times=1_000)
    async with house.running():
        assert await house.ready() == (200, {"ready": True, "away": ["slack"]})
        assert "Slack cannot be reached" in house.app.reaching.away["slack"]
        assert "platform not reached" in caplog.messages
        await house.check_in_telegram()
        hello = Tell(Card(Phrase("Hello.")), to=who(house, "ada"), on="slack")
        await house.app.database.write(lambda store: house.app.core.queue(store, "test", hello))
        for _ in range(12):  # however long it lasts, that is no attempt of the message
            house.ahead += timedelta(minutes=2)
            house.app.delivery.wake()
            await asyncio.sleep(0.1)
        assert [row.attempts for row in house.rows(Outgoing) if row.route == "test"] == [0]
        house.slack._faults.clear()
        await until(lambda: not house.app.reaching.away)
        await until(lambda: house.app.turns.held().get("slack socket", True))
        if house.slack.sockets is not None and "slack socket" in house.app.turns.held():
            await house.slack.sockets.connected()
        await house.check_in_slack()
        house.ahead += timedelta(minutes=2)
        house.app.delivery.wake()
        await until(lambda: "Hello." in house.slack.told("UADA"))
        assert await house.ready() == (200, {"ready": True, "away": []})


def who(house: House, name: str) -> str:
    people = house.app.database.look_now(lambda store: store.directory.active())
    return next(person.id for person in people if person.email.startswith(f"{name}@"))


@pytest.mark.parametrize("fault", [*AWAY, "page_404"])
async def test_telegram_is_away_at_the_start(house: House, fault: str) -> None:
    house.telegram.fail_next("getMe", fault, times=1_000)
    async with house.running():
        assert await house.ready() == (200, {"ready": True, "away": ["telegram"]})
        assert "Telegram cannot be reached" in house.app.reaching.away["telegram"]
        await house.check_in_slack()
        house.telegram._faults.clear()
        await until(lambda: not house.app.reaching.away)
        await house.check_in_telegram()


async def test_telegram_goes_away_in_the_middle_of_the_start(house: House) -> None:
    polls = "telegram polling" in house.app.turns.held()
    house.telegram.fail_next("deleteWebhook" if polls else "setWebhook", "500", times=3)
    async with house.running():
        await house.check_in_slack()
        await house.check_in_telegram()


async def test_slack_gives_no_socket_just_now(house: House) -> None:
    house.slack.fail_next("apps.connections.open", "500", times=3)
    async with house.running():
        await house.check_in_telegram()
        await until(lambda: house.app.turns.held().get("slack socket", True))
        await house.check_in_slack()


async def test_both_are_away(house: House) -> None:
    house.slack.fail_next("auth.test", "500", times=2)
    house.telegram.fail_next("getMe", "500", times=2)
    async with house.running():
        assert set(house.app.reaching.away) == {"slack", "telegram"}
        await until(lambda: not house.app.reaching.away)
        await house.check_in_telegram()


async def test_upbeat_stops_while_it_tries(house: House) -> None:
    house.slack.fail_next("auth.test", "500", times=1_000)
    house.telegram.fail_next("getMe", "500", times=1_000)
    async with house.running():
        await asyncio.sleep(0.3)


@pytest.mark.parametrize(
    ("method", "fault", "words"),
    [
        ("auth.test", "invalid_auth", r"Slack refuses SLACK_BOT_TOKEN \(invalid_auth\)"),
        ("apps.connections.open", "invalid_auth", r"Slack gives no socket \(invalid_auth\)"),
        ("getMe", "401", "Telegram does not know TELEGRAM_BOT_TOKEN"),
    ],
)
async def test_a_wrong_token_ends_it_at_once(house: House, method: str, fault: str, words: str) -> None:
    if method == "apps.connections.open" and "slack socket" not in house.app.turns.held():
        return
    there: Any = house.telegram if method == "getMe" else house.slack
    there.fail_next(method, fault)
    with pytest.raises(Complaint, match=words):
        async with house.app.running():
            pass


async def test_a_token_that_turns_out_to_be_wrong_stops_nobody_else(house: House) -> None:
    house.slack.fail_next("auth.test", "500")
    house.slack.fail_next("auth.test", "invalid_auth", times=1_000)
    async with house.running():
        await until(lambda: "Slack refuses SLACK_BOT_TOKEN" in house.app.reaching.away["slack"])
        await until(lambda: house.rows(Alert))
        assert [alert.cause for alert in house.rows(Alert)] == ["token:slack"]
        await house.check_in_telegram()
