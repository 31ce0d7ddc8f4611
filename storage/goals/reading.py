"""Which key results read the figures that arrived: asked once for a whole delivery."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from storage.goals.tables import Goal, KeyResult
from storage.rows import parts

if TYPE_CHECKING:
    from storage.store import Store

GOALS = Goal.__table__  # type: ignore[attr-defined]
RESULTS = KeyResult.__table__  # type: ignore[attr-defined]


def reading(store: Store, series: Collection[tuple[str, str]]) -> list[tuple[KeyResult, Goal]]:
    """The key results that read one of these series, with their goals where these are open."""
    wanted = set(series)
    found = (row for some in _readers(wanted) for row in store._rows(KeyResult, some))
    rows = sorted((row for row in found if row.reads in wanted), key=lambda row: (row.reads, row.id))
    goals = {
        goal.id: goal
        for some in parts(sorted({row.goal_id for row in rows}))
        for goal in store._rows(Goal, (GOALS.c.id.in_(some), GOALS.c.state == "open"))
    }
    return [(row, goals[row.goal_id]) for row in rows if row.goal_id in goals]


def _readers(series: set[tuple[str, str]]) -> Iterator[tuple[Any, ...]]:
    """What is asked for: of the company's figures by metric, of people's by metric and person."""
    of_company = sorted({metric for metric, subject in series if not subject})
    of_people = sorted({metric for metric, subject in series if subject})
    subjects = sorted({subject for _, subject in series if subject})
    there = RESULTS.c.dropped_at.is_(None)
    for metrics in parts(of_company):
        yield RESULTS.c.metric_id.in_(metrics), RESULTS.c.metric_own.is_(False), there
    for metrics in parts(of_people):
        for people in parts(subjects):
            own = (RESULTS.c.metric_own.is_(True), RESULTS.c.subject_id.in_(people))
            yield RESULTS.c.metric_id.in_(metrics), *own, there
