"""What stands before every page: strict headers, bodies of a sane size, errors without a traceback, strangers out."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TypeAlias
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.door import Message, Receive, Scope, Send, discard
from storage.errors import where_of

Asgi: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
Answering: TypeAlias = Callable[[Request], Awaitable[Response]]

log = logging.getLogger("upbeat.web")

MOST = 1_000_000
MOST_WITH_FILE = 10_500_000
"""Bytes of a body; where a file may come along, ten megabytes and the words around it."""
MAY_CARRY_A_FILE = "/say"
HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})

HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (
        b"content-security-policy",
        b"default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
NO_STORE = (b"cache-control", b"no-store")
ASK_AGAIN = (b"cache-control", b"no-cache")
"""Our own files are kept by the browser, which asks each time whether they are still the same."""


class Guard:
    """Around the whole server: adds the headers, refuses what is too big, and answers when something breaks.

    `broken` answers an unexpected error, `too_big` a body over the limit: Starlette's own limit answers without
    headers, and not in words for people."""

    def __init__(self, app: Asgi, *, broken: Asgi, too_big: Asgi) -> None:
        self._app = app
        self._broken = broken
        self._too_big = too_big

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headed = _Headed(send, ASK_AGAIN if scope["path"].startswith("/static/") else NO_STORE)
        try:
            whole = await _whole(scope, receive)
            if whole is None:
                await discard(scope["headers"], receive)
                await self._too_big(scope, receive, headed)
            else:
                await self._app(scope, whole, headed)
        except Exception as error:
            # The type of an error, never its text: texts may quote what a person wrote.
            log.error("page failed", extra={"error": type(error).__name__, "where": where_of(error)})
            if not headed.begun:
                await self._broken(scope, receive, headed)


class _Headed:
    """The way back to the browser, with the headers on it."""

    def __init__(self, send: Send, keeping: tuple[bytes, bytes]) -> None:
        self._send = send
        self._keeping = keeping
        self.begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            given = list(message.get("headers", ()))
            names = {name.lower() for name, _ in given}
            wanted = (*HEADERS, self._keeping)
            message = {**message, "headers": given + [pair for pair in wanted if pair[0] not in names]}
        await self._send(message)


async def _whole(scope: Scope, receive: Receive) -> Receive | None:
    """The body, read to its end and given on in one piece; None when it is too big."""
    if scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return receive
    most = MOST_WITH_FILE if scope["path"].endswith(MAY_CARRY_A_FILE) else MOST
    told = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if told.isdigit() and int(told) > most:
        return None
    parts: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        more = message.get("more_body", False)
        if size > most:
            return None
    return _again(b"".join(parts), receive)


def _again(body: bytes, receive: Receive) -> Receive:
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def give() -> Message:
        return waiting.pop() if waiting else await receive()

    return give


def local_only(request: Request) -> None:
    """Only a browser on this machine, and only under this machine's own name: a page of the internet whose name was
    pointed here (DNS rebinding) is refused like a stranger on the network."""
    caller = request.client.host if request.client else ""
    if caller not in HOSTS or not _is_local(f"//{request.headers.get('host', '')}"):
        raise HTTPException(403)


def same_origin(request: Request) -> None:
    """A change comes from a page of ours, never from another site in the same browser."""
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin")
    ours = origin is None or urlsplit(origin).netloc == request.headers.get("host", "")
    if not ours or site not in ("same-origin", "none"):
        raise HTTPException(403)


def _is_local(address: str) -> bool:
    try:
        return urlsplit(address).hostname in HOSTS
    except ValueError:
        return False
