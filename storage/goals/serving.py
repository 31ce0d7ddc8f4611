"""Which goals serve which: what one may serve, what stands above it and below, and who hears when it changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, false, or_, select

from storage.goals.tables import Goal

if TYPE_CHECKING:
    from storage.store import Store

GOALS = Goal.__table__  # type: ignore[attr-defined]
NUMBERED = (GOALS.c.number, GOALS.c.id)
"""The order in which people count goals."""

DIFFERS = "goals.differs"
"""The bell that tells the owners of what serves a goal how it changed."""
CHANGED = "goals.changed"
"""The bell that tells the owner of a goal what others changed about it."""
GATHERED = timedelta(minutes=15)
"""Changes within so long of the first are told together."""


class Node(NamedTuple):
    """Where a goal stands in the tree."""

    id: str
    parent: str
    level: str
    owner: str
    number: int


class Serving:
    """`store.goals.serving`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def offered(self, owners: Iterable[str], *, department: str, team: str, reader: str) -> list[Goal]:
        """The open goals that the reader sees of these people, of this department and team, and of the company."""
        units = {"department": department, "team": team}
        of_unit = or_(
            false(),
            *(and_(GOALS.c.level == level, GOALS.c.unit == unit) for level, unit in units.items() if unit),
        )
        above = or_(GOALS.c.subject_id.in_(list(owners)), GOALS.c.level == "organisation", of_unit)
        return self._store.read(Goal, above, GOALS.c.state == "open", reader=reader, order=NUMBERED)

    def above(self, goal_id: str) -> list[str]:
        """What a goal serves, and what that serves, the nearest first: ids for the rules, never for showing."""
        found: list[str] = []
        here = goal_id
        while True:
            parent = self._store.execute(select(GOALS.c.parent_id).where(GOALS.c.id == here)).scalar()
            if not parent or parent in (goal_id, *found):  # two at once may have made a circle
                return found
            found.append(parent)
            here = parent

    def owner_above(self, row: Goal) -> str | None:
        """Who answers for what a goal serves by agreement: for the rules, never for showing."""
        if not row.parent_id or row.aligned != "agreed":
            return None
        found: str | None = self._store.execute(
            select(GOALS.c.subject_id).where(GOALS.c.id == row.parent_id)
        ).scalar()
        return found

    def shape(self, *, reader: str) -> list[Node]:
        """Where each open goal stands that the reader sees. No words are opened."""
        columns = (GOALS.c.id, GOALS.c.parent_id, GOALS.c.level, GOALS.c.subject_id, GOALS.c.number)
        visible = self._store.readable(Goal, reader)
        rows = self._store.execute(select(*columns).where(GOALS.c.state == "open", visible))
        return [Node(*row) for row in rows]

    def tell_below(self, goal: Goal, by: str) -> None:
        """The owners of what serves a goal hear of a change, once for all that changes within a quarter of an hour."""
        serving = select(GOALS.c.id, GOALS.c.subject_id).where(
            GOALS.c.parent_id == goal.id,
            GOALS.c.aligned == "agreed",
            GOALS.c.state == "open",
            GOALS.c.subject_id != by,
        )
        for child, owner in self._store.execute(serving).all():
            about = f"{owner}:{child}"
            if self._store.slots.next(DIFFERS, about) is None:
                self._store.slots.plan(DIFFERS, about, self._store.now + GATHERED)

    def tell_owner(self, goal: Goal) -> None:
        """The owner of a goal hears what somebody else changes, once for all within a quarter of an hour."""
        about = f"{goal.subject_id}:{goal.id}"
        if self._store.slots.next(CHANGED, about) is None:
            self._store.slots.plan(CHANGED, about, self._store.now + GATHERED)

    def below(self, goal_id: str, *, reader: str) -> list[Goal]:
        """The open goals that serve this one, as far as the reader may see them."""
        serving = (GOALS.c.parent_id == goal_id, GOALS.c.state == "open")
        return self._store.read(Goal, *serving, reader=reader, order=NUMBERED)
