"""The one HTTP server: Slack, Telegram's webhook, the local chat, and what operators ask."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse

if TYPE_CHECKING:
    from bot.app import App


def make_server(app: App) -> FastAPI:
    """The server with every configured platform's routes; it starts the app before it takes the first request."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with app.running():
            yield

    server = FastAPI(title="Upbeat", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    for platform in app.platforms:
        if platform.router is not None:
            server.include_router(platform.router)
    _add_health(server, app)
    return server


def _add_health(server: FastAPI, app: App) -> None:
    @server.get("/healthz")
    async def healthz() -> dict[str, bool]:
        return {"ok": True}

    @server.get("/readyz")
    async def readyz() -> Response:
        ready = not app.stopping and await app.is_ready()
        return JSONResponse({"ready": ready}, status_code=200 if ready else 503)
