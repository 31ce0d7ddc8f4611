"""A room in Telegram: the company's people, a group, and Upbeat's platform on a Telegram of our own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn

from bot.telegram.platform import TelegramPlatform
from bot.web.server import Server
from handlers import FEATURES
from handlers.kit.dispatch import Core
from schedules.delivery import Delivery
from schedules.turns import Turns
from storage.tables import Inbox
from tests.bot.telegram import demo
from tests.company import Chat
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_world import Message
from tests.studio import STUDIO

ADA, BEN, CHEN, MALLORY = 7, 8, 9, 66
TEAM, FORUM = -100200, -100300
SECRET = "a-Secret_1"


@dataclass
class Room:
    """What a test does and sees."""

    fake: FakeTelegram
    chat: Chat
    core: Core
    platform: TelegramPlatform
    public_url: str = ""
    turns: Turns | None = None

    async def says(self, who: int, words: str, where: int | None = None, **more: Any) -> Message:
        """Say something and return the bot's newest message there."""
        await self.fake.says(who, words, where, **more)
        return await self.shown(where or who)

    async def presses(self, who: int, label: str, where: int | None = None, **more: Any) -> Message:
        await self.fake.presses(who, label, chat_id=where, **more)
        return await self.shown(where or who)

    async def shown(self, where: int) -> Message:
        await self.fake.settled()
        return self.fake.last(where)

    def noted(self, who: str) -> list[str]:
        """What the demo feature did for somebody."""
        found = self.chat.database.look_now(
            lambda store: store.preferences.get(self.chat.ids[who], "demo", [])
        )
        return list(found)

    async def until_noted(self, who: str) -> None:
        """Wait for the first effect, not for any answer."""
        while not self.noted(who):  # noqa: ASYNC110 - another thread commits it
            await asyncio.sleep(0.01)

    def inbox(self) -> list[Any]:
        return self.chat.rows(Inbox)

    def link(self, who: str, user_id: int, username: str = "") -> None:
        self.chat.change(
            lambda store: store.accounts.link(
                self.chat.ids[who], "telegram", str(user_id), username, str(user_id)
            )
        )

    def make(self) -> TelegramPlatform:
        return TelegramPlatform(
            self.core,
            token=self.fake.token,
            api_url=self.fake.api_url,
            public_url=self.public_url,
            webhook_secret=SECRET if self.public_url else "",
            studio=STUDIO,
        )

    async def deliver(self) -> None:
        delivery = Delivery(self.core, [self.platform.speaker], worker="test")
        while await delivery.deliver():
            pass

    async def start(self) -> None:
        """Start the platform, and what one process does alone there."""
        await self.platform.start()
        self.turns = Turns(self.core.database, self.platform.alone, holder="test")
        await self.turns.start()

    async def stop(self) -> None:
        if self.turns:
            await self.turns.stop()
        await self.platform.stop()

    async def restart(self) -> None:
        """Stop the platform and start another one, as after a deployment."""
        await self.stop()
        self.platform = self.make()
        await self.start()

    async def crash(self) -> None:
        """The process is gone at once: nothing more is confirmed."""
        polling = self.platform._polling
        assert polling is not None
        assert polling._task is not None
        assert self.turns is not None
        loops = [seat._loop for seat in self.turns._seats if seat._loop]
        tasks = (polling._task, *polling._taken.values(), *loops)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.turns = None
        await self.platform.stop()
        self.platform = self.make()


@contextlib.asynccontextmanager
async def room_with(chat: Chat, public_url: str = "") -> AsyncIterator[Room]:
    demo.BUSY.clear()
    async with FakeTelegram() as fake:
        fake.add_user(ADA, "Ada", "ada")
        fake.add_user(BEN, "Ben", "ben_w")
        fake.add_user(CHEN, "Chen", None, "zh-hans")
        fake.add_user(MALLORY, "Mallory", "mallory")
        fake.add_group(TEAM, "Engines", [ADA, BEN, CHEN, MALLORY])
        core = Core(chat.database, (*FEATURES, demo.feature))
        room = Room(fake, chat, core, None, public_url)  # type: ignore[arg-type]
        for who, user_id, username in (("ada", ADA, "ada"), ("ben", BEN, "ben_w"), ("chen", CHEN, "")):
            room.link(who, user_id, username)
            fake.world.users[user_id].started = True
        room.platform = room.make()
        try:
            yield room
        finally:
            await room.stop()
            await chat.database.close()
        assert fake.violations == []
        assert fake.unanswered == []


@pytest.fixture
async def room(chat: Chat) -> AsyncIterator[Room]:
    """Upbeat asks Telegram for updates."""
    async with room_with(chat) as made:
        await made.start()
        yield made


@pytest.fixture
async def hooked(chat: Chat) -> AsyncIterator[Room]:
    """Telegram posts updates to Upbeat's server."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with room_with(chat, url) as made, _serving(made, listener):
            await made.platform.start()
            yield made


@contextlib.asynccontextmanager
async def _serving(room: Room, listener: socket.socket) -> AsyncIterator[None]:
    app = Server(room.platform.doors)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        await room.platform.stop()
        server.should_exit = True
        await task
