"""Giving feedback: the form says first who reads it, and whoever is not named there never will."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from handlers.feedback.note import (
    ALONE,
    RECEIVED,
    REQUIRED,
    WITH_MANAGER,
    answered,
    feature,
    form_audience,
    manager_for,
    questions,
    readers_of,
)
from handlers.feedback.receiving import ACKNOWLEDGE, received_buttons, retract_button
from handlers.feedback.requests import settle_request
from handlers.kit.access import everyone
from handlers.kit.cards import Button, Card, Note, Press, Section
from handlers.kit.forms import Colleague, Sheet, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Verbatim
from handlers.kit.values import dump
from storage.feedback import FeedbackRow
from storage.people import Person

DUE, FIRST_REMINDER, FORGOTTEN = timedelta(days=7), timedelta(days=3), timedelta(days=21)
"""When feedback should be acknowledged, when that is first recalled, and when nobody speaks of it any more."""

Answers = Annotated[dict[str, str], Sheet(Phrase("Feedback"), of=questions)]


def form_for(request: Request, receiver: Person, *, asked: str = "") -> Press:
    """The form of feedback to somebody; its audience is bound to who their manager is now."""
    return write.bind(to=receiver.id, manager=manager_for(request, receiver), asked=asked)


def begun(request: Request, receiver: Person, answers: Mapping[str, str]) -> Reply:
    """Feedback from what was typed: sent at once to the receiver alone when nothing is missing, or else the form."""
    given = {name: words for name, words in answers.items() if words}
    if all(given.get(name) for name in REQUIRED):
        return _sent(request, receiver, given, manager="")
    return Reply(ask=form_for(request, receiver), given=given)


@feature.button(allow=everyone, seen_by=form_audience, submit=Phrase("Send"), title=Phrase("Give feedback"))
def write(
    request: Request, to: str, answers: Answers, manager: str = "", asked: str = "", changed: bool = False
) -> Reply:
    """Give a colleague feedback in private."""
    receiver = request.person(to)
    _check_receiver(request, receiver)
    wide = answers.get("audience", ALONE) == WITH_MANAGER
    now = manager_for(request, receiver)
    words = {name: item for name, item in answers.items() if name != "audience"}
    if wide and now != manager:
        # The author chose an audience by name: another manager is another audience, so they choose again.
        return Reply(ask=write.bind(to=to, manager=now, asked=asked, changed=True), given=words)
    return _sent(request, receiver, words, manager=manager if wide else "", asked=asked)


@feature.button(
    allow=everyone,
    seen_by=Phrase("Nobody sees this yet: next comes the form, which says who reads it."),
    submit=Phrase("Next"),
    title=Phrase("Give feedback"),
)
def choose(
    request: Request, to: Annotated[Person, Colleague(Phrase("To whom do you want to give feedback?"))]
) -> Reply:
    """Choose who gets my feedback."""
    return Reply(ask=form_for(request, to))


@feature.command(
    "confidential",
    allow=everyone,
    also=(
        "confidentially",
        "between us",
        "between you and me",
        "just between us",
        "in confidence",
        "off the record",
        "private feedback",
        "i have feedback",
        "i have some feedback",
        "保密",
        "私下",
        "私下说",
        "悄悄说",
        "我有反馈",
    ),
    examples=("",),
    hidden=True,
)
def confidential(
    request: Request,
    to: Annotated[
        Person | None,
        Colleague(Phrase("To whom?"), lead=("feedback for", "feedback to", "for", "to", "about", "给", "对")),
    ] = None,
    words: Annotated[str, Words(Phrase("What?"))] = "",
) -> Reply:
    """Say something in confidence.

    What was typed is neither kept nor sent: a confidence belongs into the form, which says who reads it."""
    press = form_for(request, to) if to else choose.bind()
    return Reply(
        show=Card(
            Phrase("This sounds confidential, so I kept nothing of it and sent it to nobody."),
            Section(Phrase("Feedback to a colleague has a form, which says who reads it before you write.")),
            Button(Phrase("Open the form"), press, style="primary"),
        )
    )


# Sending -------------------------------------------------------------------------------------------------------------


def _check_receiver(request: Request, receiver: Person) -> None:
    if not receiver.active:
        raise Problem(
            Phrase("{name} does not work here any more. Nothing was sent.", name=Verbatim(receiver.name))
        )
    if receiver.id == request.actor.id:
        raise Problem(Phrase("Feedback goes to a colleague, not to yourself."))


def _sent(
    request: Request, receiver: Person, words: Mapping[str, str], *, manager: str, asked: str = ""
) -> Reply:
    told = settle_request(request, asked, receiver) if asked else ()
    row = request.store.feedback.send(
        request.actor.id, receiver.id, words, manager=manager or None, request=asked
    )
    _owed(request, row)
    tells = (_receiver_told(request, row), *_manager_told(request, row), *told)
    return Reply(show=_confirmation(request, row, receiver), tell=tells)


def _owed(request: Request, row: FeedbackRow) -> None:
    """The receiver owes an acknowledgement, without being nagged about it."""
    request.store.obligations.open(
        row.subject_id,
        ACKNOWLEDGE,
        row.id,
        title=dump(Phrase("Acknowledge the feedback from {author}", author=Verbatim(request.actor.name))),
        args={"feedback": row.id},
        due_at=request.now + DUE,
        remind_at=request.now + FIRST_REMINDER,
        expires_at=request.now + FORGOTTEN,
        minutes=2,
    )


def _receiver_told(request: Request, row: FeedbackRow) -> Tell:
    card = Card(
        Phrase("{author} gives you feedback", author=Verbatim(request.actor.name)),
        *answered(row.answers),
        Note(readers_of(request, row)),
        *received_buttons(row),
    )
    about = f"feedback:{row.id}"
    return Tell(card, to=row.subject_id, topic=about, about=about, notice=RECEIVED)


def _manager_told(request: Request, row: FeedbackRow) -> tuple[Tell, ...]:
    if not row.named_id:
        return ()
    title = Phrase(
        "{author} gave {name} feedback and chose that you read it too",
        author=Verbatim(request.actor.name),
        name=Verbatim(request.person(row.subject_id).name),
    )
    card = Card(title, *answered(row.answers), Note(readers_of(request, row)))
    about = f"feedback:{row.id}"
    return (Tell(card, to=row.named_id, topic=f"{about}:manager", about=about),)


def _confirmation(request: Request, row: FeedbackRow, receiver: Person) -> Card:
    return Card(
        Phrase("Sent to {name}.", name=Verbatim(receiver.name)),
        Note(readers_of(request, row)),
        Note(Phrase("You can take it back within 24 hours.")),
        retract_button(row),
    )
