"""Processes of Upbeat, forked from one that has imported it: starting one costs little, and it is killed, stopped and
woken as any other.

`python -m tests.forked` is that one. It is told on its standard input what to start, says on its standard output what
has ended, and ends with its input, and then nobody whom it started outlives it."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import gc
import json
import os
import runpy
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, InvalidStateError
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from sqlalchemy.orm import configure_mappers

PROJECT = Path(__file__).parent.parent
IMPORTED = (
    "bot.running",
    "bot.web.platform",
    "bot.slack.platform",
    "bot.telegram.platform",
    "bot.importing",
    "bot.doctor",
    "storage.migrations",
    "storage.backups",
    "aiosqlite",
    "holidays",
    "uvloop",
    "uvicorn.protocols.http.httptools_impl",
    "uvicorn.loops.uvloop",
    "uvicorn.lifespan.on",
)
"""What nearly every process needs, and what takes seconds. Nothing of it starts anything: a test sees to that."""


class Forked:
    """One of them: as much of `asyncio.subprocess.Process` as is needed."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.ended: Future[int] = Future()

    @property
    def returncode(self) -> int | None:
        return self.ended.result() if self.ended.done() else None

    async def wait(self) -> int:
        return await asyncio.shield(asyncio.wrap_future(self.ended))

    def send_signal(self, number: signal.Signals) -> None:
        if not self.ended.done():
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


async def fork(module: str, words: Sequence[str], *, cwd: Path, env: Mapping[str, str], log: Path) -> Forked:
    """Start `python -m MODULE WORDS…`; what it says goes to the end of a file."""
    told = {"module": module, "words": [*words], "cwd": str(cwd), "env": dict(env), "log": str(log)}
    return await asyncio.wrap_future(_mother().fork(told))


@cache
def _mother() -> _Mother:
    return _Mother()


class _Mother:
    """The one that forks, as this process sees it. A thread hears what she says, whatever loops come and go here."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.forked"]
        made = subprocess.Popen(
            command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert made.stdin
        assert made.stdout
        self._tell: IO[str] = made.stdin
        atexit.register(_dismiss, made)
        self._lock = threading.Lock()
        self._waiting: list[Future[Forked]] = []
        self._children: dict[int, Forked] = {}
        threading.Thread(target=self._hear, args=(made.stdout,), daemon=True).start()

    def fork(self, told: dict[str, Any]) -> Future[Forked]:
        future: Future[Forked] = Future()
        with self._lock:
            self._waiting.append(future)
            self._tell.write(json.dumps(told) + "\n")
            self._tell.flush()
        return future

    def _hear(self, said: IO[str]) -> None:
        for line in said:
            heard = json.loads(line)
            if "code" in heard:
                self._children.pop(heard["pid"]).ended.set_result(heard["code"])
                continue
            child = self._children[heard["pid"]] = Forked(heard["pid"])
            with self._lock:
                future = self._waiting.pop(0)
            with contextlib.suppress(InvalidStateError):  # nobody waits for it any more
                future.set_result(child)


def _dismiss(mother: subprocess.Popen[str]) -> None:
    assert mother.stdin
    mother.stdin.close()
    mother.wait()


# She herself ---------------------------------------------------------------------------------------------------------


def main() -> None:
    """Import, then fork whenever told. In a child, be what was asked for."""
    gc.disable()
    for name in IMPORTED:
        import_module(name)
    configure_mappers()  # as much of a start as half of the imports
    gc.freeze()  # nor is it looked through in any child
    gc.enable()
    told = _serve()
    if told is not None:
        _become(told)


def _serve() -> dict[str, Any] | None:
    """Returns in a child, with what it is to be; here when nobody tells anything any more."""
    awake, wake = os.pipe()
    for end in (awake, wake):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the tests, who then end us
    heard, children = b"", set[int]()
    while True:
        ready, _, _ = select.select([0, awake], [], [])
        if awake in ready:
            os.read(awake, 4096)
            _say_who_ended(children)
        if 0 not in ready:
            continue
        more = os.read(0, 65_536)
        if not more:
            for pid in children:
                os.kill(pid, signal.SIGKILL)
            return None
        *lines, heard = (heard + more).split(b"\n")
        for line in lines:
            pid = os.fork()
            if not pid:
                for end in (awake, wake):
                    os.close(end)
                return dict(json.loads(line))
            children.add(pid)
            _say(pid=pid)


def _say_who_ended(children: set[int]) -> None:
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        children.discard(pid)
        _say(pid=pid, code=os.waitstatus_to_exitcode(status))


def _say(**words: int) -> None:
    os.write(1, json.dumps(words).encode() + b"\n")


def _become(told: dict[str, Any]) -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(told["cwd"])
    os.environ.clear()
    os.environ.update(told["env"])
    nothing, log = (
        os.open(os.devnull, os.O_RDONLY),
        os.open(told["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT),
    )
    for ours, theirs in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(ours, theirs)
    sys.argv = [told["module"], *told["words"]]
    runpy.run_module(told["module"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
