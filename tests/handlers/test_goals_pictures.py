"""Goals as pictures: each shows what its reader may see, says what it shows, and is also a table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from handlers import FEATURES
from handlers.kit.cards import Picture
from handlers.kit.charts import Bars, Course
from tests.company import MONDAY, Chat, Heard
from tests.handlers.test_checkins_team import hire
from tests.handlers.test_goals import write
from tests.handlers.test_goals_tree import company_goal, put

BEGAN = datetime(2026, 10, 1, 9, tzinfo=UTC)


async def forty_customers(chat: Chat, who: str = "ben") -> None:
    """Of a quarter that began on 1 October, until Monday, 23 November: 25 of 40."""
    chat.at(BEGAN)
    await chat.says(who, "/goals add Sign 40 customers")
    await chat.says(who, "/goals result 1 customers from 0 to 40")
    for days, value in ((10, 8), (20, 12), (20, 13), (40, 25)):
        chat.at(BEGAN + timedelta(days=days))
        await chat.says(who, f"/goals update 1 {value}")
    chat.at(MONDAY)


def picture(heard: Heard) -> Picture:
    assert heard.card
    (found,) = heard.card.pictures()
    return found


async def test_a_goal_over_time_says_what_it_shows(chat: Chat) -> None:
    await forty_customers(chat)
    heard = await chat.says("ben", "/goals chart 1")
    drawn = picture(heard).chart
    assert isinstance(drawn, Course)
    assert [percent for _, percent in drawn.points] == [0, 20, 33, 63, 63]
    assert drawn.points[-1][0] == MONDAY.date()
    assert "Sign 40 customers: 63% after 8 of 13 weeks, ahead of the straight line by 5 points" in heard
    heard = await chat.presses("ben", "As a table")
    assert not heard.card.pictures() if heard.card else False
    assert "Mon, Nov 23, 2026: 63%" in heard
    assert picture(await chat.presses("ben", "As a picture"))


async def test_the_same_in_chinese(chat: Chat) -> None:
    chat.at(BEGAN)
    await chat.says("chen", "新建目标 签约 40 家客户")
    await chat.says("chen", "添加关键结果 1 客户数从 0 到 40")
    chat.at(MONDAY)
    heard = await chat.says("chen", "目标图表 1")
    assert "签约 40 家客户：13 周已过 8 周，完成 0%，比匀速线落后 58 个百分点" in heard.text, heard.text


async def test_what_was_taken_back_is_not_drawn(chat: Chat) -> None:
    await forty_customers(chat)
    await chat.says("ben", "/goals update 1 40")
    await chat.presses("ben", "Undo")
    drawn = picture(await chat.says("ben", "/goals chart 1")).chart
    assert isinstance(drawn, Course)
    assert drawn.points[-1][1] == 63


async def test_what_was_taken_back_days_later_is_not_drawn_on_its_day(chat: Chat) -> None:
    await chat.says("ben", "/goals add Grow")
    await chat.says("ben", "/goals result 1 customers from 0 to 100")
    chat.wait(days=2)
    said = await chat.says("ben", "/goals update 1 70")
    chat.wait(days=2)
    await chat.presses("ben", "Undo", on=said)
    drawn = picture(await chat.says("ben", "/goals chart 1")).chart
    assert isinstance(drawn, Course)
    assert [percent for _, percent in drawn.points] == [0, 0]


async def test_what_is_not_judged_yet_is_left_out_of_each_day(chat: Chat) -> None:
    chat.at(BEGAN)
    await chat.says("ben", "/goals scorecard new Service")
    await chat.says("ben", "/goals item 1 complaints from 40 to 20 weight 50")
    await chat.says("ben", "/goals item 1 judged how calm incidents are led weight 50")
    chat.at(BEGAN + timedelta(days=10))
    await chat.says("ben", "/goals update 1.1 30 fewer of them")
    chat.at(BEGAN + timedelta(days=20))
    drawn = picture(await chat.says("ben", "/goals chart 1")).chart
    assert isinstance(drawn, Course)
    assert [percent for _, percent in drawn.points] == [0, 50, 50]


async def test_without_key_results_there_is_nothing_to_draw(chat: Chat) -> None:
    await chat.says("ben", "/goals add Be kind")
    assert "nothing to draw" in await chat.says("ben", "/goals chart 1")


async def test_a_team_shows_how_its_goals_look(chat: Chat) -> None:
    await forty_customers(chat)
    await chat.presses("ben", "Off track", on=await chat.says("ben", "/goals update 1 25"))
    put(chat, "eve", "Ship it")
    await chat.says("ada", "/goals team")
    heard = await chat.presses("ada", "As a picture")
    drawn = picture(heard).chart
    assert isinstance(drawn, Bars)
    assert [(bar.heading, bar.tone) for bar in drawn.bars] == [
        (True, ""),
        (False, "bad"),
        (True, ""),
        (False, ""),
    ]
    assert "2 goals: 1 off track and 1 with no status yet" in heard
    heard = await chat.presses("ada", "As a table")
    assert "Sign 40 customers · 63% ■ off track" in heard


async def test_a_picture_of_a_large_team_says_how_many_people_are_not_on_it(chat: Chat) -> None:
    await forty_customers(chat)
    many = [f"zoe{number}" for number in range(12)]
    hire(chat, "al", *many)
    for who in many:
        put(chat, who, "Engines that last")
    assert "And 4 more people." in await chat.says("ada", "/goals team")
    heard = await chat.presses("ada", "As a picture")
    assert picture(heard)
    assert "And one more person." in heard


async def test_of_a_large_team_those_who_have_goals_are_shown(any_chat: Chat) -> None:
    chat = any_chat
    hire(chat, *(f"al{number}" for number in range(12)))
    put(chat, "eve", "Engines that last")
    assert "Eve Curie" in await chat.opens("ada")
    assert "more people" not in await chat.opens("ada")
    assert "Engines that last" in await chat.says("ada", "/goals team")
    assert picture(await chat.presses("ada", "As a picture"))


async def test_the_tree_is_drawn_as_far_as_its_reader_sees_it(chat: Chat) -> None:
    top = company_goal(chat)
    team = put(chat, "ada", "Engines that last", serves=top, level="team", unit="Engines")
    put(chat, "ben", "A quiet plan", serves=team, kind="goal_private")
    await chat.says("ada", "/goals tree")
    drawn = picture(await chat.presses("ada", "As a picture")).chart
    assert isinstance(drawn, Bars)
    assert [bar.depth for bar in drawn.bars] == [0, 1, 2]
    await chat.says("ivan", "/goals tree")
    heard = await chat.presses("ivan", "As a picture")
    assert len(picture(heard).chart.bars) == 1  # type: ignore[union-attr]
    assert "quiet" not in heard
    assert "A company to trust · Grace Hopper" in await chat.presses("ivan", "As a table")


async def test_a_picture_is_drawn_anew_for_who_may_still_see_it(chat: Chat) -> None:
    await forty_customers(chat)
    await chat.says("ada", "/goals team")
    opened = await chat.presses("ada", "Open")
    await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    goal = chat.change(lambda store: store.goals.of(chat.ids["ben"], reader=chat.ids["ben"])[0])
    chat.change(
        lambda store: store.goals.change(
            store.goals.get(goal.id, reader=chat.ids["ben"]),
            "edited",
            by=chat.ids["ben"],
            kind="goal_private",
        )
    )
    assert picture(
        await chat.presses("ada", "Progress over time", on=opened)
    )  # her own report's: she still does
    assert "Sign 40" not in await chat.says("dora", "/goals chart 1")


async def test_who_prefers_reading_gets_tables_at_every_door(chat: Chat) -> None:
    await forty_customers(chat)
    assert "As tables to read" in await chat.says("ben", "/upbeat settings charts tables")
    assert "Charts: As tables to read" in await chat.says("ben", "/settings")
    heard = await chat.says("ben", "/goals chart 1")
    assert heard.card
    assert not heard.card.pictures()
    assert "Mon, Nov 23, 2026: 63%" in heard
    assert picture(await chat.presses("ben", "As a picture")), "now, for once"
    await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    heard = await chat.presses("ben", "Progress over time")
    assert not (heard.card and heard.card.pictures())
    await chat.says("ada", "设置图表 表格")
    heard = await chat.says("ada", "/goals team")
    assert "As a picture" not in heard.buttons
    heard = await chat.presses("ada", "As a table")
    assert not (heard.card and heard.card.pictures())
    assert "Sign 40 customers · 63%" in heard
    await chat.says("ada", "/upbeat settings charts pictures")
    await chat.says("ada", "/goals team")
    assert picture(await chat.presses("ada", "As a picture"))


def test_every_door_that_shows_charts_leaves_the_choice_to_its_reader() -> None:
    doors = {route.name: route.defaults for feature in FEATURES for route in feature.routes}
    chosen = {name: each["as_table"] for name, each in doors.items() if "as_table" in each}
    assert len(chosen) >= 6
    assert set(chosen.values()) == {None}


async def test_how_charts_are_shown_is_chosen_in_chinese_too(chat: Chat) -> None:
    await chat.presses("chen", "图表", on=await chat.says("chen", "设置"))
    heard = await chat.submits("chen", shown="tables")
    assert "今后图表将这样显示：文字表格。" in heard.text
    assert "图表：文字表格" in (await chat.says("chen", "设置")).text


async def test_a_manager_sees_the_team_on_the_home_screen(chat: Chat) -> None:
    await forty_customers(chat)
    heard = await chat.opens("ada")
    assert "Ben Okri  ▓▓▓▓▓▓░░░░ 63% · 1 goal: 1 with no status yet" in heard
    assert "The goals of your team" not in await chat.opens("eve")


async def test_of_what_nobody_said_nothing_is_drawn(any_chat: Chat) -> None:
    chat = any_chat
    await write(chat, "ben", "live in Japan")
    assert "Nobody has said yet how far it is" in await chat.says("ben", "/goals chart 1")
    said = await chat.says("ben", "/goals update 1.1 yes")
    assert "100% after" in await chat.says("ben", "/goals chart 1")
    chat.wait(days=1)
    await chat.presses("ben", "Undo", on=said)
    assert "Nobody has said yet how far it is" in await chat.says("ben", "/goals chart 1")
