"""What a template asks, part by part: competencies with their points and examples, questions, growth, the rating."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from handlers.kit.access import hr
from handlers.kit.cards import Button, Card, Section
from handlers.kit.forms import Choice, Option, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Text, Verbatim
from handlers.reviews import parts
from handlers.reviews.parts import COMPETENCY, GROWTH, OVERALL, QUESTION
from handlers.reviews.parts import Part as Asked
from handlers.reviews.review import feature
from handlers.reviews.templates import SEEN, being_written, template_card, the_template
from storage.reviews import CUSTOMER, MANAGER, PEER, ROLES, SELF, UPWARD, ReviewTemplate

MOST_PARTS = 15
FEWEST_POINTS, MOST_POINTS = 2, 7
LONGEST_LINE = 200

WHOM: Mapping[str, tuple[str, ...]] = {
    "all": ROLES,
    "self": (SELF,),
    "manager": (MANAGER,),
    "both": (SELF, MANAGER),
    "others": (PEER, MANAGER, CUSTOMER),
    "reports": (UPWARD,),
}
ASKED_OF = (
    Option("all", Phrase("Everybody who writes"), also=("所有填写人",)),
    Option("self", Phrase("The person themselves"), also=("本人",)),
    Option("manager", Phrase("The manager"), also=("上级",)),
    Option("both", Phrase("The person and the manager"), also=("本人和上级",)),
    Option("others", Phrase("Colleagues, the manager and customers"), also=("同事、上级和客户",)),
    Option("reports", Phrase("Reports, about their manager"), also=("下属评上级",)),
)
Title = Annotated[str, Words(Phrase("How does it read?"), longest=LONGEST_LINE, lines=False)]
Help = Annotated[str, Words(Phrase("What explains it?"), longest=500, required=False)]
Examples = Annotated[
    str,
    Words(Phrase("Which examples show it?"), help=Phrase("One on each line."), longest=1000, required=False),
]
Points = Annotated[
    str,
    Words(
        Phrase("What does each point mean?"),
        help=Phrase(
            "One on each line, the lowest first: two to seven. Empty: it is answered in words alone."
        ),
        longest=1500,
        required=False,
    ),
]
Of = Annotated[str, Choice(Phrase("Of whom is it asked?"), options=ASKED_OF)]


@feature.button(allow=hr)
def open_asked(request: Request, template: str, key: str) -> Reply:
    """Change this part of the template, or take it out."""
    row = the_template(request, template)
    part = _part_of(row, key)
    return Reply(
        show=Card(
            part.title,
            *((Section(Lines(part.points)),) if part.points else ()),
            Button(Phrase("Change"), edit_asked.bind(template=row.id, key=key), style="primary"),
            Button(Phrase("Remove"), remove_asked.bind(template=row.id, key=key)),
        )
    )


@feature.button(allow=hr)
def edit_asked(request: Request, template: str, key: str) -> Reply:
    """Change how this part of the template reads."""
    row = the_template(request, template)
    part = _part_of(row, key)
    given = {"title": _plain(part.title), "explained": _plain(part.help) if part.help else ""}
    whom = {"of": next((name for name, roles in WHOM.items() if set(roles) == set(part.roles)), "all")}
    points = {"points": "\n".join(_plain(each) for each in part.points)}
    if part.form == GROWTH:
        return Reply(ask=growth.bind(template=row.id), given=given)
    if part.form == OVERALL:
        return Reply(ask=overall_rating.bind(template=row.id), given={"title": given["title"], **points})
    if part.form == QUESTION:
        return Reply(ask=question.bind(template=row.id, key=key), given={**given, **whom})
    examples = {"examples": "\n".join(_plain(each) for each in part.examples)}
    return Reply(ask=competency.bind(template=row.id, key=key), given={**given, **whom, **points, **examples})


def _part_of(row: ReviewTemplate, key: str) -> Asked:
    part = next((parts.read(kept) for kept in row.parts if kept["key"] == key), None)
    if part is None:
        raise Problem(Phrase("This is not in the template any more."))
    return part


def _plain(words: Text) -> str:
    """Words as they stand in a form: a company's own, or ours in English to be put in its own."""
    return words.words if isinstance(words, Verbatim) else getattr(words, "template", "")


@feature.button(allow=hr, seen_by=SEEN, title=Phrase("A competency"))
def competency(
    request: Request,
    template: str,
    key: str,
    title: Title,
    explained: Help = "",
    examples: Examples = "",
    points: Points = "",
    of: Of = "all",
) -> Reply:
    """Add a competency to this template: with examples, and with what each point means."""
    made = Asked(
        key, COMPETENCY, Verbatim(title), _help(explained), _points(points), _lines(examples), WHOM[of]
    )
    return _kept(request, template, made)


@feature.button(allow=hr, seen_by=SEEN, title=Phrase("A question"))
def question(
    request: Request, template: str, key: str, title: Title, explained: Help = "", of: Of = "all"
) -> Reply:
    """Add a free question to this template."""
    return _kept(request, template, Asked(key, QUESTION, Verbatim(title), _help(explained), roles=WHOM[of]))


@feature.button(allow=hr, seen_by=SEEN, title=Phrase("The question about growth"))
def growth(request: Request, template: str, title: Title, explained: Help = "") -> Reply:
    """Add the question about growth, which nobody can leave out."""
    return _kept(
        request, template, Asked("growth", GROWTH, Verbatim(title), _help(explained), roles=WHOM["both"])
    )


@feature.button(allow=hr, seen_by=SEEN, title=Phrase("The overall rating"))
def overall_rating(request: Request, template: str, title: Title, points: Points) -> Reply:
    """Add the manager's one rating, all in all."""
    if not points:
        raise Problem(
            Phrase("A rating needs its points: one on each line, the lowest first."), question="points"
        )
    return _kept(
        request,
        template,
        Asked("overall", OVERALL, Verbatim(title), points=_points(points), roles=(MANAGER,)),
    )


def _help(words: str) -> Text | None:
    return Verbatim(words) if words else None


def _lines(words: str) -> tuple[Text, ...]:
    return tuple(Verbatim(line.strip()) for line in words.splitlines() if line.strip())


def _points(words: str) -> tuple[Text, ...]:
    found = _lines(words)
    if found and not FEWEST_POINTS <= len(found) <= MOST_POINTS:
        raise Problem(
            Phrase(
                "A scale has {fewest} to {most} points, one on each line; here are {n}.",
                fewest=FEWEST_POINTS,
                most=MOST_POINTS,
                n=len(found),
            ),
            question="points",
        )
    return found


def _kept(request: Request, template: str, made: Asked) -> Reply:
    row = being_written(request, template)
    taken = {kept["key"] for kept in row.parts}
    key = made.key or next(f"part{n}" for n in range(1, 1000) if f"part{n}" not in taken)
    part = {**made.kept(), "key": key}
    known = [part if kept["key"] == key else kept for kept in row.parts]
    if key not in taken:
        known.append(part)
    if len(known) > MOST_PARTS:
        raise Problem(Phrase("A template asks at most {n} things. Remove one first.", n=MOST_PARTS))
    request.store.reviews.templates.change(row, parts=known)
    return Reply(show=template_card(request, row))


@feature.button(allow=hr)
def remove_asked(request: Request, template: str, key: str) -> Reply:
    """Take this out of the template."""
    row = being_written(request, template)
    request.store.reviews.templates.change(row, parts=[kept for kept in row.parts if kept["key"] != key])
    return Reply(show=template_card(request, row))
