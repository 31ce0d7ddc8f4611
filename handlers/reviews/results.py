"""One result: who sees it, whose it is to share, whom it is about, and how its rating reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from handlers.kit.access import Rule
from handlers.kit.cards import Fact
from handlers.kit.forms import Choice, Option, Question
from handlers.kit.requests import Request
from handlers.kit.text import Phrase, Text
from handlers.reviews.parts import OVERALL, Part, line
from handlers.reviews.parts import read as read_part
from storage.people import Person
from storage.policy import Right, may
from storage.reviews import ReviewCycle, ReviewResult
from storage.store import Store

APPEAL = timedelta(days=14)
"""So long after a result is final whom it is about may appeal against it."""

APPEALED = Phrase("You have appealed already; it is not answered yet.")
APPEAL_ANSWERED = Phrase("Your appeal was answered: one appeal is decided once. You read why in the result.")

DIFFERS = Phrase(
    "Words that were erased on request differ too. Whatever it is, ask HR: the audit log says who changed what."
)
"""What stands below a result that is not what was made final any more."""


def appeal_is_over(ends: datetime) -> Text:
    """What is said after the last moment for an appeal."""
    return Phrase("The time for an appeal ended on {day}. Talk to HR.", day=ends)


def result_of(request: Request, args: Mapping[str, Any]) -> ReviewResult | None:
    """The result that a door is bound to, as far as the actor sees it."""
    return request.store.reviews.results.get(str(args.get("result") or ""), reader=request.actor.id)


def bound_result(request: Request, result: str) -> ReviewResult:
    """The result behind a door whose rule has asked for it already."""
    row = result_of(request, {"result": result})
    assert row is not None
    return row


def leader_of(store: Store, row: ReviewResult) -> Person | None:
    """Who answers for a result now: who was to share it or, where they have left since they did, the nearest manager of
    whom it is about who reads it."""
    directory = store.directory
    author = directory.person(row.author_id or "")
    if row.shared_at is None or (author and author.active):
        return author
    line = (directory.people[each] for each in directory.line_above(row.subject_id, store.now.date()))
    able = (each for each in line if each.active and may(directory, each.id, Right.READ, row, store.now))
    return next(able, None)


def is_leader(request: Request, row: ReviewResult) -> bool:
    """Whether the actor answers for a result."""
    leader = leader_of(request.store, row)
    return leader is not None and leader.id == request.actor.id


def answers_for(request: Request, args: Mapping[str, Any]) -> bool:
    """Whether the actor answers for the result that a door is bound to."""
    row = result_of(request, args)
    return row is not None and is_leader(request, row)


def _is_about(request: Request, args: Mapping[str, Any]) -> bool:
    row = result_of(request, args)
    return row is not None and row.subject_id == request.actor.id


sharers = Rule("who answers for the result", answers_for, Phrase("This result is not yours to share."))
subjects = Rule(
    "whom the result is about", _is_about, Phrase("This is for the person whom the result is about.")
)
seers = Rule(
    "who sees the result",
    lambda request, args: result_of(request, args) is not None,
    Phrase("This result is gone, or you do not see it."),
)


def points_of(cycle: ReviewCycle) -> tuple[Text, ...]:
    """What each point of the one rating means, the lowest first."""
    overall = overall_of(cycle)
    return overall.points if overall else ()


def points_question(cycle: ReviewCycle, label: Text) -> Question:
    """The question for another rating."""
    options = tuple(
        Option(str(number), Phrase("{n} – {point}", n=number, point=point))
        for number, point in enumerate(points_of(cycle), 1)
    )
    return Choice(label, name="points", options=options)


def overall_of(cycle: ReviewCycle) -> Part | None:
    """The part of a cycle whose points are the rating, or None where it has none."""
    parts = cycle.parts if cycle.is_rated else ()
    return next((read_part(part) for part in parts if part["form"] == OVERALL), None)


def proposer_of(store: Store, cycle: ReviewCycle, row: ReviewResult) -> str | None:
    """Who proposed a rating: who answers for the result, or, as long as they give no points, the manager before."""
    overall = overall_of(cycle)
    return store.reviews.results.proposer(row, overall.key) if overall and row.proposed else row.author_id


def rating_line(cycle: ReviewCycle, rating: Any) -> Text:
    """A rating with what it means."""
    points = (rating or {}).get("points")
    overall = overall_of(cycle)
    if not points or overall is None:
        return Phrase("no rating")
    return line(overall, {"points": points})


def rating_fact(cycle: ReviewCycle, row: ReviewResult) -> tuple[Fact, ...]:
    """The rating of a result on a card, where it has one."""
    return (Fact(Phrase("Rating"), rating_line(cycle, row.rating)),) if row.rating else ()


def appeal_ends(row: ReviewResult) -> datetime | None:
    """Until when somebody may appeal; None while the result is not final."""
    return row.finalised_at + APPEAL if row.finalised_at else None
