"""Ids that sort by the time they were made, and secrets that cannot be guessed."""

import secrets
import time

_last = 0


def new_id() -> str:
    """A 32-character id: 12 hexadecimal digits of milliseconds, then 80 random bits.

    Random ids halve the insert rate at five million rows; time-ordered ones do not."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"


def new_secret() -> str:
    """A 22-character token of 128 random bits, safe in a URL and in 64 bytes of a button."""
    return secrets.token_urlsafe(16)
