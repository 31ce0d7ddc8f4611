"""How a goal came along: its past is read from what changed, day by day, and measured by what counts today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from handlers.goals import scoring
from handlers.goals.goal import Standing, measure_of
from handlers.goals.scoring import Direction
from handlers.kit.calendar import at_wall, local_day
from handlers.kit.charts import MOST_POINTS, Course
from handlers.kit.requests import Request
from handlers.kit.rounding import whole_percent
from storage.goals import GoalChange, KeyResult


def course_of(request: Request, each: Standing) -> Course | None:
    """The course of a goal from its first day to today, in whole percent. A target that was changed meanwhile counts as
    it is now, so that the line is one line; what had no data on a day is left out of that day. None where nobody has
    said anything, or all of it was taken back."""
    goal, zone = each.goal, request.actor.zone
    today = min(max(request.today, goal.begins_on), goal.ends_on)
    long_ago = at_wall(goal.begins_on, time(), zone) - timedelta(days=3650)
    changes = request.store.goals.since(goal.id, long_ago, reader=request.actor.id)
    days: dict[date, int] = {}
    for day, share in _shares(each, _not_taken_back(changes), zone):
        if share is None:
            days.clear()
        else:
            days[min(max(day, goal.begins_on), today)] = whole_percent(share)
    now = each.together.progress
    if now is not None:
        days[today] = whole_percent(now)
    points = tuple(sorted(days.items()))
    return Course(goal.begins_on, goal.ends_on, today, _thinned(points)) if points else None


def _not_taken_back(changes: Sequence[GoalChange]) -> list[GoalChange]:
    """What changed and stands, however late the rest was taken back."""
    gone = {
        change.id
        for back in changes
        if back.act == "undone"
        for change in changes
        if change.key_result_id == back.key_result_id and back.undoes <= change.id <= back.id
    }
    return [change for change in changes if change.id not in gone]


def _shares(each: Standing, changes: list[GoalChange], zone: str) -> Iterator[tuple[date, Decimal | None]]:
    """What the goal came to after each change of a value."""
    rows = {row.id: row for row in each.results}
    values: dict[str, Decimal | None] = {}
    for change in changes:
        row = rows.get(change.key_result_id)
        if row is None:
            continue
        after = change.after or {}
        if change.act == "made":
            values[row.id] = _first(row)
        elif "value" in after:
            values[row.id] = None if after["value"] is None else Decimal(after["value"])
        else:
            continue
        yield local_day(_at(change, after), zone), _together(rows, values)


def _at(change: GoalChange, after: Mapping[str, object]) -> datetime:
    """The moment that a figure is about, where a source said it."""
    told = after.get("data_at")
    return datetime.fromisoformat(told) if isinstance(told, str) else change.made_at


def _first(row: KeyResult) -> Decimal | None:
    """Where a key result stands when it is written down: what is judged has no grade yet."""
    return row.start if not row.part and row.direction in (Direction.UP, Direction.DOWN) else None


def _together(rows: Mapping[str, KeyResult], values: Mapping[str, Decimal | None]) -> Decimal | None:
    parts = [
        scoring.Part(scoring.progress(measure_of(row), values.get(row.id)), row.weight)
        for row in rows.values()
    ]
    return scoring.together(parts).progress


def _thinned(points: tuple[tuple[date, int], ...]) -> tuple[tuple[date, int], ...]:
    """So many as a picture holds, the first and the last among them."""
    if len(points) <= MOST_POINTS:
        return points
    every = -(-len(points) // (MOST_POINTS - 1))
    return (*points[:-1][::every], points[-1])
