"""People at their clients: they type, press and fill in on Slack, on Telegram and in the local chat, alone with Upbeat
or where everybody reads along."""

from __future__ import annotations

import contextlib
import html
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from tests.fakes.slack import ClientRefused, Message, View
from tests.fakes.slack_inputs import fields
from tests.fakes.slack_limits import elements
from tests.walks.canaries import slack_user
from tests.walks.surfaces import ALL_THERE, SLACK_CHANNEL, TELEGRAM_GROUP, House

WORDS = "the calm incident call"


@dataclass(frozen=True)
class Pressable:
    """A button that somebody was shown: its key, and how it is pressed."""

    key: str
    press: Callable[[], Awaitable[None]]


class Slack:
    """Slack, as its people use it."""

    name = "slack"
    channel: str | None = None
    """Where they are, if not in their private chat with Upbeat."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._slack = house.slack

    async def says(self, who: str, words: str) -> None:
        """A command."""
        command, _, rest = words.partition(" ")
        said = self._slack.command(slack_user(who), "/upbeat", f"{command[1:]} {rest}", channel=self.channel)
        await self._acked(who, said)

    async def talks(self, who: str, words: str) -> None:
        """Plain words, in the private chat."""
        await self._acked(who, self._slack.says(slack_user(who), words))

    async def opens(self, who: str, shortcut: str, *, on_message: bool) -> None:
        """A shortcut."""
        user = slack_user(who)
        if not on_message:
            await self._acked(who, self._slack.shortcut(user, shortcut))
            return
        other = slack_user(next(one for one in self._house.staff if one != who))
        said = self._slack.post(SLACK_CHANNEL, other, text=WORDS, by_bot=False)
        await self._acked(who, self._slack.message_shortcut(user, shortcut, said))

    async def goes_home(self, who: str) -> None:
        """The home screen."""
        await self._acked(who, self._slack.open_home(slack_user(who)))

    async def _acked(self, who: str, doing: Awaitable[Any]) -> None:
        ack = await doing
        in_public = isinstance(ack.body, dict) and ack.body.get("response_type") == "in_channel"
        readers = (*self._house.everybody, ALL_THERE) if in_public else (who,)
        self._house.note("slack acknowledgement", readers, json.dumps(ack.body, ensure_ascii=False))
        await self._house.settled()

    def shown(self, who: str) -> Iterator[Pressable]:
        """The buttons that somebody sees, newest first."""
        user = slack_user(who)
        home = self._slack.home(user)
        shown: list[Message | View] = [*self._slack.modal(user), *([home] if home else [])]
        posted = self._slack.messages(self.channel or self._slack.dm_channel(user), everything=True)
        shown += [m for m in reversed(posted) if m.by_bot and m.ephemeral_to in (None, user)][:3]
        for on in shown:
            if isinstance(on, Message) and on.deleted:
                continue
            for block in on.blocks:
                for element in elements(block):
                    if element.get("type") == "button" and element.get("value"):
                        yield Pressable(element["value"], self._press(who, on, block, element))

    def _press(self, who: str, on: Message | View, block: Any, element: Any) -> Callable[[], Awaitable[None]]:
        own = {"text": element["text"], "value": element["value"]}

        async def press() -> None:
            await self._acked(who, self._slack._act(slack_user(who), on, block, element, own))

        return press

    async def submits(self, who: str) -> bool:
        """Fill in the form that is open, and send it; False when there is none."""
        user = slack_user(who)
        stack = self._slack.modal(user)
        if not stack or "submit" not in stack[-1].content:
            stack.clear()
            return False
        with contextlib.suppress(ClientRefused, LookupError, ValueError):
            given = {
                block["block_id"]: WORDS
                for block, element in fields(stack[-1].blocks)
                if _takes_words(element)
            }
            await self._acked(who, self._slack.submit(user, given))
        stack.clear()
        return True


class SlackChannel(Slack):
    """The same in a channel."""

    name = "slack channel"
    channel = SLACK_CHANNEL

    async def talks(self, who: str, words: str) -> None:
        """Words that name Upbeat."""
        await self._acked(who, self._slack.mentions(slack_user(who), SLACK_CHANNEL, words))


def _takes_words(element: dict[str, Any]) -> bool:
    return element["type"] == "plain_text_input" and not element.get("initial_value")


class Telegram:
    """Telegram, as its people use it."""

    name = "telegram"
    group: int | None = None
    """Where they are, if not in their private chat with Upbeat."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._fake = house.telegram

    async def says(self, who: str, words: str) -> None:
        """A command."""
        await self.talks(who, words if words.startswith("/upbeat") else f"/upbeat {words[1:]}")

    async def talks(self, who: str, words: str) -> None:
        """Plain words, which also answer the question of an interview."""
        await self._fake.says(self._house.numbers[who], words, self.group)
        await self._house.settled()

    async def opens(self, who: str, shortcut: str, *, on_message: bool) -> None:
        """There are none."""

    async def goes_home(self, who: str) -> None:
        """What one sees first."""
        await self.talks(who, "/start")

    def shown(self, who: str) -> Iterator[Pressable]:
        """The buttons that somebody sees, newest first."""
        number = self._house.numbers[who]
        seen = self._fake.chat(self.group or number)
        for message in [message for message in seen if message.from_bot][:-4:-1]:
            for row in (message.reply_markup or {}).get("inline_keyboard", []):
                for button in row:
                    if "callback_data" in button:
                        yield Pressable(
                            button["callback_data"],
                            self._press(number, button["callback_data"], message.message_id),
                        )

    def _press(self, number: int, data: str, message: int) -> Callable[[], Awaitable[None]]:
        async def press() -> None:
            with contextlib.suppress(LookupError):  # it is gone meanwhile
                await self._fake.presses(number, data, message, self.group)
            await self._house.settled()

        return press

    async def submits(self, who: str) -> bool:
        """Answer the question that is asked, if one is."""
        return False


class TelegramGroup(Telegram):
    """The same in a group, where everybody reads along."""

    name = "telegram group"
    group = TELEGRAM_GROUP

    async def talks(self, who: str, words: str) -> None:
        """Words that name Upbeat, and so begin a command."""
        await super().talks(who, words if words.startswith("/") else f"@{self._fake.bot_username} {words}")


class Web:
    """The local chat, as its people use it."""

    name = "web"

    def __init__(self, house: House) -> None:
        self._house = house
        self._last: dict[str, str] = {}
        self._keys = 0
        self._view = f"with/{house.staff['ivan']}"  # a short page: what is heard there is not kept

    async def says(self, who: str, words: str) -> None:
        """A command."""
        await self._posts(who, "say", words=words)

    talks = says

    async def opens(self, who: str, shortcut: str, *, on_message: bool, message: str = "") -> None:
        """A shortcut."""
        await self._posts(who, "open", shortcut=shortcut, message=message)

    async def reacts(self, who: str, message: str) -> None:
        """An emoji under a message of a channel."""
        await self._posts(who, "react", view="in/general", message=message, emoji="tada")

    async def goes_home(self, who: str) -> None:
        """The home screen."""
        await self.gets(who, f"/as/{who}/home")

    async def gets(self, who: str, path: str, **headers: str) -> httpx.Response:
        """Look at a page, under somebody's address ("" for nobody's)."""
        answer = await self._house.browser.get(path, headers=headers)
        self._heard(who, answer)
        return answer

    async def listens(self, who: str) -> None:
        """Hear what changes, until nobody listens any more."""
        async with self._house.browser.stream("GET", f"/as/{who}/events") as answer:
            async for chunk in answer.aiter_bytes():
                self._house.note("web events", (who,) if who in self._house.staff else (), chunk)

    async def _posts(self, who: str, deed: str, **fields: Any) -> None:
        self._keys += 1
        data = {"view": self._view, "key": f"k{self._keys}", **fields}
        self._heard(who, await self._house.browser.post(f"/as/{who}/{deed}", data=data))
        await self._house.settled()

    def _heard(self, who: str, answer: httpx.Response) -> None:
        head = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
        active = (who,) if who in self._house.staff else ()
        self._house.note(
            f"web {answer.request.url.path.rpartition('/')[2]}", active, head.encode() + answer.content
        )
        self._last[who] = answer.text if "html" in answer.headers.get("content-type", "") else ""

    def shown(self, who: str) -> Iterator[Pressable]:
        """The buttons of the last page, newest first."""
        for handle in reversed(re.findall(r'data-handle="([^"]+)"', self._last.get(who, ""))):
            yield Pressable(handle, self._press(who, handle))

    def _press(self, who: str, handle: str) -> Callable[[], Awaitable[None]]:
        async def press() -> None:
            await self._posts(who, "press", handle=handle)

        return press

    async def submits(self, who: str) -> bool:
        """Fill in the form of the drawer, and send it; False when there is none."""
        page = self._last.get(who, "")
        draft = re.search(r'name="draft" value="([^"]+)"', page)
        if not draft:
            return False
        asked = re.findall(r'name="asked" value="([^"]+)"', page)
        given = {f"q-{html.unescape(name)}": WORDS for name in asked}
        await self._posts(who, "form", draft=draft.group(1), asked=asked, **given)
        return True
