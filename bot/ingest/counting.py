"""What trackers of work have in common: a thing that is done counts once, for its project and for who did it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from storage.metrics import COUNTED, LONGEST, Arrival


def counted(
    metric: str,
    number: str,
    at: datetime | None,
    value: Decimal,
    *,
    person: str,
    unit: str = "",
    told_at: datetime | None = None,
) -> Iterator[Arrival]:
    """A figure of the company and, where somebody did it, the same of this person; else it is nobody's any more.
    Nothing without number or moment. `told_at` is when the tracker said so."""
    metric, person = metric[: LONGEST["metric"]], person[: LONGEST["person"]]
    if at is None or not number:
        return
    name = f"{metric}#{number}"[: LONGEST["id"] - 1]
    made = Arrival(metric, at, value, unit, id=name, comes_to=COUNTED, told_at=told_at)
    yield made
    yield replace(made, person=person, id=f"{name}@", gone=not person, beside=name)


def part(thing: Any, *path: str) -> dict[str, Any]:
    """An object inside another, or an empty one."""
    for name in path:
        thing = thing.get(name) if isinstance(thing, dict) else None
    return thing if isinstance(thing, dict) else {}


def parts(thing: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of a list inside another."""
    found = thing.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def words(thing: Any, *path: str) -> str:
    """A short text inside an object, or ""."""
    *before, last = path
    found = part(thing, *before).get(last)
    return found[:254] if isinstance(found, str) and found.isprintable() else ""


def whole(thing: dict[str, Any], name: str) -> str:
    """A whole number inside an object, as text, or ""."""
    found = thing.get(name)
    is_whole = isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 10**15
    return str(found) if is_whole else ""


def moment(thing: dict[str, Any], name: str) -> datetime | None:
    """A moment with its zone inside an object. GitLab had another way of writing it for long."""
    told = words(thing, name)
    try:
        made = datetime.fromisoformat(told.removesuffix(" UTC") + "+00:00" if told.endswith(" UTC") else told)
        return made.astimezone(UTC) if made.tzinfo and made.year > 1970 else None
    except (ValueError, OverflowError):
        return None
