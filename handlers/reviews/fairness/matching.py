"""Words are found where they are meant: not in quotations, in names, in what a product is called, or when denied.

What to look for is written as it is read, and published like that: `(a|b)` is one or the other, `s?` may lack its s,
`#` is a number, `*` any word, `@` the name of a colleague. An English word stands alone; a Chinese one
touches its neighbours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

_QUOTED = re.compile(r"“[^”]*”|\"[^\"\n]*\"|「[^」]*」|『[^』]*』|《[^》]*》|`[^`\n]*`|https?://\S+")
_ENDS = ".!?:;…。！？：；\n"
_HAN = "\u3400-\u9fff"
_SIGNS = "()|#*?"
_NUMBER = r"(?:\d+|[一二三四五六七八九十]+)"
_COLLEAGUE = rf"(?P<who>[{_HAN}]{{1,6}}|[A-Za-z][\w'’-]*(?:\s(?-i:[A-Z])[\w'’-]*){{0,2}})"
_MONTHS = frozenset({"may", "june", "april", "august"})
"""Names that are rather months."""
_LONGEST = 24
"""No name of a person or a team around a word is looked for farther away than so many characters."""

_DENIED = re.compile(
    r"(?:\b(?:not|never|no|without|hardly|rarely|anything but|far from|nothing)|n['’]t)\s+(?:\w+\s+){0,2}$",
    re.I,
)
_BUT_NOT_DENIED = re.compile(r"\bnot (?:only|just|merely)\b[^,.;]*$", re.I)
_DENIED_HAN = re.compile(
    r"(?:不是|并不|从不|从未|绝不|毫不|不会|没有|并非|不算|不|没|无)(?:很|太|那么|怎么|一点)?$"
)
_BUT_NOT_DENIED_HAN = re.compile(r"(?:是不是|不是一般的?)$")

# What is built or served may be about anything: "the sick leave form", "请假系统".
_PRODUCT = re.compile(
    r"[\s-]+(?:\w+\s+){0,1}(?:systems?|modules?|features?|workflows?|polic(?:y|ies)|pages?|forms?|apis?|services?|reports?"
    r"|dashboards?|requests?|process(?:es)?|calculators?|apps?|screens?|tables?|fields?|endpoints?|datasets?|segments?"
    r"|customers?|users?|markets?|products?|campaigns?|rules?|settings?|checks?|filters?|groups?)\b"
    r"|的?(?:系统|模块|流程|功能|审批|管理|页面|接口|数据|政策|平台|报表|表单|字段|规则|用户|客户|客群|人群|群体|市场|品牌|产品|业务|登记|统计|段|层|组|分布|校验|筛选|险|证明|化)",
    re.I,
)


@dataclass(frozen=True)
class Known:
    """Names that are known, in small letters: of colleagues in whole and in part, and of teams and the like."""

    people: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()

    def __contains__(self, words: str) -> bool:
        return words.casefold() in self.people or words.casefold() in self.others


def known(people: Iterable[str], others: Iterable[str] = ()) -> Known:
    """The names of these people, whole and by their parts, and of these teams."""
    made: set[str] = set()
    for name in people:
        made.add(name.casefold())
        made.update(part.casefold() for part in name.split() if len(part) > 1)
    return Known(frozenset(made), frozenset(other.casefold() for other in others if other))


@dataclass(frozen=True)
class Span:
    """Where something stands in a text: from `start` (included) to `end` (excluded)."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """What stands there."""
        return text[self.start : self.end]

    def touches(self, other: Span) -> bool:
        """Whether they have a character in common."""
        return self.start < other.end and other.start < self.end


def quoted(text: str) -> list[Span]:
    """What stands in quotation marks, and addresses: not the writer's own words."""
    return [Span(*found.span()) for found in _QUOTED.finditer(text)]


@dataclass(frozen=True)
class Looking:
    """What to look for, and where it is not meant: inside of `but`, when it is denied, or before a product."""

    words: tuple[str, ...]
    but: tuple[str, ...] = ()
    is_denied: bool = False
    is_of_products: bool = False

    def find(self, text: str, names: Known) -> Iterator[Span]:
        """Where it stands in a text as it is meant, from left to right."""
        folded = text.casefold()
        words = [word for word in self.words if _may_stand_in(word, folded)]
        if not words:
            return
        hidden = quoted(text)
        hidden += [Span(*found.span()) for word in self.but for found in pattern(word).finditer(text)]
        spans = (span for word in words for span in _found(word, text, names))
        meant = (span for span in spans if not self._is_excused(span, text, names, hidden))
        yield from _joined(meant)

    def _is_excused(self, span: Span, text: str, names: Known, hidden: list[Span]) -> bool:
        return (
            any(span.touches(other) for other in hidden)
            or (self.is_denied and _is_denied(span, text))
            or (self.is_of_products and _PRODUCT.match(text, span.end) is not None)
            or _is_name(span, text, names)
        )


def _found(word: str, text: str, names: Known) -> Iterator[Span]:
    if "@" not in word:
        yield from (Span(*found.span()) for found in pattern(word).finditer(text))
        return
    head, after = word.split("@")
    for found in pattern(f"{head}@").finditer(text):
        length = _name_at(found["who"], names)
        rest = pattern(after).match(text, found.start("who") + length) if after and length else None
        if rest or (length and not after):
            yield Span(found.start(), rest.end() if rest else found.start("who") + length)


def _name_at(words: str, names: Known) -> int:
    """How long the name of a colleague is that these words begin with; 0 if they do with none."""
    for length in range(len(words), 0, -1):
        part = words[:length]
        if (
            part.casefold() in names.people
            and part.casefold() not in _MONTHS
            and part[:1] != part[:1].lower()
        ):
            return length
        if part in names.people and not part.isascii():
            return length
    return 0


def _may_stand_in(word: str, folded: str) -> bool:
    """Whether a text has the longest part of it that never varies: making all the expressions takes a third of a
    second, and few of the words stand in any text."""
    return _steady(word) in folded


@lru_cache(maxsize=4096)
def _steady(word: str) -> str:
    """The longest run of letters in every form of it, in small letters."""
    fixed, varies = word, 1
    while varies:  # from the innermost bracket outwards
        fixed, varies = re.subn(r"\([^()]*\)\??|\w\?", " ", fixed)
    return max(re.findall(r"[^\W_]+", fixed), key=len, default="").casefold()


@lru_cache(maxsize=4096)
def pattern(word: str) -> re.Pattern[str]:
    """What is written as it is read, as an expression."""
    body = word.removesuffix("@")
    made = re.sub(r"[^\w\s()|#*?]", lambda found: re.escape(found[0]), body)
    made = made.replace("(", "(?:").replace("#", _NUMBER).replace("*", r"\w+").replace("'", "['’]")
    made = _before(body) + re.sub(r"\s+", r"[\\s-]+", made)
    if word.endswith("@"):
        return re.compile(made + _COLLEAGUE, re.IGNORECASE)
    return re.compile(made + _after(body), re.IGNORECASE)


def _before(body: str) -> str:
    first = next(letter for letter in body if letter not in _SIGNS)
    if not first.isascii():
        return ""
    return r"(?<!\d)" if first.isdigit() else r"(?<![A-Za-z0-9_-])"


def _after(body: str) -> str:
    last = next(letter for letter in reversed(body) if letter not in _SIGNS)
    return r"(?![A-Za-z0-9_-])(?!\.[A-Za-z])" if last.isascii() else ""


def _is_denied(span: Span, text: str) -> bool:
    before = text[: span.start]
    clause = before[max(before.rfind(end) for end in (*_ENDS, ",", "，")) + 1 :]
    if _DENIED.search(clause) and not _BUT_NOT_DENIED.search(clause):
        return True
    return bool(_DENIED_HAN.search(clause)) and not _BUT_NOT_DENIED_HAN.search(clause)


def _is_name(span: Span, text: str, names: Known) -> bool:
    """Whether it is a name, or a part of one."""
    if _stands_in_known(span, text, names):
        return True
    if not text[span.start].isupper() or span.of(text).isupper():
        return False
    before = text[: span.start].rstrip(" \t“\"'(•-*")
    if before and before[-1] not in _ENDS:
        return True
    following = re.match(r"\s+(?-i:[A-Z])\w+", text[span.end :])
    return following is not None and following[0].strip() not in names


def _stands_in_known(span: Span, text: str, names: Known) -> bool:
    first, last = max(0, span.start - _LONGEST), min(len(text), span.end + _LONGEST)
    return any(
        text[start:end] in names and not (text[start].isascii() and text[start].islower())
        for start in range(first, span.start + 1)
        for end in range(span.end, last + 1)
        if _is_whole(text, start, end)
    )


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether no Latin word is cut there."""
    return not (
        (
            text[start].isascii()
            and text[start : start + 1].isalnum()
            and text[start - 1 : start].isalnum()
            and start
        )
        or (text[end - 1].isascii() and text[end - 1].isalnum() and text[end : end + 1].isalnum())
    )


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Those that touch each other as one, from left to right."""
    last: Span | None = None
    for span in sorted(spans, key=lambda each: (each.start, each.end)):
        if last and span.touches(last):
            last = Span(last.start, max(last.end, span.end))
            continue
        if last:
            yield last
        last = span
    if last:
        yield last
