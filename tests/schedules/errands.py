"""Two features for the tests of the clock: errands that people owe, and a daily alarm that a test can break."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from handlers import reminders
from handlers.kit.access import everyone
from handlers.kit.calendar import ONE_DAY, at_wall, local_day
from handlers.kit.cards import Card
from handlers.kit.dispatch import Core
from handlers.kit.features import Feature, Ring, Rung
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Verbatim
from handlers.kit.values import dump
from storage.people import Person
from storage.store import Store
from storage.tables import ObligationRow
from tests.company import Chat

feature = Feature("errands", title=Phrase("Errands"))
alarms = Feature("alarms", title=Phrase("Alarms"))
broken: set[str] = set()
"""Ids of people for whom the alarm breaks."""


@feature.button(allow=everyone)
def run(request: Request, what: str) -> Reply:
    """Run an errand."""
    request.store.obligations.close(request.actor.id, "errands.run", what)
    return Reply(show=Card(Phrase("The errand {what} is run.", what=Verbatim(what))))


def next_alarm(store: Store, person: Person, after: datetime) -> Mapping[str, datetime]:
    """Every day at 10:00, where the person is."""
    today = local_day(after, person.zone)
    days = (at_wall(today + ONE_DAY * n, time(10), person.zone) for n in (0, 1, 2))
    return {person.id: next(moment for moment in days if moment > after)}


@alarms.bell("daily", plan=next_alarm)
def daily(ring: Ring) -> Rung:
    card = Card(Phrase("It was {moment}.", moment=ring.due_at))
    tell = Tell(card, to=ring.about, topic=f"alarm:{ring.about}:{ring.due_at.isoformat()}")
    ring.store.audit("did", "alarms.daily")
    if ring.about in broken:
        ring.store.outbox.put(dump(card), route="half", person_id=ring.about)
        raise ZeroDivisionError
    return Rung(next_at=ring.due_at + timedelta(days=1), tell=(tell,))


haste = Feature("haste", title=Phrase("Haste"))


@haste.bell("now", plan=lambda store, person, after: {person.id: store.now})
def now(ring: Ring) -> Rung:
    """Somebody has something new at this very moment, as often as it is asked."""
    return Rung(None)


def only(chat: Chat, *features: Feature) -> Chat:
    """A chat in which nothing but this and reminders happens."""
    broken.clear()
    chat.core = Core(chat.database, (*features, reminders.feature))
    return chat


def owe(chat: Chat, who: str, what: str, **terms: Any) -> ObligationRow:
    """`who` owes an errand from now on."""
    title, args = dump(Phrase("Run the errand {what}", what=Verbatim(what))), {"what": what}
    terms = {"minutes": 5, **terms}

    def work(store: Store) -> ObligationRow | None:
        return store.obligations.open(chat.ids[who], "errands.run", what, title=title, args=args, **terms)

    made = chat.change(work)
    assert isinstance(made, ObligationRow)
    return made
