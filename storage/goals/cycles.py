"""The cycles that goals are written for: quarters, months, or spans of the company's own."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import UniqueConstraint, select
from sqlmodel import Field

from storage.columns import Moment
from storage.goals.tables import Goal
from storage.tables import Row

if TYPE_CHECKING:
    from storage.store import Store

SHAPE = "goals_cycle"
"""The setting with the shape of the company's cycles."""
QUARTER, MONTH, CUSTOM = "quarter", "month", "custom"


class Cycle(Row, table=True):
    """A span of days for which goals were written; goals link to it, and have days of their own."""

    __tablename__ = "cycle"
    __table_args__ = (UniqueConstraint("begins_on", "ends_on"),)

    name: str
    shape: str
    begins_on: date
    ends_on: date
    made_at: datetime = Field(sa_type=Moment)


CYCLES = Cycle.__table__  # type: ignore[attr-defined]
GOALS = Goal.__table__  # type: ignore[attr-defined]


class Cycles:
    """`store.goals.cycles`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def shape(self) -> str:
        """Of which shape the company's cycles are."""
        return str(self._store.setting(SHAPE, QUARTER))

    def choose(self, shape: str) -> None:
        """Cycles are of this shape from now on; what is linked to others stays so."""
        self._store.set_setting(SHAPE, shape)

    def get(self, cycle_id: str) -> Cycle | None:
        """A cycle by its id."""
        return self._store.one(Cycle, CYCLES.c.id == cycle_id)

    def custom_at(self, day: date) -> Cycle | None:
        """The company's own cycle in which a day lies, the latest begun if there are several."""
        here = (CYCLES.c.shape == CUSTOM, CYCLES.c.begins_on <= day, CYCLES.c.ends_on >= day)
        found = self._store.all(Cycle, *here, order=CYCLES.c.begins_on.desc(), limit=1)
        return found[0] if found else None

    def custom_after(self, day: date) -> Cycle | None:
        """The company's own cycle that begins next after a day."""
        here = (CYCLES.c.shape == CUSTOM, CYCLES.c.begins_on > day)
        found = self._store.all(Cycle, *here, order=CYCLES.c.begins_on, limit=1)
        return found[0] if found else None

    def custom(self, limit: int) -> list[Cycle]:
        """The company's own cycles, the latest first."""
        return self._store.all(Cycle, CYCLES.c.shape == CUSTOM, order=CYCLES.c.begins_on.desc(), limit=limit)

    def called(self, name: str, begins_on: date, ends_on: date) -> Cycle | None:
        """The company's own cycle of this name that has some of these days, the latest begun if there are several."""
        here = (CYCLES.c.shape == CUSTOM, CYCLES.c.name == name)
        shared = (CYCLES.c.begins_on <= ends_on, CYCLES.c.ends_on >= begins_on)
        found = self._store.all(Cycle, *here, *shared, order=CYCLES.c.begins_on.desc(), limit=1)
        return found[0] if found else None

    def of_days(self, begins_on: date, ends_on: date) -> Cycle | None:
        """The cycle of exactly these days."""
        return self._store.one(Cycle, CYCLES.c.begins_on == begins_on, CYCLES.c.ends_on == ends_on)

    def keep(self, name: str, shape: str, begins_on: date, ends_on: date) -> Cycle:
        """The cycle of these days; it is made when first something links to it."""
        known = self.of_days(begins_on, ends_on)
        if known is not None:
            return known
        return self._store.insert(
            Cycle(name=name, shape=shape, begins_on=begins_on, ends_on=ends_on, made_at=self._store.now)
        )

    def next_of(self, goal_ids: list[str]) -> dict[str, str]:
        """By the ids of goals, those of the next ones that were drafted from them."""
        columns = (GOALS.c.carried_from, GOALS.c.id)
        return dict(self._store.execute(select(*columns).where(GOALS.c.carried_from.in_(goal_ids))).all())
