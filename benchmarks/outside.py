"""Slack's and Telegram's sides of the line, as little of them as it takes: every call is answered at once."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import web

SLACK_TOKEN, SIGNING_SECRET = "xoxb-bench", "bench-signing-secret"
TELEGRAM_TOKEN, WEBHOOK_SECRET = "4242:bench", "bench-webhook-secret"
TEAM = "T1"


@dataclass
class Outside:
    """Both platforms on one loopback port."""

    port: int = 0
    posted: int = 0
    posted_at: float = 0.0
    """When the last answer came, by the clock of `time.perf_counter`."""
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    async def quiet(self) -> float:
        """Wait until nothing has been posted for a moment; returns when the last answer came."""
        for _ in range(400):
            before = self.posted
            await asyncio.sleep(0.15)
            if self.posted == before:
                break
        return self.posted_at

    def _came(self) -> None:
        self.posted += 1
        self.posted_at = time.perf_counter()

    async def slack(self, request: web.Request) -> web.Response:
        """A method of Slack's."""
        method = request.match_info["method"]
        sent = dict(await request.post()) or dict(request.query)
        if method == "chat.postMessage":
            self._came()
        answers: dict[str, dict[str, Any]] = {
            "auth.test": {
                "team_id": TEAM,
                "user_id": "UBOT",
                "bot_id": "BBOT",
                "url": "https://bench.slack.com/",
            },
            "users.info": {"user": _slack_user(str(sent.get("user", "")))},
            "users.list": {"members": []},
            "chat.postMessage": {"channel": "D1", "ts": f"{next(self.numbers)}.000100"},
            "conversations.open": {"channel": {"id": "D1"}},
        }
        return web.json_response({"ok": True, **answers.get(method, {})})

    async def telegram(self, request: web.Request) -> web.Response:
        """A method of the Bot API."""
        method, private = request.match_info["method"], {"id": 1, "type": "private"}
        if method == "sendMessage":
            self._came()
        answers: dict[str, Any] = {
            "getMe": {"id": 4242, "is_bot": True, "first_name": "Upbeat", "username": "upbeat_bot"},
            "sendMessage": {"message_id": next(self.numbers), "date": 1, "chat": private},
        }
        return web.json_response({"ok": True, "result": answers.get(method, True)})

    def settings(self, *platforms: str) -> dict[str, str]:
        """The environment of an app that talks to these platforms."""
        address = f"http://127.0.0.1:{self.port}"
        slack = {
            "SLACK_BOT_TOKEN": SLACK_TOKEN,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_API_URL": f"{address}/api/",
        }
        telegram = {
            "TELEGRAM_BOT_TOKEN": TELEGRAM_TOKEN,
            "TELEGRAM_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "TELEGRAM_API_URL": address,
            "UPBEAT_PUBLIC_URL": "https://bench.example",
        }
        return {**(slack if "slack" in platforms else {}), **(telegram if "telegram" in platforms else {})}


@contextlib.asynccontextmanager
async def outside() -> AsyncIterator[Outside]:
    """Serve both platforms while the block runs."""
    made = Outside()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", made.slack)
    app.router.add_route("*", "/bot{token}/{method}", made.telegram)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.port = runner.addresses[0][1]
    try:
        yield made
    finally:
        await runner.cleanup()


def _slack_user(user: str) -> dict[str, Any]:
    number = int(user[1:]) if user[1:].isdigit() else 0
    profile = {"email": f"person{number}@example.com", "display_name": f"person{number}"}
    return {"id": user, "team_id": TEAM, "name": f"person{number}", "profile": profile, "locale": "en-US"}
