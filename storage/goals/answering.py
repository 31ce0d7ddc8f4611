"""What others owe a goal: an answer whether it serves theirs, and hands for it when its owner has left."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from storage.goals.tables import Goal, KeyResult
from storage.obligations import BACK
from storage.tables import ObligationRow

if TYPE_CHECKING:
    from storage.store import Store

ANSWER, LEFT_GOAL = "goals.answer_proposal", "goals.left_goal"
"""The routes that settle what is owed."""
LEFT = "goals.left"
"""The bell that lists the goals of somebody who left for their manager."""
LATER = timedelta(days=1)
"""Who is asked gets a card at once, and is reminded after so long."""

GOALS = Goal.__table__  # type: ignore[attr-defined]
RESULTS = KeyResult.__table__  # type: ignore[attr-defined]
OWED = ObligationRow.__table__  # type: ignore[attr-defined]


class Answering:
    """`store.goals.answering`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # Whether it serves -----------------------------------------------------------------------------------------------

    def ask(self, goal: Goal, owner: str, *, title: str) -> None:
        """The owner of a goal owes an answer whether this one serves it."""
        self._store.obligations.open(
            owner,
            ANSWER,
            f"{goal.id}:{goal.version}",
            title=title,
            args={"goal": goal.id, "parent": goal.parent_id},
            remind_at=self._store.now + LATER,
            minutes=1,
        )

    def answered(self, goal: Goal) -> None:
        """Nobody owes an answer about this goal any more."""
        about = OWED.c.about.like(f"{goal.id}:%")
        rows = self._store.all(ObligationRow, OWED.c.kind == ANSWER, about, OWED.c.closed_at.is_(None))
        for row in rows:
            self._store.obligations.close(row.person_id, row.kind, row.about)

    def below(self, goal: Goal) -> list[Goal]:
        """The open goals that serve a goal or would, past all rules: for the machine that hands them on."""
        serving = (GOALS.c.parent_id == goal.id, GOALS.c.state == "open")
        return self._store._rows(Goal, serving, order=GOALS.c.id)

    # Who left --------------------------------------------------------------------------------------------------------

    def leave(self, heirs: Mapping[str, str | None]) -> None:
        """The goals of people who leave are listed for whoever led them."""
        theirs = (GOALS.c.subject_id.in_(list(heirs)), GOALS.c.state == "open")
        for (person,) in self._store.execute(select(GOALS.c.subject_id).where(*theirs).distinct()).all():
            if heir := heirs[person]:
                self._store.slots.plan(LEFT, f"{heir}:{person}", self._store.now)

    def come_back(self, person: str) -> None:
        """Somebody had not left after all: their goals are theirs."""
        theirs = OWED.c.about.in_(select(GOALS.c.id).where(GOALS.c.subject_id == person))
        asked = self._store.all(ObligationRow, OWED.c.kind == LEFT_GOAL, theirs)
        self._store.obligations.drop(asked, how=BACK)

    def left_behind(self, person: str) -> list[Goal]:
        """The open goals of somebody who has left, for the clock's own rule."""
        return self._store.own(Goal, GOALS.c.state == "open", subject=person, order=GOALS.c.number)

    def hand_to(self, heir: str, goal: Goal, *, title: str, due_at: datetime) -> None:
        """Somebody is to decide what becomes of a goal whose owner has left."""
        args = {"goal": goal.id}
        self._store.obligations.open(
            heir, LEFT_GOAL, goal.id, title=title, args=args, due_at=due_at, minutes=3
        )

    def left_to(self, heir: str, goal_id: str) -> Goal | None:
        """A goal about which somebody is to decide, or None. Reading it is noted like any other."""
        owed = [
            row for row in self._store.obligations.open_about(LEFT_GOAL, goal_id) if row.person_id == heir
        ]
        rows = self._store._rows(Goal, (GOALS.c.id == goal_id, GOALS.c.state == "open")) if owed else []
        for row in rows:
            self._store._note_opened(heir, row)
        return rows[0] if rows else None

    def results_of(self, goal: Goal) -> list[KeyResult]:
        """What such a goal is measured by."""
        here = (RESULTS.c.goal_id == goal.id, RESULTS.c.dropped_at.is_(None))
        return self._store.own(KeyResult, *here, subject=goal.subject_id, order=RESULTS.c.number)

    def decided(self, goal: Goal) -> None:
        """It is decided what becomes of a goal."""
        for row in self._store.obligations.open_about(LEFT_GOAL, goal.id):
            self._store.obligations.close(row.person_id, row.kind, row.about)
