"""A goal of one's own, opened by its number, and what changed about it."""

from __future__ import annotations

from typing import Annotated

from handlers.goals.goal import feature, seers
from handlers.goals.overview import history, show
from handlers.goals.picking import allow, my_goals, no_goal
from handlers.kit.access import everyone
from handlers.kit.forms import Choice
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase

Which = Annotated[str, Choice(Phrase("Which goal of yours?"), options=my_goals, missing=no_goal)]


@feature.command(
    "goals show",
    allow=everyone,
    also=("目标 查看", "goals open"),
    examples=("1",),
    seen_by=Phrase("Seen by you alone."),
)
def look(request: Request, which: Which) -> Reply:
    """Open a goal of yours, by its number."""
    allow(request, seers, question="which", goal=which)
    return show.handler(request, which)


@feature.command(
    "goals history",
    allow=everyone,
    also=("目标 历史",),
    examples=("1",),
    seen_by=Phrase("Seen by you alone."),
)
def past(request: Request, which: Which) -> Reply:
    """Show everything that changed about a goal of yours."""
    allow(request, seers, question="which", goal=which)
    return history.handler(request, which)
