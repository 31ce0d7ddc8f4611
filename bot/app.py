"""Everything is built here, once, started in order, and stopped in reverse order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from bot.assistant import make_assistant
from bot.door import Door
from bot.ingest import door as ingest
from bot.pictures.studio import Studio
from bot.platforms import Platform
from bot.reaching import Reaching
from bot.roles import ALL, Role
from bot.settings import Settings
from bot.terminal import Complaint
from handlers import FEATURES
from handlers.kit.dispatch import Core
from schedules.clock import Clock
from schedules.delivery import Delivery
from schedules.turns import Alone, Turns
from storage import last
from storage.damage import refuse_damage
from storage.database import Database, probe
from storage.leases import MOST_SKEW
from storage.migrations import migrate, newest, schema_of

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.routing import BaseRoute

DRAIN = 20.0
"""Seconds that a stop waits for messages that are being sent."""


READY = 4.0
"""Seconds in which the database reads and writes, or we are not ready."""
FIRST_LOOK = 0.3
"""Seconds before the sample company's month takes the processor: whoever opens the page at once has it by then."""


class App:
    """One running Upbeat."""

    def __init__(
        self,
        settings: Settings,
        *,
        roles: frozenset[Role] = ALL,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        lease: float | None = None,
    ) -> None:
        self.settings = settings
        self.roles = roles
        self.started = time.monotonic()
        self.database = Database(settings.database_url, settings.secret, now=now)
        self.core = Core(self.database, FEATURES)
        self.studio = Studio()
        self.platforms = list(_platforms(settings, self.core, self.studio))
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self.delivery = Delivery(self.core, (), worker=self.holder)
        self.reaching = Reaching(
            self.platforms, self.database, lambda platform: self.delivery.speak_through(platform.speaker)
        )
        self.clock = Clock(self.core, self.delivery, assistant=make_assistant(settings))
        self.turns = Turns(self.database, list(self._alone()), holder=self.holder, length=lease)
        self.core.on_answer = self._answered
        self._remembering: asyncio.Task[None] | None = None
        self._beginning: asyncio.Task[None] | None = None
        self.has_begun = False
        self.stopping = False
        self.failure: Exception | None = None
        self.on_ready: Callable[[], None] = lambda: None
        self.on_failure: Callable[[], None] = lambda: None
        """Called when what is done after the start has failed."""

    def _alone(self) -> Iterator[Alone]:
        """What only one process does at a time, of the roles of this one: voices, ears, clock."""
        end = partial(self.delivery.stop, DRAIN)
        every = [
            Alone("delivery", Role.DELIVER, self.delivery.begin, end, self.delivery.drop),
            *(each for platform in self.platforms for each in platform.alone),
            Alone("clock", Role.TICK, self.clock.begin, self.clock.stop, self.clock.drop),
        ]
        return (each for each in every if each.role in self.roles)

    async def start(self) -> None:
        """Migrate, then open everything in order: storage, platforms, and what one process does alone. While a sample
        company lives through its month, it is there already, and what waits for it comes after."""
        refuse_damage(self.database)
        migrate(self.database)
        self.database.open()
        await self.database.write(lambda store: store.links.reached_at(self.settings.address))
        if self.database.is_sqlite:
            self._remembering = asyncio.create_task(last.remember(self.database))
        await self._compare_clocks()
        if Role.TICK in self.roles:
            model = self.settings.llm_model if self.settings.llm_url else ""
            await self.database.write(lambda store: store.reviews.rewordings.announce(model))
        founded = asyncio.Event()
        self._beginning = asyncio.create_task(self._begin(founded))
        await _first_of(self._beginning, founded)
        self.on_ready()
        self._beginning.add_done_callback(self._has_begun)

    async def _begin(self, founded: asyncio.Event) -> None:
        if self.settings.serves_local_chat:
            await self._found_sample_company(founded)
        await self.reaching.start()
        await self.turns.start()
        self.has_begun = True

    def _has_begun(self, beginning: asyncio.Task[None]) -> None:
        if not beginning.cancelled() and isinstance(error := beginning.exception(), Exception):
            self.failure = error
            self.on_failure()

    async def stop(self) -> None:
        """Stop in reverse order: nothing new comes in, what was begun is finished."""
        self.stopping = True
        if self._beginning:
            await asyncio.wait([self._beginning], timeout=DRAIN)
            self._beginning.cancel()
        await self.reaching.stop()
        await self.turns.stop()
        for platform in reversed(self.platforms):
            await platform.stop()
        await self.studio.close()
        if self._remembering:
            self._remembering.cancel()
            await last.remember_once(self.database)
        await self.database.close()

    async def _compare_clocks(self) -> None:
        """Processes on one database share its moments: one that lives in another minute would ring too early, and take
        up what another is just sending."""
        if self.database.is_sqlite:
            return
        theirs = await self.database.read(lambda store: store.leases.clock())
        skew = (datetime.now(UTC) - theirs).total_seconds()
        if abs(skew) > MOST_SKEW:
            raise Complaint(
                f"This machine's clock is {skew:+.0f} s from the database's. Set it (NTP): at most {MOST_SKEW} s"
            )

    async def _found_sample_company(self, founded: asyncio.Event) -> None:
        from bot.web.sample import found_sample_company

        async with self._alone_for_a_while():
            if await self.database.read(lambda store: not store.directory.people):
                past = await found_sample_company(self.core)
                if len(self.platforms) == 1:  # another platform has not begun to hear what would come
                    founded.set()
                    await asyncio.sleep(FIRST_LOOK)
                await past.live_through()

    @contextlib.asynccontextmanager
    async def _alone_for_a_while(self) -> AsyncIterator[None]:
        """While no other process that starts now does the same; one that died in it is waited for at most a minute."""
        name, found = "sample company", None
        while found is None and not self.database.is_sqlite:
            found = await self.database.write(lambda store: store.leases.take(name, self.holder, seconds=60))
            await asyncio.sleep(0 if found else 0.2)
        yield
        if term := found:
            await self.database.write(lambda store: store.leases.give_back(term))

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
        """Whether everything has begun, and the database answers with the schema that this code needs and takes what is
        written: on a full or a failing disk reading may go on for long."""
        if not self.has_begun:
            return False
        try:
            async with asyncio.timeout(READY):
                if await self.database.read(schema_of) != newest():
                    return False
                await self.database.write_apart(probe)
                return True
        except Exception:  # whatever it is, it is not ready
            return False

    def routes(self) -> list[BaseRoute]:
        """The platforms' pages, the customers' and the calendars', in a process that serves them."""
        from bot.web import calendar, customers

        found = [route for platform in self.platforms for route in platform.routes]
        found += [*customers.make_routes(self.database), calendar.make_route(self.database)]
        return found if Role.WEB in self.roles else []

    def doors(self) -> dict[str, Door]:
        """Where the platforms post their deliveries to, in a process that serves them."""
        found = {path: door for platform in self.platforms for path, door in platform.doors.items()}
        found[ingest.PATH] = ingest.make_door(self.core)
        return found if Role.WEB in self.roles else {}

    def server(self) -> Starlette:
        """The one HTTP server, which starts and stops the app with itself."""
        from bot.web.server import make_server

        return make_server(self)

    async def _answered(self, touched: frozenset[str]) -> None:
        """After a commit: what waits is delivered at once, and home screens that changed are drawn again."""
        self.delivery.wake()
        for platform in self.platforms:
            await platform.refresh_homes(touched)


async def _first_of(task: asyncio.Task[None], event: asyncio.Event) -> None:
    """Wait until the task is done or the event has come. Raises what the task raised."""
    coming = asyncio.ensure_future(event.wait())
    await asyncio.wait([task, coming], return_when=asyncio.FIRST_COMPLETED)
    coming.cancel()
    if task.done():
        await task


def _platforms(settings: Settings, core: Core, studio: Studio) -> list[Platform]:
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
                studio=studio,
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
                studio=studio,
            )
        )
    if settings.serves_local_chat:
        from bot.web.platform import WebPlatform

        made.append(WebPlatform(core, studio))
    return made
