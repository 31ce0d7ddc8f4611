"""One person's doing in the local chat is heard by Upbeat, and what was said and answered is kept."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from starlette.exceptions import HTTPException

from bot.web.live import Live
from bot.web.pages import EMOJI, MOST, Page, View, called, identity, place_of
from handlers.kit.cards import Card
from handlers.kit.dispatch import Core
from handlers.kit.requests import (
    Act,
    Answer,
    File,
    Incoming,
    Opened,
    Pressed,
    Quoted,
    Reacted,
    Said,
    Sender,
    Submitted,
    Where,
)
from handlers.kit.text import Phrase
from handlers.kit.typed import clean
from handlers.kit.values import dump
from storage.ids import new_secret
from storage.people import Person
from storage.policy import Kind
from storage.store import Store
from storage.webchat import PLATFORM, WebMessage, private_channel

T = TypeVar("T")

LONGEST = 4000
"""Characters of a message in a channel."""
MENTION = re.compile(r"^\s*[@＠]upbeat\b[\s,，:：]*", re.IGNORECASE)
SLASHES = ("/", "／")
REFUSALS = ("problem", "refused", "failed")


@dataclass(frozen=True)
class Me:
    """Who somebody is on this page, and how they are called in addresses and by Upbeat."""

    person: Person
    called: str

    @property
    def id(self) -> str:
        return self.person.id


class Ears:
    """Hears one person at a time, and keeps what was said."""

    def __init__(self, core: Core, live: Live) -> None:
        self._core = core
        self._live = live
        self._database = core.database

    # Who and where ------------------------------------------------------------------------------------------

    async def person(self, name: str) -> Me:
        """The person whom the address names; they get their account here on first sight. 404 for anybody else."""

        def found(store: Store) -> tuple[Person, bool] | None:
            person = identity(store, name)
            return (person, bool(store.directory.account(person.id, PLATFORM))) if person else None

        known = await self._database.read(found)
        if known is None:
            raise HTTPException(404)
        person, linked = known
        if not linked:
            await self._database.write(
                lambda store: store.accounts.meet(
                    person.id, PLATFORM, person.id, address=private_channel(person.id)
                )
            )
        return Me(person, name if linked else person.id)

    async def first(self, name: str) -> str:
        """Who comes back is whom they were; otherwise, the first person of the company. "" while there is nobody."""

        def who(store: Store) -> str:
            known = [identity(store, name), *store.directory.active()]
            return next((called(store, person) for person in known if person), "")

        return await self._database.read(who)

    async def page(
        self, me: Me, view: View, most: int = MOST, *, looking: bool = True, begun: bool = True
    ) -> Page:
        """What the person sees there; looking at it makes it read. Before everything has `begun`, nobody's home screen
        is known. 404 when there is no such place."""
        page = await self._database.read(lambda store: Page(store, self._core, me.person, view, most))
        if not page.exists:
            raise HTTPException(404)
        if view.kind == "home" and begun:
            answer = await self._core.home(me.id)
            page = page.with_home(answer.card if answer else None)
        if looking and page.is_news:
            await self._database.write(lambda store: store.webchat.saw(me.id, view.channel(me.id), page.last))
        return page

    # What people do -----------------------------------------------------------------------------------------

    async def say(self, me: Me, view: View, words: str, file: File | None, key: str) -> Answer | None:
        """Plain words or a command, in the private talk, in a channel, or from a person's page."""
        words = clean(words)
        command = words.startswith(SLASHES)
        if not words and not file:
            return None
        if view.kind != "in":
            shown = words or f"📎 {clean(file.name) if file else ''}"
            message = await self._kept(me, view, shown, private=True) if view.talks else ""
            return await self._hear(me, view, Said(words, message, command=command, file=file), key)
        if len(words) > LONGEST:
            return await self._too_long(me, view, len(words))
        message = await self._kept(me, view, words, private=command)
        mentioned = MENTION.match(words)
        if command:
            return await self._hear(me, view, Said(words, message, command=True), key)
        if mentioned:
            return await self._hear(me, view, Said(words[mentioned.end() :], message), key)
        return None

    async def edit(self, me: Me, view: View, message: str, words: str, key: str) -> Answer | None:
        """The person's own message, written anew."""
        words = clean(words)
        row = await self._mine(me, message)
        if row is None or not words or words == row.said:
            return None
        await self._database.write(lambda store: store.webchat.edit(row, words))
        self._changed(me, row)
        mentioned = MENTION.match(words)
        if view.kind == "in" and not mentioned and row.kind == Kind.CHANNEL:
            return None
        rest = words[mentioned.end() :] if mentioned else words
        return await self._hear(
            me, view, Said(rest, message, edits=True, command=words.startswith(SLASHES)), key
        )

    async def press(self, me: Me, view: View, handle: str, message: str, key: str) -> Answer:
        """A button; what it answers takes the place of the card it stood on."""
        return await self._hear(me, view, Pressed(handle, message), key)

    async def submit(self, me: Me, view: View, draft: str, given: Mapping[str, object], key: str) -> Answer:
        """A form; when it cannot be taken, what was typed stays in its draft."""
        answer = await self._hear(me, view, Submitted(draft, given), key)
        if answer.outcome in REFUSALS:
            await self.keep(me, draft, given)
        return answer

    async def keep(self, me: Me, draft: str, given: Mapping[str, object]) -> None:
        """A form was closed: its draft stays."""
        await self._core.hear(self._incoming(me, Where(), Submitted(draft, given, final=False), ""))

    async def open(self, me: Me, view: View, shortcut: str, message: str, key: str) -> Answer | None:
        """A shortcut, alone or on a colleague's message."""
        quoted = None
        if message:
            row = await self._database.read(lambda store: store.webchat.message(message, reader=me.id))
            if row is None or row.said is None:
                return None
            quoted = Quoted(row.said, author=await self._name_of(row.author_id or ""))
        return await self._hear(me, view, Opened(shortcut, quoted=quoted), key)

    async def react(self, me: Me, view: View, message: str, emoji: str, key: str) -> Answer | None:
        """An emoji under a message of a channel, put there or taken away."""
        row = await self._database.read(lambda store: store.webchat.message(message, reader=me.id))
        if row is None or row.kind != Kind.CHANNEL or emoji not in EMOJI:
            return None
        added = await self._database.write(lambda store: store.webchat.react(message, me.id, emoji))
        self._changed(me, row)
        if row.author_id is not None:
            return None
        return await self._hear(me, view, Reacted(message, emoji, added), key)

    async def file(self, me: Me, file_id: str) -> tuple[str, bytes]:
        """A file that was made for this person. 404 for anybody else's."""
        found = await self._database.read(lambda store: store.files.get(file_id, person_id=me.id))
        if found is None:
            raise HTTPException(404)
        return found

    async def read(self, work: Callable[[Store], T]) -> T:
        """Ask the database."""
        return await self._database.read(work)

    def changes(self, me: Me, is_stopping: Callable[[], bool]) -> AsyncIterator[str]:
        """What changes for the person, until Upbeat stops."""
        return self._live.changes(me.id, is_stopping)

    # Inside -------------------------------------------------------------------------------------------------

    async def _hear(self, me: Me, view: View, act: Act, key: str) -> Answer:
        where = await self._where(me, view)
        answer = await self._core.hear(self._incoming(me, where, act, key))
        if answer.card is not None and view.talks and not answer.repeated and not _stays_in_form(act, answer):
            card, pressed = answer.card, act.message if isinstance(act, Pressed) and not answer.keep else ""
            await self._database.write(lambda store: _show(store, me.id, view.channel(me.id), card, pressed))
            self._live.tell(view.channel(me.id), [me.id])
        return answer

    async def _where(self, me: Me, view: View) -> Where:
        if view.kind != "in":
            return Where("home") if view.kind == "home" else Where("private", private_channel(me.id))
        place = await self._database.read(lambda store: place_of(store, view.id))
        if place is None:
            raise HTTPException(404)
        return Where("channel", place.external_id, place.name)

    def _incoming(self, me: Me, where: Where, act: Act, key: str) -> Incoming:
        delivery = f"web:{me.id}:{key if 0 < len(key) <= 64 else new_secret()}"
        return Incoming(delivery, PLATFORM, Sender(me.called), where, act, self._database.now())

    async def _name_of(self, person_id: str) -> str:
        def name(store: Store) -> str:
            person = store.directory.person(person_id)
            return called(store, person) if person else ""

        return await self._database.read(name)

    async def _kept(self, me: Me, view: View, words: str, *, private: bool) -> str:
        channel = view.channel(me.id)
        row = await self._database.write(
            lambda store: store.webchat.say(channel, words, author=me.id, private=private)
        )
        self._changed(me, row)
        return row.id

    async def _mine(self, me: Me, message: str) -> WebMessage | None:
        row = await self._database.read(lambda store: store.webchat.message(message, reader=me.id))
        return row if row and row.author_id == me.id and row.said is not None else None

    async def _too_long(self, me: Me, view: View, length: int) -> Answer:
        card = Card(
            Phrase(
                "This is {length} characters long; {longest} fit into one message. Please send it in parts.",
                length=length,
                longest=LONGEST,
            )
        )
        await self._database.write(lambda store: _show(store, me.id, view.channel(me.id), card, ""))
        return Answer(outcome="problem", card=card)

    def _changed(self, me: Me, row: WebMessage) -> None:
        self._live.tell(row.channel, [me.id] if row.kind == Kind.CHAT else None)


def _show(store: Store, reader: str, channel: str, card: Card, pressed: str) -> None:
    """An answer takes the place of the reader's own card that was pressed; a post for everybody stays as it is."""
    before = store.webchat.message(pressed, reader=reader) if pressed else None
    if before is not None and before.kind == Kind.CHAT and before.card is not None:
        store.webchat.replace(before, dump(card))
    else:
        store.webchat.show(channel, dump(card), reader=reader)


def _stays_in_form(act: Act, answer: Answer) -> bool:
    """A refused form stays open with the reason on it."""
    return isinstance(act, Submitted) and answer.outcome in REFUSALS
