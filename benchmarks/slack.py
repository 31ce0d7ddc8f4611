"""A slash command that records a check-in and answers, over HTTP, beside a bare Bolt app that writes one row."""

from __future__ import annotations

from pathlib import Path

from benchmarks.company import slack_user
from benchmarks.load import drive, slash_command
from benchmarks.outside import Outside
from benchmarks.pairs import Pair, compare
from benchmarks.processes import Process, bare, upbeat

SAYS = b"heck"
"""Of "Checked in." and of "Your check-in is updated."."""


async def warmed(process: Process, people: int) -> None:
    """Everybody's first time: their profile is read, and the feature introduces itself."""
    users = [slack_user(number) for number in range(people)]
    first = slash_command(users, "first")
    load = await drive(process.port, first, in_flight=16, seconds=60, most=people, says=SAYS)
    if load.refused:
        raise RuntimeError(f"{load.refused} of {people} check-ins were refused")


async def run(company: Path, people: int, there: Outside, *, rounds: int, seconds: float) -> list[Pair]:
    """The pairs at 1, 16 and 64 in flight."""
    users = [slack_user(number) for number in range(people)]
    settings = there.settings("slack")
    async with (
        upbeat(company, settings) as ours,
        bare("slack", company.with_name("bare-slack.db"), settings) as theirs,
    ):
        await warmed(ours, people)
        await drive(theirs.port, slash_command(users, "first"), in_flight=16, seconds=5, most=people)
        return await compare(
            ours,
            theirs,
            lambda run: slash_command(users, str(run)),
            rounds=rounds,
            seconds=seconds,
            says=SAYS,
        )
