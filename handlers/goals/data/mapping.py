"""A mapping says what the columns of a table are: whom a row is about, when it was, and which figures it holds."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Map
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from handlers.goals.data.forbidden import forbidden
from handlers.goals.data.refusing import Fault, Faulty
from storage.metrics import COUNTED, NEWEST
from storage.sheets import called

POINT, COMMA = "1,234.5", "1.234,5"
"""How numbers are written."""
YEAR_FIRST, DAY_FIRST, MONTH_FIRST = "year-month-day", "day/month/year", "month/day/year"
"""How days are written."""
COLUMNS = ("person", "at", "id", "metric", "value", "unit")
ALWAYS = ("person", "at", "metric", "unit", "kind")
FIGURE = ("metric", "unit", "kind")
MOST_FIGURES = 30


@dataclass(frozen=True)
class Figure:
    """A column of figures. What they are called is the column's own name, unless it is said or another column says."""

    column: str
    metric: str = ""
    unit: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Mapping:
    """What the columns of a table are, by their names; `always` is what no column says, `words` are numbers that are
    written as words; with `company`, what adds up about people adds up for the company too. Without `numbers` or
    `days` the table itself must show how they are written. The figures of the column `alone` are known by the id of
    their row and nothing else; None for whichever is the only one."""

    figures: tuple[Figure, ...]
    person: str = ""
    at: str = ""
    id: str = ""
    metric: str = ""
    unit: str = ""
    always: Map[str, str] = field(default_factory=dict)
    words: Map[str, str] = field(default_factory=dict)
    numbers: str = ""
    days: str = ""
    zone: str = "UTC"
    company: bool = False
    alone: str | None = None

    def after(self, before: Mapping | None) -> Mapping:
        """The same, where another read the files until now: a figure that is here already is known again, however many
        columns are read beside it."""
        if before is None or not before.id:
            return self
        only = before.figures[0].column if len(before.figures) == 1 else ""
        return replace(self, alone=only if before.alone is None else before.alone)

    def names_alone(self, figure: Figure) -> bool:
        """Whether a figure is known by the id of its row and nothing else."""
        return len(self.figures) == 1 if self.alone is None else figure.column == self.alone

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads, each once."""
        told = (
            self.person,
            self.at,
            self.id,
            self.metric,
            self.unit,
            *(each.column for each in self.figures),
        )
        return tuple(dict.fromkeys(name for name in told if name))

    @property
    def refused(self) -> tuple[str, ...]:
        """The columns that it reads and that must not be used, by their names."""
        return tuple(name for name in self.columns if forbidden(name))

    def kept(self) -> dict[str, Any]:
        """As it is kept with its source."""
        return asdict(self)


def read_kept(kept: Any) -> Mapping | None:
    """A mapping that was kept with its source, if one was."""
    if not kept:
        return None
    return Mapping(**{**kept, "figures": tuple(Figure(**each) for each in kept["figures"])})


def read_mapping(words: str) -> Mapping:
    """The mapping in a file of TOML. Raises Faulty naming each key that is wrong."""
    try:
        told = tomllib.loads(words)
    except tomllib.TOMLDecodeError as error:
        raise Faulty([Fault("", f"this is not TOML: {error}")]) from None
    faults = list(_faults(told))
    if faults:
        raise Faulty(faults)
    single = (Figure(called(told["value"])),) if "value" in told else ()
    several = (Figure(called(name), **figure) for name, figure in told.get("figures", {}).items())
    return Mapping(
        figures=(*single, *several),
        **{name: called(told[name]) for name in COLUMNS if name in told and name != "value"},
        always={name: str(item) for name, item in told.get("always", {}).items()},
        words={str(word).strip().casefold(): str(item) for word, item in told.get("words", {}).items()},
        numbers=told.get("numbers", ""),
        days=told.get("days", ""),
        zone=told.get("zone", "UTC"),
        company=told.get("company", False),
    )


# What is wrong with one ----------------------------------------------------------------------------------------------

_KNOWN = (*COLUMNS, "figures", "always", "words", "numbers", "days", "zone", "company")


def _faults(told: Map[str, Any]) -> Iterator[Fault]:
    for name in told:
        if name not in _KNOWN:
            yield Fault(name, f"no such key; there are {', '.join(_KNOWN)}")
    for name in COLUMNS:
        if name in told and not _is_name(told[name]):
            yield Fault(name, "is to name a column")
    yield from _table_faults(told, "always", ALWAYS)
    yield from _figure_faults(told)
    yield from _unsaid(told)
    for name, known in (("numbers", (POINT, COMMA)), ("days", (YEAR_FIRST, DAY_FIRST, MONTH_FIRST))):
        if name in told and told[name] not in known:
            yield Fault(name, f"is one of {', '.join(known)}")
    for word, item in _part(told, "words").items():
        if isinstance(item, bool) or not isinstance(item, int | float):
            yield Fault(f"words.{word}", "is to be a number")
    if not isinstance(told.get("company", False), bool):
        yield Fault("company", "is true or false")
    if "zone" in told and not _is_zone(told["zone"]):
        yield Fault("zone", "is to be a time zone like Europe/Berlin")


def _figure_faults(told: Map[str, Any]) -> Iterator[Fault]:
    figures = _part(told, "figures")
    if not figures and "value" not in told:
        yield Fault("figures", "name at least one column of figures: [figures.NAME], or value = NAME")
    if len(figures) > MOST_FIGURES:
        yield Fault("figures", f"at most {MOST_FIGURES} columns")
    for name in figures:
        yield from _table_faults(figures, name, FIGURE, place=f"figures.{name}")


def _table_faults(
    told: Map[str, Any], name: str, known: Iterable[str], *, place: str = ""
) -> Iterator[Fault]:
    table, place = told.get(name, {}), place or name
    if not isinstance(table, dict):
        yield Fault(place, "is to be a table")
        return
    for key, item in table.items():
        if key not in known:
            yield Fault(f"{place}.{key}", f"no such key; there are {', '.join(known)}")
        elif key == "kind" and item not in (NEWEST, COUNTED):
            yield Fault(f"{place}.kind", f"is {NEWEST} (the newest counts) or {COUNTED} (all of them add up)")
        elif not _is_name(str(item)):
            yield Fault(f"{place}.{key}", "is to be a short text")


def _unsaid(told: Map[str, Any]) -> Iterator[Fault]:
    always = _part(told, "always")
    if "at" not in told and "at" not in always:
        yield Fault("at", "say which column holds the day, or at in [always]")
    for name in COLUMNS:
        if name in told and name in always:
            yield Fault(name, "is a column and in [always] at once")


def _part(told: Map[str, Any], name: str) -> dict[str, Any]:
    found = told.get(name, {})
    return found if isinstance(found, dict) else {}


def _is_name(item: Any) -> bool:
    return isinstance(item, str) and 0 < len(item.strip()) <= 120 and item.isprintable()


def _is_zone(item: Any) -> bool:
    try:
        return bool(ZoneInfo(item))
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        return False
