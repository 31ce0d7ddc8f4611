"""Lines of the log are put in order, whichever host wrote them."""

import json
import logging
import time

import pytest

from bot.logs import _Line
from tests.company import MONDAY


def test_a_line_says_its_moment_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    try:
        record = logging.makeLogRecord({"name": "upbeat.clock", "created": MONDAY.timestamp()})
        assert json.loads(_Line().format(record))["at"] == "2026-11-23T09:00:00Z"
    finally:
        monkeypatch.undo()
        time.tzset()
