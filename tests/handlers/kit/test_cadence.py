"""When somebody is reminded of what is due on a day: every zone, holidays, leave, and the changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.kit.cadence import later_today, next_after, reached, steps
from handlers.kit.calendar import QuietHours, WorkCalendar, at_wall, local
from handlers.kit.hours import Hours

NIGHT = QuietHours(time(20), time(8))
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Shanghai",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
)
MONDAY = date(2026, 11, 23)


def hours(zone: str = "Europe/Berlin", country: str = "", **more: object) -> Hours:
    return Hours(zone, WorkCalendar(country), NIGHT, **more)  # type: ignore[arg-type]


def said(opened: date, due: date, theirs: Hours) -> list[tuple[str, str, str]]:
    """The steps as the person's own clock and calendar show them."""
    known = steps(at_wall(opened, time(9), theirs.zone), at_wall(due, time(18), theirs.zone), theirs)
    return [
        (f"{local(step.at, theirs.zone):%a %d %b}", f"{local(step.at, theirs.zone):%H:%M}", step.reason)
        for step in known
    ]


@pytest.mark.parametrize("zone", ZONES)
def test_a_long_phase_has_every_step_by_the_persons_own_clock(zone: str) -> None:
    assert said(MONDAY, date(2026, 12, 9), hours(zone)) == [
        ("Thu 26 Nov", "09:00", "three days"),
        ("Wed 02 Dec", "09:00", "week before"),
        ("Tue 08 Dec", "09:00", "day before"),
        ("Wed 09 Dec", "10:00", "last day"),
    ]


@pytest.mark.parametrize(
    ("opened", "due", "expected"),
    [
        pytest.param(MONDAY, MONDAY, [], id="it is due on the day on which it begins"),
        pytest.param(
            MONDAY, date(2026, 11, 24), [("Tue 24 Nov", "10:00", "last day")], id="it is due tomorrow"
        ),
        pytest.param(
            MONDAY,
            date(2026, 11, 30),
            [
                ("Thu 26 Nov", "09:00", "three days"),
                ("Fri 27 Nov", "09:00", "day before"),
                ("Mon 30 Nov", "10:00", "last day"),
            ],
            id="the day before is a Sunday, so it is said on Friday",
        ),
        pytest.param(
            MONDAY,
            date(2026, 11, 29),
            [("Thu 26 Nov", "09:00", "three days"), ("Fri 27 Nov", "10:00", "last day")],
            id="it is due on a Sunday: Friday is the last day to say so, once",
        ),
        pytest.param(
            date(2026, 11, 27),
            date(2026, 12, 2),
            [("Tue 01 Dec", "09:00", "day before"), ("Wed 02 Dec", "10:00", "last day")],
            id="three workdays over a weekend end on the last day, and are said once",
        ),
        pytest.param(
            MONDAY,
            date(2026, 12, 3),
            [
                ("Thu 26 Nov", "09:00", "week before"),
                ("Wed 02 Dec", "09:00", "day before"),
                ("Thu 03 Dec", "10:00", "last day"),
            ],
            id="a week before is the third day: said once",
        ),
    ],
)
def test_short_phases(opened: date, due: date, expected: list[tuple[str, str, str]]) -> None:
    assert said(opened, due, hours()) == expected


def test_holidays_and_moved_workdays_of_china() -> None:
    # The National Day holiday of 2025 lasts from 1 to 8 October; 28 September and 11 October are worked.
    theirs = hours("Asia/Shanghai", "CN")
    assert said(date(2025, 9, 26), date(2025, 10, 9), theirs) == [
        ("Tue 30 Sep", "09:00", "day before"),
        ("Thu 09 Oct", "10:00", "last day"),
    ]


def test_somebody_away_on_the_last_days_hears_of_it_before_they_go() -> None:
    away = hours(absences=((date(2026, 12, 7), date(2026, 12, 11)),))
    assert said(MONDAY, date(2026, 12, 9), away) == [
        ("Thu 26 Nov", "09:00", "three days"),
        ("Wed 02 Dec", "09:00", "week before"),
        ("Fri 04 Dec", "10:00", "last day"),
    ]


def test_ten_oclock_is_ten_oclock_after_the_clocks_change() -> None:
    theirs = hours()
    due = at_wall(date(2026, 10, 26), time(18), theirs.zone)  # the clocks went back on the Sunday before
    known = steps(datetime(2026, 10, 19, 8, tzinfo=UTC), due, theirs)
    assert [step.at for step in known] == [
        datetime(2026, 10, 22, 7, tzinfo=UTC),
        datetime(2026, 10, 23, 7, tzinfo=UTC),
        datetime(2026, 10, 26, 9, tzinfo=UTC),
    ]


def test_what_was_missed_is_not_said_as_well() -> None:
    theirs = hours()
    known = steps(
        at_wall(MONDAY, time(9), theirs.zone), at_wall(date(2026, 12, 9), time(18), theirs.zone), theirs
    )
    tuesday = at_wall(date(2026, 12, 8), time(12), theirs.zone)
    step = reached(known, tuesday)
    assert step
    assert step.reason == "day before"
    assert reached(known, at_wall(MONDAY, time(12), theirs.zone)) is None
    assert next_after(known, tuesday, theirs.zone) == at_wall(date(2026, 12, 9), time(10), theirs.zone)
    assert next_after(known, at_wall(date(2026, 12, 9), time(0, 1), theirs.zone), theirs.zone) is None
    eight = at_wall(date(2026, 12, 9), time(8), theirs.zone)
    assert later_today(known, eight, theirs.zone) == at_wall(date(2026, 12, 9), time(10), theirs.zone)
    assert later_today(known, at_wall(date(2026, 12, 9), time(10), theirs.zone), theirs.zone) is None


@given(
    opened=st.integers(0, 900).map(lambda n: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=n * 19)),
    lasts=st.integers(0, 40),
    zone=st.sampled_from(ZONES),
    country=st.sampled_from(["", "DE", "CN", "US"]),
    away=st.none() | st.tuples(st.integers(-5, 40), st.integers(0, 20)),
)
def test_never_twice_a_day_never_on_a_day_off_never_too_late(
    opened: datetime, lasts: int, zone: str, country: str, away: tuple[int, int] | None
) -> None:
    first = local(opened, zone).date()
    gone = () if away is None else ((first + timedelta(away[0]), first + timedelta(sum(away))),)
    theirs = hours(zone, country, absences=gone)
    due = at_wall(first + timedelta(days=lasts), time(18), zone)
    known = steps(opened, due, theirs)
    days = [local(step.at, zone).date() for step in known]
    assert len(set(days)) == len(days) <= 4
    assert all(theirs.is_open(day) and day > first for day in days)
    assert all(opened < step.at < due for step in known)
    assert all(theirs.quiet_until(step.at) is None for step in known)
    assert [step.at for step in known] == sorted(step.at for step in known)
