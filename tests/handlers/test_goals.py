"""Goals through the doors that people use: written, measured, moved, taken back, and seen by whom they are for."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from storage.goals import Goal, GoalChange, KeyResult
from storage.policy import Kind
from tests.company import Chat, Heard


async def write(
    chat: Chat, who: str = "ben", *results: str, title: str = "Customers find their way"
) -> Heard:
    """A goal with key results, the last answer."""
    heard = await chat.says(who, f"/goals add {title}")
    for words in results:
        heard = await chat.says(who, f"/goals result 1 {words}")
    return heard


async def test_a_goal_is_written_measured_and_moved(any_chat: Chat) -> None:
    heard = await write(
        any_chat, "ben", "sign-ups from 100 to 500 users", "churn from 5% to 3%", "live in Japan"
    )
    assert "1 key result has no data yet: the others carry its weight." in heard
    heard = await any_chat.says("ben", "/goals update 1 70% shipped to beta")
    assert "Noted: 0%, now 70%." in heard
    assert "380 users, from 100 to 500 (70%)" in heard
    assert "shipped to beta" in heard
    heard = await any_chat.says("ben", "/goals update 2 4.2")
    assert "4.2%, from 5% to 3% (40%)" in heard
    heard = await any_chat.says("ben", "/goals update 3 yes")
    assert "Noted: it is reached." in heard
    assert "▓▓▓▓▓▓▓░░░ 70%" in await any_chat.says("ben", "/goals")


async def test_the_same_in_chinese(chat: Chat) -> None:
    await chat.says("chen", "新建目标 新客户自己就能上手")
    heard = await chat.says("chen", "添加关键结果 1 注册数从 100 到 500 人")
    assert "注册数：100 人，从 100 到 500（0%）" in heard, heard.text
    heard = await chat.says("chen", "更新目标 1 70% 已发布测试版")
    assert "已记录：从 0% 到 70%。" in heard
    assert "已发布测试版" in heard
    assert "注册数：380 人" in await chat.says("chen", "目标")


@pytest.mark.parametrize(
    "title",
    [
        "All customers renew",
        "Team spirit grows",
        "Private cloud is ready",
        "Friday deploys are calm",
        "所有人都会用新系统",
        "团队氛围更好",
        "Mine",
    ],
)
async def test_a_title_is_what_was_typed_and_says_nothing_about_who_sees_it(chat: Chat, title: str) -> None:
    await chat.says("ada", "/goals add Someone else's")
    await chat.says("ada", f"/goals add {title}")
    usual, row = chat.rows(Goal)
    assert (row.title, row.level, row.kind, row.ends_on) == (title, usual.level, usual.kind, usual.ends_on)


async def test_who_sees_a_goal_can_be_said_with_a_tag(chat: Chat) -> None:
    await chat.says("ada", "/goals add by friday ship the beta #private")
    (row,) = chat.rows(Goal)
    assert (row.title, row.kind, row.ends_on) == ("ship the beta", Kind.GOAL_PRIVATE, date(2026, 11, 27))


async def test_the_form_asks_the_same_and_marks_what_is_wrong(chat: Chat) -> None:
    await write(chat)
    await chat.presses("ben", "Add a key result")
    heard = await chat.submits("ben", what="tickets", begin="40", target="40")
    assert heard.answer.outcome == "invalid"
    assert [name for name, _ in heard.answer.errors] == ["target"]
    heard = await chat.submits("ben", what="tickets", begin="40", target="lots")
    assert [name for name, _ in heard.answer.errors] == ["target"]
    heard = await chat.submits("ben", what="tickets", begin="40", target="20", unit="a week", weight="2")
    assert "tickets: 40 a week, from 40 to 20 (0%)" in heard
    await chat.presses("ben", "Add a key result")
    heard = await chat.submits("ben", what="users from 1 to 5", stretch="7")
    assert "users: 1, from 1 to 5 (0%), stretch 7" in heard
    row = next(row for row in chat.rows(KeyResult) if row.title == "tickets")
    assert (row.direction, row.weight) == ("down", 2)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("1 soon", "Begin with a number"),
        ("1 ", "Which key result?"),
        ("1 99999999999999999", "too large"),
        ("1 1e9 already", "I cannot read “1e9” as a number"),
        ("1 3/4 done", "I cannot read “3/4” as a number"),
        ("1 70 100 people came", "“70 100” can be two numbers here. Write 70100, or 70, 100."),
    ],
)
async def test_what_is_no_progress_gets_a_sentence(chat: Chat, words: str, says: str) -> None:
    await write(chat, "ben", "sign-ups from 100 to 500")
    assert says in await chat.says("ben", f"/goals update {words}")


async def test_progress_in_chinese_signs(chat: Chat) -> None:
    await write(chat, "chen", "注册数 from 0 to 300 人")
    assert "150" in await chat.says("chen", "更新目标 1 百分之五十 已发布")
    assert "120" in await chat.says("chen", "更新目标 1 一百二十人，继续")
    await chat.says("chen", "更新目标 1 一切顺利")
    assert chat.rows(KeyResult)[0].value == 120


@pytest.mark.parametrize(
    "words", ["完成70%", "已完成 70%", "完成了70%", "完成度：70%", "进度 70%", "达成百分之七十"]
)
async def test_progress_in_a_chinese_sentence(chat: Chat, words: str) -> None:
    await write(chat, "chen", "注册数 from 100 to 500 人")
    assert "从 0% 到 70%" in await chat.says("chen", f"更新目标 1.1 {words}，已发布测试版")
    assert "已发布测试版" in chat.last["chen"]


async def test_steps_are_said_as_so_many_of_all(chat: Chat) -> None:
    await write(chat, "ben", "launch in 4 steps")
    assert "3 of 4 (75%)\nthe shop" in await chat.says("ben", "/goals update 1 3/4 the shop")
    assert "I cannot read “3/5” as a number" in await chat.says("ben", "/goals update 1 3/5")


@pytest.mark.parametrize(
    ("line", "reads"),
    [
        ("sign-ups from 1 000 to 5 million users", "1,000 users, from 1,000 to 5,000,000"),
        ("cost between 1 000 000 and 2 million", "to stay between 1,000,000 and 2,000,000"),
        ("revenue from $1m to $2m", "$1,000,000, from $1,000,000 to $2,000,000"),
        ("cost between £10 and £20", "to stay between £10 and £20"),
        ("收入从￥一百万到￥2百万", "¥1,000,000, from ¥1,000,000 to ¥2,000,000"),
        ("注册从一百二十到三百", "120, from 120 to 300"),
        ("满意度在百分之八十和百分之九十之间", "to stay between 80% and 90%"),
        ("sign-ups from 1 to 1e9", "I cannot read “1e9” as a number"),
        ("把复购率从 10% 提升到 15%", "复购率: 10%, from 10% to 15%"),
        ("客户数由100人增加至200人", "客户数: 100 人, from 100 to 200"),
        ("客户投诉从 40 降到 20 件", "客户投诉: 40 件, from 40 to 20"),
        ("sign-ups from 100 users to 500 users", "sign-ups: 100 users, from 100 to 500"),
        ("trips from 2 cars to 3 trains", "trips from 2 cars to 3 trains: not said yet"),
        ("churn from 5% to 3% of customers", "churn of customers: 5%, from 5% to 3%"),
        ("churn between 2% and 4% each month", "churn each month: not said yet, to stay between 2% and 4%"),
        ("续约率 从 90% 到 95% 权重 -1", "A weight is 0 or more."),
        ("NPS 30 -> 50", "NPS: 30, from 30 to 50"),
        ("满意度：3.5→4.5 分", "满意度: 3.5 分, from 3.5 to 4.5"),
        ("sign-ups from 1 to 5 users stretch 7 weight 2", "1 users, from 1 to 5 (0%), stretch 7 users\n"),
        ("注册数从 1 到 5 人，权重 2，挑战值 7", "1 人, from 1 to 5 (0%), stretch 7 人\n"),
        ("users from 1 to 5 by 2026-12-11, stretch 7", "(0%), stretch 7, until Fri, Dec 11, 2026\n"),
        ("注册数从 1 到 5 人，12月11日前", "注册数: 1 人, from 1 to 5 (0%), until Fri, Dec 11, 2026\n"),
        ("live in Japan by Friday", "live in Japan: not said yet (no data yet), until Fri, Nov 27, 2026\n"),
        ("注册数从1到5，挑战值7，权重2", "1, from 1 to 5 (0%), stretch 7\n"),
        ("注册数从1到5挑战值7权重百分之三十", "1, from 1 to 5 (0%), stretch 7\n"),
        ("占权重百分之三十的项目完成", "占权重百分之三十的项目完成: not said yet"),
        ("流失率在2%到4%之间", "流失率: not said yet, to stay between 2% and 4%"),
        ("库存在100到200之间", "库存: not said yet, to stay between 100 and 200 (no data yet)"),
        ("fewer tickets by 1/3", "fewer tickets by 1/3: not said yet"),
        ("users from 1 to 5 by 2/3", "(0%), until Wed, Feb 3, 2027\n"),
        ("Monday stand-by Monday", "Monday stand-by Monday: not said yet"),
        ("users from 5 M to 10 M", "5,000,000, from 5,000,000 to 10,000,000"),
        ("users from 1 to 5 stretch 3", "The stretch lies before the target."),
        ("churn between 2% and 4% stretch 5", "A stretch lies beyond a target"),
        ("users from 1 to 5 by 2020-12-31", "This day is over."),
        ("yoga, and stretch 10", "yoga, and stretch 10: not said yet"),
        ("NPS 30 to 50", "Key result 1.1 is added, as a yes or no."),
        (
            "sign-ups from 1 to 5 paying customers in Germany",
            "sign-ups paying customers in Germany: 1, from 1 to 5",
        ),
        (
            "churn between 2 and 4 customers of all whom we have",
            "churn customers of all whom we have: not said yet",
        ),
        ("temperature between -5 and -2", "to stay between -5 and -2"),
        ("温度在 -5 到 -2 之间", "to stay between -5 and -2"),
        ("上线分四步完成", "上线: not said yet, to reach 4"),
        ("launch in four steps", "launch: not said yet, to reach 4"),
        ("open in Berlin 4 steps away", "open in Berlin 4 steps away: not said yet"),
        (
            "营收从100到500万元",
            "“100 – 500万” can be two numbers here. Write 100万 – 500万, or 100 – 5000000.",
        ),
        ("revenue from 1 to 5 million", "Write 1 million – 5 million, or 1 – 5000000."),
        ("cost between $1 and $2m", "Write $1m – $2m, or $1 – 2000000."),
        ("cost from 12 to 10 million", "Write 12 million – 10 million, or 12 – 10000000."),
        ("成本从 12.5 降到 10 万元", "Write 12.5 万 – 10 万, or 12.5 – 100000."),
        ("里程从 100 到 300 千米", "100 千米, from 100 to 300"),
        ("重量从 70 降到 65千克", "70 千克, from 70 to 65"),
        ("注册数从 100 到 1万", "100, from 100 to 10,000"),
        ("从一百到五百万元", "Key result 1.1 is added, as a yes or no."),
        ("营收从一百到五百万元", "Write 一百万 – 五百万, or 一百 – 5000000."),
        ("profit from -$5k to $10k", "profit: -$5,000, from -$5,000 to $10,000"),
        ("revenue from 0 to 5 million", "0 of 5,000,000"),
        ("reach from 100 to 1k", "100, from 100 to 1,000"),
        ("hire from 3-5 to 10", "I cannot read “3-5” as a number"),
        ("move from 24/7 to on call", "move from 24/7 to on call: not said yet"),
    ],
)
async def test_a_key_result_is_written_in_one_line_as_people_do(chat: Chat, line: str, reads: str) -> None:
    await chat.says("ben", "/goals add Grow")
    assert reads in await chat.says("ben", f"/goals result 1 {line}")


@pytest.mark.parametrize(
    ("words", "now"),
    [
        ("+40 two more orders", "340, from 100 to 500 (60%)"),
        ("＋４０", "340, from 100 to 500 (60%)"),
        ("+10%", "340, from 100 to 500 (60%)"),
        ("50", "50, from 100 to 500 (0%)"),
    ],
)
async def test_a_plus_adds_to_what_it_is(chat: Chat, words: str, now: str) -> None:
    await write(chat, "ben", "sign-ups from 100 to 500")
    await chat.says("ben", "/goals update 1 300")
    assert now in await chat.says("ben", f"/goals update 1 {words}")


@pytest.mark.parametrize(
    "line",
    [
        "投诉 从 40 到 20 权重 30％",
        "投诉从40到20（权重30%）",
        "投诉从40到20权重30",
        "投诉从40到20，权重占百分之三十",
        "投诉从40到20，权重为３０％",
        "投诉 from 40 to 20 (weight 30%)",
        "投诉 from 40 to 20, weight of 30",
    ],
)
async def test_what_it_weighs_is_read_as_people_write_it(chat: Chat, line: str) -> None:
    await write(chat, "chen", line)
    (row,) = chat.rows(KeyResult)
    assert (row.title, row.start, row.target, row.unit, row.weight) == ("投诉", 40, 20, "", 30)


async def test_what_is_chosen_beside_a_line_holds(chat: Chat) -> None:
    await chat.says("ben", "/goals add Grow")
    await chat.presses("ben", "Add a key result")
    assert "it goes the other way" in await chat.submits("ben", what="offices from 2 to 3", way="down")
    await chat.submits("ben", what="move from 2 offices to 3", way="yes_no")
    (row,) = chat.rows(KeyResult)
    assert (row.direction, row.title) == ("yes_no", "move from 2 offices to 3")


@pytest.mark.parametrize(
    ("unit", "words", "value", "note"),
    [
        ("h", "40 hired two more", 40, "hired two more"),
        ("h", "40h left", 40, "left"),
        ("h", "40 h", 40, ""),
        ("m", "120 m laid", 120, "laid"),
        ("m", "120m laid", 120, "laid"),
        ("m", "120 made it", 120, "made it"),
        ("m€", "120 m€", 120, ""),
        ("万元", "300万", 300, ""),
        ("万元", "300 万元 签了大单", 300, "签了大单"),
        ("万元", "三百万元 签了大单", 300, "签了大单"),
        ("千米", "5千米", 5, ""),
        ("人", "120人已签约", 120, "已签约"),
        ("元", "30万元", 300000, ""),
        ("users", "+2k users more", 2000, "more"),
    ],
)
async def test_a_unit_multiplies_nothing_and_takes_no_letter_of_a_word(
    chat: Chat, unit: str, words: str, value: int, note: str
) -> None:
    await chat.says("ben", "/goals add Grow")
    await chat.presses("ben", "Add a key result")
    await chat.submits("ben", what="what is counted", begin="0", target="500", unit=unit)
    await chat.says("ben", f"/goals update 1.1 {words}")
    (row,) = chat.rows(KeyResult)
    assert row.value == value
    change = next(each for each in chat.rows(GoalChange) if each.act == "moved")
    assert change.note == note


async def test_what_goes_on_behind_a_unit_is_not_cut_off(chat: Chat) -> None:
    await chat.says("ben", "/goals add Grow")
    await chat.presses("ben", "Add a key result")
    await chat.submits("ben", what="what is counted", begin="0", target="500", unit="万元")
    assert "I cannot read “3万5” as a number." in await chat.says("ben", "/goals update 1.1 3万5")


async def test_metres_and_millions_are_asked_about(chat: Chat) -> None:
    heard = await write(chat, "ben", "cable from 0 to 500 m")
    assert "“500 m” can be two numbers here. Write 500 million, or 500." in heard


async def test_an_update_is_taken_back_unless_something_was_said_since(chat: Chat) -> None:
    await write(chat, "ben", "sign-ups from 100 to 500")
    first = await chat.says("ben", "/goals update 1 300")
    second = await chat.says("ben", "/goals update 1 400")
    assert "Something was said about it since" in await chat.presses("ben", "Undo", on=first)
    assert "300, from 100 to 500 (50%)" in await chat.presses("ben", "Undo", on=second)
    assert "It was taken back already." in await chat.presses("ben", "Undo", on=second)
    assert [row.act for row in sorted(chat.rows(GoalChange), key=lambda row: row.id)] == [
        "made", "made", "moved", "moved", "undone",
    ]  # fmt: skip


async def test_nothing_is_changed_without_a_trace(chat: Chat) -> None:
    await write(chat, "ben", "sign-ups from 100 to 500")
    await chat.says("ben", "/goals")
    await chat.presses("ben", "Open")
    await chat.presses("ben", "Change")
    await chat.submits("ben", title="Customers arrive", sight="private")
    await chat.presses("ben", "End this goal")
    await chat.presses("ben", "Open it again")
    await chat.says("ben", "/goals")
    await chat.presses("ben", "Open")
    heard = await chat.presses("ben", "What changed")
    for words in (
        "written down",
        "Title: Customers find their way → Customers arrive",
        "ended",
        "opened again",
    ):
        assert words in heard
    assert {row.kind for table in (Goal, KeyResult, GoalChange) for row in chat.rows(table)} == {
        Kind.GOAL_PRIVATE
    }


async def test_an_ended_goal_takes_no_word_from_an_old_button_before_it_is_opened_again(chat: Chat) -> None:
    shown = await write(chat, "ben", "sign-ups from 100 to 500")
    said = await chat.says("ben", "/goals update 1 200")
    mine = await chat.says("ben", "/goals")
    form = await chat.presses("ben", "1.1. sign-ups", on=mine)
    await chat.presses("ben", "End this goal", on=shown)
    old = (("1.1. sign-ups", mine), ("At risk", said), ("Add a key result", shown), ("Change", shown))
    for label, on in old:
        assert "This goal has ended, and nothing was changed." in await chat.presses("ben", label, on=on)
    chat.last["ben"] = form
    assert "This goal has ended" in await chat.submits("ben", far="300")
    await chat.presses("ben", "Open it again")
    assert "300, from 100 to 500 (50%)" in await chat.says("ben", "/goals update 1 300")


@pytest.mark.parametrize(
    ("who", "said", "shown"),
    [
        ("ben", "/goals 1.1 300 shipped", "300, from 100 to 500 (50%)\nshipped"),
        ("ben", "目标 1.1 70%", "380, from 100 to 500 (70%)"),
        ("ada", "/goals @ben", "The goals of Ben Okri"),
        ("ada", "/goals @nobody", "I do not know nobody as a colleague."),
        ("ben", "/goals 9.9 300", "I did not understand “9.9 300” here."),
    ],
)
async def test_what_is_said_behind_the_word_for_goals_is_for_the_command_that_it_answers(
    chat: Chat, who: str, said: str, shown: str
) -> None:
    await write(chat, "ben", "sign-ups from 100 to 500")
    assert shown in await chat.says(who, said)


async def test_every_number_says_why(chat: Chat) -> None:
    await write(chat, "ben", "sign-ups from 100 to 500", "live in Japan")
    await chat.says("ben", "/goals update 1 300")
    await chat.says("ada", "/goals team")
    await chat.presses("ada", "Open")
    heard = await chat.presses("ada", "Why this number?")
    assert "Why 50%?" in heard
    assert "Counts for 100% of the goal." in heard
    assert "Said by Ben Okri" in heard
    assert "No data yet: left out." in heard


async def test_every_number_says_what_would_change_it(chat: Chat) -> None:
    await write(chat, "ben", "sign-ups from 100 to 500", "live in Japan", "churn between 2% and 4%")
    await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    shown = chat.last["ben"]
    for words in ("1.1 300", "1.2 not yet", "1.3 5%"):
        await chat.says("ben", f"/goals update {words}")
    heard = await chat.presses("ben", "Why this number?", on=shown)
    for words in (
        "sign-ups: 10% more of its way is 3.3% of the goal",
        "live in Japan: once it is reached, 33.3% of the goal",
        "churn: once it is in its band, 33.3% of the goal",
        "In its band it is 100%, outside of it 0%.",
    ):
        assert words in heard, heard.text


async def test_what_would_change_it_is_never_more_than_what_is_left(chat: Chat) -> None:
    await write(chat, "ben", "sign-ups from 100 to 500")
    await chat.says("ben", "/goals update 1.1 96%")
    assert "sign-ups: the rest of its way is 4% of the goal" in await chat.says("ben", "/goals why 1")


async def test_a_percentage_is_no_value_of_a_band_in_another_unit(chat: Chat) -> None:
    await write(chat, "ben", "answers between 2 and 4 days")
    heard = await chat.says("ben", "/goals update 1 70% of all within a day")
    assert "Give the number itself, in days." in heard
    await write(chat, "chen", "回复时间 在 2 到 4 天之间")
    assert "请直接填写数值，单位为天。" in await chat.says("chen", "更新目标 1 70%")
    assert [row.value for row in chat.rows(KeyResult)] == [None, None]
    await chat.says("ben", "/goals result 1 churn between 2 and 4")
    assert "3, to stay between 2 and 4 (100%)" in await chat.says("ben", "/goals update 1.2 3%")


async def test_a_goal_without_a_number_says_why_in_chinese(chat: Chat) -> None:
    await write(chat, "chen", "在日本上线")
    await chat.presses("chen", "Open", on=await chat.says("chen", "目标"))
    assert "为什么还没有数字？" in await chat.presses("chen", "Why this number?")


async def test_who_sees_a_goal_and_who_may_move_it(any_chat: Chat) -> None:
    await write(any_chat, "ben", "sign-ups from 100 to 500")
    (goal,) = any_chat.rows(Goal)
    seen = {
        who: any_chat.change(lambda store, who=who: store.goals.get(goal.id, reader=any_chat.ids[who]))
        is not None
        for who in any_chat.ids
    }
    assert seen["ben"]
    assert seen["ada"]
    assert not seen["ivan"]


async def test_a_key_result_is_numbered_within_its_goal(chat: Chat) -> None:
    heard = await write(chat, "ben", "one from 0 to 5", "two from 0 to 5")
    assert "1. Customers find their way" in heard
    assert "1.1. one: 0 of 5" in heard
    assert "1.2. two: 0 of 5" in heard
    await chat.says("ben", "/goals add Engines last")
    assert "2.1. three: 0 of 5" in await chat.says("ben", "/goals result 2 three from 0 to 5")
    await write(chat, "ada", "four from 0 to 5")
    assert {(row.subject_id, row.called) for row in chat.rows(KeyResult)} == {
        (chat.ids["ben"], "1.1"),
        (chat.ids["ben"], "1.2"),
        (chat.ids["ben"], "2.1"),
        (chat.ids["ada"], "1.1"),
    }


@pytest.mark.parametrize(
    ("typed", "moves"),
    [
        ("1.2 4", "two: 4 of 5"),
        ("#2.1 4", "three: 4 of 5"),
        ("2 4", "three: 4 of 5"),
        ("2.1: 4", "three: 4 of 5"),
    ],
)
async def test_a_number_means_one_key_result(chat: Chat, typed: str, moves: str) -> None:
    await write(chat, "ben", "one from 0 to 5", "two from 0 to 5")
    await chat.says("ben", "/goals add Engines last")
    await chat.says("ben", "/goals result 2 three from 0 to 5")
    assert moves in await chat.says("ben", f"/goals update {typed}")


async def test_a_number_that_could_mean_several_is_asked_about_and_never_taken_for_a_value(
    chat: Chat,
) -> None:
    await write(chat, "ben", "one from 0 to 500", "two from 0 to 500")
    await chat.says("ben", "/goals add Engines last")
    await chat.says("ben", "/goals result 2 three from 0 to 5")
    heard = await chat.says("ben", "/goals update 1 70% shipped to beta")
    assert heard.form
    two = next(row for row in chat.rows(KeyResult) if row.called == "1.2")
    heard = await chat.submits("ben", result=two.id)
    assert "1.2. two: 350 of 500 (70%)" in heard
    assert "shipped to beta" in heard


@pytest.mark.parametrize(
    ("typed", "value", "note"),
    [
        ("done!", 1, ""),
        ("yes, since Friday", 1, "since Friday"),
        ("not yet: legal", 0, "legal"),
        ("No – legal is slow", 0, "legal is slow"),
        ("no problem, done", None, ""),
        ("no change", None, ""),
        ("n/a", None, ""),
        ("还没有", 0, ""),
        ("还没上线，等法务", 0, "还没上线，等法务"),
        ("尚未达成", 0, "尚未达成"),
        ("不", 0, ""),
        ("完成了", 1, ""),
        ("已达成，周五上线", 1, "周五上线"),
        ("完成了一半", None, ""),
        ("没有问题，已上线", None, ""),
        ("对接中", None, ""),
        ("是否上线待定", None, ""),
    ],
)
async def test_a_yes_or_a_no_is_one_only_where_the_word_stands_alone(
    chat: Chat, typed: str, value: int | None, note: str
) -> None:
    await write(chat, "chen", "在日本上线")
    heard = await chat.says("chen", f"/goals update 1.1 {typed}")
    (row,) = chat.rows(KeyResult)
    assert row.value == value
    if value is None:
        assert "It is a yes or no" in heard
    else:
        assert chat.rows(GoalChange, GoalChange.act == "moved")[-1].note == note


@pytest.mark.parametrize(
    ("typed", "field", "kept"),
    [
        ("9 70% shipped to beta", "far", "70% shipped to beta"),
        ("#9.1: not yet", "far", "not yet"),
        ("9 shipped to beta", "far", "9 shipped to beta"),
        ("9 new users", "far", "9 new users"),
        ("9", "far", "9"),
    ],
)
async def test_a_number_that_no_key_result_has_is_said_to_be_missing(
    chat: Chat, typed: str, field: str, kept: str
) -> None:
    await write(chat, "ben", "one from 0 to 500", "two from 0 to 500")
    heard = await chat.says("ben", f"/goals update {typed}")
    assert "You have no open key result 9" in heard
    assert "1.1. one\n1.2. two" in heard
    assert heard.form
    assert heard.form.given[field] == kept


@pytest.mark.parametrize(
    ("command", "says", "kept"),
    [
        ("/goals result 9 tickets from 40 to 20", "no open goal 9", {"what": "tickets from 40 to 20"}),
        ("/goals result 9", "no open goal 9", {}),
        ("/goals chart 9", "no open goal 9", {}),
        ("/goals align 9", "no open goal 9", {}),
        ("/goals change 9 target 600", "no open goal or key result 9", {"target": "600"}),
    ],
)
async def test_every_door_that_takes_a_number_says_that_it_is_missing(
    chat: Chat, command: str, says: str, kept: dict[str, str]
) -> None:
    await write(chat, "ada", title="The platform grows")
    await write(chat, "ben", "one from 0 to 500", "two from 0 to 500")
    heard = await chat.says("ben", command)
    assert says in heard
    assert heard.form
    assert {name: item for name, item in heard.form.given.items() if item} == kept
    assert "I did not understand" not in heard


async def test_an_interview_says_that_a_number_is_missing_over_its_first_question(chat: Chat) -> None:
    chat.interviews = True
    await write(chat, "ben", "one from 0 to 500", "two from 0 to 500")
    heard = await chat.says("ben", "/goals update 9 70%")
    assert "You have no open key result 9" in heard
    assert "Which key result?" in heard
    await chat.presses("ben", "1.2. two")
    for _ in range(3):
        heard = await chat.presses("ben", "Skip")
    assert "1.2. two: 350 of 500 (70%)" in heard


async def test_with_many_goals_the_first_are_named_and_the_rest_is_counted(chat: Chat) -> None:
    for number in range(12):
        await write(chat, title=f"Goal {number}")
    heard = await chat.says("ben", "/goals chart 99")
    assert "10. Goal 9\n… and 2 more." in heard


async def test_goals_of_one_moment_have_numbers_of_their_own(any_chat: Chat) -> None:
    chat = any_chat
    await asyncio.gather(*(chat.says("ben", f"/goals add Goal {number}") for number in range(8)))
    assert sorted(row.number for row in chat.rows(Goal)) == [1, 2, 3, 4, 5, 6, 7, 8]


async def test_key_results_of_one_moment_have_numbers_of_their_own(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ben", "/goals add Customers find their way")
    await asyncio.gather(*(chat.says("ben", f"/goals result 1 step {n} from 0 to 5") for n in range(8)))
    assert sorted(row.number for row in chat.rows(KeyResult)) == [1, 2, 3, 4, 5, 6, 7, 8]


async def test_with_one_goal_its_number_may_be_left_out(chat: Chat) -> None:
    await write(chat, "ben", "one from 0 to 5", "two from 0 to 5")
    assert "1.2. two: 4 of 5" in await chat.says("ben", "/goals update 2 4")


@pytest.mark.parametrize(
    "words", ["to 300", "is now 300", "at 50%", "到 300", "到300", "已到：300", "３００"]
)
async def test_how_far_it_is_may_be_said_in_a_sentence(chat: Chat, words: str) -> None:
    await chat.says("ben", "/goals add New customers find their way alone")
    await chat.says("ben", "/goals result 1 sign-ups from 100 to 500")
    assert "sign-ups: 300, from 100 to 500 (50%)" in await chat.says("ben", f"/goals update 1.1 {words}")


async def test_a_goal_is_opened_by_its_number_and_shows_what_changed(chat: Chat) -> None:
    await write(chat, "ben", "sign-ups from 100 to 500")
    await chat.says("ben", "/goals update 1.1 300 shipped")
    assert "The goal is the mean of its key results" in await chat.says("ben", "/goals why 1")
    for said in ("/goals 1", "/goals show 1", "目标 查看 1", "/goals end 1"):
        heard = await chat.says("ben", said)
        assert "End this goal" in heard.buttons
        assert heard.text.startswith("Customers find their way")
        assert "Why this number?" in heard.buttons
    for said in ("/goals history 1", "目标 历史 1"):
        assert "Value: 100 → 300\nshipped" in await chat.says("ben", said)
    assert "You have no open goal 7. You have these:" in await chat.says("ben", "/goals history 7")


@pytest.mark.parametrize(
    ("word", "looks"),
    [
        ("at risk waiting for legal", "at_risk"),
        ("off track: legal is slow", "off_track"),
        ("#on-track all is well", "on_track"),
        ("red, legal is slow", "off_track"),
        ("有风险，法务还没回复", "at_risk"),
        ("风险评估完成了", ""),
        ("red team has found nothing", ""),
        ("the launch is at risk no more", ""),
    ],
)
async def test_how_it_looks_is_said_first_behind_the_figure(chat: Chat, word: str, looks: str) -> None:
    await write(chat, "ben", "sign-ups from 100 to 500")
    heard = await chat.says("ben", f"/goals update 1.1 70% {word}")
    (row,) = chat.rows(KeyResult)
    assert (row.value, row.confidence) == (380, looks)
    assert word.split(" ", 1)[-1] in heard


async def test_a_goal_whose_days_are_over_says_so(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ben", "/goals add by 2026-11-27 Sprint")
    await chat.says("ben", "/goals result 1 points from 0 to 5")
    chat.wait(days=4)
    assert "Its last day" not in (await chat.says("ben", "/goals")).text
    chat.wait(days=1)
    heard = await chat.says("ben", "/goals")
    assert "Its last day was Fri, Nov 27, 2026. End it, or carry it over with /goals next" in heard, (
        heard.text
    )
    await chat.presses("ada", "Open", on=await chat.says("ada", "/goals of @ben"))
    assert "Its last day was Fri, Nov 27, 2026." in chat.last["ada"]
    assert "carry it over" not in chat.last["ada"].text
