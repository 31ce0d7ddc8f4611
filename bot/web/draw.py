"""Cards and forms become HTML in one reader's language and zone; what people wrote stays text, whatever it is."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.pictures.specification import alt
from bot.web.labels import LABELS
from bot.words import BABEL, Voice, readable, told_apart
from handlers.kit.cards import Button, Card, Document, Fact, Link, Menu, Part, Picture
from handlers.kit.charts import table
from handlers.kit.features import Route
from handlers.kit.forms import Answerable, Choice, Colleague, Form
from handlers.kit.text import Phrase, Text, names
from storage.people import Person

HERE = Path(__file__).parent
HUES = 8
SPOKEN = 100
"""Characters of a button's name for who hears the page."""
FEW = 6
"""So many options are shown one below the other; more become a drop-down."""


@lru_cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class Drawing:
    """How one reader sees things. Templates call it `d`."""

    def __init__(self, language: str, zone: str, now: datetime | None = None) -> None:
        self.language = language if language in BABEL else "en"
        self.zone = zone
        self._voice = Voice(self.language, zone, _shown, now)
        self._plain = Voice(self.language, zone, now=now)

    def page(self, template: str, /, **things: Any) -> str:
        """A template, drawn."""
        return _templates().get_template(template).render(d=self, **things)

    @property
    def html_language(self) -> str:
        """The language as a page names it."""
        return "zh-Hans" if self.language == "zh" else self.language

    # Words --------------------------------------------------------------------------------------------------

    def say(self, text: Text) -> Markup:
        """A text as HTML: escaped by the voice, so marked as safe."""
        return Markup(self._voice.say(text))  # noqa: S704

    @property
    def colon(self) -> str:
        """What stands between a label and its value."""
        return self._plain.colon

    def label(self, name: str) -> Markup:
        """A word around the talk."""
        return self.say(LABELS[name])

    def names(self, people: Iterable[str]) -> Markup:
        """The names of people, as the reader's language lists them."""
        return self.say(names(people))

    def plain(self, card: Card) -> str:
        """A card as plain lines, not escaped."""
        return self._plain.plain(card)

    def moment(self, moment: datetime) -> str:
        """A moment on the reader's clock."""
        return self._plain.moment(moment)

    def clock(self, moment: datetime) -> Markup:
        """The time of day on the reader's clock."""
        return self.say(Phrase("{at}", at=self.here(moment).time()))

    def day(self, day: date) -> Markup:
        """A day, with its weekday."""
        return self.say(Phrase("{day}", day=day))

    def here(self, moment: datetime) -> datetime:
        """The moment in the reader's zone."""
        return moment.astimezone(ZoneInfo(self.zone))

    def words_of(self, route: Route) -> str:
        """What this reader types for a command: its Chinese words where they have some."""
        own = (words for words in route.also if not words.isascii())
        return next(own, route.words) if self.language == "zh" else route.words

    # Cards --------------------------------------------------------------------------------------------------

    @staticmethod
    def kind(part: object) -> str:
        """What a part or a question is."""
        return type(part).__name__

    @staticmethod
    def groups(parts: Iterable[Part]) -> list[tuple[str, list[Part]]]:
        """The parts with neighbours of one kind together: facts, and things to press."""
        return [(kind, list(group)) for kind, group in groupby(parts, _group)]

    def told_apart(self, card: Card) -> dict[str, str]:
        """What buttons that look alike are called for who hears the page, by their handles; not escaped."""
        return told_apart(card, self._plain, SPOKEN)

    picture_width = 760
    """Of a picture in a page, in pixels; a narrow page makes it narrower."""

    def alt(self, part: Picture) -> str:
        """What a picture shows, not escaped."""
        return alt(part, self._plain)

    def table(self, part: Picture) -> Markup:
        """A picture's figures, a line for each."""
        return self.say(table(part.chart))

    @staticmethod
    def line(points: Sequence[float]) -> str:
        """A trend as the points of an SVG line in a box of 120 by 32."""
        low, high = min(points), max(points)
        across = 116 / max(1, len(points) - 1)
        up = 28 / ((high - low) or 1)
        return " ".join(
            f"{2 + n * across:.1f},{30 - (point - low) * up:.1f}" for n, point in enumerate(points)
        )

    # Forms --------------------------------------------------------------------------------------------------

    def form(
        self, form: Form, *, people: Mapping[str, Person], errors: Mapping[str, Text], **more: Any
    ) -> str:
        """A form with its audience line, filled with what was given so far."""
        return self.page("form.html", form=form, people=people, errors=errors, **more)

    @staticmethod
    def picked(form: Form, question: Answerable) -> tuple[str, ...]:
        """The answers that stand in the form for a question: one, several or none."""
        given = form.given.get(question.name)
        if given in (None, "", ()):
            return ()
        answers = given if isinstance(given, tuple | list) else (given,)
        return tuple(readable(str(one)) for one in answers)

    @staticmethod
    def options(question: Choice) -> tuple[Any, ...]:
        """The options of a choice, known by now."""
        return question.options if isinstance(question.options, tuple) else ()

    def is_short(self, question: Choice) -> bool:
        """Whether all options fit under each other."""
        return len(self.options(question)) <= FEW

    @staticmethod
    def several(question: Answerable) -> bool:
        """Whether more than one answer may be picked."""
        return isinstance(question, Colleague) and question.most > 1


def _shown(words: str) -> str:
    return html.escape(readable(words))


def _group(part: Part) -> str:
    if isinstance(part, Button | Menu | Link | Document):
        return "actions"
    return "facts" if isinstance(part, Fact) else type(part).__name__


def initials(name: str) -> str:
    """Up to two letters that stand for a name; a Chinese name is known by its last characters."""
    parts = name.split()
    if not parts:
        return "?"
    if _is_cjk(parts[0]):
        return parts[0][1:][-2:] or parts[0]
    return "".join(part[0] for part in (parts[0], *parts[1:][-1:])).upper()


def _is_cjk(word: str) -> bool:
    return any("\u3400" <= character <= "\u9fff" for character in word)


def hue(person: Person) -> int:
    """A colour that stays with a person."""
    return crc32(person.email.encode()) % HUES
