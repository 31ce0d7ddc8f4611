"""The rights of the person, by canaries: what was erased is in no row, no page, no log, no export and no backup."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.logs import _Line
from handlers.kit.cards import Document
from schedules.delivery import Delivery
from schedules.speaking import Parcel, Receipt, Refused
from storage.backups import back_up, restore
from storage.database import Database
from storage.migrations import mark_newest
from storage.tables import Absence, PersonRow
from tests.company import PEOPLE, SECRET, Chat, Heard, Letterbox, company
from tests.engines import ENGINES, empty_database, sqlite_url
from tests.storage.test_records import GONE, everything

CANARY = "zqcanary"
"""It stands in the person's name, team, address, accounts and words, and nowhere else."""
STAFF = {
    **PEOPLE,
    CANARY: ("Zqcanary Zqcanaryson", "ada", "Europe/Berlin", "en", "employee", "Zqcanary Team"),
}


@pytest.fixture(params=ENGINES)
async def staffed(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Chat]:
    """The company with one person more, on each database."""
    with empty_database(request.param, tmp_path) as url:
        async with company(url, STAFF) as chat:
            yield chat


class Refusing(Letterbox):
    """A platform that takes nothing."""

    async def speak(self, parcel: Parcel) -> Receipt:
        raise Refused(str(parcel))


async def a_working_life(chat: Chat) -> None:
    """The person does everything, and others do something about them; then they leave."""
    await chat.says(CANARY, f"/checkin done {CANARY} a; next {CANARY} b; blocked {CANARY} c; mood 4")
    await chat.says("ada", f"/checkin history @{CANARY}")
    for who, to in ((CANARY, "ada"), ("ada", CANARY)):
        point = f"{CANARY} e" if who == CANARY else "the roadmap"  # what Ada plans to say stays hers
        for said in (f"/kudos @{to} for {CANARY} d", f"/1on1 add @{to} {point}"):
            await chat.says(who, said)
            for label in {"Post it", "Send privately"} & set(chat.last[who].buttons):
                await chat.presses(who, label)
        await chat.says(who, f"/feedback @{to}")
        await chat.submits(who, situation=CANARY, behaviour=CANARY, effect=CANARY, suggestion=CANARY)
    first = chat.now.date()
    chat.change(
        lambda store: store.insert(Absence(person_id=chat.ids[CANARY], first=first, last=first, note=CANARY))
    )
    for who in (CANARY, "ada"):
        await chat.says(who, "/upbeat privacy file")
    await chat.opens(CANARY)
    await chat.tick()
    await Delivery(chat.core, [Refusing(chat.platform)], worker="test").deliver()  # which is logged
    await chat.deliver()
    chat.leaves(CANARY)


async def erased(chat: Chat) -> Heard:
    """HR erases who has left, at the door."""
    await chat.says("hana", f"/upbeat privacy departed {CANARY}@example.com")
    await chat.presses("hana", "Erase")
    return await chat.submits("hana", confirm="ERASE")


async def files_of(chat: Chat) -> bytes:
    """Every byte of SQLite's files, in small letters, when what was written before is done with."""
    await chat.database.write(lambda store: None)
    assert chat.database._writer
    await chat.database._writer.finish()  # what is forgotten goes after the commit of whoever asked last
    folder = Path(str(chat.database.url.database)).parent
    return b"".join(file.read_bytes() for file in sorted(folder.glob("upbeat.db*"))).lower()


def log_of(file: Path) -> bytes:
    """SQLite's own log beside a file."""
    return Path(f"{file}-wal").read_bytes().lower()


async def until_vacuumed(chat: Chat, tables: set[str]) -> None:
    """PostgreSQL counts with a delay."""
    query = "SELECT relname FROM pg_stat_user_tables WHERE last_vacuum IS NOT NULL"
    async with asyncio.timeout(20):
        while True:
            found = await chat.database.read(
                lambda store: store.connection.exec_driver_sql(query).scalars().all()
            )
            if tables <= set(found):
                return
            await asyncio.sleep(0.1)


def documents_of(chat: Chat, who: str, heard: Heard) -> list[bytes]:
    """The files that a card offers."""
    parts = [part for part in heard.card.parts if isinstance(part, Document)] if heard.card else []
    return [
        chat.change(lambda store, part=part: store.files.get(part.file_id, person_id=chat.ids[who]))[1]
        for part in parts
    ]


async def test_no_trace_is_left_of_who_was_erased(
    staffed: Chat, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    chat = staffed
    with caplog.at_level(logging.DEBUG):
        await a_working_life(chat)
        assert CANARY in chat.change(everything).lower()
        assert not chat.database.is_sqlite or CANARY.encode() in (await files_of(chat))
        assert "Nothing names this person" in await erased(chat)
    assert CANARY not in chat.change(everything).lower()
    assert not chat.database.is_sqlite or CANARY.encode() not in (await files_of(chat))
    if not chat.database.is_sqlite:
        await until_vacuumed(chat, {"checkin", "inbox", "outbox", "kudos"})
    lines = [_Line().format(record) for record in caplog.records]
    assert lines
    assert CANARY not in "".join(lines).lower()
    assert not chat.database.look_now(lambda store: store.proof.whole()).broken
    await nothing_is_exported(chat, tmp_path)


async def test_no_trace_is_left_where_upbeat_died_when_it_was_erased(tmp_path: Path) -> None:
    """After the commit and before SQLite's own log was emptied, or while somebody still read the moment before."""
    copy = tmp_path / "copy" / "upbeat.db"
    copy.parent.mkdir()
    async with company(sqlite_url(tmp_path), STAFF) as chat:
        await a_working_life(chat)
        with chat.database.snapshot() as reading:
            reading.exec_driver_sql("SELECT count(*) FROM person").scalar()
            assert "Nothing names this person" in await erased(chat)
            for end in ("", "-wal"):
                shutil.copy(f"{chat.database.url.database}{end}", f"{copy}{end}")
    assert CANARY.encode() in log_of(copy)
    again = replace(chat, database=Database(f"sqlite+aiosqlite:///{copy}", SECRET, now=lambda: chat.now))
    again.database.open()
    assert CANARY.encode() not in await files_of(again)
    await again.database.close()


async def nothing_is_exported(chat: Chat, tmp_path: Path) -> None:
    """Neither into the file of somebody who worked with them, nor into a backup."""
    made = documents_of(chat, "ada", await chat.says("ada", "/upbeat privacy file"))
    assert len(made) == 2
    assert json.loads(made[0])["kudos"]
    assert CANARY not in made[0].decode().lower()
    mark_newest(chat.database)
    back_up(chat.database, tmp_path / "b")
    other = Database(f"sqlite+aiosqlite:///{tmp_path / 'restored.db'}", b"a test's secret")
    restore(other, tmp_path / "b")
    other.open()
    assert CANARY not in other.write_now(everything).lower()
    other.stop()


async def test_who_erases_what_is_theirs_leaves_no_words_in_any_file(staffed: Chat) -> None:
    chat = staffed
    note = "zqwords"
    first = chat.now.date()
    chat.change(
        lambda store: store.insert(Absence(person_id=chat.ids["ben"], first=first, last=first, note=note))
    )
    await chat.says("ben", f"/checkin done {note}")
    assert note in chat.change(everything)
    await chat.says("ben", "/upbeat privacy erase")
    assert "Erased" in await chat.submits("ben", confirm="ERASE")
    assert note not in chat.change(everything)
    assert not chat.database.is_sqlite or note.encode() not in (await files_of(chat))


async def test_a_hold_keeps_all_of_it(staffed: Chat) -> None:
    chat = staffed
    await a_working_life(chat)
    chat.change(lambda store: store.holds.place(chat.ids[CANARY], "a court asks"))
    before = chat.change(everything).lower().count(CANARY)
    assert "must be kept" in await erased(chat)
    assert chat.change(everything).lower().count(CANARY) >= before
    chat.change(lambda store: store.holds.release(chat.ids[CANARY], "it is over"))
    assert "Nothing names this person" in await erased(chat)
    assert CANARY not in chat.change(everything).lower()


async def test_pages_that_were_split_and_moved_keep_nothing(tmp_path: Path) -> None:
    """A large company, hired in no order: rows and index entries move between pages as it grows."""
    with empty_database("sqlite", tmp_path) as url:
        async with company(url) as chat:
            hired = hire(chat, 1500, every=30)
            assert CANARY.encode() in (await files_of(chat))
            chat.change(lambda store: store.leavers.leave_all(hired))
            for person in hired.values():
                await chat.database.write(lambda store, person=person: erase(store, person))
            assert CANARY.encode() not in (await files_of(chat))


def hire(chat: Chat, count: int, *, every: int) -> dict[str, str]:
    """Hire so many, in several files and in no order; returns those with a canary."""
    rng, hired = random.Random(3), dict[str, str]()

    def some(store: Any) -> None:
        revision = store.people_changed()
        for number in range(count // 10):
            word = CANARY if number % every == 0 else "plain"
            email = f"{rng.randrange(16**6):06x}.{word}@example.com"
            row = PersonRow(
                email=email, name=f"{word} {rng.randrange(10**9)}", team=word * 3, revision=revision
            )
            store.insert(row)
            store.accounts.link(row.id, "web", email, username=email, address=email)
            if word == CANARY:
                hired[email] = row.id

    for _ in range(10):
        chat.change(some)
    return hired


def erase(store: Any, person: str) -> None:
    """Erase one person, as the door does."""
    store.erasing.departed(person, instead=GONE)
