"""Templates for a role or a department: HR writes them, people and their managers use them, each version stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from handlers.goals import goal as goals
from handlers.goals.cycles import current, linked
from handlers.goals.goal import KPI, OKR, PERSON, changers, feature
from handlers.goals.scorecards.cards import hears, may_write_for, writers
from handlers.goals.scorecards.items import has_judged, line_of, lines_of, read_items, values_of
from handlers.goals.scorecards.updating import button as update_button
from handlers.goals.scorecards.updating import hear
from handlers.goals.writing import card
from handlers.kit.access import everyone, stewards
from handlers.kit.cards import Button, Card, Heading, Note, Part, Section
from handlers.kit.forms import Choice, Colleague, Option, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Text, Verbatim
from storage.goals import Goal, GoalTemplate
from storage.people import Person
from storage.policy import Kind

FORMS = (
    Option(
        KPI,
        Phrase("A scorecard of indicators"),
        also=("kpi", "scorecard", "指标记分卡", "绩效卡", "记分卡", "指标"),
    ),
    Option(OKR, Phrase("An objective with key results"), also=("okr", "objective", "目标与关键结果", "目标")),
)
LEGEND = Phrase(
    "One item on a line; * before it makes it part of the core, which its users cannot change. “complaints from 40"
    " to 20 weight 30”, “churn between 2% and 4%”, “launch in 4 steps”, “judged: calm in incidents”, “bonus: 5 for"
    " patents”, “penalty: 10 for safety incidents”."
)

# Looking -------------------------------------------------------------------------------------------------------------


@feature.command("goals templates", allow=everyone, also=("目标 模板", "目标模板"), examples=("",))
def templates(request: Request) -> Reply:
    """Show the templates of goals and scorecards."""
    return Reply(show=_shown(request))


def _shown(request: Request) -> Card:
    found = request.store.goals.templates.all()
    steward = stewards.check(request, {})
    none = Section(Phrase("None yet. HR and administrators write them, for a role or a department."))
    return Card(
        Phrase("Templates of goals and scorecards"),
        *(part for row in found for part in _described(request, row, steward)),
        *(() if found else (none,)),
        *((Button(Phrase("New template"), template.bind()),) if steward else ()),
    )


def _described(request: Request, row: GoalTemplate, steward: bool) -> tuple[Part, ...]:
    manage = (
        Button(Phrase("New version"), revise.bind(template=row.template_id)),
        Button(
            Phrase("Offer no longer"),
            retire.bind(template=row.template_id),
            confirm=Phrase("What was made from it stays as it is."),
        ),
    )
    return (
        Heading(named(row)),
        *((Note(Phrase("For {whom}", whom=Verbatim(row.whom))),) if row.whom else ()),
        _items(request, row),
        Button(Phrase("Use it"), begin_from.bind(template=row.template_id), style="primary"),
        *(manage if steward else ()),
    )


def _items(request: Request, row: GoalTemplate) -> Section:
    language = request.actor.language
    return Section(Lines(tuple(Verbatim(line_of(item, language)) for item in row.items)))


def named(row: GoalTemplate) -> Text:
    """A template with its version."""
    return Phrase("{name}, version {n}", name=Verbatim(row.name), n=row.edition)


# Writing -------------------------------------------------------------------------------------------------------------

Name = Annotated[str, Words(Phrase("What is the template called?"), longest=75, lines=False)]
Whom = Annotated[str, Words(Phrase("For which role or department?"), longest=75, lines=False)]
Form = Annotated[str, Choice(Phrase("What is made from it?"), options=FORMS)]
Items = Annotated[str, Words(Phrase("Which items does it have?"), help=LEGEND)]
_OPEN_TO_ALL = Phrase("Seen by everybody in the company, who may all use it.")


@feature.command(
    "goals template",
    allow=stewards,
    also=("目标 新模板", "新建目标模板"),
    examples=("", "Customer service", "客户服务"),
    seen_by=_OPEN_TO_ALL,
    title=Phrase("A template of goals"),
)
def template(request: Request, name: Name, items: Items, whom: Whom = "", form: Form = KPI) -> Reply:
    """Write a template of scorecards or objectives for a role or a department."""
    return _kept(request, None, name, items, whom, form)


@feature.button(allow=stewards)
def revise(request: Request, template: str) -> Reply:
    """Write a new version of this template, with what it says now in the form."""
    row = _offered(request, template)
    given = {
        "name": row.name,
        "items": lines_of(row, request.actor.language),
        "whom": row.whom,
        "form": row.form,
    }
    return Reply(
        ask=new_version.bind(template=template), given={name: item for name, item in given.items() if item}
    )


@feature.button(
    allow=stewards,
    seen_by=_OPEN_TO_ALL,
    title=Phrase("A new version of the template"),
    takes_long=True,
    over=lambda request, args: _offered(request, args["template"]),
)
def new_version(
    request: Request, template: str, name: Name, items: Items, whom: Whom = "", form: Form = KPI
) -> Reply:
    """Write a new version of this template. What was made from the old one stays until its owner takes the new one."""
    return _kept(request, _offered(request, template), name, items, whom, form)


def _kept(
    request: Request, before: GoalTemplate | None, name: str, items: str, whom: str, form: str
) -> Reply:
    read = read_items(items, request.actor.zone)
    if not read:
        raise Problem(Phrase("Name at least one item."), question="items")
    row = request.store.goals.templates.keep(before, name=name.strip(), whom=whom, form=form, items=read)
    alone = form == KPI and not has_judged(read)
    advice = Phrase(
        "Not numbers alone: a scorecard of numbers misses how the work is done. Add a line with “judged:”."
    )
    told = hear(request, row)
    return Reply(
        show=Card(
            Phrase("Kept: {template}.", template=named(row)),
            _items(request, row),
            *((Note(advice),) if alone else ()),
            *((Note(Phrase("Whoever uses an older version is shown what is different.")),) if told else ()),
            Button(Phrase("All templates"), templates.bind()),
        ),
        tell=told,
    )


def _offered(request: Request, template: str) -> GoalTemplate:
    row = request.store.goals.templates.newest(template)
    if row is None or row.retired_at is not None:
        raise Problem(Phrase("This template is not offered any more. Pick another one: /goals templates"))
    return row


@feature.button(allow=stewards)
def retire(request: Request, template: str) -> Reply:
    """Offer this template no longer."""
    row = request.store.goals.templates.newest(template)
    if row is not None and row.retired_at is None:
        request.store.goals.templates.retire(row)
    return Reply(show=_shown(request))


# Using ---------------------------------------------------------------------------------------------------------------


def _options(request: Request) -> tuple[Option, ...]:
    return tuple(
        Option(row.template_id, named(row), also=(row.name,)) for row in request.store.goals.templates.all()
    ) or (
        Option(
            "", Phrase("There are no templates yet. HR and administrators write them, with /goals template.")
        ),
    )


@feature.command(
    "goals use",
    allow=everyone,
    also=("目标 使用模板", "使用目标模板"),
    examples=("",),
    seen_by=Phrase(
        "Seen by its owner and their managers, and an objective by their team and HR too. You can change it later."
    ),
    title=Phrase("Use a template"),
)
def use(
    request: Request,
    template: Annotated[str, Choice(Phrase("Which template?"), options=_options)],
    whose: Annotated[Person, Colleague(Phrase("For whom?"), yourself=True)] | None = None,
) -> Reply:
    """Make a scorecard or an objective from a template, for yourself or somebody who reports to you."""
    person = whose or request.actor
    if not template:
        raise Problem(
            Phrase("There is no template yet. HR and administrators write them: /goals template"),
            question="template",
        )
    if not may_write_for(request, person):
        raise Problem(writers.refusal, question="whose")
    return _used(request, _offered(request, template), person)


@feature.button(allow=everyone)
def begin_from(request: Request, template: str) -> Reply:
    """Use this template."""
    return _used(request, _offered(request, template), request.actor)


def _used(request: Request, row: GoalTemplate, person: Person) -> Reply:
    span = current(request.store, request.today)
    made = request.store.goals.add(
        person.id,
        author=request.actor.id,
        kind=Kind.GOAL_PRIVATE if row.form == KPI else Kind.GOAL_TEAM,
        form=row.form,
        title=row.name,
        level=PERSON,
        cycle_id=linked(request.store, span),
        begins_on=request.today,
        ends_on=span.ends_on,
        template_id=row.template_id,
        template_version=row.edition,
    )
    for item in row.items:
        if item["locked"]:
            add_item(request, made, item)
    shown = card(request, made, Phrase("Made from {template}.", template=named(row)))
    return Reply(show=Card(shown.title, *shown.parts, *optional(request, made)), tell=hears(request, made))


def add_item(request: Request, row: Goal, item: Mapping[str, Any]) -> None:
    """Measure a goal by an item of its template."""
    request.store.goals.measure(
        row, author=request.actor.id, item=item["id"], locked=item["locked"], **values_of(item)
    )


def optional(request: Request, row: Goal) -> tuple[Part, ...]:
    """What of its template a goal may have, and has not."""
    found = request.store.goals.templates.version(row.template_id, row.template_version)
    if found is None:
        return ()
    has = {
        each.item
        for each in request.store.goals.results([row.id], reader=request.actor.id)[row.id]
        if each.item
    }
    return tuple(
        Section(
            Verbatim(line_of(item, request.actor.language)),
            button=Button(Phrase("Add"), take.bind(goal=row.id, item=item["id"])),
        )
        for item in found.items
        if item["id"] not in has and not item["locked"]
    )


@feature.button(allow=changers, over=goals.refuse_ended)
def take(request: Request, goal: str, item: int) -> Reply:
    """Add this item of the template."""
    row = goals.bound_goal(request, goal)
    request.store.goals.hold(row)
    found = request.store.goals.templates.version(row.template_id, row.template_version)
    there = {each.item for each in request.store.goals.results([row.id], reader=request.actor.id)[row.id]}
    wanted = next((each for each in found.items if each["id"] == item), None) if found else None
    if wanted is not None and item not in there:
        add_item(request, row, wanted)
    shown = card(request, row, Phrase("Added."))
    return Reply(show=Card(shown.title, *shown.parts, *optional(request, row)))


def parts(request: Request, row: Goal) -> tuple[Part, ...]:
    """Of which template a goal is, on its card, and the way to a newer version of that."""
    if not row.template_id:
        return ()
    newest = request.store.goals.templates.newest(row.template_id)
    mine = request.store.goals.templates.version(row.template_id, row.template_version)
    if newest is None or mine is None:
        return ()
    made = Note(Phrase("Made from {template}.", template=named(mine)))
    may = request.store.goals.may_write(row, request.actor.id) and row.state == "open"
    behind = may and newest.edition > row.template_version
    return (made, *(update_button(row, newest) if behind else ()))
