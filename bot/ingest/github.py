"""What GitHub tells: each merged pull request and each closed issue counts once, for its repository and its author."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

from bot.ingest.counting import counted, moment, part, whole, words
from storage.metrics import Arrival

MERGED, CLOSED = "merged pull requests", "closed issues"
NOT_DONE = ("not_planned", "duplicate")
"""Why an issue may be closed without anything having been done."""


def unwrapped(body: bytes, content_type: bytes) -> bytes:
    """The JSON of a delivery: GitHub sends it bare, or as a form's one field."""
    if not content_type.startswith(b"application/x-www-form-urlencoded"):
        return body
    return parse_qs(body.decode("utf-8", "replace")).get("payload", [""])[0].encode()


def points_in(event: str, payload: Any) -> list[Arrival]:
    """What counts in a delivery; nothing in most. Shapes that are not as we know them count nothing."""
    return list(_points(event, payload)) if isinstance(payload, dict) else []


def _points(event: str, payload: dict[str, Any]) -> Iterator[Arrival]:
    repository = words(payload, "repository", "full_name")
    action = words(payload, "action")
    if not repository or action not in ("closed", "reopened"):
        return
    if event == "pull_request" and action == "closed":
        pull = part(payload, "pull_request")
        if pull.get("merged") is True:
            yield from _counted(f"{repository} {MERGED}", pull, moment(pull, "merged_at"), Decimal(1))
    if event == "issues":
        issue = part(payload, "issue")
        done = action == "closed" and issue.get("state_reason") not in NOT_DONE
        at = (moment(issue, "closed_at") if done else None) or moment(issue, "updated_at")
        yield from _counted(f"{repository} {CLOSED}", issue, at, Decimal(int(done)))


def _counted(metric: str, thing: dict[str, Any], at: datetime | None, value: Decimal) -> Iterator[Arrival]:
    """For whoever did it: of an issue whom it was assigned to, else its author."""
    whom = part(thing, "assignee") if metric.endswith(CLOSED) else {}
    whom = whom or part(thing, "user")
    login = words(whom, "login") if whom.get("type") != "Bot" else ""
    told_at = moment(thing, "updated_at")
    yield from counted(metric, whole(thing, "number"), at, value, person=login, told_at=told_at)
