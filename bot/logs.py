"""What operators read: one JSON line an event, without people's words and without tokens."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

ALLOWED = frozenset(
    {
        "error",
        "where",
        "platform",
        "route",
        "outcome",
        "state",
        "count",
        "seconds",
        "bucket",
        "reason",
        "status",
        "attempt",
        "kind",
        "worker",
        "bell",
        "outgoing",
        "update_id",
    }
)
"""The only extra fields that reach a log line; everything else is dropped, so that a slip cannot leak words."""

QUIET = (
    "httpx",
    "httpcore",
    "slack_bolt",
    "slack_sdk",
    "telegram",
    "alembic",
    "apscheduler",
    "aiohttp",
    "uvicorn",
    "asyncio",
)
"""Libraries that log bodies, signatures or tokens below WARNING; `httpx` prints Telegram's token in its URLs."""


class _Line(logging.Formatter):
    """A record of ours with its allowed fields; of a library, its name and level and the type of its error alone."""

    def format(self, record: logging.LogRecord) -> str:
        ours = record.name.startswith("upbeat")
        line: dict[str, Any] = {
            # In UTC: for hosts in other zones, and for the hour that comes twice.
            "at": f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%SZ}",
            "level": record.levelname.lower(),
            "from": record.name,
            # A library's text may quote a request; its first argument-free words are ours to keep out.
            "event": record.getMessage() if ours else "library message withheld",
        }
        line.update({name: item for name, item in vars(record).items() if name in ALLOWED})
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False, default=repr)


def set_up_logs(level: int = logging.INFO) -> None:
    """Send log lines to standard error; libraries are heard from WARNING on, and then only by name."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Line())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
