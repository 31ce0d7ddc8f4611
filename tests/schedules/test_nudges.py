"""When people are reminded, when not and why, and what the doors of a reminder do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.words import Voice
from handlers import FEATURES
from handlers.kit.calendar import QuietHours, WorkCalendar, local
from handlers.kit.dispatch import Core
from handlers.kit.features import Silence
from handlers.kit.hours import Hours
from handlers.kit.requests import Left
from schedules.deciding import Facts, Send, decide, due_reminder
from schedules.delivery import Delivery
from storage.store import Store
from storage.tables import ObligationRow, Occurrence, Outgoing
from tests.company import MONDAY, Chat
from tests.schedules import errands as chores
from tests.schedules.errands import owe

NIGHT = QuietHours(time(20), time(8))
BERLIN = Hours("Europe/Berlin", WorkCalendar(""), NIGHT)
FACTS = Facts(now=MONDAY, hours=BERLIN)
HOUR = timedelta(hours=1)
TUESDAY_MORNING = datetime(2026, 11, 24, 8, tzinfo=UTC)
NEXT_MONDAY_MORNING = datetime(2026, 11, 30, 8, tzinfo=UTC)
SATURDAY = datetime(2026, 11, 28, 9, tzinfo=UTC)
AWAY = replace(BERLIN, absences=((date(2026, 11, 20), date(2026, 11, 24)),))
WEDNESDAY_MORNING = datetime(2026, 11, 25, 8, tzinfo=UTC)

TABLE: dict[str, tuple[dict[str, Any], Send | Silence]] = {
    "something begins": ({}, Send("opened")),
    "it is due": ({"reminded": 1}, Send("due")),
    "both were said": ({"reminded": 2}, Silence("nothing new")),
    "the person left": ({"active": False}, Silence("left")),
    "it is done": ({"closed": True}, Silence("done")),
    "done wins over snoozed": ({"closed": True, "snoozed_until": MONDAY + HOUR}, Silence("done")),
    "it is snoozed": ({"snoozed_until": MONDAY + HOUR}, Silence("snoozed", MONDAY + HOUR)),
    "the snooze is over": ({"snoozed_until": MONDAY}, Send("asked for")),
    "the snooze is over, and there was a message today": (
        {"snoozed_until": MONDAY, "told_today": True, "told_this_week": 9, "reminded": 2},
        Send("asked for"),
    ),
    "the snooze ends at night": (
        {"snoozed_until": MONDAY, "now": MONDAY + 10 * HOUR},
        Silence("quiet hours", datetime(2026, 11, 24, 7, tzinfo=UTC)),
    ),
    "the person is away": ({"hours": AWAY}, Silence("away", WEDNESDAY_MORNING)),
    "the person is away, though it is a meeting": (
        {"hours": AWAY, "appointment": True},
        Silence("away", WEDNESDAY_MORNING),
    ),
    "it is Saturday": ({"now": SATURDAY}, Silence("holiday", NEXT_MONDAY_MORNING)),
    "it is evening": (
        {"now": MONDAY + 10 * HOUR},
        Silence("quiet hours", datetime(2026, 11, 24, 7, tzinfo=UTC)),
    ),
    "it is Friday evening": (
        {"now": datetime(2026, 11, 27, 20, tzinfo=UTC)},
        Silence("quiet hours", NEXT_MONDAY_MORNING),
    ),
    "there was a message today": ({"told_today": True}, Silence("already today", TUESDAY_MORNING)),
    "there were five this week": ({"told_this_week": 5}, Silence("weekly ceiling", NEXT_MONDAY_MORNING)),
    "the company wants two a week": (
        {"told_this_week": 2, "ceiling": 2},
        Silence("weekly ceiling", NEXT_MONDAY_MORNING),
    ),
    "said before, and something is asked later today": (
        {"reminded": 1, "gathered_at": MONDAY + HOUR},
        Silence("together", MONDAY + HOUR),
    ),
    "said before, and it ends today": (
        {"reminded": 1, "gathered_at": MONDAY + HOUR, "ends_today": True},
        Send("due"),
    ),
    "a meeting cannot wait": (
        {"appointment": True, "told_today": True, "told_this_week": 9},
        Send("appointment"),
    ),
    "a meeting is said once": ({"appointment": True, "reminded": 1}, Silence("nothing new")),
    "a meeting at night": (
        {"appointment": True, "now": MONDAY + 10 * HOUR},
        Silence("quiet hours", datetime(2026, 11, 24, 7, tzinfo=UTC)),
    ),
}


@pytest.mark.parametrize("case", TABLE)
def test_the_decision(case: str) -> None:
    facts, decision = TABLE[case]
    assert decide(replace(FACTS, **facts)) == decision


@given(
    now=st.integers(0, 2 * 365 * 24 * 60).map(lambda n: MONDAY + timedelta(minutes=n)),
    zone=st.sampled_from(
        ["Europe/Berlin", "Australia/Lord_Howe", "America/New_York", "Asia/Kathmandu", "UTC"]
    ),
    reminded=st.integers(0, 3),
    snoozed=st.none() | st.integers(-48, 48),
    told=st.booleans(),
    appointment=st.booleans(),
)
def test_nobody_is_reminded_at_night_or_on_a_day_off(
    now: datetime, zone: str, reminded: int, snoozed: int | None, told: bool, appointment: bool
) -> None:
    hours = Hours(zone, WorkCalendar("DE"), NIGHT)
    until = None if snoozed is None else now + snoozed * HOUR
    facts = Facts(
        now, hours, reminded=reminded, snoozed_until=until, told_today=told, appointment=appointment
    )
    decision = decide(facts)
    here = local(now, zone)
    if isinstance(decision, Send):
        assert hours.calendar.is_workday(here.date())
        assert time(8) <= here.time() < time(20)
    elif decision.until:
        assert decision.until > now
        assert decision.reason == "snoozed" or hours.open_from(decision.until) == decision.until


def test_quiet_hours_end_by_the_wall_clock_when_it_changes() -> None:
    before = Facts(now=datetime(2026, 10, 24, 22, tzinfo=UTC), hours=replace(BERLIN, calendar=EVERY_DAY))
    decision = decide(before)  # 8:00 is 6:00 UTC on the Saturday, and 7:00 UTC after the clocks went back
    assert decision == Silence("quiet hours", datetime(2026, 10, 25, 7, tzinfo=UTC))
    assert decide(replace(before, now=datetime(2026, 10, 25, 6, 59, tzinfo=UTC))) == decision
    assert decide(replace(before, now=datetime(2026, 10, 25, 7, 0, tzinfo=UTC))) == Send("opened")


EVERY_DAY = WorkCalendar("", {date(2026, 10, 24): True, date(2026, 10, 25): True})


@pytest.mark.parametrize(
    ("due", "reminder"),
    [
        ("2026-11-24T18:00", "2026-11-24T16:00"),
        ("2026-11-24T11:00", "2026-11-24T10:00"),
        ("2026-11-24T10:00", "2026-11-24T08:00"),
        ("2026-11-24T23:59", "2026-11-24T21:59"),
    ],
)
def test_the_second_reminder_is_on_the_due_day(due: str, reminder: str) -> None:
    here = [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (due, reminder)]
    assert due_reminder(here[0], "UTC") == here[1]


# Through the clock ----------------------------------------------------------------------------------------


def decisions(chat: Chat) -> list[tuple[str, str]]:
    """What was decided about errands, oldest first."""
    rows = chat.rows(Occurrence, Occurrence.kind == "nudge")
    return [(row.outcome, row.reason) for row in sorted(rows, key=lambda row: row.id)]


async def test_everything_that_is_open_comes_in_one_message(any_errands: Chat) -> None:
    owe(any_errands, "ben", "bread", due_at=MONDAY + 30 * HOUR)
    owe(any_errands, "ben", "milk", minutes=1)
    await any_errands.tick()
    (card,) = any_errands.told_cards("ben")
    assert "2 things wait for you" in card
    assert "bread" in card
    assert "Tue, Nov 24, 2026, 4:00" in card  # on Ben's clock
    assert "Takes about 5 minutes." in card
    assert "Takes about a minute." in card
    assert {"Do it now", "In an hour", "Tomorrow morning", "Next workday", "Why am I getting this?"} <= set(
        card.buttons
    )
    assert decisions(any_errands) == [("sent", "opened"), ("sent", "opened")]
    assert await any_errands.deliver()


async def test_the_main_button_does_it_and_the_reminding_ends(errands: Chat) -> None:
    owe(errands, "ben", "bread", due_at=MONDAY + 30 * HOUR)
    await errands.tick()
    assert "The errand bread is run." in await errands.presses("ben", "Do it now")
    errands.wait(days=1, hours=3)
    await errands.tick()
    assert len(errands.told_cards("ben")) == 1


async def test_there_is_one_message_a_workday(errands: Chat) -> None:
    owe(errands, "ben", "bread")
    await errands.tick()
    errands.wait(hours=2)
    owe(errands, "ben", "milk")
    await errands.tick()
    assert len(errands.told_cards("ben")) == 1
    assert decisions(errands)[-1] == ("silent", "already today")
    errands.at(TUESDAY_MORNING)
    await errands.tick()
    assert "milk" in errands.told_cards("ben")[-1]
    assert len(errands.told_cards("ben")) == 2


async def test_moving_the_zone_and_back_makes_no_second_message(errands: Chat) -> None:
    owe(errands, "ben", "bread")
    await errands.tick()
    for zone in ("America/New_York", "Asia/Tokyo", "Europe/Berlin"):
        owe(errands, "ben", zone)
        errands.change(lambda store, zone=zone: store.preferences.set_zone(errands.ids["ben"], zone))
        await errands.tick()
    assert len(errands.told_cards("ben")) == 1


async def test_it_comes_again_on_the_due_day_and_then_no_more(errands: Chat) -> None:
    owe(errands, "ben", "bread", due_at=MONDAY + 31 * HOUR)  # Tuesday, 17:00 in Berlin
    for _ in range(4 * 24):
        await errands.tick()
        errands.wait(hours=1)
    assert [row.made_at for row in errands.rows(Outgoing)] == [MONDAY, MONDAY + 29 * HOUR]
    assert decisions(errands) == [("sent", "opened"), ("sent", "due")]


async def test_the_week_has_a_ceiling(errands: Chat) -> None:
    errands.change(lambda store: store.set_setting("weekly_ceiling", 2))
    for day in range(8):
        owe(errands, "ben", f"errand {day}")
        await errands.tick()
        errands.wait(days=1)
    sent = sorted(row.made_at - MONDAY for row in errands.rows(Outgoing))
    assert sent == [timedelta(), timedelta(days=1), timedelta(days=7)]
    assert ("silent", "weekly ceiling") in decisions(errands)


async def test_nobody_is_reminded_while_away(errands: Chat) -> None:
    today = MONDAY.date()
    errands.change(lambda store: store.preferences.away(errands.ids["ben"], today, today + timedelta(days=1)))
    row = owe(errands, "ben", "bread")
    await errands.tick()
    assert not errands.told("ben")
    (kept,) = errands.rows(Occurrence, Occurrence.about == row.id)
    assert (kept.reason, kept.until) == ("away", WEDNESDAY_MORNING)
    errands.at(WEDNESDAY_MORNING)
    await errands.tick()
    assert "bread" in errands.told("ben")


async def test_who_is_back_earlier_is_reminded_earlier_and_once(any_chat: Chat) -> None:
    chat = any_chat
    chat.core = Core(chat.database, (*FEATURES, chores.feature))
    await chat.says("grace", "/upbeat away until 2026-11-27")
    owe(chat, "grace", "bread")
    await chat.tick()
    assert chat.told("grace") == ""
    chat.wait(days=1)
    assert "From today on I ask and remind you again." in await chat.says("grace", "/upbeat back")
    await chat.tick()
    assert "bread" in chat.told("grace")
    chat.wait(days=1)
    await chat.says("grace", "/upbeat settings zone London")
    await chat.tick()
    assert len(chat.told_cards("grace")) == 1  # that it once waited for an hour says nothing any more


async def test_who_stays_after_all_hears_the_next_day_what_came_too_late_for_today(errands: Chat) -> None:
    errands.core = Core(errands.database, (*FEATURES, chores.feature))
    owe(errands, "grace", "milk")
    await errands.tick()
    heard = await errands.says("grace", "/upbeat away from 2026-11-24 until 2026-11-27")
    owe(errands, "grace", "bread")
    await errands.tick()
    assert "bread" not in errands.told("grace")
    await errands.presses("grace", "I will be here after all", on=heard)
    errands.at(TUESDAY_MORNING)
    await errands.tick()
    assert "bread" in errands.told("grace")


async def test_a_make_up_workday_that_is_loaded_late_is_one(any_errands: Chat) -> None:
    any_errands.at(SATURDAY)
    owe(any_errands, "ben", "bread")
    await any_errands.tick()
    assert decisions(any_errands) == [("silent", "holiday")]
    sunday = SATURDAY + timedelta(days=1)
    any_errands.change(lambda store: store.workdays.load("", [(sunday.date(), True, "调休")]))
    any_errands.at(sunday)
    await any_errands.tick()
    assert "bread" in any_errands.told("ben")


async def test_golden_week_is_silent_and_its_make_up_saturday_is_not(any_errands: Chat) -> None:
    days = [(date(2026, 10, n), False, "国庆节") for n in range(1, 8)] + [(date(2026, 10, 10), True, "调休")]
    any_errands.change(lambda store: store.set_setting("country", "CN"))
    any_errands.change(lambda store: store.workdays.load("CN", days))
    any_errands.at(datetime(2026, 10, 1, 4, tzinfo=UTC))  # noon in Shanghai
    owe(any_errands, "chen", "bread")
    await any_errands.tick()
    (kept,) = any_errands.rows(Occurrence)
    assert (kept.reason, kept.until) == ("holiday", datetime(2026, 10, 8, 1, tzinfo=UTC))
    any_errands.at(datetime(2026, 10, 10, 4, tzinfo=UTC))
    await any_errands.tick()
    assert len(any_errands.told_cards("chen")) == 1


SNOOZES = [
    ("In an hour", "2026-11-27T14:00", "2026-11-27T15:00"),
    (
        "In an hour",
        "2026-11-23T18:30",
        "2026-11-24T07:00",
    ),  # 19:30 in Berlin: the hour ends in the quiet ones
    ("Tomorrow morning", "2026-11-23T14:00", "2026-11-24T08:00"),
    ("Tomorrow morning", "2026-11-27T14:00", "2026-11-30T08:00"),  # a Friday: tomorrow is a day off
    ("Next workday", "2026-11-27T14:00", "2026-11-30T08:00"),
]


@pytest.mark.parametrize(("label", "pressed", "comes"), SNOOZES)
async def test_a_snoozed_reminder_comes_again(errands: Chat, label: str, pressed: str, comes: str) -> None:
    errands.at(datetime.fromisoformat(pressed).replace(tzinfo=UTC))
    again = datetime.fromisoformat(comes).replace(tzinfo=UTC)
    owe(errands, "ben", "bread")
    await errands.tick()
    assert "I will remind you" in await errands.presses("ben", label)
    errands.at(again - timedelta(minutes=1))
    await errands.tick()
    assert len(errands.told_cards("ben")) == 1
    errands.at(again)
    await errands.tick()
    assert len(errands.told_cards("ben")) == 2
    assert decisions(errands)[-1] == ("sent", "asked for")


@pytest.mark.parametrize("times", [1, 2])
async def test_who_snoozes_is_still_reminded_when_it_is_due(any_errands: Chat, times: int) -> None:
    """As the reminder itself says: once when something begins and once more when it is due."""
    errands = any_errands
    owe(errands, "ben", "bread", due_at=MONDAY + 30 * HOUR)
    await errands.tick()
    for _ in range(times):
        await errands.presses("ben", "In an hour")
        errands.wait(hours=1)
        await errands.tick()
    assert [reason for _, reason in decisions(errands)] == ["opened"] + ["asked for"] * times
    errands.at(MONDAY + 28 * HOUR)
    await errands.tick()
    assert decisions(errands)[-1] == ("sent", "due")
    errands.wait(hours=1)
    await errands.tick()
    assert len(errands.told_cards("ben")) == times + 2


async def test_a_message_that_nobody_got_was_not_the_days_one(any_errands: Chat) -> None:
    """All that it said was done before its platform took it."""
    errands = any_errands
    owe(errands, "ben", "bread")
    await errands.tick()
    await errands.presses("ben", "Already done")
    assert await errands.deliver() == []
    errands.wait(hours=2)
    owe(errands, "ben", "milk")
    await errands.tick()
    (parcel,) = await errands.deliver()
    assert "milk" in Voice().plain(parcel.card)


async def test_no_reminder_is_promised_for_when_it_is_over(errands: Chat) -> None:
    owe(errands, "ben", "bread", due_at=MONDAY + 30 * HOUR, expires_at=MONDAY + 7 * HOUR)
    owe(errands, "ben", "milk")
    await errands.tick()
    heard = await errands.presses("ben", "Tomorrow morning")
    assert "I will remind you Tue, Nov 24, 2026" in heard
    assert ("milk" in heard, "bread" in heard) == (True, False)
    owe(errands, "eve", "bread", expires_at=MONDAY + 7 * HOUR)
    errands.wait(hours=6)
    await errands.tick()
    heard = await errands.presses("eve", "In an hour")
    assert "too late for this: it ends Mon, Nov 23, 2026" in heard
    assert [row.snoozed_until for row in errands.rows(ObligationRow) if row.about == "bread"] == [None, None]


async def test_already_done_is_believed(errands: Chat) -> None:
    owe(errands, "ben", "bread", due_at=MONDAY + 30 * HOUR)
    await errands.tick()
    assert "I will not remind you" in await errands.presses("ben", "Already done")
    (row,) = errands.rows(ObligationRow)
    assert row.closed_how == "said"
    assert "This is settled already" in await errands.presses(
        "ben", "In an hour", on=errands.told_cards("ben")[0]
    )


SEEN_DONE = ("reviews.survey", "goals.answer", "goals.answer_proposal", "goals.left_goal")
"""The doors at which somebody waits for what is owed."""


@pytest.mark.parametrize("seen", [{"within": "a cycle"}, *({"kind": door} for door in SEEN_DONE)], ids=str)
async def test_what_is_seen_to_be_done_is_not_done_by_saying_so(errands: Chat, seen: dict[str, str]) -> None:
    row = owe(errands, "ben", "bread")
    await errands.tick()
    errands.change(lambda store: store.change(row, **seen))
    errands.core = Core(errands.database, (*FEATURES, chores.feature))
    assert "leaves your list by itself once it is done" in await errands.presses("ben", "Already done")
    (kept,) = errands.rows(ObligationRow, ObligationRow.id == row.id)
    assert kept.closed_at is None
    await errands.presses("ben", "In an hour", on=errands.told_cards("ben")[-1])
    errands.wait(hours=1)
    await errands.tick()
    again = errands.told_cards("ben")[-1]
    assert "bread" in again
    assert not {"Already done", "Run the errand bread"} & again.buttons.keys()


async def test_why_am_i_getting_this(errands: Chat) -> None:
    owe(errands, "ben", "bread")
    await errands.tick()
    heard = await errands.presses("ben", "Why am I getting this?")
    assert "bread" in heard
    assert "5 a week" in heard
    assert heard.answer.keep


async def test_a_meeting_is_announced_besides_the_days_message(errands: Chat) -> None:
    owe(errands, "ben", "bread")
    await errands.tick()
    owe(errands, "ben", "meeting", minutes=0, due_at=MONDAY + 3 * HOUR, remind_at=MONDAY + HOUR)
    errands.wait(hours=1)
    await errands.tick()
    card = errands.told_cards("ben")[-1]
    assert "Coming up" in card
    assert "At Mon, Nov 23, 2026, 1:00" in card
    owe(errands, "ben", "milk")
    await errands.tick()
    assert len(errands.told_cards("ben")) == 2


@pytest.mark.parametrize("down", [HOUR, timedelta(days=3), timedelta(days=10)])
async def test_after_being_down_there_is_one_message(any_errands: Chat, down: timedelta) -> None:
    for n in range(3):
        gone = MONDAY + (n + 1) * timedelta(minutes=20)
        owe(any_errands, "ben", f"past {n}", remind_at=MONDAY, expires_at=gone)
        owe(
            any_errands,
            "ben",
            f"open {n}",
            remind_at=MONDAY + n * timedelta(minutes=20),
            due_at=MONDAY + 20 * HOUR,
        )
    any_errands.at(MONDAY + down)
    await any_errands.tick()
    await any_errands.tick()
    (card,) = any_errands.told_cards("ben")
    assert "3 things wait for you" in card
    assert "past" not in card.text
    assert decisions(any_errands).count(("expired", "")) == 3
    assert {row.closed_how for row in any_errands.rows(ObligationRow) if "past" in row.about} == {"expired"}


async def test_done_between_queue_and_delivery_is_not_sent(any_errands: Chat) -> None:
    owe(any_errands, "ben", "bread")
    await any_errands.tick()
    await any_errands.presses("ben", "Do it now")
    assert await any_errands.deliver() == []
    assert decisions(any_errands) == [("silent", "done")]


async def test_what_is_done_is_left_out_of_a_late_message(errands: Chat) -> None:
    owe(errands, "ben", "bread")
    owe(errands, "ben", "milk")
    await errands.tick()
    errands.change(lambda store: store.obligations.close(errands.ids["ben"], "errands.run", "milk"))
    (parcel,) = await errands.deliver()
    assert "milk" not in str([part for part in parcel.card.parts]) or "One thing" in str(parcel.card.title)
    assert len(parcel.card.buttons()) == 6


async def test_a_message_that_waited_into_the_night_waits_for_the_morning(errands: Chat) -> None:
    owe(errands, "ben", "bread")
    await errands.tick()
    errands.wait(hours=11)
    assert await errands.deliver() == []
    errands.at(datetime(2026, 11, 24, 7, tzinfo=UTC))
    assert len(await errands.deliver()) == 1


async def test_who_unblocks_upbeat_gets_the_reminders_of_those_days_as_one(any_errands: Chat) -> None:
    await any_errands.does("ben", Left())
    for day, what in enumerate(("bread", "milk", "eggs")):
        any_errands.at(MONDAY + timedelta(days=day))
        owe(any_errands, "ben", what, due_at=MONDAY + timedelta(days=day, hours=8))
        await any_errands.tick()
        assert await any_errands.deliver() == []
    any_errands.change(lambda store: store.obligations.close(any_errands.ids["ben"], "errands.run", "milk"))
    await any_errands.does("ben", Left(back=True))
    (parcel,) = await any_errands.deliver()
    words = Voice().plain(parcel.card)
    assert "2 things wait for you" in words
    assert "bread" in words
    assert "eggs" in words
    assert "milk" not in words
    sent = sorted(any_errands.rows(Outgoing), key=lambda row: row.id)
    assert [row.reason for row in sent] == ["said later", "said later", ""]
    told = {row.outgoing_id for row in any_errands.rows(Occurrence) if row.outcome == "sent"}
    assert told == {sent[-1].id}


async def test_what_was_handed_on_twice_is_still_said(any_errands: Chat) -> None:
    for days, what in enumerate(("bread", "milk", "eggs")):
        any_errands.at(MONDAY + timedelta(days=2 * days))
        owe(any_errands, "ben", what)
        await any_errands.tick()
        await Delivery(any_errands.core, [], worker="test").deliver()  # nobody speaks on their platform
    any_errands.wait(hours=1)
    (parcel,) = await any_errands.deliver()
    words = Voice().plain(parcel.card)
    assert all(what in words for what in ("bread", "milk", "eggs"))


async def test_a_reminder_that_cannot_be_made_holds_up_nobody(errands: Chat) -> None:
    owe(errands, "ada", "bread")
    owe(errands, "ben", "bread")
    ada = errands.ids["ada"]
    errands.change(lambda store: store.change(store.obligations.due_for(ada)[0], title="not a stored text"))
    report = await errands.tick()
    assert "bread" in errands.told("ben")
    assert report.outcomes("failed") == 1
    assert ("failed", "JSONDecodeError") in decisions(errands)


async def test_what_else_is_owed_waits_for_the_check_in_of_the_day(chat: Chat) -> None:
    from handlers.kit.text import Phrase
    from handlers.kit.values import dump

    chat.at(MONDAY - timedelta(minutes=30))  # 09:30 in Berlin; the check-in is asked for at ten
    await chat.tick()
    other = dump(Phrase("Read the feedback"))
    chat.change(
        lambda store: store.obligations.open(chat.ids["ben"], "feedback.inbox", "f", title=other, args={})
    )
    await chat.tick()
    assert chat.told_cards("ben") == []
    chat.at(MONDAY)
    await chat.tick()
    (told,) = chat.told_cards("ben")
    assert "Read the feedback" in told
    assert "Your check-in" in told


@pytest.mark.parametrize("due_in", [9, -3])
async def test_what_was_said_before_waits_too_and_does_not_take_the_check_ins_place(
    chat: Chat, due_in: int
) -> None:
    from handlers.kit.text import Phrase
    from handlers.kit.values import dump

    chat.at(MONDAY - timedelta(minutes=30))
    await chat.tick()
    other = dump(Phrase("Read your result"))

    def said_once(store: Store) -> None:
        due = chat.now + timedelta(days=due_in)
        row = store.obligations.open(chat.ids["ben"], "feedback.inbox", "f", title=other, args={}, due_at=due)
        store.obligations.reminded(row, next_at=chat.now)

    chat.change(said_once)
    await chat.tick()
    assert chat.told_cards("ben") == []
    chat.at(MONDAY)
    await chat.tick()
    (told,) = chat.told_cards("ben")
    assert "Read your result" in told
    assert "Your check-in" in told
    assert ("It was due Fri, Nov 20, 2026" in told) == (due_in < 0)
