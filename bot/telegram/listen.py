"""What people do in Telegram, in the words of the kit: they write, press, react, block, and put us into groups."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from telegram import (
    CallbackQuery,
    Chat,
    ChatMemberUpdated,
    InlineKeyboardButton,
    Message,
    MessageReactionUpdated,
    ReactionTypeEmoji,
    Update,
    User,
)
from telegram.constants import ChatMemberStatus, ChatType, MessageEntityType

from bot.telegram.harmless import as_typed
from handlers.kit.requests import Act, Incoming, Left, Opened, Pressed, Reacted, Said, Sender, Where
from handlers.kit.typed import clean, mention
from storage.store import Store

PLATFORM = "telegram"

_COMMAND = re.compile(r"^[/／](\w+)(?:@([A-Za-z0-9_]+))?(?=\s|$)")
"""Telegram knows none in Chinese, so that people type these and their bot's name by hand."""
_HANDLE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_QUOTED = (MessageEntityType.BLOCKQUOTE, MessageEntityType.EXPANDABLE_BLOCKQUOTE)
_MARKS = str.maketrans({"\x02": "\ufffd", "\x03": "\ufffd"})
"""What only we may put around a mention; replaced one by one, so that offsets stay right."""


@dataclass(frozen=True)
class Me:
    """Who we are in Telegram."""

    id: int
    username: str


@dataclass(frozen=True)
class Sent:
    """A file that somebody sent and that is not read yet."""

    file_id: str
    name: str
    size: int


@dataclass(frozen=True)
class Heard:
    """Something that somebody did, and where an answer to it goes. `query` is what a pressed button waits for,
    `data` what it carried, `rows` the buttons among which it stood; `nameless`: it was said in the name of a chat."""

    incoming: Incoming
    chat: int
    message: int | None = None
    thread: int | None = None
    query: str = ""
    data: str = ""
    editable: bool = False
    is_picture: bool = False
    rows: tuple[tuple[InlineKeyboardButton, ...], ...] = ()
    speaks: str = "en"
    file: Sent | None = None
    nameless: bool = False

    @property
    def shared(self) -> bool:
        """Whether others read along."""
        return self.incoming.where.shared


@dataclass(frozen=True)
class Chore:
    """Something to remember that nobody gets an answer to."""

    work: Callable[[Store], object]


Item: TypeAlias = Heard | Chore


def listen(update: Update, me: Me, at: datetime) -> list[Item]:
    """What an update says, in order; nothing when it is not for us."""
    ear = _Ear(me, f"{PLATFORM}:{me.id}:{update.update_id}", at)
    if update.message:
        return list(ear.message(update.message))
    if update.edited_message:
        return list(ear.message(update.edited_message, edits=True))
    if update.callback_query:
        return list(ear.press(update.callback_query))
    if update.message_reaction:
        return list(ear.reaction(update.message_reaction))
    if update.my_chat_member:
        return list(ear.membership(update.my_chat_member))
    return []


@dataclass(frozen=True)
class _Ear:
    me: Me
    delivery: str
    at: datetime

    # Words -------------------------------------------------------------------------------------------------------

    def message(self, message: Message, *, edits: bool = False) -> Iterator[Item]:
        if message.migrate_to_chat_id:
            old, new = str(message.chat.id), str(message.migrate_to_chat_id)
            yield Chore(lambda store: store.accounts.moved(PLATFORM, old, new))
            return
        user = message.from_user
        if user is None or (user.is_bot and not message.sender_chat) or not _has_content(message):
            return
        words = spoken(message)
        if edits and not words:  # of a place that moves, Telegram tells as of an edited message
            return
        said = self._addressed(words, message)
        if said is None:
            return
        if _is_shared(message.chat):
            yield _place(message.chat, gone=False, topic=str(_thread(message) or ""))
        act = self._act(said, message, edits)
        heard = self._heard(act, user, message.chat, message)
        file = _file(message) if not heard.shared and not edits else None
        yield replace(heard, file=file, nameless=message.sender_chat is not None)

    def _addressed(self, words: str, message: Message) -> str | None:
        """The words when they are for us: without our name; None when another bot or the group is meant."""
        command = _COMMAND.match(words)
        if command and command.group(2):
            if command.group(2).lower() != self.me.username.lower():
                return None
            return f"/{command.group(1)}{words[command.end() :]}"
        if words.startswith(("/", "／")) or not _is_shared(message.chat):
            return words
        called = re.compile(rf"^\s*@{re.escape(self.me.username)}\b[\s,，:：]*", re.IGNORECASE).match(words)
        return f"/{words[called.end() :].removeprefix('/')}" if called else None

    def _act(self, words: str, message: Message, edits: bool) -> Act:
        start = re.match(r"/start(?:\s+(\S+))?\s*$", words)
        if start and not edits:
            return Opened("start", start.group(1) or "")
        command = words.startswith(("/", "／"))
        sent_at = message.date if edits else None
        return Said(words, message=str(message.message_id), edits=edits, command=command, sent_at=sent_at)

    # Buttons and reactions ---------------------------------------------------------------------------------------

    def press(self, query: CallbackQuery) -> Iterator[Item]:
        data, on = query.data or "", query.message
        # A forged handle may be anything; the store is asked only for what could be one.
        handle = data if _HANDLE.fullmatch(data) else "-"
        # A client waits for its answer also where there is no message to speak of (a game, an inline message).
        chat = on.chat if on else Chat(query.from_user.id, ChatType.PRIVATE)
        act = Pressed(handle, str(on.message_id) if on else "", _quotes(on))
        yield replace(self._heard(act, query.from_user, chat, on), query=query.id, data=data)

    def reaction(self, update: MessageReactionUpdated) -> Iterator[Item]:
        if update.user is None or update.user.is_bot:
            return
        old, new = _emoji(update.old_reaction), _emoji(update.new_reaction)
        changes = [(one, False) for one in old if one not in new] + [
            (one, True) for one in new if one not in old
        ]
        for number, (emoji, added) in enumerate(changes):
            act = Reacted(str(update.message_id), emoji, added)
            heard = self._heard(act, update.user, update.chat, None)
            delivery = f"{self.delivery}:{number}" if number else self.delivery
            yield replace(heard, incoming=replace(heard.incoming, delivery=delivery))

    # Coming and going --------------------------------------------------------------------------------------------

    def membership(self, update: ChatMemberUpdated) -> Iterator[Item]:
        gone = update.new_chat_member.status in (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)
        if _is_shared(update.chat):
            yield _place(update.chat, gone=gone)
        else:
            yield self._heard(Left(back=not gone), update.from_user, update.chat, None)

    # What all have -----------------------------------------------------------------------------------------------

    def _heard(self, act: Act, user: User, chat: Chat, message: object) -> Heard:
        seen = message if isinstance(message, Message) else None
        thread = _thread(seen) if seen else None
        incoming = Incoming(
            delivery=self.delivery,
            platform=PLATFORM,
            sender=Sender(
                external_id=str(user.id),
                member=not user.is_bot,
                username=user.username or "",
                # A private chat has the number of its person: a button that was pressed in another's is no address.
                address=str(chat.id) if chat.id == user.id else "",
            ),
            where=Where(
                kind="channel" if _is_shared(chat) else "private",
                id=str(chat.id),
                name=clean(chat.title or ""),
                thread=str(thread or ""),
                shared=_is_shared(chat),
            ),
            act=act,
            at=self.at,
            interviews=True,
        )
        return Heard(
            incoming,
            chat=chat.id,
            message=getattr(message, "message_id", None),
            thread=thread,
            editable=seen is not None and (seen.text is not None or bool(seen.photo)),
            is_picture=seen is not None and bool(seen.photo),
            rows=seen.reply_markup.inline_keyboard if seen and seen.reply_markup else (),
            speaks="zh" if (user.language_code or "").startswith("zh") else "en",
        )


def spoken(message: Message) -> str:
    """The words of a message, a mention of somebody without a user name marked by their id."""
    words = (message.text or message.caption or "").translate(_MARKS)
    units = words.encode("utf-16-le", "surrogatepass")
    entities = message.entities if message.text else message.caption_entities
    for entity in sorted(entities, key=lambda entity: entity.offset, reverse=True):
        if entity.type == MessageEntityType.TEXT_MENTION and entity.user:
            marked = mention(str(entity.user.id), entity.user.full_name).encode("utf-16-le")
            start, end = 2 * entity.offset, 2 * (entity.offset + entity.length)
            units = units[:start] + marked + units[end:]
    return as_typed(units.decode("utf-16-le", "surrogatepass"))


def _quotes(message: object) -> bool:
    """Whether words of people stand in a message of ours."""
    entities = (*message.entities, *message.caption_entities) if isinstance(message, Message) else ()
    return any(entity.type in _QUOTED for entity in entities)


def _has_content(message: Message) -> bool:
    """Whether somebody sent it; service messages (who joined, what was pinned) say nothing to us, nor do the other
    pictures of an album, whose words stand under one of them."""
    if message.text or message.caption or message.document:
        return True
    return bool(message.effective_attachment) and not message.media_group_id


def _file(message: Message) -> Sent | None:
    document = message.document
    # A moving picture comes as a document too, for bots of before there were any (core.telegram.org/bots/api#message).
    if document is None or message.animation:
        return None
    return Sent(document.file_id, clean(document.file_name or "file"), document.file_size or 0)


def _is_shared(chat: Chat) -> bool:
    return chat.type != ChatType.PRIVATE


def _thread(message: Message) -> int | None:
    # In a group without topics the same field names the message that began a thread of answers.
    return message.message_thread_id if message.is_topic_message else None


def _place(chat: Chat, *, gone: bool, topic: str = "") -> Chore:
    where, name = str(chat.id), clean(chat.title or "")
    return Chore(lambda store: store.accounts.seen_place(PLATFORM, where, name, gone=gone, topic=topic))


def _emoji(reactions: object) -> list[str]:
    assert isinstance(reactions, list | tuple)
    return [reaction.emoji for reaction in reactions if isinstance(reaction, ReactionTypeEmoji)]
