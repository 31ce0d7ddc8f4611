"""The local chat as a platform: it needs no account, and serves this machine alone."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from bot.door import Door
from bot.pictures.studio import Studio
from bot.web.listen import make_routes
from bot.web.live import Live
from bot.web.speak import WebSpeaker
from handlers.kit.dispatch import Core
from schedules.speaking import Speaker
from schedules.turns import Alone
from storage.webchat import PLATFORM

if TYPE_CHECKING:
    from starlette.routing import BaseRoute


LOOK = 1.0
"""Seconds after which open pages hear of what another process did."""


class WebPlatform:
    """The local web chat. Whoever opens it acts as anybody of the company: it is a sandbox."""

    name = PLATFORM

    def __init__(self, core: Core, studio: Studio) -> None:
        self._database = core.database
        self._live = Live()
        self._watching: asyncio.Task[None] | None = None
        self._begun = asyncio.Event()
        self.speaker: Speaker = WebSpeaker(core, self._live)
        self.alone: Sequence[Alone] = ()
        self.routes: Sequence[BaseRoute] = make_routes(core, self._live, studio, self._begun)
        self.doors: Mapping[str, Door] = {}

    async def start(self) -> None:
        """It hears when a page speaks; where other processes serve pages too, it looks what they did."""
        self._begun.set()
        if not self._database.is_sqlite:
            self._watching = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        before: tuple[str, ...] = ()
        while True:
            await asyncio.sleep(LOOK)
            with contextlib.suppress(Exception):  # the database is away for a moment
                pulse = await self._database.read(lambda store: store.webchat.pulse())
                if pulse != before:
                    self._live.tell("everything")
                before = pulse

    async def stop(self) -> None:
        """End the open streams, so that the server can stop."""
        self._begun.set()
        self._live.close()
        if self._watching:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    async def refresh_homes(self, person_ids: Iterable[str]) -> None:
        """Open home screens of these people look again."""
        people = frozenset(person_ids)
        if people:
            self._live.tell("home", people)
