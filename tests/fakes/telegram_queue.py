"""How updates reach the bot: kept in order until confirmed, by the next offset or by the webhook's 2xx."""

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Any

import aiohttp

from .telegram_spec import Refused

Json = dict[str, Any]
LONGEST_POLL = 2.0  # seconds; the real one waits up to 50
NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
ATTEMPTS = 40


@dataclass(eq=False)
class Waiting:
    """An update on its way. One that is `again` is shown once more, whatever the offset says."""

    update: Json
    again: bool = False
    shown: bool = False


@dataclass
class Webhook:
    url: str
    secret: str = ""


class UpdateQueue:
    """The updates that the bot has not confirmed yet."""

    def __init__(self) -> None:
        self.next_id = 1001
        self.waiting: list[Waiting] = []
        self.all: dict[int, Json] = {}
        self.allowed: list[str] = []
        self.unheard: list[Json] = []  # what the bot did not ask for, or a privacy mode kept from it
        self.undelivered: list[Json] = []  # what the webhook refused until we gave up
        self.attempts: list[tuple[int, int | str]] = []  # webhook posts: update id, status or error
        self.webhook: Webhook | None = None
        self.at_once = 1  # how many updates are posted to a webhook at a time, of one chat one after another
        self.last_change = 0.0  # loop time
        self.shuffle = False
        self.longest_poll = LONGEST_POLL
        self._changed = asyncio.Condition()
        self._poll: asyncio.Event | None = None
        self._closing = False
        self._delivery: asyncio.Task[None] | None = None
        self._posting: dict[object, Waiting] = {}

    def wants(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT

    async def put(self, kind: str, content: Json) -> int | None:
        """Queues an update; returns its id, or nothing when the bot did not ask for this kind."""
        if not self.wants(kind):
            self.unheard.append({kind: content})
            return None
        update_id, self.next_id = self.next_id, self.next_id + 1
        self.all[update_id] = {"update_id": update_id, kind: content}
        await self._append(Waiting(self.all[update_id]))
        return update_id

    async def put_again(self, update_id: int) -> None:
        await self._append(Waiting(self.all[update_id], again=True))

    async def _append(self, waiting: Waiting) -> None:
        self.waiting.append(waiting)
        await self.changed()

    async def changed(self) -> None:
        self.last_change = asyncio.get_running_loop().time()
        async with self._changed:
            self._changed.notify_all()

    # Polling

    async def poll(self, offset: int, limit: int, seconds: float, allowed: list[str] | None) -> list[Json]:
        """The unconfirmed updates; waits when there are none. A second poll ends the first."""
        if self.webhook:
            raise Refused(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete "
                "the webhook first",
            )
        if self._poll:
            self._poll.set()
        if allowed is not None:
            self.allowed = allowed
        await self._confirm(offset)
        mine = self._poll = asyncio.Event()
        try:
            await self._until_ready(mine, 0 if self._closing else min(seconds, self.longest_poll))
        finally:
            if self._poll is mine:
                self._poll = None
        if mine.is_set() and not self._closing:
            raise Refused(
                409,
                "Conflict: terminated by other getUpdates request; "
                "make sure that only one bot instance is running",
            )
        return self._batch(limit)

    async def _confirm(self, offset: int) -> None:
        if offset < 0:  # the last so many, and forget those before
            kept = self.waiting[offset:]
        elif offset > self.next_id + 10:  # an offset from another time: Telegram starts at the head
            return
        else:
            kept = [w for w in self.waiting if not self._is_confirmed(w, offset)]
        if len(kept) < len(self.waiting):
            self.waiting = kept
            await self.changed()

    def _is_confirmed(self, waiting: Waiting, offset: int) -> bool:
        return waiting.shown if waiting.again else bool(waiting.update["update_id"] < offset)

    async def _until_ready(self, terminated: asyncio.Event, seconds: float) -> None:
        ready = asyncio.ensure_future(self._ready(2 if self.shuffle else 1))
        ended = asyncio.ensure_future(terminated.wait())
        try:
            await asyncio.wait({ready, ended}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (ready, ended):
                task.cancel()
            await asyncio.gather(ready, ended, return_exceptions=True)

    async def _ready(self, count: int) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: len(self.waiting) >= count)

    def _batch(self, limit: int) -> list[Json]:
        batch = self.waiting[:limit]
        if self.shuffle and len(batch) > 1:
            self.shuffle, batch = False, batch[::-1]
        for waiting in batch:
            waiting.shown = True
        return [waiting.update for waiting in batch]

    # The webhook

    async def connect(self, webhook: Webhook | None) -> None:
        await self.disconnect()
        self.webhook = webhook
        if webhook:
            self._delivery = asyncio.create_task(self._deliver(webhook))

    async def disconnect(self) -> None:
        self.webhook = None
        if self._delivery:
            self._delivery.cancel()
            await asyncio.gather(self._delivery, return_exceptions=True)
            self._delivery = None

    async def close(self) -> None:
        self._closing = True
        if self._poll:
            self._poll.set()
        await self.disconnect()

    async def _deliver(self, webhook: Webhook) -> None:
        """Those of one chat one after another, the next only when this one was taken."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": webhook.secret} if webhook.secret else {}
        timeout = aiohttp.ClientTimeout(total=10)
        session = aiohttp.ClientSession(headers=headers, timeout=timeout)
        async with session as client, asyncio.TaskGroup() as group:
            for _ in range(self.at_once):
                group.create_task(self._deliver_in_turn(client, webhook))

    async def _deliver_in_turn(self, client: aiohttp.ClientSession, webhook: Webhook) -> None:
        while True:
            await self._enough_to_deliver()
            waiting = self._next()
            if waiting is None:
                continue
            chat = _chat_of(waiting.update)
            self._posting[chat] = waiting
            try:
                if not await self._post(client, webhook.url, waiting.update):
                    self.undelivered.append(waiting.update)
            finally:
                del self._posting[chat]
            with contextlib.suppress(ValueError):  # dropped meanwhile
                self.waiting.remove(waiting)
            await self.changed()

    def _next(self) -> Waiting | None:
        """The first that waits in a chat of which none is under way."""
        return next((each for each in self.waiting if _chat_of(each.update) not in self._posting), None)

    async def _enough_to_deliver(self) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self._next() is not None)
        if self.shuffle:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ready(2), 1.0)
        if self.shuffle and len(self.waiting) > 1:
            self.shuffle = False
            self.waiting.reverse()

    async def _post(self, client: aiohttp.ClientSession, url: str, update: Json) -> bool:
        for attempt in range(ATTEMPTS):
            try:
                async with client.post(url, json=update) as answer:
                    status: int | str = answer.status
            except (aiohttp.ClientError, TimeoutError) as failure:
                status = type(failure).__name__
            self.attempts.append((update["update_id"], status))
            if isinstance(status, int) and 200 <= status < 300:
                return True
            await asyncio.sleep(min(0.05 * 2**attempt, 0.5))
        return False


def _chat_of(update: Json) -> object:
    """Where it happened; an update without a chat stands alone."""
    content = next((item for name, item in update.items() if name != "update_id"), {})
    chat = (content.get("message") or content).get("chat") if isinstance(content, dict) else None
    return chat["id"] if isinstance(chat, dict) else update["update_id"]
