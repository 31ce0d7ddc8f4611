"""A new cycle: for whom, about which days, until when; a look at what it would do, and its launch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated

from handlers.kit.access import hr
from handlers.kit.cards import Button, Card, Fact, Note, Section
from handlers.kit.forms import Choice, Colleague, Day, Option, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Listing, Phrase, Plural, Text, Verbatim, names
from handlers.reviews import duties, parts, phases, raters
from handlers.reviews.review import bound_cycle, feature, runners
from storage.people import Person
from storage.reviews import PHASES, ReviewCycle, last_day
from storage.store import Store

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

Name = Annotated[
    str, Words(Phrase("What is the cycle called?"), longest=80, lines=False, help=Phrase("“Autumn 2026”"))
]
Units = Annotated[
    str,
    Words(
        Phrase("For which teams or departments?"),
        help=Phrase("Their names, with commas between. Everybody else hears nothing."),
        longest=1000,
        lines=False,
    ),
]
People = Annotated[tuple[str, ...], Colleague(Phrase("For which people besides?"), most=20)]
From = Annotated[
    date,
    Day(
        Phrase("About the time from?"),
        lead=("from", "从"),
        suggested=lambda request: (request.today - timedelta(days=182)).isoformat(),
    ),
]
Until = Annotated[
    date,
    Day(
        Phrase("Until?"),
        lead=("until", "到", "截止"),
        suggested=lambda request: request.today.isoformat(),
    ),
]
PEERS = (
    Option(
        "named",
        Phrase("With their names, as they agree to when they write"),
        also=("named", "实名", "实名，填写时即表示同意"),
    ),
    Option(
        "confidential",
        Phrase("Confidential: three or more together, shuffled"),
        also=("匿名", "保密", "保密：三人及以上合并，打乱顺序"),
    ),
)


@feature.command(
    "review new",
    allow=hr,
    also=("评估 新建", "新建评估"),
    examples=("Autumn 2026",),
    seen_by=Phrase("Seen by HR; what is asked is seen by who is asked."),
    title=Phrase("A new review cycle"),
)
def new(
    request: Request,
    name: Name,
    units: Units,
    people: People = (),
    from_on: From | None = None,
    to_on: Until | None = None,
    others: Annotated[
        str,
        Choice(Phrase("Who writes besides the people themselves and their managers?"), options=raters.OTHERS),
    ] = "nobody",
    peers: Annotated[str, Choice(Phrase("How do colleagues write?"), options=PEERS)] = "named",
) -> Reply:
    """Prepare a review cycle. Nobody hears of it until you launch it."""
    to_on = to_on or request.today
    from_on = from_on or to_on - timedelta(days=182)
    if from_on > to_on:
        raise Problem(
            Phrase("It ends before it begins. Give the days the other way round."), question="from_on"
        )
    cycle = request.store.reviews.cycles.add(
        request.actor.id,
        name=" ".join(name.split()),
        parts=[part.kept() for part in parts.STANDARD],
        whom={**_units(request, units), "people": people, "without": (request.actor.id,)},
        roles=raters.roles(others),
        from_on=from_on,
        to_on=to_on,
        last_days=usual_days(request.today),
        peers=peers,
    )
    return Reply(show=plan_card(request, cycle, Phrase("The cycle is prepared. Nobody has heard of it yet.")))


def usual_days(today: date) -> dict[str, date]:
    """The last day of each phase, of the usual lengths, from today on."""
    made: dict[str, date] = {}
    day = today
    for phase, length in LENGTHS.items():
        day += timedelta(days=length)
        made[phase] = day
    return made


def _units(request: Request, words: str) -> dict[str, Sequence[str]]:
    """The teams and departments of these names. Raises Problem for a name that is none."""
    people = request.store.directory.active()
    known = {
        "teams": {person.team.casefold(): person.team for person in people if person.team},
        "departments": {
            person.department.casefold(): person.department for person in people if person.department
        },
    }
    found: dict[str, list[str]] = {"teams": [], "departments": []}
    for said in (part.strip() for part in words.replace("，", ",").replace("、", ",").split(",")):
        sort = next((sort for sort, names_ in known.items() if said.casefold() in names_), None)
        if said and sort is None:
            raise Problem(
                Phrase(
                    "I know no team or department {name}. There are: {known}.",
                    name=Verbatim(said),
                    known=names(sorted({*known["teams"].values(), *known["departments"].values()})),
                ),
                question="units",
            )
        if said and sort:
            found[sort].append(known[sort][said.casefold()])
    return {sort: tuple(items) for sort, items in found.items()}


def reviewed(store: Store, cycle: ReviewCycle) -> list[Person]:
    """The people about whom a cycle is to be, by name."""
    whom = {key: frozenset(items) for key, items in cycle.whom.items()}
    return [
        person
        for person in store.directory.active()
        if person.id not in whom["without"]
        and (
            person.id in whom["people"]
            or person.team in whom["teams"]
            or person.department in whom["departments"]
        )
    ]


def plan_card(request: Request, cycle: ReviewCycle, title: Text) -> Card:
    """What a cycle would do, and whom it would tell when."""
    people = reviewed(request.store, cycle)
    units = (*cycle.whom["departments"], *cycle.whom["teams"])
    days = tuple(
        Phrase("{phase}: until {day}", phase=phases.NAMES[phase], day=last_day(cycle, phase))
        for phase in PHASES[1:-1]
    )
    return Card(
        title,
        Fact(Phrase("Cycle"), Verbatim(cycle.name)),
        Fact(Phrase("About"), Phrase("{from_on} to {to_on}", from_on=cycle.from_on, to_on=cycle.to_on)),
        *((Fact(Phrase("For"), names(units)),) if units else ()),
        Section(
            Plural(
                "It is about one person: {who}",
                "It is about {n} people: {who}",
                n=len(people),
                who=_some(people),
            )
        ),
        Section(Lines(days)),
        Note(Phrase("You run it, so it is not about you. Everybody who is not named above hears nothing.")),
        Button(
            Phrase("Launch"),
            launch.bind(cycle=cycle.id),
            style="primary",
            confirm=Phrase(
                "Those about whom it is hear of it now, and whoever writes about them when it is their turn."
            ),
        ),
    )


def _some(people: Sequence[Person]) -> Text:
    shown = tuple(Verbatim(person.name) for person in people[:12])
    rest = len(people) - len(shown)
    return Listing((*shown, Phrase("{n} more", n=rest)) if rest else shown)


@feature.button(allow=runners)
def launch(request: Request, cycle: str) -> Reply:
    """Launch this cycle."""
    row = bound_cycle(request, cycle)
    if row.state != "draft":
        raise Problem(Phrase("It was launched before, once."))
    people = reviewed(request.store, row)
    if not people:
        raise Problem(Phrase("It is about nobody. Name a team, a department or people."))
    for person in people:
        duties.assign(request.store, row, person, request.today)
    request.store.reviews.cycles.change(row, "launched", launched_at=request.now, state="running")
    phases.enter(request.store, row, "self", by=request.actor.id)
    return Reply(show=Card(Phrase("Launched: {name}", name=Verbatim(row.name)), Note(_heard(people))))


def _heard(people: Sequence[Person]) -> Text:
    return Plural(
        "One person is told now, in their hours.",
        "{n} people are told now, each in their hours.",
        n=len(people),
    )
