"""What the company, its teams and its people want to reach, how far it is, and all that ever changed about it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select, update

from storage.goals.answering import Answering
from storage.goals.cycles import Cycle, Cycles
from storage.goals.echoes import ECHOES, Echoes, GoalEcho
from storage.goals.keeping import plain, unplain
from storage.goals.moves import Move, Moves
from storage.goals.owed import Owed
from storage.goals.reading import reading
from storage.goals.serving import DIFFERS, NUMBERED, Node, Serving
from storage.goals.tables import Goal, GoalChange, KeyResult
from storage.goals.templates import GoalTemplate, GoalTemplates
from storage.policy import Kind, Right, may
from storage.prepared import Prepared
from storage.tables import PersonRow

if TYPE_CHECKING:
    from storage.store import Store

__all__ = [
    "DIFFERS",
    "TOLD_OWNER",
    "Cycle",
    "Goal",
    "GoalChange",
    "GoalEcho",
    "GoalTemplate",
    "Goals",
    "KeyResult",
    "Move",
    "Node",
]

GOALS = Goal.__table__  # type: ignore[attr-defined]
RESULTS = KeyResult.__table__  # type: ignore[attr-defined]
CHANGES = GoalChange.__table__  # type: ignore[attr-defined]
PEOPLE = PersonRow.__table__  # type: ignore[attr-defined]

_CALLED = (RESULTS.c.goal_number, RESULTS.c.number, RESULTS.c.id)
_GOAL_FIELDS = (
    "title",
    "purpose",
    "form",
    "level",
    "unit",
    "kind",
    "begins_on",
    "ends_on",
    "template_version",
)
_RESULT_FIELDS = (
    "title",
    "direction",
    "start",
    "target",
    "high",
    "stretch",
    "unit",
    "weight",
    "begins_on",
    "ends_on",
    "part",
)
_OPEN = Prepared(select(GOALS.c.id).where(GOALS.c.subject_id == bindparam("owner"), GOALS.c.state == "open"))

_TOLD_BELOW = frozenset({"edited", "closed", "dropped", "reopened"})
TOLD_OWNER = _TOLD_BELOW | {"made", "moved", "undone", "connected", "disconnected"}
"""What the owner of a goal hears when somebody else does it."""


class Goals:
    """`store.goals`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.answering = Answering(store)
        self.cycles = Cycles(store)
        self.echoes = Echoes(store)
        self.moves = Moves(store)
        self.owed = Owed(store)
        self.serving = Serving(store)
        self.templates = GoalTemplates(store)

    # Goals -----------------------------------------------------------------------------------------------------------

    def add(self, owner: str, *, author: str, kind: Kind, **values: Any) -> Goal:
        """Keep a new goal of a person, with its number and its first change."""
        number = self._next(GOALS.c.number, GOALS.c.subject_id, PEOPLE, owner)
        row = self._store.add(
            Goal,
            subject_id=owner,
            author_id=author,
            kind=kind,
            made_at=self._store.now,
            number=number,
            **values,
        )
        self._note(row, None, "made", author, None, plain(row, _GOAL_FIELDS))
        return row

    def get(self, goal_id: str, *, reader: str) -> Goal | None:
        """A goal that the reader may see, or None."""
        return next(iter(self._store.read(Goal, GOALS.c.id == goal_id, reader=reader)), None)

    def of(self, owner: str, *, reader: str, closed: bool = False) -> list[Goal]:
        """A person's goals as far as the reader may see them, by number; open ones, or those that are not."""
        state = GOALS.c.state != "open" if closed else GOALS.c.state == "open"
        return self._store.read(Goal, GOALS.c.subject_id == owner, state, reader=reader, order=NUMBERED)

    def of_each(self, owners: Iterable[str], *, reader: str) -> dict[str, list[Goal]]:
        """The open goals of several people, by their ids, as far as the reader may see them."""
        found: dict[str, list[Goal]] = {owner: [] for owner in owners}
        here = (GOALS.c.subject_id.in_(list(found)), GOALS.c.state == "open")
        for row in self._store.read(Goal, *here, reader=reader, order=NUMBERED):
            found[row.subject_id].append(row)
        return found

    def of_level(self, level: str, *, reader: str, units: Collection[str] | None = None) -> list[Goal]:
        """The open goals of the company, or of departments or teams (of these `units` alone), that the reader may
        see."""
        of_units = () if units is None else (GOALS.c.unit.in_(sorted(units)),)
        here = (GOALS.c.level == level, GOALS.c.state == "open", *of_units)
        return self._store.read(Goal, *here, reader=reader, order=NUMBERED)

    def some(self, goal_ids: Iterable[str], *, reader: str) -> dict[str, Goal]:
        """Goals by id, as far as the reader sees them."""
        found = self._store.read(Goal, GOALS.c.id.in_(list(goal_ids)), reader=reader)
        return {goal.id: goal for goal in found}

    def change(self, goal: Goal, act: str, *, by: str, note: str = "", **values: Any) -> GoalChange:
        """Write new values of a goal, with a version of what was before. Raises Conflict."""
        before, after = self._written(goal, values)
        if "kind" in values:
            self._move_to_kind(goal, values["kind"])
        if "aligned" in values or values.get("state", "open") != "open":
            self.answering.answered(goal)
        return self._note(goal, None, act, by, before, after, note)

    def _written(
        self, row: Goal | KeyResult, values: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Write new values; returns what was before and what is now, as a change keeps it. Raises Conflict."""
        before = plain(row, values)
        self._store.change(row, **values)
        return before, plain(row, values)

    def _move_to_kind(self, goal: Goal, kind: str) -> None:
        """All that belongs to a goal is read by who reads the goal."""
        for table in (RESULTS, CHANGES, ECHOES):
            self._store.execute(update(table).where(table.c.goal_id == goal.id).values(kind=kind))

    def may_write(self, goal: Goal | KeyResult, person: str) -> bool:
        """Whether somebody may change a goal, or what it is measured by."""
        return may(self._store.directory, person, Right.WRITE, goal, self._store.now)

    def may_read(self, goal: Goal, person: str) -> bool:
        """Whether somebody sees a goal."""
        return may(self._store.directory, person, Right.READ, goal, self._store.now)

    # Key results -----------------------------------------------------------------------------------------------------

    def measure(self, goal: Goal, *, author: str, **values: Any) -> KeyResult:
        """Keep a new key result of a goal, with its number and its first change."""
        number = self._next(RESULTS.c.number, RESULTS.c.goal_id, GOALS, goal.id)
        row = self._store.add(
            KeyResult,
            subject_id=goal.subject_id,
            author_id=author,
            kind=goal.kind,
            made_at=self._store.now,
            goal_id=goal.id,
            goal_number=goal.number,
            number=number,
            **{"weight": Decimal(1), **values},
        )
        self._note(goal, row, "made", author, None, plain(row, _RESULT_FIELDS))
        return row

    def results(self, goal_ids: Iterable[str], *, reader: str) -> dict[str, list[KeyResult]]:
        """The key results that count, by the id of their goal."""
        wanted = list(goal_ids)
        found: dict[str, list[KeyResult]] = {goal_id: [] for goal_id in wanted}
        here = (RESULTS.c.goal_id.in_(wanted), RESULTS.c.dropped_at.is_(None))
        for row in self._store.read(KeyResult, *here, reader=reader, order=_CALLED):
            found[row.goal_id].append(row)
        return found

    def measured(self, goal_id: str, *, reader: str) -> list[KeyResult]:
        """All that a goal is or was measured by."""
        return self._store.read(KeyResult, RESULTS.c.goal_id == goal_id, reader=reader, order=_CALLED)

    def mine(self, owner: str) -> list[KeyResult]:
        """The key results of a person's open goals, by number, for themselves. Who has no goal costs next to nothing:
        it is asked at every check-in."""
        open_goals = [row[0] for row in self._store.run(_OPEN, owner=owner)]
        if not open_goals:
            return []
        here = (RESULTS.c.goal_id.in_(open_goals), RESULTS.c.dropped_at.is_(None))
        return self._store.read(KeyResult, *here, reader=owner, order=_CALLED)

    def result(self, result_id: str, *, reader: str) -> KeyResult | None:
        """A key result that the reader may see, or None."""
        return next(iter(self._store.read(KeyResult, RESULTS.c.id == result_id, reader=reader)), None)

    def move(
        self, row: KeyResult, *, by: str, value: Decimal | None, confidence: str, note: str = ""
    ) -> GoalChange:
        """A key result has come so far. Raises Conflict."""
        values = {"value": value, "confidence": confidence, "moved_at": self._store.now, "data_at": None}
        before, after = self._written(row, values)
        return self._note(self._goal_of(row), row, "moved", by, before, after, note)

    def follow(
        self, row: KeyResult, goal: Goal, *, source: str, value: Decimal, at: datetime
    ) -> GoalChange | None:
        """A metric that a key result of a goal reads has come to a value, at a moment; None where that moves nothing.
        Raises Conflict."""
        values = {"value": value, "moved_at": self._store.now, "data_at": at}
        if row.value == value:
            if row.data_at != at:
                self._store.change(row, moved_at=self._store.now, data_at=at)
            return None
        before, after = self._written(row, values)
        return self._note(goal, row, "moved", None, before, after, source=source)

    def reading(self, series: Collection[tuple[str, str]]) -> list[tuple[KeyResult, Goal]]:
        """The key results of open goals that read one of these series (a metric, and whom its figures are about, "" for
        the company), past all rules: for the machine that moves them. In the order of the series."""
        return reading(self._store, series)

    def edit(self, row: KeyResult, act: str, *, by: str, **values: Any) -> GoalChange:
        """Write new values of a key result, with a version of what was before. Raises Conflict."""
        before, after = self._written(row, values)
        return self._note(self._goal_of(row), row, act, by, before, after)

    def _goal_of(self, row: KeyResult) -> Goal:
        (goal,) = self._store.own(Goal, GOALS.c.id == row.goal_id, subject=row.subject_id)
        return goal

    # What changed ----------------------------------------------------------------------------------------------------

    def history(self, goal_id: str, *, reader: str, limit: int) -> list[GoalChange]:
        """What changed about a goal and its key results, newest first."""
        order = (CHANGES.c.made_at.desc(), CHANGES.c.id.desc())
        here = CHANGES.c.goal_id == goal_id
        return self._store.read(GoalChange, here, reader=reader, order=order, limit=limit)

    def since(self, goal_id: str, moment: datetime, *, reader: str) -> list[GoalChange]:
        """What changed about a goal after a moment, oldest first."""
        here = (CHANGES.c.goal_id == goal_id, CHANGES.c.made_at > moment)
        return self._store.read(GoalChange, *here, reader=reader, order=(CHANGES.c.made_at, CHANGES.c.id))

    def newest(self, rows: Iterable[KeyResult], *, reader: str) -> dict[str, GoalChange]:
        """The last thing that changed about each of these key results, by their ids."""
        about = CHANGES.c.key_result_id
        last = select(func.max(CHANGES.c.id)).where(about.in_([row.id for row in rows])).group_by(about)
        found = self._store.read(GoalChange, CHANGES.c.id.in_(last), reader=reader)
        return {change.key_result_id: change for change in found}

    def undo(self, change: GoalChange, row: KeyResult, *, by: str | None, source: str = "") -> GoalChange:
        """What a key result was before this change, it is again. Raises Conflict."""
        before, after = self._written(row, unplain(change.before or {}))
        return self._note(
            self._goal_of(row), row, "undone", by, before, after, undoes=change.id, source=source
        )

    def _note(
        self,
        goal: Goal,
        row: KeyResult | None,
        act: str,
        by: str | None,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any],
        note: str = "",
        undoes: str = "",
        source: str = "",
    ) -> GoalChange:
        if by and (act in _TOLD_BELOW or (act == "made" and row)):
            self.serving.tell_below(goal, by)
        if by and by != goal.subject_id and act in TOLD_OWNER:
            self.serving.tell_owner(goal)
        self.owed.settle(goal.subject_id)
        return self._store.add(
            GoalChange,
            subject_id=goal.subject_id,
            author_id=by,
            kind=goal.kind,
            made_at=self._store.now,
            goal_id=goal.id,
            key_result_id=row.id if row else "",
            act=act,
            before=dict(before) if before is not None else None,
            after=dict(after),
            note=note,
            source=source,
            undoes=undoes,
        )

    def hold(self, goal: Goal) -> None:
        """Whoever else adds to what a goal is measured by waits: what is not there now is not there later either."""
        self._hold(GOALS, goal.id)

    def _hold(self, table: Any, row_id: str) -> None:
        self._store.execute(select(table.c.id).where(table.c.id == row_id).with_for_update(key_share=True))

    def _next(self, number: Any, belongs_to: Any, owners: Any, owner: str) -> int:
        """The next number of what belongs to a row of `owners`. Whoever else asks at the same moment waits, so that no
        two have one number."""
        self._hold(owners, owner)
        last = self._store.execute(select(func.max(number)).where(belongs_to == owner)).scalar()
        return 1 + int(last or 0)
