"""Telegram posts its updates to us; it hears 200 only when their effects are committed, and posts again otherwise."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from bot.door import Answered, Delivery, Door, Refused
from bot.telegram.request import Json
from bot.terminal import Complaint

PATH = "/telegram/webhook"
HEADER = b"x-telegram-bot-api-secret-token"


def webhook_of(public_url: str, secret: str) -> str:
    """Where Telegram is to post to, or "" when it is asked instead."""
    return f"{public_url.rstrip('/')}{PATH}" if public_url and secret else ""


def make_door(secret: str, take: Callable[[Json], Awaitable[bool]]) -> Door:
    """The door at `PATH`. `take` returns whether the update's effect is committed. Without a secret there is no door:
    anybody could speak for anybody."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise Complaint("TELEGRAM_WEBHOOK_SECRET is 1 to 256 of A-Z, a-z, 0-9, _ and -")

    async def hear(delivery: Delivery) -> Answered:
        if not hmac.compare_digest(delivery.only(HEADER), secret.encode()):
            raise Refused(401)
        try:
            update = _update(await delivery.body())
        except (ValueError, RecursionError):
            raise Refused(400) from None
        return Answered(200 if await take(update) else 503)

    return Door(hear)


def _update(body: bytes) -> Json:
    update: Any = json.loads(body)
    if not isinstance(update, dict) or type(update.get("update_id")) is not int:
        raise ValueError("not an update")
    return update
