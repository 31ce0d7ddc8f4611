"""A cycle pauses: nobody owes anything in it until it goes on, and then its days come so much later."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta

from handlers.kit.calendar import local_day
from handlers.kit.cards import Card, Section
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Verbatim
from handlers.reviews import owing, phases
from handlers.reviews.days import later, open_phases
from handlers.reviews.extending import all_told
from handlers.reviews.review import bound_cycle, feature, runners, running_cycle
from handlers.reviews.telling import tell
from handlers.reviews.writing import WRITE
from storage.obligations import HELD
from storage.people import Person
from storage.reviews import ReviewCycle
from storage.reviews.running import within
from storage.store import Store
from storage.tables import ObligationRow


@feature.button(allow=runners)
def pause(request: Request, cycle: str) -> Reply:
    """Pause this cycle: nobody owes anything until it goes on, and what was begun is kept."""
    row = running_cycle(request, cycle)
    store = request.store
    owed = store.obligations.within(within(row.id))
    store.reviews.cycles.change(row, "paused", state="paused", paused_at=request.now)
    for each in owed:
        owing.hold(store, row, each)
    phases.plan(store, row)
    event = store.reviews.running.note(row, "paused", by=request.actor.id)
    title = Phrase("{cycle} is paused", cycle=Verbatim(row.name))
    words = Phrase("You owe nothing in it until it goes on. What you have begun is kept.")
    told = tuple(
        tell(store, row, person, Card(title, Section(words)), topic=f"reviews.event:{event.id}:{person.id}")
        for person in _people(store, owed)
    )
    return Reply(show=phases.state_card(row, Phrase("Paused.")), tell=told)


def _people(store: Store, owed: Iterable[ObligationRow]) -> list[Person]:
    """Those of them who were told of it, each once."""
    known = dict.fromkeys(each.person_id for each in owed if each.reminded)
    return [person for each in known if (person := store.directory.person(each)) and person.active]


@feature.button(allow=runners)
def resume(request: Request, cycle: str) -> Reply:
    """Let this cycle go on; every day that is not past moves by as long as it was paused since the days were set."""
    row = bound_cycle(request, cycle)
    if row.state != "paused":
        raise Problem(Phrase("This cycle is not paused."))
    store = request.store
    assert row.paused_at
    days = later(request.calendar, row, open_phases(row), _days_paused(request, row))
    store.reviews.cycles.change(row, "resumed", state="running", paused_at=None, last_days=days)
    to_write = {duty.id for duty in store.reviews.duties(row.id, state="owed")}
    held = store.obligations.within(within(row.id), closed=HELD)
    owed = [each for each in held if _still(store, each, to_write)]
    for each in owed:
        owing.go_on(store, row, each)
    event = store.reviews.running.note(row, "resumed", by=request.actor.id)
    phases.begin(store, row)
    told = all_told(
        store,
        row,
        [each for each in owed if each.reminded and each.due_at],
        event,
        Phrase("{cycle} goes on", cycle=Verbatim(row.name)),
    )
    return Reply(show=phases.state_card(row, Phrase("It goes on.")), tell=told)


def _still(store: Store, owed: ObligationRow, to_write: Collection[str]) -> bool:
    """Whether it is to be done at all after the pause: somebody may have left in it."""
    person = store.directory.person(owed.person_id)
    return person is not None and person.active and (owed.kind != WRITE or owed.about in to_write)


def _days_paused(request: Request, row: ReviewCycle) -> timedelta:
    """The days for which it was paused or, where its days were set in the pause, since then: those were meant."""
    assert row.paused_at
    store, zone = request.store, request.store.directory.zone
    set_at = (each.at for each in store.reviews.running.events(row.id) if each.act == "extended")
    return local_day(request.now, zone) - local_day(max((row.paused_at, *set_at)), zone)
