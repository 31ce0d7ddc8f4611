"""The figures in a body of JSON, or what is wrong with it, by the name of the field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from handlers.goals.data.refusing import Fault, Faulty
from storage.metrics import COUNTED, LONGEST, NEWEST, Arrival

MOST_POINTS = 1000
MOST_FAULTS = 20
"""Faults that are named at once."""
FIELDS = dict.fromkeys(("metric", "at", "value", "unit", "person", "id", "kind"))
MOST = Decimal(10) ** 15
PLACES = 6

NUMBER = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,12})?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def parsed(body: bytes) -> Any:
    """A body as JSON. Raises Faulty."""
    try:
        return json.loads(body, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        raise Faulty([Fault("", "the body is not JSON")]) from None


def points_in(payload: Any) -> list[Arrival]:
    """The figures of a delivery. Raises Faulty naming each field that is wrong."""
    if not isinstance(payload, dict):
        raise Faulty([Fault("", 'the body is to be an object like {"points": […]}')])
    unknown = [Fault(str(name)[:60], "no such field") for name in payload if name != "points"]
    points = payload.get("points")
    if not isinstance(points, list) or not points:
        raise Faulty([*unknown, Fault("points", "is to be a list of at least one point")])
    if len(points) > MOST_POINTS:
        raise Faulty([*unknown, Fault("points", f"holds more than {MOST_POINTS}; send them in parts")])
    faults, made = list(unknown), []
    for number, point in enumerate(points):
        read = _read(point, f"points[{number}]")
        if isinstance(read, Arrival):
            made.append(read)
        else:
            faults += read
        if len(faults) >= MOST_FAULTS:
            break
    if faults:
        raise Faulty(faults[:MOST_FAULTS])
    return made


def _read(point: Any, place: str) -> Arrival | list[Fault]:
    """The figure, or all that is wrong with it."""
    if not isinstance(point, dict):
        return [Fault(place, "is to be an object")]
    at, value = _moment(point.get("at")), _value(point.get("value"))
    faults = list(_faults(point, place, at, value))
    if faults or at is None or value is None:
        return faults
    return Arrival(
        metric=point["metric"].strip(),
        at=at,
        value=value,
        unit=point.get("unit") or "",
        person=(point.get("person") or "").strip(),
        id=point.get("id") or "",
        comes_to=point.get("kind") or "",
    )


def _faults(point: dict[str, Any], place: str, at: datetime | None, value: Decimal | None) -> Iterator[Fault]:
    for name in point:
        if name not in FIELDS:
            yield Fault(f"{place}.{str(name)[:60]}", f"no such field; there are {', '.join(FIELDS)}")
    for name, longest in LONGEST.items():
        if wrong := _text_fault(point.get(name), longest, required=name == "metric"):
            yield Fault(f"{place}.{name}", wrong)
    if at is None:
        yield Fault(
            f"{place}.at",
            "is to be a moment with its zone, like 2026-11-23T09:00:00Z, or a day like 2026-11-23",
        )
    if value is None:
        yield Fault(f"{place}.value", 'is to be a decimal number, best as a text: "12.5"')
    if point.get("kind") not in (None, NEWEST, COUNTED):
        yield Fault(
            f"{place}.kind", f"is {NEWEST} (the newest point counts) or {COUNTED} (all of them add up)"
        )


def _text_fault(item: Any, longest: int, *, required: bool) -> str:
    """What is wrong with a text, or ""."""
    if item is None and not required:
        return ""
    if not isinstance(item, str) or (required and not item.strip()):
        return "is to be a text"
    if len(item) > longest or _CONTROL.search(item):
        return f"is to be plain text of at most {longest} characters"
    return ""


def _moment(item: Any) -> datetime | None:
    """A moment with its zone; a day is its beginning in UTC."""
    if not isinstance(item, str) or len(item) > 40:
        return None
    try:
        made = datetime.fromisoformat(item)
        if made.tzinfo is None and _DAY.fullmatch(item):
            made = made.replace(tzinfo=UTC)
        return made.astimezone(UTC) if made.tzinfo and made.year > 1970 else None
    except (ValueError, OverflowError):
        return None


def _value(item: Any) -> Decimal | None:
    if not isinstance(item, str) or not NUMBER.fullmatch(item):
        return None
    try:
        made = Decimal(item)
    except InvalidOperation:
        return None
    return round(made, PLACES).normalize() + 0 if abs(made) <= MOST else None
