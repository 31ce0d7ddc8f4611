"""Payloads that GitLab and Jira really sent, old ones and new ones, are read as they are (data/README.md)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.ingest import gitlab, jira
from storage.metrics import Arrival, Metric, MetricPoint
from tests.bot.ingest.test_gitlab import lab, shows_token
from tests.bot.ingest.test_jira import tells, tracker
from tests.company import Chat

RECORDED = (Path(__file__).parent / "data" / "zulip.jsonl").read_text("utf-8")
PAYLOADS: dict[str, dict[str, Any]] = {
    each["file"]: each["payload"] for each in map(json.loads, RECORDED.splitlines())
}
APP = "tomaszkolek0/my-awesome-project"


def short(found: list[Arrival]) -> list[tuple[str, str, str, str]]:
    return [(each.metric, f"{each.at:%Y-%m-%d %H:%M:%S}", str(each.value), each.person) for each in found]


def counts(chat: Chat, metric: str) -> int:
    """What a metric of the company has come to, ever."""
    (row,) = chat.rows(Metric, Metric.name == metric)
    return sum(
        int(each.value) for each in chat.rows(MetricPoint) if each.current and each.metric_id == row.id
    )


@pytest.mark.parametrize(
    ("name", "metric", "at", "value"),
    [
        ("merge_request_merged.json", "merged merge requests", "2016-08-22 20:41:06", "1"),
        ("issue_hook__issue_closed.json", "closed issues", "2016-08-18 18:14:13", "1"),
        ("issue_hook__issue_reopened.json", "closed issues", "2016-08-18 18:15:07", "0"),
    ],
)
def test_gitlab_of_2016_names_people_without_their_numbers(
    name: str, metric: str, at: str, value: str
) -> None:
    found = short(gitlab.points_in(PAYLOADS[name]))
    assert found == [(f"{APP} {metric}", at, value, ""), (f"{APP} {metric}", at, value, "tomaszkolek0")]


def test_gitlab_s_tasks_are_no_issues() -> None:
    task = PAYLOADS["issue_hook__task_closed.json"]
    assert not gitlab.points_in(task)
    found = short(gitlab.points_in({**task, "object_kind": "issue"}))
    metric, at = "sathwikshetty33-group/mVc closed issues", "2026-05-28 06:17:50"
    assert found == [(metric, at, "1", ""), (metric, at, "1", "sathwikshetty33")], "else it is shaped alike"


@pytest.mark.parametrize(
    ("name", "metric", "at", "people"),
    [
        ("issue_updated__status.json", "ABC closed issues", "2017-01-30 17:32:14", [""]),
        ("reassigned_v2.json", "BUG closed issues", "2013-03-27 16:57:45", ["", "othello@zulip.com"]),
        ("issue_deleted.json", "BUG closed issues", "2013-03-27 17:06:09", ["", "othello@zulip.com"]),
    ],
)
def test_jira_s_of_servers_and_of_its_cloud(name: str, metric: str, at: str, people: list[str]) -> None:
    found = short([each for each in jira.points_in(PAYLOADS[name], jira.USUAL_FIELD) if not each.gone])
    assert found == [(metric, at, "0", person) for person in people]


async def test_they_are_taken_at_the_door(chat: Chat) -> None:
    sender = lab(chat)
    chat.change(lambda store: store.change(sender.source, people={"tomaszkolek0": "ada@example.com"}))
    for number, name in enumerate(("merge_request_merged.json", "issue_hook__issue_closed.json")):
        assert (await shows_token(sender, PAYLOADS[name], f"k{number}"))[1]["new"] == 2
    assert counts(chat, f"{APP} closed issues") == 1
    assert (await shows_token(sender, PAYLOADS["issue_hook__issue_reopened.json"], "k9"))[1]["corrected"] == 2
    assert counts(chat, f"{APP} closed issues") == 0
    sender = tracker(chat)
    for number, name in enumerate(("reassigned_v2.json", "issue_deleted.json")):
        status, _ = await tells(sender, PAYLOADS[name], str(number))
        assert status == 200
    assert counts(chat, "BUG closed issues") == 0
