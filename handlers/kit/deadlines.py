"""When something is due, said at the end of what people write: "write the plan by Friday", "写计划，周五前"."""

from __future__ import annotations

import re
from datetime import date

from handlers.kit.characters import simpler
from handlers.kit.dates import read_day
from handlers.kit.typed import SEPARATORS, before_signs

_TAIL = 60
"""Characters at the end of a text in which its day is looked for."""
_ENDS = SEPARATORS + ".。!！()（）"
_LED = re.compile(
    r"(?<![\w-])(?:(?:is\s+)?due(?:\s+(?:by|on))?|no\s+later\s+than|by|until)\s*[:：]?\s+(?:the\s+(?=\d))?"
    r"|(?:截止日期|截止|不晚于|最晚|最迟)(?:到|至|在|于|是|为)?\s*[:：]?\s*",
    re.ASCII | re.IGNORECASE,
)
"""What leads to it. Without any, the day may be what the text is about: "a room for the call on Friday"."""
_BEFORE = re.compile(r"(?:[之以]?前|为止|截止)$")
_IN = re.compile(r"[请须]?[在于]$")
_PART_OF_A_DAY = re.compile(r"[每上各个第\d零〇一二三四五六七八九十百]$")
"""What before a day in Chinese makes it another one, or none: 每周五."""


def without_deadline(text: str, today: date, language: str) -> tuple[str, date] | None:
    """The text without the day at its end by which it is due, and that day; None where no such day ends it."""
    whole = before_signs(text, _ENDS)
    begins = max(0, len(whole) - _TAIL)
    found = _led(whole, begins, today, language) or _followed(whole, begins, today, language)
    if found is None:
        return None
    start, day = found
    kept = before_signs(whole[:start], _ENDS)
    if within := _IN.search(simpler(kept)):
        kept = before_signs(kept[: within.start()], _ENDS)
    return (kept, day) if kept else None


def _led(whole: str, begins: int, today: date, language: str) -> tuple[int, date] | None:
    for lead in _LED.finditer(simpler(whole), begins):
        if day := _exactly(whole[lead.end() :], today, language):
            return lead.start(), day
    return None


def _followed(whole: str, begins: int, today: date, language: str) -> tuple[int, date] | None:
    before = _BEFORE.search(simpler(whole))
    if before is None:
        return None
    for start in range(begins, before.start()):
        if day := _exactly(whole[start : before.start()], today, language):
            return None if _PART_OF_A_DAY.search(simpler(whole[:start])) else (start, day)
    return None


def _exactly(words: str, today: date, language: str) -> date | None:
    """The day that is all of these words."""
    reading = read_day(words, today, language)
    return reading.day if reading and reading.text == words.strip() else None
