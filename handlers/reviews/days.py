"""The last day of each phase of a cycle: the usual ones, and others that somebody sets, never past and in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Annotated, Any

from handlers.kit.calendar import ONE_DAY, WorkCalendar, local_day
from handlers.kit.forms import Day, Question, Sheet
from handlers.kit.problems import Problem
from handlers.kit.requests import Request
from handlers.kit.text import Phrase
from handlers.reviews import phases
from handlers.reviews.review import cycle_of
from storage.reviews import ReviewCycle, last_day

LENGTHS: Mapping[str, int] = {
    "self": 7,
    "peers": 4,
    "write": 10,
    "calibrate": 5,
    "share": 5,
    "talk": 7,
    "acknowledge": 7,
}
"""The days of each phase, until somebody sets others."""


def usual_days(calendar: WorkCalendar, today: date) -> dict[str, date]:
    """The last day of each phase, of the usual lengths, from today on: a workday each."""
    made: dict[str, date] = {}
    day = today
    for phase, length in LENGTHS.items():
        day = made[phase] = calendar.next_workday(day + timedelta(days=length - 1))
    return made


def later(
    calendar: WorkCalendar, cycle: ReviewCycle, moving: Iterable[str], by: timedelta
) -> dict[str, date]:
    """The last days of a cycle when these of its phases, in their order, end so much later: each on a workday, and
    after the one before it."""
    days = {phase: last_day(cycle, phase) for phase in cycle.last_days}
    before = date.min
    for phase in moving if by else ():
        before = days[phase] = calendar.next_workday(max(days[phase] + by - ONE_DAY, before))
    return days


def open_phases(cycle: ReviewCycle) -> tuple[str, ...]:
    """The phases whose days may still be changed: this one, and those after it."""
    known = phases.used(cycle)
    return known[known.index(cycle.phase) :] if cycle.phase in known else known


def _asked_days(request: Request, args: dict[str, Any]) -> tuple[Question, ...]:
    cycle = cycle_of(request, args)
    if cycle is None:
        return ()
    return tuple(
        Day(phases.NAMES[phase], name=phase, help=Phrase("Its last day."), required=False)
        for phase in open_phases(cycle)
    )


Days = Annotated[dict[str, Any], Sheet(Phrase("The last day of each phase"), of=_asked_days)]


def given_days(cycle: ReviewCycle) -> dict[str, str]:
    """The days as they stand, for the form."""
    return {phase: last_day(cycle, phase).isoformat() for phase in open_phases(cycle)}


def checked_days(request: Request, cycle: ReviewCycle, given: Mapping[str, date]) -> dict[str, date]:
    """The last day of every phase with these. Raises Problem for a day that is past, or before the phase before it."""
    known = {phase: last_day(cycle, phase) for phase in cycle.last_days} | dict(given)
    before = local_day(request.now, request.store.directory.zone) - timedelta(days=1)
    for phase in open_phases(cycle):
        if known[phase] <= before:
            raise Problem(
                Phrase(
                    "{phase} would end on {day}; it can end on {first} at the earliest.",
                    phase=phases.NAMES[phase],
                    day=known[phase],
                    first=before + timedelta(days=1),
                ),
                question=phase,
            )
        before = known[phase]
    return known
