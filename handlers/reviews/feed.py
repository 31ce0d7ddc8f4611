"""A person's calendar can show until when they have to write: by a private address that they make and take away."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from handlers.kit.access import everyone
from handlers.kit.cards import Button, Card, Link, Note, Section
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Plural, Text, Verbatim
from handlers.reviews.review import feature
from storage.people import Person
from storage.reviews import ReviewCycle
from storage.store import Store

PATH = "/calendar/{token}.ics"
"""Where a calendar asks. Only who knows the address does."""
KIND = "reviews."


@dataclass(frozen=True)
class Entry:
    """One moment in a calendar: until when how much is owed. It names nobody, and holds no word of a review."""

    key: str
    title: Text
    at: datetime


def entries(store: Store, person: Person) -> list[Entry]:
    """What stands in a person's calendar now."""
    counts: Counter[tuple[str, datetime]] = Counter()
    for owed in store.obligations.of(person.id):
        if owed.kind.startswith(KIND) and owed.due_at and owed.within:
            counts[owed.within.removeprefix(KIND.replace(".", ":")), owed.due_at] += 1
    found = [(store.reviews.cycles.get(cycle), at, number) for (cycle, at), number in counts.items()]
    return [
        Entry(f"{cycle.id}-{at:%Y%m%d%H%M}", _title(cycle, number), at)
        for cycle, at, number in found
        if cycle
    ]


def _title(cycle: ReviewCycle, number: int) -> Text:
    name = Verbatim(cycle.name)
    return Plural("{cycle}: one thing is due", "{cycle}: {n} things are due", n=number, cycle=name)


# In chat -------------------------------------------------------------------------------------------------------------


@feature.command(
    "review calendar", allow=everyone, also=("评估 日历", "评估日历", "calendar"), examples=("",)
)
def calendar(request: Request) -> Reply:
    """Let your calendar show until when you have to write: by a private address."""
    row = request.store.reviews.feeds.of(request.actor.id)
    if row is None:
        return Reply(
            show=Card(
                Phrase("Your calendar can show until when you have to write."),
                Section(_shown()),
                Button(Phrase("Make a private address"), make_feed.bind(), style="primary"),
            )
        )
    return Reply(
        show=Card(
            Phrase("Your calendar has had an address since {moment}.", moment=row.made_at),
            Section(Phrase("I keep only its digest, and cannot show it again.")),
            Button(Phrase("Make another one"), make_feed.bind(), style="primary"),
            Button(Phrase("Take it away"), revoke_feed.bind()),
        )
    )


def _shown() -> Text:
    return Phrase(
        "It shows the name of the cycle, how much is due and when: no names, and no word of a review."
    )


@feature.button(allow=everyone)
def make_feed(request: Request) -> Reply:
    """Make a private address for your calendar; the one before it stops working."""
    token = request.store.reviews.feeds.make(request.actor.id)
    url = request.store.links.address() + PATH.format(token=token)
    return Reply(
        show=Card(
            Phrase("Your private address"),
            Section(Verbatim(url)),
            Section(Phrase("Subscribe to it in your calendar, as a calendar from the internet.")),
            Section(_shown()),
            Link(Phrase("Open it"), url),
            Button(Phrase("Take it away"), revoke_feed.bind()),
            Note(
                Phrase(
                    "Whoever knows it can read it. I show it only this once; you can take it away at any time."
                )
            ),
        )
    )


@feature.button(allow=everyone)
def revoke_feed(request: Request) -> Reply:
    """Take the address away: your calendar shows nothing of reviews any more."""
    if not request.store.reviews.feeds.revoke(request.actor.id):
        return Reply(show=Card(Phrase("There is no address to take away.")))
    return Reply(
        show=Card(
            Phrase("The address does not work any more."),
            Button(Phrase("Make a private address"), make_feed.bind()),
        )
    )
