"""What each promise costs: Upbeat beside itself with one of them switched off, in turns."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.company import slack_user
from benchmarks.load import slash_command
from benchmarks.outside import Outside
from benchmarks.pairs import Side, measure
from benchmarks.processes import Process, without
from benchmarks.slack import SAYS, warmed

SIDES: Mapping[str, str] = {
    "all of it": "",
    "waiting for the disk (FULL, not OFF)": "durability",
    "policy: doors and filters": "policy",
    "sealed columns": "encryption",
    "the audit log's chain": "links",
    "the audit log with its chain": "audit",
    "all of these": "durability,policy,encryption,audit",
}
"""What a side is without, and the switches for it."""
WHOLE = "all of it"
ACTS: Mapping[str, tuple[str, str, bytes]] = {
    "a check-in": ("/checkin", "done the login page; next the payments form; blocked by the copy", SAYS),
    "one's own check-ins": ("/upbeat", "checkin history", b"login page"),
}
IN_FLIGHT = 16


@dataclass(frozen=True)
class Cost:
    """Of an act, what it needs with everything, and what one side saves: medians over the rounds."""

    act: str
    without: str
    micros: float
    rate: float
    saved: float
    share: float
    faster: float
    refused: int


async def run(company: Path, people: int, there: Outside, *, rounds: int, seconds: float) -> list[Cost]:
    """All sides stand at once and take turns, each round in another order."""
    settings = there.settings("slack")
    async with contextlib.AsyncExitStack() as stack:
        processes = {}
        for number, (name, switches) in enumerate(SIDES.items()):
            file = company.parent / f"side-{number}" / "upbeat.db"
            file.parent.mkdir()
            shutil.copy(company, file)
            processes[name] = await stack.enter_async_context(without(switches, file, settings))
            await warmed(processes[name], people)
        found = {act: await _compared(processes, act, people, rounds, seconds) for act in ACTS}
    return [cost for act, sides in found.items() for cost in _costs(act, sides)]


async def _compared(
    processes: Mapping[str, Process], act: str, people: int, rounds: int, seconds: float
) -> dict[str, Side]:
    sides = {name: Side() for name in processes}
    users, (slashes, words, says) = [slack_user(n) for n in range(people)], ACTS[act]
    names = list(processes)
    for turn in range(rounds):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            make = slash_command(users, f"{act[:3]}.{turn}", slashes=slashes, words=words)
            await measure(processes[name], sides[name], make, IN_FLIGHT, seconds, says)
    return sides


def _costs(act: str, sides: Mapping[str, Side]) -> list[Cost]:
    whole = sides[WHOLE]
    return [
        Cost(
            act,
            name,
            side.micros,
            side.rate,
            saved=median(a - b for a, b in zip(whole.cpu, side.cpu, strict=True)),
            share=median((a - b) / a for a, b in zip(whole.cpu, side.cpu, strict=True)),
            faster=median(b.rate / a.rate for a, b in zip(whole.loads, side.loads, strict=True)),
            refused=side.refused,
        )
        for name, side in sides.items()
    ]
