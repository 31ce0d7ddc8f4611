"""Tests that are run as a part of the proof, and what they say that they found."""

from __future__ import annotations

import asyncio
import os
import sys
import xml.etree.ElementTree as xml
from ast import literal_eval
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.engines import PROJECT


async def run_tests(report: Path, *files: str, **environment: str) -> Sequence[xml.Element]:
    """Run the tests of these files; returns the cases of the report, none when there is no report."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-q", "-n", "2", *files, f"--junitxml={report}"),
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT), **environment},
        stdout=asyncio.subprocess.DEVNULL,
    )
    await process.wait()
    found = await asyncio.to_thread(lambda: xml.parse(report).getroot() if report.exists() else None)
    return [] if found is None else list(found.iter("testcase"))


def said(case: xml.Element, name: str) -> Any:
    """What a test recorded under a name, or None."""
    found = (each for each in case.iter("property") if each.get("name") == name)
    return next((literal_eval(each.get("value", "")) for each in found), None)


def failures(cases: Sequence[xml.Element]) -> tuple[str, ...]:
    """What to print of the tests that failed."""
    broken = (case for case in cases if any(case.find(how) is not None for how in ("failure", "error")))
    return tuple(f"{case.get('name')} failed" for case in broken)
