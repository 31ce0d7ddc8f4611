"""A platform that refuses our token is left alone for a while; then one message tries again, before all others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

SHORTEST, LONGEST = 60.0, 3600.0
"""Seconds for which nothing is sent through a platform that refused our token; then one message tries again, and the
next one after twice as long, up to an hour."""


class Refusals:
    """Which platforms refuse our token now. `now` is a clock that never jumps, in seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._until: dict[str, float] = {}
        self._times: Counter[str] = Counter()

    def is_open(self, name: str) -> bool:
        """Whether something may be sent there."""
        return self._until.get(name, self._now()) <= self._now()

    def trying(self, name: str, seconds: float) -> None:
        """Something is sent there: where our token was refused before, the rest wait so long for what it hears."""
        if self._times[name]:
            self._until[name] = self._now() + seconds

    def taken(self, name: str) -> None:
        """Our token was taken: nobody waits any more."""
        if self._times.pop(name, 0):
            self._until.pop(name, None)

    def refused(self, name: str, seconds: float) -> bool:
        """Our token was refused; False for one of many messages that were on their way together, up to so long."""
        now = self._now()
        if self._until.get(name, now) > now + seconds:
            return False
        self._until[name] = now + min(SHORTEST * 2.0 ** self._times[name], LONGEST)
        self._times[name] += 1
        return True
