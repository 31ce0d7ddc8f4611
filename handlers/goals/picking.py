"""Which of their goals or key results somebody means: by its number, or from the list of their own."""

from __future__ import annotations

from handlers.goals import goal as goals
from handlers.kit.access import Rule
from handlers.kit.forms import Option
from handlers.kit.problems import Problem
from handlers.kit.requests import Request
from handlers.kit.text import Phrase

NONE_YET = {
    "goal": Phrase("You have no goals yet. Write one first, with /goals add."),
    "result": Phrase("You have no key results yet. Write a goal first, with /goals add."),
}


_CALLED = ("{}", "#{}", "{}.", "{}:")


def my_goals(request: Request) -> tuple[Option, ...]:
    """The asker's open goals, as they call them."""
    rows = request.store.goals.of(request.actor.id, reader=request.actor.id)
    return tuple(
        Option(row.id, goals.numbered(row), also=(str(row.number), f"#{row.number}")) for row in rows
    ) or (Option("", Phrase("You have no goals yet")),)


def my_results(request: Request) -> tuple[Option, ...]:
    """The key results that somebody may say something about, as they call them."""
    rows = request.store.goals.mine(request.actor.id)
    return tuple(
        Option(row.id, goals.numbered(row), also=tuple(form.format(row.number) for form in _CALLED))
        for row in rows
    ) or (Option("", Phrase("You have no key results yet")),)


def allow(request: Request, rule: Rule, *, question: str, **picked: str) -> None:
    """Raise Problem unless a `goal` or a `result` was picked and the rule lets the asker: it was picked in a form, so
    the door could not ask."""
    ((what, item),) = picked.items()
    if not item:
        raise Problem(NONE_YET[what], question=question)
    if not rule.check(request, picked):
        raise Problem(rule.refusal)
