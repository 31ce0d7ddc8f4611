"""Statements are compiled once in a process of the tests, as in one of Upbeat, though each test has an engine of its
own: compiling them anew took a twentieth of the time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import Compiled
from sqlalchemy.util import LRUCache


class _Compiled(LRUCache[Any, Compiled]):
    """What SQLAlchemy has compiled, by the driver in place of the engine that it was compiled for."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_by_driver(*key), default)

    def __setitem__(self, key: Any, compiled: Compiled) -> None:
        super().__setitem__(_by_driver(*key), compiled)


def _by_driver(dialect: Any, *rest: Any) -> tuple[Any, ...]:
    return dialect.name, dialect.driver, *rest


_COMPILED = _Compiled(capacity=2_000)


def share_compiled() -> None:
    """Let every engine of this process know what was compiled for another one."""
    event.listen(Engine, "engine_connect", _know)


def _know(connection: Connection) -> None:
    connection.execution_options(compiled_cache=_COMPILED)
