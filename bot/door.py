"""What a platform posts to us comes in by a short way of its own: of a sane size, and answered in few words."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

Message: TypeAlias = MutableMapping[str, Any]
Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

log = logging.getLogger("upbeat.door")

MOST_BYTES = 1_000_000
"""Of a body; no platform's delivery is as large."""

MOST_DISCARDED = 32_000_000
"""Bytes of a refused body that are read all the same."""
PATIENCE = 10.0
SILENCE = 1.0
"""Seconds for which such a body is read at most, and for which nothing of it may come."""


class Refused(Exception):
    """A delivery that is not heard, with its HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


async def discard(headers: Iterable[tuple[bytes, bytes]], receive: Receive) -> None:
    """Read what is left of a body that is refused. Many senders look for an answer once all is sent: hung up on before
    that, they hear of a broken connection instead. Who asks first whether to send it (curl) has sent nothing yet."""
    if any(name == b"expect" for name, _ in headers):
        return
    size, more = 0, True
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while more and size < MOST_DISCARDED:
                message = await asyncio.wait_for(receive(), SILENCE)
                size += len(message.get("body", b""))
                more = message.get("more_body", False)


class Delivery:
    """One POST of a platform."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._headers: list[tuple[bytes, bytes]] = scope["headers"]
        self.name = str(scope.get("path", "")).rpartition("/")[2]
        """The last part of its path."""
        self._receive = receive
        self._more = True

    def header(self, name: bytes) -> list[bytes]:
        """Every value of a header."""
        return [value for given, value in self._headers if given == name]

    def only(self, name: bytes) -> bytes:
        """The one value of a header; raises Refused(401) when there is none, or more."""
        values = self.header(name)
        if len(values) != 1:
            raise Refused(401)
        return values[0]

    def check_size(self) -> None:
        """Raises Refused for a body that says itself that it is too long, before anything of it is read."""
        length = next(iter(self.header(b"content-length")), b"0")
        if not length.isdigit():
            raise Refused(400)
        if len(length) > 12 or int(length) > MOST_BYTES:
            raise Refused(413)

    async def body(self) -> bytes:
        """The whole body; raises Refused(413) when it is too long, and Refused(400) when it breaks off."""
        parts: list[bytes] = []
        size = 0
        while self._more:
            message = await self._receive()
            self._more = message.get("more_body", False)
            if message["type"] != "http.request":
                raise Refused(400)
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > MOST_BYTES:
                raise Refused(413)
        return b"".join(parts) if len(parts) > 1 else parts[0]

    async def discard(self) -> None:
        """Read the rest of a body that is refused."""
        if self._more:
            await discard(self._headers, self._receive)


@dataclass(frozen=True)
class Answered:
    """What the platform gets; `after` is called when it has it."""

    status: int = 200
    body: bytes = b""
    kind: bytes = b""
    after: Callable[[], object] | None = None


Hear: TypeAlias = Callable[[Delivery], Awaitable[Answered]]


class Door:
    """A path of the HTTP server for one platform's deliveries. It goes past routing, pages' headers and their errors,
    which cost a command a tenth of its time, and answers everything itself, never with a traceback."""

    def __init__(self, hear: Hear) -> None:
        self._hear = hear

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answered = await self._answered(scope, receive)
        headers = [(b"content-length", str(len(answered.body)).encode()), (b"cache-control", b"no-store")]
        if answered.kind:
            headers.append((b"content-type", answered.kind))
        await send({"type": "http.response.start", "status": answered.status, "headers": headers})
        await send({"type": "http.response.body", "body": answered.body})
        if answered.after:
            answered.after()

    async def _answered(self, scope: Scope, receive: Receive) -> Answered:
        if scope["method"] != "POST":
            return Answered(405)
        delivery = Delivery(scope, receive)
        try:
            delivery.check_size()
            return await self._hear(delivery)
        except Refused as refused:
            await delivery.discard()
            return Answered(refused.status)
        except Exception as error:
            # The type of an error, never its text: texts may quote what a person wrote.
            log.error("delivery failed", extra={"error": type(error).__name__})
            return Answered(503)
