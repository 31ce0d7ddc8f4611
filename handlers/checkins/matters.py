"""What blocks people, line by line as they write it: which lines name something, and which name the same."""

from __future__ import annotations

import re

from handlers.kit.labels import unlisted
from handlers.kit.typed import folded

_BLOCKERS = "blockers?|blocks?|issues?|impediments?|obstacles?|problems?"
_ENGLISH = (
    rf"(?:none|nothing|nope|nil|nobody|no one|n/?a|n\.a|x|0|not blocked|unblocked|all (?:good|clear)"
    rf"|(?:there (?:are|is) |i have )?no(?: (?:other |new |real )?(?:{_BLOCKERS}))?"
    r"|nothing (?:blocks|is blocking|blocking)(?: me)?)"
)
_BESIDE = (
    r"(?:so far|yet|at all|at the moment|at present|for now|right now|now|today|this week|currently|really|to report"
    r"|from me|from my side|thanks|thank you)"
)
_CHINESE = (
    r"(?:本周|今天|目前|现在|当前|暂时|暂|都|还)*(?:没有?|无|不存在)(?:遇到|什么|任何|啥|特别|明显|其他|的)*"
    r"(?:阻碍|阻塞|问题|困难|障碍|卡点|风险)?(?:了|的)?(?:[,.] ?谢谢)?|一切(?:顺利|正常)"
)
_NOTHING = re.compile(rf"(?:by |currently )?{_ENGLISH}(?:[,.;:!]? (?:{_ENGLISH}|{_BESIDE}))*|{_CHINESE}")
"""Answers to "what blocks you?" that name nothing."""
_EDGES = re.compile(r"^[\W_]+|(?<![\W_])[\W_]+$")
"""Signs at the ends of a line. A long run in its middle is tried once, not from each of its signs."""


def matters(words: str) -> list[str]:
    """The lines that name something."""
    lines = (line.strip() for line in words.splitlines())
    return [line for line in lines if line and not _is_nothing(line)]


def _is_nothing(line: str) -> bool:
    bare = _EDGES.sub("", folded(unlisted(line)))
    return not bare or _NOTHING.fullmatch(bare) is not None


def same(words: str | None) -> str:
    """What blocks somebody, as it is compared."""
    return folded(words or "").rstrip(".!。！")
