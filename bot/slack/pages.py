"""Blocks are put onto pages: as many on each as a message or a view of Slack holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from bot.slack.words import escaped, pieces, shortened, units
from handlers.kit.typed import is_seen
from storage.compact import to_json

Json: TypeAlias = dict[str, Any]

# Lengths in characters and counts; docs.slack.dev/reference/block-kit, and its answer to larger messages.
TEXT = 3000
FALLBACK = 3900
MESSAGE_BLOCKS = 50
MESSAGE_JSON = 12_500
VIEW_BLOCKS = 99
VIEW_BYTES = 200_000
MOST_EMOJI = 50
"""Emoji in one block; more would make it too long for a message, and stay as they are typed."""

_EMOJI = re.compile(r":([a-z0-9_'+-]+(?:::skin-tone-[2-6])?):")
_EMOJI_IN_A_ROW = re.compile(r"(?<![A-Za-z0-9:])(?::[a-z0-9_'+-]+:)+(?![A-Za-z0-9:])")
"""As Slack writes what people pick (:tada:), and not in 10:30:00 or std::map::key."""


@dataclass(frozen=True)
class Page:
    """One message: blocks, and the text that notifications and screen readers use. `instead` are the pages in its place
    where Slack does not take its pictures."""

    text: str
    blocks: list[Json]
    instead: tuple[Page, ...] = ()

    def in_words(self) -> Page:
        """The same without what Slack could find wrong with its blocks."""
        return Page(self.text, [])


def fallback(words: str) -> str:
    """The words as the top-level text of a message, whose blocks hold them whole."""
    words = words.strip()
    return escaped(shortened(words, FALLBACK)) if is_seen(words) else "⋯"


def rich(runs: list[tuple[str, bool]], *, quoted: bool = False) -> Iterator[Json]:
    """Words that Slack takes literally, some of them bold, in as many blocks as they need."""
    elements: list[Json] = []
    room = TEXT
    for words, bold in runs:
        for piece in pieces(words, TEXT):
            if units(piece) > room:
                yield from _rich_block(elements, quoted)
                elements, room = [], TEXT
            elements += _inline(piece, bold, MOST_EMOJI - sum(each["type"] == "emoji" for each in elements))
            room -= units(piece)
    yield from _rich_block(elements, quoted)


def _inline(words: str, bold: bool, most: int) -> Iterator[Json]:
    """Words, and the emoji in them, which Slack shows in rich text only by elements of their own."""
    style = {"style": {"bold": True}} if bold else {}
    last = 0
    for found in _emoji_in(words)[: max(0, most)]:
        if before := words[last : found.start()]:
            yield {"type": "text", "text": before, **style}
        yield {"type": "emoji", "name": found[1]}
        last = found.end()
    if words[last:]:
        yield {"type": "text", "text": words[last:], **style}


def _emoji_in(words: str) -> list[re.Match[str]]:
    rows = _EMOJI_IN_A_ROW.finditer(words) if ":" in words else ()
    return [found for row in rows for found in _EMOJI.finditer(words, row.start(), row.end())]


def _rich_block(elements: list[Json], quoted: bool) -> Iterator[Json]:
    if is_seen("".join(words_of(elements))):
        inner = {"type": "rich_text_quote" if quoted else "rich_text_section", "elements": elements}
        yield {"type": "rich_text", "elements": [inner]}


def on_messages(blocks: list[Json]) -> list[list[Json]]:
    """The blocks as messages, in order."""
    return list(_paged(blocks, MESSAGE_BLOCKS, MESSAGE_JSON, size_of))


def on_views(blocks: list[Json]) -> list[list[Json]]:
    """The blocks as views, in order, each with room for one block more."""
    return list(_paged(blocks, VIEW_BLOCKS, VIEW_BYTES, bytes_of))


def _paged(
    blocks: list[Json], most: int, room_of_each: int, measured: Callable[[object], int]
) -> Iterator[list[Json]]:
    if blocks and len(blocks) <= most and measured(blocks) <= room_of_each:
        yield blocks
        return
    page: list[Json] = []
    room = room_of_each
    for block in blocks:
        size = measured(block) + 1
        if page and (len(page) == most or size > room):
            yield page
            page, room = [], room_of_each
        page.append(block)
        room -= size
    if page:
        yield page


def size_of(thing: object) -> int:
    """The characters of its JSON."""
    made = to_json(thing)
    return len(made) if made.isascii() else units(made.decode())


def bytes_of(thing: object) -> int:
    """The bytes of its JSON. Of a view Slack counts bytes: three for a Chinese character, four for an emoji."""
    return len(to_json(thing))


def words_of(node: object) -> Iterator[str]:
    """What can be read in blocks, in order, not escaped."""
    if isinstance(node, list):
        for item in node:
            yield from words_of(item)
    elif isinstance(node, dict):
        if node.get("type") == "emoji":
            yield f":{node['name']}:"
        for key, item in node.items():
            if key == "text" and isinstance(item, str):
                yield item.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
            elif key not in ("confirm", "options"):
                yield from words_of(item)
