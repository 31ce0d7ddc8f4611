"""The rows of a table become figures by its mapping; what is wrong is named by row, column and value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import partial

from handlers.goals.data import cells
from handlers.goals.data.cells import Unclear
from handlers.goals.data.describing import DAYS, KINDS
from handlers.goals.data.forbidden import forbidden
from handlers.goals.data.mapping import COMMA, DAY_FIRST, MONTH_FIRST, POINT, Figure, Mapping
from handlers.goals.data.refusing import Wrong
from handlers.kit.tables import Fault
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.kit.typed import clean
from storage.metrics import COUNTED, LONGEST, Arrival
from storage.sheets import Sheet


@dataclass(frozen=True)
class Found:
    """A figure, and where in the table it stands."""

    row: int
    column: str
    arrival: Arrival


@dataclass(frozen=True)
class Reading:
    """What a table holds: its figures, what is wrong with it, and the columns that were not read for their names."""

    found: tuple[Found, ...] = ()
    faults: tuple[Fault, ...] = ()
    left_out: tuple[str, ...] = ()
    at: str = ""
    """The column that says when."""

    @property
    def arrivals(self) -> tuple[Arrival, ...]:
        """Its figures."""
        return tuple(each.arrival for each in self.found)


def read_figures(sheet: Sheet, mapping: Mapping) -> Reading:
    """Check a table whole, by its mapping."""
    left_out = tuple(name for name in sheet.header if forbidden(name) and name not in mapping.columns)
    missing = [name for name in mapping.columns if name not in sheet.header]
    if missing:
        needed = Phrase("the mapping names this column, and there is none of that name")
        return Reading(faults=tuple(Fault(1, name, "", needed) for name in missing), left_out=left_out)
    table = _Table(sheet, mapping)
    found = tuple(table.figures())
    return Reading(() if table.faults else found, tuple(table.faults), left_out, mapping.at)


def faults_of(reading: Reading, wrongs: tuple[Wrong, ...]) -> tuple[Fault, ...]:
    """What the source may not send, said of the table."""
    made = []
    for wrong in wrongs:
        each = reading.found[wrong.number]
        day = each.arrival.at.date().isoformat()
        items = {"metric": each.arrival.metric, "unit": each.arrival.unit, "at": day}
        column = (reading.at if wrong.field == "at" else "") or each.column
        made.append(Fault(each.row, column, items.get(wrong.field, ""), _why(wrong)))
    return tuple(dict.fromkeys(made))  # each figure of a row says its day again


def _why(wrong: Wrong) -> Text:
    if wrong.why == "future":
        return Phrase("this lies in the future")
    if wrong.why == "unit":
        return Phrase("this figure has come in “{unit}” until now", unit=Verbatim(wrong.named))
    if wrong.why == "kind":
        return Phrase(
            "until now “{kind}” held for this figure: what is counted in another way needs a name of its own",
            kind=KINDS[wrong.named],
        )
    if wrong.why == "apart":
        return Phrase("what such a column holds needs a name of its own: this one counts in scores")
    return Phrase(
        "refused by its name ({word}): such data is not for judging people. An administrator may let it pass; it"
        " never enters a score",
        word=Verbatim(wrong.named),
    )


@dataclass
class _Table:
    """A table on its way to figures; `faults` gathers what is wrong."""

    sheet: Sheet
    mapping: Mapping
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.position = {name: at for at, name in enumerate(self.sheet.header)}
        numbers = partial(cells.style_of_numbers, exact=self.sheet.exact)
        self.numbers = self.mapping.numbers or self._style(self._written(), numbers, _ambiguous_number())
        self.days = self.mapping.days or self._style(self._dated(), cells.style_of_days, _ambiguous_day())

    def cell(self, row: tuple[str, ...], name: str) -> str:
        """A cell of a row, cleaned."""
        return clean(row[self.position[name]]) if name else ""

    def figures(self) -> Iterator[Found]:
        """Each figure of the table, once."""
        seen: dict[str, Found] = {}
        for number, row in enumerate(self.sheet.rows, start=self.sheet.first_row):
            for each in self._of_row(number, row):
                before = seen.setdefault(each.arrival.key, each)
                if before is each:
                    yield each
                elif before.arrival.value != each.arrival.value:
                    self._fault(number, each.column, self.cell(row, each.column), _twice(before.row))
                elif each.arrival.comes_to == COUNTED and not each.arrival.id:
                    self._fault(number, each.column, self.cell(row, each.column), _alike(before.row))

    def _of_row(self, number: int, row: tuple[str, ...]) -> Iterator[Found]:
        told = [each for each in self.mapping.figures if self.cell(row, each.column)]
        if not told:
            return
        at, whom = self._at(number, row), self._short(number, row, "person", "")
        if self.mapping.person and not whom:
            self._fault(number, self.mapping.person, "", Phrase("this is empty: whom is the row about?"))
        name = self._short(number, row, "id", "")
        for figure in told:
            made = self._figure(number, row, figure, at, whom, name)
            if made is not None:
                yield from self._for_all(Found(number, figure.column, made))

    def _figure(
        self, number: int, row: tuple[str, ...], figure: Figure, at: datetime | None, whom: str, name: str
    ) -> Arrival | None:
        value = self._value(number, row, figure.column)
        metric = self._short(number, row, "metric", figure.metric or figure.column.replace("_", " "))
        unit = self._short(number, row, "unit", figure.unit)
        if not metric:
            self._fault(number, self.mapping.metric, "", Phrase("this is empty: which figure is it?"))
        if at is None or value is None or not metric:
            return None
        alone = self.mapping.names_alone(figure)
        return Arrival(
            metric=metric,
            at=at,
            value=value,
            unit=unit,
            person=whom,
            id=name if alone or not name else f"{name[:140]} {figure.column[:50]}",
            comes_to=figure.kind or self.mapping.always.get("kind", ""),
            apart=bool(forbidden(figure.column)),
        )

    def _for_all(self, found: Found) -> Iterator[Found]:
        """A figure and, where all of them add up for the company too, the company's part of it."""
        made = found.arrival
        if not (self.mapping.company and made.person and made.comes_to == COUNTED):
            yield found
            return
        name = made.id or f"{made.person} {made.at.isoformat()}"
        yield replace(found, arrival=replace(made, person="", id=f"{made.metric} {name}"[:200]))
        yield replace(found, arrival=replace(made, id=f"{made.metric} {name}"[:199] + "@"))

    # Cells -----------------------------------------------------------------------------------------------------------

    def _value(self, number: int, row: tuple[str, ...], column: str) -> Decimal | None:
        cell = self.cell(row, column)
        word = self.mapping.words.get(cell.casefold())
        value = (
            cells.number_in(cell, self.numbers, exact=self.sheet.exact)
            if word is None
            else cells.number_in(word, POINT, exact=True)
        )
        if value is None:
            self._fault(number, column, cell, Phrase("this is no number"))
        return value

    def _at(self, number: int, row: tuple[str, ...]) -> datetime | None:
        cell = self.cell(row, self.mapping.at) or self.mapping.always.get("at", "")
        at = cells.moment_in(cell, self.days, self.mapping.zone)
        if at is None:
            self._fault(number, self.mapping.at or "at", cell, Phrase("write the day like 2024-03-01"))
        return at

    def _short(self, number: int, row: tuple[str, ...], name: str, otherwise: str) -> str:
        column = getattr(self.mapping, name)
        item = self.cell(row, column) if column else self.mapping.always.get(name, otherwise)
        item = " ".join(item.split())
        if len(item) > LONGEST[name]:
            self._fault(
                number,
                column,
                item,
                Phrase("this is too long: at most {most} characters fit", most=LONGEST[name]),
            )
            return ""
        return item

    def _fault(self, number: int, column: str, value: str, why: Text) -> None:
        self.faults.append(Fault(number, column, value, why))

    # How they are written --------------------------------------------------------------------------------------------

    def _style(self, texts: list[tuple[int, str, str]], style: Callable[[list[str]], str], why: Text) -> str:
        try:
            return style([text for _, _, text in texts])
        except Unclear as unclear:
            row, column = next((row, column) for row, column, text in texts if text == unclear.cell)
            self._fault(row, column, unclear.cell, why)
            return unclear.style

    def _written(self) -> list[tuple[int, str, str]]:
        found = (
            (number, each.column, self.cell(row, each.column))
            for number, row in enumerate(self.sheet.rows, start=self.sheet.first_row)
            for each in self.mapping.figures
        )
        return [each for each in found if each[2] and each[2].casefold() not in self.mapping.words]

    def _dated(self) -> list[tuple[int, str, str]]:
        if not self.mapping.at:
            return []
        rows = enumerate(self.sheet.rows, start=self.sheet.first_row)
        found = ((number, self.mapping.at, self.cell(row, self.mapping.at)) for number, row in rows)
        return [each for each in found if each[2]]


def _alike(row: int) -> Text:
    """What adds up may be two things, or one that stands there twice."""
    return Phrase(
        "row {row} says the same of the same person and day: are they two, or one? Name the column that tells such"
        " rows apart",
        row=Verbatim(str(row)),
    )


def _twice(row: int) -> Text:
    return Phrase(
        "row {row} has another value for the same person and day. Name the column that tells such rows apart",
        row=Verbatim(str(row)),
    )


def _ambiguous_number() -> Text:
    return Phrase(
        "this can be two numbers. Say in the mapping whether numbers are written {one} or {other}",
        one=Verbatim(POINT),
        other=Verbatim(COMMA),
    )


def _ambiguous_day() -> Text:
    return Phrase(
        "this can be two days. Say in the mapping whether days are written {one} or {other}",
        one=DAYS[DAY_FIRST],
        other=DAYS[MONTH_FIRST],
    )
