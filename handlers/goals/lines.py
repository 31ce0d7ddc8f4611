"""What a goal is measured by, as people write it: in one line, or in the fields of a form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from handlers.goals.numbers import (
    Typed,
    leading_number,
    number_alone,
    read_number,
    refuse_shared,
    whole_number,
)
from handlers.goals.scorecards.parts import BEST, COUNTED, JUDGED, is_given
from handlers.goals.scoring import ONE, ZERO, Direction, Measure, Mistake
from handlers.kit.numerals import NUMBERS, ZH_NUMBER, any_of, number_of
from handlers.kit.problems import Problem
from handlers.kit.text import Phrase

_SPANNED = (Direction.UP, Direction.DOWN)


@dataclass(frozen=True)
class Written:
    """A key result as somebody wrote it; `title` is empty where the words are all title."""

    title: str
    measure: Measure
    unit: str = ""
    weight: Decimal = ONE
    part: str = COUNTED
    until: date | None = None
    """The last day of its own, if the words end with one."""

    def values(self) -> dict[str, Any]:
        """What is kept of it."""
        measure = self.measure
        return {
            "title": self.title,
            "direction": measure.direction.value,
            "start": measure.start,
            "target": measure.target,
            "high": measure.high,
            "stretch": measure.stretch,
            "unit": self.unit,
            "weight": self.weight,
            "part": self.part,
            "ends_on": self.until,
            "value": measure.start if not self.part and measure.direction in _SPANNED else None,
        }


def written(
    how: Mapping[str, str],
    zone: str,
    *,
    without_day: Callable[[str], tuple[str, date] | None] = lambda words: None,
) -> Written:
    """What a form says whose `what` may say all of it, with a day at its end where `without_day` finds one. Raises
    Problem that names the field."""
    part = how.get("part", "")
    if is_given(part):
        return _points(how, part, zone)
    what, said, until = _without_tails(how["what"], without_day)
    how = {**said, **{name: words for name, words in how.items() if words}, "what": what}
    weight = weight_of(how["weight"], zone) if "weight" in how else ONE
    if part == JUDGED:
        made = Written(what, Measure(Direction.UP, BEST, ZERO), part=JUDGED)
    else:
        one = None if "begin" in how or "target" in how else in_one_line(what, zone)
        made = _as_chosen(one, how.get("way", "")) or _in_fields(how, zone)
    measure = _stretched(made, how, zone)
    if mistake := measure.mistake():
        raise mistaken(mistake)
    unit = how.get("unit") or made.unit
    return replace(made, title=made.title or what, measure=measure, unit=unit, weight=weight, until=until)


def _as_chosen(one: Written | None, way: str) -> Written | None:
    """What the line says, to go the way that was chosen beside it; None where another kind was chosen: what a yes or no
    is about may name numbers."""
    if one is None or way in ("", one.measure.direction):
        return one
    both = one.measure.direction in _SPANNED and way in _SPANNED
    return replace(one, measure=replace(one.measure, direction=Direction(way))) if both else None


def _stretched(made: Written, how: Mapping[str, str], zone: str) -> Measure:
    """What it measures, with the stretch that the words or the form name."""
    if "stretch" not in how:
        return made.measure
    if made.part or made.measure.direction not in _SPANNED:
        raise Problem(
            Phrase("A stretch lies beyond a target: “sign-ups from 100 to 500 stretch 700”."),
            question="stretch",
        )
    return replace(
        made.measure,
        stretch=number(number_alone(how["stretch"], how.get("unit") or made.unit), "stretch", zone).value,
    )


LONGEST_UNIT = 20
NO_TARGET = Phrase("Where should it be? Give a number, or choose “yes or no”.")
_ENDS = " ,，.。;；"
_MOST = re.compile(r"(?:(?:up\s+)?to\b|at most\b|最多|至多)?\s*", re.IGNORECASE)
_FOR = re.compile(r"\s*(?:points?\b|分)?\s*(?:for\b|[:：])?\s*", re.IGNORECASE)


def _points(how: Mapping[str, str], part: str, zone: str) -> Written:
    """What “5 for patents” says: so many points at most, and what for."""
    title, most = " ".join(how["what"].split()), None
    if how.get("target"):
        most = number(how["target"], "target", zone)
    else:
        words = title[_MOST.match(title).end() :]  # type: ignore[union-attr]  # it matches nothing too
        most = leading_number(words, zone=zone)
        title = words[most.length :] if most else title
        title = title[_FOR.match(title).end() :]  # type: ignore[union-attr]
    if most is None or most.value <= 0 or not title:
        raise Problem(
            Phrase("Say how many points at most, and what for: “5 for patents”."),
            question="target" if how.get("target") else "what",
        )
    return Written(title, Measure(Direction.UP, most.value, ZERO), weight=ZERO, part=part)


_TAIL = re.compile(
    r"(?:[\s,，;；:：]+|(?=[(（])|(?=权重|挑战值))[(（]?\s*"
    r"(?:(?:weight(?: of)?|weighs|权重)[为是占]?\s*[:：]?\s*"
    r"(?P<weight>[-−]?[\d.,]+\s*[%％]?|百分之[\d.零〇一二两三四五六七八九十百点]+)"
    r"|(?:stretch|挑战值?)[为是]?\s*[:：]?\s*(?P<stretch>[-−$€£¥￥]?\d(?:(?!权重)[^\s()（），；;])*))\s*[)）]?$",
    re.IGNORECASE,
)
_SHARE = re.compile(r"\bby\s+(?:1/(?:[2-5]|10)|2/3|3/4)\W*$", re.IGNORECASE)
"""By how much something is to change, and no day: fewer tickets by 1/3."""


def _without_tails(
    what: str, without_day: Callable[[str], tuple[str, date] | None]
) -> tuple[str, dict[str, str], date | None]:
    """The words without “weight 2”, “stretch 700” and “by Friday” at their end, in any order, and what these say."""
    words, said, until = " ".join(what.split()), dict[str, str](), None
    while True:
        found = _TAIL.search(words)
        before = words[: found.start()] if found else ""
        if found and before and (found["weight"] or _names_two(before)):  # not: yoga, and stretch 10
            said.update({name: number for name, number in found.groupdict().items() if number})
            words = before
        elif until is None and not _is_share(words) and (led := without_day(words)):
            words, until = led
        else:
            return words, said, until


def _names_two(words: str) -> bool:
    """Whether they look like those that name from where to where."""
    return any(form.match(words) for form in (_SPAN, _ARROW, _BAND))


def _is_share(words: str) -> bool:
    return _SHARE.search(words) is not None and not _names_two(words)


def weight_of(words: str, zone: str) -> Decimal:
    """A weight; 30% weighs as much as 30."""
    value = number(words, "weight", zone).value
    if value < 0:
        raise mistaken(Mistake.NEGATIVE_WEIGHT)
    return value


_FIRST = r"\S+?(?: \d{3}(?!\d))*(?: (?:thousand|[mb]illion|mio)\b)?"
"""The first of two numbers: without blanks but for those of 1 000 and 2 million."""
_TO = r"(?:提升|提高|增加|增长|上升|扩大|降低|下降|减少|缩短|压缩|升|增|降|减)?(?:到|至)|to|→|->"
_SPAN = re.compile(
    r"^(?:[把将]\s*)?(?P<title>.*?)[\s,，:：]*(?:from|从|由)"
    rf"\s*(?P<start>{_FIRST}(?: [^\s\d,，;；]{{1,20}}?)??)\s*(?:{_TO})\s*(?P<target>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)

_ARROW = re.compile(r"^(?P<title>.*?\S)[\s,，:：]+(?P<start>\S+?)\s*(?:→|->)\s*(?P<target>\S.*)$", re.DOTALL)
"""An arrow says the same without “from”; in “call 2 to 3 customers” a bare “to” does not."""

_BAND = re.compile(
    rf"^(?P<title>.*?)[\s,，:：]*(?:between|在)\s*(?P<low>{_FIRST})\s*(?:and|to|和|到|至|–|-)\s*(?P<high>(?:[-−]?[$€£¥￥]?\d|百分之).*?)(?:之间)?$",
    re.IGNORECASE,
)
_SAID = any_of(NUMBERS)
_STEPS = re.compile(
    rf"^(?P<title>.*?)[\s,，:：]*(?:\bin|分)\s*(?P<steps>\d{{1,3}}|{_SAID}|{ZH_NUMBER})"
    r"\s*(?:steps|个?(?:步骤?|阶段))(?:完成)?$",
    re.IGNORECASE,
)


def in_one_line(what: str, zone: str) -> Written | None:
    """What “sign-ups from 100 to 500 users” says, “churn between 2% and 4%” or “launch in 4 steps”, or None when it
    says nothing of the kind."""
    return _spanned(what, zone) or _banded(what, zone) or _stepped(what)


def _stepped(what: str) -> Written | None:
    found = _STEPS.match(what)
    if found is None or not found["title"]:
        return None
    return Written(found["title"], Measure(Direction.MILESTONE, Decimal(number_of(found["steps"])), ZERO))


def _banded(what: str, zone: str) -> Written | None:
    found = _BAND.match(what)
    if found is None or not found["title"]:
        return None
    low = read_number(found["low"], zone=zone)
    if low is None or found["low"][low.length :]:
        return None
    high = leading_number(found["high"], zone=zone)
    if high is None:
        return None
    refuse_shared(found["low"], low, found["high"], high)
    rest = found["high"][high.length :].strip(_ENDS)
    title, unit = _named(found["title"], rest, low, high)
    return Written(title, Measure(Direction.BAND, low.value, None, high.value), unit)


def _spanned(what: str, zone: str) -> Written | None:
    found = _SPAN.match(what) or _ARROW.match(what)
    if found is None or not found["title"].strip():
        return None
    start = read_number(found["start"], zone=zone)
    if start is None:
        return None
    target = leading_number(found["target"], zone=zone)
    if target is None:
        return None
    leading_number(
        found["start"], zone=zone
    )  # from 24/7 to on call is no span; from 3-5 to 10 is one, and unclear
    rest = found["target"][target.length :].strip(_ENDS)
    first = found["start"][start.length :].strip()
    if first and rest not in ("", first):
        return None
    refuse_shared(found["start"], start, found["target"], target)
    title, unit = _named(found["title"].strip(), rest or first, start, target)
    way = Direction.DOWN if target.value < start.value else Direction.UP
    return Written(title, Measure(way, target.value, start.value), unit)


def _named(title: str, rest: str, *numbers: Typed) -> tuple[str, str]:
    """What it is called, and its unit: what stands after the numbers, or with it the sign that they have."""
    if any(typed.percent for typed in numbers):
        return f"{title} {rest}".strip(), "%"
    if len(rest) > LONGEST_UNIT:
        return f"{title} {rest}", ""
    return title, rest or next((typed.money for typed in numbers if typed.money), "")


def _in_fields(how: Mapping[str, str], zone: str) -> Written:
    start, aim, upper = (
        number(number_alone(how[name], how.get("unit", "")), name, zone) if how.get(name) else None
        for name in ("begin", "target", "high")
    )
    way = how.get("way")
    direction = Direction(way) if way else _likely(start, aim, upper)
    if direction is Direction.YES_NO:
        return Written("", Measure(direction, ONE))
    if aim is None:
        raise Problem(NO_TARGET, question="target")
    percent = any(typed and typed.percent for typed in (start, aim, upper))
    measured = Measure(
        direction,
        aim.value,
        start.value if start else None if direction is Direction.BAND else ZERO,
        upper.value if upper and direction is Direction.BAND else None,
    )
    money = next((typed.money for typed in (start, aim, upper) if typed and typed.money), "")
    return Written("", measured, "%" if percent else money)


def _likely(start: Typed | None, aim: Typed | None, upper: Typed | None) -> Direction:
    if aim is None:
        return Direction.YES_NO
    if upper is not None:
        return Direction.BAND
    return Direction.DOWN if start and aim.value < start.value else Direction.UP


def number(words: str, question: str, zone: str) -> Typed:
    """The number that an answer is. Raises Problem that names its question."""
    try:
        return whole_number(words, zone=zone)
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


def mistaken(mistake: Mistake) -> Problem:
    """Why these numbers will not do, at the question where it is mended."""
    question, words = _MISTAKES[mistake]
    return Problem(words, question=question)
