"""Calibration: who looks together at what managers propose in a unit, and how far they think that people could go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import JSON, Column, UniqueConstraint, update
from sqlmodel import Field, col

from storage.columns import Moment, SealedJson
from storage.policy import Kind
from storage.tables import PersonalRow, Row

if TYPE_CHECKING:
    from storage.reviews.tables import ReviewCycle
    from storage.store import Store


class CalibrationSession(Row, table=True):
    """Some people look together at the proposed results of a unit: a team or a department, or "" for everybody.
    `guide` is the share of each point, in percent, the lowest point first, where a company wants one to look at."""

    __tablename__ = "calibration_session"

    cycle_id: str = Field(index=True)
    unit: str = ""
    members: Any = Field(sa_column=Column(JSON, nullable=False))
    guide: Any = Field(default=None, sa_column=Column(JSON))
    opened_by: str
    opened_at: datetime = Field(sa_type=Moment)
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    version: int = 0


class Potential(PersonalRow, table=True):
    """How far the manager thinks that somebody could go, for the session and for nobody else. It is emptied when the
    cycle leaves calibration: no result stands on it."""

    __tablename__ = "potential"
    __table_args__ = (UniqueConstraint("cycle_id", "subject_id"),)
    kinds: ClassVar[tuple[str, ...]] = (Kind.POTENTIAL,)
    words: ClassVar[tuple[str, ...]] = ("level",)

    cycle_id: str
    level: Any = Field(default=None, sa_column=Column(SealedJson))
    version: int = 0


SESSIONS = CalibrationSession.__table__  # type: ignore[attr-defined]
POTENTIALS = Potential.__table__  # type: ignore[attr-defined]


class Calibration:
    """`store.reviews.calibration`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # Sessions --------------------------------------------------------------------------------------------------------

    def open(
        self, cycle: ReviewCycle, unit: str, members: Sequence[str], *, guide: Sequence[int] | None
    ) -> CalibrationSession:
        """Open a session; the caller has asked who may sit in it."""
        row = self._store.insert(
            CalibrationSession(
                cycle_id=cycle.id,
                unit=unit,
                members=list(members),
                guide=list(guide) if guide else None,
                opened_by=self._store.actor_id or "",
                opened_at=self._store.now,
            )
        )
        self._store.audit("opened", "calibration_session", record_id=row.id)
        return row

    def session(self, session_id: str) -> CalibrationSession | None:
        """A session, or None."""
        return self._store.one(CalibrationSession, SESSIONS.c.id == session_id)

    def sessions(self, cycle_id: str) -> list[CalibrationSession]:
        """The sessions of a cycle, the oldest first."""
        here = SESSIONS.c.cycle_id == cycle_id
        return self._store.all(CalibrationSession, here, order=SESSIONS.c.id)

    def running(self) -> list[CalibrationSession]:
        """Every session that is not closed, the oldest first."""
        return self._store.all(CalibrationSession, SESSIONS.c.closed_at.is_(None), order=SESSIONS.c.id)

    def close(self, row: CalibrationSession) -> None:
        """It is over. Raises Conflict."""
        self._store.change(row, closed_at=self._store.now)
        self._store.audit("closed", "calibration_session", record_id=row.id)

    def sat(self, cycle_id: str) -> set[str]:
        """Everybody who opened or sat in a session of a cycle."""
        rows = self.sessions(cycle_id)
        return {person for row in rows for person in (row.opened_by, *row.members)}

    # Potential -------------------------------------------------------------------------------------------------------

    def judge(self, cycle_id: str, subject: str, level: int, *, author: str) -> None:
        """Keep how far a manager thinks that somebody could go, in the place of what stood there. Raises Conflict."""
        here = (POTENTIALS.c.cycle_id == cycle_id,)
        known = self._store.own(Potential, *here, subject=subject)
        if known:
            self._store.change(known[0], level={"level": level}, author_id=author, made_at=self._store.now)
            return
        self._store.add(
            Potential,
            kind=Kind.POTENTIAL,
            subject_id=subject,
            author_id=author,
            made_at=self._store.now,
            cycle_id=cycle_id,
            level={"level": level},
        )

    def potentials(self, cycle_id: str, subjects: Iterable[str], *, reader: str) -> dict[str, int]:
        """The judged potential of people, as far as the reader may see it."""
        here = (POTENTIALS.c.cycle_id == cycle_id, POTENTIALS.c.subject_id.in_(sorted(subjects)))
        found = self._store.read(Potential, *here, reader=reader)
        rows = self._store.reviews.without_power(found, reader)
        return {row.subject_id: row.level["level"] for row in rows if row.level}

    def end(self, cycle_id: str) -> None:
        """Calibration is over: close what is open, and empty what was judged, which was for the sessions alone."""
        for row in self.sessions(cycle_id):
            if row.closed_at is None:
                self.close(row)
        self._store.execute(update(POTENTIALS).where(col(Potential.cycle_id) == cycle_id).values(level=None))
        self._store.forgets = True
