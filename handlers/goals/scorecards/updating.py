"""A template has a new version: whoever uses an older one sees what is different, and takes it or does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from handlers.goals import changes
from handlers.goals import goal as goals
from handlers.goals.goal import changers, feature
from handlers.goals.lines import mistaken
from handlers.goals.scorecards.items import FIELDS, line_of, says_the_same, values_of
from handlers.goals.scoring import Direction, Measure
from handlers.goals.writing import card
from handlers.kit.cards import Button, Card, Note, Part, Section
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Lines, Phrase, Text, Verbatim
from storage.goals import Goal, GoalTemplate, KeyResult


def button(row: Goal, newest: GoalTemplate) -> tuple[Part, ...]:
    """The way from a goal to the newest version of its template."""
    return (
        Button(
            Phrase("What is new in version {n}", n=newest.edition),
            compare.bind(goal=row.id),
        ),
    )


def hear(request: Request, row: GoalTemplate) -> tuple[Tell, ...]:
    """The owners of what was made from an older version hear that there is a new one. Nothing is changed by it."""
    told: list[Tell] = []
    for goal in request.store.goals.templates.behind(row):
        if not request.person(goal.subject_id).active:
            continue
        shown = Card(
            Phrase("A template that you use has a new version"),
            Section(Phrase("Yours: {title}", title=Verbatim(goal.title))),
            *button(goal, row),
            Note(Phrase("Yours stays as it is until you take the new version.")),
        )
        told.append(Tell(shown, to=goal.subject_id, topic=f"goals.template:{goal.id}:{row.edition}"))
    return tuple(told)


# What is different ---------------------------------------------------------------------------------------------------


@feature.button(allow=changers)
def compare(request: Request, goal: str) -> Reply:
    """Show what is different in the newest version of the template."""
    row = goals.bound_goal(request, goal)
    mine, newest = _both(request, row)
    if mine.edition == newest.edition:
        return Reply(show=card(request, row, Phrase("It has the newest version of its template.")))
    lines = tuple(_lines(request, mine, newest))
    nothing = Phrase("Only the version is different.")
    return Reply(
        show=Card(
            Phrase(
                "{name}: from version {old} to {new}",
                name=Verbatim(newest.name),
                old=mine.edition,
                new=newest.edition,
            ),
            *(Section(words) for words in lines or (nothing,)),
            Button(
                Phrase("Take the new version"),
                adopt.bind(goal=row.id, version=newest.edition),
                style="primary",
            ),
            Note(
                Phrase(
                    "What is new in the core is added, and what changed follows. Optional items that you have changed"
                    " yourself, and items that are gone from the template, stay as they are."
                )
            ),
        )
    )


def _both(request: Request, row: Goal) -> tuple[GoalTemplate, GoalTemplate]:
    templates = request.store.goals.templates
    mine, newest = templates.version(row.template_id, row.template_version), templates.newest(row.template_id)
    if mine is None or newest is None:
        raise Problem(Phrase("This goal was made without a template."))
    return mine, newest


def _lines(request: Request, mine: GoalTemplate, newest: GoalTemplate) -> Iterator[Text]:
    before, after = _by_id(mine), _by_id(newest)
    for number, item in after.items():
        if number not in before:
            words = Verbatim(line_of(item, request.actor.language))
            yield (
                Phrase("New in the core: {item}", item=words)
                if item["locked"]
                else Phrase("New, if you like: {item}", item=words)
            )
        elif found := tuple(changes.differences(request, before[number], item)):
            yield Lines((Verbatim(item["title"]), *found))
    for number, item in before.items():
        if number not in after:
            yield Phrase("Gone from the template: {item}", item=Verbatim(item["title"]))


def _by_id(row: GoalTemplate) -> dict[int, dict[str, Any]]:
    return {item["id"]: item for item in row.items}


# Taking it -----------------------------------------------------------------------------------------------------------


@feature.button(allow=changers, over=goals.refuse_ended)
def adopt(request: Request, goal: str, version: int) -> Reply:
    """Take the new version of the template for this goal."""
    row = goals.bound_goal(request, goal)
    mine, newest = _both(request, row)
    if newest.edition != version:
        raise Problem(
            Phrase("There is a newer version still. Look at that one."),
            buttons=button(row, newest),  # type: ignore[arg-type]
        )
    if row.template_version < version:
        _follow(request, row, mine, newest)
        request.store.goals.change(row, "edited", by=request.actor.id, template_version=version)
    title = Phrase("It follows version {n} of its template now.", n=version)
    return Reply(show=card(request, row, title))


def _follow(request: Request, row: Goal, mine: GoalTemplate, newest: GoalTemplate) -> None:
    before, after = _by_id(mine), _by_id(newest)
    has = {
        each.item: each
        for each in request.store.goals.results([row.id], reader=request.actor.id)[row.id]
        if each.item
    }
    for number, item in after.items():
        if number in has:
            _rewrite(request, has[number], before.get(number, item), item)
        elif item["locked"]:
            request.store.goals.measure(
                row, author=request.actor.id, item=number, locked=True, **values_of(item)
            )
    for number, each in has.items():
        if number not in after and each.locked:
            request.store.goals.edit(each, "edited", by=request.actor.id, locked=False)


def _rewrite(request: Request, row: KeyResult, before: Mapping[str, Any], item: Mapping[str, Any]) -> None:
    """What changed in the template changes here; what its owner made their own stays, unless it is the core."""
    wanted = {
        name: value
        for name, value in values_of(item).items()
        if name in FIELDS
        and before[name] != item[name]
        and (item["locked"] or says_the_same(row, before, name))
    }
    measure = Measure(
        Direction(wanted.get("direction", row.direction)),
        *(wanted.get(name, getattr(row, name)) for name in ("target", "start", "high", "stretch")),
    )
    if mistake := measure.mistake():
        raise mistaken(mistake)
    wanted["locked"] = item["locked"]
    changed = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    if changed.keys() & {"direction", "start", "part"}:
        changed |= goals.restated(row, changed)
    if changed:
        request.store.goals.edit(row, "edited", by=request.actor.id, **changed)
