"""A form that somebody fills in: sent as a whole, or asked question by question, with ways back and out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from handlers.kit import asking
from handlers.kit.answers import answer, counted
from handlers.kit.cards import Button, Card, Press
from handlers.kit.discretion import refuse_closed, why_closed
from handlers.kit.features import Route
from handlers.kit.forms import Answerable, Form, Words
from handlers.kit.problems import Problem, Refused
from handlers.kit.requests import Answer, Reply, Request, Submitted
from handlers.kit.sealing import Seal
from handlers.kit.step import Step
from handlers.kit.text import Lines, Phrase, Text, Verbatim
from handlers.kit.typed import clean, folded, spoken
from storage.tables import Draft

OTHER_QUESTIONS = Phrase(
    "Nothing was sent yet: the questions have changed since you opened this form. This is what you wrote to those that"
    " are gone:"
)

CONTROLS = {
    **dict.fromkeys(("skip", "跳过"), "skip"),
    **dict.fromkeys(("back", "上一步"), "back"),
    **dict.fromkeys(
        (
            "that is all",
            "that's all",
            "写完了",
            "that is everybody",
            "that's everybody",
            "选完了",
            "done",
            "好了",
        ),
        "next",
    ),
    **dict.fromkeys(("save and stop", "先保存,稍后再写"), "stop"),
}
"""What people type instead of pressing the button under a question, by its name or otherwise."""


class Filling:
    """Finds the step for each answer to a form."""

    def __init__(self, routes: Mapping[str, Route], seal: Seal) -> None:
        self._routes = routes
        self._seal = seal

    def _draft(self, request: Request, draft_id: str) -> tuple[Draft, Route]:
        draft = request.store.drafts.get(draft_id, person_id=request.actor.id)
        route = self._routes.get(draft.route) if draft else None
        if draft is None or route is None:
            raise Refused()
        refuse_closed(route, request)
        return draft, route

    def asked(self, request: Request) -> Draft | None:
        """The form about which the person is interviewed now; one that is closed here meanwhile is not asked on."""
        if not request.interviews or request.where.kind != "private":
            return None
        draft = request.store.drafts.asked(request.actor.id, request.platform)
        return draft if draft and not why_closed(self._routes[draft.route], request) else None

    def ask_again(self, request: Request, draft: Draft, why: Text) -> Step:
        """The question that waits for an answer, once more, and why."""
        route = self._routes[draft.route]
        form = self.form(request, draft, route, draft.given)
        again = self.ask(request, draft, route, form, min(draft.position, len(form.questions) - 1))
        return Step(answer=replace(again, errors=(("", why),)))

    def submitted(self, request: Request, act: Submitted) -> Step:
        """A form that was sent as a whole, or what stands in it so far."""
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
        form = self.form(request, draft, route, given)
        form = replace(form, intro=Lines((OTHER_QUESTIONS, *(Verbatim(clean(words)) for words in lost))))
        return Step(answer=replace(self.ask(request, draft, route, form, 0), outcome="invalid"))

    def told(self, request: Request, draft: Draft, words: str) -> Step:
        """An answer typed in an interview."""
        route = self._routes[draft.route]
        form, question = self._waiting(request, draft)
        control = CONTROLS.get(folded(words), "")
        if control and asking.has_control(form, form.questions.index(question), control):
            return self.stepped(request, {"draft": draft.id, "what": control})
        said = spoken(words, request.store.directory, request.platform)
        if isinstance(question, Words) and question.in_parts and (before := draft.given.get(question.name)):
            said = f"{before}\n\n{said}"
        return self._take(request, draft, route, question.name, said)

    def waits_for_words(self, request: Request, draft: Draft) -> bool:
        """Whether whatever is typed answers the question that waits, but for its length."""
        return isinstance(self._waiting(request, draft)[1], Words)

    def _waiting(self, request: Request, draft: Draft) -> tuple[Form, Answerable]:
        form = asking.form_of(self._routes[draft.route], request, draft.args, draft.given, draft.id)
        return form, form.questions[min(draft.position, len(form.questions) - 1)]

    def answered(self, request: Request, args: Mapping[str, Any]) -> Step:
        """An answer by a button below the question."""
        draft, route = self._draft(request, args["draft"])
        return self._take(request, draft, route, args["question"], args["value"])

    def _take(self, request: Request, draft: Draft, route: Route, name: str, item: Any) -> Step:
        questions = asking.questions_of(route, request, draft.args)
        position = _place_of(name, questions)
        if position is None:
            raise Refused()
        form = self.form(request, draft, route, draft.given, questions=questions)
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

    def stepped(self, request: Request, args: Mapping[str, Any]) -> Step:
        """Another question of the form, or none for now: the one beside that under which the button stood, so that two
        taps, or a tap on what scrolled away, leave out no question that nobody saw."""
        draft, route = self._draft(request, args["draft"])
        if args["what"] == "stop":
            return self.stop(request, draft)
        given = {**draft.given, args["question"]: ""} if args["what"] == "anew" else draft.given
        # What is typed next answers the question that this shows, also where the button is one of before a stop.
        here = {"asking": request.platform} if request.interviews else {}
        request.store.drafts.keep(draft, given, **here)
        move = {"back": -1, "skip": 1, "next": 1}.get(args["what"], 0)
        at = _place_of(args.get("question", ""), asking.questions_of(route, request, draft.args))
        return self._go_to(request, draft, route, max(0, (draft.position if at is None else at) + move))

    def stop(self, request: Request, draft: Draft) -> Step:
        """No more questions for now; what was answered is kept."""
        request.store.drafts.keep(draft, draft.given, asking="")
        card = Card(
            Phrase("Kept. You can go on whenever you like, here or on another platform."),
            Button(Phrase("Go on"), Press("form.step", {"draft": draft.id, "what": "resume"})),
        )
        return Step(reply=Reply(show=card))

    def _go_to(self, request: Request, draft: Draft, route: Route, position: int) -> Step:
        form = self.form(request, draft, route, draft.given)
        if position >= len(form.questions):
            return Step(route=route, args=draft.args, given={**form.given, **draft.given}, draft=draft)
        return Step(answer=self.ask(request, draft, route, form, position))

    def form(
        self,
        request: Request,
        draft: Draft,
        route: Route,
        given: Mapping[str, Any],
        *,
        questions: Sequence[Answerable] | None = None,
    ) -> Form:
        """The form as it is shown now, with what was recorded elsewhere since it was shown before."""
        if questions is None:
            questions = asking.questions_of(route, request, draft.args)
        known = asking.caught_up(questions, request, given)
        if known != given:
            request.store.drafts.put(draft, known)
        return asking.form_of(route, request, draft.args, known, draft.id, questions=questions)

    def ask(self, request: Request, draft: Draft, route: Route, form: Form, position: int) -> Answer:
        """The form, or where forms are interviews its question at this position."""
        if not request.interviews:
            return Answer(outcome="asked", form=form, route=route.name)
        request.store.drafts.keep(draft, draft.given, position=position)
        asked = self._seal.asked(
            request.store, asking.ask(request, form, position), for_person=request.actor.id
        )
        return Answer(outcome="asked", asked=asked, route=route.name)


def _place_of(name: str, questions: Sequence[Answerable]) -> int | None:
    return next((n for n, question in enumerate(questions) if question.name == name), None)
