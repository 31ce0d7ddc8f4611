"""Everything is built here, once, started in order, and stopped in reverse order."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.platforms import Platform
from bot.settings import Settings
from handlers import FEATURES
from handlers.kit.dispatch import Core
from schedules.clock import Clock
from schedules.delivery import Delivery
from storage.database import Database
from storage.migrations import migrate
from storage.tables import Counter

if TYPE_CHECKING:
    from fastapi import FastAPI

DRAIN = 20.0
"""Seconds that a stop waits for messages that are being sent."""


class App:
    """One running Upbeat."""

    def __init__(
        self, settings: Settings, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.settings = settings
        self.started = time.monotonic()
        self.database = Database(settings.database_url, settings.secret, now=now)
        self.core = Core(self.database, FEATURES)
        self.platforms = list(_platforms(settings, self.core))
        worker = f"{os.getpid()}-{secrets.token_hex(3)}"
        self.delivery = Delivery(self.core, [platform.speaker for platform in self.platforms], worker=worker)
        self.clock = Clock(self.core, self.delivery)
        self.core.on_answer = self._answered
        self.stopping = False
        self.failure: Exception | None = None
        self.on_ready: Callable[[], None] | None = None

    async def start(self) -> None:
        """Migrate, then open everything in order: storage, voices, ears, clock."""
        migrate(self.database)
        self.database.open()
        if self.settings.serves_local_chat:
            await self._found_sample_company()
        await self.delivery.start()
        for platform in self.platforms:
            await platform.start()
        await self.clock.start()
        if self.on_ready:
            self.on_ready()

    async def stop(self) -> None:
        """Stop in reverse order: nothing new comes in, what was begun is finished."""
        self.stopping = True
        await self.clock.stop()
        for platform in reversed(self.platforms):
            await platform.stop()
        await self.delivery.stop(DRAIN)
        await self.database.close()

    async def _found_sample_company(self) -> None:
        from bot.web.sample import found_sample_company

        if await self.database.read(lambda store: not store.directory.people):
            await found_sample_company(self.core)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[App]:
        """The app while it runs."""
        try:
            try:
                await self.start()
            except Exception as error:
                self.failure = error
                raise
            yield self
        finally:
            await self.stop()

    async def is_ready(self) -> bool:
        """Whether the database answers with the schema that this code needs."""
        try:
            return await self.database.read(lambda store: store.count(Counter) >= 0)
        except Exception:  # whatever it is, it is not ready
            return False

    def server(self) -> FastAPI:
        """The one HTTP server, which starts and stops the app with itself."""
        from bot.web.server import make_server

        return make_server(self)

    async def _answered(self, touched: frozenset[str]) -> None:
        """After a commit: what waits is delivered at once, and home screens that changed are drawn again."""
        self.delivery.wake()
        for platform in self.platforms:
            await platform.refresh_homes(touched)


def _platforms(settings: Settings, core: Core) -> list[Platform]:
    # Imported only when configured: each costs a quarter of a second and 30 MB at the start.
    made: list[Platform] = []
    if settings.slack:
        from bot.slack.platform import SlackPlatform

        made.append(
            SlackPlatform(
                core,
                bot_token=settings.slack_bot_token.get_secret_value(),
                signing_secret=settings.slack_signing_secret.get_secret_value(),
                app_token=settings.slack_app_token.get_secret_value(),
                api_url=settings.slack_api_url,
            )
        )
    if settings.telegram:
        from bot.telegram.platform import TelegramPlatform

        made.append(
            TelegramPlatform(
                core,
                token=settings.telegram_bot_token.get_secret_value(),
                api_url=settings.telegram_api_url,
                public_url=settings.public_url,
                webhook_secret=settings.telegram_webhook_secret.get_secret_value(),
            )
        )
    if settings.serves_local_chat:
        from bot.web.platform import WebPlatform

        made.append(WebPlatform(core))
    return made
