"""What is owed around a meeting: to be there, and to write down what was agreed."""

from datetime import datetime, timedelta

from handlers.kit.calendar import at_wall, local
from handlers.kit.hours import calendar_of, hours_of
from handlers.kit.text import Phrase, Verbatim
from handlers.kit.values import dump
from handlers.one_on_ones.meetings import Meeting, about_after, about_before, day_met, standing
from storage.one_on_ones import WRITE_NOTES, Series
from storage.store import Store

WORTH_WRITING = timedelta(days=1)
"""So long after it was due a line is still asked for."""


def remind_before(store: Store, series: Series, meeting: Meeting) -> None:
    """Both have an appointment: it is over when it begins, whoever did what."""
    for person_id in series.people:
        other = series.other_than(person_id)
        store.obligations.open(
            person_id,
            "one_on_ones.show",
            about_before(series, meeting),
            title=dump(Phrase("One-on-one with {name}", name=Verbatim(store.directory.named(other)))),
            args={"partner": other},
            due_at=meeting.at,
            expires_at=meeting.at,
            remind_at=store.now,
            minutes=0,
        )


def remind_after(store: Store, series: Series, meeting: Meeting, person_id: str) -> None:
    """This person owes a line about what was agreed, until the same hour of their next workday."""
    due_at = _next_workday(store, person_id)
    partner = Verbatim(store.directory.named(series.other_than(person_id)))
    store.obligations.open(
        person_id,
        WRITE_NOTES,
        about_after(series, day_met(series, meeting)),
        title=dump(Phrase("Write down what you agreed with {name}", name=partner)),
        args={"series": series.id, "day": day_met(series, meeting).isoformat()},
        due_at=due_at,
        expires_at=due_at + WORTH_WRITING,
        remind_at=store.now,
        minutes=5,
    )


def _next_workday(store: Store, person_id: str) -> datetime:
    person = store.directory.people[person_id]
    now = local(store.now, person.zone)
    day = hours_of(store, person, calendar_of(store)).next_open_day(now.date())
    return at_wall(day, now.time(), person.zone)


def forget_reminder(store: Store, series: Series, how: str) -> None:
    """The next meeting is not at that time any more."""
    upcoming = standing(series, store.now).next
    if upcoming is not None:
        for person_id in series.people:
            store.obligations.close(person_id, "one_on_ones.show", about_before(series, upcoming), how=how)
