"""Following somebody's goal, and cheering at its steps."""

from __future__ import annotations

from handlers.goals import goal as goals
from handlers.goals.goal import feature, seers
from handlers.goals.listing import opener
from handlers.kit.cards import Button, Card, Note, Part, Section
from handlers.kit.requests import Reacted, Reply, Request, Tell
from handlers.kit.text import Phrase, Plural, Verbatim
from storage.goals import Goal, GoalChange, KeyResult
from storage.goals.echoes import CHEERS, FOLLOWS

FOLLOWED = feature.notice("followed", Phrase("A goal that I follow moves"))
CHEERED = feature.notice("cheered", Phrase("Somebody cheers at a goal of mine"))

# Following -----------------------------------------------------------------------------------------------------------


@feature.button(allow=seers)
def follow(request: Request, goal: str) -> Reply:
    """Follow a goal: hear when it moves."""
    row = goals.bound_goal(request, goal)
    if row.subject_id != request.actor.id:
        request.store.goals.echoes.add(row, request.actor.id, FOLLOWS)
    return Reply(
        keep=True,
        show=Card(
            Phrase("You hear when it moves."),
            Section(Verbatim(row.title)),
            Button(Phrase("Follow no more"), unfollow.bind(goal=row.id)),
            Note(Phrase("Whoever sees the goal may see that you follow it.")),
        ),
    )


@feature.button(allow=seers)
def unfollow(request: Request, goal: str) -> Reply:
    """Follow a goal no more."""
    row = goals.bound_goal(request, goal)
    request.store.goals.echoes.end(row, request.actor.id, FOLLOWS)
    return Reply(keep=True, show=Card(Phrase("You do not follow it any more."), Section(Verbatim(row.title))))


def told(request: Request, goal: Goal, row: KeyResult, change: GoalChange) -> tuple[Tell, ...]:
    """Whoever follows a goal hears that it moved, as far as they still see it."""
    store = request.store
    card = Card(
        Phrase("A goal of {name} moved", name=Verbatim(request.person(goal.subject_id).name)),
        Section(Verbatim(goal.title)),
        Section(goals.result_line(request, row)),
        *((Section(Verbatim(change.note), quoted=True),) if change.note else ()),
        Button(Phrase("Cheer"), cheer.bind(goal=goal.id), style="primary"),
        Button(Phrase("Follow no more"), unfollow.bind(goal=goal.id)),
    )
    return tuple(
        Tell(card, to=each, topic=f"{FOLLOWED}:{change.id}:{each}", notice=FOLLOWED)
        for each in store.goals.echoes.followers(goal.id)
        if each != request.actor.id and request.person(each).active and store.goals.may_read(goal, each)
    )


# Cheering ------------------------------------------------------------------------------------------------------------


@feature.button(allow=seers)
def cheer(request: Request, goal: str) -> Reply:
    """Cheer at the last step of a goal."""
    row = goals.bound_goal(request, goal)
    step = request.store.goals.echoes.last_step(row.id, reader=request.actor.id)
    if row.subject_id == request.actor.id:
        return Reply(keep=True, show=Card(Phrase("It is your own. Let others cheer, and take a bow.")))
    name = Verbatim(request.person(row.subject_id).name)
    if not request.store.goals.echoes.add(row, request.actor.id, CHEERS, change=step.id if step else ""):
        return Reply(keep=True, show=Card(Phrase("You cheered at this step before. Once is heard.")))
    request.store.touch(row.subject_id)
    return Reply(
        keep=True,
        show=Card(Phrase("{name} hears that you cheer.", name=name), Section(Verbatim(row.title))),
        tell=_heard(request, row, step),
    )


def _heard(request: Request, row: Goal, step: GoalChange | None) -> tuple[Tell, ...]:
    if not request.person(row.subject_id).active:
        return ()
    card = Card(
        Phrase("{name} cheers at your goal", name=Verbatim(request.actor.name)),
        Section(Verbatim(row.title)),
        *((Section(Verbatim(step.note), quoted=True),) if step and step.note else ()),
        opener(row),
    )
    topic = f"{CHEERED}:{row.id}:{step.id if step else ''}:{request.actor.id}"
    return (Tell(card, to=row.subject_id, topic=topic, notice=CHEERED),)


@feature.reaction("goal_step")
def reaction(request: Request, change: str, reacted: Reacted) -> Reply:
    """An emoji under a posted step is a cheer; taking it away takes it back."""
    found = request.store.goals.echoes.public_step(change)
    if found is None or found[0].subject_id == request.actor.id:
        return Reply()
    goal, step = found
    echoes = request.store.goals.echoes
    request.store.touch(goal.subject_id)
    if not reacted.added:
        echoes.end(goal, request.actor.id, CHEERS, change=step.id)
        return Reply()
    is_new = echoes.add(goal, request.actor.id, CHEERS, change=step.id)
    return Reply(tell=_heard(request, goal, step) if is_new else ())


# On a goal's card ----------------------------------------------------------------------------------------------------


def parts(request: Request, row: Goal) -> tuple[Part, ...]:
    """How many follow and cheer, and the buttons that do."""
    counts = request.store.goals.echoes.counts(row.id)
    follows, cheers = counts.get(FOLLOWS, 0), counts.get(CHEERS, 0)
    mine = row.subject_id == request.actor.id
    return (
        *((Note(Plural("{n} person follows it.", "{n} people follow it.", n=follows)),) if follows else ()),
        *((Note(Plural("{n} cheer.", "{n} cheers.", n=cheers)),) if cheers else ()),
        *(() if mine or row.state != "open" else _buttons(request, row)),
    )


def _buttons(request: Request, row: Goal) -> tuple[Button, ...]:
    follows = request.store.goals.echoes.follows(row.id, request.actor.id)
    does = (
        Button(Phrase("Follow no more"), unfollow.bind(goal=row.id))
        if follows
        else Button(Phrase("Follow"), follow.bind(goal=row.id))
    )
    return (does, Button(Phrase("Cheer"), cheer.bind(goal=row.id)))
