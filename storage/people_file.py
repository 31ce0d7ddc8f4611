"""What a people file says of each person, and what it would change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass


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


def changes_of(before: Entry, after: Entry) -> Iterator[Change]:
    """The fields in which a person would stand in the file otherwise than before."""
    for name in (*FIELDS, "manager"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield Change(after.email, name, old, new)
