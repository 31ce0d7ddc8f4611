"""The days that people write in passing ("next Friday", "下周五"), always read alike."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from handlers.kit.numerals import ALONE, ENDS, NOT_IN_ZH_NUMBER, NUMBERS, PLAIN, ZH_NUMBER, any_of, number_of

# The words

_MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_MONTHS = {key: n for n, name in enumerate(_MONTH_NAMES, 1) for key in (name, name[:3])} | {"sept": 9}
_DAYS = {key: n for n, name in enumerate(_DAY_NAMES) for key in (name, name[:3])}
_DAYS |= (
    {"tues": 1, "weds": 2, "thur": 3, "thurs": 3} | {c: n for n, c in enumerate("一二三四五六日")} | {"天": 6}
)
_AHEAD = {
    "today": 0, "eod": 0, "tomorrow": 1, "今天": 0, "今日": 0, "明天": 1, "明日": 1,
    "后天": 2, "大后天": 3,
}  # fmt: skip


class _Found(NamedTuple):
    day: date
    ambiguous: bool = False


_Reader = Callable[[re.Match[str], date, str], _Found]


@dataclass(frozen=True)
class DayReading:
    """A day, the words that named it, and whether they could mean another day as well."""

    day: date
    text: str
    ambiguous: bool


def read_day(text: str, today: date, language: str) -> DayReading | None:
    """The first date in the text, as someone who writes on `today` means it; None when there is none."""
    # Full-width digits and signs come from Chinese keyboards, and some of them write traditional characters; the
    # replacement keeps every position.
    text = text.strip()
    plain = text.translate(PLAIN)
    matches = [(match, read) for pattern, read in _GRAMMAR if (match := pattern.search(plain))]
    if not matches:
        return None
    match, read = min(matches, key=lambda each: (each[0].start(), -each[0].end()))
    try:
        found = read(match, today, language)
    except (ValueError, OverflowError):  # a 31 November, a week beyond the year 9999
        return None
    return DayReading(found.day, text[slice(*match.span())], found.ambiguous)


@dataclass(frozen=True)
class Length:
    """How long something lasts, and how many characters say it."""

    lasts: relativedelta
    characters: int

    def last(self, first: date) -> date | None:
        """Its last day, where it begins with this one; None beyond the end of all calendars."""
        try:
            return first + self.lasts - timedelta(days=1)
        except (ValueError, OverflowError):
            return None


def length_at_start(text: str) -> Length | None:
    """How many days, weeks or months the text begins with ("for 3 days", "两周"); None when it does not."""
    plain = text.translate(PLAIN)
    match = next(filter(None, (pattern.match(plain) for pattern in _LENGTHS)), None)
    number = number_of(match["number"]) if match else 0
    return Length(_lasting(number, match["unit"]), match.end()) if match and number else None


# The grammar


def _full(match: re.Match[str], today: date, language: str) -> _Found:
    return _Found(date(int(match["year"]), _month(match["month"]), number_of(match["day"])))


def _month_and_day(match: re.Match[str], today: date, language: str) -> _Found:
    return _Found(_on(match["year"], _month(match["month"]), number_of(match["day"]), today))


def _slashed(match: re.Match[str], today: date, language: str) -> _Found:
    month, day = int(match["one"]), int(match["two"])
    either = month <= 12 and day <= 12 and month != day
    if month > 12:
        month, day = day, month
    return _Found(_on(match["year"], month, day, today), either and not language.startswith("zh"))


def _ahead(match: re.Match[str], today: date, language: str) -> _Found:
    return _Found(today + timedelta(days=_AHEAD[match[0].lower()]))


def _day_after_tomorrow(match: re.Match[str], today: date, language: str) -> _Found:
    return _Found(today + timedelta(days=2))


def _bare_weekday(match: re.Match[str], today: date, language: str) -> _Found:
    days = (_DAYS[match["weekday"].lower()] - today.weekday()) % 7
    return _Found(today + timedelta(days=days), ambiguous=days == 0)


def _weekday_of_week(match: re.Match[str], today: date, language: str) -> _Found:
    """The weekday of this week or a later one, where weeks begin on Monday."""
    which = match["which"].lower()
    this = today + timedelta(days=_DAYS[match["weekday"].lower()] - today.weekday())
    if which.startswith(("this", "本", "这")):
        return _Found(this, ambiguous=this < today)
    # "next Friday", said on a Monday, is this week's Friday to some; 下周五 never is.
    return _Found(this + timedelta(weeks=which.count("下") or 1), ambiguous=which == "next" and this > today)


def _after_a_while(match: re.Match[str], today: date, language: str) -> _Found:
    return _Found(today + _lasting(number_of(match["number"]), match["unit"]))


def _lasting(number: int, unit: str) -> relativedelta:
    if unit.lower() in ("day", "天", "日"):
        return relativedelta(days=number)
    if unit.lower() in ("month", "月"):
        return relativedelta(months=number)
    return relativedelta(weeks=number)


def _end_of_week(match: re.Match[str], today: date, language: str) -> _Found:
    """Friday; said on a weekend, that of the week to come, which is then also the next."""
    friday = today + timedelta(days=4 - today.weekday())
    return _Found(friday + timedelta(weeks=1) if _later(match) or friday < today else friday)


def _end_of_month(match: re.Match[str], today: date, language: str) -> _Found:
    return _Found(_last_of_month(today + relativedelta(months=_later(match))))


def _end_of_named_month(match: re.Match[str], today: date, language: str) -> _Found:
    return _end_of(_month(match["month"]), match["year"], today)


def _end_of_named_quarter(match: re.Match[str], today: date, language: str) -> _Found:
    return _end_of(3 * number_of(match["quarter"]), match["year"], today)


def _end_of(month: int, year: str | None, today: date) -> _Found:
    in_year = _year(year, today) if year else today.year + (month < today.month)
    return _Found(_last_of_month(date(in_year, month, 1)))


def _end_of_quarter(match: re.Match[str], today: date, language: str) -> _Found:
    return _Found(_last_of_month(today + relativedelta(months=-today.month % 3 + 3 * _later(match))))


def _end_of_year(match: re.Match[str], today: date, language: str) -> _Found:
    return _Found(date(today.year + _later(match), 12, 31))


def _end_of_named_year(match: re.Match[str], today: date, language: str) -> _Found:
    return _Found(date(_year(match["year"] or "今", today), 12, 31))


def _year(text: str, today: date) -> int:
    return {"今": today.year, "本": today.year, "明": today.year + 1}.get(text) or int(text)


def _later(match: re.Match[str]) -> int:
    return int((match["later"] or "").lower().strip() in ("next", "下", "下个"))


def _last_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _on(year: str | None, month: int, day: int, today: date) -> date:
    """The day in its year or, without one, the next time that it exists, today included."""
    if year:
        return date(_year(year, today), month, day)
    # A 29 February can be eight years away (2096 to 2104).
    for each in range(today.year, today.year + 9):
        if day <= monthrange(each, month)[1] and date(each, month, day) >= today:
            return date(each, month, day)
    raise ValueError("This day is in no year.")


def _month(text: str) -> int:
    return _MONTHS.get(text.lower()) or number_of(text)


_EN_MONTH = f"(?P<month>{any_of(_MONTHS)})"
_EN_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_EN_YEAR = r"(?:,?\s+(?P<year>\d{4})\b)?"
_EN_NUMBER = rf"(?P<number>\d{{1,3}}|{any_of(NUMBERS)})"
_EN_UNIT = r"(?P<unit>day|week|month)s?"
_EN_WEEKDAY = f"(?P<weekday>{any_of(name for name in _DAYS if name.isascii())})"
# The other short names are also words: "the cat sat".
_EN_CLEAR_WEEKDAY = (
    f"(?P<weekday>{any_of([*_DAY_NAMES, 'tue', 'tues', 'weds', 'thu', 'thur', 'thurs', 'fri'])})"
)
_NOT_PAST = r"(?<!last\s)(?<!past\s)(?<!previous\s)(?<!every\s)(?<!each\s)"
_EN_END = r"\b(?:the\s+)?end\s+of\s+"
_EN_LATER = r"(?P<later>the\s+|this\s+|next\s+)?"

_ZH_WHILE = rf"(?P<number>\d{{1,3}}|{ZH_NUMBER})\s*个?(?P<unit>天|日|周|星期|礼拜|(?<=个)月)"
_ZH_WEEK = "(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])"
_ZH_LATER = "(?P<later>本|这个?|下个?)?"


_GRAMMAR: tuple[tuple[re.Pattern[str], _Reader], ...] = tuple(
    (re.compile(pattern, re.ASCII | re.IGNORECASE), read)
    for pattern, read in (
        (
            rf"{ALONE}(?P<year>\d{{4}})(?P<sign>[-/.])(?P<month>\d{{1,2}})(?P=sign)(?P<day>\d{{1,2}}){ENDS}",
            _full,
        ),
        (rf"{ALONE}(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.(?P<year>\d{{4}}){ENDS}", _full),
        (rf"{ALONE}(?P<one>\d{{1,2}})/(?P<two>\d{{1,2}})(?:/(?P<year>\d{{4}}))?{ENDS}", _slashed),
        (
            rf"{NOT_IN_ZH_NUMBER}(?:(?P<year>\d{{4}}|[今明])\s*年\s*)?(?P<month>\d{{1,2}}|{ZH_NUMBER})\s*月\s*"
            rf"(?P<day>\d{{1,2}}|{ZH_NUMBER})\s*[日号]",
            _month_and_day,
        ),
        (rf"\b{_EN_MONTH}\b\.?\s*{_EN_DAY}\b(?![:.]\d){_EN_YEAR}", _month_and_day),
        (rf"{ALONE}\b{_EN_DAY}\s*(?:of\s+)?{_EN_MONTH}\b\.?{_EN_YEAR}", _month_and_day),
        (r"\b(?:today|tomorrow|eod)\b|[今明][天日]|大后天|(?<![今以之])后天", _ahead),
        (r"\b(?:the\s+)?day\s+after\s+tomorrow\b", _day_after_tomorrow),
        (rf"{_NOT_PAST}\b{_EN_CLEAR_WEEKDAY}\b", _bare_weekday),
        (rf"(?:(?<=\bon\s)|(?<=\bby\s)){_EN_WEEKDAY}\b", _bare_weekday),
        (rf"^{_EN_WEEKDAY}$", _bare_weekday),
        (rf"(?<![每上个]){_ZH_WEEK}", _bare_weekday),
        (rf"\b(?P<which>(?:this|next)(?:\s+week)?)\s+{_EN_WEEKDAY}\b", _weekday_of_week),
        (rf"\b{_EN_WEEKDAY}\s+(?P<which>(?:this|next)\s+week)\b", _weekday_of_week),
        (rf"(?P<which>本|这|下{{1,3}})个?{_ZH_WEEK}", _weekday_of_week),
        (rf"\bin\s+{_EN_NUMBER}\s+{_EN_UNIT}\b", _after_a_while),
        (rf"(?<![\w.-]){_EN_NUMBER}\s+{_EN_UNIT}\s+from\s+(?:now|today)\b", _after_a_while),
        (rf"{NOT_IN_ZH_NUMBER}{_ZH_WHILE}\s*[之以]?后", _after_a_while),
        (rf"{_EN_END}{_EN_LATER}week\b|\beow\b", _end_of_week),
        (rf"{_EN_END}{_EN_LATER}month\b|\beom\b", _end_of_month),
        (rf"(?<![每上个一二三四五六七八九十\d]){_ZH_LATER}月[底末]", _end_of_month),
        (rf"{_EN_END}{_EN_MONTH}\b{_EN_YEAR}", _end_of_named_month),
        (
            rf"{NOT_IN_ZH_NUMBER}(?:(?P<year>\d{{4}}|[今明])\s*年\s*)?(?P<month>\d{{1,2}}|{ZH_NUMBER})\s*月[底末]",
            _end_of_named_month,
        ),
        (rf"{_EN_END}{_EN_LATER}quarter\b|\beoq\b", _end_of_quarter),
        (rf"(?<![每上个第一二三四\d]){_ZH_LATER}季度?[末底]", _end_of_quarter),
        (rf"{_EN_END}q(?P<quarter>[1-4])\b{_EN_YEAR}", _end_of_named_quarter),
        (rf"{_EN_END}{_EN_LATER}year\b|\beoy\b", _end_of_year),
        (
            r"(?<![\d每年去前后零〇一二三四五六七八九十])(?:(?P<year>\d{4}|[今本明])年?)?年[底末]",
            _end_of_named_year,
        ),
    )
)

_LENGTHS = tuple(
    re.compile(pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        rf"(?:for\s+)?(?:the\s+next\s+)?{_EN_NUMBER}\s+{_EN_UNIT}\b",
        # 3日 is as well the third of a month.
        rf"(?:起|开始)?\s*,?\s*(?:一共|总共|共)?\s*{_ZH_WHILE}(?<!日)",
    )
)
