"""A goal of one's own, opened by its number, and what changed about it."""

from __future__ import annotations

from typing import Annotated

from handlers.goals.goal import feature, seers
from handlers.goals.overview import history, show
from handlers.goals.overview import why as explain
from handlers.goals.picking import allow, my_goals, no_goal
from handlers.kit.access import everyone
from handlers.kit.forms import Choice
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase

Which = Annotated[str, Choice(Phrase("Which goal of yours?"), options=my_goals, missing=no_goal)]


@feature.command(
    "goals show",
    allow=everyone,
    also=("目标 查看", "目标 结束", "goals open", "goals end", "goals close", "goals delete"),
    title=Phrase("Open a goal"),
    examples=("1",),
    seen_by=Phrase("Seen by you alone."),
)
def look(request: Request, which: Which) -> Reply:
    """Open a goal of yours, by its number: to change it, end it, or see what is behind it."""
    allow(request, seers, question="which", goal=which)
    return show.handler(request, which)


@feature.command(
    "goals why",
    allow=everyone,
    also=("目标 为什么",),
    title=Phrase("Why this number?"),
    examples=("1",),
    seen_by=Phrase("Seen by you alone."),
)
def reasons(request: Request, which: Which) -> Reply:
    """Show where the number of a goal of yours comes from."""
    allow(request, seers, question="which", goal=which)
    return explain.handler(request, which)


@feature.command(
    "goals history",
    allow=everyone,
    also=("目标 历史",),
    title=Phrase("What changed"),
    examples=("1",),
    seen_by=Phrase("Seen by you alone."),
)
def past(request: Request, which: Which) -> Reply:
    """Show everything that changed about a goal of yours."""
    allow(request, seers, question="which", goal=which)
    return history.handler(request, which)
