"""Everything of a one-on-one on one card, the list of all of mine, and the next one on the home screen."""

from typing import Annotated

from handlers.kit.access import everyone
from handlers.kit.calendar import local, local_day
from handlers.kit.cards import Button, Card, Fact, Heading, Note, Part, Section
from handlers.kit.forms import Colleague, Words
from handlers.kit.naming import named as colleague
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.one_on_ones import actions, agenda, changes, confirming, notes, planning, templates
from handlers.one_on_ones.meetings import Meeting, standing
from handlers.one_on_ones.pair import (
    feature,
    has_ended,
    named,
    opening,
    partner_of,
    shared_with,
    shown,
)
from storage.one_on_ones import Series
from storage.people import Person


@feature.command(
    "1on1",
    allow=everyone,
    also=(
        "面谈",
        "绩效面谈",
        "1:1",
        "1-1",
        "1on1s",
        "1-on-1",
        "1 on 1",
        "one-on-one",
        "one on one",
        "agenda",
        "议程",
    ),
    examples=("", "@ben"),
    short=True,
)
def show(
    request: Request,
    partner: Annotated[Person | None, Colleague(Phrase("With whom?"))] = None,
    words: Annotated[str, Words(Phrase("What is it about?"))] = "",
) -> Reply:
    """Show my one-on-ones, or the one with a colleague."""
    if partner is None:
        return _without_partner(request, words) if words else Reply(show=_mine(request))
    return Reply(show=_shall_i_add(partner, words)) if words else _with(request, partner)


def _with(request: Request, partner: Person, note: Text | None = None) -> Reply:
    series = request.store.one_on_ones.between(request.actor.id, partner.id, reader=request.actor.id)
    return Reply(show=not_begun(request, partner)) if series is None else shown(request, series, done=note)


def _without_partner(request: Request, words: str) -> Reply:
    """What stands before a name ("skip @ben") can be done by the buttons of the one-on-one that is meant."""
    _, at, name = words.replace("＠", "@").partition("@")
    meant, _ = colleague(name, request.store.directory, request.platform) if at else (None, 0)
    if meant is None or meant.id == request.actor.id:
        raise Problem(
            Phrase(
                "I see no colleague in this. Write @ and a name, like this: /1on1 @ben, or /1on1 add @ben …"
            )
        )
    return _with(request, meant, Phrase("I did not understand “{words}” here.", words=Verbatim(words)))


def _shall_i_add(partner: Person, words: str) -> Card:
    return Card(
        Phrase("Shall I put this on the agenda with {name}?", name=named(partner)),
        Section(Verbatim(words), quoted=True),
        Button(
            Phrase("Yes, add it"), agenda.add_quoted.bind(partner=partner.id, quoted=words), style="primary"
        ),
    )


def not_begun(request: Request, partner: Person) -> Card:
    """That there is no one-on-one with this colleague yet, and how it begins."""
    return Card(
        Phrase("You have no one-on-one with {name} yet.", name=named(partner)),
        Section(Phrase("It begins with the first point on the agenda, or with the first plan.")),
        agenda.adding(partner),
        Button(Phrase("Plan it"), planning.plan.bind(partner=partner.id)),
        Note(shared_with(request, partner)),
    )


# One --------------------------------------------------------------------------------------------------------


def card(request: Request, series: Series, done: Section | None = None) -> Card:
    """The whole one-on-one, as one of the two sees it."""
    partner, place = partner_of(request, series), standing(series, request.now)
    return Card(
        Phrase("One-on-one with {name}", name=named(partner)),
        *((done,) if done else ()),
        *_when(request, series, partner, place.next),
        *agenda.parts(request, series, place),
        *actions.parts(request, series, place),
        *confirming.parts(request, series),
        *_doors(request, series, partner),
        Note(shared_with(request, partner)),
    )


def _when(request: Request, series: Series, partner: Person, meeting: Meeting | None) -> tuple[Part, ...]:
    if not partner.active:
        return (Section(Phrase("{name} has left. What you both wrote stays here.", name=named(partner))),)
    if has_ended(request.store, series):
        return (Section(Phrase("It has ended. A new point begins it again.")),)
    repeats = planning.cadence(request, series)
    return (
        *((Fact(Phrase("How often"), repeats),) if repeats else ()),
        Fact(Phrase("Next meeting"), _moment(meeting)),
        *(_elsewhere(request, partner, meeting) if meeting else ()),
    )


def _moment(meeting: Meeting | None) -> Text:
    return Phrase("{at}", at=meeting.at) if meeting else Phrase("Not planned yet")


def _elsewhere(request: Request, partner: Person, meeting: Meeting) -> tuple[Part, ...]:
    there = local(meeting.at, partner.zone)
    wall = Phrase("{day}, {clock}", day=there.date(), clock=there.time())
    away = request.store.preferences.absence_on(partner.id, local_day(meeting.at, partner.zone))
    same = there.utcoffset() == local(meeting.at, request.actor.zone).utcoffset()
    return (
        *(() if same else (Fact(Phrase("On the clock of {name}", name=named(partner)), wall),)),
        *((Note(Phrase("{name} is away on that day.", name=named(partner))),) if away else ()),
    )


def _doors(request: Request, series: Series, partner: Person) -> tuple[Part, ...]:
    writing = (notes.writing(series), notes.writing_for_myself(series), confirming.looking_back(series))
    if not partner.active:
        return writing[1:]
    if has_ended(request.store, series):
        return (agenda.adding(partner), *writing)
    return (
        agenda.adding(partner),
        *writing,
        actions.agreeing(request, series),
        Button(Phrase("Plan"), planning.plan.bind(partner=partner.id)),
        *changes.buttons(request, series),
        templates.menu(request, series),
    )


# All of mine ------------------------------------------------------------------------------------------------


def _mine(request: Request) -> Card:
    every = request.store.one_on_ones.of(request.actor.id)
    live = [series for series in every if not has_ended(request.store, series)]
    over = [series for series in every if has_ended(request.store, series)]
    empty = Section(
        Phrase("You have none yet. Add a point for a colleague, and it begins: /1on1 add @ben the roadmap")
    )
    return Card(
        Phrase("Your one-on-ones"),
        *(_line(request, series) for series in live),
        *(() if live else (empty,)),
        *((Heading(Phrase("Ended")),) if over else ()),
        *(_line(request, series) for series in over),
        Button(Phrase("Add a point"), agenda.add.bind(), style="primary"),
        Button(Phrase("Plan one"), planning.plan.bind()),
    )


def _line(request: Request, series: Series) -> Section:
    name, meeting = named(partner_of(request, series)), standing(series, request.now).next
    if has_ended(request.store, series):
        return Section(Phrase("With {name}", name=name), button=opening(series))
    if meeting is None:
        return Section(Phrase("With {name}: no meeting planned yet", name=name), button=opening(series))
    return Section(Phrase("With {name}: {at}", name=name, at=meeting.at), button=opening(series))


@feature.home(25)
def next_one(request: Request) -> tuple[Part, ...]:
    """My next one-on-one, on the home screen."""
    coming = [
        (meeting.at, series)
        for series in request.store.one_on_ones.of(request.actor.id)
        if not has_ended(request.store, series) and (meeting := standing(series, request.now).next)
    ]
    if not coming:
        return ()
    at, series = min(coming, key=lambda pair: pair[0])
    partner = partner_of(request, series)
    return (
        Heading(Phrase("Next one-on-one")),
        Section(Phrase("With {name}: {at}", name=named(partner), at=at), button=opening(series)),
        agenda.adding(partner),
    )
