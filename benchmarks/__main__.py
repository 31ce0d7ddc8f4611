"""`make bench`: everything, side by side, in one run. `--quick` looks only, `--only slack,ticks` chooses parts."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks import company, goals, growth, outbox, promises, reviews, slack, start, telegram, ticks
from benchmarks.disk import sync_ms
from benchmarks.outside import Outside, outside
from benchmarks.pairs import Pair
from benchmarks.processes import CLIENT, pin

PARTS = ("slack", "telegram", "ticks", "outbox", "start", "growth", "promises", "goals", "reviews")
PEOPLE = 400

console = Console(width=118)


cli = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@cli.command()
def main(
    quick: Annotated[bool, typer.Option(help="Two short rounds, and small companies.")] = False,
    large: Annotated[bool, typer.Option(help="Also the week's nudge for 100,000 people.")] = False,
    only: Annotated[str, typer.Option(help=f"Some of {', '.join(PARTS)}.")] = ",".join(PARTS),
) -> None:
    """Measure Upbeat beside what it is compared with."""
    asyncio.run(
        _measure(
            only.split(","), rounds=2 if quick else 5, seconds=0.7 if quick else 1.5, quick=quick, large=large
        )
    )


def _print_disk(folder: Path) -> None:
    console.print(f"The disk takes {sync_ms(folder):.2f} ms to keep a page just now.")


async def _measure(parts: list[str], *, rounds: int, seconds: float, quick: bool, large: bool) -> None:
    pin(CLIENT)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with outside() as there:
            if "slack" in parts:
                _print_disk(folder)
                file = await _company(folder / "slack")
                pairs = await slack.run(file, PEOPLE, there, rounds=rounds, seconds=seconds)
                _print_pairs("A slash command that records a check-in, over HTTP", "bare Bolt", pairs)
            if "telegram" in parts:
                _print_disk(folder)
                file = await _company(folder / "telegram")
                pairs = await telegram.run(file, PEOPLE, there, rounds=rounds, seconds=seconds)
                _print_pairs("The same for a Telegram update, by webhook", "bare webhook", pairs)
            if "ticks" in parts:
                await _ticks(folder, rounds, quick)
            if "outbox" in parts:
                await _outbox(folder, there, rounds, quick)
            if "start" in parts:
                await _start(folder, there, rounds)
            if "growth" in parts:
                await _growth(folder, there, rounds, seconds, quick)
            if "promises" in parts:
                await _promises(folder, there, rounds, seconds)
            if "goals" in parts:
                await _goals(folder, rounds, quick, large)
            if "reviews" in parts:
                await _reviews(folder, rounds, quick)


async def _company(folder: Path) -> Path:
    file = folder / "upbeat.db"
    company.found(file, PEOPLE)
    await company.plan(file)
    return file


def _print_pairs(title: str, other: str, pairs: list[Pair]) -> None:
    rows = []
    for pair in pairs:
        for name, side in (("Upbeat", pair.ours), (other, pair.theirs)):
            ratio = f"{pair.ratio:.2f}" if side is pair.ours else ""
            answers = (f"{side.rate:.0f}", f"{side.p(0.5):.1f}", f"{side.p(0.99):.1f}", f"{side.micros:.0f}")
            rows.append((str(pair.in_flight), name, *answers, str(side.refused), ratio))
    heads = ("in flight", "app", "answers/s", "p50 ms", "p99 ms", "cpu us each", "refused", f"rate / {other}")
    _print(title, heads, rows)


async def _ticks(folder: Path, rounds: int, quick: bool) -> None:
    sizes = (10_000, 100_000 if quick else 1_000_000)
    found = [await ticks.run(folder, size, 700, rounds=rounds) for size in sizes]
    rows = [
        (
            f"{each.slots:,}",
            f"{each.full:.0f}",
            f"{1000 * each.full / each.due:.0f}",
            f"{each.query:.2f}",
            f"{each.empty:.2f}",
            f"{each.empty_query:.3f}",
            f"{each.full / found[0].full:.2f}",
            f"{each.empty / found[0].empty:.2f}",
        )
        for each in found
    ]
    heads = (
        "scheduled",
        "tick ms, 700 due",
        "us each",
        "bare query ms",
        "empty tick ms",
        "bare ms",
        "x 10,000",
        "empty x",
    )
    _print("A tick of the clock: 700 people are told one thing each", heads, rows)


async def _outbox(folder: Path, there: Outside, rounds: int, quick: bool) -> None:
    rates = []
    for number in range(rounds):
        file = await _company(folder / f"outbox-{number}")
        rates.append(await outbox.run(file, there, messages=400 if quick else 2_000))
    rates.sort()
    row = (f"{rates[len(rates) // 2]:.0f}", f"{rates[0]:.0f}", f"{rates[-1]:.0f}")
    _print(
        "Outbox messages delivered over HTTP to a local fake without limits",
        ("messages/s", "slowest", "fastest"),
        [row],
    )


async def _start(folder: Path, there: Outside, rounds: int) -> None:
    starts = await start.run(folder, there, rounds=rounds)
    seconds, memory = starts["bare Bolt"].typical
    rows = [
        (name, f"{each[0]:.2f}", f"{each[0] / seconds:.2f}", f"{each[1]:.0f}", f"{each[1] / memory:.2f}")
        for name, each in ((name, made.typical) for name, made in starts.items())
    ]
    rows.append(("upbeat --help", f"{start.help_answers(rounds):.2f}", "", "", ""))
    heads = ("started", "seconds until it answers", "x bare", "MiB at rest", "x bare")
    _print("A start on an empty database", heads, rows)


async def _growth(folder: Path, there: Outside, rounds: int, seconds: float, quick: bool) -> None:
    rows = []
    for people in (100, 1_000) if quick else (100, 1_000, 10_000):
        size = await growth.run(folder, people, there, rounds=rounds, seconds=seconds)
        rows.append(
            (
                f"{people:,}",
                f"{size.directory:.1f}",
                f"{size.tick:.1f}",
                f"{size.start:.2f}",
                f"{size.memory:.0f}",
                f"{size.check_in:.0f}",
                f"{size.naming:.0f}",
            )
        )
    heads = (
        "people",
        "directory ms",
        "empty tick ms",
        "start s",
        "MiB",
        "check-in cpu us",
        "kudos by name cpu us",
    )
    _print("What the size of the company costs", heads, rows)


async def _promises(folder: Path, there: Outside, rounds: int, seconds: float) -> None:
    file = await _company(folder / "promises")
    found = await promises.run(
        file, PEOPLE, there, rounds=2 * rounds, seconds=seconds
    )  # they differ by little
    for act in promises.ACTS:
        rows = [
            (
                f"without {each.without}" if each.without != promises.WHOLE else each.without,
                f"{each.micros:.0f}",
                f"{each.saved:.0f}",
                f"{100 * each.share:.0f}%",
                f"{each.rate:.0f}",
                f"{each.faster:.2f}",
                str(each.refused),
            )
            for each in found
            if each.act == act
        ]
        heads = ("", "cpu us each", "costs us", "of all", "answers/s", "x all of it", "refused")
        _print(f"What each promise costs: {act}, {promises.IN_FLIGHT} in flight", heads, rows)


async def _goals(folder: Path, rounds: int, quick: bool, large: bool) -> None:
    async for title, results in goals.run(folder, rounds=rounds, quick=quick, large=large):
        _print(title, results[0].heads, [each.row for each in results])


async def _reviews(folder: Path, rounds: int, quick: bool) -> None:
    async for title, results in reviews.run(folder, rounds=rounds, quick=quick):
        _print(title, results[0].heads, [each.row for each in results])


def _print(title: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    table = Table(title=title, title_justify="left")
    for head in heads:
        table.add_column(
            head, justify="right" if any(row[len(table.columns)][:1].isdigit() for row in rows) else "left"
        )
    for row in rows:
        table.add_row(*row)
    console.print(table)


if __name__ == "__main__":
    cli()
