"""Files between people and Slack: what somebody sends in a private chat, and what we keep for a person to fetch."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.pictures.studio import NotDrawn, Studio
from bot.slack.client import error_of, wait_of
from bot.slack.draw import Drawing
from bot.slack.words import escaped
from bot.words import readable
from handlers.kit.cards import Card, Document

log = logging.getLogger("upbeat.slack")

MOST_BYTES = 20_000_000
ALT = 1000
"""Characters of an uploaded file's description."""
LOOKS = (0.2, 0.4, 0.8, 1.6, 3.2)
"""Seconds between looks whether Slack has made itself a picture of an uploaded file: before, no block may show it."""


@dataclass(frozen=True)
class Sent:
    """A file that somebody sent and that is not read yet."""

    name: str
    url: str
    size: int


class NotGiven(Exception):
    """Slack did not give us the file."""


class TooLarge(Exception):
    """The file is longer than we take."""


async def download(session: aiohttp.ClientSession, token: str, api_url: str, sent: Sent) -> bytes:
    """The content of a file. Raises TooLarge, NotGiven."""
    if sent.size > MOST_BYTES:
        raise TooLarge
    if not _is_slack(sent.url, api_url):
        raise NotGiven
    headers = {"Authorization": f"Bearer {token}"}
    try:
        async with session.get(sent.url, headers=headers, allow_redirects=False) as response:
            if response.status != 200 or response.content_type == "text/html":
                raise NotGiven
            return await _read(response)
    except (aiohttp.ClientError, TimeoutError):
        raise NotGiven from None


async def _read(response: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for part in response.content.iter_chunked(2**16):
        content += part
        if len(content) > MOST_BYTES:
            raise TooLarge
    return bytes(content)


def _is_slack(url: str, api_url: str) -> bool:
    """Whether our token may go to this address: to Slack alone."""
    asked, known = urlsplit(url), urlsplit(api_url)
    if (asked.scheme, asked.netloc) == (known.scheme, known.netloc):
        return True
    return asked.scheme == "https" and (asked.hostname or "").endswith((".slack.com", ".slack-files.com"))


Fetch: TypeAlias = Callable[[str], Awaitable[tuple[str, bytes] | None]]
"""From a file's id to its name and content, or None when its reader may not have it any more."""


def documents(card: Card) -> list[Document]:
    """The files that come with a card."""
    return [part for part in card.parts if isinstance(part, Document)]


async def upload(
    client: AsyncWebClient, channel: str, document: Document, drawing: Drawing, fetch: Fetch
) -> None:
    """Put a file into a channel, with a description for who cannot see it."""
    found = await fetch(document.file_id)
    if found is not None:
        await _upload(client, channel, document, found[1], drawing.say(document.label))


async def _upload(
    client: AsyncWebClient, channel: str, document: Document, content: bytes, label: str
) -> None:
    name = readable(document.name)
    file = await _sent(client, name, content, alt_txt=(label.strip() or name)[:ALT])
    await client.files_completeUploadExternal(
        files=[{"id": file, "title": name}],
        channel_id=channel,
        initial_comment=escaped(label.strip()) or None,
    )


async def _sent(client: AsyncWebClient, name: str, content: bytes, **more: str) -> str:
    """The id of a file whose content Slack has, and that nobody sees yet."""
    place = await client.files_getUploadURLExternal(filename=name, length=len(content), **more)
    session = client.session
    assert session is not None
    async with session.post(str(place["upload_url"]), data=content) as response:
        response.raise_for_status()
    return str(place["file_id"])


# Pictures ------------------------------------------------------------------------------------------------------------


async def hang(client: AsyncWebClient, studio: Studio, card: Card, drawing: Drawing) -> None:
    """Draw the pictures of a card and give them to Slack, where only blocks that name them show them. One that cannot
    be drawn or is not taken is shown as a table. Raises SlackApiError where Slack wants us to wait."""
    for picture in card.pictures():
        try:
            png = await studio.draw(drawing.specification(picture).spec)
            file = await _sent(client, "picture.png", png)
            await client.files_completeUploadExternal(files=[{"id": file, "title": "Upbeat"}])
            if await _is_ready(client, file):
                drawing.hung[picture] = file
        except SlackApiError as error:
            if wait_of(error) is not None:
                raise
            log.warning("picture not taken", extra={"error": error_of(error)})
        except (NotDrawn, aiohttp.ClientError, TimeoutError) as error:
            log.warning("picture not shown", extra={"error": type(error).__name__})


async def _is_ready(client: AsyncWebClient, file: str) -> bool:
    """Whether Slack knows by now that it is a picture; an earlier block would be refused as an "invalid slack file"
    (github.com/slackapi/java-slack-sdk/issues/1349)."""
    for seconds in (0.0, *LOOKS):
        await asyncio.sleep(seconds)
        if (await client.files_info(file=file))["file"].get("mimetype"):
            return True
    return False
