"""What `upbeat doctor` says of one thing: what was found, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `fix` is empty when all is well; a `warning` does not fail."""

    what: str
    found: str
    fix: str = ""
    warning: bool = False
