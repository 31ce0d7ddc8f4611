"""Templates for an agenda: everyday talks, the performance interviews, and the company's own."""

from dataclasses import dataclass
from typing import Annotated

from handlers.kit.access import everyone, stewards
from handlers.kit.cards import Button, Card, Heading, Menu, Note, Part, Section
from handlers.kit.forms import Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Plural, Text, Verbatim
from handlers.one_on_ones.agenda import wording
from handlers.one_on_ones.pair import (
    POINTS,
    feature,
    named,
    opening,
    participants,
    running,
    shown,
    tell_partner,
)
from storage.one_on_ones import AgendaTemplate, Series

MOST_POINTS = 12
LONGEST_POINT = 300


@dataclass(frozen=True)
class Template:
    """A name, and the points that it puts on an agenda."""

    title: Text
    points: tuple[Phrase | Verbatim, ...]


def _ours(title: Phrase, *points: Phrase) -> Template:
    return Template(title, points)


BUILT_IN: dict[str, Template] = {
    "weekly": _ours(
        Phrase("Usual weekly talk"),
        Phrase("How are you, really?"),
        Phrase("What went well since we last met?"),
        Phrase("What is in your way, and who can move it?"),
        Phrase("What matters most until we meet again?"),
        Phrase("What should I do differently?"),
    ),
    "first": _ours(
        Phrase("First one-on-one"),
        Phrase("How do you like to work, and how do you like to be told things?"),
        Phrase("What are you proud of so far?"),
        Phrase("What do you expect of me?"),
        Phrase("What would you like to learn this year?"),
        Phrase("How often shall we meet, and what belongs here?"),
    ),
    "feedback": _ours(
        Phrase("Feedback talk"),
        Phrase("The situation that we talk about"),
        Phrase("What was done, as it could be seen"),
        Phrase("What effect it had"),
        Phrase("How the other one sees it"),
        Phrase("What we try next time"),
    ),
    "goals": _ours(
        Phrase("Goal review"),
        Phrase("Where each goal stands, in numbers"),
        Phrase("What helped, and what held us up"),
        Phrase("Which goals no longer fit, and why"),
        Phrase("What support or decision is missing"),
        Phrase("The next milestone of each goal"),
    ),
    "performance": _ours(
        Phrase("Performance interview of the quarter"),
        Phrase("Looking back at the goals"),
        Phrase("Results, and the evidence for them"),
        Phrase("Gaps, and their causes"),
        Phrase("Improvement, and the support it needs"),
        Phrase("Career and development"),
        Phrase("What we agree, with days"),
    ),
    "improvement": _ours(
        Phrase("Improvement talk"),
        Phrase("What is expected, and where it is written"),
        Phrase("Where the work falls short, with examples"),
        Phrase("The causes as you see them"),
        Phrase("What changes, measured how, until when"),
        Phrase("What I do to help"),
        Phrase("When we look at it again"),
    ),
    "return": _ours(
        Phrase("Return from leave"),
        Phrase("Welcome back: how are you arriving?"),
        Phrase("What changed while you were away"),
        Phrase("What you take up again, and what stays with others"),
        Phrase("Hours, workload and anything you need at first"),
    ),
    "leaving": _ours(
        Phrase("Leaving"),
        Phrase("What made you decide"),
        Phrase("What we should keep, and what we should change"),
        Phrase("What is handed over to whom, until when"),
        Phrase("Thanks, and how we stay in touch"),
    ),
}


def offered(request: Request) -> dict[str, Template]:
    """Every template by its key: ours, then the company's."""
    own = request.store.one_on_ones.templates.all()
    return BUILT_IN | {row.id: _company(row) for row in own}


def _company(row: AgendaTemplate) -> Template:
    return Template(Verbatim(row.name), tuple(Verbatim(point) for point in row.points))


def menu(request: Request, series: Series) -> Part:
    """The menu on the card of a series."""
    options = (
        Button(template.title, use_template.bind(series=series.id, template=key))
        for key, template in offered(request).items()
    )
    return Menu(Phrase("Use a template"), tuple(options))


@feature.button(allow=participants)
def use_template(request: Request, series: str, template: str) -> Reply:
    """Put the points of a template on the agenda."""
    found, chosen = running(request, series), offered(request).get(template)
    if chosen is None:
        raise Problem(Phrase("This template is not offered any more. Pick another one."))
    added = _add_missing(request, found, chosen)
    if not added:
        return shown(request, found, done=Phrase("Everything in this template is on the agenda already."))
    card = Card(
        Phrase(
            "{name} put “{template}” on the agenda of your one-on-one.",
            name=named(request.actor),
            template=chosen.title,
        ),
        Section(Lines(chosen.points)),
        opening(found),
    )
    tell = tell_partner(request, found, card, topic=f"template:{added}", notice=POINTS)
    return shown(request, found, tell)


def _add_missing(request: Request, series: Series, template: Template) -> str:
    """Add the points that do not wait already; returns the id of the last one, or ""."""
    agenda = request.store.one_on_ones.agenda
    there = {wording(point) for point in agenda.waiting(series, reader=request.actor.id)}
    added = ""
    for point in template.points:
        if point in there:
            continue
        if isinstance(point, Phrase):
            added = agenda.add(series, point.template, author=request.actor.id, ours=True).id
        else:
            added = agenda.add(series, point.words, author=request.actor.id).id
    return added


# The company's own ------------------------------------------------------------------------------------------


@feature.command(
    "1on1 template",
    allow=stewards,
    also=("面谈 新模板",),
    examples=("", "Onboarding, second month", "入职第二个月"),
    seen_by=Phrase("Seen by everybody in the company, who may all use it."),
    title=Phrase("Add a template"),
)
def add_template(
    request: Request,
    name: Annotated[str, Words(Phrase("What is the template called?"), longest=75, lines=False)],
    points: Annotated[
        str,
        Words(Phrase("Which points does it have?"), help=Phrase("One point on each line, at most twelve.")),
    ],
) -> Reply:
    """Add a template for the agendas of one-on-ones."""
    lines = [line.strip() for line in points.splitlines() if line.strip()]
    if len(lines) > MOST_POINTS or any(len(line) > LONGEST_POINT for line in lines):
        raise Problem(
            Phrase(
                "A template has at most {most} points of at most {longest} characters each.",
                most=MOST_POINTS,
                longest=LONGEST_POINT,
            ),
            question="points",
        )
    request.store.one_on_ones.templates.keep(name, lines)
    return templates_shown(request)


@feature.command(
    "1on1 templates", allow=everyone, also=("面谈 模板", "面谈模板", "绩效面谈模板"), examples=("",)
)
def templates(request: Request) -> Reply:
    """Show the templates for the agendas of one-on-ones."""
    return templates_shown(request)


@feature.button(allow=stewards)
def retire_template(request: Request, template: str) -> Reply:
    """Take a template of the company away."""
    for row in request.store.one_on_ones.templates.all():
        if row.id == template:
            request.store.one_on_ones.templates.retire(row)
    return templates_shown(request)


def templates_shown(request: Request) -> Reply:
    """All templates with their points."""
    steward = stewards.check(request, {})
    return Reply(
        show=Card(
            Phrase("Templates for one-on-ones"),
            *(
                part
                for key, template in offered(request).items()
                for part in _described(key, template, steward)
            ),
            *((Button(Phrase("Add a template"), add_template.bind()),) if steward else ()),
            Note(Phrase("Use one with the menu of a one-on-one: /1on1 and a colleague.")),
        )
    )


def _described(key: str, template: Template, steward: bool) -> tuple[Part, ...]:
    removing = steward and key not in BUILT_IN
    button = Button(Phrase("Remove"), retire_template.bind(template=key)) if removing else None
    count = Plural("{n} point", "{n} points", n=len(template.points))
    heading = Phrase("{template} ({count})", template=template.title, count=count)
    return Heading(heading), Section(Lines(template.points), button=button)
