"""The one path: a delivery comes in once, is allowed or refused, decided, written down with all that it causes, answered."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from handlers.kit import asking, grammar
from handlers.kit.cards import Button, Card, Note, Press, Section
from handlers.kit.features import Feature, Route
from handlers.kit.problems import Problem
from handlers.kit.requests import (
    Answer,
    Asked,
    File,
    Incoming,
    Left,
    Opened,
    Pressed,
    Reacted,
    Reply,
    Request,
    Said,
    Submitted,
    Tell,
    Where,
)
from handlers.kit.text import Phrase, Verbatim
from handlers.kit.values import dump, load
from storage.database import Busy, Database
from storage.errors import is_duplicate
from storage.people import Person
from storage.sheets import SheetProblem, read_sheet
from storage.store import Store
from storage.tables import Draft

log = logging.getLogger("upbeat.dispatch")

STALE = Phrase("This button is not valid any more. Ask again for what you need.")
STRANGER = Phrase(
    "I can only talk with people on the company's list. If you are one of them, ask HR or whoever set me up for an"
    " invitation, or send me /start with the code that you got."
)
BROKEN = Phrase(
    "Something went wrong on our side and nothing was changed. Please try again; if it stays, tell an administrator."
)
PRIVATE_ONLY = Phrase("This is personal, and everybody reads along here. Please ask me in our private chat.")


class Refused(Problem):
    """A refusal that says nothing about why: whatever is behind the handle stays unknown."""


@dataclass(frozen=True)
class _Step:
    """What to do for a delivery: a route with what is known of its arguments, or a reply that is ready."""

    route: Route | None = None
    args: Mapping[str, Any] | None = None
    given: Mapping[str, Any] | None = None
    form: bool = False
    draft: Draft | None = None
    reply: Reply | None = None
    answer: Answer | None = None


class Core:
    """The features behind one door, for every platform."""

    def __init__(self, database: Database, features: Sequence[Feature]) -> None:
        self.database = database
        self.features = tuple(features)
        self.routes: dict[str, Route] = {
            route.name: route for feature in features for route in feature.routes
        }
        self._feature_of = {route.name: feature for feature in features for route in feature.routes}
        self._shortcuts = {shortcut.name: shortcut for feature in features for shortcut in feature.shortcuts}
        self._reactions = {kind: heard for feature in features for kind, heard in feature.reactions.items()}
        self._homes = [
            block for _, block in sorted((h for f in features for h in f.homes), key=lambda pair: pair[0])
        ]
        self.vocabulary = grammar.Vocabulary(self.routes.values())
        self.on_heard: Callable[[str, str, float], None] = lambda platform, outcome, seconds: None
        """Called with each delivery's platform, outcome and seconds."""
        self._one_sheet = asyncio.Lock()
        self.on_answer: Callable[[frozenset[str]], Awaitable[None]] | None = None
        """Called after each commit with the ids of those whose home screens changed."""

    # The edge ----------------------------------------------------------------------------------------------------

    async def hear(self, incoming: Incoming) -> Answer:
        """Take one delivery through the path. Returns when its effect is committed; raises Busy when the database does
        not take it, so that the platform is not told that it was."""
        began = time.perf_counter()
        answer = await self._hear(await self._with_sheet(incoming))
        self.on_heard(incoming.platform, "repeated" if answer.repeated else answer.outcome, time.perf_counter() - began)
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
        try:
            return await self.database.write(lambda store: self._heard(store, incoming))
        except Problem as problem:
            answer = _refusal(problem)
        except Busy:
            raise
        except Exception as error:
            if is_duplicate(error, "inbox"):
                return await self.database.write(lambda store: self._heard(store, incoming))
            # The type and place of an error, never its text: texts may quote what a person wrote.
            log.error("handler failed", extra={"error": type(error).__name__, "where": _where(error)})
            answer = Answer(outcome="failed", card=Card(BROKEN))
        return await self.database.write(lambda store: self._remember(store, incoming, answer))

    async def home(self, person_id: str) -> Answer | None:
        """A person's home screen, sealed for them; None when they have left."""
        return await self.database.write(lambda store: self._home_of(store, person_id))

    # Inside the transaction ----------------------------------------------------------------------------------------

    def _heard(self, store: Store, incoming: Incoming) -> Answer:
        before = store.inbox.seen(incoming.delivery)
        if before is not None:
            return (
                replace(load(before), repeated=True) if before else Answer(outcome="ignored", repeated=True)
            )
        return self._remember(store, incoming, self._answer(store, incoming))

    def _remember(self, store: Store, incoming: Incoming, answer: Answer) -> Answer:
        before = store.inbox.seen(incoming.delivery) if answer.outcome in ("problem", "failed") else None
        if before is not None:
            return _repeated(before)
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

    def _answer(self, store: Store, incoming: Incoming) -> Answer:
        person = self._who(store, incoming)
        if person is None:
            return self._stranger(store, incoming)
        store.actor_id = person.id
        if isinstance(incoming.act, Left):
            store.accounts.reachable(person.id, incoming.platform, incoming.act.back)
            return Answer(outcome="ignored")
        request = _request(store, incoming, person)
        return self._carry_out(request, incoming, self._step(request, incoming))

    def _who(self, store: Store, incoming: Incoming) -> Person | None:
        """The active employee behind a sender: by their account, or on first sight by the verified address of a member."""
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

    def _stranger(self, store: Store, incoming: Incoming) -> Answer:
        act = incoming.act
        if (
            isinstance(act, Opened)
            and act.what == "start"
            and incoming.sender.member
            and not incoming.where.shared
        ):
            return self._start(store, incoming, act.payload)
        if isinstance(act, Pressed) and incoming.sender.member:
            return self._confirm(store, incoming, act.handle)
        silent = isinstance(act, Reacted | Left) or (
            isinstance(act, Said) and not act.command and incoming.where.kind != "private"
        )
        return Answer(outcome="ignored") if silent else Answer(outcome="refused", card=Card(STRANGER))

    def _start(self, store: Store, incoming: Incoming, code: str) -> Answer:
        found = store.links.offered(code)
        if found is None:
            return Answer(outcome="refused", card=Card(STRANGER))
        person = store.directory.people[found]
        handle = store.links.claim(code, external_id=incoming.sender.external_id)
        card = Card(
            Phrase("Are you {name}?", name=Verbatim(person.name)),
            Section(
                Phrase(
                    "This connects your account here with {name} at the company. Confirm only if this is you.",
                    name=Verbatim(person.name),
                )
            ),
            Button(Phrase("Yes, connect me"), style="primary", handle=handle),
        )
        return Answer(outcome="done", card=card, language=person.language, zone=person.zone)

    def _confirm(self, store: Store, incoming: Incoming, handle: str) -> Answer:
        sender = incoming.sender
        link = store.links.confirm(handle, external_id=sender.external_id)
        if link is None:
            return Answer(outcome="refused", card=Card(STALE), keep=True)
        store.accounts.link(
            link.person_id, incoming.platform, sender.external_id, sender.username, sender.address
        )
        person = store.directory.people[link.person_id]
        store.actor_id = person.id
        linked = Card(
            Phrase(
                "Your account was connected with {platform}.", platform=Verbatim(incoming.platform.title())
            ),
            Note(Phrase("If this was not you, tell HR or an administrator at once: they can undo it.")),
        )
        self._queue(
            store, "kit.linked", (Tell(linked, to=person.id, topic=f"linked:{link.id}", on=link.made_on),)
        )
        hello = Card(
            Phrase("Welcome, {name}. You are connected.", name=Verbatim(person.name)),
            Section(Phrase("Write /help to see what I can do, or just try /checkin.")),
        )
        return Answer(outcome="done", card=hello, route="kit.linked")

    # Which route ---------------------------------------------------------------------------------------------------

    def _step(self, request: Request, incoming: Incoming) -> _Step:
        act = incoming.act
        if isinstance(act, Pressed):
            return self._pressed(request, act)
        if isinstance(act, Submitted):
            return self._submitted(request, act)
        if isinstance(act, Opened):
            return self._opened(request, act)
        if isinstance(act, Reacted):
            return self._reacted(request, incoming, act)
        assert isinstance(act, Said)
        return self._said(request, incoming, act)

    def _said(self, request: Request, incoming: Incoming, act: Said) -> _Step:
        words = grammar.marked(act.words)
        if act.edits:
            return self._edited(request, act, words)
        interviewing = (
            incoming.interviews and incoming.where.kind == "private" and not words.startswith(("/", "／"))
        )
        if interviewing and (draft := request.store.drafts.asked(request.actor.id, request.platform)):
            return self._told(request, draft, words)
        if act.file is not None:
            return self._called(request, "import", words)
        return self._called(request, words, "")

    def _called(self, request: Request, words: str, rest: str) -> _Step:
        called = self.vocabulary.find(words) if words else None
        if called is None:
            return (
                _Step(route=self.routes.get("preferences.help"), args={"about": words})
                if words.strip("/ ")
                else _Step(route=self.routes.get("preferences.help"), args={})
            )
        questions = asking.questions_of(called.route, request, {})
        given = grammar.read(called.route, called.rest or rest, request, questions)
        return _Step(route=called.route, args={}, given=given)

    def _edited(self, request: Request, act: Said, words: str) -> _Step:
        about = request.store.outbox.about(request.platform, request.where.id, f"said:{act.message}")
        if about is None:
            return _Step(answer=Answer(outcome="ignored"))
        return self._called(request, words, "")

    def _pressed(self, request: Request, act: Pressed) -> _Step:
        opened = request.store.handles.open(act.handle, presser=request.actor.id)
        if opened is None:
            raise Refused(STALE)
        name, args = opened
        if name == "form.answer":
            return self._answered(request, args)
        if name == "form.step":
            return self._stepped(request, args)
        route = self.routes.get(name)
        if route is None:
            raise Refused(STALE)
        if route.once and not request.store.handles.use(act.handle):
            raise Refused(STALE)
        return _Step(route=route, args=args)

    def _opened(self, request: Request, act: Opened) -> _Step:
        if act.what == "home":
            request.store.accounts.opened_home(request.actor.id, request.platform)
            return _Step(answer=Answer(outcome="done", card=self._home(request), route="home"))
        if act.what == "start":
            return self._called(request, "help", "")
        shortcut = self._shortcuts.get(act.what)
        if shortcut is None:
            raise Refused(STALE)
        quoted = {}
        if shortcut.on_message and act.quoted:
            words = grammar.spoken(
                grammar.marked(act.quoted.words), request.store.directory, request.platform
            )
            author = request.store.directory.with_account(request.platform, act.quoted.author)
            quoted = {"quoted": words[:3000], "author": author.id if author else ""}
        return _Step(route=shortcut.route, args=quoted, form=True)

    def _reacted(self, request: Request, incoming: Incoming, act: Reacted) -> _Step:
        about = request.store.outbox.about(incoming.platform, incoming.where.id, act.message)
        kind, _, record = (about or "").partition(":")
        heard = self._reactions.get(kind)
        if heard is None:
            return _Step(answer=Answer(outcome="ignored"))
        return _Step(reply=heard(request, record, act))

    # Forms -----------------------------------------------------------------------------------------------------------

    def _draft(self, request: Request, draft_id: str) -> tuple[Draft, Route]:
        draft = request.store.drafts.get(draft_id, person_id=request.actor.id)
        route = self.routes.get(draft.route) if draft else None
        if draft is None or route is None:
            raise Refused(STALE)
        return draft, route

    def _submitted(self, request: Request, act: Submitted) -> _Step:
        draft, route = self._draft(request, act.draft)
        given = {**draft.given, **{name: asking.raw(item) for name, item in act.given.items()}}
        if not act.final:
            request.store.drafts.keep(draft, given)
            return _Step(answer=Answer(outcome="kept"))
        return _Step(route=route, args=draft.args, given=given, draft=draft)

    def _told(self, request: Request, draft: Draft, words: str) -> _Step:
        """An answer typed in an interview."""
        route = self.routes[draft.route]
        form = asking.form_of(route, request, draft.args, draft.given, draft.id)
        question = form.questions[min(draft.position, len(form.questions) - 1)]
        typed = grammar.spoken(words, request.store.directory, request.platform)
        return self._take(request, draft, route, question.name, typed)

    def _answered(self, request: Request, args: Mapping[str, Any]) -> _Step:
        draft, route = self._draft(request, args["draft"])
        return self._take(request, draft, route, args["question"], args["value"])

    def _take(self, request: Request, draft: Draft, route: Route, name: str, item: Any) -> _Step:
        form = asking.form_of(route, request, draft.args, draft.given, draft.id)
        question = form.question(name)
        if question is None:
            raise Refused(STALE)
        checked = asking.raw(grammar.answer(question, item, request))
        position = form.questions.index(question)
        several = getattr(question, "most", 1) > 1
        if several:
            before = [one for one in draft.given.get(name, ()) if one not in checked]
            checked = [*before, *checked]
        request.store.drafts.keep(draft, {**draft.given, name: checked}, asking=request.platform)
        return self._go_to(request, draft, route, position if several else position + 1)

    def _stepped(self, request: Request, args: Mapping[str, Any]) -> _Step:
        draft, route = self._draft(request, args["draft"])
        if args["what"] == "stop":
            request.store.drafts.keep(draft, draft.given, asking="")
            card = Card(
                Phrase("Kept. You can go on whenever you like, here or on another platform."),
                Button(Phrase("Go on"), Press("form.step", {"draft": draft.id, "what": "resume"})),
            )
            return _Step(reply=Reply(show=card))
        move = {"back": -1, "skip": 1, "next": 1}.get(args["what"], 0)
        if args["what"] == "resume":
            request.store.drafts.keep(draft, draft.given, asking=request.platform)
        return self._go_to(request, draft, route, max(0, draft.position + move))

    def _go_to(self, request: Request, draft: Draft, route: Route, position: int) -> _Step:
        form = asking.form_of(route, request, draft.args, draft.given, draft.id)
        if position >= len(form.questions):
            return _Step(route=route, args=draft.args, given=draft.given, draft=draft)
        request.store.drafts.keep(draft, draft.given, position=position)
        return _Step(
            answer=Answer(
                asked=self._seal_asked(request, asking.ask(request, form, position)), route=route.name
            )
        )

    # Carrying it out -------------------------------------------------------------------------------------------------

    def _carry_out(self, request: Request, incoming: Incoming, step: _Step) -> Answer:
        if step.answer is not None:
            return self._sealed(request, step.answer)
        if step.reply is not None:
            return self._replied(request, incoming, "kit", step.reply)
        if step.route is None:
            return Answer(outcome="ignored")
        return self._run(request, incoming, step.route, step)

    def _run(self, request: Request, incoming: Incoming, route: Route, step: _Step) -> Answer:
        args = {
            name: item
            for name, item in (step.args or {}).items()
            if name in route.settled or self._asks(route, name)
        }
        given = dict(step.given or {})
        if not route.allow.check(request, args):
            raise Problem(route.allow.refusal)
        if incoming.where.shared and not route.in_groups:
            raise Problem(PRIVATE_ONLY)
        if (
            step.draft is None
            and (step.form or asking.lacks(route, request, args, given))
            and route.questions
        ):
            return self._open_form(request, incoming, route, args, given)
        try:
            ready = asking.arguments(route, request, args, given)
            reply = route.handler(request, **ready)
        except Problem as problem:
            if step.draft is not None:
                return self._not_yet(request, incoming, route, step.draft, given, problem)
            raise
        if step.draft is not None:
            request.store.drafts.close(step.draft)
        request.store.audit("did", route.name)
        answer = self._replied(request, incoming, route.name, reply)
        return self._introduced(request, route, answer)

    @staticmethod
    def _asks(route: Route, name: str) -> bool:
        return any(question.name == name for question in route.questions)

    def _open_form(
        self,
        request: Request,
        incoming: Incoming,
        route: Route,
        args: Mapping[str, Any],
        given: Mapping[str, Any],
    ) -> Answer:
        asking_here = incoming.platform if incoming.interviews else ""
        kept = {name: asking.raw(item) for name, item in given.items()}
        draft = request.store.drafts.begin(request.actor.id, route.name, dict(args), kept, asking=asking_here)
        form = asking.form_of(route, request, draft.args, draft.given, draft.id)
        if not incoming.interviews:
            return Answer(outcome="asked", form=form, route=route.name)
        first = next((n for n, q in enumerate(form.questions) if not form.given.get(q.name)), 0)
        request.store.drafts.keep(draft, draft.given, position=first)
        asked = self._seal_asked(request, asking.ask(request, form, first))
        return Answer(outcome="asked", asked=asked, route=route.name)

    def _not_yet(
        self,
        request: Request,
        incoming: Incoming,
        route: Route,
        draft: Draft,
        given: Mapping[str, Any],
        problem: Problem,
    ) -> Answer:
        """A submitted form with an answer that will not do: what was typed stays. Only rules that ran before any change
        may name a question; anything else undoes the unit."""
        if not problem.question:
            raise problem
        request.store.drafts.keep(draft, dict(given))
        form = asking.form_of(route, request, draft.args, given, draft.id)
        if not incoming.interviews:
            return Answer(
                outcome="invalid", form=form, errors=((problem.question, problem.words),), route=route.name
            )
        at = next((n for n, q in enumerate(form.questions) if q.name == problem.question), 0)
        request.store.drafts.keep(draft, dict(given), position=at)
        asked = self._seal_asked(request, asking.ask(request, form, at))
        return Answer(
            outcome="invalid", asked=asked, errors=((problem.question, problem.words),), route=route.name
        )

    def _replied(self, request: Request, incoming: Incoming, route: str, reply: Reply) -> Answer:
        self._queue(request.store, route, reply.tell)
        if reply.ask is not None:
            asked = self.routes[reply.ask.route]
            return self._run(request, incoming, asked, _Step(route=asked, args=reply.ask.args, form=True))
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

    # Home --------------------------------------------------------------------------------------------------------------

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

    # Sealing -----------------------------------------------------------------------------------------------------------

    def _sealed(self, request: Request, answer: Answer) -> Answer:
        if answer.card is None:
            return answer
        return replace(answer, card=self.seal(request.store, answer.card, for_person=request.actor.id))

    def seal(self, store: Store, card: Card, *, for_person: str | None) -> Card:
        """Replace what the buttons do by opaque handles that only this person (None: any colleague) may use."""
        buttons = card.buttons()
        if not buttons:
            return card
        return card.with_buttons(dict(enumerate(self._seal_buttons(store, buttons, for_person))))

    def _seal_buttons(self, store: Store, buttons: Iterable[Button], for_person: str | None) -> list[Button]:
        wanted = list(buttons)
        presses = [
            (b.does.route, dict(b.does.args), b.does.route in self.routes and self.routes[b.does.route].once)
            for b in wanted
            if b.does
        ]
        handles = iter(store.handles.make(presses, for_person=for_person))
        return [replace(b, does=None, handle=next(handles)) if b.does else b for b in wanted]

    def _seal_asked(self, request: Request, asked: Asked) -> Asked:
        sealed = self._seal_buttons(request.store, (*asked.choices, *asked.controls), request.actor.id)
        count = len(asked.choices)
        return replace(asked, choices=tuple(sealed[:count]), controls=tuple(sealed[count:]))

    def _queue(self, store: Store, route: str, tells: Iterable[Tell]) -> None:
        for tell in tells:
            self.queue(store, route, tell)

    def queue(self, store: Store, route: str, tell: Tell) -> str | None:
        """One outbox row for a `tell`, in this transaction; returns its id, or None when its topic was told before or the
        person switched this notice off."""
        if tell.notice and tell.to and not store.preferences.wants(tell.to, tell.notice):
            return None
        card = self.seal(store, tell.card, for_person=tell.to or None)
        row = store.outbox.put(
            dump(card),
            route=route,
            person_id=tell.to or None,
            place_id=tell.place or None,
            topic=tell.topic,
            about=tell.about,
            unclear=tell.unclear,
            platform=tell.on,
            due_at=store.now + tell.after,
            expires_at=store.now + tell.after + tell.lives,
        )
        store.touch(tell.to)
        return row.id if row else None


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
