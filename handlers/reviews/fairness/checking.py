"""What is remarked on in the words of one review: by which rule, in which answer, and which words it hit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from handlers.kit.text import Text
from handlers.reviews.fairness.matching import Known, quoted
from handlers.reviews.fairness.rules import OF_WORDS, Rule


@dataclass(frozen=True)
class Passage:
    """An answer in a review: the key of what was asked, the words, and how many records it cites."""

    part: str
    words: str
    cited: int = 0


@dataclass(frozen=True)
class Hit:
    """A rule that speaks: about words of an answer, from `start` to `end` in it, or with no part about the review as a
    whole. `more` says what it compared with."""

    rule: Rule
    part: str = ""
    start: int = 0
    end: int = 0
    words: str = ""
    more: Text | None = None


_CONCRETE = re.compile(
    r"\d|%|\b(?:two|three|four|five|six|seven|eight|nine|ten|twice|dozen|once)\b"
    r"|\b(?:january|february|march|april|june|july|august|september|october|november|december|monday|tuesday|wednesday"
    r"|thursday|friday|for (?:example|instance)|e\.g\.|such as|when|during|after)\b|\b(?-i:May)\b"
    r"|例如|比如|譬如|举例|期间|的时候|之后|上线后|当[^，。]{2,12}时|在[^，。]{2,16}(?:中|时|后|里)"
    r"|[一二两三四五六七八九十百千万半]+(?:个|次|人|家|天|周|月|年|项|份|倍|成|条|版|轮|场|位|名|件|小时|分钟|季度)",
    re.IGNORECASE,
)


def is_concrete(passage: Passage) -> bool:
    """Whether something in an answer can be checked: a number, a day, an example, what was said, a cited record."""
    return bool(passage.cited or _CONCRETE.search(passage.words) or quoted(passage.words))


def hits(passages: Iterable[Passage], names: Known) -> Iterator[Hit]:
    """What the rules about words say, in the order of the answers."""
    for passage in passages:
        for rule in OF_WORDS:
            if rule.looks is None or (rule.unless_concrete and is_concrete(passage)):
                continue
            for span in rule.looks.find(passage.words, names):
                yield Hit(rule, passage.part, span.start, span.end, span.of(passage.words))
