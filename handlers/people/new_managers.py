"""Whoever gets a new manager is told so, and whether the new one reads the check-ins from before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from handlers.kit.cards import Card, Note, Section
from handlers.kit.requests import Tell
from handlers.kit.text import Phrase, Text, Verbatim
from storage.store import Store


def managers(store: Store) -> dict[str, str | None]:
    """Everybody's manager now; None for who has none, or does not work here."""
    directory, today = store.directory, store.now.date()
    return {person: directory.manager_of(person, today) for person in directory.people}


def new_managers(store: Store, before: Mapping[str, str | None]) -> tuple[Tell, ...]:
    """The messages for those whose manager is another than before. Whoever is new has no past to be read."""
    store.people_changed()  # so that the last lines of this unit are seen too
    directory = store.directory
    return tuple(
        Tell(
            _told(directory.named(manager), is_open=directory.past_is_open),
            to=person,
            lives=timedelta(days=30),
        )
        for person, manager in managers(store).items()
        if manager and person in before and before[person] != manager
    )


def _told(manager: str, *, is_open: bool) -> Card:
    return Card(
        Phrase("{manager} is your manager now.", manager=Verbatim(manager)),
        Section(_past(is_open)),
        Note(
            Phrase(
                "Your earlier one-on-ones, private thanks and feedback that a former manager reads stay closed to"
                " them."
            )
        ),
    )


def _past(is_open: bool) -> Text:
    if is_open:
        return Phrase(
            "They can read your check-ins, the earlier ones too. You see in /upbeat privacy if they do."
        )
    return Phrase("They can read your check-ins from today on. The earlier ones stay closed to them.")
