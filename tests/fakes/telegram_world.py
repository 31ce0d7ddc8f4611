"""What the fake Telegram knows: people, groups, their messages, files; and how each looks in JSON."""

import itertools
import time
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from .telegram_html import Entity, cut
from .telegram_spec import bad

Json = dict[str, Any]
RIGHTS = [
    *("can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats"),
    *("can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users"),
    *("can_post_stories", "can_edit_stories", "can_delete_stories"),
]


@dataclass
class User:
    id: int
    first_name: str
    username: str | None = None
    language_code: str = "en"
    is_bot: bool = False
    started: bool = False  # pressed Start: the bot may write
    blocked: bool = False

    def json(self) -> Json:
        shown = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.username:
            shown["username"] = self.username
        return shown if self.is_bot else {**shown, "language_code": self.language_code}


@dataclass
class Group:
    id: int
    title: str
    members: set[int]
    topics: bool = False
    supergroup: bool = True
    admins: set[int] = field(default_factory=set)
    bot_status: str = "member"  # or administrator, left, kicked
    migrated_to: int | None = None
    threads: set[int] = field(default_factory=set)

    @property
    def type(self) -> str:
        return "supergroup" if self.supergroup else "group"

    def json(self) -> Json:
        shown: Json = {"id": self.id, "type": self.type, "title": self.title}
        return {**shown, "is_forum": True} if self.topics else shown


@dataclass
class Message:
    """One message in a chat. `html` is as sent, `text` as read (of a file: its caption)."""

    chat_id: int
    message_id: int
    sender: User
    html: str
    text: str
    entities: list[Entity] = field(default_factory=list)  # made by the markup
    found: list[Entity] = field(default_factory=list)  # made by Telegram: mention, bot_command, url
    reply_markup: Json | None = None
    thread_id: int | None = None
    reply_to: int | None = None
    kind: str = "text"  # or photo, document, service
    file_id: str | None = None
    filename: str | None = None
    service: Json = field(default_factory=dict)
    options: Json = field(default_factory=dict)  # the other arguments of the request
    before: list[str] = field(default_factory=list)  # its html before each edit
    deleted: bool = False
    reactions: dict[int, list[str]] = field(default_factory=dict)
    date: int = field(default_factory=lambda: int(time.time()))

    @property
    def from_bot(self) -> bool:
        return self.sender.is_bot

    @property
    def edited(self) -> int:
        """How often."""
        return len(self.before)

    @property
    def mentions(self) -> list[str]:
        """The `@names` in it that would ping somebody."""
        return [cut(self.text, e) for e in [*self.entities, *self.found] if "mention" in e["type"]]

    @property
    def links(self) -> list[str]:
        """The addresses behind its links, also those that Telegram made of plain text."""
        written = [e["url"] for e in self.entities if e["type"] == "text_link"]
        return written + [cut(self.text, e) for e in self.found if e["type"] == "url"]

    @property
    def buttons(self) -> list[list[tuple[str, str]]]:
        """Rows of (text, callback data or address or, for a button of another kind, its JSON)."""
        rows = (self.reply_markup or {}).get("inline_keyboard", [])
        return [[(b["text"], b.get("callback_data") or b.get("url") or str(b)) for b in row] for row in rows]

    @property
    def keyboard(self) -> list[list[str]]:
        """The rows of a keyboard that replaces the person's own."""
        rows = (self.reply_markup or {}).get("keyboard", [])
        return [[b if isinstance(b, str) else b["text"] for b in row] for row in rows]


@dataclass
class File:
    file_id: str
    filename: str
    content: bytes
    kind: str

    def json(self) -> Json:
        shown = {
            "file_id": self.file_id,
            "file_unique_id": "u" + self.file_id,
            "file_size": len(self.content),
        }
        if self.kind == "photo":
            return {**shown, "width": 640, "height": 480}
        return {**shown, "file_name": self.filename}

    @property
    def path(self) -> str:
        return f"{self.kind}s/{self.file_id}{PurePath(self.filename).suffix}"


class World:
    """The people, groups, messages and files; raises Telegram's own errors for what is not there."""

    def __init__(self, bot: User) -> None:
        self.bot = bot
        self.users: dict[int, User] = {}
        self.groups: dict[int, Group] = {}
        self.messages: dict[int, list[Message]] = {}
        self.files: dict[str, File] = {}
        self._shared_ids = itertools.count(1)  # private chats and basic groups share one sequence
        self._own_ids: dict[int, itertools.count[int]] = {}  # a supergroup has its own
        self._file_ids = itertools.count(1)

    @property
    def usernames(self) -> set[str]:
        return {u.username.lower() for u in [*self.users.values(), self.bot] if u.username}

    def chat(self, chat_id: object) -> User | Group:
        """The chat that a bot names."""
        found = self.users.get(chat_id) or self.groups.get(chat_id) if isinstance(chat_id, int) else None
        if found is None:
            raise bad("chat not found")
        return found

    def chat_json(self, chat_id: int) -> Json:
        chat = self.chat(chat_id)
        if isinstance(chat, Group):
            return chat.json()
        shown = {"id": chat.id, "type": "private", "first_name": chat.first_name}
        return {**shown, "username": chat.username} if chat.username else shown

    def next_message_id(self, chat_id: int) -> int:
        group = self.groups.get(chat_id)
        if group is None or not group.supergroup:
            return next(self._shared_ids)
        return next(self._own_ids.setdefault(chat_id, itertools.count(1)))

    def add(self, message: Message) -> Message:
        self.messages.setdefault(message.chat_id, []).append(message)
        return message

    def message(self, chat_id: int, message_id: int) -> Message | None:
        found = (m for m in self.messages.get(chat_id, []) if m.message_id == message_id and not m.deleted)
        return next(found, None)

    def keep(self, filename: str, content: bytes, kind: str) -> File:
        file = File(f"FILE{next(self._file_ids):04d}", filename, content, kind)
        self.files[file.file_id] = file
        return file

    def message_json(self, message: Message, *, with_reply: bool = True) -> Json:
        shown: Json = {
            "message_id": message.message_id,
            "date": message.date,
            "chat": self.chat_json(message.chat_id),
            "from": message.sender.json(),
            **message.service,
            **self._content_json(message),
        }
        if message.before:
            shown["edit_date"] = int(time.time())
        if message.thread_id is not None:
            shown |= {"message_thread_id": message.thread_id, "is_topic_message": True}
        if "inline_keyboard" in (message.reply_markup or {}):
            shown["reply_markup"] = message.reply_markup
        if with_reply and (reply := self._reply_json(message)):
            shown["reply_to_message"] = reply
        return shown

    def _content_json(self, message: Message) -> Json:
        if message.kind == "service":
            return {}
        text, entities = ("text", "entities") if message.kind == "text" else ("caption", "caption_entities")
        shown: Json = {text: message.text} if message.text else {}
        special = sorted([*message.entities, *message.found], key=lambda e: (e["offset"], -e["length"]))
        if special:
            shown[entities] = [self._entity_json(entity) for entity in special]
        if message.file_id:
            file = self.files[message.file_id].json()
            shown[message.kind] = [file] if message.kind == "photo" else file
        return shown

    def _entity_json(self, entity: Entity) -> Entity:
        """A mention by id carries its whole user."""
        user = self.users.get(entity.get("user", {}).get("id"))
        return {**entity, "user": user.json()} if user else entity

    def _reply_json(self, message: Message) -> Json | None:
        if message.reply_to is not None:
            original = self.message(message.chat_id, message.reply_to)
            return self.message_json(original, with_reply=False) if original else None
        if message.thread_id is None:
            return None
        # In a topic, whatever answers nothing answers the message that opened the topic.
        return {
            "message_id": message.thread_id,
            "date": message.date,
            "chat": self.chat_json(message.chat_id),
            "message_thread_id": message.thread_id,
            "is_topic_message": True,
            "forum_topic_created": {"name": f"Topic {message.thread_id}", "icon_color": 7322096},
        }

    def member_json(self, group: Group, user: User) -> Json:
        status = self.status(group, user)
        shown: Json = {"status": status, "user": user.json()}
        if status == "administrator":
            return {**shown, **dict.fromkeys(RIGHTS, False), "can_manage_chat": True}
        return {**shown, "until_date": 0} if status == "kicked" else shown

    def status(self, group: Group, user: User) -> str:
        if user is self.bot:
            return group.bot_status
        if user.id in group.admins:
            return "administrator"
        return "member" if user.id in group.members else "left"
