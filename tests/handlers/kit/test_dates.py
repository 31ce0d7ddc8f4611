"""Dates as people write them, in both languages, said on a Wednesday."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.kit.clocks import clock_at_start, read_clock
from handlers.kit.dates import DayReading, length_at_start, read_day

WEDNESDAY = date(2026, 11, 25)
SUNDAY = date(2026, 11, 29)


def day_in(text: str, today: date = WEDNESDAY, language: str = "en") -> str | None:
    reading = read_day(text, today, language)
    return f"{reading.day}{'?' if reading.ambiguous else ''}" if reading else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-30", "2026-11-30"),
        ("2026-1-5", "2026-01-05"),
        ("2026/11/30", "2026-11-30"),
        ("30.11.2026", "2026-11-30"),
        ("13/5", "2027-05-13"),
        ("5/13/2027", "2027-05-13"),
        ("5/5", "2027-05-05"),
        ("11/25", "2026-11-25"),
        ("11/24", "2027-11-24"),
        ("12月5日", "2026-12-05"),
        ("12 月 5 号", "2026-12-05"),
        ("十二月二十五日", "2026-12-25"),
        ("3月1日", "2027-03-01"),
        ("2026年12月5日", "2026-12-05"),
        ("明年3月1日", "2027-03-01"),
        ("Dec 5", "2026-12-05"),
        ("dec. 5th, 2027", "2027-12-05"),
        ("5 December", "2026-12-05"),
        ("5th of december 2027", "2027-12-05"),
        ("Feb 29", "2028-02-29"),
        ("today", "2026-11-25"),
        ("Tomorrow", "2026-11-26"),
        ("the day after tomorrow", "2026-11-27"),
        ("今天", "2026-11-25"),
        ("明天", "2026-11-26"),
        ("后天", "2026-11-27"),
        ("大后天", "2026-11-28"),
        ("monday", "2026-11-30"),
        ("Fri", "2026-11-27"),
        ("by sun", "2026-11-29"),
        ("wednesday", "2026-11-25?"),
        ("this friday", "2026-11-27"),
        ("this monday", "2026-11-23?"),
        ("next friday", "2026-12-04?"),
        ("next tuesday", "2026-12-01"),
        ("next week friday", "2026-12-04"),
        ("friday next week", "2026-12-04"),
        ("周五", "2026-11-27"),
        ("星期日", "2026-11-29"),
        ("礼拜天", "2026-11-29"),
        ("本周五", "2026-11-27"),
        ("这个星期五", "2026-11-27"),
        ("本周一", "2026-11-23?"),
        ("下周五", "2026-12-04"),
        ("下个星期五", "2026-12-04"),
        ("下下周一", "2026-12-07"),
        ("in 3 days", "2026-11-28"),
        ("in a week", "2026-12-02"),
        ("in two weeks", "2026-12-09"),
        ("two weeks from now", "2026-12-09"),
        ("in 1 month", "2026-12-25"),
        ("3天后", "2026-11-28"),
        ("十五天之后", "2026-12-10"),
        ("两周后", "2026-12-09"),
        ("两个星期以后", "2026-12-09"),
        ("三个月后", "2027-02-25"),
        ("end of week", "2026-11-27"),
        ("eow", "2026-11-27"),
        ("end of next week", "2026-12-04"),
        ("end of month", "2026-11-30"),
        ("the end of the month", "2026-11-30"),
        ("EOM", "2026-11-30"),
        ("end of next month", "2026-12-31"),
        ("月底", "2026-11-30"),
        ("本月底", "2026-11-30"),
        ("下月底", "2026-12-31"),
        ("下个月底", "2026-12-31"),
        ("2月底", "2027-02-28"),
        ("end of february 2028", "2028-02-29"),
        ("end of quarter", "2026-12-31"),
        ("季度末", "2026-12-31"),
        ("下季度末", "2027-03-31"),
        ("end of Q1", "2027-03-31"),
        ("end of year", "2026-12-31"),
        ("年底", "2026-12-31"),
        ("明年年底", "2027-12-31"),
        ("2028年底", "2028-12-31"),
    ],
)
def test_the_day_in_words_means_the_same_in_both_languages(text, expected):
    assert day_in(text) == expected
    assert day_in(text, language="zh") == expected


def test_only_english_leaves_the_order_of_day_and_month_open():
    assert day_in("12/5", language="en") == "2026-12-05?"
    assert day_in("12/5/2027", language="en") == "2027-12-05?"
    assert day_in("12/5", language="zh") == "2026-12-05"
    assert day_in("12/5", language="zh_CN") == "2026-12-05"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("monday", "2026-11-30"),
        ("next monday", "2026-11-30"),
        ("下周一", "2026-11-30"),
        ("本周五", "2026-11-27?"),
        ("end of week", "2026-12-04"),
        ("end of next week", "2026-12-04"),
    ],
)
def test_on_a_sunday_the_week_still_runs(text, expected):
    assert day_in(text, today=SUNDAY) == expected


@pytest.mark.parametrize("month", range(1, 13))
def test_the_end_of_the_quarter_from_every_month(month):
    expected = {1: "03-31", 2: "06-30", 3: "09-30", 4: "12-31"}[(month + 2) // 3]
    assert day_in("end of quarter", today=date(2026, month, 28)) == f"2026-{expected}"


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "hello", "2026-02-30", "2026-13-01", "31 Nov", "2/30", "0/0", "13月1日", "2月30日", "0 May",
        "Dec 2026",
        "may 10:30", "12/5-12/9", "1/2/3/4", "1.5", "10:00", "9999-99-99", "in 1.5 weeks",
        "in 9999 days",
        "上周五", "每周五", "last friday", "every monday", "上个月底", "去年年底", "前年底",
        "一百二十天后", "去年12月5日", "5月后", "第3天后",
        "the cat sat", "the sun shines", "we wed", "ſunday", "٣/٤", "十十月五日", "周末", "\x00", "9" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_date_is_none(text):
    assert read_day(text, WEDNESDAY, "en") is None
    assert read_day(text, WEDNESDAY, "zh") is None


def test_a_29_february_can_be_eight_years_away():
    assert day_in("Feb 29", today=date(2096, 3, 1)) == "2104-02-29"


def test_beyond_the_last_year_is_none():
    assert read_day("in two weeks", date(9999, 12, 31), "en") is None
    assert read_day("monday", date(9999, 12, 31), "en") is None
    assert read_day("1/1", date(9999, 12, 31), "en") is None
    assert read_day("end of next year", date(9999, 12, 31), "en") is None


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("  ship it by next friday, please", "next friday"),
        ("请在下周五之前交", "下周五"),
        ("明年年底或者周五", "明年年底"),
        ("１２／２５ 提交", "１２／２５"),
        ("the review is on Dec 5, 2026.", "Dec 5, 2026"),
        ("10:30 May 5", "May 5"),
        ("２０２６年１２月５日前", "２０２６年１２月５日"),
    ],
)
def test_the_span_is_the_words_that_were_written(text, span):
    reading = read_day(text, WEDNESDAY, "zh")
    assert reading is not None
    assert reading.text == span


@given(st.dates(), st.dates(), st.sampled_from(["en", "zh"]))
def test_what_is_written_is_read_back(day, today, language):
    said = day.isoformat()
    assert read_day(said, today, language) == DayReading(day, said, False)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_every_way_to_write_a_day_with_its_year(day, today):
    chinese = f"{day.year}年{day.month}月{day.day}日"
    for text in (chinese, f"{day:%d %B %Y}", f"{day:%b %d, %Y}", f"{day:%d.%m.%Y}", f"{day:%Y/%m/%d}"):
        assert read_day(text, today, "en") == DayReading(day, text, False)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_a_day_without_its_year_is_the_next_one(day, today):
    reading = read_day(f"{day.month}月{day.day}日", today, "zh")
    assert reading is not None
    assert (reading.day.month, reading.day.day) == (day.month, day.day)
    assert reading.day >= today
    assert (reading.day - today).days < (366 if (day.month, day.day) != (2, 29) else 8 * 366)


WORDS = (
    "next", "this", "friday", "周", "五", "下", "月", "底", "12", "/", "5", "日", "in", "weeks", "年", "天",
    "后", "end of", "q3", "may", "十", "两", "个", ".", "-", ":", " ", "点", "半", "下午", "am", "２", "2026",
)  # fmt: skip


@given(
    st.one_of(st.text(), st.lists(st.sampled_from(WORDS)).map("".join)),
    st.dates(),
    st.sampled_from(["en", "zh"]),
)
def test_no_words_are_an_error(text, today, language):
    reading = read_day(text, today, language)
    assert reading is None or reading.text in text
    read_clock(text, language)
    length = length_at_start(text)
    assert length is None or (length.last(today) or today) >= today


@pytest.mark.parametrize(
    ("text", "last", "characters"),
    [
        ("3 days", "2026-11-27", 6),
        ("for three days from monday", "2026-11-27", 14),
        ("a week", "2026-12-01", 6),
        ("For the next 2 weeks", "2026-12-08", 20),
        ("a month", "2026-12-24", 7),
        ("one day", "2026-11-25", 7),
        ("三天", "2026-11-27", 2),
        ("3天", "2026-11-27", 2),
        ("两周", "2026-12-08", 2),
        ("两个星期", "2026-12-08", 4),
        ("一个月", "2026-12-24", 3),
        ("起三天", "2026-11-27", 3),
        ("开始，一共１０天", "2026-12-04", 8),
    ],
)
def test_how_long_counts_its_first_day(text: str, last: str, characters: int) -> None:
    length = length_at_start(text)
    assert length is not None
    assert (str(length.last(WEDNESDAY)), length.characters) == (last, characters)


@pytest.mark.parametrize(
    "text", ["", "0 days", "3日", "半天", "1.5 days", "until 3 days", "days", "third day", "第三天"]
)
def test_what_says_no_length_is_none(text: str) -> None:
    assert length_at_start(text) is None


def test_what_lasts_beyond_the_last_year_has_no_last_day() -> None:
    length = length_at_start("2 days")
    assert length is not None
    assert length.last(date(9999, 12, 31)) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10:00", time(10)),
        ("10：00", time(10)),
        ("7:05", time(7, 5)),
        ("10am", time(10)),
        ("3 PM", time(15)),
        ("9.30", time(9, 30)),
        ("9.30pm", time(21, 30)),
        ("9:30 p.m.", time(21, 30)),
        ("12am", time(0)),
        ("12:15pm", time(12, 15)),
        ("at 3pm tomorrow", time(15)),
        ("2026-11-30 10:00", time(10)),
        ("上午10点", time(10)),
        ("下午3点半", time(15, 30)),
        ("下午3:30", time(15, 30)),
        ("15点30分", time(15, 30)),
        ("三点一刻", time(3, 15)),
        ("十点零五分", time(10, 5)),
        ("二十三点五十九分", time(23, 59)),
        ("零点", time(0)),
        ("凌晨12点", time(0)),
        ("早上9点", time(9)),
        ("中午12点", time(12)),
        ("中午一点", time(13)),
        ("晚上8点", time(20)),
        ("明晚８点", time(20)),
        ("下周五下午两点", time(14)),
        *((bad, None) for bad in (
            "", "noon", "24:00", "10:60", "25am", "13:00am", "0pm", "晚上12点", "上午15点", "25点",
            "30.11.2026",
            "10:00:30", "1.2.3", "at 5", "9-10点", "ſam", "12/5",
        )),
    ],
)  # fmt: skip
def test_the_time_of_day(text, expected):
    assert read_clock(text, "en") == expected
    assert read_clock(text, "zh") == expected


def test_among_chinese_words_a_dot_may_part_month_and_day():
    assert read_clock("meet at 9.30", "en") == time(9, 30)
    assert read_clock("9.30前交", "zh") is None


@given(st.times())
def test_every_minute_is_read_back(clock):
    minute = clock.replace(second=0, microsecond=0)
    assert read_clock(f"{minute:%H:%M}", "en") == minute
    assert read_clock(f"{minute.hour}点{minute.minute}分", "zh") == minute
    assert read_clock(f"{minute:%I:%M %p}", "en") == minute


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("10pm-6am", (time(22), 4)),
        ("晚上10点到早上8点", (time(22), 5)),
        ("22:00 to 6:00", (time(22), 5)),
        ("9.30am, then", (time(9, 30), 6)),
        ("下午 3点开会", (time(15), 5)),
        ("at 10:00", None),
        ("25:00", None),
        ("", None),
    ],
)
def test_a_time_that_begins_a_text_ends_where_it_is_said(text: str, read: tuple[time, int] | None) -> None:
    assert clock_at_start(text, "en") == read
