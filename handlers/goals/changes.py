"""What was before and what is after, line by line, wherever a change of a goal is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from handlers.goals import goal as goals
from handlers.goals.directions import direction_text
from handlers.goals.numbers import shown
from handlers.kit.requests import Request
from handlers.kit.text import Phrase, Text, Verbatim
from storage.goals import Goal, KeyResult

_FIELDS = {
    "title": Phrase("Title"),
    "purpose": Phrase("Purpose"),
    "template_version": Phrase("Version of the template"),
    "locked": Phrase("Part of the core"),
    "kind": Phrase("Seen by"),
    "begins_on": Phrase("From"),
    "ends_on": Phrase("Until"),
    "direction": Phrase("Kind"),
    "value": Phrase("Value"),
    "confidence": Phrase("Status"),
    "target": Phrase("Target"),
    "high": Phrase("Upper end"),
    "stretch": Phrase("Stretch"),
    "unit": Phrase("Unit"),
    "start": Phrase("Start"),
    "weight": Phrase("Weight"),
    "metric_id": Phrase("Data"),
}
_NUMBERS = frozenset({"value", "target", "start", "weight", "high", "stretch"})
_DAYS = frozenset({"begins_on", "ends_on"})
_SEEN = {
    "goal_company": Phrase("everybody in the company"),
    "goal_team": Phrase("managers and the team"),
    "goal_private": Phrase("managers only"),
}


def differences(
    request: Request, before: Mapping[str, Any], after: Mapping[str, Any], row: Goal | KeyResult | None = None
) -> Iterable[Text]:
    """A line for each field of a goal, or of a key result (`row`), that is not what it was."""
    for name, label in _FIELDS.items():
        if name in after and before.get(name) != after[name]:
            yield Phrase(
                "{field}: {before} → {after}",
                field=label,
                before=_told(request, name, before.get(name), row),
                after=_told(request, name, after[name], row),
            )


def from_to(row: KeyResult, before: Decimal | None, language: str) -> Text:
    """A key result, from where it was to where it is."""
    return Phrase(
        "{number}. {title}: {before} → {after}",
        number=goals.called(row),
        title=Verbatim(row.title),
        before=_amount(row, before, language),
        after=_amount(row, row.value, language),
    )


def _amount(row: Goal | KeyResult | None, value: Decimal | None, language: str) -> Text:
    if value is None:
        return Phrase("nothing")
    if isinstance(row, KeyResult) and (is_yes := row.says_yes(value)) is not None:
        return Phrase("yes") if is_yes else Phrase("not yet")
    return Verbatim(shown(value, language))


def _told(request: Request, name: str, item: Any, row: Goal | KeyResult | None) -> Text | date:
    if item in (None, "", False, 0) and name not in _NUMBERS:
        return Phrase("no") if name == "locked" else Phrase("nothing")
    if item in (None, ""):
        return Phrase("nothing")
    if name == "kind":
        return _SEEN[item]
    if name == "confidence":
        return next(option.label for option in goals.CONFIDENCE if option.value == item)
    if name == "template_version":
        return Verbatim(str(item))
    if name == "locked":
        return Phrase("yes")
    if name == "direction":
        return direction_text(item)
    if name == "value":
        return _amount(row, Decimal(item), request.actor.language)
    if name in _NUMBERS:
        return Verbatim(shown(Decimal(item), request.actor.language))
    if name in _DAYS:
        return date.fromisoformat(item)
    if name == "metric_id":
        metric = request.store.metrics.metric(str(item))
        return Verbatim(metric.name if metric else "?")
    return Verbatim(str(item))
