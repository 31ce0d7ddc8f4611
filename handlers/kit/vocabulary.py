"""Which command somebody means: by its words in any language, the longest name first, or else the nearest one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from handlers.kit.characters import simpler
from handlers.kit.features import Route
from handlers.kit.typed import after_separators, folded

SLIP = 0.8
"""How alike a word and the command are of which it is a slip: kudso, gaols."""
LIKE = 0.7
"""How alike the nearest command must be to be offered at all."""
_ABOUT = 12
"""Characters of a command that is about another one and stands behind it."""
_SLASH = re.compile(r"^[/／]")
_ROOT = re.compile(r"^upbeat(@\w+)?(\s+|$)", re.IGNORECASE)
_BOT = re.compile(r"^(\S+?)@\w+(?=\s|$)")
_ONE_WORD = re.compile(r"^[a-z0-9_]+(?=\s|$)", re.IGNORECASE)
_OF_ITS_NOUN = re.compile(r"的(?![士确])|[吗呢]|(?:要|该|应该)?(?:怎么|怎样|如何|是什么|是啥|什么时候)")
"""What belongs to the word before it in Chinese and begins no answer: 写周报的时候 and 周报怎么写 are no check-ins."""


@dataclass(frozen=True)
class Called:
    """A command that was found, and what stands after its words."""

    route: Route
    rest: str


class Vocabulary:
    """Every command's words in every language."""

    def __init__(self, routes: Collection[Route]) -> None:
        self._by_words: dict[str, Route] = {}
        for route in routes:
            for words in (route.words, *route.also):
                if words and self._by_words.setdefault(folded(words), route) is not route:
                    raise ValueError(f"two commands are called {words!r}")
        self._own = list(self._by_words)
        self._by_words.update(self._under_other_names(routes))
        self._joined = self._without_blanks()
        self._by_words.update(self._joined)
        self._chinese = sorted((each for each in self._by_words if not each.isascii()), key=len, reverse=True)
        self._second: dict[str, set[str]] = {}
        """What may follow a first word, so that both together are a command."""
        for first, *rest in (words.split() for words in self._by_words):
            self._second.setdefault(first, set()).update(rest[:1])
        self._most = max((len(words.split()) for words in self._by_words), default=1)

    def _under_other_names(self, routes: Collection[Route]) -> dict[str, Route]:
        """A command's other names stand before what follows it, too: 1:1 add, 面谈 add, check-in history."""
        heads = [[folded(each) for each in (route.words, *route.also) if each] for route in routes]
        known = {name: names for names in heads for name in names if len(names) > 1 and " " not in name}
        made: dict[str, Route] = {}
        for words, route in self._by_words.items():
            first, _, rest = words.partition(" ")
            for name in known.get(first, ()) if rest else ():
                if f"{name} {rest}" not in self._by_words:
                    made.setdefault(f"{name} {rest}", route)
        return made

    def _without_blanks(self) -> dict[str, Route]:
        """Chinese stands without blanks: 目标更新 is 目标 更新, unless it is another command's own name."""
        joined = (
            (words.replace(" ", ""), route) for words, route in self._by_words.items() if not words.isascii()
        )
        return {words: route for words, route in joined if words not in self._by_words}

    def find(self, said: str) -> Called | None:
        """The command that these words call, the longest name first; a slash and the root's name are skipped."""
        said = said.strip()
        called = self._plainly(said) or self._carefully(said)
        return self._about(called) if called and 0 < len(called.rest) <= _ABOUT else called

    def _about(self, called: Called) -> Called:
        """A command with one behind it that is about others, and nothing else: /goals help."""
        route = self._by_words.get(folded(called.rest)) or self._by_words.get(
            folded(called.rest.rstrip("?？!！.。"))
        )
        return Called(route, called.route.words) if route and route.behind else called

    def _plainly(self, said: str) -> Called | None:
        """How platforms send most commands: a slash, one word as it is in the list, and something else."""
        word, _, rest = said.partition(" ")
        route = self._by_words.get(word[1:]) if word[:1] == "/" else None
        following = rest.split(None, 1)
        if route is None or not following or folded(following[0]).rstrip("，,:：") in self._second[word[1:]]:
            return None
        return Called(route, after_separators(said[len(word) :]))

    def _carefully(self, said: str) -> Called | None:
        bare = _SLASH.sub("", said)
        bare = _SLASH.sub("", _ROOT.sub("", bare))  # /upbeat /checkin
        bare = _as_words(_BOT.sub(r"\1", bare)) if said.startswith(("/", "／")) else bare
        return self._by_spaces(bare) or self._by_characters(bare)

    def _by_spaces(self, bare: str) -> Called | None:
        parts = list(re.finditer(r"\S+", bare))[: self._most]
        for count in range(len(parts), 0, -1):
            end = parts[count - 1].end()
            words = bare[:end].rstrip("，,:：")
            route = self._by_words.get(folded(words)) or self._by_words.get(folded(words.rstrip("?？!！.。")))
            if route:
                return Called(route, after_separators(bare[end:]))
        return None

    def _by_characters(self, bare: str) -> Called | None:
        # Chinese stands without spaces: 周报完成了登录页.
        said = simpler(bare)
        for words in filter(said.startswith, self._chinese):
            # 点赞我的同事 goes on where 点赞我的 ends: what somebody writes may begin like two names.
            joined = words in self._joined and said[len(words) : len(words) + 1].isalpha()
            if not joined and not _OF_ITS_NOUN.match(said, len(words)):
                return Called(self._by_words[words], after_separators(bare[len(words) :]))
        return None

    def mistyped(self, said: str) -> Route | None:
        """The command that the first words are but for a slip of the fingers."""
        first = _first_words(said)
        for tried in (" ".join(first), first[0]) if first[0] not in self._by_words else ():
            slips = difflib.get_close_matches(tried, self._own, n=1, cutoff=SLIP)
            if slips and abs(len(slips[0]) - len(tried)) <= 1:
                return self._by_words[slips[0]]
        return None

    def nearest(self, said: str) -> Route | None:
        """The command whose words are most like the first of these, or None when none is."""
        first = _first_words(said)
        near = [
            (difflib.SequenceMatcher(None, tried, found).ratio(), found)
            for tried in (" ".join(first), *first)
            for found in difflib.get_close_matches(tried, self._own, n=1, cutoff=LIKE)
        ]
        return self._by_words[max(near)[1]] if near else None


@lru_cache(maxsize=16)
def vocabulary(*routes: Route) -> Vocabulary:
    """The words of these commands, which are read once."""
    return Vocabulary(routes)


def _as_words(command: str) -> str:
    """A command in one word, as Telegram has them, in the words of ours: /goals_update 1.1 70%."""
    return _ONE_WORD.sub(lambda name: name.group().replace("_", " "), command)


def _first_words(said: str) -> list[str]:
    return folded(said).lstrip("/").removeprefix("upbeat ").split(" ")[:2]
