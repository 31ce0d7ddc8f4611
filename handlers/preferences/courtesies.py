"""A word of thanks or of agreement is answered as among people: in a word."""

from __future__ import annotations

import re

from handlers.kit.text import Phrase, Text
from handlers.kit.typed import folded

LONGEST = 40
"""Characters that such a word has at most: what is longer says something."""
THANKS = (
    "thanks", "thank you", "thank u", "thx", "ty", "cheers", "🙏",
    "谢谢", "多谢", "感谢", "谢了", "谢啦", "辛苦了",
)  # fmt: skip
AGREED = (
    "ok", "okay", "all right", "alright", "great", "good", "fine", "perfect", "cool", "nice", "got it",
    "understood", "noted", "sure", "👍", "👌",
    "好", "好的", "好滴", "行", "可以", "嗯", "收到", "明白", "知道了", "了解", "没问题",
)  # fmt: skip
_BESIDE = (
    "very much", "so much", "a lot", "a million", "many", "then", "all", "upbeat",
    "你", "您", "大家", "了", "啦", "哦",
)  # fmt: skip
"""What people say beside these."""


def _any(*words: str) -> str:
    return "|".join(
        rf"{word}(?![a-z0-9])" if word.isascii() else word for word in sorted(words, key=len, reverse=True)
    )


_THANKS, _AGREED, _ALL = (
    re.compile(_any(*words)) for words in (THANKS, AGREED, (*THANKS, *AGREED, *_BESIDE))
)
_MORE = re.compile(r"[\w?]")


def answer_to(said: str) -> Text | None:
    """What to say to words that only thank or agree, or None where they say more."""
    words = folded(said)
    if len(words) > LONGEST or said.startswith(("/", "／")) or _MORE.search(_ALL.sub("", words)):
        return None
    if _THANKS.search(words):
        return Phrase("You are welcome.")
    return Phrase("All right.") if _AGREED.search(words) else None
