"""A goal's picture in Telegram: a photo with what it shows below it; its table where it cannot be drawn."""

from __future__ import annotations

import asyncio

from handlers.kit.cards import Card, Picture
from handlers.kit.requests import Tell
from handlers.kit.text import Phrase, Verbatim
from schedules.delivery import Delivery
from tests.bot.telegram.conftest import BEN, Room
from tests.bot.telegram.test_speaking import parcel
from tests.goldens.samples import course
from tests.handlers.test_goals_pictures import forty_customers

FOUND = "Sign 40 customers: 63 % after 8 of 13 weeks, ahead of the straight line by 5 points"


def card(finding: str = "62 %") -> Card:
    return Card(
        Phrase("Progress over time"), Picture(Verbatim("签约 40 家客户"), Verbatim(finding), course())
    )


async def test_a_command_shows_the_picture_with_what_it_shows(room: Room) -> None:
    await forty_customers(room.chat)
    await room.says(BEN, "/goals chart 1")
    async with asyncio.timeout(30):  # the first picture starts the process that draws
        while room.fake.last(BEN).kind != "photo":  # noqa: ASYNC110 - it has no event for it
            await asyncio.sleep(0.02)
    assert room.fake.last(BEN).text == FOUND


async def test_through_the_outbox_it_comes_once(room: Room) -> None:
    ben = room.chat.ids["ben"]
    room.chat.change(lambda store: room.core.queue(store, "goals.chart", Tell(card(), to=ben)))
    room.fake.fail_next("sendPhoto", "drop_before_accept")
    for _ in range(2):
        delivery = Delivery(room.core, [room.platform.speaker], worker="test")
        while await delivery.deliver():
            pass
        room.chat.wait(minutes=10)
    assert [message.kind for message in room.fake.chat(BEN)] == ["text", "photo"]


async def test_a_long_finding_stands_in_the_message(room: Room) -> None:
    await room.platform.speaker.speak(parcel(card("x" * 1500), person_id=room.chat.ids["ben"]))
    photo = room.fake.last(BEN)
    assert photo.kind == "photo"
    assert len(photo.text) <= 1024
    assert any("x" * 1500 in message.text for message in room.fake.chat(BEN))


async def test_what_cannot_be_drawn_is_said_in_words(room: Room) -> None:
    room.platform.speaker._studio._waiting = 1000  # nobody can wait any more
    try:
        await room.platform.speaker.speak(parcel(card("9 %"), person_id=room.chat.ids["ben"]))
    finally:
        room.platform.speaker._studio._waiting = 0
    assert "签约 40 家客户: 9 %" in room.fake.last(BEN).text
    assert room.fake.last(BEN).kind == "text"
