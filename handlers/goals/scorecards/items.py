"""The items of a template as people write them: one on a line, the core with a star before it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from handlers.goals.lines import written
from handlers.goals.numbers import retyped
from handlers.goals.scorecards.parts import COUNTED, JUDGED, is_given
from handlers.goals.scoring import Direction
from handlers.kit.problems import Problem
from handlers.kit.text import Lines, Phrase, Verbatim
from storage.goals import GoalTemplate, KeyResult

MOST = 20
"""Items of a template."""
NUMBERS = ("start", "target", "high", "stretch", "weight")
FIELDS = ("title", "direction", *NUMBERS, "unit", "part")
"""What an item says of a key result."""

_STAR = re.compile(r"^[*＊]\s*")
_PART = re.compile(
    r"^(?:(?P<judged>judged|定性)|(?P<bonus>bonus|加分项?)|(?P<penalty>penalty|points off|扣分项?))\s*[:：]\s*",
    re.IGNORECASE,
)


def read_items(words: str, zone: str) -> list[dict[str, Any]]:
    """The items that lines of text name. Raises Problem that names the line."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    if len(lines) > MOST:
        raise Problem(Phrase("At most {most} items fit in a template.", most=MOST), question="items")
    made = [_read(line, zone) for line in lines]
    titles = [item["title"].casefold() for item in made]
    twice = next((item["title"] for item in made if titles.count(item["title"].casefold()) > 1), "")
    if twice:
        raise Problem(
            Phrase("Two items are called “{title}”. Give one another name.", title=Verbatim(twice)),
            question="items",
        )
    return made


def _read(line: str, zone: str) -> dict[str, Any]:
    core = bool(_STAR.match(line))
    rest = _STAR.sub("", line)
    found = _PART.match(rest)
    part = next((name for name, hit in found.groupdict().items() if hit), COUNTED) if found else COUNTED
    what = rest[found.end() :] if found else rest
    try:
        values = written({"what": what, "part": part}, zone).values()
    except Problem as problem:
        words = Lines((Phrase("In the line “{line}”:", line=Verbatim(line[:80])), problem.words))
        raise Problem(words, question="items") from None
    kept = {name: _plain(values[name]) for name in FIELDS}
    return {**kept, "locked": core}


def _plain(item: Any) -> Any:
    return format(item, "f") if isinstance(item, Decimal) else item


def values_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """What a key result made from an item begins with."""
    made = {name: item[name] for name in FIELDS}
    for name in NUMBERS:
        made[name] = None if item[name] is None else Decimal(item[name])
    counts = not item["part"] and item["direction"] in (Direction.UP, Direction.DOWN)
    return {**made, "value": made["start"] if counts else None}


def says_the_same(row: KeyResult, item: Mapping[str, Any], name: str) -> bool:
    """Whether a key result still has what an item says of one field."""
    return bool(getattr(row, name) == values_of(item)[name])


# As a line again -----------------------------------------------------------------------------------------------------

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "weight": " weight {weight}",
        "stretch": " stretch {stretch}",
        "judged": "judged: ",
        "bonus": "bonus: {most} for ",
        "penalty": "penalty: {most} for ",
        "steps": " in {target} steps",
        "band": " between {target} and {high}",
        "span": " from {start} to {target}",
    },
    "zh": {
        "weight": " 权重 {weight}",
        "stretch": " 挑战值 {stretch}",
        "judged": "定性：",
        "bonus": "加分：{most} ",
        "penalty": "扣分：{most} ",
        "steps": " 分 {target} 步",
        "band": " 在 {target} 到 {high} 之间",
        "span": " 从 {start} 到 {target}",
    },
}
"""How a line is typed in each language; `lines.py` and the patterns above read both."""


def lines_of(template: GoalTemplate, language: str) -> str:
    """The items as they would be typed."""
    return "\n".join(line_of(item, language) for item in template.items)


def line_of(item: Mapping[str, Any], language: str) -> str:
    """One item as it would be typed by who speaks a language."""
    words = _WORDS.get(language, _WORDS["en"])
    star, title = "* " if item["locked"] else "", str(item["title"])
    if is_given(item["part"]):
        return star + words[item["part"]].format(most=_number(item["target"])) + title
    weight = words["weight"].format(weight=_number(item["weight"])) if item["weight"] != "1" else ""
    if item["part"] == JUDGED:
        return f"{star}{words['judged']}{title}{weight}"
    return f"{star}{title}{_aim(item, words)}{weight}"


def _aim(item: Mapping[str, Any], words: Mapping[str, str]) -> str:
    target, unit = _number(item["target"]), item["unit"]
    after = "%" if unit == "%" else f" {unit}".rstrip()
    if item["direction"] == Direction.YES_NO:
        return ""
    if item["direction"] == Direction.MILESTONE:
        return words["steps"].format(target=target)
    if item["direction"] == Direction.BAND:
        return words["band"].format(target=target, high=_number(item["high"]) + after)
    beyond = words["stretch"].format(stretch=_number(item["stretch"])) if item["stretch"] else ""
    return words["span"].format(start=_number(item["start"]), target=target + after) + beyond


def _number(item: str) -> str:
    return retyped(Decimal(item))


def has_judged(items: Iterable[Mapping[str, Any]]) -> bool:
    """Whether something in a scorecard is judged, and not counted."""
    return any(
        item["part"] == JUDGED
        or (not item["part"] and item["direction"] in (Direction.MILESTONE, Direction.YES_NO))
        for item in items
    )
