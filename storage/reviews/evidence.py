"""What the record holds about a person between two moments, as far as somebody may read it: what reviews stand on.

Never part of it: one-on-ones and private notes, moods, what was written confidentially, and other reviews."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import and_, or_, select
from sqlmodel import col

from storage.checkins.tables import CheckIn
from storage.feedback import FeedbackRow
from storage.goals.tables import Goal, GoalChange, KeyResult
from storage.kudos import KudosRow, standing
from storage.metrics.tables import PersonPoint
from storage.policy import Right, may

if TYPE_CHECKING:
    from storage.store import Store

Found: TypeAlias = CheckIn | GoalChange | KudosRow | FeedbackRow | PersonPoint

GOAL, FIGURE, KUDOS, FEEDBACK, CHECKIN = KINDS = ("goal", "figure", "kudos", "feedback", "checkin")
_TABLES: Mapping[str, type[Found]] = {
    GOAL: GoalChange,
    FIGURE: PersonPoint,
    KUDOS: KudosRow,
    FEEDBACK: FeedbackRow,
    CHECKIN: CheckIn,
}
CHANGES = GoalChange.__table__  # type: ignore[attr-defined]
_KIND_OF = {table: kind for kind, table in _TABLES.items()}
MOST = 400
"""Pieces of each kind, the newest: two years of a busy person."""


@dataclass(frozen=True)
class Piece:
    """One thing of the record; of a step of a goal also what moved, and the goal."""

    row: Found
    result: KeyResult | None = None
    goal: Goal | None = None

    @property
    def kind(self) -> str:
        """Which of `KINDS` it is."""
        return _KIND_OF[type(self.row)]

    @property
    def ref(self) -> str:
        """How it is cited."""
        return f"{self.kind}:{self.row.id}"

    @property
    def at(self) -> datetime:
        """When it was."""
        return self.row.made_at


class ReviewEvidence:
    """`store.reviews.evidence`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def about(self, subject: str, since: datetime, until: datetime, *, reader: str) -> list[Piece]:
        """What the reader may see of the record about a person, oldest first."""
        found = [row for kind in KINDS for row in self._between(kind, subject, since, until, reader)]
        return self._pieces(found, reader)

    def _between(self, kind: str, subject: str, since: datetime, until: datetime, reader: str) -> list[Found]:
        table = _TABLES[kind]
        theirs = (col(table.subject_id) == subject, col(table.made_at) >= since, col(table.made_at) < until)
        order = (col(table.made_at).desc(), col(table.id).desc())
        return self._store.read(
            table, *theirs, *_counts(kind, reader), reader=reader, order=order, limit=MOST
        )

    def some(self, refs: Iterable[str], subject: str, *, reader: str) -> dict[str, Piece]:
        """These pieces of the record about a person, by how they are cited, as far as the reader may see them."""
        wanted: dict[str, list[str]] = {}
        for kind, _, record in (ref.partition(":") for ref in refs):
            wanted.setdefault(kind, []).append(record)
        found = [
            row
            for kind, ids in wanted.items()
            if kind in _TABLES
            for row in self._store.read(
                _TABLES[kind],
                col(_TABLES[kind].subject_id) == subject,
                col(_TABLES[kind].id).in_(ids),
                *_counts(kind, reader),
                reader=reader,
            )
        ]
        return {piece.ref: piece for piece in self._pieces(found, reader)}

    def is_open_to(self, piece: Piece, reader: str) -> bool:
        """Whether somebody else may read a piece as well."""
        return may(self._store.directory, reader, Right.READ, piece.row, self._store.now)

    def _pieces(self, rows: list[Found], reader: str) -> list[Piece]:
        steps = [row for row in rows if isinstance(row, GoalChange)]
        undone = self._taken_back(steps)
        results = self._named(KeyResult, {step.key_result_id for step in steps}, reader)
        goals = self._named(Goal, {step.goal_id for step in steps}, reader)
        made = [
            Piece(row, results.get(row.key_result_id), goals.get(row.goal_id))
            if isinstance(row, GoalChange)
            else Piece(row)
            for row in rows
            if row.id not in undone and not getattr(row, "undoes", "")
        ]
        return sorted(made, key=lambda piece: (piece.at, piece.ref))

    def _taken_back(self, steps: list[GoalChange]) -> set[str]:
        """The ids of those of these steps that were taken back, whenever that was: a step with all that followed it, a
        goal that was closed by being opened again."""
        results = sorted({step.key_result_id for step in steps} - {""})
        goals = sorted({step.goal_id for step in steps if not step.key_result_id})
        of_results = and_(CHANGES.c.act == "undone", CHANGES.c.key_result_id.in_(results))
        of_goals = and_(
            CHANGES.c.act == "reopened", CHANGES.c.key_result_id == "", CHANGES.c.goal_id.in_(goals)
        )
        which = (CHANGES.c.goal_id, CHANGES.c.key_result_id, CHANGES.c.undoes, CHANGES.c.id)
        found = self._store.execute(select(*which).where(or_(of_results, of_goals))).all() if steps else []
        back: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for goal, result, first, at in found:
            back.setdefault((goal, result), []).append((first, at))
        return {
            step.id
            for step in steps
            if any(first <= step.id < at for first, at in back.get((step.goal_id, step.key_result_id), ()))
        }

    def _named(self, table: Any, ids: set[str], reader: str) -> dict[str, Any]:
        found = self._store.read(table, col(table.id).in_(sorted(ids - {""})), reader=reader) if ids else []
        return {row.id: row for row in found}


def _counts(kind: str, reader: str) -> tuple[Any, ...]:
    """What counts of a kind: what stands, and of feedback nothing that is open by break-glass alone."""
    if kind == GOAL:
        return (col(GoalChange.act).in_(("moved", "closed", "undone")),)
    if kind == FIGURE:
        return (col(PersonPoint.current).is_(True),)
    if kind == KUDOS:
        return standing()
    if kind == FEEDBACK:
        parts = (FeedbackRow.subject_id, FeedbackRow.author_id, FeedbackRow.named_id)
        return col(FeedbackRow.retracted_at).is_(None), or_(*(col(part) == reader for part in parts))
    return ()
