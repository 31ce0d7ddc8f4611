"""A goal's picture in Telegram: a photo with its words and buttons below it; words where it cannot be drawn; and what
takes the place of what when a button under it is pressed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from handlers.kit.cards import Button, Card, Note, Picture, Press, Section
from handlers.kit.requests import Tell
from handlers.kit.text import Phrase, Verbatim
from schedules.speaking import Fixed, Receipt
from tests.bot.telegram.conftest import BEN, Room
from tests.bot.telegram.test_speaking import parcel
from tests.fakes.telegram_world import Message
from tests.goldens.samples import course
from tests.handlers.test_goals_pictures import forty_customers

FOUND = "Sign 40 customers: 63% after 8 of 13 weeks, ahead of the straight line by 5 points"
LONG = "客" * 1100
"""A name that has no room below a picture."""


def card(finding: str = "62%") -> Card:
    return Card(
        Phrase("Progress over time"), Picture(Verbatim("签约 40 家客户"), Verbatim(finding), course())
    )


async def until(room: Room, is_so: Callable[[list[Message]], bool]) -> list[Message]:
    """What stands in the chat, once it is so: a picture is drawn while nobody waits for it."""
    async with asyncio.timeout(30):  # the first picture starts the process that draws
        while not is_so(stands(room)):  # noqa: ASYNC110 - it has no event for it
            await asyncio.sleep(0.02)
    await room.fake.settled()
    return stands(room)


def stands(room: Room) -> list[Message]:
    """What Upbeat said and did not take away, oldest first."""
    return [message for message in room.fake.chat(BEN) if message.from_bot and not message.deleted]


def kinds(messages: list[Message]) -> list[str]:
    return [message.kind for message in messages]


def labels(message: Message) -> list[str]:
    return [label for row in message.buttons for label, _ in row]


@contextmanager
def nothing_drawn(room: Room) -> Iterator[None]:
    room.platform.speaker._studio._waiting = 1000  # nobody can wait any more
    try:
        yield
    finally:
        room.platform.speaker._studio._waiting = 0


@pytest.fixture
async def shown(room: Room) -> Room:
    """Ben sees the picture of his goal."""
    await forty_customers(room.chat)
    await room.fake.says(BEN, "/goals chart 1")
    await until(room, lambda found: kinds(found) == ["photo"])
    return room


# One message ---------------------------------------------------------------------------------------------------------


async def test_a_command_shows_the_picture_with_its_words_and_buttons_below(shown: Room) -> None:
    (photo,) = stands(shown)
    assert photo.text.startswith(f"Progress over time\n\n{FOUND}\n\n")
    assert "Seen by" in photo.text
    assert labels(photo) == ["As a table"]


async def test_through_the_outbox_it_comes_once(room: Room) -> None:
    ben = room.chat.ids["ben"]
    room.chat.change(lambda store: room.core.queue(store, "goals.chart", Tell(card(), to=ben)))
    room.fake.fail_next("sendPhoto", "drop_before_accept")
    for _ in range(2):
        await room.deliver()
        room.chat.wait(minutes=10)
    assert kinds(stands(room)) == ["photo"]


@pytest.mark.parametrize(("more", "kind"), [(0, ["photo"]), (1, ["text", "photo"])])
async def test_as_many_words_as_fit_stand_below_it(room: Room, more: int, kind: list[str]) -> None:
    """1024 characters as Telegram counts them: those beyond the first plane twice."""
    title, note = Phrase("Progress over time"), "𝒩" * 10
    known = len("Progress over time") + len("Name: 62%") + 20 + 2 * 4  # and a gap for each block
    filled = Card(
        title,
        Picture(Verbatim("Name"), Verbatim("62%"), course()),
        Section(Verbatim("x" * (1024 - known + more))),
        Note(Verbatim(note)),
    )
    await room.platform.speaker.speak(parcel(filled, person_id=room.chat.ids["ben"]))
    assert kinds(stands(room)) == kind
    assert sum(len(message.text) for message in stands(room)) > 900


async def test_a_long_finding_stands_in_the_message(room: Room) -> None:
    await room.platform.speaker.speak(parcel(card("x" * 1500), person_id=room.chat.ids["ben"]))
    words, photo = stands(room)
    assert photo.kind == "photo"
    assert len(photo.text) <= 1024
    assert "x" * 1500 in words.text


async def test_what_cannot_be_drawn_is_said_in_words(room: Room) -> None:
    with nothing_drawn(room):
        await room.platform.speaker.speak(parcel(card("9%"), person_id=room.chat.ids["ben"]))
    (words,) = stands(room)
    assert words.kind == "text"
    assert words.text.startswith("Progress over time\n\n签约 40 家客户: 9%\n\n")


async def test_a_caption_that_telegram_cannot_read_is_shown_without_markup(shown: Room) -> None:
    shown.fake.fail_next("sendPhoto", "400_cannot_parse")
    await shown.platform.speaker.speak(parcel(card("9% & <b>"), person_id=shown.chat.ids["ben"]))
    told = stands(shown)[-1]
    assert (told.kind, told.html) == ("photo", "Progress over time\n\n签约 40 家客户: 9% & <b>")
    await shown.fake.presses(BEN, "As a table", message_id=stands(shown)[0].message_id)
    await until(shown, lambda found: found[-1].kind == "text")
    shown.fake.fail_next("editMessageMedia", "400_cannot_parse")
    await shown.fake.presses(BEN, "As a picture")
    await until(shown, lambda found: found[-1].kind == "photo")
    assert stands(shown)[-1].html.startswith(f"Progress over time\n\n{FOUND}")


# Pressed -------------------------------------------------------------------------------------------------------------


async def test_words_stand_in_the_place_of_a_picture_and_the_other_way_round(shown: Room) -> None:
    """A picture becomes no words in Telegram: those stand below, and it is taken away. Words become a picture."""
    (photo,) = stands(shown)
    await shown.fake.presses(BEN, "As a table")
    (table,) = await until(shown, lambda found: kinds(found) == ["text"])
    assert photo.deleted
    assert "63%" in table.text
    assert labels(table) == ["As a picture"]
    await shown.fake.presses(BEN, "As a picture")
    (again,) = await until(shown, lambda found: kinds(found) == ["photo"])
    assert again.message_id == table.message_id
    assert labels(again) == ["As a table"]
    for _ in range(2):  # however often: one of them stands
        await shown.fake.presses(BEN, "As a table")
        await until(shown, lambda found: kinds(found) == ["text"])
        await shown.fake.presses(BEN, "As a picture")
        await until(shown, lambda found: kinds(found) == ["photo"])


async def test_a_picture_that_telegram_keeps_loses_its_buttons(shown: Room) -> None:
    shown.fake.fail_next("deleteMessage", "400_cannot_delete")
    await shown.fake.presses(BEN, "As a table")
    photo, table = await until(
        shown, lambda found: kinds(found) == ["photo", "text"] and not found[0].buttons
    )
    assert labels(table) == ["As a picture"]
    assert FOUND in photo.text


async def test_a_picture_takes_the_place_of_a_picture(room: Room) -> None:
    """The tree, page by page: pages of pictures."""
    chat = room.chat
    for number in range(25):
        await chat.says("ben", f"/goals add Goal number {number}")
    await room.says(BEN, "/goals tree")
    await room.fake.presses(BEN, "As a picture")
    (first,) = await until(room, lambda found: kinds(found) == ["photo"])
    drawn = first.file_id
    await room.fake.presses(BEN, "Next page")
    (second,) = await until(room, lambda found: found[0].file_id != drawn)
    assert second.message_id == first.message_id
    assert "Page 2 of 2" in second.text
    assert "Previous page" in labels(second)


async def test_what_keeps_the_picture_is_answered_below_it(room: Room) -> None:
    await forty_customers(room.chat)
    goal = room.chat.change(
        lambda store: store.goals.of(room.chat.ids["ben"], reader=room.chat.ids["ben"])[0]
    )
    kept = Card(
        Phrase("Progress over time"),
        Picture(Verbatim("Name"), Verbatim("62%"), course()),
        Button(Phrase("Why this number?"), Press("goals.why", {"goal": goal.id})),
        Button(Phrase("Progress over time"), Press("goals.course", {"goal": goal.id})),
    )
    ben = room.chat.ids["ben"]
    sealed = room.chat.change(lambda store: room.core.seal(store, kept, for_person=ben))
    await room.platform.speaker.speak(parcel(sealed, person_id=ben))
    await room.fake.presses(BEN, "Why this number?")
    photo, why = await until(room, lambda found: kinds(found) == ["photo", "text"])
    assert photo.edited == 0
    assert why.text.startswith("Why 63%?")
    await room.fake.presses(BEN, "Progress over time", message_id=photo.message_id)
    await until(room, lambda found: kinds(found) == ["photo", "text", "photo"])


async def test_what_cannot_be_drawn_takes_the_place_in_words(shown: Room) -> None:
    await shown.fake.presses(BEN, "As a table")
    (table,) = await until(shown, lambda found: kinds(found) == ["text"])
    with nothing_drawn(shown):
        shown.platform.speaker._studio._kept.clear()
        await shown.fake.presses(BEN, "As a picture")
        (words,) = await until(shown, lambda found: labels(found[0]) == ["As a table"])
    assert (words.kind, words.message_id) == ("text", table.message_id)
    assert "63%" in words.text


async def test_where_telegram_takes_no_picture_for_words_it_stands_below(shown: Room) -> None:
    await shown.fake.presses(BEN, "As a table")
    await until(shown, lambda found: kinds(found) == ["text"])
    shown.fake.fail_next("editMessageMedia", "400_cannot_edit")
    await shown.fake.presses(BEN, "As a picture")
    await until(shown, lambda found: kinds(found) == ["text", "photo"])


# In the place of what was told ---------------------------------------------------------------------------------------


WORDS = Card(Phrase("It is over."), Section(Verbatim("Nothing to draw.")))


async def over(room: Room, before: Card, after: Card) -> Receipt:
    ben = room.chat.ids["ben"]
    receipt = await room.platform.speaker.speak(parcel(before, person_id=ben))
    await room.platform.speaker.edit(parcel(after, person_id=ben), receipt)
    return receipt


async def test_told_over_words_a_picture_stands_there(room: Room) -> None:
    await over(room, WORDS, card())
    (photo,) = stands(room)
    assert (photo.kind, photo.edited) == ("photo", 1)


async def test_told_over_a_picture_another_one_stands_there(room: Room) -> None:
    receipt = await over(room, card("9%"), card("62%"))
    (photo,) = stands(room)
    assert "62%" in photo.text
    await room.platform.speaker.edit(parcel(card("62%"), person_id=room.chat.ids["ben"]), receipt)


async def test_words_are_told_anew_where_a_picture_stands(room: Room) -> None:
    with pytest.raises(Fixed):
        await over(room, card(), WORDS)
    assert room.fake.violations.pop() == "editMessageText: not a text message", (
        "nobody knows what stands there"
    )


async def test_of_a_picture_with_words_above_it_all_is_replaced(room: Room) -> None:
    await over(room, card(LONG), card("62%"))
    (photo,) = stands(room)
    assert "62%" in photo.text


async def test_a_picture_that_cannot_be_drawn_is_told_over_in_words(room: Room) -> None:
    with nothing_drawn(room):
        await over(room, WORDS, card("9%"))
    (words,) = stands(room)
    assert "签约 40 家客户: 9%" in words.text
