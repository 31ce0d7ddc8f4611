"""One process at a time: it begins when it is its turn, stops before the turn is over, and is refused afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.engine import URL
from sqlmodel import SQLModel

from handlers import FEATURES
from handlers.kit.cards import Card
from handlers.kit.dispatch import Core
from handlers.kit.requests import Tell
from handlers.kit.text import Phrase
from schedules import turns
from schedules.delivery import Delivery
from schedules.housekeeping import tidy
from schedules.turns import LENGTH, Alone, Tenure, Turns
from storage.database import Busy, Database
from storage.leases import PROCESS, Leases, Lost, Term, under
from tests.company import Chat, Letterbox, company
from tests.engines import postgres_url

LEASE = 1.2
SECRET = b"a test's secret"


class Worker:
    """A process that does one thing alone, and what it did."""

    def __init__(self, database: Database, name: str, length: float = LEASE, work: str = "work") -> None:
        self.did: list[str] = []
        self.tenure: Tenure | None = None
        self.broken = False
        alone = Alone(work, "tick", self._begin, self._finish, self._drop)
        self.turns = Turns(database, [alone], holder=name, length=length)

    @property
    def works(self) -> bool:
        return bool(self.did) and self.did[-1] == "begin"

    async def _begin(self, tenure: Tenure) -> None:
        if self.broken:
            raise RuntimeError("It cannot begin.")
        self.did.append("begin")
        self.tenure = tenure

    async def _finish(self) -> None:
        self.did.append("finish")

    async def _drop(self) -> None:
        assert self.tenure is not None
        self.did.append("drop")

    async def die(self) -> None:
        """As if it had been killed: it renews nothing, and gives nothing back."""
        for seat in self.turns._seats:
            assert seat._loop is not None
            seat._loop.cancel()
            await asyncio.gather(seat._loop, return_exceptions=True)


async def until(happens: Callable[[], object], seconds: float = 10) -> float:
    """Wait for something; returns for how long."""
    began = turns.steady()
    while not happens():
        assert turns.steady() - began < seconds, "it never came"
        await asyncio.sleep(0.01)
    return turns.steady() - began


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A PostgreSQL with nothing in it but the tables."""
    with postgres_url() as url:
        made = Database(url, SECRET)
        SQLModel.metadata.create_all(made.engine)
        made.open()
        yield made
        await made.close()


async def test_one_works_and_the_next_goes_on_when_it_dies(database: Database) -> None:
    first, second = Worker(database, "first"), Worker(database, "second")
    await first.turns.start()
    await second.turns.start()
    await asyncio.sleep(2 * LEASE)
    assert (first.works, second.works) == (True, False)
    await first.die()
    assert await until(lambda: second.works) < 1.5 * LEASE + 2
    assert second.tenure is not None
    assert second.tenure.term == Term("work", "second", 2)
    await second.turns.stop()


def test_the_usual_lease_is_taken_over_within_fifteen_seconds() -> None:
    assert LENGTH["postgresql"] * 4 / 3 + 1 < 15


async def test_who_stops_gives_its_turn_away_at_once(database: Database) -> None:
    first, second = Worker(database, "first", 30), Worker(database, "second")
    await first.turns.start()
    await second.turns.start()
    await first.turns.stop()
    assert first.did == ["begin", "finish"]
    assert await until(lambda: second.works) < LEASE + 1
    await second.turns.stop()


async def test_who_was_taken_over_stops_and_is_refused(database: Database) -> None:
    first, second = Worker(database, "first"), Worker(database, "second")
    await first.turns.start()
    assert first.tenure is not None
    old = first.tenure.term
    database.write_now(lambda store: store.leases.give_back(old))  # its time ran out while it was paused
    await second.turns.start()
    assert second.works
    with pytest.raises(Lost):
        await database.write(under(old, lambda store: store.set_setting("late", True)))
    assert database.write_now(lambda store: store.setting("late")) is None
    await until(lambda: first.did == ["begin", "drop"])
    assert not first.tenure.holds() or first.turns.held() == {"work": False}
    await first.turns.stop()
    await second.turns.stop()
    assert first.did == ["begin", "drop"]


async def test_nobody_takes_over_in_the_middle_of_a_unit_of_work(database: Database) -> None:
    term = database.write_now(lambda store: store.leases.take("work", "first", seconds=0.05))

    async def take() -> Term | None:
        return await database.write_apart(lambda s: s.leases.take("work", "second", seconds=9))

    working = asyncio.create_task(database.write(under(term, lambda store: time.sleep(0.5))))
    await asyncio.sleep(0.1)
    assert await take() is None
    assert not working.done()
    await working
    assert await take() == Term("work", "second", 2)


async def test_a_unit_of_work_that_lasts_longer_than_a_lease_does_not_end_the_turn(
    database: Database,
) -> None:
    """As when a hundred thousand figures are read from another database, or a flood of deliveries is forgotten."""
    first, second = Worker(database, "first"), Worker(database, "second")
    await first.turns.start()
    await second.turns.start()
    assert first.tenure is not None
    long = under(first.tenure.term, lambda store: time.sleep(3 * LEASE))
    await database.write(long, takes_long=True)
    assert (first.did, second.did) == (["begin"], [])
    assert first.turns.held() == {"work": True}
    await first.turns.stop()
    await second.turns.stop()


async def test_who_is_paused_in_the_middle_of_a_unit_ends_nobody_elses_turn(database: Database) -> None:
    """Whoever waits for the turn of the one that is paused has turns of its own to renew meanwhile."""
    term = database.write_now(lambda store: store.leases.take("work", "paused", seconds=0.05))
    paused = asyncio.create_task(database.write(under(term, lambda store: time.sleep(3 * LEASE))))
    await asyncio.sleep(0.2)
    other, waits = Worker(database, "second", work="other work"), Worker(database, "second")
    await other.turns.start()
    await waits.turns.start()
    await paused
    assert other.did == ["begin"]
    assert await until(lambda: waits.works) < LEASE
    assert waits.tenure is not None
    assert waits.tenure.term.number == 2
    await other.turns.stop()
    await waits.turns.stop()


async def test_what_cannot_begin_is_given_to_somebody_else(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    first, second, third = (Worker(database, name) for name in ("first", "second", "third"))
    await first.turns.start()
    second.broken = True
    await second.turns.start()
    await first.turns.stop()
    await until(lambda: "not begun" in caplog.text)
    await third.turns.start()
    await until(lambda: third.works)
    assert second.did in ([], ["drop"])
    await third.turns.stop()
    await second.turns.stop()


async def test_at_the_start_it_is_said_what_cannot_begin(database: Database) -> None:
    worker = Worker(database, "first")
    worker.broken = True
    with pytest.raises(RuntimeError, match="cannot begin"):
        await worker.turns.start()
    await worker.turns.stop()


class Line:
    """The way to the database, which can hang, or break."""

    def __init__(self, folder: Path, url: URL) -> None:
        self._folder = folder
        self._server = f"{url.query['host']}/.s.PGSQL.5432"
        self._open = asyncio.Event()
        self._ends: list[asyncio.StreamWriter] = []
        self.url = url.update_query_dict({"host": str(folder)}).render_as_string(hide_password=False)

    async def listen(self) -> None:
        self._open.set()
        self._listening = await asyncio.start_unix_server(self._pass, self._folder / ".s.PGSQL.5432")

    def hang(self) -> None:
        self._open.clear()

    def mend(self) -> None:
        self._open.set()

    async def close(self) -> None:
        """Nobody gets through, and whoever was through is cut off."""
        self._listening.close()
        for end in self._ends:
            end.transport.abort()
        await asyncio.sleep(0.05)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up, down = await asyncio.open_unix_connection(self._server)
        self._ends += [writer, down]
        with contextlib.suppress(ConnectionError):
            await asyncio.gather(self._copy(reader, down), self._copy(up, writer))

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while said := await reader.read(65536):
            await self._open.wait()
            writer.write(said)
            await writer.drain()
        writer.close()


@pytest.fixture
async def line(database: Database, tmp_path: Path) -> AsyncIterator[Line]:
    """A way to the same database."""
    made = Line(tmp_path, database.url)
    await made.listen()
    yield made
    await made.close()


async def test_who_is_cut_off_stops_before_its_turn_is_over(
    database: Database, line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    far = Database(line.url, SECRET)
    first, second = Worker(far, "first", 1.5), Worker(database, "second", 1.5)
    await first.turns.start()
    await second.turns.start()
    assert (first.works, second.works) == (True, False)
    line.hang()
    await until(lambda: not first.works)
    assert (first.did, second.did) == (["begin", "drop"], [])
    await until(lambda: second.works)
    await asyncio.sleep(1)
    said = [each for each in caplog.records if each.message == "lease not renewed"]
    assert [each.kind for each in said].count("work") == 1  # type: ignore[attr-defined]
    line.mend()
    await asyncio.sleep(1)
    assert (first.did, second.works) == (["begin", "drop"], True)
    await second.turns.stop()
    await until(lambda: first.works)
    await first.turns.stop()
    await far.close()


async def test_who_is_cut_off_sends_nothing_more(tmp_path: Path) -> None:
    """The platform can still be reached, the database cannot: nothing is begun whose lease may not be ours."""
    with postgres_url() as url:
        async with company(url) as chat:
            line = Line(tmp_path, chat.database.url)
            await line.listen()
            far = Database(line.url, SECRET, now=lambda: chat.now)
            await asyncio.to_thread(far.open)
            mouth = Letterbox("web")
            mouth.buckets = lambda parcel: [("all", 10.0, 1.0)]  # type: ignore[method-assign]
            for who in chat.ids:
                _queue(chat, who)
            sending = asyncio.create_task(Delivery(Core(far, FEATURES), [mouth], worker="cut off").deliver())
            await until(lambda: mouth.parcels)
            line.hang()
            await asyncio.sleep(0.2)
            sent = len(mouth.parcels)
            await asyncio.sleep(1)
            assert 1 <= len(mouth.parcels) == sent < len(chat.ids)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            await line.close()
            await far.close()


def _queue(chat: Chat, who: str) -> None:
    made = Tell(Card(Phrase("Hello.")), to=chat.ids[who])
    chat.change(lambda store: chat.core.queue(store, "test", made))


async def test_every_writer_comes_back_with_the_database(line: Line) -> None:
    far = Database(line.url, SECRET)
    await asyncio.to_thread(far.open)
    slow = [asyncio.create_task(far.write(lambda store: time.sleep(0.2)))]
    for _ in range(3):  # one for each writer
        await asyncio.sleep(0.02)
        slow.append(asyncio.create_task(far.write(lambda store: time.sleep(0.2))))
    await asyncio.gather(*slow)
    await line.close()
    for _ in range(12):
        with pytest.raises(Busy):
            await asyncio.wait_for(far.write(lambda store: store.setting("any")), 5)
    await line.listen()
    assert await asyncio.wait_for(far.write(lambda store: store.setting("any")), 5) is None
    await far.close()


async def test_processes_that_are_gone_are_forgotten(any_chat: Chat) -> None:
    for holder, seconds in (("ops-1:42", 60.0), ("ops-2:43", 0.0)):
        take = partial(Leases.take, name=f"{PROCESS}{holder}", holder=holder, seconds=seconds)
        any_chat.change(lambda store, take=take: take(store.leases))
    assert (await tidy(any_chat.core))["processes"] == 1
    assert [each.holder for each in any_chat.change(lambda store: store.leases.standing())] == ["ops-1:42"]
