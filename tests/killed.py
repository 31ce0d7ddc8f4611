"""`upbeat run`, which kills itself with SIGKILL at the n-th time that it comes by a named point of the one path.

    python -m tests.killed POINT N

The points stand around the real code; nothing is replaced. Without a point it only runs."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from bot.running import run
from bot.settings import Settings
from bot.telegram.speak import TelegramSpeaker
from handlers.kit.carrying import Carrying
from handlers.kit.dispatch import Core
from schedules.delivery import Delivery
from storage.database import Database
from storage.inbox import Deliveries

POINTS = (
    "before inbox",
    "in the handler",
    "before commit",
    "after commit",
    "before acknowledgement",
    "after claim",
    "before request",
    "after request",
    "after delivery",
)


class Countdown:
    """Dies at the n-th pass."""

    def __init__(self, passes: int) -> None:
        self.left = passes

    def __call__(self, *_: Any) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def before(owner: Any, name: str, countdown: Countdown) -> None:
    """Pass the point before this method."""
    real: Callable[..., Any] = getattr(owner, name)

    def passing(*args: Any, **values: Any) -> Any:
        countdown()
        return real(*args, **values)

    setattr(owner, name, passing)


def after(owner: Any, name: str, countdown: Countdown) -> None:
    """Pass the point after this coroutine."""
    real: Callable[..., Any] = getattr(owner, name)

    async def passing(*args: Any, **values: Any) -> Any:
        result = await real(*args, **values)
        countdown()
        return result

    setattr(owner, name, passing)


def set_trap(point: str, passes: int) -> None:
    """Set the point."""
    countdown = Countdown(passes)
    if point == "before inbox":
        before(Deliveries, "seen", countdown)
    elif point == "in the handler":
        before(Carrying, "_finished", countdown)
    elif point == "before commit":
        _on_commit(countdown)
    elif point == "after commit":
        after(Core, "_hear", countdown)
    elif point == "before acknowledgement":
        after(Core, "hear", countdown)
    elif point == "after claim":
        after(Delivery, "_take", countdown)
    elif point == "before request":
        before(TelegramSpeaker, "speak", countdown)
    elif point == "after request":
        after(TelegramSpeaker, "speak", countdown)
    elif point == "after delivery":
        after(Delivery, "_sent", countdown)


def _on_commit(countdown: Countdown) -> None:
    real = Database.__init__

    def made(self: Database, *args: Any, **values: Any) -> None:
        real(self, *args, **values)
        event.listen(self.engine, "commit", countdown)

    Database.__init__ = made  # type: ignore[method-assign]


if __name__ == "__main__":
    if len(sys.argv) > 1:
        set_trap(sys.argv[1], int(sys.argv[2]))
    run(Settings())
