"""What a goal serves: its owner proposes one above it, the owner of that one agrees, and both goals say so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from handlers.goals import goal as goals
from handlers.goals.alignment.offering import NONE_ABOVE, RANK, Parent, owner_text
from handlers.goals.goal import changers, feature, goal_of
from handlers.goals.picking import allow, my_goals, no_goal
from handlers.kit.access import Rule, everyone
from handlers.kit.cards import Button, Card, Note, Section
from handlers.kit.forms import Choice, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.kit.values import dump
from storage.goals import Goal

PROPOSED, AGREED = "proposed", "agreed"

# Who may -------------------------------------------------------------------------------------------------------------


def _owns(request: Request, args: Mapping[str, Any]) -> bool:
    row = goal_of(request, args)
    return row is not None and row.subject_id == request.actor.id


def is_asked(request: Request, args: Mapping[str, Any]) -> bool:
    """Whether the asker owes an answer to this proposal."""
    row = goal_of(request, args)
    if row is None or (row.parent_id, row.aligned) != (str(args.get("parent", "")), PROPOSED):
        return False
    return _owns(request, {"goal": row.parent_id})


owners = Rule("whose goal it is", _owns, Phrase("Only whoever answers for a goal says what it serves."))
asked = Rule(
    "who answers for the goal to be served",
    is_asked,
    Phrase("This proposal is over: it was answered, taken back or changed."),
)

# Proposing -----------------------------------------------------------------------------------------------------------


@feature.command(
    "goals align",
    allow=everyone,
    also=("目标 对齐", "目标对齐", "对齐目标"),
    examples=("1",),
    seen_by=Phrase("Seen by whoever sees the goal."),
    title=Phrase("What your goal serves"),
)
def align(
    request: Request,
    which: Annotated[str, Choice(Phrase("Which goal of yours?"), options=my_goals, missing=no_goal)],
    parent: Parent,
) -> Reply:
    """Say which goal above it a goal of yours serves."""
    allow(request, owners, question="which", goal=which)
    return _proposed(request, which, parent)


def _refuse_ended(request: Request, args: Mapping[str, Any]) -> None:
    if goals.bound_goal(request, args["goal"]).state != "open":
        raise Problem(Phrase("This goal has ended. Open it again, then say what it serves."))


@feature.button(
    allow=owners, seen_by=goals.audience, title=Phrase("What your goal serves"), over=_refuse_ended
)
def propose(request: Request, goal: str, parent: Parent) -> Reply:
    """Say which goal above it this goal serves."""
    return _proposed(request, goal, parent)


def _proposed(request: Request, goal: str, parent: str) -> Reply:
    row = goals.bound_goal(request, goal)
    if not parent:
        raise Problem(NONE_ABOVE)
    above = request.store.goals.get(parent, reader=request.actor.id)
    if above is None or above.state != "open" or row.state != "open":
        raise Problem(Phrase("One of the two goals has ended. Look at your goals again."), question="parent")
    _refuse_circle(request, row, above)
    _refuse_beside(request, row, above)
    _refuse_unseen(request, row, above)
    if (row.parent_id, row.aligned) == (above.id, AGREED):
        return Reply(show=_stands(request, row, above, Phrase("It serves this goal already.")))
    if above.subject_id == request.actor.id:
        _agreed(request, row, above)
        return Reply(show=_stands(request, row, above, Phrase("Both goals are yours: it is agreed.")))
    request.store.goals.change(row, "proposed", by=request.actor.id, parent_id=above.id, aligned=PROPOSED)
    asked_for(request, row, above)
    request.store.touch(row.subject_id, above.subject_id)
    asks = Phrase("Proposed to {name}. You hear of the answer.", name=owner_text(request, above))
    return Reply(show=_stands(request, row, above, asks), tell=(_asks(request, row, above),))


def asked_for(request: Request, row: Goal, above: Goal) -> None:
    """The owner of a goal owes an answer whether this one serves it."""
    title = Phrase(
        "Answer {name}: does “{title}” serve your goal “{parent}”?",
        name=owner_text(request, row),
        title=Verbatim(row.title),
        parent=Verbatim(above.title),
    )
    request.store.goals.answering.ask(row, above.subject_id, title=dump(title))


def _refuse_circle(request: Request, row: Goal, above: Goal) -> None:
    if row.id in (above.id, *request.store.goals.serving.above(above.id)):
        raise Problem(
            Phrase(
                "“{parent}” serves “{title}” itself, directly or by way of others. Two goals cannot serve each other.",
                parent=Verbatim(above.title),
                title=Verbatim(row.title),
            ),
            question="parent",
        )


def _refuse_beside(request: Request, row: Goal, above: Goal) -> None:
    leads = above.subject_id in request.store.directory.line_above(row.subject_id, request.now.date())
    if RANK[above.level] < RANK[row.level] or (leads and RANK[above.level] <= RANK[row.level]):
        return
    raise Problem(
        Phrase("A goal serves one that stands above it: a manager's, the team's or the company's."),
        question="parent",
    )


def _refuse_unseen(request: Request, row: Goal, above: Goal) -> None:
    """Nobody is told of a goal that they may not see."""
    if not request.store.goals.may_read(row, above.subject_id):
        raise Problem(
            Phrase(
                "{name} does not see your goal, so they cannot agree. Change who sees it first.",
                name=owner_text(request, above),
            ),
            question="parent",
        )


def _asks(request: Request, row: Goal, above: Goal) -> Tell:
    card = _question(request, row, above)
    return Tell(card, to=above.subject_id, topic=f"goals.align:{row.id}:{row.version}")


def _question(request: Request, row: Goal, above: Goal) -> Card:
    args = {"goal": row.id, "parent": above.id}
    return Card(
        Phrase("{name} proposes that a goal of theirs serves yours", name=owner_text(request, row)),
        Section(Phrase("Theirs: {title}", title=Verbatim(row.title))),
        Section(Phrase("Yours: {title}", title=Verbatim(above.title))),
        Button(Phrase("Agree"), agree.bind(**args), style="primary"),
        Button(Phrase("Decline"), decline.bind(**args)),
        Note(Phrase("When you change your goal, they are shown what changed.")),
    )


def _stands(request: Request, row: Goal, above: Goal, title: Text) -> Card:
    return Card(
        title,
        Section(Verbatim(row.title)),
        Section(serves(request, row, above)),
        Button(Phrase("Detach"), detach.bind(goal=row.id, parent=above.id)),
        Note(goals.audience(request, {"goal": row.id})),
    )


@feature.button(allow=asked, seen_done=True)
def answer_proposal(request: Request, goal: str, parent: str) -> Reply:
    """Say whether a goal serves mine."""
    row, above = goals.bound_goal(request, goal), goals.bound_goal(request, parent)
    return Reply(show=_question(request, row, above))


# Answering -----------------------------------------------------------------------------------------------------------


@feature.button(allow=asked)
def agree(request: Request, goal: str, parent: str) -> Reply:
    """Agree that a goal serves mine."""
    row, above = goals.bound_goal(request, goal), goals.bound_goal(request, parent)
    _refuse_circle(request, row, above)
    _agreed(request, row, above)
    told = Card(
        Phrase("{name} agrees", name=Verbatim(request.actor.name)),
        Section(Verbatim(row.title)),
        Section(serves(request, row, above)),
    )
    return Reply(
        show=Card(Phrase("Agreed."), Section(Verbatim(row.title)), Section(serves(request, row, above))),
        tell=_owner_hears(request, row, told),
    )


def _agreed(request: Request, row: Goal, above: Goal) -> None:
    """From now on its owner is shown how the other changes."""
    values: dict[str, Any] = {"parent_id": above.id, "aligned": AGREED, "aligned_at": request.now}
    request.store.goals.change(row, "agreed", by=request.actor.id, **values)
    request.store.touch(row.subject_id, above.subject_id)


Reason = Annotated[str, Words(Phrase("Why not?"), longest=1000)]


@feature.button(allow=asked, seen_by=goals.audience, title=Phrase("Decline the proposal"))
def decline(request: Request, goal: str, parent: str, reason: Reason) -> Reply:
    """Decline that a goal serves mine, with a reason."""
    row, above = goals.bound_goal(request, goal), goals.bound_goal(request, parent)
    request.store.goals.change(
        row, "declined", by=request.actor.id, note=reason, parent_id="", aligned="", aligned_at=None
    )
    request.store.touch(row.subject_id, above.subject_id)
    told = Card(
        Phrase("{name} does not agree", name=Verbatim(request.actor.name)),
        Section(
            Phrase(
                "“{title}” does not serve “{parent}”.",
                title=Verbatim(row.title),
                parent=Verbatim(above.title),
            )
        ),
        Section(Verbatim(reason), quoted=True),
        Button(Phrase("Choose another"), propose.bind(goal=row.id)),
    )
    return Reply(
        show=Card(
            Phrase("Declined. {name} is told why.", name=owner_text(request, row)),
            Section(Verbatim(reason), quoted=True),
        ),
        tell=_owner_hears(request, row, told),
    )


def _owner_hears(request: Request, row: Goal, card: Card) -> tuple[Tell, ...]:
    if row.subject_id == request.actor.id or not request.person(row.subject_id).active:
        return ()
    return (Tell(card, to=row.subject_id, topic=f"goals.aligned:{row.id}:{row.version}"),)


def unanswered(request: Request, above: Goal) -> tuple[Tell, ...]:
    """A goal ends: what was proposed to serve it waits for no answer any more, and whoever proposed it hears."""
    told: list[Tell] = []
    for row in request.store.goals.answering.below(above):
        if row.aligned != PROPOSED:
            continue
        request.store.goals.change(
            row, "declined", by=request.actor.id, parent_id="", aligned="", aligned_at=None
        )
        words = {"title": Verbatim(above.title), "name": owner_text(request, above)}
        seen = request.store.goals.may_read(above, row.subject_id)
        card = Card(
            Phrase("What your goal was to serve has ended"),
            Section(Phrase("Yours: {title}", title=Verbatim(row.title))),
            *((Section(Phrase("It was to serve: {title} ({name})", **words)),) if seen else ()),
            Button(Phrase("Choose another"), propose.bind(goal=row.id)),
        )
        told += _owner_hears(request, row, card)
    return tuple(told)


# Detaching -----------------------------------------------------------------------------------------------------------


@feature.button(allow=changers, over=_refuse_ended)
def detach(request: Request, goal: str, parent: str = "") -> Reply:
    """Let a goal serve nothing."""
    row = goals.bound_goal(request, goal)
    if not row.parent_id:
        return Reply(show=Card(Phrase("It serves nothing, as before."), Section(Verbatim(row.title))))
    above, was_agreed = request.store.goals.get(row.parent_id, reader=request.actor.id), row.aligned == AGREED
    if row.parent_id != parent:
        return Reply(show=_serves_another(request, row, above))
    request.store.goals.change(
        row, "detached", by=request.actor.id, parent_id="", aligned="", aligned_at=None
    )
    request.store.touch(row.subject_id)
    return Reply(
        show=Card(
            Phrase("Detached: it serves nothing now."),
            Section(Verbatim(row.title)),
            *(
                (Button(Phrase("Align"), propose.bind(goal=row.id)),)
                if _owns(request, {"goal": goal})
                else ()
            ),
        ),
        tell=_above_hears(request, row, above) if above and was_agreed else (),
    )


def _serves_another(request: Request, row: Goal, above: Goal | None) -> Card:
    """What an old card offers to let go of is let go of already."""
    said = Phrase("It serves another goal by now. Nothing was changed.")
    return _stands(request, row, above, said) if above else Card(said, Section(Verbatim(row.title)))


def _above_hears(request: Request, row: Goal, above: Goal) -> tuple[Tell, ...]:
    """Whoever had agreed hears that it is over, unless they do not see the goal any more."""
    store, to = request.store, above.subject_id
    if to == request.actor.id or not request.person(to).active or not store.goals.may_read(row, to):
        return ()
    card = Card(
        Phrase("A goal of {name} does not serve yours any more", name=owner_text(request, row)),
        Section(Phrase("Theirs: {title}", title=Verbatim(row.title))),
        Section(Phrase("Yours: {title}", title=Verbatim(above.title))),
    )
    return (Tell(card, to=to, topic=f"goals.detached:{row.id}:{row.version}"),)


# How it stands on both -----------------------------------------------------------------------------------------------


def serves(request: Request, row: Goal, above: Goal) -> Text:
    """What a goal serves, agreed or not yet."""
    words = {"title": Verbatim(above.title), "name": owner_text(request, above)}
    if row.aligned == PROPOSED:
        return Phrase("Would serve: {title} ({name}), not agreed yet", **words)
    if above.state != "open":
        return Phrase("Served: {title} ({name}), which has ended", **words)
    return Phrase("Serves: {title} ({name})", **words)
