"""Who sits in a calibration: HR with power, and managers above; none sees themselves, nor to whom they report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handlers.kit.access import Rule
from handlers.kit.cards import Fact, Part
from handlers.kit.requests import Request
from handlers.kit.text import Phrase, Text, Verbatim, names
from handlers.reviews.calibration.figures import Rated
from handlers.reviews.review import bound_cycle, has_power
from storage.people import Person
from storage.reviews import CalibrationSession, ReviewCycle, ReviewResult
from storage.store import Store


def session_of(request: Request, args: Mapping[str, Any]) -> CalibrationSession | None:
    """The session that a door is bound to."""
    return request.store.reviews.calibration.session(str(args.get("session") or ""))


def bound_session(request: Request, session: str) -> tuple[CalibrationSession, ReviewCycle]:
    """The session behind a door whose rule has asked for it already, and its cycle."""
    row = session_of(request, {"session": session})
    assert row is not None
    return row, bound_cycle(request, row.cycle_id)


def may_sit(store: Store, person_id: str, cycle: ReviewCycle, subjects: Sequence[str]) -> bool:
    """Whether somebody may calibrate these people: HR with power in the cycle, or a manager above one of them."""
    return has_power(store, person_id, cycle) or _is_above(store, person_id, subjects)


def _is_above(store: Store, person_id: str, subjects: Sequence[str]) -> bool:
    day = store.now.date()
    return any(person_id in store.directory.line_above(subject, day)[1:] for subject in subjects)


def _sits(request: Request, args: Mapping[str, Any]) -> bool:
    row = session_of(request, args)
    if row is None or row.closed_at or request.actor.id not in row.members:
        return False
    store, me = request.store, request.actor.id
    cycle = store.reviews.cycles.get(row.cycle_id)
    return (
        cycle is not None
        and cycle.phase == "calibrate"
        and (has_power(store, me, cycle) or _is_above(store, me, subjects_of(store, row)))
    )


sitters = Rule(
    "who calibrates, while it is open",
    _sits,
    Phrase("This session is over, or it is not yours: it is for those who calibrate in it."),
)


def subjects_of(store: Store, row: CalibrationSession) -> tuple[str, ...]:
    """The ids of those whom a session is about."""
    found = store.reviews.cycles.subjects(row.cycle_id)
    return tuple(each for each in found if _is_in(store.directory.person(each), row.unit))


def _is_in(person: Person | None, unit: str) -> bool:
    return person is not None and (not unit or unit in (person.team, person.department))


def results_for(request: Request, row: CalibrationSession) -> list[ReviewResult]:
    """The results that somebody in a session sees: never their own, nor those of whom they report to."""
    out = _not_theirs(request)
    subjects = [each for each in subjects_of(request.store, row) if each not in out]
    found = request.store.reviews.results.in_cycle(row.cycle_id, reader=request.actor.id, subjects=subjects)
    return sorted(found, key=lambda each: request.store.directory.named(each.subject_id))


def result_in(request: Request, row: CalibrationSession, result_id: str) -> ReviewResult | None:
    """One of these, or None: the others are neither read nor noted as opened."""
    found = request.store.reviews.results.get(result_id, reader=request.actor.id)
    if (
        found is None
        or found.out_at
        or found.cycle_id != row.cycle_id
        or found.subject_id in _not_theirs(request)
    ):
        return None
    return found if _is_in(request.store.directory.person(found.subject_id), row.unit) else None


def _not_theirs(request: Request) -> set[str]:
    """Whom nobody calibrates: themselves, and to whom they report."""
    me = request.actor.id
    return {me, *request.store.directory.line_above(me, request.now.date())}


def rated_in(request: Request, row: CalibrationSession) -> list[Rated]:
    """Who has a rating in a session, as far as its reader sees them."""
    shown = [each for each in results_for(request, row) if each.rating and each.rating.get("points")]
    people = {each.subject_id: request.person(each.subject_id) for each in shown}
    judged = request.store.reviews.calibration.potentials(row.cycle_id, people, reader=request.actor.id)
    return [
        Rated(
            each.subject_id,
            people[each.subject_id].name,
            people[each.subject_id].team,
            each.rating["points"],
            judged.get(each.subject_id),
        )
        for each in shown
    ]


def facts(request: Request, cycle: ReviewCycle, row: CalibrationSession) -> tuple[Part, ...]:
    members = names(request.store.directory.named(each) for each in row.members)
    return (
        Fact(Phrase("Cycle"), Verbatim(cycle.name)),
        Fact(Phrase("For"), unit_name(row)),
        Fact(Phrase("Who calibrates"), members),
    )


def unit_name(row: CalibrationSession) -> Text:
    """What a session is for."""
    return Verbatim(row.unit) if row.unit else Phrase("Everybody in the cycle")
