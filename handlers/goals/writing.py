"""Writing a goal and what it is measured by: in one line or in a form, changed and ended with a trace."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from handlers.goals import advice, aligning
from handlers.goals import goal as goals
from handlers.goals.aligning import my_goals
from handlers.goals.cycles import end_of_quarter
from handlers.goals.goal import COMPANY, PERSON, TEAM, changers, feature
from handlers.goals.numbers import Typed, read_number, whole_number
from handlers.goals.scoring import ONE, Direction, Measure, Mistake
from handlers.kit.access import everyone
from handlers.kit.cards import Button, Card, Note, Section
from handlers.kit.forms import Choice, Day, Option, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text, Verbatim
from storage.goals import Goal
from storage.policy import Kind

KINDS: Mapping[str, Kind] = {
    "everybody": Kind.GOAL_COMPANY,
    "team": Kind.GOAL_TEAM,
    "private": Kind.GOAL_PRIVATE,
}
_SIGHT: Mapping[Kind, str] = {kind: name for name, kind in KINDS.items()}


def _levels(request: Request) -> tuple[Option, ...]:
    """For whom somebody may write a goal: themselves; their team, who leads one; the company, who leads it, or HR."""
    directory, me = request.store.directory, request.actor
    leads = bool(directory.reports_of(me.id, request.today))
    top = leads and directory.manager_of(me.id, request.today) is None
    options = [Option(PERSON, Phrase("Mine"), also=("me", "我", "个人"))]
    if leads:
        options.append(Option(TEAM, Phrase("My team's"), also=("team", "团队")))
    if top or me.role == "hr":
        options.append(Option(COMPANY, Phrase("The company's"), also=("company", "公司")))
    return tuple(options)


SIGHT = (
    Option("team", Phrase("Managers and my team"), also=("上级和我的团队", "团队")),
    Option(
        "everybody",
        Phrase("Everybody in the company"),
        also=("all", "company", "公司所有人", "所有人", "公司"),
    ),
    Option("private", Phrase("My managers only"), also=("仅我的上级", "仅上级", "私密")),
)

Title = Annotated[
    str,
    Words(
        Phrase("What do you want to reach?"),
        help=Phrase("One sentence, without numbers."),
        longest=200,
        lines=False,
    ),
]
Purpose = Annotated[str, Words(Phrase("Why does it matter?"), longest=1000)]
Level = Annotated[str, Choice(Phrase("Whose goal is it?"), options=_levels)]
Sight = Annotated[str, Choice(Phrase("Who sees it?"), options=SIGHT)]
Until = Annotated[
    date,
    Day(
        Phrase("Until when?"),
        lead=("by", "until", "截止", "到"),
        suggested=lambda request: end_of_quarter(request.today).isoformat(),
    ),
]


def _audience(request: Request, args: Mapping[str, Any]) -> Text:
    return Phrase("Seen by whom you choose below: your managers in any case. You can change it later.")


@feature.command(
    "goals add",
    allow=everyone,
    also=("目标 新建", "新建目标"),
    examples=("New customers find their way alone", "新客户自己就能上手"),
    seen_by=_audience,
    title=Phrase("A new goal"),
)
def add(
    request: Request,
    title: Title,
    level: Level = PERSON,
    sight: Sight = "",
    until: Until | None = None,
    purpose: Purpose = "",
) -> Reply:
    """Write down a goal."""
    ends_on = until or end_of_quarter(request.today)
    _refuse_past(request, ends_on)
    sight = sight or ("everybody" if level == COMPANY else "team")
    row = request.store.goals.add(
        request.actor.id,
        author=request.actor.id,
        kind=KINDS[sight],
        title=_one_line(title),
        purpose=purpose,
        level=level,
        unit=request.actor.team if level == TEAM else "",
        begins_on=min(request.today, ends_on),
        ends_on=ends_on,
    )
    return Reply(show=card(request, row, Phrase("Your goal is written down.")))


def _refuse_past(request: Request, ends_on: date) -> None:
    if ends_on < request.today:
        raise Problem(Phrase("This day is over. Pick today or a later one."), question="until")


def _one_line(words: str) -> str:
    return " ".join(words.split())


def card(request: Request, row: Goal, title: Text) -> Card:
    """A goal after something was done to it, with what may be done next."""
    request.store.touch(row.subject_id)
    (each,) = goals.standing(request, [row])
    more = Phrase("Add a key result")
    return Card(
        title,
        Section(goals.lines(request, each)),
        *(Note(words) for words in advice.hints(each)),
        Button(more, measure.bind(goal=row.id), style="plain" if each.results else "primary"),
        Button(Phrase("Change"), edit.bind(goal=row.id)),
        *aligning.button(request, row),
        Button(
            Phrase("End it"),
            end.bind(goal=row.id),
            confirm=Phrase("It leaves your list, and its past stays readable. You can open it again."),
        ),
        Note(goals.audience(request, {"goal": row.id})),
    )


# Changing it ---------------------------------------------------------------------------------------------------------


@feature.button(allow=changers)
def edit(request: Request, goal: str) -> Reply:
    """Change a goal, with what it says now in the form."""
    return to_change(goals.bound_goal(request, goal))


def to_change(row: Goal) -> Reply:
    """The form that changes a goal, with what it says now."""
    given = {
        "title": row.title,
        "sight": _SIGHT[Kind(row.kind)],
        "until": row.ends_on.isoformat(),
        "purpose": row.purpose,
    }
    return Reply(ask=change.bind(goal=row.id), given={name: item for name, item in given.items() if item})


@feature.button(allow=changers, seen_by=goals.audience, title=Phrase("Change the goal"))
def change(
    request: Request,
    goal: str,
    title: Title,
    sight: Sight = "",
    until: Until | None = None,
    purpose: Purpose = "",
) -> Reply:
    """Change a goal. What it was before stays readable."""
    row = goals.bound_goal(request, goal)
    wanted: dict[str, Any] = {"title": _one_line(title), "purpose": purpose or row.purpose}
    if sight:
        wanted["kind"] = KINDS[sight]
    if until and until != row.ends_on:
        _refuse_past(request, until)
        wanted["ends_on"] = until
    changed = {name: item for name, item in wanted.items() if getattr(row, name) != item}
    if changed:
        request.store.goals.change(row, "edited", by=request.actor.id, **changed)
    return Reply(show=card(request, row, Phrase("Changed.") if changed else Phrase("Nothing was changed.")))


@feature.button(allow=changers)
def end(request: Request, goal: str) -> Reply:
    """End a goal: it is reached, or not wanted any more."""
    row = goals.bound_goal(request, goal)
    if row.state == "open":
        request.store.goals.change(row, "closed", by=request.actor.id, state="closed", closed_at=request.now)
    request.store.touch(row.subject_id)
    return Reply(
        show=Card(
            Phrase("Ended: {title}", title=Verbatim(row.title)),
            Button(Phrase("Open it again"), reopen.bind(goal=row.id)),
        )
    )


@feature.button(allow=changers)
def reopen(request: Request, goal: str) -> Reply:
    """Open an ended goal again."""
    row = goals.bound_goal(request, goal)
    if row.state != "open":
        request.store.goals.change(row, "reopened", by=request.actor.id, state="open", closed_at=None)
    return Reply(show=card(request, row, Phrase("It is open again.")))


# What it is measured by ----------------------------------------------------------------------------------------------

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


def _amount(label: Text, help: Text | None = None) -> Any:
    return Words(label, help=help, longest=40, lines=False)


What = Annotated[
    str,
    Words(
        Phrase("How will you notice?"),
        help=Phrase("In one line: “sign-ups from 100 to 500”, “churn from 5% to 3%”, “launched in Japan”."),
        longest=200,
        lines=False,
    ),
]
Way = Annotated[str, Choice(Phrase("What is good?"), options=DIRECTIONS)]
From = Annotated[str, _amount(Phrase("Where does it stand today?"))]
To = Annotated[str, _amount(Phrase("Where should it be?"), Phrase("For a band: its lower end."))]
High = Annotated[str, _amount(Phrase("The upper end, for a band"))]
Stretch = Annotated[str, _amount(Phrase("A stretch beyond it, if you like"))]
Unit = Annotated[str, Words(Phrase("In which unit?"), longest=20, lines=False)]
Weight = Annotated[
    str,
    _amount(
        Phrase("How much does it weigh?"), Phrase("1 unless you say otherwise; 0 is tracked and not counted.")
    ),
]


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
    what: What,
    way: Way = "",
    begin: From = "",
    target: To = "",
    high: High = "",
    stretch: Stretch = "",
    unit: Unit = "",
    weight: Weight = "",
) -> Reply:
    """Add what a goal of yours is measured by."""
    if not to_goal:
        raise Problem(Phrase("You have no goals yet. Write one first, with /goals add."), question="to_goal")
    if not changers.check(request, {"goal": to_goal}):
        raise Problem(changers.refusal)
    return _measured(request, to_goal, what, way, begin, target, high, stretch, unit, weight)


@feature.button(allow=changers, seen_by=goals.audience, title=Phrase("A new key result"))
def measure(
    request: Request,
    goal: str,
    what: What,
    way: Way = "",
    begin: From = "",
    target: To = "",
    high: High = "",
    stretch: Stretch = "",
    unit: Unit = "",
    weight: Weight = "",
) -> Reply:
    """Add what this goal is measured by."""
    return _measured(request, goal, what, way, begin, target, high, stretch, unit, weight)


def _measured(
    request: Request,
    goal: str,
    what: str,
    way: str,
    begin: str,
    target: str,
    high: str,
    stretch: str,
    unit: str,
    weight: str,
) -> Reply:
    row = goals.bound_goal(request, goal)
    said = _in_one_line(request, what) if not (begin or target) else None
    title, measured, of = said or _in_fields(request, way, begin, target, high, stretch, unit)
    if mistake := measured.mistake():
        raise _problem(mistake)
    added = request.store.goals.measure(
        row,
        author=request.actor.id,
        title=title or _one_line(what),
        direction=measured.direction.value,
        start=measured.start,
        target=measured.target,
        high=measured.high,
        stretch=measured.stretch,
        unit=unit or of,
        weight=_weight(request, weight),
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
    found = _SPAN.match(_one_line(what))
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


def _in_fields(
    request: Request, way: str, begin: str, target: str, high: str, stretch: str, unit: str
) -> _Made:
    start, aim, upper, beyond = (
        _number(request, words, name) if words else None
        for name, words in (("begin", begin), ("target", target), ("high", high), ("stretch", stretch))
    )
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
    return "", measured, "%" if percent and not unit else ""


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
