"""The channels around us: what they are called, whether we may post there, and who else reads along."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.client import error_of, passes
from bot.slack.heard import PlaceSeen
from bot.slack.members import PLATFORM
from bot.words import readable
from handlers.kit.dispatch import Core
from handlers.kit.requests import Where
from storage.store import Store

log = logging.getLogger("upbeat.slack")

PATIENCE = 1.0
"""Seconds for the name of a channel: a command must open its form within three."""
LOOK_AGAIN = 600.0
"""Seconds for which a channel is believed to be as Slack described it: we may not have heard what changed."""


class Places:
    """Remembers channels as Slack describes them."""

    def __init__(self, core: Core, client: AsyncWebClient) -> None:
        self._core = core
        self._client = client
        self._met: dict[str, float] = {}

    async def meet(self, where: Where) -> None:
        """Get to know a channel in which somebody speaks to us: a command is heard where we are no member too."""
        now = time.monotonic()
        if where.kind != "channel" or now - self._met.get(where.id, -LOOK_AGAIN) < LOOK_AGAIN:
            return
        self._met[where.id] = now
        seen: PlaceSeen | None
        try:
            async with asyncio.timeout(PATIENCE):
                seen = await self._described(PlaceSeen(where.id, where.name))
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            seen = _hidden(where, error)
        if seen is not None:
            await self._keep(seen)

    async def note(self, seen: PlaceSeen) -> None:
        """Remember what changed. Raises what keeps Slack from saying it just now, so that it tells of it again."""
        if not seen.gone:
            try:
                seen = await self._described(seen)
            except SlackApiError as error:
                if passes(error):
                    raise
                log.warning("channel not looked up", extra={"error": error_of(error)})
        await self._keep(seen)

    async def _keep(self, seen: PlaceSeen) -> None:
        def keep(store: Store) -> None:
            known = store.outbox.place(PLATFORM, seen.channel)
            name = seen.name or (known.name if known else seen.channel)
            store.accounts.seen_place(PLATFORM, seen.channel, name, gone=seen.gone)

        await self._core.database.write(keep)

    async def _described(self, seen: PlaceSeen) -> PlaceSeen:
        """The channel as it is now. One that is shared with other companies is no place for ours to be posted in."""
        answer = await self._client.conversations_info(channel=seen.channel)
        found: dict[str, Any] = answer.get("channel") or {}
        name = f"#{readable(str(found.get('name') or ''))}" if found.get("name") else seen.name
        outside = bool(found.get("is_ext_shared") or found.get("is_pending_ext_shared"))
        return PlaceSeen(seen.channel, name, gone=outside or found.get("is_member") is False)


def _hidden(where: Where, error: Exception) -> PlaceSeen | None:
    """A private channel, whose name Slack tells us nowhere, or a talk of several, and we are in neither."""
    word = error_of(error) if isinstance(error, SlackApiError) else ""
    of_several = where.name.startswith("#mpdm-")
    if word == "channel_not_found" and not where.name:
        return PlaceSeen(where.id, gone=True)
    if word in ("channel_not_found", "missing_scope") and of_several:
        return PlaceSeen(where.id, where.name, gone=True)
    log.warning("channel not looked up", extra={"error": type(error).__name__})
    return None
