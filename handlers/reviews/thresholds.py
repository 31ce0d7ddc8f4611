"""From how many people on something confidential is shown: HR sets it in the plan, before a cycle is launched."""

from __future__ import annotations

from typing import Annotated

from handlers.kit.forms import Number
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase
from handlers.reviews.launching import plan_card, prepared
from handlers.reviews.review import feature, runners
from handlers.reviews.together import FLOOR, Thresholds

MOST = 100


def _people(label: Phrase) -> Number:
    return Number(label, low=FLOOR, high=MOST)


Group = Annotated[int, _people(Phrase("From how many people on may it be said where points lean?"))]
Score = Annotated[int, _people(Phrase("From how many people on may be shown how points spread?"))]
Comment = Annotated[int, _people(Phrase("From how many people on may words be shown?"))]


@feature.button(allow=runners)
def edit_thresholds(request: Request, cycle: str) -> Reply:
    """Change from how many people on something is shown of what is written in confidence."""
    row = prepared(request, cycle)
    now = Thresholds.of(row)
    given = {"group": str(now.group), "score": str(now.score), "comment": str(now.comment)}
    return Reply(ask=set_thresholds.bind(cycle=row.id), given=given)


@feature.button(
    allow=runners,
    seen_by=Phrase("Seen by HR, and before the first question by whoever writes in confidence."),
    title=Phrase("How many make a group"),
    over=lambda request, args: prepared(request, args["cycle"]),
)
def set_thresholds(request: Request, cycle: str, group: Group, score: Score, comment: Comment) -> Reply:
    """Set from how many people on something is shown. From the launch on it stays as it is."""
    row = prepared(request, cycle)
    for name, number in (("score", score), ("comment", comment)):
        if number < group:
            raise Problem(
                Phrase("This shows more than where points lean; it needs {n} people at least.", n=group),
                question=name,
            )
    request.store.reviews.cycles.change(row, "planned", k_group=group, k_score=score, k_comment=comment)
    return Reply(show=plan_card(request, row, Phrase("Changed. Nobody has heard of it yet.")))
