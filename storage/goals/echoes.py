"""What others do about a goal: they follow it, cheer at a step of it; and where a step was posted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from sqlalchemy import Index, UniqueConstraint, func, select
from sqlmodel import Field

from storage.columns import Moment
from storage.goals.tables import GOAL_KINDS, Goal, GoalChange
from storage.policy import Kind
from storage.tables import PersonalRow

if TYPE_CHECKING:
    from storage.store import Store

FOLLOWS, CHEERS, POSTED = "follows", "cheers", "posted"


class GoalEcho(PersonalRow, table=True):
    """`author_id` follows a goal of `subject_id`, cheers at a change of it, or posted one. Whoever sees the goal sees
    it; it holds no words."""

    __tablename__ = "goal_echo"
    __table_args__ = (
        UniqueConstraint("goal_id", "author_id", "what", "change_id", "place_id"),
        Index("goal_echo_by_goal", "goal_id", "what"),
    )
    kinds: ClassVar[tuple[str, ...]] = GOAL_KINDS
    words: ClassVar[tuple[str, ...]] = ()

    goal_id: str
    what: str
    change_id: str = ""
    place_id: str = ""
    ended_at: datetime | None = Field(default=None, sa_type=Moment)


ECHOES = GoalEcho.__table__  # type: ignore[attr-defined]
GOALS = Goal.__table__  # type: ignore[attr-defined]
CHANGES = GoalChange.__table__  # type: ignore[attr-defined]


class Echoes:
    """`store.goals.echoes`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, goal: Goal, person: str, what: str, *, change: str = "", place: str = "") -> bool:
        """Somebody does this about a goal; False when they did before, and it stands."""
        known = self._one(goal.id, person, what, change, place)
        if known is not None and known.ended_at is None:
            return False
        if known is not None:
            self._store.change(known, ended_at=None, made_at=self._store.now)
            return True
        self._store.add(
            GoalEcho,
            subject_id=goal.subject_id,
            author_id=person,
            kind=goal.kind,
            made_at=self._store.now,
            goal_id=goal.id,
            what=what,
            change_id=change,
            place_id=place,
        )
        return True

    def end(self, goal: Goal, person: str, what: str, *, change: str = "", place: str = "") -> bool:
        """Somebody does it no more; False when they did not."""
        known = self._one(goal.id, person, what, change, place)
        if known is None or known.ended_at is not None:
            return False
        self._store.change(known, ended_at=self._store.now)
        return True

    def _one(self, goal: str, person: str, what: str, change: str, place: str) -> GoalEcho | None:
        here = (ECHOES.c.goal_id == goal, ECHOES.c.author_id == person, ECHOES.c.what == what)
        same = (ECHOES.c.change_id == change, ECHOES.c.place_id == place)
        return next(iter(self._store._rows(GoalEcho, (*here, *same))), None)

    def follows(self, goal_id: str, person: str) -> bool:
        """Whether somebody follows a goal."""
        known = self._one(goal_id, person, FOLLOWS, "", "")
        return known is not None and known.ended_at is None

    def followers(self, goal_id: str) -> list[str]:
        """The ids of those who follow a goal, for telling them what they may still see."""
        here = (ECHOES.c.goal_id == goal_id, ECHOES.c.what == FOLLOWS, ECHOES.c.ended_at.is_(None))
        rows = self._store.execute(select(ECHOES.c.author_id).where(*here).order_by(ECHOES.c.id))
        return [row[0] for row in rows if row[0]]

    def counts(self, goal_id: str) -> dict[str, int]:
        """How many follow a goal, and how often it was cheered."""
        here = (ECHOES.c.goal_id == goal_id, ECHOES.c.ended_at.is_(None))
        counted = select(ECHOES.c.what, func.count()).where(*here).group_by(ECHOES.c.what)
        return {row[0]: row[1] for row in self._store.execute(counted)}

    def followed_by(self, person: str) -> list[Goal]:
        """The open goals that somebody follows and still sees."""
        here = (ECHOES.c.author_id == person, ECHOES.c.what == FOLLOWS, ECHOES.c.ended_at.is_(None))
        ids = select(ECHOES.c.goal_id).where(*here)
        order = (GOALS.c.subject_id, GOALS.c.number)
        return self._store.read(
            Goal, GOALS.c.id.in_(ids), GOALS.c.state == "open", reader=person, order=order
        )

    def last_step(self, goal_id: str, *, reader: str) -> GoalChange | None:
        """The last time that a goal moved, as far as the reader sees it."""
        here = (CHANGES.c.goal_id == goal_id, CHANGES.c.act == "moved")
        order = (CHANGES.c.made_at.desc(), CHANGES.c.id.desc())
        return next(iter(self._store.read(GoalChange, *here, reader=reader, order=order, limit=1)), None)

    def step(self, change_id: str, *, reader: str) -> GoalChange | None:
        """A change that the reader may see, or None."""
        return next(iter(self._store.read(GoalChange, CHANGES.c.id == change_id, reader=reader)), None)

    def public_step(self, change_id: str) -> tuple[Goal, GoalChange] | None:
        """A change of a goal that everybody sees, with the goal; None of any other."""
        changes = self._store._rows(
            GoalChange, (CHANGES.c.id == change_id, CHANGES.c.kind == Kind.GOAL_COMPANY)
        )
        goals = self._store._rows(Goal, (GOALS.c.id.in_([row.goal_id for row in changes]),))
        return (goals[0], changes[0]) if goals else None

    def posted_in(self, change_ids: Iterable[str]) -> list[GoalEcho]:
        """Where these changes were posted, and stand."""
        here = (
            ECHOES.c.change_id.in_(list(change_ids)),
            ECHOES.c.what == POSTED,
            ECHOES.c.ended_at.is_(None),
        )
        return self._store._rows(GoalEcho, here)
