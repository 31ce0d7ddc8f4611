"""What a person asked for is carried out: allowed or refused, asked for by its form, decided, sealed, and told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from handlers.kit import asking
from handlers.kit.cards import Button, Card, Note, Part, Press, Section
from handlers.kit.discretion import refuse_closed
from handlers.kit.features import Feature, Route
from handlers.kit.problems import Problem, Refused
from handlers.kit.requests import Answer, Incoming, Pressed, Reply, Request, Said, Tell, Where
from handlers.kit.sealing import Seal
from handlers.kit.step import Step
from handlers.kit.steps import Steps
from handlers.kit.text import Lines, Phrase, Text, Verbatim
from handlers.kit.typed import spoken
from handlers.kit.values import altered, dump
from handlers.kit.vocabulary import vocabulary
from storage.outbox import ANSWER, WAITED_FOR
from storage.people import Directory, Person
from storage.store import Store
from storage.tables import Draft, Outgoing

PRIVATE_ONLY = Phrase("This is personal, and everybody reads along here. Please ask me in our private chat.")
OPEN = Phrase("Open the form")


class TakesLong(Exception):
    """This unit of work is to be run again, aside."""


class Carrying:
    """The features' doors, inside a unit of work."""

    def __init__(self, features: Sequence[Feature]) -> None:
        self.routes: dict[str, Route] = {
            route.name: route for feature in features for route in feature.routes
        }
        self.vocabulary = vocabulary(*self.routes.values())
        self._feature_of = {route.name: feature for feature in features for route in feature.routes}
        self._homes = [
            block for _, block in sorted((h for f in features for h in f.homes), key=lambda pair: pair[0])
        ]
        self._seal = Seal(self.routes)
        self._steps = Steps(tuple(features), self.routes, self.vocabulary, self._seal, self._home)

    def takes_file(self, request: Request) -> bool:
        """Whether a file that this person sends is worth reading."""
        return self._steps.takes_file(request)

    def said_back(self, incoming: Incoming, directory: Directory) -> tuple[Part, ...]:
        """What a command said that came to nothing, where it stands in no chat: a slash command of Slack's is gone."""
        act = incoming.act
        if not isinstance(act, Said) or not act.command or act.message:
            return ()
        called = self.vocabulary.find(act.words)
        return _said_back(spoken(act.words, directory, incoming.platform)) if called and called.rest else ()

    # Carrying it out ------------------------------------------------------------------------------------------

    def carry_out(self, request: Request, incoming: Incoming) -> Answer:
        """Do what this delivery of a known person asks for."""
        step = self._steps.of(request, incoming)
        if step.answer is not None:
            return self._sealed(request, step.answer)
        if step.reply is not None:
            return self._replied(request, "kit", step.reply)
        if step.route is None:
            return Answer(outcome="ignored")
        answer = self._run(request, step.route, step)
        # A form that another door asks for takes the place of what that one showed: a preview goes when it is changed.
        stays = _is_record(request, incoming) or (answer.route == step.route.name and _quotes(incoming))
        return replace(answer, keep=True) if answer.asked and stays else answer

    def _run(self, request: Request, route: Route, step: Step) -> Answer:
        args = {name: item for name, item in (step.args or {}).items() if _takes(route, name)}
        given = dict(step.given or {})
        if route.takes_long and not request.aside:
            raise TakesLong()
        if not route.allow.check(request, args):
            raise Problem(route.allow.refusal)
        if route.settled - route.defaults.keys() - args.keys():
            raise Refused()  # an Upbeat before this one drew the button, which says too little
        if request.where.shared and not route.in_groups:
            raise Problem(PRIVATE_ONLY)
        refuse_closed(route, request)
        if route.over is not None:
            route.over(request, args)
        if _asks_first(route, request, step, args, given):
            args = {**_settled_here(route, request), **args}
            return self._open_form(request, route, args, given, typed=step.typed, unclear=step.unclear)
        if step.handle and not request.store.handles.use(step.handle):
            raise Refused()
        if step.draft is not None:
            return _with_notes(self._fill(request, route, step.draft, args, given), step.unclear)
        reply = route.handler(request, **asking.arguments(route, request, args, given))
        return _with_notes(self._finished(request, route, reply), step.unclear)

    def _finished(self, request: Request, route: Route, reply: Reply) -> Answer:
        request.store.audit("did", route.name)
        return self._introduced(request, route, self._replied(request, route.name, reply))

    def _open_form(
        self,
        request: Request,
        route: Route,
        args: Mapping[str, Any],
        given: Mapping[str, Any],
        *,
        typed: str = "",
        unclear: tuple[Text, ...] = (),
    ) -> Answer:
        questions = asking.questions_of(route, request, args)
        if first_of_all := asking.what_comes_first(questions):
            words = typed or "\n".join(asking.words_in(route, {**args, **given}))
            return Answer(card=Card(first_of_all, *_said_back(words)), route=route.name)
        asking_here = request.platform if request.interviews else ""
        kept = {name: asking.raw(item) for name, item in given.items()}
        draft = request.store.drafts.begin(request.actor.id, route.name, dict(args), kept, asking=asking_here)
        # Begun for something else (another colleague), what was typed then is to be looked at before it counts now.
        known = kept if asking.differs(draft.given, kept) else {**draft.given, **kept}
        if kept:  # what is said now wins over what was typed into the form before
            request.store.drafts.keep(draft, {**draft.given, **kept})
        form = self._steps.filling.form(request, draft, route, draft.given, questions=questions)
        # What came whole is opened to be changed, from its beginning on; else what is missing is asked for.
        is_whole = bool(kept) and not asking.lacks(route, request, args, kept)
        missing = () if is_whole else (n for n, q in enumerate(form.questions) if not known.get(q.name))
        first = next(iter(missing), 0)
        if unclear and not request.interviews:
            form = replace(form, intro=Lines(unclear))
        answer = self._steps.filling.ask(request, draft, route, form, first)
        # An interview may begin in the middle of its form: then the words stand over the question itself.
        above = tuple(("", words) for words in unclear) if request.interviews else ()
        return replace(answer, errors=above) if above else answer

    def _fill(
        self, request: Request, route: Route, draft: Draft, args: Mapping[str, Any], given: Mapping[str, Any]
    ) -> Answer:
        """A form was sent. With an answer that will not do, whatever was begun is undone and what was typed stays."""
        try:
            with request.store.nested():
                answered = asking.caught_up(
                    asking.questions_of(route, request, args), request, given, sent=True
                )
                ready = asking.arguments(route, request, args, answered)
                reply = route.handler(replace(request, filled=True), **ready)
        except Problem as problem:
            if not problem.question:
                raise
            return self._not_yet(request, route, draft, given, problem)
        if reply.rests:
            request.store.drafts.keep(draft, dict(given), asking="")
        else:
            request.store.drafts.close(draft)
        return self._finished(request, route, reply)

    def _not_yet(
        self, request: Request, route: Route, draft: Draft, given: Mapping[str, Any], problem: Problem
    ) -> Answer:
        request.store.drafts.put(draft, dict(given))
        # Where it stands open it stays as it is, without what was recorded since it was shown.
        form = asking.form_of(route, request, draft.args, given, draft.id)
        at = next((n for n, q in enumerate(form.questions) if q.name == problem.question), 0)
        answer = self._steps.filling.ask(request, draft, route, form, at)
        return replace(answer, outcome="invalid", errors=((problem.question, problem.words),))

    def _replied(self, request: Request, route: str, reply: Reply) -> Answer:
        self.queue_all(request.store, route, reply.tell)
        if reply.ask is not None:
            door = self.routes[reply.ask.route]
            asked = self._run(request, door, Step(door, reply.ask.args, reply.given, form=True))
            return replace(asked, keep=asked.keep or reply.keep)
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
        return Card(Phrase("Hello, {name}!", name=Verbatim(request.actor.name)), *parts)

    def home_of(self, store: Store, person_id: str) -> Answer | None:
        person = store.directory.person(person_id)
        if person is None or not person.active:
            return None
        store.actor_id = person_id
        request = Request(actor=person, where=Where(kind="home"), now=store.now, store=store)
        answer = Answer(card=self._home(request), route="home", **reader(person))
        return self._sealed(request, answer)

    def _sealed(self, request: Request, answer: Answer) -> Answer:
        if answer.card is None:
            return answer
        return altered(answer, card=self._seal.card(request.store, answer.card, for_person=request.actor.id))

    def seal(self, store: Store, card: Card, *, for_person: str | None) -> Card:
        """A card whose buttons only this person (None: any colleague) may press."""
        return self._seal.card(store, card, for_person=for_person)

    # Answering later ------------------------------------------------------------------------------------------

    def as_card(self, store: Store, answer: Answer) -> Card | None:
        """The card to show: of a form that cannot be shown now, a button that opens it."""
        form = answer.filling
        if form is None:
            return answer.card
        again = Button(OPEN, Press("form.step", {"draft": form.draft, "what": "resume"}), "primary")
        return self.seal(store, Card(form.title, Note(form.audience), again), for_person=answer.person_id)

    def answer_later(self, store: Store, incoming: Incoming, answer: Answer) -> None:
        """An answer that its platform does not take now waits in the outbox, for whoever asked alone."""
        if card := self.as_card(store, answer):
            store.outbox.put(
                dump(card),
                route=answer.route,
                person_id=answer.person_id,
                topic=f"{ANSWER}{incoming.delivery}",
                platform=incoming.platform,
                unclear="reconcile",
                expires_at=store.now + WAITED_FOR,
            )

    # Telling --------------------------------------------------------------------------------------------------

    def queue_all(self, store: Store, route: str, tells: Iterable[Tell]) -> None:
        """An outbox row for each `tell`."""
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
        withdrawn = store.outbox.withdraw(tell.over, card, keeps_waiting=tell.about == tell.over, **reader)
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
        thread=tell.thread,
        unclear="repeat" if more.get("edits") else tell.unclear,
        due_at=store.now + tell.after,
        expires_at=store.now + tell.after + tell.lives,
        **more,
    )


def _said_back(words: str) -> tuple[Part, ...]:
    """What was typed and came to nothing: the person may want it once it can be done."""
    if not words:
        return ()
    return (
        Section(Phrase("Nothing was done with what you wrote. Here it is, for later:")),
        Section(Verbatim(words), quoted=True),
    )


def _with_notes(answer: Answer, unclear: tuple[Text, ...]) -> Answer:
    """An answer that says which words had no part in it, instead of dropping them."""
    if not unclear or answer.card is None:
        return answer
    return altered(answer, card=Card(answer.card.title, *answer.card.parts, *map(Note, unclear)))


def _takes(route: Route, name: str) -> bool:
    return name in route.settled or any(question.name == name for question in route.questions)


def _is_record(request: Request, incoming: Incoming) -> bool:
    """Whether what was pressed is where somebody reads what another one wrote to them: no question takes its place, and
    what is taken back is found there."""
    act, where = incoming.act, incoming.where
    return isinstance(act, Pressed) and bool(
        request.store.posts.about(incoming.platform, where.id, act.message)
    )


def _quotes(incoming: Incoming) -> bool:
    """Whether words of people stand where it was pressed, which whoever answers them wants before their eyes."""
    return isinstance(incoming.act, Pressed) and incoming.act.quotes


def _settled_here(route: Route, request: Request) -> Mapping[str, Any]:
    return route.settles(request) if route.settles and request.where.shared else {}


def _asks_first(
    route: Route, request: Request, step: Step, args: Mapping[str, Any], given: Mapping[str, Any]
) -> bool:
    """Whether the form comes before the handler: wanted by a shortcut or a button, or something is missing."""
    if step.draft is not None or not route.questions:
        return False
    return step.form or asking.lacks(route, request, args, given)


def reader(person: Person | None) -> dict[str, Any]:
    """Whom an answer is for, as far as drawing it needs to know."""
    return {"person_id": person.id, "language": person.language, "zone": person.zone} if person else {}
