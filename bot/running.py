"""`upbeat run`: start, say what to try, serve until told to stop, and stop without losing anything."""

from __future__ import annotations

import contextlib
import errno
import gc
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import uvicorn

from bot.app import DRAIN, App
from bot.heads import ShortHeads
from bot.logs import set_up_logs
from bot.roles import ALL, Role
from bot.settings import Settings
from bot.terminal import Complaint
from storage.columns import Unreadable
from storage.damage import Damaged
from storage.errors import Unanswered
from storage.migrations import Newer
from storage.reasons import reason_of


def run(
    settings: Settings,
    *,
    roles: frozenset[Role] = ALL,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    lease: float | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT. Raises Complaint when the port is taken, Slack is configured by half, or the start
    fails. `lease`: the seconds of the leases of what only one process does at a time, if not the usual ones."""
    began = time.monotonic()
    set_up_logs()
    if settings.lacking:  # whoever wants Slack does not want the sample company in its place
        raise Complaint(f"Slack cannot be served: {settings.lacking}")
    _check_port(settings.host, settings.port)
    app = App(settings, roles=roles, now=now, lease=lease)
    app.on_ready = lambda: _ready(app, time.monotonic() - began)
    config = uvicorn.Config(
        app.server(),
        http=ShortHeads,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=int(DRAIN),
        server_header=False,
    )
    server = _Server(config, app)
    app.on_failure = server.give_up
    with contextlib.suppress(SystemExit):  # uvicorn's way to say that the start failed
        server.run()
    if app.failure is not None:
        raise Complaint(
            f"Upbeat could not start: {_why(app.failure)} `upbeat doctor` looks at everything it needs."
        )


def _why(failure: Exception) -> str:
    """A sentence of ours as it is; of a library only the kind of error and its place, for it may quote a token."""
    if isinstance(failure, Complaint | Unreadable | Newer | Damaged):
        return f"{str(failure).rstrip('.')}."
    if why := reason_of(failure):
        return f"The database cannot be used: {why[0]}. {why[1]}"
    if isinstance(failure, Unanswered):
        return "The database did not answer, or did not take the work in time."
    trace = failure.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" ({Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno})" if trace else ""
    return f"{type(failure).__name__}{place}."


class _Server(uvicorn.Server):
    """uvicorn, which tells the app first that it stops: open event streams end, and `/readyz` says no."""

    def __init__(self, config: uvicorn.Config, app: App) -> None:
        super().__init__(config)
        self._app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._app.stopping = True
        super().handle_exit(sig, frame)

    def give_up(self) -> None:
        """Stop, for the start has failed."""
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn raises the signal again when it has stopped; a stop that was asked for is a success.
        before = {sig: signal.signal(sig, self.handle_exit) for sig in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for sig, handler in before.items():
                signal.signal(sig, handler)


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as error:
            fix = (
                "Is another Upbeat running? Set UPBEAT_PORT to another number."
                if error.errno in (errno.EADDRINUSE, errno.EACCES)
                else "Set UPBEAT_HOST to an address of this machine."
            )
            raise Complaint(f"Nothing can listen on {host}:{port} ({error.strerror}). {fix}") from None


def _ready(app: App, seconds: float) -> None:
    collect_rarely()
    _welcome(app, seconds)


def collect_rarely() -> None:
    """What was imported stays: the garbage collector need not look through it for every few hundred new objects."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
    gc.enable()


def _welcome(app: App, seconds: float) -> None:
    settings = app.settings
    away = app.reaching.away
    served = [platform.name for platform in app.platforms if platform.name not in away]
    names = ", ".join(served) or ("nobody yet" if away else "nothing yet (see .env.example)")
    part = (
        ""
        if app.roles == ALL
        else f", with the roles {', '.join(role for role in Role if role in app.roles)}"
    )
    lines = [f"Upbeat is ready in {seconds:.1f} s and serves {names}{part}. Ctrl+C stops it."]
    lines += [f"  {why} It is tried again by itself until it answers." for why in away.values()]
    if settings.serves_local_chat and Role.WEB in app.roles:
        lines += [
            f"  Open {settings.local_address} and be anybody of the company. Try:",
            "    /checkin done the login page; next payments; blocked by a review",
            "    /kudos @ben for the calm incident call",
            "    /feedback @ben     /1on1 add @ben the roadmap     /goals     /review     /help     周报",
        ]
    if not app.has_begun:
        lines.append(
            "  The sample company is living through its last month: it is all there in a few seconds."
        )
    with contextlib.suppress(OSError):  # the disk with the log is full: that is no reason not to serve
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
