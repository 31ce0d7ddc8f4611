"""Which colleague somebody means by a name, a user name or an address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from handlers.kit.typed import folded
from storage.people import Directory, Person


def named(text: str, directory: Directory, platform: str) -> tuple[Person | None, int]:
    """The colleague whose name, user name or address begins this text, and how long that is. A first name counts when
    only one active colleague has it."""
    first = re.match(r"[^\s,，;；:：]+", text)
    if not first:
        return None, 0
    word = first.group()
    names = _names_of(directory, platform)
    whole = _full_name(text, names)
    if whole:
        return whole
    for tried in (word, word.rstrip(".!?。！？")):
        found = names.short.get(folded(tried))
        if found is not None:
            return found, len(tried)
    return None, len(word)


def _full_name(text: str, names: _Names) -> tuple[Person, int] | None:
    lowered = text.casefold()
    fitting = (names.full.get(lowered[:length]) for length in names.lengths)
    longest = next((person for person in fitting if person), None)
    if longest is None or (
        text[len(longest.name) : len(longest.name) + 1].isalnum() and longest.name.isascii()
    ):
        return None
    return longest, len(longest.name)


@dataclass(frozen=True)
class _Names:
    """How the active colleagues of a directory are called: by whole names, the lengths of these from the longest on,
    and every short way that names only one."""

    directory: Directory
    full: Mapping[str, Person]
    lengths: tuple[int, ...]
    short: Mapping[str, Person]


_NAMES: dict[str, _Names] = {}
"""For each platform those of the newest directory: a company has thousands of names, and few changes of them."""


def _names_of(directory: Directory, platform: str) -> _Names:
    known = _NAMES.get(platform)
    if known is None or known.directory is not directory:
        full: dict[str, Person] = {}
        for person in directory.people.values():
            if person.active:
                full.setdefault(person.name.casefold(), person)
        lengths = tuple(sorted({len(name) for name in full if name}, reverse=True))
        known = _NAMES[platform] = _Names(directory, full, lengths, _short_names(directory, platform))
    return known


def _short_names(directory: Directory, platform: str) -> dict[str, Person]:
    sure: dict[str, Person] = {}
    shared: dict[str, set[str]] = {}
    for person in directory.people.values():
        if not person.active:
            continue
        account = directory.account(person.id, platform)
        for name in (person.email, account.username if account else ""):
            if name:
                sure[folded(name)] = person
        for name in {person.email.split("@")[0], person.name.split()[0] if person.name.split() else ""}:
            shared.setdefault(folded(name), set()).add(person.id)
    for name, ids in shared.items():
        if len(ids) == 1 and name:
            sure.setdefault(name, directory.people[next(iter(ids))])
    return sure
