"""Writing a review: its form, the draft that is kept, and handing it in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from handlers.kit.cards import Button, Card, Fact, Heading, Note, Part, Section
from handlers.kit.forms import Question, Sheet
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.reviews import parts, proposing, to_share, versions
from handlers.reviews.evidence import beside
from handlers.reviews.evidence.cited import marks, still_citable
from handlers.reviews.fairness import looking
from handlers.reviews.review import (
    audience,
    bound_cycle,
    bound_review,
    called,
    feature,
    parts_of,
    review_of,
    seers,
    titled,
    writers,
)
from storage.policy import Kind
from storage.reviews import Review, ReviewCycle, is_confidential
from storage.tables import Draft

WRITE = "reviews.write"
"""The route that settles what somebody has to write."""


def _cycle(request: Request, row: Review) -> ReviewCycle:
    return bound_cycle(request, row.cycle_id)


def _questions(request: Request, args: dict[str, Any]) -> tuple[Question, ...]:
    row = review_of(request, args)
    if row is None:
        return ()
    cycle = _cycle(request, row)
    return beside.questions(cycle, row, parts_of(cycle, row.role))


def seen_by(request: Request, args: Mapping[str, Any]) -> Text:
    """Who reads what is written in the review of a door."""
    row = review_of(request, args)
    return audience(request, _cycle(request, row), row) if row else Phrase("Seen by nobody: it is gone.")


def refuse_over(request: Request, args: Mapping[str, Any]) -> None:
    """Raise Problem where nothing can be written any more in the review behind a door."""
    row = bound_review(request, args["review"])
    refuse_closed(_cycle(request, row), row)


Answers = Annotated[dict[str, Any], Sheet(Phrase("The review"), of=_questions)]


@feature.button(allow=writers, seen_by=seen_by, title=titled, submit=Phrase("Hand in"), over=refuse_over)
def write(request: Request, review: str, answers: Answers) -> Reply:
    """Write this review. What you type is kept as a draft until you hand it in."""
    row = bound_review(request, review)
    return hand_in(request, row, {**so_far(request, row), **blank(request, row), **answers})


def hand_in(request: Request, row: Review, given: Mapping[str, Any], *, is_looked_at: bool = False) -> Reply:
    """Hand in what stands in the form now, once its author has seen what the rules of fair words say about it."""
    cycle = _cycle(request, row)
    refuse_closed(cycle, row)
    made = parts.answers(parts_of(cycle, row.role), still_citable(request, row, given))
    if not made:
        raise Problem(
            Phrase("Nothing is written yet. Answer one question at least; you can decline instead.")
        )
    look = None if is_looked_at else looking.before(request, cycle, row, made)
    if look is not None:
        return Reply(show=look, rests=True)
    proposing.propose(request.store, cycle, row, made)
    request.store.reviews.submit(row, cycle, made)
    request.store.obligations.close(request.actor.id, WRITE, row.id)
    to_share.ask(request.store, cycle, subject=row.subject_id)
    if is_confidential(row.role, cycle.peers):
        # Not repeated: what is shown is kept for a while by the inbox and by the platform.
        return Reply(show=Card(Phrase("Handed in."), Note(audience(request, cycle, row))))
    return Reply(show=card(request, row, Phrase("Handed in.")))


def refuse_closed(cycle: ReviewCycle, row: Review) -> None:
    """Raise Problem where nothing can be written any more."""
    if cycle.state == "paused":
        raise Problem(
            Phrase("This cycle is paused. What you typed is kept; you can hand it in when it goes on.")
        )
    if not is_open(cycle, row):
        raise Problem(Phrase("This review is closed. Nothing can be changed in it any more."))


def is_open(cycle: ReviewCycle, row: Review) -> bool:
    """Whether a review can still be written. Who declined may think better of it."""
    return (
        cycle.state == "running"
        and row.state in ("owed", "submitted", "declined")
        and row.released_at is None
    )


# The draft -----------------------------------------------------------------------------------------------------------


def draft_of(request: Request, row: Review) -> Draft | None:
    """What the writer has begun and not handed in."""
    return request.store.drafts.of(request.actor.id, WRITE, {"review": row.id})


def so_far(request: Request, row: Review) -> dict[str, Any]:
    """What stands in the form: what was begun, or else what was handed in the last time."""
    draft = draft_of(request, row)
    if draft is not None:
        return dict(draft.given)
    return parts.given(parts_of(_cycle(request, row), row.role), row.answers or {})


def answers_so_far(request: Request, row: Review) -> dict[str, dict[str, Any]]:
    """The same as it would be handed in."""
    return parts.answers(parts_of(_cycle(request, row), row.role), so_far(request, row))


def keep(request: Request, row: Review, values: Mapping[str, Any]) -> None:
    """Put these answers into what was begun, "" for none: it goes on in the whole form, on every platform."""
    draft = request.store.drafts.begin(request.actor.id, WRITE, {"review": row.id}, so_far(request, row))
    request.store.drafts.keep(draft, {**draft.given, **values})


def blank(request: Request, row: Review) -> dict[str, Any]:
    """Every question of the form without an answer."""
    return {question.name: "" for question in _questions(request, {"review": row.id})}


# Reading it ----------------------------------------------------------------------------------------------------------


@feature.button(allow=writers)
def change(request: Request, review: str) -> Reply:
    """Change a review that is handed in, with what it says now in the form."""
    row = bound_review(request, review)
    given = {} if draft_of(request, row) else so_far(request, row)
    return Reply(ask=write.bind(review=row.id), given=given)


@feature.button(allow=seers)
def show(request: Request, review: str) -> Reply:
    """Read this review."""
    row = bound_review(request, review)
    return Reply(show=card(request, row, called(request.store, row, request.actor.id)))


def card(request: Request, row: Review, title: Text) -> Card:
    """A review as its reader sees it."""
    cycle = _cycle(request, row)
    open_ = row.author_id == request.actor.id and is_open(cycle, row)
    return Card(
        title,
        Fact(Phrase("Cycle"), Verbatim(cycle.name)),
        *lines(cycle, row),
        *((Button(Phrase("Change"), change.bind(review=row.id)),) if open_ else ()),
        *versions.buttons(row),
        *looking.remarks(request, row),
        Note(audience(request, cycle, row)),
    )


def lines(cycle: ReviewCycle, row: Review) -> tuple[Part, ...]:
    """What a review says, part by part; of a confidential one only that something is said."""
    said = row.answers or {}
    return tuple(
        piece
        for part in parts_of(cycle, row.role)
        if part.key in said
        for piece in (Heading(part.title), *_said(row, part, said[part.key]))
    )


def _said(row: Review, part: parts.Part, answer: Mapping[str, Any]) -> tuple[Part, ...]:
    if row.kind == Kind.REVIEW_CONFIDENTIAL:
        return (Section(parts.unsaid(answer)),)
    return (Section(parts.line(part, answer), quoted=True), *marks(row, part, answer))
