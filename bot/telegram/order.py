"""What happens in one chat happens in order; different chats do not wait for each other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class InOrder:
    """Work by key, first come first served within a key; at most `most` at a time over all."""

    def __init__(self, most: int) -> None:
        self._last: dict[Hashable, asyncio.Task[Any]] = {}
        self._room = asyncio.Semaphore(most)

    def start(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> asyncio.Task[T]:
        """Do this after what was started before it with the same key."""
        task = asyncio.create_task(self._after(self._last.get(key), work))
        self._last[key] = task
        task.add_done_callback(lambda done: self._forget(key, done))
        return task

    async def finish(self, seconds: float) -> None:
        """Wait until everything is done, and give up what is not by then."""
        if tasks := set(self._last.values()):
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _after(self, before: asyncio.Task[Any] | None, work: Callable[[], Awaitable[T]]) -> T:
        if before is not None:
            await asyncio.wait({before})
        async with self._room:
            return await work()

    def _forget(self, key: Hashable, done: asyncio.Task[Any]) -> None:
        if self._last.get(key) is done:
            del self._last[key]
