"""Advice on writing goals well: by published rules, each named where it speaks, and never in anybody's way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from handlers.goals.goal import Standing, called, feature
from handlers.goals.scorecards.parts import JUDGED, is_given
from handlers.goals.scoring import Direction
from handlers.kit.access import everyone
from handlers.kit.cards import Card, Note, Section
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Text, Verbatim
from storage.goals import KeyResult

MOST_RESULTS = 5
"""Beyond so many key results the field advises against."""
MOST_INDICATORS = 8
"""The same for the items of a scorecard."""
LONGEST = timedelta(days=370)
"""A goal for longer than a year is hard to steer by."""

# Words that say that something is to change, and not from where or how far.
CHANGING = (
    "improve", "increase", "reduce", "raise", "grow", "cut", "lower", "boost", "decrease", "faster", "better",
    "提升", "提高", "改善", "增加", "增长", "减少", "降低", "缩短", "更好", "更快",
)  # fmt: skip
# Words that nobody can tell the end of.
VAGUE = (
    "support", "optimise", "optimize", "strengthen", "work on", "continue", "help with", "explore", "try",
    "优化", "加强", "完善", "推进", "支持", "持续", "跟进", "探索", "尽量", "努力",
)  # fmt: skip
# Words in the place of a day.
SOME_DAY = (
    "soon", "asap", "as soon as possible", "some day", "someday", "in the future", "eventually", "one day",
    "尽快", "早日", "近期", "以后", "将来", "适时", "逐步",
)  # fmt: skip
# Words in the place of a person.
NOBODY = (
    "everybody", "everyone", "somebody", "someone", "all teams", "all of us", "tbd", "to be decided",
    "大家", "所有人", "相关人员", "相关部门", "各部门", "有人", "待定",
)  # fmt: skip

# What is counted in hours, days, money or kilograms, and says nothing without.
UNITED = (
    "time", "duration", "latency", "cost", "costs", "revenue", "sales", "budget", "price", "spend", "weight",
    "时间", "时长", "耗时", "延迟", "成本", "费用", "收入", "营收", "销售额", "预算", "金额", "周期",
)  # fmt: skip

_DIGIT = re.compile(r"\d|[一二三四五六七八九十百千万亿]+(?:个|次|人|家|天|项|%)")


@dataclass(frozen=True)
class Rule:
    """A rule: how it is called, what it says, the words that it looks for, and where it speaks."""

    name: Text
    says: Text
    words: tuple[str, ...]
    of_goal: Callable[[Standing], bool] | None = None
    of_result: Callable[[KeyResult], bool] | None = None


def _counts(row: KeyResult) -> bool:
    """Whether it is measured by a number of its own."""
    return not row.part and row.direction in (Direction.UP, Direction.DOWN, Direction.BAND)


def _indicators(each: Standing) -> int:
    return sum(not is_given(row.part) for row in each.results)


def _is_judged(row: KeyResult) -> bool:
    """Whether it says something that no figure says."""
    return row.part == JUDGED or (not row.part and not _counts(row))


def _is_scorecard(each: Standing) -> bool:
    return each.goal.form == "kpi"


MEASURE = Phrase("Measure")

RULES = (
    Rule(
        MEASURE,
        Phrase(
            "It has nothing to measure it by yet. Add a key result, so that you notice when it is reached."
        ),
        (),
        of_goal=lambda each: not each.results,
    ),
    Rule(
        MEASURE,
        Phrase(
            "How would somebody else notice that it is done? Say it with a number, or name what will be there."
        ),
        (*CHANGING, *VAGUE),
        of_result=lambda row: (
            row.direction == Direction.YES_NO
            and not _DIGIT.search(row.title)
            and _has(row.title, (*CHANGING, *VAGUE))
        ),
    ),
    Rule(
        Phrase("Unit"),
        Phrase("A time or an amount without a unit is read differently by each. In what is it counted?"),
        UNITED,
        of_result=lambda row: _counts(row) and not row.unit and _has(row.title, UNITED),
    ),
    Rule(
        Phrase("Baseline"),
        Phrase("It speaks of a change and starts at 0. Where does it stand today?"),
        CHANGING,
        of_result=lambda row: row.direction == Direction.UP and not row.start and _has(row.title, CHANGING),
    ),
    Rule(
        Phrase("Date"),
        Phrase("“Soon” is no day. Say in the goal until when."),
        SOME_DAY,
        of_goal=lambda each: _has(each.goal.title, SOME_DAY),
        of_result=lambda row: _has(row.title, SOME_DAY),
    ),
    Rule(
        Phrase("Date"),
        Phrase("It lasts more than a year. What should be there by the end of this quarter?"),
        (),
        of_goal=lambda each: each.goal.ends_on - each.goal.begins_on > LONGEST,
    ),
    Rule(
        Phrase("Owner"),
        Phrase("What everybody answers for, nobody does. Name one person, or write your own part of it."),
        NOBODY,
        of_goal=lambda each: _has(each.goal.title, NOBODY),
        of_result=lambda row: _has(row.title, NOBODY),
    ),
    Rule(
        Phrase("Few"),
        Phrase(
            "More than {n} key results are hard to keep in mind. Which of them matter most?", n=MOST_RESULTS
        ),
        (),
        of_goal=lambda each: not _is_scorecard(each) and len(each.results) > MOST_RESULTS,
    ),
    Rule(
        Phrase("Few"),
        Phrase(
            "More than {n} indicators are hard to keep in mind. Which of them matter most?", n=MOST_INDICATORS
        ),
        (),
        of_goal=lambda each: _is_scorecard(each) and _indicators(each) > MOST_INDICATORS,
    ),
    Rule(
        Phrase("Not numbers alone"),
        Phrase(
            "A scorecard of numbers alone misses how the work is done."
            " Add an item that is judged in words, or steps, or yes or no."
        ),
        (),
        of_goal=lambda each: (
            _is_scorecard(each) and bool(each.results) and not any(map(_is_judged, each.results))
        ),
    ),
)


def _has(words: str, wanted: Iterable[str]) -> bool:
    return any(_pattern(word).search(words) for word in wanted)


def _pattern(word: str) -> re.Pattern[str]:
    # An English word stands alone; a Chinese one touches its neighbours.
    bounds = (r"\b", r"\b") if word.isascii() else ("", "")
    return re.compile(bounds[0] + re.escape(word) + bounds[1], re.IGNORECASE)


def hints(each: Standing) -> Iterator[Text]:
    """What the rules say about a goal and its key results, each with the name of its rule."""
    for rule in RULES:
        if rule.of_goal and rule.of_goal(each):
            yield Phrase("{rule}: {advice}", rule=rule.name, advice=rule.says)
        hit = next((row for row in each.results if rule.of_result and rule.of_result(row)), None)
        if hit is not None:
            yield Phrase(
                "{rule}, key result {number}: {advice}", rule=rule.name, number=called(hit), advice=rule.says
            )


@feature.command("goals rules", allow=everyone, also=("目标 规则", "目标规则"), examples=("",))
def rules(request: Request) -> Reply:
    """Show the rules behind the advice on goals."""
    return Reply(
        show=Card(
            Phrase("The rules behind the advice on goals"),
            *(Section(_published(rule)) for rule in RULES),
            Note(Phrase("It is advice: nothing is refused for it, and nobody else sees it.")),
        )
    )


def _published(rule: Rule) -> Lines:
    said = Phrase("{rule}: {advice}", rule=rule.name, advice=rule.says)
    looks = (Phrase("It looks for: {words}", words=Verbatim(", ".join(rule.words))),) if rule.words else ()
    return Lines((said, *looks))
