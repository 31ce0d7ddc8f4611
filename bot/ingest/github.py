"""What GitHub tells: each merged pull request and each closed issue counts once, for its repository and its author."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

from storage.metrics import COUNTED, Arrival

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
    repository = _text(payload, "repository", "full_name")
    action = _text(payload, "action")
    if not repository or action not in ("closed", "reopened"):
        return
    if event == "pull_request" and action == "closed":
        pull = _part(payload, "pull_request")
        if pull.get("merged") is True:
            yield from _counted(f"{repository} {MERGED}", pull, _moment(pull, "merged_at"), Decimal(1))
    if event == "issues":
        issue = _part(payload, "issue")
        done = action == "closed" and issue.get("state_reason") not in NOT_DONE
        at = _moment(issue, "closed_at") if action == "closed" else _moment(issue, "updated_at")
        yield from _counted(f"{repository} {CLOSED}", issue, at, Decimal(int(done)))


def _counted(metric: str, thing: dict[str, Any], at: datetime | None, value: Decimal) -> Iterator[Arrival]:
    """For the company, and for whoever did it: of an issue whom it was assigned to, else its author."""
    number = str(thing.get("number") or "")
    if at is None or not number.isdigit():
        return
    metric = metric[:120]
    yield Arrival(metric, at, value, id=f"{metric}#{number}", comes_to=COUNTED)
    whom = _part(thing, "assignee") if metric.endswith(CLOSED) else {}
    whom = whom or _part(thing, "user")
    login = _text(whom, "login")
    if login and whom.get("type") != "Bot":
        yield Arrival(metric, at, value, person=login, id=f"{metric}#{number}@", comes_to=COUNTED)


def _part(thing: dict[str, Any], name: str) -> dict[str, Any]:
    found = thing.get(name)
    return found if isinstance(found, dict) else {}


def _text(thing: dict[str, Any], *path: str) -> str:
    found: Any = thing
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found[:254] if isinstance(found, str) and found.isprintable() else ""


def _moment(thing: dict[str, Any], name: str) -> datetime | None:
    try:
        made = datetime.fromisoformat(_text(thing, name))
    except ValueError:
        return None
    return made.astimezone(UTC) if made.tzinfo else None
