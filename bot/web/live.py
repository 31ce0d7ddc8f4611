"""Pages that are open hear that something changed, and look again."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable

LOOK = 0.5
"""Seconds after which an open stream looks whether Upbeat is stopping."""
WAITING = 100
"""Events that wait for a slow page; it looks at everything again anyway."""


class Live:
    """Who has a page open in this process, and what they have not heard yet."""

    def __init__(self) -> None:
        self._open: dict[asyncio.Queue[str], str] = {}
        self._closed = False

    def tell(self, what: str, people: Iterable[str] | None = None) -> None:
        """Tell the pages of these people (None: everybody's) what changed: a channel's id, or `home`."""
        wanted = None if people is None else frozenset(people)
        for queue, person_id in self._open.items():
            if wanted is None or person_id in wanted:
                with contextlib.suppress(asyncio.QueueFull):
                    queue.put_nowait(what)

    async def changes(self, person_id: str, is_stopping: Callable[[], bool]) -> AsyncIterator[str]:
        """What changes for a person, until Upbeat stops."""
        queue: asyncio.Queue[str] = asyncio.Queue(WAITING)
        self._open[queue] = person_id
        try:
            while not (self._closed or is_stopping()):
                with contextlib.suppress(TimeoutError):
                    yield await asyncio.wait_for(queue.get(), LOOK)
        finally:
            del self._open[queue]

    def close(self) -> None:
        """End every open stream."""
        self._closed = True
