"""Changes: move the next meeting, skip it, or end the series; both know, and nothing is deleted."""

from datetime import date, datetime, time
from typing import Annotated

from handlers.kit.calendar import at_wall
from handlers.kit.cards import Button, Card, Fact, Note, Part, Section
from handlers.kit.forms import Clock, Day
from handlers.kit.problems import MEANWHILE, Problem, changed_meanwhile
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Lines, Phrase, Plural, Text
from handlers.one_on_ones.hindrances import warnings
from handlers.one_on_ones.meetings import Meeting, following, plan_bells, standing
from handlers.one_on_ones.owed import forget_reminder
from handlers.one_on_ones.pair import (
    both,
    feature,
    named,
    opening,
    participants,
    partner_of,
    running,
    shown,
    tell_partner,
)
from storage.one_on_ones import Series
from storage.unit import Conflict


@feature.button(
    allow=participants,
    seen_by=both,
    title=Phrase("Move the next meeting"),
    over=lambda request, args: running(request, args["series"]),
)
def move(
    request: Request,
    series: str,
    day: Annotated[date, Day(Phrase("On which day?"))],
    clock: Annotated[time, Clock(Phrase("At what time, on your clock?"))],
    on: str = "",
) -> Reply:
    """Set another time for the next meeting."""
    found = running(request, series)
    at = at_wall(day, clock, request.actor.zone)
    if at <= request.now:
        raise Problem(Phrase("This moment is over. Pick a later one."), question="day")
    upcoming = standing(found, request.now).next
    if not _is_upcoming(upcoming, on):
        return Reply(
            show=_moved_meanwhile(found, upcoming, at, {"day": day.isoformat(), "clock": f"{clock:%H:%M}"})
        )
    moved = Meeting(upcoming.on if upcoming and found.rule else day, at)
    _set_next(request, found, moved, "moved")
    was = (Fact(Phrase("It was planned for"), Phrase("{at}", at=upcoming.at)),) if upcoming else ()
    known = _to_be_known(request, found, upcoming, at)
    title = Phrase("{name} moved your one-on-one to {at}.", name=named(request.actor), at=at)
    tell = _told(request, found, title, *was, *(Note(words) for words in known))
    return shown(request, found, tell, done=Lines((Phrase("The next meeting is on {at}.", at=at), *known)))


def _moved_meanwhile(series: Series, upcoming: Meeting | None, at: datetime, asked: dict[str, str]) -> Card:
    """The other one was quicker: what is planned now, and the way to move that instead."""
    still = move.bind(series=series.id, on=_stamp(upcoming), **asked)
    return Card(
        MEANWHILE,
        Fact(
            Phrase("Next meeting"), Phrase("{at}", at=upcoming.at) if upcoming else Phrase("Not planned yet")
        ),
        Button(Phrase("Move it to {at}", at=at), still, style="primary"),
        opening(series),
    )


def _to_be_known(
    request: Request, series: Series, upcoming: Meeting | None, at: datetime
) -> tuple[Text, ...]:
    """What speaks against the new moment, for each of the two, and which meetings of the series it takes along."""
    against = [
        warning
        for person in (request.actor, partner_of(request, series))
        for warning in warnings(request, person, at)
    ]
    taken = 0
    while upcoming and (upcoming := following(series, upcoming)) and upcoming.at <= at:
        taken += 1
    along = Plural(
        "It takes the place of another meeting of the series as well.",
        "It takes the place of {n} other meetings of the series as well.",
        n=taken,
    )
    return (*against, *((along,) if taken else ()))


@feature.button(allow=participants)
def skip(request: Request, series: str, on: str) -> Reply:
    """Skip the next meeting."""
    found = running(request, series)
    skipped = standing(found, request.now).next
    if skipped is None or not _is_upcoming(skipped, on):
        return shown(request, found, done=MEANWHILE)
    after = following(found, skipped)
    _set_next(request, found, after, "skipped")
    title = Phrase("{name} skips your one-on-one of {at}.", name=named(request.actor), at=skipped.at)
    then: tuple[Part, ...] = (
        (Fact(Phrase("Next meeting"), Phrase("{at}", at=after.at)),)
        if after
        else (Section(Phrase("No other meeting is planned yet.")),)
    )
    tell = _told(request, found, title, *then)
    return shown(request, found, tell, done=Phrase("Skipped. What is not discussed stays on the agenda."))


@feature.button(allow=participants)
def end(request: Request, series: str) -> Reply:
    """End a series of one-on-ones."""
    found = running(request, series)
    forget_reminder(request.store, found, "ended")
    end_series(request, found)
    title = Phrase("{name} ended your one-on-ones.", name=named(request.actor))
    kept = Section(Phrase("Nothing is deleted: notes and open actions stay. A new point begins it again."))
    return shown(request, found, _told(request, found, title, kept))


def end_series(request: Request, series: Series) -> None:
    """No meeting is to come, and no moment of the clock; everything written stays."""
    last = standing(series, request.now).last
    _change(
        request,
        series,
        ended_at=request.now,
        rule="",
        meeting_on=None,
        meeting_at=None,
        last_on=last.on if last else None,
        last_at=last.at if last else None,
    )
    plan_bells(request.store, series)


def _is_upcoming(meeting: Meeting | None, on: str) -> bool:
    """Whether the next meeting is still the one that the button showed, at the moment that it showed."""
    return _stamp(meeting) == on


def _stamp(meeting: Meeting | None) -> str:
    return meeting.at.isoformat() if meeting else ""


def next_of(request: Request, series: Series) -> str:
    """By which the next meeting is known to who moves or skips it."""
    return _stamp(standing(series, request.now).next)


def _set_next(request: Request, series: Series, meeting: Meeting | None, how: str) -> None:
    last = standing(series, request.now).last
    forget_reminder(request.store, series, how)
    _change(
        request,
        series,
        meeting_on=meeting.on if meeting else None,
        meeting_at=meeting.at if meeting else None,
        last_on=last.on if last else None,
        last_at=last.at if last else None,
    )
    plan_bells(request.store, series)


def _change(request: Request, series: Series, **values: object) -> None:
    try:
        request.store.one_on_ones.change(series, **values)
    except Conflict:
        raise changed_meanwhile() from None


def _told(request: Request, series: Series, title: Text, *parts: Part) -> Tell:
    card = Card(title, *parts, opening(series))
    return tell_partner(request, series, card, topic=f"change:{series.id}:{series.version}")


def buttons(request: Request, series: Series) -> tuple[Button, ...]:
    """The buttons for what may change."""
    upcoming = standing(series, request.now).next
    name = named(partner_of(request, series))
    ending = Button(
        Phrase("End"),
        end.bind(series=series.id),
        style="danger",
        confirm=Phrase("End your one-on-ones with {name}? Nothing is deleted.", name=name),
    )
    if upcoming is None:
        return (Button(Phrase("Set a date"), move.bind(series=series.id, on="")), ending)
    on = _stamp(upcoming)
    return (
        Button(Phrase("Move the next"), move.bind(series=series.id, on=on)),
        Button(
            Phrase("Skip the next"),
            skip.bind(series=series.id, on=on),
            confirm=Phrase("Skip the meeting of {at}?", at=upcoming.at),
        ),
        ending,
    )
