"""The doors of a reminder: remind me later, I have done it already, and why did I get this."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache

from handlers.kit.access import everyone
from handlers.kit.cards import Button, Card, Menu, Note, Part, Press, Section
from handlers.kit.features import Feature
from handlers.kit.hours import hours_of
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Plural, Text, Verbatim
from handlers.kit.values import load
from storage.tables import ObligationRow

feature = Feature("reminders", title=Phrase("Reminders"))

NUDGE = "reminders.nudge"
"""The route that reminders have in the outbox."""

SETTLED = Phrase("This is settled already. Nothing is left to do.")


@feature.button(allow=everyone)
def snooze(request: Request, obligations: tuple[str, ...], until: str) -> Reply:
    """Remind me of this later."""
    at = _moment(request, until)
    rows = _still_there(_open(request, obligations), at)
    for row in rows:
        request.store.obligations.snooze(row, at)
    late = [row for row in rows if row.due_at and row.due_at <= at]
    return Reply(
        show=Card(
            Phrase("I will remind you {moment}.", moment=at),
            *(
                Note(Phrase("It is due before that: {moment}.", moment=row.due_at))
                for row in late
                if row.due_at
            ),
            *(Section(load(row.title), button=main_button(row, style="plain")) for row in rows),
        )
    )


@feature.button(allow=everyone)
def already_done(request: Request, obligation: str) -> Reply:
    """I have done this already."""
    (row,) = _open(request, (obligation,))
    if _is_seen_done(row):
        raise Problem(
            Phrase(
                "It is still open here, and leaves your list by itself once it is done. You can snooze it."
            ),
            buttons=(main_button(row),),
        )
    request.store.obligations.close(request.actor.id, row.kind, row.about, how="said")
    return Reply(show=Card(Phrase("Good. I will not remind you of this again."), Section(load(row.title))))


@feature.button(allow=everyone)
def why_this(request: Request, obligations: tuple[str, ...]) -> Reply:
    """Why am I getting this?"""
    found = [request.store.obligations.get(each, person_id=request.actor.id) for each in obligations]
    rows = [row for row in found if row]
    ceiling = int(request.store.setting("weekly_ceiling", CEILING))
    return Reply(
        keep=True,
        show=Card(
            Phrase("Why you got this reminder"),
            *(Section(_reason(row, request.now)) for row in rows),
            *(Section(rule) for rule in _rules(rows, ceiling)),
            Note(
                Phrase("{command} lists everything that I sent you and why.", command=Verbatim("/upbeat why"))
            ),
        ),
    )


# The card -------------------------------------------------------------------------------------------------

CEILING = 5
"""Combined messages a person gets in a week at most, unless the setting `weekly_ceiling` says otherwise."""


def reminder(rows: list[ObligationRow], now: datetime) -> Card:
    """Everything that a person is reminded of now, in one card."""
    ids = tuple(row.id for row in rows)
    return Card(
        _title(rows),
        *(part for row in rows for part in _parts(row, rows, now)),
        *_later(ids),
        *_doors(rows, ids),
    )


def main_button(row: ObligationRow, *, style: str = "primary") -> Button:
    """What does it, with one press."""
    label = Phrase("Open it") if is_appointment(row) else Phrase("Do it now")
    return Button(label, Press(row.kind, row.args), style="primary" if style == "primary" else "plain")


def is_appointment(row: ObligationRow) -> bool:
    """Whether it is a meeting at a fixed time: that takes no minutes of its own, and cannot wait for tomorrow."""
    return row.minutes == 0


def _is_seen_done(row: ObligationRow) -> bool:
    """Whether it goes from the list by itself once it is done, by its door or as a part of something larger (a review
    cycle): saying so would only leave it undone."""
    return bool(row.within) or row.kind in _seen_done()


@cache
def _seen_done() -> frozenset[str]:
    from handlers import FEATURES  # the features say it of their doors; this one only asks

    return frozenset(route.name for each in FEATURES for route in each.routes if route.seen_done)


def _title(rows: list[ObligationRow]) -> Text:
    if len(rows) == 1 and is_appointment(rows[0]):
        return Phrase("Coming up")
    return Plural("One thing waits for you", "{n} things wait for you", n=len(rows))


def _parts(row: ObligationRow, rows: list[ObligationRow], now: datetime) -> tuple[Part, ...]:
    facts = Lines(tuple(_facts(row, now)))
    if len(rows) > 1:
        return (Section(Lines((load(row.title), *facts.items)), button=main_button(row)),)
    return (Section(load(row.title)), *((Note(facts),) if facts.items else ()), main_button(row))


def _facts(row: ObligationRow, now: datetime) -> list[Text]:
    appointment = is_appointment(row)
    due = [_due(row.due_at, now, appointment=appointment)] if row.due_at else []
    takes = Plural("Takes about a minute.", "Takes about {n} minutes.", n=row.minutes)
    late = [load(row.note)] if row.note else []
    return [*due, *late] if appointment else [*due, takes, *late]


def _due(at: datetime, now: datetime, *, appointment: bool) -> Text:
    if appointment:
        return Phrase("At {moment}.", moment=at)
    return Phrase("It was due {moment}.", moment=at) if at <= now else Phrase("Due {moment}.", moment=at)


def _later(ids: tuple[str, ...]) -> tuple[Part, ...]:
    choices = {
        "hour": Phrase("In an hour"),
        "tomorrow": Phrase("Tomorrow morning"),
        "workday": Phrase("Next workday"),
    }
    options = tuple(
        Button(label, snooze.bind(obligations=ids, until=until)) for until, label in choices.items()
    )
    return (Menu(Phrase("Snooze"), options),)


def _doors(rows: list[ObligationRow], ids: tuple[str, ...]) -> tuple[Part, ...]:
    why = Button(Phrase("Why am I getting this?"), why_this.bind(obligations=ids))
    rows = [row for row in rows if not _is_seen_done(row)]
    if rows and len(ids) > 1:
        options = tuple(Button(load(row.title), already_done.bind(obligation=row.id)) for row in rows)
        return (Menu(Phrase("Already done"), options), why)
    return (*(Button(Phrase("Already done"), already_done.bind(obligation=row.id)) for row in rows), why)


# Rules ----------------------------------------------------------------------------------------------------


def _open(request: Request, obligations: tuple[str, ...]) -> list[ObligationRow]:
    found = [request.store.obligations.get(each, person_id=request.actor.id) for each in obligations]
    rows = [row for row in found if row and row.closed_at is None]
    if not rows:
        raise Problem(SETTLED)
    return rows


def _still_there(rows: list[ObligationRow], at: datetime) -> list[ObligationRow]:
    """Those of which can be reminded at that moment; raises Problem where all of them are over by then."""
    there = [row for row in rows if row.expires_at is None or row.expires_at > at]
    if not there:
        ends = max(row.expires_at for row in rows if row.expires_at)
        raise Problem(
            Phrase(
                "{moment} is too late for this: it ends {end}. I leave the reminders as they are.",
                moment=at,
                end=ends,
            ),
            buttons=tuple(main_button(row) for row in rows[:1]),
        )
    return there


def _moment(request: Request, until: str) -> datetime:
    """When the person may be told something again: a choice that falls into their night or weekend moves to its end."""
    hours = hours_of(request.store, request.actor, request.calendar)
    if until == "hour":
        return hours.open_from(request.now + timedelta(hours=1))
    if until == "tomorrow":
        return hours.open_from(hours.morning(request.today + timedelta(days=1)))
    return hours.open_from(hours.next_morning(request.now))


def _rules(rows: list[ObligationRow], ceiling: int) -> Iterator[Text]:
    """When somebody is reminded of these."""
    if any(not row.cadence for row in rows):
        yield Phrase(
            "I remind you when something begins and once more when it is due, in one message a workday at most"
            " and {ceiling} a week, never in your quiet hours, on days off or while you are away.",
            ceiling=ceiling,
        )
    if any(row.cadence for row in rows):
        yield Phrase(
            "What belongs to a review I say when it begins, after three of your workdays, a week and a day before it is"
            " due, and on that day at 10:00, as long as it is open: in one message a workday at most and {ceiling} a"
            " week, never in your quiet hours, on days off or while you are away.",
            ceiling=ceiling,
        )


def _reason(row: ObligationRow, now: datetime) -> Text:
    since = Phrase("It has been waiting for you since {moment}.", moment=row.opened_at)
    return Lines((load(row.title), since, *_facts(row, now)))
