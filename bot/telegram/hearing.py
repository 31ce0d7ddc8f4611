"""From an update to its commit, and from there to the answer: only what is committed is confirmed to Telegram."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from telegram import Update
from telegram.error import TelegramError

from bot.telegram.client import CONNECTIONS, Client
from bot.telegram.listen import PLATFORM, Chore, Heard, Item, Me, Sent, listen
from bot.telegram.order import InOrder
from bot.telegram.reply import Replies, asks_first
from bot.telegram.request import Json
from handlers.kit.cards import Card
from handlers.kit.dispatch import BROKEN, Core
from handlers.kit.requests import Answer, File, Said, Sender
from handlers.kit.text import Phrase
from storage.alerts import TOKEN
from storage.database import Busy
from storage.store import Store

T = TypeVar("T")

log = logging.getLogger("upbeat.telegram")

AT_ONCE = 128
MOST_BYTES = 20_000_000
"""What a bot may download (core.telegram.org/bots/api#getfile)."""
REMEMBERED = 10_000
TRIES = 3
MOST_FAILURES = 6

TROUBLE = Phrase(
    "Your message is here, but I cannot save it just now. I keep trying by myself and answer as soon as it is done;"
    " there is no need to send it again."
)
TOO_LARGE = Phrase(
    "This file is larger than 20 MB, and Telegram gives me none so large. Please send it in parts."
)
NAMELESS = Phrase(
    "Telegram shows this as said by a group or a channel, so I do not know who you are. Write under your own name, or"
    " to me in our private chat."
)
NO_FILE = Phrase("Telegram did not give me your file. Please send it again.")


@dataclass(frozen=True)
class _Reachable:
    address: str
    username: str


class Hearing:
    """Takes updates, those of one chat in order."""

    def __init__(self, core: Core, client: Client, me: Me, replies: Replies) -> None:
        self._core = core
        self._client = client
        self._me = me
        self._replies = replies
        self._ears = InOrder(AT_ONCE)
        self._mouths = InOrder(CONNECTIONS)
        self._answered: OrderedDict[str, None] = OrderedDict()
        self._reachable: OrderedDict[str, _Reachable] = OrderedDict()
        self._failures: Counter[int] = Counter()
        self._warned: OrderedDict[str, None] = OrderedDict()

    def in_order(self, raw: Json, work: Callable[[], Awaitable[T]]) -> asyncio.Task[T]:
        """Do `work` after what came before it in the same chat."""
        return self._ears.start(chat_of(raw), work)

    async def finish(self, seconds: float) -> None:
        """Let what was begun come to its end: effects first, then answers."""
        await self._ears.finish(seconds)
        await self._mouths.finish(seconds)

    async def locked_out(self) -> None:
        """Telegram refuses our token: administrators are to hear of it."""
        await self._core.database.write(lambda store: store.alerts.note(f"{TOKEN}:{PLATFORM}"))

    async def take(self, raw: Json) -> None:
        """Returns when the update's effect is committed. Raises Busy, or what else kept it from that; what fails
        again and again is set aside, so that the others go on."""
        try:
            await self._take(raw)
        except Busy:
            raise
        except Exception as error:
            log.error("update failed", extra={"update_id": raw["update_id"], "error": type(error).__name__})
            self._failures[raw["update_id"]] += 1
            if self._failures[raw["update_id"]] < MOST_FAILURES:
                raise
            await self._set_aside(raw)

    async def _take(self, raw: Json) -> None:
        try:
            items = self._items(raw)
        except Exception as error:
            # One update that nobody can read must not keep the others waiting. Its text is not logged.
            log.error(
                "update skipped", extra={"update_id": raw.get("update_id"), "error": type(error).__name__}
            )
            await self._core.database.write(lambda store: self._skip(store, raw))
            return
        for item in items:
            if isinstance(item, Chore):
                await self._core.database.write(item.work)
            elif asks_first(item.data):
                self._turn(item)
            else:
                await self._hear(item)

    def _turn(self, heard: Heard) -> None:
        self._mouths.start(heard.chat, lambda: self._replies.turn(heard))

    async def _set_aside(self, raw: Json) -> None:
        del self._failures[raw["update_id"]]
        await self._core.database.write(lambda store: self._skip(store, raw))
        for item in self._items(raw):
            if isinstance(item, Heard):
                self._answer(item, Answer(outcome="failed", card=Card(BROKEN)))

    def _items(self, raw: Json) -> list[Item]:
        return listen(Update.de_json(raw, None), self._me, self._core.database.now())

    def _skip(self, store: Store, raw: Json) -> None:
        delivery = f"{PLATFORM}:{self._me.id}:{raw.get('update_id')}"
        if store.inbox.seen(delivery) is None:
            store.inbox.keep(
                delivery,
                platform=PLATFORM,
                person_id=None,
                route="",
                outcome="unreadable",
                answer="",
                at=store.now,
            )

    async def _hear(self, heard: Heard) -> None:
        heard, refusal = await self._with_file(heard)
        if heard.nameless:
            refusal = Answer(outcome="refused", card=Card(NAMELESS))
        delivery = heard.incoming.delivery
        if refusal is not None:
            self._answer(heard, refusal)
            return
        try:
            answer = await self._core.hear(heard.incoming)
        except Busy:
            if _note(self._warned, delivery):
                self._say(heard, Answer(outcome="failed", card=Card(TROUBLE)))
            raise
        self._keep_fresh(heard, answer)
        if answer.repeated and delivery in self._answered:
            answer = Answer(outcome="ignored")
        self._answer(heard, answer)

    def _answer(self, heard: Heard, answer: Answer) -> None:
        _note(self._answered, heard.incoming.delivery)
        if answer.outcome != "ignored" or heard.query:
            self._say(heard, answer)

    def _say(self, heard: Heard, answer: Answer) -> None:
        self._mouths.start(heard.chat, lambda: self._replies.give(heard, answer))

    def _keep_fresh(self, heard: Heard, answer: Answer) -> None:
        """Note the person's address and user name when they are not what they were. Beside the answer: changes of who
        is who are made one after the other, in all processes, and a people file may be in the middle of its own."""
        sender, person_id = heard.incoming.sender, answer.person_id
        now = _Reachable(sender.address, sender.username)
        if person_id and self._reachable.get(person_id) != now:
            self._mouths.start(("account", person_id), lambda: self._note_address(person_id, sender, now))

    async def _note_address(self, person_id: str, sender: Sender, now: _Reachable) -> None:
        def note(store: Store) -> None:
            known = store.directory.account(person_id, PLATFORM)
            if known:
                address = sender.address or known.address
                store.accounts.addressed(person_id, PLATFORM, address, sender.username)

        try:
            await self._core.database.write(note)
        except Exception as error:  # next time
            log.warning("address not noted", extra={"error": type(error).__name__})
            return
        self._reachable[person_id] = now
        while len(self._reachable) > REMEMBERED:
            self._reachable.popitem(last=False)

    # Files ---------------------------------------------------------------------------------------------------------

    async def _with_file(self, heard: Heard) -> tuple[Heard, Answer | None]:
        """The same with its file read, if a colleague sent one; or an answer that says why it was not."""
        act, sent = heard.incoming.act, heard.file
        if sent is None or not isinstance(act, Said) or not await self._is_colleague(heard):
            return heard, None
        data = await self._fetched(sent, act.words)
        if isinstance(data, Phrase):
            return heard, Answer(outcome="problem", card=Card(data))
        read = replace(act, file=File(sent.name, data))
        return replace(heard, incoming=replace(heard.incoming, act=read)), None

    async def _fetched(self, sent: Sent, words: str) -> bytes | Phrase:
        """The content of a file, or why there is none; nothing where these words have no use for it."""
        if self._core.leaves_file(words):
            return b""
        if sent.size > MOST_BYTES:
            return TOO_LARGE
        data = await self._download(sent.file_id)
        return NO_FILE if data is None else data

    async def _is_colleague(self, heard: Heard) -> bool:
        """Whether it is worth the download: strangers could otherwise fill our line."""
        sender = heard.incoming.sender.external_id
        person = await self._core.database.read(lambda store: store.directory.with_account(PLATFORM, sender))
        return person is not None and person.active

    async def _download(self, file_id: str) -> bytes | None:
        for attempt in range(TRIES):
            try:
                file = await self._client.get_file(file_id)
                return bytes(await file.download_as_bytearray())
            except TelegramError as error:
                log.warning("download failed", extra={"error": type(error).__name__})
                await asyncio.sleep(attempt)
        return None


def _note(seen: OrderedDict[str, None], delivery: str) -> bool:
    """Remember a delivery; False when it was remembered already."""
    if delivery in seen:
        return False
    seen[delivery] = None
    while len(seen) > REMEMBERED:
        seen.popitem(last=False)
    return True


def chat_of(raw: Json) -> object:
    """The chat in which an update happened; an update without one stands alone."""
    for kind in ("message", "edited_message", "message_reaction", "my_chat_member"):
        if isinstance(found := raw.get(kind), dict):
            return _id_of(found.get("chat")) or raw.get("update_id")
    query = raw.get("callback_query")
    message = query.get("message") if isinstance(query, dict) else None
    return (_id_of(message.get("chat")) if isinstance(message, dict) else None) or raw.get("update_id")


def _id_of(chat: object) -> object:
    found = chat.get("id") if isinstance(chat, dict) else None
    return found if isinstance(found, int | str) else None
