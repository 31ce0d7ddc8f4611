"""Telegram's updates, made from its reference and bent, through the webhook: parsing, the one path, the answer."""

from __future__ import annotations

import json
from typing import Any

from telegram.request import BaseRequest, RequestData

from bot.telegram.client import KINDS
from bot.telegram.platform import TelegramPlatform
from handlers.kit.dispatch import Core
from tests.company import PEOPLE, Chat
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_html import found_in, parse_html
from tests.fakes.telegram_limits import check
from tests.fakes.telegram_spec import Refused, Upload, checked
from tests.hostile.asgi import posted
from tests.hostile.bending import Dice, shapes
from tests.hostile.sweep import Tally, keys
from tests.studio import STUDIO
from tests.walks.test_drawing import USERNAMES

SECRET = "a-Secret_1"
PATH = "/telegram/webhook"
GROUP = -100200
USERS = {7 + number: who for number, who in enumerate(PEOPLE)}
STRANGER, BOT = 66, 77
ALIVE = ("text_link", "text_mention", "mention", "url", "email")
FORGED = ("callback_query_id", "query is too old", "getFile: no file", "no topic")
"""What Telegram says to us because it was not Telegram who had sent it."""


class Line(BaseRequest):
    """Telegram's side of the line without a network: it refuses what Telegram refuses; nothing may be alive."""

    def __init__(self) -> None:
        self.fake = FakeTelegram()
        self.calls = 0
        self.broken: list[str] = []

    @property
    def read_timeout(self) -> float:
        return 1.0

    async def initialize(self) -> None:
        """Nothing is open."""

    async def shutdown(self) -> None:
        """Nothing is open."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, **_: Any
    ) -> tuple[int, bytes]:
        name = url.rpartition("/")[2]
        self.calls += 1
        try:
            result = await self._answered(name, request_data)
        except Refused as refused:
            if refused.broken:
                self.broken.append(f"refused by Telegram: {refused.broken[:200]}")
            return refused.code, json.dumps(refused.body()).encode()
        return 200, json.dumps({"ok": True, "result": result}).encode()

    async def _answered(self, name: str, sent: RequestData | None) -> Any:
        args: dict[str, Any] = dict(sent.json_parameters) if sent else {}
        for field, (filename, content, kind) in (sent.multipart_data or {}).items() if sent else ():
            args[field] = Upload(filename, content, kind)
        args = checked(name, args)
        check(name, args)
        words = args.get("text") or args.get("caption") or ""
        if args.get("parse_mode"):
            parsed = parse_html(words)
            alive = [entity for entity in found_in(parsed, USERNAMES) if entity["type"] in ALIVE]
            assert not alive, f"alive in {parsed.text[:200]!r}"
        return await getattr(self.fake.methods, name)(args)


async def open_line(chat: Chat) -> tuple[TelegramPlatform, Line]:
    """A platform of ours with a line to a Telegram in which the company's people are, a stranger and another bot."""
    line = Line()
    for number, who in USERS.items():
        line.fake.add_user(number, who.title(), who, "zh-hans" if who == "chen" else "en").started = True
        chat.change(
            lambda store, number=number, who=who: store.accounts.link(
                chat.ids[who], "telegram", str(number), who, str(number)
            )
        )
    line.fake.add_user(STRANGER, "Mallory", "mallory").started = True
    line.fake.add_group(GROUP, "Engines", [*USERS, STRANGER])
    core = Core(chat.database, chat.core.features)
    platform = TelegramPlatform(
        core, token=line.fake.token, public_url="https://upbeat.example", webhook_secret=SECRET, studio=STUDIO
    )
    platform._client._request = (line, line)
    await platform.start()
    return platform, line


async def hostile_telegram(chat: Chat, tally: Tally, cases: int, seed: int) -> None:
    """Bent updates. Each is answered 200, or 400 when it is none; seen again it changes nothing and breaks nothing."""
    platform, line = await open_line(chat)
    hearing = platform._hearing
    assert hearing
    updates = Updates(chat)
    headers = {"x-telegram-bot-api-secret-token": SECRET}
    for number in range(cases):
        dice = Dice(seed * 1_000_000 + number, known=updates.ids)
        body = json.dumps(updates.made(dice, number)).encode()
        body = body[: len(body) // 2] if dice.often(0.005) else body
        for _ in range(2 if dice.often(0.03) else 1):
            status = await posted(platform.doors[PATH], PATH, body, headers)
            tally.outcomes[str(status)] += 1
            if status >= 500:
                tally.broken.append(f"case {dice.seed}: {status}")
        if number % 50 == 0:
            await hearing._mouths.finish(60)
    await hearing.finish(60)
    await platform.stop()
    tally.broken += [problem for problem in line.broken if not any(words in problem for words in FORGED)]
    assert line.calls > cases / 5


class Updates:
    """Updates that mean something here, and are then bent."""

    def __init__(self, chat: Chat) -> None:
        self.keys = keys(chat)
        self.types = shapes("telegram/types.json")
        self.ids: list[Any] = [*USERS, *map(str, USERS), STRANGER, GROUP, *self.keys[:50]]

    def made(self, dice: Dice, number: int) -> Any:
        kinds = KINDS if dice.often(0.93) else [name for name in self.types["Update"] if name != "update_id"]
        kind = dice.one(kinds)
        made = dice.bent(self._of(dice, self.types["Update"][kind][0], 0))
        if isinstance(made, dict) and dice.often(0.95):
            made.update(self._known(dice, kind, made))
        return (
            {"update_id": number + 1, kind: made}
            if dice.often(0.99)
            else dice.bent({kind: made, "update_id": number})
        )

    def _known(self, dice: Dice, kind: str, made: dict[str, Any]) -> dict[str, Any]:
        """What is put in after the bending, so that most updates are heard."""
        user = self._user(dice)
        chat = {"id": user["id"], "type": "private", "first_name": "x"}
        if dice.often(0.3):
            chat = {"id": GROUP, "type": "supergroup", "title": dice.words()[:200]}
        if kind == "callback_query":
            key = dice.one(self.keys) if dice.often(0.8) else str(dice.id())
            ours = {"id": 4242, "is_bot": True, "first_name": "Upbeat"}
            on = {"message_id": 5, "date": 1_790_000_000, "chat": chat, "from": ours, "text": "x"}
            return {
                "id": str(dice.chance.random()),
                "from": user,
                "chat_instance": "1",
                "data": key,
                "message": on,
            }
        known: dict[str, Any] = {"chat": chat, "date": 1_790_000_000, "message_id": dice.one((1, 2, 3))}
        if kind == "message_reaction":
            emoji = {"type": "emoji", "emoji": dice.one(("👏", "🎉", "x"))}
            return {**known, "user": user, "old_reaction": [], "new_reaction": [emoji]}
        if kind == "my_chat_member":
            status = dice.one(("member", "kicked", "left"))
            return (
                {"chat": chat, "from": user, "date": 1_790_000_000}
                if dice.often(0.5)
                else {
                    "chat": chat,
                    "from": user,
                    "date": 1,
                    "new_chat_member": {"user": user, "status": status, "until_date": 0},
                }
            )
        gone = ("migrate_to_chat_id", "via_bot", "sender_chat")
        for name in gone if dice.often(0.9) else ():
            made.pop(name, None)
        return {**known, "from": user, "text": dice.words()[:4096], "entities": self._entities(dice, user)}

    def _user(self, dice: Dice) -> dict[str, Any]:
        number = dice.one((*USERS, STRANGER))
        return {
            "id": number,
            "is_bot": dice.often(0.02),
            "first_name": "x",
            "username": USERS.get(number, "mallory"),
        }

    def _entities(self, dice: Dice, user: dict[str, Any]) -> list[dict[str, Any]]:
        if dice.often(0.7):
            return []
        kind = dice.one(("text_mention", "bot_command", "mention", "url", "spoiler", "nonsense"))
        return [
            {
                "type": kind,
                "offset": dice.one((0, 1, 9, 5000, -3)),
                "length": dice.one((0, 1, 4, 9999, -1)),
                "user": user,
            }
        ]

    def _of(self, dice: Dice, name: Any, depth: int) -> Any:
        """Something of one of Telegram's types."""
        if isinstance(name, list):
            return self._of(dice, dice.one(name), depth)
        if name.startswith("Array of "):
            return [self._of(dice, name.removeprefix("Array of "), depth) for _ in range(dice.one((0, 1, 2)))]
        if name in LEAVES:
            return LEAVES[name](dice)
        fields = self.types[name]
        if isinstance(fields, list):
            return self._of(dice, dice.one(fields), depth)
        share = 0.12 / (1 + depth)
        return {
            field: self._of(dice, kind, depth + 1)
            for field, (kind, required) in fields.items()
            if (required and depth < 6) or dice.often(share)
        }


LEAVES = {
    "Integer": lambda dice: dice.one((1, 60, 1_790_000_000)),
    "String": lambda dice: (
        dice.words()[:300] if dice.often(0.3) else dice.one(("x", "private", "emoji", "member"))
    ),
    "Boolean": lambda dice: dice.often(0.5),
    "True": lambda dice: True,
    "Float": lambda dice: dice.chance.random(),
    "Float number": lambda dice: dice.chance.random(),
    "InputFile": lambda dice: "x",
}
