"""`upbeat doctor` looks at everything that Upbeat needs, one line each, with the fix beside what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from rich.console import Console
from rich.markup import escape

from bot.doctor.database import database_findings, sqlite_finding
from bot.doctor.finding import Finding
from bot.doctor.platforms import platform_findings
from bot.settings import Settings
from storage.database import Database


def examine(settings: Settings) -> int:
    """Print every finding; returns the exit code: 1 when something must be mended."""
    return asyncio.run(_examine(settings))


async def _examine(settings: Settings) -> int:
    console = Console(highlight=False, emoji=False, soft_wrap=True)
    failed = False
    async for finding in _findings(settings):  # each at once: a platform that is silent takes its time
        mark = "ok  " if not finding.fix else "note" if finding.warning else "FAIL"
        failed = failed or mark == "FAIL"
        console.print(escape(f"{mark}  {finding.what}: {finding.found}"))
        if finding.fix:
            console.print(escape(f"      → {finding.fix}"))
    return int(failed)


async def _findings(settings: Settings) -> AsyncIterator[Finding]:
    database = Database(settings.database_url, settings.secret)
    try:
        async for finding in database_findings(database, settings):
            yield finding
    finally:
        database.stop()
    if database.is_sqlite:
        yield sqlite_finding()
    async for finding in platform_findings(settings):
        yield finding
