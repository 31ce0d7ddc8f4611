"""A large cycle asks its people one after the other: crash-safe, nobody twice, and without giving anybody power."""

from __future__ import annotations

from collections import Counter

import pytest

from handlers import FEATURES
from handlers.reviews import including
from schedules import ringing
from storage.reviews import SELF, Review
from storage.tables import ObligationRow
from tests.company import Chat
from tests.handlers.reviewing import go_on, launched
from tests.handlers.test_reviews_calibrating import role

EVERYBODY = "Engines, Arts, IT, Board"


async def test_a_large_cycle_goes_on_after_the_process_died_and_asks_nobody_twice(
    any_chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = any_chat
    monkeypatch.setattr(including, "AT_ONCE", 2)
    monkeypatch.setattr(ringing, "UNIT", 1)
    await launched(chat, units=EVERYBODY, others="upward")
    people = {chat.ids[who] for who in ("ada", "ben", "chen", "eve", "dora", "grace", "ivan")}
    assert "7 people are still to be asked" in chat.last["hana"]
    assert chat.rows(Review) == []

    units = ringing.Units(chat.core, {bell.name: bell for each in FEATURES for bell in each.bells})
    for _ in range(3):
        await chat.database.write(units.ring_some)  # and then the process was killed
    assert len({row.subject_id for row in chat.rows(Review)}) == 3
    assert "4 people are still to be asked" in await chat.says("hana", "/review progress")

    await chat.tick()
    assert {row.subject_id for row in chat.rows(Review)} == people
    roles = Counter((row.subject_id, row.author_id, row.role) for row in chat.rows(Review))
    assert set(roles.values()) == {1}
    owed = [row for row in chat.rows(ObligationRow) if row.kind == "reviews.write"]
    assert Counter(row.person_id for row in owed) == dict.fromkeys(people, 1)
    assert "still to be asked" not in await chat.says("hana", "/review progress")

    chat.wait(hours=1)
    await go_on(chat, "write")
    await chat.tick()
    owed = [row for row in chat.rows(ObligationRow) if row.kind == "reviews.write" and not row.closed_at]
    assert len(owed) == sum(row.role != SELF for row in chat.rows(Review)) == 6 + 7


async def test_hr_in_a_large_cycle_never_has_power_in_it(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(including, "AT_ONCE", 2)
    role(chat, "dora", "hr")
    await launched(chat, units=EVERYBODY)
    assert [row.subject_id for row in chat.rows(Review) if row.role == SELF] == [chat.ids["dora"]]
    assert "No review cycle of yours runs now." in await chat.says("dora", "/review progress")


async def test_a_large_cycle_that_is_paused_at_once_asks_everybody_when_it_goes_on(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(including, "AT_ONCE", 2)
    await launched(chat, units=EVERYBODY)
    await chat.presses("hana", "Open", on=await chat.says("hana", "/review cycles"))
    await chat.presses("hana", "Pause")
    await chat.tick()
    assert [row for row in chat.rows(ObligationRow) if row.kind == "reviews.write"] == []
    chat.wait(days=1)
    await chat.presses("hana", "Open", on=await chat.says("hana", "/review cycles"))
    await chat.presses("hana", "Go on")
    await chat.tick()
    assert len([row for row in chat.rows(ObligationRow) if row.kind == "reviews.write"]) == 7
