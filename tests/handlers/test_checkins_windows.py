"""When a window opens and closes: on the clock of each zone, on workdays, by any rule."""

from datetime import UTC, date, datetime, time

import pytest

from handlers.checkins.windows import Plan
from handlers.kit.calendar import WorkCalendar
from handlers.kit.recurring import Rule


def on(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


WEEKENDS = WorkCalendar("")


def plan(rule: str = "", clock: time = time(10), lasts: int = 1, calendar: WorkCalendar = WEEKENDS) -> Plan:
    made = Rule(rule, date(2026, 1, 1), clock) if rule else None
    return Plan("x", made, clock, lasts, calendar)


def test_ten_is_ten_on_both_sides_of_the_change_to_winter_time() -> None:
    before = plan().next_after(datetime(2026, 10, 18, tzinfo=UTC), "Europe/Berlin")
    after = plan().next_after(datetime(2026, 10, 25, tzinfo=UTC), "Europe/Berlin")
    assert (before, after) == (on(19, 8, month=10), on(26, 9, month=10))


def test_a_time_that_the_clock_jumps_over_comes_at_the_jump() -> None:
    daily = plan("FREQ=DAILY", time(2, 30), calendar=WorkCalendar("", {date(2026, 3, 29): True}))
    assert daily.next_after(datetime(2026, 3, 28, 12, tzinfo=UTC), "Europe/Berlin") == on(29, 1, month=3)


def test_a_window_ends_where_the_next_one_begins() -> None:
    day = date(2026, 11, 23)
    daily = plan("FREQ=DAILY", lasts=2)
    assert daily.ends(day, "Europe/Berlin") == (on(24, 9), on(24, 9))
    assert plan(lasts=0).ends(day, "Europe/Berlin") == (on(23, 17), on(23, 19))


def test_a_window_that_begins_on_friday_stays_open_over_the_weekend() -> None:
    weekly = plan("FREQ=WEEKLY;BYDAY=FR")
    assert weekly.ends(date(2026, 11, 27), "UTC")[1] == on(30, 20)
    assert weekly.open_at(on(28, 3), "UTC") == date(2026, 11, 27)
    assert weekly.open_at(on(30, 20), "UTC") is None


def test_every_workday_counts_the_make_up_workdays_of_china() -> None:
    china = WorkCalendar("", {date(2026, 11, 28): True, date(2026, 11, 30): False})
    days = plan("FREQ=DAILY", calendar=china).days_from(date(2026, 11, 27))
    assert [next(days) for _ in range(3)] == [date(2026, 11, 27), date(2026, 11, 28), date(2026, 12, 1)]


def test_a_day_that_is_no_workday_moves_to_the_next_and_never_doubles() -> None:
    monthly = plan("FREQ=MONTHLY;BYMONTHDAY=1")
    days = monthly.days_from(date(2026, 8, 1))
    assert [next(days) for _ in range(3)] == [date(2026, 8, 3), date(2026, 9, 1), date(2026, 10, 1)]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu", "UTC"])
def test_what_opens_is_open_from_its_moment_to_its_end(zone: str) -> None:
    for rule in ("", "FREQ=DAILY", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE"):
        made = plan(rule)
        moment = on(20, 5)
        for _ in range(5):
            opening = made.next_after(moment, zone)
            assert opening is not None
            day = made.open_at(opening, zone)
            assert day is not None
            due, closes = made.ends(day, zone)
            assert opening < due <= closes
            assert made.open_at(closes, zone) != day
            moment = opening
