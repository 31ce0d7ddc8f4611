"""What somebody did is answered there: in place, as an alert, or in the private chat when others read along."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import (
    BadRequest,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.pictures.studio import Studio
from bot.telegram import post
from bot.telegram.client import Client
from bot.telegram.draw import ASK, FORGET, Attached, Drawing, Drawn, draw, plain
from bot.telegram.interview import draw_question
from bot.telegram.listen import Heard
from bot.telegram.pages import cut, utf16
from bot.telegram.post import Spot
from bot.telegram.request import is_unclear
from bot.words import Voice
from handlers.kit.cards import Card, Link
from handlers.kit.carrying import PRIVATE_ONLY
from handlers.kit.dispatch import NOT_SHOWN, Core
from handlers.kit.requests import Answer
from handlers.kit.text import Phrase, Verbatim

log = logging.getLogger("upbeat.telegram")

T = TypeVar("T")

ALERT = 200
PATIENCE = 4
LONGEST_WAIT = 60.0

IN_PRIVATE = Phrase("I ask you in our private chat, where nobody reads along.")
START_FIRST = Phrase(
    "Please open our private chat first: there I can ask you without everybody reading along."
)
OPEN_PRIVATE = Phrase("Open our private chat")
YES = Phrase("Yes, {label}", label=Verbatim("\x00"))
NO = Phrase("No")


class Replies:
    """Shows answers to the people who caused them."""

    def __init__(self, core: Core, client: Client, username: str, studio: Studio) -> None:
        self._core = core
        self._studio = studio
        self._client = client
        self._private = f"https://t.me/{username}?start=private"

    async def give(self, heard: Heard, answer: Answer) -> None:
        """Show an answer. What goes wrong is logged without words: the effect is committed already."""
        try:
            await self._give(heard, answer)
        except asyncio.CancelledError:  # we stop, while Telegram wants us to wait
            await self._core.answer_later(heard.incoming, answer)
            raise
        except TelegramError as error:
            log.warning("answer not shown", extra={"error": type(error).__name__})
            if _is_worth_waiting(error):
                await self._core.answer_later(heard.incoming, answer)
        except Exception as error:
            log.error("answer not drawn", extra={"error": type(error).__name__})
            await self._sorry(heard, answer)

    async def _give(self, heard: Heard, answer: Answer) -> None:
        language, alert = _language(heard, answer), ""
        if heard.query:
            alert = self._alert(heard, answer, language)
            if await self._release(heard, alert) and alert:
                return
            if alert and heard.shared:  # what would be seen by one alone is not said before all
                await self._core.answer_later(heard.incoming, answer)
                return
        if heard.shared and answer.asked:
            await self._ask_in_private(heard, answer, language)
            return
        drawn = await self._drawn(heard, answer, language)
        in_place = (
            heard.query and heard.editable and not (answer.keep or alert) and answer.outcome != "failed"
        )
        stock = self._stock(answer.person_id)
        if in_place and drawn and heard.message and not isinstance(first := drawn[0], Attached):
            place, message, over = heard.chat, heard.message, heard.is_picture
            left = await self._patiently(
                lambda: post.replace(self._client, first, place, message, stock, over_picture=over)
            )
            if left is None and over:
                # Words cannot take the place of a picture: they stand below, and the picture goes.
                await self._send(drawn, self._spot(heard), stock, language)
                await self._patiently(lambda: post.take_away(self._client, place, message))
                return
            drawn = drawn if left is None else [*left, *drawn[1:]]
        await self._send(drawn, self._spot(heard), stock, language)

    # What is drawn -----------------------------------------------------------------------------------------------

    async def _drawn(self, heard: Heard, answer: Answer, language: str) -> list[Drawn]:
        if answer.asked:
            directory = await self._core.database.read(lambda store: store.directory)
            drawing = Drawing(language, answer.zone, heard.incoming.at)
            return [*draw_question(answer, answer.asked, drawing, directory.named)]
        if answer.card is None:
            return []
        return draw(self._with_door(heard, answer.card), language, answer.zone, heard.incoming.at)

    def _with_door(self, heard: Heard, card: Card) -> Card:
        """A refusal because others read along gets a button to where nobody does."""
        if not heard.shared or card.title != PRIVATE_ONLY:
            return card
        return Card(card.title, *card.parts, Link(OPEN_PRIVATE, self._private))

    def _alert(self, heard: Heard, answer: Answer, language: str) -> str:
        """The words that answer a press in a small window; empty when a message shows the answer."""
        refused = answer.outcome in ("refused", "problem", "failed")
        if answer.card is None or not (refused or (heard.shared and answer.keep)):
            return ""
        words = plain(answer.card, language, answer.zone, heard.incoming.at)
        if utf16(words) <= ALERT and (heard.shared or not answer.card.buttons()):
            return words
        return f"{cut(words, ALERT - 1)[0].rstrip()}…" if heard.shared else ""

    # Where it is shown -------------------------------------------------------------------------------------------

    @staticmethod
    def _spot(heard: Heard) -> Spot:
        return Spot(heard.chat, heard.thread, heard.message if heard.shared and not heard.query else None)

    async def _ask_in_private(self, heard: Heard, answer: Answer, language: str) -> None:
        drawn = await self._drawn(heard, answer, language)
        try:
            spot = Spot(int(heard.incoming.sender.external_id))
            await self._send(drawn, spot, self._stock(answer.person_id), language)
            said = IN_PRIVATE
        except (Forbidden, BadRequest):
            said = START_FIRST
        card = Card(said, Link(OPEN_PRIVATE, self._private))
        drawn = draw(card, language, answer.zone, heard.incoming.at)
        await self._send(drawn, self._spot(heard), self._stock(""), language)

    def _stock(self, person_id: str) -> post.Stock:
        async def fetch(file_id: str) -> tuple[str, bytes] | None:
            return await self._core.database.read(lambda store: store.files.get(file_id, person_id=person_id))

        return post.Stock(fetch, self._studio)

    async def _send(self, drawn: list[Drawn], spot: Spot, stock: post.Stock, language: str) -> None:
        for one in drawn:
            await self._send_one(one, spot, stock, language)

    async def _send_one(self, one: Drawn, spot: Spot, stock: post.Stock, language: str) -> None:
        await self._patiently(lambda: post.send(self._client, one, spot, stock, language))

    async def _patiently(self, send: Callable[[], Awaitable[T]]) -> T:
        """Wait when Telegram says so, and repeat what the network lost: an answer shown twice harms less than none.
        What Telegram may only be slow to answer is not repeated: each time would show it once more."""
        for attempt in range(PATIENCE):
            try:
                return await send()
            except RetryAfter as error:
                await asyncio.sleep(min(post.seconds(error), LONGEST_WAIT))
            except BadRequest:
                raise
            except NetworkError as error:
                if isinstance(error, TimedOut) and is_unclear(error):
                    raise
                await asyncio.sleep(0.2 * 2**attempt)
        return await send()

    async def _release(self, heard: Heard, alert: str) -> bool:
        """Answer the press itself, so that the button stops waiting. False when Telegram does not take that: it forgets
        old presses."""
        try:
            await self._patiently(
                lambda: self._client.answer_callback_query(heard.query, alert or None, show_alert=bool(alert))
            )
        except TelegramError as error:
            log.info("press not answered", extra={"error": type(error).__name__})
            return False
        return True

    async def _sorry(self, heard: Heard, answer: Answer) -> None:
        try:
            await self._client.send_message(heard.chat, Voice(_language(heard, answer)).say(NOT_SHOWN))
        except TelegramError as error:
            log.warning("answer not shown", extra={"error": type(error).__name__})

    # A button that asks first --------------------------------------------------------------------------------

    async def turn(self, heard: Heard) -> None:
        """Put *Yes* and *No* where the pressed button stood, or the button back where they stood."""
        await self._release(heard, "")
        try:
            await self._turn(heard)
        except TelegramError as error:
            log.info("buttons not changed", extra={"error": type(error).__name__})

    async def _turn(self, heard: Heard) -> None:
        assert heard.message is not None
        language, _, handle = heard.data[1:].partition(":")
        turned = _asked_first if heard.data.startswith(ASK) else _as_it_was
        rows = [turned(row, language, handle) for row in heard.rows]
        chat, message = heard.chat, heard.message
        await self._patiently(
            lambda: self._client.edit_message_reply_markup(
                chat, message, reply_markup=InlineKeyboardMarkup(rows)
            )
        )


def _is_worth_waiting(error: TelegramError) -> bool:
    """Whether what Telegram did not take will go when it is in order again, or our token is."""
    if isinstance(error, BadRequest):
        return False
    return isinstance(error, NetworkError | RetryAfter | InvalidToken)


def asks_first(data: str) -> bool:
    """Whether a press only asks whether it was meant, or takes that question back."""
    return data.startswith((ASK, FORGET))


def _asked_first(
    row: tuple[InlineKeyboardButton, ...], language: str, handle: str
) -> list[InlineKeyboardButton]:
    made: list[InlineKeyboardButton] = []
    for key in row:
        if key.callback_data != f"{ASK}{language}:{handle}":
            made.append(key)
            continue
        yes = Voice(language).say(YES).replace("\x00", key.text)
        made.append(InlineKeyboardButton(yes, callback_data=handle, style=key.style))
        made.append(
            InlineKeyboardButton(Voice(language).say(NO), callback_data=f"{FORGET}{language}:{handle}")
        )
    return made


def _as_it_was(
    row: tuple[InlineKeyboardButton, ...], language: str, handle: str
) -> list[InlineKeyboardButton]:
    before, _, after = Voice(language).say(YES).partition("\x00")
    made: list[InlineKeyboardButton] = []
    for key in row:
        if key.callback_data == f"{FORGET}{language}:{handle}":
            continue
        if key.callback_data == handle:
            label = key.text.removeprefix(before).removesuffix(after)
            key = InlineKeyboardButton(label, callback_data=f"{ASK}{language}:{handle}", style=key.style)
        made.append(key)
    return made


def _language(heard: Heard, answer: Answer) -> str:
    """The answer's reader's, or of a stranger what their Telegram speaks."""
    known = answer.person_id or answer.language != "en"
    return answer.language if known else heard.speaks
