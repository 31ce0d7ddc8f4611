"""People at their Telegram clients: they write, press, react, block and leave; the bot gets updates."""

import itertools
import time

from .telegram_html import Parsed, cut, found_in, plain
from .telegram_methods import BotMethods
from .telegram_queue import UpdateQueue
from .telegram_world import Group, Json, Message, User, World

MIGRATED = "the group's id changed; a supergroup does not migrate: add_group(..., supergroup=False)"


class People:
    """What a test lets people do. Private chats are meant where no `chat_id` is given."""

    world: World
    queue: UpdateQueue
    methods: BotMethods

    def __init__(self) -> None:
        self._query_ids = itertools.count(4_000_001)

    async def says(
        self,
        user_id: int,
        text: str,
        chat_id: int | None = None,
        thread_id: int | None = None,
        reply_to: int | None = None,
    ) -> int:
        """Sends a text; returns its message id. In a group, privacy mode decides whether the bot hears it."""
        message = self._compose(user_id, plain(text), chat_id, thread_id, reply_to)
        return await self._hear("message", message)

    async def edits(self, user_id: int, message_id: int, new_text: str, chat_id: int | None = None) -> None:
        message = self._find(chat_id or user_id, message_id)
        if message.sender.id != user_id:
            raise ValueError(f"message {message_id} is not {user_id}'s")
        parsed = plain(new_text)
        message.before.append(message.html)
        message.html, message.text = new_text, parsed.text
        message.found = found_in(parsed, self.world.usernames)
        await self._hear("edited_message", message)

    async def edits_before(self, user_id: int, text: str, new_text: str) -> None:
        """Sends a text and edits it, and the edit arrives first."""
        message = self._compose(user_id, plain(text), None, None, None)
        late = self.world.message_json(message)
        await self.edits(user_id, message.message_id, new_text)
        await self.queue.put("message", late)

    async def sends_document(
        self, user_id: int, filename: str, content: bytes, chat_id: int | None = None, caption: str = ""
    ) -> int:
        message = self._compose(user_id, plain(caption), chat_id, None, None, kind="document")
        message.file_id, message.filename = self.world.keep(filename, content, "document").file_id, filename
        return await self._hear("message", message)

    def _compose(
        self,
        user_id: int,
        parsed: Parsed,
        chat_id: int | None,
        thread_id: int | None,
        reply_to: int | None,
        kind: str = "text",
    ) -> Message:
        user, chat = self._present(user_id, chat_id)
        if kind == "text" and not 0 < len(parsed.text) <= 4096:
            raise ValueError("a client sends 1 to 4096 characters at once")
        if thread_id is not None:
            if not isinstance(chat, Group) or not chat.topics:
                raise ValueError(f"{chat_id} has no topics")
            chat.threads.add(thread_id)
        if isinstance(chat, User):
            user.started = True
        found = found_in(parsed, self.world.usernames)
        found = [entity for entity in found if self._addressed_here(cut(parsed.text, entity))]
        message_id = self.world.next_message_id(chat.id)
        message = Message(chat.id, message_id, user, parsed.text, parsed.text, found=found, kind=kind)
        message.thread_id, message.reply_to = thread_id, reply_to
        return self.world.add(message)

    def _addressed_here(self, words: str) -> bool:
        """Whether it is not a command with a name that nobody has."""
        return "@" not in words.lstrip("@") or words.split("@")[1].lower() in self.world.usernames

    def _present(self, user_id: int, chat_id: int | None) -> tuple[User, User | Group]:
        """The person and the chat, if the person can write there."""
        user = self.world.users[user_id]
        if chat_id is None or chat_id == user_id:
            if user.blocked:
                raise ValueError(f"{user.first_name} blocked the bot: unblocks_bot first")
            return user, user
        group = self.world.groups[chat_id]
        if user_id not in group.members:
            raise ValueError(f"{user.first_name} is not in {group.title}")
        return user, group

    async def _hear(self, kind: str, message: Message) -> int:
        shown = self.world.message_json(message)
        if self._is_heard(message):
            await self.queue.put(kind, shown)
        else:
            self.queue.unheard.append({kind: shown})
        return message.message_id

    def _is_heard(self, message: Message) -> bool:
        group = self.world.groups.get(message.chat_id)
        if group is None:
            return True
        if group.bot_status not in ("member", "administrator"):
            return False
        if not self.methods.privacy_mode or group.bot_status == "administrator" or message.kind == "service":
            return True
        answered = self.world.message(message.chat_id, message.reply_to) if message.reply_to else None
        name = f"@{self.world.bot.username}".lower()
        special = [cut(message.text, e).lower() for e in message.found if e["type"] != "url"]
        commands = [w for w in special if w.startswith("/") and ("@" not in w or w.endswith(name))]
        return bool(commands) or name in special or bool(answered and answered.from_bot)

    # Buttons

    async def presses(
        self, user_id: int, text_or_data: str, message_id: int | None = None, chat_id: int | None = None
    ) -> str | None:
        """Presses the newest button with that text or data; returns the callback query's id.

        A button of a reply keyboard says its text instead. Raises LookupError where there is no such button.
        """
        where = chat_id or user_id
        for message in reversed(self.world.messages.get(where, [])):
            if message.deleted or message_id not in (None, message.message_id):
                continue
            for button in (b for row in (message.reply_markup or {}).get("inline_keyboard", []) for b in row):
                if text_or_data in (button["text"], button.get("callback_data")):
                    if "callback_data" not in button:
                        raise LookupError(f"{text_or_data!r} is a link: {button}")
                    return await self._press(user_id, message, button["callback_data"])
            if any(text_or_data in row for row in message.keyboard):
                await self.says(user_id, text_or_data, chat_id)
                return None
        seen = [m.buttons for m in self.world.messages.get(where, []) if m.buttons and not m.deleted]
        raise LookupError(f"no button {text_or_data!r} in chat {where}; there are {seen}")

    async def presses_raw(self, user_id: int, data: str, message_id: int, chat_id: int | None = None) -> str:
        """A forged press: any data, on any message."""
        return await self._press(user_id, self._find(chat_id or user_id, message_id), data)

    async def presses_nowhere(self, user_id: int, **more: Json | str) -> str:
        """A press of which a bot sees no message, or one in a chat that is not the presser's."""
        return await self._pressed(user_id, "0", more)

    async def _press(self, user_id: int, message: Message, data: str) -> str:
        self._present(user_id, message.chat_id)
        more: Json = {"message": self.world.message_json(message), "data": data}
        return await self._pressed(user_id, str(message.chat_id), more)

    async def _pressed(self, user_id: int, chat_instance: str, more: Json) -> str:
        query: Json = {
            "id": str(next(self._query_ids)),
            "from": self.world.users[user_id].json(),
            "chat_instance": chat_instance,
            **more,
        }
        if await self.queue.put("callback_query", query) is not None:
            self.methods.queries[query["id"]] = query
        return str(query["id"])

    async def reacts(self, user_id: int, message_id: int, emoji: str, chat_id: int | None = None) -> None:
        """Puts one emoji; an empty one takes it away. In groups only an administrator bot hears it."""
        user, chat = self._present(user_id, chat_id)
        message = self._find(chat.id, message_id)
        old, message.reactions[user_id] = message.reactions.get(user_id, []), [emoji] if emoji else []
        content: Json = {
            "chat": self.world.chat_json(chat.id),
            "message_id": message_id,
            "user": user.json(),
            "date": int(time.time()),
            "old_reaction": [{"type": "emoji", "emoji": e} for e in old],
            "new_reaction": [{"type": "emoji", "emoji": e} for e in message.reactions[user_id]],
        }
        if isinstance(chat, Group) and chat.bot_status != "administrator":
            self.queue.unheard.append({"message_reaction": content})
        else:
            await self.queue.put("message_reaction", content)

    def _find(self, chat_id: int, message_id: int) -> Message:
        message = self.world.message(chat_id, message_id)
        if message is None:
            raise LookupError(f"no message {message_id} in chat {chat_id}")
        return message

    # Coming and going

    async def blocks_bot(self, user_id: int) -> None:
        await self._change_private(user_id, blocked=True)

    async def unblocks_bot(self, user_id: int) -> None:
        await self._change_private(user_id, blocked=False)

    async def _change_private(self, user_id: int, *, blocked: bool) -> None:
        user = self.world.users[user_id]
        old, new = ("member", "kicked") if blocked else ("kicked", "member")
        user.blocked = blocked
        await self._membership(user, self.world.chat_json(user_id), old, new)

    async def joins(self, chat_id: int, by: int, *, admin: bool = False) -> None:
        """Somebody adds the bot to a group, or makes it an administrator there."""
        await self._change_group(chat_id, by, "administrator" if admin else "member")

    async def leaves(self, chat_id: int, by: int) -> None:
        """Somebody removes the bot from a group."""
        await self._change_group(chat_id, by, "kicked" if self.world.groups[chat_id].supergroup else "left")

    async def _change_group(self, chat_id: int, by: int, status: str) -> None:
        group, user = self.world.groups[chat_id], self.world.users[by]
        old, group.bot_status = group.bot_status, status
        await self._membership(user, group.json(), old, status)
        if old in ("left", "kicked"):
            await self._service(chat_id, user, {"new_chat_members": [self.world.bot.json()]})

    async def _membership(self, by: User, chat: Json, old: str, new: str) -> None:
        group = Group(0, "", set())
        shown = []
        for status in (old, new):
            group.bot_status = status
            shown.append(self.world.member_json(group, self.world.bot))
        content = {"chat": chat, "from": by.json(), "date": int(time.time())}
        await self.queue.put(
            "my_chat_member", {**content, "old_chat_member": shown[0], "new_chat_member": shown[1]}
        )

    async def migrate(self, old_id: int, new_id: int) -> None:
        """A basic group becomes a supergroup with another id; its old id refuses from now on."""
        old = self.world.groups[old_id]
        if old.supergroup:
            raise ValueError(MIGRATED)
        new = Group(new_id, old.title, old.members, admins=old.admins, bot_status=old.bot_status)
        self.world.groups[new_id] = new
        by = self.world.users[next(iter(old.members))]
        # That the bot has left the old one is never said (github.com/tdlib/telegram-bot-api/issues/266).
        await self._membership(by, new.json(), "left", new.bot_status)
        await self._service(old_id, by, {"migrate_to_chat_id": new_id})
        old.migrated_to = new_id
        await self._service(new_id, by, {"migrate_from_chat_id": old_id})

    async def _service(self, chat_id: int, by: User, service: Json) -> None:
        message_id = self.world.next_message_id(chat_id)
        message = Message(chat_id, message_id, by, "", "", kind="service", service=service)
        await self._hear("message", self.world.add(message))
