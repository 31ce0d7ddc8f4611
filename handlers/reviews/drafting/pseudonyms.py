"""Names, addresses and handles give way to placeholders before words leave the house, and come back afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from storage.people import Directory, Person

_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HANDLE = re.compile(r"(?<!\w)[@＠][\w.-]*\w")
_PREFIXES = ("Person", "Colleague", "Member", "Placeholder")
"""What placeholders begin with: the first of these that the words themselves do not hold."""
SHORTEST = 2


@dataclass(frozen=True)
class Masked:
    """Words without names, and what each placeholder stands for."""

    words: Mapping[str, str]
    names: Mapping[str, str]
    prefix: str

    @property
    def placeholder(self) -> re.Pattern[str]:
        """What a placeholder looks like."""
        return re.compile(rf"\[{self.prefix}\d+\]")

    def is_whole(self, words: str) -> bool:
        """Whether every placeholder in the words is one that was given out, and none is broken."""
        found = self.placeholder.findall(words)
        return set(found) <= self.names.keys() and len(found) == words.count(self.prefix)

    def revealed(self, words: str) -> str:
        """The words with the names back in their places."""
        return self.placeholder.sub(lambda found: self.names.get(found.group(), found.group()), words)


def mask(directory: Directory, words: Mapping[str, str]) -> Masked:
    """These words without names; the same name has the same placeholder in all of them."""
    prefix = next(each for each in _PREFIXES if not any(each in text for text in words.values()))
    pattern = _pattern(directory, "\n".join(words.values()))
    known: dict[str, str] = {}

    def masked(found: re.Match[str]) -> str:
        return known.setdefault(found.group(), f"[{prefix}{len(known) + 1}]")

    made = {key: pattern.sub(masked, text) for key, text in words.items()}
    return Masked(made, {stands: name for name, stands in known.items()}, prefix)


def _pattern(directory: Directory, words: str) -> re.Pattern[str]:
    """Everything in the words by which somebody is called, in small letters or large ones, the longest first."""
    known = (person for person in directory.people.values() if not person.is_erased)
    names = {name for person in known for name in _names(directory, person)}
    folded = words.casefold()
    called = (name for name in names if len(name) >= SHORTEST and name.casefold() in folded)
    spelled = [_spelled(name) for name in sorted(called, key=lambda name: (-len(name), name))]
    return re.compile("|".join([_ADDRESS.pattern, *spelled, _HANDLE.pattern]), re.IGNORECASE)


def _names(directory: Directory, person: Person) -> Iterator[str]:
    yield from (person.name, *person.name.split(), person.email, person.email.partition("@")[0])
    if len(person.name) in (3, 4) and not person.name.isascii() and " " not in person.name:
        yield person.name[-2:]  # a Chinese given name
    for account in directory.accounts.get(person.id, ()):
        yield from (account.username, account.external_id)


def _spelled(name: str) -> str:
    """A name where it stands alone; Chinese has no spaces around it."""
    word = re.escape(name)
    return rf"(?<!\w){word}(?!\w)" if name.isascii() else word
