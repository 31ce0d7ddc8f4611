"""Deadlines of a review: who hears of them when, why not, what a manager hears, and what HR can do and see."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlmodel import col

from handlers.kit.calendar import QuietHours, WorkCalendar, local
from handlers.kit.cards import Section
from handlers.kit.features import Silence
from handlers.kit.hours import Hours
from handlers.kit.requests import Pressed
from handlers.reviews.deadlines import Late, Phase, Raise, escalate, look
from handlers.reviews.progress import Count, grouped
from handlers.reviews.reminding import Owing, Plan, by_hand
from storage.reviews import CycleEvent, Duty
from storage.tables import ObligationRow, Occurrence, Outgoing
from tests.company import MONDAY, Chat, Heard
from tests.handlers.reviewing import due, go_on, launched, the_cycle, write
from tests.handlers.test_reviews_running import moves

LATER = MONDAY + timedelta(hours=3)
BERLIN = Hours("Europe/Berlin", WorkCalendar(""), QuietHours(time(20), time(8)))


# The decisions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "decision"),
    [
        ({}, Raise()),
        ({"escalates": False}, Silence("ladder off")),
        ({"manager_active": False}, Silence("nobody to tell")),
        ({"state": "paused"}, Silence("paused")),
        ({"state": "closed"}, Silence("ended")),
        ({"cut_short": True}, Silence("ended")),
        ({"until": LATER}, Silence("in time", LATER)),
        ({"opens": LATER}, Silence("manager's hours", LATER)),
        ({"opens": LATER, "until": MONDAY}, Silence("in time", MONDAY)),
        ({"state": "paused", "until": LATER}, Silence("paused")),
    ],
)
def test_whether_a_manager_hears(facts: dict[str, Any], decision: Raise | Silence) -> None:
    assert look(replace(Phase(), **facts)) == decision


@pytest.mark.parametrize(
    ("facts", "decision"),
    [
        ({}, Raise()),
        ({"active": False}, Silence("left")),
        ({"owes": 0}, Silence("done")),
        ({"told": False}, Silence("not told yet")),
        ({"same_manager": False}, Silence("another manager")),
        ({"away": True}, Silence("owner away")),
        ({"owes": 0, "told": False, "away": True}, Silence("done")),
    ],
)
def test_of_whom_a_manager_hears(facts: dict[str, Any], decision: Raise | Silence) -> None:
    assert escalate(replace(Late(), **facts)) == decision


TUESDAY = datetime(2026, 11, 24, 8, tzinfo=UTC)
NIGHT = datetime(2026, 11, 23, 21, tzinfo=UTC)
SATURDAY = datetime(2026, 11, 28, 9, tzinfo=UTC)
AWAY = replace(BERLIN, absences=((date(2026, 11, 20), date(2026, 11, 24)),))


@pytest.mark.parametrize(
    ("facts", "plan"),
    [
        ({}, Plan("now")),
        ({"active": False}, Plan("not", "left")),
        ({"owes": 0}, Plan("not", "done")),
        ({"reachable": False}, Plan("not", "unreachable")),
        ({"asked": True}, Plan("not", "asked already")),
        ({"snoozed_until": LATER}, Plan("later", "snoozed", LATER)),
        ({"snoozed_until": MONDAY}, Plan("now")),
        ({"told_today": True}, Plan("later", "already today", TUESDAY)),
        ({"now": NIGHT}, Plan("later", "quiet hours", datetime(2026, 11, 24, 7, tzinfo=UTC))),
        ({"now": SATURDAY}, Plan("later", "holiday", datetime(2026, 11, 30, 8, tzinfo=UTC))),
        ({"hours": AWAY}, Plan("later", "away", datetime(2026, 11, 25, 8, tzinfo=UTC))),
        ({"owes": 0, "told_today": True}, Plan("not", "done")),
    ],
)
def test_what_a_reminder_by_hand_does(facts: dict[str, Any], plan: Plan) -> None:
    assert by_hand(replace(Owing(now=MONDAY, hours=BERLIN), **facts)) == plan


def duties(**people: int) -> dict[str, list[Duty]]:
    return {
        unit: [Duty(f"{unit}{n}", "c", "s", f"{unit}{n}", "self", "owed", None, 0) for n in range(count)]
        for unit, count in people.items()
    }


@pytest.mark.parametrize(
    ("units", "shown"),
    [
        (duties(a=3, b=4), {"a": 3, "b": 4}),
        (duties(a=2, b=4, c=5), {"c": 5, None: 6}),  # a alone would be what is left of the whole
        (duties(a=2, b=2, c=5), {"c": 5, None: 4}),
        (duties(a=2, b=5), {None: 7}),
        (duties(a=2), {}),
        (duties(a=1, b=1), {}),
        (duties(), {}),
    ],
)
def test_no_small_unit_is_counted_alone(units: dict[str, list[Duty]], shown: dict[str | None, int]) -> None:
    found = grouped(units, least=3)
    assert {group.name: group.people for group in found} == shown
    assert all(group.count == Count(group.people, 0, 0) for group in found)


# Through the door ----------------------------------------------------------------------------------------------------


def heard(chat: Chat, who: str) -> list[tuple[str, str]]:
    """When a person was reminded of reviews, on their own clock, and by which rule."""
    owed = {row.id for row in chat.rows(ObligationRow) if row.kind == "reviews.write"}
    rows = chat.rows(Occurrence, col(Occurrence.person_id) == chat.ids[who])
    sent = {(row.outgoing_id, row.reason) for row in rows if row.about in owed and row.outcome == "sent"}
    found = dict(sent)
    zone = chat.person(who).zone
    messages = [row for row in chat.rows(Outgoing) if row.id in found and row.state == "sent"]
    return [
        (f"{local(row.sent_at, zone):%d %H:%M}", found[row.id])
        for row in sorted(messages, key=lambda row: row.sent_at)
    ]


async def run(chat: Chat, *, days: int) -> None:
    """Let days pass, from Monday midnight UTC on."""
    begin = MONDAY.replace(hour=0)
    for number in range(days):
        moment = begin + timedelta(days=number)
        if moment.date() >= chat.now.date():
            for hour in range(24):
                if moment + timedelta(hours=hour) >= chat.now:
                    chat.at(moment + timedelta(hours=hour))
                    await chat.tick()
                    await chat.deliver()


async def test_the_reminders_come_on_time_and_only_to_who_still_owes(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat)
    await chat.tick()
    await chat.deliver()
    await write(chat, "ben", "self", results="Reliable", growth="A talk")
    await run(chat, days=8)
    # The self-reviews are due on Monday the 30th at 18:00, each on their own clock.
    assert heard(chat, "ben") == [("23 10:00", "opened")]
    assert heard(chat, "chen") == [
        ("23 17:00", "opened"),
        ("26 09:00", "three days"),
        ("27 09:00", "day before"),
        ("30 10:00", "last day"),
    ]
    assert heard(chat, "eve") == [
        ("23 10:00", "opened"),  # with her check-in, in one message
        ("26 09:00", "three days"),
        ("27 09:00", "day before"),
        ("30 10:00", "last day"),
    ]
    # Nobody outside the pilot heard of it.
    assert "Autumn 2026" not in chat.told("dora") + chat.told("ivan") + chat.told("grace")


async def test_a_manager_hears_on_the_workday_after_and_the_author_knew(chat: Chat) -> None:
    await launched(chat)
    await chat.tick()
    assert "If it is missing then, Ada Lovelace hears that it is" in chat.told("ben")
    assert "到时如果还没交，下一个工作日会告诉 Ada Lovelace。" in chat.told("chen")
    await chat.deliver()
    await write(chat, "eve", "self", results="Good", growth="More")
    await run(chat, days=9)
    told = [card.text for card in chat.told_cards("ada") if "Missing in" in card.text]
    (card,) = told
    assert "Ben Okri: the self-review" in card
    assert "陈明: the self-review" in card
    assert "Eve Curie" not in card
    assert {row.person_id for row in chat.rows(CycleEvent) if row.act == "escalated"} >= {
        chat.ids["ben"],
        chat.ids["chen"],
    }


async def test_the_manager_of_who_takes_a_review_over_hears_that_it_is_late(chat: Chat) -> None:
    await launched(chat)
    await go_on(chat, "write")
    await chat.tick()
    moves(chat, "ben", "chen")
    await chat.tick()
    await chat.presses("hana", "陈明 takes over", on=chat.told_cards("hana")[-1])
    chat.wait(days=1)
    await chat.tick()
    assert "到时如果还没交，下一个工作日会告诉 Ada Lovelace。" in chat.told("chen")
    chat.at(datetime(2026, 12, 15, 10, tzinfo=UTC))
    await chat.tick()
    assert "陈明: one review" in chat.told("ada")


async def test_far_from_the_company_nothing_is_due_after_its_phase_and_nobody_hears_of_it_before(
    chat: Chat,
) -> None:
    chat.lives_in("eve", "America/Los_Angeles")
    chat.lives_in("ada", "Pacific/Auckland")
    await launched(chat)
    chat.at(MONDAY.replace(hour=18))
    await chat.tick()
    assert "Due Mon, Nov 30, 2026, 3:00\u202fPM" in chat.told("eve"), (
        "the phase is over at midnight in Berlin"
    )
    await chat.deliver()
    chat.at(datetime(2026, 11, 30, 20, 30, tzinfo=UTC))  # 9:30 on Tuesday in Auckland
    await chat.tick()
    assert "Missing in" not in chat.told("ada")
    chat.at(datetime(2026, 11, 30, 23, 30, tzinfo=UTC))
    await chat.tick()
    assert "Eve Curie: the self-review" in chat.told("ada")


async def test_whoever_is_away_where_they_live_is_not_named_to_their_manager(chat: Chat) -> None:
    chat.lives_in("eve", "America/Los_Angeles")
    chat.lives_in("ada", "Asia/Shanghai")
    await launched(chat)
    chat.at(MONDAY.replace(hour=18))
    await chat.tick()
    await chat.says("eve", "/upbeat away until 2026-11-30")
    chat.at(datetime(2026, 12, 1, 1, 30, tzinfo=UTC))  # 9:30 on Tuesday in Shanghai, Monday in Los Angeles
    await chat.tick()
    assert "Ben Okri: the self-review" in chat.told("ada")
    assert "Eve Curie: the self-review" not in chat.told("ada")


async def test_a_manager_hears_nothing_when_hr_switched_it_off(chat: Chat) -> None:
    await chat.says("hana", "/review new Autumn 2026")
    await chat.submits("hana", units="Engines")
    await chat.presses("hana", "Managers hear nothing of what is late")
    await chat.presses("hana", "Launch")
    await run(chat, days=9)
    assert "hears that it is" not in chat.told("ben")
    assert "Missing in" not in chat.told("ada")


async def test_hr_reminds_by_hand_after_a_look(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat)
    await run(chat, days=2)
    await write(chat, "ben", "self", results="Reliable", growth="A talk")
    chat.at(datetime(2026, 11, 25, 9, tzinfo=UTC))
    card = await chat.presses(
        "hana", "Remind those who still owe", on=await chat.says("hana", "/review progress")
    )
    assert "Ben Okri" not in card
    assert "Ada Lovelace" in card
    assert "Eve Curie: Wed, Nov 25, 2026, 2:00" in card  # 8:00 in New York
    assert "Autumn 2026: write your self-review" in card
    assert "are reminded" in await chat.presses("hana", "Remind them")
    await chat.tick()
    await chat.deliver()
    assert heard(chat, "ada")[-1] == ("25 10:00", "by hand")
    assert heard(chat, "ben") == [("23 10:00", "opened")]
    chat.at(datetime(2026, 11, 25, 13, tzinfo=UTC))
    await chat.tick()
    await chat.deliver()
    assert heard(chat, "eve")[-1] == ("25 08:00", "by hand")


async def test_whoever_hands_in_before_a_reminder_by_hand_is_sent_does_not_get_it(chat: Chat) -> None:
    await launched(chat)
    await run(chat, days=2)
    chat.at(datetime(2026, 11, 25, 9, tzinfo=UTC))
    await chat.presses("hana", "Remind those who still owe", on=await chat.says("hana", "/review progress"))
    await chat.presses("hana", "Remind them")
    await chat.tick()  # the message waits
    await write(chat, "ada", "self", results="Fine", growth="More")
    await chat.deliver()
    assert heard(chat, "ada") == [("23 10:00", "opened")]


async def why(chat: Chat, who: str) -> Heard:
    await chat.presses("hana", "Who was told what, and why", on=await chat.says("hana", "/review progress"))
    card = chat.last["hana"].card
    assert card
    name = chat.person(who).name
    (button,) = (
        part.button
        for part in card.parts
        if isinstance(part, Section) and part.button and name in chat.last["hana"].voice.say(part.body)
    )
    return await chat.does("hana", Pressed(button.handle))


async def test_hr_sees_why_somebody_was_told_something_or_not(chat: Chat) -> None:
    await launched(chat)
    await run(chat, days=1)
    seen = await why(chat, "chen")
    assert "陈明 in Autumn 2026" in seen
    assert "“Autumn 2026: write your self-review”" in seen, "as 陈明 reads it"
    assert "Sent Mon, Nov 23, 2026, 10:00" in seen
    assert "it began" in seen
    await chat.says("eve", "/upbeat away until 2026-11-27")
    await run(chat, days=4)
    assert "they are away; it waits until Mon, Nov 30" in await why(chat, "eve")


async def test_hr_sees_too_what_they_were_told_who_owe_nothing_any_more(chat: Chat) -> None:
    await launched(chat)
    await run(chat, days=1)
    await write(chat, "ben", "self", results="Fine", growth="More")
    await go_on(chat, "write")
    await chat.presses("ada", "Part by part", on=await chat.says("ada", "/review"))
    await chat.presses("ada", "Decline")
    await chat.submits("ada", reason="Two days here")
    for who, closed in (("ben", "it is done"), ("ada", "they declined")):
        seen = await chat.says("hana", "/review progress")
        seen = await chat.presses("hana", "Who was told what, and why", on=seen)
        assert "Ben Okri" not in seen
        await chat.presses("hana", "Somebody else")
        seen = await chat.submits("hana", person=who)
        assert "Sent Mon, Nov 23, 2026, 10:00" in seen
        assert f": {closed}\n" in seen


async def test_progress_counts_and_names_nobody(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat)
    await write(chat, "ben", "self", results="Reliable", growth="A talk")
    seen = await chat.says("hana", "/review progress")
    assert "Self-reviews: 1 of 4 handed in" in seen
    assert "Engines: 1 of 4 handed in" not in seen  # with Grace, who leads Ada, it would leave her alone
    assert "Ben" not in seen
    assert "HR" in await chat.says("ada", "/review progress")


async def test_progress_says_who_is_in_no_team(chat: Chat) -> None:
    await launched(chat)
    for who in ("grace", "ada", "ben", "chen", "eve"):
        chat._becomes(who, team="")
    seen = await chat.says("hana", "/review progress")
    assert "Without a team: 0 of 8 handed in" in seen, seen.text


async def test_snooze_holds_and_the_deadline_is_said_again(chat: Chat) -> None:
    await launched(chat)
    await chat.tick()
    await chat.deliver()
    await chat.presses("ben", "Next workday", on=chat.told_cards("ben")[-1])
    await run(chat, days=8)
    assert heard(chat, "ben") == [
        ("23 10:00", "opened"),
        ("24 09:00", "asked for"),
        ("26 09:00", "three days"),
        ("27 09:00", "day before"),
        ("30 10:00", "last day"),
    ]


async def test_a_paused_cycle_reminds_nobody(chat: Chat) -> None:
    await launched(chat)
    await run(chat, days=1)
    await chat.presses(
        "hana", "Pause", on=await chat.presses("hana", "Open", on=await chat.says("hana", "/review cycles"))
    )
    await run(chat, days=9)
    assert heard(chat, "ben") == [("23 10:00", "opened")]
    assert "Missing in" not in chat.told("ada")
    assert the_cycle(chat).phase == "self"


async def test_what_is_confidential_is_never_told_to_a_manager(chat: Chat) -> None:
    await launched(chat, others="upward")
    await go_on(chat, "write")
    await chat.tick()
    rows = chat.rows(ObligationRow, col(ObligationRow.person_id) == chat.ids["ben"])
    owed = [row for row in rows if row.kind == "reviews.write" and not row.closed_at]
    (upward,) = owed
    assert not upward.note


# What a reminder offers ----------------------------------------------------------------------------------------------


async def test_a_review_is_not_done_by_saying_so(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat)
    heard = await due(chat, "chen")
    assert "write your self-review" in heard
    assert "Autumn 2026: write your self-review" not in heard.buttons, (
        "as in the menu of what is already done"
    )
    assert "Your check-in: what is done, what comes next, what blocks you" in heard.buttons


async def test_it_says_by_which_days_it_reminds(chat: Chat) -> None:
    await launched(chat)
    heard = await chat.presses("chen", "Why am I getting this?", on=await due(chat, "chen"))
    assert "a week and a day before it is due, and on that day at 10:00" in heard
