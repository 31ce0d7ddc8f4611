"""`kill -9` at every step of the path: what was acknowledged is there, once; what was sent twice is counted."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel, col

from storage.checkins import CheckIn
from storage.database import Database
from storage.kudos import KudosRow
from storage.migrations import mark_newest
from storage.tables import Inbox, Outgoing
from tests.company import found_company
from tests.engines import empty_database
from tests.fakes.telegram import FakeTelegram
from tests.killed import POINTS

SECRET = "a test's secret"
USERS = {"ada": 7, "ben": 8, "eve": 9}
SAID = 6
"""Check-ins of each person in a round."""


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    """A Telegram where three people of the company have started the bot."""
    async with FakeTelegram() as made:
        for who, user in USERS.items():
            made.add_user(user, who.title(), who)
        yield made
        assert made.violations == []


def found(url: str) -> None:
    """The company in an empty database, three of them on Telegram."""
    database = Database(url, SECRET.encode())
    SQLModel.metadata.create_all(database.engine)
    mark_newest(database)
    database.open()
    ids = database.write_now(found_company)

    def link(store: Any) -> None:
        for who, user in USERS.items():
            store.accounts.link(ids[who], "telegram", str(user), who, str(user))
            store.preferences.set(ids[who], "quiet", ["00:00", "00:01"])

    database.write_now(link)
    database.stop()


@contextlib.asynccontextmanager
async def upbeat(
    url: str, fake: FakeTelegram, folder: Path, *trap: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A real process of Upbeat on Telegram, ended by its own id."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("UPBEAT", "SLACK", "TELEGRAM"))
    }
    settings = {
        "UPBEAT_DATABASE_URL": url,
        "UPBEAT_SECRET_KEY": SECRET,
        "UPBEAT_PORT": str(port),
        "TELEGRAM_BOT_TOKEN": fake.token,
        "TELEGRAM_API_URL": fake.api_url,
        "PYTHONPATH": str(Path(__file__).parent.parent),
    }
    with (folder / "log").open("a") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.killed",
            *trap,
            cwd=folder,
            env={**clean, **settings},
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), 30)


async def everybody_talks(fake: FakeTelegram) -> None:
    """Check-ins from everybody, and from Ada a private thanks for each."""
    for number in range(SAID):
        for user in USERS.values():
            await fake.says(user, f"/checkin done thing {number} of {user}")


async def test_a_killed_process_loses_and_doubles_nothing(
    fake: FakeTelegram, tmp_path: Path, point: str, passes: int
) -> None:
    with empty_database("sqlite", tmp_path) as url:
        found(url)
        for user in USERS.values():
            await fake.says(user, "/start")
        await everybody_talks(fake)
        await fake.says(USERS["ada"], "/kudos @ben for keeping calm")
        async with upbeat(url, fake, tmp_path, point, str(passes)) as doomed:
            await asyncio.wait_for(_press_when_shown(fake, doomed), 40)
        killed = doomed.returncode == -9
        async with upbeat(url, fake, tmp_path):
            await asyncio.wait_for(_press_when_shown(fake, None), 40)
            await _until_delivered(url)
        assert killed, f"the process never came by {point!r}: {(tmp_path / 'log').read_text()[-2000:]}"
        check(url, fake, passes)


async def _press_when_shown(fake: FakeTelegram, doomed: asyncio.subprocess.Process | None) -> None:
    """Ada sends her thanks in private as soon as she sees the preview; then everything is heard."""
    while doomed is None or doomed.returncode is None:
        await asyncio.sleep(0.1)
        if _preview(fake) and not _pressed(fake):
            with contextlib.suppress(LookupError, AssertionError):
                await fake.presses(USERS["ada"], "Send privately")
        if (
            not fake.pending
            and _pressed(fake)
            and "thanks" in str([m.text for m in fake.chat(USERS["ben"])]).casefold()
        ):
            await asyncio.sleep(0.5)
            return


def _preview(fake: FakeTelegram) -> bool:
    return any("Send privately" in str(message.buttons) for message in fake.chat(USERS["ada"]))


def _pressed(fake: FakeTelegram) -> bool:
    return any(update.get("callback_query") for update in fake.updates)


async def _until_delivered(url: str) -> None:
    """Wait until nothing waits, for twenty seconds at most."""
    database = Database(url, SECRET.encode())
    for _ in range(40):
        await asyncio.sleep(0.5)
        if (
            await database.read(
                lambda store: store.count(Outgoing, col(Outgoing.state).in_(("waiting", "sending")))
            )
            == 0
        ):
            break
    await database.close()


def check(url: str, fake: FakeTelegram, passes: int) -> None:
    """Compare what was said, what is kept, and what the fake accepted."""
    database = Database(url, SECRET.encode())
    database.open()
    try:
        rows = database.write_now(lambda store: store._rows(CheckIn, ()))
        kept = sorted(str(row.answers.get("done")) for row in rows)
        assert kept == sorted(f"thing {n} of {user}" for n in range(SAID) for user in USERS.values())
        assert len(database.write_now(lambda store: store._rows(KudosRow, ()))) == 1
        inbox = database.write_now(lambda store: store._rows(Inbox, ()))
        assert len({row.delivery for row in inbox}) == len(inbox)
        assert all(row.outcome in ("done", "asked", "ignored") for row in inbox), [
            row.outcome for row in inbox
        ]
        waiting = database.write_now(
            lambda store: store.all(Outgoing, col(Outgoing.state).in_(("sending", "failed")))
        )
        assert waiting == []
        thanks = [m for m in fake.chat(USERS["ben"]) if m.from_bot and "keeping calm" in m.text]
        unclear = database.write_now(lambda store: store.outbox.ambiguous())
        assert 1 <= len(thanks) <= 1 + unclear
    finally:
        database.stop()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each point, early and late."""
    if "point" in metafunc.fixturenames:
        sending = ("after claim", "before request", "after request", "after delivery")
        cases = [(point, n) for point in POINTS for n in ((1,) if point in sending else (2, 9))]
        metafunc.parametrize(("point", "passes"), cases)
