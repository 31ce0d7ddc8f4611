"""The pictures of a page: each is drawn for whoever sees the card that it belongs to, and for nobody else."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter, HTTPException
from fastapi.responses import JSONResponse, Response

from bot.pictures.specification import Drawn, specification
from bot.pictures.studio import NotDrawn, Studio
from bot.words import Voice
from handlers.kit.cards import Card
from handlers.kit.values import load
from storage.store import Store

if TYPE_CHECKING:
    from bot.web.hearing import Ears, Me

EMBED = Path(__file__).parent / "embed.js"
"""What the library's script does with our charts. Its other half is not kept here: the library carries its own."""


def add_pictures(router: APIRouter, ears: Ears, studio: Studio) -> None:
    """The routes of pictures, of what they are drawn from, and of the script that draws them in the page."""

    async def spec(me: str, kind: str, place: str, number: int) -> Drawn:
        who = await ears.person(me)
        card = await ears.read(lambda store: _card(store, who, kind, place))
        pictures = card.pictures() if card else ()
        if not 0 <= number < len(pictures):
            raise HTTPException(404)
        return specification(pictures[number], Voice(who.person.language, who.person.zone))

    @router.get("/as/{me}/pictures/{kind}/{place}/{number}.png")
    async def picture(me: str, kind: str, place: str, number: int) -> Response:
        drawn = await spec(me, kind, place, number)
        try:
            return Response(await studio.draw(drawn.spec), media_type="image/png")
        except NotDrawn:
            raise HTTPException(503) from None

    @router.get("/as/{me}/pictures/{kind}/{place}/{number}.json")
    async def figures(me: str, kind: str, place: str, number: int) -> Response:
        return JSONResponse((await spec(me, kind, place, number)).spec)

    @router.get("/charts.js")
    async def charts() -> Response:
        try:
            return Response(await studio.script(_snippet()), media_type="text/javascript")
        except NotDrawn:
            raise HTTPException(503) from None


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
