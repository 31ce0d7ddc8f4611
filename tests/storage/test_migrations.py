"""A database of each schema that was ever given out is brought up to the newest, with all that is in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, Connection, LargeBinary, MetaData, insert, inspect, select
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel

from storage.columns import Exact, Keyring, Sealed, SealedJson
from storage.database import Database
from storage.migrations import _config, migrate, newest
from storage.migrations.writing import RELEASED
from storage.store import Store
from tests.company import SECRET
from tests.engines import ENGINES, empty_database

SAMPLES: dict[type, Any] = {
    str: "x",
    int: 1,
    bool: True,
    datetime: datetime(2026, 1, 5, 9, tzinfo=UTC),
    date: date(2026, 1, 5),
}
"""What stands in a column of an old database."""
FIRST = {"review_step": {"number": 0, "rank": 0}}
"""What must be otherwise for a row to be the first of its kind."""


@pytest.fixture(
    params=[(engine, schema) for engine in ENGINES for schema in sorted(RELEASED - {newest()})], ids="-".join
)
def old(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Database]:
    """A database of an old schema, with a row in each of its tables."""
    engine, schema = request.param
    with empty_database(engine, tmp_path) as url:
        database = Database(url, SECRET)
        with database.engine.connect() as connection, connection.begin():
            command.upgrade(_config(connection), schema)
            fill(connection)
        yield database
        database.stop()


def fill(connection: Connection) -> None:
    """A row for each table that there is."""
    there, keys = MetaData(), Keyring(SECRET)
    there.reflect(connection)
    connection.execute(insert(there.tables["data_key"]).values(number=1, wrapped=keys.make(1)))
    for name, table in there.tables.items():
        is_chained = name == "audit" and "digest" in table.c
        if not is_chained and name not in ("alembic_version", "data_key", "audit_head"):
            kinds = SQLModel.metadata.tables[name].c
            row = {c.name: sample(c, kinds[c.name].type, keys) for c in table.columns}
            connection.execute(insert(table).values(**row | FIRST.get(name, {})))


def sample(column: Column[Any], kind: TypeEngine[Any], keys: Keyring) -> Any:
    """What is in a column that must have something, as the database keeps it."""
    if column.nullable:
        return None
    if isinstance(kind, Sealed | SealedJson):
        return keys.seal("{}")
    return "1" if isinstance(kind, Exact) else SAMPLES.get(column.type.python_type, {})


def rows(store: Store) -> dict[str, int]:
    """How many rows of each table can be read."""
    tables = SQLModel.metadata.sorted_tables
    return {table.name: len(store.execute(select(table)).all()) for table in tables}


def test_everything_in_it_is_there_and_is_read(old: Database) -> None:
    with old.engine.connect() as connection:
        before = set(inspect(connection).get_table_names()) - {"alembic_version", "audit", "audit_head"}
    assert migrate(old)
    assert not migrate(old)
    old.open()
    found = old.look_now(rows)
    assert {name for name in before if not found[name]} == set()
    assert not old.look_now(lambda store: store.proof.whole()).broken
    assert old.look_now(lambda store: store.obligations.of(SAMPLES[str]))


@pytest.mark.parametrize("engine", ENGINES)
def test_what_had_to_be_something_may_be_nothing(engine: str, tmp_path: Path) -> None:
    """The note of what is owed, in 0003 as it was given out first."""
    with empty_database(engine, tmp_path) as url:
        database = Database(url, SECRET)
        with database.engine.connect() as connection, connection.begin():
            command.upgrade(_config(connection), "0003")
            with Operations(MigrationContext.configure(connection)).batch_alter_table("obligation") as table:
                table.alter_column("note", existing_type=LargeBinary(), nullable=False)
            fill(connection)
        assert migrate(database)
        with database.engine.connect() as connection:
            columns = inspect(connection).get_columns("obligation")
            indexes = {index["name"] for index in inspect(connection).get_indexes("obligation")}
        database.stop()
    assert [column["nullable"] for column in columns if column["name"] == "note"] == [True]
    assert {index.name for index in SQLModel.metadata.tables["obligation"].indexes} <= indexes
