"""How Slack's deliveries reach the app: signed HTTP requests, or envelopes through a WebSocket."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import WSMsgType, web

from .slack_records import Message


@dataclass
class Delivery:
    """One thing that Slack tells the app; `kind` is events_api, slash_commands or interactive."""

    kind: str
    payload: dict[str, Any]
    attempt: int = 0
    reason: str = ""


@dataclass
class Ack:
    """What the app answered. Status 0: it never did (`error` says how); `late`: after Slack's 3 seconds."""

    delivery: Delivery
    status: int
    body: Any
    seconds: float
    error: str = ""
    ephemeral: Message | None = None
    message: Message | None = None

    @property
    def ok(self) -> bool:
        return self.status == 200 and not self.late

    @property
    def late(self) -> bool:
        return self.seconds > 3

    @property
    def text(self) -> str:
        return self.body if isinstance(self.body, str) else (self.body or {}).get("text", "")


def sign(secret: str, timestamp: str, body: str) -> str:
    return "v0=" + hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()


def _parsed(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


class HttpDoor:
    """Posts to the app's request URL, signed with the signing secret."""

    def __init__(self, url: str, secret: str) -> None:
        self.url, self.secret = url, secret

    def _request(self, delivery: Delivery) -> tuple[str, dict[str, str]]:
        form = "application/x-www-form-urlencoded"
        if delivery.kind == "events_api":
            body, content_type = json.dumps(delivery.payload), "application/json"
        elif delivery.kind == "slash_commands":
            body, content_type = urlencode(delivery.payload), form
        else:
            body, content_type = urlencode({"payload": json.dumps(delivery.payload)}), form
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(self.secret, timestamp, body),
        }
        if delivery.attempt:
            headers |= {"X-Slack-Retry-Num": str(delivery.attempt), "X-Slack-Retry-Reason": delivery.reason}
        return body, headers

    async def deliver(self, delivery: Delivery, patience: float) -> Ack:
        body, headers = self._request(delivery)
        started = time.perf_counter()
        timeout = aiohttp.ClientTimeout(total=patience)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(self.url, data=body.encode(), headers=headers) as response,
            ):
                answer = _parsed(await response.text())
                return Ack(delivery, response.status, answer, time.perf_counter() - started)
        except (aiohttp.ClientError, TimeoutError) as problem:
            return Ack(delivery, 0, None, time.perf_counter() - started, error=repr(problem))


class SocketDoor:
    """The server's end of Socket Mode."""

    def __init__(self, app_id: str, complain: Callable[[str], None]) -> None:
        self.app_id, self.complain = app_id, complain
        self.tickets: set[str] = set()
        self.sockets: list[web.WebSocketResponse] = []
        self.waiting: dict[str, asyncio.Future[Any]] = {}
        self.seen: set[str] = set()
        self.connections = 0

    def new_ticket(self) -> str:
        ticket = secrets.token_hex(16)
        self.tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            return web.Response(status=403, text="ticket used or unknown")
        self.tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.connections += 1
        await socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self.sockets) + 1,
                "debug_info": {
                    "host": "applink-fake",
                    "build_number": 1,
                    "approximate_connection_time": 18060,
                },
                "connection_info": {"app_id": self.app_id},
            }
        )
        self.sockets.append(socket)
        try:
            async for said in socket:
                if said.type == WSMsgType.TEXT:
                    self._heard(said.data)
        finally:
            self.sockets.remove(socket)
        return socket

    def _heard(self, data: str) -> None:
        answer = json.loads(data)
        waiting = self.waiting.get(answer.get("envelope_id"))
        if waiting is None:
            if answer.get("envelope_id") not in self.seen:
                self.complain("socket: acknowledged an unknown envelope_id")
        elif not waiting.done():
            waiting.set_result(answer.get("payload"))

    async def connected(self, count: int = 1, seconds: float = 5) -> web.WebSocketResponse:
        """The newest socket, once at least `count` connections have ever been made."""
        until = time.monotonic() + seconds
        while not self.sockets or self.connections < count:
            if time.monotonic() > until:
                raise ConnectionError("no socket is connected")
            await asyncio.sleep(0.005)
        return self.sockets[-1]

    async def deliver(self, delivery: Delivery, patience: float) -> Ack:
        envelope = "env-" + secrets.token_hex(8)
        frame: dict[str, Any] = {
            "envelope_id": envelope,
            "type": delivery.kind,
            "accepts_response_payload": delivery.kind != "events_api",
            "payload": delivery.payload,
        }
        if delivery.kind == "events_api":
            frame |= {"retry_attempt": delivery.attempt, "retry_reason": delivery.reason}
        self.waiting[envelope] = asyncio.get_running_loop().create_future()
        self.seen.add(envelope)
        started = time.perf_counter()
        try:
            socket = await self.connected()
            await socket.send_json(frame)
            body = await asyncio.wait_for(self.waiting[envelope], patience)
            return Ack(delivery, 200, body, time.perf_counter() - started)
        except (TimeoutError, ConnectionError) as problem:
            return Ack(delivery, 0, None, time.perf_counter() - started, error=repr(problem))
        finally:
            self.waiting.pop(envelope).cancel()

    async def refresh(self) -> None:
        """Ask every connection to reconnect, wait for a new one, then hang up the old ones."""
        old, before = list(self.sockets), self.connections
        debug = {"host": "applink-fake"}
        for socket in old:
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested", "debug_info": debug})
        await self.connected(before + 1)
        for socket in old:
            await socket.close()

    async def close(self) -> None:
        for socket in list(self.sockets):
            await socket.close()
