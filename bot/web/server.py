"""The one HTTP server: Slack, Telegram's webhook, the local chat, and what operators ask."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.exceptions import HTTPException

from bot.door import Door, Receive, Scope, Send
from bot.ingest import openapi
from bot.metrics import Metrics
from bot.web.draw import HERE, Drawing
from bot.web.guards import Guard
from storage.database import Busy

if TYPE_CHECKING:
    from bot.app import App

WORDS = {404: ("unknown_title", "unknown"), 413: ("broken_title", "too_big"), 429: ("often_title", "often")}


class Server(FastAPI):
    """Pages by FastAPI's routes, platforms' deliveries by doors of their own before them."""

    def __init__(self, doors: Mapping[str, Door], **more: Any) -> None:
        super().__init__(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, **more)
        self._doors = dict(doors)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        door = self._door(scope["path"]) if scope["type"] == "http" else None
        await (door or super().__call__)(scope, receive, send)

    def _door(self, path: str) -> Door | None:
        """The door at a path; one at `/x/*` stands at every name below `/x`."""
        return self._doors.get(path) or self._doors.get(path.rpartition("/")[0] + "/*")


def make_server(app: App) -> FastAPI:
    """The server with every configured platform's routes; it starts the app before it takes the first request."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with app.running():
            yield

    server = Server(app.doors(), title="Upbeat", lifespan=lifespan)
    server.state.is_stopping = lambda: app.stopping
    for router in app.routers():
        # Not include_router: it adds a third of a millisecond to every request.
        server.router.routes.extend(router.routes)
    _add_health(server, app)
    server.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    _add_answers_to_errors(server)
    return server


def _add_health(server: FastAPI, app: App) -> None:
    @server.get("/healthz")
    async def healthz() -> dict[str, bool]:
        return {"ok": True}

    metrics = Metrics(app)

    @server.get("/metrics")
    async def numbers() -> Response:
        return Response(await metrics.text(), media_type=CONTENT_TYPE_LATEST)

    @server.get("/openapi.json")
    async def may_be_posted() -> Response:
        return JSONResponse(openapi.document())

    @server.get("/readyz")
    async def readyz() -> Response:
        ready = not app.stopping and await app.is_ready()
        return JSONResponse({"ready": ready}, status_code=200 if ready else 503)


def _add_answers_to_errors(server: FastAPI) -> None:
    @server.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        return _sorry(request, error.status_code)

    @server.exception_handler(RequestValidationError)
    async def misread(request: Request, error: RequestValidationError) -> Response:
        return _sorry(request, 400)

    @server.exception_handler(Busy)
    async def busy(request: Request, error: Busy) -> Response:
        return _sorry(request, 503)

    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        await _sorry(Request(scope), 500)(scope, receive, send)

    async def too_big(scope: Scope, receive: Receive, send: Send) -> None:
        await _sorry(Request(scope), 413)(scope, receive, send)

    server.add_middleware(Guard, broken=broken, too_big=too_big)


def _sorry(request: Request, status: int) -> Response:
    """A friendly page for a browser, a line for a program; never a traceback."""
    if "text/html" not in request.headers.get("accept", ""):
        return JSONResponse({"error": status}, status_code=status)
    title, words = WORDS.get(
        status, ("broken_title", "broken") if status >= 500 else ("unknown_title", "unknown")
    )
    language = "zh" if request.headers.get("accept-language", "").lower().startswith("zh") else "en"
    page = Drawing(language, "UTC").page("error.html", title=title, words=words)
    return HTMLResponse(page, status_code=status)
