"""JSON in as few characters as it takes, for what is written and read on every interaction."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import orjson

# Where memory is refused for a text as long as this, orjson 3 brings the process down, and `json` raises MemoryError.
_LONG = 2**16

_AS_THEY_ARE = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


def to_json(thing: Any, default: Callable[[Any], Any] | None = None) -> bytes:
    """The JSON of a thing in UTF-8; `default` turns into plain things what JSON has no word for. Raises TypeError."""
    try:
        return orjson.dumps(thing, default, _AS_THEY_ARE)
    except orjson.JSONEncodeError:
        # Half a character, or a number past 64 bits: the standard library takes them.
        words = json.dumps(thing, default=default, ensure_ascii=True, separators=(",", ":"))
        return words.encode()


def from_json(words: str | bytes) -> Any:
    """The thing that JSON says; raises ValueError when it is none."""
    if len(words) > _LONG:
        return json.loads(words)
    try:
        return orjson.loads(words)
    except orjson.JSONDecodeError:
        return json.loads(words)
