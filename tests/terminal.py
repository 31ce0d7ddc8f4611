"""The `upbeat` command as an operator runs it: mostly in this process, a tenth of the time of a process of its own."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bot.telegram  # noqa: F401 - sets what its library reads from the environment: a command here would take it back
from bot.__main__ import main
from tests.engines import PROJECT

OURS = ("UPBEAT", "SLACK", "TELEGRAM")


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it printed."""

    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Upbeat:
    """`upbeat` on one database, called in one folder."""

    url: str
    folder: Path

    def __call__(self, *words: str, **environment: str) -> Done:
        """Run it in this process, by the function that the command calls."""
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        with (
            _called(words, self._environment(environment)),
            contextlib.chdir(self.folder),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = _ended()
        return Done(code, *(each.buffer.getvalue().decode() for each in (out, err)))  # type: ignore[attr-defined]

    def process(self, *words: str, **environment: str) -> Done:
        """Run it in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "bot", *words],
            cwd=self.folder,
            env={"PYTHONPATH": str(PROJECT), **self._environment(environment)},
            capture_output=True,
            text=True,
            timeout=60,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def _environment(self, more: dict[str, str]) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        ours = {"UPBEAT_DATABASE_URL": self.url, "UPBEAT_SECRET_KEY": "a test's secret"}
        return {**clean, **ours, "PYTHONWARNINGS": "error", **more}


@contextlib.contextmanager
def _called(words: tuple[str, ...], environment: dict[str, str]) -> Iterator[None]:
    """Let it find its words and settings where a process would, and leave nothing behind."""
    argv, before, handlers = sys.argv, dict(os.environ), logging.getLogger().handlers[:]
    sys.argv = ["upbeat", *words]
    os.environ.clear()
    os.environ.update(environment)
    try:
        yield
    finally:
        sys.argv = argv
        os.environ.clear()
        os.environ.update(before)
        logging.getLogger().handlers[:] = handlers


def _ended() -> int:
    try:
        main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0
