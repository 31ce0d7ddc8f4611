"""Changing what a goal is measured by: what was and what is stands side by side, and one press takes it back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from handlers.goals import advice, changes
from handlers.goals import goal as goals
from handlers.goals.directions import DIRECTIONS
from handlers.goals.goal import changers, feature
from handlers.goals.lines import NO_TARGET, mistaken, number, weight_of
from handlers.goals.numbers import number_alone, retyped
from handlers.goals.picking import allow, my_goals_and_results, no_goal_or_result
from handlers.goals.progress import undo
from handlers.goals.scorecards.parts import is_given
from handlers.goals.scoring import ONE, ZERO, Direction, Measure
from handlers.goals.writing import change, ends_first, to_change
from handlers.kit.access import everyone
from handlers.kit.cards import Button, Card, Menu, Note, Part, Section
from handlers.kit.forms import Choice, Day, Sheet, Words
from handlers.kit.problems import Problem, changed_meanwhile
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Listing, Phrase, Text
from handlers.kit.typed import folded
from storage.goals import Goal, GoalChange, KeyResult
from storage.unit import Conflict

NOTHING = frozenset({"-", "–", "—", "none", "nothing", "no", "无", "没有", "不要"})
"""What people write into a field that is to be empty from now on."""
CORE = frozenset({"title", "direction", "unit", "weight"})
"""What of a template's core its users cannot change."""
_JUDGED = (
    frozenset({"title", "weight", "begins_on", "ends_on"}),
    Phrase("What is judged gets a grade from 0 to 5: only its name, its weight and its days can be changed."),
)
_GIVEN = (
    frozenset({"title", "target", "begins_on", "ends_on"}),
    Phrase("Of bonus points and points off, only the name, the most and the days can be changed."),
)
"""What of a part of a scorecard that is no number of its own can be changed, and what is said to who wants more."""
_MEASURED = frozenset({"direction", "start"})
_EMPTIED = Phrase("Write – to leave it out.")
_SPANNED = (Direction.UP, Direction.DOWN)

Which = Annotated[
    str,
    Choice(Phrase("Which goal or key result?"), options=my_goals_and_results, missing=no_goal_or_result),
]
Name = Annotated[
    str,
    Words(Phrase("What is it called?"), labels=("name", "title", "名称", "标题"), longest=200, lines=False),
]
Way = Annotated[str, Choice(Phrase("What is good?"), options=DIRECTIONS)]
Since = Annotated[date, Day(Phrase("From which day?"), lead=("since", "自"))]
Until = Annotated[date, Day(Phrase("Until which day?"), lead=("until", "by", "截止", "到"), trailing=True)]


def _field(label: Text, *labels: str, help: Text | None = None) -> Words:
    return Words(label, labels=labels, help=help, longest=40, lines=False)


Begin = Annotated[str, _field(Phrase("Where does it start?"), "start", "begin", "起点", "起始值")]
Aim = Annotated[str, _field(Phrase("Where should it be?"), "target", "目标", "目标值")]
High = Annotated[str, _field(Phrase("The upper end, for a band"), "high", "upper", "上限", help=_EMPTIED)]
Stretch = Annotated[
    str, _field(Phrase("A stretch beyond it, if you like"), "stretch", "挑战值", help=_EMPTIED)
]
Unit = Annotated[str, _field(Phrase("In which unit?"), "unit", "单位", help=_EMPTIED)]
Weight = Annotated[str, _field(Phrase("How much does it weigh?"), "weight", "权重")]


@feature.command(
    "goals change",
    allow=everyone,
    also=("目标 修改", "修改关键结果", "goals edit"),
    examples=("1.1 target 600; weight 2", "1.1 目标 600; 权重 2"),
    seen_by=goals.audience,
    title=Phrase("Change a goal or a key result"),
)
def change_result(
    request: Request,
    result: Which,
    since: Since | None = None,
    until: Until | None = None,
    name: Name = "",
    way: Way = "",
    start: Begin = "",
    target: Aim = "",
    high: High = "",
    stretch: Stretch = "",
    unit: Unit = "",
    weight: Weight = "",
) -> Reply:
    """Change a goal or a key result of yours. What it was before stays readable."""
    said = {
        "name": name,
        "way": way,
        "start": start,
        "target": target,
        "high": high,
        "stretch": stretch,
        "unit": unit,
        "weight": weight,
    }
    if goal := goals.goal_of(request, {"goal": result}):
        if not since and not any(said[field] for field in said if field != "name"):
            return _of_goal(request, goal, name, until)
        result = _alone(request, goal)
    allow(request, changers, question="result", result=result)
    goals.refuse_ended(request, {"result": result})
    row = goals.bound_result(request, result)
    if not any((*said.values(), since, until)):
        return _asked(request, row)
    return _changed(request, row, "edited", _wanted(request, row, said, since, until))


def _of_goal(request: Request, row: Goal, name: str, until: date | None) -> Reply:
    """The goal itself is changed, by what it has as well as its key results."""
    allow(request, changers, question="result", goal=row.id)
    goals.refuse_ended(request, {"goal": row.id})
    if not name and until is None:
        return to_change(row)
    return change.handler(request, row.id, title=name or row.title, until=until)


def _alone(request: Request, row: Goal) -> str:
    """The id of the only key result of a goal, of which was said what no goal has. Raises Problem where it has others
    too."""
    found = request.store.goals.results([row.id], reader=request.actor.id)[row.id]
    if not found:
        raise Problem(
            Phrase("Goal {number} has no key result yet. Add one first.", number=row.number),
            question="result",
        )
    if len(found) > 1:
        named = Listing(tuple(goals.numbered(each) for each in found))
        raise Problem(
            Phrase(
                "Say which key result of goal {number} you mean, by its number: {results}.",
                number=row.number,
                results=named,
            ),
            question="result",
        )
    return found[0].id


@feature.button(
    allow=changers, seen_by=goals.audience, title=Phrase("Change the key result"), over=goals.refuse_ended
)
def rewrite(
    request: Request,
    result: str,
    said: Annotated[
        dict[str, Any],
        Sheet(Phrase("Change the key result"), of=lambda request, args: change_result.questions[1:]),
    ],
) -> Reply:
    """Change this key result."""
    return change_result.handler(request, result, **said)


@feature.button(allow=changers, over=goals.refuse_ended)
def edit_result(request: Request, result: str) -> Reply:
    """Change this key result, with what it says now in the form."""
    return _asked(request, goals.bound_result(request, result))


def _asked(request: Request, row: KeyResult) -> Reply:
    """The form, with what it says now."""
    is_number = row.direction != Direction.YES_NO
    numbers = {
        "start": row.start if is_number else None,
        "target": row.target if is_number else None,
        "high": row.high,
        "stretch": row.stretch,
        "weight": row.weight,
    }
    days = {"since": row.begins_on, "until": row.ends_on}
    given = {
        "name": row.title,
        "way": row.direction,
        "unit": row.unit,
        **{name: retyped(value) for name, value in numbers.items() if value is not None},
        **{name: day.isoformat() for name, day in days.items() if day},
    }
    return Reply(ask=rewrite.bind(result=row.id), given={name: item for name, item in given.items() if item})


# What it comes to ----------------------------------------------------------------------------------------------------


def _wanted(
    request: Request, row: KeyResult, said: Mapping[str, str], since: date | None, until: date | None
) -> dict[str, Any]:
    """The new values of what is to change. Raises Problem where they measure nothing."""
    zone = request.actor.zone
    way = Direction(said["way"] or row.direction)
    wanted = {
        "title": goals.one_line(said["name"]) or row.title,
        "direction": way.value,
        **_numbers(row, way, said, zone),
        "unit": _kept(said["unit"], row.unit, ""),
        "weight": weight_of(said["weight"], zone) if said["weight"] else row.weight,
        **_days(request, row, since, until),
    }
    changed = {name: item for name, item in wanted.items() if getattr(row, name) != item}
    if row.locked and CORE & changed.keys():
        raise Problem(
            Phrase(
                "It belongs to the core of its template: only its start, target, stretch and days are yours to change."
            )
        )
    if row.part:
        free, words = _GIVEN if is_given(row.part) else _JUDGED
        if changed.keys() - free:
            raise Problem(words)
    return {**changed, **goals.restated(row, changed)} if changed.keys() & _MEASURED else changed


def _numbers(row: KeyResult, way: Direction, said: Mapping[str, str], zone: str) -> dict[str, Decimal | None]:
    if way is Direction.YES_NO:
        return {"start": None, "target": ONE, "high": None, "stretch": None}

    unit = _kept(said["unit"], row.unit, "")

    def read(name: str, now: Decimal | None) -> Decimal | None:
        if not said[name]:
            return now
        words = number_alone(said[name], unit)
        return None if folded(words) in NOTHING else number(words, name, zone).value

    was_yes_no = row.direction == Direction.YES_NO
    target = read("target", None if was_yes_no else row.target)
    if target is None:
        raise Problem(NO_TARGET, question="target")
    start = read("start", row.start)
    made = {
        "start": ZERO if start is None and way is not Direction.BAND else start,
        "target": target,
        "high": read("high", row.high) if way is Direction.BAND else None,
        "stretch": read("stretch", row.stretch) if way in _SPANNED else None,
    }
    if mistake := Measure(way, **made).mistake():  # type: ignore[arg-type]  # the target is there
        raise mistaken(mistake)
    return made


def _kept(said: str, now: str, none: str) -> str:
    if not said:
        return now
    return none if folded(said) in NOTHING else goals.one_line(said)


def _days(request: Request, row: KeyResult, since: date | None, until: date | None) -> dict[str, date | None]:
    """Days of its own; those of its goal are none of its own."""
    goal = goals.goal_of(request, {"result": row.id})
    assert goal is not None  # the door asked
    begins, ends = since or row.begins_on or goal.begins_on, until or row.ends_on or goal.ends_on
    if ends < begins:
        raise ends_first("until")
    return {
        "begins_on": begins if begins != goal.begins_on else None,
        "ends_on": ends if ends != goal.ends_on else None,
    }


def _changed(request: Request, row: KeyResult, act: str, values: Mapping[str, Any]) -> Reply:
    if not values:
        return Reply(
            show=Card(Phrase("Nothing was changed."), Section(goals.result_line(request, row)), _again(row))
        )
    change = edited(request, row, act, **values)
    goal = goals.goal_of(request, {"result": row.id})
    assert goal is not None
    (each,) = goals.standing(request, [goal])
    return Reply(
        show=Card(
            Phrase("Changed."),
            Section(Lines(tuple(changes.differences(request, change.before or {}, change.after or {})))),
            Section(goals.lines(request, each)),
            *(Note(words) for words in advice.hints(each)),
            Button(Phrase("Undo"), undo.bind(result=row.id, change=change.id)),
            _again(row),
            Note(goals.audience(request, {"goal": goal.id})),
        )
    )


def edited(request: Request, row: KeyResult, act: str, **values: Any) -> GoalChange:
    """Write new values of a key result. Raises Problem where somebody else was quicker."""
    try:
        change = request.store.goals.edit(row, act, by=request.actor.id, **values)
    except Conflict:
        raise changed_meanwhile() from None
    request.store.touch(row.subject_id)
    return change


def _again(row: KeyResult) -> Button:
    return Button(Phrase("Change again"), edit_result.bind(result=row.id))


# Dropping it ---------------------------------------------------------------------------------------------------------


@feature.button(allow=changers, over=goals.refuse_ended)
def drop(request: Request, result: str) -> Reply:
    """Measure the goal by this no more."""
    row = goals.bound_result(request, result)
    if row.locked:
        raise Problem(Phrase("It belongs to the core of its template, and cannot be dropped."))
    if row.dropped_at is not None:
        return Reply(show=Card(Phrase("It was dropped before."), Section(goals.numbered(row))))
    change = edited(request, row, "dropped", dropped_at=request.now, title=row.title)
    return Reply(
        show=Card(
            Phrase("Dropped. Its past stays readable, and the others carry its weight."),
            Section(goals.numbered(row)),
            Button(Phrase("Undo"), undo.bind(result=row.id, change=change.id)),
        )
    )


def menus(goal: Goal, rows: tuple[KeyResult, ...]) -> tuple[Part, ...]:
    """The menus that change or drop one of these."""
    if not rows or goal.state != "open":
        return ()
    here = rows[:25]
    change = (Button(goals.numbered(row), edit_result.bind(result=row.id)) for row in here)
    away = (Button(goals.numbered(row), drop.bind(result=row.id)) for row in here)
    return (
        Menu(Phrase("Change a key result"), tuple(change)),
        Menu(Phrase("Drop a key result"), tuple(away)),
    )
