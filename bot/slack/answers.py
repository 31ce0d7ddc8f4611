"""What somebody typed and picked in a modal becomes answers to its questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def block_id(name: str, number: int, *, kept: bool = False) -> str:
    """The name of a question's block. In one that is `kept` an empty field keeps what was written before."""
    return f"{'k' if kept else 'q'}{number}:{name}"


def asked_in(view: Mapping[str, Any]) -> dict[str, str]:
    """The blocks of the questions in a view, by question."""
    ids = [block.get("block_id", "") for block in view.get("blocks", ()) if block.get("type") == "input"]
    return {found.partition(":")[2]: found for found in ids}


def answers(view: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in a view's fields, by question."""
    given: dict[str, Any] = {}
    for block, fields in (view.get("state", {}).get("values") or {}).items():
        for field in fields.values():
            answer = _answer(field)
            if answer or not block.startswith("k"):
                given[block.partition(":")[2]] = answer
    return given


def picked(view: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids of the Slack users who were picked in a view."""
    fields = [field for of in (view.get("state", {}).get("values") or {}).values() for field in of.values()]
    one = [field.get("selected_user") for field in fields]
    several = [user for field in fields for user in field.get("selected_users") or ()]
    return tuple(user for user in (*one, *several) if user and isinstance(user, str))


def _answer(field: Mapping[str, Any]) -> Any:
    if field.get("selected_option"):
        return field["selected_option"]["value"]
    for key in ("value", "selected_user", "selected_date", "selected_time"):
        if field.get(key):
            return field[key]
    if "selected_options" in field:
        return tuple(option["value"] for option in field["selected_options"] or ())
    return tuple(field.get("selected_users") or ()) if "selected_users" in field else ""
