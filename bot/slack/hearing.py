"""From a delivery of Slack to its commit, and from there to the acknowledgement: nothing is acknowledged before."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from bot.pictures.studio import Studio
from bot.slack import client as line
from bot.slack.answers import asked_in
from bot.slack.client import Me, Tasks
from bot.slack.company import colleagues
from bot.slack.draw import Drawing
from bot.slack.files import NotGiven, Sent, TooLarge, download
from bot.slack.forms import suggestions
from bot.slack.heard import Heard, MemberChanged, PlaceSeen, Suggest, Uninstalled
from bot.slack.home import Homes
from bot.slack.listen import listen
from bot.slack.members import PLATFORM, Members, Unsure
from bot.slack.pages import Json
from bot.slack.places import Places
from bot.slack.reply import Ack, Replies
from handlers.kit.cards import Card
from handlers.kit.dispatch import NOT_SHOWN, Core
from handlers.kit.requests import Answer, File, Said, Sender
from handlers.kit.text import Phrase
from handlers.kit.typed import with_ids, with_names
from handlers.kit.values import altered
from storage.alerts import TOKEN
from storage.database import Busy
from storage.store import Store

log = logging.getLogger("upbeat.slack")

T = TypeVar("T")

REMEMBERED = 10_000
GIVEN_UP = 3.0
"""Seconds after which Slack waits for no acknowledgement any more (docs.slack.dev/interactivity). It names the moment
of a request in whole seconds, so that a shorter while says nothing."""

TROUBLE = Phrase("I cannot save anything just now, and nothing was changed. Please try again in a minute.")
TROUBLE_AGAIN = Phrase(
    "Your message is here, but I cannot save it just now. I try again by myself within a few minutes and answer when"
    " it is done; if you hear nothing by then, please send it again."
)
UNSURE = Phrase(
    "Slack does not tell me who you are just now, so I changed nothing. Please try again in a minute."
)
UNSURE_AGAIN = Phrase(
    "Slack does not tell me who you are just now. Your message is here: I try again by myself within a few minutes and"
    " answer when it is done; if you hear nothing by then, please send it again."
)
UNSURE_WHOM = Phrase(
    "Slack does not tell me just now whom you mention, so I changed nothing. Please try again in a minute."
)
ONE_FILE = Phrase("Please send one file at a time: I read none of these.")
TOO_LARGE = Phrase("This file is larger than 20 MB. Please send it in parts.")
NO_FILE = Phrase("Slack did not give me your file. Please send it again.")

_SHAPELESS = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)


@dataclass(frozen=True)
class _Reachable:
    address: str
    username: str


class Hearing:
    """Takes deliveries, from HTTP and from sockets alike."""

    def __init__(
        self,
        core: Core,
        client: AsyncWebClient,
        me: Me,
        homes: Homes,
        tasks: Tasks,
        studio: Studio,
    ) -> None:
        self._core = core
        self._client = client
        self._me = me
        self.members = Members(core, client, me)
        self._places = Places(core, client)
        self._replies = Replies(core, client, homes, studio)
        self._tasks = tasks
        self._reachable: OrderedDict[str, _Reachable] = OrderedDict()
        self._warned: OrderedDict[str, None] = OrderedDict()

    async def take(self, body: Json, age: float) -> Ack:
        """The acknowledgement, once the effect is committed. A status other than 200 tells Slack to try again, or to
        show the person that it failed. `age`: the seconds that it was on its way, or waited for us."""
        try:
            item = listen(body, self._me, self._core.database.now())
        except _SHAPELESS as error:
            log.warning("unreadable delivery", extra={"error": type(error).__name__})
            return Ack(400)
        try:
            if isinstance(item, Heard):
                return await self._hear(item, age)
            if isinstance(item, Suggest):
                return await self._suggest(item)
            await self._note(item)
        except Busy:
            return Ack(503)
        except Exception as error:
            log.error("delivery failed", extra={"error": type(error).__name__})
            return Ack(503)
        return Ack()

    # People --------------------------------------------------------------------------------------------------------

    async def _hear(self, heard: Heard, age: float) -> Ack:
        began = time.perf_counter() - (age if age > GIVEN_UP else 0)
        try:
            heard = await self._known(heard)
            heard, answer = await self._with_file(heard)
            answer = answer or await self._core.hear(heard.incoming)
            if answer.outcome == "problem" and self.members.unread(heard.mentions):
                return self._told(heard, UNSURE_WHOM, 200, answer)  # "I do not know them" is not so
        except Unsure:
            return self._trouble(heard, UNSURE, UNSURE_AGAIN)
        except Busy:
            return self._trouble(heard, TROUBLE, TROUBLE_AGAIN)
        self._keep_fresh(heard, answer)
        language = self.members.language(heard.user)
        took = time.perf_counter() - began
        try:
            return await self._replies.give(heard, answer, took=took, language=language)
        except Exception as error:
            # Committed already: it must not be done again because of how it looks.
            log.error("answer not drawn", extra={"error": type(error).__name__})
            return self._told(heard, NOT_SHOWN, 200)

    async def _known(self, heard: Heard) -> Heard:
        """The same with its sender as far as Slack vouches for them, and the people and the place it names known."""
        where = heard.where
        address = where.id if where.kind == "private" else ""
        sender = await self.members.sender(heard.user, address)
        if sender.member:
            await asyncio.gather(*self._met(heard))
        act = heard.incoming.act
        if isinstance(act, Said):
            named = with_names(act.words, self.members.names(heard.mentions))
            act = replace(act, words=with_ids(named, self.members.apart(heard.mentions)))
        return altered(heard, incoming=altered(heard.incoming, sender=sender, act=act))

    def _met(self, heard: Heard) -> Iterator[Awaitable[None]]:
        if heard.mentions:
            yield self.members.connect(heard.mentions)
        if heard.kind in ("command", "mention", "shortcut"):
            yield self._places.meet(heard.where)

    def _keep_fresh(self, heard: Heard, answer: Answer) -> None:
        """Note the person's address and user name when they are not what they were. Beside the answer: changes of who
        is who are made one after the other, in all processes, and a people file may be in the middle of its own."""
        sender = heard.incoming.sender
        now = _Reachable(sender.address, sender.username)
        if answer.person_id and sender.address and self._reachable.get(answer.person_id) != now:
            self._tasks.start(self._note_address(answer.person_id, sender, now))

    async def _note_address(self, person_id: str, sender: Sender, now: _Reachable) -> None:
        try:
            await self._core.database.write(lambda store: _address(store, person_id, sender))
        except Busy:
            return  # next time
        _remember(self._reachable, person_id, now)

    # What cannot be done now -----------------------------------------------------------------------------------------

    def _trouble(self, heard: Heard, words: Phrase, again: Phrase) -> Ack:
        """Nothing was stored. Slack brings a message again; of all else the person must hear that it failed."""
        if heard.kind in ("home", "reaction", "type"):
            return Ack(503)
        if heard.kind in ("message", "mention"):
            if heard.incoming.delivery in self._warned:
                return Ack(503)
            told = self._told(heard, again, 503)
            return replace(told, after=[*told.after, lambda: self._note_warned(heard)])
        return self._told(heard, words, 200 if heard.kind in ("command", "submit") else 503)

    async def _note_warned(self, heard: Heard) -> None:
        _remember(self._warned, heard.incoming.delivery, None)

    def _told(self, heard: Heard, words: Phrase, status: int, answer: Answer | None = None) -> Ack:
        """An acknowledgement that says so, where it can; else words beside it. Of an `answer` that is remembered, they
        are told in any case."""
        drawing = Drawing(self.members.language(heard.user))
        said = drawing.say(words)
        if heard.kind == "submit" and (blocks := list(asked_in(heard.view).values())):
            return Ack(body={"response_action": "errors", "errors": {blocks[0]: said}})
        card = Card(words, *self._core.said_back(heard.incoming))
        page = drawing.messages(card)[0]
        if heard.kind == "command":
            return Ack(body={"response_type": "ephemeral", **line.answer(page)})
        channel = heard.where.id if heard.kind == "message" else heard.user
        post = partial(
            line.patiently, partial(self._client.chat_postMessage, channel=channel, **line.message(page))
        )
        if answer is None:
            return Ack(status, after=[post])
        return Ack(status, after=[partial(self._replies.surely, heard, altered(answer, card=card), [post])])

    # Files ---------------------------------------------------------------------------------------------------------

    async def _with_file(self, heard: Heard) -> tuple[Heard, Answer | None]:
        """The same with its file read, if a colleague sent one; or an answer that says why it was not."""
        act = heard.incoming.act
        if (
            not heard.files
            or not isinstance(act, Said)
            or not await self._is_colleague(heard.incoming.sender)
        ):
            return heard, None
        data = await self._fetched(heard.files, act.words)
        if isinstance(data, Phrase):
            return heard, Answer(outcome="problem", card=Card(data))
        read = replace(act, file=File(heard.files[0].name, data))
        return replace(heard, incoming=replace(heard.incoming, act=read)), None

    async def _fetched(self, files: tuple[Sent, ...], words: str) -> bytes | Phrase:
        """The content of the one file, or why there is none; nothing where these words have no use for it."""
        if self._core.leaves_file(words):
            return b""
        if len(files) > 1:
            return ONE_FILE
        session = self._client.session
        assert session is not None
        try:
            return await download(session, str(self._client.token), self._client.base_url, files[0])
        except TooLarge:
            return TOO_LARGE
        except NotGiven:
            return NO_FILE

    async def _is_colleague(self, sender: Sender) -> bool:
        """Whether it is worth the download: strangers could otherwise fill our line."""
        if not sender.member:
            return False
        directory = await self._core.database.read(lambda store: store.directory)
        person = directory.with_account(PLATFORM, sender.external_id) or directory.with_email(
            sender.verified_email
        )
        return person is not None and person.active

    # Names while they are typed --------------------------------------------------------------------------------------

    async def _suggest(self, asked: Suggest) -> Ack:
        try:
            sender = await self.members.sender(asked.user, "")
        except Unsure:
            return Ack(body={"options": []})
        if not sender.member:
            return Ack(body={"options": []})

        def look(store: Store) -> list[Json]:
            person = store.directory.with_account(PLATFORM, asked.user)
            return suggestions(colleagues(store, person.id), asked.typed) if person and person.active else []

        return Ack(body={"options": await self._core.database.read(look)})

    # The workspace ---------------------------------------------------------------------------------------------

    async def _note(self, item: PlaceSeen | MemberChanged | Uninstalled | None) -> None:
        """Remember what changed around us."""
        if isinstance(item, Uninstalled):
            log.error("the app was uninstalled from slack")
            await self._core.database.write(lambda store: store.alerts.note(f"{TOKEN}:{PLATFORM}"))
        elif isinstance(item, MemberChanged):
            await self.members.changed(item.user)
        elif isinstance(item, PlaceSeen):
            await self._places.note(item)


def _address(store: Store, person_id: str, sender: Sender) -> None:
    store.accounts.addressed(person_id, PLATFORM, sender.address, sender.username)
    store.accounts.reachable(person_id, PLATFORM, True)


def _remember(seen: OrderedDict[str, T], key: str, item: T) -> None:
    seen[key] = item
    while len(seen) > REMEMBERED:
        seen.popitem(last=False)
