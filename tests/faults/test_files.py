"""The disk is full, locked, failing or torn: what was acknowledged is there, and nobody is told what is not so."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.doctor import examine
from bot.settings import Settings
from schedules.delivery import Delivery
from storage import database as databases
from storage import last
from storage.backups import BackupProblem, back_up, restore
from storage.checkins import CheckIn
from storage.damage import Damaged, Shortened, refuse_damage
from storage.database import Busy, Database, sqlite_is_safe
from storage.migrations import mark_newest
from storage.store import Store
from storage.tables import Inbox, Outgoing
from tests.bot.slack.conftest import room_with, user
from tests.company import Chat
from tests.engines import opened, sqlite_url
from tests.fakes.telegram import FakeTelegram
from tests.faults.disks import can_mount, copied, full, on_a_disk, seen_by
from tests.faults.figures import Figure
from tests.faults.power import Power
from tests.faults.processes import SECRET, USERS, Running, environment, found, introduce, running
from tests.schedules.test_delivery import tell


def path_of(chat: Chat) -> Path:
    assert chat.database.url.database
    return Path(chat.database.url.database)


def log_of(path: Path) -> bytes:
    return Path(f"{path}-wal").read_bytes()


def is_sound(path: Path) -> bool:
    with opened(path) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok")


# F08: locked -------------------------------------------------------------------------------------------------------


async def test_f08_a_locked_database_is_said_and_nothing_is_lost(
    chat: Chat, figure: Figure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process holds the file; people hear so, events are not acknowledged, and the outbox waits."""
    monkeypatch.setattr("storage.writers.PATIENCE", "busy_timeout=100")
    async with room_with(chat, sockets=False) as room:
        await room.slack.until(lambda: room.accounts("ben"))
        delivery = Delivery(chat.core, [room.platform.speaker], worker="faults")
        message = tell(chat, "ben", "hello", on="slack")
        await chat.database.write(lambda store: None)
        await delivery.start()
        await room.slack.until(lambda: room.slack.dm(user("ben")))
        with opened(path_of(chat)) as other:
            other.execute("BEGIN IMMEDIATE")
            refused = await asyncio.gather(
                *(room.slack.command(user("ada"), "/checkin", f"done {n}") for n in range(5))
            )
            said = await room.slack.says(user("ben"), "checkin done waiting")
            assert not said.ok
            assert all("nothing was changed" in ack.ephemeral.words for ack in refused)
            other.execute("ROLLBACK")
        began = time.perf_counter()
        assert (await room.slack.redeliver(said)).ok
        recovered = time.perf_counter() - began
        chat.wait(minutes=2)
        later = tell(chat, "ben", "the second hello", on="slack")
        delivery.wake()
        await room.slack.until(lambda: "the second hello" in room.slack.told(user("ben")))
        await delivery.stop(5)
        assert {row.id: row.state for row in chat.rows(Outgoing) if row.id in (message, later)} == {
            message: "sent",
            later: "sent",
        }
        assert [row.answers["done"] for row in room.checkins()] == ["waiting"]
        figure(6, f"refused in words 5, lost 0, doubled 0, again after {recovered:.1f} s")


# F09 and F10: full, failing ------------------------------------------------------------------------------------------


def permit(process: Running, most: int) -> None:
    """No file that the process writes may be longer than this."""
    resource.prlimit(process.popen.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


async def ready(process: Running) -> int:
    async with aiohttp.ClientSession() as session:
        try:
            async with session.get(f"http://127.0.0.1:{process.port}/readyz") as answer:
                return answer.status
        except aiohttp.ClientError:
            return 0


async def until(process: Running, status: int, seconds: float = 30) -> float:
    """Wait until it says so; returns for how long."""
    began = time.monotonic()
    while await ready(process) != status:
        assert process.popen.returncode is None, "the process ended"
        assert time.monotonic() - began < seconds, f"/readyz never said {status}"
        await asyncio.sleep(0.1)
    return time.monotonic() - began


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as made:
        introduce(made)
        yield made
        assert made.violations == []


async def test_f09_f10_a_full_and_a_failing_disk_are_said_and_survived(
    telegram: FakeTelegram, tmp_path: Path, figure: Figure
) -> None:
    """Log, write-ahead log and then every file: what is said meanwhile is not acknowledged, and recorded afterwards."""
    url, folder = sqlite_url(tmp_path), tmp_path
    found(url)
    said: list[str] = []
    seconds: list[float] = []
    async with running(url, telegram, folder, Path("/dev/full")) as upbeat:
        await until(upbeat, 200)  # though it could not even say that it is ready
        for phase in ("log", "write-ahead log", "every file"):
            wal = (folder / "upbeat.db-wal").stat().st_size
            if phase != "log":
                permit(upbeat, wal if phase == "write-ahead log" else 0)
                await until(upbeat, 503)
            for number in USERS.values():
                said.append(f"{phase} {number}")
                await telegram.says(number, f"/checkin done {said[-1]}")
            if phase != "log":
                await asyncio.sleep(0.5)
                assert len(telegram.pending) == 3, f"{phase}: confirmed although nothing could be written"
                permit(upbeat, resource.RLIM_INFINITY)
                seconds.append(await until(upbeat, 200))
            async with asyncio.timeout(30):
                while telegram.pending:  # noqa: ASYNC110 - another process takes them
                    await asyncio.sleep(0.05)
    assert is_sound(folder / "upbeat.db")
    kept = Database(url, SECRET.encode())
    kept.open()
    rows = kept.write_now(lambda store: store._rows(CheckIn, ()))
    inbox = kept.write_now(lambda store: store._rows(Inbox, ()))
    kept.stop()
    assert sorted(str(row.answers["done"]) for row in rows) == sorted(said)
    assert {row.outcome for row in inbox} == {"done"}
    figure(3, f"integrity ok 3 of 3, lost 0, acknowledged in vain 0, ready again after {max(seconds):.1f} s")


async def test_f09_a_disk_that_is_really_full_is_said_and_survived(
    telegram: FakeTelegram, tmp_path: Path, figure: Figure
) -> None:
    """A file system of its own, filled to the last byte twice while people talk."""
    place = tmp_path / "disk"
    real = can_mount()
    seed = tmp_path / "disk.seed" if real else place
    seed.mkdir()
    found(f"sqlite+aiosqlite:///{seed / 'upbeat.db'}")
    said, seconds = [], [0.0]
    within = on_a_disk(place) if real else ()
    url = f"sqlite+aiosqlite:///{place / 'upbeat.db'}"
    async with running(url, telegram, tmp_path, tmp_path / "log", within=within) as upbeat:
        await until(upbeat, 200)
        for phase in ("first", "second"):
            with full(upbeat, place if real else None):
                await until(upbeat, 503)
                for number in USERS.values():
                    said.append(f"{phase} {number}")
                    await telegram.says(number, f"/checkin done {said[-1]}")
                await asyncio.sleep(0.5)
                assert len(telegram.pending) == 3, f"{phase}: confirmed although nothing could be written"
            seconds.append(await until(upbeat, 200))
            async with asyncio.timeout(30):
                while telegram.pending:  # noqa: ASYNC110 - another process takes them
                    await asyncio.sleep(0.05)
        there = seen_by(upbeat, place) if real else place
        file = copied(there / "upbeat.db", tmp_path / "taken.db")
    assert is_sound(file)
    kept = Database(f"sqlite+aiosqlite:///{file}", SECRET.encode())
    kept.open()
    rows = kept.write_now(lambda store: store._rows(CheckIn, ()))
    kept.stop()
    assert sorted(str(row.answers["done"]) for row in rows) == sorted(said)
    kind = "a file system of 16 MB" if real else "a limit for files: this machine forbids mounting"
    figure(2, f"{kind}; integrity ok, lost 0, acknowledged in vain 0, ready again after {max(seconds):.1f} s")


async def test_f10_on_a_read_only_disk_it_does_not_start(tmp_path: Path, figure: Figure) -> None:
    seed, place = tmp_path / "disk.seed", tmp_path / "disk"
    seed.mkdir()
    found(f"sqlite+aiosqlite:///{seed / 'upbeat.db'}")
    url = f"sqlite+aiosqlite:///{place / 'upbeat.db'}"
    settings = environment(UPBEAT_DATABASE_URL=url, UPBEAT_PORT="0")
    real = can_mount()
    within = on_a_disk(place, read_only=True) if real else ("sh", "-c", 'ulimit -f 0; exec "$@"', "sh")
    if not real:
        seed.rename(place)
    ended = await asyncio.to_thread(_runs, tmp_path, settings, within)
    assert ended.returncode == 1
    assert "Upbeat could not start" in ended.stderr
    assert "Traceback" not in ended.stderr
    figure(1, f"failed open 0 ({'a read-only file system' if real else 'no file may grow'})")


async def test_f09_a_full_disk_undoes_all_whose_commit_failed(chat: Chat, figure: Figure) -> None:
    """Some units fill the disk in the middle of a group: whoever was told that it is saved finds it saved."""

    def unit(store: Store, number: int) -> None:
        pages = store.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        store.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 3}")
        store.set_setting(f"n{number}", "x" * (400_000 if number % 5 == 4 else 10))

    units = [chat.database.write(lambda store, n=n: unit(store, n)) for n in range(40)]  # type: ignore[misc]
    results = await asyncio.gather(*units, return_exceptions=True)

    def room(store: Store) -> list[bool]:
        store.connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        return [store.setting(f"n{number}") is not None for number in range(40)]

    stored = await chat.database.write(room)
    assert stored == [result is None for result in results]
    assert {type(result) for result in results} == {type(None), Busy}
    assert is_sound(path_of(chat))
    figure(40, f"refused {stored.count(False)}, told wrongly 0")


async def test_f09_a_backup_that_does_not_fit_leaves_nothing_and_says_so(
    chat: Chat, tmp_path: Path, figure: Figure
) -> None:
    target = tmp_path / "backup"
    mark_newest(chat.database)
    for number in range(40):
        await chat.says("ben", f"/checkin done {random.Random(number).randbytes(1_000).hex()}")
    with permitted(40_000), pytest.raises(BackupProblem, match="cannot be written"):
        back_up(chat.database, target)
    assert [name for name in os.listdir(tmp_path) if name.startswith("backup")] == []
    assert back_up(chat.database, target) > 0
    figure(1, "torn files left 0")


@contextlib.contextmanager
def permitted(most: int) -> Iterator[None]:
    """No file that this process writes may be longer."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_f10_a_file_that_became_read_only_is_no_silent_yes(chat: Chat, figure: Figure) -> None:
    async with room_with(chat, sockets=False) as room:
        await room.slack.command(user("ada"), "/checkin", "done before")
        await chat.database.write(lambda store: store.connection.exec_driver_sql("PRAGMA query_only=ON"))
        acks = [await room.slack.command(user("ada"), "/checkin", f"done {n}") for n in range(3)]
        said = await room.slack.says(user("ben"), "checkin done it")
        assert all("nothing was changed" in ack.ephemeral.words for ack in acks)
        assert not said.ok
        await chat.database.read(lambda store: store.setting("any"))
        with pytest.raises(Busy):
            await chat.database.write(lambda store: store.set_setting("any", 1))
        writer: Any = chat.database._writer
        writer._connection.exec_driver_sql("PRAGMA query_only=OFF")
        writer._connection.rollback()
        assert (await room.slack.redeliver(said)).ok
        assert [row.answers["done"] for row in room.checkins()] == ["before", "it"]
        figure(4, "failed open 0")


# F11: power loss -----------------------------------------------------------------------------------------------------


async def test_f11_what_was_acknowledged_is_on_the_disk(
    durable_chat: Chat, tmp_path: Path, figure: Figure
) -> None:
    """Only what SQLite has had synced survives: at each of many moments, the files as they were at their last sync."""
    chat = durable_chat
    acknowledged: list[str] = []
    looked = 0
    await chat.database.write(lambda store: store.set_setting("begun", True))
    assert chat.database._writer
    await chat.database._writer.finish()  # the log of before is emptied after the first commit
    with Power(chat.database) as power:
        await chat.database.write(power.watch)

        async def talk(who: str) -> None:
            number = 0
            while number < 20 or looked <= 10:
                await chat.says(who, f"/kudos @dora for {who} {number}")
                await chat.says(who, f"/checkin done {who} {number}")
                acknowledged.append(f"{who} {number}")
                number += 1

        talking = [asyncio.create_task(talk(who)) for who in ("ada", "ben", "eve")]
        while not all(task.done() for task in talking):
            await asyncio.sleep(random.Random(looked).uniform(0.002, 0.03))
            promised = list(acknowledged)
            if promised:
                lost = _lost(power.cut(tmp_path / f"cut-{looked}"), promised)
                assert lost == []
                looked += 1
        await asyncio.gather(*talking)
        assert power.syncs > 20
        assert _lost(power.cut(tmp_path / "end"), acknowledged) == []
    assert looked > 10
    figure(looked + 1, f"lost 0 of {len(acknowledged)} acknowledged, {power.syncs} syncs")


def _lost(path: Path, promised: list[str]) -> list[str]:
    """What of the promised is not in this file; the file is sound."""
    assert is_sound(path)
    kept = Database(f"sqlite+aiosqlite:///{path}", b"a test's secret")
    kept.open()
    rows = kept.write_now(lambda store: store._rows(CheckIn, ()))
    kept.stop()
    words = "\n".join(f"{row.answers} {row.parts}" for row in rows)
    shutil.rmtree(path.parent)
    return [
        each
        for each in promised
        if f"'{each}'" not in words and f"{each}\\n" not in words and each not in words
    ]


# F12: an old SQLite --------------------------------------------------------------------------------------------------

VERSIONS = {
    (3, 40, 1): False,
    (3, 44, 5): False,
    (3, 44, 6): True,
    (3, 45, 0): False,
    (3, 50, 6): False,
    (3, 50, 7): True,
    (3, 51, 2): False,
    (3, 51, 3): True,
    (3, 53, 0): True,
}


async def test_f12_where_sqlite_is_old_only_the_writer_checkpoints_and_doctor_says_so(
    chat: Chat, figure: Figure, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for version, safe in VERSIONS.items():
        monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
        assert sqlite_is_safe() is safe, version
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))

    def checkpoints(store: Store) -> Any:
        return store.connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar_one()

    beside = Database(str(chat.database.url), b"a test's secret")  # `upbeat people import`, while Upbeat runs
    beside.open()
    assert await chat.database.read(checkpoints) == 0
    assert await chat.database.write(checkpoints) == 1000
    assert beside.write_now(checkpoints) == 0
    with chat.database.snapshot() as connection:
        assert connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar_one() == 0
    beside.stop()
    settings = {"UPBEAT_DATABASE_URL": str(chat.database.url), "UPBEAT_SECRET_KEY": "a test's secret"}
    await asyncio.to_thread(examine, Settings(_env_file=None, **settings))  # type: ignore[call-arg, arg-type]
    assert "can damage a WAL file" in capsys.readouterr().out
    assert databases.sqlite_version()
    figure(len(VERSIONS) + 4, "checkpoints beside the writer 0")


# F13: damage ---------------------------------------------------------------------------------------------------------

PAGE = 4096


async def _filled(chat: Chat, folder: Path) -> Path:
    """A copy of a file with something in it."""
    for number in range(30):
        await chat.says("ben", f"/checkin done {number} {'x' * 500}")
    copy = folder / "copy.db"
    with opened(path_of(chat)) as source:
        source.execute("VACUUM INTO ?", (str(copy),))
    return copy


def _remove(folder: Path, name: str) -> None:
    for left in folder.glob(f"{name}*"):
        left.unlink()


async def test_f13_a_damaged_file_is_not_started_on(chat: Chat, tmp_path: Path, figure: Figure) -> None:
    sound = await _filled(chat, tmp_path)
    whole = sound.read_bytes()
    pages = len(whole) // PAGE
    used = [
        n for n in range(1, pages) if whole[n * PAGE] in (2, 5, 10, 13)
    ]  # the roots and leaves of its trees
    damages = {
        "no header": b"x" * 100 + whole[100:],
        "half of it": whole[: pages // 2 * PAGE],
        "none": b"" + b"z" * 9_000,
    }
    chosen = random.Random(13).sample(used, 20)
    damages |= {f"page {n} zeroed": whole[: n * PAGE] + bytes(PAGE) + whole[(n + 1) * PAGE :] for n in chosen}
    noise = random.Random(13).randbytes(PAGE)
    damages |= {f"page {n} noise": whole[: n * PAGE] + noise + whole[(n + 1) * PAGE :] for n in chosen}
    detected = 0
    for kind, content in damages.items():
        path = tmp_path / "damaged.db"
        path.write_bytes(content)
        database = Database(f"sqlite+aiosqlite:///{path}", b"a test's secret")
        try:
            with pytest.raises(Damaged, match="upbeat restore FILE"):
                refuse_damage(database)
        except BaseException:
            raise AssertionError(kind) from None
        database.stop()
        _remove(tmp_path, "damaged.db")
        detected += 1
    refuse_damage(chat.database)
    figure(len(damages), f"detected {detected} of {len(damages)}, sound ones refused 0")


async def test_f13_the_sentence_names_the_command(chat: Chat, tmp_path: Path, figure: Figure) -> None:
    path = await _filled(chat, tmp_path)
    content = bytearray(path.read_bytes())
    content[5 * PAGE : 8 * PAGE] = bytes(3 * PAGE)
    path.write_bytes(content)
    settings = environment(UPBEAT_DATABASE_URL=f"sqlite+aiosqlite:///{path}", UPBEAT_PORT="0")
    ended = await asyncio.to_thread(_runs, tmp_path, settings)
    assert ended.returncode == 1
    assert "is damaged" in ended.stderr
    assert "upbeat restore FILE" in ended.stderr
    assert "Traceback" not in ended.stderr
    figure(1, "started 0")


async def test_f13_a_torn_log_keeps_whole_units_and_is_noticed(
    chat: Chat, tmp_path: Path, figure: Figure
) -> None:
    """SQLite cannot tell a cut log from one that was never longer. What is left is sound, up to a unit that was
    committed; and the file beside it names what it lacks."""
    await chat.says("ben", "/checkin done first")
    for number in range(10):
        await chat.says("ben", f"/kudos @dora for {number}")
    assert await last.remember_once(chat.database)
    await chat.database.write(lambda store: store.set_setting("later", True))  # the file knows nothing of it
    database, log = path_of(chat).read_bytes(), log_of(path_of(chat))
    beside = last.file_of(path_of(chat)).read_bytes()
    assert len(log) > 20 * PAGE
    lacking, cells = 0, 0
    for length in (*range(0, len(log), len(log) // 25), len(log)):
        for torn in (log[:length], log[: max(length - 400, 0)] + b"\xff" * min(400, length)):
            path = tmp_path / f"torn-{cells}" / "upbeat.db"
            _put(path, database, torn)
            assert is_sound(path)
            lacks = _heard(path) < 11
            _put(path, database, torn, beside)  # looking at it had SQLite put the log into the file
            assert _is_refused(path, chat) is lacks
            cells, lacking = cells + 1, lacking + lacks
    assert cells > lacking > 20
    figure(cells, f"sound; {lacking} of {lacking} that lack what was acknowledged noticed, refused whole 0")


def _put(path: Path, database: bytes, log: bytes, beside: bytes = b"") -> None:
    path.parent.mkdir(exist_ok=True)
    for left in ("-wal", "-shm"):
        Path(f"{path}{left}").unlink(missing_ok=True)
    path.write_bytes(database)
    Path(f"{path}-wal").write_bytes(log)
    last.file_of(path).write_bytes(beside)


def _heard(path: Path) -> int:
    with opened(path) as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM inbox").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


def _is_refused(path: Path, chat: Chat) -> bool:
    database = Database(f"sqlite+aiosqlite:///{path}", b"a test's secret", now=chat.database.now)
    try:
        refuse_damage(database)
    except Shortened:
        return True
    finally:
        database.stop()
    return False


async def test_f13_only_what_is_missing_is_missed(chat: Chat, tmp_path: Path, figure: Figure) -> None:
    """An older copy, and a log left behind, are noticed; another database and a restored one are no loss."""
    await chat.says("ben", "/checkin done first")
    older = tmp_path / "older.db"
    with opened(path_of(chat)) as source:
        source.execute("VACUUM INTO ?", (str(older),))
    await chat.says("ben", "/kudos @dora for that")
    await last.remember_once(chat.database)
    beside = last.file_of(path_of(chat)).read_bytes()
    last.file_of(older).write_bytes(beside)
    assert _is_refused(older, chat)
    assert not _is_refused(path_of(chat), chat)
    chat.at(chat.now + timedelta(days=15))  # tidied meanwhile, perhaps
    assert not _is_refused(older, chat)
    chat.at(chat.now - timedelta(days=15))
    other, again = tmp_path / "other.db", tmp_path / "again.db"
    found(f"sqlite+aiosqlite:///{other}")
    for path in (other, again):
        last.file_of(path).write_bytes(beside)
    assert not _is_refused(other, chat)
    _restored(other, again, tmp_path / "backup")
    assert not last.file_of(again).exists()
    assert not _is_refused(again, chat)
    last.file_of(path_of(chat)).write_text("{", "utf-8")
    assert not _is_refused(path_of(chat), chat)
    figure(6, "noticed 1 of 1, refused whole 0")


async def test_f13_a_file_that_is_moved_away_takes_nothing(
    chat: Chat, tmp_path: Path, figure: Figure
) -> None:
    """What was written to it would be found by nobody; and no other is begun in its place."""
    await chat.says("ben", "/checkin done first")
    await last.remember_once(chat.database)
    path, elsewhere = path_of(chat), tmp_path / "elsewhere.db"
    path.rename(elsewhere)
    for attempt in range(3):
        with pytest.raises(Busy):
            await chat.says("ben", f"/kudos @dora for {attempt}")
    elsewhere.rename(path)
    await chat.says("ben", "/kudos @dora for that")
    assert _heard(path) == 2
    alone = tmp_path / "alone.db"
    last.file_of(alone).write_bytes(last.file_of(path).read_bytes())
    assert _is_refused(alone, chat)
    figure(4, "acknowledged 0, begun anew 0")


def _restored(source: Path, target: Path, backup: Path) -> None:
    old, new = (Database(f"sqlite+aiosqlite:///{path}", SECRET.encode()) for path in (source, target))
    back_up(old, backup)
    restore(new, backup)
    old.stop()
    new.stop()


async def test_f13_a_killed_process_leaves_word_of_what_it_took_in(
    telegram: FakeTelegram, tmp_path: Path, figure: Figure
) -> None:
    url = sqlite_url(tmp_path)
    found(url)
    path = tmp_path / "upbeat.db"
    async with running(url, telegram, tmp_path, tmp_path / "log") as upbeat:
        await until(upbeat, 200)
        await telegram.says(7, "/checkin done it")
        async with asyncio.timeout(30):
            while telegram.pending or not last.file_of(path).exists():  # noqa: ASYNC110 - another process writes
                await asyncio.sleep(0.1)
        upbeat.popen.kill()
        await upbeat.popen.wait()
    database, log, beside = path.read_bytes(), log_of(path), last.file_of(path).read_bytes()
    _put(path, database, b"", beside)
    settings = environment(UPBEAT_DATABASE_URL=url, UPBEAT_PORT="0")
    ended = await asyncio.to_thread(_runs, tmp_path, settings)
    assert ended.returncode == 1
    assert "lacks what was taken in" in ended.stderr
    assert str(last.file_of(path)) in ended.stderr
    assert "upbeat restore FILE" in ended.stderr
    assert "Traceback" not in ended.stderr
    _put(path, database, log, beside)
    async with running(url, telegram, tmp_path, tmp_path / "log") as upbeat:
        await until(upbeat, 200)
    figure(2, "started without what it had taken in 0, started whole 1")


def _runs(
    folder: Path, settings: dict[str, str], within: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    command = [*within, sys.executable, "-m", "bot", "run"]
    return subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True, check=False)
