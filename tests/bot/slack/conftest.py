"""A workspace with Upbeat in it: the company's people in a Slack of our own, over HTTP or through a socket."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn

from bot.slack.platform import SlackPlatform
from bot.web.server import Server
from handlers import FEATURES
from handlers.kit.dispatch import Core
from schedules.delivery import Delivery
from schedules.turns import Turns
from storage.checkins import CheckIn
from storage.tables import Account, Inbox
from tests.bot.slack import demo
from tests.company import PEOPLE, Chat
from tests.fakes.slack import FakeSlack, Message, View
from tests.studio import STUDIO

GENERAL = "C1GENERAL"


def user(who: str) -> str:
    return f"U{who.upper()}"


@dataclass
class Room:
    """What a test does and sees."""

    slack: FakeSlack
    chat: Chat
    core: Core
    platform: SlackPlatform
    url: str = ""
    turns: Turns | None = None

    def noted(self, who: str) -> list[str]:
        """What the demo feature did for somebody."""
        found = self.chat.database.look_now(
            lambda store: store.preferences.get(self.chat.ids[who], "demo", [])
        )
        return list(found)

    def checkins(self) -> list[Any]:
        return self.chat.rows(CheckIn)

    def inbox(self) -> list[Any]:
        return self.chat.rows(Inbox)

    def accounts(self, who: str) -> list[Any]:
        rows = self.chat.rows(Account)
        return [
            r for r in rows if r.person_id == self.chat.ids[who] and r.platform == "slack" and not r.ended_key
        ]

    async def answered(self, who: str, words: str, **more: Any) -> str:
        """Say something in the private chat and return what came back."""
        before = len(self.slack.dm(user(who)))
        await self.slack.says(user(who), words, **more)
        await self.slack.until(lambda: len(self.slack.dm(user(who))) > before)
        return "\n".join(message.words for message in self.slack.dm(user(who))[before:])

    async def painted(self) -> None:
        """Wait until the home screens show what is so."""
        await self.settled()
        while self.platform._painting._running:
            await asyncio.wait(set(self.platform._painting._running))

    async def settled(self) -> None:
        """Wait until everything that follows an acknowledgement is done."""
        while self.platform._tasks._running:
            await asyncio.wait(set(self.platform._tasks._running))

    async def deliver(self) -> Delivery:
        delivery = Delivery(self.core, [self.platform.speaker], worker="test")
        while await delivery.deliver():
            pass
        return delivery

    async def start(self) -> None:
        """Start the platform, and what one process does alone there."""
        await self.platform.start()
        self.turns = Turns(self.core.database, self.platform.alone, holder="test")
        await self.turns.start()

    async def stop(self) -> None:
        if self.turns:
            await self.turns.stop()
        await self.platform.stop()

    def make(self, **more: Any) -> SlackPlatform:
        return SlackPlatform(
            self.core, bot_token=self.slack.bot_token, api_url=self.slack.base_url, studio=STUDIO, **more
        )


@contextlib.asynccontextmanager
async def room_with(chat: Chat, *, sockets: bool) -> AsyncIterator[Room]:
    demo.BUSY.clear()
    async with FakeSlack() as slack:
        for who, (name, _, zone, language, _, _) in PEOPLE.items():
            locale = "zh-CN" if language == "zh" else "en-US"
            slack.add_user(user(who), who, f"{who}@example.com", tz=zone, locale=locale, real_name=name)
        slack.add_channel(GENERAL, "general", [*map(user, PEOPLE), slack.bot_user_id])
        core = Core(chat.database, (*FEATURES, demo.feature))
        room = Room(slack, chat, core, None)  # type: ignore[arg-type]
        more = {"app_token": slack.app_token} if sockets else {"signing_secret": slack.signing_secret}
        room.platform = room.make(**more)
        core.on_answer = room.platform.refresh_homes
        try:
            if sockets:
                await room.start()
                yield room
            else:
                async with _serving(room):
                    yield room
        finally:
            await room.stop()
        assert slack.violations == []


@contextlib.asynccontextmanager
async def _serving(room: Room) -> AsyncIterator[None]:
    app = Server(room.platform.doors)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        room.url = f"http://127.0.0.1:{listener.getsockname()[1]}/slack/events"
        room.slack.connect_http(room.url)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        await room.start()
        task = asyncio.create_task(server.serve(sockets=[listener]))
        await room.slack.until(lambda: server.started)
        try:
            yield
        finally:
            await room.stop()
            server.should_exit = True
            await task


@pytest.fixture
async def room(chat: Chat) -> AsyncIterator[Room]:
    """Slack posts to Upbeat's server."""
    async with room_with(chat, sockets=False) as made:
        yield made


@pytest.fixture(params=["http", "socket"])
async def any_room(request: pytest.FixtureRequest, chat: Chat) -> AsyncIterator[Room]:
    """Both ways in which Slack reaches us."""
    async with room_with(chat, sockets=request.param == "socket") as made:
        yield made


__all__ = ["GENERAL", "Message", "Room", "View", "user"]
