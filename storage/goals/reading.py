"""Which key results read the figures that arrived: asked once for a whole delivery."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from storage.among import Among, prepared_among
from storage.goals.tables import Goal, KeyResult

if TYPE_CHECKING:
    from storage.store import Store

GOALS = Goal.__table__  # type: ignore[attr-defined]
RESULTS = KeyResult.__table__  # type: ignore[attr-defined]


def _readers(*conditions: Any) -> Callable[[Among], Any]:
    there = select(RESULTS).where(RESULTS.c.dropped_at.is_(None), *conditions)
    return lambda among: there.where(among(RESULTS.c.metric_id))


_OF_COMPANY = prepared_among(_readers(RESULTS.c.metric_own.is_(False)))
_OF_PEOPLE = prepared_among(
    lambda among: _readers(RESULTS.c.metric_own.is_(True), among(RESULTS.c.subject_id, "people"))(among)
)
_OPEN = prepared_among(lambda among: select(GOALS).where(among(GOALS.c.id), GOALS.c.state == "open"))


def reading(store: Store, series: Collection[tuple[str, str]]) -> list[tuple[KeyResult, Goal]]:
    """The key results that read one of these series, with their goals where these are open."""
    wanted = set(series)
    rows = sorted(
        (row for row in _found(store, wanted) if row.reads in wanted), key=lambda row: (row.reads, row.id)
    )
    above = sorted({row.goal_id for row in rows})
    goals = {goal.id: goal for goal in store.rows(Goal, _OPEN[store.dialect], among=above)} if above else {}
    return [(row, goals[row.goal_id]) for row in rows if row.goal_id in goals]


def _found(store: Store, series: set[tuple[str, str]]) -> Iterator[KeyResult]:
    """Of the company's figures by metric, of people's by metric and person."""
    of_company = sorted({metric for metric, subject in series if not subject})
    of_people = sorted({metric for metric, subject in series if subject})
    people = sorted({subject for _, subject in series if subject})
    if of_company:
        yield from store.rows(KeyResult, _OF_COMPANY[store.dialect], among=of_company)
    if of_people:
        yield from store.rows(KeyResult, _OF_PEOPLE[store.dialect], among=of_people, people=people)
