"""A text of ours becomes a sentence in one language and time zone; words of people stay as they were written."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton, format_time
from babel.lists import format_list
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from handlers.kit.cards import (
    Button,
    Card,
    Document,
    Fact,
    Heading,
    Link,
    Menu,
    Note,
    Part,
    Picture,
    Section,
    Trend,
)
from handlers.kit.text import Lines, Listing, Phrase, Plural, Text, Value, Verbatim
from storage.once import once

LOCALES = Path(__file__).parent / "locales"
BABEL = {"en": "en_US", "zh": "zh_Hans_CN"}
BARS = "▁▂▃▄▅▆▇█"
COLONS = {"zh": "："}
BEFORE_TIME = {"zh": " "}
"""Between a day and a time of day."""
COMMAS = {"zh": "、"}
"""Between the items of a list where all are joined alike: Chinese's “和” would stick to the Latin names around it."""


@lru_cache
def catalog(language: str) -> Catalog:
    """The translations into a language; English needs none."""
    path = LOCALES / f"{language}.po"
    if language == "en" or not path.exists():
        return Catalog("en")
    with path.open(encoding="utf-8") as file:
        read = read_po(file, locale=BABEL[language])
    for message in unfit(read):
        read.delete(message.id)
    return read


def unfit(read: Catalog) -> list[Message]:
    """The translations that name what their sentence does not have: drawing one would break the whole answer."""
    return [message for message in read if message.id and not _fits(message)]


def _fits(message: Message) -> bool:
    known = {"n"} if message.pluralizable else set()
    try:
        wanted = [_placeholders(words) for words in _forms(message.string)]
        return set().union(*wanted) <= known.union(*(_placeholders(words) for words in _forms(message.id)))
    except ValueError:
        return False


def _forms(words: Any) -> tuple[str, ...]:
    return tuple(words) if isinstance(words, tuple | list) else (words,)


def _placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


@lru_cache
def _locale(language: str) -> Locale:
    return Locale.parse(BABEL.get(language, "en_US"))


@lru_cache(maxsize=10_000)
def _sentence(language: str, template: str) -> str:
    """A sentence of ours in a language. Kept: the catalog's own look-up costs ten times as much."""
    found = catalog(language).get(template)
    return str(found.string) if found and found.string else template


@lru_cache(maxsize=1000)
def _joined(language: str, items: tuple[str, ...]) -> str:
    return str(format_list(items, locale=_locale(language)))


_MEANINGLESS = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def readable(words: str) -> str:
    """Words without what cannot be sent or what hides their order: lone surrogates, controls, overrides."""
    if words.isprintable():  # nearly always, and nothing of the above is
        return words
    return _MEANINGLESS.sub("", _SURROGATE.sub("\ufffd", words))


_JOINS = ("\u200d", "\ufe0f", "\u20e3")


def is_inside(words: str, at: int) -> bool:
    """Whether a character as people see it (a family, a letter with its accent) goes on here."""
    letter, before = words[at], words[at - 1]
    skin = "\U0001f3fb" <= letter <= "\U0001f3ff"
    return letter in _JOINS or before == "\u200d" or skin or unicodedata.combining(letter) > 0


_GAP = re.compile(r"(?<=[\u4e00-\u9fff])( ?)(?=\{(\w+)\})|\{(\w+)\}( ?)(?=[\u4e00-\u9fff])")
_WIDE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


def _spaced(template: str, said: dict[str, str]) -> str:
    """A sentence in Chinese has a space around each Latin or Arabic value, and none beside a Chinese one, however it
    was translated."""

    def gap(found: re.Match[str]) -> str:
        stood, before, after, stands = found.groups()
        edge = said[before][:1] if before else said[after][-1:]
        space = "" if _WIDE.match(edge) else " " if edge.isalnum() else stood or stands or ""
        return f"{{{after}}}{space}" if after else space

    return _GAP.sub(gap, template)


_LABEL = re.compile(r"\{(\w+)\}(: |：)")
DASHES = {": ": " – ", "：": "——"}
"""What stands in the place of a colon behind a question: “Why?:” is no way to write."""


def _dashed(template: str, said: dict[str, str]) -> str:
    """A sentence with a dash behind each label that is a question."""

    def joined(found: re.Match[str]) -> str:
        name, colon = found.groups()
        return f"{{{name}}}{DASHES[colon]}" if said[name].endswith(("?", "？")) else found.group()

    return _LABEL.sub(joined, template) if "}:" in template or "}：" in template else template


def _unchanged(words: str) -> str:
    return words


@dataclass(frozen=True)
class Voice:
    """How one reader is spoken to. `escape` makes a string safe for the platform that draws it. `now` is when they read
    it: a date of their present year is said without the year. Without `now` every date has its year."""

    language: str = "en"
    zone: str = "UTC"
    escape: Callable[[str], str] = _unchanged
    now: datetime | None = None

    def say(self, text: Text) -> str:
        """The text in this voice, escaped."""
        if isinstance(text, Verbatim):
            return self.escape(text.words)
        if isinstance(text, Phrase):
            return self._fill(self._translated(text.template), text.values)
        if isinstance(text, Plural):
            return self._fill(self._counted(text), (*text.values, ("n", text.n)))
        if isinstance(text, Listing):
            return self._listed([self.say(item) for item in text.items])
        assert isinstance(text, Lines)
        return "\n".join(self.say(item) for item in text.items)

    @property
    def colon(self) -> str:
        """What stands between a label and its value."""
        return COLONS.get(self.language, ": ")

    def plain(self, card: Card) -> str:
        """The card as plain lines: the fallback, the notification, and what a screen reader reads."""
        return plain(card, self.say, self.colon)

    def _listed(self, items: list[str]) -> str:
        if comma := COMMAS.get(self.language):
            return comma.join(items)
        return _joined(self.language, tuple(items))

    def _translated(self, template: str) -> str:
        return self.escape(_sentence(self.language, template))

    def _counted(self, text: Plural) -> str:
        found = catalog(self.language).get((text.one, text.many))
        forms = (
            found.string if found and isinstance(found.string, tuple | list) and all(found.string) else None
        )
        if forms:
            return self.escape(forms[0])  # Chinese has one form; a language with more needs its rule here
        return self.escape(text.one if text.n == 1 else text.many)

    def _fill(self, template: str, values: Iterable[tuple[str, Value]]) -> str:
        if "{" not in template and "}" not in template:
            return template
        said = {name: self._value(item) for name, item in values}
        template = _dashed(template, said)
        return (_spaced(template, said) if self.language == "zh" else template).format(**said)

    def _value(self, item: Value) -> str:
        if isinstance(item, bool | int | float):
            return str(format_decimal(item, locale=_locale(self.language)))
        if isinstance(item, datetime):
            return self.moment(item)
        if isinstance(item, date):
            return self._day(item)
        if isinstance(item, time):
            return str(format_time(item, "short", locale=_locale(self.language)))
        return self.say(item)

    def moment(self, moment: datetime) -> str:
        """A moment on this reader's clock."""
        here = moment.astimezone(ZoneInfo(self.zone))
        clock = format_time(here.time(), "short", locale=_locale(self.language))
        return f"{self._day(here.date())}{BEFORE_TIME.get(self.language, ', ')}{clock}"

    def _day(self, day: date) -> str:
        skeleton = "MMMEd" if day.year == self._year else "yMMMEd"
        return str(format_skeleton(skeleton, day, locale=_locale(self.language)))

    @once
    def _year(self) -> int:
        """The year on the reader's calendar, or none."""
        return self.now.astimezone(ZoneInfo(self.zone)).year if self.now else 0


def plain(card: Card, say: Callable[[Text], str], colon: str) -> str:
    """A card as plain lines, each text as `say` says it."""
    return "\n".join(line for line in (say(card.title), *_lines(card.parts, say, colon)) if line)


def _lines(parts: Iterable[Part], say: Callable[[Text], str], colon: str) -> Iterable[str]:
    for part in parts:
        if isinstance(part, Section | Heading | Note):
            yield say(part.body)
        elif isinstance(part, Fact):
            yield f"{say(part.label)}{colon}{say(part.value)}"
        elif isinstance(part, Trend):
            yield f"{bars(part.points)} {say(part.finding)}"
        elif isinstance(part, Picture):
            yield say(part.described)
        elif isinstance(part, Link):
            yield f"{say(part.label)}{colon}{part.url}"
        elif isinstance(part, Document):
            yield f"{say(part.label)}{colon}{part.name}"
        elif isinstance(part, Button | Menu):
            continue


_BAR = re.compile(r"\s*[▁-▓]+")
"""A bar that is drawn with blocks says nothing to who hears it."""


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def told_apart(
    card: Card, voice: Voice, most: int, *, cut: Callable[[str, int], str] = _cut
) -> dict[str, str]:
    """What buttons that look alike are called for who hears them, by their handles: with the line that says which one
    it is, in at most so many characters as `cut` counts them, and where that does not do, with a number."""
    labels = {button.handle: readable(voice.say(button.label)) for button in card.buttons()}
    names: Counter[str] = Counter()
    made: dict[str, str] = {}
    for handle, says in card.alike(voice.say).items():
        lines = (_BAR.sub("", each).strip() for each in readable(voice.say(says.body)).splitlines())
        name = cut(f"{labels[handle]}{voice.colon}{next(filter(None, lines), '')}", most)
        names[name] += 1
        made[handle] = name if names[name] == 1 else f"{cut(name, most - 4)} {names[name]}"
    return made


def bars(points: tuple[float, ...]) -> str:
    """Numbers as a line of bars."""
    low, high = min(points), max(points)
    step = (high - low) or 1
    return "".join(BARS[round((point - low) / step * (len(BARS) - 1))] for point in points)
