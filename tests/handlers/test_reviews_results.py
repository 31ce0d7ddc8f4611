"""A result is shared, talked about, answered, appealed against, made final with a checksum, and exported."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from bot.words import Voice
from handlers.kit.cards import Document, Link, Section
from handlers.kit.requests import Pressed, Submitted
from handlers.reviews import customers, exporting
from storage.files import FileRow
from storage.one_on_ones import AgendaPoint
from storage.policy import Kind
from storage.reviews import PEER, RatingChange, ResultEdition, ReviewResult
from storage.rows import new
from storage.sheets import read_sheet
from storage.tables import AuditRow, ObligationRow, PersonRow
from tests.company import Chat, Heard
from tests.handlers.reviewing import due, go_on, launched, opened, press_beside, review_by, the_cycle, write
from tests.handlers.test_reviews_calibrating import looks, proposed, role


async def shared(chat: Chat, **own: str) -> None:
    """Ben's result was calibrated from 4 to 3, and Ada has shared it."""
    await launched(chat)
    await write(chat, "ben", "", **{"results_points": "5", "growth": "Speak at a meet-up", **own})
    await go_on(chat, "write")
    await write(chat, "ada", "Ben Okri", results_points="3", growth="A talk", overall_points="4")
    await go_on(chat, "calibrate")
    await chat.presses("hana", "New session", on=await chat.says("hana", "/review calibrate"))
    await chat.submits("hana", unit="*", members=("hana",))
    await looks(chat, "hana", "Ben Okri")
    await chat.presses("hana", "Change the rating")
    await chat.submits("hana", points="3", reason="Two of four goals were not reached")
    await go_on(chat, "share")
    await chat.presses("ada", "Do it now", on=await due(chat, "ada"))
    await chat.presses("ada", "Share it")


def result(chat: Chat, who: str = "ben") -> ReviewResult:
    found = next(row for row in chat.rows(ReviewResult) if row.subject_id == chat.ids[who])
    assert isinstance(found, ReviewResult)
    return found


async def reads(chat: Chat, who: str = "ben") -> Heard:
    return await chat.presses(who, "Read it", on=await chat.says(who, "/review"))


async def test_before_an_appeal_it_is_said_who_of_hr_reads_it(chat: Chat) -> None:
    await launched(chat)
    await go_on(chat, "write")
    await write(chat, "ada", "Ben Okri", results_points="3", growth="A talk", overall_points="4")
    await go_on(chat, "share")
    await chat.presses("ada", "Do it now", on=await due(chat, "ada"))
    await chat.presses("ada", "Share it")
    heard = await chat.presses("ben", "Appeal", on=await reads(chat))
    assert "you and Hana Sato, and by nobody else. The rest of HR has no access." in heard


async def test_nothing_is_shared_once_the_cycle_went_back(chat: Chat) -> None:
    await launched(chat)
    await go_on(chat, "write")
    await write(chat, "ada", "Ben Okri", results_points="3", growth="A talk", overall_points="4")
    await go_on(chat, "share")
    before = await chat.presses("ada", "Do it now", on=await due(chat, "ada"))
    await chat.presses("hana", "Open", on=await chat.says("hana", "/review cycles"))
    await chat.presses("hana", "Back to an earlier phase")
    await chat.submits("hana", phase="calibrate", last="2026-12-20", reason="One unit was forgotten")
    refused = await chat.presses("ada", "Share it", on=before)
    assert "Results are shared when the phase of sharing has begun" in refused
    assert result(chat).shared_at is None


async def test_while_a_cycle_is_paused_nothing_is_calibrated_shared_or_made_final(chat: Chat) -> None:
    await proposed(chat)
    await chat.presses("hana", "New session", on=await chat.says("hana", "/review calibrate"))
    await chat.submits("hana", unit="*", members=("hana",))
    seen = await looks(chat, "hana", "Ben Okri")
    await at_the_cycle(chat, "Pause")
    assert "Ratings are changed when it goes on." in await chat.presses("hana", "Change the rating", on=seen)
    await at_the_cycle(chat, "Go on")
    await go_on(chat, "share")
    await shares(chat, "ada", 1)
    await owed(chat, "ada", "share the result")
    shown = chat.last["ada"]
    (who,) = [who for who in ("ben", "chen", "eve") if result(chat, who).shared_at]
    await chat.presses(who, "Acknowledge", on=await reads(chat, who))
    final = await chat.presses("ada", "Open it")
    await at_the_cycle(chat, "Pause")
    assert "Results are shared when it goes on." in await chat.presses("ada", "Share it", on=shown)
    assert "made final when it goes on." in await chat.presses("ada", "Make it final", on=final)
    await at_the_cycle(chat, "Go on")
    assert "Shared with" in await chat.presses("ada", "Share it", on=shown)
    assert "is final." in await chat.presses("ada", "Make it final", on=final)


async def test_what_cannot_be_shared_yet_is_not_owed_until_sharing_begins_again(chat: Chat) -> None:
    await launched(chat)
    await go_on(chat, "write")
    await write(chat, "ada", "Ben Okri", growth="A talk", overall_points="4")
    await go_on(chat, "share")
    assert "share the result with Ben" in await chat.says("ada", "/review")
    await chat.presses("hana", "Open", on=await chat.says("hana", "/review cycles"))
    await chat.presses("hana", "Back to an earlier phase")
    await chat.submits("hana", phase="calibrate", last="2026-12-21", reason="One unit was forgotten")
    assert "share the result" not in await chat.says("ada", "/review")
    await go_on(chat, "share")
    assert "share the result with Ben" in await chat.says("ada", "/review")
    assert "share the result with Ben" in await due(chat, "ada")


async def test_who_writes_late_shares_it_and_what_comes_after_it_is_closed(chat: Chat) -> None:
    await launched(chat)
    cycle = the_cycle(chat)
    chat.change(lambda store: store.reviews.assign(cycle, chat.ids["ben"], chat.ids["eve"], PEER))
    await go_on(chat, "share")
    form = await opened(chat, "eve", "Ben Okri")
    await write(chat, "ada", "Ben Okri", growth="A talk", overall_points="4")
    assert "share the result with Ben Okri" in await chat.says("ada", "/review")
    heard = await chat.presses("ada", "Do it now")
    assert "One review is not handed in. Once you share, it is closed." in heard
    await chat.presses("ada", "Share it")
    chat.last["eve"] = form
    assert "This review is closed." in await chat.submits("eve", results="Too late to be read by Ben")
    assert "Ben Okri" not in await chat.says("eve", "/review")
    await chat.presses("hana", "Open", on=await chat.says("hana", "/review cycles"))
    await chat.presses("hana", "Back to an earlier phase")
    await chat.submits("hana", phase="write", last="2026-12-21", reason="Some were away")
    assert "write about Ben Okri" not in chat.told("eve")
    assert "Ben Okri" not in await chat.says("eve", "/review")


async def test_what_is_shared_after_the_cycle_is_owed_by_no_day_that_is_past(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat)
    await go_on(chat, "write")
    await write(chat, "ada", "Ben Okri", results_points="3", growth="A talk", overall_points="4")
    await go_on(chat, "closed")
    chat.at(datetime(2027, 2, 1, 9, tzinfo=UTC))
    await owed(chat, "ada", "share the result")
    await chat.presses("ada", "Share it")
    kinds = ("reviews.talk", "reviews.show_result")
    assert [row.due_at for row in chat.rows(ObligationRow) if row.kind in kinds] == [None, None]
    assert "2027" not in (await chat.says("ada", "/review")).text
    chat.wait(hours=1)
    await chat.tick()
    assert "talk with Ben Okri about the result" in chat.told("ada")
    await chat.presses("ben", "Acknowledge", on=await reads(chat))


async def test_what_is_shared_late_is_owed_until_the_end_of_the_phase_that_it_is(chat: Chat) -> None:
    await launched(chat)
    await go_on(chat, "acknowledge")
    chat.at(datetime(2027, 1, 8, 9, tzinfo=UTC))
    await write(chat, "ada", "Ben Okri", results_points="3", growth="A talk", overall_points="4")
    await owed(chat, "ada", "share the result")
    await chat.presses("ada", "Share it")
    kinds = ("reviews.share", "reviews.talk", "reviews.show_result")
    dues = {row.due_at for row in chat.rows(ObligationRow) if row.kind in kinds}
    assert dues == {datetime(2027, 1, 11, 17, tzinfo=UTC)}


async def test_what_is_asked_for_on_the_evening_of_its_last_day_is_owed_until_that_is_over(
    chat: Chat,
) -> None:
    await launched(chat)
    await go_on(chat, "talk")
    chat.at(datetime(2027, 1, 4, 19, tzinfo=UTC))
    await write(chat, "ada", "Ben Okri", results_points="3", growth="A talk", overall_points="4")
    await owed(chat, "ada", "share the result")
    await chat.presses("ada", "Share it")
    (talk,) = [row for row in chat.rows(ObligationRow) if row.kind == "reviews.talk"]
    assert talk.due_at == datetime(2027, 1, 4, 22, 59, tzinfo=UTC)


async def test_nothing_is_shared_with_somebody_who_has_left(chat: Chat) -> None:
    await launched(chat)
    await go_on(chat, "write")
    await write(chat, "ada", "Ben Okri", growth="A talk", overall_points="4")
    await go_on(chat, "share")
    seen = await chat.presses("ada", "Do it now", on=await chat.says("ada", "/review"))
    had_not_left = chat.leaves("ben")
    assert "Ben Okri does not work here any more." in await chat.presses("ada", "Share it", on=seen)
    had_not_left()
    assert "Shared with Ben Okri." in await chat.presses("ada", "Share it", on=seen)


async def test_nobody_shares_what_they_have_not_seen(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat)
    cycle = the_cycle(chat)
    chat.change(lambda store: store.reviews.assign(cycle, chat.ids["ben"], chat.ids["eve"], PEER))
    await go_on(chat, "write")
    await write(chat, "ada", "Ben Okri", growth="A talk", overall_points="4")
    await go_on(chat, "share")
    seen = await chat.presses("ada", "Do it now", on=await chat.says("ada", "/review"))
    await write(chat, "eve", "Ben Okri", keep="The calm in an incident")
    again = await chat.presses("ada", "Share it", on=seen)
    assert "It has changed since you looked" in again
    assert "The calm in an incident" in again
    assert result(chat).shared_at is None
    assert "Shared with Ben Okri." in await chat.presses("ada", "Share it", on=again)


async def test_once_a_result_is_shared_nobody_more_is_asked_to_write_about_them(chat: Chat) -> None:
    await launched(chat, others="peer customer")
    await go_on(chat, "peers")
    await owed(chat, "ben", "propose colleagues")
    await chat.submits("ben", people=("chen", "eve", "dora"))
    settles = await owed(chat, "ada", "settle which colleagues write about Ben Okri")
    await go_on(chat, "write")
    await chat.says("ada", "/review customer")
    heard = await chat.submits("ada", whom="ben", guest="Blue Mill")
    assert heard.card
    (link,) = (part for part in heard.card.parts if isinstance(part, Link))
    await write(chat, "ada", "Ben Okri", growth="A talk", overall_points="4")
    await go_on(chat, "share")
    await shares(chat, "ada", 1)
    await at_the_cycle(chat, "Back to an earlier phase")
    await chat.submits("hana", phase="peers", last="2026-12-21", reason="Some were away")
    assert "propose colleagues" in await chat.says("eve", "/review")
    assert "propose colleagues" not in await chat.says("ben", "/review")
    shared_already = "The result of Ben Okri is shared"
    assert shared_already in await chat.presses("ada", "Add somebody", on=settles)
    await chat.says("ada", "/review customer")
    assert shared_already in await chat.submits("ada", whom="ben", guest="Red Mill")
    token = link.url.rpartition("/")[2]
    page = chat.database.look_now(lambda store: customers.look(store, token))
    assert page
    assert page.gone == "over"


async def test_hr_sees_what_nobody_is_asked_to_share_and_who_declined_shares_what_others_wrote(
    chat: Chat,
) -> None:
    await launched(chat)
    await go_on(chat, "share")
    heard = await results_of(chat)
    assert "Nobody is asked to share these" in heard
    assert "Ben Okri: Ada Lovelace has not handed in the review." in heard
    listed = await chat.says("ada", "/review")
    assert listed.card
    (handle,) = (
        after.button.handle
        for part, after in pairwise(listed.card.parts)
        if isinstance(part, Section)
        and isinstance(after, Section)
        and after.button
        and "Review of Ben Okri" in Voice().say(part.body)
    )
    await chat.does("ada", Pressed(handle))
    await chat.presses("ada", "Decline")
    await chat.submits("ada", reason="We worked together for two days")
    assert "share the result with Ben Okri" in await chat.says("ada", "/review")
    assert "Ben Okri: Ada Lovelace has not handed in" not in await results_of(chat)
    await chat.presses("ada", "Do it now", on=await chat.says("ada", "/review"))
    assert "Shared with Ben Okri." in await chat.presses("ada", "Share it")


async def test_an_answer_in_writing_is_yours_to_you_and_theirs_to_your_manager(chat: Chat) -> None:
    await shared(chat)
    await chat.presses("ben", "Answer in writing", on=await reads(chat))
    heard = await chat.submits("ben", words="The freeze in May is missing")
    assert "Your answer\nThe freeze in May is missing" in heard
    assert "Their answer" not in heard
    assert "Their answer\nThe freeze in May is missing" in await chat.presses("ada", "Open it")
    await chat.says("ben", "/language zh")
    assert "你的回应\nThe freeze in May is missing" in await reads(chat)


async def test_an_answer_in_writing_is_changed_and_not_lost_to_the_next(chat: Chat) -> None:
    await shared(chat)
    before = await reads(chat)
    await chat.presses("ben", "Answer in writing", on=before)
    heard = await chat.submits("ben", words="The freeze in May is missing")
    for label, on in (("Change your answer", heard), ("Answer in writing", before)):
        form = (await chat.presses("ben", label, on=on)).form
        assert form
        assert form.given["words"] == "The freeze in May is missing"
    await chat.submits("ben", words="The freeze in May is missing. So is the move.")
    assert "Their answer\nThe freeze in May is missing. So is" in await chat.presses("ada", "Open it")


async def test_why_this_rating(chat: Chat) -> None:
    await shared(chat)
    heard = await reads(chat)
    assert "Rating: 3 of 5: what the role needs" in heard
    heard = await chat.presses("ben", "Why this rating?", on=heard)
    for words in (
        "Proposed: 4 of 5: often more than the role needs, by Ada Lovelace",
        "Hana Sato changed it from 4 to 3, because:",
        "Two of four goals were not reached",
        "Review by Ada Lovelace: nothing cited",
        "1 – far from what the role needs",
        "What was asked: the usual template",
        "Upbeat computes no pay",
    ):
        assert words in heard, words
    assert "Two of four" not in await chat.says("eve", "/review")


async def test_a_talk_is_not_owed_while_the_cycle_is_paused_and_its_day_moves_with_it(chat: Chat) -> None:
    await shared(chat)

    def talks() -> list[ObligationRow]:
        return [row for row in chat.rows(ObligationRow) if row.kind == "reviews.talk"]

    (before,) = talks()
    await at_the_cycle(chat, "Pause")
    assert [row.closed_how for row in talks()] == ["paused"]
    chat.wait(days=7)
    await at_the_cycle(chat, "Go on")
    (after,) = talks()
    assert after.closed_at is None
    assert before.due_at
    assert after.due_at
    assert (after.due_at - before.due_at).days == 7


async def at_the_cycle(chat: Chat, label: str) -> Heard:
    """Hana presses a button where the cycle stands."""
    return await chat.presses(
        "hana", label, on=await chat.presses("hana", "Open", on=await chat.says("hana", "/review cycles"))
    )


def still_owed(chat: Chat) -> set[tuple[str, str]]:
    """What is owed now in reviews, and by whom."""
    names = {person: name for name, person in chat.ids.items()}
    rows = [row for row in chat.rows(ObligationRow) if row.closed_at is None]
    return {(names[row.person_id], row.kind) for row in rows if row.kind.startswith("reviews.")}


async def test_other_days_for_the_talk_move_it_before_its_phase_begins(chat: Chat) -> None:
    await shared(chat)
    await chat.presses("hana", "Open", on=await chat.says("hana", "/review cycles"))
    form = await chat.presses("hana", "Change the days")
    assert form.form
    days = {**form.form.given, "talk": "2027-01-06", "acknowledge": "2027-01-13"}
    await chat.does("hana", Submitted(form.form.draft, days))
    assert "Due Wed, Jan 6, 2027" in await chat.says("ada", "/review")
    assert "Autumn 2026: another last day\nOne thing waits for you. Until Wed, Jan 6, 2027" in chat.told(
        "ada"
    )
    assert "One thing waits for you. Until Wed, Jan 13, 2027" in chat.told("ben")
    assert "another last day" not in chat.told("eve")


async def test_what_is_done_while_a_cycle_is_paused_is_not_owed_when_it_goes_on(chat: Chat) -> None:
    await shared(chat)
    prepared = await chat.presses("ada", "Prepare the talk")
    result_ = await reads(chat)
    await at_the_cycle(chat, "Pause")
    assert still_owed(chat) == set()
    await chat.presses("ada", "We have talked", on=prepared)
    await chat.submits("ada", day="today")
    await chat.presses("ben", "Acknowledge", on=result_)
    chat.wait(days=7)
    await at_the_cycle(chat, "Go on")
    assert still_owed(chat) == set()


async def test_a_talk_that_was_none_is_owed_when_the_cycle_goes_on(chat: Chat) -> None:
    await shared(chat)
    await chat.presses("ada", "We have talked", on=await chat.presses("ada", "Prepare the talk"))
    await chat.submits("ada", day="today")
    await at_the_cycle(chat, "Pause")
    await chat.presses("ben", "We have not talked", on=chat.told_cards("ben")[0])
    assert still_owed(chat) == set()
    await at_the_cycle(chat, "Go on")
    assert still_owed(chat) == {("ada", "reviews.talk"), ("ben", "reviews.show_result")}


async def test_the_talk_is_prepared_by_both_put_on_an_agenda_and_noted(any_chat: Chat) -> None:
    chat = any_chat
    await shared(chat)
    owed = [row for row in chat.rows(ObligationRow) if row.kind == "reviews.talk"]
    assert [row.person_id for row in owed] == [chat.ids["ada"]]
    heard = await chat.presses("ben", "Prepare the talk", on=chat.told_cards("ben")[-1])
    assert "Results: Ben Okri says 5, the manager 3" in heard
    assert "What surprised you in it" in heard
    assert "We have talked" not in heard.buttons
    heard = await chat.presses("ada", "Prepare the talk")
    assert "Speak at a meet-up" in heard
    assert "Two of four goals were not reached" in heard
    await chat.presses("ada", "Begin the one-on-one")
    await chat.presses("ada", "Put the interview on the agenda")
    assert "Looking back at the goals" in [row.body for row in chat.rows(AgendaPoint)]
    heard = await chat.presses("ada", "We have talked", on=heard)
    assert "nothing of what was said" in heard
    refused = await chat.submits("ada", day="2026-12-24")
    assert "This day is still to come" in refused
    await chat.submits("ada", day="today")
    assert [row.closed_how for row in chat.rows(ObligationRow) if row.kind == "reviews.talk"] == ["done"]
    assert "Ada Lovelace noted that you talked" in chat.told("ben")
    await chat.presses("ben", "We have not talked", on=chat.told_cards("ben")[-1])
    assert "Ben Okri says that you have not talked about the review yet" in chat.told("ada")
    assert result(chat).talked_at is None
    assert [row.closed_at for row in chat.rows(ObligationRow) if row.kind == "reviews.talk"] == [None]


async def appeals(chat: Chat) -> Heard:
    await shared(chat)
    await chat.presses("ben", "Appeal", on=await reads(chat))
    return await chat.submits("ben", remark="The third goal was stopped by the freeze in May")


@pytest.mark.parametrize(
    ("zone", "at", "day"),
    [
        ("America/Los_Angeles", datetime(2026, 11, 25, 3, tzinfo=UTC), "2026-11-24"),
        ("Pacific/Auckland", datetime(2026, 11, 24, 13, tzinfo=UTC), "2026-11-25"),
    ],
)
async def test_the_day_of_a_talk_is_the_same_wherever_it_is_read(
    chat: Chat, zone: str, at: datetime, day: str
) -> None:
    await shared(chat)
    chat.lives_in("ada", zone)
    chat.at(at)
    heard = await chat.presses("ada", "Prepare the talk", on=chat.last["ada"])
    await chat.presses("ada", "We have talked", on=heard)
    heard = await chat.submits("ada", day=day)
    said = {"2026-11-24": "Tue, Nov 24, 2026", "2026-11-25": "Wed, Nov 25, 2026"}[day]
    for seen in (heard, await reads(chat)):
        assert f"Talked on: {said}\n" in seen
    assert f"you talked about your review on {said}" in chat.told("ben")


async def test_an_appeal_goes_to_who_had_no_part_in_it_and_is_kept_with_a_reason(any_chat: Chat) -> None:
    chat = any_chat
    await shared(chat)
    old = await reads(chat)
    await chat.presses("ben", "Appeal", on=old)
    heard = await chat.submits("ben", remark="The third goal was stopped by the freeze in May")
    assert "Sent to Grace Hopper" in heard, "Hana calibrated, Ada proposed"
    assert "Seen by you and Grace Hopper, and by nobody else." in heard
    card = await reads(chat)
    assert "You have appealed already" in card
    assert "Appeal" not in card.buttons
    assert "You have appealed already" in await chat.presses("ben", "Appeal", on=old)
    heard = await chat.presses("grace", "Do it now", on=await chat.opens("grace"))
    assert "stopped by the freeze" in heard
    assert "3 of 5: what the role needs" in heard
    await chat.presses("grace", "Keep it")
    await chat.submits("grace", reason="The goal was stopped in July, after it was late")
    for label in ("Keep it", "Correct it"):
        assert "This appeal is answered already." in await chat.presses("grace", label, on=heard)
    assert "Your appeal is answered: the rating is kept" in chat.told("ben")
    heard = await chat.presses("ben", "Why this rating?", on=await reads(chat))
    assert "The goal was stopped in July" in heard
    await owed(chat, "ada", "talk with")
    assert "The goal was stopped in July" not in await chat.presses("ada", "Why this rating?")
    assert "one appeal is decided once" in await reads(chat)
    assert "one appeal is decided once" in await chat.presses("ben", "Appeal", on=old)


async def test_an_appeal_goes_on_to_the_next_when_who_was_to_answer_leaves(chat: Chat) -> None:
    assert "If they cannot answer any more" in await chat.presses(
        "ben", "Appeal", on=await shared_with_ben(chat)
    )
    await chat.submits("ben", remark="The third goal was stopped by the freeze in May")
    role(chat, "dora", "hr")
    chat.leaves("grace")
    await chat.tick()
    assert "Grace Hopper cannot answer it any more; now Dora Maar does" in chat.told("ben")
    heard = await chat.presses("dora", "Do it now", on=await chat.opens("dora"))
    assert "stopped by the freeze" in heard
    await chat.presses("dora", "Keep it")
    await chat.submits("dora", reason="It was late before the freeze")
    assert "Your appeal is answered: the rating is kept" in chat.told("ben")


async def test_an_appeal_goes_on_to_the_next_when_who_was_to_answer_is_not_of_hr_any_more(
    any_chat: Chat,
) -> None:
    chat = any_chat
    role(chat, "dora", "hr")
    await appeals(chat)
    assert {who for who, what in still_owed(chat) if what == "reviews.decide"} == {"dora"}
    before = await chat.presses("dora", "Do it now", on=await chat.opens("dora"))
    people_of_hr(chat)
    role(chat, "dora", "employee")
    refused = await chat.presses("dora", "Keep it", on=before)
    assert "do not look after it any more" in refused
    assert "you need not answer the appeal" in await chat.presses("dora", "Let somebody else answer")
    await chat.tick()
    assert "Dora Maar cannot answer it any more; now Yan does" in chat.told("ben")
    await chat.presses("yan", "Do it now", on=await chat.opens("yan"))
    await chat.presses("yan", "Keep it")
    await chat.submits("yan", reason="It was late before the freeze")
    assert "Your appeal is answered: the rating is kept" in chat.told("ben")


async def test_who_had_not_left_owes_no_answer_to_an_appeal_that_is_somebody_elses_now(
    any_chat: Chat,
) -> None:
    chat = any_chat
    await appeals(chat)
    role(chat, "dora", "hr")
    had_not_left = chat.leaves("grace")
    await chat.tick()
    chat.wait(hours=1)
    had_not_left()
    await chat.tick()
    assert {who for who, what in still_owed(chat) if what == "reviews.decide"} == {"dora"}


async def test_while_who_was_to_answer_an_appeal_is_away_for_long_the_next_answers(any_chat: Chat) -> None:
    chat = any_chat
    role(chat, "dora", "hr")
    await appeals(chat)
    await chat.tick()
    await chat.says("dora", f"/away until {chat.now.date() + timedelta(days=3)}")
    chat.wait(days=1)
    await chat.tick()
    assert ("dora", "reviews.decide") in still_owed(chat), "back in some days"
    await chat.says("dora", f"/away until {chat.now.date() + timedelta(days=14)}")
    chat.wait(days=1)
    await chat.tick()
    assert {who for who, what in still_owed(chat) if what == "reviews.decide"} == {"grace"}
    assert "Dora Maar cannot answer it soon; now Grace Hopper does" in chat.told("ben")
    assert "away" not in chat.told("ben")
    assert "Somebody else answers the appeal of Ben Okri" in chat.told("dora")
    chat.wait(days=1)
    await chat.says("grace", f"/away until {chat.now.date() + timedelta(days=5)}")
    await chat.tick()
    assert ("grace", "reviews.decide") in still_owed(chat), "nobody else is here"
    await owed(chat, "grace", "appeals against")
    await chat.presses("grace", "Keep it")
    await chat.submits("grace", reason="It was late before the freeze")
    assert "Your appeal is answered: the rating is kept" in chat.told("ben")


async def test_who_is_away_for_long_is_not_asked_to_answer_an_appeal(chat: Chat) -> None:
    role(chat, "dora", "hr")
    card = await shared_with_ben(chat)
    await chat.says("dora", f"/away until {chat.now.date() + timedelta(days=3)}")
    assert "Seen by you and Grace Hopper" in await chat.presses("ben", "Appeal", on=card)
    await chat.says("grace", f"/away until {chat.now.date() + timedelta(days=4)}")
    assert "Seen by you and Dora Maar" in await chat.presses("ben", "Appeal", on=card), "both are away"


async def test_an_appeal_is_closed_when_who_made_it_leaves_and_open_again_when_they_are_back(
    any_chat: Chat,
) -> None:
    chat = any_chat
    role(chat, "dora", "hr")
    await appeals(chat)
    before = await chat.presses("dora", "Do it now", on=await chat.opens("dora"))
    had_not_left = chat.leaves("ben")
    await chat.tick()
    assert ("dora", "reviews.decide") not in still_owed(chat)
    closed = "Ben Okri has left: their appeal is closed"
    assert closed in chat.told("dora")
    assert "appeals against their rating" not in await chat.opens("dora")
    for label in ("Keep it", "Correct it", "Why this rating?"):
        assert closed in await chat.presses("dora", label, on=before)
    await go_on(chat, "acknowledge")
    assert "Appeals open: 0 of 4" in await results_of(chat)
    chat.wait(hours=1)
    had_not_left()
    await chat.tick()
    await owed(chat, "dora", "Ben Okri appeals against their rating")
    await chat.presses("dora", "Keep it")
    await chat.submits("dora", reason="It was late before the freeze")
    assert "Your appeal is answered: the rating is kept" in chat.told("ben")


async def test_when_nobody_is_left_to_answer_an_appeal_its_author_hears_so(chat: Chat) -> None:
    await appeals(chat)
    chat.leaves("grace")
    await chat.tick()
    assert "nobody else is left who had no part in your rating" in chat.told("ben")
    assert "Somebody else answers" not in chat.told("ben")


async def test_who_is_the_only_one_and_may_not_answer_an_appeal_is_not_told_that_another_one_does(
    chat: Chat,
) -> None:
    role(chat, "dora", "hr")
    await appeals(chat)
    before = await chat.presses("dora", "Do it now", on=await chat.opens("dora"))
    chat.leaves("grace")
    role(chat, "dora", "employee")
    refused = await chat.presses("dora", "Keep it", on=before)
    for heard in (refused, await chat.presses("dora", "Let somebody else answer", on=refused)):
        assert "you need not answer the appeal." in heard
        assert "Somebody else answers" not in heard


async def test_who_comes_to_hr_answers_the_appeal_that_nobody_could_answer(chat: Chat) -> None:
    await appeals(chat)
    chat.leaves("grace")
    await chat.tick()
    chat.wait(days=1)
    await chat.tick()
    assert chat.told("ben").count("nobody else is left") == 1
    role(chat, "dora", "hr")
    chat.wait(days=1)
    await chat.tick()
    assert "now Dora Maar does" in chat.told("ben")
    assert ("dora", "reviews.decide") in still_owed(chat)
    chat.wait(hours=1)
    chat.leaves("dora")
    await chat.tick()
    assert "Dora Maar cannot answer it any more, and nobody else is left" in chat.told("ben")


async def test_that_nobody_can_answer_an_appeal_is_said_before_its_form(any_chat: Chat) -> None:
    chat = any_chat
    card = await shared_with_ben(chat)
    form = await chat.presses("ben", "Appeal", on=card)
    chat.leaves("grace")
    heard = await chat.presses("ben", "Appeal", on=card)
    assert heard.form is None
    assert "Everybody who could answer an appeal had a part in your rating. Talk to HR" in heard
    chat.last["ben"] = form
    heard = await chat.submits("ben", remark="The third goal was stopped by the freeze in May")
    assert "What you wrote is kept." in heard
    role(chat, "dora", "hr")
    assert "Seen by you and Dora Maar" in await chat.presses("ben", "Open the form again", on=heard)
    heard = await chat.submits("ben", remark="The third goal was stopped by the freeze in May")
    assert "Sent to Dora Maar" in heard


async def test_who_became_the_manager_does_not_answer_the_appeal(chat: Chat) -> None:
    await appeals(chat)
    role(chat, "dora", "hr")
    home = await chat.opens("grace")
    before = await chat.presses("grace", "Do it now", on=home)
    form = await chat.presses("grace", "Keep it", on=before)
    chat.change(lambda store: store.reviews.results.change(result(chat), author_id=chat.ids["grace"]))
    chat.last["grace"] = form
    assert "You have had a part in this rating since" in await chat.submits("grace", reason="I looked at it")
    for label in ("Keep it", "Correct it"):
        refused = await chat.presses("grace", label, on=before)
        assert "You have had a part in this rating since" in refused
    heard = await chat.presses("grace", "Let somebody else answer")
    assert "you need not answer the appeal." in heard
    await chat.tick()
    assert "now Dora Maar does" in chat.told("ben")


async def shared_with_ben(chat: Chat) -> Heard:
    await shared(chat)
    return await reads(chat)


async def test_an_appeal_waits_while_its_cycle_is_paused(chat: Chat) -> None:
    await appeals(chat)
    await chat.tick()
    assert "Ben Okri appeals against their rating" in chat.told("grace")
    await at_the_cycle(chat, "Pause")
    assert still_owed(chat) == set()
    before = len(chat.told_cards("grace"))
    chat.wait(days=7)
    await chat.tick()
    assert len(chat.told_cards("grace")) == before
    await at_the_cycle(chat, "Go on")
    assert ("grace", "reviews.decide") in still_owed(chat)
    assert "Autumn 2026 goes on" not in chat.told("grace"), "an appeal has no day that moved"
    await chat.tick()
    assert "Ben Okri appeals against their rating" in Voice().plain(chat.told_cards("grace")[-1].card)
    await chat.presses("grace", "Do it now", on=await chat.opens("grace"))
    await chat.presses("grace", "Keep it")
    await chat.submits("grace", reason="The goal was stopped in July, after it was late")
    assert "the rating is kept" in chat.told("ben")


async def test_who_appeals_in_a_pause_is_answered_when_the_cycle_goes_on(chat: Chat) -> None:
    await shared(chat)
    await at_the_cycle(chat, "Pause")
    await chat.presses("ben", "Appeal", on=await reads(chat))
    await chat.submits("ben", remark="The third goal was stopped by the freeze in May")
    await chat.tick()
    assert "appeals" not in chat.told("grace")
    await at_the_cycle(chat, "Go on")
    await chat.tick()
    assert "Ben Okri appeals against their rating" in chat.told("grace")


async def test_hr_reads_that_an_appeal_is_owed_and_not_whose(chat: Chat) -> None:
    await appeals(chat)
    await at_the_cycle(chat, "Progress")
    whom = await chat.presses("hana", "Who was told what, and why")
    assert "Grace Hopper: one thing" in whom
    heard = await press_beside(chat, "hana", "Grace Hopper", "Why")
    assert "Autumn 2026: an appeal" in heard
    assert "Ben" not in heard


async def test_a_final_result_is_corrected_as_a_new_version(any_chat: Chat) -> None:
    chat = any_chat
    await shared(chat)
    card = await reads(chat)
    final = await finalises(chat, card)
    assert "is final" in final
    first = result(chat)
    assert first.edition == 1
    assert first.checksum
    assert "Your review result is final" in chat.told("ben")
    assert "This result is final" in await chat.presses("ben", "Answer in writing", on=card)
    await chat.presses("ben", "Appeal", on=await reads(chat))
    sent = await chat.submits("ben", remark="The third goal was stopped by the freeze in May")
    assert "The result stays as it is until the appeal is answered; corrected, it has a new version." in sent
    await chat.presses("grace", "Do it now", on=await chat.opens("grace"))
    await chat.presses("grace", "Correct it")
    await chat.submits("grace", points="4", reason="The freeze was not theirs to end")
    second = result(chat)
    assert second.rating == {"points": 4}
    assert second.edition == 2
    assert second.checksum != first.checksum
    assert len(chat.rows(ResultEdition)) == 2
    assert "The rating of Ben Okri was corrected after an appeal" in chat.told("ada")
    heard = await chat.presses("ben", "Why this rating?", on=await reads(chat))
    assert "Final, version 1" in heard
    assert "Final, version 2" in heard
    assert "Grace Hopper changed it from 3 to 4, because:" in heard
    assert "It is, word for word, what was made final." in await chat.presses("ben", "Check the seal")


async def finalises(chat: Chat, card: Heard) -> Heard:
    """Ben acknowledges, and Ada makes his result final."""
    await chat.presses("ben", "Acknowledge", on=card)
    await chat.presses("ada", "Open it", on=chat.told_cards("ada")[-1])
    return await chat.presses("ada", "Make it final")


async def test_who_is_reminded_of_a_result_reads_it_before_acknowledging(chat: Chat) -> None:
    await shared(chat)
    heard = await chat.presses("ben", "Do it now", on=await chat.opens("ben"))
    assert "Your review" in heard
    assert {row.acknowledged_at for row in chat.rows(ReviewResult)} == {None}
    await chat.presses("ben", "Acknowledge", on=heard)
    assert {row.acknowledged_at for row in chat.rows(ReviewResult)} == {None, chat.now}
    assert "read your result" not in await chat.opens("ben")


async def test_the_seal_says_what_is_another_one(any_chat: Chat) -> None:
    chat = any_chat
    await shared(chat)
    card = await reads(chat)
    await finalises(chat, card)
    (change,) = chat.rows(RatingChange)
    chat.change(lambda store: store.change(change, reason="Because I say so"))
    await chat.presses("ben", "Why this rating?", on=await reads(chat))
    heard = await chat.presses("ben", "Check the seal")
    assert "It is not what was made final any more." in heard
    assert "Another one now: its changes" in heard
    await chat.presses("hana", "Open", on=await chat.says("hana", "/review results"))
    assert "One result is not what was made final" in await chat.presses("hana", "Check all seals")
    assert any(row.act.startswith("finalised:") for row in chat.rows(AuditRow))


async def test_the_seal_holds_when_what_was_written_in_confidence_is_released_after_it(
    any_chat: Chat,
) -> None:
    chat = any_chat
    await launched(chat, others="upward")
    await go_on(chat, "write")
    await write(chat, "grace", "Ada Lovelace", growth="A talk", overall_points="4")
    await write(chat, "ben", "Ada Lovelace", keep="Every Monday says what goes first")
    await go_on(chat, "share")
    await shares(chat, "grace", 1)
    await chat.presses("ada", "Acknowledge", on=await reads(chat, "ada"))
    await chat.presses("grace", "Open it")
    assert "is final" in await chat.presses("grace", "Make it final")
    chat.wait(hours=25)
    await chat.tick()
    assert review_by(chat, "ben", "upward").released_at
    await chat.presses("ada", "Why this rating?", on=await reads(chat, "ada"))
    assert "It is, word for word, what was made final." in await chat.presses("ada", "Check the seal")


async def test_sharing_and_finalising_are_two_acts_and_an_appeal_holds_the_second(chat: Chat) -> None:
    await shared(chat)
    await chat.presses("ada", "Prepare the talk")
    await chat.presses("ada", "Read it")
    assert "It is not acknowledged yet" in await chat.presses("ada", "Make it final")
    await chat.presses("ben", "Acknowledge", on=await reads(chat))
    await chat.presses("ben", "Appeal", on=await reads(chat))
    await chat.submits("ben", remark="The third goal was stopped by the freeze in May")
    await chat.presses("ada", "Open it", on=chat.told_cards("ada")[-1])
    assert "An appeal is open" in await chat.presses("ada", "Make it final")


async def test_who_had_an_answer_is_offered_no_other_appeal_when_it_is_final(chat: Chat) -> None:
    await appeals(chat)
    await owed(chat, "grace", "appeals against")
    await chat.presses("grace", "Keep it")
    await chat.submits("grace", reason="The goal was stopped in July, after it was late")
    await finalises(chat, await reads(chat))
    told = chat.told_cards("ben")[-1]
    assert "Your review result is final" in told
    assert "one appeal is decided once" in told
    assert "Appeal" not in told.buttons


async def test_without_points_a_final_result_is_to_be_read_and_not_appealed_against(chat: Chat) -> None:
    await launched(chat, rated="no")
    await go_on(chat, "write")
    await write(chat, "ada", "Ben Okri", growth="A talk")
    await go_on(chat, "share")
    await owed(chat, "ada", "share the result with Ben Okri")
    await chat.presses("ada", "Share it")
    assert "rating" not in await finalises(chat, await reads(chat))
    told = chat.told_cards("ben")[-1]
    assert "Your review result is final" in told
    assert set(told.buttons) == {"Read it"}
    assert "rating" not in told
    assert "A talk" in await chat.presses("ben", "Read it", on=told)


async def test_the_days_of_an_appeal_end(chat: Chat) -> None:
    await shared(chat)
    card = await reads(chat)
    await finalises(chat, card)
    chat.wait(days=15)
    late = await reads(chat)
    assert "The time for an appeal ended on" in late
    assert "Appeal" not in late.buttons
    assert "The time for an appeal ended on" in await chat.presses("ben", "Appeal", on=card)


async def closed(chat: Chat) -> None:
    """A cycle of six people whose results are all final."""
    await proposed(chat)
    await go_on(chat, "share")
    for manager in ("ada", "grace"):
        await shares(chat, manager, 3)
    await go_on(chat, "acknowledge")
    await chat.presses("hana", "Open", on=await chat.says("hana", "/review results"))
    heard = await chat.presses("hana", "Make 6 final")
    assert "6 results are final." in heard
    assert "Final: 6 of 6" in heard


async def shares(chat: Chat, manager: str, count: int) -> None:
    """A manager shares so many results."""
    for _ in range(count):
        await owed(chat, manager, "share the result")
        await chat.presses(manager, "Share it")


async def owed(chat: Chat, who: str, title: str) -> Heard:
    """Somebody opens the first thing that they owe whose title says this."""
    shown = await chat.opens(who)
    assert shown.card
    button = next(
        part.button
        for part in shown.card.parts
        if isinstance(part, Section) and part.button and title in Voice(zone=shown.voice.zone).say(part.body)
    )
    return await chat.does(who, Pressed(button.handle))


@pytest.mark.parametrize("form", ["xlsx", "csv"])
async def test_hr_exports_what_a_purpose_needs_and_no_more(chat: Chat, form: str) -> None:
    chat.rename("ben", "=1+1")
    await closed(chat)
    await chat.presses("hana", "Export")
    heard = await chat.submits("hana", purpose="pay", form=form)
    table = file_of(chat, heard)
    assert table.header[8:10] == ("rating", "points_of_the_scale")
    assert len(table.rows) == 6
    names = [row[2] for row in table.rows]
    assert ("'=1+1" if form == "csv" else "=1+1") in names
    assert {row[8] for row in table.rows} == {"2", "3", "4", "5"}
    await chat.presses("hana", "Export", on=await results_of(chat))
    heard = await chat.submits("hana", purpose="training", form=form)
    table = file_of(chat, heard)
    assert table.header[8] == "what_should_be_learned_next"
    assert "rating" not in table.header
    assert {row[8] for row in table.rows} == {"A talk"}
    assert {row.what for row in chat.rows(AuditRow) if row.act == "made"} == {
        "result_export:pay",
        "result_export:training",
    }


async def test_without_points_a_file_names_no_scale(chat: Chat) -> None:
    await launched(chat, rated="no")
    await go_on(chat, "write")
    await write(chat, "ada", "Ben Okri", growth="A talk")
    await go_on(chat, "share")
    await owed(chat, "ada", "share the result")
    await chat.presses("ada", "Share it")
    await chat.presses("ben", "Acknowledge", on=await reads(chat))
    await chat.presses("hana", "Make 1 final", on=await results_of(chat))
    await chat.presses("hana", "Export")
    table = file_of(chat, await chat.submits("hana", purpose="pay", form="csv"))
    assert [row[8:10] for row in table.rows] == [("", "")]


async def results_of(chat: Chat) -> Heard:
    return await chat.presses("hana", "Open", on=await chat.says("hana", "/review results"))


def file_of(chat: Chat, heard: Heard) -> object:
    """The table in the file that somebody got."""
    assert heard.card, heard.text
    (document,) = (part for part in heard.card.parts if isinstance(part, Document))
    (row,) = chat.rows(FileRow, FileRow.id == document.file_id)
    return read_sheet(base64.b64decode(row.data), document.name)


async def test_more_than_two_hundred_take_a_second_person(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "ALONE", 5)
    await closed(chat)
    await chat.presses("hana", "Export")
    refused = await chat.submits("hana", purpose="pay", form="csv")
    assert "need the yes of a second person in HR" in refused
    people_of_hr(chat)
    await chat.presses("hana", "Export", on=await results_of(chat))
    heard = await chat.submits("hana", purpose="pay", form="csv")
    assert "A second person in HR is asked" in heard
    assert not [part for part in (heard.card.parts if heard.card else ()) if isinstance(part, Document)]
    asked = chat.told_cards("yan")[-1]
    assert "Hana Sato asks to export review results" in asked
    assert "This is for HR" not in asked
    await chat.presses("yan", "Agree", on=asked)
    heard = await chat.presses("hana", "Make the file", on=chat.told_cards("hana")[-1])
    assert len(file_of(chat, heard).rows) == 6  # type: ignore[attr-defined]
    assert "This file was made already" in await chat.presses(
        "hana", "Make the file", on=chat.told_cards("hana")[-1]
    )


async def test_what_excel_cannot_hold_is_taken_as_csv(
    any_chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = any_chat
    monkeypatch.setattr(exporting, "MOST_ROWS", 5)
    await closed(chat)
    await chat.presses("hana", "Export")
    refused = await chat.submits("hana", purpose="pay", form="xlsx")
    assert "Excel holds 5 results at most, and these are 6. Take CSV." in refused
    heard = await chat.submits("hana", purpose="pay", form="csv")
    assert len(file_of(chat, heard).rows) == 6  # type: ignore[attr-defined]


async def test_a_file_holds_whose_results_a_second_person_agreed_to(
    any_chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = any_chat
    monkeypatch.setattr(exporting, "ALONE", 2)
    await proposed(chat)
    await go_on(chat, "share")
    await shares(chat, "ada", 3)
    await go_on(chat, "acknowledge")
    people_of_hr(chat)
    await chat.presses("hana", "Make 3 final", on=await results_of(chat))
    await chat.presses("hana", "Export")
    words = "What becomes final later is not in it."
    assert words in await chat.submits("hana", purpose="pay", form="csv")
    asked = chat.told_cards("yan")[-1]
    assert "Review results: 3" in asked
    assert words in asked
    chat.wait(hours=1)
    await shares(chat, "grace", 3)
    await chat.presses("hana", "Make 3 final", on=await results_of(chat))
    await chat.presses("ben", "Appeal", on=await reads(chat))
    await chat.submits("ben", remark="The third goal was stopped by the freeze in May")
    await owed(chat, "hana", "appeals against")
    await chat.presses("hana", "Correct it")
    await chat.submits("hana", points="1", reason="The freeze was not theirs to end")
    await chat.presses("yan", "Agree", on=asked)
    heard = await chat.presses("hana", "Make the file", on=chat.told_cards("hana")[-1])
    assert "3 final results" in heard
    assert "3 more have become final since you asked. They are not in this file" in heard
    rows = {row[1]: row for row in file_of(chat, heard).rows}  # type: ignore[attr-defined]
    assert set(rows) == {f"{who}@example.com" for who in ("ben", "chen", "eve")}
    assert rows["ben@example.com"][8] == "1", "as it is now, not as it was when they agreed"


async def test_all_of_a_large_company_are_in_its_file(chat: Chat) -> None:
    cycle = await launched(chat)
    people_of_hr(chat)
    chat.change(lambda store: many_final(store, cycle.id, 1_001))
    await chat.presses("hana", "Export", on=await results_of(chat))
    await chat.submits("hana", purpose="pay", form="csv")
    await chat.presses("yan", "Agree")
    heard = await chat.presses("hana", "Make the file")
    assert "1,001 final results" in heard
    rows = file_of(chat, heard).rows  # type: ignore[attr-defined]
    assert len({row[1] for row in rows}) == 1_001


def many_final(store: Any, cycle: str, count: int) -> None:
    """So many more people have a final result in this cycle."""
    now, same = store.now, {"zone": "UTC", "revision": store.people_changed()}
    mails = [f"p{number}@example.com" for number in range(count)]
    people = [new(PersonRow, {"email": mail, "name": mail, **same}) for mail in mails]
    final = {"kind": Kind.RATING_RELEASED, "made_at": now, "cycle_id": cycle, "finalised_at": now}
    store.insert_all(people)
    results = [new(ReviewResult, {"subject_id": each.id, **final}) for each in people]
    once = {"kind": Kind.RATING_RELEASED, "made_at": now, "cycle_id": cycle, "edition": 1, "checksum": ""}
    store.insert_all(results)
    store.insert_all(
        [
            new(ResultEdition, {"subject_id": each.subject_id, "result_id": each.id, **once})
            for each in results
        ]
    )


def people_of_hr(chat: Chat) -> None:
    """Yan comes, of HR, whom nobody reviews."""

    def work(store: object) -> str:
        revision = store.people_changed()  # type: ignore[attr-defined]
        row = PersonRow(
            email="yan@example.com",
            name="Yan",
            team="People",
            zone="Europe/Berlin",
            language="en",
            role="hr",
            revision=revision,
        )
        store.insert(row)  # type: ignore[attr-defined]
        store.accounts.link(row.id, "web", "yan", username="yan", address="dm-yan")  # type: ignore[attr-defined]
        return row.id

    chat.ids["yan"] = chat.change(work)


async def test_nobody_erases_their_rating_or_what_was_handed_in(any_chat: Chat) -> None:
    chat = any_chat
    await shared(chat)
    await chat.says("ben", "/upbeat privacy erase")
    heard = await chat.submits("ben", confirm="ERASE")
    assert "Kept, with others" in heard
    assert "ratings, once they are shared: 2" in heard
    assert (result(chat).rating, [row.reason for row in chat.rows(RatingChange)]) == (
        {"points": 3},
        ["Two of four goals were not reached"],
    )
    assert "Speak at a meet-up" in await reads(chat)


async def test_when_a_manager_who_left_is_erased_ratings_and_answers_of_their_people_stay(
    any_chat: Chat,
) -> None:
    chat = any_chat
    await shared(chat)
    await chat.presses("ben", "Acknowledge", on=await reads(chat))
    await chat.presses("ben", "Answer in writing", on=await reads(chat))
    await chat.submits("ben", words="The third goal was stopped in May")
    await chat.presses("ada", "Make it final", on=await chat.presses("ada", "Open it"))
    chat.leaves("ada")
    await chat.says("hana", "/upbeat privacy erase @ada")
    await chat.presses("hana", "Erase")
    assert "Nothing names this person" in await chat.submits("hana", confirm="ERASE")
    heard = await reads(chat)
    assert "3 of 5" in heard
    assert "The third goal was stopped in May" in heard
    assert "A talk" not in heard, "what she wrote herself"


async def test_in_chinese_the_results_of_a_cycle_are_not_what_somebody_achieved(chat: Chat) -> None:
    await launched(chat)
    await chat.says("hana", "/language zh")
    heard = await chat.presses("hana", "Open", on=await chat.says("hana", "/review cycles"))
    assert "评估结果" in heard.buttons
    assert "工作成果" not in heard.buttons


async def test_hr_in_its_own_cycle_has_no_results(chat: Chat) -> None:
    role(chat, "dora", "hr")
    await closed(chat)
    assert "There is no cycle whose results you look after." in await chat.says("dora", "/review results")
