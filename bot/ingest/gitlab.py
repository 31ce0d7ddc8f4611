"""What GitLab tells: each merged merge request and each closed issue counts once, for its project and its author."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from bot.ingest.counting import counted, moment, part, parts, whole, words
from storage.metrics import Arrival

MERGED, CLOSED = "merged merge requests", "closed issues"


def points_in(payload: Any) -> list[Arrival]:
    """What counts in a delivery; nothing in most. Shapes that are not as we know them count nothing."""
    return list(_points(payload)) if isinstance(payload, dict) else []


def _points(payload: dict[str, Any]) -> Iterator[Arrival]:
    kind, thing = words(payload, "object_kind"), part(payload, "object_attributes")
    project, action = words(payload, "project", "path_with_namespace"), words(thing, "action")
    if not project:
        return
    if kind == "merge_request" and action == "merge":
        at = moment(thing, "merged_at") or moment(thing, "updated_at")
        person = _author(payload, thing)
        yield from counted(f"{project} {MERGED}", whole(thing, "iid"), at, Decimal(1), person=person)
    if kind == "issue" and action in ("close", "reopen"):
        at = (moment(thing, "closed_at") if action == "close" else None) or moment(thing, "updated_at")
        value = Decimal(int(action == "close"))
        person = _assigned(payload) or _author(payload, thing)
        told_at = moment(thing, "updated_at")
        yield from counted(
            f"{project} {CLOSED}", whole(thing, "iid"), at, value, person=person, told_at=told_at
        )


def _assigned(payload: dict[str, Any]) -> str:
    """Older ones tell the first assignee alone."""
    people = (*parts(payload, "assignees"), part(payload, "assignee"))
    return next((name for each in people if (name := words(each, "username"))), "")


def _author(payload: dict[str, Any], thing: dict[str, Any]) -> str:
    """The author's login where it stands anywhere, else their number: GitLab tells no more of an author."""
    number = whole(thing, "author_id")
    first = {**part(payload, "assignee"), "id": thing.get("assignee_id")}  # itself it has no number
    people = (part(payload, "user"), *parts(payload, "assignees"), *parts(payload, "reviewers"), first)
    known = (words(each, "username") for each in people if number and whole(each, "id") == number)
    return next((name for name in known if name), number)
