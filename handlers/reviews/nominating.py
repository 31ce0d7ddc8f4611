"""Whom a review is about proposes the colleagues who are to write about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from handlers.kit.access import Rule
from handlers.kit.forms import Colleague
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.reviews import raters, settling
from handlers.reviews.owing import owe
from handlers.reviews.review import bound_cycle, cycle_of, feature
from storage.obligations import EXPIRED
from storage.people import Person
from storage.reviews import PEER, PHASES, SELF, ReviewCycle
from storage.store import Store

NOMINATE = "reviews.nominate"

# What is owed --------------------------------------------------------------------------------------------------------


def ask(store: Store, cycle: ReviewCycle, *, subject: str = "") -> None:
    """Let everybody about whom the cycle is propose colleagues, or one of them, but for whose result is shared or whom
    HR has taken out."""
    if PEER not in cycle.roles or raters.is_released(store, cycle, PEER):
        return
    over = store.reviews.results.over_in(cycle.id)
    for duty in store.reviews.duties(cycle.id, role=SELF, subject=subject):
        person = store.directory.person(duty.subject_id)
        if person and person.active and person.id not in over:
            title = Phrase("{cycle}: propose colleagues who write about you", cycle=Verbatim(cycle.name))
            args = {"cycle": cycle.id}
            owe(store, cycle, person, NOMINATE, cycle.id, title=title, args=args, minutes=5, phase="peers")
    for proposed in {duty.subject_id for duty in settling.proposed(store, cycle, subject)} - over:
        settling.ask(store, cycle, proposed)


def settle(store: Store, cycle: ReviewCycle, *, into: str) -> None:
    """The time of choosing is over: nobody owes a choice any more, and whom nobody objected to is asked, unless the
    cycle goes back to before it: then they are chosen anew."""
    if PHASES.index(into) > PHASES.index(cycle.phase):
        take(store, cycle)
    for duty in store.reviews.duties(cycle.id, role=SELF):
        store.obligations.close(duty.subject_id, NOMINATE, cycle.id, how=EXPIRED)
        settling.expire(store, cycle, duty.subject_id)


def take(store: Store, cycle: ReviewCycle, person: str = "") -> None:
    """Let all be asked who are proposed, or one person and all who are proposed about them."""
    proposed = settling.proposed(store, cycle, person)
    if person:
        proposed += settling.proposed(store, cycle, author=person)
    settling.accept(store, cycle, proposed)


# Proposing -----------------------------------------------------------------------------------------------------------


def _is_reviewed(request: Request, args: Mapping[str, Any]) -> bool:
    cycle = cycle_of(request, args)
    return cycle is not None and request.store.reviews.cycles.is_reviewed_in(cycle.id, request.actor.id)


reviewees = Rule(
    "whom the cycle is about", _is_reviewed, Phrase("This is for people whom the review cycle is about.")
)


def worked_with(request: Request) -> tuple[str, ...]:
    """The ids of those with whom the asker has worked, as their own thanks, feedback, one-on-ones and goals say, the
    most often first."""
    store, me = request.store, request.actor.id
    thanks = (*store.kudos.received(me, limit=50), *store.kudos.given(me, limit=50))
    met = (*thanks, *store.feedback.seen_by(me, limit=50), *store.one_on_ones.of(me))
    counted: dict[str, int] = {}
    for row in met:
        for person in {row.subject_id, row.author_id or "", row.named_id or ""} - {me, ""}:
            counted[person] = counted.get(person, 0) + 1
    parents = [goal.parent_id for goal in store.goals.of(me, reader=me, closed=True) if goal.parent_id]
    for goal in store.goals.some(parents, reader=me).values():
        counted[goal.subject_id] = counted.get(goal.subject_id, 0) + 1
    above = store.directory.line_above(me, request.now.date())
    known = (store.directory.person(person) for person in counted)
    fit = [person for person in known if person and person.active and person.id not in (me, *above)]
    return tuple(person.id for person in sorted(fit, key=lambda person: (-counted[person.id], person.name)))


def _suggested(request: Request) -> tuple[str, ...]:
    return worked_with(request)[:4]


People = Annotated[
    tuple[Person, ...],
    Colleague(
        Phrase("Who can say how you worked? Propose three to eight colleagues."),
        most=raters.MOST_CHOSEN,
        suggested=_suggested,
        help=Phrase("Those with whom you have thanks, feedback, one-on-ones or goals stand here already."),
    ),
]


def _refuse_over(request: Request, args: Mapping[str, Any]) -> None:
    row = bound_cycle(request, args["cycle"])
    if row.state != "running" or row.phase not in ("self", "peers") or PEER not in row.roles:
        raise Problem(Phrase("Colleagues are chosen before others write. In this cycle that time is over."))
    raters.refuse_over(request.store, row, request.actor.id, PEER)


@feature.button(
    allow=reviewees,
    seen_by=Phrase(
        "Seen by you, your manager and HR. Those who are chosen hear that they are to write about you."
    ),
    title=Phrase("Colleagues who write about you"),
    over=_refuse_over,
)
def nominate(request: Request, cycle: str, people: People) -> Reply:
    """Propose colleagues who write about you."""
    row, me = bound_cycle(request, cycle), request.actor.id
    before = request.store.reviews.duties(row.id, subject=me, role=PEER)
    kept = [duty.author_id for duty in before if duty.state in ("owed", "submitted", "declined")]
    wanted = [person for person in people if person.id not in kept]
    picked = {*(person.id for person in wanted), *raters.settled(before)}
    if len(picked) > raters.MOST_CHOSEN:
        raise Problem(raters.too_many(), question="people")
    raters.propose(request, row, me, wanted, question="people")
    raters.refuse_too_few(request, row, me, picked, question="people")
    for duty in before:
        if duty.state == "nominated" and duty.author_id not in {person.id for person in people}:
            request.store.reviews.move(duty.id, "dropped")
    request.store.obligations.close(me, NOMINATE, row.id)
    settling.ask(request.store, row, me)
    return Reply(show=settling.chosen_card(request, row, me, _proposed(request, row)))


def _proposed(request: Request, cycle: ReviewCycle) -> Text:
    """What becomes of the proposal: who has no manager has it settled by HR, or by nobody."""
    settles = settling.approver_of(request.store, cycle, request.actor.id)
    if settles is None:
        return Phrase("Proposed. They are asked when others write.")
    return Phrase("Proposed. {name} settles who is asked.", name=Verbatim(settles.name))
