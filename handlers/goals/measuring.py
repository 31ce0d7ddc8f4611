"""What a goal is measured by: said in one line, or in a form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from handlers.goals import goal as goals
from handlers.goals.goal import changers, feature
from handlers.goals.numbers import Typed, read_number, whole_number
from handlers.goals.picking import allow, my_goals
from handlers.goals.scoring import ONE, Direction, Measure, Mistake
from handlers.goals.writing import card
from handlers.kit.access import everyone
from handlers.kit.forms import Choice, Option, Sheet, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text, Verbatim

DIRECTIONS = (
    Option(Direction.UP, Phrase("It should rise"), also=("越高越好", "上升", "增加")),
    Option(Direction.DOWN, Phrase("It should fall"), also=("越低越好", "下降", "减少")),
    Option(Direction.BAND, Phrase("It should stay between two values"), also=("保持在区间内", "区间")),
    Option(
        Direction.MILESTONE,
        Phrase("Steps, one after the other"),
        also=("steps", "里程碑（一步步完成）", "里程碑"),
    ),
    Option(Direction.YES_NO, Phrase("Yes or no"), also=("yes/no", "是/否", "是否")),
)


def _amount(name: str, label: Text, help: Text | None = None) -> Words:
    return Words(label, name=name, required=False, help=help, longest=40, lines=False)


QUESTIONS = (
    Words(
        Phrase("How will you notice?"),
        name="what",
        help=Phrase("In one line: “sign-ups from 100 to 500”, “churn from 5% to 3%”, “launched in Japan”."),
        longest=200,
        lines=False,
    ),
    Choice(Phrase("What is good?"), name="way", required=False, options=DIRECTIONS),
    _amount("begin", Phrase("Where does it stand today?")),
    _amount("target", Phrase("Where should it be?"), Phrase("For a band: its lower end.")),
    _amount("high", Phrase("The upper end, for a band")),
    _amount("stretch", Phrase("A stretch beyond it, if you like")),
    Words(Phrase("In which unit?"), name="unit", required=False, longest=20, lines=False),
    _amount(
        "weight",
        Phrase("How much does it weigh?"),
        Phrase("1 unless you say otherwise; 0 is tracked and not counted."),
    ),
)
How = Annotated[dict[str, str], Sheet(Phrase("A new key result"), of=lambda request, args: QUESTIONS)]


@feature.command(
    "goals result",
    allow=everyone,
    also=("目标 关键结果", "添加关键结果"),
    examples=("1 sign-ups from 100 to 500", "1 注册数从 100 到 500"),
    seen_by=Phrase("Seen by whoever sees the goal."),
    title=Phrase("A new key result"),
)
def result(
    request: Request,
    to_goal: Annotated[str, Choice(Phrase("Of which goal?"), options=my_goals)],
    how: How,
) -> Reply:
    """Add what a goal of yours is measured by."""
    allow(request, changers, question="to_goal", goal=to_goal)
    return _measured(request, to_goal, how)


@feature.button(allow=changers, seen_by=goals.audience, title=Phrase("A new key result"))
def measure(request: Request, goal: str, how: How) -> Reply:
    """Add what this goal is measured by."""
    return _measured(request, goal, how)


def _measured(request: Request, goal: str, how: Mapping[str, str]) -> Reply:
    row, what = goals.bound_goal(request, goal), how["what"]
    said = None if how.get("begin") or how.get("target") else _in_one_line(request, what)
    title, measured, of = said or _in_fields(request, how)
    if mistake := measured.mistake():
        raise _problem(mistake)
    added = request.store.goals.measure(
        row,
        author=request.actor.id,
        title=title or goals.one_line(what),
        direction=measured.direction.value,
        start=measured.start,
        target=measured.target,
        high=measured.high,
        stretch=measured.stretch,
        unit=how.get("unit") or of,
        weight=_weight(request, how.get("weight", "")),
        value=measured.start if measured.direction in (Direction.UP, Direction.DOWN) else None,
    )
    words = Phrase(
        "Key result {number} is added. Say how far it is with {command}",
        number=added.number,
        command=Verbatim(f"/goals update {added.number} …"),
    )
    return Reply(show=card(request, row, words))


def _weight(request: Request, weight: str) -> Decimal:
    if not weight:
        return ONE
    typed = _number(request, weight, "weight")
    if typed.value < 0:
        raise _problem(Mistake.NEGATIVE_WEIGHT)
    return typed.value


_Made = tuple[str, Measure, str]
"""A title ("" where the words are all title), a measure, and a unit."""

_SPAN = re.compile(
    r"^(?P<title>.*?)[\s,，:：]*(?:from|从|由)\s*(?P<start>\S+?)\s*(?:to|到|至|→|->)\s*(?P<target>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)


def _in_one_line(request: Request, what: str) -> _Made | None:
    """What “sign-ups from 100 to 500 users” says, or None when it says nothing of the kind."""
    found = _SPAN.match(goals.one_line(what))
    if found is None or not found["title"].strip():
        return None
    zone = request.actor.zone
    start, target = read_number(found["start"], zone=zone), read_number(found["target"], zone=zone)
    if start is None or target is None or found["start"][start.length :]:
        return None
    rest = found["target"][target.length :].strip(" .。")
    unit = "%" if target.percent else rest
    if len(unit) > 20:
        return None
    way = Direction.DOWN if target.value < start.value else Direction.UP
    return found["title"].strip(), Measure(way, target.value, start.value), unit


def _in_fields(request: Request, how: Mapping[str, str]) -> _Made:
    start, aim, upper, beyond = (
        _number(request, how[name], name) if how.get(name) else None
        for name in ("begin", "target", "high", "stretch")
    )
    way = how.get("way")
    direction = Direction(way) if way else _likely(start, aim, upper)
    if direction is Direction.YES_NO:
        return "", Measure(direction, ONE), ""
    if aim is None:
        raise Problem(Phrase("Where should it be? Give a number, or choose “yes or no”."), question="target")
    percent = any(typed and typed.percent for typed in (start, aim, upper))
    measured = Measure(
        direction,
        aim.value,
        start.value if start else None if direction is Direction.BAND else Decimal(0),
        upper.value if upper and direction is Direction.BAND else None,
        beyond.value if beyond and direction in (Direction.UP, Direction.DOWN) else None,
    )
    return "", measured, "%" if percent and not how.get("unit") else ""


def _likely(start: Typed | None, aim: Typed | None, upper: Typed | None) -> Direction:
    if aim is None:
        return Direction.YES_NO
    if upper is not None:
        return Direction.BAND
    return Direction.DOWN if start and aim.value < start.value else Direction.UP


def _number(request: Request, words: str, question: str) -> Typed:
    try:
        return whole_number(words, zone=request.actor.zone)
    except Problem as problem:
        raise Problem(problem.words, question=question) from None


_MISTAKES: Mapping[Mistake, tuple[str, Phrase]] = {
    Mistake.SAME: (
        "target",
        Phrase(
            "It starts where it should end, so nothing could be measured. For a value to hold, choose the band."
        ),
    ),
    Mistake.BACKWARDS: (
        "way",
        Phrase(
            "From this start to this target it goes the other way. Choose the other direction, or change a number."
        ),
    ),
    Mistake.SHORT: ("stretch", Phrase("The stretch lies before the target. It should lie beyond it.")),
    Mistake.EMPTY_BAND: ("high", Phrase("Give the upper end of the band too; it lies above the lower one.")),
    Mistake.NO_STEPS: ("target", Phrase("Say how many steps there are: a whole number, 1 or more.")),
    Mistake.NEGATIVE_WEIGHT: ("weight", Phrase("A weight is 0 or more.")),
}


def _problem(mistake: Mistake) -> Problem:
    question, words = _MISTAKES[mistake]
    return Problem(words, question=question)
