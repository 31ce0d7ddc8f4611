"""Ids that sort by the time they were made, and secrets that cannot be guessed."""

import secrets
import time
from itertools import count

ID_LENGTH = 32
_order = count()


def new_id() -> str:
    """A 32-character id: 12 hexadecimal digits of milliseconds, 4 of a count that keeps the order within one, and 64
    random bits. Random ids halve the insert rate at five million rows; time-ordered ones do not."""
    return f"{time.time_ns() // 1_000_000:012x}{next(_order) & 0xFFFF:04x}{secrets.token_hex(8)}"


def new_secret() -> str:
    """A 22-character token of 128 random bits, safe in a URL and in 64 bytes of a button."""
    return secrets.token_urlsafe(16)
