"""How far it is, as people say it in two languages: dates, quarters, counts and ranges are told from the figure."""

from __future__ import annotations

from decimal import Decimal

import pytest

from storage.goals import GoalChange, KeyResult
from tests.company import Chat

ZH_SEVENTY = """
10月份完成70% | 10月完成了70% | 10月份：70% | 十月份完成70% | １０月份完成７０％ | 2026年10月完成70% | 10月底完成70%
截至10月31日完成70% | 10月31日 70% | 11月25日：完成70% | 5月1日到10月31日完成70% | 10月份完成百分之七十
Q3完成70% | 三季度完成70% | 第三季度已完成70% | 3季度完成 70% | 上半年完成70% | 第3周完成70% | 三周完成70%
3天完成了70% | 本月完成70% | 今年完成70% | 2026年完成70% | 到10月底完成70% | 截止目前70% | 目前完成70% | 已70%
10个客户完成70% | 3个版本完成70% | 5号店完成70% | 完成10月目标的70% | 完成年度目标的70% | 10月份进度70%
从10%提升到70% | 从50%到70% | 10%→70% | 70%，10月份完成剩下的 | 70%，完成5个模块 | 70% 10月份 | 累计完成70%
Q4 2026：70% | 2026 Q4 70% | 5G项目70% | 5G 项目完成70% | 世界500强客户完成70%
"""
EN_SEVENTY = """
10 Oct 70% | 31 October: 70% | Oct 31: 70% | 10 October we are at 70% | 2026-11-20 70% | today 70% | Friday: 70%
Q4 2026: 70% | Q4/2026 70% | 2026 Q4: 70%
from 10% to 70% | up from 10% to 70% | 10% -> 70% | 70% done in October | 70%, 3 of 5 regions
"""
ZH_OTHERS = {
    "10月份完成7个": 7, "10月：7个客户": 7, "10月7日5个": 5, "本周3个": 3, "2026年完成500": 500, "1季度500": 500,
    "10个客户中的7个": 7, "完成了10个客户中的7个": 7, "5次中3次": 3, "12家中小企业签约": 12, "3个版本，完成2轮测试": 3,
    "从10提升到70": 70, "从10到70": 70, "70提升到80": 80, "3个里程碑完成": 3, "5家已上线，3家在谈": 5, "现在12": 12,
    "3.5万": 35000, "完成120万": 1200000, "10月份完成1.2亿": 120000000, "两百": 200, "-5": -5, "完成-5": -5, "负5": -5,
    "500强客户签了3家": 3, "前500强签了3家": 3, "5G手机卖了100部": 100, "500强": 500,
    "5点完成": 5, "100日": 100, "5个客户现在70%满意": 5,
    "完成70，3个在谈": 70, "9月30，10月70": 30, "１２，３００，０００": 12300000, "70／1000": 70, "1，000": 1000,
    "10月": None, "10月份完成了签约": None, "完成2026年的计划": None, "现在12月了": None, "3号店上线了": None,
    "10个客户完成7个": None, "3个版本完成2轮测试": None, "10到20": None, "10至20个": None, "3万5": None, "第5名": None,
    "70，100个在谈": None, "10～20个": None, "11.28：70%": None, "11-28：70%": None,
}  # fmt: skip
EN_OTHERS = {
    "5 may be lost": 5, "3 of 10": 3, "7 out of 10 customers": 7, "2 more, 70% now": 2, "10 Oct 5 sign-ups": 5,
    "from 10 to 70": 70, "10 -> 70": 70, "5 by Friday": 5, "5 to-dos left": 5, "1,200": 1200, "-5 on balance": -5,
    "12 decks shipped": 12, "5 sat in": 5, "1.2k": 1200, "Q4 2000 sign-ups": 2000, "Q4 2026": 2026,
    "28.11. 70": 70, "28.11": Decimal("28.11"), "3D models 7": 7, "5g sold, 3 left": 5,
    "2nd release 70%": None, "1st 70": None,
    "10 to 20 people": None, "10-20": None, "10/31 70%": None, "in October": None,
}  # fmt: skip


def _sentences(words: str) -> list[str]:
    return [each.strip() for line in words.strip().splitlines() for each in line.split("|")]


async def _said(chat: Chat, who: str, command: str, words: str) -> Decimal | None:
    """To what a sentence moves a key result that goes from 0 to 1,000; None where it moves nothing."""
    await chat.says(who, f"{command} 1.1 0")
    before = len(chat.rows(GoalChange))
    await chat.says(who, f"{command} 1.1 {words}")
    (row,) = chat.rows(KeyResult)
    return row.value if len(chat.rows(GoalChange)) > before else None


@pytest.fixture
async def ben(chat: Chat) -> Chat:
    """Ben lives where 1,5 is one and a half: he moves to London."""
    chat.lives_in("ben", "Europe/London")
    await chat.says("ben", "/goals add Customers find their way")
    await chat.says("ben", "/goals result 1 sign-ups from 0 to 1000")
    return chat


@pytest.fixture
async def chen(chat: Chat) -> Chat:
    await chat.says("chen", "新建目标 新客户自己就能上手")
    await chat.says("chen", "添加关键结果 1 注册数 从 0 到 1000")
    return chat


async def test_what_stands_before_a_percentage_in_chinese_is_not_the_figure(chen: Chat) -> None:
    read = {words: await _said(chen, "chen", "更新目标", words) for words in _sentences(ZH_SEVENTY)}
    assert read == dict.fromkeys(read, 700)


async def test_what_stands_before_a_percentage_in_english_is_not_the_figure(ben: Chat) -> None:
    read = {words: await _said(ben, "ben", "/goals update", words) for words in _sentences(EN_SEVENTY)}
    assert read == dict.fromkeys(read, 700)


async def test_days_counts_and_ranges_in_chinese_are_told_from_the_figure(chen: Chat) -> None:
    assert {words: await _said(chen, "chen", "更新目标", words) for words in ZH_OTHERS} == ZH_OTHERS


async def test_days_counts_and_ranges_in_english_are_told_from_the_figure(ben: Chat) -> None:
    assert {words: await _said(ben, "ben", "/goals update", words) for words in EN_OTHERS} == EN_OTHERS


@pytest.mark.parametrize(
    ("unit", "words", "value"),
    [
        ("月", "10月", 10),
        ("天", "5天", 5),
        ("%", "10月份完成70%", 70),
        ("%", "10月份 70", 70),
        ("米", "5千米", 5000),
        ("米", "五千米", 5000),
        ("米", "5米", 5),
        ("千米", "5千米", 5),
        ("瓦时", "1.5千瓦时", 1500),
    ],
)
async def test_a_number_in_its_own_unit_is_no_day(chat: Chat, unit: str, words: str, value: int) -> None:
    await chat.says("chen", "新建目标 新客户自己就能上手")
    await chat.says("chen", f"添加关键结果 1 使用 从 0 到 1000 {unit}")
    assert await _said(chat, "chen", "更新目标", words) == value


async def test_of_a_sentence_around_the_figure_nothing_is_lost(chen: Chat) -> None:
    heard = await chen.says("chen", "更新目标 1.1 10月份完成70% 有风险，法务还没回复")
    assert "10月份完成70% 有风险，法务还没回复" in heard
    assert chen.rows(KeyResult)[0].confidence == "at_risk"
    assert "完成" not in await chen.says("chen", "更新目标 1.1 完成80%，已发布")


@pytest.mark.parametrize("note", [":rocket: half way", "half way :tada::+1:", ":tada:"])
async def test_an_emoji_beside_a_figure_keeps_its_colons(ben: Chat, note: str) -> None:
    heard = await ben.says("ben", f"/goals update 1.1 70% {note}")
    assert f"\n{note}\n" in heard


async def test_two_numbers_in_one_clause_are_asked(chen: Chat) -> None:
    heard = await chen.says("chen", "更新目标 1.1 10个客户完成7个")
    assert "“10个客户完成7” can be two numbers here. Write 10, or 7." in heard
    assert "I cannot read “10到20个客户” as a number" in await chen.says(
        "chen", "更新目标 1.1 10到20个客户 签约"
    )
