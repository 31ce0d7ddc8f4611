"""What is written in a picture: in its reader's language, in letters that the font has, and cut where room ends."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Any

from babel.dates import format_skeleton

from bot.pictures.glyphs import drawable
from bot.pictures.style import Json
from bot.words import BABEL, Voice, readable
from handlers.kit.text import Phrase, Text


class Pen:
    """Says texts in letters that the font has, and remembers which it lacks."""

    def __init__(self, voice: Voice) -> None:
        self.voice = voice
        self.lacking = ""

    def say(self, text: Text) -> str:
        """The text as it is drawn, in one line."""
        words, lacking = drawable(readable(" ".join(self.voice.say(text).split())))
        self.lacking = "".join(dict.fromkeys(self.lacking + lacking))
        return words

    def short_day(self, day: date) -> str:
        """A day without its weekday, as an axis names it."""
        return str(format_skeleton("MMMd", day, locale=BABEL.get(self.voice.language, "en_US")))

    def percent(self, percent: int) -> str:
        return self.say(Phrase("{percent}%", percent=percent))


def lettered(
    values: list[Json],
    *,
    x: Json,
    y: Json,
    text: str,
    tone: str = "",
    size: str = "",
    **look: Any,
) -> Json:
    """A layer of words, one for each value: `text` names the field that has them, `tone` that of their colour, `size`
    that of their size."""
    encoding: Json = {"x": x, "y": y, "text": {"field": text, "type": "nominal"}}
    if tone:
        encoding["color"] = {"field": tone, "type": "nominal", "scale": None}
    mark: Json = {"type": "text", **look}
    if size:
        mark["fontSize"] = {"expr": f"datum.{size}"}
    return {"data": {"values": values}, "mark": mark, "encoding": encoding}


def _width(letter: str) -> int:
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def cut(words: str, room: int) -> str:
    """At most so many halves of a Chinese character, with … where it goes on."""
    if sum(map(_width, words)) <= room:
        return words
    made, left = "", room - 1
    for letter in words:
        left -= _width(letter)
        if left < 0:
            break
        made += letter
    return made.rstrip() + "…"


def wrapped(words: str, room: int, lines: int = 3) -> list[str]:
    """Lines of at most so many halves of a Chinese character. The last goes on with … if there is more."""
    made: list[str] = [""]
    for piece in _pieces(words, room):
        if made[-1] and sum(map(_width, made[-1] + piece.rstrip())) > room:
            made.append("")
        made[-1] += piece if made[-1] else piece.lstrip()
    made = [line.rstrip() for line in made]
    if len(made) > lines:
        rest = " ".join(made[lines - 1 :])
        made = [*made[: lines - 1], cut(rest, room)]
    return made


CLOSING = " ，。、：；！？%)）”"
"""What no line begins with."""


def _pieces(words: str, room: int) -> Iterator[str]:
    """Words with the space behind them; Chinese may be parted anywhere."""
    piece = ""
    for letter in words:
        new = _width(letter) == 2 or piece[-1:] == " " or _width(piece[-1:] or " ") == 2
        if piece and new and letter not in CLOSING:
            yield piece
            piece = ""
        piece += letter
        if sum(map(_width, piece)) >= room:
            yield piece
            piece = ""
    if piece:
        yield piece
