"""The paper: a review part by part, with what is answered so far, for who does not want the whole form at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from handlers.kit import cards
from handlers.kit.cards import Button, Card, Fact, Note, Section
from handlers.kit.forms import Question, Sheet
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Plural, Text, Verbatim
from handlers.reviews import declining, parts, writing
from handlers.reviews.drafting import offering, rewording
from handlers.reviews.evidence import beside, citing
from handlers.reviews.parts import GROWTH, Part
from handlers.reviews.review import (
    audience,
    bound_cycle,
    bound_part,
    bound_review,
    called,
    feature,
    part_of,
    parts_of,
    review_of,
    titled,
    writers,
)
from storage.policy import Kind
from storage.reviews import Review

ANSWER = "reviews.answer_part"
SHOWN = 300
"""Characters of an answer that the paper shows; the form has all of it."""
_BEGAN = "began"
"""Beside what is typed for one part: a digest of what it began with, so that what changed elsewhere is noticed."""


@feature.button(allow=writers, over=writing.refuse_over)
def open_paper(request: Request, review: str) -> Reply:
    """Write this review part by part."""
    row = bound_review(request, review)
    return Reply(show=paper(request, row, called(request.store, row, request.actor.id)))


def paper(request: Request, row: Review, title: Text) -> Card:
    """The parts of a review, each with its button."""
    cycle = bound_cycle(request, row.cycle_id)
    given = writing.so_far(request, row)
    asked = parts_of(cycle, row.role)
    return Card(
        title,
        Fact(Phrase("Cycle"), Verbatim(cycle.name)),
        Fact(Phrase("So far"), _counted(asked, given)),
        *citing.overview(request, row),
        *(piece for part in asked for piece in _part(row, part, given)),
        *_doors(request, row),
        Note(audience(request, cycle, row)),
    )


def _part(row: Review, part: Part, given: Mapping[str, Any]) -> Iterator[cards.Part]:
    said = parts.answers((part,), given).get(part.key)
    label = Phrase("Go on") if said else Phrase("Answer")
    yield Section(part.title, button=Button(label, open_part.bind(review=row.id, part=part.key)))
    if said:
        yield _said(row, part, said)
    yield citing.line(row, part, given)


def _said(row: Review, part: Part, said: Mapping[str, Any]) -> Section:
    """What is answered; in confidence only that it is."""
    if row.kind == Kind.REVIEW_CONFIDENTIAL:
        return Section(parts.unsaid(said))
    return Section(parts.line(part, {**said, "words": _begins(said["words"])}), quoted=True)


def _begins(words: str) -> str:
    return words if len(words) <= SHOWN else f"{words[:SHOWN].rstrip()}… ({len(words)})"


def _doors(request: Request, row: Review) -> tuple[Button, ...]:
    return (
        Button(Phrase("Hand in"), finish.bind(review=row.id), style="primary"),
        Button(Phrase("The whole form"), whole.bind(review=row.id)),
        *offering.buttons(row),
        *rewording.buttons(request, row),
        *declining.buttons(row),
    )


def how_far(request: Request, row: Review) -> Text:
    """How much of a review is answered, for a list."""
    return _counted(parts_of(bound_cycle(request, row.cycle_id), row.role), writing.so_far(request, row))


def _counted(asked: tuple[Part, ...], given: Mapping[str, Any]) -> Text:
    done = len(parts.answers(asked, given))
    return Plural("{done} of one part answered", "{done} of {n} parts answered", n=len(asked), done=done)


# One part ------------------------------------------------------------------------------------------------------------


def _questions(request: Request, args: dict[str, Any]) -> tuple[Question, ...]:
    part, row = part_of(request, args), review_of(request, args)
    if part is None or row is None:
        return ()
    return beside.questions(bound_cycle(request, row.cycle_id), row, (part,))


@feature.button(allow=writers, over=writing.refuse_over)
def open_part(request: Request, review: str, part: str) -> Reply:
    """Answer this part."""
    row = bound_review(request, review)
    bound_part(request, review, part)
    args = {"review": review, "part": part}
    given = writing.so_far(request, row)
    values = {q.name: given.get(q.name) or "" for q in _questions(request, args)}
    began = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]
    typed = request.store.drafts.of(request.actor.id, ANSWER, args)
    same = typed is not None and typed.given.get(_BEGAN) == began
    return Reply(ask=answer_part.bind(**args), given={} if same else {**values, _BEGAN: began})


Answers = Annotated[dict[str, Any], Sheet(Phrase("The part"), of=_questions)]


@feature.button(allow=writers, seen_by=writing.seen_by, title=titled, over=writing.refuse_over)
def answer_part(request: Request, review: str, part: str, answers: Answers) -> Reply:
    """Answer this part of the review. It is kept with the others, and handed in when you say so."""
    row = bound_review(request, review)
    empty = {question.name: "" for question in _questions(request, {"review": review, "part": part})}
    writing.keep(request, row, {**empty, **{name: str(item) for name, item in answers.items()}})
    return Reply(show=paper(request, row, Phrase("Kept. Nobody reads it until you hand it in.")))


# All of it -----------------------------------------------------------------------------------------------------------


@feature.button(allow=writers)
def whole(request: Request, review: str) -> Reply:
    """Open the whole form, with what is answered so far."""
    row = bound_review(request, review)
    given = {} if writing.draft_of(request, row) else writing.so_far(request, row)
    return Reply(ask=writing.write.bind(review=review), given=given)


@feature.button(allow=writers)
def finish(request: Request, review: str) -> Reply:
    """Hand in this review as it stands."""
    row = bound_review(request, review)
    asked = parts_of(bound_cycle(request, row.cycle_id), row.role)
    given = writing.so_far(request, row)
    lacking = [part for part in asked if part.form == GROWTH and not given.get(parts.words_name(part))]
    if lacking:
        raise Problem(
            Phrase("This cannot be left out: {question}", question=lacking[0].title),
            buttons=(Button(Phrase("Answer"), open_part.bind(review=review, part=lacking[0].key)),),
        )
    reply = writing.hand_in(request, row, given)
    if not reply.rests:
        forget(request, row)
    return reply


def forget(request: Request, row: Review) -> None:
    """What was handed in is no draft any more."""
    asked = parts_of(bound_cycle(request, row.cycle_id), row.role)
    drafts = request.store.drafts
    typed = [drafts.of(request.actor.id, ANSWER, {"review": row.id, "part": part.key}) for part in asked]
    for draft in (writing.draft_of(request, row), *typed):
        if draft is not None:
            drafts.close(draft)
