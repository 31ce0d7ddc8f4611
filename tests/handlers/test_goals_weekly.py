"""The week's word on key results: asked once, on the first workday, of whom it is owed, and settled by any word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col

from storage.goals import KeyResult
from storage.tables import ObligationRow, Occurrence
from tests.company import Chat, Heard

NINE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""Nine on a Monday in Berlin."""
WEEK, HOUR = timedelta(weeks=1), timedelta(hours=1)


async def write(chat: Chat, who: str, *results: str, until: str = "2027-06-30") -> None:
    """A goal with key results."""
    await chat.says(who, "/goals add")
    await chat.submits(who, title="Customers find their way", until=until)
    for words in results:
        await chat.says(who, f"/goals result 1 {words}")


async def go(chat: Chat, moment: datetime, *, step: timedelta = HOUR) -> None:
    """Let the clock ring on the way to a moment, and deliver."""
    while chat.now < moment:
        chat.at(min(moment, chat.now + step))
        await chat.tick()
        await chat.deliver()


def asked(chat: Chat, who: str) -> list[ObligationRow]:
    """What somebody was asked for a week's word, in order."""
    theirs = (col(ObligationRow.person_id) == chat.ids[who], col(ObligationRow.kind) == "goals.weekly")
    return sorted(chat.rows(ObligationRow, *theirs), key=lambda row: row.opened_at)


def reminders(chat: Chat, who: str) -> list[Heard]:
    return [seen for seen in chat.told_cards(who) if "Say how far your" in seen]


async def test_who_said_nothing_is_asked_in_the_one_message_of_the_day(chat: Chat) -> None:
    chat.at(NINE - timedelta(days=10))
    await chat.tick()
    await write(chat, "ben", "sign-ups from 100 to 500 users", "churn from 5% to 3%")
    await write(chat, "ada", "hires from 0 to 5")
    await go(chat, NINE - timedelta(days=3))
    assert not asked(chat, "ben"), "what was just written is not asked about"
    await chat.says("ada", "/goals update 1 2")
    await go(chat, NINE + 2 * HOUR)
    (told,) = reminders(chat, "ben")
    assert "2 things wait for you" in told, "the check-in comes in the same message"
    assert "Say how far your 2 key results are: 1.1. sign-ups and 1.2. churn" in told
    assert not asked(chat, "ada")
    assert not asked(chat, "eve")
    why = await chat.says("ada", "/upbeat why")
    assert "everything was said since the last time" in why


async def test_two_taps_settle_it_and_undo_owes_it_again(chat: Chat) -> None:
    chat.at(NINE - timedelta(days=10))
    await chat.tick()
    await write(chat, "grace", "sign-ups from 100 to 500 users", "churn from 5% to 3%")
    await go(chat, NINE)
    (told,) = reminders(chat, "grace")
    heard = await chat.presses("grace", "Do it now", on=told)
    assert "How far are your 2 key results?" in heard
    heard = await chat.presses("grace", "1.1. At risk", on=heard)
    assert "One more key result waits." in heard
    (owed,) = asked(chat, "grace")
    assert owed.closed_at is None
    heard = await chat.presses("grace", "Go on", on=heard)
    assert "How far is your key result?" in heard
    heard = await chat.presses("grace", "1.2. On track", on=heard)
    assert asked(chat, "grace")[0].closed_how == "done"
    assert {row.confidence for row in chat.rows(KeyResult)} == {"at_risk", "on_track"}
    await chat.presses("grace", "Undo", on=heard)
    assert asked(chat, "grace")[0].closed_at is None, "what was taken back is owed again"
    await chat.presses("grace", "Do it now", on=told)
    await chat.presses("grace", "1.2. How far is it?")
    await chat.submits("grace", far="4.1")
    assert asked(chat, "grace")[0].closed_how == "done"
    await go(chat, NINE + timedelta(days=4))
    assert len(reminders(chat, "grace")) == 1
    assert "Nothing is left to say" in await chat.presses("grace", "Do it now", on=told)


@pytest.mark.parametrize("platform", ["slack", "telegram", "web"])
async def test_every_door_settles_it(chat: Chat, platform: str) -> None:
    chat.at(NINE - timedelta(days=10))
    await chat.tick()
    await write(chat, "grace", "sign-ups from 100 to 500 users")
    if platform != "web":
        chat.change(lambda store: store.accounts.link(chat.ids["grace"], platform, "grace", address="dm"))
    await go(chat, NINE)
    chat.platform = platform
    await chat.says("grace", "/goals update 1 300")
    assert asked(chat, "grace")[0].closed_how == "done"


async def test_a_command_before_the_reminder_goes_out_keeps_it_in(chat: Chat) -> None:
    chat.at(NINE - timedelta(days=10))
    await chat.tick()
    await write(chat, "ben", "sign-ups from 100 to 500 users")
    await go(chat, NINE)
    await chat.says("ben", "/goals update 1 300")
    await go(chat, NINE + 2 * HOUR)
    assert "Say how far" not in chat.told("ben")


async def test_ending_the_goal_settles_it(chat: Chat) -> None:
    chat.at(NINE - timedelta(days=10))
    await chat.tick()
    await write(chat, "grace", "sign-ups from 100 to 500 users")
    await go(chat, NINE)
    await chat.says("grace", "/goals")
    await chat.presses("grace", "Open")
    await chat.presses("grace", "End this goal")
    assert asked(chat, "grace")[0].closed_how == "done"
    await go(chat, NINE + WEEK + HOUR)
    assert len(asked(chat, "grace")) == 1


@pytest.mark.parametrize(
    ("who", "local"),
    [("ben", "2026-11-23T08:00"), ("chen", "2026-11-23T01:00"), ("eve", "2026-11-23T14:00")],
)
async def test_it_is_nine_where_they_are(chat: Chat, who: str, local: str) -> None:
    chat.at(NINE - timedelta(days=10))
    await chat.tick()
    await write(chat, who, "sign-ups from 100 to 500 users")
    await go(chat, NINE - timedelta(days=1))
    await go(chat, NINE + timedelta(hours=12))
    (owed,) = asked(chat, who)
    assert owed.opened_at == datetime.fromisoformat(local).replace(tzinfo=UTC)


async def test_in_chinese(chat: Chat) -> None:
    chat.at(NINE - timedelta(days=10))
    await chat.tick()
    await chat.says("chen", "新建目标 新客户自己就能上手")
    await chat.says("chen", "添加关键结果 1 注册数从 100 到 500 人")
    await go(chat, NINE)
    told = chat.told("chen")
    assert "请更新 1 个关键结果的进展：1.1. 注册数" in told
    heard = await chat.says("chen", "更新目标 1 70% 已发布测试版")
    assert "已记录" in heard
    assert asked(chat, "chen")[0].closed_how == "done"


@pytest.mark.parametrize(
    ("sunday", "hours"),
    [
        (datetime(2026, 3, 29, tzinfo=UTC), 7),  # summer begins in Berlin: nine is seven in UTC
        (datetime(2026, 10, 25, tzinfo=UTC), 8),  # and ends
    ],
)
async def test_a_change_of_the_clocks_moves_nothing_on_the_wall(
    chat: Chat, sunday: datetime, hours: int
) -> None:
    chat.at(sunday - timedelta(days=10))
    await chat.tick()
    await write(chat, "ben", "sign-ups from 100 to 500 users")
    await go(chat, sunday + timedelta(days=2))
    (owed,) = asked(chat, "ben")
    assert owed.opened_at == sunday + timedelta(days=1, hours=hours)


async def test_the_holiday_week_of_china(chat: Chat) -> None:
    """National Day 2026: 1 to 7 October are off, so Thursday the 8th begins its week's work."""
    chat.change(lambda store: store.set_setting("country", "CN"))
    chat.at(datetime(2026, 9, 25, 1, tzinfo=UTC))
    await chat.tick()
    await write(chat, "chen", "sign-ups from 100 to 500 users")
    await go(chat, datetime(2026, 10, 9, tzinfo=UTC))
    rang = chat.rows(
        Occurrence, col(Occurrence.kind) == "goals.nudge", col(Occurrence.person_id) == chat.ids["chen"]
    )
    assert sorted((row.due_at.isoformat(), row.reason) for row in rang) == [
        ("2026-09-28T01:00:00+00:00", "up to date"),
        ("2026-10-08T01:00:00+00:00", ""),
    ]
    assert [row.about for row in asked(chat, "chen")] == ["2026-10-08"]


async def test_a_restart_and_two_processes_ask_once_and_lose_nothing(any_chat: Chat) -> None:
    chat = any_chat
    chat.at(NINE - timedelta(days=10))
    await chat.tick()
    await write(chat, "grace", "sign-ups from 100 to 500 users")
    await go(chat, NINE - timedelta(days=3))
    chat.at(NINE + timedelta(days=1))  # it was down on Monday
    for _ in range(3):
        await chat.tick()
        await chat.deliver()
    assert len(asked(chat, "grace")) == 1
    assert len(reminders(chat, "grace")) == 1
    rang = chat.rows(
        Occurrence, col(Occurrence.kind) == "goals.nudge", col(Occurrence.person_id) == chat.ids["grace"]
    )
    assert len({row.due_at for row in rang}) == len(rang)


async def test_quiet_hours_absence_and_snooze(chat: Chat) -> None:
    chat.at(NINE - timedelta(days=10))
    await chat.tick()
    await write(chat, "grace", "sign-ups from 100 to 500 users")
    await chat.says("grace", "/upbeat away from 2026-11-23 until 2026-11-24")
    await go(chat, NINE + timedelta(days=1, hours=10))
    assert not reminders(chat, "grace")
    await go(chat, NINE + timedelta(days=2))
    assert len(reminders(chat, "grace")) == 1
    await chat.presses("grace", "In an hour")
    home = await chat.opens("grace")
    assert "Say how far your key result is" in home, "snoozing hides nothing"


async def test_what_has_not_begun_or_is_over_is_not_asked_for(any_chat: Chat) -> None:
    chat = any_chat
    chat.at(NINE - timedelta(days=10))
    await chat.tick()
    await write(chat, "ben", "sign-ups from 100 to 500 users", "churn from 5% to 3%", until="2026-12-31")
    await chat.says("ben", "/goals next")
    await chat.presses("ben", "Carry over")
    await chat.says("ben", "/goals change 1.2 until 2026-11-20")
    await go(chat, NINE + HOUR)
    (owed,) = asked(chat, "ben")
    assert owed.closed_at is None
    heard = await chat.says("ben", "/goals update 1.1 200")
    assert "wait" not in heard.text, "the next cycle has not begun, and churn is over"
    assert asked(chat, "ben")[0].closed_how == "done"


async def test_one_that_is_asked_about_alone_is_no_part_of_the_week(chat: Chat) -> None:
    chat.at(NINE - timedelta(days=17))
    await chat.tick()
    await write(chat, "ben", "sign-ups from 100 to 500 users", "churn from 5% to 3%")
    chat.wait(days=8)
    await chat.says("ben", "/goals update 1.1 200")
    await go(chat, NINE + HOUR)
    assert asked(chat, "ben")[-1].closed_at is None
    assert "1.2. churn: no word for two weeks." in chat.told("ben")
    await chat.says("ben", "/goals update 1.1 210")
    assert asked(chat, "ben")[-1].closed_how == "done"


async def test_what_is_done_is_not_asked_for_again(any_chat: Chat) -> None:
    chat = any_chat
    chat.at(NINE - timedelta(days=10))
    await chat.tick()
    await write(chat, "ben", "sign-ups from 100 to 500 users", "live in Japan", "launch in 4 steps")
    await chat.says("ben", "/goals update 1.2 yes")
    await chat.says("ben", "/goals update 1.3 4")
    await go(chat, NINE + HOUR)
    assert "Say how far your key result is: 1.1. sign-ups" in chat.told("ben")
    await chat.says("ben", "/goals update 1.1 200")
    assert asked(chat, "ben")[0].closed_how == "done"
    await go(chat, NINE + WEEK + HOUR)
    assert "Japan" not in chat.told("ben"), "two weeks without a word on what is done"


async def test_nobody_owed_a_word_before_it_began(any_chat: Chat) -> None:
    chat = any_chat
    chat.at(NINE - timedelta(days=10))
    await chat.tick()
    await write(chat, "ben", "sign-ups from 100 to 500 users", until="2026-12-31")
    await chat.says("ben", "/goals next")
    await chat.presses("ben", "Carry over")
    chat.at(datetime(2026, 12, 30, 8, tzinfo=UTC))
    await chat.says("ben", "/goals update 1.1 200")
    await go(chat, datetime(2027, 1, 5, 8, tzinfo=UTC))
    assert "2.1" not in chat.told("ben"), "it began on Friday"
    await go(chat, datetime(2027, 1, 12, 8, tzinfo=UTC), step=2 * HOUR)
    assert "2.1. sign-ups" in chat.told("ben")
    assert "no word for two weeks" not in chat.told("ben")


async def test_what_was_settled_long_ago_is_not_owed_again(chat: Chat) -> None:
    chat.at(NINE - timedelta(days=17))
    await chat.tick()
    await write(chat, "ben", "sign-ups from 100 to 500 users")
    await go(chat, NINE + HOUR)
    stuck = (col(ObligationRow.person_id) == chat.ids["ben"], col(ObligationRow.kind) == "goals.stuck")
    assert len(chat.rows(ObligationRow, *stuck)) == 1
    await chat.says("ben", "/goals update 1.1 200")
    chat.wait(days=30)
    await chat.says("ben", "/goals change 1.1")
    await chat.submits("ben", way="yes_no")
    assert chat.rows(ObligationRow, *stuck)[0].closed_how == "done"


async def test_a_goal_that_begins_on_a_monday_is_asked_about_where_that_is_sunday_in_greenwich(
    any_chat: Chat,
) -> None:
    chat = any_chat
    chat.lives_in("ben", "Australia/Sydney")
    chat.at(datetime(2026, 11, 22, 21, tzinfo=UTC))  # eight on Monday in Sydney
    await chat.tick()
    await write(chat, "ben", "sign-ups from 100 to 500")
    await go(chat, chat.now + WEEK)
    await chat.says("ben", "/checkin done all of it")
    await go(chat, chat.now + 2 * HOUR)
    heard = await chat.presses("ben", "Do it now", on=reminders(chat, "ben")[-1])
    assert "How far is your key result?" in heard
    await chat.presses("ben", "1.1. On track")
    (owed,) = asked(chat, "ben")
    assert owed.closed_how == "done"
