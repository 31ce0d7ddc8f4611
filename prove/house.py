"""Real processes of Upbeat on one database, killed at a point and started again, as a supervisor would."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from prove.company import SECRET
from tests.forked import Forked, fork
from tests.ports import free_port

ROOT = Path(__file__).parent.parent
OURS = ("UPBEAT", "SLACK", "TELEGRAM")
KILLED = -9
PATIENCE = 90.0
"""Seconds in which a process is ready; on a machine that is busy with other things it may take many."""


@dataclass(eq=False)
class Process:
    """One of them: the same port and files through all its lives."""

    port: int
    trap: Path
    log: Path
    popen: asyncio.subprocess.Process | Forked | None = None

    @property
    def lives(self) -> bool:
        return self.popen is not None and self.popen.returncode is None

    def arm(self, words: str) -> None:
        """Let it die at "point:n", or ("") nowhere."""
        self.trap.write_text(words)
        if self.popen is not None and self.lives:
            self.popen.send_signal(signal.SIGUSR1)


@dataclass
class House:
    """`upbeat run`, once or several times on one database. `hurry` divides the lengths of leases, `ahead` is how many
    seconds its clock is ahead of ours; `fresh`: each process imports everything itself, as in a company."""

    url: str
    folder: Path
    hurry: float
    ahead: float
    fresh: bool
    settings: dict[str, str] = field(default_factory=dict)
    processes: list[Process] = field(default_factory=list)
    deaths: int = 0

    def add(self) -> Process:
        """One more process, which does not run yet."""
        number = len(self.processes)
        process = Process(free_port(), self.folder / f"trap-{number}", self.folder / f"log-{number}")
        process.trap.write_text("")
        self.processes.append(process)
        return process

    async def start(self, process: Process) -> None:
        """Start it, and wait until it is ready, or until a trap that was set before has killed it. Raises RuntimeError
        when it ended by itself."""
        process.popen = await self._started(["run"], process.trap, process.log, process.port)
        await asyncio.wait_for(self._ready(process), PATIENCE)

    async def run(self, words: list[str], trap: str) -> int:
        """A command on the terminal, until it ends or dies; returns its exit code, -9 when it was killed."""
        file = self.folder / "trap-command"
        file.write_text(trap)
        popen = await self._started(words, file, self.folder / "log-command", 0)
        return await asyncio.wait_for(popen.wait(), PATIENCE)

    async def death(self, seconds: float) -> list[Process]:
        """Wait until at least one has died; returns those that have, [] when nobody did."""

        def dead() -> list[Process]:
            return [process for process in self.processes if not process.lives]

        with contextlib.suppress(TimeoutError):
            await until(dead, seconds=seconds)
        return dead()

    async def stop(self) -> None:
        """End all that run, by their own ids, and wait for them."""
        for process in self.processes:
            if process.popen is not None and process.lives:
                process.popen.send_signal(signal.SIGCONT)
                process.popen.terminate()
        for process in self.processes:
            if process.popen is not None:
                await self._ended(process.popen)

    @staticmethod
    async def _ended(popen: asyncio.subprocess.Process | Forked) -> None:
        try:
            await asyncio.wait_for(popen.wait(), 40)
        except TimeoutError:
            popen.kill()
            await popen.wait()

    async def _started(
        self, words: list[str], trap: Path, log: Path, port: int
    ) -> asyncio.subprocess.Process | Forked:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        given = {
            "UPBEAT_DATABASE_URL": self.url,
            "UPBEAT_SECRET_KEY": SECRET,
            "UPBEAT_PORT": str(port),
            "UPBEAT_LOCAL_CHAT": "off",
            "PYTHONPATH": str(ROOT),
        }
        env = {**clean, **given, **self.settings}
        words = [str(trap), str(self.hurry), str(self.ahead), *words]
        if not self.fresh:
            return await fork("prove.points", words, cwd=self.folder, env=env, log=log)
        with log.open("a") as out:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "prove.points", *words),
                cwd=self.folder,
                env=env,
                stdout=out,
                stderr=out,
            )

    async def _ready(self, process: Process) -> None:
        async with aiohttp.ClientSession() as session:
            while process.lives:
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get(f"http://127.0.0.1:{process.port}/readyz") as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(0.05)
        if process.popen is not None and process.popen.returncode != KILLED:
            raise RuntimeError(f"a process ended by itself: {process.log.read_text()[-1500:]}")


@contextlib.asynccontextmanager
async def house(
    url: str, folder: Path, count: int, *, hurry: float, ahead: float, fresh: bool, **settings: str
) -> AsyncIterator[House]:
    """A house of so many processes, none of which runs yet; all are ended with the block."""
    made = House(url, folder, hurry, ahead, fresh, settings)
    for _ in range(count):
        made.add()
    try:
        yield made
    finally:
        await made.stop()


async def until(happens: Callable[[], object], *, seconds: float, pause: float = 0.02) -> None:
    """Look every so often until what other processes do has happened. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not happens():  # noqa: ASYNC110 - nobody tells us
            await asyncio.sleep(pause)
