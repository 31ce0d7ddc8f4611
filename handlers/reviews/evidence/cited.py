"""What an answer stands on, for who reads it: the pieces that its writer cited, or the word that there are none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from handlers.kit.cards import Button, Card, Note, Part, Section
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Plural, Text
from handlers.reviews import parts
from handlers.reviews.evidence.pieces import answers, begins, headline, length, of_review
from handlers.reviews.review import bound_cycle, bound_review, feature, parts_of, seers
from storage.policy import Kind
from storage.reviews import CUSTOMER, Piece, Review

SHOWN = 300


def can_cite(row: Review) -> bool:
    """Whether a review names what it stands on. A customer has no record; and where nobody is to know who wrote, what
    was cited would tell."""
    return row.kind != Kind.REVIEW_CONFIDENTIAL and row.role != CUSTOMER


def still_citable(request: Request, row: Review, given: Mapping[str, Any]) -> dict[str, Any]:
    """The same answers, citing only what both may read now; [2] stays [2]."""
    cycle = bound_cycle(request, row.cycle_id)
    names = [parts.cites_name(part) for part in parts_of(cycle, row.role)]
    wanted = {ref for name in names for ref in given.get(name) or () if ref}
    if not wanted:
        return dict(given)
    open_ = {piece.ref for piece in of_review(request, cycle, row)} if can_cite(row) else set()
    kept = {name: [ref if ref in open_ else "" for ref in given[name]] for name in names if given.get(name)}
    return {**given, **kept}


def marks(row: Review, part: parts.Part, answer: Mapping[str, Any]) -> Iterator[Part]:
    """What stands under an answer: the way to its evidence, or that it has none; and that a model worded it."""
    cites = [ref for ref in answer.get("cites") or () if ref]
    if cites:
        said = Plural("It cites one piece of the record.", "It cites {n} pieces of the record.", n=len(cites))
        yield Section(said, button=Button(Phrase("Evidence"), cited.bind(review=row.id, part=part.key)))
    elif can_cite(row) and part.form != parts.GROWTH:
        yield Note(Phrase("Without evidence: no piece of the record is cited for this."))
    if answer.get("assisted"):
        yield Note(Phrase("Worded with the help of a language model; whoever signs it answers for it."))


@feature.button(allow=seers)
def cited(request: Request, review: str, part: str) -> Reply:
    """Open what this answer cites, as far as you may read it."""
    row = bound_review(request, review)
    answer = (row.answers or {}).get(part) or {}
    asked = parts_of(bound_cycle(request, row.cycle_id), row.role)
    title = next((each.title for each in asked if each.key == part), None)
    if title is None:
        raise Problem(Phrase("This is not asked any more."))
    refs = list(answer.get("cites") or ())
    found = request.store.reviews.evidence.some(refs, row.subject_id, reader=request.actor.id)
    shown = (
        piece
        for number, ref in enumerate(refs, 1)
        if ref
        for piece in _shown(request, row, number, ref, found.get(ref))
    )
    return Reply(show=Card(Phrase("What it stands on: {question}", question=title), *shown), keep=True)


def _shown(request: Request, row: Review, number: int, ref: str, piece: Piece | None) -> Iterator[Part]:
    if piece is None:
        yield Section(numbered(number, Phrase("You may not open this one, or it is gone.")))
        return
    said = tuple(begins(answers(piece), SHOWN))
    button = (
        Button(Phrase("Read all of it"), source.bind(review=row.id, refs=(ref,)))
        if length(piece) > SHOWN
        else None
    )
    yield Section(numbered(number, headline(request.store, piece)), button=button)
    if said:
        yield Section(Lines(said), quoted=True)


@feature.button(allow=seers)
def source(request: Request, review: str, refs: tuple[str, ...]) -> Reply:
    """Read pieces of the record whole."""
    row = bound_review(request, review)
    found = request.store.reviews.evidence.some(refs, row.subject_id, reader=request.actor.id)
    shown = [found[ref] for ref in refs if ref in found]
    if not shown:
        raise Problem(Phrase("You may not open this one, or it is gone."))
    return Reply(
        show=Card(Phrase("From the record"), *(p for each in shown for p in _whole(request, each))), keep=True
    )


def _whole(request: Request, piece: Piece) -> Iterator[Part]:
    yield Section(headline(request.store, piece))
    if said := tuple(begins(answers(piece), length(piece))):
        yield Section(Lines(said), quoted=True)


def numbered(number: int, what: Text) -> Text:
    """A piece under the number by which the words name it."""
    return Phrase("[{n}] {what}", n=number, what=what)
