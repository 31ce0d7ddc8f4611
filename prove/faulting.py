"""Each fault of the list that is a test, and the figure that it found: `tests/faults/`, as rows of the table."""

from __future__ import annotations

import asyncio
import os
import sys
import xml.etree.ElementTree as xml
from ast import literal_eval
from collections.abc import Iterator, Sequence
from pathlib import Path

from prove.rows import Row, Sweep, Terms
from tests.engines import PROJECT
from tests.faults.figures import FAULTS, named


async def sweep(terms: Terms) -> Sequence[Row]:
    """Run them all."""
    report = terms.folder / "faults.xml"
    terms.say("faults: each with its figure, about a minute")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-q", "-n", "2", "tests/faults", f"--junitxml={report}"),
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=asyncio.subprocess.DEVNULL,
    )
    await process.wait()
    return await asyncio.to_thread(lambda: list(_rows(report)))


def _rows(report: Path) -> Iterator[Row]:
    """One for each fault, with what all of its tests found."""
    if not report.exists():
        return
    cases = list(xml.parse(report).getroot().iter("testcase"))
    for number, what in FAULTS.items():
        if mine := [case for case in cases if named(case.get("name", "")) == number]:
            found = [_figure(case) for case in mine]
            yield Row(
                f"F{number:02} {what}",
                sum(cells for cells, _ in found),
                figures=" | ".join(dict.fromkeys(words for _, words in found if words)),
                wrong=tuple(f"{case.get('name')} failed" for case in mine if _failed(case)),
            )


def _figure(case: xml.Element) -> tuple[int, str]:
    for said in case.iter("property"):
        if said.get("name") == "figure":
            cells, words = literal_eval(said.get("value", ""))
            return int(cells), str(words)
    return 0, ""


def _failed(case: xml.Element) -> bool:
    return case.find("failure") is not None or case.find("error") is not None


SWEEP = Sweep("faults", sweep)
