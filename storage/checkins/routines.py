"""When and what teams are asked, and the occasions on which each person was."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, or_, select
from sqlmodel import col

from storage.checkins.tables import Routine
from storage.obligations import EXPIRED
from storage.prepared import Prepared
from storage.tables import ObligationRow, Place

if TYPE_CHECKING:
    from storage.store import Store

ASKED = "checkins.check_in"
"""The kind of the obligation that opens a window: the route that answers it."""

BEGUN = "checkins.begun"
"""The setting with the moment since which a routine asks when it does."""

_ROUTINE = Routine.__table__  # type: ignore[attr-defined]
_OWED = ObligationRow.__table__  # type: ignore[attr-defined]
_FIND = Prepared(
    select(_ROUTINE.c.id)
    .where(or_(_ROUTINE.c.lead_id == bindparam("lead"), _ROUTINE.c.lead_id == ""))
    .limit(1)
)
_WINDOW = Prepared(
    select(_OWED.c.about, _OWED.c.opened_at, _OWED.c.expires_at, _OWED.c.closed_at)
    .where(
        _OWED.c.person_id == bindparam("person"),
        _OWED.c.kind == ASKED,
        _OWED.c.expires_at > bindparam("moment", type_=_OWED.c.expires_at.type),
    )
    .order_by(_OWED.c.expires_at.desc())
    .limit(1)
)


@dataclass(frozen=True)
class Window:
    """An occasion on which a person was asked. `name` is the routine's id and the day it began."""

    name: str
    opened_at: datetime
    closes_at: datetime
    answered: bool = False


class Routines:
    """`store.checkins.routines`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str | None, Routine | None] = {}

    def of(self, lead_id: str | None) -> Routine | None:
        """The routine of whoever reports to this person: their own, else the company's, else None for the default."""
        if lead_id not in self._known:
            found = self._store.run(_FIND, lead=lead_id or "")
            self._known[lead_id] = self._either(lead_id or "") if found else None
        return self._known[lead_id]

    def _either(self, lead_id: str) -> Routine | None:
        which = or_(col(Routine.lead_id) == lead_id, col(Routine.lead_id) == "")
        rows = self._store.all(Routine, which, order=col(Routine.lead_id).desc(), limit=1)
        return rows[0] if rows else None

    def own(self, lead_id: str) -> Routine | None:
        """The routine that was set up for exactly this team ("" for everybody), or None."""
        return self._store.one(Routine, col(Routine.lead_id) == lead_id)

    def get(self, routine_id: str) -> Routine | None:
        """A routine by its id, or None."""
        return self._store.one(Routine, col(Routine.id) == routine_id)

    def save(self, lead_id: str, **values: Any) -> Routine:
        """Set up a team's routine, or change it. The clock plans everybody anew."""
        self._known = {}
        row = self.own(lead_id)
        before = _when(row)
        if row is None:
            row = self._store.insert(Routine(lead_id=lead_id, **values))
        else:
            self._store.change(row, **values)
        if _when(row) != before:
            self._store.set_setting(f"{BEGUN}:{row.id}", self._store.now.isoformat())
        self._store.slots.replan()
        self._store.audit("set up", "checkins.routine", record_id=row.id)
        return row

    def begun(self, routine_id: str) -> datetime | None:
        """Since when a routine asks when it does, or None for the default. What opened before is none of its."""
        since = self._store.setting(f"{BEGUN}:{routine_id}")
        return datetime.fromisoformat(since) if since else None

    def leads(self) -> frozenset[str]:
        """Whose teams have a routine of their own."""
        return frozenset(row.lead_id for row in self._store.all(Routine) if row.lead_id)

    def places(self) -> list[Place]:
        """The channels and groups where a digest may go, by name."""
        return self._store.all(Place, col(Place.gone).is_(False), order=(col(Place.name), col(Place.id)))

    def place(self, place_id: str | None) -> Place | None:
        """A channel that is still there, or None."""
        here = (col(Place.id) == place_id, col(Place.gone).is_(False))
        return self._store.one(Place, *here) if place_id else None

    # Occasions -----------------------------------------------------------------------------------------------------

    def window(self, person_id: str) -> Window | None:
        """The occasion that is open for a person now, answered or not."""
        found = self._store.run(_WINDOW, person=person_id, moment=self._store.now)
        return _window(*found[0]) if found else None

    def windows(self, people: Collection[str], since: datetime) -> dict[str, Window]:
        """The last occasion of each of these people, if it was open after that moment."""
        asked = (col(ObligationRow.kind) == ASKED, col(ObligationRow.expires_at) > since)
        theirs = col(ObligationRow.person_id).in_(list(people))
        rows = self._store.all(ObligationRow, theirs, *asked, order=_OWED.c.expires_at)
        return {r.person_id: _window(r.about, r.opened_at, r.expires_at, r.closed_at) for r in rows}

    def ends(self, window: str, people: Collection[str], *, opened_by: datetime) -> dict[str, datetime]:
        """When an occasion is over for each of these people who had been asked on it by a moment."""
        asked = (_OWED.c.person_id.in_(list(people)), _OWED.c.kind == ASKED, _OWED.c.about == window)
        found = select(_OWED.c.person_id, _OWED.c.expires_at).where(*asked, _OWED.c.opened_at <= opened_by)
        return {person: at for person, at in self._store.execute(found) if at}

    def end_others(self, person_id: str, window: Window) -> None:
        """Only one occasion is open for a person: with a new one, those before it are over."""
        theirs = (_OWED.c.person_id == person_id, _OWED.c.kind == ASKED, _OWED.c.about != window.name)
        now, here = self._store.now, (*theirs, _OWED.c.expires_at > self._store.now)
        for row in self._store.all(ObligationRow, *here):
            self._store.obligations.close(person_id, ASKED, row.about, how=EXPIRED)
            self._store.change(row, expires_at=now)

    def move_end(self, person_id: str, window: Window, *, due_at: datetime, closes_at: datetime) -> None:
        """An occasion is due, and over, at other moments. Its reminder is decided about before it is over."""
        owed = self._store.obligations.find(person_id, ASKED, window.name)
        assert owed is not None
        remind_at = min(owed.remind_at or due_at, due_at)
        self._store.change(owed, due_at=due_at, expires_at=closes_at, remind_at=remind_at)
        self._store.touch(person_id)

    def answered(self, person_id: str, window: Window) -> None:
        """Nothing is owed on this occasion any more."""
        self._store.obligations.close(person_id, ASKED, window.name)


def _window(about: str, opened_at: datetime, expires_at: Any, closed_at: datetime | None) -> Window:
    return Window(about, opened_at, expires_at, answered=closed_at is not None)


def _when(routine: Routine | None) -> tuple[Any, ...] | None:
    """When a routine asks."""
    return (routine.rule, routine.clock, routine.paused) if routine else None
