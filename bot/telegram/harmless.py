"""Words of people are shown in Telegram so that nothing in them comes alive: no mention, no link, no command."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.words import Voice, readable
from handlers.kit.text import Text, Value, Verbatim

JOINER = "\u2060"
"""Takes no room, is not seen, and ends what Telegram would make clickable by itself."""

_ALIVE = re.compile(
    r"@(?=\w)"  # a name
    r"|(?<![\w/@<>])/(?=\w)"  # a command
    r"|#(?=\w)|\$(?=[A-Z])"  # a tag
    r"|:(?=//)|(?<=\w)\.(?=[^\W\d])|(?<=\d)\.(?=\d+\.\d)"  # an address
)
_BEFORE_A_VALUE = re.compile(r"(?<=[@#])(?=\{)")


def harmless(words: str) -> str:
    """A person's words that look the same and do nothing."""
    return _ALIVE.sub(lambda found: found.group() + JOINER, readable(words))


def as_typed(words: str) -> str:
    """Words that somebody copied from a message of ours, without our joiners."""
    return words.replace(JOINER, "")


class HarmlessVoice(Voice):
    """A voice whose sentences have other people's words in them, made harmless; markup is escaped where it is drawn."""

    def say(self, text: Text) -> str:
        """The text in this voice: ours may have commands to tap, theirs not."""
        return harmless(text.words) if isinstance(text, Verbatim) else super().say(text)

    def _fill(self, template: str, values: Iterable[tuple[str, Value]]) -> str:
        # "@{name}" would make a live name of an @ of ours and a word of theirs.
        return super()._fill(_BEFORE_A_VALUE.sub(JOINER, template), values)
