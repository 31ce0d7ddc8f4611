"""What people say before a figure: when it was, from where it came, of how many it is, and that it is done."""

from __future__ import annotations

import re
from datetime import date

from handlers.goals.numbers import either
from handlers.kit.dates import read_day
from handlers.kit.numerals import PLAIN

_LONGEST_DAY = 40
"""Characters in which a day at the beginning is written."""
_NUMBER = r"(?=[-+−]?\s?[$€£¥]?\s?\d|百分之)"
_PERCENT = r"(?=[-+−]?\d[\d.]*\s?%|百分之)"
"""What follows: a number, or a percentage."""

_COMPLETED = r"(?:完成|达成|达到|实现|做到|做完)[了度率]?|进度"
_DONE = rf"(?:(?:目前|现在|累计|已经?)\s*)*(?:{_COMPLETED}|目前|现在|累计|已经?)"
_IS = r"\s*[为是到]?\s*:?\s*"
_TO = r"(?:(?:提升|提高|增加|增长|上升|扩大|降低|下降|减少|缩短|升|增|降|减)[到至]|→|->)"

_PERIOD = (
    r"(?:(?:\d{1,2}|十[一二]?|[一二三四五六七八九])月(?:份|[底末初中]|[上中下]旬)?|\d{1,2}[日号]"
    r"|(?:20\d\d\s?)?q[1-4](?:[\s/]?20\d\d(?=[\s:]+[-+−$€£¥]?\d))?(?!\d)"
    r"|(?:第?[一二三四1-4]|本|上|这个?)季度?|第(?:\d{1,2}|[一二三四五六七八九十]{1,3})周"
    r"|[本上这当]个?(?:周|月|年度?)|[上下]半年|全年|年[底末初中]|[今昨][天日]|目前)"
)
_WHEN = re.compile(
    rf"\s*(?:截至|截止到?|到|在)?\s*(?:(?:\d{{4}}|[今去])年\s*{_PERIOD}?|{_PERIOD})(?:为?止)?[\s:,]*",
    re.IGNORECASE,
)
_NAMED = re.compile(
    rf"\s*(?:世界|前)?(?:\d+强|[2-6]g|[23]d)(?![a-z])[^\d%,。;]{{1,12}}?{_NUMBER}", re.IGNORECASE
)
"""A number that is part of a name: 500强客户签了3家, 5G项目70%."""
_LEADS = tuple(
    re.compile(rf"\s*{lead}", re.IGNORECASE)
    for lead in (
        # 28.11. 70
        rf"\d{{1,2}}\.\d{{1,2}}\.\s*:?\s+{_NUMBER}",
        # from 10 to 70, 从 10 提升到 70, 10 -> 70
        rf"(?:[从由]\s*[^\s,;。]{{1,15}}?\s*(?:{_TO}|[到至])|(?:[a-z]+\s+)?from\s+\S{{1,15}}\s+to\s+"
        rf"|[$€£¥]?\d[\d.,]*\s?[^\s\d,;。]{{0,3}}?\s*{_TO})\s*{_NUMBER}",
        # 10 个客户中的 7 个
        rf"(?:{_DONE}|总共|一共|共)?\s*\d+[^\d%,。;]{{0,12}}[中里]面?\s*的?有?\s*(?:{_DONE})?\s*{_NUMBER}",
        # 三周完成 70%, 完成 10 月目标的 70%: no other number before such a percentage says how far it is
        rf"(?!百分)[^%,。;]{{0,20}}?(?:(?:{_COMPLETED}){_IS}|(?:目标|计划|任务|总量|总数)的\s*){_PERCENT}",
        rf"{_DONE}{_IS}{_NUMBER}",
    )
)
_WE_ARE_AT = re.compile(rf"[\s:,]*(?:we\s+are\s+|it\s+is\s+|is\s+|was\s+)?(?:at\s+)?{_NUMBER}", re.IGNORECASE)
_TWO = re.compile(rf"\s*(\d[\d.,]*)[^\d%,。;:\s]{{1,12}}?(?:{_COMPLETED})\s*(\d[\d.,]*)")
"""10 个客户完成 7 个, 3 个版本完成 2 轮测试: who says it knows which of the two it is, and nobody else."""


def without_leads(words: str, *, unit: str, today: date, language: str) -> str:
    """The words from their figure on; "" where a day in Chinese stands before none. Raises Problem where either of two
    numbers may be it."""
    rest, plain, after_a_day = words, words.translate(PLAIN), False
    while length := _lead(plain, unit) or _day(rest, today, language):
        after_a_day |= _WHEN.match(plain[:length]) is not None
        rest, plain = rest[length:], plain[length:]
    if after_a_day and not re.match(rf"\s*{_NUMBER}", plain):
        return ""
    if found := _TWO.match(plain):
        raise either(found[0].strip(), found[1], found[2])
    return rest


def is_done(words: str) -> bool:
    """Whether words say nothing but that what follows is done."""
    return re.fullmatch(rf"\s*(?:{_DONE}{_IS})?", words.translate(PLAIN)) is not None


def _lead(plain: str, unit: str) -> int:
    """How many characters before the figure say something else."""
    counted = unit and re.match(rf"\s*\d+\s*个?{re.escape(unit)}", plain)  # 10 月, where months are counted
    found = (lead.match(plain) for lead in (_LEADS if counted else (_WHEN, _NAMED, *_LEADS)))
    return next((each.end() for each in found if each), 0)


def _day(words: str, today: date, language: str) -> int:
    """The same of a day that a figure follows: 10 Oct 70%; 3/4 is none."""
    begins = len(words) - len(words.lstrip())
    found = read_day(words[begins : begins + _LONGEST_DAY], today, language)
    if found is None or "/" in found.text or not words.startswith(found.text, begins):
        return 0
    ends = begins + len(found.text)
    after = _WE_ARE_AT.match(words, ends)
    return after.end() if after else 0
