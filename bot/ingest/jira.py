"""What Jira tells: each issue that is done counts once, with its story points, for its project and its assignee."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from bot.ingest.counting import counted, moment, part, parts, whole, words
from storage.metrics import Arrival

CLOSED, POINTS = "closed issues", "done story points"
MOST_POINTS = 10_000
USUAL_FIELD = "customfield_10016"
"""Where Jira's cloud keeps story points, unless its administrators chose another field."""
EVENTS = ("jira:issue_created", "jira:issue_updated", "jira:issue_deleted")


def points_in(payload: Any, field: str) -> list[Arrival]:
    """What counts in a delivery, with the story points in this field; shapes that we do not know count nothing."""
    return list(_points(payload, field)) if isinstance(payload, dict) else []


def _points(payload: dict[str, Any], field: str) -> Iterator[Arrival]:
    event, issue = words(payload, "webhookEvent"), part(payload, "issue")
    fields = part(issue, "fields")
    project = words(fields, "project", "key")
    if event not in EVENTS or not project or not _matters(payload, event, field):
        return
    done = event != "jira:issue_deleted" and words(fields, "status", "statusCategory", "key") == "done"
    if event == "jira:issue_created" and not done:
        return
    at = (moment(fields, "resolutiondate") if done else None) or _told_at(payload)
    count = partial(
        counted, number=words(issue, "key"), at=at, person=_assignee(fields), told_at=_told_at(payload)
    )
    yield from count(f"{project} {CLOSED}", value=Decimal(int(done)))
    worth = _worth(fields.get(field))
    if worth is None and fields.get(field) is None and field in _changed(payload):
        worth = Decimal(0)  # its points were taken away
    if worth is not None:
        value = worth if done else Decimal(0)
        yield from count(f"{project} {POINTS}", value=value, unit="points")


def _matters(payload: dict[str, Any], event: str, field: str) -> bool:
    """Whether a change is one of where the issue stands, of whose it is, or of what it is worth."""
    if event != "jira:issue_updated":
        return True
    return bool(_changed(payload) & {"status", "resolution", "assignee", field})


def _changed(payload: dict[str, Any]) -> set[str]:
    """Which fields a change is about, by their ids and names."""
    items = parts(part(payload, "changelog"), "items")
    return {words(each, name) for each in items for name in ("fieldId", "field")}


def _assignee(fields: dict[str, Any]) -> str:
    """By address where Jira tells it; else by account, or by the name that a server of one's own has."""
    whom = part(fields, "assignee")
    return next((told for name in ("emailAddress", "accountId", "name") if (told := words(whom, name))), "")


def _worth(item: Any) -> Decimal | None:
    try:
        made = Decimal(str(item)) if isinstance(item, int | float) and not isinstance(item, bool) else None
    except InvalidOperation:
        return None
    sane = made is not None and made.is_finite() and 0 <= made <= MOST_POINTS
    return round(made, 6).normalize() + 0 if made is not None and sane else None


def _told_at(payload: dict[str, Any]) -> datetime | None:
    """The moment of the change, which Jira tells in milliseconds."""
    told = whole(payload, "timestamp")
    try:
        return datetime.fromtimestamp(int(told) / 1000, UTC) if told else None
    except (ValueError, OverflowError, OSError):
        return None
