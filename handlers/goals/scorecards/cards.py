"""A person's scorecard: indicators with weights, what is judged in words, bonus points and points off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from handlers.goals import goal as goals
from handlers.goals.cycles import current, linked
from handlers.goals.goal import KPI, PERSON, Standing, feature
from handlers.goals.listing import opener
from handlers.goals.scorecards import scored
from handlers.goals.writing import KINDS, SIGHT, Until, card, refuse_past
from handlers.kit.access import Rule, everyone, readers
from handlers.kit.cards import Button, Card, Note, Part, Press, Section
from handlers.kit.forms import Choice, Colleague, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Text, Verbatim
from storage.goals import Goal
from storage.people import Person
from storage.policy import Kind

MOST = 4
"""Scorecards on one card."""


@feature.command(
    "goals scorecard",
    allow=everyone,
    also=("目标 记分卡", "目标 绩效卡", "记分卡", "绩效卡", "kpi", "kpis", "goals kpi"),
    examples=("", "@ben"),
)
def scorecard(
    request: Request,
    whose: Annotated[Person, Colleague(Phrase("Whose scorecard?"), yourself=True)] | None = None,
) -> Reply:
    """Show my scorecard, or that of somebody whose I may see."""
    person = whose or request.actor
    mine = person.id == request.actor.id
    rows = [row for row in request.store.goals.of(person.id, reader=request.actor.id) if row.form == KPI]
    found = goals.standing(request, rows[:MOST])
    title = (
        Phrase("Your scorecard") if mine else Phrase("The scorecard of {name}", name=Verbatim(person.name))
    )
    return Reply(
        show=Card(
            title,
            *(part for each in found for part in _shown(request, each)),
            *(() if found else (_none(mine, person),)),
            *_doors(request, person),
        )
    )


def _none(mine: bool, person: Person) -> Part:
    if mine:
        return Section(
            Phrase(
                "None yet. A scorecard has a few indicators with weights, and at least one item that is judged in"
                " words."
            )
        )
    return Section(Phrase("{name} has no scorecard that you see.", name=Verbatim(person.name)))


def _shown(request: Request, each: Standing) -> tuple[Part, ...]:
    return (
        Section(
            goals.lines(request, each),
            button=opener(each.goal),
        ),
        *scored.facts(request, each),
        Button(Phrase("Why this number?"), Press("goals.why", {"goal": each.goal.id})),
    )


def _doors(request: Request, person: Person) -> tuple[Part, ...]:
    if not may_write_for(request, person):
        return ()
    return (Button(Phrase("New scorecard"), begin.bind(whose=person.id)),)


# A new one -----------------------------------------------------------------------------------------------------------


def may_write_for(request: Request, person: Person) -> bool:
    """People write their own, and managers those of who reports to them."""
    manager = request.store.directory.manager_of(person.id, request.now.date())
    return person.active and request.actor.id in (person.id, manager)


def _may(request: Request, args: Mapping[str, Any]) -> bool:
    person = request.store.directory.person(str(args.get("whose", "")))
    return person is not None and may_write_for(request, person)


writers = Rule(
    "themselves and their manager",
    _may,
    Phrase("A scorecard is written by its owner or by their manager."),
)


def _audience(request: Request, args: Mapping[str, Any]) -> Text:
    whose = args.get("whose")
    person = request.store.directory.person(whose) if isinstance(whose, str) else whose
    return readers(Kind.GOAL_PRIVATE, request, subject=person)


Title = Annotated[str, Words(Phrase("What is the scorecard called?"), longest=200, lines=False)]
Sight = Annotated[str, Choice(Phrase("Who sees it?"), options=SIGHT)]


@feature.command(
    "goals scorecard new",
    allow=everyone,
    also=("目标 新建记分卡", "新建记分卡", "新建绩效卡"),
    examples=("Customer service, fourth quarter", "客户服务第四季度"),
    seen_by=Phrase("Seen by its owner and their managers. You can change it later."),
    title=Phrase("A new scorecard"),
)
def write(
    request: Request,
    title: Title,
    whose: Annotated[Person, Colleague(Phrase("Whose is it?"), yourself=True)] | None = None,
    until: Until | None = None,
) -> Reply:
    """Write a scorecard for yourself, or for somebody who reports to you."""
    person = whose or request.actor
    if not may_write_for(request, person):
        raise Problem(writers.refusal, question="whose")
    return _begun(request, person, title, until, "")


@feature.button(allow=writers, seen_by=_audience, title=Phrase("A new scorecard"))
def begin(request: Request, whose: str, title: Title, until: Until | None = None, sight: Sight = "") -> Reply:
    """Write a scorecard."""
    return _begun(request, request.person(whose), title, until, sight)


def _begun(request: Request, person: Person, title: str, until: Any, sight: str) -> Reply:
    span = current(request.store, request.today)
    ends_on = until or span.ends_on
    refuse_past(request, ends_on)
    row = request.store.goals.add(
        person.id,
        author=request.actor.id,
        kind=KINDS[sight or "private"],
        form=KPI,
        title=goals.one_line(title),
        level=PERSON,
        cycle_id=linked(request.store, span),
        begins_on=min(request.today, ends_on),
        ends_on=ends_on,
    )
    return Reply(
        show=card(request, row, Phrase("The scorecard is begun. Add its items.")), tell=hears(request, row)
    )


def hears(request: Request, row: Goal) -> tuple[Tell, ...]:
    """Whose it is hears that somebody else wrote it."""
    if row.subject_id == request.actor.id:
        return ()
    name = Verbatim(request.actor.name)
    scorecard = Phrase("{name} wrote a scorecard for you", name=name)
    card = Card(
        scorecard if row.form == KPI else Phrase("{name} wrote a goal for you", name=name),
        Section(Verbatim(row.title)),
        Button(Phrase("Open"), Press("goals.show", {"goal": row.id}), style="primary"),
        Note(Phrase("You can change it as well; what was before stays readable.")),
    )
    return (Tell(card, to=row.subject_id, topic=f"goals.scorecard:{row.id}"),)
