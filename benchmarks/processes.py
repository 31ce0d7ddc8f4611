"""Real server processes, each on the first core, started and ended by their own id."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.company import SECRET, url_of

ROOT = Path(__file__).parent.parent
SERVER, CLIENT = 0, 1
"""The cores of the measured process and of the one that measures, where there are two."""


@dataclass
class Process:
    """A server that answers on `port`; it took so many seconds to."""

    port: int
    pid: int
    started_in: float

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident(self) -> float:
        """Memory that is held now, in MiB."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def pin(core: int) -> None:
    """Keep this process on one core, where the system can."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {core})


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def environment(settings: dict[str, str]) -> dict[str, str]:
    """Ours, without what would configure Upbeat, with these settings."""
    ours = {
        name: item
        for name, item in os.environ.items()
        if not name.startswith(("UPBEAT", "SLACK", "TELEGRAM"))
    }
    return {**ours, "PYTHONPATH": str(ROOT), **settings}


@contextlib.asynccontextmanager
async def upbeat(file: Path, settings: dict[str, str], *, ready: str = "/readyz") -> AsyncIterator[Process]:
    """`upbeat run` on a database file, until the block ends."""
    given = {"UPBEAT_DATABASE_URL": url_of(file), "UPBEAT_SECRET_KEY": SECRET, **settings}
    async with _served(["-m", "bot", "run"], given, file.parent, ready) as process:
        yield process


@contextlib.asynccontextmanager
async def without(switches: str, file: Path, settings: dict[str, str]) -> AsyncIterator[Process]:
    """The same with some of its promises switched off."""
    given = {"UPBEAT_DATABASE_URL": url_of(file), "UPBEAT_SECRET_KEY": SECRET, **settings}
    async with _served(["-m", "benchmarks.without", switches], given, file.parent, "/readyz") as process:
        yield process


@contextlib.asynccontextmanager
async def bare(kind: str, file: Path, settings: dict[str, str]) -> AsyncIterator[Process]:
    """The bare app of a platform."""
    async with _served(["-m", "benchmarks.bare", kind, str(file)], settings, file.parent, "") as process:
        yield process


@contextlib.asynccontextmanager
async def _served(
    command: list[str], settings: dict[str, str], folder: Path, ready: str
) -> AsyncIterator[Process]:
    port = free_port()
    words = [*command, str(port)] if "benchmarks.bare" in command else command
    given = environment({**settings, "UPBEAT_PORT": str(port)})
    began = time.perf_counter()
    with (folder / "log").open("a") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *words,
            cwd=folder,
            env=given,
            stdout=log,
            stderr=log,
            preexec_fn=lambda: pin(SERVER),
        )
    try:
        if not await asyncio.wait_for(_until_ready(port, ready, process), 60):
            raise RuntimeError(f"the server did not start: {(folder / 'log').read_text()[-1000:]}")
        yield Process(port, process.pid, time.perf_counter() - began)
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 8)
        except TimeoutError:  # answers that the platform's limits still hold back
            process.kill()
            await process.wait()


async def _until_ready(port: int, path: str, process: asyncio.subprocess.Process) -> bool:
    while process.returncode is None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            status = await status_of(port, path or "/")
            if status < 400 or not path:
                return True
        await asyncio.sleep(0.01)
    return False


async def status_of(port: int, path: str) -> int:
    """The HTTP status of a GET."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n")
        await reader.read()
        return int(head.split()[1])
    finally:
        writer.close()
