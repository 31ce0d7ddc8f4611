"""A goal's picture in Slack: uploaded, looked at, and shown by a block that names it; in words where that fails."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.kit.cards import Card, Picture
from handlers.kit.requests import Tell
from handlers.kit.text import Phrase, Verbatim
from schedules.speaking import Unclear
from tests.bot.slack.conftest import GENERAL, Room, user
from tests.bot.slack.demo import very_long
from tests.bot.slack.test_speaking import parcel
from tests.fakes.slack import Message
from tests.goldens.samples import course
from tests.handlers.test_goals_pictures import forty_customers

FOUND = "Sign 40 customers: 63% after 8 of 13 weeks, ahead of the straight line by 5 points"


def images(message: Message) -> list[dict[str, Any]]:
    return [block for block in message.blocks if block["type"] == "image"]


async def shown(room: Room, who: str, words: str) -> Message:
    before = len(room.slack.ephemerals(user(who)))
    await room.slack.command(user(who), "/goals", words)
    await room.slack.until(lambda: len(room.slack.ephemerals(user(who))) > before, 30)
    await room.settled()
    return room.slack.ephemerals(user(who))[-1]


async def test_a_command_shows_the_picture_with_what_it_shows(any_room: Room) -> None:
    await forty_customers(any_room.chat)
    message = await shown(any_room, "ben", "chart 1")
    (image,) = images(message)
    assert image["alt_text"] == FOUND
    assert any_room.slack.contents[image["slack_file"]["id"]].startswith(b"\x89PNG")
    assert FOUND in message.words
    file = any_room.slack.files[image["slack_file"]["id"]]
    assert (file["channels"], file["groups"], file["ims"]) == ([], [], [])  # shown by the block alone


async def test_in_a_modal_the_table_comes_first_and_then_the_picture(room: Room) -> None:
    await forty_customers(room.chat)
    await room.slack.open_home(user("ben"))
    await room.painted()
    home = room.slack.home(user("ben"))
    assert home
    await room.slack.press(user("ben"), home, text="All goals")
    for label in ("Open", "Progress over time"):
        await room.settled()
        await room.slack.press(user("ben"), room.slack.top(user("ben")), text=label)
    await room.settled()
    blocks = room.slack.modal(user("ben"))[-1].content["blocks"]
    assert [block["alt_text"] for block in blocks if block["type"] == "image"] == [FOUND]


@pytest.mark.parametrize(
    "method", ["files.getUploadURLExternal", "files.completeUploadExternal", "files.info"]
)
async def test_what_slack_does_not_take_is_said_in_words(room: Room, method: str) -> None:
    await forty_customers(room.chat)
    room.slack.fail_next(method, "500")
    message = await shown(room, "ben", "chart 1")
    assert images(message) == []
    assert FOUND in message.words
    assert "63%" in message.words


async def test_a_block_that_is_refused_is_said_in_words(room: Room) -> None:
    room.slack.fail_next("chat.postMessage", "invalid_blocks")
    await told(room)
    (message,) = room.slack.dm(user("ben"))
    assert images(message) == []
    assert "签约 40 家客户: 62%" in message.words


def times(messages: list[Message], words: str) -> int:
    return sum(str(message.blocks).count(words) for message in messages)


async def test_a_page_with_a_picture_that_is_refused_leaves_those_before_it(room: Room) -> None:
    room.slack.fail_next("chat.postMessage", "invalid_blocks", after=1)
    await room.slack.says(user("ben"), "album")
    await room.settled()
    messages = room.slack.dm(user("ben"))
    assert [times(messages, f"s{n}w399") for n in range(6)] == [1] * 6
    assert [image for message in messages for image in images(message)] == []
    assert "62%" in messages[-1].words


async def test_what_is_not_said_in_a_channel_follows_in_the_chat(room: Room) -> None:
    room.slack.fail_next("chat.postEphemeral", "channel_not_found", after=1)
    await room.slack.mentions(user("ben"), GENERAL, "album")
    await room.settled()
    first, others = room.slack.ephemerals(user("ben")), room.slack.dm(user("ben"))
    assert [times([*first, *others], f"s{n}w399") for n in range(6)] == [1] * 6
    assert (len(first), len(others)) == (1, 1)


async def test_the_rest_of_what_half_arrived_has_its_picture(room: Room) -> None:
    speaker = room.platform.speaker
    album = parcel(card=Card(Phrase("Album"), *very_long(6).parts, *progress().parts))
    room.slack.fail_next("chat.postMessage", "timeout_after_accept")
    with pytest.raises(Unclear):
        await speaker.speak(album)
    assert await speaker.find(album) is None
    await speaker.speak(album)
    messages = room.slack.dm(user("ben"))
    assert [times(messages, f"s{n}w399") for n in range(6)] == [1] * 6
    assert len([image for message in messages for image in images(message)]) == 1


async def test_an_answer_with_a_picture_that_is_refused_is_shown_once(room: Room) -> None:
    await forty_customers(room.chat)
    room.slack.fail_next("response_url", "invalid_blocks")
    message = await shown(room, "ben", "chart 1")
    assert images(message) == []
    assert "63%" in message.words
    assert (len(room.slack.ephemerals(user("ben"))), room.slack.dm(user("ben"))) == (1, [])


async def test_pictures_that_slack_takes_too_late_are_tables(room: Room) -> None:
    await forty_customers(room.chat)
    room.slack.fail_next("files.getUploadURLExternal", "429", times=9, retry_after=0.01)
    message = await shown(room, "ben", "chart 1")
    assert images(message) == []
    assert "63%" in message.words


async def test_where_another_message_stood_it_is_said_in_words_as_well(room: Room) -> None:
    speaker = room.platform.speaker
    over = await speaker.speak(parcel())
    room.slack.fail_next("chat.update", "invalid_blocks")
    await speaker.edit(parcel(card=progress()), over)
    (message,) = room.slack.dm(user("ben"))
    assert images(message) == []
    assert "签约 40 家客户: 62%" in message.words


async def test_through_the_outbox_it_comes_once(room: Room) -> None:
    room.slack.fail_next("chat.postMessage", "timeout_after_accept")
    await told(room)
    room.chat.wait(minutes=10)
    await room.deliver()
    (message,) = room.slack.dm(user("ben"))
    assert [image["alt_text"] for image in images(message)] == ["签约 40 家客户: 62%"]


async def told(room: Room) -> None:
    """Ben is told a picture."""
    await room.slack.until(lambda: room.accounts("ben"))
    ben = room.chat.ids["ben"]
    tell = Tell(progress(), to=ben, unclear="reconcile")
    room.chat.change(lambda store: room.core.queue(store, "goals.chart", tell))
    await room.deliver()


def progress() -> Card:
    return Card(
        Phrase("Progress over time"),
        Picture(Verbatim("签约 40 家客户"), Phrase("{percent}%", percent=62), course()),
    )
