"""How Telegram reads the text of a message: its HTML, its length, and what it makes clickable by itself."""

import re
from dataclasses import dataclass, field
from typing import Any

KINDS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "span": "spoiler", "code": "code", "pre": "pre",
}  # fmt: skip
TAGS = {*KINDS, "a", "blockquote"}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
PLAIN = re.compile(r"[^<&]+")
CHARACTER = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([a-zA-Z]+));?")
MENTION = re.compile(r"(?<![\w/@])@([A-Za-z0-9_]{2,32})(?!\w)")
COMMAND = re.compile(r"(?<![\w/@<>])/([A-Za-z0-9_]{1,64})(@[A-Za-z0-9_]{3,32})?(?![\w/])")
LINK = re.compile(
    r"(?<![\w@/.])(?:(?:https?|tg)://[^\s<>\"]+|(?:[\w-]+\.)+(?:com|org|net|io|dev|me|cn|de)\b(?:/[^\s<>\"]*)?)"
)

Entity = dict[str, Any]


class Unparsable(ValueError):
    """The markup is wrong; the words are Telegram's, without its "Bad Request: can't parse entities: "."""


@dataclass
class Parsed:
    """A text as its readers see it, and what is special in it; offsets and lengths in UTF-16 units."""

    text: str
    entities: list[Entity] = field(default_factory=list)


def utf16(text: str) -> int:
    """The length of a text in UTF-16 units, which is how Telegram counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, entity: Entity) -> str:
    """The words that an entity covers."""
    units = text.encode("utf-16-le", "surrogatepass")
    start, end = entity["offset"], entity["offset"] + entity["length"]
    return units[2 * start : 2 * end].decode("utf-16-le", "surrogatepass")


def parse_html(source: str) -> Parsed:
    """The plain text and the entities of Telegram's HTML. Raises `Unparsable`."""
    return _Reader(source).read()


@dataclass
class _Open:
    tag: str
    argument: str
    start: int
    at: int


class _Reader:
    def __init__(self, source: str) -> None:
        self.source, self.at = source, 0
        self.plain: list[str] = []
        self.length = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def read(self) -> Parsed:
        while self.at < len(self.source):
            letter = self.source[self.at]
            if letter == "<" and self.source[self.at + 1 : self.at + 2] == "/":
                self._end_tag()
            elif letter == "<":
                self._start_tag()
            else:
                self._append(self._run() if letter != "&" else self._character())
        if self.open:
            raise Unparsable(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        self.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        return _trimmed("".join(self.plain), self.entities)

    def _append(self, words: str) -> None:
        self.plain.append(words)
        self.length += utf16(words)

    def _run(self) -> str:
        found = PLAIN.match(self.source, self.at)
        assert found is not None
        self.at = found.end()
        return found[0]

    def _character(self) -> str:
        if self.source[self.at] == "&" and (found := CHARACTER.match(self.source, self.at)):
            decoded = _decoded(found)
            if decoded:
                self.at = found.end()
                return decoded
        self.at += 1
        return self.source[self.at - 1]

    def _start_tag(self) -> None:
        begin = self.at
        found = re.compile(r"<([^\s>]*)").match(self.source, begin)
        assert found is not None
        self.at, tag = found.end(), found[1].lower()
        if self.at >= len(self.source):
            raise Unparsable(f"Unclosed start tag at byte offset {self._byte(begin)}")
        if tag not in TAGS:
            raise Unparsable(f'Unsupported start tag "{tag}" at byte offset {self._byte(begin)}')
        argument = self._arguments(tag, begin)
        if tag == "span" and argument != "spoiler":
            raise Unparsable(f'Tag "span" must have class "tg-spoiler" at byte offset {self._byte(begin)}')
        self.open.append(_Open(tag, argument, self.length, len(self.plain)))

    def _arguments(self, tag: str, begin: int) -> str:
        argument = ""
        while True:
            self._skip_spaces(tag, begin)
            if self.source[self.at] == ">":
                self.at += 1
                return argument
            name = self._attribute_name(tag, begin)
            self._skip_spaces(tag, begin)
            value = ""
            if self.source[self.at] == "=":
                self.at += 1
                self._skip_spaces(tag, begin)
                value = self._attribute_value(tag, begin)
            argument = _argument(tag, name, value, argument)

    def _attribute_name(self, tag: str, begin: int) -> str:
        found = re.compile(r"[^\s=>/\"']*").match(self.source, self.at)
        assert found is not None
        if not found[0]:
            raise Unparsable(f'Empty attribute name in the tag "{tag}" at byte offset {self._byte(begin)}')
        self.at = found.end()
        return found[0]

    def _attribute_value(self, tag: str, begin: int) -> str:
        quote = self.source[self.at]
        if quote not in "\"'":
            found = re.compile(r"[A-Za-z0-9.-]*").match(self.source, self.at)
            assert found is not None
            token, self.at = self.at, found.end()
            if not re.compile(r"[\s>]").match(self.source, self.at):
                raise Unparsable(f"Unexpected end of name token at byte offset {self._byte(token)}")
            return found[0].lower()
        self.at += 1
        letters = []
        while self.at < len(self.source) and self.source[self.at] != quote:
            letters.append(self._character())
        self.at += 1
        self._skip_spaces(tag, begin)
        return "".join(letters)

    def _skip_spaces(self, tag: str, begin: int) -> None:
        while self.at < len(self.source) and self.source[self.at].isspace():
            self.at += 1
        if self.at >= len(self.source):
            raise Unparsable(f'Unclosed start tag "{tag}" at byte offset {self._byte(begin)}')

    def _end_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise Unparsable(f"Unexpected end tag at byte offset {self._byte(begin)}")
        found = re.compile(r"</([^\s>]*)\s*>").match(self.source, begin)
        if not found:
            raise Unparsable(f"Unclosed end tag at byte offset {self._byte(begin)}")
        self.at = found.end()
        if found[1] and found[1].lower() != self.open[-1].tag:
            raise Unparsable(
                f"Unmatched end tag at byte offset {self._byte(begin)}, "
                f'expected "</{self.open[-1].tag}>", found "</{found[1]}>"'
            )
        self._close(self.open.pop())

    def _close(self, opened: _Open) -> None:
        length = self.length - opened.start
        if length == 0:
            return
        extra = _entity(opened.tag, opened.argument, "".join(self.plain[opened.at :]))
        if opened.tag == "pre" and self._is_code(opened.start, length):
            extra = {**self.entities.pop(), "type": "pre"}  # a listing in a language
        if extra is not None:
            self.entities.append({"offset": opened.start, "length": length, **extra})

    def _is_code(self, start: int, length: int) -> bool:
        last = self.entities[-1] if self.entities else {}
        return "language" in last and (last["offset"], last["length"]) == (start, length)

    def _byte(self, at: int) -> int:
        return len(self.source[:at].encode("utf-8", "replace"))


def _decoded(found: re.Match[str]) -> str:
    if found[3]:
        return NAMED.get(found[3], "")
    code = int(found[1], 16) if found[1] else int(found[2])
    return chr(code) if 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else ""


def _argument(tag: str, name: str, value: str, before: str) -> str:
    if tag == "a" and name == "href":
        return value
    if tag == "code" and name == "class" and value.startswith("language-"):
        return value.removeprefix("language-")
    if tag == "span" and name == "class" and value.startswith("tg-"):
        return value.removeprefix("tg-")
    if tag == "blockquote" and name == "expandable":
        return "1"
    return before


def _entity(tag: str, argument: str, words: str) -> Entity | None:
    if tag == "blockquote":
        return {"type": "expandable_blockquote" if argument else "blockquote"}
    if tag != "a":
        return {"type": KINDS[tag], **({"language": argument} if tag == "code" and argument else {})}
    url = argument or words
    if person := re.fullmatch(r"tg://user\?id=(\d+)", url):
        return {"type": "text_mention", "user": {"id": int(person[1])}}
    return {"type": "text_link", "url": url} if is_link(url) else None  # a wrong link is silently plain text


def is_link(url: str) -> bool:
    """Whether Telegram takes it for an address: a scheme that it knows and a host with a dot in it."""
    found = re.fullmatch(r"(?:(https?|tg|ton|tonsite)://)?([^\s/?#]+)([/?#]\S*)?", url, re.IGNORECASE)
    if found is None:
        return False
    return (found[1] or "").lower() in ("tg", "ton") or "." in found[2]


def _trimmed(text: str, entities: list[Entity]) -> Parsed:
    kept = text.rstrip()
    start = utf16(kept) - utf16(kept.lstrip())
    end = utf16(kept)
    moved = []
    for entity in entities:
        first, last = max(entity["offset"], start), min(entity["offset"] + entity["length"], end)
        if first < last:
            moved.append({**entity, "offset": first - start, "length": last - first})
    return Parsed(kept.lstrip(), moved)


def plain(text: str) -> Parsed:
    """A text without markup, trimmed as Telegram trims it."""
    return _trimmed(text, [])


def found_in(parsed: Parsed, usernames: set[str]) -> list[Entity]:
    """What Telegram makes clickable unasked: commands, links, and `@names` that somebody has.

    `usernames` are in lower case. Nothing is looked for inside code and inside links.
    """
    closed = [e for e in parsed.entities if e["type"] in ("code", "pre", "text_link", "text_mention")]
    found: list[Entity] = []
    for kind, pattern in (("mention", MENTION), ("bot_command", COMMAND), ("url", LINK)):
        for match in pattern.finditer(parsed.text):
            entity = {"type": kind, "offset": utf16(parsed.text[: match.start()]), "length": utf16(match[0])}
            known = kind != "mention" or match[1].lower() in usernames
            if known and not any(_overlap(entity, other) for other in closed + found):
                found.append(entity)
    return sorted(found, key=lambda entity: entity["offset"])


def _overlap(one: Entity, other: Entity) -> bool:
    apart = one["offset"] >= other["offset"] + other["length"]
    return not apart and bool(other["offset"] < one["offset"] + one["length"])
