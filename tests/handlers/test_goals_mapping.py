"""Mapping files say what columns are; numbers and days are read as they are written, or asked about."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.goals.data import cells
from handlers.goals.data.cells import Unclear
from handlers.goals.data.mapping import COMMA, DAY_FIRST, MONTH_FIRST, POINT, read_kept, read_mapping
from handlers.goals.data.refusing import Faulty
from handlers.goals.data.rows import read_figures
from storage.compact import from_json, to_json
from storage.metrics import Arrival
from storage.sheets import Sheet

LONG = """
person = "Employee"
at = "Day"
metric = "Indicator"
value = "Value"
unit = "Unit"
company = true

[always]
kind = "counted"

[words]
"very satisfied" = 5
"""


def test_a_long_table_names_its_figures_itself() -> None:
    sheet = Sheet(
        ("employee", "day", "indicator", "value", "unit"),
        (("a@x.example", "2026-11-02", "NPS", "very satisfied", "points"), ("", "", "", "", "")),
        2,
    )
    reading = read_figures(sheet, read_mapping(LONG))
    assert not reading.faults
    assert [(each.person, each.metric, each.value, each.unit) for each in reading.arrivals] == [
        ("", "NPS", 5, "points"),
        ("a@x.example", "NPS", 5, "points"),
    ]
    assert len({each.key for each in reading.arrivals}) == 2


def test_a_mapping_is_kept_and_read_again() -> None:
    made = read_mapping(LONG)
    assert read_kept(from_json(to_json(made.kept()).decode())) == made
    assert read_kept(None) is None


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("at = ", ""),
        ("at = 'Day'", "figures"),
        ("value = 'V'", "at"),
        ("at = 5\nvalue = 'V'", "at"),
        ("at = 'D'\nvalue = 'V'\nwhom = 'x'", "whom"),
        ("at = 'D'\nvalue = 'V'\nnumbers = '1 234'", "numbers"),
        ("at = 'D'\nvalue = 'V'\ndays = 'iso'", "days"),
        ("at = 'D'\nvalue = 'V'\nzone = 'Mars/Base'", "zone"),
        ("at = 'D'\nvalue = 'V'\ncompany = 'yes'", "company"),
        ("at = 'D'\nfigures = 3", "figures"),
        ("at = 'D'\n[figures.V]\nname = 'x'", "figures.V.name"),
        ("at = 'D'\n[figures.V]\nkind = 'x'", "figures.V.kind"),
        ("at = 'D'\nvalue = 'V'\n[always]\nat = '2026-01-01'", "at"),
        ("at = 'D'\nvalue = 'V'\n[always]\nday = '2026-01-01'", "always.day"),
        ("at = 'D'\nvalue = 'V'\n[words]\ngood = 'x'", "words.good"),
    ],
)
def test_what_is_wrong_with_a_mapping_is_named(words: str, place: str) -> None:
    with pytest.raises(Faulty) as faulty:
        read_mapping(words)
    assert place in [fault.place for fault in faulty.value.faults]


@pytest.mark.parametrize(
    ("cell", "style", "exact", "value"),
    [
        ("1,234.5", POINT, False, "1234.5"),
        ("1.234,5", COMMA, False, "1234.5"),
        ("1 234,5", COMMA, False, "1234.5"),
        ("1\u00a0234,5", COMMA, False, "1234.5"),
        ("１２％", POINT, False, "12"),
        ("¥1,000", POINT, False, "1000"),
        ("-3", POINT, False, "-3"),
        ("−3", POINT, False, "-3"),
        ("1.2340", COMMA, True, "1.234"),
        ("1.234", COMMA, True, "1234"),
        ("1.234", COMMA, False, "1234"),
        ("12,34", POINT, False, None),
        ("1e5", POINT, False, None),
        ("NaN", POINT, False, None),
        ("", POINT, False, None),
        ("9" * 40, POINT, False, None),
    ],
)
def test_numbers(cell: str, style: str, exact: bool, value: str | None) -> None:
    assert cells.number_in(cell, style, exact=exact) == (Decimal(value) if value else None)


def test_a_column_shows_how_it_is_written() -> None:
    assert cells.style_of_numbers(["1.234", "2,5"], exact=False) == COMMA
    assert cells.style_of_numbers(["1,234", "2.5"], exact=False) == POINT
    assert cells.style_of_numbers(["12", "7"], exact=False) == POINT
    assert cells.style_of_days(["03/04/2026", "25/04/2026"]) == DAY_FIRST
    assert cells.style_of_days(["03/04/2026", "04/25/2026"]) == MONTH_FIRST
    with pytest.raises(Unclear):
        cells.style_of_numbers(["1,234", "7"], exact=False)
    with pytest.raises(Unclear):
        cells.style_of_days(["03/04/2026"])


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2026-11-05", "2026-11-05T12:00"),
        ("2026/11/5", "2026-11-05T12:00"),
        ("2026年11月5日", "2026-11-05T12:00"),
        ("20261105", "2026-11-05T12:00"),
        ("2026-11", "2026-11-30T12:00"),
        ("2026年2月", "2026-02-28T12:00"),
        ("5.11.2026", "2026-11-05T12:00"),
        ("2026-11-05T00:00:00", "2026-11-05T12:00"),
        ("2026-11-05 09:30", "2026-11-05T09:30"),
        ("2026-11-05T09:30:00+08:00", "2026-11-05T01:30"),
        ("31/11/2026", ""),
        ("yesterday", ""),
        ("1899-12-31", ""),
    ],
)
def test_days(cell: str, moment: str) -> None:
    made = cells.moment_in(cell, DAY_FIRST, "UTC")
    assert (f"{made:%Y-%m-%dT%H:%M}" if made else "") == moment


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_what_is_written_in_a_style_is_read_in_it(value: Decimal) -> None:
    assert cells.number_in(f"{value:,}", POINT, exact=False) == value
    european = f"{value:,}".translate(str.maketrans(",.", ".,"))
    assert cells.number_in(european, COMMA, exact=False) == value


@given(st.lists(st.lists(st.text(max_size=12), min_size=3, max_size=3), max_size=6), st.booleans())
def test_any_table_is_read_or_its_faults_are_named(rows: list[list[str]], exact: bool) -> None:
    sheet = Sheet(("who", "day", "n"), tuple(tuple(row) for row in rows), 2, exact)
    reading = read_figures(sheet, read_mapping("person = 'who'\nat = 'day'\nvalue = 'n'"))
    assert all(isinstance(each, Arrival) for each in reading.arrivals)
    assert not (reading.faults and reading.found)
