"""How far it is, said where people talk: a number, a word on it, and a way back."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

from handlers.goals import figures, following, posting
from handlers.goals import goal as goals
from handlers.goals.amounts import bare
from handlers.goals.data.following import read_again
from handlers.goals.figures import NO, YES
from handlers.goals.goal import CONFIDENCE, changers, feature, measure_of, percent, progress_of
from handlers.goals.nudges import owed
from handlers.goals.picking import allow, my_results, no_result
from handlers.goals.scorecards import scored
from handlers.goals.scorecards.parts import is_given
from handlers.goals.scoring import ONE, ZERO, is_stretched
from handlers.kit.access import everyone
from handlers.kit.cards import Button, Card, Note, Part, Section
from handlers.kit.characters import simpler
from handlers.kit.forms import Choice, Words
from handlers.kit.problems import Problem, changed_meanwhile
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text, Verbatim
from storage.goals import KeyResult
from storage.unit import Conflict

_SAID = "|".join(rf"{word}(?![a-z])" if word.isascii() else word for word in sorted(YES | NO))
_FIGURE = rf"[-+]?[\d$€£¥]|{_SAID}"
"""How an answer begins that says how far something is."""


def _begins(name: str) -> str:
    # “red team” and 风险评估 begin with one word that says how it looks; two words mean nothing else.
    ends = r"(?![a-z])" if name.isascii() and not name.isalpha() else r"\s*(?=$|[,，.。:：;；!！–—-])"
    return f"#?{re.escape(name)}{ends}"


_LOOKS = tuple(
    (option.value, re.compile("|".join(map(_begins, option.names)), re.IGNORECASE)) for option in CONFIDENCE
)
"""How a word on a figure begins that says how it looks."""

Result = Annotated[str, Choice(Phrase("Which key result?"), options=my_results, missing=no_result)]
Far = Annotated[
    str,
    Words(
        Phrase("How far is it?"),
        help=Phrase(
            "A number in its own unit, or a percentage of the way; +3 adds to what it is. For yes or no: yes, or not"
            " yet."
        ),
        lead=("to", "at", "is at", "is now", "is", "到", "达到", "已到", "为"),
        longest=1000,
        begins=_FIGURE,
    ),
]
Sure = Annotated[str, Choice(Phrase("How does it look?"), options=CONFIDENCE)]
Remark = Annotated[str, Words(Phrase("What happened?"), longest=1000)]


@feature.command(
    "goals update",
    allow=everyone,
    also=("目标 更新", "更新目标"),
    examples=("1.1 70% shipped to beta", "1.1 70% 已发布测试版"),
    seen_by=Phrase("Seen by whoever sees the goal."),
    title=Phrase("How far is it?"),
)
def update(request: Request, result: Result, far: Far, confidence: Sure = "", remark: Remark = "") -> Reply:
    """Say how far a key result of yours is."""
    allow(request, changers, question="result", result=result)
    if request.filled:
        far = _without_number(goals.bound_result(request, result), far)
    return _said(request, result, far, confidence, remark)


@feature.button(
    allow=changers, seen_by=goals.audience, title=Phrase("How far is it?"), over=goals.refuse_ended
)
def say(request: Request, result: str, far: Far, confidence: Sure = "", remark: Remark = "") -> Reply:
    """Say how far this key result is."""
    return _said(request, result, far, confidence, remark)


def _said(request: Request, result: str, far: str, confidence: str, remark: str) -> Reply:
    row = goals.bound_result(request, result)
    said = figures.read(request, row, far)
    note = "\n".join(words for words in (said.note, remark) if words)
    _refuse_unjudged(request, row, said.value, note)
    looks = "" if is_given(row.part) else _looking(said.behind or remark)
    return _moved(request, row, said.value, confidence or looks or row.confidence, note)


def _looking(note: str) -> str:
    """How it looks, where the word on a figure begins with that: “70% at risk, legal is slow”. The words stay."""
    return next((value for value, begins in _LOOKS if begins.match(simpler(note))), "")


def _refuse_unjudged(request: Request, row: KeyResult, value: Decimal, note: str) -> None:
    """What is judged or given has its limits, and a grade says why."""
    if row.part and not ZERO <= value <= row.target:
        raise Problem(
            Phrase("From 0 to {most} fits here.", most=bare(request, row, row.target)), question="far"
        )
    if row.part and not note:
        raise Problem(
            Phrase(
                "Say in a sentence why, after the number: “{example}”.",
                example=Verbatim(f"{row.called} {bare(request, row, value).words} …"),
            ),
            question="far",
        )


@feature.button(allow=changers, over=goals.refuse_ended)
def same(request: Request, result: str, confidence: str) -> Reply:
    """Nothing moved, but it looks so."""
    row = goals.bound_result(request, result)
    return _moved(request, row, row.value, confidence, "")


def _moved(request: Request, row: KeyResult, value: Decimal | None, confidence: str, note: str) -> Reply:
    before = progress_of(row)
    try:
        change = request.store.goals.move(
            row, by=request.actor.id, value=value, confidence=confidence, note=note
        )
    except Conflict:
        raise changed_meanwhile() from None
    request.store.touch(row.subject_id)
    goal = request.store.goals.get(row.goal_id, reader=request.actor.id)
    assert goal is not None
    (each,) = goals.standing(request, [goal])
    return Reply(
        show=Card(
            _title(row, before),
            *scored.facts(request, each),
            Section(goals.result_line(request, row)),
            *((Section(Verbatim(note), quoted=True),) if note else ()),
            Section(goals.headline(each)),
            *(Note(words) for words in goals.left_out(each)),
            *_looks(row),
            *posting.button(goal, row, change),
            Button(Phrase("Undo"), undo.bind(result=row.id, change=change.id)),
            *owed.rest(request, row.subject_id),
            Note(goals.audience(request, {"goal": goal.id})),
        ),
        tell=following.told(request, goal, row, change),
    )


def _title(row: KeyResult, before: Decimal | None) -> Text:
    if is_given(row.part):
        return Phrase("Noted.")
    now = progress_of(row)
    if is_stretched(measure_of(row), row.value):
        return Phrase("Noted: the stretch is reached.")
    if now == ONE and before != ONE:
        return Phrase("Noted: it is reached.")
    if before is None or now is None or before == now:
        return Phrase("Noted.")
    return Phrase("Noted: {before}, now {after}.", before=percent(before), after=percent(now))


def _looks(row: KeyResult) -> tuple[Part, ...]:
    """Two taps and it is said: how it looks. Points that are given look like nothing."""
    if is_given(row.part):
        return ()
    others = (option for option in CONFIDENCE if option.value != row.confidence)
    return tuple(Button(option.label, same.bind(result=row.id, confidence=option.value)) for option in others)


def _without_number(row: KeyResult, far: str) -> str:
    """What was typed after the key result's own number, which was picked beside it."""
    number, _, rest = far.strip().partition(" ")
    is_its = number.strip("#.:：") in (row.called, str(row.goal_number))
    return rest if is_its and re.match(_FIGURE, rest.lstrip(), re.IGNORECASE) else far


# Taking it back ------------------------------------------------------------------------------------------------------


@feature.button(allow=changers, over=goals.refuse_ended)
def undo(request: Request, result: str, change: str, first: str = "") -> Reply:
    """Take back what was just said."""
    row = goals.bound_result(request, result)
    done = request.store.goals.newest([row], reader=request.actor.id).get(row.id)
    again = (Button(Phrase("Update"), say.bind(result=result)),)
    if done is not None and done.undoes in {change, first} - {""}:
        raise Problem(Phrase("It was taken back already."), buttons=again)
    if done is None or done.id != change:
        raise Problem(
            Phrase("Something was said about it since. Say how far it is now instead."),
            buttons=again,
        )
    began = request.store.goals.moves.first_of(row, done, first)
    request.store.goals.undo(began, row, by=request.actor.id)
    if done.act == "dropped" and (goal := goals.goal_of(request, {"result": result})):
        read_again(request.store, goal, by=request.actor.id)
        row = goals.bound_result(request, result)
    owed.still(request.store, row.subject_id)
    request.store.touch(row.subject_id)
    return Reply(
        show=Card(Phrase("Taken back."), Section(goals.result_line(request, row))),
        tell=posting.taken_back(request, done),
    )
