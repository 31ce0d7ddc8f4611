"""A file of goals is read cell by cell: what is wrong is named by its address, what would change by its difference."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from handlers.goals.cycles import current
from handlers.goals.excel.cells import Unreadable, meaning
from handlers.goals.excel.sheet import COLUMNS, NUMBERS
from handlers.goals.lines import NO_TARGET, mistaken
from handlers.goals.rewriting import CORE
from handlers.goals.scoring import ONE, Direction, Measure
from handlers.kit.requests import Request
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.kit.typed import clean
from storage.goals import Goal, KeyResult
from storage.sheets import Sheet

GOAL_FIELDS = {"goal": "title", "purpose": "purpose", "sight": "kind", "until": "ends_on"}
"""What a file may change of a goal: a column and the field that it means. Whose it is and where it stands is not among
them: that is agreed on by people."""
RESULT_FIELDS = ("title", "direction", *NUMBERS[:-1], "unit")

AT_ONCE = 500
"""Goals that one question names."""

_PERCENT = re.compile("%|％|百分|percent", re.IGNORECASE)


@dataclass(frozen=True)
class Fault:
    """Something wrong in a cell: its address in the file, what stands there, and why that will not do."""

    address: str
    cell: str
    why: Text

    def text(self) -> Text:
        """The fault as one line."""
        if not self.cell:
            return Phrase("{address}: {why}", address=Verbatim(self.address), why=self.why)
        return Phrase(
            "{address}, “{cell}”: {why}",
            address=Verbatim(self.address),
            cell=Verbatim(self.cell[:80]),
            why=self.why,
        )


@dataclass
class Change:
    """What a file changes of one goal: the goal itself, None where it is new, and its key results, with new values."""

    goal: Goal | None
    values: dict[str, Any]
    results: list[tuple[KeyResult | None, dict[str, Any]]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes."""
        return self.goal is not None and not self.values and not self.results


@dataclass
class Plan:
    """All that a file changes, and what is wrong with it."""

    changes: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def plan(request: Request, sheet: Sheet) -> Plan:
    """Compare a file with what stands. Rows that say what stands already need no right; no row takes anything away."""
    return _Reading(request, sheet).plan()


class _Reading:
    def __init__(self, request: Request, sheet: Sheet) -> None:
        self.request = request
        self.sheet = sheet
        self.columns = {
            column.name: position
            for column in COLUMNS
            for position, header in enumerate(sheet.header)
            if column.is_called(header)
        }
        self.faults: list[Fault] = []
        self.changes: dict[str, Change] = {}
        self.goals: dict[str, Goal] = {}
        self.results: dict[str, KeyResult] = {}
        self.said: dict[str, dict[str, Any]] = {}

    def plan(self) -> Plan:
        missing = [c for c in COLUMNS if c.name in ("goal_id", "goal") and c.name not in self.columns]
        if missing:
            needed = Phrase("this column is needed; the first row of the file names the columns")
            return Plan(faults=[Fault(column.english, "", needed) for column in missing])
        self._know()
        for number, cells in enumerate(self.sheet.rows, start=self.sheet.first_row):
            if any(cell.strip() for cell in cells):
                self._row(_Row(self, number, cells))
        changed = [change for change in self.changes.values() if not change.is_empty]
        return Plan(changed, self.faults)

    def _know(self) -> None:
        """The goals that the file names and the reader sees."""
        at, me = self.columns["goal_id"], self.request.actor.id
        ids = sorted({cells[at].strip() for cells in self.sheet.rows} - {""})
        for start in range(0, len(ids), AT_ONCE):
            here = self.request.store.goals.some(ids[start : start + AT_ONCE], reader=me)
            found = self.request.store.goals.results(here, reader=me)
            self.goals |= here
            self.results |= {row.id: row for rows in found.values() for row in rows}

    def _row(self, row: _Row) -> None:
        before = len(self.faults)
        goal = self._goal(row)
        if len(self.faults) > before:
            return
        key = goal.id if goal else f"new:{row.get('goal').casefold()}"
        values = self._goal_values(row, goal)
        change = self.changes.setdefault(key, Change(goal, values))
        if change.values != values:
            row.fault(
                "goal", Phrase("another row of this goal says otherwise; let all its rows say the same")
            )
        self._result(row, change)
        touched = change.values or change.results
        if goal and touched and (why_not := self._why_not(goal)):
            row.fault("goal_id", why_not)
            self.changes[key] = Change(goal, {})

    def _why_not(self, goal: Goal) -> Text | None:
        """Why a goal cannot be changed, or None; a row of it that says what stands already does no harm."""
        if goal.state != "open":
            return Phrase("this goal has ended; open it again to change it")
        if not self.request.store.goals.may_write(goal, self.request.actor.id):
            return Phrase("this goal is not yours to change; leave its row as it was")
        return None

    def _goal(self, row: _Row) -> Goal | None:
        goal_id = row.get("goal_id")
        if not goal_id:
            owner = row.get("owner").casefold()
            if owner and owner != self.request.actor.email:
                row.fault("owner", Phrase("a new goal is your own: leave this empty, or write your address"))
            return None
        goal = self.goals.get(goal_id)
        if goal is None:
            row.fault("goal_id", Phrase("there is no such goal that you see; for a new one leave this empty"))
        return goal

    def _goal_values(self, row: _Row, goal: Goal | None) -> dict[str, Any]:
        wanted = {
            GOAL_FIELDS[column]: item for column in GOAL_FIELDS if (item := row.read(column)) is not None
        }
        if not row.get("goal"):
            row.fault("goal", Phrase("what is to be reached is needed here"))
        if goal is None:
            wanted = {"ends_on": current(self.request.store, self.request.today).ends_on, **wanted}
        else:
            wanted = {name: item for name, item in wanted.items() if getattr(goal, name) != item}
            if "ends_on" in wanted and wanted["ends_on"] < goal.begins_on:
                wanted["begins_on"] = self.request.today
        if wanted.get("ends_on", self.request.today) < self.request.today:
            row.fault("until", Phrase("This day is over. Pick today or a later one."))
        return wanted

    def _result(self, row: _Row, change: Change) -> None:
        result_id = row.get("result_id")
        known = self.results.get(result_id)
        if result_id and (known is None or known.goal_id != (change.goal.id if change.goal else "")):
            row.fault("result_id", Phrase("this goal has no such key result; for a new one leave this empty"))
            return
        if not row.get("title"):
            if known or any(row.get(name) for name in RESULT_FIELDS):
                row.fault("title", Phrase("how it is noticed is needed here"))
            return
        wanted = {name: row.read(name) for name in (*RESULT_FIELDS, "value", "looks") if name in self.columns}
        if result_id and self.said.setdefault(result_id, wanted) != wanted:
            row.fault(
                "result_id",
                Phrase("another row of this key result says otherwise; for a new one leave this empty"),
            )
            return
        if known and wanted.get("direction") not in (None, known.direction):
            row.fault("direction", Phrase("what is good stays as it is; write a new key result instead"))
            return
        _look_at_percents(row, known, wanted)
        values = _new(wanted) if known is None else _different(known, wanted)
        if _fits(row, known, values) and values:
            change.results.append((known, values))


def _look_at_percents(row: _Row, known: KeyResult | None, wanted: dict[str, Any]) -> None:
    """A new key result with a target in percent is in percent; in what is counted otherwise, none means anything."""
    if known is None and not wanted.get("unit") and _PERCENT.search(row.get("target")):
        wanted["unit"] = "%"
    unit = wanted.get("unit") or (known.unit if known else "")
    for name in ("start", "target", "high", "stretch", "value"):
        if unit != "%" and _PERCENT.search(row.get(name)):
            row.fault(name, Phrase("this is a percentage; write the number in the unit of this key result"))


def _fits(row: _Row, known: KeyResult | None, values: Mapping[str, Any]) -> bool:
    """Whether a key result can have these values; what hinders is noted."""
    measure = _measure(known, values)
    if strange := _strange(known, values):
        for name in strange:
            row.fault(
                name, Phrase("this kind of key result has no such number; leave it as it was, or empty")
            )
    elif known is None and values["target"] is None:
        row.fault("target", NO_TARGET)
    elif measure and (mistake := measure.mistake()):
        problem = mistaken(mistake)
        row.fault(_COLUMN_OF.get(problem.question, "target"), problem.words)
    elif values and (values.get("weight") or 0) < 0:
        row.fault("weight", Phrase("A weight is 0 or more."))
    elif known and known.locked and CORE & values.keys():
        row.fault(
            "result_id", Phrase("this is the core of a template: what is measured, and its weight, stay")
        )
    elif known and known.part and values.keys() - {"title"}:
        row.fault("result_id", Phrase("grades and points are given in chat, with the words that they need"))
    else:
        return True
    return False


def _strange(known: KeyResult | None, values: Mapping[str, Any]) -> list[str]:
    """The numbers that a key result of this kind does not have; a yes or no is only reached or not."""
    way = known.direction if known else values["direction"]
    found = [name for name, ways in _OF_WHICH.items() if values.get(name) is not None and way not in ways]
    if way == Direction.YES_NO:
        found += [name for name in ("target", "value") if values.get(name) not in _ANSWERS[name]]
    return found


_ANSWERS = {"target": (None, ONE), "value": (None, Decimal(0), ONE)}
"""What stands in the cells of a yes or no."""
_SPANNED = (Direction.UP, Direction.DOWN)
_OF_WHICH = {
    "start": (*_SPANNED, Direction.BAND, Direction.MILESTONE),
    "high": (Direction.BAND,),
    "stretch": _SPANNED,
}
"""Which kinds of key results have which numbers, besides a target."""
_COLUMN_OF = {"way": "direction", "begin": "start", "high": "high", "stretch": "stretch"}


def _new(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a new key result, with what nobody wrote as a form would have it."""
    given = {name: item for name, item in wanted.items() if item is not None}
    way = given.setdefault("direction", _likely(given))
    if way == Direction.YES_NO:
        given.setdefault("target", ONE)
    elif way != Direction.BAND:
        given.setdefault("start", Decimal(0))
    if way in _SPANNED:
        given.setdefault("value", given["start"])
    return {"unit": "", "weight": ONE, "target": given.get("target"), **given}


def _likely(given: Mapping[str, Any]) -> str:
    if given.get("high") is not None:
        return Direction.BAND.value
    if given.get("target") is None:
        counts = {"start", "stretch"} & given.keys() or given.get("value") not in _ANSWERS["value"]
        return Direction.UP.value if counts else Direction.YES_NO.value
    return (Direction.DOWN if given["target"] < given.get("start", Decimal(0)) else Direction.UP).value


def _different(known: KeyResult, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What a file says otherwise. An empty cell empties what may be empty, and keeps the rest."""
    stands = {**{name: getattr(known, name) for name in (*RESULT_FIELDS, "value")}, "looks": known.confidence}
    optional = {"high", "stretch", "unit", "looks"} | (
        {"start"} if known.direction == Direction.BAND else set()
    )
    found = {name: item for name, item in wanted.items() if item is not None or name in optional}
    found = {name: "" if item is None and name in ("unit", "looks") else item for name, item in found.items()}
    return {name: item for name, item in found.items() if item != stands[name]}


def _measure(known: KeyResult | None, values: Mapping[str, Any]) -> Measure | None:
    """What it would be measured by; None where nothing of that changes."""
    named = ("direction", "target", "start", "high", "stretch")
    if not any(name in values for name in named):
        return None
    direction, target, start, high, stretch = (
        values[name] if name in values else getattr(known, name, None) for name in named
    )
    return Measure(Direction(str(direction)), target, start, high, stretch) if target is not None else None


# Cells ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Row:
    reading: _Reading
    number: int
    cells: tuple[str, ...]

    def get(self, name: str) -> str:
        """A cell without the space around it; "" where there is no such column."""
        position = self.reading.columns.get(name)
        return clean(self.cells[position]).strip() if position is not None else ""

    def fault(self, name: str, why: Text) -> None:
        """Something is wrong in this cell."""
        position = self.reading.columns.get(name, 0)
        address = f"{self.reading.sheet.letters(position)}{self.number}"
        self.reading.faults.append(Fault(address, self.get(name), why))

    def read(self, name: str) -> Any:
        """What a cell means; None where it is empty, or says what cannot be, which is noted."""
        cell = self.get(name)
        if not cell:
            return None
        try:
            return meaning(self.reading.request, name, cell, exact=self.reading.sheet.exact)
        except Unreadable as unreadable:
            self.fault(name, unreadable.why)
            return None
