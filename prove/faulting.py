"""Each fault of the list that is a test, and the figure that it found: `tests/faults/`, as rows of the table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from prove.pytests import failures, run_tests, said
from prove.rows import Row, Sweep, Terms
from tests.faults.figures import FAULTS, named


async def sweep(terms: Terms) -> Sequence[Row]:
    """Run them all."""
    terms.say("faults: each with its figure, about a minute")
    return list(_rows(await run_tests(terms.folder / "faults.xml", "tests/faults")))


def _rows(cases: Sequence[Element]) -> Iterator[Row]:
    """One for each fault, with what all of its tests found."""
    for number, what in FAULTS.items():
        if mine := [case for case in cases if named(case.get("name", "")) == number]:
            found = [said(case, "figure") or (0, "") for case in mine]
            yield Row(
                f"F{number:02} {what}",
                sum(cells for cells, _ in found),
                figures=" | ".join(dict.fromkeys(words for _, words in found if words)),
                wrong=failures(mine),
            )


SWEEP = Sweep("faults", sweep)
