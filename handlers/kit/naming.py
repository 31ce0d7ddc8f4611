"""Which colleague somebody means by a name, a user name or an address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from handlers.kit.characters import simpler
from handlers.kit.problems import Problem
from handlers.kit.text import Phrase, Verbatim
from handlers.kit.typed import folded
from storage.people import Directory, Person

_APOSTROPHES = str.maketrans("\u2018\u2019\u02bc\uff07", "''''")
_GOES_ON = re.compile(r"\w|[-.@+]\w")
"""After a name: it is the beginning of a longer one, of a user name or of an address (@ben_k, @ben.k@example.com)."""


def named(text: str, directory: Directory, platform: str) -> tuple[Person | None, int]:
    """The colleague whose name, user name or address begins this text, and how long that is. A first name counts when
    only one active colleague has it."""
    first = re.match(r"[^\s,，;；:：]+", text)
    if not first:
        return None, 0
    word = first.group()
    names = _names_of(directory, platform)
    if _shared(text, names):
        return None, len(word)
    whole = _full_name(text, names, directory)
    if whole:
        return whole
    for tried in (word, word.rstrip(".!?。！？"), *_before_chinese(word)):
        found = names.short.get(folded(tried))
        if found is not None:
            return directory.people[found], len(tried)
    return None, len(word)


def refuse_shared(text: str, directory: Directory, platform: str) -> None:
    """Raises Problem when several colleagues have the name with which this text begins: it is nobody's."""
    if name := _shared(text, _names_of(directory, platform)):
        raise Problem(
            Phrase(
                "Several colleagues are called {name}. Write @ and the address of the one you mean, or pick them in the"
                " form.",
                name=Verbatim(name),
            )
        )


def _shared(text: str, names: _Names) -> str:
    alike = _alike(text)
    found = next((alike[:length] for length in names.lengths if alike[:length] in names.full), "")
    name = text[: len(found)]
    goes_on = name.isascii() and _GOES_ON.match(text, len(name))
    return name if found in names.shared and not goes_on else ""


def told_apart(person: Person, directory: Directory) -> str:
    """How a colleague is called where one is to be picked: with their address when others have the same name."""
    same = _alike(person.name) in _names_of(directory, "").shared
    return f"{person.name} ({person.email})" if same else person.name


def _before_chinese(word: str) -> tuple[str, ...]:
    """A user name with which Chinese words begin: it ends without a space there (@ben帮我, @ben和@chen)."""
    found = re.match(r"[!-~]+(?=[^\x00-\x7f])", word)
    return (found.group(),) if found else ()


def _full_name(text: str, names: _Names, directory: Directory) -> tuple[Person, int] | None:
    lowered = _alike(text)
    fitting = (names.full.get(lowered[:length]) for length in names.lengths)
    found = next((person_id for person_id in fitting if person_id), None)
    if found is None:
        return None
    longest = directory.people[found]
    if longest.name.isascii() and _GOES_ON.match(text, len(longest.name)):
        return None
    return longest, len(longest.name)


def _alike(name: str) -> str:
    """A name as it is compared, as long as it was; a phone types another apostrophe than a people file has."""
    return simpler(name.casefold().translate(_APOSTROPHES))


@dataclass(frozen=True)
class _Names:
    """How the active colleagues of a company are called, with their ids: by whole names, those of them that several
    have, the lengths of these from the longest on, and every short way that names only one."""

    full: Mapping[str, str]
    shared: frozenset[str]
    lengths: tuple[int, ...]
    short: Mapping[str, str]


def _names_of(directory: Directory, platform: str) -> _Names:
    """Made once for all directories in which everybody is called alike: a company has thousands of names, and few
    changes of them."""
    known: _Names | None = directory.names.get(platform)
    if known is None:
        full: dict[str, str] = {}
        shared: set[str] = set()
        for person in directory.people.values():
            if person.active and full.setdefault(_alike(person.name), person.id) != person.id:
                shared.add(_alike(person.name))
        lengths = tuple(sorted({len(name) for name in full if name}, reverse=True))
        known = directory.names[platform] = _Names(
            full, frozenset(shared), lengths, _short_names(directory, platform)
        )
    return known


def _short_names(directory: Directory, platform: str) -> dict[str, str]:
    addresses: dict[str, str] = {}
    user_names: dict[str, set[str]] = {}
    others: dict[str, set[str]] = {}
    for person in directory.people.values():
        if not person.active:
            continue
        account = directory.account(person.id, platform)
        addresses[folded(person.email)] = person.id
        user_names.setdefault(folded(account.username if account else ""), set()).add(person.id)
        for name in {person.email.split("@")[0], person.name.split()[0] if person.name.split() else ""}:
            others.setdefault(folded(name), set()).add(person.id)
    # In Slack several may go by one name: then it is nobody's, also not theirs whom it would name otherwise.
    called = {**others, **user_names}
    sure = {name: next(iter(ids)) for name, ids in called.items() if name and len(ids) == 1}
    return {**sure, **addresses}
