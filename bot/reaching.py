"""Platforms begin at the start. One that cannot be reached then is tried again, and keeps nobody else waiting."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence

from bot.platforms import Platform
from bot.terminal import Complaint, WrongToken
from schedules.turns import Away
from storage.alerts import TOKEN
from storage.database import Busy, Database

log = logging.getLogger("upbeat.reaching")

FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
"""Seconds between two tries."""


class Reaching:
    """The way to the platforms. `away` are those that have not begun, by name, and why, as a sentence for the operator;
    `on_reached` is called with each that has."""

    def __init__(
        self, platforms: Sequence[Platform], database: Database, on_reached: Callable[[Platform], None]
    ) -> None:
        self._platforms = platforms
        self._database = database
        self._on_reached = on_reached
        self._trying: list[asyncio.Task[None]] = []
        self.away: dict[str, str] = {}

    async def start(self) -> None:
        """Begin with each. Raises Complaint where one refuses us: no waiting mends that."""
        for platform in self._platforms:
            try:
                await self._begin(platform)
            except Away as away:
                await self._note(platform, away)
                self._trying.append(asyncio.create_task(self._keep_trying(platform)))

    async def stop(self) -> None:
        """Try no more."""
        for task in self._trying:
            task.cancel()
        await asyncio.gather(*self._trying, return_exceptions=True)

    async def _begin(self, platform: Platform) -> None:
        await platform.start()
        self.away.pop(platform.name, None)
        self._on_reached(platform)

    async def _keep_trying(self, platform: Platform) -> None:
        wait = FIRST_WAIT
        while platform.name in self.away:
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)
            try:
                await self._begin(platform)
            except Exception as error:  # a refusal too: whom we serve meanwhile must not suffer for it
                await self._note(platform, error)
        log.info("platform reached", extra={"platform": platform.name})

    async def _note(self, platform: Platform, error: Exception) -> None:
        """Say it once, in the log; of a token that is wrong, administrators are to hear as well."""
        # A sentence of ours as it is; a library's may quote a token.
        words = str(error) if isinstance(error, Away | Complaint) else type(error).__name__
        if self.away.get(platform.name) == words:
            return
        self.away[platform.name] = words
        log.warning("platform not reached", extra={"platform": platform.name, "reason": words})
        if isinstance(error, WrongToken):
            with contextlib.suppress(Busy):
                await self._database.write(lambda store: store.alerts.note(f"{TOKEN}:{platform.name}"))
