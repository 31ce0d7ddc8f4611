"""Time is tested by tables that leave nothing out: every zone's jumps, every quarter-hour of those days."""

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import accumulate, islice, pairwise, takewhile
from time import process_time
from zoneinfo import ZoneInfo, available_timezones

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from handlers.kit.calendar import QuietHours, WorkCalendar, at_wall, local, local_day
from handlers.kit.recurring import Rule

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
QUARTERS = [time(n // 4, n % 4 * 15) for n in range(96)]


def utc(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)


# The wall clock, against a clock that is watched minute by minute


def shown(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


NIGHTS = [utc(2026, 1, 1) + n * DAY for n in range(731)]


def jumps(zone: ZoneInfo) -> Iterator[datetime]:
    """The first minutes of 2026 and 2027 with a new offset."""
    offsets = [night.astimezone(zone).utcoffset() for night in NIGHTS]
    for night, (before, after) in zip(NIGHTS, pairwise(offsets), strict=False):
        if after != before:
            hours = (night + h * HOUR for h in range(25))
            hour = next(each for each in hours if each.astimezone(zone).utcoffset() != before)
            minutes = (hour - HOUR + m * MINUTE for m in range(61))
            yield next(each for each in minutes if each.astimezone(zone).utcoffset() != before)


@cache
def days_with_a_jump() -> tuple[tuple[str, date], ...]:
    found = set()
    for name in available_timezones():
        zone = ZoneInfo(name)
        for jump in jumps(zone):
            found |= {(name, shown(jump - MINUTE, zone).date()), (name, shown(jump, zone).date())}
    return tuple(sorted(found))


@cache
def minutes_around(day: date) -> list[datetime]:
    start = datetime.combine(day, time(), UTC) - 20 * HOUR
    return [start + n * MINUTE for n in range(64 * 60)]


class Watched:
    """The wall clock of one place around one day: the highest time shown so far, at each minute.

    Python compares moments of one zone by what its clock shows, and by nothing else."""

    def __init__(self, day: date, name: str) -> None:
        self.minutes = minutes_around(day)
        self.zone = ZoneInfo(name)
        shown = [each.astimezone(self.zone) for each in self.minutes]
        self.highest = list(accumulate(shown, max))
        self.last = max(each for each in shown if each.date() == day).replace(tzinfo=None)

    def first_at_or_past(self, wall: datetime) -> datetime:
        return self.minutes[bisect_left(self.highest, wall.replace(tzinfo=self.zone))]


def test_the_zones_do_jump_in_these_years():
    assert len(days_with_a_jump()) > 600
    assert ("Australia/Lord_Howe", date(2026, 10, 4)) in days_with_a_jump()


def test_every_quarter_of_an_hour_of_every_day_with_a_jump():
    for name, day in days_with_a_jump():
        watched = Watched(day, name)
        for clock in QUARTERS:
            wall = datetime.combine(day, clock)
            instant = at_wall(day, clock, name)
            assert instant == watched.first_at_or_past(wall), (name, wall)
            assert instant.tzinfo is UTC
            assert local_day(instant, name) == (day if wall <= watched.last else day + DAY), (name, wall)


@pytest.mark.parametrize("clock", [time(0), time(1, 30), time(2, 15), time(23, 30)], ids=str)
def test_a_daily_rule_fires_once_for_each_day_around_every_jump(clock):
    rule = Rule("FREQ=DAILY", date(2025, 1, 1), clock)
    for name, day in days_with_a_jump():
        expected = [at_wall(day + n * DAY, clock, name) for n in (-1, 0, 1)]
        assert fired(rule, name, expected[0] - HOUR, expected[-1] + HOUR) == expected, (name, day)


def fired(rule: Rule, zone: str, after: datetime, until: datetime) -> list[datetime]:
    found, moment = [], rule.next_after(after, zone)
    while moment is not None and moment <= until:
        found.append(moment)
        moment = rule.next_after(moment, zone)
    return found


@pytest.mark.parametrize(
    ("day", "clock", "zone", "expected"),
    [
        (date(2026, 3, 29), time(2, 30), "Europe/Berlin", utc(2026, 3, 29, 1)),
        (date(2026, 10, 25), time(2, 30), "Europe/Berlin", utc(2026, 10, 25, 0, 30)),
        (date(2026, 10, 4), time(2, 15), "Australia/Lord_Howe", utc(2026, 10, 3, 15, 30)),
        (date(2026, 4, 5), time(1, 45), "Australia/Lord_Howe", utc(2026, 4, 4, 14, 45)),
        (date(2018, 11, 4), time(0, 20), "America/Sao_Paulo", utc(2018, 11, 4, 3)),
        (date(2026, 3, 28), time(23, 30), "America/Nuuk", utc(2026, 3, 29, 1)),
        (date(2011, 12, 30), time(0), "Pacific/Apia", utc(2011, 12, 30, 10)),
        (date(2011, 12, 30), time(10), "Pacific/Apia", utc(2011, 12, 30, 10)),
        (date(2011, 12, 30), time(23, 59, 59, 999999), "Pacific/Apia", utc(2011, 12, 30, 10)),
        (date(2011, 12, 31), time(0), "Pacific/Apia", utc(2011, 12, 30, 10)),
        (date(1969, 9, 30), time(23, 30), "Pacific/Kwajalein", utc(1969, 9, 30, 12, 30)),
        (date(2026, 11, 23), time(10, 0, 30, 5), "Asia/Shanghai", utc(2026, 11, 23, 2, 0, 30, 5)),
    ],
)  # fmt: skip
def test_where_clocks_do_strange_things(day, clock, zone, expected):
    assert at_wall(day, clock, zone) == expected


def test_a_rule_over_the_day_that_samoa_never_had_fires_at_the_first_moment_after_it():
    rule = Rule("FREQ=DAILY", date(2011, 1, 1), time(10))
    assert fired(rule, "Pacific/Apia", utc(2011, 12, 29), utc(2011, 12, 31)) == [
        utc(2011, 12, 29, 20),
        utc(2011, 12, 30, 10),
        utc(2011, 12, 30, 20),
    ]
    at_midnight = Rule("FREQ=DAILY", date(2011, 1, 1), time(0))
    assert len(fired(at_midnight, "Pacific/Apia", utc(2011, 12, 30), utc(2011, 12, 30, 23))) == 1


def test_the_persons_own_day():
    assert local_day(utc(2026, 11, 22, 16), "Asia/Shanghai") == date(2026, 11, 23)
    assert local(utc(2026, 11, 22, 16), "Asia/Shanghai").hour == 0
    with pytest.raises(ValueError, match="offset"):
        local_day(utc(2026, 11, 22).replace(tzinfo=None), "Asia/Shanghai")


# What repeats


def some_days(text: str, starts: date, after: date, number: int = 6) -> list[str]:
    return [f"{day:%Y%m%d}" for day in islice(Rule(text, starts, time(10)).days_after(after), number)]


@pytest.mark.parametrize(
    ("text", "starts", "after", "expected"),
    [
        ("FREQ=WEEKLY;BYDAY=MO", "20200101", "20261121", "20261123 20261130"),
        ("FREQ=WEEKLY;BYDAY=MO", "20261123", "20261101", "20261123 20261130"),
        ("RRULE:freq=weekly;byday=mo,th", "20200101", "20261123", "20261126 20261130"),
        ("FREQ=WEEKLY", "20200101", "20261121", "20261125 20261202"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO", "20260106", "20260106", "20260111 20260120"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU", "20260106", "20260106", "20260118 20260120"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;WKST=MO", "20260104", "20260104", "20260113 20260127"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;WKST=SU", "20260104", "20260104", "20260106 20260120"),
        ("FREQ=DAILY;INTERVAL=3", "20260101", "20260131", "20260203 20260206"),
        ("FREQ=DAILY;COUNT=3", "20260101", "20260102", "20260103"),
        ("FREQ=DAILY;COUNT=3", "20260101", "20260103", ""),
        ("FREQ=DAILY;UNTIL=20260102", "20260101", "20251201", "20260101 20260102"),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "20260131", "20260130", "20260131 20260228 20260331 20260430"),
        ("FREQ=MONTHLY", "20260131", "20280131", "20280229 20280331"),
        ("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3", "20260131", "20260101", "20260131 20260228 20260331"),
        ("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=30", "20251130", "20260101", "20260228 20260530"),
        ("FREQ=MONTHLY;BYMONTHDAY=15,-1", "20260101", "20260201", "20260215 20260228 20260315"),
        ("FREQ=MONTHLY;BYMONTHDAY=30,31", "20260101", "20260131", "20260228 20260330 20260331"),
        ("FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1", "20260101", "20260131", "20260228 20260331"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "20200101", "20260130", "20260227 20260331"),
        ("FREQ=MONTHLY;BYDAY=1MO,-1FR", "20200101", "20261121", "20261127 20261207 20261225"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "20200101", "20260301", "20260313 20261113"),
        ("FREQ=YEARLY", "20240229", "20240301", "20250228 20260228 20270228 20280229"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "20240101", "20260101", "20260228 20270228 20280229"),
        ("FREQ=YEARLY;INTERVAL=2;BYMONTH=4,6;BYMONTHDAY=31", "20250101", "20260101", "20270430 20270630"),
        ("FREQ=YEARLY;BYDAY=1MO;BYMONTH=4", "20200101", "20261121", "20270405"),
    ],
)  # fmt: skip
def test_the_days_of_a_rule(text, starts, after, expected):
    found = some_days(
        text, date.fromisoformat(starts), date.fromisoformat(after), max(len(expected.split()), 1)
    )
    assert found == expected.split()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Not understood"),
        ("every monday", "Not understood"),
        ("BYDAY=MO", "needs FREQ"),
        ("FREQ=HOURLY", "FREQ=HOURLY"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0"),
        ("FREQ=DAILY;BYHOUR=9", "BYHOUR"),
        ("FREQ=DAILY;FREQ=WEEKLY", "once"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20260101", "not by both"),
        ("FREQ=DAILY;UNTIL=20261301", "month"),
        ("FREQ=DAILY;UNTIL=20251231", "never happens"),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=MO", "never happens"),
        ("FREQ=MONTHLY;INTERVAL=12;BYMONTH=2", "never happens"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY needs"),
        ("FREQ=WEEKLY;BYDAY=1MO", "needs FREQ=MONTHLY"),
        ("FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=1", "cannot go with"),
        ("FREQ=YEARLY;BYDAY=MO;BYSETPOS=1", "BYSETPOS needs"),
        ("FREQ=DAILY\nDTSTART:20200101", "Not understood"),
    ],
)
def test_a_rule_refuses_what_it_does_not_mean(text, reason):
    with pytest.raises(ValueError, match=reason):
        Rule(text, date(2026, 1, 1), time(10))


@pytest.mark.parametrize(
    "text",
    ["FREQ=MONTHLY;BYDAY=6MO", "FREQ=YEARLY;BYMONTH=2;BYDAY=53MO", "FREQ=MONTHLY;BYDAY=1MO,-5MO;BYSETPOS=2"],
)
def test_what_never_happens_is_known_soon(text):
    """Nobody else is answered meanwhile, and dateutil looks until the year 9999."""
    began = process_time()
    with pytest.raises(ValueError, match="never happens"):
        Rule(text, date(2026, 1, 1), time(10))
    assert process_time() - began < 0.8


def test_a_rule_refuses_an_instant_where_a_local_day_or_time_belongs():
    with pytest.raises(ValueError, match="local"):
        Rule("FREQ=DAILY", utc(2026, 1, 1), time(10))
    with pytest.raises(ValueError, match="local"):
        Rule("FREQ=DAILY", date(2026, 1, 1), time(10, tzinfo=UTC))


def test_a_finished_rule_has_no_next_moment():
    rule = Rule("FREQ=WEEKLY;BYDAY=MO;COUNT=1", date(2026, 11, 21), time(10))
    assert rule.next_after(utc(2026, 11, 21), "Asia/Shanghai") == utc(2026, 11, 23, 2)
    assert rule.next_after(utc(2026, 11, 23, 2), "Asia/Shanghai") is None


def test_a_rule_of_many_years_is_begun_near_the_day():
    rule = Rule("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", date(1900, 1, 1), time(10))
    found = next(rule.days_after(date(9000, 1, 1)))
    assert (found - date(1900, 1, 1)).days % 14 == 0


FREQUENCIES = {
    "DAILY": ["", "BYDAY=MO,WE,FR", "BYMONTH=2,12"],
    "WEEKLY": ["", "BYDAY=SU", "BYDAY=TU,SA;WKST=SU", "BYDAY=MO;BYMONTH=1,2,3"],
    "MONTHLY": ["", "BYMONTHDAY=1", "BYMONTHDAY=-1,15", "BYDAY=-1FR", "BYDAY=2TU", "BYDAY=MO,FR;BYSETPOS=-1"],
    "YEARLY": ["", "BYMONTH=6;BYMONTHDAY=28", "BYDAY=1MO", "BYMONTH=3,9;BYDAY=-1SU"],
}
RULES = st.sampled_from([(freq, more) for freq, all_of_it in FREQUENCIES.items() for more in all_of_it])
ENDS = st.sampled_from(["", ";COUNT=1", ";COUNT=9", ";UNTIL=20300630"])
STARTS = st.dates(date(2020, 1, 1), date(2027, 12, 31))
MIDNIGHT = time()
MOMENTS = st.datetimes(
    datetime.combine(date(2025, 1, 1), MIDNIGHT),
    datetime.combine(date(2029, 1, 1), MIDNIGHT),
    timezones=st.just(UTC),
)
AFTERWARDS = st.dates(date(2019, 1, 1), date(2034, 12, 31))


@given(RULES, st.integers(1, 4), ENDS, STARTS.filter(lambda day: day.day <= 28), AFTERWARDS)
def test_begun_near_or_from_the_start_a_rule_has_the_same_days(rule, interval, end, starts, after):
    """Against dateutil from the start, for the rules in which no month lacks a day."""
    text = ";".join(part for part in (f"FREQ={rule[0]}", f"INTERVAL={interval}", rule[1]) if part) + end
    moments = rrulestr(text, dtstart=datetime.combine(starts, time()))
    every = [day.date() for day in takewhile(lambda day: day.year < 2045, moments)]
    if not every:
        with pytest.raises(ValueError, match="never"):
            Rule(text, starts, time(10))
        return
    expected = [day for day in every if day > after][:5]
    assert list(islice(Rule(text, starts, time(10)).days_after(after), len(expected))) == expected


@given(st.integers(1, 31), STARTS, AFTERWARDS)
def test_a_day_of_the_month_is_never_skipped(number, starts, after):
    days = list(islice(Rule(f"FREQ=MONTHLY;BYMONTHDAY={number}", starts, time(10)).days_after(after), 30))
    months = [day.year * 12 + day.month for day in days]
    assert months == list(range(months[0], months[0] + 30))
    assert all(day.day == min(number, monthrange(day.year, day.month)[1]) for day in days)


@given(RULES, STARTS, st.times(), st.sampled_from(["Africa/Casablanca", "America/Havana"]), MOMENTS)
def test_the_moments_of_a_rule_only_rise_and_none_is_missed(rule, starts, clock, zone, after):
    repeated = Rule(";".join(part for part in (f"FREQ={rule[0]}", rule[1]) if part), starts, clock)
    days = islice(repeated.days_after(local_day(after, zone) - 9 * DAY), 20)
    every = [moment for day in days if (moment := at_wall(day, clock, zone)) > after][:5]
    found = fired(repeated, zone, after, every[-1])
    assert found == every
    assert all(one < two for one, two in pairwise(found))


# Workdays

CHINA = WorkCalendar("CN")
# The State Council's notice for 2026: what is worked on a weekend, and what is off on a weekday.
MADE_UP = ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]
OFF = ["01-01", "01-02", "02-16", "02-17", "02-18", "02-19", "02-20", "02-23", "04-06", "05-01", "05-04",
       "05-05", "06-19", "09-25", "10-01", "10-02", "10-05", "10-06", "10-07"]  # fmt: skip


@pytest.mark.parametrize("day", [date(2026, 1, 1) + n * DAY for n in range(365)], ids=str)
def test_every_day_of_china_in_2026(day):
    worked = day.strftime("%m-%d") in MADE_UP or (day.weekday() < 5 and day.strftime("%m-%d") not in OFF)
    assert CHINA.is_workday(day) == worked
    assert not CHINA.is_provisional(day)


def test_the_next_workday_can_be_a_made_up_sunday():
    assert CHINA.next_workday(date(2025, 12, 31)) == date(2026, 1, 4)
    assert CHINA.next_workday(date(2026, 9, 30)) == date(2026, 10, 8)
    assert WorkCalendar("").next_workday(date(2026, 11, 20)) == date(2026, 11, 23)


def test_offices_rest_on_saturdays_where_the_law_rests_on_sundays_alone():
    assert not WorkCalendar("HK").is_workday(date(2026, 11, 21))


def test_counting_workdays():
    assert WorkCalendar("").workdays_between(date(2026, 11, 20), date(2026, 11, 23)) == 1
    assert WorkCalendar("").workdays_between(date(2026, 11, 20), date(2026, 11, 20)) == 0
    assert WorkCalendar("").workdays_between(date(2026, 11, 23), date(2026, 11, 20)) == 0
    assert CHINA.workdays_between(date(2025, 12, 31), date(2026, 12, 31)) == 261 + len(MADE_UP) - len(OFF)


@given(st.sampled_from(["", "CN", "DE", "IL", "IR"]), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_from_a_day_to_its_next_workday_is_one(country, day):
    calendar = WorkCalendar(country)
    following = calendar.next_workday(day)
    assert following > day
    assert calendar.is_workday(following)
    assert calendar.workdays_between(day, following) == 1


@pytest.mark.parametrize(
    ("country", "day", "expected"),
    [
        ("", date(2026, 11, 22), date(2026, 11, 16)),
        ("US", date(2026, 9, 10), date(2026, 9, 8)),
        ("CN", date(2026, 1, 4), date(2025, 12, 29)),
        ("CN", date(2026, 2, 18), None),
        ("CN", date(2026, 10, 10), date(2026, 10, 8)),
        ("IL", date(2026, 11, 23), date(2026, 11, 22)),
        ("HK", date(2026, 11, 22), date(2026, 11, 16)),
    ],
)
def test_the_first_workday_of_the_week(country, day, expected):
    assert WorkCalendar(country).first_workday_of_week(day) == expected


def test_an_administrator_knows_better():
    assert CHINA.is_provisional(date(2027, 2, 6))
    loaded = WorkCalendar("CN", {date(2027, 2, 6): True, date(2027, 2, 10): False})
    assert not loaded.is_provisional(date(2027, 2, 6))
    assert loaded.is_workday(date(2027, 2, 6))
    assert not loaded.is_workday(date(2027, 2, 10))
    assert loaded.is_provisional(date(2028, 2, 6))


def test_one_company_holiday_does_not_make_a_year_known():
    assert WorkCalendar("CN", {date(2027, 6, 1): False}).is_provisional(date(2027, 6, 1))


def test_a_notice_makes_a_year_known_whether_it_moves_workdays_or_names_holidays_alone():
    assert not WorkCalendar("CN", {date(2027, 2, 20): True}).is_provisional(date(2027, 6, 1))
    assert not WorkCalendar("CN", {date(2027, 10, 1): False}).is_provisional(date(2027, 6, 1))


@pytest.mark.parametrize("country", ["", "CN", "cn", "DE", "IN", "XX", "china", "HolidayBase", "JAN", "中国"])
@pytest.mark.parametrize("year", [1, 1850, 2026, 2050, 2100, 9998])
def test_no_year_and_no_country_is_an_error(country, year):
    calendar, day = WorkCalendar(country), date(year, 6, 6)
    assert isinstance(calendar.is_workday(day), bool)
    assert isinstance(calendar.is_provisional(day), bool)
    assert calendar.next_workday(day) > day
    calendar.first_workday_of_week(day)
    calendar.name_of(day)


def test_what_is_not_known_is_provisional_and_weekends_alone_are_certain():
    assert WorkCalendar("XX").is_provisional(date(2026, 6, 1))
    assert WorkCalendar("DE").is_provisional(date(2900, 6, 1))
    assert not WorkCalendar("DE").is_provisional(date(2027, 6, 1))
    assert not WorkCalendar("").is_provisional(date(2900, 6, 1))


def test_a_holiday_has_a_name_whatever_the_language_of_the_server(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "th")
    day = date(2026, 10, 1)
    assert CHINA.name_of(day) == "National Day"
    assert CHINA.name_of(day, "zh") == "国庆节"
    assert CHINA.name_of(date(2026, 1, 2), "zh") == "调休（2026-01-04 上班）"
    assert CHINA.name_of(date(2027, 2, 9), "zh") == "春节（补假）"
    assert CHINA.name_of(date(2026, 10, 8)) is None
    assert WorkCalendar("DE").name_of(date(2026, 12, 25), "zh") == "Christmas Day"
    assert WorkCalendar("CN", {day: True}).name_of(day) is None


# Quiet hours


@pytest.mark.parametrize(
    ("start", "end", "moment", "expected"),
    [
        (time(22), time(8), utc(2026, 11, 23, 13, 59), None),
        (time(22), time(8), utc(2026, 11, 23, 14), utc(2026, 11, 24)),
        (time(22), time(8), utc(2026, 11, 23, 20), utc(2026, 11, 24)),
        (time(22), time(8), utc(2026, 11, 24), None),
        (time(12), time(14), utc(2026, 11, 23, 5), utc(2026, 11, 23, 6)),
        (time(12), time(14), utc(2026, 11, 23, 6), None),
        (time(22), time(0), utc(2026, 11, 23, 15), utc(2026, 11, 23, 16)),
        (time(0), time(8), utc(2026, 11, 23, 16), utc(2026, 11, 24)),
    ],
)
def test_quiet_hours_in_shanghai(start, end, moment, expected):
    assert QuietHours(start, end).until(moment, "Asia/Shanghai") == expected


def test_quiet_hours_in_the_nights_of_the_clock_changes():
    quiet = QuietHours(time(22), time(2, 30))
    assert quiet.until(utc(2026, 3, 29, 0, 59), "Europe/Berlin") == utc(2026, 3, 29, 1)
    assert quiet.until(utc(2026, 10, 25, 0), "Europe/Berlin") == utc(2026, 10, 25, 0, 30)
    assert quiet.until(utc(2026, 10, 25, 1), "Europe/Berlin") is None
    in_the_gap = QuietHours(time(2, 10), time(2, 50))
    assert in_the_gap.until(utc(2026, 3, 29, 1), "Europe/Berlin") is None


@given(st.times(), st.times(), MOMENTS)
def test_the_end_of_quiet_hours_is_later_and_not_quiet(start, end, moment):
    if start == end:
        with pytest.raises(ValueError, match="differ"):
            QuietHours(start, end)
        return
    quiet = QuietHours(start, end)
    until = quiet.until(moment, "America/New_York")
    assert until is None or (until > moment and quiet.until(until, "America/New_York") is None)
