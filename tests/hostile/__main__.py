"""`python -m tests.hostile`: more hostile cases than the tests try; `--times`, `--seed` and `--only SURFACE` choose."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from tests.hostile.surfaces import SURFACES
from tests.hostile.sweep import swept
from tests.walks.tour import Tour, found, opened


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.hostile")
    asked.add_argument("--times", type=float, default=10, help="how many times as many as in the tests")
    asked.add_argument("--seed", type=int, default=2)
    asked.add_argument("--only", choices=SURFACES)
    options = asked.parse_args()
    broken = 0
    with tempfile.TemporaryDirectory() as folder:
        company = asyncio.run(_lived_in(Path(folder)))
        for name, (surface, cases) in SURFACES.items():
            if options.only in (None, name):
                tally = swept(name, surface, company, int(cases * options.times), options.seed)
                print(tally, *tally.broken[:20], sep="\n  ", flush=True)
                broken += len(tally.broken) + (not tally.cases)
    return 1 if broken else 0


async def _lived_in(folder: Path) -> tuple[Path, datetime]:
    file = await asyncio.to_thread(found, folder)
    async with opened(file, folder / "company.db") as chat:
        tour = Tour(chat)
        await tour.through_a_week()
        await tour.everywhere(("ada", "hana"))
        return tour.file, tour.at


if __name__ == "__main__":
    sys.exit(main())
