"""What blocks people, from the check-in that named it until they call it solved."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, or_, select
from sqlmodel import col

from storage.checkins.tables import Blocker, CheckIn
from storage.policy import Kind
from storage.prepared import Prepared
from storage.rows import made

if TYPE_CHECKING:
    from storage.store import Store

_TABLE = Blocker.__table__  # type: ignore[attr-defined]
_NAMES = tuple(column.name for column in _TABLE.c)
_BLOCKS = (_TABLE.c.solved_at.is_(None), _TABLE.c.matter.is_not(None))
"""It is not solved, and its words were not erased."""
_OPEN = Prepared(
    select(_TABLE)
    .where(_TABLE.c.subject_id == bindparam("person"), *_BLOCKS)
    .order_by(_TABLE.c.made_at, _TABLE.c.id)
)


class Blockers:
    """`store.checkins.blockers`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._open: dict[str, list[Blocker]] = {}

    def open_of(self, person_id: str) -> list[Blocker]:
        """What blocks a person now, oldest first, for themselves and for the machine's rules."""
        if person_id not in self._open:
            rows = self._store.run(_OPEN, person=person_id)
            self._open[person_id] = [made(Blocker, dict(zip(_NAMES, row, strict=True))) for row in rows]
        return self._open[person_id]

    def of_checkin(self, row: CheckIn) -> list[Blocker]:
        """What a check-in named, solved or not."""
        return self._store.own(Blocker, col(Blocker.checkin_id) == row.id, subject=row.subject_id)

    def solved_since(self, row: CheckIn) -> list[Blocker]:
        """What a check-in named and is solved, and whatever else its author solved since."""
        either = or_(col(Blocker.checkin_id) == row.id, col(Blocker.solved_at) >= row.made_at)
        return self._store.own(Blocker, col(Blocker.solved_at).is_not(None), either, subject=row.subject_id)

    def of_team(self, people: Collection[str], *, reader: str) -> dict[str, list[Blocker]]:
        """What blocks each of these people now that the reader may see."""
        theirs = (col(Blocker.subject_id).in_(list(people)), *_BLOCKS)
        found: dict[str, list[Blocker]] = {}
        for row in self._store.read(Blocker, *theirs, reader=reader, order=col(Blocker.made_at)):
            found.setdefault(row.subject_id, []).append(row)
        return found

    def blocked(self, people: Collection[str]) -> frozenset[str]:
        """Which of these people are blocked now, without looking at any words."""
        theirs = (col(Blocker.subject_id).in_(list(people)), *_BLOCKS)
        return frozenset(
            row[0] for row in self._store.execute(select(col(Blocker.subject_id)).where(*theirs))
        )

    def get(self, blocker_id: str, person_id: str) -> Blocker | None:
        """A blocker of this person's own, or None."""
        found = self._store.own(Blocker, col(Blocker.id) == blocker_id, subject=person_id)
        return found[0] if found else None

    def begin(self, row: CheckIn, matter: str) -> Blocker:
        """Keep what a check-in named."""
        self._open.pop(row.subject_id, None)
        return self._store.add(
            Blocker,
            kind=Kind.CHECKIN,
            subject_id=row.subject_id,
            author_id=row.subject_id,
            made_at=self._store.now,
            checkin_id=row.id,
            matter=matter,
        )

    def solve(self, row: Blocker) -> None:
        """It blocks nobody any more."""
        self._open.pop(row.subject_id, None)
        self._store.change(row, solved_at=self._store.now)
        manager = self._store.directory.manager_of(row.subject_id, self._store.now.date())
        self._store.touch(row.subject_id, row.raised_to, manager)

    def raise_to(self, row: Blocker, manager_id: str) -> None:
        """Note that the manager was told."""
        self._store.change(row, raised_at=self._store.now, raised_to=manager_id)
        self._store.touch(row.subject_id, manager_id)
