"""Memory is short while a person's whole record is written: the export fails in words or is made, and nothing grows."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.engines import PROJECT, sqlite_url
from tests.faults.figures import Figure

CHILD = """
import asyncio, gc, resource, sys
from datetime import UTC, date, datetime, timedelta
from storage.files import FileRow
from tests.company import company

def size():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() // 2**20

def mapped():
    return int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()

def wrote(store, ids, days, letters):
    for day in days:
        store.checkins.record(
            ids["ben"], date(2020, 1, 1) + timedelta(days=day), {"done": letters}, parts=None,
            closes_at=datetime(2026, 1, 1, tzinfo=UTC), window=None, quoted_in=None,
        )

async def main(url):
    async with company(url) as chat:
        chat.change(lambda store: wrote(store, chat.ids, range(60), "words " * 2_000))
        sizes = []
        for _ in range(6):
            heard = await chat.says("ben", "/privacy file")
            assert heard.answer.outcome == "done", heard.text
            gc.collect()
            sizes.append(size())
        files = len(chat.rows(FileRow))
        chat.change(lambda store: wrote(store, chat.ids, range(300, 330), "words " * 40_000))
        gc.collect()
        resource.setrlimit(resource.RLIMIT_AS, (mapped() + 2**20, resource.RLIM_INFINITY))
        short = await chat.says("ben", "/privacy file")
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        after = len(chat.rows(FileRow))
        again = await chat.says("ben", "/privacy file")
        print(short.answer.outcome, after - files, again.answer.outcome, sizes[-1] - sizes[1], sizes[-1])

asyncio.run(main(sys.argv[1]))
"""


async def test_f44_no_memory_during_an_export(tmp_path: Path, figure: Figure) -> None:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", CHILD, sqlite_url(tmp_path)),
        cwd=PROJECT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, problems = await asyncio.wait_for(child.communicate(), 60)
    assert child.returncode == 0, problems.decode()[-3000:]
    short, kept, again, growth, size = out.decode().split()[-5:]
    assert short in ("failed", "done")
    assert (short == "failed") == (int(kept) == 0), "half an export was kept"
    assert again == "done"
    assert int(growth) < 30
    figure(8, f"without memory: {short}; grown {growth} MB in 5 exports, {size} MB in all")
