"""The pages of the local chat: what a browser may ask for, and what may be done there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.pictures.studio import Studio
from bot.web.draw import Drawing
from bot.web.guards import Answering, local_only, same_origin
from bot.web.hearing import REFUSALS, Ears, Me
from bot.web.live import Live
from bot.web.pages import MOST, MOST_EVER, Page, View
from bot.web.pictures import pictures
from handlers.kit.dispatch import Core
from handlers.kit.requests import Answer, File

PART = "x-upbeat-part"
"""A page's own script asks for the changing parts alone; `unseen` when nobody looks at it now."""
BIGGEST = 10_000_000
"""Bytes of a file."""


def make_routes(core: Core, live: Live, studio: Studio, begun: asyncio.Event) -> list[Route]:
    """The routes of the local chat, for browsers on this machine alone. Until everything has begun, the first screen
    alone is shown, and whatever else is asked waits."""
    ears = Ears(core, live)

    def waiting(answer: Answering) -> Answering:
        async def answered(request: Request) -> Response:
            await begun.wait()
            return await answer(request)

        return _local(answered)

    shown = {**_pages(ears), "/as/{me}/events": _stream(ears), **pictures(ears, studio)}
    return [
        *(Route(path, _local(answer)) for path, answer in _first_screen(ears, begun).items()),
        *(Route(path, waiting(answer)) for path, answer in shown.items()),
        *(
            Route(f"/as/{{me}}/{name}", waiting(_doing(ears, do)), methods=["POST"])
            for name, do in DEEDS.items()
        ),
    ]


def _local(answer: Answering) -> Answering:
    async def answered(request: Request) -> Response:
        local_only(request)
        return await answer(request)

    return answered


async def _page(
    ears: Ears, request: Request, view: View, most: int = MOST, *, begun: bool = True
) -> Response:
    """A place as somebody sees it: whole, or the parts of it that the page asks for when something changed."""
    me = await _acting(ears, request)
    part = request.headers.get(PART)
    shown = await ears.page(me, view, most, looking=part != "unseen", begun=begun)
    if part is not None:
        return HTMLResponse(_parts(shown, None))
    response = HTMLResponse(shown.draw.page("page.html", p=shown))
    response.set_cookie("acting", quote(me.called), httponly=True, samesite="strict")
    return response


def _first_screen(ears: Ears, begun: asyncio.Event) -> dict[str, Answering]:
    async def first(request: Request) -> Response:
        called = await ears.first(request.cookies.get("acting", ""))
        if not called:
            return HTMLResponse(
                Drawing("en", "UTC").page("error.html", title="upbeat", words="nobody", back=True)
            )
        return RedirectResponse(f"/as/{quote(called)}/home", 303)

    async def home(request: Request) -> Response:
        return await _page(ears, request, View("home"), begun=begun.is_set())

    return {"/": first, "/as/{me}/home": home}


def _pages(ears: Ears) -> dict[str, Answering]:
    async def upbeat(request: Request) -> Response:
        return await _page(ears, request, View("upbeat"), _most(request.query_params))

    async def channel(request: Request) -> Response:
        return await _page(
            ears, request, View("in", request.path_params["place"]), _most(request.query_params)
        )

    async def colleague(request: Request) -> Response:
        return await _page(ears, request, View("with", request.path_params["person"]))

    async def file(request: Request) -> Response:
        name, data = await ears.file(await _acting(ears, request), request.path_params["file"])
        disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
        return Response(
            data, media_type="application/octet-stream", headers={"Content-Disposition": disposition}
        )

    return {
        "/as/{me}/upbeat": upbeat,
        "/as/{me}/in/{place}": channel,
        "/as/{me}/with/{person}": colleague,
        "/as/{me}/files/{file}": file,
    }


async def _acting(ears: Ears, request: Request) -> Me:
    return await ears.person(request.path_params["me"])


def _most(asked: Mapping[str, Any]) -> int:
    """How many messages somebody looks at."""
    most = str(asked.get("most", ""))
    number = int(most) if most.isascii() and most.isdigit() and len(most) < 6 else MOST
    return max(1, min(number, MOST_EVER))


def _stream(ears: Ears) -> Answering:
    async def events(request: Request) -> Response:
        who = await _acting(ears, request)
        is_stopping = getattr(request.app.state, "is_stopping", lambda: False)
        return StreamingResponse(_events(ears.changes(who, is_stopping)), media_type="text/event-stream")

    return events


async def _events(changes: AsyncIterator[str]) -> AsyncIterator[str]:
    """Server-sent events: what changed, or everything, for a page that comes back looks at everything again."""
    yield "retry: 1000\nevent: changed\ndata: everything\n\n"
    async for what in changes:
        yield f"event: changed\ndata: {what}\n\n"


# What is done there ------------------------------------------------------------------------------------------


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
        page = await self.ears.page(self.me, self.view, _most(self.form))
        drawer = _drawer(page, self.me, self.view, answer, self.key) if answer else None
        words = page.draw.plain(problem.card) if problem and problem.card else None
        return HTMLResponse(_parts(page, drawer, words))


def _doing(ears: Ears, do: Callable[[Deed], Awaitable[Response]]) -> Answering:
    async def done(request: Request) -> Response:
        same_origin(request)
        who = await _acting(ears, request)
        form = await _form(request)
        try:
            return await do(Deed(ears, who, form))
        finally:
            await form.close()

    return done


async def _say(it: Deed) -> Response:
    words, edits = it.text("words"), it.text("edits")
    if edits:
        return await it.after(await it.ears.edit(it.me, it.view, edits, words, it.key))
    return await it.after(await it.ears.say(it.me, it.view, words, await _file(it.form), it.key))


async def _press(it: Deed) -> Response:
    return await it.after(await it.ears.press(it.me, it.view, it.text("handle"), it.text("message"), it.key))


async def _open(it: Deed) -> Response:
    return await it.after(await it.ears.open(it.me, it.view, it.text("shortcut"), it.text("message"), it.key))


async def _react(it: Deed) -> Response:
    return await it.after(await it.ears.react(it.me, it.view, it.text("message"), it.text("emoji"), it.key))


async def _submit(it: Deed) -> Response:
    draft, given = it.text("draft"), _given(it.form)
    if it.text("closed"):
        await it.ears.keep(it.me, draft, given)
        return await it.after(None)
    answer = await it.ears.submit(it.me, it.view, draft, given, it.key)
    if answer.outcome in REFUSALS and answer.card is not None:
        return await it.after(None, problem=answer)
    return await it.after(answer)


DEEDS: Mapping[str, Callable[[Deed], Awaitable[Response]]] = {
    "say": _say,
    "press": _press,
    "open": _open,
    "react": _react,
    "form": _submit,
}


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
