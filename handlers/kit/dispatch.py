"""The one path: a delivery comes in once, is allowed or refused, decided, written down with its effects, answered."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from handlers.kit import asking
from handlers.kit.cards import Button, Card, Note, Press
from handlers.kit.features import Feature, Route
from handlers.kit.problems import Problem, Refused
from handlers.kit.requests import (
    Answer,
    File,
    Incoming,
    Left,
    Opened,
    Reply,
    Request,
    Said,
    Submitted,
    Tell,
    Where,
    sound,
)
from handlers.kit.sealing import Seal
from handlers.kit.steps import Step, Steps
from handlers.kit.strangers import answer_stranger
from handlers.kit.text import Phrase, Verbatim
from handlers.kit.values import dump, load
from handlers.kit.vocabulary import Vocabulary
from storage.database import Busy, Database
from storage.errors import is_race
from storage.people import Person
from storage.sheets import SheetProblem, read_sheet
from storage.store import Store
from storage.tables import Draft, Outgoing

log = logging.getLogger("upbeat.dispatch")

RACES = 3
"""How often a unit is run that another process beat to a row: the next time it sees that row."""

BROKEN = Phrase(
    "Something went wrong on our side and nothing was changed. Please try again; if it stays, tell an administrator."
)
PRIVATE_ONLY = Phrase("This is personal, and everybody reads along here. Please ask me in our private chat.")


class Core:
    """The features behind one door, for every platform."""

    def __init__(self, database: Database, features: Sequence[Feature]) -> None:
        self.database = database
        self.features = tuple(features)
        self.routes: dict[str, Route] = {
            route.name: route for feature in features for route in feature.routes
        }
        self._feature_of = {route.name: feature for feature in features for route in feature.routes}
        self._homes = [
            block for _, block in sorted((h for f in features for h in f.homes), key=lambda pair: pair[0])
        ]
        self.gathering = tuple(bell.name for feature in features for bell in feature.bells if bell.gathers)
        self.vocabulary = Vocabulary(self.routes.values())
        self._seal = Seal(self.routes)
        self._steps = Steps(self.features, self.routes, self.vocabulary, self._seal, self._home)
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
        answer = await self._hear(await self._with_sheet(sound(incoming)))
        self.on_heard(
            incoming.platform, "repeated" if answer.repeated else answer.outcome, time.perf_counter() - began
        )
        if self.on_answer and not answer.repeated:
            await self.on_answer(frozenset(answer.touched))
        return answer

    async def _with_sheet(self, incoming: Incoming) -> Incoming:
        """A file's table is read here, beside the writer and in a process of its own, and only for HR."""
        act = incoming.act
        if not isinstance(act, Said) or act.file is None:
            return incoming
        person = await self.database.read(lambda store: self._known(store, incoming))
        if person is None or person.role != "hr":
            return incoming
        async with self._one_sheet:
            file = await asyncio.to_thread(_opened, act.file)
        return replace(incoming, act=replace(act, file=file))

    def _known(self, store: Store, incoming: Incoming) -> Person | None:
        sender = incoming.sender
        person = store.directory.with_account(incoming.platform, sender.external_id)
        person = person or store.directory.with_email(sender.verified_email)
        return person if person and person.active and incoming.sender.member else None

    async def _hear(self, incoming: Incoming) -> Answer:
        for attempt in range(RACES):
            try:
                return await self.database.write(lambda store: self._heard(store, incoming))
            except Problem as problem:
                return await self._settled(incoming, _refusal(problem))
            except Busy:
                raise
            except Exception as error:
                if is_race(error) and attempt + 1 < RACES:
                    continue
                # The type and place of an error, never its text: texts may quote what a person wrote.
                log.error("handler failed", extra={"error": type(error).__name__, "where": _where(error)})
                break
        return await self._settled(incoming, Answer(outcome="failed", card=Card(BROKEN)))

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
        return await self.database.write(lambda store: self._home_of(store, person_id))

    # Inside the transaction ----------------------------------------------------------------------------------------

    def _heard(self, store: Store, incoming: Incoming) -> Answer:
        before = store.inbox.seen(incoming.delivery)
        if before is not None:
            return _repeated(before)
        return self._remember(store, incoming, self._answer(store, incoming))

    def _remember(self, store: Store, incoming: Incoming, answer: Answer) -> Answer:
        person = self._who(store, incoming)
        answer = replace(answer, touched=tuple(store.touched), **_reader(person))
        store.inbox.keep(
            incoming.delivery,
            platform=incoming.platform,
            person_id=person.id if person else None,
            route=answer.route,
            outcome=answer.outcome,
            answer=dump(answer),
            at=incoming.at,
        )
        return answer

    def _undone(self, store: Store, incoming: Incoming, answer: Answer) -> Answer:
        """The unit was refused or failed; what was typed into a form is kept all the same, with a way back to it."""
        before = store.inbox.seen(incoming.delivery)
        if before is not None:
            return _repeated(before)
        person, act = self._who(store, incoming), incoming.act
        draft = (
            store.drafts.get(act.draft, person_id=person.id)
            if person and isinstance(act, Submitted)
            else None
        )
        if person and draft and isinstance(act, Submitted) and answer.card:
            store.drafts.keep(
                draft, {**draft.given, **{name: asking.raw(item) for name, item in act.given.items()}}
            )
            again = Button(
                Phrase("Open the form again"), Press("form.step", {"draft": draft.id, "what": "resume"})
            )
            card = Card(answer.card.title, *answer.card.parts, Note(Phrase("What you wrote is kept.")), again)
            answer = replace(answer, card=card)
        if person and answer.card:
            answer = replace(answer, card=self._seal.card(store, answer.card, for_person=person.id))
        return self._remember(store, incoming, answer)

    def _answer(self, store: Store, incoming: Incoming) -> Answer:
        if isinstance(incoming.act, Opened) and incoming.act.what == "start" and incoming.where.shared:
            store.links.burn(incoming.act.payload)  # whoever reads along could be quicker
        person = self._who(store, incoming)
        if person is None:
            answer, told = answer_stranger(store, incoming)
            self._queue(store, answer.route, told)
            return answer
        store.actor_id = person.id
        if isinstance(incoming.act, Left):
            store.accounts.reachable(person.id, incoming.platform, incoming.act.back)
            return Answer(outcome="ignored")
        request = _request(store, incoming, person)
        return self._carry_out(request, self._steps.of(request, incoming))

    def _who(self, store: Store, incoming: Incoming) -> Person | None:
        """The active employee behind a sender: by account, or on first sight by a member's verified address."""
        sender = incoming.sender
        if not sender.member:
            return None
        directory = store.directory
        person = directory.with_account(incoming.platform, sender.external_id)
        if person is None and sender.verified_email:
            person = directory.with_email(sender.verified_email)
            if person and person.active and not directory.account(person.id, incoming.platform):
                store.accounts.link(
                    person.id, incoming.platform, sender.external_id, sender.username, sender.address
                )
            else:
                person = None
        return person if person and person.active else None

    # Carrying it out ------------------------------------------------------------------------------------------

    def _carry_out(self, request: Request, step: Step) -> Answer:
        if step.answer is not None:
            return self._sealed(request, step.answer)
        if step.reply is not None:
            return self._replied(request, "kit", step.reply)
        if step.route is None:
            return Answer(outcome="ignored")
        return self._run(request, step.route, step)

    def _run(self, request: Request, route: Route, step: Step) -> Answer:
        args = {name: item for name, item in (step.args or {}).items() if _takes(route, name)}
        given = dict(step.given or {})
        if not route.allow.check(request, args):
            raise Problem(route.allow.refusal)
        if request.where.shared and not route.in_groups:
            raise Problem(PRIVATE_ONLY)
        if _asks_first(route, request, step, args, given):
            return self._open_form(request, route, args, given)
        if step.handle and not request.store.handles.use(step.handle):
            raise Refused()
        if step.draft is not None:
            return self._fill(request, route, step.draft, args, given)
        reply = route.handler(request, **asking.arguments(route, request, args, given))
        return self._finished(request, route, reply)

    def _finished(self, request: Request, route: Route, reply: Reply) -> Answer:
        request.store.audit("did", route.name)
        return self._introduced(request, route, self._replied(request, route.name, reply))

    def _open_form(
        self, request: Request, route: Route, args: Mapping[str, Any], given: Mapping[str, Any]
    ) -> Answer:
        asking_here = request.platform if request.interviews else ""
        kept = {name: asking.raw(item) for name, item in given.items()}
        draft = request.store.drafts.begin(request.actor.id, route.name, dict(args), kept, asking=asking_here)
        if kept:  # what is said now wins over what was typed into the form before
            request.store.drafts.keep(draft, {**draft.given, **kept})
        form = asking.form_of(route, request, draft.args, draft.given, draft.id)
        first = next((n for n, q in enumerate(form.questions) if not draft.given.get(q.name)), 0)
        return self._steps.ask(request, draft, route, form, first)

    def _fill(
        self, request: Request, route: Route, draft: Draft, args: Mapping[str, Any], given: Mapping[str, Any]
    ) -> Answer:
        """A form was sent. With an answer that will not do, whatever was begun is undone and what was typed stays."""
        try:
            with request.store.nested():
                ready = asking.arguments(route, request, args, given)
                reply = route.handler(replace(request, filled=True), **ready)
        except Problem as problem:
            if not problem.question:
                raise
            return self._not_yet(request, route, draft, given, problem)
        request.store.drafts.close(draft)
        return self._finished(request, route, reply)

    def _not_yet(
        self, request: Request, route: Route, draft: Draft, given: Mapping[str, Any], problem: Problem
    ) -> Answer:
        request.store.drafts.keep(draft, dict(given))
        form = asking.form_of(route, request, draft.args, given, draft.id)
        at = next((n for n, q in enumerate(form.questions) if q.name == problem.question), 0)
        answer = self._steps.ask(request, draft, route, form, at)
        return replace(answer, outcome="invalid", errors=((problem.question, problem.words),))

    def _replied(self, request: Request, route: str, reply: Reply) -> Answer:
        self._queue(request.store, route, reply.tell)
        if reply.ask is not None:
            asked = self.routes[reply.ask.route]
            return self._run(request, asked, Step(asked, reply.ask.args, reply.given, form=True))
        answer = Answer(card=reply.show, keep=reply.keep, route=route)
        return self._sealed(request, answer)

    def _introduced(self, request: Request, route: Route, answer: Answer) -> Answer:
        feature = self._feature_of[route.name]
        if (
            feature.intro is None
            or answer.card is None
            or not request.store.preferences.first_time(request.actor.id, feature.name)
        ):
            return answer
        return replace(answer, card=Card(answer.card.title, *answer.card.parts, Note(feature.intro)))

    # Home -----------------------------------------------------------------------------------------------------

    def _home(self, request: Request) -> Card:
        parts = [part for block in self._homes for part in block(request)]
        return Card(Phrase("Hello {name}", name=Verbatim(request.actor.name)), *parts)

    def _home_of(self, store: Store, person_id: str) -> Answer | None:
        person = store.directory.person(person_id)
        if person is None or not person.active:
            return None
        store.actor_id = person_id
        request = Request(actor=person, where=Where(kind="home"), now=store.now, store=store)
        answer = Answer(card=self._home(request), route="home", **_reader(person))
        return self._sealed(request, answer)

    def _sealed(self, request: Request, answer: Answer) -> Answer:
        if answer.card is None:
            return answer
        return replace(answer, card=self._seal.card(request.store, answer.card, for_person=request.actor.id))

    def seal(self, store: Store, card: Card, *, for_person: str | None) -> Card:
        """A card whose buttons only this person (None: any colleague) may press."""
        return self._seal.card(store, card, for_person=for_person)

    # Telling --------------------------------------------------------------------------------------------------

    def _queue(self, store: Store, route: str, tells: Iterable[Tell]) -> None:
        for tell in tells:
            self.queue(store, route, tell)

    def queue(self, store: Store, route: str, tell: Tell) -> str | None:
        """One outbox row for a `tell`, in this transaction; returns its id, or None when its topic was told before or
        the person switched this notice off."""
        if tell.over and not self._put_over(store, route, tell):
            return None
        if tell.notice and tell.to and not store.preferences.wants(tell.to, tell.notice):
            return None
        card = self._seal.card(store, tell.card, for_person=tell.to or None)
        row = _put(store, route, tell, dump(card), topic=tell.topic, about=tell.about, platform=tell.on)
        store.touch(tell.to)
        return row.id if row else None

    def _put_over(self, store: Store, route: str, tell: Tell) -> bool:
        """Put a card in the place of what stands already; returns whether it must also be told anew."""
        card = dump(self._seal.card(store, tell.card, for_person=tell.to or None))
        reader = {"person_id": tell.to or None, "place_id": tell.place or None}
        withdrawn = store.outbox.withdraw(tell.over, card, **reader)
        for posted in withdrawn.standing:
            _put(store, route, tell, card, edits=posted.id, platform=posted.platform)
        store.touch(tell.to)
        return withdrawn.unknown


def _put(store: Store, route: str, tell: Tell, card: str, **more: Any) -> Outgoing | None:
    return store.outbox.put(
        card,
        route=route,
        person_id=tell.to or None,
        place_id=tell.place or None,
        unclear="repeat" if more.get("edits") else tell.unclear,
        due_at=store.now + tell.after,
        expires_at=store.now + tell.after + tell.lives,
        **more,
    )


def _takes(route: Route, name: str) -> bool:
    return name in route.settled or any(question.name == name for question in route.questions)


def _asks_first(
    route: Route, request: Request, step: Step, args: Mapping[str, Any], given: Mapping[str, Any]
) -> bool:
    """Whether the form comes before the handler: wanted by a shortcut or a button, or something is missing."""
    if step.draft is not None or not route.questions:
        return False
    return step.form or asking.lacks(route, request, args, given)


def _opened(file: File) -> File:
    try:
        return replace(file, sheet=read_sheet(file.data, file.name))
    except SheetProblem as problem:
        return replace(file, fault=problem)


def _request(store: Store, incoming: Incoming, person: Person) -> Request:
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
    )


def _repeated(stored: str) -> Answer:
    answer: Answer = load(stored) if stored else Answer(outcome="ignored")
    return replace(answer, repeated=True)


def _reader(person: Person | None) -> dict[str, Any]:
    return {"person_id": person.id, "language": person.language, "zone": person.zone} if person else {}


def _refusal(problem: Problem) -> Answer:
    outcome = "refused" if isinstance(problem, Refused) else "problem"
    return Answer(outcome=outcome, card=Card(problem.words, *problem.buttons), keep=True)


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else ""
