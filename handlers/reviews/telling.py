"""Telling people of a cycle: in their hours, and in a test run its owner alone, with for whom it would have been."""

from __future__ import annotations

from datetime import timedelta

from handlers.kit.cards import Card, Note
from handlers.kit.hours import calendar_of, hours_of, is_away
from handlers.kit.requests import Tell
from handlers.kit.text import Phrase, Verbatim
from handlers.reviews.review import decides
from storage.people import Person
from storage.reviews import ReviewCycle
from storage.store import Store

LIVES = timedelta(days=7)


def tell(
    store: Store,
    cycle: ReviewCycle,
    person: Person,
    card: Card,
    *,
    topic: str | None = None,
    about: str = "",
    over: str = "",
) -> Tell:
    """A card for somebody of a cycle: not at night, not on a day off, not while they are away. The rest is as in
    `Tell`."""
    to = store.directory.people[cycle.owner_id] if cycle.is_test else person
    opens = hours_of(store, to, calendar_of(store)).open_from(store.now)
    topic = f"{topic}:{person.id}" if cycle.is_test and topic else topic
    after, card = opens - store.now, marked(cycle, person, card)
    return Tell(card, to=to.id, topic=topic, about=about, over=over, after=after, lives=LIVES)


def marked(cycle: ReviewCycle, person: Person, card: Card) -> Card:
    """The card as it is; of a test run it says so, and for whom it would be."""
    if not cycle.is_test:
        return card
    test = Note(Phrase("A test: only you get this. It would be for {name}.", name=Verbatim(person.name)))
    return Card(card.title, test, *card.parts)


def runner_of(store: Store, cycle: ReviewCycle, *, about: str = "") -> Person | None:
    """Who of HR hears what is to be decided in a cycle: its owner, or, while they are away or when they run it no more,
    another one who does; of what is `about` somebody, nobody who reports to them. Of a test run its owner alone."""
    owner = store.directory.person(cycle.owner_id)
    others = () if cycle.is_test else store.directory.active()
    able = [each for each in (owner, *others) if each and decides(store, each.id, cycle, about=about)]
    return next((each for each in able if not is_away(store, each)), able[0] if able else None)
