"""How long the disk takes to keep something: what a bare app waits for at each command, and Upbeat once for a group."""

from __future__ import annotations

import os
import time
from pathlib import Path
from statistics import median

TIMES = 200
PAGE = b"\0" * 4096


def sync_ms(folder: Path) -> float:
    """The median of the milliseconds in which a page that was appended to a file is safe."""
    sync = getattr(os, "fdatasync", os.fsync)
    taken = []
    with (folder / "disk").open("wb", buffering=0) as file:
        for _ in range(TIMES):
            file.write(PAGE)
            began = time.perf_counter()
            sync(file.fileno())
            taken.append(1000 * (time.perf_counter() - began))
    (folder / "disk").unlink()
    return median(taken)
