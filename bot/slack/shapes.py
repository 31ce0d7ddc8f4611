"""The parts of what Slack delivers, each looked at before anything is done with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.slack.answers import asked_in
from bot.slack.draw import MORE_ACTION


def part_of(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A part that is an object, or missing. Raises TypeError for what is none, before anything is done."""
    found = of.get(name) or {}
    if not isinstance(found, Mapping):
        raise TypeError(name)
    return found


def moment_of(ts: str) -> datetime:
    """When a message was written, by its name in Slack. Raises ValueError for what is no moment."""
    try:
        return datetime.fromtimestamp(float(ts), UTC)
    except (OverflowError, OSError) as error:
        raise ValueError("ts") from error


def answerable(view: Mapping[str, Any]) -> Mapping[str, Any]:
    """A view as it can be answered: it has an id, and its fields can be told apart. Raises ValueError."""
    if not isinstance(view["id"], str) or not view["id"]:
        raise ValueError("id")
    asked_in(view)
    return view


def value_of(action: Mapping[str, Any]) -> Any:
    """What a button carries, or the option that was picked of a menu."""
    return action.get("value") or (action.get("selected_option") or {}).get("value")


def turn_of(action: Mapping[str, Any]) -> int:
    """The page of a view that a button asks for, or 0."""
    name = str(action.get("action_id") or "")
    page = name.removeprefix(MORE_ACTION) if name.startswith(MORE_ACTION) else ""
    return int(page) if page.isascii() and page.isdecimal() and len(page) < 4 else 0
