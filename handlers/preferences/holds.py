"""A legal hold: HR says, with a reason, that everything about a person must be kept; and lets it go again."""

from __future__ import annotations

from typing import Annotated

from handlers.kit.access import hr
from handlers.kit.cards import Button, Card, Note, Part, Section
from handlers.kit.forms import Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.kit.typed import folded
from handlers.preferences.home import feature
from storage.holds import Hold
from storage.people import Person

Whom = Annotated[
    str,
    Words(Phrase("Whom? Their name or address; whoever has left is found too."), longest=200, lines=False),
]
Why = Annotated[str, Words(Phrase("Why? One sentence."), longest=500)]

SEEN = Phrase("Seen by HR, and by the person it is about when they want to erase their record.")


@feature.command(
    "privacy hold", allow=hr, also=("隐私 保全", "隐私保全"), examples=("@ben", ""), seen_by=SEEN
)
def hold(request: Request, whom: Whom = "") -> Reply:
    """See who is on hold; put somebody on hold, so that nothing about them is erased, or let it go."""
    if not whom:
        return Reply(show=_all(request))
    return Reply(show=_one(request, _found(request, whom)))


def _all(request: Request) -> Card:
    standing = request.store.holds.standing()
    return Card(
        Phrase("On hold: nothing about them is erased or grows too old"),
        *(part for each in standing for part in _standing(request, each)),
        *(() if standing else (Section(Phrase("Nobody is on hold.")),)),
        Button(Phrase("Put somebody on hold"), look_up.bind(), style="primary"),
    )


def _standing(request: Request, row: Hold) -> tuple[Part, ...]:
    about = Phrase(
        "{name}, since {day}: {reason}",
        name=Verbatim(request.store.directory.named(row.person_id)),
        day=request.day_of(row.placed_at),
        reason=Verbatim(row.reason),
    )
    return (
        Section(about, button=Button(Phrase("Release"), release.bind(person=row.person_id), style="danger")),
    )


@feature.button(allow=hr, seen_by=SEEN, title=Phrase("Put somebody on hold"), submit=Phrase("Find"))
def look_up(request: Request, whom: Whom) -> Reply:
    """Find somebody to put on hold."""
    return Reply(show=_one(request, _found(request, whom)))


def _one(request: Request, person: Person) -> Card:
    name = Verbatim(person.name)
    row = request.store.holds.on(person.id)
    if row:
        return Card(Phrase("{name} is on hold", name=name), *_standing(request, row))
    return Card(
        Phrase("{name} is not on hold", name=name),
        Note(
            Phrase(
                "On hold, nothing that they have a part in is erased, by them or by HR, and nothing of it goes because"
                " it is old."
            )
        ),
        Button(Phrase("Put on hold"), place.bind(person=person.id), style="primary"),
    )


def _found(request: Request, whom: str) -> Person:
    wanted = folded(whom.lstrip("@＠ "))
    people = request.store.directory.people.values()
    exact = [person for person in people if wanted in {folded(person.name), person.email}]
    fitting = exact or [
        person
        for person in people
        if wanted in {person.email.split("@")[0], folded(person.name).split(" ")[0]}
    ]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise Problem(Phrase("Several people have this name. Write the address."), question="whom")
    raise Problem(
        Phrase("I know nobody with this name. Write the whole name, or the address."), question="whom"
    )


@feature.button(allow=hr, seen_by=SEEN, title=Phrase("Put somebody on hold"), submit=Phrase("Put on hold"))
def place(request: Request, person: str, why: Why) -> Reply:
    """Put this person on hold."""
    name = Verbatim(request.store.directory.named(person))
    if not request.store.holds.place(person, why):
        raise Problem(Phrase("{name} is on hold already.", name=name))
    return Reply(
        show=Card(
            Phrase("{name} is on hold. Nothing that they have a part in is erased any more.", name=name),
            Note(
                Phrase(
                    "Nobody is told; {name} reads the reason when they want to erase their record.", name=name
                )
            ),
            Button(Phrase("Release"), release.bind(person=person)),
        )
    )


@feature.button(allow=hr, seen_by=SEEN, title=Phrase("Let a hold go"), submit=Phrase("Release"))
def release(request: Request, person: str, why: Why) -> Reply:
    """Let the hold on this person go."""
    name = Verbatim(request.store.directory.named(person))
    if not request.store.holds.release(person, why):
        raise Problem(Phrase("{name} is not on hold any more.", name=name))
    return Reply(
        show=Card(
            Phrase("Released. What is too old of {name}'s records goes within an hour.", name=name),
            Note(Phrase("That the hold stood, from when until when and why, is kept.")),
        )
    )


def why_held(request: Request, person_id: str) -> Text | None:
    """Why nothing about this person may be erased now, or None when it may."""
    row = request.store.holds.on(person_id)
    if row is None:
        return None
    return Phrase(
        "Nothing can be erased now: since {day} this record must be kept. HR wrote why: “{reason}”.",
        day=request.day_of(row.placed_at),
        reason=Verbatim(row.reason.strip()),
    )


def refuse_if_held(request: Request, person_id: str) -> None:
    """Raise Problem with the reason when nothing about this person may be erased now."""
    if why := why_held(request, person_id):
        raise Problem(why)
