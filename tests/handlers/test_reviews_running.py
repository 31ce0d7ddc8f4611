"""A cycle while it runs: what it tells whom and when, a test of it, other days, a pause, a step back; its people."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel, col

from bot.words import Voice
from handlers.kit.requests import Submitted
from storage.reviews import PEER, HandOver, Review, ReviewCycle, ReviewResult
from storage.tables import Draft, ObligationRow, Occurrence, Outgoing, PersonRow, ReportingLine, Slot
from tests.company import Chat, Heard
from tests.handlers.reviewing import go_on, launched, opened, paper, press_beside, the_cycle, write
from tests.handlers.test_people import COMPANY, sends
from tests.handlers.test_reviews_calibrating import looks, role
from tests.handlers.test_reviews_results import owed, people_of_hr, reads, shared, still_owed

WEDNESDAY = datetime(2026, 11, 25, 9, tzinfo=UTC)


async def prepared(chat: Chat, **given: str) -> Heard:
    await chat.says("hana", "/review new Autumn 2026")
    return await chat.submits("hana", **{"units": "Engines", **given})


async def days(chat: Chat, self_: str) -> Heard:
    """Give the self-reviews another last day."""
    form = chat.last["hana"].form
    assert form
    return await chat.does("hana", Submitted(form.draft, {**form.given, "self": self_}))


async def at_the_cycle(chat: Chat, label: str) -> Heard:
    """Press a button where the cycle stands."""
    opened = await chat.presses("hana", "Open", on=await chat.says("hana", "/review cycles"))
    return await chat.presses("hana", label, on=opened)


def owing(chat: Chat, *, closed: str = "") -> set[str]:
    """Who owes a review, or owed one that was closed in this way."""
    names = {person: name for name, person in chat.ids.items()}
    rows = chat.rows(ObligationRow, col(ObligationRow.kind) == "reviews.write")
    return {
        names[row.person_id]
        for row in rows
        if row.closed_how == closed and bool(row.closed_at) == bool(closed)
    }


async def told_later(chat: Chat, who: str) -> str:
    await chat.tick()
    return chat.told(who)


# Before it begins ----------------------------------------------------------------------------------------------------


async def test_it_shows_whom_it_tells_and_when(any_chat: Chat) -> None:
    chat = any_chat
    await prepared(chat, others="upward")
    seen = await chat.presses("hana", "Whom it tells, and when")
    assert "4 people: Ada Lovelace, Ben Okri, Eve Curie, and 陈明" in seen
    assert "5 people: Ada Lovelace, Ben Okri, Eve Curie, Grace Hopper, and 陈明" in seen
    assert "Mon, Nov 23, 2026 at the earliest and Mon, Nov 23, 2026 at the latest" in seen
    assert "between 08:00 and 17:00 on their own clocks" in seen or "between 8:00" in seen
    assert "Colleagues are chosen" not in seen
    assert chat.rows(Outgoing) == []


async def test_it_shows_with_whom_nobody_can_share_anything(chat: Chat) -> None:
    assert "Without a manager" not in await prepared(chat)
    assert "Without a manager in Upbeat: Grace Hopper." in await prepared(chat, units="Board")


async def test_it_shows_who_chooses_colleagues(chat: Chat) -> None:
    await prepared(chat, others="peer")
    seen = (await chat.presses("hana", "Whom it tells, and when")).text
    choosing = seen.partition("Colleagues are chosen")[2].partition("Others write")[0]
    assert "5 people: Ada Lovelace, Ben Okri, Eve Curie, Grace Hopper, and 陈明" in choosing
    assert "The colleagues who are chosen hear of it then too" in seen


async def test_the_days_can_be_set_before_it_begins_and_not_the_wrong_way_round(chat: Chat) -> None:
    await prepared(chat)
    await chat.presses("hana", "Change the days")
    wrong = await days(chat, self_="2026-12-20")
    assert "Others write would end on Mon, Dec 14, 2026" in wrong
    assert wrong.form
    assert wrong.form.given["self"] == "2026-12-20"
    right = await days(chat, self_="2026-12-04")
    assert "Self-reviews: until Fri, Dec 4, 2026" in right
    await chat.presses("hana", "Launch")
    (row, *_) = [row for row in chat.rows(ObligationRow) if row.kind == "reviews.write"]
    assert row.due_at.date() == date(2026, 12, 4)


async def thresholds(chat: Chat, plan: Heard, **given: str) -> Heard:
    """Give the cycle that is prepared other numbers of people."""
    form = (await chat.presses("hana", "How many make a group", on=plan)).form
    assert form
    return await chat.does("hana", Submitted(form.draft, {**form.given, **given}))


async def test_a_first_phase_that_ends_today_is_launched_where_it_is_tomorrow_already(chat: Chat) -> None:
    chat.lives_in("hana", "Pacific/Auckland")
    chat.at(datetime(2026, 11, 25, 12, 30, tzinfo=UTC))
    await prepared(chat)
    await chat.presses("hana", "Change the days")
    assert "The days are set." in await days(chat, "2026-11-25")
    assert "Launched: Autumn 2026" in await chat.presses("hana", "Launch")


async def test_hr_sets_from_how_many_people_on_something_is_shown(any_chat: Chat) -> None:
    chat = any_chat
    plan = await prepared(chat, others="upward")
    assert "from 3 people on as where points lean" in plan
    assert "Please give a number from 3 to 100." in await thresholds(chat, plan, group="2")
    assert "it needs 6 people at least" in await thresholds(chat, plan, group="6", score="5")
    set_ = await thresholds(chat, plan, group="6", score="7", comment="12")
    assert "from 6 people on as where points lean, from 7 as how they spread, from 12 in words" in set_
    tried = await chat.presses("hana", "Test run")
    assert {(row.k_group, row.k_score, row.k_comment) for row in chat.rows(ReviewCycle)} == {(6, 7, 12)}
    await chat.presses("hana", "Discard the test", on=tried)
    await chat.presses("hana", "Launch", on=plan)
    assert "It was launched before" in await chat.presses("hana", "How many make a group", on=plan)
    await go_on(chat, "write")
    form = await opened(chat, "ben", "Ada")
    assert (
        "from 6 people on whether points lean up or down, from 7 how they spread, from 12 the words" in form
    )
    assert "满 6 人只说明分数偏高还是偏低" in (await opened(chat, "chen", "Ada")).text


async def test_a_test_run_tells_its_owner_alone_and_leaves_nothing(any_chat: Chat) -> None:
    chat = any_chat
    await prepared(chat, others="upward", peers="confidential")
    begun = await chat.presses("hana", "Test run")
    await chat.tick()
    for who in set(chat.ids) - {"hana"}:
        assert "Autumn 2026" not in chat.told(who)
    told = chat.told("hana")
    assert "Test, for Ben Okri: Autumn 2026: write your self-review" in told
    assert "Test, for 陈明: Autumn 2026: write your self-review" in told
    heard = await chat.says("hana", "/review")
    form = await chat.presses("hana", "Write", on=heard)
    assert "A test: seen by you, and by nobody else." in form
    await chat.submits("hana", results="Something", growth="More")
    for who in ("ben", "ada", "grace", "ivan"):
        assert "Autumn" not in await chat.says(who, "/review")
    assert {row.kind for row in chat.rows(Review)} == {"review_draft", "review_confidential"}
    assert chat.rows(ReviewResult) == []
    await chat.presses("hana", "Write", on=await chat.says("hana", "/review"))
    await chat.presses("hana", "Part by part", on=await chat.says("hana", "/review"))
    await go_through(chat, begun)
    await at_the_test(chat, begun, "Pause")
    await chat.presses("hana", "Discard the test", on=begun)
    assert chat.rows(Review) == []
    assert all(not row.is_test for row in chat.rows(ReviewCycle))
    assert chat.rows(ObligationRow, col(ObligationRow.kind).startswith("reviews.")) == []
    assert chat.rows(Slot, col(Slot.kind).startswith("reviews.")) == []
    assert [row for row in chat.rows(Draft) if row.args.get("review")] == []
    for name, table in SQLModel.metadata.tables.items():
        if "cycle_id" in table.c and name != "review_step":
            assert chat.change(lambda store, table=table: store.execute(select(table)).all()) == [], name
    assert "Autumn" not in await chat.says("hana", "/review")
    assert "Autumn" not in await chat.says("hana", "/review results")
    assert "Autumn" not in await chat.says("hana", "/review progress")
    arrived = [Voice().plain(parcel.card) for parcel in await chat.deliver()]
    assert not [words for words in arrived if "Autumn 2026" in words]


async def test_another_one_of_hr_tries_a_cycle_that_is_about_them_too(chat: Chat) -> None:
    role(chat, "ben", "hr")
    await prepared(chat)
    heard = await chat.presses("ben", "Open", on=await chat.says("ben", "/review cycles"))
    assert "It is about you too: from its launch on somebody else in HR runs it." in heard
    begun = await chat.presses("ben", "Test run", on=heard)
    opened_ = await chat.presses("ben", "Open", on=begun)
    assert "This is a test run" in opened_
    assert not {"Review results", "Take somebody out", "Who is out"} & opened_.buttons.keys()
    assert "The test is gone" in await chat.presses("ben", "Discard the test")
    assert chat.rows(Review) == []


async def at_the_test(chat: Chat, begun: Heard, label: str) -> Heard:
    """Press a button where the test stands."""
    return await chat.presses("hana", label, on=await chat.presses("hana", "Open", on=begun))


async def go_through(chat: Chat, begun: Heard) -> None:
    """A test from its first phase to its last but one."""
    for _ in range(4):
        await at_the_test(chat, begun, "Next phase")
        chat.wait(hours=1)
        await chat.tick()


# While it runs -------------------------------------------------------------------------------------------------------


async def test_other_days_move_what_is_owed_and_tell_who_owes(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat)
    await chat.tick()
    await write(chat, "ben", "self", results="Good", growth="More")
    chat.at(WEDNESDAY)
    await at_the_cycle(chat, "Change the days")
    seen = await days(chat, self_="2026-12-03")
    assert "Until: Thu, Dec 3, 2026" in seen
    assert "Autumn 2026: another last day" in chat.told("eve")
    assert "Autumn 2026：截止日有变" in chat.told("chen")
    assert "another last day" not in chat.told("ben") + chat.told("dora")
    due = {
        row.due_at.date()
        for row in chat.rows(ObligationRow)
        if row.kind == "reviews.write" and not row.closed_at
    }
    assert due == {date(2026, 12, 3)}
    trace = await at_the_cycle(chat, "What happened")
    assert "Self-reviews: Mon, Nov 30, 2026 → Thu, Dec 3, 2026" in trace
    assert "by Hana Sato: other days" in trace
    # Nobody is told at night: Eve hears when her day begins.
    (row,) = [
        row
        for row in chat.rows(Outgoing)
        if row.person_id == chat.ids["eve"] and row.topic.startswith("reviews.event")
    ]
    assert row.due_at == datetime(2026, 11, 25, 13, tzinfo=UTC)


async def test_a_pause_keeps_everything_and_moves_the_days(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat)
    await chat.tick()
    await chat.deliver()
    chat.at(WEDNESDAY)
    await at_the_cycle(chat, "Pause")
    assert owing(chat) == set()
    assert "Autumn 2026 is paused" in chat.told("ada")
    still = await chat.says("ben", "/review")
    assert "Autumn 2026 is paused: nothing is due in it now. What you wrote is kept." in still
    assert "Write" not in still.buttons
    assert "is paused" not in await chat.says("dora", "/review")
    assert "Autumn 2026: Self-reviews, paused" in await chat.says("hana", "/review cycles")
    chat.wait(days=7)
    seen = await at_the_cycle(chat, "Go on")
    assert "Until: Mon, Dec 7, 2026" in seen
    assert seen.card
    assert Voice("zh").say(seen.card.title) == "周期已恢复。"  # and in the phase in which it was
    assert owing(chat) == {"ada", "ben", "chen", "eve"}
    assert "Autumn 2026 goes on" in chat.told("ada")
    assert the_cycle(chat).state == "running"


async def test_a_pause_of_some_days_ends_no_phase_on_a_weekend_and_leaves_each_its_time(chat: Chat) -> None:
    await launched(chat)
    await at_the_cycle(chat, "Change the days")
    form = chat.last["hana"].form
    assert form
    given = {**form.given, "share": "2026-12-24", "talk": "2026-12-25", "acknowledge": "2026-12-28"}
    await chat.does("hana", Submitted(form.draft, given))
    chat.at(WEDNESDAY)
    await at_the_cycle(chat, "Pause")
    chat.wait(days=2)
    await at_the_cycle(chat, "Go on")
    moved = the_cycle(chat).last_days
    assert moved["self"] == "2026-12-02"
    assert (moved["share"], moved["talk"], moved["acknowledge"]) == ("2026-12-28", "2026-12-29", "2026-12-30")


async def test_days_that_are_set_in_a_pause_hold_when_it_goes_on(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat)
    await chat.tick()
    await at_the_cycle(chat, "Pause")
    chat.wait(days=14)
    await at_the_cycle(chat, "Change the days")
    form = chat.last["hana"].form
    assert form
    chosen = {"self": "2026-12-10", "write": "2026-12-17", "calibrate": "2026-12-22"}
    await chat.does("hana", Submitted(form.draft, {**form.given, **chosen}))
    await at_the_cycle(chat, "Go on")
    moved = the_cycle(chat).last_days
    assert {phase: moved[phase] for phase in chosen} == chosen
    assert "Until Thu, Dec 10, 2026" in await told_later(chat, "ben")


async def test_back_to_an_earlier_phase_with_a_reason(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat)
    await write(chat, "ben", "self", results="Good", growth="More")
    assert "There is none before it" in await at_the_cycle(chat, "Back to an earlier phase")
    await go_on(chat, "write")
    assert "ben" not in owing(chat)
    await at_the_cycle(chat, "Back to an earlier phase")
    offered = chat.last["hana"].form
    assert offered is not None
    assert [option.value for option in offered.questions[0].options] == ["self"]  # type: ignore[union-attr]
    wrong = await chat.submits("hana", phase="share", last="2026-12-10", reason="Too early")
    assert wrong.answer.outcome == "invalid"
    past = await chat.submits("hana", phase="self", last="2026-11-01", reason="Too early")
    assert "This day is past" in past
    seen = await chat.submits("hana", phase="self", last="2026-12-10", reason="Many were ill")
    assert "Self-reviews" in seen
    assert owing(chat) == {"ada", "chen", "eve"}
    assert "Autumn 2026 is open again" in chat.told("ben")
    assert "Many were ill" in chat.told("ben")
    trace = await at_the_cycle(chat, "What happened")
    assert "Many were ill" in trace
    assert the_cycle(chat).last_days["write"] == "2026-12-24"
    await go_on(chat, "write")
    assert owing(chat) == {"ada", "grace"}


async def test_back_in_an_earlier_phase_what_is_owed_in_later_ones_is_due_on_their_days(
    any_chat: Chat,
) -> None:
    chat = any_chat
    await shared(chat)
    await go_on(chat, "talk")
    await at_the_cycle(chat, "Back to an earlier phase")
    await chat.submits("hana", phase="share", last="2027-02-26", reason="One unit was forgotten")
    days = the_cycle(chat).last_days
    due = {row.kind: row.due_at for row in chat.rows(ObligationRow) if row.closed_at is None}
    assert f"{due['reviews.talk']:%Y-%m-%d}" == days["talk"] == "2027-03-05"
    assert f"{due['reviews.show_result']:%Y-%m-%d}" == days["acknowledge"] == "2027-03-12"


# Its people ----------------------------------------------------------------------------------------------------------


async def test_somebody_joins_and_is_asked_what_the_phase_asks(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat)
    await go_on(chat, "write")
    await at_the_cycle(chat, "Add people")
    seen = await chat.submits("hana", people=("dora",))
    assert "Added: Dora Maar." in seen
    rows = [row for row in chat.rows(Review) if row.subject_id == chat.ids["dora"]]
    assert {row.role for row in rows} == {"self", "manager"}
    owed = [row for row in chat.rows(ObligationRow) if row.about in {each.id for each in rows}]
    assert [row.person_id for row in owed] == [chat.ids["grace"]]  # the self-reviews are over
    await at_the_cycle(chat, "Add people")
    assert "about all of them already" in await chat.submits("hana", people=("dora",))


async def test_who_joins_after_the_writing_is_written_about_by_the_manager_and_shared_with(
    chat: Chat,
) -> None:
    await launched(chat)
    await go_on(chat, "share")
    assert "only the managers of those whom you add are asked" in await at_the_cycle(chat, "Add people")
    await chat.submits("hana", people=("dora",))
    assert "write about Dora Maar" in await told_later(chat, "grace")
    assert "Handed in." in await write(chat, "grace", "Dora Maar", growth="A second language")
    assert "share the result with Dora Maar" in await chat.says("grace", "/review")


async def test_somebody_leaves_and_nothing_about_them_is_asked_any_more(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat)
    await write(chat, "ben", "self", results="Good", growth="More")
    chat.leaves("eve")
    await chat.tick()
    assert "Eve Curie has left, and was in Autumn 2026" in chat.told("hana")
    rows = {(row.role, row.state) for row in chat.rows(Review) if row.subject_id == chat.ids["eve"]}
    assert rows == {("self", "frozen"), ("manager", "frozen")}
    await go_on(chat, "write")
    owed = [
        row
        for row in chat.rows(ObligationRow)
        if row.person_id == chat.ids["ada"] and row.kind == "reviews.write"
    ]
    about = {row.id: row.subject_id for row in chat.rows(Review)}
    assert {about[row.about] for row in owed if not row.closed_at} == {chat.ids["ben"], chat.ids["chen"]}
    assert not [
        row for row in chat.rows(ObligationRow) if row.kind == "people.settle" and "review" in row.title
    ]


async def test_nothing_is_shared_talked_about_or_settled_with_somebody_who_left(chat: Chat) -> None:
    await launched(chat, others="peer")
    await go_on(chat, "peers")
    await chat.presses("eve", "Choose", on=await chat.says("eve", "/review"))
    await chat.submits("eve", people=("ben", "chen", "dora"))
    had_not_left = chat.leaves("eve")
    assert "about Eve" not in await chat.says("ada", "/review")
    had_not_left()
    assert "settle which colleagues write about Eve Curie" in await chat.says("ada", "/review")
    await go_on(chat, "write")
    for name in ("Ben Okri", "Eve Curie", "陈明"):
        await write(chat, "ada", name, growth="More", overall_points="3")
    chat.leaves("ben")
    await go_on(chat, "share")
    seen = await chat.says("ada", "/review")
    assert "share the result with Ben" not in seen
    await press_beside(chat, "ada", "share the result with Eve Curie", "Do it now")
    await chat.presses("ada", "Share it")
    gone = {f"{who}@example.com": chat.ids[who] for who in ("eve", "chen")}
    chat.change(lambda store: store.leavers.leave_all(gone))
    seen = await chat.says("ada", "/review")
    assert "share the result" not in seen
    assert "talk with Eve" not in seen
    await chat.tick()
    assert "陈明 has left, and was in Autumn 2026" in chat.told("hana")


async def test_somebody_who_left_before_a_manager_could_write_comes_back(chat: Chat) -> None:
    await launched(chat)
    had_not_left = chat.leaves("eve")
    assert "eve" not in owing(chat)
    chat.wait(hours=1)
    had_not_left()
    assert "eve" in owing(chat)
    assert {row.state for row in chat.rows(Review)} == {"owed"}


@pytest.mark.parametrize("who", ["ben", "ada"])
async def test_who_is_back_after_a_phase_began_is_written_about_and_writes(chat: Chat, who: str) -> None:
    await launched(chat)
    had_not_left = chat.leaves(who)
    await go_on(chat, "write")
    had_not_left()
    await chat.tick()
    chat.wait(days=1)
    assert "Autumn 2026: write about Ben Okri" in await told_later(chat, "ada")


async def test_who_is_back_in_a_pause_is_written_about_when_the_cycle_goes_on(chat: Chat) -> None:
    await launched(chat)
    had_not_left = chat.leaves("ben")
    await go_on(chat, "share")
    await at_the_cycle(chat, "Pause")
    had_not_left()
    await chat.tick()
    await at_the_cycle(chat, "Go on")
    for _ in range(2):
        chat.wait(days=1)
        await chat.tick()
    assert "Autumn 2026: write about Ben Okri" in await told_later(chat, "ada")


async def test_nothing_is_owed_in_a_pause_because_somebody_had_not_left(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat)
    await go_on(chat, "write")
    writing = owing(chat)
    await at_the_cycle(chat, "Pause")
    had_not_left = chat.leaves("eve")
    chat.wait(hours=1)
    had_not_left()
    assert owing(chat) == set()
    await at_the_cycle(chat, "Go on")
    assert owing(chat) == writing


@pytest.mark.parametrize("meanwhile", ["grace@example.com", ""])
async def test_who_is_back_by_a_right_file_shares_what_they_were_to_share(chat: Chat, meanwhile: str) -> None:
    await launched(chat)
    await go_on(chat, "write")
    await write(chat, "ada", "Ben Okri", growth="A talk", overall_points="4")
    await go_on(chat, "share")
    wrong = "".join(row for row in COMPANY.splitlines(keepends=True) if not row.startswith("ada@"))
    for rows in (wrong.replace("ada@example.com", meanwhile), COMPANY):
        await sends(chat, "hana", rows)
        await chat.presses("hana", "Apply")
        chat.wait(minutes=2)
        await chat.tick()
    chat.change(lambda store: store.accounts.link(chat.ids["ada"], "web", "ada", address="dm-ada"))
    assert "share the result with Ben Okri" in await chat.says("ada", "/review")
    assert [who for who, kind in still_owed(chat) if kind == "reviews.share"] == ["ada"]


async def test_a_manager_who_is_back_writes_about_nobody_who_has_left_before(chat: Chat) -> None:
    await launched(chat)
    await go_on(chat, "write")
    chat.leaves("eve")
    chat.wait(hours=1)
    had_not_left = chat.leaves("ada")
    had_not_left()
    seen = await chat.says("ada", "/review")
    assert "Ben Okri" in seen
    assert "Eve Curie" not in seen


def moves(chat: Chat, who: str, to: str) -> None:
    """Somebody reports to another manager from today on."""

    def work(store: object) -> None:
        from storage.leaving import end_lines

        revision = store.people_changed()  # type: ignore[attr-defined]
        end_lines(store, [chat.ids[who]], revision)  # type: ignore[arg-type]
        line = ReportingLine(
            subject_id=chat.ids[who], manager_id=chat.ids[to], since=chat.now.date(), revision=revision
        )
        store.insert(line)  # type: ignore[attr-defined]

    chat.change(work)


async def test_another_manager_freezes_the_draft_and_hr_decides(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat)
    await go_on(chat, "write")
    await chat.tick()
    moves(chat, "ben", "dora")
    await chat.tick()
    assert "Ben Okri has another manager now" in chat.told("ada")
    assert "Ben Okri reports to Dora Maar now, no longer to Ada Lovelace" in chat.told("hana")
    (ben,) = [row for row in chat.rows(Review) if row.subject_id == chat.ids["ben"] and row.role == "manager"]
    assert (ben.state, ben.frozen_for) == ("frozen", "manager")
    seen = await chat.presses("hana", "Both write", on=chat.told_cards("hana")[-1])
    assert "Both write." in seen
    rows = [row for row in chat.rows(Review) if row.subject_id == chat.ids["ben"] and row.role == "manager"]
    assert {(row.author_id, row.state) for row in rows} == {
        (chat.ids["ada"], "owed"),
        (chat.ids["dora"], "owed"),
    }
    assert "dora" in owing(chat)
    again = await chat.presses("hana", "Dora Maar takes over", on=chat.told_cards("hana")[-1])
    assert "This was decided on" in again
    await chat.tick()
    assert len(chat.rows(HandOver)) == 1


async def test_while_who_began_the_cycle_is_away_or_not_of_hr_any_more_another_one_of_hr_is_asked(
    chat: Chat,
) -> None:
    await launched(chat)
    cycle = the_cycle(chat)
    chat.change(lambda store: store.reviews.assign(cycle, chat.ids["ben"], chat.ids["eve"], PEER))
    await go_on(chat, "write")
    people_of_hr(chat)
    await chat.says("hana", "/upbeat away until 2026-12-18")
    moves(chat, "ben", "dora")
    await chat.tick()
    assert "Ben Okri reports to Dora Maar now" in chat.told("yan")
    assert "Ben Okri reports to Dora Maar now" not in chat.told("hana")
    assert "Both write." in await chat.presses("yan", "Both write", on=chat.told_cards("yan")[-1])
    await chat.says("hana", "/upbeat back")
    role(chat, "hana", "employee")
    await chat.presses("eve", "Decline", on=await paper(chat, "eve"))
    await chat.submits("eve", reason="We fell out over the rewrite")
    assert "Eve Curie declined to write about Ben Okri" in chat.told("yan")
    assert "Eve Curie declined to write about Ben Okri" not in chat.told("hana")


async def test_of_two_managers_who_both_write_one_proposes_and_both_are_shown_with_their_weeks(
    chat: Chat,
) -> None:
    await launched(chat, from_on="2026-08-31", to_on="2026-11-30")
    await go_on(chat, "write")
    chat.at(datetime(2026, 11, 25, 9, tzinfo=UTC))
    moves(chat, "ben", "dora")
    await chat.tick()
    await chat.presses("hana", "Both write", on=chat.told_cards("hana")[-1])
    await write(chat, "dora", "Ben Okri", growth="More", overall_points="4")
    await write(chat, "ada", "Ben Okri", growth="Less", overall_points="2")
    (row,) = [row for row in chat.rows(ReviewResult) if row.subject_id == chat.ids["ben"]]
    assert row.proposed == {"points": 4}
    await go_on(chat, "share")
    assert "share the result" not in await chat.says("ada", "/review"), "who answers for it shares it"
    chat.wait(hours=1)
    await chat.tick()
    await chat.presses("dora", "Do it now", on=chat.told_cards("dora")[-1])
    await chat.presses("dora", "Share it")
    await chat.presses("ben", "Read it")
    why = await chat.presses("ben", "Why this rating?")
    assert "Ada Lovelace, manager in 13 of 14 weeks: 2 of 5" in why
    assert "Dora Maar, manager in 1 of 14 weeks: 4 of 5" in why
    assert "what Dora Maar, who answers for the result, gives is the proposal" in why


async def test_the_new_manager_takes_over_and_what_the_old_one_began_stays_frozen(chat: Chat) -> None:
    await launched(chat)
    await go_on(chat, "write")
    moves(chat, "ben", "dora")
    await chat.tick()
    await chat.presses("hana", "Dora Maar takes over", on=chat.told_cards("hana")[-1])
    rows = {
        row.author_id: row.state
        for row in chat.rows(Review)
        if row.subject_id == chat.ids["ben"] and row.role == "manager"
    }
    assert rows == {chat.ids["ada"]: "frozen", chat.ids["dora"]: "owed"}
    (result,) = [row for row in chat.rows(ReviewResult) if row.subject_id == chat.ids["ben"]]
    assert result.author_id == chat.ids["dora"]


async def test_who_takes_over_from_somebody_who_left_after_writing_hears_of_it_and_shares(chat: Chat) -> None:
    await launched(chat)
    await go_on(chat, "write")
    await write(chat, "ada", "Ben Okri", growth="A talk", overall_points="4")
    await go_on(chat, "calibrate")
    chat.leaves("ada")
    moves(chat, "ben", "dora")
    await chat.tick()
    await chat.presses("hana", "Dora Maar takes over", on=chat.told_cards("hana")[-1])
    chat.wait(days=1)
    seen = await told_later(chat, "dora")
    assert "Autumn 2026: write about Ben Okri" in seen
    assert "If it is missing then" not in seen
    await go_on(chat, "share")
    heard = await chat.says("dora", "/review")
    assert "share the result with Ben Okri" in heard
    heard = await press_beside(chat, "dora", "share the result with Ben Okri", "Do it now")
    assert "One review is not handed in. Once you share, it is closed." in heard
    await chat.presses("dora", "Share it")
    assert "write about" not in await chat.says("dora", "/review")
    assert "A talk" in await chat.presses("ben", "Read it", on=await chat.says("ben", "/review"))


async def test_a_manager_who_had_not_left_writes_nothing_that_another_one_took_over(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat)
    await go_on(chat, "write")
    had_not_left = chat.leaves("ada")
    for who in ("ben", "eve"):
        moves(chat, who, "grace")
        chat.wait(minutes=1)
        await chat.tick()
    asked = chat.told_cards("hana")[-1]
    assert "Eve Curie reports to Grace Hopper now" in asked
    await chat.presses("hana", "Grace Hopper takes over", on=asked)
    had_not_left()
    chat.wait(minutes=1)
    await chat.tick()
    seen = await chat.says("ada", "/review")
    assert "Review of Eve Curie" not in seen, "she takes over"
    assert "Review of Ben Okri" not in seen, "HR has not said it yet"
    assert "Review of 陈明" in seen
    assert "Review of Eve Curie" in await chat.says("grace", "/review")
    await chat.presses("hana", "Open", on=await chat.says("hana", "/review cycles"))
    await chat.presses("hana", "Progress")
    await chat.presses("hana", "Say who does")
    await press_beside(chat, "hana", "Ben Okri reports to Grace Hopper", "Say who does")
    await chat.presses("hana", "Ada Lovelace finishes it")
    assert "Review of Ben Okri" in await chat.says("ada", "/review")


async def test_who_proposed_before_another_manager_took_over_is_named_and_has_had_a_part_in_it(
    any_chat: Chat,
) -> None:
    chat = any_chat
    await launched(chat)
    await go_on(chat, "write")
    await write(chat, "ada", "Ben Okri", growth="A talk", overall_points="2")
    moves(chat, "ben", "grace")
    await chat.tick()
    await chat.presses("hana", "Grace Hopper takes over", on=chat.told_cards("hana")[-1])
    role(chat, "ada", "hr")
    await go_on(chat, "calibrate")
    await chat.presses("hana", "New session", on=await chat.says("hana", "/review calibrate"))
    await chat.submits("hana", unit="*", members=("hana",))
    assert "Proposed by: Ada Lovelace" in await looks(chat, "hana", "Ben Okri")
    await go_on(chat, "share")
    await owed(chat, "grace", "share the result with Ben Okri")
    await chat.presses("grace", "Share it")
    read = await reads(chat)
    why = await chat.presses("ben", "Why this rating?", on=read)
    assert "Proposed: 2 of 5: partly what the role needs, by Ada Lovelace" in why
    heard = await chat.presses("ben", "Appeal", on=read)
    assert "Ada Lovelace" not in heard, "she proposed it"
    assert "Everybody who could answer an appeal had a part in your rating." in heard


async def test_who_takes_over_during_calibration_gives_points_of_their_own(chat: Chat) -> None:
    await launched(chat)
    await go_on(chat, "write")
    await write(chat, "ada", "Ben Okri", growth="A talk", overall_points="2")
    await go_on(chat, "calibrate")
    moves(chat, "ben", "dora")
    await chat.tick()
    await chat.presses("hana", "Dora Maar takes over", on=chat.told_cards("hana")[-1])
    assert "Handed in." in await write(chat, "dora", "Ben Okri", growth="Another talk", overall_points="4")
    (row,) = [row for row in chat.rows(ReviewResult) if row.subject_id == chat.ids["ben"]]
    assert (row.proposed, row.rating) == ({"points": 4}, {"points": 4})


async def test_once_the_result_is_shared_nobody_is_asked_who_finishes_it(chat: Chat) -> None:
    await launched(chat)
    await go_on(chat, "write")
    await write(chat, "ada", "Ben Okri", growth="A talk", overall_points="4")
    await go_on(chat, "share")
    moves(chat, "ben", "dora")
    await chat.tick()
    (asked,) = [card for card in chat.told_cards("hana") if "Ben Okri reports to Dora Maar now" in card]
    await owed(chat, "ada", "share the result with Ben Okri")
    await chat.presses("ada", "Share it")
    assert "It was shared on" in await chat.presses("hana", "Dora Maar takes over", on=asked)
    assert "Ben Okri" not in await chat.says("dora", "/review")
    chat.wait(hours=1)
    moves(chat, "ben", "grace")
    await chat.tick()
    assert "Ben Okri reports to Grace Hopper now" not in chat.told("hana")


@pytest.mark.parametrize("moves_first", [True, False])
async def test_who_is_the_manager_once_who_shared_a_result_has_left_has_the_talk(
    any_chat: Chat, moves_first: bool
) -> None:
    chat = any_chat
    await shared(chat)
    card = chat.told_cards("ben")[-1]
    if moves_first:
        moves(chat, "ben", "dora")
        await chat.tick()
        assert "Your talk with Ada Lovelace" in await chat.presses("ben", "Prepare the talk", on=card)
        chat.wait(minutes=1)
    had_not_left = chat.leaves("ada")
    if not moves_first:
        await chat.tick()
        heard = await chat.presses("ben", "Prepare the talk", on=card)
        assert "Ada Lovelace has left. Whoever becomes your manager has this talk with you" in heard
        chat.wait(minutes=1)
        moves(chat, "ben", "dora")
    await chat.tick()
    await chat.tick()
    assert "Dora Maar talks with you about your review now" in chat.told("ben")
    assert "Your talk with Dora Maar" in await chat.presses("ben", "Prepare the talk", on=card)
    await owed(chat, "dora", "talk with Ben Okri about the result")
    before = await chat.presses("dora", "We have talked")
    chat.wait(hours=1)
    had_not_left()
    await chat.tick()
    assert {who for who, what in still_owed(chat) if what == "reviews.talk"} == {"ada"}
    assert "Your talk with Ada Lovelace" in await chat.presses("ben", "Prepare the talk", on=card)
    chat.wait(hours=1)
    chat.leaves("ada")
    await chat.tick()
    chat.last["dora"] = before
    await chat.submits("dora", day="today")
    assert "reviews.talk" not in {what for _, what in still_owed(chat)}
    heard = chat.told_cards("ben")[-1]
    assert "Dora Maar noted that you talked" in heard
    await chat.presses("ben", "We have not talked", on=heard)
    assert "Ben Okri says that you have not talked" in chat.told("dora")
    assert ("dora", "reviews.talk") in still_owed(chat)
    await chat.presses("ben", "Acknowledge", on=await reads(chat))
    assert "is final" in await chat.presses("dora", "Make it final", on=await chat.presses("dora", "Open it"))


async def test_a_people_file_that_is_taken_back_leaves_no_review_frozen(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat)
    await go_on(chat, "write")
    await chat.tick()
    await sends(chat, "hana", COMPANY.replace("Ben Okri,ada@", "Ben Okri,dora@"))
    applied = await chat.presses("hana", "Apply")
    await chat.tick()
    await chat.deliver()
    asked = chat.told_cards("hana")[-1]
    assert "Who finishes their review?" in asked
    assert "write about Ben Okri" not in await chat.opens("ada")
    chat.wait(minutes=10)
    await chat.presses("hana", "Undo", on=applied)
    await chat.tick()
    assert "Your review of Ben Okri goes on where you left it." in chat.told("ada")
    assert "Ben Okri reports to Ada Lovelace again" in chat.told("hana")
    assert "reports to Ada Lovelace by now" in await chat.presses("hana", "Dora Maar takes over", on=asked)
    assert "write about Ben Okri" in await chat.opens("ada")
    assert "Handed in." in await write(chat, "ada", "Ben Okri", growth="A talk", overall_points="4")
    told = len(chat.told_cards("hana"))
    chat.wait(minutes=10)
    moves(chat, "ben", "dora")
    await chat.tick()
    assert len(chat.told_cards("hana")) == told + 1
    await chat.presses("hana", "Dora Maar takes over", on=chat.told_cards("hana")[-1])
    assert "write about Ben Okri" in await chat.opens("dora")


async def writes_and_shares(chat: Chat, who: str, name: str) -> None:
    """A manager writes about somebody, and shares the result with them."""
    assert "Handed in." in await write(chat, who, name, growth="A talk", overall_points="4")
    await go_on(chat, "share")
    await owed(chat, who, f"share the result with {name}")
    assert f"Shared with {name}." in await chat.presses(who, "Share it")


async def test_who_becomes_the_manager_of_somebody_without_one_writes_about_them(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat, units="Board")
    await go_on(chat, "write")
    await sends(
        chat,
        "hana",
        COMPANY.replace("Grace Hopper,,", "Grace Hopper,ivan@example.com,").replace(
            "Ivan Petrov,grace@example.com", "Ivan Petrov,"
        ),
    )
    await chat.presses("hana", "Apply")
    await chat.tick()
    await writes_and_shares(chat, "ivan", "Grace Hopper")


async def test_a_team_gets_another_name_before_its_cycle_and_in_its_calibration(any_chat: Chat) -> None:
    chat = any_chat
    plan = await prepared(chat)
    await sends(chat, "hana", COMPANY.replace("Engines", "Motors"))
    applied = await chat.presses("hana", "Apply")
    await chat.presses("hana", "Launch", on=plan)
    await go_on(chat, "write")
    await write(chat, "ada", "Ben Okri", growth="A talk", overall_points="4")
    await go_on(chat, "calibrate")
    await chat.presses("hana", "New session", on=await chat.says("hana", "/review calibrate"))
    await chat.submits("hana", unit="Motors", members=("hana",))
    assert "Ben Okri" in await looks(chat, "hana", "Ben Okri")
    chat.wait(minutes=1)
    await chat.presses("hana", "Undo", on=applied)
    assert "Ben Okri" in await looks(chat, "hana", "Ben Okri")


async def test_hr_finds_again_who_is_to_finish_a_review_when_who_left_is_erased(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat)
    await go_on(chat, "write")
    ada = "ada@example.com,Ada Lovelace,grace@example.com,Engines,Europe/Berlin,en,employee,,\n"
    await sends(chat, "hana", COMPANY.replace(ada, "").replace("ada@example.com", "dora@example.com"))
    await chat.presses("hana", "Apply")
    await chat.tick()
    await chat.says("hana", "/upbeat privacy departed Ada")
    await chat.presses("hana", "Erase")
    await chat.submits("hana", confirm="ERASE")
    assert "Who finishes their review?" not in chat.told("hana")
    seen = await chat.presses("hana", "Open", on=await chat.says("hana", "/review cycles"))
    assert "3 people have other managers, and you have not said yet who finishes the reviews." in seen
    assert "3 people have other managers" in await chat.says("hana", "/review progress")
    for _ in range(3):
        shown = await chat.presses("hana", "Say who does", on=await at_the_cycle(chat, "Say who does"))
        name = shown.text.partition(" reports")[0]
        assert f"{name} reports to Dora Maar now, no longer to Former colleague. Who finishes" in shown
        await chat.presses("hana", "Dora Maar takes over")
        assert f"Review of {name}" in await chat.says("dora", "/review")
    assert "other managers" not in await chat.presses(
        "hana", "Open", on=await chat.says("hana", "/review cycles")
    )


async def test_a_manager_who_is_it_again_after_another_one_is_asked_again(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat)
    await go_on(chat, "write")
    await chat.tick()
    for who in ("dora", "grace", "dora"):
        chat.wait(minutes=10)
        moves(chat, "ben", who)
        await chat.tick()
        name = chat.person(who).name
        assert f"Ben Okri reports to {name} now" in chat.told_cards("hana")[-1]
        await chat.presses("hana", f"{name} takes over", on=chat.told_cards("hana")[-1])
    about = [row for row in chat.rows(Review, Review.role == "manager") if row.subject_id == chat.ids["ben"]]
    first = {person: who for who, person in chat.ids.items()}
    assert {first[row.author_id]: row.state for row in about} == {
        "ada": "frozen",
        "dora": "owed",
        "grace": "frozen",
    }
    await writes_and_shares(chat, "dora", "Ben Okri")


async def test_the_talk_goes_back_to_a_manager_who_is_it_again(any_chat: Chat) -> None:
    chat = any_chat
    await shared(chat)
    chat.leaves("ada")
    for who in ("dora", "grace", "dora"):
        chat.wait(minutes=10)
        moves(chat, "ben", who)
        await chat.tick()
        await chat.tick()
        assert {each for each, what in still_owed(chat) if what == "reviews.talk"} == {who}
    chat.wait(hours=1)
    assert "Your talk with Ben Okri" in await owed(chat, "dora", "talk with Ben Okri about the result")


async def test_who_finishes_the_review_of_a_manager_is_said_by_who_does_not_report_to_them(
    any_chat: Chat,
) -> None:
    chat = any_chat
    moves(chat, "hana", "ada")
    await launched(chat)
    await go_on(chat, "write")
    await chat.tick()
    moves(chat, "ada", "dora")
    await chat.tick()
    question = chat.told_cards("hana")[-1]
    assert "Ada Lovelace reports to Dora Maar now" in question, "nobody else is there to say it"
    people_of_hr(chat)
    assert "You report to Ada Lovelace" in await chat.presses("hana", "Both write", on=question)
    chat.wait(hours=1)
    moves(chat, "ada", "ivan")
    await chat.tick()
    assert "Ada Lovelace reports to Ivan Petrov now" in chat.told("yan")
    assert "Ivan Petrov" not in chat.told("hana")
    assert "Both write." in await chat.presses("yan", "Both write")


async def test_in_a_pause_nobody_says_who_finishes_a_review_and_whoever_does_is_asked_once_it_goes_on(
    any_chat: Chat,
) -> None:
    chat = any_chat
    await launched(chat)
    await go_on(chat, "calibrate")
    await chat.tick()
    moves(chat, "ben", "dora")
    await chat.tick()
    question = chat.told_cards("hana")[-1]
    await at_the_cycle(chat, "Pause")
    assert "This cycle is paused." in await chat.presses("hana", "Dora Maar takes over", on=question)
    chat.wait(hours=1)
    moves(chat, "eve", "dora")
    await chat.tick()
    assert "Eve Curie reports to Dora Maar now" not in chat.told("hana")
    await at_the_cycle(chat, "Go on")
    await chat.presses("hana", "Dora Maar takes over", on=question)
    assert "dora" in owing(chat)
    chat.wait(days=1)
    await chat.tick()
    assert "Eve Curie reports to Dora Maar now" in chat.told("hana")


async def test_hr_is_asked_again_when_who_was_to_finish_a_review_has_left(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat)
    await go_on(chat, "write")
    await chat.tick()
    moves(chat, "ben", "dora")
    await chat.tick()
    await chat.presses("hana", "Ada Lovelace finishes it", on=chat.told_cards("hana")[-1])
    chat.wait(days=1)
    chat.leaves("ada")
    await chat.tick()
    assert chat.told("hana").count("Who finishes their review?") == 2
    assert "Dora Maar takes over." in await chat.presses("hana", "Dora Maar takes over")
    await write(chat, "dora", "Ben Okri", growth="A talk", overall_points="4")
    await go_on(chat, "share")
    assert "share the result with Ben Okri" in await chat.says("dora", "/review")


async def test_nobody_who_has_left_is_given_a_review_to_finish(chat: Chat) -> None:
    await launched(chat)
    await go_on(chat, "write")
    moves(chat, "ben", "dora")
    await chat.tick()
    asked = chat.told_cards("hana")[-1]
    chat.leaves("dora")
    refused = await chat.presses("hana", "Dora Maar takes over", on=asked)
    assert "Dora Maar does not work here any more." in refused
    assert "Ada Lovelace finishes it." in await chat.presses("hana", "Ada Lovelace finishes it", on=asked)
    assert "write about Ben Okri" in await chat.opens("ada")


async def test_what_was_handed_in_stays_when_the_manager_changes(chat: Chat) -> None:
    await launched(chat)
    await go_on(chat, "write")
    await write(chat, "ada", "Ben Okri", results="Reliable", growth="A talk", overall_points="4")
    moves(chat, "ben", "dora")
    await chat.tick()
    assert "Ada Lovelace has handed in their review; it stays." in chat.told("hana")
    await chat.presses("hana", "Ada Lovelace shares it", on=chat.told_cards("hana")[-1])
    (row,) = [row for row in chat.rows(Review) if row.subject_id == chat.ids["ben"] and row.role == "manager"]
    assert row.state == "submitted"


async def test_what_somebody_writes_about_a_former_manager_stays_theirs(chat: Chat) -> None:
    await launched(chat, others="upward", people=("dora",))
    await go_on(chat, "write")
    moves(chat, "ben", "dora")
    await chat.tick()
    assert "In Autumn 2026 you were to write about Ada Lovelace. It stays yours" in chat.told("ben")
    await chat.presses("ben", "Write about Dora Maar as well", on=chat.told_cards("ben")[-1])
    rows = [row for row in chat.rows(Review) if row.author_id == chat.ids["ben"] and row.role == "upward"]
    assert {row.subject_id for row in rows} == {chat.ids["ada"], chat.ids["dora"]}


async def test_a_manager_who_comes_back_is_no_news_for_whom_nothing_is_left_to_write(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat, others="upward", units="Arts", people=("ada",))
    await go_on(chat, "write")
    moves(chat, "ben", "dora")
    await chat.tick()
    await chat.presses("ben", "Write about Dora Maar as well", on=chat.told_cards("ben")[-1])
    assert "Handed in." in await write(chat, "ben", "Dora Maar", direction="Says what goes first")
    for _ in range(3):
        moves(chat, "ben", "ada")
        await chat.tick()
        chat.wait(hours=1)
    rung = [row for row in chat.rows(Occurrence, col(Occurrence.kind) == "reviews.manager") if not row.reason]
    silent = chat.rows(
        Occurrence, col(Occurrence.kind) == "reviews.manager", col(Occurrence.reason) == "done"
    )
    assert rung
    assert [row for row in silent if row.about.startswith(chat.ids["ben"])] == []


async def test_hr_in_the_cycle_has_no_door_to_run_it(chat: Chat) -> None:
    chat.change(
        lambda store: store.execute(
            PersonRow.__table__.update()
            .where(PersonRow.__table__.c.id == chat.ids["dora"])
            .values(  # type: ignore[attr-defined]
                role="hr", revision=store.people_changed()
            )
        )
    )
    await launched(chat, people=("dora",))
    for label in ("Pause", "Change the days", "Add people", "What happened", "Progress"):
        opened = await chat.presses("hana", "Open", on=await chat.says("hana", "/review cycles"))
        assert label in opened.buttons
    refused = await chat.presses("dora", "Open", on=await chat.says("dora", "/review cycles"))
    assert "not in a cycle in which they are reviewed" in refused
