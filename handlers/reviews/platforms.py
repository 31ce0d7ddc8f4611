"""HR chooses whether reviews may be written and read on Telegram."""

from __future__ import annotations

from typing import Annotated

from handlers.kit.access import hr
from handlers.kit.cards import Card, Note
from handlers.kit.forms import NO, YES, Choice
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text
from handlers.reviews import discretion
from handlers.reviews.review import feature

Open = Annotated[
    str,
    Choice(
        Phrase("May reviews be written and read on Telegram?"),
        help=Phrase("Its chats are kept by Telegram, and are not encrypted from end to end."),
        options=(YES, NO),
        suggested=lambda request: "yes" if discretion.are_open(request.store) else "no",
    ),
]


@feature.command(
    "review telegram",
    allow=hr,
    also=("评估 Telegram",),
    examples=("no", "yes", "否"),
    seen_by=Phrase("Seen by everybody who writes reviews: it says there where they may."),
    title=Phrase("Reviews on Telegram"),
    wordless=True,
)
def telegram(request: Request, may: Open) -> Reply:
    """Choose whether reviews may be written and read on Telegram."""
    discretion.choose(request.store, may == "yes")
    return Reply(
        show=Card(_said(may == "yes"), Note(Phrase("It holds at once, for what waits to be told too.")))
    )


def _said(is_open: bool) -> Text:
    if is_open:
        return Phrase("Reviews may be written and read on Telegram.")
    return Phrase("On Telegram people hear that a review waits, and not what it says.")
