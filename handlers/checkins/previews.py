"""Who gets what and when, said before it is so, and to the team afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time

from handlers.checkins import rules
from handlers.checkins.questions import ASKED, feature
from handlers.checkins.windows import Plan, plan_of
from handlers.kit.calendar import local
from handlers.kit.cards import Card, Fact, Note, Part
from handlers.kit.requests import Request, Tell
from handlers.kit.text import Lines, Phrase, Plural, Text, Verbatim, names
from storage.checkins import Routine
from storage.people import Person

DATES = 3
NAMED = 20
"""People that a preview names; more are counted."""
ZONES = 6

ROUTINE = feature.notice("routine", Phrase("Changes of when my team checks in"))


def preview(request: Request, routine: Routine) -> Card:
    """What saving would do: who is asked, when in each zone, what, and who will read it."""
    people = asked_by(request, routine)
    if routine.paused:
        return Card(Phrase("None of these would be asked any more."), Fact(Phrase("Who"), _who(people)))
    return Card(
        Phrase("This is what would happen. Nothing is saved yet."),
        Fact(Phrase("Who"), _who(people)),
        *_what(request, routine),
        *_dates(request, routine, people),
        *_provisional(request, routine),
        Note(Phrase("Whoever is away is not asked, and whoever has written already is not either.")),
    )


def asked_by(request: Request, routine: Routine) -> tuple[Person, ...]:
    """Who is asked by a routine: the team, or everybody with a manager whose team has none of its own."""
    directory = request.store.directory
    if routine.lead_id:
        return directory.reports_of(routine.lead_id, request.now.date())
    own = request.store.checkins.routines.leads()
    managed = ((person, directory.manager_of(person.id, request.now.date())) for person in directory.active())
    return tuple(person for person, manager in managed if manager and manager not in own)


def _who(people: tuple[Person, ...]) -> Text:
    if not people:
        return Phrase("nobody now")
    if len(people) <= NAMED:
        return names(person.name for person in people)
    return Plural("{n} person", "{n} people", n=len(people))


def _what(request: Request, routine: Routine) -> Iterable[Part]:
    clock = time.fromisoformat(routine.clock)
    place = request.store.checkins.routines.place(routine.place_id)
    yield Fact(Phrase("When"), rules.said(routine.rule, clock))
    yield Fact(
        Phrase("Questions"), Lines(tuple(ASKED.get(key) or Verbatim(key) for key in routine.questions))
    )
    yield Fact(Phrase("Mood"), Phrase("asked, private") if routine.mood else Phrase("not asked"))
    yield Fact(Phrase("Quoted in"), Verbatim(place.name) if place else Phrase("no channel"))


def _dates(request: Request, routine: Routine, people: tuple[Person, ...]) -> Iterable[Part]:
    plan = plan_of(request.store, routine)
    assert plan is not None  # it is not paused
    zones = {person.zone: person for person in reversed(people)}
    for zone in sorted(zones)[:ZONES]:
        moments = _next(plan, request.now, zone)
        there = tuple(_window(plan, moment, zone) for moment in moments)
        if there:
            yield Fact(Verbatim(zone), Lines(there))


def _next(plan: Plan, now: datetime, zone: str) -> list[datetime]:
    moments: list[datetime] = []
    while len(moments) < DATES and (at := plan.next_after(moments[-1] if moments else now, zone)):
        moments.append(at)
    return moments


def _window(plan: Plan, moment: datetime, zone: str) -> Text:
    """An opening and its closing as the clocks of that zone show them, and the opening on the reader's own."""
    day = plan.open_at(moment, zone)
    assert day is not None  # the plan said so
    opens, closes = local(moment, zone), local(plan.ends(day, zone)[1], zone)
    return Phrase(
        "{day} at {clock} there, until {last} at {evening}; on your clock {moment}",
        day=opens.date(),
        clock=opens.time(),
        last=closes.date(),
        evening=closes.time(),
        moment=moment,
    )


def _provisional(request: Request, routine: Routine) -> Iterable[Part]:
    plan = plan_of(request.store, routine)
    moments = _next(plan, request.now, request.actor.zone) if plan else []
    if any(request.calendar.is_provisional(local(at, request.actor.zone).date()) for at in moments):
        yield Note(
            Phrase("Provisional: the official holidays of that year are not loaded yet, so a date may move.")
        )


def told_team(request: Request, routine: Routine) -> tuple[Tell, ...]:
    """The team hears what changed for it, and its manager what somebody else did; of the company's default nobody hears
    before it is due."""
    if not routine.lead_id:
        return ()
    card = _told(request, routine)
    topic = f"checkins.routine:{routine.id}:{routine.version}"
    return tuple(
        Tell(card, to=person.id, topic=f"{topic}:{person.id}", notice=ROUTINE)
        for person in (*asked_by(request, routine), request.person(routine.lead_id))
        if person.id != request.actor.id
    )


def _told(request: Request, routine: Routine) -> Card:
    name = Verbatim(request.actor.name)
    if routine.paused:
        return Card(
            Phrase("{name} ended your team's regular check-ins.", name=name),
            Note(
                Phrase(
                    "You can still check in on any day. What you were asked before stays open until its end."
                )
            ),
        )
    return Card(Phrase("{name} set up your team's check-ins.", name=name), *_what(request, routine))
