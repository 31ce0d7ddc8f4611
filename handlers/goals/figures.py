"""What somebody says of how far a key result is becomes its value, and the words on it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from handlers.goals.leads import is_done, without_leads
from handlers.goals.numbers import Typed, leading_number, without_unit
from handlers.goals.scoring import ZERO, Direction
from handlers.kit.problems import Problem
from handlers.kit.requests import Request
from handlers.kit.text import Phrase, Verbatim
from handlers.kit.typed import after_signs, before_signs, folded
from storage.goals import KeyResult

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
_BARE = frozenset({"no", "n", "y"})
"""What goes on to mean something else unless a pause follows: no change, no problem, n/a."""
_NOT_YET = ("还没", "尚未")
"""With which a sentence in Chinese begins that says no, however it goes on: 还没上线."""


@dataclass(frozen=True)
class Far:
    """How far a key result is: its value, the words behind it, and what is kept of all that was said."""

    value: Decimal
    behind: str
    note: str


def read(request: Request, row: KeyResult, words: str) -> Far:
    """How far it is, by these words. Raises Problem."""
    if row.direction == Direction.YES_NO:
        value, note = _yes_or_no(row, words)
        return Far(value, note, note)
    try:
        return _figure(request, row, _done_of(row, words))
    except Problem as problem:
        raise Problem(problem.words, question="far") from None


def _figure(request: Request, row: KeyResult, words: str) -> Far:
    figure = without_leads(words, unit=row.unit, today=request.today, language=request.actor.language)
    lead, figure = words[: len(words) - len(figure)], without_unit(figure, row.unit)
    typed = leading_number(figure, zone=request.actor.zone)
    if typed is None:
        raise Problem(
            Phrase(
                "Begin with a number, in its own unit or as a percentage: “{example}”.",
                example=Verbatim(f"{row.called} 70%"),
            )
        )
    behind = _without_its_unit(row, _note(figure[typed.length :]))
    return Far(_in_unit(row, typed), behind, behind if is_done(lead) else words.strip())


def _note(words: str) -> str:
    return before_signs(after_signs(words, SEPARATORS), SEPARATORS)


def _without_its_unit(row: KeyResult, note: str) -> str:
    """What was written after the figure, of whose unit nothing is a note: of 5 h, but not of 5 hired."""
    rest = note.removeprefix(row.unit)
    is_its = rest != note and not (row.unit[-1:].isascii() and row.unit[-1:].isalnum() and rest[:1].isalnum())
    return after_signs(rest, SEPARATORS) if is_its else note


def _done_of(row: KeyResult, far: str) -> str:
    """3 where 3/4 was said of what counts to 4."""
    done = re.match(r"\s*(\d+)\s?[/／]\s?(\d+)(?!\d)", far)
    if done is None or row.start or Decimal(done[2]) != row.target:
        return far
    return done[1] + far[done.end() :]


def _in_unit(row: KeyResult, typed: Typed) -> Decimal:
    """A percentage means a share of the way, unless the key result itself is in percent; a plus adds to what it is."""
    if typed.percent and row.direction == Direction.BAND and row.unit not in ("", "%"):
        raise Problem(
            Phrase(
                "It is to stay between two values: no percentage says where it stands. Give the number itself, in"
                " {unit}.",
                unit=Verbatim(row.unit),
            )
        )
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
            if words.startswith(word) and _ends(word, words[len(word) :]):
                return value, _note(far[len(word) :])
    if words.startswith(_NOT_YET):
        return ZERO, far
    raise Problem(Phrase("It is a yes or no: begin with “yes” or “not yet”."), question="far")


def _ends(word: str, rest: str) -> bool:
    """Whether a yes or a no stands alone, in Chinese too: 完成了一半 is no yes, and 没有问题 no no."""
    return rest.lstrip()[:1] in SEPARATORS if word in _BARE else not rest[:1].isalnum()
