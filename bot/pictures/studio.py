"""Where pictures are drawn: beside everything else, one at a time, within bounds, by a process that goes when idle."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from storage.compact import to_json

log = logging.getLogger("upbeat.pictures")

SECONDS = 20.0
"""After which a picture is given up: the first one takes two, the others a tenth of one."""
IDLE = 60.0
"""Seconds for which the process waits for another picture before it goes, with its memory."""
WAITING = 64
"""Pictures that may wait; who comes then gets a table."""
KEPT = 32
"""Pictures that are kept drawn: a page that is opened again, a message that is tried again."""
MOST = 5_000_000
"""Bytes of a picture, or of the library's script."""
WORKER = [sys.executable, "-E", "-s", "-m", "bot.pictures.worker"]
SOURCE_ROOT = Path(__file__).parents[2]
KEPT_ENVIRONMENT = ("SYSTEMROOT", "LD_LIBRARY_PATH", "PATH")


class NotDrawn(Exception):
    """There is no picture: show its table."""


class Studio:
    """Draws pictures for one running Upbeat. Nothing is imported or started before the first one."""

    def __init__(self, *, seconds: float = SECONDS, idle: float = IDLE) -> None:
        self._seconds = seconds
        self._idle = idle
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._busy = threading.Lock()
        self._resting: threading.Timer | None = None
        self._waiting = 0
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()
        self._scripts: dict[str, bytes] = {}

    async def draw(self, spec: Mapping[str, Any]) -> bytes:
        """A specification as PNG. Raises NotDrawn."""
        return await self._ask(to_json({"spec": spec}))

    async def script(self, snippet: str) -> bytes:
        """The library's JavaScript with a snippet of ours at its end. Raises NotDrawn."""
        if snippet not in self._scripts:
            self._scripts[snippet] = await self._ask(to_json({"script": snippet}))
        return self._scripts[snippet]

    async def close(self) -> None:
        """Let the process go. It comes again when it is asked for a picture."""
        if self._thread or self._process:
            await asyncio.to_thread(self.stop)

    def stop(self) -> None:
        """The same, waiting for what is being drawn."""
        thread, self._thread = self._thread, None
        if thread:
            thread.shutdown()
        self._rest()

    async def _ask(self, question: bytes) -> bytes:
        if (known := self._kept.get(question)) is not None:
            self._kept.move_to_end(question)
            return known
        if self._waiting >= WAITING:
            raise NotDrawn
        self._thread = self._thread or ThreadPoolExecutor(1, "pictures")
        self._waiting += 1
        try:
            made = await asyncio.get_running_loop().run_in_executor(self._thread, self._answer, question)
        finally:
            self._waiting -= 1
        self._kept[question] = made
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return made

    # In the thread -------------------------------------------------------------------------------------------------

    def _answer(self, question: bytes) -> bytes:
        with self._busy:
            if self._resting:
                self._resting.cancel()
            process = self._running()
            killer = threading.Timer(self._seconds, process.kill)
            killer.start()
            try:
                return _asked(process, question)
            except NotDrawn as error:
                log.warning("picture not drawn", extra={"error": str(error)})
                raise
            except (OSError, EOFError, ValueError) as error:
                log.warning("picture not drawn", extra={"error": type(error).__name__})
                self._end()
                raise NotDrawn from None
            finally:
                killer.cancel()
                self._resting = threading.Timer(self._idle, self._rest)
                self._resting.daemon = True
                self._resting.start()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                WORKER,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=SOURCE_ROOT,
                # The tokens of the bot have no business where pictures are drawn.
                env={name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ},
            )
        return self._process

    def _rest(self) -> None:
        with self._busy:
            if self._resting:
                self._resting.cancel()
            self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        process.wait()


def _asked(process: subprocess.Popen[bytes], question: bytes) -> bytes:
    """One question and its answer. Raises NotDrawn with the name of what went wrong; OSError, EOFError or
    ValueError where the process is of no more use."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(question + b"\n")
    process.stdin.flush()
    head = process.stdout.readline()
    if not head:
        raise EOFError
    told = json.loads(head)
    if "error" in told:
        raise NotDrawn(str(told["error"]))
    size = int(told["bytes"])
    if size > MOST:
        raise ValueError("too large")
    made = process.stdout.read(size)
    if len(made) < size:
        raise EOFError
    return made
