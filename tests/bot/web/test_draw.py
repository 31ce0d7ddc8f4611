"""Every part of a card and every question of a form has its shape on a page, and nothing of a person's comes alive."""

from __future__ import annotations

from datetime import date
from typing import Any, get_args

import pytest

from bot.web.draw import Drawing
from handlers.kit import cards
from handlers.kit.cards import (
    Button,
    Card,
    Document,
    Fact,
    Heading,
    Link,
    Menu,
    Note,
    Part,
    Picture,
    Section,
    Trend,
)
from handlers.kit.charts import Bar, Bars
from handlers.kit.forms import (
    Answerable,
    Choice,
    Clock,
    Colleague,
    Day,
    Form,
    Number,
    Option,
    Question,
    Scale,
    Words,
)
from handlers.kit.text import Phrase, Verbatim

EVIL = "<script>alert(1)</script>\"'&\n{{ 7 * 7 }} https://evil.example <b onclick=x>"
EVIL_TEXT = Verbatim(EVIL)


def button(label: str = "Go") -> Button:
    return Button(Phrase(label), handle="h" * 22)


PARTS: tuple[Part, ...] = (
    Section(EVIL_TEXT),
    Section(EVIL_TEXT, quoted=True, button=button()),
    Heading(EVIL_TEXT),
    Fact(EVIL_TEXT, EVIL_TEXT),
    Note(EVIL_TEXT),
    Trend(EVIL_TEXT, (3.0, 1.0, 2.0)),
    Picture(EVIL_TEXT, EVIL_TEXT, Bars((Bar(EVIL_TEXT, 0.5, EVIL_TEXT),))),
    Button(EVIL_TEXT, handle="h" * 22, style="danger", confirm=EVIL_TEXT),
    Menu(EVIL_TEXT, (button(), Button(EVIL_TEXT, handle="i" * 22, confirm=EVIL_TEXT))),
    Link(EVIL_TEXT, 'https://example.com/?a="><script>'),
    Document(EVIL_TEXT, EVIL, "f" * 32),
)


class Reader:
    """A page's owner, as far as a card needs one."""

    me = None

    @staticmethod
    def address(person: Any) -> str:
        return "ada"


def drawn(card: Card) -> str:
    return Drawing("en", "UTC").page("answer.html", card=card, p=Reader())


def test_every_kind_of_part_is_tried_here() -> None:
    assert {type(part) for part in PARTS} == set(get_args(cards.Part))


@pytest.mark.parametrize("part", PARTS, ids=lambda part: type(part).__name__)
def test_a_part_is_drawn_and_stays_text(part: Part) -> None:
    page = drawn(Card(EVIL_TEXT, part))
    assert "<script" not in page
    assert "<b onclick" not in page
    assert "{{ 7 * 7 }}" in page
    assert page.count("alert(1)") >= 2
    assert 'href="https://evil' not in page


def test_a_trend_says_its_finding_and_shows_its_numbers() -> None:
    page = drawn(Card(Phrase("Title"), Trend(Phrase("It rises."), (1.0, 2.5))))
    assert 'aria-label="It rises."' in page
    assert "<td>2.5</td>" in page
    assert drawn(Card(Phrase("Title"), Trend(Phrase("One day."), (1.0,)))).count("<polyline") == 1


def test_neighbouring_facts_and_buttons_stand_together() -> None:
    page = drawn(Card(Phrase("Title"), *(Fact(Phrase("A"), Phrase("B")),) * 2, button(), button("Stop")))
    assert page.count("<dl>") == 1
    assert page.count('<div class="actions">') == 1


QUESTIONS: tuple[Question, ...] = (
    Words(EVIL_TEXT, help=EVIL_TEXT, name="words"),
    Words(EVIL_TEXT, name="line", lines=False, longest=20),
    Choice(EVIL_TEXT, name="few", options=(Option("a", EVIL_TEXT), Option("b", Phrase("B")))),
    Choice(EVIL_TEXT, name="many", options=tuple(Option(str(n), EVIL_TEXT) for n in range(9))),
    Scale(EVIL_TEXT, name="scale", low_label=EVIL_TEXT, high_label=EVIL_TEXT, required=False),
    Colleague(EVIL_TEXT, name="one"),
    Colleague(EVIL_TEXT, name="several", most=5),
    Day(EVIL_TEXT, name="day", earliest=date(2026, 11, 23)),
    Clock(EVIL_TEXT, name="clock"),
    Number(EVIL_TEXT, name="number", low=1, high=9),
)
GIVEN: dict[str, Any] = {
    "words": EVIL,
    "line": EVIL,
    "few": "b",
    "many": "3",
    "scale": 4,
    "one": EVIL,
    "several": (EVIL, "x"),
    "day": "2026-11-30",
    "clock": "09:30",
    "number": 7,
}


def form_of(*questions: Question, given: dict[str, Any] | None = None) -> Form:
    return Form(EVIL_TEXT, questions, EVIL_TEXT, EVIL_TEXT, "draft", given or {})  # type: ignore[arg-type]


def test_every_kind_of_question_is_tried_here() -> None:
    assert {type(question) for question in QUESTIONS} == set(get_args(Answerable))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
@pytest.mark.parametrize("given", [{}, GIVEN], ids=["empty", "filled"])
def test_a_question_is_drawn_with_its_label_its_answer_and_its_error(
    question: Question, given: dict[str, Any]
) -> None:
    page = Drawing("zh", "UTC").form(
        form_of(question, given=given), people={}, errors={question.name: EVIL_TEXT}, base="/as/ada"
    )
    assert "<script" not in page
    assert "<b onclick" not in page
    assert f'id="q-{question.name}-error"' in page
    assert 'id="audience"' in page
    assert "<label" in page or "<legend" in page


def test_answers_that_were_given_stand_in_the_form() -> None:
    page = Drawing("en", "UTC").form(form_of(*QUESTIONS, given=GIVEN), people={}, errors={}, base="/as/ada")
    assert 'value="b" checked' in page
    assert 'value="3" selected' in page
    assert 'value="4" checked' in page
    assert 'type="date" id="q-day"' in page
    assert 'value="2026-11-30" min="2026-11-23"' in page
    assert 'value="09:30"' in page
    assert 'value="7"' in page
