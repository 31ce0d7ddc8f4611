"""The local chat of the small company on a real HTTP server, with the real delivery, for a real browser."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any

import uvicorn

from bot.web import calendar, customers
from bot.web.platform import WebPlatform
from bot.web.server import make_server
from handlers.kit.dispatch import Core
from schedules.delivery import Delivery
from schedules.turns import Turns
from tests.studio import STUDIO


class House:
    """What `make_server` needs of a running Upbeat: the local chat and its delivery, without the clock."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.platforms = [WebPlatform(core, STUDIO)]
        self.delivery = Delivery(core, [platform.speaker for platform in self.platforms], worker="test")
        self.turns = Turns(core.database, [], holder="test")
        self.stopping = False
        self.core.on_answer = self._answered

    async def _answered(self, touched: frozenset[str]) -> None:
        self.delivery.wake()
        for platform in self.platforms:
            await platform.refresh_homes(touched)

    def doors(self) -> dict[str, Any]:
        return {}

    def routes(self) -> list[Any]:
        own = (route for platform in self.platforms for route in platform.routes)
        database = self.core.database
        return [*own, *customers.make_routes(database), calendar.make_route(database)]

    async def is_ready(self) -> bool:
        return True

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[House]:
        for platform in self.platforms:
            await platform.start()
        await self.delivery.start()
        try:
            yield self
        finally:
            for platform in self.platforms:
                await platform.stop()
            await self.delivery.stop(5)


class _Server(uvicorn.Server):
    """uvicorn inside a test: signals are not its business."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


@dataclass
class Opened:
    """A house that answers at an address."""

    url: str
    house: House

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rpartition(":")[2])

    def page(self, who: str, view: str = "upbeat") -> str:
        """The address of somebody's page."""
        return f"{self.url}/as/{who}/{view}"


@contextlib.asynccontextmanager
async def open_house(
    core: Core, *, channels: Iterable[str] = ("general", "engines"), port: int = 0
) -> AsyncIterator[Opened]:
    """Serve the local chat on this machine, on a free port unless one is named."""
    for name in channels:
        core.database.write_now(
            lambda store, name=name: store.accounts.seen_place("web", name, f"#{name}")  # type: ignore[misc]
        )
    house = House(core)
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    config = uvicorn.Config(
        make_server(house),  # type: ignore[arg-type]
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield Opened(f"http://127.0.0.1:{listening.getsockname()[1]}", house)
    finally:
        house.stopping = True
        server.should_exit = True
        await serving
