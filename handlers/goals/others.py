"""The goals of others: those of a colleague, and those that somebody follows."""

from __future__ import annotations

from typing import Annotated

from handlers.goals import goal as goals
from handlers.goals.goal import Standing, feature
from handlers.goals.listing import listed
from handlers.kit.access import everyone
from handlers.kit.cards import Card, Section
from handlers.kit.forms import Colleague
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text, Verbatim
from storage.people import Person


@feature.command("goals following", allow=everyone, also=("目标 关注", "关注的目标"), examples=("",))
def following(request: Request) -> Reply:
    """Show the goals that I follow."""
    rows = request.store.goals.echoes.followed_by(request.actor.id)
    none = Section(Phrase("You follow none. Open a goal that you see, and press Follow."))
    return Reply(
        show=Card(
            Phrase("The goals that you follow"),
            *listed(request, rows, lambda each: _of_whom(request, each)),
            *(() if rows else (none,)),
        )
    )


def _of_whom(request: Request, each: Standing) -> Text:
    name = Verbatim(request.person(each.goal.subject_id).name)
    return Phrase("{name}: {goal}", name=name, goal=goals.headline(each))


@feature.command(
    "goals of",
    allow=everyone,
    also=("目标 看", "看目标"),
    title=Phrase("Goals of a colleague"),
    examples=("@ben",),
    seen_by=Phrase("Nobody is told that you look."),
)
def of(request: Request, whose: Annotated[Person, Colleague(Phrase("Whose goals?"), yourself=True)]) -> Reply:
    """Show the goals of a colleague, as far as I may see them."""
    rows = request.store.goals.of(whose.id, reader=request.actor.id)
    return Reply(
        show=Card(
            Phrase("The goals of {name}", name=Verbatim(whose.name)),
            *listed(request, rows),
            *(() if rows else (Section(Phrase("None yet that you see.")),)),
        )
    )
