"""A goal goes on, for the next cycle or in other hands: each measure starts where it stands, nothing comes twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from handlers.goals.goal import Standing, measure_of, progress_of
from handlers.goals.scoring import ONE, ZERO, Direction, Measure
from handlers.kit.requests import Request
from handlers.kit.text import Listing, Phrase, Text, Verbatim
from storage.goals import Goal, KeyResult
from storage.goals.echoes import FOLLOWS
from storage.policy import Kind

_MEASURED = ("title", "direction", "target", "high", "stretch", "unit", "weight", "part", "item", "locked")


@dataclass(frozen=True)
class Carried:
    """The next goal, what of the last one was reached and so did not come along, and what is counted anew."""

    goal: Goal
    reached: tuple[KeyResult, ...]
    anew: tuple[KeyResult, ...]

    def told(self) -> tuple[Text, ...]:
        """What is to be said of its key results."""
        said = (
            (
                Phrase("Reached, and so not carried over: {results}", results=_titles(self.reached)),
                self.reached,
            ),
            (
                Phrase(
                    "Counted from 0 again, with what was left as the target: {results}",
                    results=_titles(self.anew),
                ),
                self.anew,
            ),
        )
        return tuple(words for words, rows in said if rows)


def _titles(rows: Sequence[KeyResult]) -> Text:
    return Listing(tuple(Verbatim(row.title) for row in rows))


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
        carried_from=None if request.store.goals.cycles.next_of([last.id]) else last.id,  # it goes on twice
        template_id=last.template_id,
        template_version=last.template_version,
        **_served(request, last, ends_on),
    )
    counted = request.store.metrics.counted(result.metric_id for result in each.results)
    reached, anew = [], []
    for result in each.results:
        values = _next(result, same_owner=owner == last.subject_id)
        if values is None:
            reached.append(result)
            continue
        if values.get("metric_id") in counted and (left := _left(result, values)):
            values |= left
            anew += [result] if "target" in left else []
        request.store.goals.measure(row, author=request.actor.id, **values)
    _go_on_following(request, last, row)
    if owner == last.subject_id:
        _go_on_serving(request, last, row)
    return Carried(row, tuple(reached), tuple(anew))


def _go_on_following(request: Request, last: Goal, row: Goal) -> None:
    """Whoever followed the last one follows the next, as far as they see it."""
    goals = request.store.goals
    for person in goals.echoes.followers(last.id):
        if person != row.subject_id and goals.may_read(row, person):
            goals.echoes.add(row, person, FOLLOWS)


def _left(row: KeyResult, values: Mapping[str, Any]) -> dict[str, Any]:
    """What adds up in the days of a goal is 0 again when the next one begins: there it is to reach what was left. What
    is to stay low is to stay as low; nothing where it does not go on from where it stands."""
    stands = values["start"]
    if not stands or stands != row.value:
        return {}
    if row.direction == Direction.DOWN:
        return {"start": row.start, "value": None, "stretch": row.stretch}
    beyond = values["stretch"]
    return {
        "start": ZERO,
        "target": row.target - stands,
        "stretch": None if beyond is None else beyond - stands,
        "value": ZERO,
    }


def _go_on_serving(request: Request, last: Goal, row: Goal) -> None:
    """What was carried over before this was, and serves the last one, serves this one."""
    goals, me, now = request.store.goals, request.actor.id, request.now
    for below in goals.serving.below(last.id, reader=me):
        if below.aligned == "agreed" and below.carried_from and below.ends_on > last.ends_on:
            goals.change(below, "agreed", by=me, parent_id=row.id, aligned_at=now)
            request.store.touch(below.subject_id)


def _served(request: Request, last: Goal, ends_on: date) -> dict[str, Any]:
    """It serves what the last one was agreed to serve, while that is open; where it lasts longer and that was carried
    over, the next one of it."""
    if last.aligned != "agreed":
        return {}
    goals, me = request.store.goals, request.actor.id
    above, after = goals.get(last.parent_id, reader=me), goals.cycles.next_of([last.parent_id])
    if after and (above is None or ends_on > above.ends_on):
        above = goals.get(after[last.parent_id], reader=me) or above
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
