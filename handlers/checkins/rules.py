"""On which days a team is asked: as people write it, as the calendar reads it, and as it is said again."""

from __future__ import annotations

import re
from datetime import date, time

from handlers.kit.characters import simpler
from handlers.kit.forms import Option
from handlers.kit.problems import Problem
from handlers.kit.recurring import Rule
from handlers.kit.text import Listing, Phrase, Text, Verbatim
from storage.checkins import Routine

CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAYS = (
    Phrase("Monday"),
    Phrase("Tuesday"),
    Phrase("Wednesday"),
    Phrase("Thursday"),
    Phrase("Friday"),
    Phrase("Saturday"),
    Phrase("Sunday"),
)
FIRST, DAILY, NEVER = "first", "daily", "never"
"""What is not a weekday among the choices: the first workday of each week, every workday, not at all."""

_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_BESIDE = ("every", "each", "weekly", "on", "at")
"""What people say beside weekdays."""
_CHINESE = ("一二三四五六日", "一二三四五六天")
_WEEKLY = "FREQ=WEEKLY;BYDAY="

CHOICES = (
    Option(FIRST, Phrase("First workday of the week"), also=("每周第一个工作日", "第一个工作日")),
    Option(
        DAILY,
        Phrase("Every workday"),
        also=("every day", "daily", "weekdays", "every weekday", "workdays", "每个工作日", "每天", "工作日"),
    ),
    *(
        Option(code, day, also=(short, *(f"{week}{sign}" for week in ("周", "每周", "星期", "礼拜"))))
        for code, day, short, sign in zip(CODES[:5], DAYS[:5], _ENGLISH[:5], _CHINESE[0][:5], strict=True)
    ),
    Option(NEVER, Phrase("Not at all"), also=("never", "off", "不询问", "从不", "关闭")),
)


def rule_text(choice: str, other: str, starts: date, clock: time) -> str:
    """The rule of what was chosen, or of the other days that were written; raises Problem for what is neither."""
    if not other.strip():
        return {FIRST: "", NEVER: "", DAILY: "FREQ=DAILY"}.get(choice, f"{_WEEKLY}{choice}")
    written = _weekdays(other) or other.upper().strip().removesuffix(" AT").removeprefix("RRULE:")
    try:
        Rule(written, starts, clock)
    except ValueError:
        raise Problem(
            Phrase(
                "I cannot read these days. Write weekdays such as “Mon, Thu”, or a rule such as"
                " FREQ=MONTHLY;BYDAY=1MO."
            ),
            question="other",
        ) from None
    return written


def _weekdays(words: str) -> str | None:
    tokens = [
        token for token in re.split(r"[\s,，、;；和及]+|\band\b", simpler(words.strip().lower())) if token
    ]
    found = [_weekday(token) for token in tokens if token not in _BESIDE]
    if not found or None in found:
        return None
    return _WEEKLY + ",".join(CODES[n] for n in sorted({n for n in found if n is not None}))


def _weekday(token: str) -> int | None:
    bare = re.sub(r"^(每周|每星期|周|星期|礼拜)", "", token)
    for days in _CHINESE:
        if bare in days:
            return days.index(bare)
    if token.upper() in CODES:
        return CODES.index(token.upper())
    return _ENGLISH.index(token[:3]) if token[:3] in _ENGLISH and token.isalpha() else None


def choice_of(routine: Routine | None) -> str:
    """Which of the choices a routine is; "" when its days were written."""
    if routine is None or (not routine.rule and not routine.paused):
        return FIRST
    if routine.paused:
        return NEVER
    if routine.rule == "FREQ=DAILY":
        return DAILY
    days = routine.rule.removeprefix(_WEEKLY)
    return days if days in CODES[:5] else ""


def said(rule: str, clock: time) -> Text:
    """When, as a sentence."""
    if not rule:
        return Phrase("On the first workday of each week at {clock}, on each one's own clock.", clock=clock)
    if rule == "FREQ=DAILY":
        return Phrase("On every workday at {clock}, on each one's own clock.", clock=clock)
    days = rule.removeprefix(_WEEKLY).split(",")
    if rule.startswith(_WEEKLY) and set(days) <= set(CODES):
        listed = Listing(tuple(DAYS[CODES.index(day)] for day in days))
        return Phrase("Every {days} at {clock}, on each one's own clock.", days=listed, clock=clock)
    return Phrase("By the rule {rule} at {clock}, on each one's own clock.", rule=Verbatim(rule), clock=clock)
