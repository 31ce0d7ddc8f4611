"""One running Upbeat with Slack, Telegram and the local chat at once, and every byte that leaves it, with whose eyes it
is for."""

from __future__ import annotations

import asyncio
import contextlib
import html
import json
import logging
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import uvicorn
from sqlalchemy import event
from sqlmodel import col

from bot.app import App
from bot.logs import _Line
from bot.roles import Role
from bot.settings import Settings
from bot.slack.platform import SlackPlatform
from bot.telegram.platform import TelegramPlatform
from schedules.delivery import Delivery
from storage.store import Store
from storage.tables import Outgoing
from tests.fakes.slack import ClientRefused, FakeSlack, Message, View
from tests.fakes.slack_inputs import fields
from tests.fakes.slack_limits import elements
from tests.fakes.telegram import FakeTelegram
from tests.walks.canaries import slack_user
from tests.walks.tour import in_haste

WORDS = "the calm incident call"
NOBODY = ("",)
"""Who reads logs, metrics, what platforms are asked, and pages of strangers."""


@dataclass(frozen=True)
class Out:
    """Some bytes that left, through which surface, and before whose eyes they come: first names, "" for nobody of the
    company."""

    surface: str
    whose: tuple[str, ...]
    data: bytes


@dataclass(frozen=True)
class Pressable:
    """A button that somebody was shown: its key, and how it is pressed."""

    key: str
    press: Callable[[], Awaitable[None]]


@dataclass
class House:
    """Upbeat, its platforms and its people. `take` gives what left since it was asked last."""

    app: App
    slack: FakeSlack
    telegram: FakeTelegram
    url: str
    staff: dict[str, str]
    numbers: dict[str, int]
    browser: httpx.AsyncClient
    lines: list[str] = field(default_factory=list)
    _out: list[Out] = field(default_factory=list)
    _slack_calls: int = 0
    _telegram_calls: int = 0
    _sent: int = 0

    @property
    def everybody(self) -> tuple[str, ...]:
        return tuple(self.staff)

    def note(self, surface: str, readers: Sequence[str], data: bytes | str) -> None:
        """Something left."""
        made = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
        self._out.append(Out(surface, tuple(readers) or NOBODY, made))

    async def settled(self) -> None:
        """Wait until everything that follows an acknowledgement is done. Home screens are drawn anew when they like."""
        slack, telegram, _ = self.app.platforms
        assert isinstance(slack, SlackPlatform)
        assert isinstance(telegram, TelegramPlatform)
        while slack._tasks._running:
            await asyncio.wait(set(slack._tasks._running))
        while self.telegram.queue.waiting:  # noqa: ASYNC110 - it has no event for it
            await asyncio.sleep(0.001)
        assert telegram._hearing
        await telegram._hearing.finish(10)

    async def painted(self) -> None:
        """Wait for the home screens too."""
        await self.settled()
        painting = self.app.platforms[0]._painting._running  # type: ignore[attr-defined]
        while painting:
            await asyncio.wait(set(painting))

    async def deliver(self) -> None:
        """Send everything that waits, through one platform and then, as if it had not, through the next."""
        database = self.app.database
        waiting = await database.write(lambda store: {row.id for row in _of(store, "waiting")})
        for platform in self.app.platforms:
            await database.write(lambda store: _let_wait(store, waiting))
            speaker = platform.speaker
            speaker.buckets = lambda parcel: []  # type: ignore[method-assign]
            while waiting and await Delivery(self.app.core, [speaker], worker="test").deliver():
                pass
            await self.settled()

    def take(self) -> list[Out]:
        """What left since it was asked last."""
        for call in self.slack.calls[self._slack_calls :]:
            self._of_slack(call.method, call.args)
        self._slack_calls = len(self.slack.calls)
        for said in self.telegram.calls[self._telegram_calls :]:
            self._of_telegram(said.method, said.args)
        self._telegram_calls = len(self.telegram.calls)
        for line in self.lines:
            self.note("log", (), line)
        self.lines.clear()
        out, self._out = self._out, []
        return out

    # Who reads what is sent to a platform ---------------------------------------------------------------------

    def _of_slack(self, method: str, args: dict[str, Any]) -> None:
        data = json.dumps(args, ensure_ascii=False, default=str)
        self.note(f"slack {method}", self._slack_readers(method, args), data)
        if method == "files.completeUploadExternal":
            for file in args["files"]:
                content = self.slack.contents[file["id"]]
                self.note("slack file", self._slack_readers(method, args), content)

    def _slack_readers(self, method: str, args: dict[str, Any]) -> Sequence[str]:
        if method == "files.getUploadURLExternal":  # the name of a file, which comes again when it is posted
            return self.everybody
        if "user" in args and method == "chat.postEphemeral":
            return self._named(args["user"])
        if "user_id" in args:
            return self._named(args["user_id"])
        if "trigger_id" in args:
            return self._named(self.slack.triggers[args["trigger_id"]].user)
        if "view_id" in args:
            return self._view_owner(args["view_id"])
        where = args.get("channel") or args.get("channel_id") or args.get("channels")
        return self._in_channel(where) if where else ()

    def _view_owner(self, view_id: str) -> Sequence[str]:
        views = [view for stack in self.slack.stacks.values() for view in stack]
        found = [view.user for view in (*views, *self.slack.homes.values()) if view.id == view_id]
        return self._named(*found)

    def _in_channel(self, where: str) -> Sequence[str]:
        channel = self.slack.channels.get(where)
        if channel is None:
            return self._named(where)
        return self._named(*([channel.im_with] if channel.im_with else channel.members))

    def _named(self, *users: str) -> Sequence[str]:
        return tuple(who for who in self.staff if slack_user(who) in users)

    def _of_telegram(self, method: str, args: dict[str, Any]) -> None:
        data = json.dumps(args, ensure_ascii=False, default=_shown)
        self.note(f"telegram {method}", self._telegram_readers(method, args), data)
        if method == "sendDocument":
            files = list(self.telegram.world.files.values())
            for file in files[self._sent :]:
                self.note("telegram file", self._telegram_readers(method, args), file.content)
            self._sent = len(files)

    def _telegram_readers(self, method: str, args: dict[str, Any]) -> Sequence[str]:
        chat = args.get("chat_id")
        if method == "answerCallbackQuery":
            query = args["callback_query_id"]
            found = [each for each in self.telegram.answers if each["callback_query_id"] == query]
            chat = found[0]["user_id"] if found else None
        return tuple(who for who, number in self.numbers.items() if number == chat)


def _of(store: Store, state: str) -> list[Outgoing]:
    return store._rows(Outgoing, (col(Outgoing.state) == state,))


def _let_wait(store: Store, ids: set[str]) -> None:
    """Let these wait once more, if they were sent."""
    for row in _of(store, "sent"):
        if row.id in ids:
            store.change(row, state="waiting", sent_at=None, edits=None)


def _shown(item: Any) -> str:
    return item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item)


# What people do there ------------------------------------------------------------------------------------------------


class Slack:
    """Slack, as its people use it."""

    name = "slack"

    def __init__(self, house: House) -> None:
        self._house = house
        self._slack = house.slack

    async def says(self, who: str, words: str) -> None:
        """A command."""
        command, _, rest = words.partition(" ")
        await self._acked(who, self._slack.command(slack_user(who), "/upbeat", f"{command[1:]} {rest}"))

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
        said = self._slack.post("C1GENERAL", other, text=WORDS, by_bot=False)
        await self._acked(who, self._slack.message_shortcut(user, shortcut, said))

    async def goes_home(self, who: str) -> None:
        """The home screen."""
        await self._acked(who, self._slack.open_home(slack_user(who)))

    async def _acked(self, who: str, doing: Awaitable[Any]) -> None:
        ack = await doing
        self._house.note("slack acknowledgement", (who,), json.dumps(ack.body, ensure_ascii=False))
        await self._house.settled()

    def shown(self, who: str) -> Iterator[Pressable]:
        """The buttons that somebody sees, newest first."""
        user = slack_user(who)
        home = self._slack.home(user)
        shown: list[Message | View] = [*self._slack.modal(user), *([home] if home else [])]
        shown += reversed(self._slack.dm(user)[-3:])
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


def _takes_words(element: dict[str, Any]) -> bool:
    return element["type"] == "plain_text_input" and not element.get("initial_value")


class Telegram:
    """Telegram, as its people use it."""

    name = "telegram"

    def __init__(self, house: House) -> None:
        self._house = house
        self._fake = house.telegram

    async def says(self, who: str, words: str) -> None:
        """A command."""
        await self.talks(who, words if words.startswith("/upbeat") else f"/upbeat {words[1:]}")

    async def talks(self, who: str, words: str) -> None:
        """Plain words, which also answer the question of an interview."""
        await self._fake.says(self._house.numbers[who], words)
        await self._house.settled()

    async def opens(self, who: str, shortcut: str, *, on_message: bool) -> None:
        """There are none."""

    async def goes_home(self, who: str) -> None:
        """What one sees first."""
        await self.talks(who, "/start")

    def shown(self, who: str) -> Iterator[Pressable]:
        """The buttons that somebody sees, newest first."""
        number = self._house.numbers[who]
        for message in [message for message in self._fake.chat(number) if message.from_bot][:-4:-1]:
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
                await self._fake.presses(number, data, message)
            await self._house.settled()

        return press

    async def submits(self, who: str) -> bool:
        """Answer the question that is asked, if one is."""
        return False


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


class _Slack(FakeSlack):
    """A Slack that knows for whom an answer over a response URL is."""

    def _respond(self, token: str, body: dict[str, Any]) -> None:
        self._answering = self.response_urls.get(token)
        super()._respond(token, body)

    def note(self, method: str, args: Mapping[str, Any], *, accepted: bool) -> None:
        link = self._answering if method == "response_url" else None
        in_public = args.get("response_type") == "in_channel"
        where = {"channel": link.channel if in_public else link.user} if link else {}
        super().note(method, {**args, **where}, accepted=accepted)


# All of it at once ---------------------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def open_house(
    url: str, secret: str, staff: dict[str, tuple[str, ...]], ids: dict[str, str], clock: list[datetime]
) -> AsyncIterator[House]:
    """Serve a company that stands in a database to all three platforms."""
    numbers = {who: 100 + number for number, who in enumerate(staff)}
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        here = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with _Slack() as slack, FakeTelegram() as telegram:
            _people(slack, telegram, staff, numbers)
            settings = Settings(
                _env_file=None,  # type: ignore[call-arg]
                UPBEAT_DATABASE_URL=url,
                UPBEAT_SECRET_KEY=secret,
                UPBEAT_PUBLIC_URL=here,
                UPBEAT_LOCAL_CHAT="on",
                SLACK_BOT_TOKEN=slack.bot_token,
                SLACK_SIGNING_SECRET=slack.signing_secret,
                SLACK_API_URL=slack.base_url,
                TELEGRAM_BOT_TOKEN=telegram.token,
                TELEGRAM_WEBHOOK_SECRET="a-Secret_1",
                TELEGRAM_API_URL=telegram.api_url,
            )
            app = App(settings, roles=frozenset({Role.WEB}), now=lambda: clock[0])
            if app.database.is_sqlite:
                event.listen(app.database.engine, "connect", in_haste)
            slack.connect_http(f"{here}/slack/events")
            async with (
                _serving(app, listener),
                httpx.AsyncClient(base_url=here, timeout=30) as browser,
            ):
                house = House(app, slack, telegram, here, ids, numbers, browser)
                with _hearing_the_log(house):
                    yield house


def _people(slack: FakeSlack, telegram: FakeTelegram, staff: Any, numbers: dict[str, int]) -> None:
    for who, (name, _, zone, language, *_) in staff.items():
        locale = "zh-CN" if language == "zh" else "en-US"
        slack.add_user(slack_user(who), who, f"{who}@example.com", tz=zone, locale=locale, real_name=name)
        telegram.add_user(
            numbers[who], name, f"{who}_t", "zh-hans" if language == "zh" else "en"
        ).started = True
    slack.add_channel("C1GENERAL", "general", [*map(slack_user, staff), slack.bot_user_id])


@contextlib.contextmanager
def _hearing_the_log(house: House) -> Iterator[None]:
    line = _Line()
    handler = logging.Handler()
    handler.emit = lambda record: house.lines.append(line.format(record))  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)


@contextlib.asynccontextmanager
async def _serving(app: App, listener: socket.socket) -> AsyncIterator[None]:
    server = uvicorn.Server(
        uvicorn.Config(app.server(), log_config=None, access_log=False, timeout_graceful_shutdown=5)
    )
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign]
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    assert app.failure is None, app.failure
    try:
        yield
    finally:
        app.stopping = True
        server.should_exit = True
        await task
