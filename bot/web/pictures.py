"""The pictures of a page: each is drawn for whoever sees the card that it belongs to, and for nobody else."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.pictures.specification import Drawn, specification
from bot.pictures.studio import NotDrawn, Studio
from bot.web.guards import Answering
from bot.words import Voice
from handlers.kit.cards import Card
from handlers.kit.values import load
from storage.store import Store

if TYPE_CHECKING:
    from bot.web.hearing import Ears, Me

EMBED = Path(__file__).parent / "embed.js"
"""What the library's script does with our charts. Its other half is not kept here: the library carries its own."""


def pictures(ears: Ears, studio: Studio) -> dict[str, Answering]:
    """By path: pictures, what they are drawn from, and the script that draws them in the page."""

    async def spec(request: Request) -> Drawn:
        asked = request.path_params
        who = await ears.person(asked["me"])
        card = await ears.read(lambda store: _card(store, who, asked["kind"], asked["place"]))
        found = card.pictures() if card else ()
        if asked["number"] >= len(found):
            raise HTTPException(404)
        return specification(found[asked["number"]], Voice(who.person.language, who.person.zone))

    async def picture(request: Request) -> Response:
        drawn = await spec(request)
        try:
            return Response(await studio.draw(drawn.spec), media_type="image/png")
        except NotDrawn:
            raise HTTPException(503) from None

    async def figures(request: Request) -> Response:
        return JSONResponse((await spec(request)).spec)

    async def charts(_: Request) -> Response:
        try:
            return Response(await studio.script(_snippet()), media_type="text/javascript")
        except NotDrawn:
            raise HTTPException(503) from None

    at = "/as/{me}/pictures/{kind}/{place}/{number:int}"
    return {f"{at}.png": picture, f"{at}.json": figures, "/charts.js": charts}


@lru_cache
def _snippet() -> str:
    return EMBED.read_text("utf-8")


def _card(store: Store, me: Me, kind: str, place: str) -> Card | None:
    """The card of a message that this person may see, or of an answer that they got."""
    if kind == "message":
        row = store.webchat.message(place, reader=me.id)
        return load(row.card) if row and row.card else None
    stored = store.inbox.seen(f"web:{me.id}:{place}") if kind == "answer" else None
    return load(stored).card if stored else None
