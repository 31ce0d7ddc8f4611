"""A request for feedback: who may answer it, and what becomes of it."""

from collections.abc import Mapping
from typing import Any

from handlers.feedback.note import READ
from handlers.kit.access import owner_of
from handlers.kit.cards import Card, Note
from handlers.kit.problems import Problem
from handlers.kit.requests import Request, Tell
from handlers.kit.text import Phrase, Verbatim
from storage.feedback import ANSWER, FeedbackRequest
from storage.people import Person


def request_of(request: Request, args: Mapping[str, Any]) -> FeedbackRequest | None:
    """The request behind a button, if the presser may see it."""
    return request.store.feedback.request(str(args.get("asked", "")), reader=request.actor.id)


asked_one = owner_of(request_of, "named_id")
"""The door of answering and declining: the one who was asked."""


def open_request(request: Request, asked: str) -> FeedbackRequest:
    """The request that the presser was asked, refused when it is settled."""
    row = request_of(request, {"asked": asked})
    if row is None or row.named_id != request.actor.id or row.state != "open":
        raise Problem(Phrase("This request is settled already. You can still give feedback with /feedback."))
    return row


def settle_request(request: Request, asked: str, receiver: Person) -> tuple[Tell, ...]:
    """It was answered. Whoever asked about somebody else hears that, and no word of the answer."""
    row = open_request(request, asked)
    if row.subject_id != receiver.id:
        raise Problem(Phrase("This request is about somebody else. Open it again from your messages."))
    request.store.feedback.settle(row, "answered")
    request.store.obligations.close(request.actor.id, ANSWER, row.id)
    if row.author_id == receiver.id:
        return ()
    card = Card(
        Phrase(
            "{name} answered your question about {subject}.",
            name=Verbatim(request.actor.name),
            subject=Verbatim(receiver.name),
        ),
        Note(Phrase("You read the answer if {name} chose so.", name=Verbatim(request.actor.name))),
    )
    return (Tell(card, to=row.author_id or "", topic=f"feedback:request:{row.id}:answered", notice=READ),)
