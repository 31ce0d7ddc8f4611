"""The one HTTP server: Slack, Telegram's webhook, the local chat, and what operators ask."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.door import Door, Receive, Scope, Send
from bot.ingest import openapi
from bot.metrics import Metrics
from bot.web.draw import HERE, Drawing
from bot.web.guards import Guard
from handlers.reviews.customers import PATH
from storage.database import Busy

if TYPE_CHECKING:
    from bot.app import App

WORDS = {404: ("unknown_title", "unknown"), 413: ("broken_title", "too_big"), 429: ("often_title", "often")}


class Server(Starlette):
    """Pages by Starlette's routes, platforms' deliveries by doors of their own before them."""

    def __init__(self, doors: Mapping[str, Door], **more: Any) -> None:
        super().__init__(**more)
        self.router.redirect_slashes = False
        self._doors = dict(doors)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        door = self._door(scope["path"]) if scope["type"] == "http" else None
        await (door or super().__call__)(scope, receive, send)

    def _door(self, path: str) -> Door | None:
        """The door at a path; one at `/x/*` stands at every name below `/x`."""
        return self._doors.get(path) or self._doors.get(path.rpartition("/")[0] + "/*")


def make_server(app: App) -> Starlette:
    """The server with every configured platform's routes; it starts the app before it takes the first request."""

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with app.running():
            yield

    files = Mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    server = Server(
        app.doors(),
        routes=[*app.routes(), *_operators_ask(app), files],
        middleware=[Middleware(Guard, broken=_broken, too_big=_too_big)],
        exception_handlers={HTTPException: _refused, Busy: _busy},
        lifespan=lifespan,
    )
    server.state.is_stopping = lambda: app.stopping
    return server


def _operators_ask(app: App) -> list[Route]:
    """Whether it lives, whether it is ready, its numbers, and what may be posted to it."""
    metrics = Metrics(app)

    async def healthz(_: Request) -> Response:
        return JSONResponse({"ok": True})

    async def readyz(_: Request) -> Response:
        ready = not app.stopping and await app.is_ready()
        shown = {"ready": ready, "away": sorted(app.reaching.away)}
        return JSONResponse(shown, status_code=200 if ready else 503)

    async def numbers(_: Request) -> Response:
        return Response(await metrics.text(), media_type=CONTENT_TYPE_LATEST)

    async def may_be_posted(_: Request) -> Response:
        return JSONResponse(openapi.document())

    return [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", numbers),
        Route("/openapi.json", may_be_posted),
    ]


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _sorry(request, error.status_code)


async def _busy(request: Request, _: Exception) -> Response:
    return _sorry(request, 503)


async def _broken(scope: Scope, receive: Receive, send: Send) -> None:
    await _sorry(Request(scope), 500)(scope, receive, send)


async def _too_big(scope: Scope, receive: Receive, send: Send) -> None:
    await _sorry(Request(scope), 413)(scope, receive, send)


def _sorry(request: Request, status: int) -> Response:
    """A friendly page for a browser, a line for a program; never a traceback."""
    if "text/html" not in request.headers.get("accept", ""):
        return JSONResponse({"error": status}, status_code=status)
    title, words = WORDS.get(
        status, ("broken_title", "broken") if status >= 500 else ("unknown_title", "unknown")
    )
    language = "zh" if request.headers.get("accept-language", "").lower().startswith("zh") else "en"
    is_ours = not request.url.path.startswith(PATH)  # a customer has no chat to go back to
    page = Drawing(language, "UTC").page("error.html", title=title, words=words, back=is_ours)
    return HTMLResponse(page, status_code=status)
