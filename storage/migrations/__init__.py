"""The schema, from the first table on, as steps that every database takes in the same order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from storage.database import Database


def migrate(database: Database) -> bool:
    """Bring the database to the newest schema, in one transaction; returns whether there was anything to do."""
    with database.engine.connect() as connection, connection.begin():
        if not database.is_sqlite:
            # One process migrates; the others wait here and then find nothing to do.
            connection.execute(text("SELECT pg_advisory_xact_lock(7570626561740001)"))
        before = MigrationContext.configure(connection).get_current_revision()
        command.upgrade(_config(connection), "head")
        return before != newest()


def newest() -> str | None:
    """The revision of the schema that this code needs."""
    return ScriptDirectory.from_config(_config(None)).get_current_head()


def current(database: Database) -> str | None:
    """The revision of the schema that the database has, or None when it is empty."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    attributes: dict[str, Any] = config.attributes
    attributes["connection"] = connection
    return config


def mark_newest(database: Database) -> None:
    """Say that the database has the newest schema already, because it was made from the tables themselves."""
    with database.engine.connect() as connection, connection.begin():
        command.stamp(_config(connection), "head")
