"""A new cycle: for whom, about which days, what it asks of whom, and until when. Nobody hears of it yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any

from handlers.kit.access import hr
from handlers.kit.forms import NO, YES, Choice, Colleague, Day, Option, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Listing, Phrase, Verbatim, names
from handlers.reviews import parts, raters
from handlers.reviews.days import Days, checked_days, given_days, usual_days
from handlers.reviews.launching import plan_card
from handlers.reviews.participation import WRITTEN_AS
from handlers.reviews.review import bound_cycle, feature, runners
from storage.people import Person
from storage.reviews import ReviewCycle

HALF_A_YEAR = timedelta(days=182)

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
People = Annotated[tuple[Person, ...], Colleague(Phrase("For which people besides?"), most=20)]
From = Annotated[
    date,
    Day(
        Phrase("About the time from?"),
        lead=("from", "从"),
        suggested=lambda request: (request.today - HALF_A_YEAR).isoformat(),
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
        Phrase("Confidential: only together with others, shuffled"),
        also=("匿名", "保密", "保密：只与他人合并展示，打乱顺序"),
    ),
)
STANDARD = "standard"


def _templates(request: Request) -> tuple[Option, ...]:
    own = (
        Option(row.id, Phrase("{name}, version {n}", name=Verbatim(row.name), n=row.edition))
        for row in request.store.reviews.templates.offered()
    )
    return (Option(STANDARD, Phrase("The usual questions"), also=("标准模板",)), *own)


Others = Annotated[
    str,
    Choice(Phrase("Who writes besides the people themselves and their managers?"), options=raters.OTHERS),
]
Template = Annotated[str, Choice(Phrase("What is asked?"), options=_templates)]
Rated = Annotated[
    str, Choice(Phrase("With points?"), options=(YES, NO), help=Phrase("Without them, only words count."))
]
Peers = Annotated[str, Choice(Phrase("How do colleagues write?"), options=PEERS)]


@feature.command(
    "review new",
    allow=hr,
    also=("评估 新建", "新建评估"),
    examples=("Autumn 2026", "2026 秋季"),
    seen_by=Phrase("Seen by HR; what is asked is seen by those who are asked."),
    title=Phrase("A new review cycle"),
    wordless=True,
)
def new(
    request: Request,
    name: Name,
    units: Units,
    people: People = (),
    from_on: From | None = None,
    to_on: Until | None = None,
    others: Others = "nobody",
    template: Template = STANDARD,
    rated: Rated = "yes",
    peers: Peers = "named",
) -> Reply:
    """Prepare a review cycle. Nobody hears of it until you launch it."""
    to_on = to_on or request.today
    from_on = from_on or to_on - HALF_A_YEAR
    if from_on > to_on:
        raise Problem(
            Phrase("It ends before it begins. Give the days the other way round."), question="from_on"
        )
    asks = _asks(request, template)
    _refuse_unasked(asks["parts"], raters.roles(others), rated=rated == "yes")
    cycle = request.store.reviews.cycles.add(
        request.actor.id,
        name=" ".join(name.split()),
        **asks,
        whom={
            **_units(request, units),
            "people": tuple(person.id for person in people),
            "without": (request.actor.id,),
        },
        roles=raters.roles(others),
        from_on=from_on,
        to_on=to_on,
        last_days=usual_days(request.calendar, request.today),
        peers=peers,
        is_rated=rated == "yes",
    )
    return Reply(show=plan_card(request, cycle, Phrase("The cycle is prepared. Nobody has heard of it yet.")))


def _asks(request: Request, template: str) -> dict[str, Any]:
    if template == STANDARD:
        return {"parts": [part.kept() for part in parts.STANDARD]}
    row = request.store.reviews.templates.get(template)
    assert row  # it was one of the options
    return {"parts": row.parts, "template_id": row.template_id, "template_edition": row.edition}


def _refuse_unasked(kept: Sequence[Mapping[str, Any]], roles: Sequence[str], *, rated: bool) -> None:
    """Raise Problem for a template that asks nothing of some who are to write."""
    unasked = [WRITTEN_AS[role] for role in roles if not parts.asked_of(kept, role, rated=rated)]
    if unasked:
        raise Problem(
            Phrase(
                "This template asks nothing for: {kinds}. Pick another one, or let others write. Its questions are"
                " changed with {command}",
                kinds=Listing(tuple(unasked)),
                command=Verbatim("/review templates"),
            ),
            question="template",
        )


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


# The days ------------------------------------------------------------------------------------------------------------


@feature.button(allow=runners)
def edit_days(request: Request, cycle: str) -> Reply:
    """Change the days of this cycle before it is launched."""
    row = _prepared(request, cycle)
    return Reply(ask=set_days.bind(cycle=row.id), given=given_days(row))


@feature.button(
    allow=runners,
    seen_by=Phrase("Seen by HR; each day is told to those who owe something until then."),
    title=Phrase("The days of the cycle"),
    over=lambda request, args: _prepared(request, args["cycle"]),
)
def set_days(request: Request, cycle: str, days: Days) -> Reply:
    """Set the last day of each phase."""
    row = _prepared(request, cycle)
    request.store.reviews.cycles.change(row, "planned", last_days=checked_days(request, row, days))
    return Reply(show=plan_card(request, row, Phrase("The days are set. Nobody has heard of it yet.")))


def _prepared(request: Request, cycle: str) -> ReviewCycle:
    row = bound_cycle(request, cycle)
    if row.state != "draft":
        raise Problem(Phrase("It is launched. Its days are changed where it stands: /review cycles"))
    return row
