"""The one path: a delivery comes in once, is allowed or refused, decided, written down with its effects, answered."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace

from handlers.kit import asking
from handlers.kit.cards import Button, Card, Note, Part, Press
from handlers.kit.carrying import Carrying, TakesLong, reader
from handlers.kit.features import Closed, Feature
from handlers.kit.problems import Problem, Refused
from handlers.kit.remembering import kept, repeated
from handlers.kit.requests import (
    Answer,
    File,
    Incoming,
    Left,
    Opened,
    Request,
    Said,
    Submitted,
    sound,
)
from handlers.kit.strangers import BURNT, answer_stranger
from handlers.kit.text import Phrase, platform_name
from handlers.kit.typed import marked
from handlers.kit.values import altered
from storage.database import Busy, Database
from storage.errors import is_race, where_of
from storage.people import Person
from storage.sheets import SheetProblem, read_sheet
from storage.store import Store
from storage.tables import Outgoing

log = logging.getLogger("upbeat.dispatch")

RACES = 3
"""How often a unit is run that another process beat to a row: the next time it sees that row."""

BROKEN = Phrase(
    "Something went wrong on our side and nothing was changed. Please try again; if it stays, tell an administrator."
)
NOT_SHOWN = Phrase("I heard you, but I cannot show you the answer just now. Please ask again in a minute.")
"""What is done, is done, though its answer cannot be drawn."""


class Core:
    """The features behind one door, for every platform."""

    def __init__(self, database: Database, features: Sequence[Feature]) -> None:
        self.database = database
        self.features = tuple(features)
        self._carrying = Carrying(features)
        self.routes = self._carrying.routes
        self.vocabulary = self._carrying.vocabulary
        self.seal = self._carrying.seal
        self.as_card = self._carrying.as_card
        self.queue = self._carrying.queue
        self._closed = {feature.name: feature.closed for feature in features}
        self._unposted = {kind: heard for feature in features for kind, heard in feature.unposted.items()}
        self.gathering = tuple(bell.name for feature in features for bell in feature.bells if bell.gathers)
        blocks = sorted((each for feature in features for each in feature.digests), key=lambda pair: pair[0])
        self.digests = tuple(block for _, block in blocks)
        self.on_heard: Callable[[str, str, float], None] = lambda platform, outcome, seconds: None
        """Called with each delivery's platform, outcome and seconds."""
        self._one_sheet = asyncio.Lock()
        self.on_answer: Callable[[frozenset[str]], Awaitable[None]] | None = None
        """Called after each commit with the ids of those whose home screens changed."""

    # The edge -------------------------------------------------------------------------------------------------

    async def hear(self, incoming: Incoming) -> Answer:
        """Take one delivery through the path. Returns when its effect is committed; raises Busy when the database does
        not take it, so that the platform is not told that it was."""
        began = time.perf_counter()
        answer = await self._hear(await self._with_sheet(self._without_file(sound(incoming))))
        self.on_heard(
            incoming.platform, "repeated" if answer.repeated else answer.outcome, time.perf_counter() - began
        )
        if not answer.repeated and answer.outcome != "kept":  # what is typed tells nobody anything
            await self.committed(answer.touched)
        return answer

    async def committed(self, touched: Iterable[str]) -> None:
        """Say after a commit whose home screens changed; what waits for delivery is looked at as well."""
        if self.on_answer:
            await self.on_answer(frozenset(touched))

    async def answer_later(self, incoming: Incoming, answer: Answer) -> None:
        """Their platform did not take what somebody was answered: they get it in their private chat once it does."""
        if not answer.person_id:
            return
        late = _late(incoming, answer)
        try:
            await self.database.write(lambda store: self._carrying.answer_later(store, incoming, late))
        except Busy:
            log.warning("answer lost", extra={"kind": incoming.platform})
            return
        await self.committed(())

    def leaves_file(self, words: str) -> bool:
        """Whether these words are a command that has no use for a file, so that it need not be fetched: people send a
        screenshot along with a check-in."""
        called = self.vocabulary.find(marked(words))
        return called is not None and not called.route.takes_file

    def _without_file(self, incoming: Incoming) -> Incoming:
        act = incoming.act
        if not isinstance(act, Said) or act.file is None or not self.leaves_file(act.words):
            return incoming
        return replace(incoming, act=replace(act, file=None, file_left=True))

    async def _with_sheet(self, incoming: Incoming) -> Incoming:
        """A file's table is read here, beside the writer and in a process of its own, and only for who may send one."""
        act = incoming.act
        if not isinstance(act, Said) or act.file is None:
            return incoming
        if not await self.database.read(lambda store: self._may_send_files(store, incoming)):
            return incoming
        async with self._one_sheet:
            file = await asyncio.to_thread(_opened, act.file)
        return replace(incoming, act=replace(act, file=file))

    def _may_send_files(self, store: Store, incoming: Incoming) -> bool:
        person = self._known(store, incoming)
        return person is not None and self._carrying.takes_file(
            _request(store, incoming, person, aside=False)
        )

    def _known(self, store: Store, incoming: Incoming) -> Person | None:
        sender = incoming.sender
        person = store.directory.with_account(incoming.platform, sender.external_id)
        person = person or store.directory.with_email(sender.verified_email)
        return person if person and person.active and incoming.sender.member else None

    async def _hear(self, incoming: Incoming) -> Answer:
        aside = False
        for attempt in range(RACES):
            try:
                return await self._written(incoming, aside=aside)
            except TakesLong:
                aside = True
            except Problem as problem:
                return await self._settled(incoming, _refusal(problem))
            except Busy:
                raise
            except Exception as error:
                if is_race(error) and attempt + 1 < RACES:
                    continue
                # The type and place of an error, never its text: texts may quote what a person wrote.
                log.error("handler failed", extra={"error": type(error).__name__, "where": where_of(error)})
                break
        return await self._settled(incoming, Answer(outcome="failed", card=Card(BROKEN)))

    async def _written(self, incoming: Incoming, *, aside: bool) -> Answer:
        return await self.database.write(
            lambda store: self._heard(store, incoming, aside=aside), takes_long=aside
        )

    async def _settled(self, incoming: Incoming, answer: Answer) -> Answer:
        """Nothing was done, and it is written down why, unless another process has meanwhile answered this delivery."""
        try:
            return await self.database.write(lambda store: self._undone(store, incoming, answer))
        except Exception as error:
            if not is_race(error):
                raise
            return await self.database.write(lambda store: self._undone(store, incoming, answer))

    async def home(self, person_id: str) -> Answer | None:
        """A person's home screen, sealed for them; None when they have left."""
        return await self.database.write(lambda store: self._carrying.home_of(store, person_id))

    def said_back(self, incoming: Incoming) -> tuple[Part, ...]:
        """The words of a command that could not even be refused, if nobody else shows them to whoever typed them."""
        return self._carrying.said_back(incoming, self.database.memory.latest)

    def not_posted(self, store: Store, row: Outgoing) -> None:
        """A post will never stand in its channel: whoever it was promised to is told, in this transaction."""
        kind, _, record = row.about.partition(":")
        if heard := self._unposted.get(kind):
            self._carrying.queue_all(store, row.route, heard(store, record, row))

    def closed_of(self, route: str) -> Closed | None:
        """What closes a platform to what is told under a route."""
        return self._closed.get(route.partition(".")[0])

    # Inside the transaction ----------------------------------------------------------------------------------------

    def _heard(self, store: Store, incoming: Incoming, *, aside: bool) -> Answer:
        if (before := _said_before(store, incoming)) is not None:
            return before
        return self._remember(store, incoming, self._answer(store, incoming, aside=aside))

    def _remember(self, store: Store, incoming: Incoming, answer: Answer) -> Answer:
        person = self._reader(store, incoming)
        answer = altered(answer, touched=tuple(store.touched), **reader(person))
        if answer.outcome == "kept":  # each few letters that are typed: the draft remembers them
            return answer
        store.inbox.keep(
            incoming.delivery,
            platform=incoming.platform,
            person_id=person.id if person else None,
            route=answer.route,
            outcome=answer.outcome,
            answer=kept(store, answer),
            at=incoming.at,
        )
        return answer

    def _undone(self, store: Store, incoming: Incoming, answer: Answer) -> Answer:
        """The unit was refused or failed; what was typed into a form is kept all the same, with a way back to it."""
        if (before := _said_before(store, incoming)) is not None:
            return before
        person, act = self._who(store, incoming), incoming.act
        draft = (
            store.drafts.get(act.draft, person_id=person.id)
            if person and isinstance(act, Submitted)
            else None
        )
        if person and draft and isinstance(act, Submitted) and answer.card:
            store.drafts.put(draft, {**draft.given, **asking.typed(act.given)})
            again = Button(
                Phrase("Open the form again"), Press("form.step", {"draft": draft.id, "what": "resume"})
            )
            card = Card(answer.card.title, *answer.card.parts, Note(Phrase("What you wrote is kept.")), again)
            answer = replace(answer, card=card)
        if person and answer.card:
            back = self._carrying.said_back(incoming, store.directory)
            card = Card(answer.card.title, *answer.card.parts, *back)
            answer = replace(answer, card=self._carrying.seal(store, card, for_person=person.id))
        return self._remember(store, incoming, answer)

    def _answer(self, store: Store, incoming: Incoming, *, aside: bool) -> Answer:
        act, person = incoming.act, self._who(store, incoming)
        if isinstance(act, Opened) and act.what == "start" and act.payload and incoming.where.shared:
            store.links.burn(act.payload)  # whoever reads along could be quicker
            return Answer(outcome="refused", card=Card(BURNT))
        if person is None:
            answer, told = answer_stranger(store, incoming)
            self._carrying.queue_all(store, answer.route, told)
            return answer
        store.actor_id = person.id
        if isinstance(act, Left):
            store.accounts.reachable(person.id, incoming.platform, act.back)
            return Answer(outcome="ignored")
        if incoming.where.kind == "private":  # that they are back may have been missed
            store.accounts.reachable(person.id, incoming.platform, True)
        request = _request(store, incoming, person, aside=aside)
        return self._carrying.carry_out(request, incoming)

    def _reader(self, store: Store, incoming: Incoming) -> Person | None:
        """Whom the answer is for: who is connected there now, or just disconnected themselves."""
        sender, directory = incoming.sender, store.directory
        known = directory.with_account(incoming.platform, sender.external_id) if sender.member else None
        person = known or directory.person(store.actor_id or "")
        return person if person and person.active else None

    def _who(self, store: Store, incoming: Incoming) -> Person | None:
        """The active employee behind a sender: by account, or by a member's verified address, at first sight or once
        the account that they had there reaches nobody."""
        sender = incoming.sender
        if not sender.member:
            return None
        directory = store.directory
        person = directory.with_account(incoming.platform, sender.external_id)
        if person is None and sender.verified_email:
            person = directory.with_email(sender.verified_email)
            if person and person.active and not directory.reaches(person.id, incoming.platform):
                store.accounts.meet(
                    person.id, incoming.platform, sender.external_id, sender.username, sender.address
                )
            person = store.directory.with_account(incoming.platform, sender.external_id)
        return person if person and person.active else None


def _said_before(store: Store, incoming: Incoming) -> Answer | None:
    """What was answered to this delivery when it came before; to nobody but whom that was for. Telegram may number
    anew, after a quiet week: then this is another delivery, and somebody else's answer."""
    before = store.inbox.seen(incoming.delivery)
    if before is None:
        return None
    answer = repeated(store, before)
    return answer if _is_theirs(store, incoming, answer) else Answer(outcome="ignored")


def _is_theirs(store: Store, incoming: Incoming, answer: Answer) -> bool:
    """Whether an answer that was kept is for whoever did this now."""
    person, sender = answer.person_id, incoming.sender.external_id
    return not person or store.accounts.was(person, incoming.platform, sender)


def _late(incoming: Incoming, answer: Answer) -> Answer:
    """An answer that says itself what it answers: newer ones may stand above it by the time it comes."""
    if answer.card is None:
        return answer
    platform = platform_name(incoming.platform)
    note = Phrase(
        "This answers what you did at {at}. {platform} did not take it before.",
        at=incoming.at,
        platform=platform,
    )
    return altered(answer, card=Card(answer.card.title, *answer.card.parts, Note(note)))


def _opened(file: File) -> File:
    try:
        return replace(file, sheet=read_sheet(file.data, file.name))
    except SheetProblem as problem:
        return replace(file, fault=problem)


def _request(store: Store, incoming: Incoming, person: Person, *, aside: bool) -> Request:
    act = incoming.act
    said = act if isinstance(act, Said) else None
    return Request(
        actor=person,
        where=incoming.where,
        now=store.now,
        store=store,
        platform=incoming.platform,
        delivery=incoming.delivery,
        message=getattr(act, "message", ""),
        edits=said.edits if said else False,
        file=said.file if said else None,
        interviews=incoming.interviews,
        aside=aside,
    )


def _refusal(problem: Problem) -> Answer:
    outcome = "refused" if isinstance(problem, Refused) else "problem"
    return Answer(outcome=outcome, card=Card(problem.words, *problem.buttons), keep=True)
