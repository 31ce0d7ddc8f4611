"""We ask Telegram for updates, and ask for the next ones only when the effects of these are committed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

from prometheus_client import Counter
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.telegram import post
from bot.telegram.client import Client
from bot.telegram.hearing import Hearing
from bot.telegram.request import Json
from storage.database import Busy

log = logging.getLogger("upbeat.telegram")

FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
BREATH = 0.1
"""Seconds between two questions when there is nothing: what stands in for Telegram may not wait for updates."""
LONGEST_LOCKED = 3600.0
"""Seconds between two questions when Telegram refuses our token, or wants us to wait for longer."""
LATE = 1.0
"""Seconds for which updates are waited for; then others are asked for, while the late ones are still being done."""
RETRY, LONGEST_RETRY = 0.2, 5.0
DRAIN = 15.0

CONFLICTS = Counter(
    "upbeat_telegram_conflicts", "Polls that Telegram ended because somebody else polls this bot"
)


class Polling:
    """The loop of `getUpdates`, for as long as it is our turn (`holds`): only one process may ask."""

    def __init__(self, client: Client, hearing: Hearing, holds: Callable[[], bool]) -> None:
        self._client = client
        self._hearing = hearing
        self._holds = holds
        self._offset = 0
        self._taken: dict[int, asyncio.Task[bool]] = {}
        """What is not confirmed yet, by its number; whether its effect is committed."""
        self._asking = False
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.locked = False

    def start(self) -> None:
        """Begin to ask."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Take nothing new, finish what was taken, and confirm it."""
        self._stopping.set()
        if self._task is None:
            return
        if self._asking:
            self._task.cancel()  # what it would bring is not confirmed and comes again
        with contextlib.suppress(asyncio.CancelledError, TimeoutError):
            await asyncio.wait_for(self._task, DRAIN)
        await self._settle(DRAIN)
        if self._offset and self._holds():
            with contextlib.suppress(TelegramError):
                await self._client.updates(self._offset, wait=0, most=1)

    async def drop(self) -> None:
        """Ask no more, and confirm nothing: what was not confirmed, the next one gets, and answers."""
        self._stopping.set()
        tasks = [*self._taken.values(), *([self._task] if self._task else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        wait = FIRST_WAIT
        while not self._stopping.is_set() and self._holds():
            batch, wait = await self._ask(wait)
            for raw in sorted(batch, key=lambda raw: int(raw["update_id"])):
                if raw["update_id"] not in self._taken:
                    self._taken[raw["update_id"]] = self._in_order(raw)
            await self._settle(LATE)

    async def _ask(self, wait: float) -> tuple[list[Json], float]:
        """The next updates, or none after a while when Telegram cannot be asked; and how long to wait next time."""
        try:
            self._asking = True
            batch = await self._client.updates(self._offset)
            self.locked = False
            if not batch:
                await asyncio.sleep(BREATH)
            return batch, FIRST_WAIT
        except Exception as error:  # whatever Telegram says: we would be deaf if this loop ended
            await self._note(error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _pause(error, wait))
            return [], min(wait * 2, LONGEST_LOCKED if self.locked else LONGEST_WAIT)
        finally:
            self._asking = False

    async def _note(self, error: Exception) -> None:
        if isinstance(error, Conflict):
            CONFLICTS.inc()
            log.warning("another process asks for this bot's updates, or it has a webhook: only one may")
        elif isinstance(error, InvalidToken):
            if not self.locked:
                log.error("telegram refuses the token")
                with contextlib.suppress(Busy):
                    await self._hearing.locked_out()
            self.locked = True
        else:
            log.warning("no updates", extra={"error": type(error).__name__})

    async def _settle(self, seconds: float) -> None:
        """Wait so long for what was taken. What the next question confirms ends before the first that is not committed:
        of these alone, as after a quiet week Telegram begins anew at a random number."""
        if not self._taken:
            return
        await asyncio.wait(self._taken.values(), timeout=seconds)
        left = [number for number, task in self._taken.items() if not _is_committed(task)]
        self._offset = min(left) if left else max(self._taken) + 1
        self._taken = {
            number: task for number, task in self._taken.items() if left and number >= self._offset
        }

    def _in_order(self, raw: Json) -> asyncio.Task[bool]:
        return self._hearing.in_order(raw, lambda: self._patiently(raw))

    async def _patiently(self, raw: Json) -> bool:
        """Try until the effect is committed, however long that takes. False when we stop before."""
        wait = RETRY
        while True:
            try:
                await self._hearing.take(raw)
                return True
            except Busy:
                log.warning("database busy", extra={"update_id": raw["update_id"]})
            except Exception as error:
                name = type(error).__name__
                log.warning("update tried again", extra={"update_id": raw["update_id"], "error": name})
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait)
                return False
            wait = min(wait * 2, LONGEST_RETRY)


def _is_committed(task: asyncio.Task[bool]) -> bool:
    return task.done() and not task.cancelled() and task.result()


def _pause(error: Exception, wait: float) -> float:
    return min(post.seconds(error), LONGEST_LOCKED) if isinstance(error, RetryAfter) else wait
