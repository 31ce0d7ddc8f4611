"""Reviews are written part by part or whole, on any platform; handed in again, the difference shows; or declined."""

from __future__ import annotations

import pytest

from handlers.kit.requests import Submitted
from handlers.reviews.versions import difference
from storage.reviews import PEER, ReviewEdition
from storage.store import Store
from storage.tables import Draft
from tests.company import Chat
from tests.handlers.reviewing import (
    due,
    go_on,
    launched,
    opened,
    paper,
    press_beside,
    review_by,
    the_cycle,
    write,
)
from tests.handlers.test_reviews_results import people_of_hr

LONG = "\n".join(f"Week {n}: the queue was {'short ' * 20}" for n in range(80))


def telegram(chat: Chat, *people: str) -> None:
    """From now on everybody talks on Telegram, where these people are linked."""
    for who in people:
        chat.change(lambda store, who=who: store.accounts.link(chat.ids[who], "telegram", who))
    chat.platform, chat.interviews = "telegram", True


# Part by part --------------------------------------------------------------------------------------------------------


async def test_a_review_is_written_part_by_part_and_handed_in(chat: Chat) -> None:
    await launched(chat)
    heard = await paper(chat, "ben")
    assert "0 of 6 parts answered" in heard
    assert "Seen by you, Ada Lovelace, the managers above" in heard
    heard = await press_beside(chat, "ben", "Results", "Answer")
    assert heard.form
    assert [question.name for question in heard.form.questions] == ["results_points", "results"]
    heard = await chat.submits("ben", results_points="4", results="Restored in 15 minutes")
    assert "Kept. Nobody reads it until you hand it in." in heard
    assert "1 of 6 parts answered" in heard
    assert "4 of 5: often more than the role needs" in heard
    assert "Restored in 15 minutes" in heard
    assert review_by(chat, "ben", "self").answers is None
    heard = await chat.presses("ben", "Hand in")
    assert "This cannot be left out" in heard
    await chat.presses("ben", "Answer")
    await chat.submits("ben", growth="Speak at a meet-up")
    heard = await chat.presses("ben", "Hand in")
    assert "Handed in." in heard
    assert review_by(chat, "ben", "self").answers == {
        "results": {"words": "Restored in 15 minutes", "points": 4},
        "growth": {"words": "Speak at a meet-up", "points": None},
    }
    heard = await chat.says("ben", "/review")
    assert "Your self-review" in heard
    assert "Write" not in heard.buttons


async def test_what_was_answered_goes_on_in_the_whole_form_and_on_another_platform(chat: Chat) -> None:
    await launched(chat)
    await chat.says("hana", "/review telegram yes")
    await paper(chat, "ben")
    await press_beside(chat, "ben", "Results", "Answer")
    await chat.submits("ben", results="Restored in 15 minutes")
    telegram(chat, "ben")
    heard = await opened(chat, "ben", "Your self-review")
    asked = heard.answer.asked
    assert asked
    assert asked.form.given["results"] == "Restored in 15 minutes"
    await chat.presses("ben", "Save and stop")
    chat.platform, chat.interviews = "web", False
    heard = await opened(chat, "ben", "Your self-review")
    assert heard.form
    assert heard.form.given["results"] == "Restored in 15 minutes"
    await chat.submits("ben", growth="Speak")
    assert "Restored in 15 minutes" in chat.last["ben"]
    assert review_by(chat, "ben", "self").answers["results"]["words"] == "Restored in 15 minutes"


async def test_a_part_that_was_closed_keeps_what_was_typed_until_it_changes_elsewhere(chat: Chat) -> None:
    await launched(chat)
    await paper(chat, "ben")
    heard = await press_beside(chat, "ben", "Results", "Answer")
    assert heard.form
    await chat.does("ben", Submitted(heard.form.draft, {"results": "half a sentence"}, final=False))
    await paper(chat, "ben")
    heard = await press_beside(chat, "ben", "Results", "Answer")
    assert heard.form
    assert heard.form.given["results"] == "half a sentence"
    await chat.presses("ben", "The whole form", on=await paper(chat, "ben"))
    form = chat.last["ben"].form
    assert form
    await chat.does("ben", Submitted(form.draft, {"results": "the newer one"}, final=False))
    await paper(chat, "ben")
    heard = await press_beside(chat, "ben", "Results", "Go on")
    assert heard.form
    assert heard.form.given["results"] == "the newer one"


async def test_an_answer_can_be_taken_out_again(chat: Chat) -> None:
    await launched(chat)
    await paper(chat, "ben")
    await press_beside(chat, "ben", "Craft", "Answer")
    await chat.submits("ben", craft="Four releases")
    await press_beside(chat, "ben", "Craft", "Go on")
    heard = await chat.submits("ben", craft="")
    assert "0 of 6 parts answered" in heard


async def test_a_review_rests_longer_than_other_drafts(chat: Chat) -> None:
    await launched(chat)
    await paper(chat, "ben")
    await press_beside(chat, "ben", "Craft", "Answer")
    await chat.submits("ben", craft="Four releases")
    await press_beside(chat, "ben", "Results", "Answer")
    form = chat.last["ben"].form
    assert form
    chat.change(lambda store: _typed(store, form.draft, chat.ids["ben"]))
    await chat.says("dora", "/feedback")
    chat.wait(days=60)
    chat.change(lambda store: store.drafts.tidy())
    assert sorted(row.route for row in chat.rows(Draft)) == ["reviews.answer_part", "reviews.write"]
    assert "Four releases" in await paper(chat, "ben")
    await press_beside(chat, "ben", "Results", "Answer")
    form = chat.last["ben"].form
    assert form
    assert form.given["results"] == "Half a sentence"


def _typed(store: Store, draft: str, who: str) -> None:
    """What a platform keeps of a form while somebody types."""
    row = store.drafts.get(draft, person_id=who)
    assert row
    store.drafts.keep(row, {**row.given, "results": "Half a sentence"})


# Long answers --------------------------------------------------------------------------------------------------------


async def test_a_long_answer_is_several_messages_and_none_of_it_is_lost(chat: Chat) -> None:
    assert 9000 < len(LONG) < 12_000
    await launched(chat)
    await chat.says("hana", "/review telegram yes")
    telegram(chat, "chen")
    await paper(chat, "chen")
    heard = await press_beside(chat, "chen", "Results", "Answer")
    assert heard.answer.asked
    await chat.presses("chen", "Skip")
    await chat.says("chen", LONG[:4000])
    heard = await chat.says("chen", LONG[4000:8000])
    assert heard.answer.asked
    assert "That is all" in heard.buttons
    await chat.says("chen", LONG[8000:])
    heard = await chat.says("chen", "字" * 4000)
    assert "12000" in heard.text.replace(",", "")
    heard = await chat.presses("chen", "That is all", on=await chat.says("chen", "。"))
    await press_beside(chat, "chen", "Results", "Go on")
    given = chat.last["chen"].answer.asked
    assert given
    pieces = (LONG[:4000], LONG[4000:8000], LONG[8000:], "。")
    assert given.form.given["results"] == "\n\n".join(piece.strip() for piece in pieces)


async def test_a_long_answer_can_be_written_anew(chat: Chat) -> None:
    await launched(chat)
    await chat.says("hana", "/review telegram yes")
    telegram(chat, "ben")
    await paper(chat, "ben")
    await press_beside(chat, "ben", "What are you proud of", "Answer")
    await chat.says("ben", "A wrong beginning")
    await chat.presses("ben", "Write it anew")
    await chat.says("ben", "The migration")
    heard = await chat.presses("ben", "That is all")
    assert "The migration" in heard
    assert "A wrong beginning" not in heard


# Versions ------------------------------------------------------------------------------------------------------------


async def test_handed_in_again_the_difference_shows_to_whoever_reads_it(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat)
    await go_on(chat, "write")
    await write(chat, "ada", "Ben Okri", results="Restored in 90 minutes, alone", growth="A talk")
    assert "What changed" not in chat.last["ada"].buttons
    await chat.presses("ada", "Change")
    form = chat.last["ada"].form
    assert form
    assert form.given["results"] == "Restored in 90 minutes, alone"
    await chat.submits("ada", results="Restored in 15 minutes, with Eve", overall_points="4", growth="A talk")
    heard = await chat.presses("ada", "What changed")
    assert "Restored in [−90−][+15+] minutes, [−alone−][+with Eve+]" in heard
    assert "– → 4" in heard
    assert "A talk" not in heard
    await go_on(chat, "share")
    await chat.presses("ada", "Do it now", on=await due(chat, "ada"))
    await chat.presses("ada", "Share it")
    await chat.presses("ben", "Read it")
    assert "[+with Eve+]" in await chat.presses("ben", "What changed")


def test_the_difference_is_told_word_by_word_in_both_scripts() -> None:
    assert difference("恢复用了九十分钟", "恢复只用五分钟") == "恢复[+只+]用[−了九十−][+五+]分钟"
    assert difference("a b c", "a c") == "a [−b −]c"
    assert difference("", "new") == "[+new+]"
    assert difference("same", "same") == "same"
    many = " ".join(f"w{n}" for n in range(200))
    short = difference(many, many.replace("w100 ", "x "))
    assert "[−w100−][+x+]" in short
    assert len(short) < 120


async def test_what_is_confidential_has_no_versions(chat: Chat) -> None:
    await launched(chat, peers="confidential")
    cycle = the_cycle(chat)
    chat.change(lambda store: store.reviews.assign(cycle, chat.ids["ben"], chat.ids["eve"], PEER))
    await go_on(chat, "write")
    await paper(chat, "eve")
    await press_beside(chat, "eve", "Results", "Answer")
    heard = await chat.submits("eve", results="Reliable in the night of the outage")
    assert "Written, 35 characters. It stands in the form alone." in heard
    assert "Reliable" not in heard
    await chat.presses("eve", "Hand in")
    await chat.presses("eve", "Open", on=await chat.says("eve", "/review"))
    await chat.presses("eve", "Change")
    await chat.submits("eve", results="Very reliable in the night of the outage")
    assert "Handed in." in chat.last["eve"]
    heard = await chat.presses("eve", "Open", on=await chat.says("eve", "/review"))
    assert "What changed" not in heard.buttons
    assert chat.rows(ReviewEdition) == []


# Declining -----------------------------------------------------------------------------------------------------------


async def test_a_colleague_declines_and_the_reason_never_reaches_whom_it_is_about(chat: Chat) -> None:
    await launched(chat)
    cycle = the_cycle(chat)
    chat.change(lambda store: store.reviews.assign(cycle, chat.ids["ben"], chat.ids["eve"], PEER))
    await go_on(chat, "write")
    heard = await chat.presses("eve", "Decline", on=await paper(chat, "eve"))
    assert "never by the person." in heard
    heard = await chat.submits("eve", reason="We fell out over the rewrite")
    assert "Declined." in heard
    for who in ("hana", "ada"):
        assert "Eve Curie declined to write about Ben Okri" in chat.told(who)
        assert "We fell out" in chat.told(who)
    await go_on(chat, "closed")
    assert "fell out" not in chat.told("ben") + (await chat.says("ben", "/review")).text
    ids = chat.ids
    seen = chat.change(lambda store: store.reviews.about(cycle.id, ids["ben"], reader=ids["ben"]))
    assert all(row.reason == "" for row in seen)


async def test_nobody_in_hr_reads_why_somebody_declined_to_write_about_their_manager(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat, units="Board", others="upward")
    await go_on(chat, "write")
    await chat.presses("dora", "Decline", on=await paper(chat, "dora"))
    await chat.submits("dora", reason="We fell out over the rewrite")
    people_of_hr(chat)
    await chat.presses("ivan", "Decline", on=await paper(chat, "ivan"))
    await chat.submits("ivan", reason="I was away for most of it")
    assert "declined" not in chat.told("hana"), "Grace is her own manager"
    assert "I was away for most of it" in chat.told("yan")
    assert "fell out" not in chat.told("yan") + chat.told("grace")


async def test_who_declined_may_write_after_all(chat: Chat) -> None:
    await launched(chat)
    await go_on(chat, "write")
    await chat.presses("ada", "Part by part", on=await chat.says("ada", "/review"))
    await chat.presses("ada", "Decline")
    await chat.submits("ada", reason="Two days here")
    await chat.presses("ada", "Write it after all")
    assert "Handed in." in await chat.submits("ada", results="Good", growth="More")
    assert "Eve" not in chat.told("grace")


async def test_what_is_over_says_so_before_a_form_opens(chat: Chat) -> None:
    await launched(chat)
    await go_on(chat, "write")
    listed = await chat.says("ada", "/review")
    shown = await chat.presses("ada", "Part by part", on=listed)
    await chat.presses("ada", "Write", on=listed)
    await chat.submits("ada", results="Good", growth="More")
    assert "It is not owed any more" in await chat.presses("ada", "Decline", on=shown)
    await go_on(chat, "closed")
    for label in ("Write", "Part by part"):
        assert "This review is closed." in await chat.presses("ada", label, on=listed)
    assert "This review is closed." in await chat.presses("ada", "The whole form", on=shown)


async def test_a_self_review_is_not_declined(chat: Chat) -> None:
    await launched(chat)
    assert "Decline" not in (await paper(chat, "ben")).buttons


# Telegram ------------------------------------------------------------------------------------------------------------


async def test_telegram_only_says_that_a_review_waits(chat: Chat) -> None:
    await launched(chat)
    telegram(chat, "ben", "ada", "hana", "chen")
    heard = await chat.says("ben", "/review")
    assert "Your self-review" in heard
    heard = await chat.presses("ben", "Write")
    assert heard.answer.outcome == "problem"
    assert "Reviews are not written or read on Telegram" in heard
    assert "the local chat" in heard
    assert "公司规定不在 Telegram 上填写和查看评估" in await chat.presses(
        "chen", "Write", on=await chat.says("chen", "/review")
    )
    chat.platform, chat.interviews = "web", False
    await write(chat, "ben", "Your self-review", growth="A talk")
    await go_on(chat, "write")
    await write(chat, "ada", "Ben Okri", results="Reliable", growth="A talk")
    await go_on(chat, "share")
    await chat.presses("ada", "Do it now", on=await due(chat, "ada"))
    await chat.presses("ada", "Share it")
    telegram(chat)
    told = [parcel for parcel in await chat.deliver() if parcel.person_id == chat.ids["ben"]]
    shared = [parcel.card for parcel in told if "shared your review" in str(parcel.card.title)]
    assert [len(card.buttons()) for card in shared] == [0]
    heard = await chat.presses("ben", "Read it", on=await chat.says("ben", "/review"))
    assert "Reliable" not in heard
    assert "/review" in heard


async def test_hr_lets_reviews_onto_telegram_and_off_it_again(chat: Chat) -> None:
    await launched(chat)
    telegram(chat, "ben", "hana", "ada")
    assert "for HR" in await chat.says("ada", "/review telegram yes")
    assert "may be written and read on Telegram" in await chat.says("hana", "/review telegram yes")
    heard = await opened(chat, "ben", "Your self-review")
    assert heard.answer.asked
    assert "not what it says" in await chat.says("hana", "/review telegram no")
    heard = await chat.says("ben", "I am proud of this")
    assert heard.answer.asked is None
    assert "Reviews are not written" in await chat.presses(
        "ben", "Write", on=await chat.says("ben", "/review")
    )


@pytest.mark.parametrize("who", ["dora", "ivan"])
async def test_the_others_are_not_asked(chat: Chat, who: str) -> None:
    await launched(chat)
    assert "Nothing waits for you in a review." in await chat.says(who, "/review")


# The form ------------------------------------------------------------------------------------------------------------


async def test_every_form_says_whom_it_is_about(chat: Chat) -> None:
    await launched(chat, others="peer upward")
    await go_on(chat, "write")
    assert (await opened(chat, "ada", "Ben Okri")).text.startswith("Review of Ben Okri, who reports to you\n")
    assert (await opened(chat, "chen", "Ada Lovelace")).text.startswith("评估你的上级 Ada Lovelace\n")
    grace = await paper(chat, "grace")
    part = await press_beside(chat, "grace", "Results", "Answer")
    assert part.text.startswith("Review of Ada Lovelace, who reports to you\n")
    declined = await chat.presses("grace", "Decline", on=grace)
    assert declined.text.startswith("Decline: Review of Ada Lovelace, who reports to you\n")


async def test_an_interview_says_with_each_question_whom_it_is_about(chat: Chat) -> None:
    await launched(chat)
    await go_on(chat, "write")
    chat.interviews = True
    heard = await opened(chat, "ada", "Ben Okri")
    for _ in range(3):
        asked = heard.answer.asked
        assert asked, heard.text
        assert heard.voice.say(asked.form.title) == "Review of Ben Okri, who reports to you"
        heard = await chat.presses("ada", "Skip")


async def test_a_question_that_an_old_button_shows_takes_the_answer_that_follows(chat: Chat) -> None:
    await launched(chat)
    await go_on(chat, "write")
    chat.interviews = True
    await opened(chat, "ada", "Ben Okri")
    await chat.presses("ada", "Skip")
    old = await chat.presses("ada", "Skip")
    assert "Kept." in await chat.presses("ada", "Save and stop")
    assert (await chat.presses("ada", "Back", on=old)).answer.asked
    heard = await chat.says("ada", "Restored the shop in 15 minutes")
    assert heard.answer.asked, heard.text
    (draft,) = chat.rows(Draft, Draft.route == "reviews.write")
    assert "Restored the shop in 15 minutes" in draft.given.values()
