"""Many values that one question looks for go to the database as one parameter: the statement is prepared once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from sqlalchemy import JSON, ColumnElement, String, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from storage.prepared import Prepared

AMONG = "among"
"""The parameter with the values, a list of texts."""
Among: TypeAlias = Callable[[Any], ColumnElement[bool]]


def _in_list(column: Any) -> ColumnElement[bool]:
    values = func.json_each(bindparam(AMONG, type_=JSON)).table_valued("value")
    return column.in_(select(values.c.value))  # type: ignore[no-any-return]


def _in_array(column: Any) -> ColumnElement[bool]:
    return column == any_(bindparam(AMONG, type_=ARRAY(String)))  # type: ignore[no-any-return]


def prepared_among(statement: Callable[[Among], Any]) -> dict[str, Prepared]:
    """A statement for each database: `statement` is given what says that a column is one of the values."""
    dialects: dict[str, Among] = {"sqlite": _in_list, "postgresql": _in_array}
    return {name: Prepared(statement(among)) for name, among in dialects.items()}
