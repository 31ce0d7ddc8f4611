"""A greeting, a word of thanks or of agreement is answered as among people: in a word."""

from __future__ import annotations

import re

from handlers.kit.characters import simpler
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.kit.typed import folded

LONGEST = 40
"""Characters that such a word has at most: what is longer says something."""
GREETINGS = (
    "hi", "hello", "hey", "hallo", "good morning", "good afternoon", "good evening", "👋",
    "你好", "您好", "大家好", "嗨", "哈喽", "早上好", "上午好", "下午好", "晚上好", "早安", "在吗", "在么",
)  # fmt: skip
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
    "very much", "so much", "a lot", "a million", "many", "then", "all", "there", "upbeat",
    "你", "您", "大家", "了", "啦", "哦", "呀", "啊",
)  # fmt: skip
"""What people say beside these."""


def _any(*words: str) -> str:
    return "|".join(
        rf"{word}(?![a-z0-9])" if word.isascii() else word for word in sorted(words, key=len, reverse=True)
    )


_GREETED, _THANKS, _AGREED, _ALL = (
    re.compile(_any(*words))
    for words in (GREETINGS, THANKS, AGREED, (*GREETINGS, *THANKS, *AGREED, *_BESIDE))
)
_MORE = re.compile(r"\w")
_TO = _any("very much", "so much", "a lot", "again", "to", "you", "你")
_THANKED = re.compile(
    rf"(?:many |a big |big |i(?:'d like| want| would like) to )?(?:{_any(*THANKS, 'thank')})(?:\s*(?:{_TO}))*"
    r"[\s,，:：]*(?P<whom>[@＠]|.*\bfor\b)",
    re.IGNORECASE | re.DOTALL,
)
"""A thanks, and a colleague or a reason behind it."""


def answer_to(said: str, name: str) -> Text | None:
    """What to say to somebody whose words only greet, thank or agree, or None where they say more."""
    words = folded(said)
    asked = "?" in words and not _GREETED.match(words)
    if len(words) > LONGEST or said.startswith(("/", "／")) or asked or _MORE.search(_ALL.sub("", words)):
        return None
    if _GREETED.match(words):
        return Phrase("Hello, {name}!", name=Verbatim(name))
    if _THANKS.search(words):
        return Phrase("You are welcome.")
    return Phrase("All right.") if _AGREED.search(words) else None


def thanks_for(said: str) -> str:
    """Whom somebody thanks and what for, where their words begin with a thanks to a colleague ("thanks @ben for …"), or
    ""."""
    found = _THANKED.match(simpler(said))
    return said[found.start("whom") :] if found else ""
