"""Numbers as people type them, in their own country's way; where two readings are possible, they are asked."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import format_decimal, get_decimal_symbol

from handlers.kit.characters import simpler
from handlers.kit.numerals import PLAIN, ZH_AMOUNT, any_of, number_of, zh_amount
from handlers.kit.problems import Problem
from handlers.kit.text import Phrase, Verbatim
from handlers.kit.typed import folded

MOST = Decimal(10) ** 15
"""Beyond it nobody means a number."""
TOO_LARGE = Phrase("This number is too large for me. Use a larger unit, such as millions.")
PLACES = 6
"""Digits after the point that are kept."""

_TIMES = {
    "k": 3, "thousand": 3, "m": 6, "mio": 6, "million": 6, "bn": 9, "billion": 9,
    "百": 2, "千": 3, "万": 4, "w": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8, "十亿": 9, "百亿": 10, "千亿": 11,
    "万亿": 12,
}  # fmt: skip
_NUMBER = re.compile(
    r"(?P<sign>[+-]|−|负)?\s?(?P<money>[$€£¥￥])?\s?"
    r"(?P<digits>\d{1,3}(?: \d{3})+(?:[.,]\d+)?(?![.,]?\d)|\d(?:[\d.,'’\u00a0\u202f]*\d)?|\.\d+)"
    r"\s?(?P<times>[十百千]万|[十百千万]亿|百(?!分)|千(?![克米瓦])|[万亿]|bn\b|(?:thousand|million|billion|mio)\b"
    r"|[kmw](?![a-z]))?"
    r"\s?(?P<percent>%|percent\b|个?百分点)?"
)
_GOES_ON = re.compile(
    r"\d|[十百万亿成¼-¾⅐-⅞²³]|千(?![克米瓦])|e[+-]?\d|x[\da-f]|[-–—~/:*×^]\d|\s?(?:[到至]|\bto\b)\s?[$€£¥￥]?\d"
    r"|(?:st|nd|rd|th)\b"
)
"""What follows a number of which that was only the beginning: 1e9, 3/4, 10-20, 10 to 20, 2千5百, 2nd."""


_COUNTED = re.compile(r"[个項项次人天件元分]?|小时|万元")
"""What Chinese puts after a number and is no part of it."""


_IN_SIGNS = re.compile(
    rf"(?P<money>[$€£¥￥])?\s?(?P<percent>百分之)?(?P<whole>{ZH_AMOUNT})(?:点(?P<part>[零〇一二三四五六七八九]+))?"
    r"(?(percent)(?![零〇一二两三四五六七八九十百千万亿点])|(?=(?:[个項项次人天件元分%]|小时|个?百分点)?(?:[\s，。,.;；:：!！、]|$)))"
)
"""A number in Chinese signs: outside 百分之 only where no word goes on, for 一切顺利 and 十分满意 are no numbers."""
_CLAUSE_ENDS = re.compile(r"(?<=\d)，(?=\d)(?!\d{3}(?!\d))")
"""A comma of Chinese behind which no group of a number stands: 70，3个在谈 and 9月30，10月70."""
_PERCENT_BEFORE = re.compile(r"百分之\s?(?=[\d.+-])")


@dataclass(frozen=True)
class Typed:
    """A number that somebody typed, and whether they wrote it as a percentage."""

    value: Decimal
    percent: bool = False
    length: int = 0
    """Characters of the text that it takes."""
    plus: bool = False
    """A plus stands before it: so much more than it is now."""
    money: str = ""
    """The sign of a currency before it."""


def read_number(words: str, *, zone: str) -> Typed | None:
    """The number at the beginning of the words, or None. Raises Problem where it could be two."""
    text = _CLAUSE_ENDS.sub(";", words).translate(PLAIN)
    if (before := _PERCENT_BEFORE.match(text)) and (rest := read_number(words[before.end() :], zone=zone)):
        return replace(rest, percent=True, length=before.end() + rest.length)
    found = _NUMBER.match(text.lower())
    if found is None:
        return _in_signs(text)
    times = found["times"] or ""
    if times == "w" and _territory(zone) != "CN":  # 12w are 120,000 to people in China alone
        return read_number(words[: found.start("times")], zone=zone)
    at = found.start("times")
    if times == "m" and text[at - 1 : at + 1] == " m" and not found["money"]:
        raise _two_units(text[: at - 1])
    digits = words[found.start("digits") : found.end("digits")]
    if digits.count("，") == 1 and ",0" not in found["digits"]:
        raise _two_numbers(digits, "，")
    value = _value(found["digits"], decimal_commas(zone)) * Decimal(10) ** _TIMES.get(times, 0)
    if found["sign"] in ("-", "−", "负"):
        value = -value
    if abs(value) > MOST:
        raise Problem(TOO_LARGE)
    value = round(value, PLACES).normalize() + 0
    return Typed(value, bool(found["percent"]), found.end(), found["sign"] == "+", _money(found))


def _in_signs(text: str) -> Typed | None:
    """The number in Chinese signs at the beginning of the words: 百分之五十, 一百二十, 三点五."""
    found = _IN_SIGNS.match(text)
    whole = zh_amount(found["whole"]) if found else None
    if found is None or whole is None:
        return None
    places = "".join(str(number_of(digit)) for digit in found["part"] or "")
    end = found.end()
    percent = re.compile("%|个?百分点").match(text, end)
    value = Decimal(f"{whole}.{places}" if places else whole)
    return Typed(
        value, bool(found["percent"] or percent), percent.end() if percent else end, money=_money(found)
    )


def _money(found: re.Match[str]) -> str:
    return (found["money"] or "").replace("￥", "¥")


def leading_number(words: str, *, zone: str) -> Typed | None:
    """The same, where other words may follow. Raises Problem also where the number goes on in a way that we do not
    read."""
    typed = read_number(words, zone=zone)
    goes_on = _GOES_ON.match(words.translate(PLAIN).lower(), typed.length) if typed else None
    if goes_on:
        raise _no_number(words[: goes_on.end()] + re.split(r"\s", words[goes_on.end() :])[0])
    return typed


def whole_number(words: str, *, zone: str) -> Typed:
    """The number that the words are, and nothing else. Raises Problem."""
    plain = re.sub(r"(?<=\d) (?=\d{3}(?!\d))", "", folded(words))
    typed = read_number(plain, zone=zone)
    if typed is None or not _COUNTED.fullmatch(plain[typed.length :].strip()):
        raise _no_number(words)
    return typed


_MULTIPLIED = re.compile(rf"(?:{any_of(_TIMES)})(?![a-z分])")
_SO_MUCH = r"^\s*[-+−]?\s?[$€£¥]?(?:[\d.,'’ ]*\d|[零〇一二两三四五六七八九十百千点]+)"


def without_unit(words: str, unit: str) -> str:
    """Words without the unit behind the number with which they begin, where it would multiply that: of what is counted
    in m, 5 m are five; of what is counted in 万元, 300万 are 300. In 米, 5千米 are 5千."""
    plain, said = simpler(unit.strip().lower()), words.translate(PLAIN).lower()
    if plain.startswith(("克", "米", "瓦")) and (
        many := re.match(rf"{_SO_MUCH}\s?千(?={re.escape(plain)})", said)
    ):
        return f"{words[: many.end()]} {words[many.end() :]}"
    own = _MULTIPLIED.match(plain)
    if own is None:
        return words
    ends = rf"({_SO_MUCH})\s?(?:{re.escape(plain)}|{own[0]})(?![a-z\d零〇一二两三四五六七八九十百千万亿])"
    found = re.match(ends, said)
    return f"{words[: found.end(1)]} {words[found.end() :].lstrip()}" if found else words


def number_alone(words: str, unit: str) -> str:
    """An answer that is to be a number without the unit that it has anyway: 600 of 600 users."""
    alone = without_unit(words, unit).strip()
    is_said = unit and alone.lower().endswith(unit.lower()) and len(alone) > len(unit)
    return alone[: -len(unit)] if is_said else alone


def shown(value: Decimal, language: str = "en") -> str:
    """A number for a reader, grouped, with no more digits than it has."""
    return format_decimal(value, format="#,##0.######", locale="zh_CN" if language == "zh" else "en_US")


_TIMES_AFTER = re.compile(rf"(?:(?<=[一二三四五六七八九十百千])[万亿]|(?<=\d)\s?(?:{any_of(_TIMES)}))$")


_FALLS = 10
"""To less than a tenth hardly anything is to fall: from 100 to 1万 rises."""


def refuse_shared(first: str, start: Typed, second: str, target: Typed) -> None:
    """Raise Problem where what multiplies the second of two numbers may be meant for the first too: from 1 to 5
    million, and from 12 to 10 million."""
    first, second = first[: start.length], second[: target.length]
    found = _TIMES_AFTER.search(second.lower())
    if found is None or _TIMES_AFTER.search(first.lower()) or start.value <= 0:
        return
    if start.value <= _FALLS * target.value.scaleb(-_TIMES[found[0].strip()]):
        many, few = f"{first}{second[found.start() :]}", retyped(target.value)
        raise either(f"{first} – {second}", f"{many} – {second}", f"{first} – {few}")


def retyped(value: Decimal) -> str:
    """A number as it is typed so that it is read as itself wherever its reader lives: 5000, 2.1250."""
    plain = format(round(value, PLACES).normalize() + 0, "f")
    return f"{plain}0" if len(plain.partition(".")[2]) == 3 else plain


# Which sign is which -------------------------------------------------------------------------------------------------


def _value(digits: str, commas: bool) -> Decimal:
    plain = re.sub(r"['’\u00a0\u202f ]", "", digits)
    if digits.count(" ") == 1 and " 0" not in digits:
        raise _two_numbers(digits, " ")
    points, marks = plain.count("."), plain.count(",")
    if points and marks:  # the later one is the decimal sign
        decimal = "." if plain.rfind(".") > plain.rfind(",") else ","
        return _decimal(plain.replace("," if decimal == "." else ".", ""), decimal)
    sign = "," if marks else "."
    if points + marks > 1:
        return _grouped(plain, sign)
    if points + marks == 0 or not _could_be_group(plain, sign):
        return _decimal(plain, sign)
    if sign == "." and not commas:
        return _decimal(plain, sign)
    if sign == "," and not commas:
        return _grouped(plain, sign)
    raise _two_readings(plain, sign)


def _could_be_group(plain: str, sign: str) -> bool:
    head, _, tail = plain.partition(sign)
    return len(tail) == 3 and 0 < len(head) <= 3 and not head.startswith("0")


def _grouped(plain: str, sign: str) -> Decimal:
    head, *tails = plain.split(sign)
    if not 0 < len(head) <= 3 or any(len(tail) != 3 for tail in tails):
        raise _no_number(plain)
    return Decimal("".join((head, *tails)))


def _decimal(plain: str, sign: str) -> Decimal:
    try:
        return Decimal(plain.replace(sign, ".")) if plain.count(sign) <= 1 else _grouped(plain, sign)
    except InvalidOperation:
        raise _no_number(plain) from None


def _no_number(words: str) -> Problem:
    return Problem(
        Phrase(
            "I cannot read “{words}” as a number. Write it like 12, 0.5, 70% or 1.2k.",
            words=Verbatim(words[:60]),
        )
    )


def _two_readings(plain: str, sign: str) -> Problem:
    return either(plain, plain.replace(sign, ""), plain.replace(sign, ".") + "0")


def _two_numbers(digits: str, sign: str) -> Problem:
    """It is grouped by a sign, or another number follows."""
    return either(digits, digits.replace(sign, ""), digits.replace(sign, ", "))


def _two_units(digits: str) -> Problem:
    """Behind a blank, metres look like millions, but for a large M."""
    return either(f"{digits} m", f"{digits} million", digits)


def either(words: str, many: str, few: str) -> Problem:
    """What is said of words that may be either of two numbers."""
    return Problem(
        Phrase(
            "“{words}” can be two numbers here. Write {many}, or {few}.",
            words=Verbatim(words),
            many=Verbatim(many),
            few=Verbatim(few),
        )
    )


@lru_cache
def decimal_commas(zone: str) -> bool:
    """Whether people who live in a time zone write 1,5 for one and a half."""
    territory = _territory(zone)
    if not territory:
        return False
    try:
        return get_decimal_symbol(Locale.parse(f"und_{territory}")) == ","
    except (UnknownLocaleError, ValueError):
        return False


def _territory(zone: str) -> str:
    """The country of a time zone, by its two letters, or ""."""
    return str(get_global("zone_territories").get(zone, ""))
