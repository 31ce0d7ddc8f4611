"""What the database itself refuses, whoever asks: an entry of the audit log is never changed, and never deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, event, text
from sqlmodel import SQLModel

# An entry without a digest is of before the chain: the migration that brings the chain gives it one.
_SQLITE = {
    "audit_unchanged": "BEFORE UPDATE ON audit WHEN OLD.digest IS NOT NULL",
    "audit_undeleted": "BEFORE DELETE ON audit",
    "audit_head_undeleted": "BEFORE DELETE ON audit_head",
}
_POSTGRESQL = {
    "audit_unchanged": "BEFORE UPDATE ON audit FOR EACH ROW WHEN (OLD.digest IS NOT NULL)",
    "audit_undeleted": "BEFORE DELETE ON audit FOR EACH ROW",
    "audit_untruncated": "BEFORE TRUNCATE ON audit FOR EACH STATEMENT",
    "audit_head_undeleted": "BEFORE DELETE ON audit_head FOR EACH ROW",
    "audit_head_untruncated": "BEFORE TRUNCATE ON audit_head FOR EACH STATEMENT",
}
_SAYS = "the audit log is only added to"

GUARDS: Mapping[str, tuple[str, ...]] = {
    "sqlite": tuple(
        f"CREATE TRIGGER IF NOT EXISTS {name} {when} BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END"
        for name, when in _SQLITE.items()
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{_SAYS}'; END $$",
        *(
            f"CREATE OR REPLACE TRIGGER {name} {when} EXECUTE FUNCTION audit_stays()"
            for name, when in _POSTGRESQL.items()
        ),
    ),
}
"""The statements that put them up, by database."""

DOWN: Mapping[str, tuple[str, ...]] = {
    "sqlite": tuple(f"DROP TRIGGER IF EXISTS {name}" for name in _SQLITE),
    "postgresql": ("DROP FUNCTION IF EXISTS audit_stays() CASCADE",),
}
"""The statements that take them down."""

_NAMES = {"sqlite": frozenset(_SQLITE), "postgresql": frozenset(_POSTGRESQL)}
_THERE = {
    "sqlite": text("SELECT name FROM sqlite_master WHERE type = 'trigger'"),
    "postgresql": text("SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'"),
}


def missing(connection: Connection) -> frozenset[str]:
    """The guards that do not stand."""
    dialect = connection.dialect.name
    return _NAMES[dialect] - {row[0] for row in connection.execute(_THERE[dialect])}


def _put_up(target: Any, connection: Connection, **more: Any) -> None:
    for statement in GUARDS[connection.dialect.name]:
        connection.exec_driver_sql(statement)


# Where the tables are made from the code, not by the migrations.
event.listen(SQLModel.metadata, "after_create", _put_up)
