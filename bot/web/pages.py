"""What a page of the local chat shows to one person: places with what is unread, and the talk in one of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.web.draw import Drawing, hue, initials
from bot.web.labels import PROFILE_COMMANDS
from handlers.kit.cards import Card
from handlers.kit.dispatch import Core
from handlers.kit.features import Route, Shortcut
from handlers.kit.requests import Request, Where
from handlers.kit.values import dump, load
from storage.people import Person
from storage.store import Store
from storage.tables import Place
from storage.webchat import PLATFORM, WebMessage, private_channel

EMOJI: Mapping[str, str] = {"clap": "👏", "tada": "🎉", "heart": "❤️", "pray": "🙏"}
"""The emoji to react with, by the names that features hear."""
MOST = 80
"""Messages of a page before "Show earlier messages"."""
MOST_EVER = 2000
"""However often earlier ones are asked for."""


@dataclass(frozen=True)
class View:
    """What is in the middle of the page: `home`, `upbeat`, `in` a channel, or `with` a person."""

    kind: str
    id: str = ""

    @property
    def path(self) -> str:
        """How it is called in an address."""
        return f"{self.kind}/{self.id}" if self.id else self.kind

    @classmethod
    def of(cls, path: str) -> View:
        """The view of that path; an unknown one is home."""
        kind, _, found = path.partition("/")
        return cls(kind, found) if kind in ("home", "upbeat", "in", "with") else cls("home")

    @property
    def talks(self) -> bool:
        """Whether messages stand here."""
        return self.kind in ("upbeat", "in")

    def channel(self, person_id: str) -> str:
        """The id of the talk."""
        return self.id if self.kind == "in" else private_channel(person_id)


@dataclass(frozen=True)
class Reaction:
    """An emoji under a message, and by whom."""

    name: str
    count: int
    mine: bool
    who: str


@dataclass(frozen=True)
class Shown:
    """A message as one reader sees it."""

    row: WebMessage
    author: Person | None
    card: Card | None
    reactions: tuple[Reaction, ...]
    private: bool
    new_day: date | None
    mark: str

    @property
    def hue(self) -> int:
        return hue(self.author) if self.author else 0

    @property
    def initials(self) -> str:
        return initials(self.author.name) if self.author else "U"


@dataclass(frozen=True)
class Channel:
    """An entry of the list of places."""

    path: str
    name: str
    unread: int


class Page:
    """Everything that the template needs. Built inside one read of the database."""

    def __init__(self, store: Store, core: Core, me: Person, view: View, most: int = MOST) -> None:
        self.me = me
        self.view = view
        self.most = most
        self.now = store.now
        self.draw = Drawing(me.language, me.zone, store.now)
        self.people = {person.id: person for person in store.directory.active()}
        self.handles = {person.id: called(store, person) for person in self.people.values()}
        self.everybody = store.directory.people
        unread = store.webchat.unread(me.id)
        self.is_news = view.talks and unread.pop(view.channel(me.id), 0) > 0
        self.upbeat = Channel("upbeat", "Upbeat", unread.get(private_channel(me.id), 0))
        places = store.webchat.places()
        self.channels = tuple(
            Channel(f"in/{p.external_id}", p.name, unread.get(p.external_id, 0)) for p in places
        )
        self.place = next((p for p in places if view.kind == "in" and p.external_id == view.id), None)
        self.commands = _commands(core, store, me)
        self.shortcuts = tuple(s for s in _shortcuts(core) if not s.on_message)
        self.on_message = tuple(s for s in _shortcuts(core) if s.on_message)
        self.emoji = EMOJI
        self.messages: tuple[Shown, ...] = ()
        self.home: Card | None = None
        self.home_mark = ""
        self.other: Person | None = None
        self.line: Mapping[str, Any] = {}
        if view.talks:
            self._read_messages(store)
        if view.kind == "with":
            self._read_person(store)

    @property
    def exists(self) -> bool:
        """Whether there is such a place or person."""
        return {"in": self.place, "with": self.other}.get(self.view.kind, True) is not None

    @property
    def title(self) -> str:
        """The heading of the middle, as it is: a name of ours or of theirs."""
        if self.place:
            return self.place.name
        return self.other.name if self.other else "Upbeat"

    @property
    def more(self) -> bool:
        """Whether there may be earlier messages."""
        return self.most <= len(self.messages) < MOST_EVER

    @property
    def last(self) -> str:
        """The id of the last message here."""
        return self.messages[-1].row.id if self.messages else ""

    def with_home(self, card: Card | None) -> Page:
        """The same with the home screen on it."""
        self.home = card
        self.home_mark = _digest(_without_handles(card)) if card else ""
        return self

    def _read_messages(self, store: Store) -> None:
        rows = store.webchat.messages(self.view.channel(self.me.id), reader=self.me.id, most=self.most)
        reactions = store.webchat.reactions([row.id for row in rows])
        shown: list[Shown] = []
        day: date | None = None
        for row in rows:
            here = self.draw.here(row.made_at).date()
            shown.append(self._shown(row, reactions.get(row.id, {}), here if here != day else None))
            day = here
        self.messages = tuple(shown)

    def _shown(self, row: WebMessage, reactions: Mapping[str, list[str]], new_day: date | None) -> Shown:
        made = tuple(
            Reaction(name, len(ids), self.me.id in ids, self.draw.names(self._name(i) for i in ids))
            for name, ids in reactions.items()
            if name in EMOJI
        )
        marked = (row.said, row.card, row.edited_at, made, new_day, self.me.id, self.me.language)
        return Shown(
            row=row,
            author=self.everybody.get(row.author_id or ""),
            card=load(row.card) if row.card else None,
            reactions=made,
            private=self.view.kind == "in" and row.kind == "chat",
            new_day=new_day,
            mark=_digest(repr(marked)),
        )

    def _read_person(self, store: Store) -> None:
        self.other = self.people.get(self.view.id)
        if self.other is None:
            return
        today = store.now.date()
        manager = store.directory.manager_of(self.other.id, today)
        known = {route.words for route in self.commands}
        self.line = {
            "manager": self.people.get(manager or ""),
            "reports": store.directory.reports_of(self.other.id, today),
            "offers": [(words, title) for words, title in PROFILE_COMMANDS if words in known],
        }

    def _name(self, person_id: str) -> str:
        person = self.everybody.get(person_id)
        return person.name if person else "?"

    def hue(self, person: Person) -> int:
        """The colour of a person."""
        return hue(person)

    def initials(self, person: Person) -> str:
        """The letters of a person."""
        return initials(person.name)

    def address(self, person: Person) -> str:
        """A person as they are called in an address."""
        return self.handles[person.id]

    def clock_of(self, person: Person) -> str:
        """The time of day where a person is, in the reader's language."""
        return str(Drawing(self.me.language, person.zone).clock(self.now))


def identity(store: Store, called: str) -> Person | None:
    """The active person whom an address names: by their account here, or by their id before they have one."""
    person = store.directory.with_account(PLATFORM, called) or store.directory.person(called)
    return person if person and person.active else None


def called(store: Store, person: Person) -> str:
    """How a person is called in an address: by their account here."""
    account = store.directory.account(person.id, PLATFORM)
    return account.external_id if account else person.id


def _shortcuts(core: Core) -> tuple[Shortcut, ...]:
    return tuple(shortcut for feature in core.features for shortcut in feature.shortcuts)


def _commands(core: Core, store: Store, me: Person) -> tuple[Route, ...]:
    request = Request(actor=me, where=Where(), now=store.now, store=store, platform=PLATFORM)
    routes = (route for feature in core.features for route in feature.routes)
    return tuple(r for r in routes if r.words and not r.hidden and r.allow.check(request, {}))


def place_of(store: Store, external_id: str) -> Place | None:
    """A channel that is there."""
    place = store.outbox.place(PLATFORM, external_id)
    return None if place is None or place.gone else place


def _without_handles(card: Card) -> str:
    buttons = (replace(button, does=None, handle="-") for button in card.buttons())
    return dump(card.with_buttons(dict(enumerate(buttons))))


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]
