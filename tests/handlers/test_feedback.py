"""Feedback through the door that people use."""

import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from handlers.kit.requests import Submitted, Where
from handlers.kit.values import load
from storage.feedback import FeedbackReply, FeedbackRequest, FeedbackRow
from storage.policy import Kind
from storage.tables import Draft, Handle, Inbox, ObligationRow, Outgoing
from tests.company import Chat
from tests.handlers.test_people import COMPANY, sends

SAID = "situation the incident call; behaviour you cut people off; effect we lost ten minutes; suggestion ask around"
ANSWERS = {
    "situation": "the incident call",
    "behaviour": "you cut people off",
    "effect": "we lost ten minutes",
    "suggestion": "ask around",
}
GROUP = Where(kind="channel", id="-100", name="Engines", shared=True)


async def to_ben(chat: Chat, who: str = "eve") -> FeedbackRow:
    """Feedback to Ben alone."""
    await chat.says(who, f"/feedback @ben {SAID}")
    return sent(chat)[-1]


async def to_ben_and_ada(chat: Chat, who: str = "eve") -> FeedbackRow:
    """Feedback to Ben, and to Ada, his manager."""
    await chat.says(who, "/feedback @ben")
    await chat.submits(who, audience="receiver_and_manager", **ANSWERS)
    return sent(chat)[-1]


def sent(chat: Chat) -> list[FeedbackRow]:
    return list(chat.rows(FeedbackRow))


def may_read(chat: Chat, row: FeedbackRow) -> set[str]:
    """Everybody in the company who gets this row from the store."""
    return {
        who
        for who, person in chat.ids.items()
        if chat.change(lambda store, reader=person: store.feedback.get(row.id, reader=reader))
    }


def new_manager(chat: Chat, who: str, manager: str) -> None:
    """From today on somebody else leads them."""
    from datetime import timedelta

    from sqlmodel import col

    from storage.tables import FOREVER, ReportingLine

    def work(store: Any) -> None:
        line = store.one(
            ReportingLine, col(ReportingLine.subject_id) == chat.ids[who], col(ReportingLine.until) == FOREVER
        )
        revision, today = store.people_changed(), store.now.date()
        store.change(line, until=today - timedelta(days=1), revision=revision)
        store.insert(
            ReportingLine(
                subject_id=chat.ids[who],
                manager_id=chat.ids[manager],
                since=today - timedelta(days=1),
                revision=revision,
            )
        )

    chat.change(work)


# Giving --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("two", ["@ben @eve", "@ben and @eve", "@ben, @eve:", "@ben 和 @eve"])
async def test_feedback_to_two_goes_to_neither(chat: Chat, two: str) -> None:
    said = f"/feedback {two} situation the call; behaviour you asked; effect we found it"
    heard = await chat.says("dora", said)
    assert "Nothing was sent: feedback goes to one colleague at a time. Write to Ben Okri first" in heard
    assert said in heard
    assert chat.told("ben") == chat.told("eve") == ""


async def test_the_form_opens_with_the_narrowest_audience_first_and_chosen(any_chat: Chat) -> None:
    heard = await any_chat.says("eve", "/feedback @ben")
    assert heard.form is not None
    audience = heard.form.questions[0]
    assert [option.value for option in audience.options] == ["receiver", "receiver_and_manager"]  # type: ignore[union-attr]
    assert [heard.voice.say(option.label) for option in audience.options] == [  # type: ignore[union-attr]
        "Ben Okri alone",
        "Ben Okri and Ada Lovelace",
    ]
    assert heard.form.given["audience"] == "receiver"
    assert [question.required for question in heard.form.questions] == [False, True, True, True, False]
    assert "Seen by Ben Okri and you, and by nobody else. HR only by break-glass" in heard
    assert "Ada Lovelace reads it too only if you choose that here. Fixed when you send." in heard


async def test_it_goes_to_the_receiver_alone_unless_something_else_is_chosen(any_chat: Chat) -> None:
    await any_chat.says("eve", "/feedback @ben")
    heard = await any_chat.submits("eve", **ANSWERS)
    assert "Sent to Ben Okri." in heard
    assert "Read by Eve Curie and Ben Okri, and nobody else." in heard
    told = any_chat.told("ben")
    assert "Eve Curie gives you feedback" in told
    for words in ANSWERS.values():
        assert words in told
    assert list(any_chat.told_cards("ben")[-1].buttons) == ["Acknowledge", "Reply"]
    (row,) = sent(any_chat)
    assert (row.kind, row.named_id) == (Kind.FEEDBACK, None)
    assert may_read(any_chat, row) == {"eve", "ben"}
    assert any_chat.told("ada") == ""


async def test_everything_typed_is_sent_at_once_to_the_receiver_alone(chat: Chat) -> None:
    heard = await chat.says("eve", f"/feedback @ben {SAID}")
    assert "Sent to Ben Okri." in heard
    (row,) = sent(chat)
    assert row.answers == ANSWERS
    assert row.kind == Kind.FEEDBACK


async def test_something_missing_opens_the_form_with_the_rest_in_it(chat: Chat) -> None:
    heard = await chat.says("eve", "/feedback @ben situation the incident call; effect we lost ten minutes")
    assert sent(chat) == []
    assert heard.form is not None
    assert heard.form.given["situation"] == "the incident call"
    assert heard.form.given["effect"] == "we lost ten minutes"
    refused = await chat.submits("eve", behaviour=" ")
    assert "Please answer this" in refused
    assert sent(chat) == []


async def test_words_for_one_colleague_never_stand_in_the_form_for_another(chat: Chat) -> None:
    await chat.says("eve", "/feedback @ben situation the incident call")
    heard = await chat.says("eve", "/feedback @chen")
    assert heard.form is not None
    assert "situation" not in heard.form.given


async def test_with_the_manager_when_the_author_chose_so(any_chat: Chat) -> None:
    row = await to_ben_and_ada(any_chat)
    assert (row.kind, row.named_id) == (Kind.FEEDBACK_WITH_MANAGER, any_chat.ids["ada"])
    assert may_read(any_chat, row) == {"eve", "ben", "ada"}
    assert "Read by Eve Curie, Ben Okri and Ada Lovelace" in any_chat.told("ben").replace(
        ", and Ada", " and Ada"
    )
    assert "chose that you read it too" in any_chat.told("ada")
    assert "you cut people off" in await any_chat.says("ada", "/feedback")


async def test_who_reads_it_is_never_widened(any_chat: Chat) -> None:
    wide = await to_ben_and_ada(any_chat)
    any_chat.wait(hours=1)
    narrow = await to_ben(any_chat)
    new_manager(any_chat, "ben", "dora")
    assert may_read(any_chat, wide) == {"eve", "ben", "ada"}
    assert may_read(any_chat, narrow) == {"eve", "ben"}
    assert "you cut people off" not in await any_chat.says("dora", "/feedback")


@pytest.mark.parametrize("who", ["chen", "dora", "grace", "hana", "ivan"])
async def test_peers_other_managers_hr_and_administrators_read_nothing(chat: Chat, who: str) -> None:
    await to_ben_and_ada(chat)
    chat.wait(hours=1)
    await to_ben(chat)
    assert "you cut people off" not in await chat.says(who, "/feedback")
    assert "you cut people off" not in await chat.opens(who)
    assert chat.told(who) == ""


async def test_hr_staff_are_ordinary_subjects(chat: Chat) -> None:
    await chat.says("ben", f"/feedback @hana {SAID}")
    assert may_read(chat, sent(chat)[0]) == {"ben", "hana"}


async def test_a_manager_who_writes_to_a_report_has_no_second_audience(chat: Chat) -> None:
    heard = await chat.says("ada", "/feedback @ben")
    assert heard.form is not None
    assert heard.form.question("audience") is None
    assert (
        "Seen by Ben Okri and you, and by nobody else. HR only by break-glass: two of them, with a reason, for 24"
        " hours, and the receiver is told.\nFixed when you send." in heard
    )
    await chat.submits("ada", audience="receiver_and_manager", **ANSWERS)
    assert sent(chat)[0].named_id is None


async def test_somebody_without_a_manager_has_no_second_audience(chat: Chat) -> None:
    heard = await chat.says("ben", "/feedback @grace")
    assert heard.form is not None
    assert heard.form.question("audience") is None


async def test_another_manager_than_the_form_named_must_be_chosen_anew(any_chat: Chat) -> None:
    await any_chat.says("eve", "/feedback @ben")
    new_manager(any_chat, "ben", "dora")
    heard = await any_chat.submits("eve", audience="receiver_and_manager", **ANSWERS)
    assert sent(any_chat) == []
    assert "changed while you wrote" in heard
    assert "Dora Maar reads it too only if you choose that here" in heard
    assert heard.form is not None
    assert heard.form.given["audience"] == "receiver"
    assert heard.form.given["situation"] == "the incident call"
    await any_chat.submits("eve", audience="receiver_and_manager")
    assert sent(any_chat)[0].named_id == any_chat.ids["dora"]


async def test_a_question_at_a_time_begins_with_who_reads_it(chat: Chat) -> None:
    chat.interviews = True
    heard = await chat.says("eve", "/feedback @ben")
    assert "Who reads it?" in heard
    assert next(iter(heard.buttons)) == "Ben Okri alone"
    await chat.presses("eve", "Skip")
    for words in ("the incident call", "you cut people off", "we lost ten minutes"):
        heard = await chat.says("eve", words)
    assert "What do you suggest?" in heard
    heard = await chat.presses("eve", "Skip")
    assert "Sent to Ben Okri." in heard
    assert sent(chat)[0].kind == Kind.FEEDBACK


async def test_feedback_to_oneself_is_refused(chat: Chat) -> None:
    assert "somebody else than yourself" in await chat.says("eve", f"/feedback @eve {SAID}")
    assert sent(chat) == []


async def test_in_a_group_it_is_refused(chat: Chat) -> None:
    assert "private chat" in await chat.says("eve", f"/feedback @ben {SAID}", where=GROUP)
    assert sent(chat) == []


async def test_a_form_sent_twice_is_feedback_once(any_chat: Chat) -> None:
    heard = await any_chat.says("eve", "/feedback @ben")
    await any_chat.submits("eve", **ANSWERS)
    any_chat.last["eve"] = heard
    assert "not valid any more" in await any_chat.submits("eve", **ANSWERS)
    assert len(sent(any_chat)) == 1


# Again ---------------------------------------------------------------------------------------------------------------


async def test_what_was_left_in_the_form_is_there_though_the_manager_is_another_one(any_chat: Chat) -> None:
    chat = any_chat
    form = (await chat.says("eve", "/feedback @ben")).form
    assert form is not None
    half = {"situation": "the incident call", "behaviour": "you cut", "audience": "receiver_and_manager"}
    await chat.does("eve", Submitted(form.draft, half, final=False))
    await sends(chat, "hana", COMPANY.replace("Ben Okri,ada@", "Ben Okri,dora@"))
    await chat.presses("hana", "Apply")
    form = (await chat.says("eve", "/feedback @ben behaviour you cut people off")).form
    assert form is not None
    assert form.given == {
        "audience": "receiver",
        "situation": "the incident call",
        "behaviour": "you cut people off",
    }


async def test_the_same_again_within_minutes_asks_first(any_chat: Chat) -> None:
    await to_ben(any_chat)
    any_chat.wait(minutes=2)
    asked = await any_chat.says("eve", f"/feedback @ben {SAID.replace('you cut', 'You  cut')}")
    assert "You sent the same to Ben Okri 2 minutes ago. Send it again?" in asked
    assert len(sent(any_chat)) == 1
    again = await any_chat.presses("eve", "Send again")
    assert "Sent to Ben Okri." in again
    assert "not valid any more" in await any_chat.presses("eve", "Send again", on=asked)
    assert len(sent(any_chat)) == 2
    assert any_chat.told("ben").count("you cut people off") == 1
    assert any_chat.told("ben").count("You  cut people off") == 1


async def test_the_form_asks_too_and_who_reads_it_stays_as_it_was_chosen(any_chat: Chat) -> None:
    await to_ben(any_chat)
    await any_chat.says("eve", "/feedback @ben")
    asked = await any_chat.submits("eve", audience="receiver_and_manager", **ANSWERS)
    assert "Send it again?" in asked
    assert any_chat.told("ada") == ""
    await any_chat.presses("eve", "Send again")
    assert [row.named_id for row in sent(any_chat)] == [None, any_chat.ids["ada"]]


async def test_another_manager_meanwhile_is_chosen_anew_before_it_is_sent_again(chat: Chat) -> None:
    await to_ben_and_ada(chat)
    await chat.says("eve", "/feedback @ben")
    await chat.submits("eve", audience="receiver_and_manager", **ANSWERS)
    new_manager(chat, "ben", "dora")
    heard = await chat.presses("eve", "Send again")
    assert "changed while you wrote" in heard
    assert heard.form is not None
    assert heard.form.given["situation"] == "the incident call"
    assert len(sent(chat)) == 1


async def test_the_same_again_as_the_answer_to_a_request_asks_and_then_answers_it(any_chat: Chat) -> None:
    await any_chat.says("ben", "/feedback ask @eve about the call")
    await to_ben(any_chat)
    await any_chat.presses("eve", "Answer")
    assert "Send it again?" in await any_chat.submits("eve", **ANSWERS)
    assert any_chat.rows(FeedbackRequest)[0].state == "open"
    await any_chat.presses("eve", "Send again")
    assert any_chat.rows(FeedbackRequest)[0].state == "answered"
    assert [bool(row.request_id) for row in sent(any_chat)] == [False, True]


async def test_other_words_another_colleague_or_later_does_not_ask(chat: Chat) -> None:
    row = await to_ben(chat)
    assert "Sent to" in await chat.says("eve", f"/feedback @dora {SAID}")
    assert "Sent to" in await chat.says("ada", f"/feedback @ben {SAID}")
    assert "Sent to" in await chat.says("eve", f"/feedback @ben {SAID} next time")
    chat.change(lambda store: store.feedback.retract(store.feedback.get(row.id, reader=chat.ids["eve"])))
    assert "Sent to" in await chat.says("eve", f"/feedback @ben {SAID}")
    chat.wait(minutes=11)
    assert "Sent to" in await chat.says("eve", f"/feedback @ben {SAID}")


# The receiver --------------------------------------------------------------------------------------------------------


async def test_acknowledging_tells_the_author_once_and_closes_what_is_owed(any_chat: Chat) -> None:
    row = await to_ben(any_chat)
    (owed,) = any_chat.rows(ObligationRow)
    assert (owed.kind, owed.person_id, owed.args) == (
        "feedback.acknowledge",
        row.subject_id,
        {"feedback": row.id},
    )
    assert (owed.due_at - any_chat.now).days == 7
    assert (owed.remind_at - any_chat.now).days == 3
    await any_chat.presses("ben", "Acknowledge")
    assert "Ben Okri has read your feedback." in any_chat.told("eve")
    assert any_chat.rows(ObligationRow)[0].closed_at is not None
    await any_chat.presses("ben", "Acknowledge", on=any_chat.told_cards("ben")[0])
    assert any_chat.told("eve").count("has read") == 1


async def test_the_reminder_comes_after_three_days_with_the_button_that_does_it(chat: Chat) -> None:
    await to_ben(chat)
    chat.wait(days=3, hours=1)
    await chat.tick()
    assert "Acknowledge the feedback from Eve Curie" in chat.told_cards("ben")[-1]


async def test_what_an_author_who_has_left_would_not_hear_is_not_said_to_be_sent(any_chat: Chat) -> None:
    chat = any_chat
    await to_ben(chat, "chen")
    (card,) = chat.told_cards("ben")
    await chat.presses("ben", "Reply", on=card)
    form, back = chat.last["ben"], chat.leaves("chen")
    heard = await chat.presses("ben", "Acknowledge", on=card)
    assert "Thank you." in heard
    assert "hears" not in heard
    assert "陈明 does not work here any more. Nothing was sent." in await chat.presses(
        "ben", "Reply", on=card
    )
    chat.last["ben"] = form
    assert "陈明 does not work here any more. Nothing was sent." in await chat.submits("ben", answer="Thanks")
    back()
    chat.last["ben"] = form
    assert "Sent to 陈明" in await chat.submits("ben", answer="Thanks")


async def test_declining_what_somebody_asked_who_has_left_tells_nobody(chat: Chat) -> None:
    await chat.says("ada", "/feedback about @ben from @dora about the release")
    chat.leaves("ada")
    await chat.presses("dora", "Decline")
    heard = await chat.submits("dora", reason="I was on holiday")
    assert "Declined. Ada Lovelace does not work here any more, so nobody is told." in heard


async def test_who_acknowledges_days_later_sees_again_what_was_said(chat: Chat) -> None:
    await to_ben(chat)
    chat.wait(days=3, hours=1)
    await chat.tick()
    heard = await chat.presses("ben", "Do it now", on=chat.told_cards("ben")[-1])
    assert all(words in heard for words in ANSWERS.values())


async def test_the_reply_goes_to_the_author_alone(any_chat: Chat) -> None:
    await to_ben_and_ada(any_chat)
    heard = await any_chat.presses("ben", "Reply")
    assert "Seen by Eve Curie and you, and by nobody else. HR only by break-glass" in heard
    await any_chat.submits("ben", answer="You are right, sorry")
    assert "You are right, sorry" in any_chat.told("eve")
    assert "You are right, sorry" in await any_chat.says("eve", "/feedback")
    assert "You are right, sorry" in await any_chat.says("ben", "/feedback")
    assert "You are right, sorry" not in await any_chat.says("ada", "/feedback")
    assert "You are right" not in any_chat.told("ada")
    assert any_chat.rows(ObligationRow)[0].closed_at is not None
    assert len(any_chat.rows(FeedbackReply)) == 1


@pytest.mark.parametrize("who", ["eve", "ada", "chen", "hana"])
async def test_foreign_buttons_are_refused_without_a_word(chat: Chat, who: str) -> None:
    await to_ben_and_ada(chat)
    (card,) = chat.told_cards("ben")
    for label in ("Acknowledge", "Reply"):
        refused = await chat.presses(who, label, on=card)
        assert "not valid any more" in refused
        assert "Ben" not in refused
    assert sent(chat)[0].read_at is None


# Taking it back ------------------------------------------------------------------------------------------------------


async def test_within_a_day_taking_it_back_leaves_a_tombstone(any_chat: Chat) -> None:
    await to_ben_and_ada(any_chat)
    any_chat.change(lambda store: [store.change(row, state="sent") for row in store.all(Outgoing)])
    any_chat.wait(hours=23)
    heard = await any_chat.presses("eve", "Take it back")
    assert "Its words are gone" in heard
    (row,) = sent(any_chat)
    assert row.answers == {}
    assert row.retracted_at == any_chat.now
    assert "took back feedback to Ben Okri" in any_chat.told("ben")
    assert "took back feedback to Ben Okri" in any_chat.told("ada")
    for who in ("ben", "ada", "eve"):
        shown = await any_chat.says(who, "/feedback")
        assert "Taken back by its author." in shown
        assert "you cut people off" not in shown
    assert all("cut people" not in any_chat_card(row) for row in any_chat.rows(Outgoing))
    assert any_chat.rows(ObligationRow)[0].closed_at is not None


def any_chat_card(row: Outgoing) -> str:
    return str(load(row.card))


async def test_what_was_not_delivered_yet_is_not_delivered_any_more(chat: Chat) -> None:
    await to_ben(chat)
    await chat.presses("eve", "Take it back")
    (row,) = chat.rows(Outgoing)
    assert row.state == "cancelled"
    assert "cut people" not in row.card


async def test_a_tombstone_can_neither_be_acknowledged_nor_replied_to(chat: Chat) -> None:
    await to_ben(chat)
    before = chat.told_cards("ben")[0]
    chat.change(lambda store: [store.change(row, state="sent") for row in store.all(Outgoing)])
    await chat.presses("eve", "Take it back")
    assert "taken back by its author" in await chat.presses("ben", "Acknowledge", on=before)
    assert "taken back by its author" in await chat.presses("ben", "Reply", on=before)
    assert chat.last["ben"].form is None
    assert chat.rows(FeedbackReply) == []


async def test_after_a_day_it_is_refused_with_the_reason(any_chat: Chat) -> None:
    await to_ben(any_chat)
    any_chat.wait(hours=24, seconds=1)
    heard = await any_chat.presses("eve", "Take it back")
    assert "can be taken back for 24 hours" in heard
    assert sent(any_chat)[0].answers == ANSWERS
    assert "Take it back" not in (await any_chat.says("eve", "/feedback")).buttons


async def test_only_the_author_takes_it_back(chat: Chat) -> None:
    heard = await chat.says("eve", f"/feedback @ben {SAID}")
    assert "not valid any more" in await chat.presses("ben", "Take it back", on=heard)
    assert "Take it back" not in (await chat.says("ben", "/feedback")).buttons
    assert sent(chat)[0].answers == ANSWERS


# Asking --------------------------------------------------------------------------------------------------------------


async def test_asking_colleagues_about_oneself(any_chat: Chat) -> None:
    heard = await any_chat.says("ben", "/feedback ask @eve @dora about myself in the release meeting")
    assert "Ben Okri asks about their own work:" in await any_chat.says("eve", "/feedback")
    assert "You asked Eve Curie and Dora Maar." in heard
    assert "Ben Okri asks you for feedback about their work" in any_chat.told("eve")
    assert "in the release meeting" in any_chat.told("dora")
    owed = any_chat.rows(ObligationRow)
    assert {row.kind for row in owed} == {"feedback.answer"}
    assert {(row.due_at - any_chat.now).days for row in owed} == {7}
    heard = await any_chat.presses("eve", "Answer")
    assert "Seen by Ben Okri and you, and by nobody else" in heard
    await any_chat.submits("eve", **ANSWERS)
    assert "Eve Curie gives you feedback" in any_chat.told("ben")
    open_ones = [
        row for row in any_chat.rows(ObligationRow) if row.kind == "feedback.answer" and not row.closed_at
    ]
    assert [row.person_id for row in open_ones] == [any_chat.ids["dora"]]
    assert {row.state for row in any_chat.rows(FeedbackRequest)} == {"answered", "open"}


async def test_a_topic_is_needed_and_the_same_is_not_asked_twice(chat: Chat) -> None:
    heard = await chat.says("ben", "/feedback ask @eve")
    assert heard.form is not None
    await chat.submits("ben", asked=("eve",), topic="the release")
    heard = await chat.says("ben", "/feedback ask @eve @dora about the release")
    assert "You asked Eve Curie already" in heard
    assert len(chat.rows(FeedbackRequest)) == 2


async def test_something_else_is_asked_beside_it_and_the_same_again_once_it_is_forgotten(
    any_chat: Chat,
) -> None:
    chat = any_chat
    await chat.says("ben", "/feedback ask @eve about the release")
    assert "You asked Eve Curie. They" in await chat.says("ben", "/feedback ask @eve about the planning")
    assert "You wait for 2 answers." in await chat.says("ben", "/feedback")
    chat.wait(days=22)
    assert "You wait for" not in await chat.says("ben", "/feedback")
    assert "You asked Eve Curie. They" in await chat.says("ben", "/feedback ask @eve about The release")
    assert "You wait for 1 answer." in await chat.says("ben", "/feedback")


async def test_declining_needs_a_reason_that_the_asker_hears(chat: Chat) -> None:
    await chat.says("ben", "/feedback ask @eve about the release")
    heard = await chat.presses("eve", "Decline")
    assert heard.form is not None
    assert "Please answer this" in await chat.submits("eve", reason="")
    await chat.submits("eve", reason="I was on holiday")
    assert "I was on holiday" in chat.told("ben")
    assert chat.rows(ObligationRow)[0].closed_how == "declined"
    assert "settled already" in await chat.presses("eve", "Answer", on=chat.told_cards("eve")[0])


async def test_what_is_settled_opens_no_form_and_takes_none(chat: Chat) -> None:
    await chat.says("ben", "/feedback ask @eve about the release")
    (card,) = chat.told_cards("eve")
    begun = await chat.presses("eve", "Decline", on=card)
    await chat.presses("eve", "Answer", on=card)
    await chat.submits("eve", **ANSWERS)
    refused = await chat.presses("eve", "Decline", on=card)
    assert "This request is settled already." in refused
    assert refused.form is None
    chat.last["eve"] = begun
    assert "This request is settled already." in await chat.submits("eve", reason="too late")
    assert chat.rows(FeedbackRequest)[0].state == "answered"


async def test_no_form_opens_for_somebody_who_has_left(chat: Chat) -> None:
    await chat.says("dora", "/feedback ask @eve about the release")
    card = await chat.says("eve", "confidential for @dora")
    chat.leaves("dora")
    refused = await chat.presses("eve", "Open the form", on=card)
    assert "Dora Maar does not work here any more." in refused
    assert refused.form is None
    assert "Dora Maar does not work here any more." in await chat.presses(
        "eve", "Answer", on=chat.told_cards("eve")[0]
    )


async def test_a_manager_asks_about_a_report_and_reads_the_answer_only_if_its_author_chose_so(
    any_chat: Chat,
) -> None:
    heard = await any_chat.says("ada", "/feedback about @ben from @eve @dora about the release")
    assert "You asked Eve Curie and Dora Maar." in heard
    assert "Ada Lovelace asks you for feedback about Ben Okri" in any_chat.told("eve")
    await any_chat.presses("eve", "Answer")
    await any_chat.submits("eve", **ANSWERS)
    assert "Eve Curie answered your question about Ben Okri." in any_chat.told("ada")
    assert "you cut people off" not in any_chat.told("ada")
    assert "you cut people off" not in await any_chat.says("ada", "/feedback")
    assert "you cut people off" in any_chat.told("ben")
    await any_chat.presses("dora", "Answer")
    await any_chat.submits("dora", audience="receiver_and_manager", **{**ANSWERS, "effect": "it took longer"})
    assert "it took longer" in await any_chat.says("ada", "/feedback")


async def test_only_managers_ask_about_others_and_only_about_their_reports(chat: Chat) -> None:
    assert "whom somebody reports to" in await chat.says(
        "ben", "/feedback about @eve from @chen about the release"
    )
    assert "does not report to you" in await chat.says(
        "ada", "/feedback about @dora from @chen about the release"
    )
    assert "Please ask others about" in await chat.says(
        "ada", "/feedback about @ben from @ben about the release"
    )
    assert chat.rows(FeedbackRequest) == []


async def test_asking_about_a_colleague_is_never_asking_about_oneself(chat: Chat) -> None:
    heard = await chat.says("ada", "/feedback ask @chen about @ben, the release")
    assert "Seen by you, by those whom you ask and by the colleague whom it is about." in heard
    assert chat.rows(FeedbackRequest) == []
    assert heard.form is not None
    assert heard.form.given["topic"] == "the release"
    await chat.submits("ada", **heard.form.given)
    assert "请你提供关于 Ben Okri 的反馈" in chat.told("chen")
    assert "Dora Maar does not report to you" in await chat.says("ben", "/feedback ask @chen about @dora")
    assert "You asked 陈明." in await chat.says("ben", "/feedback ask @chen about my work with @dora")


async def test_others_cannot_answer_or_read_a_request(chat: Chat) -> None:
    await chat.says("ben", "/feedback ask @eve about the secret project")
    (row,) = chat.rows(FeedbackRequest)
    for who in ("ada", "chen", "dora", "grace", "hana", "ivan"):
        assert (
            chat.change(lambda store, who=who: store.feedback.request(row.id, reader=chat.ids[who])) is None
        )
        assert "not valid any more" in await chat.presses(who, "Answer", on=chat.told_cards("eve")[0])
        assert "secret project" not in await chat.says(who, "/feedback")


async def test_the_shortcut_asks(chat: Chat) -> None:
    heard = await chat.opens("ben", "ask_feedback")
    assert heard.form is not None
    assert "Whom do you ask?" in heard


# The list and the home screen ----------------------------------------------------------------------------------------


async def test_the_list_shows_what_i_owe_got_and_gave(chat: Chat) -> None:
    await chat.says("ben", "/feedback ask @eve about the release")
    await to_ben(chat, "chen")
    await chat.says("eve", f"/feedback @dora {SAID}")
    heard = await chat.says("eve", "/feedback")
    assert "Ben Okri asks about their own work" in heard
    assert "the release" in heard
    assert "To Dora Maar" in heard
    assert {"Answer", "Decline", "Take it back", "Give feedback", "Ask for feedback"} <= heard.buttons.keys()
    heard = await chat.says("ben", "/feedback")
    assert "From 陈明" in heard
    assert "You wait for 1 answer." in heard
    assert {"Acknowledge", "Reply"} <= heard.buttons.keys()


async def test_days_are_those_of_whoever_reads(chat: Chat) -> None:
    chat.at(datetime(2026, 11, 24, 1, 30, tzinfo=UTC))  # Tuesday in Berlin, still Monday in New York
    await to_ben(chat, "eve")
    await chat.says("ben", f"/feedback @eve {SAID}")
    heard = await chat.says("eve", "/feedback")
    assert "To Ben Okri, Mon, Nov 23" in heard
    assert "From Ben Okri, Mon, Nov 23" in heard
    assert "Ben Okri, Mon, Nov 23" in await chat.opens("eve")
    assert "From Eve Curie, Tue, Nov 24" in await chat.says("ben", "/feedback")


async def test_the_list_is_paged(chat: Chat) -> None:
    for n in range(7):
        await chat.says("eve", f"/feedback @ben situation call {n}; behaviour you listened; effect we won")
        chat.wait(minutes=1)
    heard = await chat.says("ben", "/feedback")
    assert "call 6" in heard
    assert "call 1" not in heard
    assert "call 1" in await chat.presses("ben", "Older")
    assert "call 6" in await chat.presses("ben", "Newer")


async def test_home_says_that_there_is_feedback_since_the_last_visit_without_its_words(
    any_chat: Chat,
) -> None:
    await to_ben(any_chat)
    heard = await any_chat.opens("ben")
    assert "Feedback since your last visit" in heard
    assert "Eve Curie" in heard
    assert "cut people" not in heard
    assert "you cut people off" in await any_chat.presses("ben", "Read it", on=heard)
    any_chat.wait(hours=2)
    assert "Feedback since" not in await any_chat.opens("ben")


# By mistake, in other languages, and hostile -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        "confidential: ben was drunk at the party",
        "between us, ben was drunk at the party",
        "私下说，ben was drunk at the party",
        "Don’t tell anyone, but ben was drunk at the party",
        "别告诉别人，ben was drunk at the party",
        "匿名反馈：ben was drunk at the party",
        "保密：ben was drunk at the party",
        "I have feedback for @ben he was drunk at the party",
        "This is confidential, but ben was drunk at the party",
        "我想保密地说：ben was drunk at the party",
    ],
)
async def test_something_confidential_typed_by_mistake_is_kept_nowhere_and_the_form_is_offered(
    chat: Chat, said: str
) -> None:
    heard = await chat.says("eve", said)
    assert "I kept nothing of it" in heard
    opened = await chat.presses("eve", "Open the form")
    assert opened.form is not None
    for table in (Inbox, Draft, Handle, Outgoing):
        assert all("drunk" not in str(row) for row in chat.rows(table))
    assert sent(chat) == []


async def test_named_in_a_confidence_the_colleague_stands_in_the_form(chat: Chat) -> None:
    await chat.says("eve", "confidential for @ben he was drunk")
    heard = await chat.presses("eve", "Open the form")
    assert "Seen by Ben Okri and you" in heard


@pytest.mark.parametrize("said", ["feedback for @ben he was late", "feedback to @ben he was late"])
async def test_plain_words_for_a_colleague_open_their_form(chat: Chat, said: str) -> None:
    heard = await chat.says("eve", said)
    assert "Seen by Ben Okri and you" in heard
    assert sent(chat) == []


async def test_chinese_labels_and_words_work(any_chat: Chat) -> None:
    await any_chat.says(
        "chen", "反馈 @ben 情境：故障电话；行为：你打断了别人；影响：我们耽误了十分钟；建议：先听完"
    )
    (row,) = sent(any_chat)
    assert row.answers == {
        "situation": "故障电话",
        "behaviour": "你打断了别人",
        "effect": "我们耽误了十分钟",
        "suggestion": "先听完",
    }
    assert "我们耽误了十分钟" in any_chat.told("ben")


async def test_asking_in_chinese(chat: Chat) -> None:
    await chat.says("chen", "求反馈 @ben 关于我在发布会上的表现")
    (row,) = chat.rows(FeedbackRequest)
    assert row.topic == "我在发布会上的表现"
    await chat.says("chen", "求反馈 @ada 关于我的演讲")
    assert [row.topic for row in chat.rows(FeedbackRequest)][-1] == "我的演讲"


@pytest.mark.parametrize(
    "words", ["<!channel> @everyone", "<b>b</b> {name}", "=1+1", "a\x00b\u202ec", "🎉" * 2000, "\ud800x"]
)
async def test_hostile_words_stay_words(any_chat: Chat, words: str) -> None:
    await any_chat.says("eve", "/feedback @ben")
    await any_chat.submits("eve", situation=words, behaviour=words, effect=words)
    (row,) = sent(any_chat)
    assert row.answers["effect"] in any_chat.told("ben")
    assert "\x00" not in row.answers["effect"]
    assert "\u202e" not in row.answers["effect"]


async def test_a_colleague_is_needed_for_words(chat: Chat) -> None:
    heard = await chat.says("eve", "/feedback you were late")
    assert "To whom?" in heard
    await chat.presses("eve", "Open the form")
    heard = await chat.submits("eve", to="ben")
    assert "Seen by Ben Okri and you" in heard


async def test_no_words_are_logged_or_audited(chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    from storage.tables import AuditRow

    with caplog.at_level(logging.DEBUG):
        await to_ben(chat)
        await chat.says("ben", "/feedback")
    assert "cut people" not in caplog.text
    assert all("cut people" not in str(row) for row in chat.rows(AuditRow))


async def test_the_manager_who_reads_along_is_noted_as_having_opened_it(chat: Chat) -> None:
    from storage.tables import AuditRow

    await to_ben_and_ada(chat)
    await chat.says("ada", "/feedback")
    opened = [
        row for row in chat.rows(AuditRow) if row.act == "opened" and row.what == Kind.FEEDBACK_WITH_MANAGER
    ]
    assert [(row.actor_id, row.subject_id) for row in opened] == [(chat.ids["ada"], chat.ids["ben"])]


async def test_whom_it_did_not_reach_hears_nothing_of_what_was_taken_back(any_chat: Chat) -> None:
    chat = any_chat

    def can_reach(yes: bool) -> None:
        chat.change(lambda store: store.accounts.reachable(chat.ids["ben"], "web", yes))

    can_reach(False)
    for words in ("/feedback @ben situation a; behaviour b; effect c", "/kudos @ben for the calm call"):
        await chat.says("ada", words)
        if "kudos" in words:
            await chat.presses("ada", "Send privately")
        assert await chat.deliver() == []
        await chat.presses("ada", "Take it back")
    can_reach(True)
    assert await chat.deliver() == []
