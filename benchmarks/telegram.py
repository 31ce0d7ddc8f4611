"""A Telegram update that records a check-in, by webhook, beside a bare webhook that writes one row."""

from __future__ import annotations

from pathlib import Path

from benchmarks.company import CHAT
from benchmarks.load import drive, telegram_update
from benchmarks.outside import Outside
from benchmarks.pairs import Pair, compare
from benchmarks.processes import bare, upbeat


async def run(company: Path, people: int, there: Outside, *, rounds: int, seconds: float) -> list[Pair]:
    """The pairs at 1, 16 and 64 in flight."""
    users = [CHAT + number for number in range(people)]
    settings = there.settings("telegram")
    other = company.with_name("bare-telegram.db")
    async with upbeat(company, settings) as ours, bare("telegram", other, settings) as theirs:
        for process in (ours, theirs):
            await drive(process.port, telegram_update(users, 1), in_flight=16, seconds=30, most=people)
            await there.quiet()
        return await compare(
            ours,
            theirs,
            lambda run: telegram_update(users, run),
            rounds=rounds,
            seconds=seconds,
            quiet=there.quiet,
        )
