"""Many values that one question looks for go to the database as one parameter: the statement is prepared once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Dialect, String, any_, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeDecorator

from storage.compact import to_json
from storage.prepared import Prepared

AMONG = "among"
"""The parameter with the values, a list of texts, where there is one list."""


class Among(Protocol):
    """Says that a column is one of the values of a parameter."""

    def __call__(self, column: Any, name: str = AMONG) -> ColumnElement[bool]: ...


class _Texts(TypeDecorator[list[str]]):
    """A list of texts as one: as JSON for SQLite, and as PostgreSQL writes an array, which its driver does slowly."""

    impl = String
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        return _as_json if dialect.name == "sqlite" else _as_array


def _as_json(texts: list[str]) -> str:
    return to_json(texts).decode()


def _as_array(texts: list[str]) -> str:
    escaped = (text.replace("\\", r"\\").replace('"', r"\"") for text in texts)
    return "{" + ",".join(f'"{text}"' for text in escaped) + "}"


def _in_list(column: Any, name: str = AMONG) -> ColumnElement[bool]:
    values = func.json_each(bindparam(name, type_=_Texts)).table_valued("value")
    return column.in_(select(values.c.value))  # type: ignore[no-any-return]


def _in_array(column: Any, name: str = AMONG) -> ColumnElement[bool]:
    return column == any_(cast(bindparam(name, type_=_Texts), ARRAY(String)))  # type: ignore[no-any-return]


def prepared_among(statement: Callable[[Among], Any]) -> dict[str, Prepared]:
    """A statement for each database: `statement` is given what says that a column is one of the values."""
    dialects: dict[str, Among] = {"sqlite": _in_list, "postgresql": _in_array}
    return {name: Prepared(statement(among)) for name, among in dialects.items()}
