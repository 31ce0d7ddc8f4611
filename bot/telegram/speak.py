"""What waits in the outbox is told in Telegram, within its limits; what goes wrong is said in the words of delivery."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from telegram import Message
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.pictures.studio import Studio
from bot.telegram import post
from bot.telegram.client import Client
from bot.telegram.draw import Attached, Drawn, Photo, draw
from bot.telegram.listen import PLATFORM
from bot.telegram.pages import Page
from bot.telegram.post import Spot
from bot.telegram.request import is_unclear
from handlers.kit.dispatch import Core
from schedules.speaking import Fixed, Gone, Locked, Parcel, Receipt, Refused, Slow, Unclear, Unreachable

OVERALL = (22.0, 1.0)
"""Messages a second, and how many at once. Telegram permits 30 in any second
(core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this); the rest is for direct answers, which wait
for no bucket: while thousands are reminded, whoever presses a button is answered."""
PRIVATE = (1.0, 1.0)
GROUP = (20 / 60, 20.0)
ALL = f"{PLATFORM}:all"

NOBODY = (
    "chat not found",
    "user is deactivated",
    "peer_id_invalid",
    "group chat was deactivated",
    "rights to send",  # "not enough …" in a group, "have no …"
    "administrator rights in the channel",
    "chat_write_forbidden",
    "topic_closed",
)
REMEMBERED = 2_000


class TelegramSpeaker:
    """Telegram's voice for delivery."""

    name = PLATFORM

    def __init__(self, core: Core, client: Client, studio: Studio) -> None:
        self._core = core
        self._studio = studio
        self._client = client
        self._begun: OrderedDict[str, list[Receipt]] = OrderedDict()
        """How much of a message of several parts has arrived, so that another try goes on from there."""

    def buckets(self, parcel: Parcel) -> list[tuple[str, float, float]]:
        """Telegram's limits: overall, and in this chat."""
        own = PRIVATE if parcel.private else GROUP
        return [(ALL, *OVERALL), (_bucket(_chat(parcel)), *own)]

    async def speak(self, parcel: Parcel) -> Receipt:
        """Send the card. Raises Slow, Unreachable, Unclear, Refused, Locked; anything else may be tried again."""
        drawn = draw(parcel.card, parcel.language, parcel.zone, parcel.at)
        arrived = self._begun.setdefault(parcel.outgoing_id, [])
        while len(self._begun) > REMEMBERED:
            self._begun.popitem(last=False)
        spot = Spot(_chat(parcel), int(parcel.to.thread) if parcel.to.thread and not parcel.private else None)
        for one in drawn[len(arrived) :]:
            message = await self._send(parcel, one, spot)
            spot = replace(spot, chat=message.chat_id)
            arrived.append(Receipt(channel=str(message.chat_id), message=str(message.message_id)))
        del self._begun[parcel.outgoing_id]
        return replace(arrived[0], more=tuple(part.message for part in arrived[1:]))

    def has_begun(self, outgoing_id: str) -> bool:
        """Whether some parts of a message stand, and not all."""
        return bool(self._begun.get(outgoing_id))

    async def edit(self, parcel: Parcel, over: Receipt) -> None:
        """Put the card in the place of a message that stands."""
        drawn = draw(parcel.card, parcel.language, parcel.zone, parcel.at)
        pages = [one for one in drawn if not isinstance(one, Attached)]
        stand = [int(one) for one in (over.message, *over.more)]
        stock = self._stock(parcel)
        for page, message in zip(pages, stand, strict=False):
            await self._changed(page, int(over.channel), message, stock)
        for message in stand[len(pages) :]:
            await self._taken_away(pages[0], int(over.channel), message, stock)
        if len(drawn) > len(stand):
            raise Fixed

    async def _changed(self, page: Page | Photo, chat: int, message: int, stock: post.Stock) -> None:
        try:
            if await post.edit(self._client, page, chat, message, stock):
                raise Fixed
        except ChatMigrated as error:  # its messages are counted anew there
            new = str(error.new_chat_id)
            await self._core.database.write(lambda store: store.accounts.moved(PLATFORM, str(chat), new))
            raise Fixed from None
        except BadRequest as error:
            raise _unchanged(error, chat) from None
        except TelegramError as error:
            raise _worded(error, chat) from None

    async def _taken_away(self, page: Page | Photo, chat: int, message: int, stock: post.Stock) -> None:
        """After two days a message is not deleted any more; it says then what the first one says."""
        try:
            await self._client.delete_message(chat, message)
        except BadRequest as error:
            if "not found" not in error.message.lower():
                await self._changed(page, chat, message, stock)
        except TelegramError as error:
            raise _worded(error, chat) from None

    async def _send(self, parcel: Parcel, one: Drawn, spot: Spot) -> Message:
        try:
            return await self._post(parcel, one, spot)
        except ChatMigrated as error:
            old, new = str(spot.chat), error.new_chat_id
        except TelegramError as error:
            raise _worded(error, spot.chat) from None
        await self._core.database.write(lambda store: store.accounts.moved(PLATFORM, old, str(new)))
        try:
            return await self._post(parcel, one, Spot(new))
        except TelegramError as error:
            raise _worded(error, new) from None

    async def _post(self, parcel: Parcel, one: Drawn, spot: Spot) -> Message:
        return await post.send(self._client, one, spot, self._stock(parcel), parcel.language)

    def _stock(self, parcel: Parcel) -> post.Stock:
        async def fetch(file_id: str) -> tuple[str, bytes] | None:
            reader = parcel.person_id
            return await self._core.database.read(lambda store: store.files.get(file_id, person_id=reader))

        return post.Stock(fetch, self._studio)


class Unavailable(Exception):
    """Telegram did not take it; it may be tried again. The name of the error only: its text may show the token."""


def _worded(error: TelegramError, chat: int) -> Exception:
    if isinstance(error, RetryAfter):
        return Slow(post.seconds(error), _bucket(chat))
    if isinstance(error, InvalidToken):
        return Locked(type(error).__name__)
    if isinstance(error, Forbidden):
        return Unreachable(error.message)
    if isinstance(error, BadRequest):
        gone = any(words in error.message.lower() for words in NOBODY)
        return Unreachable(error.message) if gone else Refused(error.message)
    if is_unclear(error):
        return Unclear(type(error).__name__)
    return Unavailable(type(error).__name__)


def _unchanged(error: BadRequest, chat: int) -> Exception:
    words = error.message.lower()
    if "to edit not found" in words or "message_id_invalid" in words:
        return Gone(error.message)
    if "can't be edited" in words or "no text in the message" in words:
        return Fixed(error.message)
    return _worded(error, chat)


def _chat(parcel: Parcel) -> int:
    return int(parcel.to.address or parcel.to.external_id)


def _bucket(chat: int) -> str:
    return f"{PLATFORM}:chat:{chat}"
