"""A system of the company that sends figures, and signs them as it should or otherwise."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from bot.ingest.door import make_door
from bot.ingest.signed import keys_of, new_secret
from handlers.goals.data.arriving import expect
from storage.metrics import GITHUB, SIGNED, DataSource
from tests.company import Chat
from tests.hostile.asgi import asked

_NUMBERS = count(1)


@dataclass
class Sender:
    """One source of data, at its door."""

    chat: Chat
    name: str = "crm"
    form: str = SIGNED
    secret: str = field(default_factory=new_secret)
    stale_days: int = 14
    owner: str = ""

    def __post_init__(self) -> None:
        def work(store: Any) -> None:
            owner = self.chat.ids.get(self.owner)
            source = store.metrics.add_source(
                self.name, form=self.form, secret=self.secret, owner=owner, stale_days=self.stale_days
            )
            expect(store, source)

        self.chat.change(work)

    @property
    def source(self) -> DataSource:
        """Its row."""
        (row,) = self.chat.rows(DataSource, DataSource.name == self.name)
        return row  # type: ignore[no-any-return]

    async def sends(self, *points: dict[str, Any], number: str = "") -> dict[str, Any]:
        """Send points, and be answered that they were taken."""
        status, told = await self.posts(json.dumps({"points": points}).encode(), number=number)
        assert status == 200, told
        return told

    async def posts(
        self, body: bytes, *, number: str = "", age: int = 0, **headers: str
    ) -> tuple[int, dict[str, Any]]:
        """Post a body, signed; `headers` in place of those that it would have."""
        number = number or f"msg_{next(_NUMBERS)}"
        made = {
            **self.signed(body, number, age),
            **{n.replace("_", "-"): item for n, item in headers.items()},
        }
        return await self.shows(body, {name: item for name, item in made.items() if item})

    def signed(self, body: bytes, number: str, age: int = 0) -> dict[str, str]:
        """The headers of Standard Webhooks."""
        at = int(self.chat.now.timestamp()) - age
        key = keys_of(self.form, self.secret)[0]
        digest = hmac.digest(key, f"{number}.{at}.".encode() + body, "sha256")
        signature = "v1," + base64.b64encode(digest).decode()
        return {"webhook-id": number, "webhook-timestamp": str(at), "webhook-signature": signature}

    async def tells(self, event: str, payload: Any, *, number: str = "") -> tuple[int, dict[str, Any]]:
        """Post as GitHub does."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        digest = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        number = number or f"delivery-{next(_NUMBERS)}"
        named = {"x-github-event": event, "x-github-delivery": number}
        return await self.shows(body, {**named, "x-hub-signature-256": f"sha256={digest}"})

    async def shows(self, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Post a body with these headers."""
        status, told = await asked(make_door(self.chat.core), "POST", f"/ingest/{self.name}", body, headers)
        return status, json.loads(told) if told else {}


def github(chat: Chat) -> Sender:
    """A source of the other kind."""
    return Sender(chat, "github", form=GITHUB)


def point(value: str, **more: Any) -> dict[str, Any]:
    """A point of sign-ups."""
    return {"metric": "sign-ups", "at": "2026-11-23T08:00:00Z", "value": value, **more}
