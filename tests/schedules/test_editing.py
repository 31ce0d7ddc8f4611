"""What was told and is taken back is replaced where it stands: once or often, on its platform, or told anew."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from handlers.kit.cards import Card
from handlers.kit.requests import Tell
from handlers.kit.text import Phrase
from schedules.speaking import Fixed, Gone, Receipt, Unclear, Unreachable
from storage.tables import Outgoing, Posted
from tests.company import Chat
from tests.schedules.errands import feature, only
from tests.schedules.test_delivery import Line, Searchable, crash, row, tell, until, worker

ABOUT = "feedback:1"
TOMBSTONE = Card(Phrase("Taken back."))


@pytest.fixture
def chat(chat: Chat) -> Chat:
    return only(chat, feature)


@pytest.fixture
def any_chat(any_chat: Chat) -> Chat:
    return only(any_chat, feature)


def take_back(chat: Chat, who: str = "ben", **more: Any) -> str | None:
    made = Tell(TOMBSTONE, to=chat.ids[who], over=ABOUT, topic="back", **more)
    queued: str | None = chat.change(lambda store: chat.core.queue(store, "test", made))
    return queued


async def delivered(chat: Chat, *lines: Line) -> None:
    delivery = worker(chat, *lines)
    while await delivery.deliver():
        pass


async def test_what_stands_is_replaced_there_and_nothing_new_is_told(any_chat: Chat) -> None:
    line = Line()
    tell(any_chat, "ben", "CANARY", about=ABOUT)
    await delivered(any_chat, line)
    take_back(any_chat)
    await delivered(any_chat, line)
    assert line.edited == [("web1", "Taken back.")]
    assert len(line.heard) == 1
    assert "CANARY" not in any_chat.told("ben")


async def test_what_waits_is_not_sent_and_its_reader_hears_nothing(any_chat: Chat) -> None:
    line = Line()
    message = tell(any_chat, "ben", "CANARY", about=ABOUT)
    take_back(any_chat)
    await delivered(any_chat, line)
    assert (row(any_chat, message).state, row(any_chat, message).reason) == ("cancelled", "taken back")
    assert not line.heard
    assert not line.edited


async def test_what_waits_for_its_turn_is_not_sent_any_more(any_chat: Chat) -> None:
    """A message is taken up before its platform permits to send it."""
    chat, line = any_chat, Line()
    line.limits = lambda parcel: [("slow", 0.5, 1.0)]
    tell(chat, "dora", "before it")
    message = tell(chat, "ben", "CANARY", about=ABOUT)
    sending = asyncio.create_task(worker(chat, line).deliver())
    await until(lambda: line.heard)
    take_back(chat)
    await sending
    await delivered(chat, line)
    assert [words for _, words in line.heard] == ["before it"]
    assert (row(chat, message).state, row(chat, message).reason) == ("cancelled", "taken back")


async def test_what_waits_for_its_turn_is_sent_as_it_is_by_then(any_chat: Chat) -> None:
    chat, line = any_chat, Line()
    line.limits = lambda parcel: [("slow", 0.5, 1.0)]
    tell(chat, "dora", "before it")
    tell(chat, "ben", "CANARY", about=ABOUT)
    sending = asyncio.create_task(worker(chat, line).deliver())
    await until(lambda: line.heard)
    take_back(chat, about=ABOUT)
    await sending
    line.limits = lambda parcel: []
    await delivered(chat, line)
    assert [words for _, words in line.heard] == ["before it", "Taken back."]


async def test_what_is_just_being_sent_is_replaced_once_it_stands(any_chat: Chat) -> None:
    chat, line = any_chat, Line()
    line.gate = asyncio.Event()
    tell(chat, "ben", "CANARY", about=ABOUT)
    sending = asyncio.create_task(worker(chat, line).deliver())
    await until(lambda: line.waiting)
    take_back(chat)
    line.gate.set()
    await sending
    await delivered(chat, line)
    assert line.edited == [("web1", "Taken back.")]


async def test_an_edit_that_nobody_answered_is_made_again(any_chat: Chat) -> None:
    line = Line()
    tell(any_chat, "ben", "CANARY", about=ABOUT)
    await delivered(any_chat, line)
    line.script["web1"] = [Unclear(), ConnectionError()]
    take_back(any_chat)
    for _ in range(3):
        await delivered(any_chat, line)
        any_chat.wait(minutes=2)
    assert line.edited == [("web1", "Taken back.")] * 2
    assert len(line.heard) == 1


async def test_what_died_in_the_middle_is_looked_up_and_put_right(any_chat: Chat) -> None:
    line = Searchable()
    message = tell(any_chat, "ben", "CANARY", about=ABOUT, unclear="reconcile")
    await crash(any_chat, line)
    line.stored[message] = Receipt("dm-ben", "there")  # it had arrived
    take_back(any_chat)
    await delivered(any_chat, line)
    assert line.edited == [("there", "Taken back.")]
    assert not line.heard


async def test_a_message_that_is_gone_needs_no_edit(any_chat: Chat) -> None:
    line = Line()
    tell(any_chat, "ben", "CANARY", about=ABOUT)
    await delivered(any_chat, line)
    line.script["web1"] = [Gone()]
    take_back(any_chat)
    await delivered(any_chat, line)
    assert not line.edited
    assert len(line.heard) == 1
    assert {each.reason for each in any_chat.rows(Outgoing, Outgoing.edits.is_not(None))} == {"gone"}  # type: ignore[union-attr]


async def test_what_cannot_be_changed_any_more_is_told_anew(any_chat: Chat) -> None:
    line = Line()
    tell(any_chat, "ben", "CANARY", about=ABOUT)
    await delivered(any_chat, line)
    line.script["web1"] = [Fixed()]
    take_back(any_chat)
    await delivered(any_chat, line)
    assert [words for _, words in line.heard] == ["CANARY", "Taken back."]


async def test_it_is_replaced_on_its_platform_though_another_is_chosen_now(any_chat: Chat) -> None:
    slack, web = Line("slack"), Line()
    tell(any_chat, "ben", "CANARY", about=ABOUT)
    await delivered(any_chat, slack, web)
    any_chat.wait(minutes=1)
    any_chat.change(lambda store: store.accounts.link(any_chat.ids["ben"], "slack", "U1"))
    take_back(any_chat)
    await delivered(any_chat, slack, web)
    assert web.edited == [("web1", "Taken back.")]
    assert not slack.edited
    assert not slack.heard


async def test_who_blocked_us_is_not_sought_elsewhere(any_chat: Chat) -> None:
    line = Line()
    tell(any_chat, "ben", "CANARY", about=ABOUT)
    await delivered(any_chat, line)
    line.script["web1"] = [Unreachable()]
    take_back(any_chat)
    await delivered(any_chat, line)
    assert len(line.heard) == 1


async def test_what_was_told_before_anybody_remembered_where_is_told_anew(chat: Chat) -> None:
    line = Line()
    tell(chat, "ben", "CANARY", about=ABOUT)
    await delivered(chat, line)
    chat.change(lambda store: store.remove(Posted))
    assert take_back(chat)
    await delivered(chat, line)
    assert [words for _, words in line.heard] == ["CANARY", "Taken back."]


async def test_all_pages_are_remembered(any_chat: Chat) -> None:
    class Long(Line):
        async def speak(self, parcel: Any) -> Receipt:
            await super().speak(parcel)
            return Receipt("dm-ben", "p1", ("p2", "p3"))

        async def edit(self, parcel: Any, over: Receipt) -> None:
            self.edited.append((" ".join((over.message, *over.more)), ""))

    line = Long()
    tell(any_chat, "ben", "CANARY", about=ABOUT)
    await delivered(any_chat, line)
    take_back(any_chat)
    await delivered(any_chat, line)
    assert line.edited == [("p1 p2 p3", "")]
