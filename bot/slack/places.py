"""The channels around us: what they are called, whether we may post there, and who else reads along."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.client import error_of
from bot.slack.heard import PlaceSeen
from bot.slack.members import PLATFORM
from bot.words import readable
from handlers.kit.dispatch import Core
from handlers.kit.requests import Where

log = logging.getLogger("upbeat.slack")

PATIENCE = 1.0
"""Seconds for the name of a channel: a command must open its form within three."""


class Places:
    """Remembers channels as Slack describes them."""

    def __init__(self, core: Core, client: AsyncWebClient) -> None:
        self._core = core
        self._client = client
        self._met: set[str] = set()

    async def meet(self, where: Where) -> None:
        """Get to know a channel in which somebody speaks to us: a command is heard where we are no member too."""
        if where.kind != "channel" or where.id in self._met:
            return
        self._met.add(where.id)
        known = await self._core.database.read(lambda store: store.outbox.place(PLATFORM, where.id))
        if known is not None and known.name not in ("", where.id) and not known.gone:
            return
        seen: PlaceSeen | None
        try:
            async with asyncio.timeout(PATIENCE):
                seen = await self._described(PlaceSeen(where.id, where.name))
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            seen = _hidden(where, error)
        if seen is not None:
            await self._keep(seen)

    async def note(self, seen: PlaceSeen) -> None:
        """Remember what changed."""
        if not seen.gone:
            try:
                seen = await self._described(seen)
            except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
                log.warning("channel not looked up", extra={"error": type(error).__name__})
        await self._keep(seen)

    async def _keep(self, seen: PlaceSeen) -> None:
        name = seen.name or seen.channel
        await self._core.database.write(
            lambda store: store.accounts.seen_place(PLATFORM, seen.channel, name, gone=seen.gone)
        )

    async def _described(self, seen: PlaceSeen) -> PlaceSeen:
        """The channel as it is now. One that is shared with other companies is no place for ours to be posted in."""
        answer = await self._client.conversations_info(channel=seen.channel)
        found: dict[str, Any] = answer.get("channel") or {}
        name = f"#{readable(str(found.get('name') or ''))}" if found.get("name") else seen.name
        outside = bool(found.get("is_ext_shared") or found.get("is_pending_ext_shared"))
        return PlaceSeen(seen.channel, name, gone=outside or found.get("is_member") is False)


def _hidden(where: Where, error: Exception) -> PlaceSeen | None:
    """A private channel, whose name Slack tells us nowhere, and of which we are no member."""
    if isinstance(error, SlackApiError) and error_of(error) == "channel_not_found" and not where.name:
        return PlaceSeen(where.id, gone=True)
    log.warning("channel not looked up", extra={"error": type(error).__name__})
    return None
