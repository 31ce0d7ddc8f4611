"""What the manager says all in all is the proposed rating, from the moment at which they hand in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.kit.problems import Problem
from handlers.kit.text import Phrase
from handlers.reviews.parts import points_name
from handlers.reviews.results import overall_of
from storage.reviews import MANAGER, PHASES, Review, ReviewCycle, ReviewResult
from storage.store import Store


def propose(store: Store, cycle: ReviewCycle, row: Review, answers: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep the proposed rating. Raises Problem where they proposed another one before and calibration has begun: then
    it changes only in a session, with a reason."""
    if row.role != MANAGER or not cycle.is_rated:
        return
    part = overall_of(cycle)
    points = answers.get(part.key, {}).get("points") if part else None
    result = store.reviews.results.for_the_clock(cycle.id, row.subject_id)
    if part is None or result is None or _other_proposes(store, cycle, row, result):
        return
    before = (result.proposed or {}).get("points")
    is_theirs = store.reviews.results.proposer(result, part.key) == row.author_id
    if before and before != points and is_theirs and _is_calibrated(store, cycle, result.id):
        raise Problem(
            Phrase(
                "Calibration has begun, so “{title}” stays at {n}. Ask in the session to change it; the rest of your"
                " review can still be changed.",
                title=part.title,
                n=before,
            ),
            question=points_name(part),
        )
    if points and points != before:
        store.reviews.results.propose(result, points)


def _other_proposes(store: Store, cycle: ReviewCycle, row: Review, result: ReviewResult) -> bool:
    """Whether, of two managers who both write, it is the other one who answers for the result and has handed in: their
    points are the proposal, and those of this one stand beside it."""
    if row.author_id == result.author_id:
        return False
    theirs = store.reviews.duties(
        cycle.id, subject=row.subject_id, author=result.author_id or "", role=MANAGER
    )
    return any(duty.state == "submitted" and duty.author_id == result.author_id for duty in theirs)


def _is_calibrated(store: Store, cycle: ReviewCycle, result_id: str) -> bool:
    late = PHASES.index(cycle.phase) >= PHASES.index("calibrate")
    return late or store.reviews.results.is_changed(result_id)
