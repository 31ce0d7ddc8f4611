"""How far it is, said where people talk: a number, a word on it, and a way back."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

from handlers.goals import following, posting
from handlers.goals import goal as goals
from handlers.goals.amounts import bare
from handlers.goals.data.following import read_again
from handlers.goals.goal import CONFIDENCE, changers, feature, measure_of, percent, progress_of
from handlers.goals.nudges import owed
from handlers.goals.numbers import Typed, leading_number, without_unit
from handlers.goals.picking import allow, my_results, no_result
from handlers.goals.scorecards import scored
from handlers.goals.scorecards.parts import is_given
from handlers.goals.scoring import ONE, ZERO, Direction, is_stretched
from handlers.kit.access import everyone
from handlers.kit.cards import Button, Card, Note, Part, Section
from handlers.kit.characters import simpler
from handlers.kit.forms import Choice, Words
from handlers.kit.problems import Problem, changed_meanwhile
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.kit.typed import folded
from storage.goals import KeyResult
from storage.unit import Conflict

SEPARATORS = " \t\n,，;；:：-–。.!！"
"""What stands between a figure and the word on it."""

YES = frozenset({
    "yes", "y", "done", "true",
    "是", "是的", "对", "完成", "完成了", "已完成", "做到了", "做完了", "达成", "达成了", "已达成",
})  # fmt: skip
NO = frozenset({
    "no", "n", "not yet", "not done", "false",
    "否", "不", "没有", "还没", "还没有", "尚未", "未完成", "没完成", "未达成",
})  # fmt: skip
_NOT_YET = ("还没", "尚未")
"""With which a sentence in Chinese begins that says no, however it goes on: 还没上线."""

_LED = re.compile(
    r"^\s*(?:已?(?:完成|达成)[了度]?|进度|现在)\s*[为是到]?\s*[:：]?\s*(?=[-+＋－]?\s?[\d$€£¥￥]|百分之)"
    r"(?!\d+\s?[年月号日]|\d+[^\d,，.。;；]{0,12}[中里]的?\s?\d)"
)
"""What stands in Chinese before a figure, 完成 70%, but not before a day or how many there are: 完成10月目标的70%,
完成10个客户中的7个."""

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
    value, note = _read(request, row, far)
    note = "\n".join(words for words in (note, remark) if words)
    _refuse_unjudged(request, row, value, note)
    looks = "" if is_given(row.part) else _looking(note)
    return _moved(request, row, value, confidence or looks or row.confidence, note)


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


# What was typed ------------------------------------------------------------------------------------------------------


def _read(request: Request, row: KeyResult, far: str) -> tuple[Decimal, str]:
    """The value, and what was written after it."""
    if row.direction == Direction.YES_NO:
        return _yes_or_no(row, far)
    try:
        far = _done_of(row, far)
        far = without_unit(_LED.sub("", far), row.unit)
        typed = leading_number(far, zone=request.actor.zone)
    except Problem as problem:
        raise Problem(problem.words, question="far") from None
    if typed is None:
        raise Problem(
            Phrase(
                "Begin with a number, in its own unit or as a percentage: “{example}”.",
                example=Verbatim(f"{row.called} 70%"),
            ),
            question="far",
        )
    note = far[typed.length :].strip(SEPARATORS)
    return _in_unit(row, typed), _without_its_unit(row, note)


def _without_its_unit(row: KeyResult, note: str) -> str:
    """What was written after the figure, of whose unit nothing is a note: of 5 h, but not of 5 hired."""
    rest = note.removeprefix(row.unit)
    is_its = rest != note and not (row.unit[-1:].isascii() and row.unit[-1:].isalnum() and rest[:1].isalnum())
    return rest.lstrip(SEPARATORS) if is_its else note


def _done_of(row: KeyResult, far: str) -> str:
    """3 where 3/4 was said of what counts to 4."""
    done = re.match(r"\s*(\d+)\s?/\s?(\d+)(?!\d)", far)
    if done is None or row.start or Decimal(done[2]) != row.target:
        return far
    return done[1] + far[done.end() :]


def _in_unit(row: KeyResult, typed: Typed) -> Decimal:
    """A percentage means a share of the way, unless the key result itself is in percent; a plus adds to what it is."""
    start, target = Decimal(row.start or 0), Decimal(row.target)
    now = start if row.value is None else row.value
    measured_in_percent = row.unit == "%" or row.direction == Direction.BAND
    if not typed.percent or measured_in_percent:
        return now + typed.value if typed.plus else typed.value
    return (now if typed.plus else start) + (target - start) * typed.value / 100


def _yes_or_no(row: KeyResult, far: str) -> tuple[Decimal, str]:
    words, far = folded(far), far.strip()
    for options, value in ((NO, ZERO), (YES, row.target)):
        for word in sorted(options, key=len, reverse=True):
            # 完成了一半 is no yes, and 没有问题 no no: the word stands alone, in Chinese too
            if words.startswith(word) and not words[len(word) : len(word) + 1].isalnum():
                return value, far[len(word) :].strip(SEPARATORS)
    if words.startswith(_NOT_YET):
        return ZERO, far
    raise Problem(Phrase("It is a yes or no: begin with “yes” or “not yet”."), question="far")


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
