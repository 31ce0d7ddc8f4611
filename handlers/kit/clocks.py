"""The times of day that people write in passing ("3pm", "下午三点"), always read alike."""

import re
from collections.abc import Mapping
from datetime import time

from handlers.kit.numerals import ALONE, ENDS, NOT_IN_ZH_NUMBER, PLAIN, ZH_NUMBER, any_of, number_of

# The hours that each part of the day can mean; "晚上12点" is left out, because it is tomorrow's 0:00.
_HOURS = {
    "am": (0, 11), "pm": (12, 23), "": (0, 23),
    "凌晨": (0, 6), "清晨": (4, 11), "早晨": (4, 11), "早上": (4, 11), "早": (4, 11), "上午": (1, 12),
    "中午": (11, 14), "下午": (12, 20), "傍晚": (17, 20), "晚上": (17, 23), "晚": (17, 23),
}  # fmt: skip

_PART = f"(?:(?P<part>{any_of(key for key in _HOURS if key and not key.isascii())})\\s*)?"
_AM_PM = r"(?:\s*(?P<half>[ap])\.?m\b\.?)"

_COLON, _DOT, _HOUR, _AT, _ZH_CLOCK = (
    re.compile(pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        rf"{_PART}{ALONE}(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?![\d:]|\.\d){_AM_PM}?",
        rf"{_PART}{ALONE}(?P<hour>\d{{1,2}})\.(?P<minute>\d{{2}}){ENDS}{_AM_PM}?",
        rf"{_PART}{ALONE}(?P<hour>\d{{1,2}})(?P<minute>){_AM_PM}",
        r"(?<!\w)at\s+(?P<hour>[89]|1\d|2[0-3])(?P<minute>)\s*$",  # “at 3” may be either
        rf"{_PART}{NOT_IN_ZH_NUMBER}(?P<hour>\d{{1,2}}|{ZH_NUMBER}|零)\s*[点时](?!\d{{3}})"
        rf"(?:(?P<half_past>半)|(?P<quarters>[一三])刻|(?P<minute>\d{{1,2}}|[零〇]?(?:{ZH_NUMBER}))(?:\s*分)?)?",
    )
)


def read_clock(text: str, language: str) -> time | None:
    """The first time of day in the text; None when there is none."""
    found = _first_clock(text.strip(), language)
    return _time(found) if found else None


def clock_at_start(text: str, language: str) -> tuple[time, int] | None:
    """The time of day with which the text begins, and how many characters say it."""
    found = _first_clock(text, language)
    clock = _time(found) if found and not found.start() else None
    return (clock, found.end()) if found and clock else None


def without_clock(text: str, language: str) -> tuple[str, time | None]:
    """The text without the first time of day in it, and that time; the text as it is when there is none."""
    found = _first_clock(text, language)
    clock = _time(found) if found else None
    return (text[: found.start()] + text[found.end() :], clock) if found and clock else (text, None)


def _first_clock(text: str, language: str) -> re.Match[str] | None:
    plain = text.translate(PLAIN)
    found = [match for pattern in _clocks(plain, language) if (match := pattern.search(plain))]
    return min(found, key=lambda match: (match.start(), -match.end()), default=None)


def _clocks(plain: str, language: str) -> list[re.Pattern[str]]:
    # Among Chinese words, 9.30 is as well the 30th of September.
    dotted = not language.startswith("zh") or _DOT.fullmatch(plain)
    return [_COLON, _HOUR, _AT, _ZH_CLOCK, *([_DOT] if dotted else [])]


def _time(match: re.Match[str]) -> time | None:
    groups = match.groupdict()
    part = groups.get("part") or (f"{groups['half'].lower()}m" if groups.get("half") else "")
    said, minute = number_of(groups["hour"]), _minute(groups)
    low, high = _HOURS[part]
    twice = (said, said % 12 + 12, said % 12) if 1 <= said <= 12 else (said,)
    meant = [hour for hour in twice if low <= hour <= high]
    return time(meant[0], minute) if meant and 0 <= minute < 60 else None


def _minute(groups: Mapping[str, str | None]) -> int:
    if groups.get("half_past"):
        return 30
    if quarters := groups.get("quarters"):
        return 15 * number_of(quarters)
    return number_of(groups["minute"] or "0")
