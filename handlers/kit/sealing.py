"""Before a card leaves, what its buttons do is put away here, and the button keeps a key that cannot be guessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from handlers.kit.cards import Button, Card
from handlers.kit.features import Route
from handlers.kit.requests import Asked
from handlers.kit.values import altered
from storage.store import Store


class Seal:
    """Seals buttons for one presser (None: any colleague)."""

    def __init__(self, routes: Mapping[str, Route]) -> None:
        self._routes = routes

    def card(self, store: Store, card: Card, *, for_person: str | None) -> Card:
        """The card with keys in place of what its buttons do."""
        buttons = card.buttons()
        if not buttons:
            return card
        return card.with_buttons(dict(enumerate(self._buttons(store, buttons, for_person))))

    def asked(self, store: Store, asked: Asked, *, for_person: str) -> Asked:
        """A question with keys in place of what its choices and controls do."""
        sealed = self._buttons(store, (*asked.choices, *asked.controls), for_person)
        count = len(asked.choices)
        return replace(asked, choices=tuple(sealed[:count]), controls=tuple(sealed[count:]))

    def _buttons(self, store: Store, buttons: Iterable[Button], for_person: str | None) -> list[Button]:
        wanted = list(buttons)
        presses = [(b.does.route, dict(b.does.args), self._once(b.does.route)) for b in wanted if b.does]
        handles = iter(store.handles.make(presses, for_person=for_person))
        return [altered(b, does=None, handle=next(handles)) if b.does else b for b in wanted]

    def _once(self, route: str) -> bool:
        return route in self._routes and self._routes[route].once
