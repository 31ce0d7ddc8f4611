"""What is written in confidence: nobody reads it alone, not even where the database keeps it."""

from __future__ import annotations

from datetime import timedelta

from handlers.kit.requests import Pressed
from storage.policy import Kind
from storage.reviews import Review, ReviewEdition, ReviewVoice, Voice
from storage.tables import AuditRow, Draft, Inbox, Outgoing, ReportingLine
from tests.company import Chat
from tests.handlers.reviewing import go_on, launched, opened, press_beside, the_cycle, write
from tests.handlers.test_feedback_glass import SECOND, joins
from tests.handlers.test_reviews_nominating import proposing
from tests.handlers.test_reviews_results import owed
from tests.handlers.test_reviews_running import at_the_cycle

REPORTS = ("ben", "chen", "eve")


async def upward(chat: Chat, *people: str, besides: tuple[str, ...] = ()) -> None:
    """A cycle about Ada, in which her reports write about her; and about these too."""
    await launched(chat, units="Engines", others="upward", people=besides)
    await go_on(chat, "write")
    for number, who in enumerate(people):
        await write(
            chat, who, "Ada Lovelace", direction_points="5", direction=f"secret {number} of {who}", keep=who
        )


async def test_it_is_said_first_who_reads_it(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat, others="upward")
    await go_on(chat, "write")
    heard = await opened(chat, "ben", "Ada Lovelace")
    assert "Confidential. Ada Lovelace, the managers above and HR see it only together" in heard
    assert "from 3 people on" in heard
    assert "from 5 how they spread" in heard
    assert "from 10 the words" in heard
    assert "保密" in await opened(chat, "chen", "Ada Lovelace")


async def test_it_is_released_together_and_kept_without_an_author(any_chat: Chat) -> None:
    chat = any_chat
    await upward(chat, *REPORTS)
    await go_on(chat, "share")
    assert chat.rows(ReviewVoice) == []  # everybody has a day to change theirs
    assert "nothing that can be shown" in await chat.says("ada", "/review together")
    chat.wait(hours=24)
    await chat.tick()
    (voice,) = chat.rows(ReviewVoice)
    assert (voice.author_id, voice.named_id, voice.said) == (None, None, "")
    assert voice.tally == {"n": 3, "leans": "high"}
    heard = await chat.says("ada", "/review together")
    assert "3 answers: together they lean to the upper points" in heard
    for row in chat.rows(Review):
        assert row.role != "upward" or (row.state, row.answers) == ("submitted", None)
    assert all(
        edition.review_id not in {row.id for row in chat.rows(Review) if row.role == "upward"}
        for edition in chat.rows(ReviewEdition)
    )
    assert "secret" not in repr([row.__dict__ for table in (Review, ReviewVoice) for row in chat.rows(table)])


async def test_in_a_pause_nothing_is_released_and_after_it_everybody_has_their_day(any_chat: Chat) -> None:
    chat = any_chat
    await upward(chat, *REPORTS)
    await go_on(chat, "share")
    await at_the_cycle(chat, "Pause")
    chat.wait(days=2)
    await chat.tick()
    assert chat.rows(ReviewVoice) == []
    await at_the_cycle(chat, "Go on")
    chat.wait(hours=23)
    await chat.tick()
    assert chat.rows(ReviewVoice) == []
    chat.wait(hours=1)
    await chat.tick()
    assert len(chat.rows(ReviewVoice)) == 1


async def test_nobody_erases_what_they_handed_in_before_it_is_released(any_chat: Chat) -> None:
    chat = any_chat
    await upward(chat, *REPORTS)
    await chat.says("ben", "/upbeat privacy erase")
    assert "confidential reviews, each by itself: 1" in await chat.submits("ben", confirm="ERASE")
    await go_on(chat, "share")
    chat.wait(hours=24)
    await chat.tick()
    (voice,) = chat.rows(ReviewVoice)
    assert voice.tally == {"n": 3, "leans": "high"}


async def test_no_copy_of_it_is_kept_beside_it(any_chat: Chat) -> None:
    chat = any_chat
    await upward(chat, "ben")
    assert "secret" not in chat.last["ben"]
    assert "Confidential." in chat.last["ben"]
    seen = await chat.presses("ben", "Open", on=await chat.says("ben", "/review"))
    assert "Gives direction\nWritten, 15 characters. It stands in the form alone." in seen
    for interviews in (False, True):
        chat.interviews = interviews
        await chat.does("ben", Pressed(seen.buttons["Change"].handle), delivery=f"change {interviews}")
        await chat.says("ben", "/review")
        again = await chat.does(
            "ben", Pressed(seen.buttons["Change"].handle), delivery=f"change {interviews}"
        )
        form = again.form or (again.answer.asked and again.answer.asked.form)
        assert form
        assert form.given["direction"] == "secret 0 of ben"
    for table in (Inbox, Outgoing, ReviewEdition):
        assert "secret 0" not in repr([row.__dict__ for row in chat.rows(table)]), table
    chat.interviews = False
    await chat.does("ben", Pressed(seen.buttons["Change"].handle))
    await chat.submits("ben", direction="another one")
    assert "secret 0" not in repr([row.__dict__ for row in chat.rows(Draft)])


async def test_what_was_begun_anew_in_one_part_of_it_is_gone_once_it_is_released(chat: Chat) -> None:
    await launched(chat, others="upward")
    await go_on(chat, "write")
    await chat.says("ben", "/review")
    by_parts = await press_beside(chat, "ben", "0 of 4 parts answered", "Part by part")
    for number, who in enumerate(REPORTS):
        await write(chat, who, "Ada Lovelace", keep=f"secret {number} of {who}")
    chat.last["ben"] = by_parts
    assert (await press_beside(chat, "ben", "What should be kept", "Answer")).form
    await go_on(chat, "share")
    chat.wait(hours=24)
    await chat.tick()
    assert "secret" not in repr([row.given for row in chat.rows(Draft)])


async def test_who_may_read_it_is_who_was_named(chat: Chat) -> None:
    await upward(chat, *REPORTS)
    await go_on(chat, "share")
    chat.wait(hours=24)
    await chat.tick()
    for who in ("grace", "hana"):
        assert "lean to the upper points" in await chat.says(who, "/review together @ada")
    for who in ("ben", "dora", "ivan"):
        assert "nothing that can be shown" in await chat.says(who, "/review together @ada")


async def test_fewer_than_three_are_shown_to_nobody(any_chat: Chat) -> None:
    chat = any_chat
    await upward(chat, *REPORTS[:2])
    await go_on(chat, "share")
    chat.wait(hours=24)
    await chat.tick()
    assert chat.rows(ReviewVoice) == []
    for who in ("ada", "grace", "hana"):
        assert "nothing that can be shown" in await chat.says(who, "/review together @ada")


async def test_after_it_nothing_is_added_or_changed(chat: Chat) -> None:
    await upward(chat, *REPORTS[:2])
    heard = await opened(chat, "eve", "Ada Lovelace")
    assert heard.form
    form = heard
    await go_on(chat, "share")
    chat.wait(hours=24)
    await chat.tick()
    chat.last["eve"] = form
    heard = await chat.submits("eve", direction_points="1", keep="too late")
    assert "closed" in heard
    assert chat.rows(ReviewVoice) == []


async def test_who_joins_after_it_is_written_about_in_confidence_by_nobody(any_chat: Chat) -> None:
    chat = any_chat
    await upward(chat, *REPORTS)
    await go_on(chat, "share")
    chat.wait(hours=24)
    await chat.tick()
    (voice,) = chat.rows(ReviewVoice)
    await at_the_cycle(chat, "Add people")
    assert "Added: Grace Hopper." in await chat.submits("hana", people=("grace",))
    assert "Grace Hopper" not in await chat.says("ada", "/review")
    await go_on(chat, "talk")
    chat.wait(hours=24)
    await chat.tick()
    assert [row.id for row in chat.rows(ReviewVoice)] == [voice.id]


async def test_once_it_was_no_colleague_is_chosen_to_write_in_confidence(chat: Chat) -> None:
    await proposing(chat, "ben", peers="confidential")
    await chat.submits("ben", people=("chen", "eve", "dora"))
    settles = await owed(chat, "ada", "settle which colleagues write about Ben Okri")
    await go_on(chat, "write")
    await write(chat, "dora", "Ben Okri", results="Wrote the migration up")
    await go_on(chat, "share")
    chat.wait(hours=24)
    await chat.tick()
    await at_the_cycle(chat, "Back to an earlier phase")
    await chat.submits("hana", phase="peers", last="2026-12-21", reason="Some were away")
    assert "propose colleagues" not in await chat.says("chen", "/review")
    refused = await chat.presses("ada", "Add somebody", on=settles)
    assert "Nobody more is asked to write so in it." in refused


async def test_who_hands_in_last_has_a_day_to_change_it(chat: Chat) -> None:
    await upward(chat, *REPORTS[:2])
    await go_on(chat, "share")
    chat.wait(hours=23)
    await write(chat, "eve", "Ada Lovelace", direction_points="5")
    for hours in (2, 21):
        chat.wait(hours=hours)
        await chat.tick()
        assert chat.rows(ReviewVoice) == []
    chat.wait(hours=1)
    await chat.tick()
    assert len(chat.rows(ReviewVoice)) == 1


async def test_who_changes_an_answer_in_time_changes_what_is_released(chat: Chat) -> None:
    await upward(chat, *REPORTS)
    await go_on(chat, "share")
    (row,) = [row for row in chat.rows(Review) if row.author_id == chat.ids["ben"] and row.role == "upward"]
    assert row.released_at is None
    chat.wait(hours=23)
    await chat.tick()
    assert chat.rows(ReviewVoice) == []
    chat.wait(hours=1)
    await chat.tick()
    assert len(chat.rows(ReviewVoice)) == 1


async def test_the_order_of_what_is_kept_says_nothing(chat: Chat) -> None:
    """Not by ids, not by where a row lies in the file, and not by the audit log."""
    cycle = await launched(chat, others="upward")
    said = [f"words {n:02}" for n in range(24)]
    chat.change(
        lambda store: store.reviews.voices.release(
            cycle, [Voice(chat.ids["ada"], "upward", "own", "keep", said=words) for words in said]
        )
    )
    in_file = [row.said for row in chat.rows(ReviewVoice)]
    by_id = [row.said for row in sorted(chat.rows(ReviewVoice), key=lambda row: row.id)]
    audited = [row.record_id for row in chat.rows(AuditRow) if row.what == Kind.REVIEW_VOICE]
    words = {row.id: row.said for row in chat.rows(ReviewVoice)}
    for order in (in_file, by_id, [words[each] for each in audited]):
        assert sorted(order) == said
        assert order != said
    assert by_id != in_file
    assert {row.made_at for row in chat.rows(ReviewVoice)} == {chat.now}


async def test_who_reports_for_a_short_time_is_not_asked(chat: Chat) -> None:
    def joins(store: object) -> None:
        (line,) = store._rows(ReportingLine, (ReportingLine.subject_id == chat.ids["eve"],))  # type: ignore[attr-defined]
        store.change(line, since=chat.now.date() - timedelta(days=20), revision=store.people_changed())  # type: ignore[attr-defined]

    chat.change(joins)
    await launched(chat, others="upward")
    authors = {
        row.author_id
        for row in chat.rows(Review)
        if row.role == "upward" and row.subject_id == chat.ids["ada"]
    }
    assert authors == {chat.ids["ben"], chat.ids["chen"]}
    assert the_cycle(chat).roles == ["self", "upward", "manager"]


async def test_no_break_glass_opens_a_review_to_hr_in_its_own_cycle(any_chat: Chat) -> None:
    chat = any_chat
    await joins(chat, SECOND)
    await upward(chat, *REPORTS, besides=("ines",))
    await go_on(chat, "share")
    chat.wait(hours=24)
    await chat.tick()
    assert "3 answers" in await chat.says("hana", "/review together @ada")
    await chat.says("ines", "/upbeat break glass @ada because of a complaint")
    await chat.presses("hana", "Approve")
    assert "nothing that can be shown" in await chat.says("ines", "/review together @ada")
