"""The schema, from the first table on, as steps that every database takes in the same order."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from storage.database import Database
from storage.store import Store


def migrate(database: Database) -> bool:
    """Bring the database to the newest schema, in one transaction; returns whether there was anything to do. Raises
    Newer, and Unreadable when what is to be chained was written under another key."""
    with database.engine.connect() as connection, connection.begin():
        if not database.is_sqlite:
            # One process migrates; the others wait here (for longer than the engine's lock_timeout) and then find
            # nothing to do.
            connection.execute(text("SET LOCAL lock_timeout = '60s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(7570626561740001)"))
        before = MigrationContext.configure(connection).get_current_revision()
        if not is_known(before):
            raise Newer(
                f"The database has schema {before}, which a newer Upbeat made, and this one knows {newest()} at most."
                " Update this one: an older Upbeat does not start on a newer schema"
            )
        chained = before is None or _is_chained(connection)
        command.upgrade(_config(connection), "head")
        if not chained:
            database.adopt_log(connection)
        return before != newest()


def _is_chained(connection: Connection) -> bool:
    return any(column["name"] == "digest" for column in inspect(connection).get_columns("audit"))


class Newer(Exception):
    """The schema is newer than this code."""


def is_known(revision: str | None) -> bool:
    """Whether this code knows the revision: one that it does not know, a newer Upbeat has made."""
    known = {
        None,
        *(script.revision for script in ScriptDirectory.from_config(_config(None)).walk_revisions()),
    }
    return revision in known


@cache
def newest() -> str | None:
    """The revision of the schema that this code needs."""
    return ScriptDirectory.from_config(_config(None)).get_current_head()


def current(database: Database) -> str | None:
    """The revision of the schema that the database has, or None when it is empty."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def schema_of(store: Store) -> str | None:
    """The same, as a unit of work sees it."""
    return MigrationContext.configure(store.connection).get_current_revision()


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
