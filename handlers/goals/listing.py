"""Goals one below the other, each with the button that opens it; of many, the first ones, and how many more."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from handlers.goals import goal as goals
from handlers.goals.goal import Standing
from handlers.kit.cards import Button, Note, Part, Press, Section
from handlers.kit.requests import Request
from handlers.kit.text import Lines, Phrase, Plural, Text
from storage.goals import Goal

MOST = 12
"""Goals on one card; the rest is counted."""


def opener(goal: Goal) -> Button:
    """The button that opens a goal."""
    return Button(Phrase("Open"), Press("goals.show", {"goal": goal.id}))


def listed(
    request: Request, rows: Sequence[Goal], line: Callable[[Standing], Text] = goals.headline
) -> tuple[Part, ...]:
    """The first of these goals as far as they are, each as its `line` says, and how many more there are."""
    return told(goals.standing(request, rows[:MOST]), len(rows), line)


def told(found: Sequence[Standing], count: int, line: Callable[[Standing], Text]) -> tuple[Part, ...]:
    """The same for goals that are looked up already, of so many."""
    return (*(Section(line(each), button=opener(each.goal)) for each in found[:MOST]), *more(count - MOST))


def more(rest: int) -> tuple[Part, ...]:
    """How many goals are not shown."""
    return (Note(Plural("And {n} more goal.", "And {n} more goals.", n=rest)),) if rest > 0 else ()


def with_owner(request: Request) -> Callable[[Standing], Text]:
    """A goal with who answers for it."""
    return lambda each: Lines((goals.headline(each), goals.owner_line(request, each.goal)))
