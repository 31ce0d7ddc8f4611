"""How a route's questions become a form, how answers are checked, and how a platform without forms asks them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from typing import Any

from handlers.kit.answers import answer
from handlers.kit.cards import Button, Press
from handlers.kit.features import Route
from handlers.kit.forms import Answerable, Choice, Colleague, Day, Form, Option, Question, Scale, Sheet, Words
from handlers.kit.naming import told_apart
from handlers.kit.problems import Problem
from handlers.kit.requests import Asked, Request
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.kit.typed import clean
from storage.people import Person

FEW = 8
"""Colleagues offered as buttons before a name is typed."""


def questions_of(route: Route, request: Request, args: Mapping[str, Any]) -> tuple[Answerable, ...]:
    """The route's questions for this request: sheets unfolded, options known, settled ones left out."""
    return tuple(question for question in heard_by(route, request, args) if question.asked)


def heard_by(route: Route, request: Request, args: Mapping[str, Any]) -> tuple[Answerable, ...]:
    """The same, with those that are never asked: what is typed may answer them all the same."""
    made: list[Answerable] = []
    for question in route.questions:
        if isinstance(question, Sheet):
            made += [_ready(inner, request) for inner in _unfolded(question, request, args)]
        elif question.name not in args:
            made.append(_ready(question, request))
    return tuple(made)


def _unfolded(sheet: Sheet, request: Request, args: Mapping[str, Any]) -> tuple[Any, ...]:
    if sheet.of is None:
        return ()
    if args:
        return sheet.of(request, dict(args))
    known = request.sheets.get(id(sheet))
    if known is None:
        known = request.sheets[id(sheet)] = sheet.of(request, {})
    return known


def _ready(question: Question, request: Request) -> Answerable:
    if isinstance(question, Choice) and callable(question.options):
        return replace(question, options=question.options(request))
    return question  # type: ignore[return-value]


def form_of(
    route: Route,
    request: Request,
    args: Mapping[str, Any],
    given: Mapping[str, Any],
    draft: str,
    *,
    questions: Sequence[Answerable] | None = None,
) -> Form:
    """The form of a route with the answers so far; `questions` are its own, where they are known already."""
    if route.seen_by is None:
        raise TypeError(f"{route.name} has a form without an audience line")
    said = settled(route, request, args)
    title = route.title or route.help
    if questions is None:
        questions = questions_of(route, request, args)
    suggested = {q.name: q.suggested(request) for q in questions if q.suggested and q.name not in given}
    answered = {name: item for name, item in given.items() if name != SHOWN}
    return Form(
        title=title(request, said) if callable(title) else title,
        questions=tuple(_drawn(q, request) for q in questions),
        audience=route.seen_by(request, said) if callable(route.seen_by) else route.seen_by,
        submit=route.submit,
        draft=draft,
        given={**{name: item for name, item in suggested.items() if item not in (None, "")}, **answered},
    )


def what_comes_first(questions: Sequence[Answerable]) -> Text | None:
    """Why a form could not be sent yet, and what to do first: what stands in place of the options of a question that
    needs an answer and offers none."""
    for question in questions:
        options = question.known if isinstance(question, Choice) and question.required else ()
        if options and not any(option.value for option in options):
            return options[0].label
    return None


def words_in(route: Route, given: Mapping[str, Any]) -> list[str]:
    """What was written freely among answers to the questions of a route."""
    asked = (question for question in route.questions if isinstance(question, Words))
    return [str(given[question.name]) for question in asked if given.get(question.name)]


def written(form: Form, given: Mapping[str, Any]) -> dict[str, Any]:
    """What of a form's answers was written there: what is only suggested may be something else the next time."""
    return {name: item for name, item in given.items() if _said(item) != _said(form.given.get(name))}


def _said(item: Any) -> Any:
    if isinstance(item, tuple | list):
        return [str(each) for each in item] or ""
    return "" if item is None else clean(str(item))


SHOWN = "(shown)"
"""Where answers so far keep what was recorded of them when their form was shown, by question. None has such a name."""


def caught_up(
    questions: Sequence[Answerable], request: Request, given: Mapping[str, Any], *, sent: bool = False
) -> dict[str, Any]:
    """Answers so far, with what was recorded elsewhere since their form was shown: new lines come to those that were
    typed, and what was taken back goes. What is no text is what it was said to be last."""
    now = {each.name: item for each in questions if each.recorded and (item := each.recorded(request))}
    shown = given.get(SHOWN, {})
    made = dict(given)
    for question in questions:
        name = question.name
        before, after = shown.get(name), now.get(name)
        if before == after or name not in given:
            continue
        if isinstance(question, Words):
            made[name] = _together(*(str(item or "").splitlines() for item in (given[name], before, after)))
        elif not sent:
            del made[name]
    return {**made, SHOWN: now} if now or shown else made


def _together(typed: Sequence[str], before: Sequence[str], after: Sequence[str]) -> str:
    stands = [line for line in after if line in typed or line not in before]
    return "\n".join((*stands, *(line for line in typed if line not in after and line not in before)))


def differs(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether what is said now answers a question otherwise than before."""
    both = ((before[name], item) for name, item in now.items() if before.get(name) and item)
    return any(_comparable(was) != _comparable(item) for was, item in both)


def _comparable(item: Any) -> Any:
    return list(item) if isinstance(item, tuple) else item


def not_asked(
    route: Route, request: Request, args: Mapping[str, Any], given: Mapping[str, Any]
) -> tuple[str, ...]:
    """What was written into a form whose questions have changed since, to those that are gone."""
    own = tuple(each.own for each in route.questions if isinstance(each, Sheet) and each.own)
    theirs = {name: str(item) for name, item in given.items() if own and item and name.startswith(own)}
    asked = {question.name for question in questions_of(route, request, args)} if theirs else ()
    return tuple(words for name, words in theirs.items() if name not in asked)


def _drawn(question: Answerable, request: Request) -> Answerable:
    beside = question.beside(request) if callable(question.beside) else question.beside
    if isinstance(question, Choice):
        return replace(question, suggested=None, recorded=None, beside=beside, missing=None)
    return replace(question, suggested=None, recorded=None, beside=beside)


def settled(route: Route, request: Request, args: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments from a button: those that answer a question are turned into what the handler expects."""
    asked = {question.name: question for question in route.questions}
    return {
        name: answer(_ready(asked[name], request), item, request)
        if name in asked and item is not None
        else item
        for name, item in args.items()
    }


def arguments(
    route: Route, request: Request, args: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Everything that the handler is called with; raises Problem naming the first question with a bad answer."""
    made = settled(route, request, args)
    for question in route.questions:
        if isinstance(question, Sheet):
            made[question.name] = _sheet(question, request, args, given)
        elif question.name in args:
            continue
        elif (raw := given.get(question.name)) not in (None, "", ()):
            made[question.name] = answer(_ready(question, request), raw, request)
        elif question.required:
            raise Problem(Phrase("Please answer this; it is needed."), question=question.name)
    return {**{name: item for name, item in route.defaults.items() if name not in made}, **made}


def _sheet(
    sheet: Sheet, request: Request, args: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for question in _unfolded(sheet, request, args):
        raw = given.get(question.name)
        if raw not in (None, "", ()):
            answers[question.name] = answer(_ready(question, request), raw, request)
        elif question.required:
            raise Problem(Phrase("Please answer this; it is needed."), question=question.name)
    return answers


def lacks(route: Route, request: Request, args: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    """Whether a required answer is missing, so that the form must be asked. An empty sheet counts as missing."""
    for question in route.questions:
        if isinstance(question, Sheet):
            inner = _unfolded(question, request, args)
            if not any(given.get(asked.name) not in (None, "") for asked in inner):
                return True
        elif question.required and question.name not in args and given.get(question.name) in (None, "", ()):
            return True
    return False


def has_all(route: Route, request: Request, given: Mapping[str, Any]) -> bool:
    """Whether a route needs answers, and has them all."""
    needs = any(isinstance(question, Sheet) or question.required for question in route.questions)
    return needs and not lacks(route, request, {}, given)


def raw(item: Any) -> Any:
    """A typed answer as it is kept in a draft."""
    if isinstance(item, Person):
        return item.id
    if isinstance(item, tuple | list):
        return tuple(raw(part) for part in item)
    if isinstance(item, date):
        return item.isoformat()
    if isinstance(item, time):
        return item.strftime("%H:%M")
    return item if item is None or isinstance(item, int | float) else clean(str(item))


def typed(given: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as they stand in a form, as they are kept; a platform may name questions that no form has."""
    return {name: raw(item) for name, item in given.items() if name != SHOWN}


def known_everywhere(route: Route, request: Request, given: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as they are kept in a draft, colleagues by their own ids: it may be finished on another platform."""
    colleagues = {question.name for question in route.questions if isinstance(question, Colleague)}
    return {
        name: _by_id(item, request) if name in colleagues else item for name, item in typed(given).items()
    }


def _by_id(picked: Any, request: Request) -> Any:
    if isinstance(picked, tuple):
        return tuple(_by_id(one, request) for one in picked)
    person = request.store.directory.with_account(request.platform, str(picked))
    return person.id if person else picked


# One question at a time --------------------------------------------------------------------------------------------


def ask(request: Request, form: Form, position: int, found: tuple[Person, ...] | None = None) -> Asked:
    """The form at a question, with its choices and controls as buttons (not sealed yet)."""
    question = form.questions[position]
    choices = _choices(request, form, question, found)
    return Asked(form, position, choices, _controls(form, question, position))


def _choices(
    request: Request, form: Form, question: Answerable, found: tuple[Person, ...] | None
) -> tuple[Button, ...]:
    def offer(label: Text, item: Any) -> Button:
        return Button(
            label, Press("form.answer", {"draft": form.draft, "question": question.name, "value": item})
        )

    if isinstance(question, Choice) and isinstance(question.options, tuple):
        return tuple(offer(option.label, option.value) for option in question.options)
    if isinstance(question, Scale):
        return tuple(offer(Verbatim(str(n)), str(n)) for n in range(question.low, question.high + 1))
    if isinstance(question, Colleague):
        people = near(request, question) if found is None else found
        directory = request.store.directory
        return tuple(offer(Verbatim(told_apart(person, directory)), person.id) for person in people[:FEW])
    if isinstance(question, Day):
        return (offer(Phrase("Today"), "today"), offer(Phrase("Tomorrow"), "tomorrow"))
    return ()


def near(request: Request, question: Colleague) -> tuple[Person, ...]:
    """The colleagues whom a person most likely means: manager, reports, team."""
    directory = request.store.directory
    manager = directory.manager_of(request.actor.id, request.now.date())
    reports = directory.reports_of(request.actor.id, request.now.date())
    team = [p for p in directory.active() if p.team and p.team == request.actor.team]
    people = [*([directory.people[manager]] if manager else []), *reports, *team]
    seen = dict.fromkeys(p for p in people if p.active and (question.yourself or p.id != request.actor.id))
    return tuple(seen)


def _controls(form: Form, question: Answerable, position: int) -> tuple[Button, ...]:
    def control(label: Phrase, what: str) -> Button:
        step = {"draft": form.draft, "what": what, "question": question.name}
        return Button(label, Press("form.step", step))

    made = []
    if isinstance(question, Colleague) and question.most > 1 and form.given.get(question.name):
        made.append(control(Phrase("That is everybody"), "next"))
        made.append(control(Phrase("Choose anew"), "anew"))
    in_parts = isinstance(question, Words) and question.in_parts and form.given.get(question.name)
    if in_parts:
        made.append(control(Phrase("That is all"), "next"))
        made.append(control(Phrase("Write it anew"), "anew"))
    if position:
        made.append(control(Phrase("Back"), "back"))
    if not in_parts and (not question.required or form.given.get(question.name)):
        made.append(control(Phrase("Skip"), "skip"))
    made.append(control(Phrase("Save and stop"), "stop"))
    return tuple(made)


def has_control(form: Form, position: int, what: str) -> bool:
    """Whether a question of the form has a control of this kind under it."""
    shown = (button.does for button in _controls(form, form.questions[position], position))
    return any(press is not None and press.args.get("what") == what for press in shown)


def options_label(options: tuple[Option, ...], item: str) -> Text:
    """How a stored option reads."""
    return next((option.label for option in options if option.value == item), Verbatim(item))
