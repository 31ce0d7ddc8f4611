"""On the first workday of a week, who said nothing of a key result since the last time is asked, in one message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import count

from handlers.goals.goal import OFF_TRACK, feature, is_reached
from handlers.goals.nudges import cadence, ladder
from handlers.goals.nudges.cadence import Ask, Result
from handlers.goals.nudges.owed import asked, still, title_of
from handlers.kit.access import everyone
from handlers.kit.calendar import WorkCalendar, at_wall, local_day
from handlers.kit.cards import Button, Card, Note, Press
from handlers.kit.features import Ring, Rung, Silence
from handlers.kit.hours import MORNING, calendar_of
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Plural
from handlers.kit.values import dump
from storage.goals import Goal, KeyResult
from storage.goals.owed import WEEKLY, touched_at
from storage.people import Person
from storage.store import Store

DUE = time(18)
SHOWN = 5
"""Key results on one card, each with its buttons; the next come when these are said."""


# When ----------------------------------------------------------------------------------------------------------------


def _mornings(calendar: WorkCalendar, day: date, zone: str, *, step: int) -> Iterator[datetime]:
    """The beginnings of the weeks' first workdays around a day and after it, or before it."""
    weeks = (_morning(calendar, day + timedelta(weeks=n * step), zone) for n in count())
    return (morning for morning in weeks if morning is not None)


@lru_cache(maxsize=4096)
def _morning(calendar: WorkCalendar, day: date, zone: str) -> datetime | None:
    """The beginning of the first workday of the week around a day: worked out once for all who live there."""
    first = calendar.first_workday_of_week(day)
    return None if first is None else at_wall(first, MORNING, zone)


def next_nudge(store: Store, person: Person, after: datetime) -> Mapping[str, datetime]:
    """When a person is asked next, on their own clock and workdays."""
    if not person.active:
        return {}
    return {person.id: _next(calendar_of(store), person.zone, after)}


def _next(calendar: WorkCalendar, zone: str, after: datetime) -> datetime:
    mornings = _mornings(calendar, local_day(after, zone) - timedelta(weeks=1), zone, step=1)
    return next(at for at in mornings if at > after)


def begun(calendar: WorkCalendar, zone: str, now: datetime) -> tuple[datetime, datetime]:
    """When this week's nudge was, and the one before it."""
    mornings = _mornings(calendar, local_day(now, zone) + timedelta(weeks=1), zone, step=-1)
    past = (at for at in mornings if at <= now)
    return next(past), next(past)


# Asking --------------------------------------------------------------------------------------------------------------


@feature.bell("nudge", plan=next_nudge)
def nudge(ring: Ring) -> Rung:
    """Ask one person for a word on their key results, unless there is a reason not to."""
    store, person = ring.store, ring.store.directory.person(ring.about)
    if person is None or not person.active:
        return Rung(None, silence=Silence("left"))
    calendar = calendar_of(store)
    next_at = _next(calendar, person.zone, ring.now)
    results = store.goals.owed.results(person.id)
    if not results:
        return Rung(next_at)
    at, before = begun(calendar, person.zone, ring.now)
    told = store.goals.owed.reasons(person.id)
    decided = [
        (goal, row, cadence.ask(_seen(store, person, goal, row, before, told))) for goal, row in results
    ]
    weekly = [row for _, row, made in decided if made == Ask("weekly")]
    stuck = [(row, made.why) for _, row, made in decided if isinstance(made, Ask) and made.why != "weekly"]
    for row, why in stuck:
        ladder.begin(store, person, calendar, row, why)
    if weekly:
        _open(store, person, calendar, weekly, at=at, since=before, until=next_at)
    if weekly or stuck:
        return Rung(next_at)
    return Rung(next_at, silence=next(made for *_, made in decided if isinstance(made, Silence)))


def _seen(
    store: Store, person: Person, goal: Goal, row: KeyResult, before: datetime, told: Mapping[str, set[str]]
) -> Result:
    begins_on = row.begins_on or goal.begins_on
    return Result(
        now=store.now,
        touched_at=max(touched_at(row), at_wall(begins_on, time(), person.zone)),
        asked_at=before,
        begins_on=begins_on,
        ends_on=row.ends_on or goal.ends_on,
        today=local_day(store.now, person.zone),
        off_track=row.confidence == OFF_TRACK,
        is_reached=is_reached(row),
        is_done=row.is_done,
        told=frozenset(told.get(row.id, ())),
    )


def _open(
    store: Store,
    person: Person,
    calendar: WorkCalendar,
    rows: Sequence[KeyResult],
    *,
    at: datetime,
    since: datetime,
    until: datetime,
) -> None:
    day = local_day(at, person.zone)
    store.obligations.open(
        person.id,
        WEEKLY,
        day.isoformat(),
        title=dump(title_of(rows)),
        args={"since": since.isoformat()},
        due_at=at_wall(calendar.next_workday(day), DUE, person.zone),
        expires_at=until,
        minutes=max(1, len(rows)),
    )


# Answering -----------------------------------------------------------------------------------------------------------


@feature.button(allow=everyone)
def weekly(request: Request, since: str = "") -> Reply:
    """Say how far my key results are, one after the other."""
    left = still(request.store, request.actor.id)
    if left is None:
        return Reply(
            show=Card(
                Phrase("Nothing is left to say this week. Thank you."),
                Button(Phrase("My goals"), Press("goals.mine", {})),
            )
        )
    _, rows = left
    more = len(rows) - SHOWN
    return Reply(
        show=Card(
            Plural("How far is your key result?", "How far are your {n} key results?", n=len(rows)),
            *(part for row in rows[:SHOWN] for part in asked(request, row)),
            *(
                (Note(Plural("And {n} more after these.", "And {n} more after these.", n=more)),)
                if more > 0
                else ()
            ),
            Note(
                Phrase(
                    "I ask on the first workday of a week, about what you said nothing of since the last time."
                    " One press says how it looks while the number stays."
                )
            ),
        )
    )
