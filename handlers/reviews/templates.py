"""A company's own templates: HR writes what is asked, in versions; without a question about growth none can be used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from handlers.kit.access import hr
from handlers.kit.cards import Button, Card, Heading, Note, Part, Press, Section
from handlers.kit.forms import Choice, Option, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Text, Verbatim
from handlers.reviews import parts
from handlers.reviews.parts import COMPETENCY, GROWTH, OVERALL, QUESTION
from handlers.reviews.parts import Part as Asked
from handlers.reviews.review import feature
from storage.reviews import ReviewTemplate

START = (
    Option("usual", Phrase("With the usual questions"), also=("从标准问题开始",)),
    Option("empty", Phrase("Empty"), also=("从空白开始",)),
)
NAMES: Mapping[str, Text] = {
    COMPETENCY: Phrase("Competency"),
    QUESTION: Phrase("Question"),
    GROWTH: Phrase("Question about growth"),
    OVERALL: Phrase("Overall rating"),
}

SEEN = Phrase("Seen by HR; what is asked is seen by those who are asked.")


# The list ------------------------------------------------------------------------------------------------------------


@feature.command("review templates", allow=hr, also=("评估 模板", "评估模板"), examples=("",))
def templates(request: Request) -> Reply:
    """See the company's templates for reviews, and change them."""
    own = request.store.reviews.templates.newest()
    return Reply(
        show=Card(
            Phrase("Templates for reviews"),
            Section(Phrase("The usual questions: always there. Begin your own with them, if you like.")),
            *(
                Section(_called(row), button=Button(Phrase("Open"), open_template.bind(template=row.id)))
                for row in own
            ),
            Button(Phrase("New template"), new_template.bind(), style="primary"),
        )
    )


def _called(row: ReviewTemplate) -> Text:
    name = Verbatim(row.name)
    if row.published_at:
        return Phrase("{name}, version {n}", name=name, n=row.edition)
    return Phrase("{name}, version {n}: being written", name=name, n=row.edition)


@feature.command(
    "review template new",
    allow=hr,
    also=("评估 新建模板", "新建评估模板"),
    examples=("Engineers", "工程师"),
    seen_by=SEEN,
    title=Phrase("A new template"),
)
def new_template(
    request: Request,
    name: Annotated[str, Words(Phrase("What is the template called?"), longest=75, lines=False)],
    start: Annotated[str, Choice(Phrase("How does it begin?"), options=START)] = "usual",
) -> Reply:
    """Begin a template of your own for reviews. Nobody can choose it until you publish it."""
    kept = [part.kept() for part in parts.STANDARD] if start == "usual" else []
    row = request.store.reviews.templates.begin(" ".join(name.split()), kept)
    return Reply(show=template_card(request, row))


def the_template(request: Request, template: str) -> ReviewTemplate:
    """The template behind a door. Raises Problem where it was retired meanwhile."""
    row = request.store.reviews.templates.get(template)
    if row is None or row.retired_at:
        raise Problem(Phrase("This template is not offered any more. Pick another one."))
    return row


def being_written(request: Request, template: str) -> ReviewTemplate:
    """The edition that is being written: what is published stays as it was used."""
    row = the_template(request, template)
    return request.store.reviews.templates.next_edition(row) if row.published_at else row


@feature.button(allow=hr)
def open_template(request: Request, template: str) -> Reply:
    """Open this template."""
    return Reply(show=template_card(request, the_template(request, template)))


# One template --------------------------------------------------------------------------------------------------------


def template_card(request: Request, row: ReviewTemplate) -> Card:
    """What a template asks, what changed since its last version, and what may be done with it."""
    known = [parts.read(kept) for kept in row.parts]
    return Card(
        _called(row),
        *(piece for part in known for piece in _shown(row, part)),
        *_changed(request, row),
        Button(Phrase("Add a competency"), Press("reviews.competency", {"template": row.id, "key": ""})),
        Button(Phrase("Add a question"), Press("reviews.question", {"template": row.id, "key": ""})),
        *_missing(row, known),
        Button(Phrase("Retire"), retire.bind(template=row.id)),
        Note(Phrase("A change begins a new version. Cycles keep the version with which they were prepared.")),
    )


def _missing(row: ReviewTemplate, known: Sequence[Asked]) -> tuple[Part, ...]:
    made: list[Part] = []
    if not _has(known, GROWTH):
        made.append(
            Button(Phrase("Add the question about growth"), Press("reviews.growth", {"template": row.id}))
        )
    if not _has(known, OVERALL):
        made.append(
            Button(Phrase("Add an overall rating"), Press("reviews.overall_rating", {"template": row.id}))
        )
    if not row.published_at:
        made.append(Button(Phrase("Publish"), publish.bind(template=row.id), style="primary"))
    return tuple(made)


def _has(known: Sequence[Asked], form: str) -> bool:
    return any(part.form == form for part in known)


def _shown(row: ReviewTemplate, part: Asked) -> tuple[Part, ...]:
    examples = tuple(Phrase("For example: {example}", example=example) for example in part.examples)
    lines = Lines((_headed(part), *((part.help,) if part.help else ()), *examples))
    return (
        Section(
            lines,
            button=Button(
                Phrase("Change"), Press("reviews.open_asked", {"template": row.id, "key": part.key})
            ),
        ),
    )


def _headed(part: Asked) -> Text:
    """A part with what it is."""
    title, about = part.title, NAMES[part.form]
    if part.points:
        return Phrase("{title} ({about}, {n} points)", title=title, about=about, n=len(part.points))
    return Phrase("{title} ({about})", title=title, about=about)


def _changed(request: Request, row: ReviewTemplate) -> tuple[Part, ...]:
    before = [
        each
        for each in request.store.reviews.templates.editions(row.template_id)
        if each.edition < row.edition
    ]
    if not before:
        return ()
    lines = differences(before[-1].parts, row.parts)
    if not lines:
        return ()
    return (Heading(Phrase("Since version {n}", n=before[-1].edition)), Section(Lines(lines)))


def differences(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> tuple[Text, ...]:
    """What is new, other, or gone in a version, by the keys that parts keep."""
    old, new = ({kept["key"]: kept for kept in each} for each in (before, after))
    return (
        *(Phrase("New: {title}", title=parts.read(new[key]).title) for key in new if key not in old),
        *(
            Phrase("Changed: {title}", title=parts.read(new[key]).title)
            for key in new
            if key in old and new[key] != old[key]
        ),
        *(Phrase("Gone: {title}", title=parts.read(old[key]).title) for key in old if key not in new),
    )


# Its versions --------------------------------------------------------------------------------------------------------


@feature.button(allow=hr)
def publish(request: Request, template: str) -> Reply:
    """Publish this version: new cycles can use it from now on."""
    row = the_template(request, template)
    if row.published_at:
        raise Problem(Phrase("This version is published already."))
    if not any(kept["form"] == GROWTH for kept in row.parts):
        raise Problem(
            Phrase(
                "This template asks nothing about growth. A review is for what comes next: add the question about"
                " growth first."
            )
        )
    request.store.reviews.templates.publish(row)
    return Reply(
        show=Card(
            Phrase("Published: {name}, version {n}.", name=Verbatim(row.name), n=row.edition),
            Note(Phrase("Choose it when you prepare a cycle: {command}", command=Verbatim("/review new"))),
        )
    )


@feature.button(allow=hr)
def retire(request: Request, template: str) -> Reply:
    """Retire this template: nobody chooses it any more, and cycles that use it go on."""
    row = the_template(request, template)
    request.store.reviews.templates.retire(row)
    return Reply(show=Card(Phrase("Retired: {name}. Cycles that use it go on.", name=Verbatim(row.name))))
