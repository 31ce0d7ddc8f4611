"""What happens to a cycle while it runs: what was done to it and why, who left or was taken out, a test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, or_, select, update
from sqlmodel import SQLModel, col

from storage.obligations import HELD, LEFT
from storage.reviews.tables import (
    CycleEvent,
    CycleStep,
    Review,
    ReviewCycle,
    ReviewResult,
)
from storage.tables import Draft, ObligationRow, Outgoing

if TYPE_CHECKING:
    from storage.store import Store

CYCLES = ReviewCycle.__table__  # type: ignore[attr-defined]
STEPS = CycleStep.__table__  # type: ignore[attr-defined]
EVENTS = CycleEvent.__table__  # type: ignore[attr-defined]
REVIEWS = Review.__table__  # type: ignore[attr-defined]
RESULTS = ReviewResult.__table__  # type: ignore[attr-defined]
OWED = ObligationRow.__table__  # type: ignore[attr-defined]
WRITE = "reviews.write"
"""The obligations to write, about the id of a review."""
OPEN = ("running", "paused")
MANAGER, OUT = "manager", "out"
"""Why, besides that somebody has LEFT, nothing is written in a review any more."""
PROPOSED = "left, proposed"
"""That somebody has left, in one that was only proposed by then."""
CHOOSING = ("self", "peers")
"""The phases in which colleagues are proposed; after them whoever was proposed is asked."""
SOMEBODY_LEFT = "reviews.left"
"""The bell by which HR hears that somebody in a cycle has left."""
SOMEBODY_BACK = "reviews.back"
"""The bell by which what a phase asks is asked of who is back, and about them: it may have begun meanwhile."""
TALKER = "reviews.talker"
"""The bell by which whoever answers for a shared result now owes the talk about it."""
FINISHER = "reviews.manager"
"""The bell by which it is looked whether somebody else is to finish a person's review."""


def within(cycle_id: str) -> str:
    """What people owe in a cycle belongs to this."""
    return f"reviews:{cycle_id}"


class CyclesRunning:
    """`store.reviews.running`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # What was done to it -------------------------------------------------------------------------------------------

    def note(
        self,
        cycle: ReviewCycle,
        act: str,
        *,
        by: str | None,
        person: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> CycleEvent:
        """Keep what happened to a cycle, for whoever runs it."""
        return self._store.insert(
            CycleEvent(
                cycle_id=cycle.id,
                act=act,
                at=self._store.now,
                by=by,
                person_id=person,
                details=dict(details or {}),
            )
        )

    def events(self, cycle_id: str) -> list[CycleEvent]:
        """Everything that happened to a cycle, the oldest first."""
        return self._store.all(CycleEvent, EVENTS.c.cycle_id == cycle_id, order=(EVENTS.c.at, EVENTS.c.id))

    # Somebody leaves -----------------------------------------------------------------------------------------------

    def any_open(self) -> bool:
        """Whether a cycle is under way at all."""
        return self._store.execute(open_cycles().limit(1)).first() is not None

    def leave(self, people: Iterable[str]) -> None:
        """People leave now."""
        for person in people if self.any_open() else ():
            self._leave(person)

    def _leave(self, person_id: str) -> None:
        """Somebody leaves now: what is written about them and what they write is frozen, and nobody owes it any more.
        What was submitted stays, and what was begun stays with its author."""
        theirs = or_(REVIEWS.c.subject_id == person_id, REVIEWS.c.author_id == person_id)
        mine = (theirs, REVIEWS.c.state.in_(("owed", "nominated")), REVIEWS.c.cycle_id.in_(open_cycles()))
        which = (REVIEWS.c.id, REVIEWS.c.cycle_id, REVIEWS.c.author_id, REVIEWS.c.state)
        found = self._store.execute(select(*which).where(*mine)).all()
        for review, _, author, state in found:
            self.freeze(review, LEFT if state == "owed" else PROPOSED)
            if author:
                self._store.obligations.close(author, WRITE, review, how=LEFT)
        cycles = {row.cycle_id for row in found}
        for cycle, owed in self._around(
            person_id, or_(OWED.c.closed_at.is_(None), OWED.c.closed_how == HELD)
        ):
            self._store.obligations.close(owed.person_id, owed.kind, owed.about, how=LEFT)
            cycles.add(cycle)
        for cycle in cycles:
            self._store.slots.plan(SOMEBODY_LEFT, f"{cycle}:{person_id}", self._store.now)
        self._look_who_talks(person_id)
        self._look_who_finishes(person_id)

    def _look_who_talks(self, person_id: str) -> None:
        """Look now who has the talks that are still to come about what somebody has shared in the open cycles."""
        to_come = (RESULTS.c.shared_at.is_not(None), RESULTS.c.talked_at.is_(None))
        for cycle, subject in self._answered_for(person_id, *to_come):
            self.look_who_talks(cycle, subject)

    def _look_who_finishes(self, person_id: str) -> None:
        """Look now who finishes what somebody was to finish and has not shared, as HR may have said they do."""
        for cycle, subject in self._answered_for(person_id, RESULTS.c.shared_at.is_(None)):
            self.look_who_finishes(cycle, subject)

    def _answered_for(self, person_id: str, *which: Any) -> list[tuple[str, str]]:
        theirs = (RESULTS.c.author_id == person_id, RESULTS.c.cycle_id.in_(open_cycles()))
        found = select(RESULTS.c.cycle_id, RESULTS.c.subject_id).where(*theirs, *which)
        return [(cycle, subject) for cycle, subject in self._store.execute(found)]

    def look_who_talks(self, cycle_id: str, subject: str) -> None:
        """Look now who has the talk about a person's result."""
        self._store.slots.plan(TALKER, f"{subject}:{cycle_id}", self._store.now)

    def look_who_finishes(self, cycle_id: str, subject: str) -> None:
        """Look now whether somebody else is to finish a person's review."""
        self._store.slots.plan(FINISHER, f"{subject}:{cycle_id}", self._store.now)

    def _around(self, person_id: str, state: Any) -> list[tuple[str, ObligationRow]]:
        """What is owed towards somebody in the open cycles about them, by cycle: to settle who writes about them, to
        share what came out, to talk with them."""
        theirs = (RESULTS.c.subject_id == person_id, RESULTS.c.cycle_id.in_(open_cycles()))
        results = self._store.execute(select(RESULTS.c.cycle_id, RESULTS.c.id).where(*theirs)).all()
        return [
            (cycle, owed)
            for cycle, result in results
            for owed in self._store.all(
                ObligationRow,
                OWED.c.within == within(cycle),
                or_(OWED.c.about == result, OWED.c.about.startswith(f"{cycle}:{person_id}:")),
                state,
            )
        ]

    def come_back(self, person_id: str) -> None:
        """Somebody had not left after all, or is back: it is owed again, on its old terms."""
        open_ = {cycle.id: cycle for cycle in self._store.reviews.cycles.in_state(*OPEN)}
        if not open_:
            return
        self._thaw(person_id, open_)
        for cycle, owed in (
            *self._around(person_id, OWED.c.closed_how == LEFT),
            *self._given_up(person_id, open_),
        ):
            if owed.closed_how == LEFT and self._are_here(owed.person_id):
                self._owe_again(open_[cycle], owed)
        self._look_who_talks(person_id)

    def _thaw(self, person_id: str, open_: Mapping[str, ReviewCycle]) -> None:
        """What is written about somebody and what they write in the open cycles is owed again, or proposed."""
        theirs = or_(REVIEWS.c.subject_id == person_id, REVIEWS.c.author_id == person_id)
        frozen = (theirs, REVIEWS.c.frozen_for.in_((LEFT, PROPOSED)), REVIEWS.c.cycle_id.in_(open_))
        which = (
            REVIEWS.c.id,
            REVIEWS.c.cycle_id,
            REVIEWS.c.subject_id,
            REVIEWS.c.author_id,
            REVIEWS.c.frozen_for,
        )
        out = {cycle: self._store.reviews.results.out_of(cycle) for cycle in open_}
        thawed = set()
        for review, cycle, subject, author, why in self._store.execute(select(*which).where(*frozen)).all():
            if not self._are_here(subject, author):
                continue
            is_out = subject in out[cycle] or not out[cycle].get(author, True)
            is_proposed = why == PROPOSED and (open_[cycle].phase in CHOOSING or is_out)
            self.thaw(review, state="nominated" if is_proposed else "owed")
            thawed.add(cycle)
            owed = self._store.obligations.find(author, WRITE, review) if author else None
            if owed and owed.closed_how in (LEFT, OUT):
                self._owe_again(open_[cycle], owed)
        for cycle in thawed:
            self._store.slots.plan(SOMEBODY_BACK, f"{cycle}:{person_id}", self._store.now)

    def _given_up(self, person_id: str, open_: Mapping[str, ReviewCycle]) -> list[tuple[str, ObligationRow]]:
        """What somebody owed in the open cycles when they left, and nobody else since, besides what they were to write:
        of themselves, and towards others who are here."""
        found = []
        for cycle in open_:
            owed = self._store.obligations.within(within(cycle), person_id=person_id, closed=LEFT)
            of = select(RESULTS.c.id, RESULTS.c.subject_id).where(
                RESULTS.c.id.in_([row.about for row in owed])
            )
            subjects = dict(self._store.execute(of).all())
            found += [
                (cycle, row)
                for row in owed
                if row.about == cycle or self._is_about_a_colleague(cycle, row.about, subjects)
            ]
        return found

    def _is_about_a_colleague(self, cycle_id: str, about: str, subjects: Mapping[str, str]) -> bool:
        """Whether it is about a result (`subjects` by their results) of somebody who works here, or to settle who
        writes about them."""
        cycle, _, of = about.partition(":")
        subject = of.partition(":")[0] if cycle == cycle_id else subjects.get(about)
        return bool(subject) and self._are_here(subject)

    def _owe_again(self, cycle: ReviewCycle, owed: ObligationRow) -> None:
        """It is owed on its old terms, or once its cycle goes on."""
        self._store.obligations.reopen(owed)
        if cycle.state == "paused":
            self._store.obligations.close(owed.person_id, owed.kind, owed.about, how=HELD)

    def freeze(self, review_id: str, why: str) -> None:
        """Nothing is written in a review any more; what was begun is kept for its author."""
        self._set(review_id, state="frozen", frozen_for=why)

    def thaw(self, review_id: str, *, state: str = "owed") -> None:
        """It is owed again, or proposed."""
        self._set(review_id, state=state, frozen_for="")

    def _set(self, review_id: str, **values: Any) -> None:
        one = REVIEWS.c.id == review_id
        self._store.execute(update(REVIEWS).where(one).values(**values, version=REVIEWS.c.version + 1))
        self._store.audit(values["state"], "review", record_id=review_id)

    # Somebody is taken out -----------------------------------------------------------------------------------------

    def excuse(self, row: ReviewResult, *, reason: str, writes: bool) -> None:
        """Somebody is out of a cycle: what is not handed in about them is frozen and, unless they still write, what
        they have not handed in, for who has left too, in case they are back; what was begun stays with its author.
        Raises Conflict."""
        theirs = REVIEWS.c.subject_id == row.subject_id
        if not writes:
            theirs = or_(theirs, REVIEWS.c.author_id == row.subject_id)
        open_ = or_(REVIEWS.c.state == "owed", REVIEWS.c.frozen_for == LEFT)
        here = (theirs, REVIEWS.c.cycle_id == row.cycle_id, open_)
        for review in self._store.execute(select(REVIEWS.c.id).where(*here)).scalars().all():
            self.freeze(review, OUT)
        self._store.reviews.results.change(
            row, out_at=self._store.now, out_reason=reason, still_writes=writes
        )

    def take_back(self, row: ReviewResult) -> None:
        """Somebody is in a cycle again: what was frozen for that is owed, unless the other one of the two is out or has
        left. Raises Conflict."""
        self._store.reviews.results.change(row, out_at=None, out_reason="", still_writes=True)
        out = self._store.reviews.results.out_of(row.cycle_id)
        theirs = or_(REVIEWS.c.subject_id == row.subject_id, REVIEWS.c.author_id == row.subject_id)
        here = (theirs, REVIEWS.c.cycle_id == row.cycle_id, REVIEWS.c.frozen_for == OUT)
        which = select(REVIEWS.c.id, REVIEWS.c.subject_id, REVIEWS.c.author_id).where(*here)
        for review, subject, author in self._store.execute(which).all():
            if subject in out or not out.get(author, True):
                continue
            if self._are_here(subject, author):
                self.thaw(review)
            else:
                self.freeze(review, LEFT)

    def _are_here(self, *people: str | None) -> bool:
        """Whether all of these work here, but for a customer, who is nobody's colleague."""
        found = (self._store.directory.person(each) for each in people if each)
        return all(person and person.active for person in found)

    # A test is undone ----------------------------------------------------------------------------------------------

    def discard(self, cycle: ReviewCycle) -> None:
        """A test run never was: everything of it goes, with what waits to be told of it."""
        assert cycle.is_test
        self._unsay(cycle)
        for table in SQLModel.metadata.sorted_tables:
            if "cycle_id" in table.c and table.name != CycleStep.__tablename__:
                self._store.execute(delete(table).where(table.c.cycle_id == cycle.id))
        for step in reversed(self._store.reviews.cycles.steps(cycle.id)):
            self._store.remove(CycleStep, STEPS.c.id == step.id)
        self._store.remove(ReviewCycle, CYCLES.c.id == cycle.id)
        self._store.audit("discarded", "review_cycle", record_id=cycle.id)

    def _unsay(self, cycle: ReviewCycle) -> None:
        """What its owner owes in a test, has begun in it and was still to be told of it goes too."""
        for event in self.events(cycle.id):
            told = col(Outgoing.topic).startswith(f"reviews.event:{event.id}:", autoescape=True)
            self._store.remove(Outgoing, told, col(Outgoing.state) == "waiting")
        self._store.remove(ObligationRow, col(ObligationRow.within) == within(cycle.id))
        reviews = {duty.id for duty in self._store.reviews.duties(cycle.id)}
        for draft in self._store.drafts.open_of(cycle.owner_id):
            if draft.args.get("review") in reviews or draft.args.get("cycle") == cycle.id:
                self._store.remove(Draft, col(Draft.id) == draft.id)


def open_cycles() -> Any:
    """The ids of the cycles that are under way, for a query."""
    return select(CYCLES.c.id).where(CYCLES.c.state.in_(OPEN))
