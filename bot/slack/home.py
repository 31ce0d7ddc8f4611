"""Home screens are drawn again when something in them changes: at most once a second for each person."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from functools import partial

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.client import Tasks, error_of, patiently
from bot.slack.draw import Drawing
from bot.slack.members import PLATFORM
from bot.slack.pages import Json
from handlers.kit.cards import Card
from handlers.kit.dispatch import Core
from storage.database import Busy
from storage.store import Store

log = logging.getLogger("upbeat.slack")

PAUSE = 1.0
"""Seconds between two drawings of one person's screen."""
AT_ONCE = 8


class Homes:
    """Publishes home screens of those who have looked at theirs."""

    def __init__(self, core: Core, client: AsyncWebClient, tasks: Tasks) -> None:
        self._core = core
        self._client = client
        self._tasks = tasks
        self._wanted: set[str] = set()
        self._is_running = False
        self._room = asyncio.Semaphore(AT_ONCE)
        self._stopping = asyncio.Event()

    def want(self, person_ids: Iterable[str]) -> None:
        """These people's screens show something else now. Returns at once."""
        self._wanted.update(person_ids)
        if self._wanted and not self._is_running and not self._stopping.is_set():
            self._is_running = True
            self._tasks.start(self._run())

    def stop(self) -> None:
        """Draw what is wanted already, and wait for nothing more."""
        self._stopping.set()

    async def show(self, user_id: str, card: Card, drawing: Drawing) -> None:
        """Publish a screen; of a long one the first page, with a button to the rest."""
        blocks = drawing.views(card)[0]
        view: Json = {"type": "home", "blocks": blocks}
        await patiently(lambda: self._client.views_publish(user_id=user_id, view=view))

    async def _run(self) -> None:
        try:
            while self._wanted:
                wanted, self._wanted = self._wanted, set()
                try:
                    looked = await self._core.database.read(partial(_looked_at, person_ids=wanted))
                    await asyncio.gather(*(self._renew(*pair) for pair in looked))
                except Busy:
                    self._want_later(wanted)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), PAUSE)
        finally:
            self._is_running = False

    def _want_later(self, person_ids: Iterable[str]) -> None:
        """The database is busy, or away: once it answers, their screens are as old as before."""
        if not self._stopping.is_set():
            self._wanted.update(person_ids)

    async def _renew(self, person_id: str, user_id: str) -> None:
        async with self._room:
            try:
                answer = await self._core.home(person_id)
                if answer and answer.card:
                    drawing = Drawing(answer.language, answer.zone, self._core.database.now())
                    await self.show(user_id, answer.card, drawing)
            except Busy:
                self._want_later({person_id})
            except SlackApiError as error:
                log.warning("home not drawn", extra={"error": error_of(error)})
            except (aiohttp.ClientError, TimeoutError) as error:
                log.warning("home not drawn", extra={"error": type(error).__name__})
            except Exception as error:  # whoever changed something must not suffer for it
                log.error("home not drawn", extra={"error": type(error).__name__})


def _looked_at(store: Store, person_ids: Iterable[str]) -> list[tuple[str, str]]:
    """Of these people, those whose screen is kept up to date, with their Slack ids."""
    accounts = ((one, store.directory.account(one, PLATFORM)) for one in person_ids)
    return [(one, account.external_id) for one, account in accounts if account and account.home_opened]
