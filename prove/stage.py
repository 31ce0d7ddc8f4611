"""Where a load is played: a company in a database of either kind, both platforms with their limits, real processes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from prove import company
from prove.company import SECRET, Staff
from prove.evidence import Chats, gather
from prove.history import check
from prove.house import House, house, until
from prove.rows import Row, Terms
from prove.talk import Said
from storage.database import Database
from storage.store import Store
from storage.tables import Slot
from tests.engines import DURABLE, FAST, postgres_url, sqlite_url
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram

Hire = Callable[[Store], Staff]


@dataclass
class Stage:
    """All that a load needs, and what is looked at when it is over."""

    terms: Terms
    url: str
    folder: Path
    database: Database
    people: Staff
    ids: dict[str, str]
    slack: FakeSlack
    telegram: FakeTelegram
    house: House

    async def start(self) -> None:
        """Start all processes."""
        await asyncio.gather(*(self.house.start(process) for process in self.house.processes))

    @property
    def ports(self) -> list[int]:
        return [process.port for process in self.house.processes]

    async def drained(self, seconds: float) -> list[str]:
        """Wait until nothing waits any more; what still does, in words."""
        with contextlib.suppress(TimeoutError):
            await until(lambda: not company.still_waiting(self.database), seconds=seconds, pause=0.5)
            await asyncio.sleep(0.5)
        left = company.still_waiting(self.database)
        return [f"{left} messages still wait"] if left else []

    def judged(
        self,
        fault: str,
        said: list[Said],
        *,
        cells: int,
        due: list[Slot] | None = None,
        figures: str = "",
        wrong: list[str] | None = None,
        recovery: float | None = None,
    ) -> Row:
        """The row of this load, after the checker has compared everything."""
        chats = Chats(self.people, self.slack, self.telegram)
        found = list(check(gather(self.database, self.people, self.ids, said, due or [], chats)).values())
        broken = [*(wrong or []), *(f"Slack: {each}" for each in self.slack.violations[:3])]
        broken += [f"Telegram: {each}" for each in self.telegram.violations[:3]]
        return Row(
            fault,
            cells,
            sum(each.acknowledged for each in found),
            sum(each.lost for each in found),
            sum(each.doubled for each in found),
            sum(each.leaked for each in found),
            sum(each.ambiguous for each in found),
            recovery,
            figures,
            tuple([*broken, *(words for each in found for words in each.wrong)]),
        )


@contextlib.asynccontextmanager
async def stage(
    terms: Terms, name: str, engine: str, processes: int, moment: datetime, hire: Hire, *platforms: str
) -> AsyncIterator[Stage]:
    """A stage whose clocks start at a moment; its processes do not run yet."""
    folder = terms.folder / name
    folder.mkdir()
    with _database(terms, engine, folder) as url:
        database = Database(url, SECRET.encode(), now=lambda: moment)
        people, ids = company.founded(database, hire)
        async with FakeSlack() as slack, FakeTelegram() as telegram:
            company.introduce(people, slack, telegram)
            slack.limit_rates(1.0, burst=3)
            telegram.limit_rate()
            ahead = (moment - datetime.now(UTC)).total_seconds()
            settings = _settings(slack, telegram, platforms)
            hurry = 1.0 if terms.long else 2.25
            async with house(
                url, folder, processes, hurry=hurry, ahead=ahead, fresh=terms.long, **settings
            ) as made:
                try:
                    yield Stage(terms, url, folder, database, people, ids, slack, telegram, made)
                finally:
                    database.stop()


def _database(terms: Terms, engine: str, folder: Path) -> contextlib.AbstractContextManager[str]:
    if engine == "sqlite":
        return contextlib.nullcontext(sqlite_url(folder))
    return postgres_url(settings=DURABLE if terms.long else FAST)


def _settings(slack: FakeSlack, telegram: FakeTelegram, platforms: tuple[str, ...]) -> dict[str, str]:
    given = {
        "slack": {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "SLACK_API_URL": slack.base_url,
        },
        "telegram": {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.api_url},
    }
    return {name: value for platform in platforms for name, value in given[platform].items()}
