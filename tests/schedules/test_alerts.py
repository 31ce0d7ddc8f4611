"""Administrators hear in chat what they must mend: together, and each cause once a day."""

from __future__ import annotations

import pytest

from schedules.speaking import Locked, Refused, Unclear
from storage.tables import Outgoing
from tests.company import Chat
from tests.schedules.errands import feature, only
from tests.schedules.test_delivery import Line, crash, row, tell, worker


@pytest.fixture
def any_chat(any_chat: Chat) -> Chat:
    return only(any_chat, feature)


@pytest.fixture
def chat(chat: Chat) -> Chat:
    return only(chat, feature)


async def fail(chat: Chat, line: Line, who: str, words: str, error: Exception, times: int = 8) -> str:
    """Queue a message that fails so often."""
    message = tell(chat, who, words)
    line.script[who] = [error] * times
    delivery = worker(chat, line)
    for _ in range(times):
        await delivery.deliver()
        chat.wait(hours=1, minutes=20)
    return message


def alerts(chat: Chat, who: str = "ivan") -> list[Outgoing]:
    return [one for one in chat.rows(Outgoing) if one.route == "alert" and one.person_id == chat.ids[who]]


async def test_a_message_set_aside_after_failures_is_told_to_administrators(any_chat: Chat) -> None:
    chat, line = any_chat, Line()
    message = await fail(chat, line, "ben", "CANARY", ValueError())
    assert row(chat, message).state == "failed"
    await chat.tick()
    await worker(chat, line).deliver()
    told = [words for who, words in line.heard if who == "ivan"]
    assert len(told) == 1
    assert "1 message failed 8 times and was set aside" in told[0]
    assert "upbeat doctor" in told[0]
    assert "CANARY" not in told[0]
    assert not alerts(chat, "hana")
    assert not alerts(chat, "ben")


async def test_what_goes_wrong_together_is_told_together_once_a_day(any_chat: Chat) -> None:
    chat, line = any_chat, Line()
    chat.at(chat.now.replace(hour=0))
    for who in ("ben", "eve"):
        tell(chat, who, "words")
        line.script[who] = [Refused()]
    await worker(chat, line).deliver()
    await chat.tick()
    assert not alerts(chat)  # whatever else goes wrong in this minute comes with it
    chat.wait(minutes=2)
    await chat.tick()
    await chat.tick()
    assert "2 messages were refused" in chat.told("ivan")
    assert len(alerts(chat)) == 1
    tell(chat, "ben", "more words")
    line.script["ben"] = [Refused()]
    await worker(chat, line).deliver()
    chat.wait(hours=2)
    await chat.tick()
    assert len(alerts(chat)) == 1  # not again today
    chat.wait(days=1)
    tell(chat, "ben", "tomorrow's words")
    line.script["ben"] = [Refused()]
    await worker(chat, line).deliver()
    chat.wait(minutes=2)
    await chat.tick()
    assert len(alerts(chat)) == 2


async def test_a_message_that_ends_its_process_three_times_is_told(any_chat: Chat) -> None:
    chat, line = any_chat, Line()
    message = tell(chat, "ben", "words")
    for _ in range(3):
        await crash(chat, line)
    await worker(chat, line).deliver()
    assert row(chat, message).reason == "crashes"
    chat.wait(minutes=2)
    await chat.tick()
    assert "Upbeat stopped 3 times while it was sent" in chat.told("ivan")


async def test_a_refused_token_is_told_and_costs_no_message(any_chat: Chat) -> None:
    chat, line = any_chat, Line()
    first, second = tell(chat, "ben", "one"), tell(chat, "eve", "two")
    line.script["ben"] = line.script["eve"] = [Locked()] * 30
    delivery = worker(chat, line, now=lambda: chat.now.timestamp())
    for _ in range(12):
        await delivery.deliver()
        chat.wait(minutes=20)
    assert not line.heard
    assert [row(chat, each).state for each in (first, second)] == ["waiting", "waiting"]
    await chat.tick()
    assert len(alerts(chat)) == 1
    assert "local chat refuses our token" in chat.told("ivan")
    assert "WEB_BOT_TOKEN" in chat.told("ivan")
    line.script.clear()
    chat.wait(hours=1)
    await delivery.deliver()  # one tries, and the others follow
    chat.wait(minutes=1)
    await delivery.deliver()
    assert {who for who, _ in line.heard} >= {"ben", "eve", "ivan"}


async def test_while_one_platform_refuses_us_people_are_reached_on_another(chat: Chat) -> None:
    chat.wait(minutes=1)  # the newest link is tried first
    chat.change(lambda store: store.accounts.link(chat.ids["ivan"], "slack", "U1"))
    slack, web = Line("slack"), Line()
    tell(chat, "ivan", "words")
    slack.script["U1"] = [Locked()] * 9
    delivery = worker(chat, slack, web)
    await delivery.deliver()
    chat.wait(minutes=2)
    await chat.tick()
    await delivery.deliver()
    assert not slack.heard
    assert any("Slack refuses our token" in words for _, words in web.heard)


async def test_what_may_be_lost_is_lost_without_an_alarm(chat: Chat) -> None:
    line = Line()
    tell(chat, "ben", "words", unclear="once")
    line.script["ben"] = [Unclear()]
    await worker(chat, line).deliver()
    chat.wait(minutes=2)
    await chat.tick()
    assert not alerts(chat)


async def test_an_alarm_that_fails_rings_no_alarm(chat: Chat) -> None:
    line = Line()
    await fail(chat, line, "ben", "words", ValueError())
    await chat.tick()
    line.script["ivan"] = [ValueError()] * 8
    delivery = worker(chat, line)
    for _ in range(8):
        await delivery.deliver()
        chat.wait(hours=2)
    chat.wait(days=1)
    await chat.tick()
    assert len(alerts(chat)) == 1


async def test_hr_is_told_where_there_is_no_administrator(chat: Chat) -> None:
    chat.leaves("ivan")
    await fail(chat, Line(), "ben", "words", ValueError())
    await chat.tick()
    assert alerts(chat, "hana")
