"""What platforms do to messages on their way: slow us down, break, never answer; none is lost, repeats are counted."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.slack.client import make_client as slack_client
from bot.slack.speak import SlackSpeaker
from bot.telegram.client import make_client as telegram_client
from bot.telegram.speak import TelegramSpeaker
from handlers.kit.cards import Card
from handlers.kit.requests import Tell
from handlers.kit.text import Phrase, Verbatim
from schedules.delivery import Delivery
from storage.tables import Outgoing
from tests.bot.slack.conftest import room_with as slack_room
from tests.bot.slack.conftest import user
from tests.bot.telegram.conftest import ADA, BEN
from tests.bot.telegram.conftest import room_with as telegram_room
from tests.company import Chat
from tests.faults.figures import Figure
from tests.schedules.errands import feature, only
from tests.schedules.test_delivery import Line, tell, worker
from tests.studio import STUDIO


class Platform:
    """Slack or Telegram with our platform in it, spoken to in the same words."""

    def __init__(self, name: str, room: Any) -> None:
        self.name, self.room = name, room
        speakers, now = [room.platform.speaker], lambda: room.chat.now.timestamp()
        self.delivery = Delivery(room.core, speakers, worker="faults", now=now)

    def fail(self, kind: str, **more: Any) -> None:
        """Let the next messages fail so."""
        if self.name == "slack":
            self.room.slack.fail_next("chat.postMessage", kind, **more)
        else:
            self.room.fake.fail_next("sendMessage", kind, **more)

    def heard(self, who: str) -> list[str]:
        """The words that stand before somebody's eyes."""
        if self.name == "slack":
            return [message.words for message in self.room.slack.dm(user(who))]
        return [m.text for m in self.room.fake.chat({"ben": BEN, "ada": ADA}[who]) if m.from_bot]

    def queue(self, who: str, words: str, **more: Any) -> None:
        made = Tell(
            Card(Phrase("{words}", words=Verbatim(words))), to=self.room.chat.ids[who], on=self.name, **more
        )
        assert self.room.chat.change(lambda store: self.room.core.queue(store, "test", made))

    def rows(self) -> list[Outgoing]:
        return list(self.room.chat.rows(Outgoing))

    async def interacts(self) -> float:
        """Ada checks in; returns the seconds until she has her answer."""
        began = time.perf_counter()
        if self.name == "slack":
            ack = await self.room.slack.command(user("ada"), "/checkin", "done something")
            assert ack.ok
        else:
            await self.room.says(ADA, "/checkin done something")
        return time.perf_counter() - began


@contextlib.asynccontextmanager
async def platform(name: str, chat: Chat) -> AsyncIterator[Platform]:
    if name == "slack":
        async with slack_room(chat, sockets=False) as slack:
            await slack.slack.until(lambda: all(slack.accounts(who) for who in ("ada", "ben")))
            yield Platform(name, slack)
    else:
        async with telegram_room(chat) as telegram:
            await telegram.start()
            yield Platform(name, telegram)


PLATFORMS = ("slack", "telegram")
ASKED: tuple[tuple[Any, float], ...] = (
    *((1, 1), (30, 30), (3600, 3600), ("", 30)),
    *(("soon", 30), ("-5", 1), ("nan", 30), ("1e999", 30), ("99999999999", 3600)),
    ("Wed, 21 Oct 2026 07:28:00 GMT", 30),
)


@pytest.mark.parametrize("name", PLATFORMS)
async def test_f22_too_many_requests_delay_one_chat_alone(chat: Chat, name: str, figure: Figure) -> None:
    others: list[float] = []
    async with platform(name, chat) as there:
        for number, (asked, waits) in enumerate(ASKED):
            there.fail("429", retry_after=asked)
            there.queue("ben", f"to ben {number}.")
            await there.delivery.deliver()
            row = next(row for row in there.rows() if row.state == "waiting")
            assert (row.due_at - chat.now).total_seconds() == pytest.approx(waits), asked
            assert row.attempts == 0
            there.queue("ada", f"to ada {number}.")
            began = time.perf_counter()
            await there.delivery.deliver()
            others.append(time.perf_counter() - began)
            assert [words for words in there.heard("ada") if f"to ada {number}." in words], asked
            assert f"to ben {number}." not in str(there.heard("ben"))
            others.append(await there.interacts())
            chat.wait(seconds=waits + 1)
            await there.delivery.deliver()
            assert len([words for words in there.heard("ben") if f"to ben {number}." in words]) == 1, asked
        assert max(others) < 5  # a busy machine
        figure(len(ASKED), f"others delayed at most {max(others) * 1000:.0f} ms, lost 0")


@pytest.mark.parametrize("name", PLATFORMS)
async def test_f22_what_is_stale_when_it_may_go_is_dropped(chat: Chat, name: str, figure: Figure) -> None:
    async with platform(name, chat) as there:
        there.queue("ben", "until noon", lives=timedelta(minutes=10))
        there.fail("429", retry_after=3600)
        await there.delivery.deliver()
        chat.wait(minutes=61)
        await there.delivery.deliver()
        assert "until noon" not in str(there.heard("ben"))
        assert [row.state for row in there.rows()] == ["expired"]
        figure(1, "sent too late 0")


async def test_f22_the_bot_that_asks_for_updates_waits_as_well_and_is_not_deaf(
    chat: Chat, figure: Figure
) -> None:
    async with platform("telegram", chat) as there:
        for asked in (-5, 0):
            there.room.fake.fail_next("getUpdates", "429", retry_after=asked)
        await there.interacts()
        asking = there.room.platform._polling
        assert asking is not None
        assert not asking._task.done()
        figure(2, "deaf 0")


async def test_f23_half_an_hour_of_server_errors_loses_nothing_and_floods_nobody(
    chat: Chat, figure: Figure
) -> None:
    chat = only(chat, feature)
    line, rate, burst = Line(), 50.0, 5.0
    line.limits = lambda parcel: [("all", rate, burst)]
    for number in range(24):
        tell(chat, list(chat.ids)[number % 8], f"{number:02}")
    delivery = worker(chat, line)
    tries = 0
    ends = chat.now + timedelta(minutes=30)
    while chat.now < ends:
        for who in chat.ids:
            line.script[who] = [ConnectionError()] * 24
        tries += await delivery.deliver()
        chat.wait(minutes=1)
    line.script.clear()
    times: list[float] = []
    speak = line.speak

    async def timed(parcel: Any) -> Any:
        times.append(time.monotonic())
        return await speak(parcel)

    line.speak = timed  # type: ignore[method-assign]
    for _ in range(20):
        await delivery.deliver()
        chat.wait(minutes=10)
    assert sorted(words for _, words in line.heard) == [f"{number:02}" for number in range(24)]
    peak = max(sum(at <= each < at + 0.1 for each in times) for at in times)
    assert peak <= burst + rate * 0.1 + 2
    figure(
        24, f"lost 0, doubled 0; peak {peak} in 0.1 s of {burst + rate * 0.1:.0f} permitted; {tries} looks"
    )


@pytest.mark.parametrize("name", PLATFORMS)
@pytest.mark.parametrize("unclear", ["repeat", "once"])
async def test_f24_no_answer_although_it_was_accepted(
    chat: Chat, name: str, unclear: Any, figure: Figure
) -> None:
    async with platform(name, chat) as there:
        for number in range(6):
            there.queue("ben", f"message {number}.", unclear=unclear)
            there.fail("timeout_after_accept")
            for _ in range(4):
                await there.delivery.deliver()
                chat.wait(minutes=2)
        times = Counter(str(there.heard("ben")).count(f"message {number}.") for number in range(6))
        arrived = [str(there.heard("ben")).count(f"message {number}.") for number in range(6)]
        if name == "slack":  # what stands there is found by its id, in text and blocks
            arrived = [len([w for w in there.heard("ben") if f"message {n}." in w]) for n in range(6)]
        ambiguous = there.delivery.counts["ambiguous"]
        doubles = sum(arrived) - 6
        assert min(arrived) >= 1
        assert doubles <= (ambiguous if unclear == "repeat" else 0), times
        assert ambiguous == 6
        figure(6, f"lost 0, unclear {ambiguous}, doubled {doubles}")


# Lines that break ----------------------------------------------------------------------------------------------------

HALF = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"ok": true, '
ANSWERS = {
    "reset at once": b"",
    "reset in the middle": HALF,
    "a page instead": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
    "a gateway's error": b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
    "an empty list": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]",
    "no HTTP": b"\x15\x03\x01\x00\x02\x02\x50",
}


@contextlib.asynccontextmanager
async def broken(answer: bytes) -> AsyncIterator[int]:
    """A server that answers so, and hangs up; its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await reader.read(65536)
            writer.write(answer)
            await writer.drain()
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def speaker(there: Platform, url: str) -> Any:
    """A voice that speaks to this address."""
    if there.name == "slack":
        return SlackSpeaker(there.room.core, slack_client("xoxb-1", f"{url}/api/"), STUDIO)
    return TelegramSpeaker(there.room.core, telegram_client("42:token", url), STUDIO)


@pytest.mark.parametrize("name", PLATFORMS)
async def test_f25_lines_that_break_lose_nothing(chat: Chat, name: str, figure: Figure) -> None:
    """Each kind of broken line for ten minutes, then the real one."""
    async with platform(name, chat) as there:
        speakers, cells = there.delivery._sending.speakers, 0
        mouth = speakers[name]
        for number, (kind, answer) in enumerate(
            [*ANSWERS.items(), ("TLS", b"x"), ("name", b"x"), ("port", b"x")]
        ):
            async with broken(answer) as port:
                url = {
                    "TLS": f"https://127.0.0.1:{port}",
                    "name": "http://nowhere.invalid",
                    "port": "http://127.0.0.1:9",
                }.get(kind, f"http://127.0.0.1:{port}")
                speakers[name] = speaker(there, url)
                there.queue("ben", f"message {number}.")
                for _ in range(5):
                    await there.delivery.deliver()
                    chat.wait(minutes=2)
            speakers[name] = mouth
            for _ in range(8):
                await there.delivery.deliver()
                chat.wait(minutes=10)
            (row,) = [row for row in there.rows() if f"message {number}." in row.card]
            assert row.state == "sent", (kind, row.state, row.reason)
            if kind in ("TLS", "name", "port"):
                assert row.ambiguous == 0, f"{kind}: nothing was sent, and it is counted as unclear"
            cells += 1
        figure(cells, f"lost 0, unclear {there.delivery.counts['ambiguous']}")
