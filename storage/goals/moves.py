"""What moved: key results with where they were first and who moved them last, for telling those who may see it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from storage.goals.echoes import CHANGES, ECHOES, FOLLOWS, GOALS, GoalEcho
from storage.goals.keeping import unplain
from storage.goals.tables import Goal, GoalChange, KeyResult
from storage.policy import Kind

if TYPE_CHECKING:
    from storage.store import Store

RESULTS = KeyResult.__table__  # type: ignore[attr-defined]

_MOVED = CHANGES.c.act == "moved"
_SAID = CHANGES.c.act.in_(("moved", "undone"))
"""What says how far something is: what it weighs, or how it is called, says nothing of that."""
_BY_DATA = (_MOVED, CHANGES.c.source != "")
_IN_ORDER = (CHANGES.c.made_at, CHANGES.c.id)
_OPEN = (GOALS.c.state == "open",)


@dataclass(frozen=True)
class Move:
    """A key result that moved: by `first` from where it was, by `last` to where it is or was."""

    goal: Goal
    row: KeyResult
    first: GoalChange
    last: GoalChange

    @property
    def before(self) -> Decimal | None:
        """Its value before it moved, or None where nobody had said any."""
        found: Decimal | None = unplain(self.first.before or {}).get("value")
        return found

    @property
    def is_somewhere_else(self) -> bool:
        """Whether it stands elsewhere now: what was taken back did not move."""
        return bool(self.before != self.row.value)


class Moves:
    """`store.goals.moves`. What is told to somebody they have not opened: so none of it is noted as opened."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def by_data(self, owner: str, *, since: datetime) -> list[Move]:
        """What data moved of a person's since a moment, and nobody has said anything about since."""
        theirs = (CHANGES.c.subject_id == owner, CHANGES.c.made_at > since)
        connected = (*theirs, CHANGES.c.act == "connected", CHANGES.c.author_id == owner)
        seen = {each.key_result_id: each.made_at for each in self._changes(*connected, reader=owner)}
        changes = self._changes(*_BY_DATA, *theirs, reader=owner)
        # What it came to when they connected it was their answer.
        new = [each for each in changes if each.made_at > seen.get(each.key_result_id, since)]
        return self._untouched(self._moves(new, reader=owner))

    def followed(self, person: str, *, since: datetime) -> list[Move]:
        """The same of the goals that somebody follows and still sees, from when they began to follow."""
        here = (ECHOES.c.author_id == person, ECHOES.c.what == FOLLOWS, ECHOES.c.ended_at.is_(None))
        begun = {each.goal_id: each.made_at for each in self._store._rows(GoalEcho, here)}
        made = (*_BY_DATA, CHANGES.c.goal_id.in_(list(begun)), CHANGES.c.made_at > since)
        changes = self._changes(*made, reader=person) if begun else []
        heard = [change for change in changes if change.made_at > begun[change.goal_id]]
        return self._untouched(self._moves(heard, reader=person))

    def of(self, people: Collection[str], *, since: datetime, reader: str | None) -> list[Move]:
        """What moved of these people's, by whomever, as far as the reader sees it; None is whoever works here. Who
        moved most lately comes first."""
        made = (_MOVED, CHANGES.c.subject_id.in_(sorted(people)), CHANGES.c.made_at > since)
        found = self._moves(self._changes(*made, reader=reader), reader=reader)
        elsewhere = [move for move in found if move.is_somewhere_else]
        return sorted(elsewhere, key=lambda move: (move.last.made_at, move.last.id), reverse=True)

    def said(self, people: Collection[str], confidence: str, *, reader: str) -> list[KeyResult]:
        """The key results of these people's open goals of which was said that they look so, as far as the reader sees
        them."""
        looks = (RESULTS.c.confidence == confidence, RESULTS.c.dropped_at.is_(None))
        theirs = (RESULTS.c.subject_id.in_(sorted(people)), *looks)
        order = (RESULTS.c.subject_id, RESULTS.c.goal_number, RESULTS.c.number)
        rows = self._store._rows(KeyResult, (*theirs, self._seen(KeyResult, reader)), order=order)
        goals = self._goals([row.goal_id for row in rows], reader)
        return [row for row in rows if row.goal_id in goals]

    def standing(self, rows: Sequence[KeyResult], *, reader: str) -> dict[str, GoalChange]:
        """Who or what brought each of these key results to where it stands, by their ids: neither what was taken back,
        nor what changed about it besides."""
        about, here = CHANGES.c.key_result_id, RESULTS.c.id == CHANGES.c.key_result_id
        standing = (about.in_([row.id for row in rows]), _MOVED, CHANGES.c.made_at <= RESULTS.c.moved_at)
        last = (
            select(func.max(CHANGES.c.id)).join_from(CHANGES, RESULTS, here).where(*standing).group_by(about)
        )
        found = self._store.read(GoalChange, CHANGES.c.id.in_(last), reader=reader)
        return {change.key_result_id: change for change in found}

    def taken_back(self, rows: Sequence[KeyResult]) -> set[str]:
        """Of these key results, by their ids, those whose last word was taken back, for the machine that moves them."""
        about = CHANGES.c.key_result_id
        theirs = about.in_([row.id for row in rows])
        last = select(func.max(CHANGES.c.id)).where(theirs, _SAID).group_by(about)
        moves = select(CHANGES.c.id).where(theirs, _MOVED)
        undone = select(about).where(CHANGES.c.id.in_(last), CHANGES.c.undoes.in_(moves))
        return {row[0] for row in self._store.execute(undone)}

    def said_before(self, row: KeyResult, *, source: str, since: datetime) -> bool:
        """Whether a person had said where a key result stands when a source moved it since a moment."""
        moves = self._of_source(row, source, since)
        before = unplain(moves[-1].before or {}) if moves else {}
        return bool(before.get("moved_at")) and not before.get("data_at")

    def _of_source(self, row: KeyResult, source: str, since: datetime) -> list[GoalChange]:
        newest = self._newest_by_data(row, since)
        return list(takewhile(lambda each: each.source == source, newest))

    def undo_data(self, row: KeyResult, *, source: str, since: datetime, by: str | None) -> GoalChange | None:
        """What a key result was before data moved it, it is again: of all its moves since a moment that nobody has said
        anything after. None where there is none. Raises Conflict."""
        moves = self._of_source(row, source, since)
        if not moves:
            return None
        return self._store.goals.undo(moves[-1], row, by=by, source="" if by else source)

    def first_of(self, row: KeyResult, last: GoalChange, first: str) -> GoalChange:
        """Of the moves by data from one on (an id) until the last one, between which nobody said anything, the first;
        the last one itself where it is no such move."""
        began = self._store.own(GoalChange, CHANGES.c.id == first, subject=row.subject_id) if first else []
        moves = self._newest_by_data(row, began[0].made_at) if began else []
        return moves[-1] if moves else last

    def _newest_by_data(self, row: KeyResult, since: datetime) -> list[GoalChange]:
        """What data did to a key result since a moment, the newest first, as far as nobody has said anything after."""
        here = (CHANGES.c.key_result_id == row.id, CHANGES.c.made_at >= since, _SAID)
        changes = reversed(self._store.own(GoalChange, *here, subject=row.subject_id, order=_IN_ORDER))
        return list(takewhile(lambda each: each.source != "" and each.act == "moved", changes))

    # Inside ----------------------------------------------------------------------------------------------------------

    def _changes(self, *where: Any, reader: str | None) -> list[GoalChange]:
        return self._store._rows(GoalChange, (*where, self._seen(GoalChange, reader)), order=_IN_ORDER)

    def _moves(self, changes: Sequence[GoalChange], *, reader: str | None) -> list[Move]:
        firsts: dict[str, GoalChange] = {}
        lasts: dict[str, GoalChange] = {}
        for change in changes:
            firsts.setdefault(change.key_result_id, change)
            lasts[change.key_result_id] = change
        if not lasts:
            return []
        counts = (RESULTS.c.id.in_(list(lasts)), RESULTS.c.dropped_at.is_(None))
        rows = {row.id: row for row in self._store._rows(KeyResult, (*counts, self._seen(KeyResult, reader)))}
        goals = self._goals([row.goal_id for row in rows.values()], reader)
        return [
            Move(goals[rows[each].goal_id], rows[each], firsts[each], last)
            for each, last in lasts.items()
            if each in rows and rows[each].goal_id in goals
        ]

    def _goals(self, ids: Sequence[str], reader: str | None) -> dict[str, Goal]:
        here = (GOALS.c.id.in_(sorted(set(ids))), *_OPEN, self._seen(Goal, reader))
        return {goal.id: goal for goal in self._store._rows(Goal, here)} if ids else {}

    def _untouched(self, moves: Sequence[Move]) -> list[Move]:
        about = CHANGES.c.key_result_id
        ids = [move.row.id for move in moves]
        last = select(func.max(CHANGES.c.id)).where(about.in_(ids), _SAID).group_by(about)
        newest = {row[0] for row in self._store.execute(last)} if ids else set()
        return [move for move in moves if move.last.id in newest]

    def _seen(self, table: Any, reader: str | None) -> Any:
        if reader is None:
            return table.__table__.c.kind == Kind.GOAL_COMPANY
        return self._store.readable(table, reader)
