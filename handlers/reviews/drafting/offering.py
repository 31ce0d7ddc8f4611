"""A draft from evidence: looked at sentence by sentence, and put where nothing is written yet. Nothing is handed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.kit.cards import Button, Card, Heading, Note, Part, Press, Section
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Plural, Verbatim
from handlers.reviews import parts, writing
from handlers.reviews.drafting.composing import Sentence, compose, written
from handlers.reviews.evidence.cited import can_cite, source
from handlers.reviews.evidence.pieces import of_review
from handlers.reviews.review import bound_cycle, bound_review, feature, parts_of, writers
from storage.reviews import Review

NOTHING = Phrase(
    "The record holds nothing of which a draft could be made, or you have written under every question that it fits."
)


def draft_for(request: Request, row: Review) -> dict[str, tuple[Sentence, ...]]:
    """The sentences for each part under which nothing is written."""
    cycle = bound_cycle(request, row.cycle_id)
    given = writing.so_far(request, row)
    asked = [part for part in parts_of(cycle, row.role) if not given.get(parts.words_name(part))]
    if not can_cite(row):
        return {}
    return compose(request.store, asked, of_review(request, cycle, row), request.actor.language)


@feature.button(allow=writers)
def draft(request: Request, review: str) -> Reply:
    """Look at a draft of this review that is made from the record alone."""
    row = bound_review(request, review)
    cycle = bound_cycle(request, row.cycle_id)
    writing.refuse_closed(cycle, row)
    made = draft_for(request, row)
    if not made:
        raise Problem(NOTHING)
    return Reply(
        show=Card(
            Phrase("A draft from evidence"),
            Button(Phrase("Put it into the form"), fill.bind(review=row.id), style="primary"),
            *(
                piece
                for part in parts_of(cycle, row.role)
                if part.key in made
                for piece in (Heading(part.title), *_lines(row, made[part.key]))
            ),
            Note(
                Phrase(
                    "Made from the record without any model: the same record gives the same sentences. It judges"
                    " nothing; that is yours. Nothing is handed in until you do it."
                )
            ),
            Button(Phrase("Back to the review"), Press("reviews.open_paper", {"review": row.id})),
        )
    )


def _lines(row: Review, sentences: tuple[Sentence, ...]) -> tuple[Part, ...]:
    return tuple(
        Section(
            Verbatim(sentence.words),
            button=Button(Phrase("Source"), source.bind(review=row.id, refs=sentence.refs)),
        )
        for sentence in sentences
    )


@feature.button(allow=writers)
def fill(request: Request, review: str) -> Reply:
    """Put the draft where nothing is written yet."""
    row = bound_review(request, review)
    writing.refuse_closed(bound_cycle(request, row.cycle_id), row)
    made = draft_for(request, row)
    if not made:
        raise Problem(NOTHING)
    writing.keep(request, row, _filled(request, row, made))
    return Reply(
        show=Card(
            Plural(
                "The draft stands in the form, under one question.",
                "The draft stands in the form, under {n} questions.",
                n=len(made),
            ),
            Note(
                Phrase(
                    "Read it, change it, add what the record does not know. You hand it in, and answer for it."
                )
            ),
            Button(Phrase("Go on"), Press("reviews.open_paper", {"review": row.id}), style="primary"),
        )
    )


def _filled(request: Request, row: Review, made: Mapping[str, tuple[Sentence, ...]]) -> dict[str, Any]:
    given = writing.so_far(request, row)
    values: dict[str, Any] = {}
    for part in parts_of(bound_cycle(request, row.cycle_id), row.role):
        if part.key in made:
            words, cites = written(made[part.key], given.get(parts.cites_name(part)) or ())
            values |= {parts.words_name(part): words, parts.cites_name(part): cites}
    return values


def buttons(row: Review) -> tuple[Button, ...]:
    """The way to a draft, where a review may cite."""
    return (Button(Phrase("Draft from evidence"), draft.bind(review=row.id)),) if can_cite(row) else ()
