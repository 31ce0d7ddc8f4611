"""What people typed: cleaned of what has no meaning, with mentions as names, and compared as people compare words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from handlers.kit.characters import simpler
from storage.people import Directory

MENTION = re.compile("\x02([^\x03\x1f]+)(?:\x1f([^\x03]*))?\x03")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Mn"})
NUMBER = re.compile(r"#?(\d{1,9}(?:\.\d{1,9})?)[.:：]?(?=\s|$|[,，])")
"""A number that is to choose something: 2, #2, 2.1:"""
SEPARATORS = " \t\u00a0\u3000,，、:："
DASHES = ("-", "－", "–", "—", "~", "～")
"""What stands between a beginning and an end: 22:00－7:00, 12/24～1/2."""
EMOJI = r"(?<=[\s,，、：]):[a-z0-9_'+-]+:(?=[\s:]|$)"
"""An emoji as Slack writes it (:tada:), where a word begins: its colon parts nothing."""
_EMOJI_FIRST = re.compile(r":[a-z0-9_'+-]+:(?=[\s:]|$)")
_EMOJI_LAST = re.compile(r"(?:^|(?<=[\s,，、：]))(?::[a-z0-9_'+-]+:)+$")
_LONGEST_EMOJI = 100
_PARTING = re.compile(rf"^(?:(?!{EMOJI})[{SEPARATORS}])*")


def mention(external_id: str, name: str = "") -> str:
    """How an adapter marks a platform's mention of a user inside a text; nobody can type it. `name` is how they are
    called there: it is said where they are no colleague."""
    called = " ".join(clean(name).lstrip("@＠").split())[:60]
    return f"\x02{external_id}\x1f{called}\x03" if called else f"\x02{external_id}\x03"


def after_separators(words: str) -> str:
    """Words without the signs that part them from what stands before."""
    return _PARTING.sub("", words, count=1)


def after_signs(words: str, signs: str) -> str:
    """Words without these signs at their beginning; an emoji there keeps its colon."""
    begins = 0
    while words[begins : begins + 1] and words[begins] in signs and not _EMOJI_FIRST.match(words, begins):
        begins += 1
    return words[begins:]


def before_signs(words: str, signs: str) -> str:
    """Words without these signs at their end; an emoji there keeps its colon."""
    ends = len(words)
    while ends and words[ends - 1] in signs:
        if words[ends - 1] == ":" and _EMOJI_LAST.search(words[max(0, ends - _LONGEST_EMOJI) : ends]):
            break
        ends -= 1
    return words[:ends]


def with_names(words: str, names: Mapping[str, str]) -> str:
    """Words whose mention marks have these names, where they had none."""
    return MENTION.sub(lambda found: mention(found[1], found[2] or names.get(found[1], "")), words)


def with_ids(words: str, ids: Mapping[str, str]) -> str:
    """Words whose mention marks have these ids of people in the place of users whom nobody is connected with."""
    return MENTION.sub(lambda found: mention(ids.get(found[1], found[1]), found[2] or ""), words)


def clean(words: str) -> str:
    """A person's words without what has no meaning as text: controls, lone surrogates, direction overrides; nothing
    when there is nothing to see."""
    if not words.isprintable():  # nearly always on one line, and nothing of the above
        words = words.replace("\r\n", "\n").replace("\r", "\n")
        words = words.replace("\u2028", "\n").replace("\u2029", "\n")
        words = _BIDI.sub("", _CONTROL.sub("", _SURROGATE.sub("\ufffd", words)))
    words = words.strip()
    return words if is_seen(words) else ""


def is_seen(words: str) -> bool:
    """Whether there is more than spaces and marks that nobody sees."""
    return any(unicodedata.category(letter) not in _UNSEEN for letter in words)


def marked(words: str) -> str:
    """Words from an adapter: cleaned, with the adapter's own mention marks kept."""
    if "\x02" not in words:
        return clean(words)
    return "".join(part if odd else _edges(part) for odd, part in _split_marks(words)).strip()


def _edges(part: str) -> str:
    cleaned = clean(part)
    before = part[: len(part) - len(part.lstrip())]
    after = part[len(part.rstrip()) :] if part.strip() else ""
    return clean_space(before) + cleaned + clean_space(after)


def clean_space(space: str) -> str:
    """White space only, without controls."""
    return "".join(character for character in space if character in " \t\n")


def _split_marks(words: str) -> Iterable[tuple[bool, str]]:
    last = 0
    for found in MENTION.finditer(words):
        yield False, words[last : found.start()]
        yield True, found.group()
        last = found.end()
    yield False, words[last:]


def spoken(words: str, directory: Directory, platform: str) -> str:
    """Words with mention marks turned into names, for keeping."""
    if "\x02" not in words:
        return words

    def name(found: re.Match[str]) -> str:
        person = directory.mentioned(platform, found.group(1))
        return f"@{person.name if person else found.group(2) or '?'}"

    return MENTION.sub(name, words)


def folded(words: str) -> str:
    """Words as they are compared: full-width forms, traditional characters, case and spaces do not matter."""
    plain = words if words.isascii() else simpler(unicodedata.normalize("NFKC", words))
    return " ".join(plain.casefold().split())
