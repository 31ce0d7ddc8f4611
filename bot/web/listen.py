"""The pages of the local chat: what a browser may ask for, and what may be done there."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.datastructures import FormData, UploadFile

from bot.pictures.studio import Studio
from bot.web.draw import Drawing
from bot.web.guards import local_only, same_origin
from bot.web.hearing import REFUSALS, Ears, Me
from bot.web.live import Live
from bot.web.pages import MOST, Page, View
from bot.web.pictures import add_pictures
from handlers.kit.dispatch import Core
from handlers.kit.requests import Answer, File

PART = "x-upbeat-part"
"""A page's own script asks for the changing parts alone; `unseen` when nobody looks at it now."""
BIGGEST = 10_000_000
"""Bytes of a file."""
MOST_EVER = 2000
"""Messages of a page, however often earlier ones are asked for."""


def make_router(core: Core, live: Live, studio: Studio, begun: asyncio.Event) -> APIRouter:
    """The routes of the local chat, for browsers on this machine alone. Until everything has begun, the first screen
    alone is shown, and whatever else is asked waits."""
    ears = Ears(core, live)

    async def with_ears(request: Request) -> None:
        request.state.ears = ears

    async def when_begun() -> None:
        await begun.wait()

    first = APIRouter(dependencies=[Depends(local_only), Depends(with_ears)], include_in_schema=False)
    _add_first_screen(first, ears, begun)
    router = APIRouter(dependencies=[Depends(when_begun)], include_in_schema=False)
    _add_pages(router, ears)
    _add_stream(router, ears)
    add_pictures(router, ears, studio)
    router.include_router(deeds)
    first.include_router(router)
    return first


async def _page(
    ears: Ears, request: Request, called: str, view: View, most: int = MOST, *, begun: bool = True
) -> Response:
    """A place as somebody sees it: whole, or the parts of it that the page asks for when something changed."""
    me = await ears.person(called)
    part = request.headers.get(PART)
    shown = await ears.page(me, view, max(1, min(most, MOST_EVER)), looking=part != "unseen", begun=begun)
    if part is not None:
        return HTMLResponse(_parts(shown, None))
    response = HTMLResponse(shown.draw.page("page.html", p=shown))
    response.set_cookie("acting", quote(me.called), httponly=True, samesite="strict")
    return response


def _add_first_screen(router: APIRouter, ears: Ears, begun: asyncio.Event) -> None:
    @router.get("/")
    async def first(request: Request) -> Response:
        called = await ears.first(request.cookies.get("acting", ""))
        if not called:
            return HTMLResponse(Drawing("en", "UTC").page("error.html", title="upbeat", words="nobody"))
        return RedirectResponse(f"/as/{quote(called)}/home", 303)

    @router.get("/as/{me}/home")
    async def home(request: Request, me: str) -> Response:
        return await _page(ears, request, me, View("home"), begun=begun.is_set())


def _add_pages(router: APIRouter, ears: Ears) -> None:
    @router.get("/as/{me}/upbeat")
    async def upbeat(request: Request, me: str) -> Response:
        return await _page(ears, request, me, View("upbeat"), _most(request))

    @router.get("/as/{me}/in/{place}")
    async def channel(request: Request, me: str, place: str) -> Response:
        return await _page(ears, request, me, View("in", place), _most(request))

    @router.get("/as/{me}/with/{person}")
    async def colleague(request: Request, me: str, person: str) -> Response:
        return await _page(ears, request, me, View("with", person))

    @router.get("/as/{me}/files/{file}")
    async def file(me: str, file: str) -> Response:
        name, data = await ears.file(await ears.person(me), file)
        disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
        return Response(
            data, media_type="application/octet-stream", headers={"Content-Disposition": disposition}
        )


def _most(request: Request) -> int:
    asked = request.query_params.get("most", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else MOST


def _add_stream(router: APIRouter, ears: Ears) -> None:
    async def acting(me: str) -> Me:
        return await ears.person(me)

    @router.get("/as/{me}/events", response_class=EventSourceResponse)
    async def events(request: Request, who: Annotated[Me, Depends(acting)]) -> AsyncIterable[ServerSentEvent]:
        # A page that comes back looks at everything again, so nothing is lost in between.
        yield ServerSentEvent(event="changed", data="everything", retry=1000)
        is_stopping = getattr(request.app.state, "is_stopping", lambda: False)
        async for what in ears.changes(who, is_stopping):
            yield ServerSentEvent(event="changed", data=what)


# What is done there ------------------------------------------------------------------------------------------

deeds = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Deed:
    """What somebody does on a page: who, where, and the fields that their browser sent."""

    ears: Ears
    me: Me
    form: FormData

    def text(self, name: str) -> str:
        """A field; empty when it is missing."""
        return _text(self.form, name)

    @property
    def view(self) -> View:
        """The page on which it is done."""
        return View.of(self.text("view"))

    @property
    def key(self) -> str:
        """By which a second delivery is known."""
        return self.text("key")

    async def after(self, answer: Answer | None, *, problem: Answer | None = None) -> Response:
        """The changing parts of the page, with a form or an answer for the drawer, or the problem of the open form."""
        page = await self.ears.page(self.me, self.view)
        drawer = _drawer(page, self.me, self.view, answer, self.key) if answer else None
        words = page.draw.plain(problem.card) if problem and problem.card else None
        return HTMLResponse(_parts(page, drawer, words))


async def _doing(request: Request, me: str) -> AsyncIterator[Deed]:
    same_origin(request)
    ears: Ears = request.state.ears
    who = await ears.person(me)
    form = await _form(request)
    try:
        yield Deed(ears, who, form)
    finally:
        await form.close()


Doing = Annotated[Deed, Depends(_doing)]


@deeds.post("/as/{me}/say")
async def _say(it: Doing) -> Response:
    words, edits = it.text("words"), it.text("edits")
    if edits:
        return await it.after(await it.ears.edit(it.me, it.view, edits, words, it.key))
    return await it.after(await it.ears.say(it.me, it.view, words, await _file(it.form), it.key))


@deeds.post("/as/{me}/press")
async def _press(it: Doing) -> Response:
    return await it.after(await it.ears.press(it.me, it.view, it.text("handle"), it.text("message"), it.key))


@deeds.post("/as/{me}/open")
async def _open(it: Doing) -> Response:
    return await it.after(await it.ears.open(it.me, it.view, it.text("shortcut"), it.text("message"), it.key))


@deeds.post("/as/{me}/react")
async def _react(it: Doing) -> Response:
    return await it.after(await it.ears.react(it.me, it.view, it.text("message"), it.text("emoji"), it.key))


@deeds.post("/as/{me}/form")
async def _submit(it: Doing) -> Response:
    draft, given = it.text("draft"), _given(it.form)
    if it.text("closed"):
        await it.ears.keep(it.me, draft, given)
        return await it.after(None)
    answer = await it.ears.submit(it.me, it.view, draft, given, it.key)
    if answer.outcome in REFUSALS and answer.card is not None:
        return await it.after(None, problem=answer)
    return await it.after(answer)


# What is shown -----------------------------------------------------------------------------------------------


def _parts(page: Page, drawer: str | None, problem: str | None = None) -> str:
    return page.draw.page("after.html", p=page, drawer=drawer, problem=problem)


def _drawer(page: Page, me: Me, view: View, answer: Answer, key: str) -> str | None:
    if answer.form is not None:
        base = f"/as/{quote(me.called)}"
        errors = dict(answer.errors)
        return page.draw.form(answer.form, people=page.everybody, errors=errors, base=base)
    if answer.card is not None and not view.talks:
        return page.draw.page("answer.html", card=answer.card, p=page, place=f"answer/{key}")
    return None


# What a browser sends ---------------------------------------------------------------------------------------


async def _form(request: Request) -> FormData:
    """The fields of a body; 400 when it is none."""
    try:
        return await request.form(max_files=1, max_fields=500, max_part_size=1_000_000)
    except (UnicodeDecodeError, ValueError, LookupError):
        raise HTTPException(400) from None


def _text(form: FormData, name: str) -> str:
    found = form.get(name, "")
    return found if isinstance(found, str) else ""


def _given(form: FormData) -> Mapping[str, Any]:
    """The answers of a form: every question that it asked, the empty ones too."""
    given: dict[str, Any] = {}
    for name in form.getlist("asked"):
        answers = [item for item in form.getlist(f"q-{name}") if isinstance(item, str) and item]
        given[str(name)] = answers[-1] if answers else ""
    for name in form.getlist("several"):
        answers = [item for item in form.getlist(f"q-{name}") if isinstance(item, str) and item]
        given[str(name)] = tuple(dict.fromkeys(answers))
    return given


async def _file(form: FormData) -> File | None:
    sent = form.get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        return None
    data = await sent.read()
    if len(data) > BIGGEST:
        raise HTTPException(413)
    return File(sent.filename, data)
