"""`python -m tests.mutation`: every mistake in the policy and its filter, and whether it is noticed.

`--some N` tries N of them, the same ones every time; `--seed` others; `--about TEXT` those with this in their name."""

from __future__ import annotations

import argparse
import random
import sys

from tests.mutation.running import every, gone, tried


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.mutation")
    asked.add_argument("--some", type=int, default=0, help="how many; all of them otherwise")
    asked.add_argument("--seed", type=int, default=7, help="which of them")
    asked.add_argument("--about", default="", help="those with this in their name")
    options = asked.parse_args()
    mutants = [mutant for mutant in every() if options.about in mutant.name]
    if options.some:
        mutants = random.Random(options.seed).sample(mutants, options.some)
    found = tried(mutants, say=lambda words: print(words, file=sys.stderr, flush=True))
    for name in found.survived:
        print(f"not noticed: {name}")
    for name in gone():
        print(f"explained, but there is no such mistake: {name}")
    print(
        f"mistakes tried {found.tried}, noticed {found.noticed}, of the others unexplained {len(found.unexplained)}"
    )
    return 0 if found.good and not gone() else 1


if __name__ == "__main__":
    sys.exit(main())
