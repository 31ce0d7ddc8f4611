"""Every payload that `octokit/webhooks` has recorded of GitHub is read (data/octokit.LICENSE; the same ones once)."""

from __future__ import annotations

import json
import lzma
from collections import Counter
from pathlib import Path
from typing import Any

from bot.ingest import github as reading
from storage.metrics import MetricPoint
from tests.bot.ingest.sender import github
from tests.company import Chat

RECORDED = lzma.decompress((Path(__file__).parent / "data" / "octokit.jsonl.xz").read_bytes()).decode()
PAYLOADS: list[dict[str, Any]] = [json.loads(line) for line in RECORDED.split("\n") if line]


def test_there_are_as_many_as_were_recorded() -> None:
    assert len(PAYLOADS) == 350
    assert len({each["event"] for each in PAYLOADS}) > 50


async def test_each_is_taken_and_what_is_done_counts(chat: Chat) -> None:
    hub = github(chat)
    statuses: Counter[int] = Counter()
    for number, each in enumerate(PAYLOADS):
        status, _ = await hub.tells(each["event"], each["payload"], number=f"recorded-{number}")
        statuses[status] += 1
    assert statuses == {200: len(PAYLOADS)}
    counted = {each["event"] for each in PAYLOADS if reading.points_in(each["event"], each["payload"])}
    assert counted == {"issues"}, "the recorded pull requests were closed without merging"
    assert chat.rows(MetricPoint)
