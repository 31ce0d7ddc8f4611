"""A step of a goal that everybody sees, posted in a channel after a preview, and taken back where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from handlers.goals import goal as goals
from handlers.goals.goal import changers, feature
from handlers.kit.access import Rule
from handlers.kit.cards import Button, Card, Menu, Note, Part, Section
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Text, Verbatim, platform_name
from storage.goals import Goal, GoalChange, KeyResult
from storage.goals.echoes import POSTED
from storage.policy import Kind
from storage.tables import Place

STANDS = timedelta(days=30)
"""For how long it is tried to change a post where it stands."""
MOST = 20
"""Channels in the menu."""


def _may_post(request: Request, args: Mapping[str, Any]) -> bool:
    goal = goals.goal_of(request, args)
    return goal is not None and goal.kind == Kind.GOAL_COMPANY and changers.check(request, args)


posters = Rule(
    "who may change a goal that everybody sees",
    _may_post,
    Phrase("Only a goal that everybody in the company sees can be posted, and only by its owner."),
)


def button(goal: Goal, row: KeyResult, change: GoalChange) -> tuple[Button, ...]:
    """The way to a post, for what everybody may see."""
    if goal.kind != Kind.GOAL_COMPANY:
        return ()
    return (Button(Phrase("Post it"), preview.bind(result=row.id, change=change.id)),)


@feature.button(allow=posters)
def preview(request: Request, result: str, change: str) -> Reply:
    """See how this step would be posted, and where."""
    row, step = _step(request, result, change)
    likely = request.store.kudos.likely_place(request.platform, request.actor.team)
    places = request.store.kudos.places()
    if likely is None and not places:
        raise Problem(Phrase("I know no channel to post in yet. Invite me to one, and say something there."))
    chosen = likely or places[0]
    others = [place for place in places if place.id != chosen.id][:MOST]
    args = {"result": row.id, "change": step.id}
    more = tuple(Button(channel(place), post.bind(place=place.id, **args)) for place in others)
    return Reply(
        show=Card(
            Phrase("Preview: everybody in {channel} will read this", channel=channel(chosen)),
            *_posted(request, row, step),
            Button(
                Phrase("Post it in {channel}", channel=channel(chosen)),
                post.bind(place=chosen.id, **args),
                style="primary",
            ),
            *((Menu(Phrase("Post it in another channel"), more),) if more else ()),
            Note(
                Phrase(
                    "Posted on {platform}. Emojis under it count as cheers.",
                    platform=platform_name(chosen.platform),
                )
            ),
        )
    )


def _step(request: Request, result: str, change: str) -> tuple[KeyResult, GoalChange]:
    row = goals.bound_result(request, result)
    step = request.store.goals.newest([row], reader=request.actor.id).get(row.id)
    if step is None or step.id != change or step.act != "moved":
        raise Problem(Phrase("Something was said about it since. Post that instead."))
    return row, step


def channel(place: Place) -> Text:
    """How a channel is called."""
    return Verbatim(f"#{place.name.lstrip('#')}" if place.name else place.external_id)


def _posted(request: Request, row: KeyResult, step: GoalChange) -> tuple[Part, ...]:
    goal = goals.goal_of(request, {"result": row.id})
    assert goal is not None  # the door asked
    words = {"name": Verbatim(request.person(goal.subject_id).name), "title": Verbatim(goal.title)}
    return (
        Section(Phrase("{name}: {title}", **words)),
        Section(goals.result_line(request, row)),
        *((Section(Verbatim(step.note), quoted=True),) if step.note else ()),
    )


@feature.button(allow=posters)
def post(request: Request, result: str, change: str, place: str) -> Reply:
    """Post this step of the goal in a channel."""
    row, step = _step(request, result, change)
    found = request.store.kudos.place(place)
    if found is None:
        raise Problem(Phrase("I was removed from this channel. Pick another one."))
    goal = goals.bound_goal(request, row.goal_id)
    if not request.store.goals.echoes.add(goal, request.actor.id, POSTED, change=step.id, place=found.id):
        return Reply(show=Card(Phrase("It was posted there before, once. Nothing was posted again.")))
    about = f"goal_step:{step.id}"
    card = Card(Phrase("A step forward"), *_posted(request, row, step))
    return Reply(
        show=Card(
            Phrase("Posted in {channel}.", channel=channel(found)),
            Note(Phrase("If you undo the update, the post says so where it stands.")),
        ),
        tell=(Tell(card, place=found.id, topic=f"{about}:{found.id}", about=about, unclear="reconcile"),),
    )


def taken_back(request: Request, change: GoalChange) -> tuple[Tell, ...]:
    """Where a step that is undone was posted, it says so now."""
    about = f"goal_step:{change.id}"
    card = Card(Phrase("{name} took an update back that stood here.", name=Verbatim(request.actor.name)))
    return tuple(
        Tell(
            card,
            place=each.place_id,
            over=about,
            topic=f"{about}:{each.place_id}:back",
            unclear="reconcile",
            lives=STANDS,
        )
        for each in request.store.goals.echoes.posted_in([change.id])
    )
