"""How SQLite goes about a question of the store."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import event

from storage.store import Store
from tests.company import Chat


def plan_of(chat: Chat, question: Callable[[Store], object], *, of: str = "") -> str:
    """The plan of the first statement that a question asks, or of the first that reads a table."""

    def plan(store: Store) -> str:
        asked: list[tuple[str, object]] = []
        event.listen(
            store.connection,
            "before_cursor_execute",
            lambda c, cursor, sql, given, *_: asked.append((sql, given)),
        )
        question(store)
        sql, given = next(
            (sql, given) for sql, given in asked if not of or f"FROM {of} " in sql.replace("\n", " ")
        )
        return str(store.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given).all())

    return chat.change(plan)
