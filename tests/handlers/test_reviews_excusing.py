"""HR takes somebody out of a cycle that runs, and puts them back: nothing is owed about them, and nothing is lost."""

from __future__ import annotations

from sqlmodel import col

from handlers.kit.requests import Pressed
from storage.reviews import ReviewResult
from storage.tables import ObligationRow
from tests.company import Chat, Heard
from tests.handlers.reviewing import due, go_on, launched, opened, review_by, write
from tests.handlers.test_reviews_calibrating import role
from tests.handlers.test_reviews_running import at_the_cycle, moves, owing


async def excuse(chat: Chat, who: str, writes: str = "keep") -> Heard:
    await at_the_cycle(chat, "Take somebody out")
    return await chat.submits("hana", person=who, writes=writes, reason="joined this week")


async def put_back(chat: Chat) -> Heard:
    return await chat.presses("hana", "Let back in", on=await at_the_cycle(chat, "Who is out"))


async def test_out_of_a_cycle_nobody_owes_anything_about_them_and_those_concerned_hear_it_once(
    chat: Chat,
) -> None:
    await launched(chat, others="upward")
    await chat.tick()
    form = await opened(chat, "ben", "self")
    assert form.form
    chat.change(lambda store: _begun(chat, store))
    assert "ben" in owing(chat)
    heard = await excuse(chat, "ben")
    assert "Ben Okri is out of Autumn 2026" in heard
    assert "One thing is owed no more" in heard
    assert "ben" not in owing(chat)
    assert owing(chat, closed="out") == {"ben"}
    chat.wait(hours=1)
    await chat.tick()
    assert chat.told("ben").count("You are out of Autumn 2026") == 1
    assert "joined this week" in chat.told("ben")
    assert chat.told("ada").count("Ben Okri is out of Autumn 2026") == 1
    assert "joined this week" in chat.told("ada")
    assert "out of Autumn" not in chat.told("eve") + chat.told("chen")
    await go_on(chat, "write")
    assert owing(chat) == {"ada", "grace", "ben", "chen", "eve"}  # ben of his manager
    assert "Ben Okri" not in await chat.says("ada", "/review")
    await chat.says("hana", "/review progress")
    assert "By managers: 0 of 3" in chat.last["hana"]


def _begun(chat: Chat, store: object) -> None:
    review = review_by(chat, "ben", "self")
    draft = store.drafts.begin(chat.ids["ben"], "reviews.write", {"review": review.id}, {})  # type: ignore[attr-defined]
    store.drafts.keep(draft, {"results": "half a sentence"})  # type: ignore[attr-defined]


async def test_the_manager_of_now_reads_why_somebody_is_out_and_not_the_one_before(chat: Chat) -> None:
    await launched(chat)
    moves(chat, "ben", "dora")
    await chat.tick()
    await excuse(chat, "ben")
    assert "joined this week" in chat.told("dora")
    assert "joined this week" not in chat.told("ada")


async def test_put_back_what_was_begun_goes_on(chat: Chat) -> None:
    await launched(chat)
    await chat.tick()
    chat.change(lambda store: _begun(chat, store))
    await opened(chat, "ben", "self")
    await excuse(chat, "ben")
    assert "This review is closed." in await chat.submits("ben", results="half a sentence", growth="too late")
    heard = await put_back(chat)
    assert "Ben Okri is in Autumn 2026 again" in heard
    assert "You are in Autumn 2026 again" in chat.told("ben")
    assert "ben" in owing(chat)
    form = (await opened(chat, "ben", "self")).form
    assert form
    assert (form.given["results"], form.given["growth"]) == ("half a sentence", "too late")
    assert "Handed in." in await chat.submits("ben", growth="a whole one")
    trace = await at_the_cycle(chat, "What happened")
    assert "Ben Okri was taken out" in trace
    assert "Ben Okri was put back" in trace
    assert "Nobody is." in await at_the_cycle(chat, "Who is out")


async def test_who_is_back_owes_nothing_about_whom_was_taken_out_meanwhile(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat)
    await go_on(chat, "write")
    is_back = chat.leaves("ada")
    await excuse(chat, "ben")
    is_back()
    heard = await chat.says("ada", "/review")
    assert "Eve Curie" in heard
    assert "Ben Okri" not in heard
    assert len(_of(chat, "ada", "Ben Okri")) == 0
    away_again = chat.leaves("ada")
    await put_back(chat)
    away_again()
    assert "Ben Okri" in await chat.says("ada", "/review")
    assert len(_of(chat, "ada", "Ben Okri")) == 1


def _of(chat: Chat, who: str, about: str) -> list[ObligationRow]:
    """What somebody is reminded of writing about somebody."""
    review = review_by(chat, who, "manager", about)
    return chat.rows(
        ObligationRow, col(ObligationRow.about) == review.id, col(ObligationRow.closed_at).is_(None)
    )


async def test_who_was_out_while_a_phase_began_is_asked_when_they_are_back(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat, others="peer upward")
    await excuse(chat, "ben", "drop")
    await go_on(chat, "peers")
    choosing = [
        row.person_id for row in chat.rows(ObligationRow, col(ObligationRow.kind) == "reviews.nominate")
    ]
    assert chat.ids["ben"] not in choosing
    assert chat.ids["eve"] in choosing
    await put_back(chat)
    choosing = [
        row.person_id for row in chat.rows(ObligationRow, col(ObligationRow.kind) == "reviews.nominate")
    ]
    assert chat.ids["ben"] in choosing
    await excuse(chat, "ben", "drop")
    await go_on(chat, "write")
    assert "ben" not in owing(chat)
    await write(chat, "ada", "Eve Curie", growth="More", overall_points="3")
    await put_back(chat)
    assert "ben" in owing(chat)
    assert "Ben Okri" in await chat.says("ada", "/review")


async def test_who_is_put_back_after_the_writing_is_still_written_about_by_the_manager(chat: Chat) -> None:
    await launched(chat)
    await go_on(chat, "write")
    await excuse(chat, "ben")
    await go_on(chat, "share")
    await put_back(chat)
    chat.wait(days=1)
    await chat.tick()
    assert "Autumn 2026: write about Ben Okri" in chat.told("ada")


async def test_who_writes_nothing_is_not_asked_about_who_joins_after(chat: Chat) -> None:
    await launched(chat, others="upward")
    await go_on(chat, "write")
    await excuse(chat, "ada", "drop")
    await at_the_cycle(chat, "Add people")
    assert "Added: Grace Hopper." in await chat.submits("hana", people=("grace",))
    chat.wait(days=1)
    await chat.tick()
    assert "Grace Hopper" not in await chat.says("ada", "/review")
    assert "your manager Grace Hopper" not in chat.told("ada")


async def test_in_chinese_they_hear_it_too(chat: Chat) -> None:
    await launched(chat)
    await excuse(chat, "chen", "drop")
    chat.wait(hours=20)
    await chat.tick()
    assert "你已被移出 Autumn 2026" in chat.told("chen")
    assert "你也无需再写" in chat.told("chen")


async def test_nothing_is_shared_or_calibrated_of_whom_is_out(chat: Chat) -> None:
    await launched(chat)
    await go_on(chat, "write")
    await write(chat, "ada", "Ben Okri", growth="More", overall_points="4")
    await go_on(chat, "share")
    asked = await due(chat, "ada")
    share = await chat.presses("ada", "Do it now", on=asked)
    await excuse(chat, "ben")
    assert "HR has taken them out" in await chat.presses("ada", "Share it", on=share)
    assert "With a rating: 0" in await at_the_cycle(chat, "Review results")
    await put_back(chat)
    assert "Shared with Ben Okri." in await chat.presses("ada", "Share it", on=share)
    assert "they have read it" in await excuse(chat, "ben")
    (row,) = [row for row in chat.rows(ReviewResult) if row.subject_id == chat.ids["ben"]]
    assert row.out_at is None


async def test_nobody_of_hr_does_it_for_themselves_or_their_manager(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("hana", "/review new Autumn 2026")
    await chat.submits("hana", units="Engines", people=("grace",))
    await chat.presses("hana", "Launch")
    assert "You report to Grace Hopper" in await excuse(chat, "grace")
    assert "The cycle is not about Dora Maar" in await excuse(chat, "dora")
    role(chat, "ben", "hr")
    await excuse(chat, "ben")
    (row,) = [row for row in chat.rows(ReviewResult) if row.out_at]
    door = ("reviews.take_back", {"cycle": row.cycle_id, "person": chat.ids["ben"]}, False)
    key = chat.change(lambda store: store.handles.make([door], for_person=None))
    assert "not in a cycle in which they are reviewed" in await chat.does("ben", Pressed(next(iter(key))))
