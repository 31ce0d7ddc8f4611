"""What was measured, as a line of a table."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
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
