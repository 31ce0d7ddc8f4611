"""A card with every kind of part and a form with every kind of question, which no feature has all at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from handlers.kit.cards import (
    Button,
    Card,
    Document,
    Fact,
    Heading,
    Link,
    Menu,
    Note,
    Picture,
    Section,
    Trend,
)
from handlers.kit.charts import Bar, Bars, Course
from handlers.kit.forms import Choice, Clock, Colleague, Day, Form, Number, Option, Scale, Words
from handlers.kit.requests import Answer
from handlers.kit.text import Lines, Phrase, Plural, Verbatim, names
from tests.company import MONDAY

THEIRS = Verbatim("5 < 6 & @everyone see https://example.com *now*")


@dataclass(frozen=True)
class Sample:
    """What is drawn, by the name of its file."""

    name: str
    answer: Answer


def _button(label: str, number: int, **more: object) -> Button:
    return Button(Phrase(label), handle=f"sample{number:02}", **more)  # type: ignore[arg-type]


def course() -> Course:
    """Eight of thirteen weeks, with a step back."""
    days = ((1, 0), (12, 10), (33, 38), (40, 31), (56, 62))
    first = date(2026, 10, 1)
    points = tuple((first + timedelta(days=day - 1), percent) for day, percent in days)
    return Course(first, date(2026, 12, 31), date(2026, 11, 25), points)


def tree() -> Bars:
    """Three levels, one goal without data, one whose title is long."""
    said = Phrase("{percent}%", percent=62)
    return Bars(
        (
            Bar(Verbatim("A company to trust"), 0.62, said, "good"),
            Bar(Verbatim("每位新客户在第一周内无需任何帮助即可完成全部设置"), 0.31, said, "warning", 1),
            Bar(THEIRS, None, Phrase("no data yet"), "", 2),
            Bar(Verbatim("Engines"), 0.1, said, "bad", 1),
        ),
        joined=True,
    )


def every_part() -> Sample:
    """One of each part of a card."""
    card = Card(
        Phrase("Next meeting"),
        Section(Phrase("At {moment}.", moment=MONDAY)),
        Section(Lines((Plural("{n} person", "{n} people", n=3), names(("Ada", "Ben", "陈明"))))),
        Section(THEIRS, quoted=True),
        Section(THEIRS, button=_button("Open", 1)),
        Heading(Phrase("Actions")),
        Fact(Phrase("Next meeting"), Phrase("{day}", day=MONDAY.date())),
        Fact(Phrase("Local time"), Phrase("{at}", at=MONDAY)),
        Trend(Phrase("{mean} of 5, the mean of {n} people", mean=4.2, n=1234), (3.0, 3.5, 4.2)),
        Picture(Verbatim("签约 40 家客户 🚀 <b>"), Phrase("{percent}%", percent=62), course()),
        Picture(Phrase("The tree of goals"), THEIRS, tree()),
        _button("Confirm", 2, style="primary"),
        _button("Edit", 3),
        _button("End", 4, style="danger", confirm=Phrase("Are you sure?")),
        Menu(Phrase("Use a template"), (_button("Goal review", 5), _button("Feedback talk", 6))),
        Link(Phrase("Open it"), "https://example.com/a?b=c&d=e"),
        Document(Phrase("My whole file"), "upbeat.xlsx", "f" * 32),
        Note(Phrase("Only you see this.")),
    )
    return Sample("every-part", Answer(card=card))


def every_question(person_id: str) -> Sample:
    """One of each question, asked for the first time, and some of them answered."""
    days = tuple(Option(code, Phrase(day)) for code, day in (("MO", "Monday"), ("TU", "Tuesday")))
    many = tuple(Option(str(n), Verbatim(f"№ {n}")) for n in range(12))
    questions = (
        Words(
            Phrase("What blocks you?"),
            Phrase("One point on each line, at most twelve."),
            "words",
            beside=(Phrase("Check-in of {day}", day=MONDAY.date()), THEIRS),
        ),
        Words(Phrase("What is the template called?"), name="line", lines=False, longest=100),
        Choice(Phrase("On which day?"), name="few", options=days),
        Choice(Phrase("How often?"), name="many", required=False, options=many),
        Scale(
            Phrase("How are you, from 1 to 5?"),
            name="scale",
            low_label=Phrase("hard days"),
            high_label=Phrase("great days"),
            required=False,
        ),
        Colleague(Phrase("Whom?"), name="one"),
        Colleague(Phrase("Whom do you thank?"), name="several", most=3),
        Day(Phrase("Until when?"), name="day", earliest=date(2026, 11, 23)),
        Clock(Phrase("From when on?"), name="clock"),
        Number(Phrase("How many reminders may a person get in a week?"), name="number", low=1, high=20),
    )
    form = Form(
        Phrase("Plan your one-on-ones"),
        questions,
        Phrase("Only you see this."),
        Phrase("Preview"),
        "sample-draft",
        {"line": THEIRS.words, "few": "TU", "scale": "4", "several": (person_id,), "clock": "09:30"},
        Phrase("Nothing must be set up first: people can check in, thank and meet from the first minute."),
    )
    errors = (("words", Phrase("Please answer this; it is needed.")),)
    return Sample("every-question", Answer(form=form, errors=errors, outcome="problem"))
