"""Requests over a few kept connections, as many in flight as asked for, for a bounded time."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlencode

from benchmarks.outside import SIGNING_SECRET, TEAM, WEBHOOK_SECRET

Maker = Callable[[int], bytes]

WORDS = "done the login page and its tests; next the payments form; blocked by the review of the copy"


@dataclass
class Load:
    """What one round measured: answers a second, and the seconds of each."""

    rate: float
    seconds: list[float] = field(repr=False)
    refused: int = 0

    def p(self, share: float) -> float:
        """The time within which this share was answered, in milliseconds."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def drive(
    port: int, make: Maker, *, in_flight: int, seconds: float, most: int | None = None, says: bytes = b""
) -> Load:
    """Send requests for so long (and `most`, if given) over `in_flight` connections, each waiting for its answer before
    the next. An answer with another status than 200, or that does not say `says`, is counted as refused."""
    numbers = count()
    taken: list[float] = []
    refused = 0
    stop = time.perf_counter() + seconds

    async def one() -> None:
        nonlocal refused
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < stop and (number := next(numbers)) < (most or number + 1):
            request = make(number)
            began = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            body = await reader.readexactly(length)
            taken.append(time.perf_counter() - began)
            refused += not head.startswith(b"HTTP/1.1 200") or says not in body
        writer.close()
        await writer.wait_closed()

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(in_flight)))
    return Load(len(taken) / (time.perf_counter() - began), taken, refused)


def slash_command(users: Sequence[str], run: str, *, slashes: str = "/checkin", words: str = WORDS) -> Maker:
    """Signed slash commands that record a check-in, of one user after the other, each with a trigger of its own."""
    form = {
        "token": "x",
        "team_id": TEAM,
        "team_domain": "bench",
        "channel_id": "D1",
        "channel_name": "directmessage",
        "user_name": "ada",
        "command": slashes,
        "text": words,
        "api_app_id": "A1",
        "response_url": "http://127.0.0.1:9/response",
    }
    start, secret = urlencode(form), SIGNING_SECRET.encode()

    def make(number: int) -> bytes:
        body = f"{start}&user_id={users[number % len(users)]}&trigger_id={run}.{number}".encode()
        stamp = str(int(time.time()))
        digest = hmac.new(secret, b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        head = (
            "POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"X-Slack-Request-Timestamp: {stamp}\r\nX-Slack-Signature: v0={digest}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    return make


def telegram_update(users: Sequence[int], run: int) -> Maker:
    """Webhook updates that record a check-in, of one user after the other, each with an id of its own."""

    def make(number: int) -> bytes:
        user = users[number % len(users)]
        person = {"id": user, "is_bot": False, "first_name": "Ada", "username": "ada", "language_code": "en"}
        message = {
            "message_id": run * 100_000 + number + 1,
            "date": int(time.time()),
            "chat": {"id": user, "type": "private", "first_name": "Ada"},
            "from": person,
            "text": f"/checkin {WORDS}",
            "entities": [{"type": "bot_command", "offset": 0, "length": 8}],
        }
        body = json.dumps({"update_id": run * 1_000_000 + number, "message": message}).encode()
        head = (
            "POST /telegram/webhook HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {WEBHOOK_SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    return make
