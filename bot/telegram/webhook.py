"""Telegram posts its updates to us; it hears 200 only when their effects are committed, and posts again otherwise."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request, Response

from bot.telegram.client import Json

PATH = "/telegram/webhook"
MOST_BYTES = 1_000_000
HEADER = b"x-telegram-bot-api-secret-token"


class TooLarge(Exception):
    """The body is longer than any update."""


def make_router(secret: str, take: Callable[[Json], Awaitable[bool]]) -> APIRouter:
    """The route. `take` returns whether the update's effect is committed. Without a secret there is no route: anybody
    could speak for anybody."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise ValueError("TELEGRAM_WEBHOOK_SECRET is 1 to 256 of A-Z, a-z, 0-9, _ and -")
    router = APIRouter()

    @router.post(PATH)
    async def hear(request: Request) -> Response:
        if not _knows(request, secret):
            return Response(status_code=401)
        try:
            update = _update(await _body(request))
        except TooLarge:
            return Response(status_code=413)
        except (ValueError, RecursionError):
            return Response(status_code=400)
        return Response(status_code=200 if await take(update) else 503)

    return router


def _knows(request: Request, secret: str) -> bool:
    shown = [value for name, value in request.scope["headers"] if name == HEADER]
    return len(shown) == 1 and hmac.compare_digest(shown[0], secret.encode())


async def _body(request: Request) -> bytes:
    if int(request.headers.get("content-length", "0")) > MOST_BYTES:
        raise TooLarge
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise TooLarge
    return bytes(body)


def _update(body: bytes) -> Json:
    update: Any = json.loads(body)
    if not isinstance(update, dict) or type(update.get("update_id")) is not int:
        raise ValueError("not an update")
    return update
