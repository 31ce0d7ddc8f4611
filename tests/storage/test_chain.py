"""The audit log: whatever is changed, taken away, moved or put in is found, on each database."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from storage import guards
from storage.chain import AUDIT, HEADS, SIZE
from storage.database import Database
from storage.ids import new_id
from storage.memory import View
from storage.migrations import migrate
from storage.proof import Broken, Report
from storage.rotation import change_secret, rotate
from storage.store import Store
from tests.company import MONDAY, Chat
from tests.copies import copy_of
from tests.engines import ENGINES, empty_database

SECRET = b"a test's secret"
ROWS = 40


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database, on each engine."""
    with empty_database(request.param, tmp_path) as made:
        yield made


@pytest.fixture(params=ENGINES)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A log of three processes, each with a chain, which nothing guards any more; a fourth process looks at it."""
    with copy_of(written, request.param, tmp_path) as (url, _):
        database = Database(url, SECRET, now=lambda: MONDAY)
        database.open()
        assert proved(database) == Report(3 * ROWS, 3, ())
        yield database
        database.stop()


def written(url: str) -> None:
    """Write such a log into an empty database."""
    for process in range(3):
        database = opened(url)
        for unit in range(ROWS // 4):
            database.write_now(lambda store, n=unit, p=process: note(store, 4, f"{p}.{n}"))
        database.stop()
    database = opened(url)
    without_guards(database)
    database.stop()


def opened(url: str, secret: bytes = SECRET) -> Database:
    """The database, as another process opens it."""
    database = Database(url, secret, now=lambda: MONDAY)
    SQLModel.metadata.create_all(database.engine)
    database.open()
    return database


def note(store: Store, count: int, what: str) -> None:
    """A unit that notes so much."""
    store.actor_id = new_id()
    for number in range(count):
        store.audit(
            "did", f"test.{what}.{number}", record_id=new_id(), subject_id=new_id(), behalf_id=new_id()
        )


def without_guards(database: Database) -> None:
    """As somebody who owns the database could do it."""
    change(database, *(text(statement) for statement in guards.DOWN[database.engine.dialect.name]))


def change(database: Database, *statements: Any) -> None:
    """Change the database behind Upbeat's back."""
    with database.engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)


def proved(database: Database) -> Report:
    """What the proof says of the whole log."""
    return database.look_now(lambda store: store.proof.whole())


def found(database: Database) -> str:
    """What it finds, in words."""
    return "; ".join(map(str, proved(database).broken))


def rows_of(database: Database, table: Any = AUDIT) -> list[Any]:
    """Every row."""
    with database.engine.connect() as connection:
        return list(connection.execute(select(table)).all())


# What is found -------------------------------------------------------------------------------------------------------


def test_every_column_of_every_row_is_watched(log: Database) -> None:
    sample = random.Random(1).sample(rows_of(log), 12)
    changes = [(AUDIT, AUDIT.c.id == row.id, row) for row in sample]
    changes += [(HEADS, HEADS.c.chain == head.chain, head) for head in rows_of(log, HEADS)]
    tried = 0
    for table, here, row in changes:
        for column in table.c:
            values = {column.name: other(getattr(row, column.name))}
            assert broken_by(log, update(table).where(here).values(values)), values
            tried += 1
    assert tried == 12 * 11 + 4 * 3
    assert not proved(log).broken


def broken_by(log: Database, change: Any) -> tuple[Broken, ...]:
    """What the proof says when this was changed; it is undone again."""
    log._groups.open_columns()
    with log.engine.connect() as connection, connection.begin() as transaction:
        connection.execute(change)
        broken = Store(connection, View(log.memory), MONDAY).proof.whole().broken
        transaction.rollback()
    return broken


def other(before: Any) -> Any:
    """Another value of the same type."""
    if isinstance(before, str):
        return before[:-1] + ("b" if before.endswith("a") else "a")
    if isinstance(before, bytes):
        return bytes([before[0] ^ 1]) + before[1:]
    return before + 1000 if isinstance(before, int) else before.replace(microsecond=1)


def test_one_byte_changed_in_each_of_many_rows_is_found_in_each(url: str) -> None:
    database = opened(url)
    size = 10_000 if database.is_sqlite else 2_000
    for _ in range(size // 1000):
        database.write_now(lambda store: note(store, 1000, "x"))
    without_guards(database)
    rng = random.Random(2)
    names = ("actor_id", "act", "what", "record_id", "subject_id", "behalf_id")
    changes = []
    for row in rows_of(database):
        name = rng.choice(names)
        words = getattr(row, name)
        at = rng.randrange(len(words))
        flipped = words[:at] + chr(ord(words[at]) ^ 1) + words[at + 1 :]
        changes.append(update(AUDIT).where(AUDIT.c.id == row.id).values({name: flipped}))
    change(database, *changes)
    broken = proved(database).broken
    assert len(broken) == len(changes) == size
    assert {each.how for each in broken} == {"changed"}
    database.stop()


def test_a_missing_row_is_named(log: Database) -> None:
    change(log, delete(AUDIT).where(AUDIT.c.chain == 2, AUDIT.c.place == 7))
    assert found(log) == "chain 2, entry 7: missing"


def test_the_first_row_is_missed_as_well(log: Database) -> None:
    change(log, delete(AUDIT).where(AUDIT.c.chain == 2, AUDIT.c.place == 1))
    assert found(log) == "chain 2, entry 1: missing"


def test_rows_that_change_places_are_found(log: Database) -> None:
    def put(place: int, to: int) -> Any:
        return update(AUDIT).where(AUDIT.c.chain == 1, AUDIT.c.place == place).values(place=to)

    change(log, put(3, 900), put(4, 3), put(900, 4))
    assert found(log) == "chain 1, entry 3: changed; chain 1, entry 4: changed; chain 1, entry 5: changed"


def test_a_row_moved_to_another_chain_is_found(log: Database) -> None:
    change(
        log,
        delete(AUDIT).where(AUDIT.c.chain == 1, AUDIT.c.place == 5),
        update(AUDIT).where(AUDIT.c.chain == 2, AUDIT.c.place == 5).values(chain=1),
    )
    assert "chain 1, entry 5: changed" in found(log)
    assert "chain 2, entry 5: missing" in found(log)


def forged(log: Database, **values: Any) -> Any:
    """A copy of the last row, at another place."""
    row = rows_of(log)[-1]._asdict()
    return insert(AUDIT).values({**row, "id": new_id(), **values})


def test_foreign_rows_are_found_wherever_they_are_put(log: Database) -> None:
    places: tuple[dict[str, Any], ...] = (
        {"chain": None, "place": None, "digest": None},
        {"chain": 1, "place": ROWS + 1},
        {"chain": 1, "place": ROWS + 9},
        {"chain": 1, "place": 0},
        {"chain": 0, "place": 1},
        {"chain": 99, "place": 1},
    )
    for number, place in enumerate(places):
        change(log, forged(log, **place))
        assert len(proved(log).broken) > number, place


def test_a_cut_end_is_found(log: Database) -> None:
    change(log, delete(AUDIT).where(AUDIT.c.chain == 2, AUDIT.c.place > ROWS - 5))
    assert f"chain 2, entry {ROWS}: its last entry is missing" in found(log)


def test_a_cut_end_is_found_although_the_head_was_put_back(log: Database) -> None:
    change(
        log,
        delete(AUDIT).where(AUDIT.c.chain == 2, AUDIT.c.place > ROWS - 5),
        update(HEADS).where(HEADS.c.chain == 2).values(place=ROWS - 5),
    )
    assert found(log) == f"chain 2, entry {ROWS - 5}: the end was changed"


def test_a_chain_that_is_missing_as_a_whole_is_found(log: Database) -> None:
    change(log, delete(AUDIT).where(AUDIT.c.chain == 3), delete(HEADS).where(HEADS.c.chain == 3))
    assert found(log) == "chain 3: missing as a whole"
    change(log, update(HEADS).where(HEADS.c.chain == 0).values(place=2))
    assert found(log) == "the count of the chains was changed"
    change(log, delete(HEADS).where(HEADS.c.chain == 0))
    assert found(log) == "the count of the chains is missing"


def test_an_emptied_log_is_found(log: Database) -> None:
    change(log, delete(AUDIT), delete(HEADS))
    assert found(log) == "the count of the chains is missing"


def test_values_of_another_type_are_found_and_break_nothing(tmp_path: Path) -> None:
    """SQLite keeps any value in any column."""
    with empty_database("sqlite", tmp_path) as url:
        database = opened(url)
        database.write_now(lambda store: note(store, 9, "x"))
        without_guards(database)
        for column in AUDIT.c:
            for value in ("'nonsense'", "x'00ff'", "112", "1.5"):
                here = "WHERE chain = 1 AND place = 4"
                changed = text(f"UPDATE audit SET {column.name} = {value} {here}")
                assert broken_by(database, changed), (column.name, value)
        database.stop()


# What the database refuses -------------------------------------------------------------------------------------------


def test_the_database_refuses_to_change_or_delete(url: str) -> None:
    database = Database(url, SECRET)
    migrate(database)
    database.open()
    database.write_now(lambda store: note(store, 4, "x"))
    refused: tuple[Any, ...] = (
        update(AUDIT).values(act="nothing"),
        update(AUDIT).values(digest=None),
        delete(AUDIT),
        delete(HEADS),
        *([text("TRUNCATE audit"), text("TRUNCATE audit_head")] if not database.is_sqlite else []),
    )
    for statement in refused:
        with pytest.raises(DBAPIError, match="the audit log is only added to"):
            change(database, statement)
    assert proved(database) == Report(4, 1, ())
    database.stop()


def test_the_migrations_put_the_guards_up(url: str) -> None:
    database = Database(url, SECRET)
    migrate(database)
    with database.engine.connect() as connection:
        assert not guards.missing(connection)
    without_guards(database)
    with database.engine.connect() as connection:
        assert guards.missing(connection)
    database.stop()


# How it is written ---------------------------------------------------------------------------------------------------


async def test_units_of_one_process_share_a_chain_and_of_several_none(url: str) -> None:
    many = [opened(url) for _ in range(3)]
    work = [each.write(lambda store, n=n: note(store, 1 + n % 3, str(n))) for each in many for n in range(50)]
    await asyncio.gather(*work)
    report = proved(many[0])
    assert report.entries == 3 * sum(1 + n % 3 for n in range(50))
    assert 3 <= report.chains <= 3 * 4
    assert not report.broken
    for each in many:
        await each.close()


async def test_what_a_unit_noted_goes_with_it_when_it_is_undone(url: str) -> None:
    database = opened(url)

    def failing(store: Store) -> None:
        note(store, 3, "undone")
        raise ZeroDivisionError

    work = [database.write(failing if n % 2 else lambda store: note(store, 1, "kept")) for n in range(20)]
    done = await asyncio.gather(*work, return_exceptions=True)
    with pytest.raises(ZeroDivisionError):
        database.write_now(failing)
    assert sum(isinstance(each, ZeroDivisionError) for each in done) == 10
    assert proved(database).entries == 10
    assert not proved(database).broken
    await database.close()


async def test_a_failed_commit_leaves_the_log_whole(url: str) -> None:
    """Whether the commit failed before or after it was done, nobody knows; what stands is right."""
    database = opened(url)
    await database.write(lambda store: note(store, 2, "before"))
    if not database.is_sqlite:
        for _ in range(3):
            with suppress(Exception):
                await database.write(_cut_off)
            await database.write(lambda store: note(store, 2, "after"))
    else:
        change(
            database,
            text(
                "CREATE TRIGGER full BEFORE INSERT ON audit WHEN NEW.act = 'did' AND NEW.what LIKE"
                " 'test.full%' BEGIN SELECT RAISE(FAIL, 'disk full'); END"
            ),
        )
        for _ in range(3):
            with suppress(Exception):
                await database.write(lambda store: note(store, 2, "full"))
            await database.write(lambda store: note(store, 2, "after"))
    report = proved(database)
    assert report.entries == 8
    assert not report.broken
    await database.close()


def _cut_off(store: Store) -> None:
    """The server ends the connection in the middle of the unit."""
    note(store, 2, "cut off")
    store.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


async def test_a_unit_that_cannot_be_noted_is_no_neighbour_s_business(url: str) -> None:
    database = opened(url)

    def bad(store: Store) -> None:
        store.audit("did", "NUL: \x00")

    work = [database.write(bad if n == 3 else lambda store: note(store, 1, "kept")) for n in range(8)]
    done = await asyncio.gather(*work, return_exceptions=True)
    assert [n for n, each in enumerate(done) if isinstance(each, Exception)] == (
        [] if database.is_sqlite else [3]
    )
    assert not proved(database).broken
    await database.close()


def test_an_older_log_is_chained_by_the_migration(url: str) -> None:
    database = opened(url)
    database.write_now(lambda store: note(store, 5, "old"))
    without_guards(database)
    change(
        database,
        update(AUDIT).values(chain=None, place=None, digest=None),
        delete(HEADS),
        text("DELETE FROM data_key WHERE number = 0"),
    )
    database.stop()
    again = Database(url, SECRET, now=lambda: MONDAY)
    with again.engine.connect() as connection, connection.begin():
        again.adopt_log(connection)
    again.open()
    again.write_now(lambda store: note(store, 5, "new"))
    assert proved(again) == Report(10, 2, ())
    assert all(len(row.digest) == SIZE for row in rows_of(again))
    again.stop()


# What it outlives ----------------------------------------------------------------------------------------------------


def test_new_data_keys_and_a_new_secret_leave_it_provable(log: Database) -> None:
    rotate(log)
    assert not proved(log).broken
    change_secret(log, b"a new secret")
    again = opened(str(log.engine.url.render_as_string(hide_password=False)), b"a new secret")
    assert not proved(again).broken
    again.stop()


def test_another_key_proves_nothing(log: Database) -> None:
    change(log, text("DELETE FROM data_key WHERE number = 0"))
    again = opened(log.url.render_as_string(hide_password=False))
    assert len(proved(again).broken) > 3 * ROWS
    again.stop()


async def test_what_people_do_is_in_it(any_chat: Chat) -> None:
    await any_chat.says("ben", "/checkin done the login page; next payments")
    await any_chat.says("ada", "/checkin history @ben")
    await any_chat.says("ben", "/nonsense")
    report = proved(any_chat.database)
    assert report.entries >= 4
    assert not report.broken
    assert str(report) == f"{report.entries} entries in {report.chains} chains, unbroken"
