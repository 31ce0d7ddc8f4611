"""Beside each question: what the record holds, and which of it the writer cites."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from handlers.kit import cards
from handlers.kit.cards import Button, Card, Fact, Menu, Note, Press, Section
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Plural, Text
from handlers.reviews import parts, writing
from handlers.reviews.evidence import coverage
from handlers.reviews.evidence.cited import SHOWN, can_cite, numbered, source
from handlers.reviews.evidence.pieces import NAMES, answers, begins, day_of, headline, length, of_review
from handlers.reviews.parts import Part
from handlers.reviews.review import bound_cycle, bound_part, bound_review, feature, parts_of, writers
from storage.reviews import Piece, Review, ReviewCycle
from storage.reviews.evidence import KINDS

PAGE = 8
MOST = 30
"""Pieces that one answer may cite: who cites everything, cites nothing."""


@feature.button(allow=writers)
def evidence(request: Request, review: str, part: str, kind: str = "", page: int = 0) -> Reply:
    """Look at what the record holds for this question, and cite it."""
    row = bound_review(request, review)
    return Reply(show=_card(request, row, bound_part(request, review, part), kind, page))


@feature.button(allow=writers)
def cite(request: Request, review: str, part: str, ref: str, kind: str = "", page: int = 0) -> Reply:
    """Cite this piece of the record in your answer, or do not any more."""
    row = bound_review(request, review)
    cycle = bound_cycle(request, row.cycle_id)
    writing.refuse_closed(cycle, row)
    asked = bound_part(request, review, part)
    name = parts.cites_name(asked)
    cites = list(writing.so_far(request, row).get(name) or ())
    if ref in cites:
        cites[cites.index(ref)] = ""
    else:
        _refuse_foreign(request, cycle, row, ref)
        if len([each for each in cites if each]) >= MOST:
            raise Problem(Phrase("An answer cites {most} pieces at most. Take one out first.", most=MOST))
        cites.append(ref)
    writing.keep(request, row, {name: cites})
    return Reply(show=_card(request, row, asked, kind, page))


def _refuse_foreign(request: Request, cycle: ReviewCycle, row: Review, ref: str) -> None:
    """Raise Problem for what cannot be cited: the policy is asked again for the writer and for whom it is about."""
    if not can_cite(row):
        raise Problem(Phrase("This review is confidential: what you cite would show who wrote it."))
    if ref not in {piece.ref for piece in of_review(request, cycle, row)}:
        raise Problem(Phrase("This cannot be cited: one of you may not read it, or it is gone."))


def _card(request: Request, row: Review, part: Part, kind: str, page: int) -> Card:
    cycle = bound_cycle(request, row.cycle_id)
    found = of_review(request, cycle, row)
    cites = list(writing.so_far(request, row).get(parts.cites_name(part)) or ())
    here = [piece for piece in reversed(found) if kind in ("", piece.kind)]
    shown = here[page * PAGE : (page + 1) * PAGE]
    return Card(
        Phrase("Evidence: {question}", question=part.title),
        Fact(
            Phrase("About"),
            Phrase("{from_on} to {to_on}", from_on=cycle.from_on, to_on=cycle.to_on),
        ),
        *coverage.bar(cycle, (day_of(request.store, piece) for piece in found)),
        *(_nothing() if not here else ()),
        *(line for piece in shown for line in _line(request, row, part, piece, cites, kind, page)),
        *_turning(row, part, found, len(here), kind, page),
        *_below(request, cycle, found, cites),
        *(() if can_cite(row) else (_not_citable(),)),
        Note(
            Phrase(
                "Only what you and the person whom it is about may both read. Notes of one-on-ones and what was said"
                " confidentially are never part of it."
            )
        ),
        Button(Phrase("Back to the review"), Press("reviews.open_paper", {"review": row.id})),
    )


def _nothing() -> tuple[Section, ...]:
    return (Section(Phrase("The record holds nothing here that you may read.")),)


def _not_citable() -> Note:
    return Note(Phrase("This review is confidential: what you cite would show who wrote it."))


def _line(
    request: Request, row: Review, part: Part, piece: Piece, cites: Sequence[str], kind: str, page: int
) -> Iterator[cards.Part]:
    ref, what = piece.ref, headline(request.store, piece)
    if ref in cites:
        what = numbered(cites.index(ref) + 1, what)
    label = Phrase("Do not cite") if ref in cites else Phrase("Cite")
    press = cite.bind(review=row.id, part=part.key, ref=ref, kind=kind, page=page)
    yield Section(what, button=Button(label, press) if can_cite(row) else None)
    if said := tuple(begins(answers(piece), SHOWN)):
        whole = Button(Phrase("Read all of it"), source.bind(review=row.id, refs=(ref,)))
        yield Section(Lines(said), quoted=True, button=whole if length(piece) > SHOWN else None)


def _turning(
    row: Review, part: Part, found: Sequence[Piece], count: int, kind: str, page: int
) -> Iterator[cards.Part]:
    """To older pieces, and to those of one kind."""
    args: dict[str, Any] = {"review": row.id, "part": part.key}
    if page:
        yield Button(Phrase("Newer"), evidence.bind(**args, kind=kind, page=page - 1))
    if count > (page + 1) * PAGE:
        yield Button(Phrase("Older"), evidence.bind(**args, kind=kind, page=page + 1))
    counted = Counter(piece.kind for piece in found)
    if len(counted) > 1:
        yield Menu(
            Phrase("Show"),
            (
                Button(_counted(Phrase("All"), len(found)), evidence.bind(**args, kind="", page=0)),
                *(
                    Button(_counted(NAMES[each], counted[each]), evidence.bind(**args, kind=each, page=0))
                    for each in KINDS
                    if counted[each]
                ),
            ),
        )


def _counted(name: Text, count: int) -> Text:
    return Phrase("{name} ({n})", name=name, n=count)


def _below(
    request: Request, cycle: ReviewCycle, found: Sequence[Piece], cites: Sequence[str]
) -> tuple[cards.Part, ...]:
    days = [day_of(request.store, piece) for piece in found if piece.ref in cites]
    return coverage.recency(cycle, days)


# On the paper, and when it is handed in -------------------------------------------------------------------------------


def line(row: Review, part: Part, given: Mapping[str, Any]) -> Section:
    """What a part cites so far, with the way to the evidence."""
    cites = [ref for ref in given.get(parts.cites_name(part)) or () if ref]
    said: Text = Phrase("{question}: nothing of the record is cited yet.", question=part.title)
    if cites:
        said = Plural(
            "{question}: one piece of the record is cited.",
            "{question}: {n} pieces of the record are cited.",
            n=len(cites),
            question=part.title,
        )
    if not can_cite(row):
        said = Phrase("{question}: what the record holds", question=part.title)
    return Section(said, button=Button(Phrase("Evidence"), evidence.bind(review=row.id, part=part.key)))


def overview(request: Request, row: Review) -> tuple[cards.Part, ...]:
    """How the evidence lies over the months, and how what is cited does."""
    cycle = bound_cycle(request, row.cycle_id)
    given, found = writing.so_far(request, row), of_review(request, cycle, row)
    names = [parts.cites_name(part) for part in parts_of(cycle, row.role)]
    cites = {ref for name in names for ref in given.get(name) or ()}
    return (
        *coverage.bar(cycle, (day_of(request.store, piece) for piece in found)),
        *_below(request, cycle, found, tuple(cites)),
    )
