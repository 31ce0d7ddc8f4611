"""A picture on a card, or its figures in words for who prefers reading, with the button to the other."""

from __future__ import annotations

from collections.abc import Iterator

from handlers.kit.cards import Button, Part, Picture, Press, Section
from handlers.kit.charts import table
from handlers.kit.requests import Request
from handlers.kit.text import Phrase


def is_table(request: Request, wish: bool | None = None) -> bool:
    """Whether a chart is shown as a table: as its reader wishes now, else as they chose for all charts."""
    return request.store.preferences.prefers_tables(request.actor.id) if wish is None else wish


def shown(picture: Picture, other: Press, *, as_table: bool) -> Iterator[Part]:
    """A picture, or its figures in words, and the button to the other."""
    if as_table:
        yield Section(picture.described)
        yield Section(table(picture.chart))
        yield Button(Phrase("As a picture"), other)
    else:
        yield picture
        yield Button(Phrase("As a table"), other)
