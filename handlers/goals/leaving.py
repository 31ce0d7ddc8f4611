"""Somebody leaves: whoever led them decides about each of their goals, and none is lost without a word."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from handlers.goals import goal as goals
from handlers.goals.alignment.aligning import AGREED, asked_for, unanswered
from handlers.goals.carrying import carry
from handlers.goals.goal import Standing, feature
from handlers.kit.access import Rule
from handlers.kit.cards import Button, Card, Note, Press, Section
from handlers.kit.features import Ring, Rung, Silence
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Plural, Text, Verbatim
from handlers.kit.values import dump
from storage.goals import Goal

SOON = timedelta(days=7)
"""Until when it should be decided."""

# Whose it becomes ----------------------------------------------------------------------------------------------------


@feature.bell("left")
def left(ring: Ring) -> Rung:
    """List the goals of somebody who has left for whoever led them, as far as these could see them."""
    store = ring.store
    heir, _, leaver = ring.about.partition(":")
    person, directory = store.directory.person(leaver), store.directory
    if person is None or person.active:
        return Rung(None, silence=Silence("done"))
    for goal in store.goals.answering.left_behind(leaver):
        if directory.past_is_open or heir in directory.line_above(leaver, goal.made_at.date()):
            title = Phrase(
                "{name} has left. What becomes of “{title}”?",
                name=Verbatim(person.name),
                title=Verbatim(goal.title),
            )
            store.goals.answering.hand_to(heir, goal, title=dump(title), due_at=ring.now + SOON)
    return Rung(None)


def _decides(request: Request, args: Mapping[str, Any]) -> bool:
    return _left(request, str(args.get("goal", ""))) is not None


def _left(request: Request, goal: str) -> Goal | None:
    return request.store.goals.answering.left_to(request.actor.id, goal)


heirs = Rule(
    "who led somebody who has left",
    _decides,
    Phrase("It is decided already what becomes of this goal, or it is not yours to decide."),
)


def _bound(request: Request, goal: str) -> Standing:
    row = _left(request, goal)
    assert row is not None  # the door asked
    return Standing(row, tuple(request.store.goals.answering.results_of(row)))


@feature.button(allow=heirs, seen_done=True)
def left_goal(request: Request, goal: str) -> Reply:
    """Decide what becomes of a goal whose owner has left."""
    each = _bound(request, goal)
    row = each.goal
    below = len(request.store.goals.answering.below(row))
    serving = (Note(Plural("{n} goal serves it.", "{n} goals serve it.", n=below)),) if below else ()
    return Reply(
        show=Card(
            Phrase(
                "{name} has left, and this goal is open", name=Verbatim(request.person(row.subject_id).name)
            ),
            Section(goals.lines(request, each)),
            *serving,
            Button(Phrase("Take it over"), take_over.bind(goal=row.id), style="primary"),
            *((Button(Phrase("Detach and close"), detach_and_close.bind(goal=row.id)),) if below else ()),
            Button(Phrase("Close"), close.bind(goal=row.id)),
            Note(
                Phrase(
                    "Taken over, it is yours from where it stands, with what serves it. Closed, its past stays"
                    " readable, and the owners of what serves it are told. Detached, what serves it serves nothing from"
                    " then on."
                )
            ),
        )
    )


# What becomes of it --------------------------------------------------------------------------------------------------


@feature.button(allow=heirs)
def take_over(request: Request, goal: str) -> Reply:
    """Take over a goal whose owner has left."""
    each = _bound(request, goal)
    row, today = each.goal, request.today
    made = carry(
        request,
        each,
        owner=request.actor.id,
        begins_on=max(row.begins_on, today),
        ends_on=max(row.ends_on, today),
        cycle_id=row.cycle_id,
    )
    told = []
    for child in request.store.goals.answering.below(row):
        told += _served_by_another(request, child, made.goal)
    _end(request, row)
    begun = Phrase("It is yours now: goal {number}.", number=made.goal.number)
    return Reply(
        show=Card(
            begun,
            Section(goals.numbered(made.goal)),
            *(Note(words) for words in made.told()),
            Button(Phrase("Open"), Press("goals.show", {"goal": made.goal.id}), style="primary"),
        ),
        tell=tuple(told),
    )


def _served_by_another(request: Request, child: Goal, above: Goal) -> list[Tell]:
    """What served the old one serves the new one, or is proposed to."""
    store = request.store
    values: dict[str, Any] = {"parent_id": above.id, "aligned": child.aligned}
    if child.aligned != AGREED:
        store.goals.change(child, "proposed", by=request.actor.id, **values)
        asked_for(request, child, above)
        return []
    store.goals.change(child, "agreed", by=request.actor.id, **values, aligned_at=request.now)
    words = Phrase("{name} answers for it now.", name=Verbatim(request.actor.name))
    return _hears(request, child, Phrase("What your goal serves is in other hands"), above, words)


def _hears(request: Request, child: Goal, title: Text, above: Goal, words: Text) -> list[Tell]:
    """The owner of a goal hears what became of the one that it serves; its title only if they see it."""
    to = request.person(child.subject_id)
    if not to.active or to.id == request.actor.id:
        return []
    seen = request.store.goals.may_read(above, to.id)
    card = Card(
        title,
        Section(Phrase("Yours: {title}", title=Verbatim(child.title))),
        *((Section(Phrase("It served: {title}", title=Verbatim(above.title))),) if seen else ()),
        Section(words),
    )
    return [Tell(card, to=to.id, topic=f"goals.left:{child.id}:{child.version}")]


def _end(request: Request, row: Goal) -> None:
    request.store.goals.change(row, "closed", by=request.actor.id, state="closed", closed_at=request.now)
    request.store.goals.answering.decided(row)
    request.store.touch(request.actor.id)


@feature.button(allow=heirs)
def detach_and_close(request: Request, goal: str) -> Reply:
    """Close a goal whose owner has left, and let what serves it serve nothing."""
    row = _bound(request, goal).goal
    told = []
    for child in request.store.goals.answering.below(row):
        request.store.goals.change(
            child, "detached", by=request.actor.id, parent_id="", aligned="", aligned_at=None
        )
        words = Phrase("Its owner has left, and it was closed. Yours serves nothing now.")
        told += _hears(request, child, Phrase("Your goal serves nothing any more"), row, words)
    _end(request, row)
    return Reply(show=_closed(row), tell=tuple(told))


@feature.button(allow=heirs)
def close(request: Request, goal: str) -> Reply:
    """Close a goal whose owner has left."""
    row = _bound(request, goal).goal
    _end(request, row)
    return Reply(show=_closed(row), tell=unanswered(request, row))


def _closed(row: Goal) -> Card:
    return Card(
        Phrase("Closed: {title}", title=Verbatim(row.title)),
        Note(Phrase("Its past stays readable for whoever could read it.")),
    )
