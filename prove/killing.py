"""`kill -9` at each named point of the path, while people talk; who died is started again, and all comes to an end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from prove.points import COMMANDS, PATH
from prove.rows import Row, Sweep, Terms
from prove.world import CALM, SELDOM, Life, Outcome, World


def worlds(terms: Terms) -> list[World]:
    """Shortly: each database once. At length: each with both ways of Telegram, for several seeds."""
    kinds = (("sqlite", 1), ("postgresql", 1), ("postgresql", 3))
    if not terms.long:
        return [World(engine, n, n == 1, terms.seed) for engine, n in reversed(kinds)]
    seeds = range(terms.seed, terms.seed + terms.seeds)
    return [World(engine, n, webhook, s) for s in seeds for engine, n in kinds for webhook in (False, True)]


async def sweep(terms: Terms) -> Sequence[Row]:
    """All worlds, two at a time."""
    room = asyncio.Semaphore(2)

    async def one(number: int, world: World) -> Outcome:
        async with room:
            folder = terms.folder / f"world-{number}"
            folder.mkdir()
            return await Life(world, folder, terms).live()

    outcomes = await asyncio.gather(*(one(n, world) for n, world in enumerate(worlds(terms))))
    return rows(outcomes)


def rows(outcomes: Sequence[Outcome]) -> list[Row]:
    """One row for each point, over all worlds; what belongs to none is the last one's."""
    points = [*PATH, *(point for point in COMMANDS if point in SELDOM), CALM, ""]
    made = [_row(point, outcomes) for point in points]
    beside = [words for outcome in outcomes for words in outcome.wrong]
    named = [row for row in made if row.cells]
    rest = [row for row in made if not row.cells]
    calm = Row(
        "under load, beside the kills",
        len(outcomes),
        sum(row.acknowledged for row in rest),
        sum(row.lost for row in rest),
        sum(row.doubled for row in rest),
        sum(row.leaked for row in rest),
        sum(row.ambiguous for row in rest),
        wrong=tuple([*(why for row in rest for why in row.wrong), *beside]),
    )
    return [*named, calm]


def _row(point: str, outcomes: Sequence[Outcome]) -> Row:
    cells = [cell for outcome in outcomes for cell in outcome.cells if cell.point == point]
    found = [outcome.findings[point] for outcome in outcomes if point in outcome.findings]
    return Row(
        f"kill -9 {point}" if cells else "",
        len(cells),
        sum(each.acknowledged for each in found),
        sum(each.lost for each in found),
        sum(each.doubled for each in found),
        sum(each.leaked for each in found),
        sum(each.ambiguous for each in found),
        max((cell.recovery for cell in cells), default=None),
        wrong=tuple([*(w for cell in cells for w in cell.wrong), *(w for each in found for w in each.wrong)]),
    )


SWEEP = Sweep("kill", sweep)
