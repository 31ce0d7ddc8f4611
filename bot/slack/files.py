"""Files between people and Slack: what somebody sends in a private chat, and what we keep for a person to fetch."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.draw import Drawing
from bot.slack.words import escaped
from bot.words import readable
from handlers.kit.cards import Card, Document

MOST_BYTES = 20_000_000
ALT = 1000
"""Characters of an uploaded file's description."""


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


async def upload(
    client: AsyncWebClient,
    channel: str,
    card: Card,
    drawing: Drawing,
    fetch: Callable[[str], Awaitable[tuple[str, bytes] | None]],
) -> None:
    """Put every document of a card into a channel, each with a description for who cannot see it."""
    for part in card.parts:
        found = await fetch(part.file_id) if isinstance(part, Document) else None
        if found is not None and isinstance(part, Document):
            await _upload(client, channel, part, found[1], drawing.say(part.label))


async def _upload(
    client: AsyncWebClient, channel: str, document: Document, content: bytes, label: str
) -> None:
    name = readable(document.name)
    place = await client.files_getUploadURLExternal(
        filename=name, length=len(content), alt_txt=(label.strip() or name)[:ALT]
    )
    session = client.session
    assert session is not None
    async with session.post(str(place["upload_url"]), data=content) as response:
        response.raise_for_status()
    await client.files_completeUploadExternal(
        files=[{"id": place["file_id"], "title": name}],
        channel_id=channel,
        initial_comment=escaped(label.strip()) or None,
    )
