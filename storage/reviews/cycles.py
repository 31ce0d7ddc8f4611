"""The cycles: for whom, about which days, and in which phase they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, select

from storage.reviews.tables import PHASES, CycleStep, Review, ReviewCycle

if TYPE_CHECKING:
    from storage.store import Store

CYCLES = ReviewCycle.__table__  # type: ignore[attr-defined]
STEPS = CycleStep.__table__  # type: ignore[attr-defined]
REVIEWS = Review.__table__  # type: ignore[attr-defined]


class ReviewCycles:
    """`store.reviews.cycles`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(
        self,
        owner: str,
        *,
        name: str,
        parts: Sequence[Mapping[str, Any]],
        whom: Mapping[str, Sequence[str]],
        roles: Sequence[str],
        from_on: date,
        to_on: date,
        last_days: Mapping[str, date],
        **values: Any,
    ) -> ReviewCycle:
        """Keep a new cycle: a draft, until it is launched."""
        row = self._store.add(
            ReviewCycle,
            name=name,
            owner_id=owner,
            parts=[dict(part) for part in parts],
            whom={key: list(items) for key, items in whom.items()},
            roles=list(roles),
            from_on=from_on,
            to_on=to_on,
            last_days=plain_days(last_days),
            made_at=self._store.now,
            **values,
        )
        self._store.insert(CycleStep(cycle_id=row.id, number=0, rank=0, at=self._store.now, by=owner))
        self._store.audit("created", "review_cycle", record_id=row.id)
        return row

    def get(self, cycle_id: str) -> ReviewCycle | None:
        """A cycle, or None."""
        return self._store.one(ReviewCycle, CYCLES.c.id == cycle_id)

    def in_state(self, *states: str) -> list[ReviewCycle]:
        """The cycles in one of these states, the newest first."""
        order = (CYCLES.c.made_at.desc(), CYCLES.c.id.desc())
        return self._store.all(ReviewCycle, CYCLES.c.state.in_(states), order=order)

    def change(self, row: ReviewCycle, act: str, **values: Any) -> None:
        """Write new values of a cycle. Raises Conflict."""
        if "last_days" in values:
            values["last_days"] = plain_days(values["last_days"])
        self._store.change(row, **values)
        self._store.audit(act, "review_cycle", record_id=row.id)

    def enter(self, row: ReviewCycle, phase: str, *, by: str | None, reason: str | None = None) -> None:
        """Enter a phase: the next one, or an earlier one with a reason; the database refuses any other. Raises
        Conflict, or IntegrityError for an order that is none."""
        rank = PHASES.index(phase)
        step = CycleStep(
            cycle_id=row.id,
            number=row.step + 1,
            rank=rank,
            number_before=row.step,
            rank_before=PHASES.index(row.phase),
            at=self._store.now,
            by=by,
            reason=reason,
        )
        self._store.insert(step)
        state = "closed" if phase == PHASES[-1] else "running"
        self.change(row, f"entered:{phase}", phase=phase, step=step.number, state=state)

    def steps(self, cycle_id: str) -> list[CycleStep]:
        """Every phase that a cycle entered, in order."""
        return self._store.all(CycleStep, STEPS.c.cycle_id == cycle_id, order=STEPS.c.number)

    def subjects(self, cycle_id: str) -> list[str]:
        """Everybody about whom a cycle is."""
        found = select(REVIEWS.c.subject_id).where(REVIEWS.c.cycle_id == cycle_id).distinct()
        return sorted(self._store.execute(found).scalars())

    def is_reviewed_in(self, cycle_id: str, person_id: str) -> bool:
        """Whether somebody is one of those about whom a cycle is."""
        theirs = (REVIEWS.c.cycle_id == cycle_id, REVIEWS.c.subject_id == person_id)
        return bool(self._store.execute(select(exists().where(*theirs))).scalar())


def plain_days(days: Mapping[str, date]) -> dict[str, str]:
    """Days by phase as JSON has them."""
    return {phase: day.isoformat() for phase, day in days.items()}


def last_day(row: ReviewCycle, phase: str) -> date:
    """The last day of a phase."""
    return date.fromisoformat(row.last_days[phase])
