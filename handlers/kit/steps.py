"""What a delivery asks for: a command by its words, a door by its button, the next question of a form, a reaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from handlers.kit import asking, grammar
from handlers.kit.cards import Card, Note
from handlers.kit.features import Feature, Route
from handlers.kit.filling import CONTROLS, Filling
from handlers.kit.problems import Refused
from handlers.kit.requests import (
    Answer,
    File,
    Incoming,
    Opened,
    Pressed,
    Reacted,
    Reply,
    Request,
    Said,
    Submitted,
)
from handlers.kit.sealing import Seal
from handlers.kit.step import Step
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.kit.typed import folded, marked, spoken
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
FILE_LEFT = Phrase("I did not look at your file: only what you wrote counts here.")
FILE_FOR_NOTHING = Phrase(
    "I can do nothing with this file. Write to me what you need; “help” shows what I can do."
)
NOT_FOLLOWED = Phrase(
    "Your answer stays as you sent it first: I do not follow what is edited afterwards. Go back to change it."
)
STANDS = Phrase("What you said with this message before is recorded, and stays as it was.")
_QUOTED = 3000
"""Characters of a message that a shortcut is used on; of a longer one its link says where the rest is."""
_SHOWN = 200
"""Characters of words that were not understood, as they are said back."""

STOPS = frozenset({"/cancel", "/stop", "cancel", "/取消", "取消"})
"""What people say to leave the questions of a form, whatever it asks."""

ASKS = frozenset({"help", "?", "帮助"})
"""What people say who do not know how to answer: it is no answer, whatever is asked."""

IN_MIND = timedelta(hours=1)
"""How long whatever a person says without a slash answers the question that they were asked last."""

OVERTAKEN = timedelta(hours=1)
"""Platforms deliver again for less than this, and what they deliver comes out of order."""
_A_SECOND = timedelta(seconds=1)
"""By which a platform's moments may be earlier than ours: some are whole seconds."""


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
        self.filling = Filling(routes, seal)
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
            return self.filling.submitted(request, act)
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
        if (not command or folded(words) in STOPS) and (draft := self.filling.asked(request)):
            if folded(words) in STOPS:
                return self.filling.stop(request, draft)
            if not words and act.file is None:
                return self.filling.ask_again(request, draft, NO_ANSWER)
            if not self._is_for_another(request, act.file, words) and not self._forgot(request, draft, words):
                step = self.filling.told(request, draft, words)
                step = _file_left(step) if act.file is not None or act.file_left else step
                if not self._answers_nothing(request, draft, words, step):
                    return step
        if act.file is not None:
            return self._sent(request, words, act.file)
        if not words and not act.command and incoming.where.kind == "private":
            return Step(answer=_problem(NO_WORDS))
        return self._beside_file(request, words) if act.file_left else self._called(request, words, "")

    def _sent(self, request: Request, words: str, file: File) -> Step:
        """A file goes to the door that its words name; without them, to the first that is open to whoever sends it."""
        named = self._vocabulary.find(words) if words else None
        if named and named.route.takes_file:
            return self._called(request, words, "")
        if words and _is_no_table(file):
            return self._beside_file(request, words)
        opened = next((each for each in self._files if each.allow.check(request, {})), None)
        if opened is None and _is_no_table(file):
            return Step(answer=_problem(FILE_FOR_NOTHING))
        return self._called(request, (opened or self._files[0]).words, words)

    def _beside_file(self, request: Request, words: str) -> Step:
        """What words say that have no use for the file that came with them."""
        return _file_left(self._called(request, words, ""))

    def _is_for_another(self, request: Request, file: File | None, words: str) -> bool:
        """Whether a file that comes in an interview is for another door: a picture beside an answer is for none."""
        return file is not None and self.takes_file(request) and not (words and _is_no_table(file))

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
        read = grammar.read(words, request, asking.heard_by(route, request, {}))
        for other in map(self._routes.__getitem__, route.otherwise if read.left and not read.given else ()):
            found = grammar.read(words, request, asking.heard_by(other, request, {}))
            if not (found.left or found.missing) and asking.has_all(other, request, found.given):
                return other, found
        return route, read

    def _answers_nothing(self, request: Request, draft: Draft, words: str, step: Step) -> bool:
        """Whether these words are no answer, and a whole command. What is too long for an answer in words is none: it
        may be private, and kudos are not. Nor is what would be a button elsewhere in the form: back ends no leave."""
        if step.answer is None or step.answer.outcome != "invalid" or folded(words) in CONTROLS:
            return False
        return not self.filling.waits_for_words(request, draft) and self._is_command(request, words)

    def _forgot(self, request: Request, draft: Draft, words: str) -> bool:
        """Whether these words ask for help, or are a whole command and the question that they could answer is no longer
        in anybody's mind. What only begins like a command ("feedback from customers read") lacks what one needs: it
        answers."""
        if folded(words) in ASKS:
            return True
        return request.now - draft.changed_at > IN_MIND and self._is_command(request, words)

    def _is_command(self, request: Request, words: str) -> bool:
        """Whether these words are a whole command: its name alone, or with all that it needs."""
        called = self._vocabulary.find(words)
        if called is None or not called.rest:
            return called is not None
        step = self._called(request, words, "")
        apart = words.removesuffix(called.rest)[-1:].isspace()
        return apart and not step.unclear and asking.has_all(called.route, request, step.given or {})

    def _edited(self, request: Request, act: Said, words: str) -> Step:
        """Doors that do not follow edits hear of none. An edit can overtake its message, or follow one that did
        nothing: then it counts as that message, for as long as its platform may still be late. Who edits an answer
        while they are asked on must not think that it is another one now."""
        called = self._vocabulary.find(words) if words else None
        # What other doors are not told of they need not read either.
        hears = called is None or called.route.follows_edits
        step = self._called(request, words, "") if hears else Step()
        about = request.store.posts.about(request.platform, request.where.id, f"said:{act.message}")
        young = act.sent_at is not None and act.sent_at > request.now - OVERTAKEN
        follows = step.route is not None and step.route.follows_edits and bool(about or young)
        if (about or follows) and not self._is_newest(request, act):
            return Step(answer=Answer(outcome="ignored"))
        if follows:
            return step
        if about:
            helps = step.route is not None and step.route.name == HELP
            return replace(step, unclear=(STANDS,)) if helps else Step(answer=_problem(STANDS))
        draft = self.filling.asked(request)
        if draft and act.sent_at and act.sent_at > draft.opened_at - _A_SECOND:
            return self.filling.ask_again(request, draft, NOT_FOLLOWED)
        return Step(answer=Answer(outcome="ignored"))

    def _is_newest(self, request: Request, act: Said) -> bool:
        """Whether the message was not edited again since: an edit that could not be taken at once is brought later."""
        at = act.edited_at
        here = (request.platform, request.where.id, act.message)
        return at is None or request.store.posts.is_newest_edit(*here, at)

    def _pressed(self, request: Request, act: Pressed) -> Step:
        opened = request.store.handles.open(act.handle, presser=request.actor.id)
        if opened is None:
            raise Refused()
        name, args = opened
        if name == "form.answer":
            return self.filling.answered(request, args)
        if name == "form.step":
            return self.filling.stepped(request, args)
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
        if act.what == "start" and act.payload and (draft := self.filling.asked(request)):
            # Who follows our link from where others read along comes for the question that waits here.
            return self.filling.stepped(request, {"draft": draft.id, "what": "resume"})
        if act.what == "start":
            return self._called(request, "help", "")
        shortcut = self._shortcuts.get(act.what)
        if shortcut is None:
            raise Refused()
        quoted = {}
        if shortcut.on_message and act.quoted:
            words = spoken(marked(act.quoted.words), request.store.directory, request.platform)
            author = request.store.directory.with_account(request.platform, act.quoted.author)
            quoted = {"quoted": _fitting(words, act.quoted.link), "author": author.id if author else ""}
        return Step(route=shortcut.route, args=quoted, form=True)

    def _reacted(self, request: Request, incoming: Incoming, act: Reacted) -> Step:
        about = request.store.posts.about(incoming.platform, incoming.where.id, act.message)
        kind, _, record = (about or "").partition(":")
        heard = self._reactions.get(kind)
        if heard is None:
            return Step(answer=Answer(outcome="ignored"))
        return Step(reply=heard(request, record, act))


def _fitting(words: str, link: str) -> str:
    if len(words) <= _QUOTED:
        return words
    ends = f" … {link}".rstrip()
    return f"{words[: _QUOTED - len(ends)].rstrip()}{ends}"


def _is_no_table(file: File) -> bool:
    return file.fault is not None and file.fault.code == "not-a-sheet"


def _file_left(step: Step) -> Step:
    """The same, and that the file counts for nothing."""
    if step.answer is None:
        return replace(step, unclear=(*step.unclear, FILE_LEFT))
    errors = (*step.answer.errors, ("", FILE_LEFT))
    return replace(step, answer=replace(step.answer, errors=errors))


def _problem(words: Text) -> Answer:
    return Answer(outcome="problem", card=Card(words))


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
