"""Goals as a table for Excel: a row for each key result, with ids by which the same file is read again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from handlers.goals import goal as goals
from handlers.goals.goal import AT_RISK, COMPANY, DEPARTMENT, OFF_TRACK, ON_TRACK, PERSON, TEAM, Standing
from handlers.goals.scoring import Direction
from handlers.kit.requests import Request
from handlers.kit.rounding import whole_percent
from storage.goals import KeyResult
from storage.policy import Kind
from storage.sheets import Cell, OutSheet, called

MOST = 20_000
"""Rows of a file."""
DIGITS = 15
"""So many of a number Excel keeps; one with more is written as text."""


@dataclass(frozen=True)
class Column:
    """A column, as its first row calls it in English and in Chinese."""

    name: str
    english: str
    chinese: str

    def named(self, language: str) -> str:
        """What its reader finds above it."""
        return self.chinese if language == "zh" else self.english

    def is_called(self, header: str) -> bool:
        """Whether a file means this column."""
        return header in {called(name) for name in (self.english, self.chinese)}


COLUMNS = (
    Column("goal_id", "goal_id", "目标编号"),
    Column("goal", "Goal", "目标"),
    Column("purpose", "Purpose", "意义"),
    Column("owner", "Owner", "负责人邮箱"),
    Column("level", "Level", "层级"),
    Column("sight", "Seen by", "可见范围"),
    Column("until", "Until", "截止日期"),
    Column("result_id", "result_id", "关键结果编号"),
    Column("title", "Key result", "关键结果"),
    Column("direction", "Direction", "方向"),
    Column("start", "Start", "起点"),
    Column("target", "Target", "目标值"),
    Column("high", "Upper end", "上限"),
    Column("stretch", "Stretch", "挑战值"),
    Column("unit", "Unit", "单位"),
    Column("weight", "Weight", "权重"),
    Column("value", "Value", "当前值"),
    Column("looks", "Status", "状态"),
    Column("progress", "Progress %", "进度 %"),
)
NUMBERS = ("start", "target", "high", "stretch", "weight", "value")

WORDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "direction": {
        Direction.UP: ("rise", "上升"),
        Direction.DOWN: ("fall", "下降"),
        Direction.BAND: ("band", "区间"),
        Direction.MILESTONE: ("steps", "里程碑"),
        Direction.YES_NO: ("yes or no", "是否"),
    },
    "looks": {
        ON_TRACK: ("on track", "正常"),
        AT_RISK: ("at risk", "有风险"),
        OFF_TRACK: ("off track", "偏离"),
    },
    "sight": {
        Kind.GOAL_COMPANY: ("everybody", "所有人"),
        Kind.GOAL_TEAM: ("team", "团队"),
        Kind.GOAL_PRIVATE: ("private", "仅上级"),
    },
    "level": {
        COMPANY: ("company", "公司"),
        DEPARTMENT: ("department", "部门"),
        TEAM: ("team", "团队"),
        PERSON: ("person", "个人"),
    },
}
"""What stands in a cell for each of few values."""


def word(field: str, item: str, language: str) -> str:
    """One of few values, as a cell says it."""
    english, chinese = WORDS[field].get(item, (item, item))
    return chinese if language == "zh" else english


def sheet_of(request: Request, found: Sequence[Standing]) -> OutSheet:
    """The goals as a table, as its reader sees them."""
    language = request.actor.language
    header = tuple(column.named(language) for column in COLUMNS)
    rows = [row for each in found for row in _rows(request, each)]
    return OutSheet("目标" if language == "zh" else "Goals", header, rows[:MOST])


def _rows(request: Request, each: Standing) -> Iterator[tuple[Cell, ...]]:
    goal, language = each.goal, request.actor.language
    first: dict[str, Cell] = {
        "goal_id": goal.id,
        "goal": goal.title,
        "purpose": goal.purpose,
        "owner": request.person(goal.subject_id).email,
        "level": word("level", goal.level, language),
        "sight": word("sight", goal.kind, language),
        "until": goal.ends_on,
    }
    for result in each.results or (None,):
        cells = {**first, **(_result(result, language) if result else {})}
        yield tuple(cells.get(column.name) for column in COLUMNS)


def _result(row: KeyResult, language: str) -> dict[str, Cell]:
    share = goals.progress_of(row)
    return {
        "result_id": row.id,
        "title": row.title,
        "direction": word("direction", row.direction, language),
        **{name: number(getattr(row, name)) for name in NUMBERS},
        "unit": row.unit,
        "looks": word("looks", row.confidence, language) if row.confidence else None,
        "progress": None if share is None else whole_percent(share),
    }


def number(item: Decimal | None) -> Cell:
    """A number as Excel keeps it, or as text where it would be rounded."""
    if item is None:
        return None
    if item == item.to_integral_value() and abs(item) < 10**DIGITS:
        return int(item)
    exact = len(item.normalize().as_tuple().digits) <= DIGITS
    return float(item) if exact else format(item, "f")
