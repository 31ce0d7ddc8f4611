"""What a people file says of each person, and what it would change."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True)
class Entry:
    """One row of the people file, checked. `manager` is the manager's address, "" at the top. The file has no column
    the fields that it `keeps`: what is known of them stays."""

    email: str
    name: str
    manager: str = ""
    team: str = ""
    zone: str = ""
    language: str = ""
    role: str = "employee"
    hired_on: str = ""
    external_id: str = ""
    department: str = ""
    keeps: tuple[str, ...] = ()


FIELDS = ("name", "department", "team", "zone", "language", "role", "hired_on", "external_id")


@dataclass(frozen=True)
class Change:
    """A field of a person that the file gives another value; `manager` holds addresses."""

    email: str
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Difference:
    """What a people file would change: new people, changed fields, who is not in it any more, and who had left and is
    in it again: with what changed about them since, among the changed fields. `alike` are the new ones who have the
    name or the id of somebody who is not in it any more."""

    new: tuple[Entry, ...] = ()
    changed: tuple[Change, ...] = ()
    gone: tuple[str, ...] = ()
    back: tuple[Entry, ...] = ()
    alike: tuple[Entry, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the file says what is known already."""
        return not (self.new or self.changed or self.gone or self.back)

    @property
    def mark(self) -> str:
        """The same for the same difference: by it is known that nobody has changed the company since it was shown."""
        parts = (
            (*map(asdict, self.new),),
            (*map(asdict, self.changed),),
            self.gone,
            (*map(asdict, self.back),),
        )
        sorted_parts = [sorted(map(json.dumps, part)) for part in parts]
        return hashlib.sha256(json.dumps(sorted_parts).encode()).hexdigest()[:32]


def completed(entries: Iterable[Entry], now: Mapping[str, Entry]) -> dict[str, Entry]:
    """The entries by address, with what is known where the file says nothing; a manager who leaves is nobody's."""
    wanted = {entry.email: entry for entry in entries}
    return {email: _with_known(entry, now.get(email), wanted) for email, entry in wanted.items()}


def _with_known(entry: Entry, known: Entry | None, wanted: Mapping[str, Entry]) -> Entry:
    if known is None or not entry.keeps:
        return entry
    kept = {name: getattr(known, name) for name in entry.keeps}
    if kept.get("manager") not in wanted:
        kept.pop("manager", None)
    return replace(entry, **kept)


def readdressed(entries: Iterable[Entry], now: Mapping[str, Entry], former: Container[str]) -> dict[str, str]:
    """Who has another address in the file, by the new one: whose id and name are those of somebody who is not in it by
    the address of before. An id alone is not enough: a successor may have been given it."""
    wanted = {entry.email: entry for entry in entries}
    gone = _by_number(entry for email, entry in now.items() if email not in wanted)
    new = _by_number(entry for email, entry in wanted.items() if email not in now and email not in former)
    return {entry.email: gone[who].email for who, entry in new.items() if who in gone}


def _by_number(entries: Iterable[Entry]) -> dict[tuple[str, str], Entry]:
    """Those whose id and name nobody else has, by both."""
    numbered = [(_numbered(entry), entry) for entry in entries if entry.external_id]
    often = Counter(who for who, _ in numbered)
    return {who: entry for who, entry in numbered if often[who] == 1}


def _numbered(entry: Entry) -> tuple[str, str]:
    return entry.external_id.strip().casefold(), entry.name.strip().casefold()


def at_new_addresses(now: Mapping[str, Entry], readdressed: Mapping[str, str]) -> dict[str, Entry]:
    """How people stand in the file once they have these addresses: theirs, and those of their managers."""
    new = {old: address for address, old in readdressed.items()}
    moved = (
        replace(entry, email=new.get(email, email), manager=new.get(entry.manager, entry.manager))
        for email, entry in now.items()
    )
    return {entry.email: entry for entry in moved}


def renamed(before: Mapping[str, Entry], after: Mapping[str, Entry], field: str) -> dict[str, str]:
    """The teams or departments (`field`) that only have another name, the new ones by the old: all who were in one and
    stay are in the other, in which nobody was."""
    pairs = {
        (getattr(before[who], field), getattr(entry, field)) for who, entry in after.items() if who in before
    }
    was, now = Counter(old for old, _ in pairs), Counter(new for _, new in pairs)
    began = {getattr(entry, field) for entry in before.values()}
    goes_on = {getattr(entry, field) for entry in after.values()}
    return {
        old: new
        for old, new in pairs
        if old and new and new not in began and old not in goes_on and was[old] == now[new] == 1
    }


def alike(new: Iterable[Entry], gone: Iterable[Entry]) -> tuple[Entry, ...]:
    """The new ones who have the name or the id of somebody who is gone."""
    ids, names = set(), set()
    for number, name in map(_numbered, gone):
        ids.add(number)
        names.add(name)
    known = ((_numbered(entry), entry) for entry in new)
    return tuple(entry for (number, name), entry in known if name in names or (number and number in ids))


def changes_of(before: Entry, after: Entry) -> Iterator[Change]:
    """The fields in which a person would stand in the file otherwise than before."""
    for name in (*FIELDS, "manager"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield Change(after.email, name, old, new)
