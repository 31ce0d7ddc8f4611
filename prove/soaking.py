"""A soak: people talk for an hour while something goes wrong each minute, and the process that lives through all of it
may not grow."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence

from prove.clients import Commands, at_rate
from prove.loading import WEDNESDAY, line_to, talkers, warmed
from prove.memory import watched
from prove.rows import Row, Sweep, Terms
from prove.stage import Stage, stage
from storage.database import sqlite_path

GROWS = 16.0
"""MiB an hour that it may grow at length: more would be a leak, less is told from noise only by days."""
PEOPLE = 200


async def sweep(terms: Terms) -> Sequence[Row]:
    """One process on SQLite, hard to measure beside anything else."""
    rate, seconds, pause = (20.0, 3600.0, 60.0) if terms.long else (20.0, 16.0, 4.0)
    terms.say(f"soak: {rate:.0f} a second for {seconds:.0f} s, a fault every {pause:.0f} s")
    async with stage(
        terms, "soak", "sqlite", 1, WEDNESDAY, lambda store: talkers(store, PEOPLE), "slack"
    ) as here:
        await here.start()
        async with line_to(here.ports) as line:
            commands = Commands(here.people.talkers, here.slack, "soak")
            first = await warmed(line, commands, here.people)
            troubles = _Troubles(here, terms.seed)
            troubled = asyncio.create_task(troubles.go_on(seconds, pause))
            async with watched(here.house.processes, each=seconds / 400) as memory:
                measured = await at_rate(line, commands, rate=rate, seconds=seconds)
            await troubled
        wrong = await here.drained(300)
        if terms.long and memory.slope > GROWS:
            wrong.append(f"it grows by {memory.slope:.0f} MiB an hour")
        if here.house.deaths:
            wrong.append(f"it died {here.house.deaths} times")
        figures = f"{troubles}; {measured}; {memory}, a slope of {memory.slope:+.1f} MiB an hour"
        return [
            here.judged(
                "soak: a fault again and again",
                first.said + measured.said,
                cells=sum(troubles.done.values()),
                figures=figures,
                wrong=wrong,
            )
        ]


class _Troubles:
    """What goes wrong, one after the other at random; all of it is lived through."""

    def __init__(self, here: Stage, seed: int) -> None:
        self._here = here
        self._random = random.Random(seed)
        self.done: Counter[str] = Counter()
        self._kinds: Mapping[str, Callable[[], Awaitable[None]]] = {
            "paused": self._paused,
            "locked": self._locked,
            "Slack away": self._without_slack,
        }

    def __str__(self) -> str:
        return ", ".join(f"{kind} {times} times" for kind, times in sorted(self.done.items()))

    async def go_on(self, seconds: float, pause: float) -> None:
        """For so long, one after each pause."""
        ends = time.monotonic() + seconds
        while time.monotonic() + pause < ends:
            await asyncio.sleep(pause)
            kind = self._random.choice(list(self._kinds))
            await self._kinds[kind]()
            self.done[kind] += 1

    async def _paused(self) -> None:
        for process in self._here.house.processes:
            assert process.popen is not None
            process.popen.send_signal(signal.SIGSTOP)
            await asyncio.sleep(1.5)
            process.popen.send_signal(signal.SIGCONT)

    async def _locked(self) -> None:
        path = sqlite_path(self._here.url)
        with contextlib.closing(sqlite3.connect(str(path), isolation_level=None, timeout=5)) as other:
            other.execute("BEGIN IMMEDIATE")
            await asyncio.sleep(1)
            other.execute("ROLLBACK")

    async def _without_slack(self) -> None:
        for kind in ("429", "500", "drop_before_accept"):
            self._here.slack.fail_next("chat.postMessage", kind, times=2, retry_after=1)


SWEEP = Sweep("soak", sweep)
