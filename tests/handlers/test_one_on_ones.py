"""One-on-ones through the door that people use: the agenda, templates, notes, replies and actions."""

import asyncio
from datetime import date

import pytest

from bot.words import Voice
from handlers.kit.requests import Quoted, Submitted
from handlers.kit.text import Phrase
from handlers.one_on_ones.templates import BUILT_IN
from storage.one_on_ones import MeetingNotes, Series
from storage.tables import ObligationRow
from tests.company import Chat


async def written(chat: Chat, who: str, partner: str, words: str) -> None:
    """Somebody writes the shared notes."""
    await chat.says(who, f"/1on1 notes @{partner}")
    await chat.submits(who, words=words)


# The agenda -------------------------------------------------------------------------------------------------


async def test_a_point_begins_the_series_and_both_see_it(any_chat: Chat) -> None:
    heard = await any_chat.says("ada", "/1on1 add @ben talk about the roadmap")
    assert "One-on-one with Ben Okri" in heard
    assert "talk about the roadmap (from Ada Lovelace)" in heard
    assert "Seen by you and Ben Okri, and by nobody else. HR has no access." in heard
    assert "Ada Lovelace begins a one-on-one with you." in any_chat.told("ben")
    assert "talk about the roadmap" in any_chat.told("ben")
    assert "talk about the roadmap (from Ada Lovelace)" in await any_chat.says("ben", "/1on1 @ada")


async def test_a_pair_has_one_series_however_it_is_named(any_chat: Chat) -> None:
    await any_chat.says("ada", "/1on1 add @ben the roadmap")
    heard = await any_chat.says("ben", "/1on1 add @ada my holidays")
    assert "the roadmap" in heard
    assert "my holidays" in heard
    assert len(any_chat.rows(Series)) == 1
    assert "Ben Okri added a point to your one-on-one." in any_chat.told("ada")


async def test_two_who_begin_at_once_begin_one_series(any_chat: Chat) -> None:
    await asyncio.gather(
        any_chat.says("ada", "/1on1 add @ben the roadmap"), any_chat.says("ben", "/1on1 add @ada my holidays")
    )
    heard = await any_chat.says("ada", "/1on1 @ben")
    assert "the roadmap" in heard
    assert "my holidays" in heard
    assert len(any_chat.rows(Series)) == 1


async def test_chinese_words_are_understood(chat: Chat) -> None:
    await chat.says("chen", "面谈 添加 @ada 讨论路线图")
    assert "讨论路线图" in await chat.says("chen", "面谈 @ada")
    assert "讨论路线图" in await chat.says("ada", "/1on1 @chen")


async def test_adding_without_words_opens_the_form_with_its_audience(chat: Chat) -> None:
    heard = await chat.says("ada", "/1on1 add")
    assert "Seen by you and the colleague whom you pick, and by nobody else." in heard
    await chat.submits("ada", partner="ben", point="the roadmap")
    assert "the roadmap" in await chat.says("ben", "/1on1 @ada")
    heard = await chat.says("ada", "/1on1 add @ben")
    assert heard.form is not None
    assert heard.form.given["partner"] == chat.ids["ben"]


async def test_nobody_has_a_one_on_one_with_themselves(chat: Chat) -> None:
    assert "somebody else than yourself" in await chat.says("ada", "/1on1 add @ada think")
    assert chat.rows(Series) == []


async def test_a_point_is_checked_and_put_back(any_chat: Chat) -> None:
    await any_chat.says("ada", "/1on1 add @ben the roadmap")
    await any_chat.says("ben", "/1on1 @ada")
    assert "Discussed: the roadmap" in await any_chat.presses("ben", "Discussed")
    assert "Discussed: the roadmap" in await any_chat.says("ada", "/1on1 @ben")
    heard = await any_chat.presses("ada", "Put back")
    assert "Discussed:" not in heard
    assert "the roadmap (from Ada Lovelace)" in heard


async def test_without_a_name_my_one_on_ones_are_listed(chat: Chat) -> None:
    assert "You have none yet." in await chat.says("ada", "/1on1")
    await chat.says("ada", "/1on1 add @ben the roadmap")
    heard = await chat.says("ada", "/1on1")
    assert "With Ben Okri: no meeting planned yet" in heard
    assert "the roadmap" in await chat.presses("ada", "Open")


async def test_words_without_add_are_offered_as_a_point(chat: Chat) -> None:
    heard = await chat.says("ada", "/1on1 @ben the roadmap")
    assert "Shall I put this on the agenda with Ben Okri?" in heard
    assert chat.rows(Series) == []
    await chat.presses("ada", "Yes, add it")
    assert "the roadmap" in await chat.says("ben", "/1on1 @ada")
    assert "I see no colleague in this." in await chat.says("ada", "/1on1 the roadmap")
    assert "I see no colleague in this." in await chat.says("ada", "/1on1 cancel @nobody")


async def test_what_is_to_be_done_with_a_one_on_one_is_a_button_of_it(chat: Chat) -> None:
    await chat.says("ada", "/1on1 plan @ben weekly Tuesday 10:00")
    await chat.presses("ada", "Save")
    heard = await chat.says("ada", "/1on1 cancel @ben")
    assert "I did not understand “cancel @ben” here." in heard
    assert {"Skip the next", "Move the next", "End"} <= heard.buttons.keys()


async def test_a_one_on_one_that_has_not_begun_says_how_it_does(chat: Chat) -> None:
    heard = await chat.says("ada", "/1on1 @ben")
    assert "You have no one-on-one with Ben Okri yet." in heard
    assert list(heard.buttons) == ["Add a point", "Plan it"]


async def test_a_message_is_added_for_its_author(chat: Chat) -> None:
    heard = await chat.opens("ada", "add_to_one_on_one", quoted=Quoted("The build is slow again", "ben"))
    assert heard.form is not None
    assert heard.form.given["point"] == "The build is slow again"
    assert "Seen by you and Ben Okri" in heard
    await chat.submits("ada", point="The build is slow again: why?")
    assert "The build is slow again: why?" in await chat.says("ben", "/1on1 @ada")


@pytest.mark.parametrize("author", ["ada", "a stranger", ""])
async def test_for_a_message_of_my_own_the_partner_is_asked(chat: Chat, author: str) -> None:
    heard = await chat.opens("ada", "add_to_one_on_one", quoted=Quoted("Ask about the budget", author))
    assert "With whom?" in heard
    await chat.submits("ada", partner="grace")
    assert "Ask about the budget" in await chat.says("grace", "/1on1 @ada")


async def test_a_second_message_does_not_show_the_first(chat: Chat) -> None:
    await chat.opens("ada", "add_to_one_on_one", quoted=Quoted("First", "ben"))
    heard = await chat.opens("ada", "add_to_one_on_one", quoted=Quoted("Second", "ben"))
    assert heard.form is not None
    assert heard.form.given["point"] == "Second"


# Templates --------------------------------------------------------------------------------------------------


async def test_a_template_fills_the_agenda_once(any_chat: Chat) -> None:
    await any_chat.says("ada", "/1on1 add @ben the roadmap")
    heard = await any_chat.presses("ada", "Performance interview of the quarter")
    points = [Voice().say(point) for point in BUILT_IN["performance"].points]
    assert [line for line in heard.text.splitlines() if line in points] == points
    assert "put “Performance interview of the quarter” on the agenda" in any_chat.told("ben")
    again = await any_chat.presses("ada", "Performance interview of the quarter")
    assert "is on the agenda already" in again
    assert again.text.count(points[0]) == 1


async def test_a_template_is_read_by_each_in_their_language(chat: Chat) -> None:
    await chat.says("ada", "/1on1 add @chen the roadmap")
    await chat.presses("ada", "Performance interview of the quarter")
    heard = await chat.says("chen", "/1on1 @ada")
    for point in BUILT_IN["performance"].points:
        assert Voice("zh").say(point) in heard


def test_every_template_has_four_to_six_points_of_ours() -> None:
    assert list(BUILT_IN) == [
        "weekly", "first", "feedback", "goals", "performance", "improvement", "return", "leaving",
    ]  # fmt: skip
    for template in BUILT_IN.values():
        assert 4 <= len(template.points) <= 6
        assert all(isinstance(point, Phrase) for point in template.points)


async def test_a_steward_adds_a_template_of_the_company(any_chat: Chat) -> None:
    await any_chat.says("hana", "/1on1 template")
    heard = await any_chat.submits("hana", name="入职第二个月", points="进展如何？\n\nWhat is hard? {so}\n")
    assert "入职第二个月 (2 points)" in heard
    await any_chat.says("ben", "/1on1 add @chen hello")
    heard = await any_chat.presses("ben", "入职第二个月")
    assert "进展如何？ (from Ben Okri)" in heard
    assert "What is hard? {so} (from Ben Okri)" in await any_chat.says("chen", "/1on1 @ben")


async def test_a_template_of_the_same_name_takes_its_place_and_can_go(chat: Chat) -> None:
    for points in ("one", "two"):
        await chat.says("hana", "/1on1 template")
        heard = await chat.submits("hana", name="Onboarding", points=points)
    assert "two" in heard
    assert "one\n" not in heard.text
    assert "Onboarding" not in await chat.presses("hana", "Remove")


async def test_others_only_use_templates(chat: Chat) -> None:
    assert "This is for HR and administrators." in await chat.says("ada", "/1on1 template Mine")
    heard = await chat.says("ada", "/1on1 templates")
    assert "Feedback talk (5 points)" in heard
    assert list(heard.buttons) == []


async def test_a_template_stays_short(chat: Chat) -> None:
    await chat.says("hana", "/1on1 template")
    heard = await chat.submits("hana", name="Long", points="\n".join("abcdefghijklm"))
    assert "at most 12 points" in heard


# Notes ------------------------------------------------------------------------------------------------------


async def test_shared_notes_are_told_and_confirmed_by_both(any_chat: Chat) -> None:
    await any_chat.says("ada", "/1on1 add @ben the roadmap")
    heard = await any_chat.presses("ada", "Write notes")
    assert "Seen by you and Ben Okri, and by nobody else. HR has no access." in heard
    assert "Confirmed: by neither of you yet" in await any_chat.submits("ada", words="We ship on Friday.")
    assert "We ship on Friday." in any_chat.told("ben")
    assert "Confirmed: by you, not by Ada Lovelace yet" in await any_chat.presses("ben", "Confirm")
    assert "Ben Okri confirmed your notes" in any_chat.told("ada")
    await any_chat.says("ada", "/1on1 @ben")
    assert "Confirmed: by both of you" in await any_chat.presses("ada", "Confirm")


async def test_a_changed_text_needs_confirming_again(any_chat: Chat) -> None:
    await written(any_chat, "ada", "ben", "We ship on Friday.")
    told = any_chat.told_cards("ben")[-1]
    await any_chat.presses("ben", "Confirm", on=told)
    heard = await any_chat.says("ada", "/1on1 notes @ben")
    assert heard.form is not None
    assert heard.form.given["words"] == "We ship on Friday."
    assert "by neither of you yet" in await any_chat.submits("ada", words="We ship on Monday.")
    assert "The notes were changed since." in await any_chat.presses("ben", "Confirm", on=told)
    assert "by you, not by Ada Lovelace yet" in await any_chat.presses("ben", "Confirm")


async def test_either_may_answer_in_writing(any_chat: Chat) -> None:
    await written(any_chat, "ada", "ben", "Ben is late with the report.")
    heard = await any_chat.presses("ben", "Answer in writing")
    assert "Seen by you and Ada Lovelace" in heard
    heard = await any_chat.submits("ben", words="The data came late.")
    assert "Ben Okri answered:\nThe data came late." in heard
    assert "Ben Okri answered your notes" in any_chat.told("ada")
    assert "The data came late." in await any_chat.says("ada", "/1on1 @ben")


async def test_two_who_write_at_once_lose_nothing(any_chat: Chat) -> None:
    await any_chat.says("ada", "/1on1 notes @ben")
    await any_chat.says("ben", "/1on1 notes @ada")
    await any_chat.submits("ada", words="Ada's text")
    heard = await any_chat.submits("ben", words="Ben's text")
    assert "The notes were changed while you wrote. Nothing is lost" in heard
    assert "Ada's text" in heard
    assert "Ben's text" in heard
    assert [row.body for row in any_chat.rows(MeetingNotes)] == ["Ada's text"]
    heard = await any_chat.presses("ben", "Put both together")
    assert heard.form is not None
    assert heard.form.given["words"] == "Ada's text\n\n———\nBen's text"
    await any_chat.submits("ben", words="Ada's and Ben's text")
    assert "Ada's and Ben's text" in await any_chat.says("ada", "/1on1 @ben")


async def test_what_was_typed_and_never_sent_meets_the_newer_text(chat: Chat) -> None:
    await written(chat, "ada", "ben", "First")
    heard = await chat.says("ben", "/1on1 notes @ada")
    assert heard.form is not None
    await chat.does("ben", Submitted(heard.form.draft, {"words": "First, and my doubts"}, final=False))
    await written(chat, "ada", "ben", "Second")
    heard = await chat.says("ben", "/1on1 notes @ada")
    assert heard.form is not None
    assert heard.form.given["words"] == "Second\n\n———\nFirst, and my doubts"


async def test_a_form_that_was_only_looked_at_leaves_nothing_behind(chat: Chat) -> None:
    await written(chat, "ada", "ben", "First")
    await chat.says("ben", "/1on1 notes @ada")
    await written(chat, "ada", "ben", "Second")
    heard = await chat.says("ben", "/1on1 notes @ada")
    assert heard.form is not None
    assert heard.form.given["words"] == "Second"


async def test_nothing_begins_before_the_first_notes_are_written(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ben", "/1on1 notes @ada")
    begun = chat.last["ben"].form
    assert begun is not None
    await chat.does("ben", Submitted(begun.draft, {"words": "June."}, final=False))
    await chat.says("ada", "/1on1 notes @ben")
    assert chat.rows(Series) == []
    await chat.submits("ada", words="May.")
    assert "May." in chat.told("ben")
    heard = await chat.says("ben", "/1on1 notes @ada")
    assert heard.form is not None
    assert heard.form.given["words"] == "May.\n\n———\nJune."


async def test_notes_of_an_ended_one_on_one_do_not_begin_it_again(chat: Chat) -> None:
    await chat.says("ada", "/1on1 add @ben the roadmap")
    await chat.says("ada", "/1on1 end @ben")
    await chat.says("ada", "/1on1 notes @ben")
    assert "It has ended." in await chat.says("ben", "/1on1 @ada")
    assert "It has ended." in await chat.says("ada", "/1on1 notes @ben we agreed")
    assert "we agreed" in chat.told("ben")


async def test_the_other_one_hears_that_it_begins_with_an_action(any_chat: Chat) -> None:
    for ends in (False, True):
        if ends:
            await any_chat.says("ben", "/1on1 end @ada")
        await any_chat.says("ada", f"/1on1 action @ben send draft {ends} by friday")
        await any_chat.says("ada", "/1on1 action @ben check it by friday")
        assert any_chat.told("ben").count("Ada Lovelace begins a one-on-one with you.") == 1 + ends
        assert f"send draft {ends} (Ada Lovelace, until Fri, Nov 27, 2026)" in any_chat.told("ben")
    assert "check it" not in any_chat.told("ben")


async def test_the_same_text_changes_nothing(chat: Chat) -> None:
    await written(chat, "ada", "ben", "First")
    await chat.presses("ben", "Confirm")
    await written(chat, "ada", "ben", "First")
    assert "by you, not by Ada Lovelace yet" in await chat.says("ben", "/1on1 @ada")


async def test_an_interview_shows_the_text_and_keeps_it_when_skipped(chat: Chat) -> None:
    await written(chat, "ada", "ben", "First")
    chat.interviews = True
    heard = await chat.says("ben", "/1on1 notes @ada")
    assert "What did you talk about and agree?" in heard
    assert "The notes stand as you wrote them." in await chat.presses("ben", "Skip")


async def test_private_notes_are_for_their_author_alone(any_chat: Chat) -> None:
    await any_chat.says("ada", "/1on1 add @ben the roadmap")
    heard = await any_chat.presses("ada", "Private note")
    assert "Seen by you, and by nobody else. HR has no access." in heard
    assert "Ben looks tired" in await any_chat.submits("ada", words="Ben looks tired")
    for who, words in (("ben", "/1on1 @ada"), ("ben", "/1on1"), ("grace", "/1on1 @ben")):
        assert "tired" not in await any_chat.says(who, words)
    await any_chat.says("ben", "/1on1 @ada")
    assert "tired" not in await any_chat.presses("ben", "All notes")
    assert "tired" not in any_chat.told("ben")
    await any_chat.says("ada", "/1on1 @ben")
    assert "Ben looks tired" in await any_chat.presses("ada", "All notes")


async def test_a_private_note_is_continued(chat: Chat) -> None:
    await chat.says("ada", "/1on1 add @ben the roadmap")
    await chat.presses("ada", "Private note")
    await chat.submits("ada", words="Ben looks tired")
    heard = await chat.presses("ada", "Private note")
    assert heard.form is not None
    assert heard.form.given["words"] == "Ben looks tired"
    assert "much better" in await chat.submits("ada", words="Ben looks much better")


# Actions ----------------------------------------------------------------------------------------------------


async def test_an_action_of_mine_becomes_what_i_owe_until_it_is_done(any_chat: Chat) -> None:
    heard = await any_chat.says("ben", "/1on1 action @ada by next friday: send the deck")
    assert "send the deck (Ben Okri, until Fri, Dec 4, 2026)" in heard
    (owed,) = any_chat.rows(ObligationRow)
    assert (owed.person_id, owed.kind) == (any_chat.ids["ben"], "one_on_ones.action_done")
    assert owed.due_at.isoformat() == "2026-12-04T17:00:00+00:00"
    assert "send the deck (Ben Okri" in await any_chat.says("ada", "/1on1 @ben")
    await any_chat.says("ben", "/1on1 @ada")
    assert "Done: send the deck (Ben Okri)" in await any_chat.presses("ben", "Done")
    assert any_chat.rows(ObligationRow)[0].closed_how == "done"
    assert "Done: send the deck" in await any_chat.says("ada", "/1on1 @ben")


async def test_an_action_for_the_other_is_told_and_due_on_their_clock(any_chat: Chat) -> None:
    await any_chat.says("ada", "/1on1 add @chen the roadmap")
    heard = await any_chat.presses("ada", "Add an action")
    assert "Seen by you and 陈明" in heard
    await any_chat.submits("ada", due="下周五", what="写方案", owner="partner")
    assert "写方案" in any_chat.told("chen")
    (owed,) = any_chat.rows(ObligationRow)
    assert owed.person_id == any_chat.ids["chen"]
    assert owed.due_at.isoformat() == "2026-12-04T10:00:00+00:00"
    assert "Done: 写方案" in await any_chat.presses("chen", "Done")


@pytest.mark.parametrize(
    ("who", "said", "noted"),
    [
        ("ben", "write the plan by friday", "write the plan (Ben Okri, until Fri, Nov 27, 2026)"),
        ("ben", "write the plan by 2026-12-04", "write the plan (Ben Okri, until Fri, Dec 4, 2026)"),
        ("ben", "write the plan due tomorrow", "write the plan (Ben Okri, until Tue, Nov 24, 2026)"),
        (
            "ben",
            "friday: write it by hand by monday",
            "write it by hand by monday (Ben Okri, until Fri, Nov 27",
        ),
        (
            "ben",
            ":eyes: look at it :tada: by friday",
            ":eyes: look at it :tada: (Ben Okri, until Fri, Nov 27",
        ),
        ("chen", "写计划，周五前", "写计划（陈明，截止 2026年11月27日周五）"),
        ("chen", "写计划 12月4日前", "写计划（陈明，截止 2026年12月4日周五）"),
    ],
)
async def test_the_day_at_the_end_is_when_an_action_is_due(
    chat: Chat, who: str, said: str, noted: str
) -> None:
    heard = await chat.says(who, f"/1on1 action @ada {said}")
    assert heard.form is None
    assert noted in heard
    assert "Change" in heard.buttons


@pytest.mark.parametrize(
    "said", ["write the plan by hand", "talk about friday", "更新前端", "写计划 每周五前"]
)
async def test_what_ends_with_no_day_by_which_it_is_due_stays_whole(chat: Chat, said: str) -> None:
    heard = await chat.says("ben", f"/1on1 action @ada {said}")
    assert heard.form is not None
    assert heard.form.given["what"] == said
    assert "due" not in heard.form.given


async def test_an_action_that_was_read_wrongly_is_put_right(any_chat: Chat) -> None:
    heard = await any_chat.says("ben", "/1on1 action @ada stand by monday #partner")
    assert "Noted, until Mon, Nov 23, 2026: stand" in heard
    asked = await any_chat.presses("ben", "Change")
    assert "Seen by you and Ada Lovelace" in asked
    assert asked.form is not None
    assert asked.form.given == {"due": "2026-11-23", "what": "stand"}
    assert "This day is over" in await any_chat.submits("ben", due="2026-11-20", what="stand by")
    await any_chat.submits("ben", due="2026-11-27", what="stand by")
    assert "changed an action for you" in any_chat.told("ada")
    assert "stand by (Ada Lovelace, until Fri, Nov 27, 2026)" in await any_chat.says("ada", "/1on1 @ben")
    owed = sorted(any_chat.rows(ObligationRow), key=lambda row: row.id)
    assert [(row.closed_how, str(row.due_at.date())) for row in owed] == [
        ("changed", "2026-11-23"),
        ("", "2026-11-27"),
    ]
    await any_chat.presses("ada", "Done")
    assert "done already" in await any_chat.presses("ben", "Change", on=heard)


async def test_an_action_that_begins_with_we_is_kept_whole(chat: Chat) -> None:
    heard = await chat.says("chen", "面谈 行动 @ada 下周五：我们一起写方案")
    assert "我们一起写方案（陈明，截止 12月4日周五）" in heard.text.replace("2026年", "")


async def test_an_action_that_was_not_done_after_all_is_owed_again(chat: Chat) -> None:
    await chat.says("ben", "/1on1 action @ada by friday: send the deck")
    await chat.presses("ben", "Done")
    await chat.presses("ben", "Not done yet")
    assert [row.closed_how for row in chat.rows(ObligationRow)] == ["done", ""]


async def test_a_day_that_is_over_is_refused(chat: Chat) -> None:
    await chat.says("ben", "/1on1 action @ada")
    heard = await chat.submits("ben", due="2026-11-20", what="send the deck", owner="me")
    assert "This day is over." in heard
    assert chat.rows(ObligationRow) == []


# At home ----------------------------------------------------------------------------------------------------


async def test_home_shows_the_next_one(chat: Chat) -> None:
    assert "Next one-on-one" not in await chat.opens("ben")
    await chat.says("ben", "/1on1 plan @chen weekly Tuesday 10:00")
    await chat.presses("ben", "Save")
    heard = await chat.opens("ben")
    assert "With 陈明: Tue, Nov 24, 2026, 10:00\u202fAM" in heard
    heard = await chat.presses("ben", "Add a point")
    await chat.submits("ben", point="the build")
    await chat.opens("chen")
    assert "the build" in await chat.presses("chen", "Open")


async def test_notes_are_kept_under_the_day_of_their_meeting(chat: Chat) -> None:
    await written(chat, "ada", "ben", "First")
    chat.wait(hours=20)
    await written(chat, "ben", "ada", "Still the same talk")
    chat.wait(days=7)
    await written(chat, "ada", "ben", "Another talk")
    days = [row.day for row in chat.rows(MeetingNotes)]
    assert days == [date(2026, 11, 23), date(2026, 12, 1)]


async def test_notes_in_one_line_are_kept_at_once_and_later_ones_join_them_in_the_form(chat: Chat) -> None:
    assert "The notes are kept." in await chat.says("ada", "/1on1 notes @ben we ship on Friday")
    assert "we ship on Friday" in chat.told("ben")
    heard = await chat.says("ada", "/1on1 notes @ben and Ben writes the guide")
    assert heard.form is not None
    assert heard.form.given["words"] == "we ship on Friday\n\n———\nand Ben writes the guide"


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("周五前发草稿", "发草稿"),
        ("周五之前：发草稿", "发草稿"),
        ("周五 前端改版", "前端改版"),
        ("周五前端改版", "前端改版"),
    ],
)
async def test_a_day_by_which_it_is_due_leaves_no_sign_behind(chat: Chat, said: str, what: str) -> None:
    await chat.says("chen", f"面谈 行动 @ada {said}")
    assert f"\n{what}（陈明，截止 2026年11月27日周五）" in chat.last["chen"]
