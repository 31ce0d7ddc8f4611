"""The commands as one reader sees them: those open to them, in their language, with an example that works."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from itertools import cycle
from typing import Any

from handlers.kit import grammar
from handlers.kit.access import everyone, managers
from handlers.kit.asking import heard_by, near, questions_of
from handlers.kit.cards import Button
from handlers.kit.characters import simpler
from handlers.kit.dates import read_day
from handlers.kit.features import Feature, Route
from handlers.kit.forms import Colleague, Day, Sheet, Words
from handlers.kit.labels import begins_labelled
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.kit.typed import folded
from handlers.kit.vocabulary import vocabulary
from handlers.preferences import courtesies
from handlers.preferences.home import feature

KUDOS = "kudos.give"
"""The command that thanks a colleague."""
CONFIDENCE = "feedback.confidential"
"""The command that keeps nothing of a confidence, and offers its form."""
SOMEBODY = re.compile(r"@(\w+)")
"""A colleague in the examples that features give."""


def every_feature() -> tuple[Feature, ...]:
    """All features, in the order of help."""
    from handlers import FEATURES  # this feature is one of them: the list is whole only once all are imported

    return FEATURES


def commands(request: Request, feature: Feature) -> tuple[Route, ...]:
    """The commands of a feature that this reader may use: each main one, then those that begin with its word."""
    mine = [
        route
        for route in feature.routes
        if route.words and not route.hidden and route.allow.check(request, {})
    ]
    heads = list(dict.fromkeys(route.words.split()[0] for route in mine))
    return tuple(
        sorted(mine, key=lambda route: (heads.index(route.words.split()[0]), route.words.count(" ")))
    )


def words_of(route: Route, language: str) -> str:
    """What to type for a command, in the reader's language, on every platform."""
    if language == "zh" and (own := next((words for words in route.also if not words.isascii()), "")):
        return f"/upbeat {own}"
    shorts = {each.words for feature in every_feature() for each in feature.routes if each.short}
    return f"/{route.words}" if route.words.split()[0] in shorts else f"/upbeat {route.words}"


def examples_of(request: Request, route: Route) -> tuple[str, ...]:
    """What to type for its examples, with a colleague whom the reader has."""
    chinese = [example for example in route.examples if not example.isascii()]
    wanted = [example for example in route.examples if example.isascii()]
    if request.actor.language == "zh" and chinese:
        wanted = chinese
    head = words_of(route, request.actor.language)
    typed = (f"{head} {example}".strip() for example in wanted if example)
    return tuple(_with_colleagues(request, route, example) for example in typed)


def _with_colleagues(request: Request, route: Route, example: str) -> str:
    directory = request.store.directory
    # What only managers may do is about those who report to them.
    theirs = directory.reports_of(request.actor.id, request.now.date()) if route.allow is managers else ()
    known = (*theirs, *near(request, Colleague(Phrase("Whom?"))), *directory.active())
    names = cycle(dict.fromkeys(person.name for person in known if person.id != request.actor.id))
    return SOMEBODY.sub(lambda found: f"@{next(names, found.group(1))}", example)


def line(request: Request, route: Route) -> Text:
    """A command and what it does, on one line."""
    words = words_of(route, request.actor.language)
    # Where one can tap it, one word is the whole command; of more words only the first would be sent.
    command = Verbatim(words) if " " in words else Phrase(words)
    return Phrase("{command}: {help}", command=command, help=route.help)


_AT = re.compile(r"[@＠]")
_SIGNS = re.compile(r"[\s?？!！.。,，]*")
"""What ends a question, and answers none."""

# What was meant ------------------------------------------------------------------------------------------------------


def bare(said: str) -> str:
    """What was said without the slash and the root's name."""
    return re.sub(r"^[/／]?\s*(upbeat(\s+|$))?", "", said.strip(), flags=re.IGNORECASE)


def feature_called(about: str) -> Feature | None:
    """The feature of this name, or with a command of these words in any language."""
    wanted = folded(bare(about))
    for one in every_feature():
        words = (one.name, one.name.replace("_", " "), one.title.template)
        spoken = (each for route in one.routes for each in (route.words, *route.also) if each)
        if wanted and wanted in {folded(each) for each in (*words, *spoken)}:
            return one
    return None


def nearest(request: Request, said: str) -> Route | None:
    """The command whose questions these words answer, or that they begin with but for a slip, or name on their way, or
    most likely mistype, of those that are open to this reader."""
    mine = _open_to(request)
    if (route := _plainly_meant(request, said, mine)) is not None:
        return route
    known, plain = vocabulary(*mine), simpler(said)
    named = [(len(found.group()), n) for n, route in enumerate(mine) if (found := _within(route, plain))]
    return mine[max(named)[1]] if named else known.nearest(said)


def _called(name: str) -> Route:
    return next(route for one in every_feature() for route in one.routes if route.name == name)


def _open_to(request: Request) -> list[Route]:
    return [route for one in every_feature() for route in commands(request, one)]


def _plainly_meant(request: Request, said: str, mine: Sequence[Route]) -> Route | None:
    """The command whose questions these words answer, or that they begin with but for a slip, or that thanks."""
    answered = (route for route in mine if route.short and _answers(request, route, said))
    if (route := next(answered, None)) is not None:
        return route
    if courtesies.thanks_for(bare(said)):
        return next(route for route in mine if route.name == KUDOS)
    return vocabulary(*mine).mistyped(said)


def in_confidence(request: Request, said: str) -> Route | None:
    """What answers words that are meant for few ("this is confidential, but …"), and for no command."""
    route = _called(CONFIDENCE)
    meant = _within(route, simpler(bare(said))) and not _plainly_meant(request, said, _open_to(request))
    return route if meant else None


def _answers(request: Request, route: Route, said: str) -> bool:
    return begins_labelled(said, questions_of(route, request, {}))


def _within(route: Route, plain: str) -> re.Match[str] | None:
    """The longest words of a command in a sentence as `simpler` gives it: "when is my 1on1?", "我想请假到周五"."""
    names = (rf"\b{re.escape(each)}\b" if each.isascii() else re.escape(each) for each in _spoken(route))
    found = (re.search(name, plain, re.IGNORECASE) for name in names)
    return max((each for each in found if each), key=lambda each: len(each.group()), default=None)


def _spoken(route: Route) -> list[str]:
    """The words of a command that mean it in a sentence too; a sign or one Chinese character does not."""
    return [each for each in (route.words, *route.also) if len(each) > 1]


def opening(request: Request, route: Route, said: str) -> Button:
    """A button that does what was meant: with what followed the mistyped words, as answers or in the form."""
    label = Phrase("Yes, {command}", command=Verbatim(words_of(route, request.actor.language)))
    rest = _rest(request, route, said)
    if any(isinstance(question, Sheet) for question in route.questions):
        return Button(label, fill.bind(route=route.name, rest=rest), style="primary")
    return Button(label, route.bind(**_given(request, route, rest)), style="primary")


@feature.button(allow=everyone)
def fill(request: Request, route: str, rest: str) -> Reply:
    """Open the form of what was meant, with what was said already in it."""
    meant = _called(route)
    return Reply(ask=meant.bind(), given=_given(request, meant, rest))


def _rest(request: Request, route: Route, said: str) -> str:
    """What of the words answers the questions of the command that was meant."""
    if _answers(request, route, said):
        return said.strip()
    thanks = courtesies.thanks_for(bare(said)) if route.name == KUDOS else ""
    before = _named_before(route, said) or _day_before(request, route, said)
    return thanks or before + _after(route, said)


def _named_before(route: Route, said: str) -> str:
    """The colleague who stands before the words of a command which asks for one first: 给 @ben 点赞."""
    first = route.questions[0] if route.questions else None
    found = _within(route, simpler(said)) if isinstance(first, Colleague) else None
    at = _AT.search(said, 0, found.start()) if found else None
    return f"{said[at.start() : found.start()].strip()} " if found and at else ""


def _day_before(request: Request, route: Route, said: str) -> str:
    """The day that stands before the words of a command which asks for one first: 我明天请假一天."""
    found = _within(route, said) if isinstance(route.questions[0] if route.questions else None, Day) else None
    day = read_day(said[: found.start()], request.today, request.actor.language) if found else None
    return f"{day.text} " if day else ""


def _given(request: Request, route: Route, rest: str) -> dict[str, Any]:
    questions = heard_by(route, request, {})
    try:
        return grammar.read(rest, request, questions).given
    except Problem:  # whom they mention is nobody's name; the words stay
        free = (question.name for question in questions if isinstance(question, Words))
        return {name: rest for name in list(free)[:1]}


def _after(route: Route, said: str) -> str:
    """What stands behind the words of the command, or those that resemble them the most."""
    if found := _within(route, simpler(said)):
        return "" if _SIGNS.fullmatch(said, found.end()) else said[found.end() :].strip()
    parts = re.split(r"\s+", bare(said))
    names = [folded(words) for words in (route.words, *route.also)]

    def likeness(count: int) -> float:
        tried = folded(" ".join(parts[:count]))
        return max(difflib.SequenceMatcher(None, tried, name).ratio() for name in names)

    best = max(range(1, min(len(parts), 2) + 1), key=likeness)
    return " ".join(parts[best:])
