"""Values of goals as a change keeps them: what was before and what is after, readable for good."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

_EXACT = frozenset({"start", "target", "high", "stretch", "weight", "value"})
_MOMENTS = frozenset({"moved_at", "dropped_at", "data_at"})
_DAYS = frozenset({"begins_on", "ends_on"})


def plain(row: Any, fields: Iterable[str]) -> dict[str, Any]:
    """These fields of a row as JSON has them."""
    return {name: _told(getattr(row, name)) for name in fields}


def _told(item: Any) -> Any:
    if isinstance(item, Decimal):
        return format(item, "f")
    return item.isoformat() if isinstance(item, date) else item


def unplain(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a key result that `plain` wrote down."""
    return {name: None if item is None else _read(name, item) for name, item in values.items()}


def _read(name: str, item: Any) -> Any:
    if name in _EXACT:
        return Decimal(item)
    if name in _MOMENTS:
        return datetime.fromisoformat(item)
    return date.fromisoformat(item) if name in _DAYS else item
