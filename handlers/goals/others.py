"""The goals of others: those of a colleague, and those that somebody follows."""

from __future__ import annotations

from typing import Annotated

from handlers.goals import goal as goals
from handlers.goals.goal import feature
from handlers.kit.access import everyone
from handlers.kit.cards import Button, Card, Note, Press, Section
from handlers.kit.forms import Colleague
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Plural, Verbatim
from storage.people import Person

MOST = 12
"""Goals on one card; the rest is counted."""


@feature.command("goals following", allow=everyone, also=("目标 关注", "关注的目标"), examples=("",))
def following(request: Request) -> Reply:
    """Show the goals that I follow."""
    rows = request.store.goals.echoes.followed_by(request.actor.id)
    none = Section(Phrase("You follow none. Open a goal that you see, and press Follow."))
    rest = len(rows) - MOST
    return Reply(
        show=Card(
            Phrase("The goals that you follow"),
            *(
                Section(
                    Phrase(
                        "{name}: {goal}",
                        name=Verbatim(request.person(each.goal.subject_id).name),
                        goal=goals.headline(each),
                    ),
                    button=Button(Phrase("Open"), Press("goals.show", {"goal": each.goal.id})),
                )
                for each in goals.standing(request, rows[:MOST])
            ),
            *(() if rows else (none,)),
            *((Note(Plural("And {n} more goal.", "And {n} more goals.", n=rest)),) if rest > 0 else ()),
        )
    )


@feature.command(
    "goals of",
    allow=everyone,
    also=("目标 看", "看目标"),
    examples=("@ben",),
    seen_by=Phrase("Nobody is told that you look."),
)
def of(request: Request, whose: Annotated[Person, Colleague(Phrase("Whose goals?"), yourself=True)]) -> Reply:
    """Show the goals of a colleague, as far as I may see them."""
    rows = request.store.goals.of(whose.id, reader=request.actor.id)
    rest = len(rows) - MOST
    return Reply(
        show=Card(
            Phrase("The goals of {name}", name=Verbatim(whose.name)),
            *(
                Section(
                    goals.headline(each),
                    button=Button(Phrase("Open"), Press("goals.show", {"goal": each.goal.id})),
                )
                for each in goals.standing(request, rows[:MOST])
            ),
            *(() if rows else (Section(Phrase("None yet that you see.")),)),
            *((Note(Plural("And {n} more goal.", "And {n} more goals.", n=rest)),) if rest > 0 else ()),
        )
    )
