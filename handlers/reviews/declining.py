"""Somebody declines to write a review, with a reason for who runs the cycle and never for whom it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from handlers.kit.access import Rule
from handlers.kit.cards import Button, Card, Fact, Note, Section
from handlers.kit.forms import Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.reviews import settling, to_share, writing
from handlers.reviews.review import bound_cycle, bound_review, feature, review_of, titled, writers
from handlers.reviews.telling import runner_of
from storage.reviews import MANAGER, PEER, SELF, Review, ReviewCycle

Reason = Annotated[
    str, Words(Phrase("Why can you not write it?"), longest=1000, help=Phrase("“We never worked together.”"))
]

others = Rule(
    "who writes about somebody else",
    lambda request, args: (
        writers.check(request, args) and (row := review_of(request, args)) is not None and row.role != SELF
    ),
    Phrase("This review is not yours to decline, or it is gone. Nobody has to write a self-review in full."),
)


def _refuse_settled(request: Request, args: Mapping[str, Any]) -> None:
    writing.refuse_over(request, args)
    if bound_review(request, args["review"]).state != "owed":
        raise Problem(Phrase("It is not owed any more: it was handed in or declined before."))


def _title(request: Request, args: Mapping[str, Any]) -> Text:
    return Phrase("Decline: {review}", review=titled(request, args))


@feature.button(
    allow=others,
    seen_by=Phrase(
        "The reason is seen by HR who runs the cycle, unless they report to the person whom the review is about, and by"
        " that person's manager if it is about a colleague; never by the person."
    ),
    title=_title,
    submit=Phrase("Decline"),
    over=_refuse_settled,
)
def decline(request: Request, review: str, reason: Reason) -> Reply:
    """Decline to write this review, with a reason."""
    row = bound_review(request, review)
    cycle = bound_cycle(request, row.cycle_id)
    request.store.reviews.change(row, state="declined", reason=reason)
    request.store.obligations.close(request.actor.id, writing.WRITE, row.id, how="declined")
    if row.role == PEER and cycle.phase in ("peers", "write"):
        settling.ask(request.store, cycle, row.subject_id)
    if row.role == MANAGER:
        to_share.ask(request.store, cycle, subject=row.subject_id)
    shown = Card(
        Phrase("Declined. You are not reminded of it any more."),
        Note(Phrase("What you began is kept; as long as the cycle runs you can write it after all.")),
        Button(Phrase("Write it after all"), writing.write.bind(review=row.id)),
    )
    return Reply(show=shown, tell=_told(request, cycle, row, reason))


def _told(request: Request, cycle: ReviewCycle, row: Review, reason: str) -> tuple[Tell, ...]:
    name, whom = Verbatim(request.actor.name), Verbatim(request.store.directory.named(row.subject_id))
    card = Card(
        Phrase("{name} declined to write about {whom}", name=name, whom=whom),
        Fact(Phrase("Cycle"), Verbatim(cycle.name)),
        Section(Verbatim(reason), quoted=True),
        Note(Phrase("The person whom it is about does not see the reason.")),
    )
    return tuple(
        Tell(card, to=person, topic=f"reviews.declined:{row.id}:{person}")
        for person in dict.fromkeys(_who_hears(request, cycle, row))
    )


def _who_hears(request: Request, cycle: ReviewCycle, row: Review) -> tuple[str, ...]:
    """HR who runs the cycle, unless they report to whom it is about; and of a colleague who does not write, whoever
    agreed to their being asked: the manager of whom it is about."""
    directory = request.store.directory
    manager = directory.manager_of(row.subject_id, request.now.date()) if row.role == PEER else None
    runner = runner_of(request.store, cycle, about=row.subject_id)
    wanted = (runner.id if runner else None, manager)
    return tuple(
        person
        for person in wanted
        if person and person not in (row.subject_id, request.actor.id) and directory.people[person].active
    )


def buttons(row: Review) -> tuple[Button, ...]:
    """The way to decline, where somebody writes about another."""
    if row.role == SELF or row.state != "owed":
        return ()
    return (Button(Phrase("Decline"), decline.bind(review=row.id)),)
