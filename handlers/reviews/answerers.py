"""Who answers an appeal: somebody who had no part in the rating, and is here to do it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import timedelta

from handlers.kit.calendar import local_day
from handlers.reviews.review import has_power
from storage.objections import Objection
from storage.people import Person
from storage.policy import Right, may
from storage.reviews import MANAGER, ReviewCycle
from storage.store import Store

PATIENCE = timedelta(days=3)
"""Who is away for longer than this from now on is not waited for where somebody else may answer: each who answers reads
what the employee wrote, so nobody else does for the sake of a day."""


def who_answers(store: Store, cycle: ReviewCycle, subject: str) -> Person | None:
    """Who answers an appeal: somebody of HR with power in the cycle, else a manager above; never the manager, nor who
    opened or sat in a calibration, nor whose own manager it is about. The first of them who is not away for long."""
    able = _answerers(store, cycle, subject)
    return next((each for each in able if not is_long_away(store, each)), able[0] if able else None)


def is_long_away(store: Store, person: Person) -> bool:
    """Whether somebody is away for longer than an appeal waits for them."""
    today = local_day(store.now, person.zone)
    absence = store.preferences.absence_on(person.id, today)
    return absence is not None and absence.last - today >= PATIENCE


def may_answer(store: Store, cycle: ReviewCycle, row: Objection) -> bool:
    """Whether who is to answer an appeal still may: they are one of those who could be asked today."""
    return any(each.id == row.named_id for each in _answerers(store, cycle, row.subject_id))


def _answerers(store: Store, cycle: ReviewCycle, subject: str) -> list[Person]:
    """Those who may answer an appeal, and read what it is about; the first of them first."""
    result = store.reviews.results.for_the_clock(cycle.id, subject)
    able = _able(store, subject, _staff(store, cycle), _had_a_part(store, cycle, subject))
    return [each for each in able if result and may(store.directory, each.id, Right.READ, result, store.now)]


def whose_nobody_answers(store: Store, cycle: ReviewCycle, subjects: Iterable[str]) -> list[str]:
    """Those of whom nobody is left who could answer an appeal."""
    staff, sat = _staff(store, cycle), store.reviews.calibration.sat(cycle.id)
    authors = store.reviews.results.authors(cycle.id)
    wrote: dict[str, set[str | None]] = {}
    for duty in store.reviews.duties(cycle.id, role=MANAGER, state="submitted"):
        wrote.setdefault(duty.subject_id, set()).add(duty.author_id)
    parts = {each: {*sat, authors.get(each), *wrote.get(each, ())} for each in subjects}
    return [each for each, had in parts.items() if not any(_able(store, each, staff, had))]


def _had_a_part(store: Store, cycle: ReviewCycle, subject: str) -> set[str | None]:
    """Who answers for a rating, wrote as the manager, as one before may have, or opened or sat in a calibration."""
    result = store.reviews.results.for_the_clock(cycle.id, subject)
    written = store.reviews.duties(cycle.id, subject=subject, role=MANAGER, state="submitted")
    wrote = {duty.author_id for duty in written}
    return {*store.reviews.calibration.sat(cycle.id), *wrote, result.author_id if result else None}


def _staff(store: Store, cycle: ReviewCycle) -> list[str]:
    return [each.id for each in store.directory.active() if has_power(store, each.id, cycle)]


def _able(
    store: Store, subject: str, staff: Collection[str], had_a_part: Collection[str | None]
) -> Iterator[Person]:
    directory, day = store.directory, store.now.date()
    line = directory.line_above(subject, day)
    out = {subject, *line[:1], *had_a_part}
    able = (each for each in staff if subject not in directory.line_above(each, day))
    found = (directory.person(each) for each in (*able, *line[1:]) if each not in out)
    return (each for each in found if each and each.active)
