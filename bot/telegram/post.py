"""One drawn message is sent, or takes the place of another."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from telegram import InputMediaPhoto, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest, RetryAfter

from bot.pictures.studio import NotDrawn, Studio
from bot.telegram.client import Client
from bot.telegram.draw import Attached, Drawn, Photo
from bot.telegram.pages import Page, without_markup
from bot.words import Voice
from handlers.kit.text import Phrase

T = TypeVar("T")

Fetch: TypeAlias = Callable[[str], Awaitable[tuple[str, bytes] | None]]
"""From a file's id to its name and content, or None when its reader may not have it any more."""


@dataclass(frozen=True)
class Stock:
    """Where what is not words comes from: the files of a reader, and pictures."""

    fetch: Fetch
    studio: Studio


FILENAME = "picture.png"
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
NO_TOPIC = ("thread not found", "topic_closed", "topic_deleted")
GONE = Phrase("This file is not kept any more. Please ask for it again.")


@dataclass(frozen=True)
class Spot:
    """A chat, a topic in it, and the message that is answered there."""

    chat: int
    thread: int | None = None
    answers: int | None = None


async def send(client: Client, drawn: Drawn, spot: Spot, stock: Stock, language: str) -> Message:
    """Send one message. Raises what python-telegram-bot raises."""
    try:
        return await _send(client, drawn, spot, stock, language)
    except BadRequest as error:
        if spot.thread is None or not any(words in error.message.lower() for words in NO_TOPIC):
            raise
        # The topic was deleted or closed: better in the group's main topic than not at all.
        return await _send(client, drawn, Spot(spot.chat), stock, language)


async def _send(client: Client, drawn: Drawn, spot: Spot, stock: Stock, language: str) -> Message:
    reply = ReplyParameters(spot.answers, allow_sending_without_reply=True) if spot.answers else None
    if isinstance(drawn, Photo):
        try:
            return await _send_photo(client, drawn, spot, stock, reply)
        except (NotDrawn, BadRequest) as error:
            if isinstance(error, BadRequest) and not _is_no_picture(error):
                raise
            *others, drawn = drawn.instead
            for page in others:
                await _send(client, page, spot, stock, language)
    if isinstance(drawn, Attached):
        file = await stock.fetch(drawn.file_id)
        if file is not None:
            return await client.send_document(
                spot.chat,
                file[1],
                caption=drawn.caption,
                filename=drawn.name,
                message_thread_id=spot.thread,
                reply_parameters=reply,
            )
        drawn = Page(Voice(language).say(GONE))
    return await _send_words(client, drawn, spot, reply)


async def _send_words(client: Client, page: Page, spot: Spot, reply: ReplyParameters | None) -> Message:
    return await _readable(
        page.html,
        lambda words, markup: client.send_message(
            spot.chat,
            words,
            markup,
            message_thread_id=spot.thread,
            reply_markup=page.keyboard,
            reply_parameters=reply,
            link_preview_options=NO_PREVIEW,
        ),
    )


async def _readable(html: str, send: Callable[[str, ParseMode | None], Awaitable[T]]) -> T:
    """Send words with our markup, or without it where Telegram reads that differently from what we meant: better plain
    than not at all."""
    try:
        return await send(html, ParseMode.HTML)
    except BadRequest as error:
        if "can't parse entities" not in error.message.lower():
            raise
        return await send(without_markup(html), None)


async def _send_photo(
    client: Client, photo: Photo, spot: Spot, stock: Stock, reply: ReplyParameters | None
) -> Message:
    png = await stock.studio.draw(photo.spec)
    return await _readable(
        photo.html,
        lambda words, markup: client.send_photo(
            spot.chat,
            png,
            caption=words,
            parse_mode=markup,
            filename=FILENAME,
            message_thread_id=spot.thread,
            reply_markup=photo.keyboard,
            reply_parameters=reply,
        ),
    )


# In the place of another ---------------------------------------------------------------------------------------------


async def edit(
    client: Client, drawn: Page | Photo, chat: int, message: int, stock: Stock, *, over_picture: bool = False
) -> tuple[Page, ...] | None:
    """Put it where a message of ours stands; returns what found no room there. A picture takes the place of words and
    of another picture; words that of words alone, so None where they would have to stand over one. Raises what the
    library raises, but not that it is so already."""
    if isinstance(drawn, Photo) and await _edit_picture(client, drawn, chat, message, stock):
        return ()
    first, *others = drawn.instead if isinstance(drawn, Photo) else (drawn,)
    if over_picture:
        return None
    await _edit_words(client, first, chat, message)
    return tuple(others)


async def _edit_words(client: Client, page: Page, chat: int, message: int) -> None:
    with _unless_changed():
        await _readable(
            page.html,
            lambda words, markup: client.edit_message_text(
                words,
                chat,
                message,
                parse_mode=markup,
                reply_markup=page.keyboard,
                link_preview_options=NO_PREVIEW,
            ),
        )


async def _edit_picture(client: Client, photo: Photo, chat: int, message: int, stock: Stock) -> bool:
    """Whether the picture stands there now; False when it cannot be drawn, or is not taken as one."""
    try:
        png = await stock.studio.draw(photo.spec)
        with _unless_changed():
            await _readable(
                photo.html,
                lambda words, markup: client.edit_message_media(
                    InputMediaPhoto(png, words, markup, filename=FILENAME),
                    chat,
                    message,
                    reply_markup=photo.keyboard,
                ),
            )
    except NotDrawn:
        return False
    except BadRequest as error:
        if not _is_no_picture(error):
            raise
        return False
    return True


@contextlib.contextmanager
def _unless_changed() -> Iterator[None]:
    """That it is so already is no error."""
    try:
        yield
    except BadRequest as error:
        if "not modified" not in error.message.lower():
            raise


def _is_no_picture(error: BadRequest) -> bool:
    """Whether Telegram does not take what we drew."""
    words = error.message.upper()
    return words.startswith(("PHOTO", "IMAGE")) or "RIGHTS TO SEND PHOTOS" in words


async def replace(
    client: Client, drawn: Page | Photo, chat: int, message: int, stock: Stock, *, over_picture: bool
) -> tuple[Page, ...] | None:
    """The same; None also when that message cannot be changed any more."""
    try:
        return await edit(client, drawn, chat, message, stock, over_picture=over_picture)
    except BadRequest:
        return None


async def take_away(client: Client, chat: int, message: int) -> None:
    """Delete a message of ours whose place another one took; after two days it only loses its buttons."""
    try:
        await client.delete_message(chat, message)
    except BadRequest:
        with contextlib.suppress(BadRequest):
            await client.edit_message_reply_markup(chat, message)


def seconds(error: RetryAfter) -> float:
    """How long Telegram wants us to wait."""
    wait: Any = error.retry_after
    return float(wait.total_seconds() if hasattr(wait, "total_seconds") else wait)
