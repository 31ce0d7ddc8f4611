"""Load: steady on SQLite, as much as goes on three processes while they are killed, a burst beside an import."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from itertools import cycle

from prove import company
from prove.clients import Commands, Line, Measured, as_many_as_are_answered, at_rate
from prove.company import Staff
from prove.house import Process
from prove.memory import Memory, watched
from prove.rows import Row, Sweep, Terms
from prove.stage import Stage, stage
from storage.store import Store
from tests.company import MONDAY

WEDNESDAY = MONDAY + timedelta(days=2)
"""Nobody is asked for anything on this day."""
TALKERS = 400
MINUTE = 60.0
IN_FLIGHT = 48


async def sweep(terms: Terms) -> Sequence[Row]:
    """Both loads, one after the other: each wants the machine for itself."""
    return [await steady(terms), await killed(terms)]


def talkers(store: Store, number: int) -> Staff:
    """Hire so many who talk on Slack."""
    hired = company.hire_many(store, number, "slack")
    return Staff(hired.sleepers, ())


@contextlib.asynccontextmanager
async def line_to(ports: list[int]) -> AsyncIterator[Line]:
    """Connections to these, closed at the end."""
    made = Line(ports)
    try:
        yield made
    finally:
        made.close()


async def warmed(line: Line, commands: Commands, people: Staff) -> Measured:
    """Everybody's first time: their profile is read, and the feature introduces itself."""
    return await at_rate(line, commands, rate=100, seconds=len(people.talkers) / 100)


def _too_late(terms: Terms, measured: Measured) -> list[str]:
    """At length, on a machine that does nothing else, nothing may be late; shortly it is only said."""
    return [f"{measured.late} acknowledged after three seconds"] if terms.long and measured.late else []


# Steady --------------------------------------------------------------------------------------------------------------


async def steady(terms: Terms) -> Row:
    """200 events a second on one file of SQLite and one process."""
    rate, seconds = (200.0, 600.0) if terms.long else (100.0, 3.0)
    people = TALKERS if terms.long else 100
    terms.say(f"load: {rate:.0f} a second on SQLite for {seconds:.0f} s")
    async with stage(
        terms, "steady", "sqlite", 1, WEDNESDAY, lambda store: talkers(store, people), "slack"
    ) as here:
        await here.start()
        async with line_to(here.ports) as line:
            commands = Commands(here.people.talkers, here.slack, "steady")
            first = await warmed(line, commands, here.people)
            async with watched(here.house.processes, each=seconds / 100) as memory:
                measured = await at_rate(line, commands, rate=rate, seconds=seconds)
        wrong = [*await here.drained(120), *_too_late(terms, measured)]
        if len(measured.seconds) < len(measured.said):
            wrong.append(
                f"{len(measured.said) - len(measured.seconds)} were not acknowledged, and nothing failed"
            )
        fault = f"load: SQLite, {rate:.0f} a second"
        return here.judged(
            fault, first.said + measured.said, cells=1, figures=_figures(measured, memory), wrong=wrong
        )


def _figures(measured: Measured, memory: Memory) -> str:
    return f"{measured}; {memory}"


# Killed --------------------------------------------------------------------------------------------------------------


async def killed(terms: Terms) -> Row:
    """As much as three processes on PostgreSQL take, while one of them is killed each minute."""
    seconds = 600.0 if terms.long else 4.0
    people = TALKERS if terms.long else 100
    terms.say(f"load: as much as goes on PostgreSQL with three processes for {seconds:.0f} s")
    async with stage(
        terms, "killed", "postgresql", 3, WEDNESDAY, lambda store: talkers(store, people), "slack"
    ) as here:
        await here.start()
        async with line_to(here.ports) as line:
            commands = Commands(here.people.talkers, here.slack, "killed")
            first = await warmed(line, commands, here.people)
            killer = _Killer(here, MINUTE if terms.long else seconds / 4)
            measured = await as_many_as_are_answered(
                line, commands, in_flight=IN_FLIGHT, seconds=seconds, meanwhile=lambda: killer.kill(seconds)
            )
        wrong = [*await here.drained(300), *_too_late(terms, measured)]
        return here.judged(
            "load: PostgreSQL x 3, one killed again and again",
            first.said + measured.said,
            cells=len(killer.recoveries),
            figures=str(measured),
            wrong=wrong,
            recovery=max(killer.recoveries, default=None),
        )


class _Killer:
    """Kills one process after the other, and starts it again."""

    def __init__(self, here: Stage, pause: float) -> None:
        self._here = here
        self._pause = pause
        self.recoveries: list[float] = []

    async def kill(self, seconds: float) -> None:
        """Again and again, for so long."""
        end = time.monotonic() + seconds
        for victim in cycle(self._here.house.processes):
            await asyncio.sleep(self._pause)
            if time.monotonic() > end:
                return
            await self._kill(victim)

    async def _kill(self, victim: Process) -> None:
        assert victim.popen is not None
        began = time.monotonic()
        victim.popen.kill()
        await victim.popen.wait()
        await self._here.house.start(victim)
        self.recoveries.append(time.monotonic() - began)


# A burst -------------------------------------------------------------------------------------------------------------


async def sweep_burst(terms: Terms) -> Sequence[Row]:
    """A burst beside everything else that is slow."""
    return [await burst(terms)]


async def burst(terms: Terms) -> Row:
    """Everybody checks in within minutes, while a people file of everybody is imported and everything is exported."""
    number, seconds = (10_000, 300.0) if terms.long else (200, 5.0)
    terms.say(f"load: {number:,} people in {seconds:.0f} s beside an import and an export")
    async with stage(
        terms, "burst", "postgresql", 3, WEDNESDAY, lambda store: talkers(store, number), "slack"
    ) as here:
        await here.start()
        beside = _Beside(here, number)
        async with line_to(here.ports) as line:
            commands = Commands(here.people.talkers, here.slack, "burst")
            task = asyncio.create_task(beside.work(seconds))
            async with watched(here.house.processes, each=seconds / 100) as memory:
                measured = await at_rate(line, commands, rate=number / seconds, seconds=seconds)
            await task
        wrong = [*await here.drained(300), *_too_late(terms, measured), *beside.wrong]
        if len(measured.seconds) < len(measured.said):
            wrong.append(
                f"{len(measured.said) - len(measured.seconds)} were not acknowledged, and nothing failed"
            )
        return here.judged(
            f"load: {number:,} people, import and export",
            measured.said,
            cells=1,
            figures=f"{_figures(measured, memory)}; {beside.took}",
            wrong=wrong,
        )


class _Beside:
    """An import of as many rows as there are people, half of them new, and an export of everything."""

    def __init__(self, here: Stage, number: int) -> None:
        self._here = here
        self._number = number
        self.wrong: list[str] = []
        self.took = ""

    async def work(self, seconds: float) -> None:
        """One after the other, from a fifth of the time on."""
        await asyncio.sleep(seconds / 5)
        file = self._here.folder / "people.csv"
        file.write_text(company.file_of_many(self._number, self._number))
        imported = await self._run(["people", "import", str(file)])
        exported = await self._run(["backup", str(self._here.folder / "everything")])
        self.took = f"import {imported:.1f} s, export {exported:.1f} s"

    async def _run(self, words: list[str]) -> float:
        began = time.monotonic()
        if (code := await self._here.house.run(words, "")) != 0:
            log = (self._here.folder / "log-command").read_text()[-300:]
            self.wrong.append(f"{words[0]} ended with {code}: {log}")
        return time.monotonic() - began


SWEEP = Sweep("load", sweep)
BURST = Sweep("burst", sweep_burst)
