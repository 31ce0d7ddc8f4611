"""How our column types are written in a migration: as the database knows it; old steps need no code of ours."""

from typing import Any, Literal

from sqlalchemy.types import TypeDecorator


def render_item(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    """Alembic's hook: a type of ours as its plain form; False leaves the rest to Alembic."""
    if kind != "type":
        return False
    if type(item).__name__ == "AutoString":
        return "sa.String()"
    if isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False
