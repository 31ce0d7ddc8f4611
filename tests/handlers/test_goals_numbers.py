"""Numbers as people type them are read in their country's way, or asked about; none is guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.goals.numbers import leading_number, read_number, shown, whole_number
from handlers.kit.problems import Problem

EVERYWHERE = {
    "70%": "70", "７０％": "70", "0.5": "0.5", ".5": "0.5", "1,5": "1.5", "1,50": "1.5", "1.234,5": "1234.5",
    "1,234.5": "1234.5", "1,234,567": "1234567", "1.234.567": "1234567", "12k": "12000", "1.2万": "12000",
    "3百万": "3000000", "2亿": "200000000", "2m": "2000000", "1.5bn": "1500000000", "-3": "-3", "−3": "-3", "负3": "-3",
    "$1,200,000": "1200000", "1’234’567": "1234567", "1\u202f234": "1234", "2 months left": "2", "5人": "5", "٣": "3",
    "3. done": "3", "0,75": "0.75", "1,2345": "1.2345", "1 000 000 users": "1000000",
    "12 000": "12000", "70 1000 people": "70", "5 million users": "5000000", "2 thousand": "2000", "1千万": "10000000",
    "5千亿": "500000000000",
    "3百": "300",
    "1.5萬": "15000",
    "一百二十": "120", "十二个": "12", "两万": "20000", "一亿二千万": "120000000", "三万亿": "3000000000000",
    "三千零五": "3005", "三点五，基本完成": "3.5", "百分之五十": "50", "百分之五十已完成": "50", "百分之 12.5": "12.5",
    "二十三萬": "230000", "零": "0", "五十%": "50",
}  # fmt: skip


@pytest.mark.parametrize(
    "zone", ["UTC", "Asia/Shanghai", "America/New_York", "Europe/Berlin", "Nowhere/AtAll"]
)
@pytest.mark.parametrize("words", EVERYWHERE)
def test_what_reads_alike_everywhere(words: str, zone: str) -> None:
    typed = read_number(words, zone=zone)
    assert typed is not None
    assert typed.value == Decimal(EVERYWHERE[words])


@pytest.mark.parametrize(
    ("words", "zone", "value"),
    [
        ("1,500", "America/New_York", "1500"),
        ("1,500", "Asia/Shanghai", "1500"),
        ("1.500", "America/New_York", "1.5"),
        ("1,500", "Europe/Berlin", None),
        ("1.500", "Europe/Berlin", None),
        ("1.500", "America/Sao_Paulo", None),
        ("0,500", "Europe/Berlin", "0.5"),
        ("70 100 people", "America/New_York", None),
        ("70, 100 people", "America/New_York", "70"),
        ("12w", "Asia/Shanghai", "120000"),
        ("12w", "America/New_York", "12"),
    ],
)
def test_two_readings_are_asked(words: str, zone: str, value: str | None) -> None:
    if value is not None:
        typed = read_number(words, zone=zone)
        assert typed is not None
        assert typed.value == Decimal(value)
        return
    with pytest.raises(Problem):
        read_number(words, zone=zone)


@pytest.mark.parametrize("words", ["百分之五十已完成", "百分之12", "五十%，继续"])
def test_a_percentage_in_chinese_is_one(words: str) -> None:
    typed = leading_number(words, zone="UTC")
    assert typed
    assert typed.percent


@pytest.mark.parametrize(
    "words",
    ["一切顺利", "十分满意", "一个都没有", "三百五", "二十三百", "百分之三百五", "一二", "万", "万事俱备"],
)
def test_signs_that_are_no_number_or_two(words: str) -> None:
    assert read_number(words, zone="UTC") is None


def test_percent_points_are_no_hundreds() -> None:
    typed = read_number("5百分点", zone="UTC")
    assert typed is not None
    assert (typed.value, typed.percent) == (5, True)


@pytest.mark.parametrize("words", ["", "soon", "%", "-", "k", "①"])
def test_what_is_no_number(words: str) -> None:
    assert read_number(words, zone="UTC") is None


@pytest.mark.parametrize(
    "words",
    [
        "1e9",
        "+1e3",
        "3/4 done",
        "10-20 customers",
        "1½",
        "2千5百",
        "1万2",
        "２千５百",
        "2026-11-30",
        "0x10",
        "5²",
        "9:30",
    ],
)
def test_the_beginning_of_a_number_is_not_taken_for_all_of_it(words: str) -> None:
    with pytest.raises(Problem):
        leading_number(words, zone="UTC")


@pytest.mark.parametrize("words", ["70%已发布", "12kg", "3. done", "5-day week", "4：好", "2 more"])
def test_words_may_follow_a_number(words: str) -> None:
    assert leading_number(words, zone="UTC")


@pytest.mark.parametrize("words", ["12 apples", "1,23,456", "1.2.3", "9" * 17, "5 5"])
def test_a_field_takes_one_number_alone(words: str) -> None:
    with pytest.raises(Problem):
        whole_number(words, zone="UTC")


def test_a_field_may_be_grouped_by_spaces() -> None:
    assert whole_number(" 1 234 567 ", zone="Europe/Paris").value == 1234567


@given(st.text(max_size=30))
def test_nothing_typed_breaks_it(words: str) -> None:
    try:
        typed = read_number(words, zone="Europe/Berlin")
    except Problem:
        return
    assert typed is None or 0 < typed.length <= len(words)


@given(st.decimals(-(10**14), 10**14, places=4))
def test_what_is_shown_is_read_again(value: Decimal) -> None:
    for language in ("en", "zh"):
        typed = read_number(shown(value, language), zone="UTC")
        assert typed is not None
        assert typed.value == value
