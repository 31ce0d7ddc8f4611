"""While Ada is away, somebody reads and answers her team's check-ins for her: these days', and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlmodel import col

from bot.words import Voice
from handlers.kit.requests import Pressed
from storage.tables import AuditRow, Outgoing
from tests.company import Chat, Heard
from tests.handlers.test_people import COMPANY, sends


async def asks(chat: Chat, stand_in: str = "dora", until: str = "2026-12-04", who: str = "ada") -> Heard:
    return await chat.says(who, f"/delegate @{stand_in} until {until} because of my LEAVE")


async def agreed(chat: Chat, stand_in: str = "dora") -> None:
    """Ben has written something old; a day later it is agreed that somebody stands in for Ada, and he writes anew."""
    await chat.says("ben", "/checkin done the OLD parser")
    chat.wait(days=1)
    await asks(chat, stand_in)
    await chat.presses(stand_in, "Accept")
    await chat.presses("grace", "Approve")
    chat.wait(hours=1)
    await chat.says("ben", "/checkin done the NEW parser; blocked by the BLOCKER")


async def history(chat: Chat, who: str, whose: str = "ben") -> str:
    return (await chat.says(who, f"/checkin history @{whose}")).text


async def opens(chat: Chat, who: str = "dora") -> Heard:
    shown = await chat.says(who, "/checkin team")
    return await chat.presses(who, "Open", on=shown)


def leaves(who: str) -> str:
    return "".join(line + "\n" for line in COMPANY.splitlines() if not line.startswith(f"{who}@"))


# Agreeing ------------------------------------------------------------------------------------------------------------


async def test_it_takes_both_yeses_and_then_everybody_concerned_is_told(any_chat: Chat) -> None:
    chat = any_chat
    assert "the reason by nobody else" in await chat.says("ada", "/delegate")
    assert "waits for the one who is to stand in" in await asks(chat)
    assert "Ada Lovelace asks you to stand in" in chat.told("dora")
    assert "LEAVE" in chat.told("grace")
    assert "waits for the manager above" in await chat.presses("dora", "Accept")
    await chat.says("ben", "/checkin done the parser")
    assert "parser" not in await history(chat, "dora")
    assert "stands in for Ada Lovelace from" in await chat.presses("grace", "Approve")
    assert "parser" in await history(chat, "dora")
    for who in ("ada", "ben", "eve", "dora"):
        assert "Dora Maar stands in for Ada Lovelace" in chat.told(who)
    assert "代理" in chat.told("chen")
    assert "LEAVE" not in chat.told("ben")


async def test_nobody_above_nobody_to_approve(chat: Chat) -> None:
    await asks(chat, "hana", who="grace")
    assert "Hana Sato stands in for Grace Hopper" in await chat.presses("hana", "Accept")


async def test_the_manager_above_stands_in_by_one_yes(chat: Chat) -> None:
    await asks(chat, "grace")
    assert "Grace Hopper stands in for Ada Lovelace" in await chat.presses("grace", "Accept")


async def test_who_is_the_manager_above_by_now_is_asked(any_chat: Chat) -> None:
    chat = any_chat
    await asks(chat)
    await chat.presses("dora", "Accept")
    await sends(chat, "hana", COMPANY.replace("Lovelace,grace@", "Lovelace,ivan@"))
    await chat.presses("hana", "Apply")
    for _ in range(3):
        chat.wait(days=1)
        await chat.tick()
    assert chat.told("ivan").count("Ada Lovelace wants Dora Maar to stand in for them") == 1
    assert "stands in for Ada Lovelace from" in await chat.presses("ivan", "Approve")


async def test_when_nobody_is_the_manager_above_any_more_the_other_yes_is_enough(any_chat: Chat) -> None:
    chat = any_chat
    await asks(chat)
    await chat.presses("dora", "Accept")
    chat.leaves("grace")
    chat.wait(days=1)
    await chat.tick()
    for who in ("ada", "ben", "dora"):
        assert "Dora Maar stands in for Ada Lovelace from" in chat.told(who)


@pytest.mark.parametrize(("who", "label"), [("dora", "Decline"), ("grace", "Refuse")])
async def test_one_no_is_enough(chat: Chat, who: str, label: str) -> None:
    await asks(chat)
    await chat.presses(who, label)
    assert "does not stand in for Ada" in chat.told("ada")
    other = "Approve" if who == "dora" else "Accept"
    assert "Nothing is left to decide" in await chat.presses("grace" if who == "dora" else "dora", other)


async def test_what_cannot_be_agreed_is_refused_with_a_sentence(chat: Chat) -> None:
    assert "whom somebody reports to" in await asks(chat, "chen", who="ben")
    assert "90 days at most" in await asks(chat, until="2027-02-23")
    assert "is asked to stand in" in await asks(chat, until="2027-02-20")
    await chat.presses("dora", "Accept")
    await chat.presses("grace", "Approve")
    assert "on some of these days already" in await asks(chat, "chen")
    assert "over already" in await chat.says(
        "ada", "/delegate @dora from 2026-11-20 until 2026-12-20 because x"
    )
    assert "their own manager's check-ins" in await asks(chat, "ben", who="grace")


async def test_how_long_it_is_will_do_for_the_last_day(chat: Chat) -> None:
    heard = await chat.says("ada", "/delegate @dora for 2 weeks because of my LEAVE")
    assert "is asked to stand in" in heard
    assert "Dec 6" in heard


async def test_asking_somebody_else_takes_an_unanswered_question_back(chat: Chat) -> None:
    await asks(chat, "dora")
    assert "陈明 is asked to stand in" in await asks(chat, "chen")
    assert "taken back" in await chat.presses("dora", "Accept")


async def test_only_the_one_above_approves_and_only_the_asked_accepts(chat: Chat) -> None:
    await asks(chat)
    accept, approve = (chat.told_cards(who)[-1].buttons for who in ("dora", "grace"))
    for who, handle in (
        ("grace", accept["Accept"]),
        ("ada", approve["Approve"]),
        ("dora", approve["Approve"]),
    ):
        assert (await chat.does(who, Pressed(handle.handle))).answer.outcome == "refused"


# What it opens -------------------------------------------------------------------------------------------------------


async def test_these_days_check_ins_are_read_and_nothing_older(any_chat: Chat) -> None:
    chat = any_chat
    await agreed(chat)
    assert "NEW" in await history(chat, "dora")
    assert "OLD" not in await history(chat, "dora")
    team = await chat.says("dora", "/checkin team")
    assert "You stand in for Ada Lovelace until" in team
    assert "NEW" in team
    assert "Mood" not in team.text
    for who in ("eve", "hana", "ivan"):
        assert "NEW" not in await history(chat, who)


async def test_who_wrote_before_these_days_is_not_said_to_have_written_nothing(any_chat: Chat) -> None:
    await any_chat.says("ben", "/checkin done OLD")
    any_chat.wait(hours=1)
    await asks(any_chat)
    await any_chat.presses("dora", "Accept")
    await any_chat.presses("grace", "Approve")
    team = await any_chat.says("dora", "/checkin team")
    assert "Checked in: 1 of 3" in team
    assert "Ben Okri\nChecked in.\n" in team
    assert "OLD" not in team


async def test_every_act_says_for_whom_and_is_audited_with_both(any_chat: Chat) -> None:
    chat = any_chat
    await agreed(chat)
    opened = await opens(chat)
    assert "Add to one-on-one" not in opened.buttons
    assert "You marked it as read" in await chat.presses("dora", "Mark as read")
    form = await chat.presses("dora", "Comment")
    assert "Seen by Ben Okri, you, Ada Lovelace, and the managers above" in form
    await chat.submits("dora", words="well done")
    assert "Dora Maar on behalf of Ada Lovelace wrote under your check-in" in chat.told("ben")
    seen = await history(chat, "ben", "ben")
    assert "Dora Maar on behalf of Ada Lovelace wrote: well done" in seen
    assert "Read by Dora Maar on behalf of Ada Lovelace" in seen
    assert "Dora Maar on behalf of Ada Lovelace opened check-ins" in await chat.says("ben", "/upbeat privacy")
    rows = chat.rows(
        AuditRow, col(AuditRow.actor_id) == chat.ids["dora"], col(AuditRow.behalf_id).is_not(None)
    )
    assert {(row.act, row.what) for row in rows} >= {
        ("opened", "checkin"),
        ("changed", "checkin"),
        ("created", "comment"),
        ("did", "checkins.comment"),
    }
    assert {row.behalf_id for row in rows} == {chat.ids["ada"]}
    assert "well done" in await history(chat, "ada")  # she remains accountable, and sees it


async def test_the_manager_above_comments_for_her_but_reads_for_themselves(chat: Chat) -> None:
    await asks(chat, "grace")
    await chat.presses("grace", "Accept")
    await chat.says("ben", "/checkin done the parser")
    await opens(chat, "grace")
    await chat.presses("grace", "Comment")
    await chat.submits("grace", words="well done")
    assert "Grace Hopper on behalf of Ada Lovelace wrote" in chat.told("ben")
    assert "Grace Hopper opened check-ins" in await chat.says("ben", "/upbeat privacy")


async def test_the_manager_s_own_record_and_all_else_stay_closed(chat: Chat) -> None:
    await agreed(chat)
    await chat.says("ada", "/checkin done ADAS; next rest")
    await chat.says("eve", "/feedback @ben situation FEEDBACK; behaviour b; effect e")
    await chat.says("ada", "/1on1 add @ben MEETING")
    await chat.says("ada", "/kudos @ben for KUDOS")
    await chat.presses("ada", "Send privately")
    commands = (
        "checkin team",
        "checkin history @ada",
        "feedback",
        "1on1 @ben",
        "1on1",
        "kudos team",
        "kudos mine",
    )
    seen = "".join([(await chat.says("dora", f"/{command}")).text for command in commands]) + chat.told(
        "dora"
    )
    for word in ("ADAS", "FEEDBACK", "MEETING", "KUDOS"):
        assert word not in seen


async def test_who_stands_in_from_the_team_neither_reads_for_themselves_nor_their_peers_past(
    chat: Chat,
) -> None:
    await chat.says("eve", "/checkin done the OLD engine")
    await agreed(chat, "ben")
    await chat.says("eve", "/checkin done the NEW engine")
    assert "NEW" in await history(chat, "ben", "eve")
    assert "OLD" not in await history(chat, "ben", "eve")
    assert "Ben Okri" not in await chat.says("ben", "/checkin team")
    assert "Ben Okri (standing in" not in await chat.says("ben", "/checkin")
    assert "Ben Okri (standing in for Ada Lovelace)" in await chat.says("eve", "/checkin")


async def test_it_cannot_be_passed_on(chat: Chat) -> None:
    await agreed(chat)
    assert "whom somebody reports to" in await asks(chat, "eve", who="dora")


async def test_what_blocks_somebody_is_raised_to_who_stands_in(any_chat: Chat) -> None:
    chat = any_chat
    await agreed(chat)
    chat.wait(days=2)
    await chat.tick()
    assert "BLOCKER" in chat.told("dora")
    assert "BLOCKER" not in chat.told("ada")
    assert "I tell Dora Maar" in chat.told("ben")


# How it ends ---------------------------------------------------------------------------------------------------------


async def test_who_is_back_early_hears_who_still_stands_in_and_can_end_it(chat: Chat) -> None:
    await agreed(chat)
    assert "You stand in for Ada Lovelace until Fri, Dec 4, 2026.\n" in await chat.says(
        "dora", "/checkin team"
    )
    await chat.says("ada", "/away until 2026-12-04")
    assert "Dora Maar still stands in for you until Fri, Dec 4, 2026." in await chat.says("ada", "/back")
    await chat.presses("ada", "End it")
    assert "parser" not in await history(chat, "dora")


async def test_it_ends_by_its_date_at_midnight_where_the_manager_is(any_chat: Chat) -> None:
    chat = any_chat
    await agreed(chat)
    await opens(chat)
    chat.at(datetime.fromisoformat("2026-12-04T22:59:59+00:00"))  # Berlin: a second before the fifth
    assert "NEW" in await history(chat, "dora")
    chat.wait(seconds=1)
    assert "NEW" not in await history(chat, "dora")
    await chat.tick()
    assert "Dora Maar does not stand in for Ada Lovelace any more" in chat.told("ada")
    assert chat.told("ada").count("read check-ins of Ben Okri") == 2  # on two days, each once
    assert "any more" in chat.told("dora")
    await chat.deliver()
    for hour in range(1, 72):  # nobody is told so at midnight from Friday to Saturday, but on Monday at nine
        chat.wait(hours=1)
        arrived = await chat.deliver()
        over = [each.to.address for each in arrived if "any more" in Voice().plain(each.card)]
        assert sorted(over) == (["dm-ada", "dm-dora"] if hour == 57 else []), hour


@pytest.mark.parametrize("who", ["ada", "dora"])
async def test_either_side_ends_it_at_that_instant(any_chat: Chat, who: str) -> None:
    chat = any_chat
    await agreed(chat)
    opened = await opens(chat)
    shown = await chat.says(who, "/delegations")
    assert "any more" in await chat.presses(who, "End it", on=shown)
    assert "NEW" not in await history(chat, "dora")
    assert "not for you to read" in await chat.presses("dora", "Comment", on=opened)
    for other in {"ada", "dora", "ben"} - {who}:
        assert "Dora Maar does not stand in for Ada Lovelace any more" in chat.told(other)
    assert "It has ended" in await chat.says("ada", "/delegations")


@pytest.mark.parametrize("who", ["ada", "dora"])
async def test_it_ends_with_who_leaves(any_chat: Chat, who: str) -> None:
    chat = any_chat
    await agreed(chat)
    gone = leaves(who).replace("ada@example.com", "grace@example.com") if who == "ada" else leaves(who)
    await sends(chat, "hana", gone)
    applied = await chat.presses("hana", "Apply")
    assert "NEW" not in await history(chat, "dora")
    await chat.presses("hana", "Undo", on=applied)
    assert "NEW" not in await history(chat, "dora")  # who is back begins anew


async def test_a_queued_message_is_looked_at_again_when_it_is_sent(any_chat: Chat) -> None:
    chat = any_chat
    await agreed(chat)
    chat.wait(days=2)
    await chat.tick()
    shown = await chat.says("ada", "/delegations")
    await chat.presses("ada", "End it", on=shown)
    arrived = await chat.deliver()
    told = [
        row
        for row in chat.rows(Outgoing, col(Outgoing.person_id) == chat.ids["dora"])
        if "BLOCKER" in row.card
    ]
    assert [(row.state, row.reason) for row in told] == [("cancelled", "not theirs any more")]
    assert all(
        "BLOCKER" not in str(parcel.card) for parcel in arrived if parcel.person_id == chat.ids["dora"]
    )


async def test_who_is_moved_to_another_manager_is_not_stood_in_for(chat: Chat) -> None:
    await agreed(chat)
    await sends(chat, "hana", COMPANY.replace("Ben Okri,ada@", "Ben Okri,chen@"))
    await chat.presses("hana", "Apply")
    assert "NEW" not in await history(chat, "dora")


async def test_being_away_offers_it_with_the_days_filled_in(chat: Chat) -> None:
    until = (chat.now + timedelta(days=4)).date().isoformat()
    await chat.says("ada", f"/upbeat away until {until}")
    form = (await chat.presses("ada", "Let somebody stand in")).form
    assert form is not None
    assert form.given["until"] == until
    assert "Let somebody stand in" not in (await chat.says("ben", f"/upbeat away until {until}")).buttons


async def test_it_is_agreed_in_chinese_too(chat: Chat) -> None:
    heard = await chat.says("ada", "/代理 @chen 到 2026-12-04 因为休假")
    assert "is asked to stand in" in heard
    assert "请你代理" in chat.told("chen")


async def test_when_one_of_the_two_leaves_the_other_and_the_team_hear_of_it(any_chat: Chat) -> None:
    chat = any_chat
    await agreed(chat)
    chat.leaves("dora")
    chat.wait(minutes=1)
    await chat.tick()
    chat.wait(days=14)
    await chat.tick()
    for who in ("ada", "ben"):
        assert chat.told(who).count("Dora Maar does not stand in for Ada Lovelace any more.") == 1


async def test_when_a_manager_leaves_who_stood_in_hears_of_it(any_chat: Chat) -> None:
    chat = any_chat
    await agreed(chat)
    chat.leaves("ada")
    await chat.tick()
    chat.wait(days=14)
    await chat.tick()
    for who in ("dora", "ben"):
        assert chat.told(who).count("Dora Maar does not stand in for Ada Lovelace any more.") == 1
