"""Advice on writing: each rule speaks where it should, is silent where it should, and never stands in the way."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.words import Voice
from handlers.goals.advice import RULES, hints
from handlers.goals.goal import Standing
from storage.goals import Goal, KeyResult
from tests.company import Chat


def goal(title: str = "Customers find their way", *results: KeyResult, **more: Any) -> Standing:
    values = {"begins_on": date(2026, 10, 1), "ends_on": date(2026, 12, 31), "form": "okr", **more}
    return Standing(Goal(title=title, **values), results)


def result(title: str, direction: str = "up", start: int | None = 3, unit: str = "") -> KeyResult:
    return KeyResult(
        title=title,
        goal_number=1,
        number=1,
        direction=direction,
        start=None if start is None else Decimal(start),
        target=Decimal(9),
        unit=unit,
        weight=Decimal(1),
    )


FINE = result("sign-ups", unit="people")
DONE = result("Live in Japan", "yes_no", None)

HITS = {
    "nothing to measure it by": (goal(), "Measure: "),
    "a vague deed": (goal("A", result("Improve onboarding", "yes_no")), "Measure, key result 1.1: "),
    "a vague deed in Chinese": (goal("A", result("优化新人引导", "yes_no")), "Measure, key result 1.1: "),
    "a time without a unit": (goal("A", result("response time", "down")), "Unit, key result 1.1: "),
    "an amount in Chinese": (goal("A", result("季度销售额")), "Unit, key result 1.1: "),
    "a change from nothing": (goal("A", result("Increase sign-ups", start=0)), "Baseline, key result 1.1: "),
    "a change in Chinese": (goal("A", result("提升注册数", start=0)), "Baseline, key result 1.1: "),
    "some day": (goal("Launch in Japan soon", DONE), "Date: "),
    "some day in Chinese": (goal("尽快上线", DONE), "Date: "),
    "some day in a key result": (goal("A", result("live ASAP", "yes_no")), "Date, key result 1.1: "),
    "longer than a year": (goal("A", FINE, ends_on=date(2028, 1, 1)), "Date: "),
    "everybody's": (goal("Everybody writes tests", FINE), "Owner: "),
    "everybody's in Chinese": (goal("各部门配合完成迁移", FINE), "Owner: "),
    "six key results": (goal("A", *[FINE] * 6), "Few: "),
    "nine indicators": (goal("A", DONE, *[FINE] * 8, form="kpi"), "Few: "),
    "numbers alone": (goal("A", FINE, FINE, form="kpi"), "Not numbers alone: "),
}


@pytest.mark.parametrize(("each", "says"), HITS.values(), ids=HITS)
def test_a_rule_speaks_and_says_its_name(each: Standing, says: str) -> None:
    (hint,) = hints(each)
    assert Voice().say(hint).startswith(says)


SILENT = {
    "as it should be": goal("Customers find their way", FINE, DONE),
    "as it should be in Chinese": goal("新客户自己就能上手", result("注册数", unit="人"), result("日本上线", "yes_no")),
    "a deed that names what will be there": goal("A", result("Support line open in 3 countries", "yes_no")),
    "a time with its unit": goal("A", result("response time", "down", unit="hours")),
    "a change from somewhere": goal("A", result("Increase sign-ups", start=100)),
    "a count from nothing that names no change": goal("A", result("new customers", start=0)),
    "words inside of words": goal("Sooner or later: a soonish tryout", result("cutlery sold", start=0)),
    "five key results": goal("A", *[FINE] * 5),
    "eight indicators": goal("A", DONE, *[FINE] * 7, form="kpi"),
    "a year": goal("A", FINE, ends_on=date(2027, 9, 30)),
}  # fmt: skip


@pytest.mark.parametrize("each", SILENT.values(), ids=SILENT)
def test_what_is_well_written_is_not_remarked_on(each: Standing) -> None:
    assert [Voice().say(hint) for hint in hints(each)] == []


async def test_it_is_said_and_blocks_nothing(chat: Chat) -> None:
    heard = await chat.says("ben", "/goals add Launch in Japan soon")
    assert "Date: “Soon” is no day." in heard
    heard = await chat.says("ben", "/goals result 1 Increase sign-ups from 0 to 500")
    assert "Baseline, key result 1.1: It speaks of a change and starts at 0." in heard
    assert "Increase sign-ups: 0 of 500" in heard


async def test_the_rules_are_published_in_both_languages(chat: Chat) -> None:
    english, chinese = await chat.says("ben", "/goals rules"), await chat.says("chen", "目标规则")
    for rule in RULES:
        assert all(word in heard for word in rule.words for heard in (english, chinese))
    assert "nobody else sees it" in english
    assert "别人看不到" in chinese


async def test_each_hit_names_its_rule_in_chinese_too(chat: Chat) -> None:
    for rule in RULES:
        assert not re.search("[A-Za-z]", Voice("zh").say(rule.name)), rule.name
    heard = await chat.says("chen", "新建目标 尽快上线")
    assert f"{Voice('zh').say(RULES[4].name)}：" in heard.text
