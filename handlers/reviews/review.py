"""One review: as what it is written, who reads it and when, and who may open its doors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from handlers.kit.access import Rule, readers
from handlers.kit.features import Feature
from handlers.kit.problems import Problem
from handlers.kit.requests import Request
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.reviews import parts
from handlers.reviews.discretion import why_closed
from handlers.reviews.parts import Part
from handlers.reviews.together import Thresholds
from storage.policy import Kind
from storage.reviews import CUSTOMER, MANAGER, PEER, SELF, UPWARD, Duty, Review, ReviewCycle, is_confidential
from storage.store import Store

feature = Feature(
    "reviews",
    title=Phrase("Reviews"),
    intro=Phrase(
        "In a review people write down what was, from evidence, and what comes next. /review shows what you have to"
        " write and what was shared with you; every form says who reads it before you write."
    ),
    closed=why_closed,
)

# Doors ---------------------------------------------------------------------------------------------------------------


def cycle_of(request: Request, args: Mapping[str, Any]) -> ReviewCycle | None:
    """The cycle that a door is bound to."""
    return request.store.reviews.cycles.get(str(args.get("cycle") or ""))


def bound_cycle(request: Request, cycle: str) -> ReviewCycle:
    """The cycle behind a door whose rule has asked for it already."""
    row = request.store.reviews.cycles.get(cycle)
    assert row is not None
    return row


def running_cycle(request: Request, cycle: str) -> ReviewCycle:
    """The cycle behind a door that is for cycles that run. Raises Problem where it does not."""
    row = bound_cycle(request, cycle)
    if row.state != "running":
        raise Problem(Phrase("This cycle does not run."))
    return row


def has_power(store: Store, person_id: str, cycle: ReviewCycle) -> bool:
    """Whether somebody runs a cycle: HR, but for a cycle in which they are reviewed themselves."""
    return store.directory.is_hr(person_id) and not store.reviews.cycles.is_reviewed_in(cycle.id, person_id)


def reports_to(store: Store, person_id: str, subject: str) -> bool:
    """Whether somebody reports to a person, directly or not: in HR they leave to others what concerns that person."""
    return subject in store.directory.line_above(person_id, store.now.date())


def decides(store: Store, person_id: str, cycle: ReviewCycle, *, about: str) -> bool:
    """Whether somebody of HR decides in a cycle what is `about` a person: who runs it, and does not report to them."""
    return has_power(store, person_id, cycle) and not reports_to(store, person_id, about)


def refuse_own_line(request: Request, subject: str, *, question: str = "") -> None:
    """Raise Problem where the actor reports to this person."""
    if reports_to(request.store, request.actor.id, subject):
        name = Verbatim(request.store.directory.named(subject))
        raise Problem(
            Phrase("You report to {name}. Let somebody else in HR do it.", name=name), question=question
        )


def run_by(request: Request, *states: str) -> Iterator[ReviewCycle]:
    """The cycles in one of these states that the actor runs, the newest first."""
    found = request.store.reviews.cycles.in_state(*states)
    return (row for row in found if has_power(request.store, request.actor.id, row))


def _runs(request: Request, args: Mapping[str, Any]) -> bool:
    cycle = cycle_of(request, args)
    return cycle is not None and has_power(request.store, request.actor.id, cycle)


runners = Rule(
    "who runs the cycle",
    _runs,
    Phrase("This is for HR, but not in a cycle in which they are reviewed themselves."),
)


def review_of(request: Request, args: Mapping[str, Any]) -> Review | None:
    """The review that a door is bound to, as far as the actor sees it."""
    return request.store.reviews.get(str(args.get("review") or ""), reader=request.actor.id)


def bound_review(request: Request, review: str) -> Review:
    """The review behind a door whose rule has asked for it already."""
    row = review_of(request, {"review": review})
    assert row is not None
    return row


def _writes(request: Request, args: Mapping[str, Any]) -> bool:
    row = review_of(request, args)
    return row is not None and row.author_id == request.actor.id


writers = Rule("who writes the review", _writes, Phrase("This review is not yours to write, or it is gone."))
seers = Rule(
    "who sees the review",
    lambda request, args: review_of(request, args) is not None,
    Phrase("This review is gone, or you do not see it."),
)

# What is asked -------------------------------------------------------------------------------------------------------


def parts_of(cycle: ReviewCycle, role: str) -> tuple[Part, ...]:
    """What a cycle asks of who writes as this."""
    return parts.asked_of(cycle.parts, role, rated=cycle.is_rated)


def part_of(request: Request, args: Mapping[str, Any]) -> Part | None:
    """The part that a door is bound to."""
    row = review_of(request, args)
    asked = parts_of(bound_cycle(request, row.cycle_id), row.role) if row else ()
    return next((part for part in asked if part.key == args.get("part")), None)


def bound_part(request: Request, review: str, part: str) -> Part:
    """The part behind a door. Raises Problem where it is asked no more."""
    found = part_of(request, {"review": review, "part": part})
    if found is None:
        raise Problem(Phrase("This is not asked any more."))
    return found


# How it reads --------------------------------------------------------------------------------------------------------


def called(store: Store, review: Review | Duty, reader: str) -> Text:
    """What a review is called, for its reader."""
    name = Verbatim(store.directory.named(review.subject_id))
    mine = review.author_id == reader
    if review.role == SELF:
        return Phrase("Your self-review") if mine else Phrase("Self-review of {name}", name=name)
    if review.role == UPWARD:
        return Phrase("Review of your manager {name}", name=name)
    if review.role == PEER:
        return Phrase("Review of your colleague {name}", name=name) if mine else _by(store, review)
    if review.role == MANAGER:
        return Phrase("Review of {name}, who reports to you", name=name) if mine else _by(store, review)
    assert review.role == CUSTOMER
    if isinstance(review, Review) and review.guest:
        return Phrase("Review by {name}, a customer", name=Verbatim(review.guest))
    return Phrase("Review by a customer")


def titled(request: Request, args: Mapping[str, Any]) -> Text:
    """What stands over the form of a review: whom it is about, and as what one writes."""
    row = review_of(request, args)
    return called(request.store, row, request.actor.id) if row else Phrase("Write a review")


def _by(store: Store, review: Review | Duty) -> Text:
    return Phrase("Review by {name}", name=Verbatim(store.directory.named(review.author_id)))


def audience(request: Request, cycle: ReviewCycle, review: Review | Duty) -> Text:
    """Who reads what somebody writes in a review, and when."""
    subject = request.person(review.subject_id)
    name = Verbatim(subject.name)
    if cycle.is_test:
        return Phrase("A test: seen by you, and by nobody else.")
    if is_confidential(review.role, cycle.peers):
        return _confidential(cycle, name)
    if review.role == SELF:
        return readers(Kind.REVIEW_SELF, request, subject=subject)
    kind = Kind.REVIEW_MANAGER_RELEASED if review.role == MANAGER else Kind.REVIEW_PEER_RELEASED
    return Phrase(
        "{who} {name} reads it when it is shared with them, not before.",
        who=readers(kind, request, subject=subject),
        name=name,
    )


def _confidential(cycle: ReviewCycle, name: Text) -> Text:
    least = Thresholds.of(cycle)
    return Phrase(
        "Confidential. {name}, the managers above and HR see it only together with what others wrote, shuffled and"
        " without names, once, when sharing begins: from {group} people on whether points lean up or down, from {score}"
        " how they spread, from {words} the words. Where fewer wrote, yours counts together with answers about others"
        " who report to the same manager, or for nothing. Nobody reads yours alone. How you write can give you away.",
        name=name,
        group=least.group,
        score=least.score,
        words=least.comment,
    )
