"""Rows as objects, free of any session and past the constructor: setting their attributes changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlmodel import SQLModel

T = TypeVar("T", bound=SQLModel)
Item = TypeVar("Item")

PART = 500
"""Values that one statement takes."""

_COLUMNS: dict[type[SQLModel], frozenset[str]] = {}
_DEFAULTS: dict[type[SQLModel], Callable[[], dict[str, Any]]] = {}


def made(table: type[T], values: Mapping[Any, Any]) -> T:
    """A row that was read. Validating and instrumenting what the database just said costs ten times the reading."""
    row: T = table.__new__(table)
    row.__dict__.update(values)
    return row


def new(table: type[T], values: Mapping[str, Any]) -> T:
    """A row to be added, with the table's defaults. Raises TypeError when a value is missing or unknown."""
    if table not in _DEFAULTS:
        _COLUMNS[table] = frozenset(table.__table__.c.keys())  # type: ignore[attr-defined]
        _DEFAULTS[table] = _defaults_of(table)
    every = _DEFAULTS[table]()
    every.update(values)
    columns = _COLUMNS[table]
    if every.keys() != columns:
        raise TypeError(f"{table.__name__}: {sorted(every.keys() ^ columns)}")
    return made(table, every)


def _defaults_of(table: type[SQLModel]) -> Callable[[], dict[str, Any]]:
    fields = {name: field for name, field in table.model_fields.items() if not field.is_required()}
    makers = {name: field.default_factory for name, field in fields.items() if field.default_factory}
    plain = {name: field.default for name, field in fields.items() if name not in makers}
    return lambda: {**plain, **{name: make() for name, make in makers.items()}}  # type: ignore[call-arg]


def parts(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """The items, as many at a time as one statement takes."""
    return (items[at : at + PART] for at in range(0, len(items), PART))
