"""A people file beside the people who are known: who is new, gone, back, changed, or only has another address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from storage.people_file import Change, Difference, Entry, changes_of


@dataclass(frozen=True)
class Compared:
    """People by address: as a file wants them, as those stand who are here now, and as those of the file who had left
    stood in it then. Whose address the file changes stand at the new one; `moved` has the old ones by these."""

    wanted: Mapping[str, Entry]
    now: Mapping[str, Entry]
    former: Mapping[str, Entry]
    moved: Mapping[str, str]

    @cached_property
    def difference(self) -> Difference:
        """What would change."""
        known = {**self.now, **self.former}
        new = tuple(entry for email, entry in self.wanted.items() if email not in known)
        gone = [entry for email, entry in self.now.items() if email not in self.wanted]
        fields = (
            change
            for email, entry in self.wanted.items()
            if email in known
            for change in changes_of(known[email], entry)
        )
        return Difference(
            new=new,
            back=tuple(entry for email, entry in self.wanted.items() if email in self.former),
            gone=tuple(entry.email for entry in gone),
            changed=(*(Change(email, "email", old, email) for email, old in self.moved.items()), *fields),
            alike=_alike(new, gone),
        )

    def renamed(self, field: str) -> dict[str, str]:
        """The teams or departments (`field`) that only have another name, the new ones by the old: all who were in one
        and stay are in the other, in which nobody was."""
        pairs = {
            (getattr(self.now[who], field), getattr(entry, field))
            for who, entry in self.wanted.items()
            if who in self.now
        }
        was, now = Counter(old for old, _ in pairs), Counter(new for _, new in pairs)
        began = {getattr(entry, field) for entry in self.now.values()}
        goes_on = {getattr(entry, field) for entry in self.wanted.values()}
        return {
            old: new
            for old, new in pairs
            if old and new and new not in began and old not in goes_on and was[old] == now[new] == 1
        }


def compare(entries: Collection[Entry], now: Mapping[str, Entry], former: Mapping[str, Entry]) -> Compared:
    """Compare a file with those who are here now and those of the file who had left."""
    moved = _readdressed(entries, now, former)
    now, former = _at_new_addresses(now, moved), _at_new_addresses(former, moved)
    return Compared(_completed(entries, {**now, **former}), now, former, moved)


def _completed(entries: Iterable[Entry], now: Mapping[str, Entry]) -> dict[str, Entry]:
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


def _readdressed(
    entries: Iterable[Entry], now: Mapping[str, Entry], former: Container[str]
) -> dict[str, str]:
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


def _at_new_addresses(now: Mapping[str, Entry], readdressed: Mapping[str, str]) -> dict[str, Entry]:
    """How people stand in the file once they have these addresses: theirs, and those of their managers."""
    new = {old: address for address, old in readdressed.items()}
    moved = (
        replace(entry, email=new.get(email, email), manager=new.get(entry.manager, entry.manager))
        for email, entry in now.items()
    )
    return {entry.email: entry for entry in moved}


def _alike(new: Iterable[Entry], gone: Iterable[Entry]) -> tuple[Entry, ...]:
    """The new ones who have the name or the id of somebody who is gone."""
    ids, names = set(), set()
    for number, name in map(_numbered, gone):
        ids.add(number)
        names.add(name)
    known = ((_numbered(entry), entry) for entry in new)
    return tuple(entry for (number, name), entry in known if name in names or (number and number in ids))
