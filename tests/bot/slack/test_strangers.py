"""Only an active full member whose verified address is in the company's list acts; everybody else learns nothing."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest

from tests.bot.slack.conftest import GENERAL, Room, user

OUTSIDE: dict[str, dict[str, Any]] = {
    "guest": {"guest": "restricted"},
    "single-channel guest": {"guest": "ultra_restricted"},
    "stranger": {"team": "T9ELSEWHERE"},
    "bot": {"bot": True},
    "deactivated": {"deleted": True},
    "unconfirmed": {"email_confirmed": False},
    "unknown": {"email": "nobody@elsewhere.example"},
    "without an address": {"email": ""},
}
NAMES = ("Ada", "Ben", "Grace", "Lovelace", "ada@example.com", "login")


async def disconnected(room: Room, who: str) -> None:
    """Somebody who has no account, once everybody was connected."""
    await room.slack.until(lambda: all(room.accounts(one) for one in room.chat.ids))
    room.chat.change(lambda store: store.accounts.unlink(room.chat.ids[who], "slack"))


@pytest.mark.parametrize("kind", OUTSIDE)
async def test_who_is_no_colleague_is_refused_by_every_door_and_learns_nothing(room: Room, kind: str) -> None:
    slack = room.slack
    # The address is Dora's, who has no account yet, so that only the kind of user can be the reason.
    await disconnected(room, "dora")
    del slack.users[user("dora")]
    slack.add_user("UXOUT", "out", **{"email": "dora@example.com", **OUTSIDE[kind]})
    slack.channels[GENERAL].members.append("UXOUT")
    await slack.command(user("ada"), "/checkin", "done login")
    message = slack.post(GENERAL, user("ada"), text="about login", by_bot=False)
    ours = slack.post(GENERAL, slack.bot_user_id, blocks=slack.ephemerals(user("ada"))[-1].blocks)

    ack = await slack.command("UXOUT", "/checkin", "team")
    await slack.command("UXOUT", "/checkin", "history", channel=GENERAL)
    await slack.says("UXOUT", "checkin done it")
    await slack.mentions("UXOUT", GENERAL, "checkin history")
    await slack.open_home("UXOUT")
    await slack.shortcut("UXOUT", "check_in")
    await slack.message_shortcut("UXOUT", "demo_about", message)
    await slack.react("UXOUT", ours, "tada")
    for index in range(len(ours.buttons)):
        await slack.press("UXOUT", ours, index=index)
    await room.settled()

    assert ack.ephemeral is not None
    home = slack.home("UXOUT")
    seen = "\n".join(
        [slack.told("UXOUT"), *(v.words for v in slack.modal("UXOUT")), home.words if home else ""]
    )
    assert "full members of this workspace who are on the company's list" in seen
    assert "/start" not in seen  # which Slack knows no command by
    assert not [name for name in NAMES if name in seen]
    assert len(room.checkins()) == 1
    assert room.accounts("dora") == []


async def test_a_member_is_connected_by_the_verified_address_on_first_sight(room: Room) -> None:
    await disconnected(room, "dora")
    await room.slack.command(user("dora"), "/checkin", "done a portrait")
    assert [account.external_id for account in room.accounts("dora")] == [user("dora")]


@pytest.mark.parametrize("called_up", [False, True])
async def test_who_has_another_account_since_theirs_is_gone_is_connected_with_it(
    room: Room, called_up: bool
) -> None:
    """So does everybody whose company moves to another workspace."""
    slack, members = room.slack, room.platform._members
    await slack.until(lambda: room.accounts("ben"))
    assert members
    slack.add_user("UBENNEW", "ben", "ben@example.com")
    await members.connect_everybody()
    ack = await slack.command("UBENNEW", "/checkin", "done nothing")
    assert "on the company's list" in ack.ephemeral.words  # he has one that works
    slack.users[user("ben")]["deleted"] = True
    await slack.event("user_change", {"user": user("ben")})
    if called_up:
        await members.connect_everybody()
    else:
        await slack.command("UBENNEW", "/checkin", "done it")
    assert [(a.external_id, a.unreachable) for a in room.accounts("ben")] == [("UBENNEW", False)]
    assert len(room.checkins()) == (not called_up)


async def test_everybody_is_connected_when_upbeat_starts(room: Room) -> None:
    await room.slack.until(lambda: all(room.accounts(who) for who in room.chat.ids))


async def test_everybody_is_connected_soon_although_slack_did_not_list_them_at_once(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.platform.CALLED_AGAIN", 0.1)
    await disconnected(room, "dora")
    assert room.turns
    await room.turns.stop()
    room.slack.fail_next("users.list", "500")
    await room.turns.start()
    await room.slack.until(lambda: room.accounts("dora"))


@pytest.mark.parametrize(("news", "left"), [("is_restricted", []), ("deleted", [True])])
async def test_a_list_that_is_older_than_an_event_connects_nobody_again(
    room: Room, news: str, left: list[bool]
) -> None:
    slack = room.slack
    await slack.until(lambda: all(room.accounts(who) for who in room.chat.ids))
    await room.settled()
    slack.kept_back["users.list"] = asyncio.Event()
    members = room.platform._members
    assert members
    listed = len(slack.called("users.list"))
    listing = asyncio.create_task(members.connect_everybody())
    await slack.until(lambda: len(slack.called("users.list")) > listed)
    slack.users[user("ben")][news] = True
    await slack.event("user_change", {"user": user("ben")})
    await slack.until(lambda: [account.unreachable for account in room.accounts("ben")] == left)
    slack.kept_back.pop("users.list").set()
    await listing
    assert [account.unreachable for account in room.accounts("ben")] == left


async def test_who_becomes_a_guest_is_disconnected_at_once(any_room: Room) -> None:
    slack = any_room.slack
    await slack.command(user("ben"), "/checkin", "done it")
    slack.users[user("ben")]["is_restricted"] = True
    await slack.event("user_change", {"user": user("ben")})
    for _ in range(400):  # a busy machine may answer so late that Slack sends the event again
        if not any_room.accounts("ben"):
            break
        await asyncio.sleep(0.05)
    assert any_room.accounts("ben") == []
    ack = await slack.command(user("ben"), "/checkin", "done more")
    assert "on the company's list" in ack.ephemeral.words
    assert len(any_room.checkins()) == 1


async def test_who_becomes_a_guest_is_not_connected_again_by_what_another_process_remembers(
    room: Room,
) -> None:
    """Slack tells one process of the change; this one remembers a member with a verified address."""
    await disconnected(room, "dora")
    await room.slack.command(user("dora"), "/checkin", "done it")
    room.slack.users[user("dora")]["is_restricted"] = True
    members = room.platform._members
    assert members is not None
    members._known[user("dora")] = replace(members._known[user("dora")], read_at=time.monotonic() - 10)
    room.chat.change(lambda store: store.accounts.unlink(room.chat.ids["dora"], "slack"))
    for _ in range(2):
        ack = await room.slack.command(user("dora"), "/checkin", "done more")
        assert "on the company's list" in ack.ephemeral.words
    assert room.accounts("dora") == []


async def test_who_is_deactivated_is_not_written_to_until_they_are_back(room: Room) -> None:
    slack = room.slack
    await slack.command(user("ben"), "/checkin", "done it")
    slack.users[user("ben")]["deleted"] = True
    await slack.event("user_change", {"user": user("ben")})
    assert [account.unreachable for account in room.accounts("ben")] == [True]
    slack.users[user("ben")]["deleted"] = False
    await slack.event("user_change", {"user": user("ben")})
    assert [account.unreachable for account in room.accounts("ben")] == [False]


async def test_who_is_described_without_a_workspace_is_of_ours(room: Room) -> None:
    await disconnected(room, "dora")
    del room.slack.users[user("dora")]["team_id"]
    ack = await room.slack.command(user("dora"), "/checkin", "done it")
    assert "Checked in" in ack.ephemeral.words


async def test_who_joins_is_connected(room: Room) -> None:
    await disconnected(room, "dora")
    await room.slack.event("team_join", {"user": user("dora")})
    assert len(room.accounts("dora")) == 1


async def test_who_disconnected_themselves_stays_so_until_they_come_back(room: Room) -> None:
    slack = room.slack
    await slack.until(lambda: room.accounts("ben"))
    ack = await slack.command(user("ben"), "/upbeat", "unlink slack")
    assert "Disconnected: Slack." in ack.ephemeral.words
    assert room.accounts("ben") == []
    assert room.platform._members is not None
    await room.platform._members.connect_everybody()
    await slack.event("user_change", {"user": user("ben")})
    thanks = await slack.command(user("ada"), "/kudos", f"<@{user('ben')}> for the bridge")
    assert "Ada Lovelace thanks Ben Okri" in thanks.ephemeral.words
    assert room.accounts("ben") == []
    ack = await slack.command(user("ben"), "/checkin", "done it")
    assert "Checked in" in ack.ephemeral.words
    assert len(room.accounts("ben")) == 1


async def test_without_slacks_word_the_known_go_on_and_the_unknown_try_again(room: Room) -> None:
    await disconnected(room, "dora")
    room.slack.fail_next("users.info", "500", times=2)
    known = await room.slack.command(user("ada"), "/checkin", "done it")
    unknown = await room.slack.command(user("dora"), "/checkin", "done it")
    assert "Checked in" in known.ephemeral.words
    assert "does not tell me who you are" in unknown.ephemeral.words
    assert len(room.checkins()) == 1


async def test_a_profile_is_asked_for_once(room: Room) -> None:
    for number in range(5):
        await room.slack.command(user("ada"), "/checkin", f"done {number}")
    assert len(room.slack.called("users.info")) == 1


async def test_what_is_not_for_a_person_is_refused_when_they_press_anothers_button(room: Room) -> None:
    ack = await room.slack.command(user("ada"), "/everything", channel=GENERAL)
    stolen = room.slack.post(GENERAL, room.slack.bot_user_id, blocks=ack.ephemeral.blocks)
    await room.slack.press(user("ben"), stolen, text="Main")
    await room.settled()
    assert room.noted("ada") == []
    assert room.noted("ben") == []
    assert "This button is not valid any more" in room.slack.told(user("ben"))
    assert not stolen.edited
