"""What is not for every platform: doors that are closed on one, and what is told there in place of the words."""

from __future__ import annotations

from handlers.kit.cards import Card, Note
from handlers.kit.features import Closed, Route
from handlers.kit.problems import Problem
from handlers.kit.requests import Request
from handlers.kit.text import Text
from storage.people import Person
from storage.store import Store


def why_closed(route: Route, request: Request) -> Text | None:
    """Why a door is closed on the platform of the request, or None where it is open."""
    return route.closed(request.store, request.platform, request.actor) if route.closed else None


def refuse_closed(route: Route, request: Request) -> None:
    """Raise Problem where a door is closed on the platform of the request."""
    if why := why_closed(route, request):
        raise Problem(why)


def fit_to_tell(closed: Closed | None, store: Store, card: Card, platform: str, person: Person) -> Card:
    """What is told on a platform: the card, or where its words do not go there, that it waits, and where."""
    why = closed(store, platform, person) if closed else None
    return Card(card.title, Note(why)) if why else card
