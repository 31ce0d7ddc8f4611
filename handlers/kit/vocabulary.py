"""Which command somebody means: by its words in any language, the longest name first, or else the nearest one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from handlers.kit.features import Route
from handlers.kit.typed import SEPARATORS, folded

_SLASH = re.compile(r"^[/／]")
_ROOT = re.compile(r"^upbeat(@\w+)?(\s+|$)", re.IGNORECASE)
_BOT = re.compile(r"^(\S+?)@\w+(?=\s|$)")


@dataclass(frozen=True)
class Called:
    """A command that was found, and what stands after its words."""

    route: Route
    rest: str


class Vocabulary:
    """Every command's words in every language."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._by_words: dict[str, Route] = {}
        for route in routes:
            for words in (route.words, *route.also):
                if words and self._by_words.setdefault(folded(words), route) is not route:
                    raise ValueError(f"two commands are called {words!r}")
        self._second: dict[str, set[str]] = {}
        """What may follow a first word, so that both together are a command."""
        for first, *rest in (words.split() for words in self._by_words):
            self._second.setdefault(first, set()).update(rest[:1])
        self._most = max((len(words.split()) for words in self._by_words), default=1)

    def find(self, said: str) -> Called | None:
        """The command that these words call, the longest name first; a slash and the root's name are skipped."""
        said = said.strip()
        return self._plainly(said) or self._carefully(said)

    def _plainly(self, said: str) -> Called | None:
        """How platforms send most commands: a slash, one word as it is in the list, and something else."""
        word, _, rest = said.partition(" ")
        route = self._by_words.get(word[1:]) if word[:1] == "/" else None
        following = rest.split(None, 1)
        if route is None or not following or folded(following[0]).rstrip("，,:：") in self._second[word[1:]]:
            return None
        return Called(route, rest.lstrip(SEPARATORS))

    def _carefully(self, said: str) -> Called | None:
        bare = _SLASH.sub("", said)
        bare = _ROOT.sub("", bare)
        bare = _BOT.sub(r"\1", bare) if said.startswith(("/", "／")) else bare
        return self._by_spaces(bare) or self._by_characters(bare)

    def _by_spaces(self, bare: str) -> Called | None:
        parts = list(re.finditer(r"\S+", bare))[: self._most]
        for count in range(len(parts), 0, -1):
            end = parts[count - 1].end()
            route = self._by_words.get(folded(bare[:end].rstrip("，,:：")))
            if route:
                return Called(route, bare[end:].lstrip(SEPARATORS))
        return None

    def _by_characters(self, bare: str) -> Called | None:
        # Chinese stands without spaces: 周报完成了登录页.
        for words in sorted(self._by_words, key=len, reverse=True):
            if not words.isascii() and bare.startswith(words):
                return Called(self._by_words[words], bare[len(words) :].lstrip(SEPARATORS))
        return None

    def nearest(self, said: str) -> Route | None:
        """The command whose words are most like the first of these, or None when none is."""
        first = folded(said).lstrip("/").removeprefix("upbeat ").split(" ")[:2]
        near = [
            (difflib.SequenceMatcher(None, tried, found).ratio(), found)
            for tried in (" ".join(first), *first)
            for found in difflib.get_close_matches(tried, list(self._by_words), n=1, cutoff=0.6)
        ]
        return self._by_words[max(near)[1]] if near else None
