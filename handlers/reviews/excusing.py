"""HR takes somebody out of a cycle that runs, for a reason, and puts them back: what was begun is kept meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Annotated

from handlers.kit.cards import Button, Card, Fact, Note, Press, Section
from handlers.kit.forms import Choice, Colleague, Option, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Plural, Text, Verbatim
from handlers.reviews import deadlines, including, nominating, settling, to_share
from handlers.reviews.owing import owe_again
from handlers.reviews.review import bound_cycle, feature, refuse_own_line, runners, running_cycle
from handlers.reviews.telling import tell
from handlers.reviews.writing import WRITE
from storage.obligations import LEFT
from storage.people import Person
from storage.reviews import CycleEvent, ReviewCycle, ReviewResult
from storage.reviews.running import OUT, within
from storage.store import Store
from storage.tables import ObligationRow

Who = Annotated[Person, Colleague(Phrase("Whom do you take out of the cycle?"))]
Reason = Annotated[
    str,
    Words(
        Phrase("Why?"),
        longest=500,
        help=Phrase("They and their manager read it. Leave health and family out."),
    ),
]
Writes = Annotated[
    str,
    Choice(
        Phrase("And what they were to write about others?"),
        options=(
            Option("keep", Phrase("They still write it"), also=("仍由其填写",)),
            Option("drop", Phrase("They do not write it either"), also=("也不再填写",)),
        ),
    ),
]


@feature.button(
    allow=runners,
    seen_by=Phrase(
        "Seen by the person whom you take out, their manager and HR. Those who were to write hear no reason."
    ),
    title=Phrase("Take somebody out"),
    over=lambda request, args: running_cycle(request, args["cycle"]),
)
def excuse(request: Request, cycle: str, person: Who, writes: Writes, reason: Reason) -> Reply:
    """Take somebody out of this cycle: nobody writes about them any more, and what was begun is kept."""
    row = running_cycle(request, cycle)
    result = _in_it(request, row, person)
    store = request.store
    withdrawn = _withdraw(store, row, person, result, writes=writes == "keep")
    store.reviews.running.excuse(result, reason=reason, writes=writes == "keep")
    event = store.reviews.running.note(row, "excused", by=request.actor.id, person=person.id)
    deadlines.plan(store, row)
    title = Phrase("{name} is out of {cycle}", name=Verbatim(person.name), cycle=Verbatim(row.name))
    return Reply(
        show=Card(
            title,
            Section(
                Plural(
                    "One thing is owed no more. What was begun is kept, and what was handed in stays.",
                    "{n} things are owed no more. What was begun is kept, and what was handed in stays.",
                    n=len(withdrawn),
                )
            ),
            Button(Phrase("Let back in"), take_back.bind(cycle=row.id, person=person.id)),
            Button(Phrase("Open"), Press("reviews.open_cycle", {"cycle": row.id})),
        ),
        tell=tuple(_told_out(store, row, event, person, result, withdrawn)),
    )


def _in_it(request: Request, row: ReviewCycle, person: Person) -> ReviewResult:
    """Their place in the cycle. Raises Problem where they have none, or it is too late, or not for the actor to do."""
    name = Verbatim(person.name)
    result = request.store.reviews.results.for_the_clock(row.id, person.id)
    if result is None:
        raise Problem(Phrase("The cycle is not about {name}.", name=name), question="person")
    refuse_own_line(request, person.id, question="person")
    if result.out_at:
        raise Problem(Phrase("{name} is out of the cycle already.", name=name), question="person")
    if result.shared_at:
        raise Problem(
            Phrase("The result of {name} is shared; they have read it. It stays.", name=name),
            question="person",
        )
    return result


def _withdraw(
    store: Store, row: ReviewCycle, person: Person, result: ReviewResult, *, writes: bool
) -> list[ObligationRow]:
    """Nobody owes anything about them any more, nor, unless they still write, do they; returns what was owed. Who has
    left does not owe it either when they are back."""
    written = store.reviews.duties(row.id, subject=person.id)
    written += [] if writes else store.reviews.duties(row.id, author=person.id)
    ids = {duty.id for duty in written}

    def of_them(closed: str) -> list[ObligationRow]:
        found = store.obligations.within(within(row.id), closed=closed)
        return [each for each in found if _is_about(each, person, result) or _is_in(each, ids)]

    owed = of_them("")
    store.obligations.drop([*owed, *of_them(LEFT)], how=OUT)
    return owed


def _is_in(owed: ObligationRow, reviews: Collection[str]) -> bool:
    return owed.kind == WRITE and owed.about in reviews


def _is_about(owed: ObligationRow, person: Person, result: ReviewResult) -> bool:
    """Whether it is to choose who writes about somebody, or to share what came out for them."""
    return (
        (owed.kind == nominating.NOMINATE and owed.person_id == person.id)
        or (owed.kind == settling.APPROVE and owed.args.get("subject") == person.id)
        or (owed.kind == to_share.SHARE and owed.about == result.id)
    )


def _told_out(
    store: Store,
    row: ReviewCycle,
    event: CycleEvent,
    person: Person,
    result: ReviewResult,
    withdrawn: Iterable[ObligationRow],
) -> Iterable[Tell]:
    """Them and their manager with the reason, and without it whoever had heard that they were to write."""
    name, cycle = Verbatim(person.name), Verbatim(row.name)
    near = [person.id, store.directory.manager_of(person.id, store.now.date()) or ""]
    owed = Counter(each.person_id for each in withdrawn if each.reminded or each.person_id in near)
    for who in _working(store, (*near, *owed)):
        mine = who.id == person.id
        title = (
            Phrase("You are out of {cycle}", cycle=cycle)
            if mine
            else Phrase("{name} is out of {cycle}", name=name, cycle=cycle)
        )
        words: Text = Phrase("You owe nothing about them in it. What you have begun is kept for you.")
        if mine:
            words = _OF_THEM[result.still_writes]
        why = (Fact(Phrase("Why"), Verbatim(result.out_reason)),) if who.id in near else ()
        yield tell(
            store, row, who, Card(title, Section(words), *why), topic=f"reviews.event:{event.id}:{who.id}"
        )


_OF_THEM: Mapping[bool, Text] = {
    True: Phrase(
        "Nobody writes about you in it any more. What you were to write about others is still yours."
    ),
    False: Phrase(
        "Nobody writes about you in it any more, and you write nothing in it. What you have begun is kept."
    ),
}


def _working(store: Store, ids: Iterable[str]) -> Iterable[Person]:
    known = (store.directory.person(each) for each in dict.fromkeys(ids))
    return [person for person in known if person and person.active]


# And back ------------------------------------------------------------------------------------------------------------


ASKED_IN: Mapping[str, Collection[str]] = {
    nominating.NOMINATE: ("peers",),
    settling.APPROVE: ("self", "peers"),
    to_share.SHARE: to_share.SHARED_IN,
}
"""The phases in which these are asked."""


@feature.button(allow=runners)
def excused(request: Request, cycle: str) -> Reply:
    """See who was taken out of this cycle and why, and put somebody back."""
    row = bound_cycle(request, cycle)
    rows = request.store.reviews.results.excused(row.id, reader=request.actor.id)
    return Reply(
        keep=True,
        show=Card(
            Phrase("Who is out of {cycle}", cycle=Verbatim(row.name)),
            *(
                Section(
                    Phrase(
                        "{name}, since {day}: {reason}",
                        name=Verbatim(request.store.directory.named(each.subject_id)),
                        day=each.out_at or request.now,
                        reason=Verbatim(each.out_reason),
                    ),
                    button=Button(
                        Phrase("Let back in"), take_back.bind(cycle=row.id, person=each.subject_id)
                    ),
                )
                for each in rows
            ),
            *(() if rows else (Section(Phrase("Nobody is.")),)),
        ),
    )


@feature.button(allow=runners)
def take_back(request: Request, cycle: str, person: str) -> Reply:
    """Put somebody back into this cycle: what was begun goes on, and what its phase asks is asked."""
    row, store = running_cycle(request, cycle), request.store
    whom = request.person(person)
    result = store.reviews.results.for_the_clock(row.id, whom.id)
    if result is None or result.out_at is None:
        raise Problem(Phrase("{name} is in the cycle.", name=Verbatim(whom.name)))
    refuse_own_line(request, whom.id)
    if not whom.active:
        raise Problem(Phrase("{name} does not work here any more.", name=Verbatim(whom.name)))
    store.reviews.running.take_back(result)
    event = store.reviews.running.note(row, "taken back", by=request.actor.id, person=whom.id)
    _asked_again(store, row, whom, result)
    title = Phrase("{name} is in {cycle} again", name=Verbatim(whom.name), cycle=Verbatim(row.name))
    card = Card(
        Phrase("You are in {cycle} again", cycle=Verbatim(row.name)),
        Section(Phrase("What you have begun is where you left it.")),
        Button(Phrase("Your reviews"), Press("reviews.overview", {})),
    )
    return Reply(
        show=Card(
            title,
            Note(Phrase("What this phase asks about them is asked now; whoever owes it hears of it.")),
            Button(Phrase("Open"), Press("reviews.open_cycle", {"cycle": row.id})),
        ),
        tell=(tell(store, row, whom, card, topic=f"reviews.event:{event.id}:{whom.id}"),),
    )


def _asked_again(store: Store, row: ReviewCycle, person: Person, result: ReviewResult) -> None:
    """What the phase asks about them and of them is owed again, to whoever is their manager now."""
    including.ask_again(store, row, person.id)
    for owed in store.obligations.within(within(row.id), closed=OUT):
        who = store.directory.people[owed.person_id]
        if who.active and _is_about(owed, person, result) and row.phase in ASKED_IN[owed.kind]:
            owe_again(store, row, owed)
    store.reviews.running.look_who_finishes(row.id, person.id)
