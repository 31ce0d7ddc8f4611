"""A Telegram of our own, for the tests: the Bot API on a loopback port, with people, groups and faults.

async with FakeTelegram() as fake:
    fake.add_user(7, "Ada", "ada")
    bot = telegram.Bot(fake.token, base_url=fake.base_url + "/bot", base_file_url=fake.base_url + "/file/bot")
    await fake.says(7, "/start")
    ...
    assert fake.last(7).text == "Hello"
    assert fake.violations == []
"""

import asyncio
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import web

from .telegram_faults import DROPS, NONSENSE, PAGES, Fault, RateLimits
from .telegram_limits import check
from .telegram_methods import BotMethods
from .telegram_people import People
from .telegram_queue import UpdateQueue, Webhook
from .telegram_spec import Refused, checked, read_fields, spec
from .telegram_world import Group, Json, Message, User, World

BODY_BYTES = 64_000_000


@dataclass
class Call:
    """One request: `time` in seconds of the loop's clock; `error` is the refusal or the broken line."""

    method: str
    args: Json
    time: float
    accepted: bool = False
    error: str = ""


class FakeTelegram(People):
    """The Bot API at `api_url` for one bot, and the people who write to it."""

    def __init__(
        self,
        *,
        token: str = "4242:FAKE-telegram-token",
        bot_username: str = "upbeat_bot",
        privacy_mode: bool = True,
    ) -> None:
        super().__init__()
        self.token, self.bot_username, self.bot_id = token, bot_username, int(token.split(":")[0])
        self.world = World(User(self.bot_id, "Upbeat", bot_username, is_bot=True))
        self.queue = UpdateQueue()
        self.methods = BotMethods(self.world, self.queue, privacy_mode=privacy_mode)
        self.api_url = ""
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.warnings: list[str] = []
        self.rate_limits = RateLimits()
        self.hold = 0.0  # seconds for which the answer to a message that was accepted is held back
        self.quiet = 0.15  # seconds without a request before the bot's answers count as complete
        self._faults: list[Fault] = []
        self._busy = 0
        self._handlers: set[asyncio.Task[Any]] = set()
        self._last_request = 0.0
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=BODY_BYTES)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/file/bot{token}/{path:.+}", self._serve_file)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.api_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.queue.close()
        assert self._runner is not None
        if self._handlers:  # also those whose client is gone, which aiohttp no longer counts
            await asyncio.wait(self._handlers, timeout=2)
        await self._runner.cleanup()
        for _ in range(3):  # the connections' own tasks end
            await asyncio.sleep(0)

    @property
    def base_url(self) -> str:
        """The same as `api_url`."""
        return self.api_url

    # Who there is

    def add_user(
        self, id: int, first_name: str, username: str | None = None, language_code: str = "en"
    ) -> User:
        """A person. The bot cannot write to them before they write to it."""
        self.world.users[id] = user = User(id, first_name, username, language_code)
        return user

    def add_group(
        self,
        id: int,
        title: str,
        members: list[int],
        topics: bool = False,
        supergroup: bool = True,
        admins: list[int] | None = None,
    ) -> Group:
        """A group with the bot in it."""
        if id >= 0:
            raise ValueError("the id of a group is negative")
        group = Group(id, title, set(members), topics, supergroup, set(admins or []))
        self.world.groups[id] = group
        return group

    def block(self, user_id: int) -> None:
        """The person blocked the bot, and the bot was not told."""
        self.world.users[user_id].blocked = True

    # What was written

    def chat(self, chat_id: int) -> list[Message]:
        """The messages that one sees there now."""
        return [message for message in self.history(chat_id) if not message.deleted]

    def history(self, chat_id: int) -> list[Message]:
        """All messages, the deleted too."""
        return self.world.messages.get(chat_id, [])

    def last(self, chat_id: int) -> Message:
        """The bot's newest message there. Raises LookupError when there is none."""
        for message in reversed(self.chat(chat_id)):
            if message.from_bot:
                return message
        raise LookupError(f"the bot said nothing in chat {chat_id}")

    def called(self, method: str) -> list[Call]:
        """The requests of one method, refused ones too."""
        return [call for call in self.calls if call.method == method]

    @property
    def answers(self) -> list[Json]:
        """The answered callback queries: callback_query_id, text, show_alert, user_id, data."""
        return self.methods.answers

    @property
    def unanswered(self) -> list[Json]:
        """The callback queries that were put to the bot and never answered."""
        return list(self.methods.queries.values())

    @property
    def commands(self) -> dict[tuple[str, str], list[Json]]:
        """(scope, language) → commands, with scopes as in `default`, `all_private_chats`, `chat:-100`."""
        return self.methods.commands

    @property
    def pending(self) -> list[Json]:
        """The updates that the bot has not confirmed."""
        return [waiting.update for waiting in self.queue.waiting]

    @property
    def updates(self) -> list[Json]:
        """All updates so far, confirmed or not."""
        return list(self.queue.all.values())

    @property
    def unheard(self) -> list[Json]:
        """What people did and the bot does not get: privacy mode, or not in its allowed_updates."""
        return self.queue.unheard

    # What goes wrong

    def fail_next(
        self,
        method: str,
        kind: str,
        *,
        times: int = 1,
        retry_after: object = None,
        chat_id: int | None = None,
        migrate_to: int = -1009999999999,
    ) -> None:
        """Orders a fault, one of `telegram_faults.KINDS`. Method "*" is any but getUpdates."""
        self._faults.append(Fault(method, kind, times, retry_after, chat_id, migrate_to))

    def limit_rate(
        self, *, per_chat: int | None = 1, overall: int | None = 30, group_per_minute: int | None = 20
    ) -> None:
        """Switches on the limits of one message a second in a chat, 30 overall, 20 a minute in a group."""
        self.rate_limits = RateLimits(per_chat, overall, group_per_minute)

    async def redeliver(self, update_id: int) -> None:
        """Queues the same update again; polling shows it once more whatever the offset says."""
        await self.queue.put_again(update_id)

    def shuffle_next(self) -> None:
        """The next two or more updates arrive in reverse order."""
        self.queue.shuffle = True

    def restart_ids(self, n: int) -> None:
        """The next update has this id, as after a week of silence. Needs a queue that is empty."""
        if self.queue.waiting or -10 <= self.queue.next_id - n <= 10:
            raise ValueError("restart_ids needs an empty queue and an id that is far away")
        self.queue.next_id = n

    # How it gets to the bot

    async def connect_webhook(self, url: str, secret: str = "") -> None:
        """As if the bot had called setWebhook."""
        await self.queue.connect(Webhook(url, secret))

    async def settled(self, timeout: float = 5) -> None:  # noqa: ASYNC109 - reports what was still open
        """Waits until all updates are confirmed and the bot has been quiet for a moment."""
        loop = asyncio.get_running_loop()
        end = loop.time() + timeout
        quiet = self.quiet
        while self.queue.waiting or self._busy or loop.time() - self._last_activity() < quiet:
            if loop.time() > end:
                kinds = [[key for key in update if key != "update_id"] for update in self.pending]
                raise TimeoutError(f"after {timeout} s: unconfirmed {kinds}, {self._busy} requests in work")
            asked = loop.time()
            await asyncio.sleep(0.01)
            # Where others keep the machine busy, the bot is slow as well: a longer silence is needed to be one.
            quiet = max(quiet, min(1.0, self.quiet * (loop.time() - asked) / 0.02))

    def _last_activity(self) -> float:
        return max(self._last_request, self.queue.last_change)

    # The server

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if request.match_info["token"] != self.token:
            return _answer(Refused(401, "Unauthorized"))
        working = method != "getUpdates"
        handler = asyncio.current_task()
        assert handler is not None
        self._handlers.add(handler)
        handler.add_done_callback(self._handlers.discard)
        self._busy += working
        try:
            return await self._work(request, method)
        finally:
            self._busy -= working
            if working:
                self._last_request = asyncio.get_running_loop().time()

    async def _work(self, request: web.Request, method: str) -> web.StreamResponse:
        call = Call(method, {}, asyncio.get_running_loop().time())
        self.calls.append(call)
        try:
            call.args = await read_fields(request)
            if method not in spec()["methods"]:
                raise Refused(404, "Not Found", broken=f"the fake has no method {method}")
            call.args = checked(method, call.args)
            self.warnings += check(method, call.args)
            fault = self._fault(call)
            if fault in NONSENSE:
                return web.Response(body=NONSENSE[fault], content_type="application/json")
            if fault in PAGES:
                return web.Response(status=PAGES[fault], text="<html>No</html>", content_type="text/html")
            result = None if fault == "drop_before_accept" else await self._do(call)
        except Refused as refused:
            call.error = refused.description
            if refused.broken:
                self.violations.append(refused.broken)
            return _answer(refused)
        except ConnectionError:
            raise  # the client hung up while it asked: killed processes do
        except Exception as failure:
            self.violations.append(f"the fake itself failed at {method}: {failure!r}")
            raise
        call.accepted = fault != "drop_before_accept"
        if fault in DROPS:
            call.error = fault
            return _cut_off(request)
        if self.hold and call.method == "sendMessage":
            await asyncio.sleep(self.hold)
        return web.json_response({"ok": True, "result": result})

    async def _do(self, call: Call) -> Any:
        self.rate_limits.count(call.method, call.args.get("chat_id"), call.time)
        return await getattr(self.methods, call.method)(call.args)

    def _fault(self, call: Call) -> str:
        """The ordered fault for this request, if any; raises it when it is an answer."""
        for fault in self._faults:
            if fault.matches(call.method, call.args):
                fault.times -= 1
                if refusal := fault.refusal():
                    raise refusal
                return fault.kind
        return ""

    async def _serve_file(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self.token:
            return _answer(Refused(401, "Unauthorized"))
        for file in self.world.files.values():
            if file.path == request.match_info["path"]:
                return web.Response(body=file.content)
        return _answer(Refused(404, "Not Found"))


def _answer(refused: Refused) -> web.Response:
    return web.json_response(refused.body(), status=refused.code)


def _cut_off(request: web.Request) -> web.Response:
    """Drops the line, so that the bot cannot know what became of its request."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
