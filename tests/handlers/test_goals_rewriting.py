"""A key result is changed: what was and what is stands side by side, and one press takes it back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from handlers.kit.cards import Menu
from handlers.kit.requests import Pressed
from storage.goals import Goal, GoalChange, KeyResult
from tests.company import Chat, Heard


async def measured(chat: Chat, *results: str) -> None:
    await chat.says("ben", "/goals add Customers find their way")
    for words in results or ("sign-ups from 100 to 500",):
        await chat.says("ben", f"/goals result 1 {words}")


async def picks(chat: Chat, opened: Heard, menu: str, place: int, *, who: str = "ben") -> Heard:
    """Choose from a menu of a card."""
    assert opened.card
    menus = {opened.voice.say(part.label): part for part in opened.card.parts if isinstance(part, Menu)}
    return await chat.does(who, Pressed(menus[menu].options[place].handle))


def row(chat: Chat, number: int = 1) -> KeyResult:
    return next(each for each in chat.rows(KeyResult) if each.number == number)  # type: ignore[no-any-return]


async def test_typed_in_one_line_it_shows_the_difference_and_is_taken_back(any_chat: Chat) -> None:
    await measured(any_chat)
    heard = await any_chat.says("ben", "/goals change 1.1 target 600; weight 2; stretch 700")
    for words in ("Target: 500 → 600", "Weight: 1 → 2", "Stretch: nothing → 700", "from 100 to 600"):
        assert words in heard
    assert "from 100 to 600 (0%), stretch 700" in heard
    await any_chat.presses("ben", "Undo")
    now = row(any_chat)
    assert (now.target, now.weight, now.stretch) == (500, 1, None)
    acts = [each.act for each in sorted(any_chat.rows(GoalChange), key=lambda each: each.id)]
    assert acts == ["made", "made", "edited", "undone"]


@pytest.mark.parametrize(
    "words", ["until 2026-12-11; weight 30%", "weight 30%; until 2026-12-11", "权重 30%，12月11日前"]
)
async def test_its_last_day_is_typed_at_either_end(chat: Chat, words: str) -> None:
    await measured(chat)
    heard = await chat.says("ben", f"/goals change 1.1 {words}")
    assert "Until: nothing → Fri, Dec 11, 2026" in heard
    assert "Weight: 1 → 30" in heard


async def test_in_chinese(chat: Chat) -> None:
    await chat.says("chen", "新建目标 新客户自己就能上手")
    await chat.says("chen", "添加关键结果 1 注册数 从 100 到 500")
    heard = await chat.says("chen", "修改关键结果 1.1 目标 600; 权重 2; 名称 新注册数")
    assert "目标值：500 → 600" in heard, heard.text
    assert row(chat).title == "新注册数"


async def test_the_form_opens_with_what_it_says_now(chat: Chat) -> None:
    await measured(chat, "sign-ups from 100 to 500 users")
    heard = await chat.says("ben", "/goals change 1.1")
    assert heard.form
    assert {name: heard.form.given[name] for name in ("name", "start", "target", "unit", "way")} == {
        "name": "sign-ups",
        "start": "100",
        "target": "500",
        "unit": "users",
        "way": "up",
    }
    assert "Nothing was changed." in await chat.submits("ben")


@pytest.mark.parametrize("target", ["5000", "1250000", "2.1250"])
async def test_the_form_is_sent_as_it_came(chat: Chat, target: str) -> None:
    """Ben lives where 5,000 may be five."""
    await measured(chat, f"sign-ups from 1 to {target}")
    form = (await chat.says("ben", "/goals change 1.1")).form
    assert form
    assert "Nothing was changed." in await chat.submits("ben", **form.given)


async def test_all_of_it_can_be_changed_from_the_goal(chat: Chat) -> None:
    await measured(chat)
    await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    heard = await picks(chat, chat.last["ben"], "Change a key result", 0)
    assert heard.form
    heard = await chat.submits(
        "ben",
        name="daily sign-ups",
        way="band",
        start="50",
        target="200",
        high="300",
        unit="a day",
        weight="0",
        since="2026-11-25",
        until="2026-12-10",
    )
    for words in (
        "Title: sign-ups → daily sign-ups",
        "Kind: It should rise → It should stay between two values",
        "Start: 100 → 50",
        "Upper end: nothing → 300",
        "Unit: nothing → a day",
        "Weight: 1 → 0",
        "Until: nothing →",
    ):
        assert words in heard, heard.text
    now = row(chat)
    assert (now.begins_on, now.ends_on) == (date(2026, 11, 25), date(2026, 12, 10))
    await chat.says("ben", "/goals change 1.1 unit –")
    assert row(chat).unit == ""


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("target 100", "It starts where it should end"),
        ("target 50", "goes the other way"),
        ("stretch 300", "The stretch lies before the target"),
        ("target lots", "I cannot read"),
        ("weight -1", "A weight is 0 or more"),
        ("band", "Give the upper end of the band too"),
        ("until 2026-01-01", "It ends before it begins"),
    ],
)
async def test_what_would_measure_nothing_is_refused_with_a_sentence(
    chat: Chat, typed: str, says: str
) -> None:
    await measured(chat)
    assert says in await chat.says("ben", f"/goals change 1.1 {typed}")
    assert [each.act for each in chat.rows(GoalChange)] == ["made", "made"]


async def test_what_nobody_moved_yet_stands_where_it_starts(chat: Chat) -> None:
    await measured(chat)
    await chat.says("ben", "/goals change 1.1 start 200")
    assert row(chat).value == 200
    await chat.says("ben", "/goals update 1.1 300")
    await chat.says("ben", "/goals change 1.1 start 100")
    assert row(chat).value == 300


@pytest.mark.parametrize("words", ["600", "600 users", "600users", "600 Users"])
async def test_a_number_may_come_with_its_unit(chat: Chat, words: str) -> None:
    await measured(chat, "sign-ups from 100 to 500 users")
    assert "Target: 500 → 600" in await chat.says("ben", f"/goals change 1.1 target {words}")
    assert row(chat).unit == "users"


async def test_a_number_is_no_answer_to_a_yes_or_no(any_chat: Chat) -> None:
    chat = any_chat
    await measured(chat)
    await chat.says("ben", "/goals update 1.1 300")
    await chat.says("ben", "/goals change 1.1")
    heard = await chat.submits("ben", name="signed up", way="yes_no")
    assert "1. signed up: not said yet" in heard, heard.text
    assert "Value: 300 → nothing" in heard
    assert "300" in await chat.presses("ben", "Undo", on=heard)
    await chat.says("ben", "/goals change 1.1")
    await chat.submits("ben", name="signed up", way="yes_no")
    await chat.says("ben", "/goals update 1.1 yes")
    await chat.says("ben", "/goals change 1.1")
    assert "50, from 50 to 90 (0%)" in await chat.submits("ben", way="up", start="50", target="90")


async def test_where_nobody_said_anything_no_band_is_kept(chat: Chat) -> None:
    await measured(chat, "users from 0 to 9")
    await chat.says("ben", "/goals change 1.1")
    assert "not said yet" in await chat.submits("ben", way="band", target="0", high="5")


async def test_one_that_is_dropped_weighs_no_more_and_comes_back(chat: Chat) -> None:
    await measured(chat, "one from 0 to 10", "two from 0 to 10")
    await chat.says("ben", "/goals update 1.1 10")
    heard = await chat.says("ben", "/goals")
    assert "50%" in heard
    opened = await chat.presses("ben", "Open", on=heard)
    heard = await picks(chat, opened, "Drop a key result", 1)
    assert row(chat, 2).dropped_at is not None
    assert "▓▓▓▓▓▓▓▓▓▓ 100%" in await chat.says("ben", "/goals")
    assert "1.2. two" in await chat.presses("ben", "What changed", on=opened)
    await chat.presses("ben", "Undo", on=heard)
    assert row(chat, 2).dropped_at is None


async def test_who_may_not_change_a_goal_may_not_change_its_key_results(chat: Chat) -> None:
    await measured(chat)
    result = row(chat).id
    await chat.says("chen", "/goals change 1.1 target 5")
    assert chat.change(lambda store: store.goals.result(result, reader=chat.ids["ben"])).target == Decimal(
        500
    )


async def test_a_manager_changes_it_in_the_form(any_chat: Chat) -> None:
    await measured(any_chat)
    await any_chat.says("ada", "/goals of @ben")
    opened = await any_chat.presses("ada", "Open")
    heard = await picks(any_chat, opened, "Change a key result", 0, who="ada")
    assert heard.form
    assert heard.form.given["target"] == "500"
    assert "Seen by Ben Okri, you" in heard
    assert "Target: 500 → 600" in await any_chat.submits("ada", target="600")
    assert row(any_chat).target == 600
    any_chat.wait(minutes=16)
    await any_chat.tick()
    assert "was changed by somebody else" in any_chat.told("ben")


@pytest.mark.parametrize("words", ["title Nobody asks for help", "name: Nobody asks for help"])
async def test_by_its_number_alone_the_goal_is_changed(any_chat: Chat, words: str) -> None:
    await measured(any_chat)
    heard = await any_chat.says("ben", f"/goals change 1 {words}")
    assert "1. Nobody asks for help" in heard
    assert "1.1. sign-ups" in heard
    assert "until Fri, Dec 11, 2026" not in heard
    await any_chat.says("ben", "/goals change 1 until 2026-12-11")
    (goal,) = any_chat.rows(Goal)
    assert (goal.title, goal.ends_on, row(any_chat).title) == (
        "Nobody asks for help",
        date(2026, 12, 11),
        "sign-ups",
    )
    assert row(any_chat).ends_on is None


async def test_by_its_number_alone_the_form_of_the_goal_opens(chat: Chat) -> None:
    await measured(chat)
    heard = await chat.says("ben", "/goals change 1")
    assert heard.form
    assert heard.form.given["title"] == "Customers find their way"
    assert "Changed." in await chat.submits("ben", title="Nobody asks for help")


async def test_what_no_goal_has_is_changed_of_its_only_key_result(chat: Chat) -> None:
    await measured(chat)
    assert "Target: 500 → 600" in await chat.says("ben", "/goals change 1 target 600")
    await chat.says("ben", "/goals result 1 churn from 5 to 3")
    heard = await chat.says("ben", "/goals change 1 target 700")
    assert "Say which key result of goal 1 you mean, by its number: 1.1. sign-ups and 1.2. churn." in heard
    assert "Target: 600 → 700" in await chat.says("ben", "/goals change 1.1 target 700")
    await chat.says("ben", "/goals change 2 weight 3")
    assert (row(chat, 2).weight, row(chat, 1).weight) == (3, 1)


async def test_a_goal_is_changed_by_its_number_in_chinese(chat: Chat) -> None:
    await chat.says("chen", "新建目标 新客户自己就能上手")
    await chat.says("chen", "添加关键结果 1 注册数 从 100 到 500")
    await chat.says("chen", "目标 修改 1 标题 没人需要帮助")
    assert chat.rows(Goal)[0].title == "没人需要帮助"
    assert row(chat).title == "注册数"


async def test_a_day_of_its_own_ends_the_weekly_question(chat: Chat) -> None:
    await measured(chat)
    await chat.says("ben", "/goals change 1.1 until 2026-11-25")
    chat.wait(days=14)
    await chat.tick()
    assert "sign-ups" not in chat.told("ben")


async def test_the_owner_hears_once_what_somebody_else_changed(chat: Chat) -> None:
    await measured(chat)
    await chat.says("ben", "/goals change 1.1 target 600")
    await chat.presses("ada", "Open", on=await chat.says("ada", "/goals of @ben"))
    await chat.presses("ada", "Change")
    await chat.submits("ada", title="Customers stay")
    chat.wait(minutes=5)
    await chat.presses("ada", "Open", on=await chat.says("ada", "/goals of @ben"))
    await chat.presses("ada", "Change")
    await chat.submits("ada", title="Customers stay", until="2027-01-29")
    chat.wait(minutes=11)
    await chat.tick()
    await chat.tick()
    told = chat.told("ben")
    assert told.count("was changed by somebody else") == 1
    assert "Title: Customers find their way → Customers stay" in told
    assert "Until: Thu, Dec 31, 2026 → Fri, Jan 29, 2027" in told
    assert "Target" not in told, "Ben knows what he did himself"
    chat.wait(minutes=30)
    await chat.tick()
    assert chat.told("ben").count("was changed by somebody else") == 1
