"""Jira tells of issues: done ones count once with their story points, and not while they are open again."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest

from bot.ingest import jira as reading
from storage.metrics import JIRA, MetricPoint, PersonPoint
from tests.bot.ingest.sender import Sender
from tests.bot.ingest.test_github import total
from tests.company import Chat
from tests.handlers.test_goals import write

FIELD = reading.USUAL_FIELD
SECRET, BODY = b"It's a Secret to Everybody", b"Hello World!"
VECTOR = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
"""The example that the documentation of Jira's cloud publishes."""


def issue(
    category: str = "done",
    points: Any = 5,
    event: str = "jira:issue_updated",
    item: str = "status",
    **fields: Any,
) -> dict[str, Any]:
    """As Jira's cloud documents it, without what we do not look at."""
    told: dict[str, Any] = {
        "project": {"id": "10000", "key": "APP", "name": "App"},
        "status": {"name": category, "statusCategory": {"id": 3, "key": category, "name": "Done"}},
        "resolutiondate": "2026-11-23T10:30:00.000+0100" if category == "done" else None,
        "assignee": {"accountId": "557058:ada", "emailAddress": "ada@example.com", "displayName": "Ada"},
        FIELD: points,
    }
    changed = {"field": item, "fieldId": item, "fromString": "Doing", "toString": "Done"}
    return {
        "timestamp": 1795421400000,
        "webhookEvent": event,
        "issue_event_type_name": "issue_generic",
        "issue": {"id": "10002", "key": "APP-7", "fields": {**told, **fields}},
        "changelog": {"id": "1", "items": [changed]},
    }


async def tells(sender: Sender, payload: Any, number: str, **headers: str) -> tuple[int, dict[str, Any]]:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    digest = hmac.new(sender.secret.encode(), body, hashlib.sha256).hexdigest()
    named = {"x-atlassian-webhook-identifier": number, "x-hub-signature": f"sha256={digest}"}
    return await sender.shows(body, {**named, **{n.replace("_", "-"): item for n, item in headers.items()}})


def tracker(chat: Chat) -> Sender:
    return Sender(chat, "jira", form=JIRA)


async def test_done_work_counts_with_its_points_and_no_more_when_it_is_open_again(any_chat: Chat) -> None:
    chat = any_chat
    sender = tracker(chat)
    assert (await tells(sender, issue(), "1"))[1]["new"] == 4
    assert (await tells(sender, issue(), "2"))[1]["repeated"] == 4
    assert (total(chat, "APP closed issues"), total(chat, "APP done story points")) == (1, 5)
    await tells(sender, issue(points=8, item=FIELD), "3")
    assert total(chat, "APP done story points") == 8
    await tells(sender, issue(points=None, item=FIELD), "cleared")
    assert total(chat, "APP done story points") == 0
    await tells(sender, issue("indeterminate", points=8), "4")
    assert (total(chat, "APP closed issues"), total(chat, "APP done story points")) == (0, 0)
    assert {row.subject_id for row in chat.rows(PersonPoint)} == {chat.ids["ada"]}


async def test_done_work_goes_with_its_assignee(chat: Chat) -> None:
    sender = tracker(chat)
    await tells(sender, issue(), "1")
    await tells(sender, issue(item="assignee", assignee={"emailAddress": "ben@example.com"}), "2")
    current = [row for row in chat.rows(PersonPoint) if row.current]
    assert {row.subject_id for row in current} == {chat.ids["ben"]}
    assert total(chat, "APP done story points") == 5


@pytest.mark.parametrize(
    "whom", [None, {"emailAddress": "ben@example.com"}, {"emailAddress": "zed@example.com"}]
)
async def test_what_is_somebody_else_s_now_counts_for_nobody_twice(
    any_chat: Chat, whom: dict[str, str] | None
) -> None:
    """Ada's key result had counted it, and it was all that she had done."""
    chat = any_chat
    sender = tracker(chat)
    chat.change(lambda store: store.change(sender.source, people={"zed@example.com": "ada@example.com"}))
    await tells(sender, issue(assignee={"emailAddress": "zed@example.com"}), "1")
    chat.change(lambda store: store.change(sender.source, people={}))
    await write(chat, "ada", "points from 0 to 10")
    await chat.presses("ada", "Open", on=await chat.says("ada", "/goals"))
    form = (await chat.presses("ada", "Connect to data")).form
    assert form
    mine = next(each for each in form.questions[0].options if "APP done story points mine" in each.also)  # type: ignore[attr-defined]
    assert "points: 5 of 10" in await chat.submits("ada", which=mine.value)
    await tells(sender, issue(item="assignee", assignee=whom), "2")
    assert not [row for row in chat.rows(PersonPoint) if row.current and row.subject_id == chat.ids["ada"]]
    assert "points: 0 of 10" in await chat.says("ada", "/goals")
    assert total(chat, "APP done story points") == 5


@pytest.mark.parametrize(("first", "whom"), [(True, None), (False, None), (True, "ben"), (False, "ben")])
async def test_what_comes_late_changes_nothing_that_was_told_since(
    chat: Chat, first: bool, whom: str | None
) -> None:
    """Ada's event comes again, or only now, after the issue became Ben's or nobody's."""
    sender = tracker(chat)
    since = issue(item="assignee", assignee={"emailAddress": f"{whom}@example.com"} if whom else None)
    for number, told in enumerate([*([issue()] if first else []), {**since, "timestamp": 1795421500000}]):
        await tells(sender, told, str(number))
    await tells(sender, issue(points=3), "late")
    current = [row for row in chat.rows(PersonPoint) if row.current]
    assert {row.subject_id for row in current} == ({chat.ids[whom]} if whom else set())
    assert total(chat, "APP done story points") == 5


async def test_another_field_may_hold_the_points(chat: Chat) -> None:
    sender = tracker(chat)
    chat.change(lambda store: store.change(sender.source, options={"points": "customfield_10004"}))
    await tells(sender, issue(points=None, customfield_10004=2.5), "1")
    assert str(total(chat, "APP done story points")) == "2.5"


async def test_what_is_signed_otherwise_is_refused(chat: Chat) -> None:
    sender = tracker(chat)
    for signature in ("sha256=" + "0" * 64, "sha1=abc", "", VECTOR):
        assert (await tells(sender, issue(), "1", x_hub_signature=signature))[0] == 401
    assert (await tells(sender, issue(), "", x_hub_signature=""))[0] == 401
    assert (await tells(sender, b"no json", "1"))[0] == 422
    sender.secret = SECRET.decode()
    chat.change(lambda store: store.change(sender.source, secret=SECRET.decode()))
    assert (await tells(sender, BODY, "1", x_hub_signature=VECTOR))[0] == 422, "known, and no JSON"
    assert not chat.rows(MetricPoint)


@pytest.mark.parametrize(
    "payload",
    [
        None, [], "x", {}, {"webhookEvent": "jira:issue_updated"}, issue(event="comment_created"),
        issue(item="description"), issue("new", event="jira:issue_created"), {**issue(), "issue": {"key": "A-1"}},
        {**issue("new"), "timestamp": "soon"}, {**issue("new"), "timestamp": 10**20}, issue(project={"key": 5}),
        {**issue(), "changelog": None},
    ],
)  # fmt: skip
def test_other_shapes_count_nothing(payload: Any) -> None:
    assert not reading.points_in(payload, FIELD)


@pytest.mark.parametrize("worth", ["5", None, True, [], -1, 10**9, float("nan"), float("inf")])
def test_points_that_are_none_are_left_out(worth: Any) -> None:
    assert {point.metric for point in reading.points_in(issue(points=worth), FIELD)} == {"APP closed issues"}


def test_a_server_of_ones_own_calls_people_by_name() -> None:
    found = reading.points_in(issue(assignee={"name": "alovelace", "key": "al"}), FIELD)
    assert {point.person for point in found} == {"", "alovelace"}
