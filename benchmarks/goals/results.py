"""What was measured, as a line of a table."""

from __future__ import annotations

import os
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar


class Result(ABC):
    """What one size came to."""

    heads: ClassVar[tuple[str, ...]]

    @property
    @abstractmethod
    def row(self) -> tuple[str, ...]:
        """A cell below each of the heads."""


def since(began: float) -> float:
    """Milliseconds since a moment of `time.perf_counter`."""
    return 1000 * (time.perf_counter() - began)


def resident(pid: int | str = "self") -> float:
    """MiB that a process holds now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
