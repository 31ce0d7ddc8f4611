"""PostgreSQL restarts, has no connection left, or another schema; a queue is very long; a process is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, event, text

from handlers.kit.cards import Card
from handlers.kit.text import Phrase
from handlers.kit.values import dump
from schedules.delivery import Delivery
from storage.checkins import CheckIn
from storage.database import Busy, Database
from storage.migrations import current, mark_newest, migrate, newest
from storage.store import Store
from storage.tables import Inbox, Outgoing
from tests.company import Chat, Letterbox, company
from tests.engines import DURABLE, postgres_url, restart_postgres
from tests.fakes.telegram import FakeTelegram
from tests.faults.figures import Figure
from tests.faults.processes import SECRET, USERS, found, introduce, running
from tests.faults.standby import pair
from tests.terminal import Upbeat

FEW = (*DURABLE, "max_connections = 15", "superuser_reserved_connections = 3")


@pytest.fixture
def few() -> Iterator[str]:
    """A PostgreSQL of its own, that waits for the disk and has few connections."""
    with postgres_url(settings=FEW) as url:
        yield url


# F32 -----------------------------------------------------------------------------------------------------------------


@dataclass
class Interrupted:
    """What people heard while the database went away and came back."""

    said: list[str] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    down: float = 0.0
    recovered: float = 0.0


async def interrupted(chat: Chat, interrupt: Callable[[], object]) -> Interrupted:
    """People talk, something happens to the database, and they go on until twenty more were heard."""
    heard, done = Interrupted(), asyncio.Event()

    async def talk(who: str) -> None:
        for number in range(2_000):
            if done.is_set():
                return
            words = f"{who} {number}"
            try:
                answer = (await chat.says(who, f"/kudos @dora for {words}")).answer
                assert answer.outcome != "failed", answer
                await chat.database.write(lambda store, words=words: store.set_setting(words, True))
                heard.said.append(words)
            except Busy:
                heard.refused.append(time.monotonic())
            await asyncio.sleep(0.02)

    talking = [asyncio.create_task(talk(who)) for who in ("ada", "ben", "eve")]
    while len(heard.said) < 10:  # noqa: ASYNC110 - they talk until then
        await asyncio.sleep(0.01)
    began = time.monotonic()
    await asyncio.to_thread(interrupt)
    heard.down = time.monotonic() - began
    before = len(heard.said)
    async with asyncio.timeout(20):
        while len(heard.said) < before + 20:  # noqa: ASYNC110 - they talk until then
            await asyncio.sleep(0.01)
    done.set()
    await asyncio.gather(*talking)
    heard.recovered = max(heard.refused, default=began) - began
    return heard


def lost(chat: Chat, heard: Interrupted) -> list[str]:
    """What was acknowledged and is not there."""
    return [
        words for words in heard.said if chat.change(lambda store, words=words: store.setting(words)) is None
    ]


async def test_f32_postgresql_restarts_under_load(few: str, figure: Figure) -> None:
    """It is stopped as by a crash while people talk: whoever heard yes is in it, and it goes on by itself."""
    async with company(few) as chat:
        heard = await interrupted(chat, lambda: restart_postgres(FEW))
        assert lost(chat, heard) == []
        figure(
            len(heard.said) + len(heard.refused),
            f"lost 0 of {len(heard.said)}, refused {len(heard.refused)}, well {heard.recovered:.1f} s after"
            f" (down {heard.down:.1f} s)",
        )


async def test_f32_a_standby_takes_over_and_the_old_primary_acknowledges_nothing(
    figure: Figure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a standby that has everything first, whoever heard yes is in the one that took over; who still reaches the
    old one, which is back and knows nothing of it, is never told that anything was saved, and the doctor says why."""
    with pair() as servers:
        async with company(servers.url) as chat:
            mark_newest(chat.database)
            heard = await interrupted(chat, servers.fail_over)
            assert lost(chat, heard) == []
        await asyncio.to_thread(servers.revive)
        asking = asyncio.create_task(asyncio.to_thread(_told_by_the_old, servers.ports[0]))
        assert not (await asyncio.wait([asking], timeout=1))[0], "it acknowledged what only it has"
        monkeypatch.setattr("bot.doctor.database.PATIENCE", 2.0)
        old = Upbeat(f"postgresql+psycopg://postgres@127.0.0.1:{servers.ports[0]}/upbeat", tmp_path)
        found = await asyncio.to_thread(old, "doctor")
        assert "FAIL  writing: the database gave no answer in 2 s" in found.stdout
    assert not await asking  # it ended, and took that with it
    figure(
        len(heard.said) + len(heard.refused),
        f"lost 0 of {len(heard.said)}, acknowledged by the old primary 0, refused {len(heard.refused)}, well"
        f" {heard.recovered:.1f} s after",
    )


def _told_by_the_old(port: int) -> bool:
    try:
        with psycopg.connect(f"host=127.0.0.1 port={port} user=postgres dbname=upbeat") as connection:
            connection.execute("INSERT INTO setting (name, value) VALUES ('late', 'true')")
    except psycopg.OperationalError:
        return False
    return True


async def test_f32_without_a_connection_left_it_is_said_and_survived(few: str, figure: Figure) -> None:
    async with company(few) as chat:
        far = Database(few, b"a test's secret", now=chat.database.now)
        with contextlib.ExitStack() as taken:
            while True:
                try:
                    taken.enter_context(psycopg.connect(few.replace("+psycopg", "")))
                except psycopg.OperationalError:
                    break
            with pytest.raises(Exception, match=r"too many|remaining|connection"):
                far.open()
            results = await asyncio.gather(
                *(chat.database.write(lambda store, n=n: store.set_setting(f"c{n}", n)) for n in range(20)),  # type: ignore[misc]
                return_exceptions=True,
            )
        assert {type(result) for result in results} <= {type(None), Busy}
        stored = [chat.change(lambda store, n=n: store.setting(f"c{n}")) is not None for n in range(20)]  # type: ignore[misc]
        assert stored == [result is None for result in results]
        far.open()
        await far.close()
        figure(21, f"a start refused in words 1, running refused {stored.count(False)}, told wrongly 0")


# F34 -----------------------------------------------------------------------------------------------------------------

MANY = 100_000
TABLE = Outgoing.__table__.name  # type: ignore[attr-defined]


async def test_f34_a_long_queue_delays_neither_people_nor_other_readers(chat: Chat, figure: Figure) -> None:
    """A hundred thousand messages wait for later, as many for one reader now, and one for somebody else."""
    card = dump(Card(Phrase("Hello.")))

    def fill(store: Store) -> None:
        made = store.outbox.put(card, route="test", person_id=chat.ids["ben"])
        assert made
        columns = [c.name for c in Outgoing.__table__.columns]  # type: ignore[attr-defined]
        copied = ", ".join(
            {"id": "printf('0%031d', n)", "due_at": "'2027-01-01 00:00:00.000000'"}.get(c, c) for c in columns
        )
        now = ", ".join({"id": "printf('1%031d', n)"}.get(c, c) for c in columns)
        numbers = "WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < {most})"
        names = ", ".join(columns)
        for most, values in ((MANY, copied), (MANY, now)):
            query = f"{numbers.format(most=most)} SELECT {values} FROM many, {TABLE} WHERE id = '{made.id}'"
            store.execute(text(f"INSERT INTO {TABLE} ({names}) {query}"))
        store.outbox.put(card, route="test", person_id=chat.ids["ada"])

    chat.change(fill)
    mouth = Letterbox("web")
    mouth.buckets = lambda parcel: [(f"to {parcel.to.address}", 20.0, 1.0)]  # type: ignore[method-assign]
    delivery = Delivery(chat.core, [mouth], worker="faults")
    began = time.monotonic()
    await delivery.start()
    answers: list[float] = []
    while not any(parcel.to.external_id == "ada" for parcel in mouth.parcels):
        asked = time.monotonic()
        await chat.says("eve", "/help")
        answers.append(time.monotonic() - asked)
        chat.wait(milliseconds=round((time.monotonic() - asked) * 1000) + 20)
        await asyncio.sleep(0.02)
        assert time.monotonic() - began < 30, "one reader's messages keep all others waiting"
    waited = time.monotonic() - began
    await delivery.stop(1)
    p99 = sorted(answers)[int(len(answers) * 0.99)] * 1000
    assert p99 < 1_000
    figure(2 * MANY, f"answers p99 {p99:.0f} ms; another reader waited {waited:.1f} s")


# F42 -----------------------------------------------------------------------------------------------------------------


async def test_f42_a_migration_that_is_interrupted_anywhere_is_done_again(
    tmp_path: Path, figure: Figure
) -> None:
    cells = 0
    steps = _steps(tmp_path)
    assert steps > 40
    for number in range(1, steps, steps // 4):
        url = f"sqlite+aiosqlite:///{tmp_path / f'{number}.db'}"
        doomed = Database(url, SECRET.encode())
        left = [number]

        def die(connection: Connection, *_: Any, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] == 0:
                raise KeyboardInterrupt

        event.listen(doomed.engine, "before_cursor_execute", die)
        with pytest.raises(KeyboardInterrupt):
            migrate(doomed)
        doomed.stop()
        again = Database(url, SECRET.encode())
        assert current(again) is None, "half a schema was left"
        assert migrate(again)
        assert current(again) == newest()
        again.stop()
        cells += 1
    figure(cells, "half schemas 0")


def _steps(folder: Path) -> int:
    database = Database(f"sqlite+aiosqlite:///{folder / 'whole.db'}", SECRET.encode())
    count = [0]

    def counted(*_: Any) -> None:
        count[0] += 1

    event.listen(database.engine, "before_cursor_execute", counted)
    migrate(database)
    database.stop()
    return count[0]


# F06 -----------------------------------------------------------------------------------------------------------------


async def test_f06_told_to_stop_under_load_it_finishes_what_it_began(tmp_path: Path, figure: Figure) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'upbeat.db'}"
    found(url)
    async with FakeTelegram() as fake:
        introduce(fake)
        said: list[str] = []

        async def talk() -> None:
            for number in range(10_000):
                said.append(f"thing {number}.")
                await fake.says(list(USERS.values())[number % 3], f"/checkin done {said[-1]}")
                await asyncio.sleep(0.005)

        async with running(url, fake, tmp_path, tmp_path / "log") as upbeat:
            process = upbeat.popen
            talking = asyncio.create_task(talk())
            async with asyncio.timeout(30):
                while len(said) - len(fake.pending) < 60:  # noqa: ASYNC110 - another process takes them
                    await asyncio.sleep(0.01)
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.wait(), 25)
            seconds = time.monotonic() - began
            talking.cancel()
            await asyncio.gather(talking, return_exceptions=True)
        assert process.returncode == 0
        waiting = {update["message"]["text"].removeprefix("/checkin done ") for update in fake.pending}
    kept = Database(url, SECRET.encode())
    kept.open()
    rows = kept.write_now(lambda store: store._rows(CheckIn, ()))
    inbox = kept.write_now(lambda store: store._rows(Inbox, ()))
    held = [each for each in kept.write_now(lambda store: store.leases.standing()) if each.seconds > 0]
    kept.stop()
    words = str([row.answers for row in rows])
    confirmed = [each for each in said if each not in waiting]
    assert len(confirmed) >= 60
    assert [each for each in confirmed[:-1] if each not in words] == []
    assert len(inbox) >= len(confirmed) - 1
    assert held == []
    figure(
        len(said), f"confirmed {len(confirmed)}, lost 0, left to come again {len(waiting)}, {seconds:.1f} s"
    )
