"""What we compare with: a bare Bolt app, and a bare Telegram webhook, that write one row with plain sqlite3."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
from typing import Any

import uvicorn
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def opened(path: str) -> sqlite3.Connection:
    """The same durability as ours: WAL, synchronous=FULL."""
    made = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        made.execute(f"PRAGMA {pragma}")
    made.execute("CREATE TABLE checkin (id TEXT PRIMARY KEY, user TEXT, words TEXT)")
    return made


def slack(path: str, port: int) -> None:
    """Bolt's AsyncApp with process_before_response, one row a command."""
    database = opened(path)
    app = AsyncApp(
        token=os.environ["SLACK_BOT_TOKEN"],
        signing_secret=os.environ["SLACK_SIGNING_SECRET"],
        process_before_response=True,
        client=_client(),
    )

    @app.command("/checkin")
    async def check_in(ack: Any, body: dict[str, str]) -> None:
        row = (body["trigger_id"], body["user_id"], body["text"])
        database.execute("INSERT INTO checkin VALUES (?, ?, ?)", row)
        await ack({"response_type": "ephemeral", "text": "Checked in."})

    handler = AsyncSlackRequestHandler(app)

    async def events(request: Request) -> Response:
        return await handler.handle(request)

    server = Starlette(routes=[Route("/slack/events", events, methods=["POST"])])
    uvicorn.run(server, host="127.0.0.1", port=port, log_level="error", access_log=False)


def _client() -> Any:
    from slack_sdk.web.async_client import AsyncWebClient

    return AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])


def telegram(path: str, port: int) -> None:
    """A webhook route that parses the update and answers it with python-telegram-bot, one row an update."""
    import telegram as library
    from telegram.request import HTTPXRequest

    database = opened(path)
    address = os.environ["TELEGRAM_API_URL"]
    request = HTTPXRequest(connection_pool_size=16, pool_timeout=60)
    bot = library.Bot(os.environ["TELEGRAM_BOT_TOKEN"], base_url=f"{address}/bot", request=request)
    answering: set[asyncio.Task[Any]] = set()

    async def webhook(request: Request) -> Response:
        update = library.Update.de_json(json.loads(await request.body()))
        assert update.message
        assert update.message.from_user
        row = (str(update.update_id), str(update.message.from_user.id), update.message.text)
        database.execute("INSERT INTO checkin VALUES (?, ?, ?)", row)
        answer = asyncio.create_task(bot.send_message(update.message.chat.id, "Checked in."))
        answering.add(answer)
        answer.add_done_callback(answering.discard)
        return Response(b"")

    server = Starlette(routes=[Route("/telegram/webhook", webhook, methods=["POST"])])
    uvicorn.run(server, host="127.0.0.1", port=port, log_level="error", access_log=False)


if __name__ == "__main__":
    {"slack": slack, "telegram": telegram}[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
