"""What people do on the pages of the local chat becomes what Upbeat hears; what it answers is kept and shown."""

from __future__ import annotations

import re
from collections.abc import AsyncIterable, Iterable, Mapping
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, HTTPException, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.datastructures import FormData
from starlette.datastructures import UploadFile as Uploaded

from bot.web.draw import Drawing
from bot.web.guards import local_only, same_origin
from bot.web.live import Live
from bot.web.pages import EMOJI, MOST, Page, View, identity, places_of
from handlers.kit.cards import Card
from handlers.kit.dispatch import Core
from handlers.kit.grammar import clean
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
from handlers.kit.values import dump
from storage.database import Busy
from storage.ids import new_secret
from storage.people import Person
from storage.store import Store
from storage.webchat import PLATFORM, WebMessage, private_channel

PART = "x-upbeat-part"
"""A page's own script asks for the changing parts alone; `unseen` when nobody looks at it now."""
LONGEST = 4000
"""Characters of a message in a channel."""
BIGGEST = 10_000_000
"""Bytes of a file."""
MENTION = re.compile(r"^\s*[@＠]upbeat\b[\s,，:：]*", re.IGNORECASE)
TOO_LONG = Phrase("This is {length} characters long; {longest} fit into one message. Please send it in parts.")



class Ears:
    """Hears one person at a time, and keeps what was said."""

    def __init__(self, core: Core, live: Live) -> None:
        self._core = core
        self._live = live
        self._database = core.database

    # Who and where -----------------------------------------------------------------------------------------------------

    async def person(self, called: str) -> Person:
        """The person whom the address names; they get their account here on first sight. 404 for anybody else."""
        found = await self._database.read(lambda store: (identity(store, called), _account(store, called)))
        person, account = found
        if person is None:
            raise HTTPException(404)
        if not account:
            await self._database.write(lambda store: _link(store, person.id))
        return person

    async def first(self, called: str) -> str:
        """Who comes back as whom they were, or is the first person of the company."""

        def who(store: Store) -> str:
            known = [identity(store, called), *store.directory.active()]
            return next((_called(store, person) for person in known if person), "")

        found = await self._database.read(who)
        if not found:
            raise HTTPException(503)
        return found

    async def page(self, me: Person, view: View, most: int = MOST, *, looking: bool = True) -> Page:
        """What the person sees there; looking at it makes it read. 404 when there is no such place."""
        page = await self._database.read(lambda store: Page(store, self._core, me, view, most))
        if not page.exists:
            raise HTTPException(404)
        if view.kind == "home":
            answer = await self._core.home(me.id)
            page = page.with_home(answer.card if answer else None)
        if looking and page.is_news:
            await self._database.write(lambda store: store.webchat.saw(me.id, view.channel(me), page.last))
        return page

    # What people do ----------------------------------------------------------------------------------------------------

    async def say(self, me: Person, view: View, words: str, file: File | None, key: str) -> Answer | None:
        """Plain words or a command, in the private talk, in a channel, or from a person's page."""
        words = clean(words)
        command = words.startswith(("/", "／"))
        if not words and not file:
            return None
        if view.kind != "in":
            shown = words or f"📎 {clean(file.name) if file else ''}"
            message = await self._kept(me, view, shown, private=True) if view.talks else ""
            return await self._hear(me, view, Said(words, message, command=command, file=file), key)
        if len(words) > LONGEST:
            return await self._too_long(me, view, len(words))
        message = await self._kept(me, view, words, private=command)
        called = MENTION.match(words)
        if command:
            return await self._hear(me, view, Said(words, message, command=True), key)
        if called:
            return await self._hear(me, view, Said(words[called.end() :], message), key)
        return None

    async def edit(self, me: Person, view: View, message: str, words: str, key: str) -> Answer | None:
        """The person's own message, written anew."""
        words = clean(words)
        row = await self._mine(me, message)
        if row is None or not words or words == row.said:
            return None
        await self._database.write(lambda store: store.webchat.edit(row, words))
        self._changed(me, row)
        called = MENTION.match(words)
        if view.kind == "in" and not called and row.kind == "channel":
            return None
        rest = words[called.end() :] if called else words
        return await self._hear(me, view, Said(rest, message, edits=True, command=words.startswith("/")), key)

    async def press(self, me: Person, view: View, handle: str, message: str, key: str) -> Answer:
        """A button; what it answers takes the place of the card it stood on."""
        return await self._hear(me, view, Pressed(handle, message), key)

    async def submit(self, me: Person, view: View, draft: str, given: Mapping[str, object], key: str) -> Answer:
        """A form; when it cannot be taken, what was typed stays in its draft."""
        answer = await self._hear(me, view, Submitted(draft, given), key)
        if answer.outcome in ("problem", "failed"):
            await self.keep(me, draft, given)
        return answer

    async def keep(self, me: Person, draft: str, given: Mapping[str, object]) -> None:
        """A form was closed: its draft stays."""
        await self._core.hear(self._incoming(me, Where(), Submitted(draft, given, final=False), ""))

    async def open(self, me: Person, view: View, shortcut: str, message: str, key: str) -> Answer | None:
        """A shortcut, alone or on a colleague's message."""
        quoted = None
        if message:
            row = await self._database.read(lambda store: store.webchat.message(message, reader=me.id))
            if row is None or row.said is None:
                return None
            quoted = Quoted(row.said, author=await self._name_of(row.author_id or ""))
        return await self._hear(me, view, Opened(shortcut, quoted=quoted), key)

    async def react(self, me: Person, view: View, message: str, emoji: str, key: str) -> Answer | None:
        """An emoji under a message of a channel, put there or taken away."""
        row = await self._database.read(lambda store: store.webchat.message(message, reader=me.id))
        if row is None or row.kind != "channel" or emoji not in EMOJI:
            return None
        added = await self._database.write(lambda store: store.webchat.react(message, me.id, emoji))
        self._changed(me, row)
        if row.author_id is not None:
            return None
        return await self._hear(me, view, Reacted(message, emoji, added), key)

    async def file(self, me: Person, file_id: str) -> tuple[str, bytes]:
        """A file that was made for this person. 404 for anybody else's."""
        found = await self._database.read(lambda store: store.files.get(file_id, person_id=me.id))
        if found is None:
            raise HTTPException(404)
        return found

    async def changes(self, me: Person, request: Request) -> AsyncIterable[str]:
        """What changes for the person, until Upbeat stops."""
        is_stopping = getattr(request.app.state, "is_stopping", lambda: False)
        async for what in self._live.changes(me.id, is_stopping):
            yield what

    # Inside ------------------------------------------------------------------------------------------------------------

    async def _hear(self, me: Person, view: View, act: Act, key: str) -> Answer:
        where = await self._where(me, view)
        answer = await self._core.hear(self._incoming(me, where, act, key))
        if answer.card is not None and view.talks and not answer.repeated and not _stays_in_form(act, answer):
            card, pressed = answer.card, act.message if isinstance(act, Pressed) and not answer.keep else ""
            await self._database.write(lambda store: _show(store, me, view, card, pressed))
            self._live.tell(view.channel(me), [me.id])
        return answer

    async def _where(self, me: Person, view: View) -> Where:
        if view.kind != "in":
            return Where("home") if view.kind == "home" else Where("private", private_channel(me.id))
        place = await self._database.read(lambda store: place_of(store, view.id))
        if place is None:
            raise HTTPException(404)
        return Where("channel", place.external_id, place.name)

    def _incoming(self, me: Person, where: Where, act: Act, key: str) -> Incoming:
        delivery = f"web:{me.id}:{key if 0 < len(key) <= 64 else new_secret()}"
        at = self._database.now()
        return Incoming(delivery, PLATFORM, self._sender(me), where, act, at)

    def _sender(self, me: Person) -> Sender:
        directory = self._database.memory.newest
        account = directory.account(me.id, PLATFORM)
        return Sender(account.external_id if account else me.id)

    async def _name_of(self, person_id: str) -> str:
        def name(store: Store) -> str:
            person = store.directory.person(person_id)
            return _called(store, person) if person else ""

        return await self._database.read(name)

    async def _kept(self, me: Person, view: View, words: str, *, private: bool) -> str:
        channel = view.channel(me)
        row = await self._database.write(
            lambda store: store.webchat.say(channel, words, author=me.id, private=private)
        )
        self._changed(me, row)
        return row.id

    async def _mine(self, me: Person, message: str) -> WebMessage | None:
        row = await self._database.read(lambda store: store.webchat.message(message, reader=me.id))
        return row if row and row.author_id == me.id and row.said is not None else None

    async def _too_long(self, me: Person, view: View, length: int) -> Answer:
        card = Card(Phrase(TOO_LONG.template, length=length, longest=LONGEST))
        await self._database.write(lambda store: _show(store, me, view, card, ""))
        return Answer(outcome="problem", card=card)

    def _changed(self, me: Person, row: WebMessage) -> None:
        self._live.tell(row.channel, [me.id] if row.kind == "chat" else None)
