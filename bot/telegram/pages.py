"""A long text becomes several messages, each within Telegram's limits, cut between paragraphs, lines or words."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from html import escape, unescape
from typing import TypeAlias

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.words import is_inside
from handlers.kit.typed import is_seen

LIMIT = 4096
"""UTF-16 units in a message, its markup not counted (core.telegram.org/bots/api#sendmessage)."""
ENTITIES = 90
"""Of 100; what is beyond them loses its bold."""
BUTTONS = 90
"""Of 100 in one keyboard."""
KEYBOARD, FRAME = 9_000, 60
"""Bytes of one keyboard, of ten thousand in its JSON (github.com/tginfo/Telegram-Limits/issues/187); and of what stands
around the words and the data of a button there."""
LONG_QUOTE = 600
WORTH_BEGINNING = 600
GAP = "\n\n"
NOTHING = "⋯"
"""Stands where there is nothing to see; Telegram refuses an empty text."""

_MARKUP = re.compile(r"<[^>]*>")

Row: TypeAlias = tuple[InlineKeyboardButton, ...]


@dataclass(frozen=True)
class Run:
    """Words in one style; `tag` is an element of Telegram's HTML, or empty."""

    words: str
    tag: str = ""


@dataclass(frozen=True)
class Block:
    """A paragraph with the buttons that belong to it; `close` to the one before stands without an empty line."""

    runs: tuple[Run, ...] = ()
    rows: tuple[Row, ...] = ()
    quoted: bool = False
    close: bool = False


@dataclass(frozen=True)
class Page:
    """One message."""

    html: str
    keyboard: InlineKeyboardMarkup | None = None


def without_markup(html: str) -> str:
    """The words of a message of ours alone."""
    return unescape(_MARKUP.sub("", html))


def utf16(words: str) -> int:
    """The length in UTF-16 units, which is how Telegram counts."""
    return len(words) if words.isascii() else len(words.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True)
class _Load:
    """What buttons take of a keyboard."""

    keys: int = 0
    bytes: int = 0

    def __add__(self, other: _Load) -> _Load:
        return _Load(self.keys + other.keys, self.bytes + other.bytes)

    @property
    def is_too_much(self) -> bool:
        return self.keys > BUTTONS or self.bytes > KEYBOARD


def _load(keys: Collection[InlineKeyboardButton]) -> _Load:
    return _Load(len(keys), sum(map(_bytes_of, keys)))


def _bytes_of(key: InlineKeyboardButton) -> int:
    carried = str(key.callback_data or key.url or "")
    return FRAME + sum(len(json.dumps(words, ensure_ascii=False).encode()) for words in (key.text, carried))


def portions(keys: Iterable[InlineKeyboardButton]) -> Iterator[list[InlineKeyboardButton]]:
    """The buttons in order, as many together as one keyboard holds."""
    portion: list[InlineKeyboardButton] = []
    load = _Load()
    for key in keys:
        one = _load((key,))
        if portion and (load + one).is_too_much:
            yield portion
            portion, load = [], _Load()
        portion.append(key)
        load += one
    if portion:
        yield portion


def paged(blocks: Iterable[Block]) -> list[Page]:
    """The blocks as messages, in order, nothing left out."""
    book = _Book()
    for block in blocks:
        book.add(block)
    book.turn()
    return book.pages


class _Book:
    def __init__(self) -> None:
        self.pages: list[Page] = []
        self._clear()

    def _clear(self) -> None:
        self.html: list[str] = []
        self.words: list[str] = []
        self.units = self.entities = 0
        self.rows: list[Row] = []
        self.load = _Load()

    def turn(self) -> None:
        """End this message, if there is anything in it."""
        seen = is_seen("".join(self.words))
        if seen or self.rows:
            keyboard = InlineKeyboardMarkup(self.rows) if self.rows else None
            self.pages.append(Page("".join(self.html) if seen else NOTHING, keyboard))
        self._clear()

    def add(self, block: Block) -> None:
        loads = [_load(row) for row in block.rows]
        self._make_room_for(sum(loads, _Load()))
        for runs in _pieces(block.runs, self._room(block)):
            self._write(runs, block)
        for row, load in zip(block.rows, loads, strict=True):
            self._make_room_for(load)
            self.rows.append(row)
            self.load += load

    def _make_room_for(self, load: _Load) -> None:
        """Buttons that do not fit below the others begin a message."""
        if self.rows and (self.load + load).is_too_much:
            self.turn()

    def _room(self, block: Block) -> int:
        """How much of a block goes onto this page: a long one begins here, so that no title stands alone."""
        left = LIMIT - self.units - len(GAP)
        units = sum(utf16(run.words) for run in block.runs)
        return left if units > left and min(units, left) >= WORTH_BEGINNING else LIMIT

    def _write(self, runs: list[Run], block: Block) -> None:
        units = sum(utf16(run.words) for run in runs)
        if not units:
            return
        tags = sum(bool(run.tag) for run in runs) + block.quoted
        full = self.units + len(GAP) + units > LIMIT
        if (full and self.units) or self.entities + tags > ENTITIES:
            self.turn()
        gap = "" if not self.units else "\n" if block.close else GAP
        self.html.append(gap + _html(runs, block.quoted, units))
        self.words += [gap, *(run.words for run in runs)]
        self.units += len(gap) + units
        self.entities += tags


def _html(runs: Iterable[Run], quoted: bool, units: int) -> str:
    made = "".join(_tagged(escape(run.words, quote=False), run.tag) for run in runs if run.words)
    if not quoted:
        return made
    return f"<blockquote{' expandable' if units > LONG_QUOTE else ''}>{made}</blockquote>"


def _tagged(html: str, tag: str) -> str:
    return f"<{tag}>{html}</{tag}>" if tag else html


def _pieces(runs: Iterable[Run], room: int) -> list[list[Run]]:
    """The runs in parts of at most one message's length, the first of at most `room`."""
    done: list[list[Run]] = []
    current: list[Run] = []
    for run in runs:
        rest = run.words
        while utf16(rest[: room + 1]) > room:  # so much of it says it already
            head, rest = cut(rest, room)
            done.append([*current, Run(head, run.tag)])
            current, room = [], LIMIT
        current.append(Run(rest, run.tag))
        room -= utf16(rest)
    return [*done, current]


def cut(words: str, room: int) -> tuple[str, str]:
    """The words up to a line's or a word's or at least a character's end within `room` UTF-16 units, and the rest."""
    at = min(len(words), room)
    while at and (over := utf16(words[:at]) - room) > 0:
        at -= (over + 1) // 2
    if at == len(words):
        return words, ""
    for end in ("\n", " "):
        found = words.rfind(end, at // 2, at)
        if found > 0:
            return words[: found + 1], words[found + 1 :]
    whole = at
    while whole > max(0, at - 40) and is_inside(words, whole):
        whole -= 1
    at = at if whole <= max(0, at - 40) else whole
    return words[:at], words[at:]
