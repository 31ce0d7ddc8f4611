"""What each method of the Bot API does to the fake's world, and what it answers."""

import json
from typing import Any

from .telegram_faults import migrated
from .telegram_html import Parsed, found_in
from .telegram_limits import DOWNLOAD_BYTES, check_upload, read_text
from .telegram_profile import BotProfile
from .telegram_queue import UpdateQueue, Webhook
from .telegram_spec import Refused, Upload, bad
from .telegram_world import Group, Json, Message, User, World

NOT_KEPT = {
    "chat_id",
    "text",
    "caption",
    "parse_mode",
    "entities",
    "caption_entities",
    "reply_markup",
    "photo",
}
UNCHANGED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


class BotMethods(BotProfile):
    """One function a method, named as Telegram names it; `args` have passed the checks."""

    def __init__(self, world: World, queue: UpdateQueue, *, privacy_mode: bool) -> None:
        super().__init__(world, privacy_mode=privacy_mode)
        self.queue = queue
        self.actions: list[tuple[int, str]] = []
        self.queries: dict[str, Json] = {}  # pressed, not answered
        self.answers: list[Json] = []

    # Updates

    async def getUpdates(self, args: Json) -> list[Json]:
        return await self.queue.poll(
            args.get("offset", 0), args.get("limit", 100), args.get("timeout", 0), args.get("allowed_updates")
        )

    async def setWebhook(self, args: Json) -> bool:
        if "allowed_updates" in args:
            self.queue.allowed = args["allowed_updates"]
        await self._drop_pending(args)
        webhook = Webhook(args["url"], args.get("secret_token", "")) if args["url"] else None
        await self.queue.connect(webhook)
        return True

    async def deleteWebhook(self, args: Json) -> bool:
        await self.queue.connect(None)
        await self._drop_pending(args)
        return True

    async def _drop_pending(self, args: Json) -> None:
        if args.get("drop_pending_updates"):
            self.queue.waiting.clear()
            await self.queue.changed()

    async def getWebhookInfo(self, args: Json) -> Json:
        webhook = self.queue.webhook
        return {
            "url": webhook.url if webhook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self.queue.waiting),
            "allowed_updates": self.queue.allowed,
        }

    # Writing

    async def sendMessage(self, args: Json) -> Json:
        return self._post(args, read_text("sendMessage", args, "text", 4096), {})

    async def sendPhoto(self, args: Json) -> Json:
        return self._post_file("sendPhoto", "photo", args)

    async def sendDocument(self, args: Json) -> Json:
        return self._post_file("sendDocument", "document", args)

    def _post_file(self, method: str, kind: str, args: Json) -> Json:
        caption = read_text(method, args, "caption", 1024)
        given = args[kind]
        self.writable(args["chat_id"])
        if isinstance(given, Upload):
            check_upload(method, given)
            file = self.world.keep(given.filename, given.content, kind)
        elif given in self.world.files:
            file = self.world.files[given]
        else:
            raise bad("wrong file identifier/HTTP URL specified", broken=f"{method}: no file {given!r}")
        return self._post(args, caption, {"kind": kind, "file_id": file.file_id, "filename": file.filename})

    def _post(self, args: Json, parsed: Parsed, content: Json) -> Json:
        chat_id = args["chat_id"]
        chat = self.writable(chat_id)
        message = Message(
            chat_id=chat_id,
            message_id=0,
            sender=self.world.bot,
            html=args.get("text") or args.get("caption") or "",
            text=parsed.text,
            entities=parsed.entities,
            found=found_in(parsed, self.world.usernames),
            reply_markup=args.get("reply_markup"),
            thread_id=self._thread(chat, args),
            reply_to=self._reply_to(chat_id, args),
            options={name: value for name, value in args.items() if name not in NOT_KEPT},
            **content,
        )
        message.message_id = self.world.next_message_id(chat_id)
        return self.world.message_json(self.world.add(message))

    def writable(self, chat_id: object) -> User | Group:
        """The chat, if the bot may write there. Raises what Telegram answers where it may not."""
        chat = self.world.chat(chat_id)
        if isinstance(chat, User):
            if chat.blocked:
                raise Refused(403, "Forbidden: bot was blocked by the user")
            if not chat.started:
                raise Refused(403, "Forbidden: bot can't initiate conversation with a user")
        elif chat.migrated_to is not None:
            raise migrated(chat.migrated_to)
        elif chat.bot_status == "kicked":
            raise Refused(403, f"Forbidden: bot was kicked from the {chat.type} chat")
        elif chat.bot_status == "left":
            raise Refused(403, f"Forbidden: bot is not a member of the {chat.type} chat")
        return chat

    def _thread(self, chat: User | Group, args: Json) -> int | None:
        thread_id: int | None = args.get("message_thread_id")
        if thread_id is not None and not (isinstance(chat, Group) and thread_id in chat.threads):
            raise bad("message thread not found", broken=f"no topic {thread_id} in {args['chat_id']}")
        return thread_id

    def _reply_to(self, chat_id: int, args: Json) -> int | None:
        reply = args.get("reply_parameters") or {}
        message_id: int | None = reply.get("message_id")
        if message_id is None or self.world.message(chat_id, message_id):
            return message_id
        if reply.get("allow_sending_without_reply"):
            return None
        raise bad("message to be replied not found")

    # Changing what was written

    async def editMessageText(self, args: Json) -> Json:
        message = self._own(args, "edit")
        if message.kind != "text":
            raise bad("there is no text in the message to edit", broken="editMessageText: not a text message")
        return self._edit(message, args, read_text("editMessageText", args, "text", 4096), "text")

    async def editMessageCaption(self, args: Json) -> Json:
        message = self._own(args, "edit")
        if message.kind == "text":
            raise bad(
                "there is no caption in the message to edit", broken="editMessageCaption: a text message"
            )
        return self._edit(message, args, read_text("editMessageCaption", args, "caption", 1024), "caption")

    async def editMessageMedia(self, args: Json) -> Json:
        """Of media, or of a text message, which then has media; a picture alone is served here."""
        message, media = self._own(args, "edit"), args["media"]
        caption = read_text("editMessageMedia", media, "caption", 1024)
        if not isinstance(media["media"], Upload):
            raise bad(
                "wrong file identifier/HTTP URL specified", broken="editMessageMedia: no file came along"
            )
        check_upload("sendPhoto", media["media"])
        known = self.world.files.get(message.file_id or "")
        file = self.world.keep(media["media"].filename, media["media"].content, "photo")
        is_other = known is None or known.content != file.content
        message.kind, message.file_id, message.filename = "photo", file.file_id, file.filename
        return self._edit(
            message, {**args, "caption": media.get("caption", "")}, caption, "caption", is_other=is_other
        )

    async def editMessageReplyMarkup(self, args: Json) -> Json:
        message = self._own(args, "edit")
        parsed = Parsed(message.text, message.entities)
        return self._edit(message, {**args, "html": message.html}, parsed, "html")

    def _edit(
        self, message: Message, args: Json, parsed: Parsed, name: str, *, is_other: bool = False
    ) -> Json:
        markup = args.get("reply_markup")
        old = (message.text, _canonical(message.entities), _canonical(message.reply_markup))
        if not is_other and old == (parsed.text, _canonical(parsed.entities), _canonical(markup)):
            raise bad(UNCHANGED)
        message.before.append(message.html)
        message.html, message.text, message.entities = args.get(name, ""), parsed.text, parsed.entities
        message.found, message.reply_markup = found_in(parsed, self.world.usernames), markup
        return self.world.message_json(message)

    def _own(self, args: Json, verb: str) -> Message:
        if "chat_id" not in args or "message_id" not in args:
            raise bad("message identifier is not specified", broken=f"{verb} needs chat_id and message_id")
        self.writable(args["chat_id"])
        message = self.world.message(args["chat_id"], args["message_id"])
        if message is None:
            raise bad(f"message to {verb} not found")
        if not message.from_bot:
            raise bad(
                f"message can't be {verb}ed", broken=f"{verb}: message {args['message_id']} is a person's"
            )
        return message

    async def deleteMessage(self, args: Json) -> bool:
        chat = self.writable(args["chat_id"])
        message = self.world.message(args["chat_id"], args["message_id"])
        if message is None:
            raise bad("message to delete not found")
        if not message.from_bot and isinstance(chat, Group):
            raise bad("message can't be deleted", broken="deleteMessage: a person's message in a group")
        message.deleted = True
        return True

    async def answerCallbackQuery(self, args: Json) -> bool:
        query = self.queries.pop(args["callback_query_id"], None)
        if query is None:
            raise bad(TOO_OLD)
        extra = {"text": "", "show_alert": False}
        self.answers.append({**extra, **args, "user_id": query["from"]["id"], "data": query.get("data", "")})
        return True

    async def setMessageReaction(self, args: Json) -> bool:
        self.writable(args["chat_id"])
        message = self.world.message(args["chat_id"], args["message_id"])
        if message is None:
            raise bad("message to react not found")
        message.reactions[self.world.bot.id] = [r.get("emoji", "") for r in args.get("reaction") or []]
        return True

    async def sendChatAction(self, args: Json) -> bool:
        self.writable(args["chat_id"])
        self.actions.append((args["chat_id"], args["action"]))
        return True

    # Looking

    async def getFile(self, args: Json) -> Json:
        file = self.world.files.get(args["file_id"])
        if file is None:
            raise bad("invalid file_id", broken=f"getFile: no file {args['file_id']!r}")
        if len(file.content) > DOWNLOAD_BYTES:
            raise bad("file is too big")
        shown = file.json()
        keep = ("file_id", "file_unique_id", "file_size")
        return {**{name: shown[name] for name in keep}, "file_path": file.path}

    async def getChat(self, args: Json) -> Json:
        self.world.chat(args["chat_id"])
        gifts = (
            "unlimited_gifts",
            "limited_gifts",
            "unique_gifts",
            "premium_subscription",
            "gifts_from_channels",
        )
        return {
            **self.world.chat_json(args["chat_id"]),
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys(gifts, False),
        }

    async def getChatMember(self, args: Json) -> Json:
        group = self.world.chat(args["chat_id"])
        user = (
            self.world.bot if args["user_id"] == self.world.bot.id else self.world.users.get(args["user_id"])
        )
        if user is None:
            raise bad("PARTICIPANT_ID_INVALID")
        if isinstance(group, User):
            return {"status": "member", "user": user.json()}
        return self.world.member_json(group, user)

    async def leaveChat(self, args: Json) -> bool:
        group = self.writable(args["chat_id"])
        if isinstance(group, User):
            raise bad(
                "chat member status can't be changed in private chats", broken="leaveChat: a private chat"
            )
        group.bot_status = "left"
        return True


def _canonical(value: Any) -> str:
    return json.dumps(value or None, sort_keys=True)
