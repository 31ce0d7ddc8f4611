"""Which colleague somebody means by a name, a user name or an address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from handlers.kit.characters import simpler
from handlers.kit.problems import Problem
from handlers.kit.text import Phrase, Verbatim
from handlers.kit.typed import SEPARATORS, folded
from storage.people import Directory, Person

_APOSTROPHES = str.maketrans("\u2018\u2019\u02bc\uff07", "''''")
_WHOLE = "*"
"""Where whole names are kept among what was made of names for each platform."""
_GOES_ON = re.compile(r"\w|[-.@+]\w")
"""After a name: it is the beginning of a longer one, of a user name or of an address (@ben_k, @ben.k@example.com)."""
_SIGNS = "&＆+＋/／"
AND = rf"(?:and\s+(?:also\s+)?|as\s+well\s+as\s+|以及|还有|[{_SIGNS}和与及跟])"
"""What means that one more is named."""
_MARKED = re.compile(rf"(?:{AND}\s*)?[@＠]", re.IGNORECASE)
_NEXT = re.compile(rf"[{_SIGNS}](?=[@＠])")
"""What stands between two who are named without blanks: @ben/@chen."""
_WHOSE = re.compile(r"['’]s?$")
BETWEEN = re.compile(rf"^(?:[\s,，、;；:：.。!！?？]|{AND})*[@＠]?", re.IGNORECASE)
"""What may stand before each of several names, where only names are asked for."""


def named(text: str, directory: Directory, platform: str) -> tuple[Person | None, int]:
    """The colleague whose name, user name or address begins this text, and how long that is. A first name counts when
    only one active colleague has it. Raises Problem when several have the whole name: it is nobody's."""
    first = re.match(r"[^\s,，;；:：]+", text)
    if not first:
        return None, 0
    word = first.group()
    names = _whole_names(directory)
    if found := _whole_name(text, names, directory):
        person = directory.people[names.people[found]]
        if found in names.shared:
            raise _shared(text[: len(person.name)])
        return person, len(person.name)
    short = _short_names(directory, platform)
    bare = word.rstrip(".!?。！？…")
    for tried in (word, bare, _WHOSE.sub("", bare), _NEXT.split(word, maxsplit=1)[0], *_before_chinese(word)):
        meant = short.get(folded(tried))
        if meant is not None:
            person = directory.people[meant]
            return person, len(tried) + _more_of_it(person.name, text[len(tried) :])
    return None, len(word)


def named_first(words: str, directory: Directory, platform: str) -> tuple[Person, str] | None:
    """The active colleague with whose name these words begin, marked as one ("@ben …", "and @ben …"), and what stands
    behind it."""
    mark = _MARKED.match(words)
    person, length = named(words[mark.end() :], directory, platform) if mark else (None, 0)
    if mark is None or person is None or not person.active:
        return None
    return person, words[mark.end() + length :].strip(SEPARATORS)


def _more_of_it(name: str, after: str) -> int:
    """How much of what stands after a first name is more of the name: Anna Berg is called Anna Maria Berg."""
    length = 0
    for part in name.split()[1:]:
        found = re.compile(rf" {re.escape(part)}(?!\w)").match(after, length)
        length = found.end() if found else length
    return length


def _shared(name: str) -> Problem:
    return Problem(
        Phrase(
            "Several colleagues are called {name}. Write @ and the address of the one you mean, or pick them in the"
            " form.",
            name=Verbatim(name),
        )
    )


def told_apart(person: Person, directory: Directory) -> str:
    """How a colleague is called where one is to be picked: with their address when others have the same name."""
    same = _alike(person.name) in _whole_names(directory).shared
    return f"{person.name} ({person.email})" if same else person.name


def _before_chinese(word: str) -> tuple[str, ...]:
    """A user name with which Chinese words begin: it ends without a space there (@ben帮我, @ben和@chen)."""
    found = re.match(r"[!-~]+(?=[^\x00-\x7f])", word)
    return (found.group(),) if found else ()


def _whole_name(text: str, names: _Names, directory: Directory) -> str:
    """The longest whole name with which this text begins, as names are compared; "" for none."""
    alike = _alike(text)
    found = next((alike[:length] for length in names.lengths if alike[:length] in names.people), "")
    if found.isascii() and found and _GOES_ON.match(text, len(directory.people[names.people[found]].name)):
        return ""
    return found


def _alike(name: str) -> str:
    """A name as it is compared: a phone types another apostrophe than a people file has."""
    return simpler(name.casefold().translate(_APOSTROPHES))


@dataclass(frozen=True)
class _Names:
    """Ids of the active colleagues of a company by their whole names, as these are compared; those that several have;
    and their lengths, from the longest on."""

    people: Mapping[str, str]
    shared: frozenset[str]
    lengths: tuple[int, ...]


# Each is made once for all directories in which everybody is called alike: a company has thousands of names, and few
# changes of them.


def _whole_names(directory: Directory) -> _Names:
    known: _Names | None = directory.names.get(_WHOLE)
    if known is None:
        people: dict[str, str] = {}
        shared: set[str] = set()
        for person in directory.people.values():
            if person.active and people.setdefault(_alike(person.name), person.id) != person.id:
                shared.add(_alike(person.name))
        lengths = tuple(sorted({len(name) for name in people if name}, reverse=True))
        known = directory.names[_WHOLE] = _Names(people, frozenset(shared), lengths)
    return known


def _short_names(directory: Directory, platform: str) -> Mapping[str, str]:
    """Ids by every short way that names only one, on a platform."""
    known: Mapping[str, str] | None = directory.names.get(platform)
    if known is None:
        known = directory.names[platform] = _called_shortly(directory, platform)
    return known


def _called_shortly(directory: Directory, platform: str) -> dict[str, str]:
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
