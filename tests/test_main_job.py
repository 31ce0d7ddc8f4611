"""The main job, whole, through a real process on every platform: a check-in, a kudos, private feedback, a point for a
one-on-one, and a reminder that the clock sent."""

from __future__ import annotations

import asyncio
import contextlib
import os
import urllib.request
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from storage.database import Database
from storage.migrations import migrate
from tests.browser import open_browser
from tests.company import found_company
from tests.engines import PROJECT, empty_database
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram
from tests.forked import fork
from tests.ports import free_port

SECRET = "a test's secret"
MONDAY = "2026-11-23T08:59:45+00:00"
"""A quarter of a minute before everybody in Berlin is asked for their check-in."""

WORDS = "the calm incident call"
NOTICED = "you asked before you answered"


def found(url: str, arrange: Callable[[Any, dict[str, str]], None]) -> None:
    """The company in an empty, migrated database."""
    database = Database(url, SECRET.encode())
    migrate(database)
    database.open()
    ids = database.write_now(found_company)
    database.write_now(lambda store: arrange(store, ids))
    database.stop()


@contextlib.asynccontextmanager
async def upbeat(
    url: str, folder: Path, port: int, *, moment: str = MONDAY, **settings: str
) -> AsyncIterator[None]:
    """A real process that believes it is Monday morning, or another moment, ended by its own id."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("UPBEAT", "SLACK", "TELEGRAM"))
    }
    ours = {"UPBEAT_DATABASE_URL": url, "UPBEAT_SECRET_KEY": SECRET, "UPBEAT_PORT": str(port)}
    path = {"PYTHONPATH": str(PROJECT)}
    env = {**clean, **ours, **path, **settings}
    process = await fork("tests.shifted", [moment], cwd=folder, env=env, log=folder / "log")
    try:
        await until(lambda: ready(port), "the process is ready", folder)
        yield
    finally:
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 30) == 0


def ready(port: int) -> bool:
    with (
        contextlib.suppress(OSError),
        urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer,
    ):
        return bool(answer.status == 200)
    return False


async def until(true: Callable[[], bool], what: str, folder: Path, seconds: float = 45) -> None:
    """Wait for something, and say what did not happen."""
    for _ in range(int(seconds * 10)):
        if await asyncio.to_thread(true):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {what}\n{(folder / 'log').read_text()[-1500:]}")


# Slack -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["http", "socket"])
async def test_in_slack(tmp_path: Path, mode: str) -> None:
    with empty_database("sqlite", tmp_path) as url:
        found(url, lambda store, ids: None)
        port = free_port()
        async with FakeSlack() as slack:
            for user, who, name in (
                ("U1", "ada", "Ada Lovelace"),
                ("U2", "ben", "Ben Okri"),
                ("U3", "dora", "Dora Maar"),
            ):
                slack.add_user(user, who, f"{who}@example.com", real_name=name)
            slack.add_channel("C1", "engines", ["U1", "U2", "U3", slack.bot_user_id])
            settings = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_API_URL": slack.base_url.rstrip("/")}
            if mode == "http":
                settings["SLACK_SIGNING_SECRET"] = slack.signing_secret
                slack.connect_http(f"http://127.0.0.1:{port}/slack/events")
            else:
                settings["SLACK_APP_TOKEN"] = slack.app_token
            async with upbeat(url, tmp_path, port, **settings):
                await talk_in_slack(slack, tmp_path)
            assert slack.violations == []


async def talk_in_slack(slack: FakeSlack, folder: Path) -> None:
    checked = await slack.command("U2", "/checkin", "done the login page; next payments; blocked by legal")
    assert checked.ok
    assert "login page" in checked.ephemeral.words
    previewed = await slack.command("U2", "/kudos", f"@dora for {WORDS}", channel="C1")
    assert "C1" in previewed.ephemeral.words or "engines" in previewed.ephemeral.words
    await slack.press("U2", previewed.ephemeral, index=0)
    await until(lambda: any(WORDS in m.words for m in slack.messages("C1")), "the kudos is posted", folder)
    await slack.command("U1", "/feedback", "@ben")
    await until(lambda: bool(slack.modal("U1")), "the feedback form opens", folder)
    view = slack.top("U1")
    assert "Ben Okri" in view.words
    given = {
        "In which situation?": "the incident",
        "What did they do?": NOTICED,
        "What was the effect?": "sooner found",
    }
    sent = await slack.submit("U1", given)
    assert sent.ok
    await until(lambda: NOTICED in slack.told("U2"), "the receiver hears the feedback", folder)
    assert NOTICED not in slack.told("U3")
    await slack.command("U1", "/1on1", "add @ben the roadmap of spring")
    shown = await slack.command("U2", "/1on1", "@ada")
    assert "the roadmap of spring" in shown.ephemeral.words
    await until(
        lambda: "check-in" in slack.told("U3").lower(), "the clock reminds who owes a check-in", folder, 60
    )


# Telegram --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_in_telegram(tmp_path: Path, mode: str) -> None:
    users = {"ada": 7, "ben": 8, "dora": 9}

    def link(store: Any, ids: dict[str, str]) -> None:
        for who, user in users.items():
            store.accounts.link(ids[who], "telegram", str(user), who, str(user))

    with empty_database("sqlite", tmp_path) as url:
        found(url, link)
        port = free_port()
        async with FakeTelegram() as fake:
            for who, user in users.items():
                fake.add_user(user, who.title(), who)
            fake.add_group(-100200, "Engines", list(users.values()))
            settings = {"TELEGRAM_BOT_TOKEN": fake.token, "TELEGRAM_API_URL": fake.api_url}
            if mode == "webhook":
                settings |= {
                    "UPBEAT_PUBLIC_URL": f"http://127.0.0.1:{port}",
                    "TELEGRAM_WEBHOOK_SECRET": "a-Secret_1",
                }
            async with upbeat(url, tmp_path, port, **settings):
                await talk_in_telegram(fake, tmp_path)
            assert fake.violations == []
            assert fake.unanswered == []


async def talk_in_telegram(fake: FakeTelegram, folder: Path) -> None:
    def seen(chat: int) -> str:
        return "\n".join(message.text for message in fake.chat(chat) if message.from_bot)

    for user in (7, 8, 9):
        await fake.says(user, "/start")
    await fake.says(8, "/checkin done the login page; next payments; blocked by legal")
    await until(lambda: "login page" in seen(8), "the check-in is confirmed", folder)
    await fake.says(8, f"/kudos @dora for {WORDS}", chat_id=-100200)
    await until(lambda: WORDS in seen(-100200), "the kudos stands in the group", folder)
    await fake.says(
        7, "/feedback @ben situation the incident; behaviour " + NOTICED + "; effect we found it sooner"
    )
    await until(lambda: NOTICED in seen(8), "the receiver hears the feedback", folder)
    assert NOTICED not in seen(9)
    await fake.says(7, "/1on1 add @ben the roadmap of spring")
    await until(lambda: "roadmap" in seen(7), "the point is on the agenda", folder)
    await fake.says(8, "/1on1 @ada")
    await until(lambda: "the roadmap of spring" in seen(8), "the partner sees it", folder)
    await until(
        lambda: "check-in" in seen(9).lower().replace("/checkin", ""), "the clock reminds", folder, 60
    )


# The local chat --------------------------------------------------------------------------------------------


async def test_in_the_local_chat(tmp_path: Path) -> None:
    with empty_database("sqlite", tmp_path) as url:
        port = free_port()
        async with upbeat(url, tmp_path, port), open_browser() as ada_sits, open_browser() as ben_sits:
            ada, ben = await ada_sits.new_page(), await ben_sits.new_page()
            await ada.goto(f"http://127.0.0.1:{port}/as/ada/upbeat")
            await ben.goto(f"http://127.0.0.1:{port}/as/ben/upbeat")
            await say(ben, "/checkin done the login page; next payments; blocked by legal")
            await ben.get_by_text("the login page").last.wait_for()
            await say(ben, f"/kudos @ada for {WORDS} today ")
            await ben.get_by_role("button", name="Post it").last.click()
            await ada.get_by_text(f"{WORDS} today").last.wait_for()
            await say(
                ada, f"/feedback @ben situation the incident; behaviour {NOTICED}; effect sooner found "
            )
            await ben.get_by_text(NOTICED).last.wait_for()
            await say(ada, "/1on1 add @ben the roadmap of spring ")
            await say(ben, "/1on1 @ada")
            await ben.get_by_text("the roadmap of spring").last.wait_for()
            await ada.get_by_text("Your check-in:").filter(visible=True).last.wait_for(timeout=60_000)


async def say(page: Any, words: str) -> None:
    """Type and send."""
    await page.locator("#words").fill(words)
    await page.locator("#words").press("Enter")
