"""The goals that stand above one's own: which of them it may serve, and how they are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Annotated

from handlers.goals.goal import COMPANY, DEPARTMENT, PERSON, TEAM
from handlers.kit.forms import Choice, Option
from handlers.kit.requests import Request
from handlers.kit.text import Phrase, Text, Verbatim
from storage.goals import Goal

RANK: Mapping[str, int] = {COMPANY: 0, DEPARTMENT: 1, TEAM: 2, PERSON: 3}
MOST_OFFERED = 100
"""Slack shows no more in a menu."""
NONE_ABOVE = Phrase("You see no goal that stands above yours, so there is nothing that yours could serve.")


def _offered(request: Request) -> list[Goal]:
    """What goals of the asker may serve: those of who leads them, of their team, of the company, the nearest first."""
    directory, me = request.store.directory, request.actor
    line = directory.line_above(me.id, request.now.date())
    found = request.store.goals.serving.offered(
        (me.id, *line), department=me.department, team=me.team, reader=me.id
    )
    near = {person: place for place, person in enumerate(line)}
    rows = (
        row
        for row in found
        if request.person(row.subject_id).active and (row.subject_id != me.id or row.level != PERSON)
    )
    return sorted(rows, key=lambda row: (near.get(row.subject_id, len(near)), -RANK[row.level], row.number))


def _parents(request: Request) -> tuple[Option, ...]:
    rows = _offered(request)[:MOST_OFFERED]
    titles = Counter(row.title for row in rows)
    return tuple(
        Option(
            row.id,
            Phrase("{title} ({name})", title=Verbatim(row.title), name=owner_text(request, row)),
            also=tuple(f"{to}{name}" for name in _names(request, row, titles) for to in ("", "to ", "到")),
        )
        for row in rows
    ) or (Option("", NONE_ABOVE),)


def _names(request: Request, row: Goal, titles: Mapping[str, int]) -> tuple[str, ...]:
    """By what it may be called in a command: its owner and its number, or a title that no other has."""
    named = f"{request.person(row.subject_id).name} {row.number}"
    return (named, f"@{named}", *((row.title,) if titles[row.title] == 1 else ()))


Parent = Annotated[str, Choice(Phrase("Which goal does it serve?"), options=_parents)]


def owner_text(request: Request, row: Goal) -> Text:
    """Who answers for a goal, and whether they have left."""
    person = request.person(row.subject_id)
    if person.active:
        return Verbatim(person.name)
    return Phrase("{name}, who has left", name=Verbatim(person.name))
