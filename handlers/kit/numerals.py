"""Numbers and signs in what people write, in digits, in English words and in Chinese, as days and hours have them."""

from collections.abc import Iterable

from handlers.kit.characters import SIMPLER

_NUMBER_NAMES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
NUMBERS = {name: n for n, name in enumerate(_NUMBER_NAMES)} | {"a": 1, "an": 1}
_DIGITS = {digit: n for n, digit in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}

PLAIN = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20} | SIMPLER
"""Signs as they are read: full-width and traditional ones become what they stand for, each in its place."""

ZH_NUMBER = "[一二三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九]"
NOT_IN_ZH_NUMBER = "(?<![-~.,第年零〇一二三四五六七八九十百千万0-9])"

ALONE = r"(?<![\d./:-])"
ENDS = r"(?![\d/-]|\.\d)"
"""Where no longer number, date or clock goes on before and after."""


def number_of(text: str) -> int:
    """The number in digits, as an English word up to twelve, or in Chinese up to 99."""
    if text.isdecimal():
        return int(text)
    if text.lower() in NUMBERS:
        return NUMBERS[text.lower()]
    tens, ten, ones = text.lstrip("零〇").rpartition("十")
    return (10 * _DIGITS.get(tens, 1) if ten else 0) + _DIGITS.get(ones, 0)


_ZH_UNITS = {"十": 10, "百": 100, "千": 1000}
_ZH_GROUPS = {"万": 10_000, "亿": 100_000_000}
ZH_AMOUNT = "[零〇一二两三四五六七八九十百千万亿]+"


def zh_amount(text: str) -> int | None:
    """The amount that Chinese signs are: 一百二十, 三千零五, 两万. None for what may be two: 三百五, 一二."""
    whole, part, digit, least = 0, 0, 0, 10_000
    for before, sign in zip(" " + text, text, strict=False):
        if sign in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[sign]
        elif unit := _ZH_UNITS.get(sign):
            if unit >= least or (not digit and sign != "十"):
                return None
            part, digit, least = part + (digit or 1) * unit, 0, unit
        elif sign == "亿" and before == "万":
            whole *= _ZH_GROUPS[sign]
        elif part + digit == 0:
            return None
        else:
            whole, part, digit, least = _grouped(whole, part + digit, sign), 0, 0, 10_000
    shortened = digit and len(text) > 1 and text[-2] not in "十零〇"
    return None if shortened else whole + part + digit


def _grouped(whole: int, part: int, sign: str) -> int:
    """So many 万 are added to the 亿 before them; an 亿 counts all before it."""
    return whole + part * _ZH_GROUPS[sign] if sign == "万" else (whole + part) * _ZH_GROUPS[sign]


def any_of(words: Iterable[str]) -> str:
    """An expression that any of these words is, the longest first."""
    return "|".join(sorted(words, key=len, reverse=True))
