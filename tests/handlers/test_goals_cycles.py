"""Cycles: quarters, months or days of one's own, and the next one drafted from the last without anything double."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from handlers.goals.cycles import month, quarter
from storage.goals import Cycle, Goal, KeyResult
from tests.bot.ingest.sender import Sender
from tests.company import Chat
from tests.handlers.test_goals_aligning import agreed
from tests.handlers.test_goals_data import connects


@pytest.mark.parametrize(
    ("day", "name", "first", "last"),
    [
        (date(2026, 1, 1), "2026 Q1", date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 11, 23), "2026 Q4", date(2026, 10, 1), date(2026, 12, 31)),
        (date(2028, 2, 29), "2028 Q1", date(2028, 1, 1), date(2028, 3, 31)),
    ],
)
def test_quarters(day: date, name: str, first: date, last: date) -> None:
    found = quarter(day)
    assert (found.name, found.begins_on, found.ends_on) == (name, first, last)


def test_months_follow_each_other_without_a_gap() -> None:
    day = date(2027, 12, 31)
    for _ in range(30):
        found = month(day)
        assert found.begins_on <= day == found.ends_on
        day = month(day + timedelta(days=1)).ends_on


async def test_a_goal_is_linked_to_a_cycle_and_has_days_of_its_own(any_chat: Chat) -> None:
    await any_chat.says("ben", "/goals add Customers find their way")
    await any_chat.says("ben", "/goals add #next cycle Engines last")
    (cycle, following) = sorted(any_chat.rows(Cycle), key=lambda row: row.begins_on)
    now, later = sorted(any_chat.rows(Goal), key=lambda row: row.number)
    assert (cycle.name, following.name) == ("2026 Q4", "2027 Q1")
    assert (now.cycle_id, now.begins_on, now.ends_on) == (cycle.id, date(2026, 11, 23), date(2026, 12, 31))
    assert (later.cycle_id, later.begins_on, later.ends_on) == (
        following.id,
        date(2027, 1, 1),
        date(2027, 3, 31),
    )
    await any_chat.says("ben", "/goals add by 2026-12-05 A sprint")
    sprint = max(any_chat.rows(Goal), key=lambda row: row.number)
    assert (sprint.cycle_id, sprint.ends_on) == (cycle.id, date(2026, 12, 5))


async def test_the_cycle_after_one_of_our_own_begins_when_that_is_over(chat: Chat) -> None:
    await chat.says("hana", "/goals cycle custom from 2026-11-01 until 2026-12-15 Autumn")
    await chat.says("ben", "/goals add Customers find their way")
    await chat.says("ben", "/goals result 1 sign-ups from 100 to 500")
    heard = await chat.says("ben", "/goals next")
    assert "2027 Q1: Fri, Jan 1, 2027 to Wed, Mar 31, 2027" in heard
    await chat.presses("ben", "Carry over")
    last, following = sorted(chat.rows(Goal), key=lambda row: row.number)
    assert following.begins_on > last.ends_on
    await chat.says("hana", "/goals cycle custom from 2026-12-16 until 2027-01-31 Winter")
    assert "The next: Winter" in await chat.says("ben", "/goals next")


async def test_a_day_beside_the_next_cycle_is_kept_or_refused(chat: Chat) -> None:
    heard = await chat.says("ben", "/goals add by 2026-12-11 #next cycle Ship the beta")
    assert "It ends before it begins." in heard
    await chat.says("ben", "/goals add by 2027-02-11 #next cycle Ship the beta")
    (row,) = chat.rows(Goal)
    assert row.ends_on == date(2027, 2, 11)
    await chat.presses("ben", "New goal", on=await chat.says("ben", "/goals"))
    await chat.submits("ben", title="Engines last", until="2026-12-31", cycle="next_cycle")
    row = max(chat.rows(Goal), key=lambda row: row.number)
    assert (row.begins_on, row.ends_on) == (date(2027, 1, 1), date(2027, 3, 31)), (
        "the form names this one's end"
    )


async def test_no_goal_ends_before_it_begins(chat: Chat) -> None:
    await chat.says("ben", "/goals add #next cycle Engines last")
    await chat.presses("ben", "Change")
    await chat.submits("ben", title="Engines last", until="2026-12-05")
    (row,) = chat.rows(Goal)
    assert (row.begins_on, row.ends_on) == (date(2026, 11, 23), date(2026, 12, 5))


@pytest.mark.parametrize(
    ("said", "shows"),
    [
        ("/goals cycle monthly", "2026-11"),
        ("/goals cycle custom from 2026-11-01 until 2027-01-31 Winter", "Winter"),
        ("设置目标周期 月度", "2026-11"),
    ],
)
async def test_hr_chooses_their_shape(chat: Chat, said: str, shows: str) -> None:
    assert shows in await chat.says("hana", said)
    assert shows in await chat.says("ben", "/goals cycles")
    await chat.says("ben", "/goals add Customers find their way")
    assert chat.rows(Cycle)[0].name == shows


async def test_the_days_of_a_cycle_of_ones_own_are_put_right_under_its_name(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("hana", "/goals cycle custom from 2026-11-01 until 2027-01-31 Winter")
    await chat.says("hana", "/goals cycle custom from 2027-11-01 until 2028-01-31 Winter")
    heard = await chat.says("hana", "/goals cycle custom from 2026-12-01 until 2027-02-15 Winter")
    assert "This one: 2026 Q4" in heard, heard.text
    assert "The next: Winter: Tue, Dec 1, 2026 to Mon, Feb 15, 2027" in heard
    assert sorted((row.begins_on.year, row.ends_on) for row in chat.rows(Cycle)) == [
        (2026, date(2027, 2, 15)),
        (2027, date(2028, 1, 31)),
    ]


async def test_a_cycle_of_ones_own_needs_its_days_the_right_way_round(chat: Chat) -> None:
    assert "Give both" in await chat.says("hana", "/goals cycle custom from 2026-11-01")
    heard = await chat.says("hana", "/goals cycle custom from 2026-11-01 until 2026-10-01 X")
    assert "It ends before it begins" in heard
    assert "This is for HR and administrators" in await chat.says("ben", "/goals cycle monthly")


async def begun(chat: Chat) -> None:
    await chat.says("ben", "/goals add Customers find their way")
    for words in ("sign-ups from 100 to 500", "churn from 5% to 3%", "live in Japan"):
        await chat.says("ben", f"/goals result 1 {words}")
    await chat.says("ben", "/goals update 1.1 300")
    await chat.says("ben", "/goals update 1.2 3%")


async def test_the_next_is_drafted_from_the_last(chat: Chat) -> None:
    await begun(chat)
    assert "Carry over" in (await chat.says("ben", "/goals next")).buttons
    heard = await chat.presses("ben", "Carry over")
    assert "2. Customers find their way, from Fri, Jan 1, 2027" in heard, heard.text
    assert "Reached, and so not carried over: churn" in heard
    last, row = sorted(chat.rows(Goal), key=lambda row: row.number)
    assert (row.begins_on, row.ends_on, row.carried_from) == (date(2027, 1, 1), date(2027, 3, 31), last.id)
    made = {each.title: each for each in chat.rows(KeyResult) if each.goal_id == row.id}
    assert set(made) == {"sign-ups", "live in Japan"}
    assert (made["sign-ups"].start, made["sign-ups"].value, made["sign-ups"].target) == (300, 300, 500)
    heard = await chat.says("ben", "/goals next")
    assert "Carry over" not in heard.buttons
    assert "Nothing waits" in heard
    assert "2.1. sign-ups: 300, from 300 to 500 (0%)" in await chat.says("ben", "/goals")


@pytest.mark.parametrize(
    ("line", "carried", "after"),
    [
        ("deals from 0 to 100", "2.1. deals: 0 of 40 (0%)", "2.1. deals: 10 of 40 (25%)"),
        ("deals in 100 steps", "2.1. deals: 0 of 40 (0%)", "2.1. deals: 10 of 40 (25%)"),
        (
            "deals from 90 to 10",
            "2.1. deals: not said yet, from 90 to 10",
            "2.1. deals: 10, from 90 to 10 (100%)",
        ),
    ],
)
async def test_what_data_adds_up_is_counted_anew(any_chat: Chat, line: str, carried: str, after: str) -> None:
    chat = any_chat
    crm, deals = Sender(chat), {"metric": "deals", "kind": "counted"}
    await crm.sends({**deals, "at": chat.now.isoformat(), "value": "60"})
    await chat.says("ben", "/goals add Customers find their way")
    await chat.says("ben", f"/goals result 1 {line}")
    await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    await connects(chat, "ben")
    heard = await chat.presses("ben", "Carry over", on=await chat.says("ben", "/goals next"))
    said = "Counted from 0 again, with what was left as the target: deals"
    assert (said in heard) == ("90" not in line)
    assert carried in await chat.says("ben", "/goals")
    chat.at(datetime(2027, 1, 5, 12, tzinfo=UTC))
    await crm.sends({**deals, "at": chat.now.isoformat(), "value": "10"})
    assert after in await chat.says("ben", "/goals")


async def test_who_follows_goes_on_following(chat: Chat) -> None:
    await begun(chat)
    await chat.presses("ada", "Open", on=await chat.says("ada", "/goals of @ben"))
    await chat.presses("ada", "Follow")
    await chat.presses("ben", "Carry over", on=await chat.says("ben", "/goals next"))
    await chat.says("ben", "/goals update 2.1 400")
    assert "A goal of Ben Okri moved" in chat.told("ada")
    assert "400, from 300 to 500" in chat.told("ada")


@pytest.mark.parametrize("order", [("ada", "ben"), ("ben", "ada")], ids=["above first", "below first"])
async def test_what_serves_a_goal_serves_the_next_one_of_it_in_the_next_cycle(
    any_chat: Chat, order: tuple[str, str]
) -> None:
    chat = any_chat
    await agreed(chat)
    for who in order:
        carried = await chat.presses(who, "Carry over", on=await chat.says(who, "/goals next"))
        await chat.presses(who, "End the last one: 1", on=carried)
        chat.wait(minutes=1)
    after = {row.title: row for row in chat.rows(Goal) if row.carried_from}
    above, below = after["Grow the platform"], after["Customers find their way"]
    assert (below.parent_id, below.aligned) == (above.id, "agreed")
    assert "Serves: Grow the platform (Ada Lovelace)" in await chat.says("ben", "/goals show 2")


async def test_nothing_comes_twice(chat: Chat) -> None:
    await begun(chat)
    first = await chat.says("ben", "/goals next")
    await chat.presses("ben", "Carry over", on=first)
    assert "It was carried over before, once." in await chat.presses("ben", "Carry over", on=first)
    assert len(chat.rows(Goal)) == 2


async def test_all_at_once_and_what_lasts_longer_stays(chat: Chat) -> None:
    for title in ("One", "Two"):
        await chat.says("ben", f"/goals add {title}")
    await chat.says("ben", "/goals add by 2027-02-01 Three")
    heard = await chat.says("ben", "/goals next")
    assert "lasts until Mon, Feb 1, 2027" in heard, heard.text
    heard = await chat.presses("ben", "Carry over all")
    assert {row.title for row in chat.rows(Goal) if row.carried_from} == {"One", "Two"}
    assert "Nothing waits" in heard


async def test_what_is_overdue_goes_on_in_the_cycle_of_now(chat: Chat) -> None:
    await begun(chat)
    chat.wait(days=60)
    drafted = await chat.says("ben", "/goals next")
    assert "Its last day is over: carried over, it goes on from today, until Wed, Mar 31, 2027." in drafted
    await chat.presses("ben", "Carry over", on=drafted)
    row = next(row for row in chat.rows(Goal) if row.carried_from)
    assert (row.begins_on, row.ends_on) == (date(2027, 1, 22), date(2027, 3, 31))


async def test_in_chinese(chat: Chat) -> None:
    await chat.says("chen", "新建目标 新客户自己就能上手")
    heard = await chat.says("chen", "下期目标")
    assert "你的下个周期" in heard, heard.text
    await chat.presses("chen", "延续")
    assert len(chat.rows(Goal)) == 2
