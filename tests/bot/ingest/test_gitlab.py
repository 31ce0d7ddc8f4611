"""GitLab tells of merge requests and issues, shows its token or signs, and counts each thing once."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any

import pytest

from bot.ingest import gitlab as reading
from storage.metrics import GITLAB, MetricPoint, PersonPoint
from tests.bot.ingest.sender import Sender
from tests.bot.ingest.test_github import total
from tests.company import Chat

ADA = {"id": 51, "name": "Ada", "username": "ada-l", "email": "[REDACTED]"}
PROJECT = {
    "id": 1,
    "name": "App",
    "path_with_namespace": "acme/app",
    "web_url": "https://example.com/acme/app",
}


def merge(iid: int = 7, action: str = "merge", **more: Any) -> dict[str, Any]:
    """As GitLab documents it, without what we do not look at."""
    attributes = {
        "id": 99,
        "iid": iid,
        "author_id": 51,
        "state": "merged",
        "action": action,
        "created_at": "2026-11-20 17:23:34 UTC",
        "updated_at": "2026-11-23 08:30:00 UTC",
        "target_branch": "main",
    }
    return {
        "object_kind": "merge_request",
        "event_type": "merge_request",
        "user": ADA,
        "project": PROJECT,
        "object_attributes": {**attributes, **more},
        "assignees": [],
        "reviewers": [],
    }


def issue(action: str = "close") -> dict[str, Any]:
    attributes = {
        "iid": 23,
        "author_id": 7,
        "action": action,
        "state": "closed",
        "closed_at": "2026-11-23T08:40:00.000Z" if action == "close" else None,
        "updated_at": "2026-11-23 08:41:00 UTC",
    }
    made = {"object_kind": "issue", "event_type": "issue", "user": {"id": 1, "username": "root"}}
    return {**made, "project": PROJECT, "object_attributes": attributes, "assignees": [ADA]}


def lab(chat: Chat) -> Sender:
    return Sender(chat, "gitlab", form=GITLAB)


async def shows_token(
    sender: Sender, payload: Any, number: str, token: str | None = None
) -> tuple[int, dict[str, Any]]:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    named = {"x-gitlab-event": "Merge Request Hook", "idempotency-key": number}
    return await sender.shows(body, {**named, "x-gitlab-token": sender.secret if token is None else token})


async def test_a_merge_request_counts_once_for_the_company_and_its_author(any_chat: Chat) -> None:
    chat = any_chat
    sender = lab(chat)
    chat.change(lambda store: store.change(sender.source, people={"ada-l": "ada@example.com"}))
    assert (await shows_token(sender, merge(), "k1"))[1]["new"] == 2
    assert (await shows_token(sender, merge(), "k1"))[1]["new"] == 2, "what was answered before"
    assert (await shows_token(sender, merge(), "k2"))[1]["repeated"] == 2
    await shows_token(sender, merge(8, action="close"), "k3")
    assert total(chat, "acme/app merged merge requests") == 1
    assert {row.subject_id for row in chat.rows(PersonPoint)} == {chat.ids["ada"]}


async def test_an_issue_counts_while_it_is_closed(chat: Chat) -> None:
    sender = lab(chat)
    await shows_token(sender, issue(), "k1")
    assert total(chat, "acme/app closed issues") == 1
    await shows_token(sender, issue("reopen"), "k2")
    assert total(chat, "acme/app closed issues") == 0


async def test_it_signs_as_standard_webhooks_have_it_with_either_reading_of_the_token(chat: Chat) -> None:
    sender = lab(chat)
    body = json.dumps(merge()).encode()
    assert (await sender.posts(body))[0] == 200
    at, number = str(int(chat.now.timestamp())), "msg_letters"
    digest = hmac.digest(sender.secret.encode(), f"{number}.{at}.".encode() + body, "sha256")
    named = {"webhook-id": number, "webhook-timestamp": at}
    signature = "v1," + base64.b64encode(digest).decode()
    assert (await sender.shows(body, {**named, "webhook-signature": signature}))[0] == 200
    assert (await sender.shows(body + b" ", {**named, "webhook-signature": signature}))[0] == 401
    assert (await sender.posts(body, age=301))[0] == 401


async def test_another_token_or_none_is_refused(chat: Chat) -> None:
    sender = lab(chat)
    for token in ("", "x", sender.secret[:-1], sender.secret + "x"):
        assert (await shows_token(sender, merge(), "k1", token))[0] == 401
    assert (await sender.shows(b"{}", {"x-gitlab-token": sender.secret}))[0] == 401
    assert (await sender.posts(json.dumps(merge()).encode(), webhook_signature="v2,AAAA"))[0] == 401
    assert (await shows_token(sender, b"no json", "k1"))[0] == 422
    assert not chat.rows(MetricPoint)


def test_other_shapes_count_nothing() -> None:
    odd: list[Any] = [
        None,
        [],
        "x",
        {},
        {"object_kind": "merge_request"},
        {"object_kind": 5, "project": PROJECT},
    ]
    odd += [{**merge(), "object_attributes": each} for each in (None, [], {"action": "merge"}, {"iid": True})]
    odd += [merge(iid=-1), merge(updated_at="never"), merge(updated_at="99999-01-01 00:00:00 UTC")]
    odd += [{**merge(), "project": "acme"}, {**merge(), "object_kind": "pipeline"}]
    assert not [point for shape in odd for point in reading.points_in(shape)]


@pytest.mark.parametrize(
    ("people", "called"),
    [
        ({"user": ADA}, "ada-l"),
        ({"user": {"id": 1, "username": "root"}}, "51"),
        ({"user": {"id": 1}, "reviewers": [ADA]}, "ada-l"),
    ],
)
def test_an_author_is_called_by_login_where_it_stands(people: dict[str, Any], called: str) -> None:
    assert [point.person for point in reading.points_in({**merge(), **people})] == ["", called]
