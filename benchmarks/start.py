"""How long a start takes, and how much memory is held at rest, beside the bare app."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.outside import Outside
from benchmarks.processes import ROOT, Process, bare, environment, upbeat

REST = 1.5
"""Seconds after the start at which memory is looked at."""

CHAT = {"local chat, first screen": "/", "local chat, all of its month": "/readyz"}
"""While its month is still passing, the sample company shows its first screen."""


@dataclass
class Start:
    """Seconds until it answers, and MiB held at rest, of every round."""

    seconds: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    async def note(self, process: Process) -> None:
        """One more round."""
        self.seconds.append(process.started_in)
        await asyncio.sleep(REST)
        self.memory.append(process.resident())

    @property
    def typical(self) -> tuple[float, float]:
        return median(self.seconds), median(self.memory)


async def run(folder: Path, there: Outside, *, rounds: int) -> dict[str, Start]:
    """Everything once a round, each time on an empty database."""
    names = ("bare Bolt", "Slack", "Telegram", "Slack and Telegram", *CHAT)
    starts = {name: Start() for name in names}
    for number in range(rounds):
        place = folder / f"start-{number}"
        place.mkdir()
        async with bare("slack", place / "bare.db", there.settings("slack")) as process:
            await starts["bare Bolt"].note(process)
        for name, platforms in (
            ("Slack", ("slack",)),
            ("Telegram", ("telegram",)),
            ("Slack and Telegram", ("slack", "telegram")),
        ):
            async with upbeat(
                place / f"{len(platforms)}-{name[:5]}.db", there.settings(*platforms)
            ) as process:
                await starts[name].note(process)
        for name, ready in CHAT.items():
            async with upbeat(place / f"local-{len(name)}.db", {}, ready=ready) as process:
                await starts[name].note(process)
    return starts


def help_answers(rounds: int) -> float:
    """Seconds of `upbeat --help`."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "bot", "--help"],
            env=environment({}),
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
        taken.append(time.perf_counter() - began)
    return median(taken)
