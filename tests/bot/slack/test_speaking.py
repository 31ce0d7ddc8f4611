"""What waits for people is brought to them in Slack: once, in their language, and never to nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from bot.terminal import Complaint
from handlers.kit.cards import Button, Card, Document, Section
from handlers.kit.requests import Tell
from handlers.kit.text import Phrase, Verbatim
from schedules.speaking import (
    Address,
    Fixed,
    Gone,
    Locked,
    Parcel,
    Slow,
    Unclear,
    Unreachable,
)
from schedules.turns import Away
from storage.alerts import Alert
from storage.metrics import FILES
from storage.tables import Outgoing, Place
from tests.bot.slack.conftest import GENERAL, Room, user
from tests.bot.slack.demo import very_long


def parcel(who: str = "ben", card: Card | None = None, **more: Any) -> Parcel:
    shown = card or Card(Phrase("Hello"), Section(Verbatim("<!channel> words")))
    place = {"to": Address(user(who)), "private": True, **more}
    return Parcel(outgoing_id="0191-id", card=shown, language="en", zone="UTC", **place)


async def test_a_message_arrives_once_with_an_opaque_id(room: Room) -> None:
    receipt = await room.platform.speaker.speak(parcel())
    (message,) = room.slack.dm(user("ben"))
    assert (receipt.channel, receipt.message) == (message.channel, message.ts)
    assert message.metadata == {"event_type": "upbeat", "event_payload": {"id": "0191-id"}}


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("channel_not_found", Unreachable),
        ("is_archived", Unreachable),
        ("429", Slow),
        ("timeout_after_accept", Unclear),
        ("500", Unclear),
    ],
)
async def test_what_goes_wrong_is_told_apart(room: Room, fault: str, error: type[Exception]) -> None:
    room.slack.fail_next("chat.postMessage", fault, retry_after=7)
    with pytest.raises(error):
        await room.platform.speaker.speak(parcel())
    assert len(room.slack.called("chat.postMessage")) == 1


async def test_a_token_that_is_refused_is_the_operators_matter_and_nobodys_account_suffers(
    room: Room,
) -> None:
    for fault in ("invalid_auth", "token_revoked", "account_inactive"):
        room.slack.fail_next("chat.postMessage", fault)
        with pytest.raises(Locked):
            await room.platform.speaker.speak(parcel())


async def test_a_wait_names_its_bucket_and_seconds(room: Room) -> None:
    room.slack.fail_next("chat.postMessage", "429", retry_after=7)
    with pytest.raises(Slow) as slow:
        await room.platform.speaker.speak(parcel())
    assert slow.value.retry_after == 7
    assert slow.value.bucket in {name for name, _, _ in room.platform.speaker.buckets(parcel())}


async def test_slack_being_away_is_no_unclear_end(room: Room) -> None:
    elsewhere = room.make(signing_secret="s")
    elsewhere._client.base_url = "http://127.0.0.1:9/api/"
    with pytest.raises(Exception) as caught:  # noqa: PT011 - anything that delivery tries again
        await elsewhere.speaker.speak(parcel())
    assert not isinstance(caught.value, Unclear | Unreachable)


async def test_a_long_message_goes_on_where_it_broke_off(room: Room) -> None:
    long = parcel(card=very_long(20))
    room.slack.fail_next("chat.postMessage", "channel_not_found")
    with pytest.raises(Unreachable):
        await room.platform.speaker.speak(long)
    pages = len((await _spoken(room, long)).split("Very long")) - 1
    assert pages >= 1
    posted = [m.metadata["event_payload"]["id"] for m in room.slack.dm(user("ben"))]
    assert len(posted) == len(set(posted))
    assert all(f"s{number}w399" in room.slack.told(user("ben")) for number in range(20))


async def test_of_what_was_taken_back_in_the_middle_nothing_more_is_said(room: Room) -> None:
    room.slack.fail_next("chat.postMessage", "500", after=1)
    with pytest.raises(Unclear):
        await room.platform.speaker.speak(parcel(card=very_long(20)))
    assert "s19w399" not in await _spoken(room, parcel(card=TOMBSTONE))


async def _spoken(room: Room, long: Parcel) -> str:
    await room.platform.speaker.speak(long)
    return room.slack.told(user("ben"))


async def test_an_unclear_message_is_looked_up_before_it_is_sent_again(room: Room) -> None:
    speaker = room.platform.speaker
    assert await speaker.find(parcel()) is None
    room.slack.fail_next("chat.postMessage", "timeout_after_accept")
    with pytest.raises(Unclear):
        await speaker.speak(parcel())
    found = await speaker.find(parcel())
    assert found is not None
    assert found.message == room.slack.dm(user("ben"))[0].ts


async def test_half_of_a_long_message_is_found_and_only_the_rest_sent(room: Room) -> None:
    speaker, long = room.platform.speaker, parcel(card=very_long(20))
    room.slack.fail_next("chat.postMessage", "timeout_after_accept")
    with pytest.raises(Unclear):
        await speaker.speak(long)
    assert await speaker.find(long) is None
    await speaker.speak(long)
    posted = [m.metadata["event_payload"]["id"] for m in room.slack.dm(user("ben"))]
    assert len(posted) == len(set(posted))


async def test_without_the_scope_to_read_along_nothing_is_found(room: Room) -> None:
    from bot.slack.manifest import SCOPES

    room.slack.scopes = set(SCOPES)
    assert await room.platform.speaker.find(parcel(to=Address(GENERAL, GENERAL), private=False)) is None


async def test_the_whole_way_from_a_colleague_to_a_colleague(any_room: Room) -> None:
    await any_room.slack.command(user("ada"), "/tell", "@chen 干得好 <!channel>")
    any_room.slack.fail_next("chat.postMessage", "timeout_after_accept")
    await any_room.deliver()
    any_room.chat.wait(minutes=10)
    await any_room.deliver()
    assert len(any_room.slack.dm(user("chen"))) == 1
    assert "干得好" in any_room.slack.told(user("chen"))
    (row,) = any_room.chat.rows(Outgoing)
    assert (row.state, row.platform) == ("sent", "slack")


async def test_a_file_goes_with_its_message(room: Room) -> None:
    def keep(store: Any) -> None:
        file_id = store.files.keep(room.chat.ids["ben"], "b.json", b"{}")
        card = Card(Phrase("Yours"), Document(Phrase("Your file"), "b.json", file_id))
        room.core.queue(store, "demo", Tell(card, to=room.chat.ids["ben"]))

    await room.slack.until(lambda: room.accounts("ben"))
    room.chat.change(keep)
    await room.deliver()
    files = [file for message in room.slack.dm(user("ben")) for file in message.files]
    assert [room.slack.contents[file["id"]] for file in files] == [b"{}"]


# Places ------------------------------------------------------------------------------------------------------------


def places(room: Room) -> dict[str, tuple[str, bool]]:
    return {row.external_id: (row.name, row.gone) for row in room.chat.rows(Place)}


async def test_channels_are_known_by_name_as_we_come_and_go(any_room: Room) -> None:
    slack = any_room.slack
    await slack.event("member_joined_channel", {"user": slack.bot_user_id, "channel": GENERAL})
    assert places(any_room) == {GENERAL: ("#general", False)}
    await slack.event("member_joined_channel", {"user": user("ben"), "channel": "C2OTHER"})
    assert len(places(any_room)) == 1
    slack.channels[GENERAL].name = "everyone"
    await slack.event("channel_rename", {"channel": {"id": GENERAL, "name": "everyone", "created": 1}})
    await slack.event("channel_left", {"channel": GENERAL})
    assert places(any_room)[GENERAL] == ("#everyone", True)


async def test_a_channel_shared_with_another_company_is_no_place_for_ours(room: Room) -> None:
    slack = room.slack
    slack.add_user("USTRANGER", "stranger", "s@example.net", team="T9ELSEWHERE")
    slack.add_channel("C9SHARED", "partners", [user("ada"), "USTRANGER", slack.bot_user_id])
    await slack.event("member_joined_channel", {"user": slack.bot_user_id, "channel": "C9SHARED"})
    assert places(room)["C9SHARED"] == ("#partners", True)


async def test_a_channel_is_no_place_for_ours_while_another_company_shares_it(any_room: Room) -> None:
    slack = any_room.slack
    await slack.event("member_joined_channel", {"user": slack.bot_user_id, "channel": GENERAL})
    slack.add_user("USTRANGER", "stranger", "s@example.net", team="T9ELSEWHERE")
    slack.channels[GENERAL].members.append("USTRANGER")
    slack.fail_next("conversations.info", "500")
    shared = {"channel": GENERAL, "connected_team_id": "T9ELSEWHERE"}
    told = await slack.event("channel_shared", shared)
    assert not told.ok
    await slack.redeliver(told)
    assert places(any_room)[GENERAL] == ("#general", True)
    slack.channels[GENERAL].members.remove("USTRANGER")
    gone = {"channel": GENERAL, "previously_connected_team_id": "T9ELSEWHERE", "is_ext_shared": False}
    await slack.event("channel_unshared", gone)
    assert places(any_room)[GENERAL] == ("#general", False)


async def thanked(room: Room, channel: str) -> str:
    """The preview of kudos that Ada gives in a channel."""
    await room.slack.command(user("ada"), "/kudos", "@ben for the calm call", channel=channel)
    await room.settled()
    return room.slack.ephemerals(user("ada"))[-1].words


async def test_nothing_is_promised_in_a_channel_in_which_we_are_not(room: Room) -> None:
    slack = room.slack
    slack.add_user("USTRANGER", "stranger", "s@example.net", team="T9ELSEWHERE")
    slack.add_channel("C2APART", "apart", [user("ada")])
    slack.add_channel("G3CLOSED", "closed", [user("ada")], private=True)
    slack.add_channel("C9SHARED", "partners", [user("ada"), "USTRANGER", slack.bot_user_id])
    slack.add_channel("G4SEVERAL", "mpdm-ada--ben--chen-1", [user(who) for who in ("ada", "ben", "chen")])
    slack.fail_next("conversations.info", "channel_not_found", after=3)
    for channel in ("C2APART", "G3CLOSED", "C9SHARED", "G4SEVERAL"):
        preview = await thanked(room, channel)
        assert "only Ben Okri will read this" in preview
        assert "I do not post in this channel" in preview
    slack.channels["C2APART"].members.append(slack.bot_user_id)
    await slack.event("member_joined_channel", {"user": slack.bot_user_id, "channel": "C2APART"})
    assert "everybody in #apart will read this" in await thanked(room, "C2APART")


async def test_a_channel_that_took_us_in_while_we_did_not_hear_is_a_place(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack = room.slack
    await slack.event("channel_left", {"channel": GENERAL})
    slack.channels[GENERAL].members.remove(slack.bot_user_id)
    assert "I do not post in this channel" in await thanked(room, GENERAL)
    slack.channels[GENERAL].members.append(slack.bot_user_id)
    monkeypatch.setattr("bot.slack.places.LOOK_AGAIN", 0.0)  # ten minutes later
    assert "everybody in #general will read this" in await thanked(room, GENERAL)


async def test_a_channel_that_slack_does_not_name_is_called_by_its_name(room: Room) -> None:
    room.slack.add_channel("G3CLOSED", "closed", [user("ada"), room.slack.bot_user_id], private=True)
    assert "everybody in #closed will read this" in await thanked(room, "G3CLOSED")
    assert "everybody in #closed will read this" in await thanked(room, "G3CLOSED")
    assert len(room.slack.called("conversations.info")) == 1
    await room.slack.mentions(user("ada"), GENERAL, "kudos @ben for the talk")
    await room.settled()
    assert "everybody in #general will read this" in room.slack.ephemerals(user("ada"))[-1].words


async def test_being_uninstalled_is_noted_for_administrators(room: Room) -> None:
    await room.slack.event("app_uninstalled")
    assert [alert.cause for alert in room.chat.rows(Alert)] == ["token:slack"]


# Files of people ---------------------------------------------------------------------------------------------------

PEOPLE_FILE = (
    b"email,name,manager_email,team,timezone,locale,role,hired_on,external_id\nhana@example.com,H,,,,,hr,,\n"
)


async def test_hr_sends_the_people_file(any_room: Room) -> None:
    slack = any_room.slack
    await slack.says(user("hana"), "", files=[("people.csv", PEOPLE_FILE)])
    await any_room.settled()
    assert slack.told(user("hana"))
    assert len(slack.called("download")) == 1


async def test_who_looks_after_a_source_sends_its_figures(room: Room) -> None:
    room.chat.change(
        lambda store: store.metrics.add_source(
            "crm", form=FILES, secret="", owner=room.chat.ids["dora"], stale_days=45
        )
    )
    await room.slack.says(
        user("dora"), "goals load crm", files=[("deals.csv", b"who,day,won\nada@x,2026-11-20,3\n")]
    )
    await room.settled()
    assert "What are the columns of crm?" in str(room.slack.told(user("dora")))


async def test_a_screenshot_beside_a_check_in_is_left_and_the_check_in_is_not(any_room: Room) -> None:
    slack = any_room.slack
    pictures = [("one.png", b"\x89PNG\r\n\x1a\n"), ("two.png", b"\x89PNG\r\n\x1a\n")]
    for who, words, files in (
        ("dora", "checkin done the login", pictures[:1]),
        ("hana", "checkin done the office", pictures),
    ):
        await slack.says(user(who), words, files=files)
        await any_room.settled()
        assert "Checked in" in slack.told(user(who))
        assert "I did not look at your file" in slack.told(user(who))
    assert len(any_room.checkins()) == 2
    assert slack.called("download") == []


async def test_nobody_elses_file_is_fetched(room: Room) -> None:
    room.slack.add_user("UXOUT", "out", "nobody@elsewhere.example")
    await room.slack.says("UXOUT", "here", files=[("people.csv", PEOPLE_FILE)])
    await room.settled()
    assert room.slack.called("download") == []


async def test_our_token_goes_to_slack_alone() -> None:
    from bot.slack.files import NotGiven, Sent, TooLarge, download

    for url in (
        "https://evil.example/x",
        "http://slack.com.evil.example/x",
        "https://evil.example/?.slack.com",
    ):
        with pytest.raises(NotGiven):
            await download(None, "xoxb", "https://slack.com/api/", Sent("x", url, 1))  # type: ignore[arg-type]
    with pytest.raises(TooLarge):
        await download(None, "xoxb", "https://slack.com/api/", Sent("x", "https://files.slack.com/x", 10**9))  # type: ignore[arg-type]


async def test_a_reminder_of_the_clock_reaches_who_has_never_spoken(room: Room) -> None:
    await room.slack.until(lambda: all(room.accounts(who) for who in room.chat.ids))
    assert isinstance(room.chat.now, datetime)
    await room.chat.tick()
    room.chat.wait(minutes=1)
    await room.chat.tick()
    await room.deliver()
    assert room.slack.dm(user("ben"))


async def test_starting_with_a_refused_token_says_what_to_do(room: Room) -> None:
    for fault, error in (("invalid_auth", Complaint), ("drop_before_accept", Away)):
        room.slack.fail_next("auth.test", fault)
        with pytest.raises(error, match="SLACK_"):
            await room.make(signing_secret="s").start()
    with pytest.raises(Complaint, match="SLACK_SIGNING_SECRET"):
        await room.make().start()
    room.slack.fail_next("apps.connections.open", "invalid_auth")
    other = replace(room, platform=room.make(app_token="xapp"), turns=None)
    with pytest.raises(Complaint, match="SLACK_APP_TOKEN"):
        await other.start()
    await other.stop()
    room.slack.violations.clear()


# In the place of what stands -----------------------------------------------------------------------------------------

TOMBSTONE = Card(Phrase("Taken back."))


async def test_a_message_of_several_pages_becomes_the_one_that_takes_its_place(room: Room) -> None:
    speaker = room.platform.speaker
    over = await speaker.speak(parcel(card=very_long(20)))
    assert over.more
    await speaker.edit(parcel(card=TOMBSTONE), over)
    await speaker.edit(parcel(card=TOMBSTONE), over)  # nobody answered the first time
    stand = [message for message in room.slack.dm(user("ben")) if not message.deleted]
    assert [message.ts for message in stand] == [over.message]
    assert "Taken back." in stand[0].words
    assert "s0w0" not in stand[0].words


async def test_a_post_in_a_channel_is_replaced_and_its_buttons_go(room: Room) -> None:
    speaker = room.platform.speaker
    card = Card(Phrase("Hello"), Section(Verbatim("CANARY")), Button(Phrase("Press"), handle="h1"))
    there = {"to": Address(GENERAL, GENERAL), "private": False}
    over = await speaker.speak(parcel(card=card, **there))
    await speaker.edit(parcel(card=TOMBSTONE, **there), over)
    stands = room.slack.find(GENERAL, over.message)
    assert stands is not None
    assert "CANARY" not in str(stands.blocks)
    assert "h1" not in str(stands.blocks)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("message_not_found", Gone),
        ("edit_window_closed", Fixed),
        ("cant_update_message", Fixed),
        ("429", Slow),
        ("timeout_after_accept", Unclear),
        ("token_revoked", Locked),
    ],
)
async def test_what_goes_wrong_with_an_edit_is_told_apart(
    room: Room, fault: str, error: type[Exception]
) -> None:
    over = await room.platform.speaker.speak(parcel())
    room.slack.fail_next("chat.update", fault, retry_after=7)
    with pytest.raises(error):
        await room.platform.speaker.edit(parcel(card=TOMBSTONE), over)


async def test_feedback_taken_back_says_so_where_it_stands(any_room: Room) -> None:
    slack = any_room.slack
    await slack.command(user("ada"), "/feedback", f"<@{user('ben')}>")
    await any_room.settled()
    words = {label: "CANARY" for label in labels(slack.top(user("ada")).blocks)}
    await slack.submit(user("ada"), words)
    await any_room.settled()
    await any_room.deliver()
    assert "CANARY" in slack.dm(user("ben"))[-1].words
    await slack.press(user("ada"), slack.top(user("ada")), text="Take it back")
    await any_room.settled()
    await any_room.deliver()
    assert "CANARY" not in str([(message.words, message.blocks) for message in slack.dm(user("ben"))])
    assert "took back feedback" in slack.dm(user("ben"))[-1].words


def labels(blocks: list[Any]) -> list[str]:
    """The fields of a form that are for words."""
    asked = (block for block in blocks if block["type"] == "input")
    return [block["block_id"] for block in asked if block["element"]["type"] == "plain_text_input"]


async def test_what_slack_does_not_take_as_blocks_is_told_in_words(any_room: Room) -> None:
    slack = any_room.slack
    slack.fail_next("chat.postMessage", "invalid_blocks")
    assert "Checked in" in await any_room.answered("ada", "checkin done it")
    await slack.command(user("ada"), "/tell", "@ben well done")
    slack.fail_next("chat.postMessage", "invalid_blocks")
    await any_room.deliver()
    assert "well done" in slack.told(user("ben"))


async def test_a_page_that_slack_does_not_take_is_the_only_one_in_words(room: Room) -> None:
    slack = room.slack
    slack.hold = 0.5
    await slack.says(user("ada"), "long")
    await slack.until(lambda: slack.called("chat.postMessage", accepted=True))
    slack.fail_next("chat.postMessage", "invalid_blocks")
    await slack.until(lambda: slack.called("chat.postMessage", accepted=False))
    slack.hold = 0
    await room.settled()
    pages = [message for message in slack.dm(user("ada")) if message.by_bot]
    assert [bool(page.blocks) for page in pages[:3]] == [True, False, True]
    assert len([page for page in pages if "s0w0 " in page.words]) == 1


async def test_the_rest_of_a_long_answer_is_told_in_words_too(room: Room) -> None:
    room.slack.fail_next("chat.postMessage", "invalid_blocks")
    await room.slack.command(user("ada"), "/long")
    await room.settled()
    pages = [message for message in room.slack.dm(user("ada")) if message.by_bot]
    assert [bool(page.blocks) for page in pages[:2]] == [False, True]
    assert "s199w399" in pages[-1].words


async def test_what_takes_the_place_of_a_message_is_told_in_words_too(room: Room) -> None:
    over = await room.platform.speaker.speak(parcel())
    room.slack.fail_next("chat.update", "invalid_blocks")
    await room.platform.speaker.edit(parcel(card=TOMBSTONE), over)
    (message,) = room.slack.dm(user("ben"))
    assert (message.words, message.blocks) == ("Taken back.", [])


async def test_what_is_taken_back_while_its_other_pages_wait_is_replaced(any_room: Room) -> None:
    room = any_room

    def queue(tell: Tell) -> None:
        room.chat.change(lambda store: room.core.queue(store, "test", tell))

    await room.slack.until(lambda: room.accounts("ben"))
    queue(Tell(very_long(20), to=room.chat.ids["ben"], about="feedback:1"))
    room.slack.fail_next("chat.postMessage", "429", after=1, retry_after=7)
    await room.deliver()
    assert "s0w0" in room.slack.told(user("ben"))
    queue(Tell(TOMBSTONE, to=room.chat.ids["ben"], over="feedback:1"))
    room.chat.wait(seconds=30)
    await room.deliver()
    (stands,) = room.slack.dm(user("ben"))
    assert "Taken back." in stands.words
    assert "s0w0" not in stands.words
