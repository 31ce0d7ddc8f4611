"""A question that is put together anew each time is compiled once for all that are put together alike."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, bindparam, select
from sqlalchemy.sql._util_cy import anon_map
from sqlalchemy.sql.cache_key import NO_CACHE, HasCacheKey

from storage.prepared import Prepared

MANY = 2_000
"""Shapes that are kept at most; the code has some hundreds."""
LONGEST = 512
"""Values in a list at most; of longer ones there are few, and SQLAlchemy takes them."""


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
        given = [_given(each) for each in values]
        shape = _shape(connection, self, key, values, given) if key and connection.in_transaction() else None
        if shape is None:
            return list(connection.execute(self.statement, {_LIMIT: self.limit}))
        named = {
            name: value
            for names, several in zip(shape.names, given, strict=True)
            for name, value in zip(names, several, strict=True)
        }
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
    names: tuple[tuple[str, ...], ...]
    """Of its values, in the order in which they are found."""


_LIMIT = "row_limit"
_KNOWN: dict[tuple[Any, ...], _Shape | None] = {}


def _given(found: BindParameter[Any]) -> tuple[Any, ...]:
    """A value; or those of a list, up to the next power of two, so that lists of nearly any length are of one shape."""
    if not found.expanding:
        return (found.effective_value,)
    values = tuple(found.effective_value or ())
    missing = (1 << (len(values) - 1).bit_length()) - len(values) if values else 0
    return (*values, *(values[-1:] * missing))


def _shape(
    connection: Connection,
    question: Question,
    key: tuple[Any, ...],
    values: list[BindParameter[Any]],
    given: list[tuple[Any, ...]],
) -> _Shape | None:
    lists = {each: len(several) for each, several in zip(values, given, strict=True) if each.expanding}
    if not all(0 < many <= LONGEST for many in lists.values()):
        return None
    dialect = connection.dialect
    key = (dialect.name, dialect.driver, *lists.values(), *key)
    if key not in _KNOWN:
        if len(_KNOWN) > MANY:
            _KNOWN.clear()
        prepared = Prepared(question.statement, lists)
        names = prepared.names_of(values, dialect)
        _KNOWN[key] = _Shape(prepared, names) if names is not None else None
    return _KNOWN[key]
