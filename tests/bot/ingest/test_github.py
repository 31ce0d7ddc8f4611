"""GitHub tells of pull requests and issues: each counts once, and shapes that we do not know count nothing."""

from __future__ import annotations

from typing import Any

import pytest

from bot.ingest import github as reading
from handlers.goals.data.arriving import run_again
from storage.metrics import Metric, PersonPoint
from tests.bot.ingest.sender import github
from tests.company import Chat

ADA: dict[str, Any] = {"login": "ada-l", "type": "User"}


def pull(number: int = 7, *, merged: bool = True, user: Any = ADA) -> dict[str, Any]:
    at = "2026-11-23T08:30:00Z"
    request = {"number": number, "merged": merged, "merged_at": at if merged else None, "user": user}
    return {"action": "closed", "pull_request": request, "repository": {"full_name": "acme/app"}}


def issue(action: str = "closed", reason: str | None = "completed", *, minute: int = 50) -> dict[str, Any]:
    told = {"number": 3, "state_reason": reason, "closed_at": "2026-11-23T08:40:00Z"}
    told |= {"updated_at": f"2026-11-23T08:{minute}:00Z", "user": ADA, "assignee": None}
    return {"action": action, "issue": told, "repository": {"full_name": "acme/app"}}


def total(chat: Chat, name: str) -> Any:
    def work(store: Any) -> Any:
        (metric,) = store.all(Metric, Metric.name == name)
        since, until = chat.now.replace(day=1), chat.now.replace(day=28)
        found = store.metrics.figure(metric, "", since=since, until=until, days=(since.date(), until.date()))
        return found and found.value

    return chat.change(work)


async def test_a_merged_pull_request_counts_once_for_the_company_and_its_author(any_chat: Chat) -> None:
    chat = any_chat
    hub = github(chat)
    chat.change(lambda store: store.change(hub.source, people={"ada-l": "ada@example.com"}))
    assert (await hub.tells("pull_request", pull()))[1]["new"] == 2
    assert (await hub.tells("pull_request", pull()))[1]["repeated"] == 2
    await hub.tells("pull_request", pull(8))
    await hub.tells("pull_request", pull(9, merged=False))
    assert total(chat, "acme/app merged pull requests") == 2
    assert {row.subject_id for row in chat.rows(PersonPoint)} == {chat.ids["ada"]}


async def test_an_issue_counts_while_it_is_closed_as_done(chat: Chat) -> None:
    hub = github(chat)
    await hub.tells("issues", issue())
    assert total(chat, "acme/app closed issues") == 1
    await hub.tells("issues", issue("reopened", "reopened"))
    assert total(chat, "acme/app closed issues") == 0
    await hub.tells("issues", issue(reason="not_planned"))
    assert total(chat, "acme/app closed issues") == 0


@pytest.mark.parametrize("is_known", [False, True])
async def test_what_was_told_late_changes_nothing_that_is_known_since(any_chat: Chat, is_known: bool) -> None:
    """The issue was closed while nobody heard, opened again, and then the first delivery was sent again."""
    chat = any_chat
    hub = github(chat)
    if is_known:
        chat.change(lambda store: store.change(hub.source, people={"ada-l": "ada@example.com"}))
    await hub.tells("issues", issue("reopened", "reopened"))
    late = (await hub.tells("issues", issue(minute=40)))[1]
    assert (late["repeated"], total(chat, "acme/app closed issues")) == (2, 0)
    chat.change(lambda store: store.change(hub.source, people={"ada-l": "ada@example.com"}))
    chat.change(lambda store: run_again(store, hub.source))
    assert [row.value for row in chat.rows(PersonPoint) if row.current] == ["0"]
    await hub.tells("issues", issue(minute=55))
    assert total(chat, "acme/app closed issues") == 1


async def test_a_bot_is_nobody(chat: Chat) -> None:
    robot = {"login": "dependabot[bot]", "type": "Bot"}
    told = (await github(chat).tells("pull_request", pull(user=robot)))[1]
    assert (told["new"], told["unmatched"]) == (1, 0)


async def test_what_is_signed_otherwise_is_refused(chat: Chat) -> None:
    hub = github(chat)
    named = {"x-github-event": "ping", "x-github-delivery": "1"}
    for signature in ("sha256=" + "0" * 64, "sha1=abc", ""):
        assert (await hub.shows(b"{}", {**named, "x-hub-signature-256": signature}))[0] == 401
    assert (await hub.shows(b"{}", named))[0] == 401
    assert (await hub.tells("ping", {"zen": "Keep it logically awesome."}))[0] == 200
    assert (await hub.tells("push", b"no json"))[0] == 422


@pytest.mark.parametrize("event", ["pull_request", "issues", "push", "x"])
def test_other_shapes_count_nothing(event: str) -> None:
    shapes: list[Any] = [None, [], "x", {}, {"action": 5}, {"action": "closed", "repository": "acme"}]
    odd: list[Any] = [None, [], {}, {"number": "x"}, {"number": 1, "merged": True, "merged_at": "never"}]
    known = {"action": "closed", "repository": {"full_name": "a/b"}}
    shapes += [{**known, name: thing} for name in ("pull_request", "issue") for thing in odd]
    assert not [point for shape in shapes for point in reading.points_in(event, shape)]
