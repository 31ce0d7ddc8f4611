"""Which of their goals or key results somebody means: by its number, or from the list of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from handlers.goals import goal as goals
from handlers.kit.access import Rule
from handlers.kit.forms import Option
from handlers.kit.problems import Problem
from handlers.kit.requests import Request
from handlers.kit.text import Phrase, Text
from storage.goals import KeyResult

NONE_YET = {
    "goal": Phrase("You have no goals yet. Write one first, with /goals add."),
    "result": Phrase("You have no key results yet. Write a goal first, with /goals add."),
    "scorecard": Phrase("You have no scorecard yet. Write one first, with /goals scorecard new."),
}


def no_goal(number: Text) -> Text:
    """What is said of a number that none of the asker's goals has; theirs stand below it."""
    return Phrase("You have no open goal {number}. You have these:", number=number)


def no_scorecard(number: Text) -> Text:
    """The same of scorecards."""
    return Phrase("You have no open scorecard {number}. You have these:", number=number)


def no_goal_or_result(number: Text) -> Text:
    """The same of goals and of what they are measured by."""
    return Phrase("You have no open goal or key result {number}. You have these:", number=number)


def no_result(number: Text) -> Text:
    """The same of key results."""
    return Phrase("You have no open key result {number}. You have these:", number=number)


def _typed(*numbers: str) -> tuple[str, ...]:
    """How people type numbers by which something is called."""
    return tuple(form.format(number) for number in numbers for form in ("{}", "#{}", "{}.", "{}:", "{}："))


def my_goals(request: Request) -> tuple[Option, ...]:
    """The asker's open goals, as they call them."""
    rows = request.store.goals.of(request.actor.id, reader=request.actor.id)
    return tuple(Option(row.id, goals.numbered(row), also=_typed(str(row.number))) for row in rows) or (
        Option("", NONE_YET["goal"]),
    )


def my_scorecards(request: Request) -> tuple[Option, ...]:
    """The asker's open scorecards, as they call them."""
    rows = [
        row
        for row in request.store.goals.of(request.actor.id, reader=request.actor.id)
        if row.form == goals.KPI
    ]
    return tuple(Option(row.id, goals.numbered(row), also=_typed(str(row.number))) for row in rows) or (
        Option("", NONE_YET["scorecard"]),
    )


def my_results(request: Request) -> tuple[Option, ...]:
    """The key results that somebody may say something about, as they call them."""
    rows = request.store.goals.mine(request.actor.id)
    alone = _by_one_number(rows)
    return tuple(
        Option(
            row.id,
            goals.numbered(row),
            also=_typed(row.called, *alone[row.id]),
        )
        for row in rows
    ) or (Option("", NONE_YET["result"]),)


def my_goals_and_results(request: Request) -> tuple[Option, ...]:
    """The asker's open goals and what they are measured by: 1 is the goal here, 1.1 its first key result."""
    own = my_goals(request)
    if not own[0].value:
        return own
    called = {name for option in own for name in option.also}
    results = (option for option in my_results(request) if option.value)
    return *own, *(replace(each, also=tuple(n for n in each.also if n not in called)) for each in results)


def _by_one_number(rows: Sequence[KeyResult]) -> Mapping[str, frozenset[str]]:
    """By which single numbers key results may be called too, where these can mean nothing else: the goal's, if it has
    but one; the place in the goal, if there is but one goal."""
    of_goal = Counter(row.goal_number for row in rows)
    names = {row.id: set[int]() for row in rows}
    for row in rows:
        if of_goal[row.goal_number] == 1:
            names[row.id].add(row.goal_number)
        if len(of_goal) == 1 and (row.number != row.goal_number or row.number == 1):
            names[row.id].add(row.number)
    return {result: frozenset(map(str, found)) for result, found in names.items()}


def allow(request: Request, rule: Rule, *, question: str, **picked: str) -> None:
    """Raise Problem unless a `goal` or a `result` was picked and the rule lets the asker: it was picked in a form, so
    the door could not ask."""
    ((what, item),) = picked.items()
    if not item:
        raise Problem(NONE_YET[what], question=question)
    if not rule.check(request, picked):
        raise Problem(rule.refusal)
