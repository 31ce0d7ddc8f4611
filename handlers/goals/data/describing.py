"""What the columns of a file are, asked in a form: whom a row is about, when it was, and which figures it holds."""

from __future__ import annotations

from collections.abc import Mapping as Map
from collections.abc import Sequence
from typing import Any

from handlers.goals.data.mapping import COMMA, DAY_FIRST, MONTH_FIRST, POINT, YEAR_FIRST, Figure, Mapping
from handlers.kit.forms import Choice, Option, Question, Words
from handlers.kit.problems import Problem
from handlers.kit.text import Phrase, Text, Verbatim
from storage.metrics import COUNTED, NEWEST

MOST_COLUMNS = 60
"""Columns that a question offers; a mapping file may name any."""
FIGURES = ("figure", "second", "third")

KINDS = {NEWEST: Phrase("The newest counts"), COUNTED: Phrase("All of them add up")}
"""What several figures come to."""

DAYS = {
    YEAR_FIRST: Phrase("year-month-day"),
    DAY_FIRST: Phrase("day/month/year"),
    MONTH_FIRST: Phrase("month/day/year"),
}
"""How days are written."""

_NOBODY, _FROM_FILE = "-", "-"
_GUESSES = {
    "person": ("email", "e-mail", "邮箱", "工号", "employee_id", "external_id", "owner", "负责人", "员工"),
    "at": ("date", "day", "日期", "month", "月份", "close_date", "成交日期", "时间"),
    "figure": ("value", "amount", "score", "数值", "金额", "评分", "得分"),
}


def questions(header: Sequence[str]) -> tuple[Question, ...]:
    """The questions about the columns of a table."""
    names = header[:MOST_COLUMNS]
    columns = tuple(Option(name, Verbatim(name)) for name in names)
    nobody = Option(_NOBODY, Phrase("Nobody: it is about the company"))
    return (
        _column(Phrase("Which column says whom a row is about?"), "person", (nobody, *columns), names),
        _column(Phrase("Which column holds the day?"), "at", columns, names),
        _column(Phrase("Which column holds a figure?"), "figure", columns, names),
        *(_another(name, columns) for name in FIGURES[1:]),
        _another("id", columns, Phrase("Which column tells rows apart, such as the number of a deal?")),
        Choice(
            Phrase("What do several figures come to?"),
            name="kind",
            required=False,
            options=tuple(Option(kind, words) for kind, words in KINDS.items()),
        ),
        Words(Phrase("In which unit?"), name="unit", required=False, longest=20, lines=False),
        _style(
            Phrase("How are numbers written?"), "numbers", {each: Verbatim(each) for each in (POINT, COMMA)}
        ),
        _style(Phrase("How are days written?"), "days", DAYS),
    )


def _column(label: Text, name: str, options: tuple[Option, ...], header: Sequence[str]) -> Choice:
    guess = next((each for each in _GUESSES[name] if each in header), "")
    return Choice(
        label,
        name=name,
        options=options or (Option("", Phrase("No column")),),
        suggested=lambda request: guess,
    )


def _another(name: str, columns: tuple[Option, ...], label: Text | None = None) -> Choice:
    nothing = Option("", Phrase("No column"))
    return Choice(
        label or Phrase("Which other column holds a figure?"),
        name=name,
        required=False,
        options=columns or (nothing,),
    )


def _style(label: Text, name: str, styles: Map[str, Text]) -> Choice:
    options = tuple(Option(style, words) for style, words in styles.items())
    seen = Option(_FROM_FILE, Phrase("See it from the file"))
    return Choice(label, name=name, required=False, options=(seen, *options))


def mapping_of(answers: Map[str, Any]) -> Mapping:
    """The mapping that was said in a form. Raises Problem."""
    told = {name: str(item) for name, item in answers.items() if item and item != _NOBODY}
    named = [told[name] for name in FIGURES if name in told]
    if not named or "at" not in told:
        raise Problem(
            Phrase("Name the column of the day and at least one column of figures."), question="figure"
        )
    unit, kind = told.get("unit", ""), told.get("kind", "")
    return Mapping(
        figures=tuple(Figure(name, unit=unit, kind=kind) for name in dict.fromkeys(named)),
        person=told.get("person", ""),
        at=told["at"],
        id=told.get("id", ""),
        numbers=told.get("numbers", ""),
        days=told.get("days", ""),
    )
