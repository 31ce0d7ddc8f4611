"""A review cycle from its launch to the answer of whom it is about, through the doors that people use."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from storage.reviews import PHASES, CycleStep, ReviewResult
from storage.tables import ObligationRow
from tests.company import Chat
from tests.handlers.reviewing import due, go_on, launched, write


async def test_a_whole_cycle(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat)
    asked = [row for row in chat.rows(ObligationRow) if row.kind == "reviews.write"]
    assert {row.person_id for row in asked} == {chat.ids[who] for who in ("ada", "ben", "chen", "eve")}
    heard = await chat.presses("ben", "Write", on=await chat.says("ben", "/review"))
    assert "Seen by you, Ada Lovelace, the managers above" in heard
    heard = await chat.submits("ben", results="Restored in 15 minutes", growth="Speak at a meet-up")
    assert "Handed in." in heard
    assert "Restored in 15 minutes" in heard

    await go_on(chat, "write")
    heard = await write(chat, "ada", "Ben Okri", results="Reliable", growth="A talk", overall_points="4")
    assert "4 of 5" in heard
    assert "Autumn 2026; it was due on" not in await chat.says("ben", "/review")
    await go_on(chat, "share")
    assert "Autumn 2026: share the result with Ben Okri" in await chat.says("ada", "/review")
    assert "This is what Ben Okri will read" in await chat.presses("ada", "Do it now")
    assert "Reliable" not in await chat.says("ben", "/review")
    heard = await chat.presses("ada", "Do it now", on=await due(chat, "ada"))
    assert "This is what Ben Okri will read" in heard
    assert "Reliable" in heard
    assert "Shared with Ben Okri." in await chat.presses("ada", "Share it")
    assert "Autumn 2026: talk with Ben Okri about the result" in await chat.says("ada", "/review")
    chat.wait(days=1)
    await chat.tick()
    assert "read your result" not in chat.told("ben"), "the card that shares it said so already"
    heard = await chat.presses("ben", "Read it")
    assert "Reliable" in heard
    await chat.presses("ben", "Acknowledge")
    await chat.presses("ben", "Answer in writing")
    heard = await chat.submits("ben", words="Thank you; the talk is in May")
    assert "the talk is in May" in heard
    assert "Ben Okri answered their review in writing" in chat.told("ada")
    await go_on(chat, "closed")
    (row,) = [row for row in chat.rows(ReviewResult) if row.acknowledged_at]
    assert row.subject_id == chat.ids["ben"]


async def test_the_database_holds_the_order_of_phases(any_chat: Chat) -> None:
    cycle = await launched(any_chat)

    def jump(store: object) -> None:
        store.insert(  # type: ignore[attr-defined]
            CycleStep(
                cycle_id=cycle.id,
                number=cycle.step + 1,
                rank=PHASES.index("share"),
                number_before=cycle.step,
                rank_before=PHASES.index("self"),
                at=any_chat.now,
            )
        )

    with pytest.raises(IntegrityError):
        any_chat.change(jump)
