"""One world of the kill sweep: a company that talks, its two platforms, real processes, and their deaths."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlmodel import col

from prove import company
from prove.company import SECRET, rows_of
from prove.evidence import TICK, Chats, gather
from prove.history import Finding, check
from prove.house import Process, house, until
from prove.points import COMMANDS, PATH, WRITTEN
from prove.rows import Terms
from prove.talk import Talk
from storage.database import Database
from storage.tables import Outgoing, PersonRow, Slot
from tests.company import MONDAY
from tests.engines import DURABLE, FAST, postgres_url, sqlite_url
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram
from tests.several import load_balancer

POLLING = ("before the offset is confirmed", "after the offset is confirmed")
OFTEN = 12
"""A point is let pass up to so many times before it kills."""
SELDOM = {"in an import": 6, "in a backup": 12}
NEW = 50
"""People whom an import adds."""
FEW = {("postgresql", 1): 3, ("postgresql", 3): 8}
"""How many points a world has in the short form; one on SQLite has all of them."""
CALM = "before any fault"
"""What is said while nobody is about to die."""


@dataclass(frozen=True)
class World:
    """One database, so many processes on it, and how Telegram reaches them."""

    engine: str
    processes: int
    webhook: bool
    seed: int

    @property
    def name(self) -> str:
        return (
            f"{self.engine} x {self.processes}, {'webhook' if self.webhook else 'polling'}, seed {self.seed}"
        )

    @property
    def points(self) -> list[str]:
        """The points that this world comes by, the tick first: it rings when the processes start."""
        path = [point for point in PATH if point != TICK and not (self.webhook and point in POLLING)]
        return [*path, *(point for point in COMMANDS if point in SELDOM)]


@dataclass
class Cell:
    """A point at which processes died, and how long it took until everything went on."""

    point: str
    recovery: float = 0.0
    wrong: list[str] = field(default_factory=list)


@dataclass
class Outcome:
    """What a world found, by point."""

    cells: list[Cell]
    findings: dict[str, Finding]
    wrong: list[str]


class Life:
    """A company, its two platforms, the processes, and what happens to them."""

    def __init__(self, world: World, folder: Path, terms: Terms) -> None:
        self._world = world
        self._folder = folder
        self._terms = terms
        self._random = random.Random(f"{world.name}")
        self._people = company.staff(40, 40)
        self._hurry = 1.0 if terms.long else 2.25
        self._cells: list[Cell] = []
        self._imported = 0

    async def live(self) -> Outcome:
        """Found the company, let people talk, kill at each point, drain, and compare."""
        self._terms.say(f"kill: {self._world.name}")
        with self._database() as url:
            database = Database(url, SECRET.encode(), now=lambda: MONDAY)
            _, self._ids = company.founded(database, lambda store: company.hire(store, self._people))
            try:
                due = await company.plan(url)
                return await self._among_platforms(url, database, due)
            finally:
                database.stop()

    def _database(self) -> contextlib.AbstractContextManager[str]:
        if self._world.engine == "sqlite":
            return contextlib.nullcontext(sqlite_url(self._folder))
        return postgres_url(settings=DURABLE if self._terms.long else FAST)

    async def _among_platforms(self, url: str, database: Database, due: list[Slot]) -> Outcome:
        async with (
            FakeSlack() as slack,
            FakeTelegram() as telegram,
            load_balancer() as (address, ports, _),
        ):
            slack.should_escape = False
            slack.connect_http(f"{address}/slack/events")
            telegram.queue.at_once = 16
            company.introduce(self._people, slack, telegram)
            settings = _settings(slack, telegram, address, webhook=self._world.webhook)
            ahead = (MONDAY - datetime.now(UTC)).total_seconds()
            count = self._world.processes
            async with house(
                url, self._folder, count, hurry=self._hurry, ahead=ahead, fresh=self._terms.long, **settings
            ) as processes:
                ports += [process.port for process in processes.processes]
                self._slack, self._telegram, self._house = slack, telegram, processes
                return await self._told(database, due)

    async def _told(self, database: Database, due: list[Slot]) -> Outcome:
        rate = 24.0 if self._terms.long else 8.0
        talk = self._talk = Talk(self._people, self._slack, self._telegram, rate=rate, seed=self._world.name)
        talk.cell = CALM
        await self._tick()
        talk.start()
        for point in self._points():
            await self._strike(point)
        talk.cell = CALM
        await talk.finish()
        wrong = [] if await self._drained(database) else [f"{self._world.name}: not drained"]
        chats = Chats(self._people, self._slack, self._telegram)
        history = gather(database, self._people, self._ids, talk.said, due, chats)
        wrong += talk.problems
        wrong += [f"Slack: {each}" for each in self._slack.violations]
        wrong += [f"Telegram: {each}" for each in self._telegram.violations]
        wrong += self._import_problems(database)
        return Outcome(self._cells, check(history), wrong)

    def _points(self) -> list[str]:
        """All in any order; shortly, a world on PostgreSQL has some of them, first those that others cannot have."""
        points = self._world.points
        self._random.shuffle(points)
        few = FEW.get((self._world.engine, self._world.processes), len(points))
        if self._terms.long or few == len(points):
            return points
        return sorted(points, key=lambda point: point not in POLLING)[:few]

    # Killing -------------------------------------------------------------------------------------------------

    async def _tick(self) -> None:
        """At the start ten o'clock is just past: whoever has the clock dies while it rings."""
        for process in self._house.processes:
            process.arm(f"{TICK}:{self._random.randint(1, len(self._people.sleepers))}")
        await asyncio.gather(*(self._house.start(process) for process in self._house.processes))
        dead, began = await self._house.death(30), time.monotonic()
        cell = Cell(TICK)
        if not dead:
            cell.wrong.append(f"{self._world.name}: no clock rang")
        await self._revive(dead)
        cell.recovery = time.monotonic() - began
        self._cells.append(cell)

    async def _strike(self, point: str) -> None:
        cell = Cell(point)
        self._cells.append(cell)
        self._talk.cell = point
        try:
            if point in COMMANDS:
                await self._strike_command(cell)
            else:
                await self._strike_server(cell)
        except (TimeoutError, RuntimeError) as error:
            cell.wrong.append(f"{self._world.name}, {point}: {type(error).__name__} {error}")
        self._terms.say(f"kill: {self._world.name}: {point}, {cell.recovery:.1f} s")

    async def _strike_server(self, cell: Cell) -> None:
        held = 3 * WRITTEN if cell.point == "after the request was written" else 0.0
        self._slack.hold = self._telegram.hold = held
        for process in self._house.processes:
            process.arm(f"{cell.point}:{self._random.randint(1, OFTEN)}")
        dead, began = await self._house.death(45), time.monotonic()
        self._slack.hold = self._telegram.hold = 0.0
        if not dead:
            cell.wrong.append(f"{self._world.name}: nobody came by {cell.point!r}")
        await self._revive(dead)
        await self._recovered(began)
        cell.recovery = time.monotonic() - began

    async def _revive(self, dead: list[Process]) -> None:
        """Nothing kills any more; who died before hearing so is started again, too."""
        for process in self._house.processes:
            process.arm("")
        while dead:
            await asyncio.gather(*(self._house.start(process) for process in dead))
            dead = [process for process in self._house.processes if not process.lives]

    async def _recovered(self, since: float) -> None:
        """Until something that was said afterwards was taken on each platform, and each was sent something."""
        sent = len(self._told_on_slack()), len(self._told_on_telegram())

        def goes_on() -> bool:
            return (
                self._talk.acknowledged_since(since, "slack")
                and self._talk.acknowledged_since(since, "telegram")
                and len(self._told_on_slack()) > sent[0]
                and len(self._told_on_telegram()) > sent[1]
            )

        await until(goes_on, seconds=90)

    def _told_on_slack(self) -> list[Any]:
        return [
            call
            for call in self._slack.calls
            if call.method == "chat.postMessage" and call.args.get("metadata")
        ]

    def _told_on_telegram(self) -> list[Any]:
        return [call for call in self._telegram.calls if call.method == "sendMessage" and call.accepted]

    # Commands on the terminal --------------------------------------------------------------------------------

    async def _strike_command(self, cell: Cell) -> None:
        """It dies in the middle, beside a server that goes on; then it is done again, to its end."""
        words = self._command(cell.point)
        began = time.monotonic()
        first = await self._house.run(words, f"{cell.point}:{self._random.randint(1, SELDOM[cell.point])}")
        half = cell.point == "in a backup" and await asyncio.to_thread(Path(words[-1]).exists)
        if first != 0 and half:
            cell.wrong.append(f"{self._world.name}: half a backup has the name of a whole one")
        if first == 0:
            cell.wrong.append(f"{self._world.name}: the command did not come by {cell.point!r}")
        elif (again := await self._house.run(words, "")) != 0:
            log = (self._folder / "log-command").read_text()[-500:]
            cell.wrong.append(f"{self._world.name}: the second time it ended with {again}: {log}")
        cell.recovery = time.monotonic() - began

    def _command(self, point: str) -> list[str]:
        if point == "in a backup":
            return ["backup", str(self._folder / f"backup-{len(self._cells)}")]
        self._imported = NEW
        file = self._folder / "people.csv"
        file.write_text(company.people_file(self._people, NEW))
        return ["people", "import", str(file)]

    def _import_problems(self, database: Database) -> list[str]:
        people = rows_of(database, PersonRow)
        welcomes = rows_of(database, Outgoing, col(Outgoing.route) == "people.import")
        expected = len(self._people.everybody) + self._imported
        found = len(people), len([row for row in people if row.left_at is None])
        wrong = []
        if found != (expected, expected):
            wrong.append(f"{self._world.name}: the import left {found} people, {expected} expected")
        if len({row.person_id for row in welcomes}) != len(welcomes):
            wrong.append(f"{self._world.name}: the import welcomed somebody twice")
        return wrong

    # The end -------------------------------------------------------------------------------------------------

    async def _drained(self, database: Database) -> bool:
        """Wait until nothing waits any more, except for people who have no account. At length some are told more than
        a platform takes for one person in minutes."""
        seconds = 600 if self._terms.long else 150
        try:
            await until(lambda: not company.still_waiting(database), seconds=seconds, pause=0.5)
        except TimeoutError:
            return False
        await asyncio.sleep(0.5)
        return True


def _settings(slack: FakeSlack, telegram: FakeTelegram, address: str, *, webhook: bool) -> dict[str, str]:
    given = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": slack.base_url,
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_API_URL": telegram.api_url,
        "UPBEAT_PUBLIC_URL": address,
    }
    return {**given, "TELEGRAM_WEBHOOK_SECRET": "a-Secret_1"} if webhook else given
