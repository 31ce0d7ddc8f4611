"""What HR and administrators are told once, when they come onto the list: what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from handlers.kit.cards import Button, Card, Note, Part, Press, Section
from handlers.kit.requests import Tell
from handlers.kit.text import Lines, Phrase
from storage.store import Store


def welcome(store: Store, emails: Iterable[str]) -> tuple[Tell, ...]:
    """The messages for those of these people who look after Upbeat, each once."""
    people = [person for email in emails if (person := store.directory.with_email(email))]
    setup = Button(Phrase("Open the set-up"), Press("organisation.setup", {}), style="primary")
    card = Card(Phrase("Upbeat works for your company now."), *_next_steps(), setup)
    return tuple(
        Tell(card, to=person.id, topic=f"welcome:{person.id}", lives=timedelta(days=60))
        for person in people
        if person.role in ("hr", "admin")
    )


def _next_steps() -> tuple[Part, ...]:
    return (
        Section(
            Lines(
                (
                    Phrase("1. Choose the country whose holidays count: /upbeat setup holidays"),
                    Phrase("2. Say in which channel kudos are posted: /kudos setup"),
                    Phrase(
                        "3. Leave check-ins as they are (Mondays at 10:00, each in their own zone), or: /checkin setup"
                    ),
                )
            )
        ),
        Note(
            Phrase("Nothing must be set up first: people can check in, thank and meet from the first minute.")
        ),
    )
