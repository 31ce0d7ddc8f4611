"""What a delivery asks for: a command by its words, a door by its button, the next question of a form, a reaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from handlers.kit import asking, grammar
from handlers.kit.answers import answer, counted
from handlers.kit.cards import Button, Card, Note, Press
from handlers.kit.discretion import refuse_closed, why_closed
from handlers.kit.features import Feature, Route
from handlers.kit.forms import Form, Words
from handlers.kit.problems import Problem, Refused
from handlers.kit.requests import Answer, Incoming, Opened, Pressed, Reacted, Reply, Request, Said, Submitted
from handlers.kit.sealing import Seal
from handlers.kit.text import Lines, Phrase, Text, Verbatim
from handlers.kit.typed import clean, folded, marked, spoken
from handlers.kit.vocabulary import Vocabulary
from storage.tables import Draft

HELP = "preferences.help"
"""The route that answers what nobody understood."""

NO_WORDS = Phrase(
    "I read words and files, but no pictures, voice messages or stickers. Write to me what you need; “help” shows what"
    " I can do."
)
NO_ANSWER = Phrase(
    "I read no pictures, voice messages or stickers. Please answer in words, or with a button below the question."
)
NOT_FOLLOWED = Phrase(
    "Your answer stays as you sent it first: I do not follow what is edited afterwards. Go back to change it."
)
OTHER_QUESTIONS = Phrase(
    "Nothing was sent yet: the questions have changed since you opened this form. This is what you wrote to those that"
    " are gone:"
)
_SHOWN = 200
"""Characters of words that were not understood, as they are said back."""

STOPS = frozenset({"/cancel", "/stop", "cancel", "/取消", "取消"})
"""What people say to leave the questions of a form, whatever it asks."""

CONTROLS = {
    **dict.fromkeys(("skip", "跳过"), "skip"),
    **dict.fromkeys(("back", "上一步"), "back"),
    **dict.fromkeys(
        ("that is all", "that's all", "写完了", "that is everybody", "that's everybody", "选完了"), "next"
    ),
    **dict.fromkeys(("save and stop", "先保存,稍后再写"), "stop"),
}
"""What people type instead of pressing the button of that name under a question."""

IN_MIND = timedelta(hours=1)
"""How long whatever a person says without a slash answers the question that they were asked last."""

OVERTAKEN = timedelta(hours=1)
"""Platforms deliver again for less than this, and what they deliver comes out of order."""
_A_SECOND = timedelta(seconds=1)
"""By which a platform's moments may be earlier than ours: some are whole seconds."""


@dataclass(frozen=True)
class Step:
    """What to do: a route with what is known of its arguments, or a reply or an answer that is ready. `handle` is the
    key that is used up when the route runs; `typed` are the words of a command that says more than its name, and
    `unclear` says which of them answer none of its questions."""

    route: Route | None = None
    args: Mapping[str, Any] | None = None
    given: Mapping[str, Any] | None = None
    form: bool = False
    draft: Draft | None = None
    handle: str = ""
    typed: str = ""
    unclear: tuple[Text, ...] = ()
    reply: Reply | None = None
    answer: Answer | None = None


class Steps:
    """Finds the step for each delivery of a known person."""

    def __init__(
        self,
        features: tuple[Feature, ...],
        routes: Mapping[str, Route],
        vocabulary: Vocabulary,
        seal: Seal,
        home: Callable[[Request], Card],
    ) -> None:
        self._routes = routes
        self._vocabulary = vocabulary
        self._seal = seal
        self._home = home
        takers = (route for route in routes.values() if route.takes_file)
        self._takers = sorted(takers, key=lambda route: route.takes_file)
        self._files = [route for route in self._takers if route.takes_file > 0]
        self._shortcuts = {shortcut.name: shortcut for feature in features for shortcut in feature.shortcuts}
        self._reactions = {kind: heard for feature in features for kind, heard in feature.reactions.items()}

    def takes_file(self, request: Request) -> bool:
        """Whether a file of this person goes anywhere."""
        return any(route.allow.check(request, {}) for route in self._takers)

    # Which route ---------------------------------------------------------------------------------------------------

    def of(self, request: Request, incoming: Incoming) -> Step:
        """What this delivery asks for."""
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

    def _said(self, request: Request, incoming: Incoming, act: Said) -> Step:
        words = marked(act.words)
        if act.edits:
            return self._edited(request, act, words)
        command = words.startswith(("/", "／"))
        if (not command or folded(words) in STOPS) and (draft := self._asked(request)):
            if folded(words) in STOPS:
                return self._stop(request, draft)
            if not words and act.file is None:
                return self._ask_again(request, draft, NO_ANSWER)
            is_for_another = act.file is not None and self.takes_file(request)
            if not is_for_another and not self._forgot(request, draft, words):
                return self._told(request, draft, words)
        if act.file is not None:
            return self._sent(request, words)
        if not words and not act.command and incoming.where.kind == "private":
            return Step(answer=Answer(outcome="problem", card=Card(NO_WORDS)))
        return self._called(request, words, "")

    def _sent(self, request: Request, words: str) -> Step:
        """A file goes to the door that its words name; without them, to the first that is open to whoever sends it."""
        named = self._vocabulary.find(words) if words else None
        if named and named.route.takes_file:
            return self._called(request, words, "")
        opened = next((each for each in self._files if each.allow.check(request, {})), self._files[0])
        return self._called(request, opened.words, words)

    def _called(self, request: Request, words: str, rest: str) -> Step:
        called = self._vocabulary.find(words) if words else None
        if called is None:
            said = spoken(words, request.store.directory, request.platform)
            about = {"about": said} if said.strip("/ ") else {}
            return Step(route=self._routes.get(HELP), args=about)
        route, read = self._meant(request, called.route, called.rest or rest)
        given = {**dict.fromkeys(read.missing, ""), **read.given}
        typed = spoken(words if called.rest else rest, request.store.directory, request.platform)
        unclear = _unclear(read) if called.rest else ()
        return Step(route=route, args={}, given=given, typed=typed, unclear=unclear)

    def _meant(self, request: Request, route: Route, words: str) -> tuple[Route, grammar.Understood]:
        """What words say to a command, or where they say nothing to it, to the first other one that they may be for."""
        read = grammar.read(words, request, asking.questions_of(route, request, {}))
        for other in map(self._routes.__getitem__, route.otherwise if read.left and not read.given else ()):
            found = grammar.read(words, request, asking.questions_of(other, request, {}))
            if not (found.left or found.missing) and asking.has_all(other, request, found.given):
                return other, found
        return route, read

    def _edited(self, request: Request, act: Said, words: str) -> Step:
        """Doors that do not follow edits hear of none. An edit can overtake its message, or follow one that did
        nothing: then it counts as that message, for as long as its platform may still be late. Who edits an answer
        while they are asked on must not think that it is another one now."""
        called = self._vocabulary.find(words) if words else None
        hears = (
            called is None or called.route.follows_edits
        )  # what others are not told of they need not read either
        step = self._called(request, words, "") if hears else Step()
        about = request.store.posts.about(request.platform, request.where.id, f"said:{act.message}")
        follows = step.route is not None and (
            step.route.follows_edits or (step.route.name == HELP and about is not None)
        )
        young = act.sent_at is not None and act.sent_at > request.now - OVERTAKEN
        if follows and (about or young):
            return step
        draft = self._asked(request)
        if draft and act.sent_at and act.sent_at > draft.opened_at - _A_SECOND:
            return self._ask_again(request, draft, NOT_FOLLOWED)
        return Step(answer=Answer(outcome="ignored"))

    def _ask_again(self, request: Request, draft: Draft, why: Text) -> Step:
        """The question that waits for an answer, once more, and why."""
        route = self._routes[draft.route]
        form = asking.form_of(route, request, draft.args, draft.given, draft.id)
        again = self.ask(request, draft, route, form, min(draft.position, len(form.questions) - 1))
        return Step(answer=replace(again, errors=(("", why),)))

    def _pressed(self, request: Request, act: Pressed) -> Step:
        opened = request.store.handles.open(act.handle, presser=request.actor.id)
        if opened is None:
            raise Refused()
        name, args = opened
        if name == "form.answer":
            return self._answered(request, args)
        if name == "form.step":
            return self._stepped(request, args)
        route = self._routes.get(name)
        if route is None:
            raise Refused()
        return Step(route=route, args=args, handle=act.handle if route.once else "")

    def _opened(self, request: Request, act: Opened) -> Step:
        if act.what == "home":
            request.store.accounts.opened_home(request.actor.id, request.platform)
            request.store.preferences.visited(request.actor.id)
            return Step(answer=Answer(outcome="done", card=self._home(request), route="home"))
        if act.what == "start" and request.store.links.offered(act.payload):
            return Step(reply=Reply(show=_connected_already(request)))
        if act.what == "start":
            return self._called(request, "help", "")
        shortcut = self._shortcuts.get(act.what)
        if shortcut is None:
            raise Refused()
        quoted = {}
        if shortcut.on_message and act.quoted:
            words = spoken(marked(act.quoted.words), request.store.directory, request.platform)
            author = request.store.directory.with_account(request.platform, act.quoted.author)
            quoted = {"quoted": words[:3000], "author": author.id if author else ""}
        return Step(route=shortcut.route, args=quoted, form=True)

    def _reacted(self, request: Request, incoming: Incoming, act: Reacted) -> Step:
        about = request.store.posts.about(incoming.platform, incoming.where.id, act.message)
        kind, _, record = (about or "").partition(":")
        heard = self._reactions.get(kind)
        if heard is None:
            return Step(answer=Answer(outcome="ignored"))
        return Step(reply=heard(request, record, act))

    # Forms -----------------------------------------------------------------------------------------------------------

    def _draft(self, request: Request, draft_id: str) -> tuple[Draft, Route]:
        draft = request.store.drafts.get(draft_id, person_id=request.actor.id)
        route = self._routes.get(draft.route) if draft else None
        if draft is None or route is None:
            raise Refused()
        refuse_closed(route, request)
        return draft, route

    def _asked(self, request: Request) -> Draft | None:
        """The form about which the person is interviewed now; one that is closed here meanwhile is not asked on."""
        if not request.interviews or request.where.kind != "private":
            return None
        draft = request.store.drafts.asked(request.actor.id, request.platform)
        return draft if draft and not why_closed(self._routes[draft.route], request) else None

    def _forgot(self, request: Request, draft: Draft, words: str) -> bool:
        """Whether these words are a whole command, and the question that they could answer is no longer in anybody's
        mind. What only begins like a command ("feedback from customers read") lacks what one needs: it answers."""
        called = self._vocabulary.find(words) if request.now - draft.changed_at > IN_MIND else None
        if called is None or not called.rest:
            return called is not None
        step = self._called(request, words, "")
        apart = words.removesuffix(called.rest)[-1:].isspace()
        return apart and not step.unclear and asking.has_all(called.route, request, step.given or {})

    def _submitted(self, request: Request, act: Submitted) -> Step:
        draft, route = self._draft(request, act.draft)
        given = {**draft.given, **asking.known_everywhere(route, request, act.given)}
        if not act.final:
            form = asking.form_of(route, request, draft.args, draft.given, draft.id)
            # It shows nothing that it did not show when it was opened.
            request.store.drafts.put(draft, {**draft.given, **asking.written(form, given)})
            return Step(answer=Answer(outcome="kept"))
        if lost := asking.not_asked(route, request, draft.args, act.given):
            return self._asked_anew(request, draft, route, given, lost)
        return Step(route=route, args=draft.args, given=given, draft=draft)

    def _asked_anew(
        self, request: Request, draft: Draft, route: Route, given: dict[str, Any], lost: tuple[str, ...]
    ) -> Step:
        """The form as it is by now, below the words that have no place in it any more."""
        request.store.drafts.keep(draft, given)
        form = asking.form_of(route, request, draft.args, given, draft.id)
        form = replace(form, intro=Lines((OTHER_QUESTIONS, *(Verbatim(clean(words)) for words in lost))))
        return Step(answer=replace(self.ask(request, draft, route, form, 0), outcome="invalid"))

    def _told(self, request: Request, draft: Draft, words: str) -> Step:
        """An answer typed in an interview."""
        route = self._routes[draft.route]
        form = asking.form_of(route, request, draft.args, draft.given, draft.id)
        question = form.questions[min(draft.position, len(form.questions) - 1)]
        control = CONTROLS.get(folded(words), "")
        if control and asking.has_control(form, form.questions.index(question), control):
            return self._stepped(request, {"draft": draft.id, "what": control})
        said = spoken(words, request.store.directory, request.platform)
        if isinstance(question, Words) and question.in_parts and (before := draft.given.get(question.name)):
            said = f"{before}\n\n{said}"
        return self._take(request, draft, route, question.name, said)

    def _answered(self, request: Request, args: Mapping[str, Any]) -> Step:
        draft, route = self._draft(request, args["draft"])
        return self._take(request, draft, route, args["question"], args["value"])

    def _take(self, request: Request, draft: Draft, route: Route, name: str, item: Any) -> Step:
        questions = asking.questions_of(route, request, draft.args)
        position = next((n for n, each in enumerate(questions) if each.name == name), None)
        if position is None:
            raise Refused()
        form = asking.form_of(route, request, draft.args, draft.given, draft.id, questions=questions)
        question = questions[position]
        try:
            checked = asking.raw(answer(question, counted(question, item, draft.given, request), request))
        except Problem as problem:
            again = self.ask(request, draft, route, form, position)
            return Step(answer=replace(again, outcome="invalid", errors=((name, problem.words),)))
        several = getattr(question, "most", 1) > 1
        stays = several or getattr(question, "in_parts", False)
        if several:
            before = [one for one in draft.given.get(name, ()) if one not in checked]
            checked = [*before, *checked]
        request.store.drafts.keep(draft, {**draft.given, name: checked}, asking=request.platform)
        return self._go_to(request, draft, route, position if stays else position + 1)

    def _stepped(self, request: Request, args: Mapping[str, Any]) -> Step:
        draft, route = self._draft(request, args["draft"])
        if args["what"] == "stop":
            return self._stop(request, draft)
        given = {**draft.given, args["question"]: ""} if args["what"] == "anew" else draft.given
        # What is typed next answers the question that this shows, also where the button is one of before a stop.
        asking = {"asking": request.platform} if request.interviews else {}
        request.store.drafts.keep(draft, given, **asking)
        move = {"back": -1, "skip": 1, "next": 1}.get(args["what"], 0)
        return self._go_to(request, draft, route, max(0, draft.position + move))

    def _stop(self, request: Request, draft: Draft) -> Step:
        request.store.drafts.keep(draft, draft.given, asking="")
        card = Card(
            Phrase("Kept. You can go on whenever you like, here or on another platform."),
            Button(Phrase("Go on"), Press("form.step", {"draft": draft.id, "what": "resume"})),
        )
        return Step(reply=Reply(show=card))

    def _go_to(self, request: Request, draft: Draft, route: Route, position: int) -> Step:
        form = asking.form_of(route, request, draft.args, draft.given, draft.id)
        if position >= len(form.questions):
            return Step(route=route, args=draft.args, given=form.given, draft=draft)
        return Step(answer=self.ask(request, draft, route, form, position))

    def ask(self, request: Request, draft: Draft, route: Route, form: Form, position: int) -> Answer:
        """The form, or where forms are interviews its question at this position."""
        if not request.interviews:
            return Answer(outcome="asked", form=form, route=route.name)
        request.store.drafts.keep(draft, draft.given, position=position)
        asked = self._seal.asked(
            request.store, asking.ask(request, form, position), for_person=request.actor.id
        )
        return Answer(outcome="asked", asked=asked, route=route.name)


def _connected_already(request: Request) -> Card:
    return Card(
        Phrase("You are connected already, as {name}.", name=Verbatim(request.actor.name)),
        Note(Phrase("I did nothing with the code. Are you somebody else? Then write /upbeat unlink first.")),
    )


def _unclear(read: grammar.Understood) -> tuple[Text, ...]:
    if not read.left:
        return tuple(read.missing.values())
    shown = read.left if len(read.left) <= _SHOWN else f"{read.left[:_SHOWN].rstrip()} …"
    return (
        *read.missing.values(),
        Phrase("I did not understand “{words}” here.", words=Verbatim(shown)),
    )
