"""Who is still to write about a manager of before keeps that, and is offered to write about the new one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.kit.access import Rule
from handlers.kit.cards import Button, Card, Press, Section
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Verbatim
from handlers.reviews import duties, raters
from handlers.reviews.review import bound_cycle, feature
from handlers.reviews.telling import tell
from storage.people import Person
from storage.reviews import UPWARD, ReviewCycle
from storage.reviews.hand_overs import THEMSELVES
from storage.store import Store


def offer_new(store: Store, cycle: ReviewCycle, person: Person, now: str) -> tuple[Tell, ...]:
    """What somebody has to write about the old manager stays with them, and they are offered the new one."""
    old = [
        duty
        for duty in store.reviews.duties(cycle.id, author=person.id, role=UPWARD, state="owed")
        if duty.subject_id != now
    ]
    if not old:
        return ()
    if not any(each.new_id == now for each in store.reviews.hand_overs.of_person(cycle.id, person.id)):
        row = store.reviews.hand_overs.keep(cycle, person.id, old=old[0].subject_id, new=now)
        store.reviews.hand_overs.decide(row, THEMSELVES, by=person.id)
    name = Verbatim(store.directory.named(old[0].subject_id))
    is_open = not raters.is_released(store, cycle, UPWARD)
    about_new = is_open and store.reviews.cycles.is_reviewed_in(cycle.id, now)
    new = Verbatim(store.directory.named(now))
    offer = Button(
        Phrase("Write about {name} as well", name=new), offer_upward.bind(cycle=cycle.id, manager=now)
    )
    card = Card(
        Phrase("You have another manager, and a review to write"),
        Section(
            Phrase(
                "In {cycle} you were to write about {name}. It stays yours: write it for the time that you worked"
                " with them, or decline. Nobody moves it to another name.",
                cycle=Verbatim(cycle.name),
                name=name,
            )
        ),
        Button(Phrase("Your reviews"), Press("reviews.overview", {}), style="primary"),
        *((offer,) if about_new else ()),
    )
    return (tell(store, cycle, person, card, topic=f"reviews.upward:{cycle.id}:{person.id}:{now}"),)


def _offered(request: Request, args: Mapping[str, Any]) -> bool:
    manager = str(args.get("manager") or "")
    cycle = request.store.reviews.cycles.get(str(args.get("cycle") or ""))
    return (
        cycle is not None
        and request.store.directory.manager_of(request.actor.id, request.now.date()) == manager
        and request.store.reviews.cycles.is_reviewed_in(cycle.id, manager)
    )


reports = Rule(
    "who reports to a manager in the cycle",
    _offered,
    Phrase("This was for those who report to this manager."),
)


@feature.button(allow=reports)
def offer_upward(request: Request, cycle: str, manager: str) -> Reply:
    """Write about your new manager as well."""
    row = bound_cycle(request, cycle)
    if row.state != "running" or UPWARD not in row.roles:
        raise Problem(Phrase("This cycle does not run."))
    raters.refuse_released(request.store, row, UPWARD)
    raters.refuse_excused(request.store, row, manager)
    request.store.reviews.assign(row, manager, request.actor.id, UPWARD)
    for duty in request.store.reviews.duties(row.id, subject=manager, author=request.actor.id, role=UPWARD):
        duties.asked_when_due(request.store, row, duty)
    return Reply(ask=Press("reviews.overview", {}))
