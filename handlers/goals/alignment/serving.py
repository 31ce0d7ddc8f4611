"""On a goal's card: what it serves, what serves it, and what can be done about either."""

from __future__ import annotations

from handlers.goals.alignment.aligning import (
    AGREED,
    agree,
    decline,
    detach,
    is_asked,
    propose,
    serves,
)
from handlers.goals.alignment.offering import owner_text
from handlers.kit.cards import Button, Note, Part, Section
from handlers.kit.requests import Request
from handlers.kit.text import Phrase, Plural, Verbatim
from storage.goals import Goal

MOST_SHOWN = 12
"""Goals that serve one, on its card; the rest is counted."""


def parts(request: Request, row: Goal) -> tuple[Part, ...]:
    """What a goal serves and what serves it, as far as the reader sees them, and what can be done about it."""
    above = request.store.goals.get(row.parent_id, reader=request.actor.id) if row.parent_id else None
    below = request.store.goals.serving.below(row.id, reader=request.actor.id)
    rest = len(below) - MOST_SHOWN
    return (
        *((Section(serves(request, row, above)),) if above else ()),
        *(part for each in below[:MOST_SHOWN] for part in _served_by(request, each)),
        *((Note(Plural("And {n} more serves it.", "And {n} more serve it.", n=rest)),) if rest > 0 else ()),
    )


def _served_by(request: Request, each: Goal) -> tuple[Part, ...]:
    words = {"title": Verbatim(each.title), "name": owner_text(request, each)}
    if each.aligned == AGREED:
        return (Section(Phrase("Served by: {title} ({name})", **words)),)
    args = {"goal": each.id, "parent": each.parent_id}
    answers: tuple[Part, ...] = ()
    if is_asked(request, args):
        answers = (
            Button(Phrase("Agree"), agree.bind(**args)),
            Button(Phrase("Decline"), decline.bind(**args)),
        )
    return (Section(Phrase("Proposed to serve it: {title} ({name})", **words)), *answers)


def button(request: Request, row: Goal) -> tuple[Button, ...]:
    """The owner's button: to say what it serves, or that it serves that no more."""
    if row.state != "open" or row.subject_id != request.actor.id:
        return ()
    if row.parent_id:
        return (Button(Phrase("Detach"), detach.bind(goal=row.id, parent=row.parent_id)),)
    return (Button(Phrase("Align"), propose.bind(goal=row.id)),)
