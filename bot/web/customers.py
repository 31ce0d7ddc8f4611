"""The customer's page: a form without an account, behind a link that works once. It shows nothing of anybody else."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Any

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.web.draw import Drawing
from bot.web.guards import same_origin
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.reviews import customers
from handlers.reviews.customers import PATH, Page
from handlers.reviews.parts import POINTS
from storage.database import Database

MOST_A_MINUTE = 30
"""Requests of one caller; a customer needs two."""
MOST_CALLERS = 10_000
MOST_FIELDS = 200
HEADERS = {"x-robots-tag": "noindex, nofollow", "referrer-policy": "same-origin"}
"""With no referrer at all a browser names no origin either when the form is sent, and it is refused as another
site's."""


class Pace:
    """How often each caller came within the last minute. Whoever comes too often waits; old callers are forgotten."""

    def __init__(self, most: int = MOST_A_MINUTE) -> None:
        self._most = most
        self._callers: OrderedDict[str, list[float]] = OrderedDict()

    def allows(self, caller: str) -> bool:
        """Whether a caller may come once more now."""
        now = time.monotonic()
        came = [at for at in self._callers.pop(caller, []) if now - at < 60]
        self._callers[caller] = [*came, now][-self._most - 1 :]
        while len(self._callers) > MOST_CALLERS:
            self._callers.popitem(last=False)
        return len(came) < self._most


def make_routes(database: Database, pace: Pace | None = None) -> list[Route]:
    """The customer's page and where its form is sent."""
    pace = pace or Pace()

    def in_pace(request: Request) -> None:
        if not pace.allows(request.client.host if request.client else ""):
            raise HTTPException(429)

    async def look(request: Request) -> Response:
        in_pace(request)
        token = request.path_params["token"]
        page = await database.read(lambda store: customers.look(store, token))
        return _drawn(request, page)

    async def hand_in(request: Request) -> Response:
        in_pace(request)
        same_origin(request)
        token, given = request.path_params["token"], _given(await _form(request))
        page, wrong = await database.write(lambda store: customers.hand_in(store, token, given))
        if page is not None and page.gone == "used":
            return RedirectResponse(PATH + token, status_code=303, headers=HEADERS)
        return _drawn(request, page, given, wrong)

    path = PATH + "{token}"
    return [Route(path, look), Route(path, hand_in, methods=["POST"])]


async def _form(request: Request) -> FormData:
    try:
        return await request.form(max_files=0, max_fields=MOST_FIELDS, max_part_size=1_000_000)
    except (UnicodeDecodeError, ValueError, LookupError):
        raise HTTPException(400) from None


def _given(form: FormData) -> dict[str, str]:
    return {name: item for name, item in form.items() if isinstance(item, str)}


def _drawn(
    request: Request,
    page: Page | None,
    given: dict[str, str] | None = None,
    wrong: dict[str, Text] | None = None,
) -> Response:
    if page is None:
        raise HTTPException(404)
    language = "zh" if request.headers.get("accept-language", "").lower().startswith("zh") else "en"
    things: dict[str, Any] = {"given": given or {}, "wrong": wrong or {}, "t": _words(page), "page": page}
    things["typed"] = _typed(given or {}) if page.gone else []
    drawn = Drawing(language, "UTC").page("customer.html", **things)
    status = 410 if page.gone in ("over", "late") else 422 if wrong else 200
    return HTMLResponse(drawn, status_code=status, headers=HEADERS)


def _typed(given: dict[str, str]) -> list[str]:
    """What somebody wrote, without the points that they gave."""
    return [words for name, words in given.items() if words.strip() and not name.endswith(POINTS)]


_GONE: dict[str, tuple[Text, Text]] = {
    "used": (
        Phrase("Thank you"),
        Phrase("What you wrote was handed in. The link has done its work and opens nothing any more."),
    ),
    "late": (
        Phrase("This link was used already"),
        Phrase("Something was handed in by it before, and it takes no second answer."),
    ),
    "over": (
        Phrase("This link works no more"),
        Phrase("It has expired or was taken back. Ask whoever gave it to you for a new one."),
    ),
    "paused": (
        Phrase("Please come back later"),
        Phrase("What is asked here was stopped for a while. The link works again when it goes on."),
    ),
}


def _words(page: Page) -> dict[str, Text]:
    """What the page says around the questions."""
    if page.gone:
        title, said = _GONE[page.gone]
        kept = Phrase("It was not handed in. Copy what you wrote before you close this page:")
        return {"title": title, "said": said, "kept": kept}
    assert page.until is not None
    name = Verbatim(page.name)
    return {
        "title": Phrase("How is it to work with {name}?", name=name),
        "said": Phrase(
            "Read by the managers of {name} and their HR, and by {name} when it is shared with them; your name stands"
            " beside it. Answer what you can say something about, and leave out the rest.",
            name=name,
        ),
        "until": Phrase("You can hand it in once, until {at} (UTC).", at=page.until),
        "submit": Phrase("Hand in"),
        "wrong": Phrase("Please look at the marked answers."),
        "required": Phrase("required"),
        "no_answer": Phrase("no answer"),
    }
