"""Who settles which colleagues write about somebody: their manager takes off, adds, and lets them be asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from handlers.kit.access import Rule
from handlers.kit.cards import Button, Card, Fact, Note, Part, Section
from handlers.kit.forms import Colleague
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.reviews import duties, raters, together
from handlers.reviews.owing import due_from_now, owe, owe_anew
from handlers.reviews.review import bound_cycle, cycle_of, decides, feature
from handlers.reviews.telling import runner_of
from storage.obligations import EXPIRED, OWED_YET, PASSED_ON
from storage.people import Person
from storage.reviews import PEER, Duty, ReviewCycle
from storage.store import Store
from storage.tables import ObligationRow

APPROVE = "reviews.approve"
CHOSEN_IN = ("self", "peers", "write")
"""The phases in which who writes as a colleague may still change."""

# What is owed --------------------------------------------------------------------------------------------------------


def approver_of(store: Store, cycle: ReviewCycle, subject: str) -> Person | None:
    """Who settles which colleagues write about somebody: their manager, or who runs the cycle and does not report to
    them."""
    return _manager_of(store, subject) or runner_of(store, cycle, about=subject)


def _manager_of(store: Store, subject: str) -> Person | None:
    manager = store.directory.person(store.directory.manager_of(subject, store.now.date()) or "")
    return manager if manager and manager.active else None


def ask(store: Store, cycle: ReviewCycle, subject: str) -> None:
    """Colleagues are proposed, or one declined, so that there is a place again: whoever settles it may do so."""
    approver = approver_of(store, cycle, subject)
    declined = len(store.reviews.duties(cycle.id, subject=subject, role=PEER, state="declined"))
    if approver is None:
        return
    name, cycle_name = Verbatim(store.directory.named(subject)), Verbatim(cycle.name)
    title = Phrase("{cycle}: settle which colleagues write about {name}", cycle=cycle_name, name=name)
    if declined:
        title = Phrase("{cycle}: a colleague declined to write about {name}", cycle=cycle_name, name=name)
    args = {"cycle": cycle.id, "subject": subject}
    phase = "peers" if cycle.phase == "peers" else "write"
    about = _about(cycle, subject, declined)
    owe(store, cycle, approver, APPROVE, about, title=title, args=args, minutes=5, phase=phase)
    settled = store.obligations.find(approver.id, APPROVE, about)
    if settled and proposed(store, cycle, subject):
        owe_anew(
            store, cycle, settled, due_from_now(store, cycle, phase, approver)
        )  # others are proposed since


def proposed(store: Store, cycle: ReviewCycle, subject: str = "", *, author: str = "") -> list[Duty]:
    """Who is proposed to write as a colleague, and is not asked yet: about somebody, or somebody themselves, or all."""
    return store.reviews.duties(cycle.id, subject=subject, author=author, role=PEER, state="nominated")


def accept(store: Store, cycle: ReviewCycle, found: Iterable[Duty]) -> None:
    """Let these write who were proposed, but for whom HR has taken out of the cycle."""
    out = store.reviews.results.out_of(cycle.id)
    for duty in found:
        if duty.subject_id not in out and out.get(duty.author_id or "", True):
            store.reviews.move(duty.id, "owed")


def pass_on(store: Store, cycle: ReviewCycle, subject: str) -> None:
    """Somebody has another manager: what the one before had to settle is for whoever settles it now."""
    approver = approver_of(store, cycle, subject)
    unsettled = [row for row in _asked(store, cycle, subject) if row.closed_how in OWED_YET]
    if approver is None or not unsettled or cycle.phase not in CHOSEN_IN:
        return
    theirs = [row for row in unsettled if row.person_id != approver.id]
    store.obligations.drop(theirs, how=PASSED_ON)
    ask(store, cycle, subject)


def expire(store: Store, cycle: ReviewCycle, subject: str) -> None:
    """The time of choosing is over: nobody owes a choice of who writes about this person any more."""
    _close(store, cycle, subject, how=EXPIRED)


def _close(store: Store, cycle: ReviewCycle, subject: str, *, how: str) -> None:
    for row in _asked(store, cycle, subject):
        if row.closed_at is None:
            store.obligations.close(row.person_id, APPROVE, row.about, how=how)


def _asked(store: Store, cycle: ReviewCycle, subject: str) -> list[ObligationRow]:
    """Who was to settle who writes about somebody, whatever became of it."""
    declined = len(store.reviews.duties(cycle.id, subject=subject, role=PEER, state="declined"))
    abouts = (_about(cycle, subject, number) for number in range(declined + 1))
    return [row for about in abouts for row in store.obligations.about(APPROVE, about)]


def _about(cycle: ReviewCycle, subject: str, declined: int) -> str:
    return f"{cycle.id}:{subject}:{declined}"


# Settling ------------------------------------------------------------------------------------------------------------


def _approves(request: Request, args: Mapping[str, Any]) -> bool:
    cycle, subject = cycle_of(request, args), str(args.get("subject") or "")
    if cycle is None or not request.store.reviews.cycles.is_reviewed_in(cycle.id, subject):
        return False
    manager, me = _manager_of(request.store, subject), request.actor.id
    return me == manager.id if manager else decides(request.store, me, cycle, about=subject)


approvers = Rule(
    "who settles the choice",
    _approves,
    Phrase("Their manager settles which colleagues write about somebody."),
)


@feature.button(allow=approvers)
def approve(request: Request, cycle: str, subject: str) -> Reply:
    """Settle which colleagues write about this person."""
    row = bound_cycle(request, cycle)
    title = _title(request, {"subject": subject})
    return Reply(show=chosen_card(request, row, subject, title, settling=True))


def _title(request: Request, args: Mapping[str, Any]) -> Text:
    name = Verbatim(request.store.directory.named(str(args["subject"])))
    return Phrase("Colleagues who write about {name}", name=name)


@feature.button(allow=approvers)
def strike(request: Request, cycle: str, subject: str, duty: str) -> Reply:
    """Take this colleague off the list."""
    row = _choosing(request, cycle, subject)
    if duty in {each.id for each in proposed(request.store, row, subject)}:
        request.store.reviews.move(duty, "dropped")
    return approve.handler(request, cycle=cycle, subject=subject)


@feature.button(
    allow=approvers,
    seen_by=Phrase(
        "Seen by you, the person it is about and HR. Those who are chosen hear that they are to write."
    ),
    title=_title,
    over=lambda request, args: _choosing(request, args["cycle"], args["subject"]),
)
def add(
    request: Request,
    cycle: str,
    subject: str,
    people: Annotated[tuple[Person, ...], Colleague(Phrase("Who writes too?"), most=raters.MOST_CHOSEN)],
) -> Reply:
    """Add colleagues who write about this person."""
    row = _choosing(request, cycle, subject)
    taken = raters.chosen(request.store, row, subject)
    if len({*taken, *(person.id for person in people)}) > raters.MOST_CHOSEN:
        raise Problem(raters.too_many(), question="people")
    raters.propose(request, row, subject, people, question="people")
    return approve.handler(request, cycle=cycle, subject=subject)


@feature.button(allow=approvers)
def ask_these(request: Request, cycle: str, subject: str) -> Reply:
    """Ask these colleagues."""
    row = _choosing(request, cycle, subject)
    accept(request.store, row, proposed(request.store, row, subject))
    _close(request.store, row, subject, how="done")
    if row.phase == "write":
        duties.ask(request.store, row, "write", subject=subject)
        return Reply(show=chosen_card(request, row, subject, Phrase("Settled. They are asked now.")))
    return Reply(
        show=chosen_card(request, row, subject, Phrase("Settled. They are asked when others write."))
    )


def _choosing(request: Request, cycle: str, subject: str) -> ReviewCycle:
    row = bound_cycle(request, cycle)
    if row.state != "running" or row.phase not in CHOSEN_IN:
        raise Problem(Phrase("Who writes cannot be changed any more: the time of writing is over."))
    raters.refuse_over(request.store, row, subject, PEER)
    return row


# How it reads --------------------------------------------------------------------------------------------------------


def chosen_card(
    request: Request, cycle: ReviewCycle, subject: str, title: Text, *, settling: bool = False
) -> Card:
    """The colleagues who write about somebody; with `settling`, to be changed."""
    found = request.store.reviews.duties(cycle.id, subject=subject, role=PEER)
    shown = [duty for duty in found if duty.state in raters.OPEN]
    rows = tuple(_row(request, cycle, duty, settling=settling) for duty in shown)
    few = cycle.peers == "confidential" and len(shown) < together.Thresholds.of(cycle).group
    return Card(
        title,
        Fact(Phrase("Cycle"), Verbatim(cycle.name)),
        *(rows or (Section(Phrase("Nobody is proposed yet.")),)),
        *(_settling(cycle, subject) if settling else ()),
        *((Note(_too_few(cycle)),) if few else ()),
    )


def _row(request: Request, cycle: ReviewCycle, duty: Duty, *, settling: bool) -> Section:
    name = Verbatim(request.store.directory.named(duty.author_id))
    if not settling or duty.state != "nominated":
        return Section(name)
    press = strike.bind(cycle=cycle.id, subject=duty.subject_id, duty=duty.id)
    return Section(Phrase("{name} (proposed)", name=name), button=Button(Phrase("Take off"), press))


def _settling(cycle: ReviewCycle, subject: str) -> tuple[Part, ...]:
    return (
        Button(Phrase("Ask these"), ask_these.bind(cycle=cycle.id, subject=subject), style="primary"),
        Button(Phrase("Add somebody"), add.bind(cycle=cycle.id, subject=subject)),
        Note(Phrase("Whomever you do not take off is asked when others write, even if you press nothing.")),
    )


def _too_few(cycle: ReviewCycle) -> Text:
    return Phrase(
        "They write in confidence: of fewer than {k} nothing is shown, or only together with others.",
        k=together.Thresholds.of(cycle).group,
    )
