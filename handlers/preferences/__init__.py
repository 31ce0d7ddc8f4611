"""Me: my settings, when I am away, where I am connected, what I was sent and why, and what is kept about me."""

from handlers.preferences import (
    away,
    erasing,
    helping,
    holds,
    linking,
    privacy,
    quiet,
    retention,
    settings,
    why,
)
from handlers.preferences.home import feature

__all__ = [
    "away",
    "erasing",
    "feature",
    "helping",
    "holds",
    "linking",
    "privacy",
    "quiet",
    "retention",
    "settings",
    "why",
]
