"""Telegram brings what people say and takes no answer: the answer waits, once, and nobody stays without one."""

from __future__ import annotations

import asyncio

import pytest

from bot.telegram import reply
from tests.bot.telegram.conftest import ADA, BEN, TEAM, Room


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reply, "PATIENCE", 1)


def told(room: Room, who: int) -> list[str]:
    return [message.text for message in room.fake.chat(who) if message.from_bot]


@pytest.mark.parametrize("fault", ["500", "429", "drop_before_accept", "401"])
async def test_an_answer_that_telegram_does_not_take_is_given_once_it_does(room: Room, fault: str) -> None:
    room.fake.quiet = 2.5
    room.fake.fail_next("sendMessage", fault, times=2)
    await room.fake.says(BEN, "/echo hello")
    await room.fake.settled()
    room.fake._faults.clear()
    assert told(room, BEN) == []
    await room.deliver()
    assert ["Again: hello" in words for words in told(room, BEN)] == [True]
    assert "This answers what you did at" in told(room, BEN)[0]  # by now there may be newer answers
    assert "You said" not in (await room.says(BEN, "/why")).text


async def test_the_next_question_of_an_interview_waits_behind_its_button(room: Room) -> None:
    room.fake.quiet = 1.0
    room.fake.fail_next("sendMessage", "500", times=2)
    await room.fake.says(BEN, "/diary")
    await room.fake.settled()
    await room.deliver()
    assert "What happened?" in (await room.presses(BEN, "Open the form")).text


async def test_a_refusal_is_said_when_telegram_has_forgotten_the_press(room: Room) -> None:
    """Then it opens no small window, in which a refusal stands otherwise."""
    echo = await room.says(ADA, "/echo mine")
    room.fake.fail_next("answerCallbackQuery", "400_query_too_old")
    await room.fake.presses_raw(ADA, "nothing", echo.message_id)
    assert "This button is not valid any more" in (await room.shown(ADA)).text
    assert echo.edited == 0
    room.fake.methods.queries.clear()


async def test_what_one_person_alone_would_have_seen_in_a_group_is_not_said_before_all(room: Room) -> None:
    card = await room.says(BEN, "/wave", TEAM)
    room.fake.fail_next("answerCallbackQuery", "400_query_too_old")
    await room.fake.presses(BEN, "Secret", chat_id=TEAM)
    await room.fake.settled()
    assert room.fake.last(TEAM) is card
    await room.deliver()
    assert "This is personal" in told(room, BEN)[-1]
    room.fake.methods.queries.clear()


async def test_an_answer_that_waits_for_telegram_outlives_a_stop(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.platform.DRAIN", 0.2)
    room.fake.fail_next("sendMessage", "429", retry_after=30)
    await room.fake.says(BEN, "/echo hello")
    while not room.fake.called("sendMessage"):  # noqa: ASYNC110 - it comes from outside
        await asyncio.sleep(0.01)
    await room.restart()
    await room.deliver()
    assert "Again: hello" in told(room, BEN)[-1]


async def test_what_telegram_is_only_slow_to_answer_is_not_shown_again_and_again(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reply, "PATIENCE", 4)
    monkeypatch.setattr("bot.telegram.request.READ", 0.5)
    room.fake.fail_next("sendMessage", "timeout_after_accept", times=5)
    await room.fake.says(BEN, "/echo hello")
    await room.fake.settled()
    assert len(told(room, BEN)) == 1
