"""Three processes on one PostgreSQL: whatever happens to one of them, nothing is lost, doubled, or left undone."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel, col

from handlers.kit.cards import Card
from handlers.kit.text import Phrase, Verbatim
from handlers.kit.values import dump
from storage import postgres
from storage.checkins import CheckIn
from storage.database import Database
from storage.migrations import Newer, mark_newest, migrate
from storage.store import Store
from storage.tables import DataKey, Inbox, Occurrence, Outgoing
from tests.company import MONDAY, PEOPLE, found_company
from tests.engines import postgres_url
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram
from tests.several import LEASE, SECRET, Several, load_balancer, several
from tests.terminal import Upbeat

USERS = {"ada": 7, "ben": 8, "eve": 9}


@pytest.fixture
def url() -> Iterator[str]:
    """An empty PostgreSQL."""
    with postgres_url() as made:
        yield made


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """A Telegram where three people of the company have started the bot."""
    async with FakeTelegram() as made:
        for who, user in USERS.items():
            made.add_user(user, who.title(), who).started = True
        yield made
        assert made.violations == []


def found(store: Store, people: Any = PEOPLE) -> dict[str, str]:
    """The company, three of them on Telegram, and nobody's hours quiet."""
    ids = found_company(store, people)
    for who, user in USERS.items():
        store.accounts.link(ids[who], "telegram", str(user), who, str(user))
    for person_id in ids.values():
        store.preferences.set(person_id, "quiet", ["00:00", "00:01"])
    return ids


def migrated(url: str, people: Any = PEOPLE) -> None:
    """A database with the company in it, before any process runs."""
    database = Database(url, SECRET.encode())
    SQLModel.metadata.create_all(database.engine)
    mark_newest(database)
    database.open()
    database.write_now(lambda store: found(store, people))
    database.stop()


async def until(happens: Any, seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not happens():  # noqa: ASYNC110 - other processes make it happen
            await asyncio.sleep(0.05)


def said(upbeat: Several) -> list[str]:
    """The words of every check-in."""
    upbeat.database.open()
    return sorted(str(row.answers.get("done")) for row in upbeat.rows(CheckIn))


async def test_three_start_on_an_empty_database_and_share_what_comes(
    url: str, telegram: FakeTelegram, tmp_path: Path
) -> None:
    """Slack over HTTP and Telegram's webhook, from one to the next in turn, each thing more than once."""
    async with FakeSlack() as slack, load_balancer() as (address, ports, answered):
        for who in USERS:
            slack.add_user(f"U{who.upper()}", who, f"{who}@example.com")
        slack.connect_http(f"{address}/slack/events")
        settings = {
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.api_url,
            "TELEGRAM_WEBHOOK_SECRET": "a-Secret_1",
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "SLACK_API_URL": slack.base_url,
            "UPBEAT_PUBLIC_URL": address,
        }
        async with several(url, tmp_path, **settings) as upbeat:
            assert [row.number for row in sorted(upbeat.rows(DataKey), key=lambda row: row.number)] == [0, 1]
            upbeat.change(found)
            ports += [process.port for process in upbeat.processes]
            for number in range(4):
                for who, user in USERS.items():
                    await telegram.says(user, f"/checkin done telegram {number} of {who}")
                    ack = await slack.command(f"U{who.upper()}", "/checkin", f"done slack {number} of {who}")
                    assert (ack.status, (await slack.redeliver(ack)).status) == (200, 200)
                    await telegram.redeliver(telegram.updates[-1]["update_id"])
            await telegram.settled(30)
            expected = [
                f"{where} {n} of {who}" for where in ("slack", "telegram") for n in range(4) for who in USERS
            ]
            assert said(upbeat) == sorted(expected)
            assert set(answered) == set(ports)
            assert _connections(upbeat.database) <= 3 * (postgres.WRITING + postgres.READING) + 2
        assert slack.violations == []


def _connections(database: Database) -> int:
    query = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
    with database.engine.connect() as connection:
        return int(connection.execute(query).scalar_one())


async def test_when_one_dies_and_another_sleeps_the_third_goes_on(
    url: str, telegram: FakeTelegram, tmp_path: Path
) -> None:
    """The one that asks Telegram is killed; the next one that sends is stopped in the middle, and woken."""
    migrated(url)
    settings = {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.api_url}
    async with several(url, tmp_path, **settings) as upbeat:
        talk = asyncio.create_task(_keep_talking(telegram))
        dead = await upbeat.held("telegram polling")
        await until(lambda: said(upbeat))
        dead.signal(signal.SIGKILL)
        await upbeat.held("telegram polling", by_other_than=dead)
        asleep = await upbeat.held("delivery", by_other_than=dead)
        for number in range(4):
            upbeat.change(lambda store, number=number: _queue(store, f"note {number}."))
        await until(lambda: _notes(telegram))
        asleep.signal(signal.SIGSTOP)
        third = await upbeat.held("delivery", by_other_than=asleep)
        assert await upbeat.held("telegram polling", by_other_than=asleep) is third
        await asyncio.sleep(2 * LEASE)
        asleep.signal(signal.SIGCONT)
        await until(lambda: "our turn is over" in asleep.log.read_text())
        await asyncio.sleep(LEASE)
        assert {upbeat.holder(name) for name in ("telegram polling", "delivery", "clock")} == {third}
        talk.cancel()
        expected = await talk
        await until(lambda: not telegram.pending and len(said(upbeat)) == len(expected))
        assert said(upbeat) == sorted(expected)
        assert {row.outcome for row in upbeat.rows(Inbox)} == {"done"}
        await until(lambda: not _left(upbeat))
        assert max(_notes(telegram).values()) == 1


async def _keep_talking(telegram: FakeTelegram) -> list[str]:
    """One check-in after the other; returns what was said, once it is told to stop."""
    words: list[str] = []
    with contextlib.suppress(asyncio.CancelledError):
        for number in range(1_000):
            for who, user in USERS.items():
                words.append(f"{number} of {who}")
                await telegram.says(user, f"/checkin done {words[-1]}")
                await asyncio.sleep(0.1)
    return words


def _queue(store: Store, words: str) -> None:
    card = dump(Card(Phrase("{words}", words=Verbatim(words))))
    for who in USERS:
        store.outbox.put(card, route="test", person_id=store.directory.by_email[f"{who}@example.com"])


def _notes(telegram: FakeTelegram) -> Counter[str]:
    """How often each note stands in each chat."""
    chats = ((user, message) for user in USERS.values() for message in telegram.history(user))
    return Counter(f"{user} {message.text}" for user, message in chats if message.text.startswith("note "))


def _left(upbeat: Several) -> list[Any]:
    """What waits, except behind a message that the one that slept had just begun to send: whether that arrived, nobody
    knows, and its lease lasts a minute."""
    begun = {row.person_id for row in upbeat.rows(Outgoing, col(Outgoing.state) == "sending")}
    waiting = upbeat.rows(Outgoing, col(Outgoing.state) == "waiting")
    return [row for row in waiting if row.person_id not in begun]


async def test_three_clocks_ring_each_bell_once(url: str, tmp_path: Path) -> None:
    """Sixty people are asked for their check-in at ten, while the clock that rings dies."""
    people = {f"p{n}": (f"Person {n}", "ada", "Europe/Berlin", "en", "employee", "Many") for n in range(60)}
    migrated(url, {**PEOPLE, **people})
    start = (MONDAY - timedelta(seconds=1)).isoformat()
    async with several(url, tmp_path, start, roles=("tick", "tick", "web,tick")) as upbeat:
        ringing = await upbeat.held("clock")
        await until(lambda: upbeat.rows(Occurrence), 40)
        ringing.signal(signal.SIGSTOP)
        ringing = await upbeat.held("clock", by_other_than=ringing)
        await until(lambda: len(_asked(upbeat)) >= 60, 40)
        for process in upbeat.processes:
            process.signal(signal.SIGCONT)
        await asyncio.sleep(LEASE)
        assert set(_asked(upbeat).values()) == {1}
        told = Counter((row.person_id, row.topic) for row in upbeat.rows(Outgoing))
        assert set(told.values()) == {1}
        assert not upbeat.rows(Occurrence, col(Occurrence.outcome) == "failed")


def _asked(upbeat: Several) -> Counter[tuple[str | None, str, datetime]]:
    return Counter((row.person_id, row.kind, row.due_at) for row in upbeat.rows(Occurrence))


async def test_keys_are_not_rotated_under_a_process_that_only_serves(url: str, tmp_path: Path) -> None:
    """It does nothing alone; what it wrote under the key that is gone could never be read again."""
    migrated(url)
    rotate = partial(asyncio.to_thread, Upbeat(url, tmp_path), "key", "rotate")
    async with several(url, tmp_path, roles=("web",)) as upbeat:
        (serving,) = upbeat.processes
        refused = await rotate()
        assert refused.returncode == 1
        assert f":{serving.popen.pid}:" in refused.stderr
    done = await rotate()
    assert done.returncode == 0, done.stderr


async def test_an_older_upbeat_does_not_start_on_a_newer_schema(url: str, tmp_path: Path) -> None:
    migrated(url)
    database = Database(url, SECRET.encode())
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Newer, match="newer"):
        migrate(database)
    database.stop()
    ended = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"),
        cwd=tmp_path,
        env={**os.environ, "UPBEAT_DATABASE_URL": url, "UPBEAT_SECRET_KEY": SECRET, "UPBEAT_PORT": "0"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await ended.communicate()
    assert ended.returncode == 1
    assert b"schema 9999, which a newer Upbeat made" in printed, printed.decode()
    assert b"Traceback" not in printed
