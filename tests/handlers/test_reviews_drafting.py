"""A draft made of the record alone: the same each time, in the writer's language, each sentence with its sources."""

from __future__ import annotations

from handlers.kit.requests import Pressed
from storage.reviews import PEER
from tests.company import Chat
from tests.handlers.reviewing import due, go_on, launched, paper, press_beside, review_by, the_cycle
from tests.handlers.test_reviews_evidence import a_record, ada_writes

RESULTS = (
    "Time to restore went from 90 min to 15.5 min on 2026-07-06. [1][2]\n"
    "tickets closed stood at 41 on 2026-09-04 (tracker). [3]\n"
    "Done, as of 2026-07-06: “the index is rebuilt” [4]\n"
    "Done, as of 2026-09-04: “the cache is warm” [5]"
)


async def test_a_draft_is_looked_at_and_put_into_the_form(any_chat: Chat) -> None:
    chat = any_chat
    await ada_writes(chat)
    heard = await chat.presses("ada", "Draft from evidence")
    assert "Time to restore went from 90 min to 15.5 min on 2026-07-06." in heard
    assert "Eve Curie said on 2026-11-23: “asked before answering”" in heard
    assert "said for Ben alone" not in heard
    before = review_by(chat, "ada", "manager", "Ben Okri")
    source = await press_beside(chat, "ada", "Time to restore", "Source")
    assert "two drills a month" in source
    await chat.presses("ada", "Put it into the form", on=heard)
    assert "The draft stands in the form, under 2 questions." in chat.last["ada"]
    after = review_by(chat, "ada", "manager", "Ben Okri")
    assert (after.state, after.answers, after.version) == ("owed", None, before.version)
    await chat.presses("ada", "Go on")
    await chat.presses("ada", "The whole form")
    form = chat.last["ada"].form
    assert form
    assert form.given["results"] == RESULTS
    assert "growth" not in form.given
    assert not [name for name in form.given if name.endswith("_points")]
    heard = await chat.submits("ada", **{**_words(form.given), "growth": "A talk"})
    assert "Handed in." in heard
    row = review_by(chat, "ada", "manager", "Ben Okri")
    assert row.answers["results"]["words"] == RESULTS
    assert len(row.answers["results"]["cites"]) == 5
    await go_on(chat, "share")
    await chat.presses("ada", "Do it now", on=await due(chat, "ada"))
    await chat.presses("ada", "Share it")
    await chat.presses("ben", "Read it")
    heard = await press_beside(chat, "ben", "It cites 5 pieces", "Evidence")
    assert "[5] Check-in of" in heard


def _words(given: dict[str, object]) -> dict[str, object]:
    return {name: item for name, item in given.items() if isinstance(item, str)}


async def test_the_same_record_gives_the_same_draft_in_chinese_too(chat: Chat) -> None:
    await chat.says("chen", "/checkin 完成 索引重建；阻碍 等待采购")
    await launched(chat)
    await paper(chat, "chen")
    first = await chat.presses("chen", "Draft from evidence")
    assert "截至 2026-11-23 完成：“索引重建”" in first
    assert "截至 2026-11-23 受阻：“等待采购”" in first
    assert "不使用任何模型" in first
    chat.wait(hours=3)
    await paper(chat, "chen")
    assert (await chat.presses("chen", "Draft from evidence")).text == first.text
    await chat.presses("chen", "Put it into the form")
    heard = await paper(chat, "chen")
    assert "截至 2026-11-23 完成：“索引重建” [1]" in heard


async def test_what_is_a_yes_or_no_was_reached_or_not_yet(chat: Chat) -> None:
    await chat.says("ben", "/goals add Ship")
    for number, (title, said) in enumerate((("live in Japan", "yes"), ("live in Korea", "not yet")), 1):
        await chat.says("ben", f"/goals result 1 {title}")
        await chat.says("ben", f"/goals update 1.{number} {said}")
    await launched(chat)
    await paper(chat, "ben")
    heard = await chat.presses("ben", "Draft from evidence")
    assert "live in Japan was reached on 2026-11-23." in heard
    assert "live in Korea was not reached yet on 2026-11-23." in heard
    assert "live in Korea: – → not yet" in await press_beside(chat, "ben", "live in Korea", "Source")


async def test_what_is_written_already_stays(chat: Chat) -> None:
    await ada_writes(chat)
    await press_beside(chat, "ada", "Results", "Evidence")
    await press_beside(chat, "ada", "tickets closed", "Cite")
    await chat.presses("ada", "Back to the review")
    await press_beside(chat, "ada", "Craft", "Answer")
    await chat.submits("ada", craft="My own words")
    await chat.presses("ada", "Draft from evidence")
    await chat.presses("ada", "Put it into the form")
    await chat.presses("ada", "Go on")
    await chat.presses("ada", "The whole form")
    form = chat.last["ada"].form
    assert form
    assert form.given["craft"] == "My own words"
    assert "tickets closed stood at 41 on 2026-09-04 (tracker). [1]" in form.given["results"]


async def test_without_a_record_there_is_no_draft(chat: Chat) -> None:
    await launched(chat)
    await paper(chat, "ben")
    heard = await chat.presses("ben", "Draft from evidence")
    assert "The record holds nothing of which a draft could be made" in heard


async def test_a_confidential_review_has_no_draft(chat: Chat) -> None:
    await a_record(chat)
    await launched(chat, peers="confidential")
    cycle = the_cycle(chat)
    chat.change(lambda store: store.reviews.assign(cycle, chat.ids["ben"], chat.ids["eve"], PEER))
    await go_on(chat, "write")
    assert "Draft from evidence" not in (await paper(chat, "eve")).buttons


async def test_what_reads_like_a_citation_is_not_taken_for_one(chat: Chat) -> None:
    await chat.says("ben", "/checkin done see [9] and [x]")
    await launched(chat)
    await paper(chat, "ben")
    heard = await chat.presses("ben", "Draft from evidence")
    assert "“see (9) and (x)”" in heard


async def test_the_draft_is_the_writers_alone(chat: Chat) -> None:
    await ada_writes(chat)
    (button,) = [b for label, b in chat.last["ada"].buttons.items() if label == "Draft from evidence"]
    heard = await chat.does("ben", Pressed(button.handle))
    assert heard.answer.outcome == "refused"
