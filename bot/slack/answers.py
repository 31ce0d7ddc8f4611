"""What somebody typed and picked in a modal becomes answers to its questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.slack.words import weight

TYPED = 3000
"""Characters in one field of a modal."""
SEAM = 64
"""By which a field may be less than full that was cut in the middle of a line."""


def block_id(name: str, number: int, *, kept: bool = False, part: int = 0) -> str:
    """The name of a question's block. In one that is `kept` an empty field keeps what was written before; an answer
    that may be longer than a field has several, one for each `part`."""
    return f"{'k' if kept else 'q'}{number}{f'+{part}' if part else ''}:{name}"


def asked_in(view: Mapping[str, Any]) -> dict[str, str]:
    """The blocks of the questions in a view, by question: of several, the first."""
    ids = [block.get("block_id", "") for block in view.get("blocks", ()) if block.get("type") == "input"]
    return {found.partition(":")[2]: found for found in reversed(ids)}


def answers(view: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in a view's fields, by question."""
    given: dict[str, Any] = {}
    parts: dict[str, dict[int, str]] = {}
    for block, fields in (view.get("state", {}).get("values") or {}).items():
        place, _, name = block.partition(":")
        for field in fields.values():
            answer = _answer(field)
            if answer or not place.startswith("k"):
                given[name] = answer
            if isinstance(answer, str):
                parts.setdefault(name, {})[_part(place)] = answer
    joined = {name: _joined(several) for name, several in parts.items() if len(several) > 1}
    return {**given, **joined}


def _part(place: str) -> int:
    number = place.partition("+")[2]
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 3 else 0


def _joined(parts: Mapping[int, str]) -> str:
    """An answer that stood in several fields. Where a field is not full, a line ends: its end was typed."""
    made, last = "", ""
    for _, words in sorted(parts.items()):
        is_cut = weight(last) > TYPED - SEAM or last[-1:].isspace() or words[:1].isspace()
        made += words if is_cut or not (last and words) else f"\n{words}"
        last = words or last
    return made


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
