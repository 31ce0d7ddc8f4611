"""How the guards of `storage/guards.py` come into a migration: word for word, as old steps need no code of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alembic.autogenerate import renderers
from alembic.operations import ops

from storage import guards


@dataclass
class Guard(ops.MigrateOperation):
    """Statements of each database."""

    statements: Mapping[str, tuple[str, ...]]


@renderers.dispatch_for(Guard)
def render(autogen_context: Any, guard: Guard) -> str:
    """One line of the migration, which runs the statements of the database that it is on."""
    made = {dialect: list(each) for dialect, each in guard.statements.items()}
    return f"for statement in {made!r}[op.get_bind().dialect.name]: op.execute(statement)"


def add_guards(context: Any, revision: Any, directives: list[ops.MigrationScript]) -> None:
    """Alembic's hook: a new migration puts up what the one before did not."""
    for script in directives:
        if guards.missing(context.connection) and script.upgrade_ops and script.downgrade_ops:
            script.upgrade_ops.ops.append(Guard(guards.GUARDS))
            script.downgrade_ops.ops.insert(0, Guard(guards.DOWN))
