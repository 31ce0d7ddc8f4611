"""What blocks people is carried over, solved, or raised to the manager after two workdays."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import col

from bot.words import Voice
from handlers.checkins.matters import matters
from storage.checkins import Blocker, CheckIn
from storage.tables import ReportingLine
from tests.company import Chat, Heard


async def test_a_blocker_is_carried_over_until_it_is_solved(any_chat: Chat) -> None:
    await any_chat.says("ben", "/checkin done A; blocked by legal")
    any_chat.wait(days=1)
    heard = await any_chat.says("ben", "/checkin done B")
    assert "Still blocked?\nby legal" in heard.text
    assert "Still blocked" not in await any_chat.presses("ben", "Solved")
    assert "Still blocked" not in await any_chat.says("ben", "/checkin done C")


@pytest.mark.parametrize(
    "nothing",
    [
        *("none", "Nothing.", "no", "n/a", "-", "—", "- none", "1. None 🎉", "none so far", "nil"),
        *(
            "no blockers",
            "No blockers at the moment, thanks!",
            "by nothing",
            "not blocked",
            "nothing, all good",
        ),
        *("无", "没有。", "- 无", "无阻碍", "暂时没有", "目前没有阻碍", "没有遇到什么问题。", "没有，谢谢"),
    ],
)
async def test_nothing_is_not_a_blocker(chat: Chat, nothing: str) -> None:
    await chat.says("ben", f"/checkin done A; blocked {nothing}")
    assert chat.rows(Blocker) == []


@pytest.mark.parametrize(
    "something",
    [
        *(
            "no access to production",
            "nothing works",
            "none of the tests pass",
            "no one answers",
            "not blocked by Ada",
        ),
        *("无法登录", "没有权限", "没有测试环境", "问题", "currently not blocked " * 40 + "but soon"),
    ],
)
async def test_what_only_begins_like_nothing_is_a_blocker(chat: Chat, something: str) -> None:
    await chat.says("ben", f"/checkin done A; blocked: {something}")
    assert [row.matter for row in chat.rows(Blocker)] == [something]


def test_a_line_of_many_signs_is_read_at_once() -> None:
    line, began = f"legal {'-' * 20_000} still", time.perf_counter()
    assert matters(line) == [line]
    assert time.perf_counter() - began < 1


async def test_the_form_carries_blockers_and_what_is_struck_out_is_solved(chat: Chat) -> None:
    await chat.says("ben", "/checkin done A; blocked legal; blocked the build")
    chat.wait(days=1)
    heard = await chat.says("ben", "/checkin")
    assert heard.form is not None
    assert heard.form.given["blocked"] == "legal\nthe build"
    await chat.submits("ben", done="B", blocked="the build\na broken laptop")
    state = {row.matter: row.solved_at is not None for row in chat.rows(Blocker)}
    assert state == {"legal": True, "the build": False, "a broken laptop": False}


async def test_lines_that_are_too_many_to_be_followed_stand_in_the_form_too(any_chat: Chat) -> None:
    chat = any_chat
    chat.at(datetime(2026, 11, 23, 9, 1, tzinfo=UTC))
    await chat.tick()
    lines = [f"matter {n}" for n in range(12)]
    for field in ("done", "next"):
        heard = await chat.says("ben", "/checkin")
        assert heard.form is not None
        blocked = heard.form.given.get("blocked") or "\n".join(lines)
        assert blocked.splitlines() == lines
        await chat.submits("ben", blocked=blocked, **{field: "A"})
    (row,) = chat.rows(CheckIn)
    assert row.answers["blocked"].splitlines() == lines
    assert len(chat.rows(Blocker)) == 10
    await chat.presses("ben", "Change")
    await chat.submits("ben", done="A", blocked="\n".join(lines[2:]))
    is_open = {each.matter: each.solved_at is None for each in chat.rows(Blocker)}
    assert is_open == {line: line not in lines[:2] for line in lines}
    heard = await chat.presses("ben", "Change")
    assert heard.form is not None
    assert heard.form.given["blocked"].splitlines() == lines[2:]


async def test_what_was_called_solved_does_not_stand_in_the_form_again(chat: Chat) -> None:
    blocked = await chat.says("ben", "/checkin done A; blocked legal")
    await chat.says("ben", "/checkin done B")
    await chat.presses("ben", "Solved")
    heard = await chat.presses("ben", "Change", on=blocked)
    assert heard.form is not None
    assert heard.form.given == {"done": "A"}


async def test_a_solved_blocker_does_not_come_back_with_an_edit(chat: Chat) -> None:
    await chat.says("ben", "checkin done A; blocked by legal", message="m1")
    await chat.says("ben", "/checkin done B")
    await chat.presses("ben", "Solved")
    await chat.says("ben", "checkin done AA; blocked by legal", message="m1", edits=True)
    assert len(chat.rows(Blocker)) == 1
    assert chat.rows(Blocker)[0].solved_at is not None


async def test_after_two_workdays_the_manager_hears_of_it_and_the_person_knows(any_chat: Chat) -> None:
    chat = any_chat
    chat.at(datetime(2026, 11, 26, 14, tzinfo=UTC))  # a Thursday
    await chat.says("ben", "/checkin done A; blocked by legal")
    chat.at(datetime(2026, 11, 30, 8, 59, tzinfo=UTC))
    await chat.tick()
    assert "blocked for two workdays" not in chat.told("ada")
    chat.wait(minutes=2)
    await chat.tick()
    await chat.tick()
    assert chat.told("ada").count("Ben Okri has been blocked for two workdays.\nby legal") == 1
    assert "I tell Ada Lovelace that this has blocked you for two workdays.\nby legal" in chat.told("ben")
    assert "Done: A" in await chat.presses("ada", "Open the check-in")
    await chat.presses("ben", "Solved")
    assert "Ben Okri is not blocked by this any more." in chat.told("ada")


async def test_several_blockers_are_raised_together_and_each_once(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ben", "/checkin blocked Legal\nlegal.\nthe vendor")
    chat.wait(days=1)
    await chat.says("ben", "/checkin blocked the tests")
    for day in (25, 26):
        chat.at(datetime(2026, 11, day, 9, 1, tzinfo=UTC))
        await chat.tick()
    raised = "has been blocked for two workdays."
    assert f"Ben Okri {raised}\nLegal\nthe vendor\nBen Okri knows" in chat.told("ada")
    assert f"Ben Okri {raised}\nthe tests\nBen Okri knows" in chat.told("ada")
    assert chat.told("ada").count(raised) == chat.told("ben").count("I tell Ada Lovelace") == 2
    assert "Legal\nthe vendor" in await chat.presses(
        "ada", "Add to one-on-one", on=first_of(chat, "ada", raised)
    )
    told = first_of(chat, "ben", "I tell Ada Lovelace")
    await chat.presses("ben", "Solved", on=told)  # of two with that label it is the last one's
    assert "Ben Okri is not blocked by this any more.\nthe vendor" in chat.told("ada")


def first_of(chat: Chat, who: str, words: str) -> Heard:
    return next(heard for heard in chat.told_cards(who) if words in heard.text)


async def test_where_it_is_night_for_the_manager_they_hear_of_it_in_their_hours(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("chen", "/checkin 阻碍 环境")
    for hour, minute, told in ((2, 0, []), (6, 59, []), (7, 0, ["dm-ada", "dm-chen"])):  # UTC
        chat.at(datetime(2026, 11, 25, hour, minute, tzinfo=UTC))
        await chat.tick()
        assert sorted(parcel.to.address for parcel in await chat.deliver()) == told
    why = (await chat.says("chen", "/upbeat why")).english
    assert "your manager is told in their own hours\nIt waited until Wed, Nov 25, 2026, 3:00" in why


async def test_what_is_solved_before_the_manager_s_morning_is_not_raised(chat: Chat) -> None:
    await chat.says("chen", "/checkin 阻碍 环境")
    chat.at(datetime(2026, 11, 25, 2, tzinfo=UTC))
    await chat.tick()
    await chat.says("chen", "/checkin 完成 A")
    await chat.presses("chen", "Solved")
    chat.at(datetime(2026, 11, 25, 7, tzinfo=UTC))
    await chat.tick()
    assert "环境" not in chat.told("ada")


async def test_where_two_are_never_at_work_together_each_is_told_in_their_hours(chat: Chat) -> None:
    chat.lives_in("ada", "America/Los_Angeles")
    chat.lives_in("chen", "Europe/Moscow")
    await chat.says("ada", "/upbeat settings quiet 16:00 10:00")
    await chat.says("chen", "/checkin 阻碍 环境")
    told: dict[str, list[datetime]] = {"dm-ada": [], "dm-chen": []}
    for hour in range(24 * 4):
        chat.at(datetime(2026, 11, 24, tzinfo=UTC) + timedelta(hours=hour))
        await chat.tick()
        for parcel in await chat.deliver():
            if "环境" in Voice().plain(parcel.card):
                told[parcel.to.address].append(chat.now)
    # Wednesday, ten in Los Angeles, which is 21:00 in Moscow; eight on Thursday there.
    assert told == {
        "dm-ada": [datetime(2026, 11, 25, 18, tzinfo=UTC)],
        "dm-chen": [datetime(2026, 11, 26, 5, tzinfo=UTC)],
    }


async def test_while_the_manager_is_away_the_next_one_above_hears_of_it(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ben", "/checkin done A; blocked by legal")
    await chat.says("ada", "/away until 2026-12-04")
    chat.at(datetime(2026, 11, 25, 9, tzinfo=UTC))
    await chat.tick()
    assert "blocked for two workdays" not in chat.told("ada")
    assert "Ben Okri has been blocked for two workdays.\nby legal" in chat.told("grace")
    assert "I tell Grace Hopper that this has blocked you" in chat.told("ben")
    assert "Done: A" in await chat.presses("grace", "Open the check-in")


async def test_with_everybody_above_away_the_manager_hears_of_it_all_the_same(chat: Chat) -> None:
    await chat.says("ben", "/checkin done A; blocked by legal")
    for who in ("ada", "grace"):
        await chat.says(who, "/away until 2026-12-04")
    chat.at(datetime(2026, 11, 25, 9, tzinfo=UTC))
    await chat.tick()
    assert "blocked for two workdays" in chat.told("ada")


async def test_a_solved_blocker_is_not_raised(chat: Chat) -> None:
    await chat.says("ben", "/checkin done A; blocked by legal")
    await chat.says("ben", "/checkin done B")
    await chat.presses("ben", "Solved")
    chat.wait(days=3)
    await chat.tick()
    assert "blocked" not in chat.told("ada")


async def test_days_of_leave_are_none_of_the_two_workdays(chat: Chat) -> None:
    await chat.says("ben", "/checkin done A; blocked by legal")
    chat.change(lambda store: store.preferences.away(chat.ids["ben"], date(2026, 11, 24), date(2026, 11, 27)))
    for day, is_raised in ((25, False), (26, False), (27, False), (30, False), (31, True)):
        chat.at(datetime(2026, 11, 1, 9, 1, tzinfo=UTC) + timedelta(days=day - 1))
        await chat.tick()
        assert ("blocked for two" in chat.told("ada")) == is_raised, day


async def test_a_clock_that_stood_still_raises_it_at_no_hour_of_the_night(chat: Chat) -> None:
    await chat.says("ben", "/checkin done A; blocked by legal")
    for day, hour, is_raised in ((28, 2, False), (30, 7, False), (30, 8, True)):
        chat.at(datetime(2026, 11, day, hour, tzinfo=UTC))
        await chat.tick()
        assert ("blocked for two" in chat.told("ada")) == is_raised
    assert chat.told("ben").count("blocked you for two workdays") == 1
    assert "it was not a workday of yours\nIt waited until Mon, Nov 30" in await chat.says(
        "ben", "/upbeat why"
    )


async def test_who_comes_back_from_leave_can_solve_it_before_the_manager_hears(chat: Chat) -> None:
    await chat.says("ben", "/checkin done A; blocked by legal")
    chat.wait(days=1)
    await chat.says("ben", "/away until friday")
    chat.at(datetime(2026, 11, 30, 10, tzinfo=UTC))
    await chat.tick()
    await chat.says("ben", "/checkin done B")
    await chat.presses("ben", "Solved")
    chat.wait(days=2)
    await chat.tick()
    assert "blocked" not in chat.told("ada")


async def test_a_new_manager_is_the_one_who_hears(chat: Chat) -> None:
    await chat.says("ben", "/checkin done A; blocked by legal")
    reports_to(chat, "ben", "dora", date(2026, 11, 24))
    chat.wait(days=3)
    await chat.tick()
    assert "Ben Okri has been blocked" in chat.told("dora")
    assert "Ben Okri has been blocked" not in chat.told("ada")


def reports_to(chat: Chat, who: str, manager: str, since: date) -> None:
    """From that day on, somebody has another manager."""

    def work(store):
        line = store.one(ReportingLine, col(ReportingLine.subject_id) == chat.ids[who])
        store.change(line, until=since, revision=store.people_changed())
        store.insert(
            ReportingLine(
                subject_id=chat.ids[who],
                manager_id=chat.ids[manager],
                since=since,
                revision=store.people_changed(),
            )
        )

    chat.change(work)
