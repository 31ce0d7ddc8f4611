"""No platform is sent more than it permits: a message waits for its place in each limit that it falls under."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Limit: TypeAlias = tuple[str, float, float]
"""A bucket's name, messages a second, and how many may go at once."""

SHORTEST, USUAL, LONGEST = 1.0, 30.0, 3600.0
"""What a platform may ask us to wait, in seconds; what is not a number is read as the usual one."""
FEW = 1000


def within_reason(seconds: float) -> float:
    """What a platform asks us to wait, as we keep it."""
    return min(max(seconds, SHORTEST), LONGEST) if math.isfinite(seconds) else USUAL


@dataclass
class _Bucket:
    """`next_at` is when the bucket would be full again (GCRA's theoretical arrival time)."""

    next_at: float = 0.0
    paused_until: float = 0.0


class Buckets:
    """The limits that are in use, each by its name. `now` is a clock that never jumps, in seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._buckets: dict[str, _Bucket] = {}
        self._began = -math.inf

    def begin_empty(self) -> None:
        """Another process may have used up every limit until now: at first nothing goes at once, but at its rate."""
        self._began = self._now()

    def wait_for(self, limits: Sequence[Limit], *, most: float) -> float:
        """Seconds until a message may go under all of these limits; its place is kept if that is at most `most`."""
        now = self._now()
        start = max([now, *(self._free_at(limit) for limit in limits)])
        if start - now <= most:
            for limit in limits:
                name, rate, _ = limit
                self._bucket(name).next_at = max(self._next_at(limit), start) + 1 / rate
        return start - now

    def pause(self, name: str, seconds: float) -> float:
        """Send nothing under this limit for a while; returns for how long."""
        seconds = within_reason(seconds)
        bucket = self._bucket(name)
        bucket.paused_until = max(bucket.paused_until, self._now() + seconds)
        return seconds

    def paused_for(self, limits: Sequence[Limit]) -> float:
        """Seconds for which one of these limits is still closed; 0 when all are open."""
        return max([0.0, *(self._bucket(name).paused_until - self._now() for name, _, _ in limits)])

    def _free_at(self, limit: Limit) -> float:
        name, rate, burst = limit
        return max(self._bucket(name).paused_until, self._next_at(limit) - (burst - 1) / rate)

    def _next_at(self, limit: Limit) -> float:
        name, rate, burst = limit
        return max(self._bucket(name).next_at, self._began + burst / rate)

    def _bucket(self, name: str) -> _Bucket:
        if name not in self._buckets:
            self._forget_idle()
            self._buckets[name] = _Bucket()
        return self._buckets[name]

    def _forget_idle(self) -> None:
        """A channel that nothing was posted to for a while needs no memory."""
        if len(self._buckets) > FEW and len(self._buckets) % FEW == 0:
            now = self._now()
            busy = {n: b for n, b in self._buckets.items() if max(b.next_at, b.paused_until) > now}
            self._buckets = busy
