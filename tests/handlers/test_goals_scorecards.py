"""A scorecard through the door: weights, what is judged in words, bonus points, points off, and why."""

from __future__ import annotations

import pytest

from handlers.kit.cards import Menu
from handlers.kit.requests import Pressed
from storage.goals import Goal, KeyResult
from storage.policy import Kind
from tests.bot.ingest.sender import Sender, point
from tests.company import Chat, Heard

ITEMS = (
    "complaints from 40 to 20 weight 30%",
    "answers within a day from 60% to 90% weight 50",
    "judged how calm incidents are led weight 20",
    "bonus 5 for patents",
    "penalty 10 for safety incidents",
)


async def carded(chat: Chat, who: str = "ben", items: tuple[str, ...] = ITEMS) -> Heard:
    heard = await chat.says(who, "/goals scorecard new Customer service")
    for item in items:
        heard = await chat.says(who, f"/goals item 1 {item}")
    return heard


async def test_the_points_of_a_scorecard(any_chat: Chat) -> None:
    await carded(any_chat)
    await any_chat.says("ben", "/goals update 1.1 30")  # half of its way, weight 30
    await any_chat.says("ben", "/goals update 1.2 90%")  # all of it, weight 50
    heard = await any_chat.says("ben", "/goals scorecard")
    # (30 × 0.5 + 50 × 1) / 80
    assert "Score: 81.3 of 100 points" in heard, heard.text
    assert "1 key result has no data yet: the others carry its weight." in heard
    await any_chat.says("ben", "/goals update 1.3 4 calm when the database was down")
    await any_chat.says("ben", "/goals update 1.4 3 one patent was granted")
    await any_chat.says("ben", "/goals update 1.5 2 a near miss")
    heard = await any_chat.says("ben", "/goals scorecard")
    # 15 + 50 + 16, then 3 more and 2 less
    assert "Score: 82 points: 81 by weight, 3 added, 2 taken off" in heard, heard.text
    assert "Progress: 81%" in heard
    assert "1.4. patents: 3 of 5 bonus points at most" in heard


async def test_in_chinese(chat: Chat) -> None:
    await chat.says("chen", "新建记分卡 客户服务")
    await chat.says("chen", "添加指标 1 投诉 从 40 到 20 权重 30%")
    await chat.says("chen", "添加指标 1 定性 遇事冷静 权重 20")
    heard = await chat.says("chen", "添加指标 1 加分 5 专利")
    assert "1.3. 专利：加 0 分，最多加 5 分" in heard, heard.text
    assert "唯数字论" not in heard.text
    await chat.says("chen", "更新目标 1.1 30")
    assert "得分：50 分（满分 100）" in await chat.says("chen", "绩效卡"), chat.last["chen"].text


async def test_why_it_is_so_many_and_what_would_change_it(chat: Chat) -> None:
    await carded(chat, items=(ITEMS[0], *ITEMS[2:]))
    await chat.says("ben", "/goals update 1.1 30")
    heard = await chat.presses("ben", "Why this number?", on=await chat.says("ben", "/goals scorecard"))
    for words in (
        "Score: 50 of 100 points.",
        "Counts for 100% of the goal.",
        "No data yet: left out.",
        "complaints: 10% more of its way is 10 points",
        "how calm incidents are led: its first figure takes back its weight from the others",
        "patents: 5 more points can be added",
        "safety incidents: 10 more points can be taken off",
        "It was made without a template.",
    ):
        assert words in heard, heard.text


async def test_one_point_is_said_as_one(chat: Chat) -> None:
    items = ("complaints from 40 to 20 weight 10", "visits from 0 to 15 weight 90")
    await carded(chat, items=(*items, "bonus 1 for patents", "penalty 1 for incidents"))
    for said in ("1.1 30", "1.2 0"):
        await chat.says("ben", f"/goals update {said}")
    heard = await chat.presses("ben", "Why this number?", on=await chat.says("ben", "/goals scorecard"))
    for words in (
        "complaints: 10% more of its way is one point",
        "visits: 10% more of its way is 9 points",
        "patents: one more point can be added",
        "incidents: one more point can be taken off",
    ):
        assert words in heard, heard.text


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("change 1.3 target 9", "What is judged gets a grade from 0 to 5"),
        ("change 1.3 start 1", "What is judged gets a grade from 0 to 5"),
        ("change 1.4 weight 2", "Of bonus points and points off, only the name, the most"),
        ("change 1.5 start 2", "Of bonus points and points off, only the name, the most"),
    ],
)
async def test_what_is_judged_or_given_is_not_made_a_number(chat: Chat, said: str, says: str) -> None:
    await carded(chat)
    before = chat.rows(KeyResult)
    assert says in await chat.says("ben", f"/goals {said}")
    assert chat.rows(KeyResult) == before
    assert "Weight: 20 → 10" in await chat.says("ben", "/goals change 1.3 weight 10")
    assert "Target: 5 → 6" in await chat.says("ben", "/goals change 1.4 target 6")


async def test_points_that_are_given_are_never_more_than_the_most(chat: Chat) -> None:
    await carded(chat)
    await chat.says("ben", "/goals update 1.1 30")
    heard = await chat.says("ben", "/goals update 1.4 5 five patents")
    assert "Score: 23.8 points: 18.8 by weight, 5 added, 0 taken off" in heard, heard.text
    assert "patents: 3 of 3 bonus points at most" in await chat.says("ben", "/goals change 1.4 target 3")
    heard = await chat.says("ben", "/goals scorecard")
    assert "Score: 21.8 points: 18.8 by weight, 3 added, 0 taken off" in heard, heard.text
    assert "more points can be added" not in await chat.presses("ben", "Why this number?", on=heard)


async def test_points_that_are_given_are_no_way_to_a_target(chat: Chat) -> None:
    await carded(chat)
    for points in (10, 5):
        heard = await chat.says("ben", f"/goals update 1.5 {points} a fall")
        assert heard.text.startswith("Noted.\nScore: "), heard.text
        assert "On track" not in heard.buttons, "nothing shows how points off look"


async def test_zero_weight_is_tracked_and_not_counted(chat: Chat) -> None:
    await carded(chat, items=("one from 0 to 10 weight 0", "two from 0 to 10"))
    await chat.says("ben", "/goals update 1.1 10")
    heard = await chat.says("ben", "/goals scorecard")
    assert "Score: 0 of 100 points" in heard
    heard = await chat.presses("ben", "Why this number?", on=heard)
    assert "Weighs nothing: tracked, and not counted." in heard


async def test_where_nothing_counts_yet_nobody_carries_a_weight(chat: Chat) -> None:
    await carded(chat, items=("one from 0 to 10 weight 0", "judged calm in incidents"))
    heard = await chat.says("ben", "/goals why 1")
    assert "Why is there no number yet?" in heard
    assert "calm in incidents: a figure of it makes the first number" in heard
    for shown in (heard, await chat.says("ben", "/goals scorecard")):
        assert "the others" not in shown.text


async def test_confidence_is_a_thing_of_its_own(chat: Chat) -> None:
    await carded(chat, items=ITEMS[:1])
    heard = await chat.says("ben", "/goals update 1.1 30")
    await chat.presses("ben", "Off track", on=heard)
    heard = await chat.says("ben", "/goals scorecard")
    assert "Status: Off track: 1" in heard
    assert "Score: 50 of 100 points" in heard


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("update 1.3 6 very calm", "From 0 to 5 fits here."),
        ("update 1.3 4", "Say in a sentence why, after the number: “1.3 4 …”."),
        ("update 1.4 9 nine patents", "From 0 to 5 fits here."),
        ("item 1 bonus for patents", "Say how many points at most"),
        ("item 1 complaints from 40 to 40", "It starts where it should end"),
    ],
)
async def test_what_does_not_fit_gets_a_sentence(chat: Chat, said: str, says: str) -> None:
    await carded(chat)
    assert says in await chat.says("ben", f"/goals {said}")


async def test_numbers_alone_and_too_many_get_advice(chat: Chat) -> None:
    heard = await carded(chat, items=tuple(f"part {n} from 0 to 9" for n in range(1, 10)))
    assert "Few: More than 8 indicators" in heard
    assert "Not numbers alone: A scorecard of numbers alone misses how the work is done." in heard
    heard = await chat.says("ben", "/goals item 1 judged how incidents are led")
    assert "Not numbers alone" not in heard


async def test_points_that_are_given_when_there_is_a_reason_are_not_asked_for_weekly(chat: Chat) -> None:
    await carded(chat, items=("bonus 5 for patents",))
    chat.wait(days=7)
    await chat.tick()
    assert "patents" not in chat.told("ben")


async def test_a_manager_writes_it_for_whom_they_lead_and_nobody_else_does(chat: Chat) -> None:
    heard = await chat.says("ada", "/goals scorecard new @ben Customer service")
    assert "The scorecard is begun" in heard
    assert "Ada Lovelace wrote a scorecard for you" in chat.told("ben")
    (row,) = chat.rows(Goal)
    assert (row.subject_id, row.author_id, row.kind) == (chat.ids["ben"], chat.ids["ada"], Kind.GOAL_PRIVATE)
    await chat.presses("ada", "Add an item")
    await chat.submits("ada", what="complaints from 40 to 20", part="counted")
    assert [each.title for each in chat.rows(KeyResult)] == ["complaints"]
    assert "written by its owner or by their manager" in await chat.says(
        "dora", "/goals scorecard new @ben Mine"
    )


async def test_who_sees_a_scorecard(chat: Chat) -> None:
    await carded(chat)
    assert "Customer service" in await chat.says("ada", "/goals scorecard @ben")
    for who in ("chen", "dora", "hana", "ivan"):
        assert "Customer service" not in await chat.says(who, "/goals scorecard @ben"), who


async def test_a_number_that_no_scorecard_has_is_said_to_be_missing(chat: Chat) -> None:
    await carded(chat)
    heard = await chat.says("ben", "/goals item 9 complaints from 40 to 20")
    assert "You have no open scorecard 9" in heard
    assert heard.form
    assert heard.form.given["what"] == "complaints from 40 to 20"


async def test_points_that_are_given_are_never_fewer_than_none_whatever_data_says(chat: Chat) -> None:
    crm = Sender(chat)
    await crm.sends(point("-7"))
    await carded(chat, items=("complaints from 40 to 20", "penalty 10 for incidents"))
    await chat.says("ben", "/goals update 1.1 30")
    opened = await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    assert opened.card
    data = next(
        part
        for part in opened.card.parts
        if isinstance(part, Menu) and "Connect" in opened.voice.say(part.label)
    )
    form = (await chat.does("ben", Pressed(data.options[1].handle))).form
    assert form
    await chat.submits("ben", which=form.questions[0].options[0].value)  # type: ignore[attr-defined]
    heard = await chat.says("ben", "/goals scorecard")
    assert "Score: 50 of 100 points" in heard, heard.text
    assert "0 of 10 points off at most" in heard
