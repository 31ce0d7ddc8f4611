"""Who writes about whom besides their manager: who knows enough, and is not asked too often."""

from __future__ import annotations

from collections.abc import Iterable, Set
from datetime import date, timedelta
from itertools import islice

from handlers.kit.forms import Option
from handlers.kit.problems import Problem
from handlers.kit.requests import Request
from handlers.kit.text import Phrase, Text, Verbatim
from storage.people import Person
from storage.reviews import MANAGER, PEER, ROLES, SELF, UPWARD, Duty, ReviewCycle, is_confidential
from storage.reviews.running import OPEN as OPEN_STATES
from storage.store import Store

OTHERS = (
    Option("nobody", Phrase("Nobody else"), also=("none", "无", "没有其他人")),
    Option("peer", Phrase("Colleagues"), also=("colleagues", "同事", "互评")),
    Option("upward", Phrase("Those who report to them"), also=("reports", "下属", "下级")),
    Option("peer upward", Phrase("Colleagues and those who report to them"), also=("360", "同事和下属")),
    Option(
        "peer upward customer",
        Phrase("Colleagues, those who report to them, and customers"),
        also=("all", "全部", "同事、下属和客户"),
    ),
    Option("peer customer", Phrase("Colleagues and customers"), also=("customers", "客户", "同事和客户")),
)
"""Who writes in a cycle besides the people themselves and their managers; a value has their roles."""
LONG_ENOUGH = timedelta(days=30)
"""So long somebody must have reported to a manager to write about them."""
MOST_ASKED = 5
"""About so many colleagues somebody is asked to write at the same time."""
LEAST_CHOSEN, MOST_CHOSEN = 3, 8
"""So many colleagues are proposed to write about somebody, where there are so many."""
OPEN = frozenset({"nominated", "owed", "submitted"})
"""States in which somebody has a place among those who write: who declines frees it."""


def roles(others: str) -> tuple[str, ...]:
    """As what people write in a cycle with these others."""
    return tuple(role for role in ROLES if role in {SELF, MANAGER, *others.split()})


def upward(store: Store, manager: str, today: date) -> list[Person]:
    """Those who report to a manager, and did a month ago."""
    directory, then = store.directory, today - LONG_ENOUGH
    reports = directory.reports_of(manager, today)
    return [person for person in reports if directory.manager_of(person.id, then) == manager]


def asked(store: Store, person: str) -> int:
    """About how many colleagues somebody is asked to write, or may soon be, in all cycles that run."""
    running = store.reviews.cycles.in_state(*OPEN_STATES)
    duties = (duty for cycle in running for duty in store.reviews.duties(cycle.id, author=person, role=PEER))
    return sum(duty.state in OPEN for duty in duties)


def chosen(store: Store, cycle: ReviewCycle, subject: str) -> list[str]:
    """The ids of the colleagues who write about somebody, or are proposed to."""
    duties = store.reviews.duties(cycle.id, subject=subject, role=PEER)
    return [duty.author_id for duty in duties if duty.author_id and duty.state in OPEN]


def settled(duties: Iterable[Duty]) -> set[str]:
    """Those of the writers who are asked, whatever is proposed now."""
    return {duty.author_id or "" for duty in duties if duty.state in ("owed", "submitted")}


def refuse_excused(store: Store, cycle: ReviewCycle, subject: str) -> None:
    """Raise Problem where HR has taken whom it is about out of the cycle."""
    if subject in store.reviews.results.out_of(cycle.id):
        name = Verbatim(store.directory.named(subject))
        raise Problem(Phrase("{name} is out of the cycle: nobody writes about them in it.", name=name))


def refuse_over(store: Store, cycle: ReviewCycle, subject: str, role: str) -> None:
    """Raise Problem where nobody more writes as this about somebody: what was written so is released, or they are out
    of the cycle, or have what was written about them."""
    refuse_released(store, cycle, role)
    refuse_excused(store, cycle, subject)
    result = store.reviews.results.for_the_clock(cycle.id, subject)
    if result and result.shared_at:
        name = Verbatim(store.directory.named(subject))
        raise Problem(
            Phrase("The result of {name} is shared: what is written now they would never read.", name=name)
        )


def is_released(store: Store, cycle: ReviewCycle, role: str) -> bool:
    """Whether what is written in a cycle as this was released: together, once, and so nobody more writes it."""
    return is_confidential(role, cycle.peers) and store.reviews.voices.was_released(cycle)


def refuse_released(store: Store, cycle: ReviewCycle, role: str) -> None:
    """Raise Problem where nobody more is asked to write as this."""
    if is_released(store, cycle, role):
        raise Problem(
            Phrase(
                "What was written in confidence in this cycle was released, together and once. Nobody more is asked to"
                " write so in it."
            )
        )


# Proposing them ------------------------------------------------------------------------------------------------------


def too_many() -> Text:
    """What is said to whoever picks more than may write about one person."""
    return Phrase("At most {most} colleagues write about one person.", most=MOST_CHOSEN)


def refuse_too_few(
    request: Request, cycle: ReviewCycle, subject: str, picked: Set[str], *, question: str
) -> None:
    """Raise Problem at `question` where fewer are picked than should write, and more could be."""
    others = (
        person
        for person in request.store.directory.active()
        if person.id not in picked and _refusal(request, cycle, subject, person) is None
    )
    could = len(picked) + len(list(islice(others, max(0, LEAST_CHOSEN - len(picked)))))
    if len(picked) < min(LEAST_CHOSEN, could):
        raise Problem(
            Phrase("Please propose at least {least} colleagues. Whom you picked stays here.", least=could),
            question=question,
        )


def propose(
    request: Request, cycle: ReviewCycle, subject: str, people: Iterable[Person], *, question: str
) -> None:
    """Propose these to write about somebody. Raises Problem at `question` for one who cannot be asked."""
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
    if store.directory.manager_of(subject, request.now.date()) == person.id:
        return Phrase("{name} writes as the manager. Please pick a colleague.", name=name)
    if UPWARD in cycle.roles and any(duty.role == UPWARD for duty in before):
        return Phrase("{name} writes as a report already, in confidence.", name=name)
    if any(duty.state == "declined" for duty in before if duty.role == PEER):
        return Phrase("{name} has declined. Please pick somebody else.", name=name)
    if any(duty.state in OPEN for duty in before if duty.role == PEER):
        return None
    if not store.reviews.results.out_of(cycle.id).get(person.id, True):
        return Phrase("{name} is out of the cycle and writes nothing in it.", name=name)
    if asked(store, person.id) >= MOST_ASKED:
        return Phrase(
            "{name} is asked to write about {most} colleagues already; more would be too much. Please pick somebody"
            " else.",
            name=name,
            most=MOST_ASKED,
        )
    return None
