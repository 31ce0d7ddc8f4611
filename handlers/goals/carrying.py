"""A goal goes on, for the next cycle or in other hands: each measure starts where it stands, nothing comes twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from handlers.goals.goal import Standing, measure_of, progress_of
from handlers.goals.scoring import ONE, ZERO, Direction, Measure
from handlers.kit.requests import Request
from storage.goals import Goal, KeyResult
from storage.policy import Kind

_MEASURED = ("title", "direction", "target", "high", "stretch", "unit", "weight", "part", "item", "locked")


@dataclass(frozen=True)
class Carried:
    """The next goal, and what of the last one was reached and so did not come along."""

    goal: Goal
    reached: tuple[KeyResult, ...]


def carry(
    request: Request, each: Standing, *, owner: str, begins_on: date, ends_on: date, cycle_id: str
) -> Carried:
    """Draft the next goal from a goal."""
    last = each.goal
    row = request.store.goals.add(
        owner,
        author=request.actor.id,
        kind=Kind(last.kind),
        form=last.form,
        title=last.title,
        purpose=last.purpose,
        level=last.level,
        unit=last.unit,
        begins_on=begins_on,
        ends_on=ends_on,
        cycle_id=cycle_id,
        carried_from=last.id,
        template_id=last.template_id,
        template_version=last.template_version,
        **_served(request, last),
    )
    reached = []
    for result in each.results:
        if values := _next(result, same_owner=owner == last.subject_id):
            request.store.goals.measure(row, author=request.actor.id, **values)
        else:
            reached.append(result)
    return Carried(row, tuple(reached))


def _served(request: Request, last: Goal) -> dict[str, Any]:
    """It serves what the last one was agreed to serve, while that is open."""
    above = (
        request.store.goals.get(last.parent_id, reader=request.actor.id) if last.aligned == "agreed" else None
    )
    if above is None or above.state != "open":
        return {}
    return {"parent_id": above.id, "aligned": "agreed", "aligned_at": request.now}


def _next(row: KeyResult, *, same_owner: bool) -> dict[str, Any] | None:
    """What a key result is in the next goal, or None where it is reached."""
    values = {name: getattr(row, name) for name in _MEASURED}
    metric = {"metric_id": row.metric_id, "metric_own": row.metric_own}
    if row.metric_id and (same_owner or not row.metric_own):
        values |= metric
    if row.part or row.direction == Direction.YES_NO:
        done = not row.part and progress_of(row) == ONE and not row.locked
        return None if done else {**values, "start": row.start, "value": None}
    if row.direction == Direction.BAND:
        return {**values, "start": None, "value": None}
    start = _start(row)
    if start is None:
        return None
    return {**values, "start": start, "value": start, "stretch": _beyond(row, start)}


def _start(row: KeyResult) -> Decimal | None:
    """Where it starts now: where it stands; None where it has arrived."""
    stands: Decimal = row.start or ZERO if row.value is None else row.value
    measure = measure_of(row)
    moved = Measure(measure.direction, measure.target, stands)
    if moved.mistake() is None:
        return stands
    return row.start or ZERO if row.locked else None


def _beyond(row: KeyResult, start: Decimal) -> Decimal | None:
    measure = measure_of(row)
    whole = Measure(measure.direction, measure.target, start, None, measure.stretch)
    return measure.stretch if whole.mistake() is None else None
