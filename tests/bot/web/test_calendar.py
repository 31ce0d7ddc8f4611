"""A calendar's private address: what it shows, whom it shows nothing, and that it is made, replaced and taken away."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.calendar import escaped, folded, written
from bot.web.server import make_server
from bot.words import Voice
from handlers.kit.cards import Link
from handlers.kit.text import Verbatim
from handlers.reviews.feed import Entry
from storage.reviews import CalendarFeed
from tests.bot.web.house import House
from tests.company import MONDAY, Chat
from tests.handlers.reviewing import go_on, launched, write
from tests.handlers.test_reviews_results import owed

HERE = "http://127.0.0.1:8080"


@pytest.fixture
async def calendar(any_chat: Chat) -> AsyncIterator[httpx.AsyncClient]:
    """A calendar program, somewhere in the world."""
    transport = httpx.ASGITransport(make_server(House(any_chat.core)), client=("203.0.113.9", 1))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=HERE) as made:
        yield made


async def address(chat: Chat, who: str, label: str = "Make a private address") -> str:
    await chat.says(who, "/review calendar")
    heard = await chat.presses(who, label)
    assert heard.card, heard.text
    (link,) = (part for part in heard.card.parts if isinstance(part, Link))
    return link.url.removeprefix(HERE)


def fields(text: str) -> list[str]:
    """The lines of a calendar, unfolded."""
    return text.replace("\r\n ", "").split("\r\n")


async def test_it_shows_what_is_due_by_the_persons_own_clock(
    any_chat: Chat, calendar: httpx.AsyncClient
) -> None:
    chat = any_chat
    await launched(chat)
    paths = {who: await address(chat, who) for who in ("ben", "chen", "eve", "dora")}
    found = {who: await calendar.get(path) for who, path in paths.items()}
    assert {answer.status_code for answer in found.values()} == {200}
    assert found["ben"].headers["content-type"] == "text/calendar; charset=utf-8"
    lines = {who: fields(answer.text) for who, answer in found.items()}
    # 18:00 on the last day: in Berlin, in Shanghai, in New York.
    assert "DTEND:20261130T170000Z" in lines["ben"]
    assert "DTEND:20261130T100000Z" in lines["chen"]
    assert "DTEND:20261130T230000Z" in lines["eve"]
    assert "SUMMARY:Autumn 2026: one thing is due" in lines["ben"]
    assert "SUMMARY:Autumn 2026：1 件事到期" in lines["chen"]
    assert not [line for line in lines["dora"] if line.startswith("BEGIN:VEVENT")]
    await write(chat, "ben", "self", results="Restored in 15 minutes", growth="A talk")
    assert "BEGIN:VEVENT" not in (await calendar.get(paths["ben"])).text
    await go_on(chat, "write")
    text = (await calendar.get(await address(chat, "ada"))).text
    assert "SUMMARY:Autumn 2026: 3 things are due" in fields(text)
    assert not [word for word in ("Ben", "Eve", "陈明", "Restored") if word in text]


async def test_what_is_due_at_two_hours_of_a_day_stands_at_both(
    any_chat: Chat, calendar: httpx.AsyncClient
) -> None:
    chat = any_chat
    await launched(chat)
    await go_on(chat, "talk")
    chat.at(datetime(2027, 1, 4, 12, tzinfo=UTC))
    for name in ("Ben", "Eve"):
        await write(chat, "ada", name, growth="A talk", overall_points="4")
    chat.at(datetime(2027, 1, 4, 19, tzinfo=UTC))
    await owed(chat, "ada", "share the result with Ben")
    await chat.presses("ada", "Share it")
    lines = fields((await calendar.get(await address(chat, "ada"))).text)
    assert [line for line in lines if line.startswith("DTEND")] == [
        "DTEND:20270104T170000Z",
        "DTEND:20270104T225900Z",
    ]
    assert len({line for line in lines if line.startswith("UID")}) == 2


async def test_unknown_replaced_and_taken_away_are_alike(any_chat: Chat, calendar: httpx.AsyncClient) -> None:
    chat = any_chat
    first = await address(chat, "ben")
    second = await address(chat, "ben", "Make another one")
    assert (await calendar.get(second)).status_code == 200
    (row,) = chat.rows(CalendarFeed)
    token = second.removeprefix("/calendar/").removesuffix(".ics")
    assert len(token) == 44
    assert token not in str(vars(row))
    await chat.says("ben", "/review calendar")
    assert token not in chat.last["ben"]
    assert "The address does not work any more." in await chat.presses("ben", "Take it away")
    unknown = await calendar.get("/calendar/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.ics")
    for path in (first, second):
        gone = await calendar.get(path)
        assert (gone.status_code, gone.content) == (404, unknown.content)
        assert {*gone.headers.items()} == {*unknown.headers.items()}
    assert unknown.status_code == 404


async def test_it_is_only_read_and_ends_when_somebody_leaves(
    any_chat: Chat, calendar: httpx.AsyncClient
) -> None:
    chat = any_chat
    path = await address(chat, "ben")
    for method in ("POST", "PUT", "DELETE"):
        assert (await calendar.request(method, path)).status_code == 405
    assert (await calendar.get(path)).status_code == 200
    chat.leaves("ben")
    assert (await calendar.get(path)).status_code == 404


@given(words=st.text(max_size=200), hours=st.integers(0, 100_000))
def test_whatever_a_cycle_is_called_the_calendar_is_valid(words: str, hours: int) -> None:
    entry = Entry("key", Verbatim(words), MONDAY + timedelta(hours=hours))
    text = written(Voice("en"), [entry], MONDAY)
    assert text.endswith("END:VCALENDAR\r\n")
    assert all(len(line.encode("utf-8", "replace")) <= 75 for line in text.split("\r\n"))
    lines = fields(text)
    assert [line.partition(":")[0].partition(";")[0] for line in lines if line] == [
        *("BEGIN", "VERSION", "PRODID", "CALSCALE", "METHOD", "BEGIN", "UID", "DTSTAMP", "DTSTART", "DTEND"),
        *("SUMMARY", "TRANSP", "CLASS", "END", "END"),
    ]
    assert re.fullmatch(r"DTEND:\d{8}T\d{6}Z", lines[9])


def test_words_end_no_value_and_no_character_is_cut() -> None:
    assert escaped("a,b;c\\d\ne\r\nBEGIN:VEVENT") == "a\\,b\\;c\\\\d\\ne\\nBEGIN:VEVENT"
    pieces = list(folded("SUMMARY:" + "评估" * 40))
    assert "".join([pieces[0], *(piece[1:] for piece in pieces[1:])]) == "SUMMARY:" + "评估" * 40
    assert all(piece.startswith(" ") for piece in pieces[1:])
