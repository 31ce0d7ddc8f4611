"""People check in where they talk: by command, by form, in plain words, by shortcut; each once."""

from __future__ import annotations

import asyncio
import copy

import pytest

from tests.bot.slack.conftest import GENERAL, Room, user
from tests.fakes.slack_records import Channel


async def test_a_check_in_by_command_is_recorded_and_answered_to_its_author_alone(any_room: Room) -> None:
    ack = await any_room.slack.command(user("ada"), "/checkin", "done login; next payments", channel=GENERAL)
    assert ack.ok
    assert ack.ephemeral is not None
    assert "Checked in" in ack.ephemeral.words
    assert len(any_room.checkins()) == 1


async def test_the_root_command_does_the_same(any_room: Room) -> None:
    ack = await any_room.slack.command(user("ada"), "/upbeat", "checkin done login")
    assert "Checked in" in ack.ephemeral.words
    assert len(any_room.checkins()) == 1


async def test_plain_words_in_the_private_chat_do_it_in_both_languages(any_room: Room) -> None:
    assert "Checked in" in await any_room.answered("ben", "checkin done the tests")
    await any_room.answered("chen", "周报 完成了登录页；下一步 支付")
    rows = any_room.checkins()
    assert len(rows) == 2
    assert {row.subject_id for row in rows} == {any_room.chat.ids["ben"], any_room.chat.ids["chen"]}


@pytest.mark.parametrize(
    "words", ["<@U0000UPBEAT> checkin done it", "<@U0000UPBEAT|upbeat>: checkin done it"]
)
async def test_who_mentions_us_in_the_private_chat_is_heard_too(room: Room, words: str) -> None:
    assert words.startswith(f"<@{room.slack.bot_user_id}")
    assert "Checked in" in await room.answered("ben", words)
    assert "What I can do for you" in await room.answered("ben", f"<@{room.slack.bot_user_id}>")


async def test_a_slash_behind_the_root_command_is_no_hindrance(room: Room) -> None:
    ack = await room.slack.command(user("ada"), "/upbeat", "/checkin done login")
    assert "Checked in" in ack.ephemeral.words


async def test_a_form_is_a_modal_that_says_first_who_will_read_it(any_room: Room) -> None:
    slack = any_room.slack
    ack = await slack.command(user("ada"), "/checkin")
    assert ack.ok
    view = slack.top(user("ada"))
    assert view.blocks[0]["type"] == "context"
    assert "Seen by you" in view.blocks[0]["elements"][0]["text"]
    label = next(block["label"]["text"] for block in view.blocks if block["type"] == "input")
    ack = await slack.submit(user("ada"), {label: "the whole login"})
    assert ack.ok
    assert "Checked in" in slack.top(user("ada")).words
    assert len(any_room.checkins()) == 1


async def test_ten_people_check_in_at_once(any_room: Room) -> None:
    people = ["grace", "ada", "ben", "chen", "eve", "dora", "hana", "ivan"]
    acks = await asyncio.gather(
        *(any_room.slack.command(user(who), "/checkin", f"done {who}") for who in people)
    )
    assert all(ack.ok for ack in acks)
    assert len(any_room.checkins()) == len(people)


async def test_an_edited_message_edits_the_check_in_that_it_made(any_room: Room) -> None:
    slack = any_room.slack
    said = await slack.says(user("ben"), "checkin done the tests")
    await any_room.settled()
    before = any_room.checkins()[0]
    await slack.edit_message(said.message, "checkin done the tests and the docs")
    await any_room.settled()
    rows = any_room.checkins()
    assert len(rows) == 1
    assert rows[0].version > before.version


async def test_an_edit_that_comes_after_a_later_one_changes_nothing(any_room: Room) -> None:
    slack = any_room.slack
    said = (await slack.says(user("ben"), "checkin done the tests")).message
    await any_room.settled()
    between = slack.next_ts()
    await slack.edit_message(said, "checkin done the tests and the docs")
    await any_room.settled()
    told = len(slack.dm(user("ben")))
    now = {"user": user("ben"), "ts": said.ts, "text": "checkin done", "edited": {"ts": between}}
    edit = {"subtype": "message_changed", "channel_type": "im", "channel": said.channel, "message": now}
    for words in ("checkin done the test", "the test"):
        await slack.event("message", {**edit, "message": {**now, "text": words}})
    await any_room.settled()
    (row,) = any_room.checkins()
    assert dict(row.answers) == {"done": "the tests and the docs"}
    assert len(slack.dm(user("ben"))) == told


async def test_who_passes_on_a_message_without_a_word_is_answered(room: Room) -> None:
    slack = room.slack
    passed = {"text": "checkin done what somebody else did", "is_msg_unfurl": True, "is_share": True}
    told = {"user": user("ada"), "channel": slack.dm_channel(user("ada")), "channel_type": "im", "text": ""}
    await slack.event("message", {**told, "ts": slack.next_ts(), "attachments": [passed]})
    await room.settled()
    assert "I read words and files" in slack.told(user("ada"))
    assert room.checkins() == []


async def test_who_sends_a_file_that_slack_keeps_to_itself_is_answered(room: Room) -> None:
    slack = room.slack
    told = {"user": user("ada"), "channel": slack.dm_channel(user("ada")), "channel_type": "im", "text": ""}
    kept = {"id": "F1", "mode": "file_access", "file_access": "check_file_info"}
    await slack.event("message", {**told, "subtype": "file_share", "ts": slack.next_ts(), "files": [kept]})
    await room.settled()
    assert "I read words and files" in slack.told(user("ada"))


async def test_a_preview_that_slack_adds_is_no_edit(room: Room) -> None:
    said = await room.slack.says(user("ben"), "checkin done the tests")
    await room.settled()
    told = len(room.slack.dm(user("ben")))
    await room.slack.edit_message(said.message, "checkin done the tests")
    await room.settled()
    assert len(room.slack.dm(user("ben"))) == told


async def test_a_closed_modal_keeps_what_was_typed(any_room: Room) -> None:
    slack = any_room.slack
    await slack.command(user("ada"), "/diary")
    await slack.close(user("ada"), {"What happened?": "half a thought"})
    await slack.command(user("ada"), "/diary")
    view = slack.top(user("ada"))
    assert "half a thought" in str(view.blocks)
    await slack.submit(user("ada"), {"How was it?": "4"})
    assert any_room.noted("ada") == ["half a thought|4|day"]


async def test_what_is_asked_for_beside_a_colleague_comes_into_our_own_chat(any_room: Room) -> None:
    slack = any_room.slack
    slack.channels["D9BOTH"] = Channel("D9BOTH", "directmessage", [user("ada"), user("ben")])
    await slack.command(user("ada"), "/upbeat", "privacy", channel="D9BOTH")
    await any_room.settled()
    await slack.press(user("ada"), slack.ephemerals(user("ada"))[-1], text="My whole file")
    await any_room.settled()
    names = [file["name"] for message in slack.dm(user("ada")) for file in message.files]
    assert [name.rpartition(".")[2] for name in names] == ["json", "xlsx"]
    assert {account.address for account in any_room.accounts("ada")} <= {"", slack.dm_channel(user("ada"))}


async def test_what_is_typed_is_kept_as_it_stood_last(any_room: Room) -> None:
    slack = any_room.slack
    await slack.command(user("ada"), "/diary")
    heard, woken = len(any_room.inbox()), list[frozenset[str]]()

    async def wake(touched: frozenset[str]) -> None:
        woken.append(touched)

    any_room.core.on_answer = wake
    for words in ("half a", "half a thought", "half a"):
        await slack.types(user("ada"), {"What happened?": words})
    await slack.types(user("ada"), {"How was it?": "4", "What kind?": "A week"})
    assert len(any_room.inbox()) == heard  # however much is typed
    assert woken == []  # nor is delivery asked to look
    await slack.close(user("ada"))
    await slack.command(user("ada"), "/diary")
    await slack.submit(user("ada"))
    assert any_room.noted("ada") == ["half a|4|week"]


async def test_who_is_picked_here_is_known_wherever_the_form_is_finished(any_room: Room) -> None:
    slack, chat = any_room.slack, any_room.chat
    await slack.until(lambda: all(any_room.accounts(who) for who in chat.ids))
    await slack.command(user("ada"), "/kudos")
    await slack.types(user("ada"), {"q0:to": [user("ben")]})
    await slack.close(user("ada"))
    opened = await chat.says("ada", "/kudos")
    assert opened.form
    assert tuple(opened.form.given["to"]) == (chat.ids["ben"],)


async def test_what_is_typed_and_told_late_says_nothing(any_room: Room) -> None:
    slack = any_room.slack
    await slack.command(user("ada"), "/diary")
    before = copy.deepcopy(slack.top(user("ada")))
    await slack.submit(user("ada"), {"What happened?": "rain", "How was it?": "4"})
    shown = len(slack.dm(user("ada"))), len(slack.ephemerals(user("ada"))), len(slack.modal(user("ada")))
    assert await slack.choose(user("ada"), before, "How was it?", "5")
    await any_room.settled()
    assert (
        len(slack.dm(user("ada"))),
        len(slack.ephemerals(user("ada"))),
        len(slack.modal(user("ada"))),
    ) == shown
    assert any_room.noted("ada") == ["rain|4|day"]


async def test_a_shortcut_opens_its_form(any_room: Room) -> None:
    await any_room.slack.shortcut(user("ada"), "demo_diary")
    await any_room.slack.submit(user("ada"), {"What happened?": "sun", "How was it?": "5"})
    assert any_room.noted("ada") == ["sun|5|day"]


async def test_a_shortcut_on_a_message_takes_its_words_and_author(room: Room) -> None:
    said = room.slack.post(GENERAL, user("ben"), text="calm &lt;3 <@UADA>", by_bot=False)
    await room.slack.message_shortcut(user("ada"), "demo_about", said)
    assert room.noted("ada") == ["quoted:calm <3 @Ada Lovelace|Ben Okri"]


async def test_of_a_message_too_long_to_quote_it_is_said_where_the_rest_is(any_room: Room) -> None:
    slack = any_room.slack
    said = slack.post(GENERAL, user("ben"), text="so it goes " * 400, by_bot=False)
    await slack.message_shortcut(user("ada"), "add_to_one_on_one", said)
    link = f"/archives/{GENERAL}/p{said.ts.replace('.', '')}"
    (field,) = (block for block in slack.top(user("ada")).blocks if block["type"] == "input")
    assert field["element"]["initial_value"].startswith("so it goes so it goes")
    assert field["element"]["initial_value"].endswith(link)


async def test_a_form_asked_in_plain_words_is_opened_by_a_button(any_room: Room) -> None:
    slack = any_room.slack
    assert "Seen by you alone." in await any_room.answered("ada", "diary")
    await slack.press(user("ada"), slack.dm(user("ada"))[-1], text="Open the form")
    await slack.submit(user("ada"), {"What happened?": "sun", "How was it?": "5"})
    assert any_room.noted("ada") == ["sun|5|day"]


async def test_a_trigger_that_came_too_late_leaves_a_button(room: Room) -> None:
    room.slack.fail_next("views.open", "expired_trigger_id")
    ack = await room.slack.command(user("ada"), "/diary")
    assert ack.ephemeral is not None
    await room.slack.press(user("ada"), ack.ephemeral, text="Open the form")
    await room.slack.submit(user("ada"), {"What happened?": "sun", "How was it?": "5"})
    assert room.noted("ada") == ["sun|5|day"]


async def test_a_form_that_slack_takes_its_time_to_open_is_acknowledged_meanwhile(any_room: Room) -> None:
    slack = any_room.slack
    slack.kept_back["views.open"] = asyncio.Event()
    ack = await asyncio.wait_for(slack.command(user("ada"), "/diary"), 2.9)
    assert ack.ok
    assert ack.ephemeral is None
    slack.kept_back.pop("views.open").set()
    await slack.submit(user("ada"), {"What happened?": "sun", "How was it?": "5"})
    assert any_room.noted("ada") == ["sun|5|day"]


async def test_a_form_that_slack_does_not_open_in_the_end_leaves_a_button(any_room: Room) -> None:
    slack = any_room.slack
    slack.kept_back["views.open"] = asyncio.Event()
    await slack.command(user("ada"), "/diary")
    await slack.shortcut(user("ada"), "check_in")
    slack.fail_next("views.open", "expired_trigger_id", times=2)
    slack.kept_back.pop("views.open").set()
    await slack.until(lambda: slack.ephemerals(user("ada")) and slack.dm(user("ada")))
    await slack.press(user("ada"), slack.ephemerals(user("ada"))[-1], text="Open the form")
    assert slack.top(user("ada"))
    assert "Your check-in" in slack.dm(user("ada"))[-1].words


async def test_a_form_is_open_though_slack_says_no_more_than_that(any_room: Room) -> None:
    any_room.slack.fail_next("views.open", "bare")
    ack = await any_room.slack.command(user("ada"), "/diary")
    assert ack.ephemeral is None
    await any_room.slack.submit(user("ada"), {"What happened?": "sun", "How was it?": "5"})
    assert any_room.noted("ada") == ["sun|5|day"]


async def test_a_wrong_answer_is_marked_and_the_corrected_one_taken(any_room: Room) -> None:
    slack = any_room.slack
    await slack.command(user("ada"), "/diary")
    await slack.submit(user("ada"), {"What happened?": "forbidden", "How was it?": "3"})
    view = slack.top(user("ada"))
    assert list(view.errors.values()) == ["This word will not do. Please use another one."]
    await slack.submit(user("ada"), {"What happened?": "allowed"})
    assert any_room.noted("ada") == ["allowed|3|day"]


async def test_every_kind_of_question_is_asked_and_answered(any_room: Room) -> None:
    slack = any_room.slack
    await any_room.settled()
    await slack.until(lambda: len(any_room.accounts("ivan")) == 1)
    await slack.command(user("ada"), "/survey")
    given = {
        "With whom?": user("ben"),
        "Who else?": [user("chen"), user("eve")],
        "Which of many?": "Option 249",
        "Which day?": "2026-11-30",
        "What time?": "09:30",
        "How much?": "1234567.5",
        "What happened?": "rain",
        "How was it?": "2",
    }
    ack = await slack.submit(user("ada"), given)
    assert ack.ok
    assert any_room.noted("ada") == [
        "ben@example.com|chen@example.com,eve@example.com|o249|2026-11-30|09:30|1234567.5|rain|2"
    ]


async def test_colleagues_who_are_not_in_slack_are_picked_from_the_list(room: Room) -> None:
    slack = room.slack
    await slack.until(lambda: all(room.accounts(one) for one in room.chat.ids))
    del slack.users[user("dora")]
    room.chat.change(lambda store: store.accounts.unlink(room.chat.ids["dora"], "slack"))
    await slack.command(user("ada"), "/tell", "hello")
    await slack.submit(user("ada"), {"With whom?": "Dora Maar"})
    assert "hello" in room.chat.told("dora")


async def test_colleagues_of_one_name_are_told_apart_in_the_list(room: Room) -> None:
    slack = room.slack
    await slack.until(lambda: all(room.accounts(one) for one in room.chat.ids))
    del slack.users[user("dora")]
    room.chat.change(lambda store: store.accounts.unlink(room.chat.ids["dora"], "slack"))
    room.chat.rename("dora", "Ben Okri")
    await slack.command(user("ada"), "/tell", "hello")
    await slack.submit(user("ada"), {"With whom?": "Ben Okri (dora@example.com)"})
    assert "hello" in room.chat.told("dora")


async def test_a_colleague_is_mentioned_who_has_never_spoken_to_us(any_room: Room) -> None:
    ack = await any_room.slack.command(user("ada"), "/tell", "@ben well done")
    assert "Told Ben Okri" in ack.ephemeral.words
    assert "well done" in any_room.chat.told("ben")


async def test_nobody_waits_long_for_those_whom_they_mention(any_room: Room) -> None:
    slack = any_room.slack
    await slack.command(user("ada"), "/upbeat")
    for who in ("GONE", "LEFT", "OFF"):
        slack.add_user(f"U0{who}", who.lower(), f"{who.lower()}@example.com")
    slack.kept_back["users.info"] = asyncio.Event()
    said = slack.command(user("ada"), "/checkin", "done it with <@U0GONE|gone> <@U0LEFT|left> <@U0OFF|off>")
    ack = await asyncio.wait_for(said, 1.9)
    slack.kept_back.pop("users.info").set()
    assert "Done: it with @gone @left @off" in ack.ephemeral.words


@pytest.mark.parametrize("fault", ["429", "500", "fatal_error", "slow"])
async def test_of_a_colleague_whom_slack_does_not_name_now_it_is_said_so(any_room: Room, fault: str) -> None:
    slack = any_room.slack
    await slack.until(lambda: all(any_room.accounts(one) for one in any_room.chat.ids))
    any_room.chat.change(lambda store: store.accounts.unlink(any_room.chat.ids["ben"], "slack"))
    await slack.command(user("chen"), "/upbeat")
    if fault == "slow":
        slack.kept_back["users.info"] = asyncio.Event()
    else:
        slack.fail_next("users.info", fault)
    refused = await slack.command(user("chen"), "/tell", f"<@{user('ben')}> well done")
    assert "Slack 暂时没有告诉我你提到的是谁" in refused.ephemeral.words
    assert "well done" in refused.ephemeral.words
    if fault == "slow":
        slack.kept_back.pop("users.info").set()
        await slack.until(lambda: any_room.accounts("ben"))
    told = await slack.command(user("chen"), "/tell", f"<@{user('ben')}> well done")
    assert "Ben Okri" in told.ephemeral.words
    assert any_room.chat.told("ben").count("well done") == 1


async def test_once_a_colleague_is_connected_another_problem_is_said_as_it_is(any_room: Room) -> None:
    slack = any_room.slack
    await slack.until(lambda: all(any_room.accounts(one) for one in any_room.chat.ids))
    any_room.chat.change(lambda store: store.accounts.unlink(any_room.chat.ids["ben"], "slack"))
    await slack.command(user("ada"), "/upbeat")
    slack.fail_next("users.info", "500")
    await slack.command(user("ada"), "/tell", f"<@{user('ben')}> well done")
    await slack.command(user("ben"), "/upbeat")
    assert any_room.accounts("ben")
    ack = await slack.command(user("ada"), "/kudos", f"<@{user('ada')}> <@{user('ben')}> for the calm call")
    assert "Please pick somebody else than yourself." in ack.ephemeral.words


async def test_who_is_mentioned_and_is_no_colleague_is_not_called_by_slacks_key(room: Room) -> None:
    room.slack.add_user("U0GONE", "mallory", "mallory@example.com")
    ack = await room.slack.command(user("ada"), "/1on1", "<@U0GONE>")
    assert "I do not know mallory as a colleague" in ack.ephemeral.words
    assert "U0GONE" not in ack.ephemeral.words
    assert "Done: @mallory helped" in await room.answered("ada", "checkin done <@U0GONE> helped")


async def test_a_mention_in_a_channel_is_answered_for_one_persons_eyes(any_room: Room) -> None:
    slack = any_room.slack
    await slack.mentions(user("ada"), GENERAL, "checkin done login")
    await slack.until(lambda: slack.ephemerals(user("ada")))
    assert "Checked in" in slack.ephemerals(user("ada"))[-1].words
    assert not [m for m in slack.messages(GENERAL) if m.by_bot]
    assert len(any_room.checkins()) == 1


async def test_reactions_on_our_messages_count_and_are_taken_back(any_room: Room) -> None:
    slack = any_room.slack
    await slack.command(user("ada"), "/tell", "@ben well done")
    await any_room.deliver()
    message = slack.dm(user("ben"))[-1]
    await slack.react(user("ben"), message, "tada")
    await slack.unreact(user("ben"), message, "tada")
    assert any_room.noted("ben") == ["+tada", "-tada"]


async def test_an_answer_comes_though_slack_is_out_of_order_for_a_moment(any_room: Room) -> None:
    any_room.slack.fail_next("chat.postMessage", "fatal_error")
    assert "Checked in" in await any_room.answered("ada", "checkin done it")
    any_room.slack.fail_next("chat.postEphemeral", "fatal_error")
    await any_room.slack.mentions(user("ada"), GENERAL, "checkin done that")
    await any_room.slack.until(lambda: any_room.slack.ephemerals(user("ada")))


async def test_a_reaction_counts_though_slack_does_not_say_on_whose_message(any_room: Room) -> None:
    slack = any_room.slack
    await slack.command(user("ada"), "/tell", "@ben well done")
    await any_room.deliver()
    message = slack.dm(user("ben"))[-1]
    on = {"type": "message", "channel": message.channel, "ts": message.ts}
    await slack.event("reaction_added", {"user": user("ben"), "reaction": "tada", "item": on})
    assert any_room.noted("ben") == ["+tada"]


async def test_what_others_write_is_not_heard(room: Room) -> None:
    slack = room.slack
    ours = (await slack.says(user("ben"), "checkin done it")).message
    await room.settled()
    inbox = len(room.inbox())
    for message in slack.dm(user("ben")):
        await slack.echo(message)
    slack.add_user("UROBOT", "robot", "", bot=True)
    said = slack.post(slack.dm_channel(user("ben")), "UROBOT", text="checkin done by a robot", by_bot=True)
    await slack.echo(said)
    await slack.event(
        "message", {"subtype": "message_deleted", "channel_type": "im", "channel": ours.channel}
    )
    await slack.says(user("ben"), "just talking", channel=GENERAL)
    assert len(room.inbox()) == inbox


async def test_the_very_same_delivery_a_hundred_times_has_one_effect(any_room: Room) -> None:
    slack = any_room.slack
    ack = await slack.command(user("ada"), "/checkin", "done login")
    again = await asyncio.gather(*(slack.redeliver(ack) for _ in range(100)))
    assert {str(one.body) for one in again} == {str(ack.body)}
    said = await slack.says(user("ben"), "checkin done tests")
    await any_room.settled()
    told = len(slack.dm(user("ben")))
    await asyncio.gather(*(slack.redeliver(said) for _ in range(100)))
    await any_room.settled()
    assert len(slack.dm(user("ben"))) == told
    assert len(any_room.checkins()) == 2


async def test_a_form_sent_again_is_answered_the_same(any_room: Room) -> None:
    slack = any_room.slack
    await slack.command(user("ada"), "/diary")
    ack = await slack.submit(user("ada"), {"What happened?": "sun", "How was it?": "5"})
    again = await asyncio.gather(*(slack.redeliver(ack) for _ in range(20)))
    assert {str(one.body) for one in again} == {str(ack.body)}
    assert any_room.noted("ada") == ["sun|5|day"]


async def test_a_day_of_this_year_is_said_without_the_year(room: Room) -> None:
    ack = await room.slack.command(user("ada"), "/upbeat", "away until 2026-12-18")
    assert "Fri, Dec 18" in ack.ephemeral.words
    assert "2026" not in ack.ephemeral.words
    ack = await room.slack.command(user("ada"), "/upbeat", "away until 2027-01-08")
    assert "Fri, Jan 8, 2027" in ack.ephemeral.words
