"""One running Upbeat with Slack, Telegram and the local chat at once, and every byte that leaves it, with whose eyes it
is for."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
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
from storage.policy import Kind
from storage.store import Store
from storage.tables import Outgoing
from storage.webchat import WebMessage
from tests.company import in_haste
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram
from tests.walks.canaries import slack_user

NOBODY = ("",)
"""Who reads logs, metrics, what platforms are asked, and pages of strangers."""
ALL_THERE = "#"
"""Whoever reads a channel: its members of today, guests, and who joins it in a year."""
SLACK_CHANNEL, TELEGRAM_GROUP, WEB_CHANNEL = "C1GENERAL", -100200, "general"
CHANNELS = {"slack": SLACK_CHANNEL, "telegram": str(TELEGRAM_GROUP), "web": WEB_CHANNEL}
"""On each platform, the channel in which everybody is, and into which everything goes that is posted anywhere."""


@dataclass(frozen=True)
class Out:
    """Some bytes that left, through which surface, and before whose eyes they come: first names, "" for nobody of the
    company, `ALL_THERE` for a channel."""

    surface: str
    whose: tuple[str, ...]
    data: bytes


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
    _posted: str = ""

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
        """Send everything that waits, through one platform and then, as if it had not, through the next: to a person
        where they are, and what is posted into the channel that is there."""
        database = self.app.database
        waiting = await database.write(_due)
        for platform in self.app.platforms:
            speaker = platform.speaker
            await database.write(lambda store, name=speaker.name: _let_wait(store, waiting, name))  # type: ignore[misc]
            speaker.buckets = lambda parcel: []  # type: ignore[method-assign]
            while waiting and await Delivery(self.app.core, [speaker], worker="test").deliver():
                pass
            await self.settled()
        for card in await database.read(self._posted_here):
            self.note("web channel", (*self.everybody, ALL_THERE), card)

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

    def _posted_here(self, store: Store) -> list[str]:
        """What Upbeat posted in the local chat's channel: it stands there for all who come later."""
        new = (col(WebMessage.kind) == Kind.CHANNEL, col(WebMessage.id) > self._posted)
        rows = sorted(store._rows(WebMessage, new), key=lambda row: row.id)
        self._posted = rows[-1].id if rows else self._posted
        return [row.card for row in rows if row.card]

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
        if channel.im_with:
            return self._named(channel.im_with)
        return (*self._named(*channel.members), ALL_THERE)

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
        if chat == TELEGRAM_GROUP:
            return (*self.everybody, ALL_THERE)
        return tuple(who for who, number in self.numbers.items() if number == chat)


def _of(store: Store, state: str) -> list[Outgoing]:
    return store._rows(Outgoing, (col(Outgoing.state) == state,))


def _due(store: Store) -> set[str]:
    return {row.id for row in _of(store, "waiting") if row.due_at <= store.now}


def _let_wait(store: Store, ids: set[str], platform: str) -> None:
    """Let these wait for this platform, sent through another one or not."""
    there = store.accounts.seen_place(platform, CHANNELS[platform], "general")
    for row in (*_of(store, "waiting"), *_of(store, "sent")):
        if row.id in ids:
            again = {"state": "waiting", "sent_at": None, "edits": None} if row.sent_at else {}
            place_id = there.id if row.place_id else None
            store.change(row, due_at=store.now, place_id=place_id, **again)


def _shown(item: Any) -> str:
    return item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item)


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
    slack.add_channel(SLACK_CHANNEL, "general", [*map(slack_user, staff), slack.bot_user_id])
    telegram.add_group(TELEGRAM_GROUP, "general", list(numbers.values()))


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
