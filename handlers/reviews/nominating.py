"""Colleagues who are to write: proposed by whom it is about, settled by their manager."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from handlers.kit.access import Rule
from handlers.kit.cadence import DEADLINE
from handlers.kit.cards import Button, Card, Fact, Note, Part, Section
from handlers.kit.forms import Colleague
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.kit.values import dump
from handlers.reviews import duties, raters, together
from handlers.reviews.review import bound_cycle, cycle_of, feature
from storage.people import Person
from storage.reviews import PEER, SELF, UPWARD, Duty, ReviewCycle
from storage.reviews.running import within
from storage.store import Store

NOMINATE, APPROVE = "reviews.nominate", "reviews.approve"

# What is owed --------------------------------------------------------------------------------------------------------


def ask(store: Store, cycle: ReviewCycle) -> None:
    """Let everybody about whom the cycle is propose colleagues."""
    if PEER not in cycle.roles:
        return
    for duty in store.reviews.duties(cycle.id, role=SELF):
        subject = store.directory.person(duty.subject_id)
        if subject and subject.active:
            store.obligations.open(
                subject.id,
                NOMINATE,
                cycle.id,
                title=dump(
                    Phrase("{cycle}: propose colleagues who write about you", cycle=Verbatim(cycle.name))
                ),
                args={"cycle": cycle.id},
                due_at=duties.due_at(cycle, "peers", subject),
                minutes=5,
                cadence=DEADLINE,
                within=within(cycle.id),
            )


def settle(store: Store, cycle: ReviewCycle) -> None:
    """The time of choosing is over: whom nobody objected to is asked, and nobody owes a choice any more."""
    for duty in store.reviews.duties(cycle.id, role=PEER, state="nominated"):
        store.reviews.move(duty.id, "owed")
    for duty in store.reviews.duties(cycle.id, role=SELF):
        store.obligations.close(duty.subject_id, NOMINATE, cycle.id, how="expired")
        declined = len(store.reviews.duties(cycle.id, subject=duty.subject_id, role=PEER, state="declined"))
        for about in (_about(cycle, duty.subject_id, number) for number in range(declined + 1)):
            for row in store.obligations.open_about(APPROVE, about):
                store.obligations.close(row.person_id, APPROVE, about, how="expired")


def freed(store: Store, cycle: ReviewCycle, subject: str) -> None:
    """Somebody declined, so that there is a place again: whoever settled the choice may fill it."""
    _ask_approver(store, cycle, subject)


def _about(cycle: ReviewCycle, subject: str, declined: int) -> str:
    return f"{cycle.id}:{subject}:{declined}"


def approver_of(store: Store, cycle: ReviewCycle, subject: str) -> Person | None:
    """Who settles which colleagues write about somebody: their manager, or who runs the cycle; never themselves."""
    manager = store.directory.manager_of(subject, store.now.date())
    for person_id in (manager, cycle.owner_id):
        person = store.directory.person(person_id or "")
        if person and person.active and person.id != subject:
            return person
    return None


def _ask_approver(store: Store, cycle: ReviewCycle, subject: str) -> None:
    approver = approver_of(store, cycle, subject)
    declined = len(store.reviews.duties(cycle.id, subject=subject, role=PEER, state="declined"))
    if approver is None:
        return
    name, cycle_name = Verbatim(store.directory.named(subject)), Verbatim(cycle.name)
    title = Phrase("{cycle}: settle which colleagues write about {name}", cycle=cycle_name, name=name)
    if declined:
        title = Phrase("{cycle}: a colleague declined to write about {name}", cycle=cycle_name, name=name)
    store.obligations.open(
        approver.id,
        APPROVE,
        _about(cycle, subject, declined),
        title=dump(title),
        args={"cycle": cycle.id, "subject": subject},
        due_at=duties.due_at(cycle, "peers" if cycle.phase == "peers" else "write", approver),
        minutes=5,
        cadence=DEADLINE,
        within=within(cycle.id),
    )


# Proposing -----------------------------------------------------------------------------------------------------------


def _is_reviewed(request: Request, args: Mapping[str, Any]) -> bool:
    cycle = cycle_of(request, args)
    return cycle is not None and request.store.reviews.cycles.is_reviewed_in(cycle.id, request.actor.id)


reviewees = Rule(
    "whom the cycle is about", _is_reviewed, Phrase("This is for people about whom the review cycle is.")
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
    above = store.directory.line_above(me, request.today)
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


@feature.button(
    allow=reviewees,
    seen_by=Phrase(
        "Seen by you, your manager and HR. Those who are chosen hear that they are to write about you."
    ),
    title=Phrase("Colleagues who write about you"),
)
def nominate(request: Request, cycle: str, people: People) -> Reply:
    """Propose colleagues who write about you."""
    row, me = bound_cycle(request, cycle), request.actor.id
    if row.state != "running" or row.phase not in ("self", "peers") or PEER not in row.roles:
        raise Problem(Phrase("Colleagues are chosen before others write. In this cycle that time is over."))
    before = request.store.reviews.duties(row.id, subject=me, role=PEER)
    kept = [duty.author_id for duty in before if duty.state in ("owed", "submitted", "declined")]
    wanted = [person for person in people if person.id not in kept]
    if len({*(person.id for person in wanted), *raters.settled(before)}) > raters.MOST_CHOSEN:
        raise Problem(_too_many(), question="people")
    _propose(request, row, me, wanted, question="people")
    for duty in before:
        if duty.state == "nominated" and duty.author_id not in {person.id for person in people}:
            request.store.reviews.move(duty.id, "dropped")
    request.store.obligations.close(me, NOMINATE, row.id)
    _ask_approver(request.store, row, me)
    return Reply(show=_chosen_card(request, row, me, Phrase("Proposed. Your manager settles who is asked.")))


def _too_many() -> Text:
    return Phrase("At most {most} colleagues write about one person.", most=raters.MOST_CHOSEN)


def _propose(
    request: Request, cycle: ReviewCycle, subject: str, people: Iterable[Person], *, question: str
) -> None:
    for person in people:
        refused = _refusal(request, cycle, subject, person)
        if refused:
            raise Problem(refused, question=question)
        request.store.reviews.propose(cycle, subject, person.id)


def _refusal(request: Request, cycle: ReviewCycle, subject: str, person: Person) -> Text | None:
    """Why somebody is not asked to write as a colleague, or nothing."""
    store, name = request.store, Verbatim(person.name)
    before = store.reviews.duties(cycle.id, subject=subject, author=person.id)
    if person.id == subject:
        return Phrase("Nobody writes about themselves as a colleague.")
    if store.directory.manager_of(subject, request.today) == person.id:
        return Phrase("{name} writes as the manager. Please pick a colleague.", name=name)
    if UPWARD in cycle.roles and any(duty.role == UPWARD for duty in before):
        return Phrase("{name} writes as a report already, in confidence.", name=name)
    if any(duty.state == "declined" for duty in before if duty.role == PEER):
        return Phrase("{name} has declined. Please pick somebody else.", name=name)
    if any(duty.state in raters.OPEN for duty in before if duty.role == PEER):
        return None
    if raters.asked(store, person.id) >= raters.MOST_ASKED:
        return Phrase(
            "{name} is asked to write about {most} colleagues already; more would be too much. Please pick somebody"
            " else.",
            name=name,
            most=raters.MOST_ASKED,
        )
    return None


# Settling ------------------------------------------------------------------------------------------------------------


def _approves(request: Request, args: Mapping[str, Any]) -> bool:
    cycle, subject = cycle_of(request, args), str(args.get("subject") or "")
    if cycle is None or not request.store.reviews.cycles.is_reviewed_in(cycle.id, subject):
        return False
    approver = approver_of(request.store, cycle, subject)
    return approver is not None and approver.id == request.actor.id


approvers = Rule(
    "who settles the choice",
    _approves,
    Phrase("Their manager settles which colleagues write about somebody."),
)


@feature.button(allow=approvers)
def approve(request: Request, cycle: str, subject: str) -> Reply:
    """Settle which colleagues write about this person."""
    row = bound_cycle(request, cycle)
    name = Verbatim(request.store.directory.named(subject))
    return Reply(
        show=_chosen_card(
            request, row, subject, Phrase("Colleagues who write about {name}", name=name), settling=True
        )
    )


@feature.button(allow=approvers)
def strike(request: Request, cycle: str, subject: str, duty: str) -> Reply:
    """Take this colleague off the list."""
    row = _choosing(request, cycle)
    found = request.store.reviews.duties(row.id, subject=subject, role=PEER, state="nominated")
    if duty in {each.id for each in found}:
        request.store.reviews.move(duty, "dropped")
    return approve.handler(request, cycle=cycle, subject=subject)


@feature.button(
    allow=approvers,
    seen_by=Phrase(
        "Seen by you, whom it is about, and HR. Those who are chosen hear that they are to write."
    ),
    title=Phrase("Add colleagues"),
)
def add(
    request: Request,
    cycle: str,
    subject: str,
    people: Annotated[tuple[Person, ...], Colleague(Phrase("Who writes too?"), most=raters.MOST_CHOSEN)],
) -> Reply:
    """Add colleagues who write about this person."""
    row = _choosing(request, cycle)
    taken = raters.chosen(request.store, row, subject)
    if len({*taken, *(person.id for person in people)}) > raters.MOST_CHOSEN:
        raise Problem(_too_many(), question="people")
    _propose(request, row, subject, people, question="people")
    return approve.handler(request, cycle=cycle, subject=subject)


@feature.button(allow=approvers)
def ask_these(request: Request, cycle: str, subject: str) -> Reply:
    """Ask these colleagues."""
    row = _choosing(request, cycle)
    found = request.store.reviews.duties(row.id, subject=subject, role=PEER, state="nominated")
    for duty in found:
        request.store.reviews.move(duty.id, "owed")
    for owed in request.store.obligations.of(request.actor.id):
        if owed.kind == APPROVE and owed.args == {"cycle": row.id, "subject": subject}:
            request.store.obligations.close(request.actor.id, APPROVE, owed.about)
    if row.phase == "write":
        duties.ask(request.store, row, "write")
        return Reply(show=_chosen_card(request, row, subject, Phrase("Settled. They are asked now.")))
    return Reply(
        show=_chosen_card(request, row, subject, Phrase("Settled. They are asked when others write."))
    )


def _choosing(request: Request, cycle: str) -> ReviewCycle:
    row = bound_cycle(request, cycle)
    if row.state != "running" or row.phase not in ("self", "peers", "write"):
        raise Problem(Phrase("Nothing can be changed in who writes any more: the time of writing is over."))
    return row


# How it reads --------------------------------------------------------------------------------------------------------


def _chosen_card(
    request: Request, cycle: ReviewCycle, subject: str, title: Text, *, settling: bool = False
) -> Card:
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
        Note(Phrase("Whom you do not take off is asked when others write, if you press nothing too.")),
    )


def _too_few(cycle: ReviewCycle) -> Text:
    return Phrase(
        "They write in confidence: of fewer than {k} nothing is shown, or only together with others.",
        k=together.Thresholds.of(cycle).group,
    )


def waiting(request: Request) -> tuple[Section, ...]:
    """What the asker may choose or settle now, as lines with a button."""
    store, made = request.store, list[Section]()
    for owed in store.obligations.of(request.actor.id):
        cycle = store.reviews.cycles.get(str(owed.args.get("cycle") or ""))
        if cycle is None or owed.kind not in (NOMINATE, APPROVE):
            continue
        if owed.kind == NOMINATE:
            words, press = Phrase("Propose colleagues who write about you"), nominate.bind(cycle=cycle.id)
        else:
            subject = str(owed.args["subject"])
            name = Verbatim(store.directory.named(subject))
            words = Phrase("Settle which colleagues write about {name}", name=name)
            press = approve.bind(cycle=cycle.id, subject=subject)
        made.append(Section(words, button=Button(Phrase("Choose"), press)))
    return tuple(made)
