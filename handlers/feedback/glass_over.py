"""When a break-glass is over, whom it was about is told who read their feedback, who agreed, when and why."""

from __future__ import annotations

from datetime import timedelta

from handlers.feedback.note import feature
from handlers.kit.cards import Button, Card, Note, Press, Section
from handlers.kit.features import Ring, Rung, Silence
from handlers.kit.requests import Tell
from handlers.kit.text import Lines, Phrase, Plural, Text, Verbatim
from storage.store import Store
from storage.tables import BreakGlass

CLOSES = "feedback.closes"


def closes_about(row: BreakGlass) -> str:
    """What its bell is about. It rings though anybody in it leaves."""
    return f"{row.id}:{row.subject_id}"


@feature.bell("closes")
def closes(ring: Ring) -> Rung:
    """A day after it was opened, it is over."""
    glass, _, subject = ring.about.partition(":")
    row = ring.store.break_glass.by_id(glass, subject)
    if row is None or row.closed_at:
        return Rung(None, silence=Silence("done"))
    return Rung(None, tell=(closed(ring.store, row),))


def closed(store: Store, row: BreakGlass) -> Tell:
    """Close it; returns the message to whom it was about."""
    store.break_glass.close(row)
    card = Card(
        Phrase("HR opened private feedback to you by break-glass."),
        Section(Lines((*_who(store, row), Phrase("Because: {reason}", reason=Verbatim(row.reason))))),
        Note(Phrase("Your one-on-ones and private notes cannot be opened by anybody.")),
        Button(Phrase("Privacy"), Press("preferences.privacy", {})),
    )
    return Tell(card, to=row.subject_id, topic=f"glass:{row.id}:told", lives=timedelta(days=90))


def _who(store: Store, row: BreakGlass) -> tuple[Text, ...]:
    named, times = store.directory.named, store.break_glass.readings(row)
    agreed = Phrase(
        "{asker} asked, and {second} agreed.",
        asker=Verbatim(named(row.author_id)),
        second=Verbatim(named(row.named_id)),
    )
    lasted = Phrase(
        "It was open from {moment} until {until}.",
        moment=row.approved_at or row.made_at,
        until=row.closed_at or row.made_at,
    )
    return agreed, lasted, Plural("It was read once.", "It was read {n} times.", n=times)
