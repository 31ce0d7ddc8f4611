"""What Telegram was told is confirmed is committed; what is not committed comes again, and acts once."""

import asyncio
import logging

import pytest

from bot.telegram.polling import CONFLICTS
from bot.terminal import Complaint
from tests.bot.telegram.conftest import ADA, BEN, CHEN, MALLORY, Room
from tests.studio import STUDIO


async def test_an_update_that_comes_again_acts_once_and_is_answered_once(room: Room) -> None:
    await room.says(BEN, "/echo one")
    count = len(room.fake.chat(BEN))
    await room.fake.redeliver(room.fake.updates[-1]["update_id"])
    await room.fake.settled()
    assert (room.noted("ben"), len(room.fake.chat(BEN))) == (["one"], count)


async def test_a_process_that_dies_before_it_confirms_does_it_once(room: Room) -> None:
    await room.says(ADA, "/echo the poll waits now")
    room.fake.fail_next("getUpdates", "drop_before_accept", times=9)
    await room.fake.says(BEN, "/echo one")
    await room.until_noted("ben")
    assert len(room.fake.pending) == 1
    await room.crash()
    room.fake._faults.clear()
    await room.start()
    await room.fake.settled()
    assert room.noted("ben") == ["one"]
    assert "one" in room.fake.last(BEN).text
    assert len(room.inbox()) == 2


async def test_an_update_is_confirmed_only_after_its_commit(room: Room) -> None:
    pending: list[int] = []

    class Watch(list[int]):
        def append(self, item: int) -> None:
            pending.append(len(room.fake.pending))
            super().append(item)

    from tests.bot.telegram import demo

    demo.BUSY = Watch()
    room.fake.quiet = 0.5
    await room.fake.says(BEN, "/busy")
    await room.fake.settled()
    texts = [message.text for message in room.fake.chat(BEN) if message.from_bot]
    demo.BUSY = []
    assert pending == [1]
    assert "I keep trying by myself" in texts[0]
    assert texts[1:] == ["Not busy any more."]
    assert room.noted("ben") == ["busy"]


async def test_a_stop_finishes_what_was_heard_and_confirms_it(room: Room) -> None:
    for number in range(20):
        await room.fake.says(BEN, f"/echo {number}")
    await room.until_noted("ben")
    await room.restart()
    await room.fake.settled()
    assert room.noted("ben") == [str(number) for number in range(20)]
    assert len([message for message in room.fake.chat(BEN) if message.from_bot]) == 20


async def test_one_chat_is_heard_in_order_and_another_does_not_wait(room: Room) -> None:
    for number in range(30):
        for who in (ADA, BEN, CHEN):
            await room.fake.says(who, f"/echo {number}")
    await room.fake.settled(timeout=20)
    assert [room.noted(who) for who in ("ada", "ben", "chen")] == [[str(n) for n in range(30)]] * 3
    shown = [message.text.split("\n")[2] for message in room.fake.chat(BEN) if message.from_bot]
    assert shown == [str(number) for number in range(30)]


async def test_a_file_that_is_long_in_coming_keeps_nobody_in_other_chats_waiting(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.polling.LATE", 0.1)
    room.fake.fail_next("getFile", "drop_before_accept", times=3)  # which takes three seconds
    await room.fake.sends_document(BEN, "people.csv", b"email,name\n")
    for words in ("one", "two"):
        await room.fake.says(ADA, f"/echo {words}")
        while words not in room.noted("ada"):  # noqa: ASYNC110 - another thread commits it
            await asyncio.sleep(0.01)
    await room.fake.says(BEN, "/echo after it")
    assert not [message for message in room.fake.chat(BEN) if message.from_bot]
    assert len(room.fake.pending) == 4, "what comes behind is not confirmed before it"
    room.fake.quiet = 4.0
    await room.fake.settled(timeout=20)
    assert room.noted("ben") == ["after it"]
    assert room.noted("ada") == ["one", "two"]
    assert len([message for message in room.fake.chat(ADA) if message.from_bot]) == 2
    assert len(room.fake.pending) == 0


async def test_updates_out_of_order_are_put_in_order(room: Room) -> None:
    room.fake.shuffle_next()
    await room.fake.says(BEN, "/echo one")
    await room.fake.says(BEN, "/echo two")
    await room.fake.settled()
    assert room.noted("ben") == ["one", "two"]


async def test_numbers_may_begin_anew(room: Room) -> None:
    await room.says(BEN, "/echo one")
    room.fake.restart_ids(5)
    await room.says(BEN, "/echo two")
    await room.says(BEN, "/echo three")
    assert room.noted("ben") == ["one", "two", "three"]


async def test_an_update_that_nobody_can_read_is_set_aside(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    for broken in ({"message_id": "no", "chat": {"id": BEN}, "text": "a secret"}, {"text": "a secret"}):
        await room.fake.queue.put("message", broken)
    assert "fine" in (await room.says(BEN, "/echo fine")).text
    assert [row.outcome for row in room.inbox()].count("unreadable") == 2
    assert "secret" not in caplog.text


async def test_the_network_may_fail_for_a_while(room: Room) -> None:
    room.fake.fail_next("getUpdates", "500", times=2)
    room.fake.fail_next("getUpdates", "timeout_after_accept")
    await room.fake.says(BEN, "/echo there")
    await room.fake.settled(timeout=15)
    assert room.noted("ben") == ["there"]
    assert "there" in room.fake.last(BEN).text


async def test_another_poller_is_noticed_and_nothing_is_dropped(room: Room) -> None:
    before = CONFLICTS._value.get()
    other = room.make()
    await other._client.initialize()
    await other._client.updates(0, wait=0)
    await room.fake.says(BEN, "/echo mine")
    await room.fake.settled(timeout=10)
    await other._client.shutdown()
    assert room.noted("ben") == ["mine"]
    assert CONFLICTS._value.get() > before


async def test_no_log_has_the_token_or_what_people_wrote(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    room.fake.fail_next("sendMessage", "403_blocked")
    await room.fake.says(BEN, "/echo a-very-private-thing")
    await room.fake.says(MALLORY, "another-private-thing")
    await room.fake.settled()
    room.fake.fail_next("getUpdates", "500")
    await room.restart()
    await room.says(BEN, "/echo a-very-private-thing")
    secret = room.fake.token.split(":")[1]
    assert all(secret not in record.getMessage() + str(record.exc_info) for record in caplog.records)
    assert "private-thing" not in caplog.text


async def test_a_wrong_token_is_said_without_the_token(room: Room) -> None:
    from bot.telegram.platform import TelegramPlatform

    wrong = TelegramPlatform(room.core, token="1:wrong-token", api_url=room.fake.api_url, studio=STUDIO)
    with pytest.raises(Complaint, match="TELEGRAM_BOT_TOKEN") as refused:
        await wrong.start()
    assert "wrong-token" not in str(refused.value)
    assert refused.value.__suppress_context__
    await wrong.stop()
