"""Messages go out to Slack one by one: each says whether it arrived, never came, may have, or must wait."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.pictures.studio import Studio
from bot.slack.client import (
    NOT_TAKEN,
    TOKEN_ERRORS,
    as_taken,
    error_of,
    message,
    note_refused,
    status_of,
    wait_of,
    whisper,
)
from bot.slack.draw import Drawing
from bot.slack.files import documents, hang, upload
from bot.slack.members import PLATFORM
from bot.slack.pages import Page
from handlers.kit.cards import Card
from handlers.kit.dispatch import Core
from schedules.speaking import Fixed, Gone, Locked, Parcel, Receipt, Refused, Slow, Unclear, Unreachable

T = TypeVar("T")

log = logging.getLogger("upbeat.slack")

CHANNEL = (1.0, 3.0)
"""Messages a second and burst in one channel (docs.slack.dev/apis/web-api/rate-limits)."""
OVERALL = (8.0, 20.0)
EVENT = "upbeat"
REMEMBERED = 2_000
LOOKED_AT = 200

NOBODY = frozenset(
    {
        "channel_not_found",
        "is_archived",
        "not_in_channel",
        "user_disabled",
        "user_not_found",
        "users_not_found",
        "cannot_dm_bot",
        "messages_tab_disabled",
        "restricted_action",
    }
)
NEVER = NOT_TAKEN | {"msg_too_long", "no_text", "invalid_arguments", "missing_argument"}
NEVER |= {"metadata_too_large", "invalid_metadata_format"}
STAYS = frozenset({"cant_update_message", "edit_window_closed", "cant_delete_message", "is_inactive"})


class Unavailable(Exception):
    """Slack did not take it; it may be tried again."""


@dataclass
class _Begun:
    """How much of a message of several pages has arrived, and what is left of its card as it was drawn then, so that
    another try goes on from there."""

    card: Card | None = None
    arrived: list[Receipt] = field(default_factory=list)
    left: list[Page] | None = None

    def has_arrived(self, found: list[Receipt]) -> None:
        """So much stands there, whatever was heard of it."""
        if self.left is not None and (more := len(found) - len(self.arrived)) > 0:
            self.left = self.left[more:]
        self.arrived = max(found, self.arrived, key=len)


class SlackSpeaker:
    """Slack's voice for delivery."""

    name = PLATFORM

    def __init__(self, core: Core, client: AsyncWebClient, studio: Studio) -> None:
        self._core = core
        self._client = client
        self._studio = studio
        self._begun: OrderedDict[str, _Begun] = OrderedDict()

    def buckets(self, parcel: Parcel) -> list[tuple[str, float, float]]:
        """Slack's limits: overall, and in this channel."""
        return [("slack:all", *OVERALL), (_bucket(parcel), *CHANNEL)]

    async def speak(self, parcel: Parcel) -> Receipt:
        """Send the card. Raises Slow, Unreachable, Unclear, Refused, Locked; anything else may be tried again."""
        drawing = Drawing(parcel.language, parcel.zone, parcel.at)
        begun = self._begun.setdefault(parcel.outgoing_id, _Begun())
        while len(self._begun) > REMEMBERED:
            self._begun.popitem(last=False)
        if begun.left is None or begun.card != parcel.card:  # which was taken back meanwhile, perhaps
            if parcel.card.pictures() and not begun.arrived:
                await self._hang(parcel, drawing)
            begun.card, begun.left = parcel.card, drawing.messages(parcel.card)[len(begun.arrived) :]
        await self._pages(parcel, begun.left, begun.arrived)
        await self._documents(parcel, drawing, begun.arrived[0].channel)
        self._begun.pop(parcel.outgoing_id, None)
        return _whole(begun.arrived)

    def has_begun(self, outgoing_id: str) -> bool:
        """Whether some pages of a message stand, and not all."""
        begun = self._begun.get(outgoing_id)
        return begun is not None and bool(begun.arrived)

    async def _hang(self, parcel: Parcel, drawing: Drawing) -> None:
        try:
            await hang(self._client, self._studio, parcel.card, drawing)
        except SlackApiError as error:
            raise self._worded(error, parcel) from None

    async def _pages(self, parcel: Parcel, left: list[Page], arrived: list[Receipt]) -> None:
        while left:
            try:
                arrived.append(await self._sent(parcel, left[0], len(arrived)))
                left.pop(0)
            except Refused:
                if not left[0].instead:
                    raise
                left[:1] = left[0].instead

    async def edit(self, parcel: Parcel, over: Receipt) -> None:
        """Put the card in the place of a message that stands."""
        drawing = Drawing(parcel.language, parcel.zone, parcel.at)
        await self._hang(parcel, drawing)
        await _somehow(drawing, lambda: self._over(parcel, drawing, over))

    async def _over(self, parcel: Parcel, drawing: Drawing, over: Receipt) -> None:
        pages = drawing.messages(parcel.card)
        stand = (over.message, *over.more)
        for page, ts in zip(pages, stand, strict=False):
            await self._changed(parcel, over.channel, ts, page)
        for ts in stand[len(pages) :]:
            await self._taken_away(parcel, over.channel, ts, pages[0])
        if len(pages) > len(stand):
            raise Fixed

    async def _changed(self, parcel: Parcel, channel: str, ts: str, page: Page) -> None:
        def change(page: Page) -> Awaitable[object]:
            shown = {**whisper(page), "blocks": page.blocks or []}
            return self._client.chat_update(channel=channel, ts=ts, **shown)

        await self._asked(parcel, lambda: as_taken(page, change))

    async def _taken_away(self, parcel: Parcel, channel: str, ts: str, page: Page) -> None:
        try:
            await self._asked(parcel, lambda: self._client.chat_delete(channel=channel, ts=ts))
        except Gone:
            return
        except Fixed:
            await self._changed(parcel, channel, ts, page)

    async def _asked(self, parcel: Parcel, call: Callable[[], Awaitable[T]]) -> T:
        """Ask Slack once; what goes wrong is said in the words of delivery."""
        try:
            return await call()
        except SlackApiError as error:
            raise self._worded(error, parcel) from None
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unavailable(type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unclear(type(error).__name__) from None

    async def find(self, parcel: Parcel) -> Receipt | None:
        """Where a message stands that may have arrived: looked up by the id that it carries. None when it does not
        stand there whole, or when we may not read along."""
        try:
            there = await self._there(parcel)
        except SlackApiError as error:
            if (wait := wait_of(error)) is not None:
                raise Slow(wait, _bucket(parcel)) from None
            log.info("not looked up", extra={"error": error_of(error)})
            return None
        drawing = Drawing(parcel.language, parcel.zone, parcel.at)
        drawing.hung.update(dict.fromkeys(parcel.card.pictures(), "?"))
        pages = drawing.messages(parcel.card)
        arrived = [there[n] for n in range(len(pages)) if all(m in there for m in range(n + 1))]
        if len(arrived) == len(pages):
            self._begun.pop(parcel.outgoing_id, None)
            return _whole(arrived)
        if arrived:
            self._begun.setdefault(parcel.outgoing_id, _Begun()).has_arrived(arrived)
        return None

    async def _there(self, parcel: Parcel) -> dict[int, Receipt]:
        """The pages of this message that stand there, by number."""
        channel = await self._channel(parcel)
        history = await self._client.conversations_history(
            channel=channel, limit=LOOKED_AT, include_all_metadata=True
        )
        found: dict[int, Receipt] = {}
        for said in history["messages"]:
            metadata = said.get("metadata") or {}
            carried = str((metadata.get("event_payload") or {}).get("id", ""))
            known, _, number = carried.partition(":")
            if metadata.get("event_type") == EVENT and known == parcel.outgoing_id:
                found[int(number or 0)] = Receipt(channel, str(said["ts"]))
        return found

    async def _channel(self, parcel: Parcel) -> str:
        if not parcel.private:
            return parcel.to.external_id
        if parcel.to.address.startswith("D"):
            return parcel.to.address
        opened = await self._client.conversations_open(users=parcel.to.external_id)
        return str(opened["channel"]["id"])

    async def _sent(self, parcel: Parcel, page: Page, number: int) -> Receipt:
        carried = f"{parcel.outgoing_id}:{number}" if number else parcel.outgoing_id
        metadata: dict[str, Any] = {"event_type": EVENT, "event_payload": {"id": carried}}

        def post(page: Page) -> Awaitable[Any]:
            return self._client.chat_postMessage(
                channel=parcel.to.external_id,
                thread_ts=parcel.to.thread or None,
                metadata=metadata,
                **message(page),
            )

        answer = await self._asked(parcel, lambda: as_taken(page, post))
        return Receipt(channel=str(answer["channel"]), message=str(answer["ts"]))

    async def _documents(self, parcel: Parcel, drawing: Drawing, channel: str) -> None:
        async def fetch(file_id: str) -> tuple[str, bytes] | None:
            reader = parcel.person_id
            return await self._core.database.read(lambda store: store.files.get(file_id, person_id=reader))

        try:
            for document in documents(parcel.card):
                await upload(self._client, channel, document, drawing, fetch)
        except SlackApiError as error:
            raise self._worded(error, parcel) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unavailable(type(error).__name__) from None

    def _worded(self, error: SlackApiError, parcel: Parcel) -> Exception:
        """Slack's error in the words of delivery. The text of its response may quote ours, so only its code is used."""
        code = error_of(error)
        if (wait := wait_of(error)) is not None:
            return Slow(wait, _bucket(parcel))
        if code == "message_not_found":
            return Gone(code)
        if code in STAYS:
            return Fixed(code)
        if code in NOBODY:
            return Unreachable(code)
        if code in NEVER:
            return Refused(code)
        if code in TOKEN_ERRORS:
            # Nobody's account is to blame: it waits until the operator has mended the token.
            note_refused(error)
            return Unavailable(code) if code == "missing_scope" else Locked(code)
        if status_of(error) >= 500 or code in ("internal_error", "fatal_error", "service_unavailable"):
            return Unclear(code or "server error")
        return Unavailable(code or "unknown")


async def _somehow(drawing: Drawing, work: Callable[[], Awaitable[None]]) -> None:
    """With the pictures that hang, or without where Slack does not take them."""
    try:
        await work()
    except Refused:
        if not drawing.hung:
            raise
        drawing.hung.clear()
        await work()


def _whole(arrived: list[Receipt]) -> Receipt:
    """Where a message of several pages stands."""
    return replace(arrived[0], more=tuple(page.message for page in arrived[1:]))


def _bucket(parcel: Parcel) -> str:
    return f"slack:post:{parcel.to.external_id}"
