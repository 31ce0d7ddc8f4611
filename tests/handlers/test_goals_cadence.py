"""When an owner is asked, and when their manager hears of it: every rule, and in which order they decide."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from handlers.goals.nudges.cadence import MANAGERS_CEILING, Ask, Raise, Result, Step, ask, climb
from handlers.kit.features import Silence

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
LATER, MUCH_LATER = NOW + timedelta(days=1), NOW + timedelta(days=7)


def result(days: float, **changed: Any) -> Result:
    """A key result on which the last word was so many days ago; the last nudge was a week ago."""
    facts: dict[str, Any] = {
        "now": NOW,
        "touched_at": NOW - timedelta(days=days),
        "asked_at": NOW - timedelta(days=7),
        "begins_on": date(2026, 10, 1),
        "ends_on": date(2026, 12, 31),
        "today": NOW.date(),
    }
    return Result(**{**facts, **changed})


@pytest.mark.parametrize(
    ("facts", "decided"),
    [
        (result(3), Silence("up to date")),
        (result(7), Silence("up to date")),
        (result(7.01), Ask("weekly")),
        (result(13.9), Ask("weekly")),
        (result(14), Ask("untouched")),
        (result(14, told=frozenset({"untouched"})), Ask("weekly")),
        (result(60, told=frozenset({"untouched"})), Ask("weekly")),
        (result(1, off_track=True), Ask("off_track")),
        (result(30, off_track=True), Ask("off_track")),
        (result(30, off_track=True, told=frozenset({"off_track"})), Ask("untouched")),
        (result(8, off_track=True, told=frozenset({"off_track"})), Ask("weekly")),
        (result(1, off_track=True, told=frozenset({"off_track"})), Silence("up to date")),
        (result(30, is_open=False, off_track=True), Silence("ended")),
        (result(30, ends_on=date(2026, 11, 22)), Silence("ended")),
        (result(30, ends_on=date(2026, 11, 23)), Ask("untouched")),
        (result(30, begins_on=date(2026, 11, 24)), Silence("not begun")),
        (result(30, is_done=True, is_reached=True), Silence("reached")),
        (result(30, is_reached=True, off_track=True), Ask("weekly")),
        (result(3, is_reached=True, off_track=True), Silence("up to date")),
    ],
)
def test_what_the_owner_is_asked(facts: Result, decided: Ask | Silence) -> None:
    assert ask(facts) == decided


def step(**changed: Any) -> Step:
    """Everything is as it must be for the manager to hear of it."""
    return Step(**{"later": LATER, "told_for": 3, "manager": "ada", "named": "ada", **changed})


@pytest.mark.parametrize(
    ("facts", "decided"),
    [
        (step(), Raise()),
        (step(told_for=9), Raise()),
        (step(workdays=1, told_for=1), Raise()),
        (step(owner_active=False), Silence("left")),
        (step(is_open=False), Silence("ended")),
        (step(solved=True), Silence("done")),
        (step(solved=True, told_for=None), Silence("done")),
        (step(raised=True), Silence("told before")),
        (step(workdays=0), Silence("ladder off")),
        (step(told_for=None), Silence("not told yet", LATER)),
        (step(told_for=2, told_until=MUCH_LATER), Silence("in time", MUCH_LATER)),
        (step(workdays=5), Silence("in time", LATER)),
        (step(owner_away_until=MUCH_LATER), Silence("owner away", MUCH_LATER)),
        (step(manager=None), Silence("nobody to tell")),
        (step(manager_active=False), Silence("nobody to tell")),
        (step(manager="grace"), Silence("another manager")),
        (step(may_see=False), Silence("not for the manager")),
        (step(manager_from=MUCH_LATER), Silence("manager's hours", MUCH_LATER)),
        (step(manager_told=MANAGERS_CEILING - 1), Raise()),
        (step(manager_told=MANAGERS_CEILING, next_week=MUCH_LATER), Silence("manager's ceiling", MUCH_LATER)),
        (step(manager_told=MANAGERS_CEILING, manager="grace"), Silence("another manager")),
    ],
)
def test_when_the_manager_hears_of_it(facts: Step, decided: Raise | Silence) -> None:
    assert climb(facts) == decided
