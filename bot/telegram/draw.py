"""A card becomes messages of Telegram: HTML with buttons under it, and files."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from html import escape
from itertools import count, groupby
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.pictures.specification import alt, specification
from bot.telegram.harmless import HarmlessVoice
from bot.telegram.pages import GAP, NOTHING, Block, Page, Row, Run, cut, paged, portions, utf16
from bot.words import Voice, bars, readable
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
from handlers.kit.charts import table
from handlers.kit.text import Text
from handlers.kit.typed import is_seen

DATA_BYTES = 64
CAPTION = 1024
ASK = "?"
"""Before a handle that acts only when *Yes* was pressed; the reader's language stands between."""
FORGET = "!"
"""Before a handle whose *No* was pressed."""

MANY = 30
ROW_WIDTH = 34
ROW_KEYS = 3
OWN_NUMBER = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,4})*)\.\s")
STYLES = {"primary": "primary", "danger": "danger"}


@dataclass(frozen=True)
class Attached:
    """A file of `store.files`, sent as a message of its own."""

    file_id: str
    name: str
    caption: str


@dataclass(frozen=True)
class Photo:
    """A picture by its specification, with words and buttons below it; where it cannot be drawn, `instead` is shown."""

    spec: Mapping[str, Any]
    html: str
    instead: tuple[Page, ...]
    keyboard: InlineKeyboardMarkup | None = None


Drawn: TypeAlias = Page | Photo | Attached


def draw(card: Card, language: str, zone: str, now: datetime | None = None) -> list[Drawn]:
    """The messages that show a card to one reader, in order."""
    drawing = Drawing(language, zone, now)
    files = [drawing.attached(part) for part in card.parts if isinstance(part, Document)]
    return [*drawing.messages(card), *files]


def plain(card: Card, language: str, zone: str, now: datetime | None = None) -> str:
    """The words of a card without markup, for an alert."""
    return readable(Voice(language, zone, now=now).plain(card))


class Drawing:
    """How one reader sees the parts of a card."""

    def __init__(self, language: str, zone: str, now: datetime | None = None) -> None:
        self.language = language
        self._voice = HarmlessVoice(language, zone, now=now)
        self._label = Voice(language, zone, now=now)
        self._marks: dict[str, str] = {}
        self._numbers: dict[int, str] = {}
        self._picture: Callable[[Picture], Iterator[Block]] = self._too_long
        self._specified = cache(partial(specification, voice=self._label))

    def say(self, text: Text) -> str:
        """The text for a message; it is not escaped yet."""
        return self._voice.say(text)

    def messages(self, card: Card) -> list[Page | Photo]:
        """The messages of a card: one, with the words below the picture, where they fit there."""
        pictures = card.pictures()
        whole = self._below_picture(card, *pictures) if len(pictures) == 1 else None
        return [whole] if whole else [*paged(self.blocks(card)), *map(self.photo, pictures)]

    def _below_picture(self, card: Card, part: Picture) -> Photo | None:
        blocks = list(self.blocks(card, self._described))
        units = sum(utf16(run.words) for block in blocks for run in block.runs) + len(GAP) * len(blocks)
        pages = paged(blocks)
        if units > CAPTION or len(pages) > 1:
            return None
        instead = paged(self.blocks(card, self._in_words))
        return Photo(self._specified(part).spec, pages[0].html, tuple(instead), pages[0].keyboard)

    def blocks(
        self, card: Card, picture: Callable[[Picture], Iterator[Block]] | None = None
    ) -> Iterator[Block]:
        """The title and the parts; of a picture what `picture` says of it, else what does not fit below it."""
        self._numbers, self._marks = _numbered(card, self._label)
        self._picture = picture or self._too_long
        yield Block((Run(self.say(card.title), "b"),))
        before: Part | None = None
        for is_key, group in groupby(card.parts, key=self._is_key):
            if is_key:
                keys = tuple(group)
                yield from self._consequences(keys)
                yield Block(rows=self.rows(keys))
                continue
            for part in group:
                close = isinstance(part, Fact) and isinstance(before, Fact)
                yield from self._block(part, close)
                before = part

    def attached(self, part: Document) -> Attached:
        """The file of a card."""
        caption = self.say(part.label)
        return Attached(part.file_id, part.name, caption if utf16(caption) <= CAPTION else part.name)

    def photo(self, part: Picture) -> Photo:
        """A picture of a card as a message of its own, with what it shows below it, or above it in the card where that
        is too long."""
        words = self._alt(part)
        caption = words if utf16(words) <= CAPTION else cut(words, CAPTION - 1)[0].rstrip() + "…"
        return Photo(
            self._specified(part).spec, escape(caption, quote=False), tuple(paged(self._in_words(part)))
        )

    def _described(self, part: Picture) -> Iterator[Block]:
        yield Block((Run(self._alt(part)),))

    def _in_words(self, part: Picture) -> Iterator[Block]:
        yield from self._described(part)
        yield Block((Run(self.say(table(part.chart))),))

    def _too_long(self, part: Picture) -> Iterator[Block]:
        if utf16(self._alt(part)) > CAPTION:
            yield from self._described(part)

    def _alt(self, part: Picture) -> str:
        return alt(part, self._voice, self._specified(part))

    def _is_key(self, part: Part) -> bool:
        return isinstance(part, Button) or (isinstance(part, Link) and is_pressable(part.url))

    def _block(self, part: Part, close: bool) -> Iterator[Block]:
        if isinstance(part, Section):
            mark = self._numbers.get(id(part), "")
            rows = self.rows([part.button]) if part.button else ()
            yield Block((Run(mark + self.say(part.body)),), rows=rows, quoted=part.quoted)
            yield from self._consequences([part.button] if part.button else [])
        elif isinstance(part, Heading):
            yield Block((Run(self._numbers.get(id(part), "") + self.say(part.body), "b"),))
        elif isinstance(part, Fact):
            yield Block(
                (Run(self.say(part.label), "b"), Run(f"{self._voice.colon}{self.say(part.value)}")),
                close=close,
            )
        elif isinstance(part, Note):
            yield Block((Run(self.say(part.body), "i"),))
        elif isinstance(part, Trend):
            yield Block((Run(f"{bars(part.points)} {self.say(part.finding)}"),))
        elif isinstance(part, Link):
            yield Block((Run(f"{self.say(part.label)}{self._voice.colon}{part.url}"),))
        elif isinstance(part, Menu):
            yield from self._menu(part)
        elif isinstance(part, Picture):
            yield from self._picture(part)
        elif isinstance(part, Document) and utf16(self.say(part.label)) > CAPTION:
            yield Block((Run(self.say(part.label)),))

    def _consequences(self, keys: Iterable[Part]) -> Iterator[Block]:
        """What is asked before a button acts stands beside it: Telegram has no window that asks."""
        for key in keys:
            if isinstance(key, Button) and key.confirm:
                label = self._marks.get(key.handle, "") + self.say(key.label)
                yield Block((Run(f"{label}{self._voice.colon}{self.say(key.confirm)}", "i"),))

    def _menu(self, menu: Menu) -> Iterator[Block]:
        """Each option says what it is a choice of: below a message all its buttons stand together. Many options fill
        messages of their own, which say so above them."""
        label = self.say(menu.label)
        if len(menu.options) <= MANY:
            self._marks |= {option.handle: f"{label}{self._voice.colon}" for option in menu.options}
            yield Block(rows=self.rows(menu.options))
            return
        for portion in portions(map(self._key, menu.options)):
            yield Block((Run(label, "b"),), rows=_in_rows(portion, ROW_KEYS))

    def rows(self, parts: Iterable[Part], most: int = ROW_KEYS) -> tuple[Row, ...]:
        """Buttons side by side as long as their labels have room."""
        return _in_rows(map(self._key, parts), most)

    def _key(self, part: Part) -> InlineKeyboardButton:
        assert isinstance(part, Button | Link)
        mark = self._marks.get(part.handle, "") if isinstance(part, Button) else ""
        label = readable(mark + self._label.say(part.label)).strip()
        label = label if is_seen(label) else NOTHING
        if isinstance(part, Link):
            return InlineKeyboardButton(label, url=part.url)
        data = f"{ASK}{self.language}:{part.handle}" if part.confirm else part.handle
        assert 0 < len(data.encode()) <= DATA_BYTES
        return InlineKeyboardButton(label, callback_data=data, style=STYLES.get(part.style))


def _in_rows(keys: Iterable[InlineKeyboardButton], most: int) -> tuple[Row, ...]:
    made: list[Row] = []
    for key in keys:
        row = (*made[-1], key) if made else ()
        if row and len(row) <= most and sum(_width(k.text) for k in row) <= ROW_WIDTH:
            made[-1] = row
        else:
            made.append((key,))
    return tuple(made)


def is_pressable(url: str) -> bool:
    """Whether Telegram takes it as a button's address: it wants a dot in the host."""
    try:
        return "." in (urlsplit(url).hostname or "")
    except ValueError:
        return False


def _numbered(card: Card, voice: Voice) -> tuple[dict[int, str], dict[str, str]]:
    """What ties a button to its paragraph where several are called alike, as all of them stand below the message: a
    number for the paragraph, by its place in memory, and for the button, by its handle. What has a number of its own
    that nothing else has (goals are called by theirs) is given no second one."""
    alike = card.alike(voice.say)
    own = {
        id(part): _own_number(voice.say(part.body))
        for part in card.parts
        if isinstance(part, Section | Heading)
    }
    owners = Counter(own.values())
    kept = {place: number for place, number in own.items() if number and owners[number] == 1}
    free = (number for n in count(1) if (number := f"{n}. ") not in owners)
    told = {id(says) for says in alike.values()} - kept.keys()
    given = {place: next(free) for place in own if place in told}
    return given, {handle: (kept | given)[id(says)] for handle, says in alike.items()}


def _own_number(words: str) -> str:
    """The number that words begin with: "6. " of a goal, "2.1. " of a key result, or nothing."""
    found = OWN_NUMBER.match(words)
    return f"{found[1]}. " if found else ""


def _width(label: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in label) + 2
