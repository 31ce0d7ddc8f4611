"""A backup is whole and consistent, opens with its key alone, and brings nothing back twice."""

import asyncio
import gzip
import os
import tarfile
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel

from storage.backups import BackupProblem, back_up, restore
from storage.checkins import CheckIn
from storage.columns import Unreadable
from storage.database import Database
from storage.migrations import migrate
from storage.rotation import change_secret, rotate
from storage.store import Store
from storage.tables import Inbox, Outgoing
from storage.webchat import WebMessage
from tests.company import SECRET, Chat
from tests.engines import ENGINES, empty_database

CANARY = "the canary sings at midnight"


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path):  # type: ignore[no-untyped-def]
    """The URL of another empty database, on each engine."""
    folder = tmp_path / "other"
    folder.mkdir()
    with empty_database(request.param, folder) as url:
        yield url


async def test_a_backup_moves_and_holds_no_words(any_chat: Chat, empty_url: str, tmp_path: Path) -> None:
    await any_chat.says("ben", f"/checkin done {CANARY}")
    file = tmp_path / "upbeat.backup"
    stamp(any_chat.database)
    rows = back_up(any_chat.database, file)
    assert file.stat().st_mode & 0o777 == 0o600
    with tarfile.open(file) as archive:
        inside = b"".join(archive.extractfile(member).read() for member in archive.getmembers())  # type: ignore[union-attr]
    assert CANARY.encode() not in inside
    other = Database(empty_url, b"a test's secret", now=lambda: any_chat.now)
    assert restore(other, file) == rows
    other.open()
    kept = other.write_now(
        lambda store: store.checkins.latest(any_chat.ids["ben"], reader=any_chat.ids["ben"])
    )
    assert CANARY in str(kept[0].answers)
    other.stop()


def stamp(database: Database) -> None:
    """Give a database that was made in one go the mark of the newest schema."""
    from storage.migrations import mark_newest

    mark_newest(database)


async def test_what_waited_is_not_sent_again(chat: Chat, tmp_path: Path) -> None:
    def queue(store: object) -> None:
        store.outbox.put("{}", route="x", person_id=chat.ids["ben"])  # type: ignore[attr-defined]

    chat.change(queue)
    stamp(chat.database)
    back_up(chat.database, tmp_path / "b")
    other = Database(f"sqlite+aiosqlite:///{tmp_path / 'other.db'}", b"a test's secret", now=lambda: chat.now)
    restore(other, tmp_path / "b")
    other.open()
    rows = other.write_now(lambda store: store.all(Outgoing))
    assert [(row.state, row.reason) for row in rows] == [("expired", "restored")]
    other.stop()


async def test_a_full_database_and_a_torn_file_are_refused(chat: Chat, tmp_path: Path) -> None:
    stamp(chat.database)
    back_up(chat.database, tmp_path / "b")
    with pytest.raises(BackupProblem, match="not empty"):
        restore(chat.database, tmp_path / "b")
    with pytest.raises(BackupProblem, match="there already"):
        back_up(chat.database, tmp_path / "b")
    whole, torn = (tmp_path / "b").read_bytes(), tmp_path / "torn"
    other = Database(f"sqlite+aiosqlite:///{tmp_path / 'other.db'}", b"a test's secret")
    middle = len(whole) // 2
    for damaged in (
        whole[:-200],
        whole[:-8] + bytes(8),  # its checksum is another one
        *(each for at in range(middle, middle + 20) if not reads_alike(each := flipped(whole, at), whole)),
    ):
        torn.write_bytes(damaged)
        with pytest.raises(BackupProblem, match="not a whole backup"):
            restore(other, torn)
    with pytest.raises(BackupProblem, match="cannot be read"):
        restore(other, tmp_path)
    other.stop()


def flipped(whole: bytes, at: int) -> bytes:
    """The same with a bit that is another one."""
    return whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :]


def reads_alike(torn: bytes, whole: bytes) -> bool:
    """Whether the bit does not matter: where the same stands in two places, it may say which is copied."""
    with suppress(EOFError, OSError, zlib.error):
        return gzip.decompress(torn) == gzip.decompress(whole)
    return False


async def test_another_key_opens_nothing(chat: Chat, tmp_path: Path) -> None:
    url = str(chat.database.url)
    other = Database(url, b"another secret")
    with pytest.raises(Unreadable):
        other.open()
    other.stop()


async def test_a_backup_is_put_back_under_its_own_key_alone(
    any_chat: Chat, empty_url: str, tmp_path: Path
) -> None:
    stamp(any_chat.database)
    back_up(any_chat.database, tmp_path / "b")
    other = Database(empty_url, b"another secret")
    with pytest.raises(BackupProblem, match="made under another key"):
        restore(other, tmp_path / "b")
    other.stop()
    own = Database(empty_url, SECRET)
    assert restore(own, tmp_path / "b") > 0
    own.stop()


async def test_a_backup_that_breaks_off_leaves_nothing(chat: Chat, tmp_path: Path) -> None:
    stamp(chat.database)
    chat.change(lambda store: store.connection.exec_driver_sql("DROP TABLE web_seen"))  # one of the last
    with pytest.raises(OperationalError):
        back_up(chat.database, tmp_path / "b")
    assert [name for name in os.listdir(tmp_path) if name.startswith("b")] == []


async def test_rotation_seals_everything_again_and_the_words_stay(any_chat: Chat) -> None:
    await any_chat.says("ben", f"/checkin done {CANARY}")
    before = [row.answer for row in any_chat.rows(Inbox)]
    assert rotate(any_chat.database) > 0
    assert [row.answer for row in any_chat.rows(Inbox)] == before
    assert CANARY in await any_chat.says("ben", "/checkin history")


async def test_who_slept_through_a_rotation_writes_under_the_new_key(any_chat: Chat) -> None:
    """A process that was frozen, or a command on the terminal at that very moment."""
    await any_chat.says("ben", "/checkin done woke up")
    with opened_again(any_chat.database) as other:
        rotate(other)
        await any_chat.says("ben", f"/checkin done {CANARY}")
        assert CANARY in str(last_of(other, any_chat.ids["ben"]).answers)
    assert CANARY in await any_chat.says("ben", "/checkin history")


async def test_a_rotation_waits_for_what_is_being_written(any_chat: Chat) -> None:
    began, go_on = threading.Event(), threading.Event()

    def work(store: Store) -> None:
        began.set()
        go_on.wait(5)
        store.webchat.say("dm-ben", CANARY, author=any_chat.ids["ben"], private=True)

    with opened_again(any_chat.database) as other:
        writing = asyncio.create_task(asyncio.to_thread(any_chat.database.write_now, work))
        await asyncio.to_thread(began.wait)
        rotating = asyncio.create_task(asyncio.to_thread(rotate, other))
        await asyncio.sleep(0.3)
        assert not rotating.done()
        go_on.set()
        await writing
        await rotating
        assert [row.said for row in other.look_now(lambda store: store._rows(WebMessage, ()))] == [CANARY]


@contextmanager
def opened_again(database: Database) -> Iterator[Database]:
    """The same database as another process has it open."""
    other = Database(database.url.render_as_string(hide_password=False), SECRET, now=database.now)
    other.open()
    try:
        yield other
    finally:
        other.stop()


def last_of(database: Database, person_id: str) -> CheckIn:
    """A person's newest check-in, as they read it."""
    return database.look_now(lambda store: store.checkins.latest(person_id, reader=person_id))[0]


async def test_a_new_secret_opens_what_the_old_one_sealed(chat: Chat, tmp_path: Path) -> None:
    await chat.says("ben", f"/checkin done {CANARY}")
    change_secret(chat.database, b"a new secret")
    other = Database(str(chat.database.url), b"a new secret")
    other.open()
    kept = other.write_now(lambda store: store.checkins.latest(chat.ids["ben"], reader=chat.ids["ben"]))
    assert CANARY in str(kept[0].answers)
    other.stop()


def test_the_migrations_make_the_tables_that_the_code_names(tmp_path: Path) -> None:
    for engine in ENGINES:
        with empty_database(engine, tmp_path) as url:
            database = Database(url, b"s")
            assert migrate(database)
            assert not migrate(database)
            from sqlalchemy import inspect

            there = set(inspect(database.engine).get_table_names())
            assert set(SQLModel.metadata.tables) <= there
            database.stop()
