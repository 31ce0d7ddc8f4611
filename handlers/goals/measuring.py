"""What a goal is measured by: said in one line, or in a form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from handlers.goals import goal as goals
from handlers.goals.directions import DIRECTIONS
from handlers.goals.goal import KPI, changers, feature
from handlers.goals.lines import written
from handlers.goals.picking import allow, my_goals, my_scorecards, no_goal, no_scorecard
from handlers.goals.scorecards.parts import PARTS
from handlers.goals.scoring import Direction
from handlers.goals.writing import card, ends_first, refuse_past
from handlers.kit.access import everyone
from handlers.kit.deadlines import without_deadline
from handlers.kit.forms import Choice, Question, Sheet, Words
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text, Verbatim
from storage.goals import Goal, KeyResult


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
ITEM = (
    Choice(
        Phrase("What does it do to the score?"),
        name="part",
        required=False,
        options=PARTS,
        help=Phrase("Bonus points and points off have a most: “5 for patents”."),
    ),
    *QUESTIONS,
)


def _questions(request: Request, args: dict[str, Any]) -> tuple[Question, ...]:
    row = goals.goal_of(request, args)
    return ITEM if row is not None and row.form == KPI else QUESTIONS


How = Annotated[dict[str, str], Sheet(Phrase("A new key result"), of=_questions)]
Item = Annotated[dict[str, str], Sheet(Phrase("A new item"), of=lambda request, args: ITEM)]


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
    to_goal: Annotated[str, Choice(Phrase("Of which goal?"), options=my_goals, missing=no_goal)],
    how: How,
) -> Reply:
    """Add what a goal of yours is measured by."""
    allow(request, changers, question="to_goal", goal=to_goal)
    return _measured(request, to_goal, how)


@feature.command(
    "goals item",
    allow=everyone,
    also=("目标 指标", "添加指标"),
    examples=(
        "1 complaints from 40 to 20 weight 30%",
        "1 bonus 5 for patents",
        "1 投诉 从 40 到 20 权重 30%",
        "1 加分 5 专利",
    ),
    seen_by=Phrase("Seen by whoever sees the scorecard."),
    title=Phrase("A new item"),
)
def item(
    request: Request,
    to_card: Annotated[
        str, Choice(Phrase("Of which scorecard?"), options=my_scorecards, missing=no_scorecard)
    ],
    how: Item,
) -> Reply:
    """Add an item to a scorecard of yours: a number, a judgement, bonus points or points off."""
    allow(request, changers, question="to_card", goal=to_card)
    return _measured(request, to_card, how)


@feature.button(
    allow=changers, seen_by=goals.audience, title=Phrase("A new key result"), over=goals.refuse_ended
)
def measure(request: Request, goal: str, how: How) -> Reply:
    """Add what this goal is measured by."""
    return _measured(request, goal, how)


def _measured(request: Request, goal: str, how: Mapping[str, str]) -> Reply:
    row = goals.bound_goal(request, goal)
    if how.get("part") == "counted":
        how = {name: words for name, words in how.items() if name != "part"}
    said = written(how, request.actor.zone, without_day=lambda words: _without_day(request, words))
    added = request.store.goals.measure(row, author=request.actor.id, **_days(request, row, said.values()))
    return Reply(show=card(request, row, _added(added)))


def _added(row: KeyResult) -> Text:
    """That it is there, and how to say how far it is. Words that name no numbers, as we read them, are a yes or no."""
    if row.direction == Direction.YES_NO:
        return Phrase(
            "Key result {number} is added, as a yes or no. Say when it is reached with {command}. What is counted"
            " names where it begins and where it should be: “sign-ups from 100 to 500”.",
            number=goals.called(row),
            command=Verbatim(f"/goals update {row.called} yes"),
        )
    return Phrase(
        "Key result {number} is added. Say how far it is with {command}",
        number=goals.called(row),
        command=Verbatim(f"/goals update {row.called} …"),
    )


def _without_day(request: Request, words: str) -> tuple[str, date] | None:
    return without_deadline(words, request.today, request.actor.language)


def _days(request: Request, row: Goal, values: dict[str, Any]) -> dict[str, Any]:
    """The last day that was said, where it is not the goal's own. Raises Problem for one that is over, or too early."""
    if ends_on := values["ends_on"]:
        refuse_past(request, ends_on, question="what")
        if ends_on < row.begins_on:
            raise ends_first("what")
    return {**values, "ends_on": ends_on if ends_on != row.ends_on else None}
