"""`make prove`: every sweep against real processes, one table, and exit code 1 when it is not as promised."""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from prove.rows import Row, Sweep, Terms, all_hold, draw
from prove.sweeps import SWEEPS

cli = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@cli.command()
def main(
    long: Annotated[
        bool, typer.Option("--long/--short", help="Hours, or some minutes on two cores.")
    ] = False,
    only: Annotated[str, typer.Option(help="Some sweeps by name, with commas between.")] = "",
    seed: Annotated[int, typer.Option(help="Where the choices of points and people begin.")] = 1,
    seeds: Annotated[int, typer.Option(help="How many seeds the long kill sweep tries.")] = 20,
) -> None:
    """Prove the promise, and print what was found."""
    logging.getLogger("aiohttp").setLevel(logging.CRITICAL)  # a killed process hangs up: no news here
    began = time.monotonic()
    rows = asyncio.run(_prove(chosen(only), long=long, seed=seed, seeds=seeds))
    typer.echo(draw(rows))
    typer.echo(f"Seed {seed}, {time.monotonic() - began:.0f} s.")
    raise typer.Exit(0 if all_hold(rows) else 1)


def chosen(only: str) -> list[Sweep]:
    """The sweeps of these names, or all of them."""
    names = [name.strip() for name in only.split(",") if name.strip()]
    known = {sweep.name for sweep in SWEEPS}
    if unknown := set(names) - known:
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: the sweeps are {', '.join(sorted(known))}")
    return [sweep for sweep in SWEEPS if not names or sweep.name in names]


async def _prove(sweeps: list[Sweep], *, long: bool, seed: int, seeds: int) -> list[Row]:
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="upbeat-prove-") as name:
        for sweep in sweeps:
            folder = Path(name, sweep.name)
            await asyncio.to_thread(folder.mkdir)
            terms = Terms(long, seed, folder, lambda words: typer.echo(words, err=True), seeds)
            found = list(await sweep.run(terms))
            rows += found or [Row(sweep.name, 0)]
    return rows


if __name__ == "__main__":
    cli()
