"""Whatever a platform delivers a hundred times at once, to two processes, happens once and is answered the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from handlers import FEATURES
from handlers.kit.dispatch import Core
from handlers.kit.requests import Act, Answer, Incoming, Pressed, Said, Sender, Submitted, Where
from handlers.kit.values import dump
from storage.database import Database
from storage.kudos import KudosRow
from storage.tables import Inbox
from tests.company import Chat
from tests.walks.tour import EXAMPLES, Tour, called, rows_of_every_table

TIMES = 100
FEWER = 8


@asynccontextmanager
async def two_processes(chat: Chat) -> AsyncIterator[tuple[Core, Core]]:
    """The chat's core, and another with its own writer and its own memory on the same database."""
    url = chat.database.url.render_as_string(hide_password=False)
    other = Database(url, b"a test's secret", now=chat.database.now)
    other.open()
    try:
        yield chat.core, Core(other, FEATURES)
    finally:
        await other.close()


async def delivered(chat: Chat, cores: tuple[Core, ...], who: str, act: Act, key: str, times: int) -> Answer:
    """One delivery, so many times at once; asserts that all answers are the same but for saying that they repeat."""
    where = Where(id=f"dm-{who}")
    incoming = Incoming(key, chat.platform, Sender(who, address=f"dm-{who}"), where, act, chat.now)
    answers = await asyncio.gather(*(cores[n % len(cores)].hear(incoming) for n in range(times)))
    assert sum(not answer.repeated for answer in answers) == 1, "it was done more than once, or not at all"
    assert len({dump(replace(answer, repeated=False)) for answer in answers}) == 1
    assert answers[0].outcome != "failed"
    return answers[0]


def grown(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {table: count - before[table] for table, count in after.items() if count != before[table]}


CHANGING: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("ben", "/checkin done login page; next payments; blocked by legal", {"checkin": 1}),
    ("ada", "/1on1 add @ben talk about the roadmap", {"one_on_one_point": 1}),
    ("ada", "/1on1 action @ben next friday: send the draft", {"one_on_one_action": 1, "obligation": 1}),
    ("eve", "/feedback @ben situation a; behaviour b; effect c; suggestion d", {"feedback": 1}),
    ("ben", "/feedback ask @chen @dora about the release meeting", {"feedback_request": 2}),
    ("ben", "/away until 2026-12-04", {"absence": 1}),
    ("ben", "/upbeat link", {"link": 1}),
    ("ben", "/privacy file", {"file": 2}),
)
"""What changes something at once, by whom, and what it adds."""


async def test_a_hundred_at_once_have_one_effect(any_chat: Chat) -> None:
    async with two_processes(any_chat) as cores:
        for number, (who, words, due) in enumerate(CHANGING):
            before = rows_of_every_table(any_chat)
            await delivered(any_chat, cores, who, Said(words, command=True), f"d{number}", TIMES)
            after = grown(before, rows_of_every_table(any_chat))
            assert {table: after.get(table) for table in due} == due, words
            assert after["inbox"] == 1, words


async def test_every_example_comes_twice_and_acts_once(any_chat: Chat) -> None:
    """By each of three people, or by one of them in turn where each takes long; what the second delivery adds to any
    table is nothing."""
    tried, people = 0, ("ada", "hana", "ivan")
    async with two_processes(any_chat) as cores:
        for number, (route, example) in enumerate(EXAMPLES):
            for who in people if any_chat.database.is_sqlite else (people[number % 3],):
                act = Said(called(route, example), command=True)
                once = await delivered(any_chat, cores, who, act, f"{who}{number}", FEWER)
                before = rows_of_every_table(any_chat)
                again = await delivered_again(any_chat, cores, who, act, f"{who}{number}")
                assert rows_of_every_table(any_chat) == before, route.name
                assert dump(replace(again, repeated=False)) == dump(replace(once, repeated=False))
                tried += 1
    assert tried >= len(EXAMPLES) > 100
    assert len(any_chat.rows(Inbox)) == tried


async def delivered_again(chat: Chat, cores: tuple[Core, ...], who: str, act: Act, key: str) -> Answer:
    incoming = Incoming(key, chat.platform, Sender(who), Where(id=f"dm-{who}"), act, chat.now)
    answer = await cores[-1].hear(incoming)
    assert answer.repeated
    return answer


async def test_buttons_and_forms_pressed_a_hundred_times_at_once(any_chat: Chat) -> None:
    """The same press delivered again, and different presses of a key that acts once."""
    async with two_processes(any_chat) as cores:
        shown = await any_chat.says("ada", "/kudos @ben for the calm incident call")
        key = shown.buttons["Send privately"].handle
        before = rows_of_every_table(any_chat)
        await delivered(any_chat, cores, "ada", Pressed(key), "press", TIMES)
        assert grown(before, rows_of_every_table(any_chat))["kudos"] == 1
        await many_presses(any_chat, cores)
        await any_chat.says("ada", "/1on1 add @ben")
        form = any_chat.last["ada"].form
        assert form
        given = {question.name: Tour(any_chat).answer(question, "ada") for question in form.questions}
        before = rows_of_every_table(any_chat)
        await delivered(any_chat, cores, "ada", Submitted(form.draft, given), "form", TIMES)
        assert grown(before, rows_of_every_table(any_chat))["one_on_one_point"] == 1


async def many_presses(chat: Chat, cores: tuple[Core, ...]) -> None:
    shown = await chat.says("ada", "/kudos @chen for the calm release")
    act = Pressed(shown.buttons["Send privately"].handle)
    before = rows_of_every_table(chat)
    pressed = (
        Incoming(f"p{n}", chat.platform, Sender("ada"), Where(id="dm-ada"), act, chat.now) for n in range(40)
    )
    answers = await asyncio.gather(*(cores[n % 2].hear(one) for n, one in enumerate(pressed)))
    assert sorted(answer.outcome for answer in answers) == ["done"] + ["refused"] * 39
    assert grown(before, rows_of_every_table(chat))["kudos"] == 1


async def test_many_thanks_at_once_stay_within_the_days_points(any_chat: Chat) -> None:
    any_chat.change(lambda store: store.set_setting("kudos_daily", 3))
    keys = []
    for number in range(FEWER):
        heard = await any_chat.says("ada", f"/kudos @ben for deed number {number}")
        keys.append(heard.buttons["Send privately"].handle)
    where, sender = Where(id="dm-ada"), Sender("ada", address="dm-ada")
    async with two_processes(any_chat) as cores:
        pressed = [
            Incoming(f"k{n}", any_chat.platform, sender, where, Pressed(key), any_chat.now)
            for n, key in enumerate(keys)
        ]
        await asyncio.gather(*(cores[n % 2].hear(incoming) for n, incoming in enumerate(pressed)))
    points = [row.points for row in any_chat.rows(KudosRow)]
    assert len(points) == FEWER
    assert sum(points) == 3
