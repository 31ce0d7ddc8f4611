"""`upbeat`, which kills itself with SIGKILL when it comes by a named point for the n-th time.

    python -m prove.points FILE HURRY AHEAD WORDS…

is `upbeat WORDS…`. FILE holds "point:n", read at the start and again at each SIGUSR1; an empty one kills nothing. HURRY
divides the lengths of leases and pauses, AHEAD is how many seconds its clock runs before ours. The points stand around
the real code; nothing is replaced, and production code knows nothing of them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

PATH = (
    "before the inbox row",
    "after the inbox row",
    "in the handler",
    "before the commit",
    "after the commit",
    "before the acknowledgement",
    "after the acknowledgement",
    "before the offset is confirmed",
    "after the offset is confirmed",
    "after the claim",
    "before the request",
    "after the request was written",
    "after the answer",
    "after the delivery is noted",
    "in a tick",
)
"""Where a server dies, in the order of the path."""
COMMANDS = ("in an import", "in a backup", "in a migration")
"""Where a command on the terminal dies, beside a server that goes on."""
WRITTEN = 0.25
"""Seconds after which a request that was begun is surely written; the platform holds its answer back for longer."""
DOORS = ("/slack/events", "/telegram/webhook")

Message = MutableMapping[str, Any]


class Trap:
    """Which point kills, and how many passes are left until then."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._point, self._left = "", 0
        self.read()

    def read(self, *signalled: object) -> None:
        """Look into the file again."""
        written = self._file.read_text() if self._file.exists() else ""
        point, _, passes = written.strip().partition(":")
        self._point, self._left = point, int(passes or 0)

    def counts(self, point: str) -> bool:
        """Count a pass; whether it is the last one."""
        if point != self._point:
            return False
        self._left -= 1
        return self._left == 0

    def passes(self, point: str) -> None:
        """Come by a point, and die there if it is time."""
        if self.counts(point):
            die()


def die() -> None:
    """As a machine dies: without a word."""
    os.kill(os.getpid(), signal.SIGKILL)


# Around the code -----------------------------------------------------------------------------------------------------


def before(owner: Any, name: str, trap: Trap, point: str) -> None:
    """Come by the point before this function."""
    real: Callable[..., Any] = getattr(owner, name)

    def passing(*args: Any, **values: Any) -> Any:
        trap.passes(point)
        return real(*args, **values)

    setattr(owner, name, passing)


def after(owner: Any, name: str, trap: Trap, point: str) -> None:
    """Come by the point after this function."""
    real: Callable[..., Any] = getattr(owner, name)

    def passing(*args: Any, **values: Any) -> Any:
        result = real(*args, **values)
        trap.passes(point)
        return result

    setattr(owner, name, passing)


def after_coroutine(owner: Any, name: str, trap: Trap, point: str) -> None:
    """Come by the point when this coroutine has ended well."""
    real: Callable[..., Any] = getattr(owner, name)

    async def passing(*args: Any, **values: Any) -> Any:
        result = await real(*args, **values)
        trap.passes(point)
        return result

    setattr(owner, name, passing)


def while_unanswered(owner: Any, name: str, trap: Trap, point: str) -> None:
    """Come by the point while the request that this coroutine makes has been written and not answered."""
    real: Callable[..., Any] = getattr(owner, name)

    async def passing(*args: Any, **values: Any) -> Any:
        if trap.counts(point):
            asyncio.get_running_loop().call_later(WRITTEN, die)
        return await real(*args, **values)

    setattr(owner, name, passing)


# The points of the path ----------------------------------------------------------------------------------------------


def set_points(trap: Trap) -> None:
    """Set every point of a server."""
    from handlers.kit.carrying import Carrying
    from handlers.kit.dispatch import Core
    from schedules.delivery import Delivery
    from schedules.ringing import Units
    from schedules.sending import Sending
    from storage.inbox import Deliveries

    before(Deliveries, "keep", trap, "before the inbox row")
    after(Deliveries, "keep", trap, "after the inbox row")
    before(Carrying, "_finished", trap, "in the handler")
    _on_commit(trap, "before the commit")
    after_coroutine(Core, "_hear", trap, "after the commit")
    _set_doors(trap)
    after_coroutine(Delivery, "_take", trap, "after the claim")
    _set_voices(trap)
    after_coroutine(Sending, "_sent", trap, "after the delivery is noted")
    before(Units, "_ring", trap, "in a tick")


def _on_commit(trap: Trap, point: str) -> None:
    from sqlalchemy import event

    from storage.database import Database

    real = Database.__init__

    def made(self: Database, *args: Any, **values: Any) -> None:
        real(self, *args, **values)
        event.listen(self.engine, "commit", lambda connection: trap.passes(point))

    Database.__init__ = made  # type: ignore[method-assign]


def _set_voices(trap: Trap) -> None:
    from bot.slack.speak import SlackSpeaker
    from bot.telegram.speak import TelegramSpeaker

    for speaker in (SlackSpeaker, TelegramSpeaker):
        before(speaker, "speak", trap, "before the request")
        while_unanswered(speaker, "speak", trap, "after the request was written")
        after_coroutine(speaker, "speak", trap, "after the answer")


def _set_doors(trap: Trap) -> None:
    from bot.app import App
    from bot.telegram.client import Client

    real = App.server

    def server(self: App) -> Any:
        return _acknowledging(real(self), trap)

    App.server = server  # type: ignore[method-assign]
    before(Client, "updates", trap, "before the offset is confirmed")
    after_coroutine(Client, "updates", trap, "after the offset is confirmed")


def _acknowledging(app: Any, trap: Trap) -> Any:
    """The HTTP server, with a point before and after each answer to a platform."""

    async def served(scope: Message, receive: Any, send: Any) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                trap.passes("before the acknowledgement")
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                trap.passes("after the acknowledgement")

        await app(scope, receive, sending if scope.get("path") in DOORS else send)

    return served


# The points of a command ---------------------------------------------------------------------------------------------


def set_points_of_commands(trap: Trap, ahead: timedelta) -> None:
    """Set the points of an import, a backup and a migration, and the clock."""
    from sqlalchemy import event

    from storage import backups
    from storage.database import Database

    before(backups, "_add", trap, "in a backup")
    real = Database.__init__

    def made(self: Database, *args: Any, **values: Any) -> None:
        real(self, *args, **values)
        self.now = lambda: datetime.now(UTC) + ahead
        for point in ("in an import", "in a migration"):
            event.listen(self.engine, "before_cursor_execute", _writes(trap, point))
            event.listen(self.engine, "commit", lambda connection, point=point: trap.passes(point))

    Database.__init__ = made  # type: ignore[method-assign]


def _writes(trap: Trap, point: str) -> Callable[..., None]:
    def executed(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().split(" ", 1)[0].upper() in ("INSERT", "UPDATE", "DELETE", "CREATE", "ALTER"):
            trap.passes(point)

    return executed


# Starting ------------------------------------------------------------------------------------------------------------


def hurry(times: float) -> float | None:
    """Divide what is waited for after a death: leases of turns by this, those of messages by twice as much. Returns the
    length of a turn's lease."""
    if times == 1:
        return None
    from schedules import clock, sending
    from storage import outbox

    length = 30 / times
    for module in (outbox, sending):
        module.__dict__["LEASE"] = timedelta(seconds=length)
    sending.FRESH = sending.ANSWER = length / 2
    sending.PATIENCE = length / 4
    clock.TICK = max(2, int(20 / times))
    return 9 / times


def die_with(parent: int) -> None:
    """Nobody outlives the proof, however it ends."""
    while os.getppid() == parent:
        time.sleep(1)
    die()


def main(words: list[str]) -> None:
    """Set the points, then be `upbeat`."""
    threading.Thread(target=die_with, args=(os.getppid(),), daemon=True).start()
    trap = Trap(Path(words[0]))
    signal.signal(signal.SIGUSR1, trap.read)
    times, ahead, command = float(words[1]), timedelta(seconds=float(words[2])), words[3:]
    if command[0] != "run":
        _be_a_command(trap, ahead, command)
        return
    set_points(trap)
    from bot.roles import read_roles
    from bot.running import run
    from bot.settings import Settings

    roles = read_roles(command[1] if len(command) > 1 else "")
    run(Settings(), roles=roles, now=lambda: datetime.now(UTC) + ahead, lease=hurry(times))


def _be_a_command(trap: Trap, ahead: timedelta, command: list[str]) -> None:
    from bot.__main__ import main as upbeat

    set_points_of_commands(trap, ahead)
    sys.argv = ["upbeat", *command]
    with contextlib.suppress(KeyboardInterrupt):
        upbeat()


if __name__ == "__main__":
    main(sys.argv[1:])
