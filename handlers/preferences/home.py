"""My home screen begins with what I owe, by date, and ends with the door to my settings."""

from __future__ import annotations

from handlers.kit.cards import Button, Fact, Heading, Note, Part, Press, Section
from handlers.kit.features import Feature
from handlers.kit.requests import Request
from handlers.kit.text import Lines, Phrase, Text, Verbatim, more
from handlers.kit.values import load
from storage.tables import ObligationRow

feature = Feature(
    "preferences",
    title=Phrase("You and Upbeat"),
)

SHOWN = 12
"""Things owed on the home screen; the rest is counted."""


@feature.home(10)
def owed(request: Request) -> tuple[Part, ...]:
    """What I owe, the earliest due first."""
    rows = [row for row in request.store.obligations.of(request.actor.id) if not _expired(row, request)]
    if not rows:
        return (Heading(Phrase("Waiting for you")), Note(Phrase("Nothing waits for you. Enjoy the quiet.")))
    return (
        Heading(Phrase("Waiting for you, by date")),
        *(_one(request, row) for row in rows[:SHOWN]),
        *(Note(line) for line in more(len(rows), SHOWN)),
    )


def _expired(row: ObligationRow, request: Request) -> bool:
    return row.expires_at is not None and row.expires_at <= request.now


def _one(request: Request, row: ObligationRow) -> Section:
    appointment = row.minutes == 0
    label = Phrase("Open it") if appointment else Phrase("Do it now")
    return Section(
        Lines((load(row.title), *_when(request, row))), button=Button(label, Press(row.kind, row.args))
    )


def _when(request: Request, row: ObligationRow) -> tuple[Text, ...]:
    if row.due_at is None:
        return ()
    if row.minutes == 0:
        return (Phrase("At {moment}.", moment=row.due_at),)
    if row.due_at <= request.now:
        return (Phrase("It was due {moment}.", moment=row.due_at),)
    return (Phrase("Due {moment}.", moment=row.due_at),)


@feature.home(90)
def me(request: Request) -> tuple[Part, ...]:
    """My settings, and the doors to them."""
    absence = request.store.preferences.absence_on(request.actor.id, request.today)
    until = (Fact(Phrase("Away until"), Phrase("{day}", day=absence.last)),) if absence else ()
    return (
        Heading(Phrase("Settings")),
        Fact(Phrase("Your time zone"), Verbatim(request.actor.zone)),
        *until,
        *((Button(Phrase("I am back"), Press("preferences.back", {})),) if absence else ()),
        Button(Phrase("Settings"), Press("preferences.settings", {})),
        Button(Phrase("What was I sent, and why?"), Press("preferences.why", {})),
        Button(Phrase("Privacy"), Press("preferences.privacy", {})),
        Button(Phrase("Help"), Press("preferences.help", {})),
    )
