"""Beside each question of a form: the newest of what the record holds for it, to be looked at while writing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, reduce

from handlers.kit.forms import Question, Words
from handlers.kit.requests import Request
from handlers.kit.text import Phrase, Plural, Text
from handlers.reviews import parts
from handlers.reviews.evidence.cited import can_cite
from handlers.reviews.evidence.pieces import answers, begins, headline, of_review
from handlers.reviews.parts import GROWTH, Part
from storage.reviews import Piece, Review, ReviewCycle
from storage.reviews.evidence import CHECKIN, FEEDBACK, FIGURE, GOAL, KINDS, KUDOS

SHOWN = 4
"""Pieces beside one question: a form has several, and a modal holds so much."""
BEGINS = 120
"""Characters of what somebody wrote there."""
KINDS_FOR: Mapping[str, Sequence[str]] = {
    "results": (GOAL, FIGURE, CHECKIN),
    "together": (KUDOS, FEEDBACK),
    "craft": (FEEDBACK, FIGURE),
    "proud": (GOAL, KUDOS),
    "keep": (KUDOS, FEEDBACK),
    "hindered": (CHECKIN,),
    "change": (FEEDBACK, CHECKIN),
}
"""What bears on the questions of the template that everybody has; on any other each kind may."""


def questions(cycle: ReviewCycle, row: Review, asked: Sequence[Part]) -> tuple[Question, ...]:
    """The questions of a form about these parts, each with what the record holds for it."""
    found = cache(lambda request: of_review(request, cycle, row))
    known = {parts.words_name(part): part for part in asked if part.form != GROWTH}
    return tuple(
        replace(question, beside=_lines(row, known[question.name], found))
        if isinstance(question, Words) and question.name in known
        else question
        for question in parts.questions(tuple(asked), rated=cycle.is_rated)
    )


def _lines(
    row: Review, part: Part, found: Callable[[Request], Sequence[Piece]]
) -> Callable[[Request], tuple[Text, ...]]:
    return lambda request: lines(request, row, part, found(request))


def lines(request: Request, row: Review, part: Part, found: Sequence[Piece]) -> tuple[Text, ...]:
    """How many pieces there are for a part, and the newest, a line each. `found` is the oldest first."""
    kinds = KINDS_FOR.get(part.key, KINDS)
    here = [piece for piece in reversed(found) if piece.kind in kinds]
    return (_told(row, len(here)), *(_line(request, piece) for piece in _mixed(here))) if here else ()


def _told(row: Review, count: int) -> Text:
    if not can_cite(row):
        return Plural("One piece is on record for this:", "{n} pieces are on record for this:", n=count)
    return Plural(
        "One piece is on record for this. To cite it: Part by part, Evidence.",
        "{n} pieces are on record for this. To see all and cite them: Part by part, Evidence.",
        n=count,
    )


def _mixed(newest: Sequence[Piece]) -> list[Piece]:
    """The newest piece of each kind, then the newest of all, so that no kind hides another."""
    first = {piece.kind: piece for piece in reversed(newest)}
    chosen = [*first.values(), *(piece for piece in newest if piece is not first[piece.kind])][:SHOWN]
    return [piece for piece in newest if piece in chosen]


def _line(request: Request, piece: Piece) -> Text:
    what = headline(request.store, piece)
    said = tuple(begins(((key, " ".join(words.split())) for key, words in answers(piece)), BEGINS))
    if not said:
        return what
    return Phrase("{what}: {words}", what=what, words=reduce(_and, said))


def _and(one: Text, more: Text) -> Text:
    return Phrase("{one}; {more}", one=one, more=more)
