"""How an answer reaches whom it is for: in place, in their chat, or for their eyes in a channel, with pictures."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.pictures.studio import Studio
from bot.slack import client as line
from bot.slack.draw import Drawing
from bot.slack.files import documents, hang, upload
from bot.slack.heard import Heard
from bot.slack.pages import Json, Page
from handlers.kit.cards import Card, Document
from handlers.kit.dispatch import Core
from handlers.kit.requests import Answer
from handlers.kit.text import Phrase, Verbatim

Way = Callable[[list[Page]], Awaitable[None]]

log = logging.getLogger("upbeat.slack")

RESPONSES = 5
"""How often a response address may be used."""


class Messages:
    """Sends answers as messages."""

    def __init__(self, core: Core, client: AsyncWebClient, studio: Studio) -> None:
        self._core = core
        self._client = client
        self._studio = studio

    async def hang(self, card: Card, drawing: Drawing) -> None:
        """Give Slack the pictures of a card, so that it is drawn with them; tables where Slack wants us to wait for
        longer than anybody does."""
        if card.pictures():
            try:
                await line.patiently(lambda: hang(self._client, self._studio, card, drawing))
            except SlackApiError as error:
                log.warning("pictures not taken", extra={"error": line.error_of(error)})

    async def show(self, card: Card, drawing: Drawing, by: Way) -> None:
        """A card with its pictures."""
        await self.hang(card, drawing)
        await by(drawing.messages(card))

    async def respond(self, heard: Heard, pages: Iterable[Page], *, replace: bool = False) -> None:
        """By the response address, for this person's eyes; what is more than it takes goes into their chat."""
        left = list(pages)
        for _ in range(RESPONSES):
            if not left or not heard.response_url:
                break
            body: dict[str, Any] = {"replace_original": replace, **line.answer(left[0])}
            if await self._accepts(heard.response_url, {"response_type": "ephemeral", **body}):
                left, replace = left[1:], False
            elif left[0].instead:
                left[:1] = left[0].instead
            else:
                break
        await self.post(heard.user, left)

    async def _accepts(self, url: str, body: Json) -> bool:
        session = self._client.session
        assert session is not None

        async def send() -> bool:
            async with session.post(url, json=body) as response:
                if response.status == 429 or response.status >= 500:
                    response.raise_for_status()
                return response.status == 200 and b'"ok":false' not in (await response.read()).replace(
                    b" ", b""
                )

        try:
            return await line.patiently(send)
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("answer not taken", extra={"error": type(error).__name__})
            return False

    async def post(self, channel: str, pages: Iterable[Page], thread: str = "") -> None:
        """In a chat, one message after the other."""
        await line.each_as_taken(list(pages), partial(self._posted, channel, thread))

    async def _posted(self, channel: str, thread: str, page: Page) -> None:
        await line.patiently(
            lambda: self._client.chat_postMessage(
                channel=channel, thread_ts=thread or None, **line.message(page)
            )
        )

    async def whisper(self, heard: Heard, pages: list[Page]) -> None:
        """In a channel, for this person's eyes alone; what we may not say there, in their chat."""
        left = list(pages)
        try:
            await line.each_as_taken(left, partial(self._whispered, heard))
        except SlackApiError as error:
            log.info("not told there", extra={"error": line.error_of(error)})
            await self.post(heard.user, left)

    async def _whispered(self, heard: Heard, page: Page) -> None:
        where = heard.where
        await line.patiently(
            lambda: self._client.chat_postEphemeral(
                channel=where.id, user=heard.user, thread_ts=where.thread or None, **line.whisper(page)
            )
        )

    async def give(self, heard: Heard, answer: Answer, card: Card, drawing: Drawing) -> None:
        """The documents of a card, into the person's chat; of one that does not come, it is said."""
        for document in documents(card):
            give = partial(self._upload, heard, answer, document, drawing)
            try:
                await line.patiently(give)
            except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
                log.warning("file not given", extra={"error": type(error).__name__})
                missing = Card(_not_given(document))
                await self.post(heard.user, drawing.messages(missing))

    async def _upload(self, heard: Heard, answer: Answer, document: Document, drawing: Drawing) -> None:
        async def fetch(file_id: str) -> tuple[str, bytes] | None:
            reader = answer.person_id
            return await self._core.database.read(lambda store: store.files.get(file_id, person_id=reader))

        chat = heard.where.id
        if not chat.startswith("D"):
            chat = str((await self._client.conversations_open(users=heard.user))["channel"]["id"])
        await upload(self._client, chat, document, drawing, fetch)


def _not_given(document: Document) -> Phrase:
    return Phrase(
        "Slack did not take the file {name}, so you do not have it yet. Please ask for it again in a minute.",
        name=Verbatim(document.name),
    )
