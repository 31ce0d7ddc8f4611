"""The schema, from the first table on, as steps that every database takes in the same order."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, text

from storage.database import Database
from storage.store import Store

if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent


def migrate(database: Database) -> bool:
    """Bring the database to the newest schema, in one transaction; returns whether there was anything to do. Raises
    Newer, and Unreadable when what is to be chained was written under another key."""
    with database.engine.connect() as connection, connection.begin():
        if not database.is_sqlite:
            # One process migrates; the others wait here (for longer than the engine's lock_timeout) and then find
            # nothing to do.
            connection.execute(text("SET LOCAL lock_timeout = '60s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(7570626561740001)"))
        before = revision_on(connection)
        if before == newest():
            return False
        if not is_known(before):
            raise Newer(
                f"The database has schema {before}, which a newer Upbeat made, and this one knows {newest()} at most."
                " Update this one: an older Upbeat does not start on a newer schema"
            )
        chained = before is None or _is_chained(connection)
        _alembic().upgrade(_config(connection), "head")
        if not chained:
            database.adopt_log(connection)
        return True


def _is_chained(connection: Connection) -> bool:
    return any(column["name"] == "digest" for column in inspect(connection).get_columns("audit"))


class Newer(Exception):
    """The schema is newer than this code."""


def is_known(revision: str | None) -> bool:
    """Whether this code knows the revision: one that it does not know, a newer Upbeat has made."""
    return revision is None or revision in _known()


@cache
def newest() -> str:
    """The revision of the schema that this code needs."""
    return max(_known())


@cache
def _known() -> frozenset[str]:
    """Every revision, by the names of their files: `refresh` numbers them."""
    return frozenset(file.stem for file in (HERE / "versions").glob("[0-9]*.py"))


def current(database: Database) -> str | None:
    """The revision of the schema that the database has, or None when it is empty."""
    with database.engine.connect() as connection:
        return revision_on(connection)


def schema_of(store: Store) -> str | None:
    """The same, as a unit of work sees it."""
    return revision_on(store.connection)


def revision_on(connection: Connection) -> str | None:
    """The same, as a connection sees it."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _alembic() -> Any:
    """Alembic's commands, imported where there is something to do: most starts have nothing."""
    from alembic import command

    return command


def _config(connection: Connection | None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE))
    attributes: dict[str, Any] = config.attributes
    attributes["connection"] = connection
    return config


def mark_newest(database: Database) -> None:
    """Say that the database has the newest schema already, because it was made from the tables themselves."""
    with database.engine.connect() as connection, connection.begin():
        _alembic().stamp(_config(connection), "head")
