"""How SQLite goes about a question of the store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from storage.store import Store
from tests.company import Chat


def plan_of(chat: Chat, question: Callable[[Store], object], *, of: str = "") -> str:
    """The plan of the first statement that a question asks, or of the first that reads a table."""

    def plan(store: Store) -> str:
        asked: list[str] = []
        driver: Any = store.connection.connection.dbapi_connection
        driver.set_trace_callback(asked.append)  # with the values, and however it was prepared
        question(store)
        driver.set_trace_callback(None)
        sql = next(sql for sql in asked if not of or f"FROM {of} " in sql.replace("\n", " "))
        return str(driver.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall())

    return chat.change(plan)  # type: ignore[no-any-return]
