"""Slack brings what people say and takes no answer: the answer waits, once, and nobody stays without one."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from bot.slack import client
from storage.outbox import ANSWER
from storage.tables import Outgoing
from tests.bot.slack.conftest import GENERAL, Room, room_with, user
from tests.company import Chat
from tests.fakes.slack_faults import hang_up
from tests.storage.test_records import GONE

OFTEN = 20


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PATIENCE", 1)


@pytest.mark.parametrize(
    "fault", ["500", "fatal_error", "429", "drop_before_accept", "page_403", "token_revoked"]
)
async def test_an_answer_that_slack_does_not_take_is_given_once_it_does(any_room: Room, fault: str) -> None:
    slack, room = any_room.slack, any_room
    slack.fail_next("chat.postMessage", fault, times=2)
    assert (await slack.says(user("ben"), "checkin done the tests")).ok
    await room.settled()
    slack._faults.clear()
    assert "Checked in" not in slack.told(user("ben"))
    await room.deliver()
    assert len(slack.dm(user("ben"))) == 1
    assert "Checked in" in slack.told(user("ben"))
    assert "Checked in" not in (await room.answered("ben", "why"))


async def test_it_does_not_wait_for_the_end_of_quiet_hours(room: Room) -> None:
    await room.slack.command(user("ben"), "/upbeat", "settings quiet 00:00 23:59")
    room.slack.fail_next("chat.postMessage", "500", times=2)
    await room.slack.says(user("ben"), "checkin done the tests")
    await room.settled()
    await room.deliver()
    assert "Checked in" in room.slack.told(user("ben"))


async def test_what_was_pressed_is_answered_as_well(room: Room) -> None:
    slack = room.slack
    await slack.says(user("ben"), "echo hello")
    await room.settled()
    slack.fail_next("response_url", "500", times=OFTEN)
    slack.fail_next("chat.postMessage", "500", times=2)
    await slack.press(user("ben"), slack.dm(user("ben"))[-1], text="Do it again")
    await room.settled()
    assert "You said again" not in slack.told(user("ben"))
    await room.deliver()
    assert "You said again" in slack.told(user("ben"))


async def test_an_answer_in_a_channel_comes_to_whoever_asked_alone(room: Room) -> None:
    slack = room.slack
    slack.fail_next("chat.postEphemeral", "500", times=2)
    slack.fail_next("chat.postMessage", "500", times=2)
    await slack.mentions(user("ada"), GENERAL, "help")
    await room.settled()
    await room.deliver()
    assert "/checkin" in slack.told(user("ada"))
    assert not [said for said in slack.messages(GENERAL) if said.by_bot]


async def test_a_form_waits_behind_its_button(room: Room) -> None:
    slack = room.slack
    slack.fail_next("chat.postMessage", "500", times=2)
    await slack.says(user("ben"), "diary")
    await room.settled()
    await room.deliver()
    await slack.press(user("ben"), slack.dm(user("ben"))[-1], text="Open the form")
    assert "What happened?" in slack.top(user("ben")).words


async def test_the_first_words_of_somebody_whom_slack_does_not_name_now_are_not_lost(any_room: Room) -> None:
    slack, room = any_room.slack, any_room
    await slack.until(lambda: all(room.accounts(one) for one in room.chat.ids))
    room.chat.change(lambda store: store.accounts.unlink(room.chat.ids["dora"], "slack"))
    slack.fail_next("users.info", "500")
    slack.fail_next("chat.postMessage", "500", times=2)
    slack.patience = 1
    said = await slack.says(user("dora"), "checkin done a portrait")
    assert not said.ok
    await room.settled()
    slack._faults.clear()
    slack.fail_next("users.info", "500")
    slack.patience = 10
    await slack.redeliver(said)
    await room.settled()
    assert "I try again by myself" in slack.told(user("dora"))
    assert (await slack.redeliver(said)).ok
    await room.settled()
    assert "Checked in" in slack.told(user("dora"))
    assert len(room.checkins()) == 1


async def test_that_slack_does_not_name_whom_somebody_mentions_is_said_in_any_case(room: Room) -> None:
    slack = room.slack
    await slack.until(lambda: all(room.accounts(one) for one in room.chat.ids))
    room.chat.change(lambda store: store.accounts.unlink(room.chat.ids["ben"], "slack"))
    slack.fail_next("users.info", "500", times=2)
    slack.fail_next("chat.postMessage", "500", times=2)
    assert (await slack.says(user("ada"), f"tell <@{user('ben')}> well done")).ok
    await room.settled()
    await room.deliver()
    assert "does not tell me just now whom you mention" in slack.told(user("ada"))


async def test_an_answer_is_shown_although_the_socket_broke_before_its_acknowledgement(chat: Chat) -> None:
    async with room_with(chat, sockets=True) as room:
        slack = room.slack
        await slack.until(lambda: all(room.accounts(one) for one in room.chat.ids))
        slack.kept_back["users.info"] = asyncio.Event()
        asked = len(slack.called("users.info"))
        saying = asyncio.create_task(slack.says(user("ada"), "checkin done it"))
        await slack.until(lambda: len(slack.called("users.info")) > asked)
        for each in slack.sockets.sockets:
            hang_up(each._req)
        slack.kept_back.pop("users.info").set()
        said = await saying
        assert not said.ok
        await slack.until(lambda: slack.sockets.sockets, 20)
        assert (await slack.redeliver(said)).ok
        await room.settled()
        assert len(slack.dm(user("ada"))) == 1
        assert len(room.checkins()) == 1


async def test_an_answer_that_waits_for_slack_outlives_a_stop(
    any_room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.platform.DRAIN", 0.2)
    any_room.slack.fail_next("chat.postMessage", "429", retry_after=30)
    await any_room.slack.says(user("ben"), "checkin done the tests")
    await any_room.slack.until(lambda: any_room.slack.called("chat.postMessage"))
    await any_room.platform.stop()
    any_room.platform._client.session = client.open_session()
    await any_room.deliver()
    assert "Checked in" in any_room.slack.told(user("ben"))


def waiting(room: Room) -> list[str]:
    """Whose answers are kept because Slack did not take them."""
    names = {person_id: who for who, person_id in room.chat.ids.items()}
    rows = [row for row in room.chat.rows(Outgoing) if (row.topic or "").startswith(ANSWER)]
    return [names[row.person_id] for row in rows]


@pytest.mark.parametrize("given", [False, True])
async def test_an_answer_that_waited_is_erased_with_what_it_shows(room: Room, given: bool) -> None:
    for who, words in (("ben", "checkin done precious words"), ("ada", "checkin history @ben")):
        room.slack.fail_next("chat.postMessage", "500", times=2)
        await room.slack.says(user(who), words)
        await room.settled()
    assert waiting(room) == ["ben", "ada"]
    if given:
        await room.deliver()
    room.chat.change(lambda store: store.erasing.own(room.chat.ids["ben"], instead=GONE))
    assert waiting(room) == []


async def test_an_answer_that_was_given_is_forgotten_after_a_day(room: Room) -> None:
    room.slack.fail_next("chat.postMessage", "500", times=2)
    await room.slack.says(user("ben"), "checkin done the tests")
    await room.settled()
    await room.deliver()
    room.chat.wait(hours=23)
    room.chat.change(lambda store: store.outbox.tidy())
    assert waiting(room) == ["ben"]
    room.chat.wait(hours=2)
    room.chat.change(lambda store: store.outbox.tidy())
    assert waiting(room) == []


async def test_what_slack_is_only_slow_to_answer_is_not_shown_again_and_again(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PATIENCE", 4)
    slack, session = room.slack, room.platform._client.session
    slack.kept_back["chat.postMessage"] = asyncio.Event()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.3)) as hasty:
        room.platform._client.session = hasty
        await slack.says(user("ben"), "checkin done the tests")
        await room.settled()
    room.platform._client.session = session
    slack.kept_back.pop("chat.postMessage").set()
    assert len(slack.called("chat.postMessage")) == 1
