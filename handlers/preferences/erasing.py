"""Erase what is mine; and HR erases who has left. What must be kept is said first, with the reason."""

from __future__ import annotations

from typing import Annotated

from handlers.kit.access import everyone, hr
from handlers.kit.cards import Button, Card, Document, Heading, Note, Part, Section
from handlers.kit.forms import Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Verbatim
from handlers.kit.typed import folded
from handlers.kit.values import dump
from handlers.preferences.holds import refuse_if_held, why_held
from handlers.preferences.home import feature
from handlers.preferences.privacy import counted, documents
from storage.erasing import Erased, StandIn
from storage.tables import PersonRow

YES = ("erase", "抹除", "删除", "清除")

GONE = Phrase("This was erased.")
NOBODY = {"en": "Former colleague", "zh": "前同事"}
"""What somebody is called whose name was erased, in the company's language."""


def _stand_in(request: Request) -> StandIn:
    name = NOBODY[request.store.directory.language]
    return StandIn(card=dump(Card(GONE)), text=dump(GONE), name=name)


# Mine ----------------------------------------------------------------------------------------------------------------

WHAT = Lines(
    (
        Phrase(
            "Erased for good, for you and everybody: your check-ins, moods, blockers, private notes and drafts, the"
            " goals that you set for yourself, and why somebody stands in for you."
        ),
        Phrase(
            "Kept, because it is also the record of others: feedback, thanks, comments, one-on-ones, and goals that"
            " somebody else set for you."
        ),
        Phrase(
            "Kept, because others decide by it: what was handed in or shared in a review, which customers you asked,"
            " figures about you, and what you said is wrong with a figure, a score or a rating."
        ),
        Phrase(
            "Kept, because it must be proved: that something happened and when, and who opened what, without words."
        ),
        Phrase(
            "What was posted or delivered in a chat stays in that chat until it is deleted there. Nobody is told."
        ),
    )
)

Confirmation = Annotated[
    str,
    Words(
        Phrase("Write ERASE to confirm. It cannot be undone."),
        help=Phrase("Take your whole file first if you want to keep a copy."),
        longest=200,
        lines=False,
    ),
]


@feature.command(
    "privacy erase",
    allow=everyone,
    also=("erase", "隐私 删除", "隐私删除", "隐私 抹除", "隐私抹除"),
    examples=("",),
    seen_by=lambda request, args: why_held(request, request.actor.id) or WHAT,
    submit=Phrase("Erase"),
    title=Phrase("Erase what is mine"),
)
def erase(request: Request, confirm: Confirmation) -> Reply:
    """Erase what is yours alone."""
    if confirm.startswith(("@", "＠")) and not request.filled:
        return _of_departed(request, confirm)
    refuse_if_held(request, request.actor.id)
    if not request.filled:
        return Reply(ask=erase.bind())  # a line typed in one go has not seen what will be kept
    _confirmed(confirm, YES)
    erased = request.store.erasing.own(request.actor.id, instead=_stand_in(request))
    return Reply(show=Card(Phrase("Erased."), *_outcome(erased)))


def _confirmed(confirm: str, wanted: tuple[str, ...]) -> None:
    if folded(confirm) not in {folded(each) for each in wanted}:
        raise Problem(Phrase("This is not the word. Nothing was erased."), question="confirm")


def _outcome(erased: Erased) -> tuple[Part, ...]:
    emptied, kept = tuple(counted(erased.emptied)), tuple(counted(erased.kept))
    return (
        *((Heading(Phrase("Without words now")), Section(Lines(emptied))) if emptied else ()),
        *((Heading(Phrase("Kept, with others")), Section(Lines(kept))) if kept else ()),
        Note(Phrase("Backups that were made before still have it until they are replaced.")),
    )


# Who has left --------------------------------------------------------------------------------------------------------

Whom = Annotated[str, Words(Phrase("Who has left? Their name or address."), longest=200, lines=False)]

BY_HR = Phrase("Seen by you alone. It is noted that you did this.")


@feature.command(
    "privacy departed",
    allow=hr,
    also=("隐私 离职", "隐私离职"),
    examples=("",),
    seen_by=BY_HR,
    submit=Phrase("Find"),
    title=Phrase("Somebody who has left"),
)
def departed(request: Request, whom: Whom) -> Reply:
    """Export or erase the record of somebody who has left."""
    return Reply(show=_offered(_found(request, whom)))


def _offered(row: PersonRow) -> Card:
    return Card(
        Phrase("The record of {name}, who has left", name=Verbatim(row.name)),
        Section(
            Phrase(
                "The file says what is kept and since when. Private words stay closed to HR: they are in the file that"
                " people take themselves while they work here."
            )
        ),
        Button(Phrase("The file"), departed_file.bind(person=row.id)),
        Button(Phrase("Erase"), erase_departed.bind(person=row.id), style="danger"),
    )


def _of_departed(request: Request, called: str) -> Reply:
    if request.actor.role != "hr":
        raise Problem(Phrase("You can erase what is yours. Erasing the record of others is for HR."))
    return Reply(show=_offered(_found(request, called)))


def _found(request: Request, whom: str) -> PersonRow:
    wanted = folded(whom.lstrip("@＠ "))
    fitting = [
        row
        for row in request.store.records.departed()
        if wanted in {folded(row.name), row.email, row.email.split("@")[0], folded(row.name).split(" ")[0]}
    ]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise Problem(Phrase("Several people with this name have left. Write the address."), question="whom")
    raise Problem(
        Phrase("Nobody with this name has left. Whoever works here decides about their own record."),
        question="whom",
    )


def _gone(request: Request, person: str) -> PersonRow:
    row = next((each for each in request.store.records.departed() if each.id == person), None)
    if row is None:
        raise Problem(Phrase("This record is erased already, or the person works here again."))
    return row


@feature.button(allow=hr, takes_long=True)
def departed_file(request: Request, person: str) -> Reply:
    """Take the file of somebody who has left."""
    row = _gone(request, person)
    parts = documents(
        request, request.store.records.skeleton(row.id), f"upbeat-departed-{request.today.isoformat()}"
    )
    assert all(isinstance(part, Document) for part in parts)
    return Reply(
        show=Card(
            Phrase("The file of {name}", name=Verbatim(row.name)),
            *parts,
            Note(Phrase("Only you can fetch it, for a day. It is noted that you made it.")),
        ),
        keep=True,
    )


ALL_OF_IT = Lines(
    (
        Phrase(
            "Erased for good: their name and address, all words that they wrote, and all words about them."
        ),
        Phrase("Kept for others and as proof: that something happened and when, without words and name."),
    )
)


@feature.button(
    allow=hr, seen_by=ALL_OF_IT, submit=Phrase("Erase"), title=Phrase("Erase this record"), takes_long=True
)
def erase_departed(request: Request, person: str, confirm: Confirmation) -> Reply:
    """Erase somebody who has left."""
    row = _gone(request, person)
    refuse_if_held(request, row.id)
    _confirmed(confirm, YES)
    erased = request.store.erasing.departed(row.id, instead=_stand_in(request))
    return Reply(show=Card(Phrase("Erased. Nothing names this person any more."), *_outcome(erased)))
