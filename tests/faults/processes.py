"""A real process of Upbeat on one SQLite file, heard over a fake Telegram, ended by its own id."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage.database import Database
from storage.migrations import migrate
from tests.company import found_company
from tests.engines import PROJECT
from tests.fakes.telegram import FakeTelegram
from tests.forked import Forked, fork
from tests.ports import free_port

SECRET = "a test's secret"
USERS = {"ada": 7, "ben": 8, "eve": 9}
LEASE = "1.5"
"""Seconds for which one process does alone what only one may do."""
OURS = ("UPBEAT", "SLACK", "TELEGRAM")


@dataclass(frozen=True)
class Running:
    """The process, and where it listens."""

    port: int
    popen: asyncio.subprocess.Process | Forked


def found(url: str) -> None:
    """The company in an empty database, three of them on Telegram, and nobody's hours quiet."""
    database = Database(url, SECRET.encode())
    migrate(database)
    database.open()
    ids = database.write_now(found_company)

    def link(store: Any) -> None:
        for who, number in USERS.items():
            store.accounts.link(ids[who], "telegram", str(number), who, str(number))
            store.preferences.set(ids[who], "quiet", ["00:00", "00:01"])

    database.write_now(link)
    database.stop()


def introduce(fake: FakeTelegram) -> None:
    """The three have started the bot."""
    for who, number in USERS.items():
        fake.add_user(number, who.title(), who).started = True


def environment(**settings: str) -> dict[str, str]:
    """Ours, without what is configured on this machine."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {**clean, "UPBEAT_SECRET_KEY": SECRET, "PYTHONPATH": str(PROJECT), **settings}


@contextlib.asynccontextmanager
async def running(
    url: str, fake: FakeTelegram, folder: Path, log: Path, *, within: Sequence[str] = ()
) -> AsyncIterator[Running]:
    """Start it, and end it if it still runs; what it says goes to `log`. `within`: the beginning of its command."""
    port = free_port()
    settings = environment(
        UPBEAT_DATABASE_URL=url,
        UPBEAT_PORT=str(port),
        TELEGRAM_BOT_TOKEN=fake.token,
        TELEGRAM_API_URL=fake.api_url,
    )
    popen = await _started(within, folder, settings, log)
    try:
        yield Running(port, popen)
    finally:
        if popen.returncode is None:
            popen.terminate()
        await asyncio.wait_for(popen.wait(), 30)


async def _started(
    within: Sequence[str], folder: Path, env: dict[str, str], log: Path
) -> asyncio.subprocess.Process | Forked:
    words = ["", LEASE]
    if not within:
        return await fork("tests.several", words, cwd=folder, env=env, log=log)
    command = (*within, sys.executable, "-m", "tests.several", *words)
    with log.open("a") as out:
        return await asyncio.create_subprocess_exec(*command, cwd=folder, env=env, stdout=out, stderr=out)
