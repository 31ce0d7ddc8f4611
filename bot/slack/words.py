"""Words on their way into Slack and out of it: read as people typed them, shown as they are, cut without loss."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.words import is_inside
from handlers.kit.typed import mention

_MARKS = str.maketrans({"\x02": "\ufffd", "\x03": "\ufffd"})
"""What only we may put around a mention."""
_ANGLES = re.compile(r"<([^<>]*)>")
HEAVIEST = 5
"""What a character weighs at most: an ampersand, escaped."""


# Out -----------------------------------------------------------------------------------------------------------------


def escaped(words: str) -> str:
    """Words in which Slack sees no mention, link or entity: exactly these three characters are its own."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def units(words: str) -> int:
    """The length as a browser counts it, which is never less than what Slack counts."""
    return len(words) if words.isascii() else len(words.encode("utf-16-le", "surrogatepass")) // 2


def weight(words: str) -> int:
    """The length once the words are escaped."""
    return units(words) + 3 * (words.count("<") + words.count(">")) + 4 * words.count("&")


def pieces(words: str, most: int) -> Iterator[str]:
    """The words in parts that weigh at most `most` each, cut after lines or words; together they are all the words."""
    if words and HEAVIEST * len(words) <= most:
        yield words
        return
    while weight(words) > most:
        head, words = _cut(words, most)
        yield head
    if words:
        yield words


def shortened(words: str, most: int) -> str:
    """The words, or as many as fit before an ellipsis: only where the whole is shown as well."""
    if HEAVIEST * len(words) <= most or weight(words) <= most:
        return words
    return next(pieces(words, most - 1)).rstrip() + "…"


def _cut(words: str, most: int) -> tuple[str, str]:
    at = _fitting(words, most)
    for end in ("\n", " "):
        found = words.rfind(end, at // 2, at)
        if found > 0:
            return words[: found + 1], words[found + 1 :]
    whole = at
    while whole > max(1, at - 40) and is_inside(words, whole):
        whole -= 1
    at = at if is_inside(words, whole) else whole
    return words[:at], words[at:]


def _fitting(words: str, most: int) -> int:
    at = min(len(words), most)
    while (over := weight(words[:at]) - most) > 0:
        at -= max(1, over // 5)
    return max(at, 1)


# In ------------------------------------------------------------------------------------------------------------------


def spoken(text: str) -> str:
    """What a person typed, from what Slack made of it: mentions of colleagues marked, links and groups as text."""
    parts = _ANGLES.split(text.translate(_MARKS))
    return "".join(_special(part) if odd % 2 else _unescaped(part) for odd, part in enumerate(parts))


def mentioned(text: str) -> tuple[str, ...]:
    """The ids of the users whom a text of Slack mentions."""
    found = (part[1:].split("|")[0] for part in _ANGLES.findall(text) if part.startswith("@"))
    return tuple(dict.fromkeys(found))


def _special(inside: str) -> str:
    target, _, label = inside.partition("|")
    if target.startswith("@"):
        return mention(target[1:], _unescaped(label))
    if target.startswith("#"):
        return f"#{_unescaped(label) or target[1:]}"
    if target.startswith("!"):
        return _unescaped(label) or f"@{target[1:]}"
    return _link(_unescaped(target), _unescaped(label))


def _link(address: str, label: str) -> str:
    """A link as text. An address that the label does not show is kept beside it."""
    bare = address.removeprefix("mailto:")
    if not label or label == bare:
        return bare
    return label if label in address else f"{label} ({address})"


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
