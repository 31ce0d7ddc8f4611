"""A question that is put together anew each time is compiled once for all that are put together alike."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, bindparam, select
from sqlalchemy.sql._util_cy import anon_map
from sqlalchemy.sql.cache_key import NO_CACHE, HasCacheKey

from storage.prepared import Prepared

MANY = 2_000
"""Shapes that are kept at most; the code has some hundreds."""


class Question(NamedTuple):
    """Which rows of a table are asked for, in which order, and how many at most."""

    table: Any
    conditions: tuple[Any, ...]
    order: tuple[Any, ...]
    limit: int | None

    def rows(self, connection: Connection) -> list[Any]:
        """The values of the rows, in the order of the table's columns.

        SQLAlchemy remembers as well what it compiled, but what it does around each execution costs five times this."""
        values: list[BindParameter[Any]] = []
        key = self._key(values)
        shape = _shape(connection, self, key, values) if key and connection.in_transaction() else None
        if shape is None:
            return list(connection.execute(self.statement, {_LIMIT: self.limit}))
        named = dict(zip(shape.names, (each.effective_value for each in values), strict=True))
        return shape.prepared.run(connection, {**named, _LIMIT: self.limit})

    @property
    def statement(self) -> Any:
        """The same for SQLAlchemy, which is to be given the limit."""
        asked = select(self.table).where(*self.conditions).order_by(*self.order)
        return asked if self.limit is None else asked.limit(bindparam(_LIMIT))

    def _key(self, values: list[BindParameter[Any]]) -> tuple[Any, ...] | None:
        """What SQLAlchemy goes by to know a statement again; puts the values that it has this time in a list."""
        parts = (*self.conditions, *self.order)
        if not all(isinstance(part, HasCacheKey) for part in parts):
            return None
        names = anon_map()  # one for all parts: what stands in two of them is the same
        keys = tuple(part._gen_cache_key(names, values) for part in parts)
        return None if NO_CACHE in names else (self.table, len(self.conditions), self.limit is None, keys)


class _Shape(NamedTuple):
    prepared: Prepared
    names: tuple[str, ...]
    """Of its values, in the order in which they are found."""


_LIMIT = "row_limit"
_KNOWN: dict[tuple[Any, ...], _Shape | None] = {}


def _shape(
    connection: Connection, question: Question, key: tuple[Any, ...], values: list[BindParameter[Any]]
) -> _Shape | None:
    dialect = connection.dialect
    key = (dialect.name, dialect.driver, *key)
    if key not in _KNOWN:
        if len(_KNOWN) > MANY:
            _KNOWN.clear()
        prepared = Prepared(question.statement)
        names = prepared.names_of(values, dialect)
        _KNOWN[key] = _Shape(prepared, names) if names is not None else None
    return _KNOWN[key]
