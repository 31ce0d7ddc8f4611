"""HR reads private feedback only when two of them agree, for a day, with a reason; each reading stands in the audit."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlmodel import col

from storage.people import GLASSES
from storage.policy import Kind
from storage.tables import AuditRow, BreakGlass

if TYPE_CHECKING:
    from storage.store import Store

LASTS = timedelta(hours=24)


class BreakingGlass:
    """`store.break_glass`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def ask(self, asker: str, subject: str, reason: str) -> BreakGlass:
        """Keep that somebody of HR asks to read what was said to a person in private."""
        row = BreakGlass(
            kind=Kind.BREAK_GLASS, subject_id=subject, author_id=asker, made_at=self._store.now, reason=reason
        )
        return self._store.insert(row)

    def get(self, glass_id: str, *, reader: str) -> BreakGlass | None:
        """A request that the reader may see, or None."""
        found = self._store.read(BreakGlass, GLASSES.c.id == glass_id, reader=reader)
        return found[0] if found else None

    def by_id(self, glass_id: str, subject: str) -> BreakGlass | None:
        """A request about a person, for the clock that closes it."""
        found = self._store.own(BreakGlass, GLASSES.c.id == glass_id, subject=subject)
        return found[0] if found else None

    def approve(self, row: BreakGlass, by: str) -> datetime:
        """A second person in HR agrees: from now on it is open, for a day; returns until when."""
        now = self._store.now
        self._store.change(row, named_id=by, approved_at=now, ends_at=now + LASTS)
        self._store.people_changed()
        return now + LASTS

    def refuse(self, row: BreakGlass) -> None:
        """Nothing was opened, and there is nothing to tell."""
        self._store.change(row, closed_at=self._store.now)

    def close(self, row: BreakGlass) -> None:
        """It is over: nobody reads by it any more, and whom it is about may know of it."""
        self._store.change(row, closed_at=self._store.now, kind=Kind.BREAK_GLASS_TOLD)
        self._store.people_changed()
        self._store.touch(row.subject_id)

    def told_to(self, person: str) -> list[BreakGlass]:
        """What is over and was about a person, newest first."""
        theirs = (GLASSES.c.subject_id == person, GLASSES.c.kind == Kind.BREAK_GLASS_TOLD.value)
        return self._store.read(
            BreakGlass, *theirs, reader=person, order=GLASSES.c.approved_at.desc(), limit=20
        )

    def readings(self, row: BreakGlass) -> int:
        """How often something was read by it."""
        by_it = (col(AuditRow.record_id) == row.id, col(AuditRow.act) == "opened")
        return self._store.count(AuditRow, *by_it)
