"""Several processes of Upbeat on one PostgreSQL, each killed, stopped and woken by its own id, behind a load balancer.

    python -m tests.several ROLES SECONDS [MOMENT]

is `upbeat run` with these roles and leases of so many seconds, whose clock runs on from a given moment."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot.roles import read_roles
from bot.running import run
from bot.settings import Settings
from storage.database import Database
from storage.store import Store
from tests.forked import Forked, fork
from tests.ports import free_port

SECRET = "a test's secret"
LEASE = 2.0
PATIENCE = 30
"""Seconds after which nobody takes over any more. It takes 12 where who had it stopped within a transaction, which
PostgreSQL ends after 9."""


@dataclass(eq=False)
class Process:
    """One of them."""

    port: int
    popen: Forked
    log: Path

    @property
    def is_running(self) -> bool:
        return self.popen.returncode is None

    def signal(self, what: signal.Signals) -> None:
        self.popen.send_signal(what)

    async def ready(self) -> None:
        """Wait until it says that it is ready."""
        async with aiohttp.ClientSession() as session:
            while True:
                assert self.is_running, self.log.read_text()[-3000:]
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get(f"http://127.0.0.1:{self.port}/readyz") as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(0.05)


@dataclass
class Several:
    """The processes, and the database that they share."""

    url: str
    processes: list[Process]
    database: Database = field(init=False)

    def __post_init__(self) -> None:
        self.database = Database(self.url, SECRET.encode())
        self.database.open()

    def change(self, work: Callable[[Store], Any]) -> Any:
        return self.database.write_now(work)

    def rows(self, table: Any, *conditions: Any) -> list[Any]:
        """Every row of a table, past all rules: for the test's own eyes."""
        return list(self.change(lambda store: store._rows(table, conditions)))

    def holder(self, name: str) -> Process | None:
        """Who does this alone now."""
        held = {each.name: each for each in self.change(lambda store: store.leases.standing())}
        if name not in held or held[name].seconds <= 0:
            return None
        pid = int(held[name].holder.split(":")[1])
        return next((one for one in self.processes if one.popen.pid == pid), None)

    async def held(self, name: str, *, by_other_than: Process | None = None) -> Process:
        """Who does this alone, as soon as it is somebody (else)."""
        async with asyncio.timeout(PATIENCE):
            while (found := self.holder(name)) in (None, by_other_than):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert found is not None
        return found


@contextlib.asynccontextmanager
async def several(
    url: str, folder: Path, *words: str, roles: tuple[str, ...] = ("", "", ""), **settings: str
) -> AsyncIterator[Several]:
    """Start them all at once, and end those that are left."""
    made: list[Process] = []
    try:
        for number, role in enumerate(roles):
            made.append(await _start(url, folder / f"log-{number}", [role, str(LEASE), *words], settings))
        await asyncio.wait_for(asyncio.gather(*(process.ready() for process in made)), 60)
        upbeat = Several(url, made)
        try:
            yield upbeat
        finally:
            upbeat.database.stop()
    finally:
        for process in made:
            if process.is_running:
                process.signal(signal.SIGCONT)
                process.signal(signal.SIGTERM)
        await asyncio.wait_for(asyncio.gather(*(process.popen.wait() for process in made)), 40)


async def _start(url: str, log: Path, words: list[str], settings: dict[str, str]) -> Process:
    port = free_port()
    ours = ("UPBEAT", "SLACK", "TELEGRAM")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    given = {
        "UPBEAT_DATABASE_URL": url,
        "UPBEAT_SECRET_KEY": SECRET,
        "UPBEAT_PORT": str(port),
        "UPBEAT_LOCAL_CHAT": "off",
        "PYTHONPATH": str(Path(__file__).parent.parent),
    }
    env = {**clean, **given, **settings}
    return Process(port, await fork("tests.several", words, cwd=log.parent, env=env, log=log), log)


@contextlib.asynccontextmanager
async def load_balancer() -> AsyncIterator[tuple[str, list[int], list[int]]]:
    """An address whose requests go to one port after the other, past those that nobody listens on; the ports, to be
    filled in; and which ports have answered."""
    ports: list[int] = []
    answered: list[int] = []
    turn = cycle(range(1_000_000))
    async with aiohttp.ClientSession() as session:

        async def pass_on(request: web.Request) -> web.Response:
            body, first = await request.read(), next(turn)
            for at in range(len(ports)):
                port = ports[(first + at) % len(ports)]
                with contextlib.suppress(aiohttp.ClientConnectorError):
                    url = f"http://127.0.0.1:{port}{request.path_qs}"
                    headers = {k: v for k, v in request.headers.items() if k.lower() != "content-length"}
                    async with session.request(request.method, url, data=body, headers=headers) as answer:
                        answered.append(port)
                        kind = answer.headers.get("content-type", "text/plain").partition(";")[0]
                        said = await answer.read()
                        return web.Response(status=answer.status, body=said, content_type=kind)
            return web.Response(status=502)

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", pass_on)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}", ports, answered
        finally:
            await runner.cleanup()


if __name__ == "__main__":
    roles, seconds = read_roles(sys.argv[1]), float(sys.argv[2])
    moment = datetime.fromisoformat(sys.argv[3]) if len(sys.argv) > 3 else datetime.now(UTC)
    ahead = moment - datetime.now(UTC)
    run(Settings(), roles=roles, now=lambda: datetime.now(UTC) + ahead, lease=seconds)
