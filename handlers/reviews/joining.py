"""While a cycle runs HR adds somebody to it, or somebody in it leaves, and may be back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from handlers.kit.calendar import ONE_DAY
from handlers.kit.cards import Button, Card, Press, Section
from handlers.kit.features import Ring, Rung, Silence
from handlers.kit.forms import Colleague
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text, Verbatim, names
from handlers.reviews import deadlines, duties, including, phases
from handlers.reviews.review import bound_cycle, feature, runners, running_cycle
from handlers.reviews.telling import runner_of, tell
from storage.people import Person
from storage.reviews import MANAGER
from storage.reviews.running import OPEN

# Joiners -------------------------------------------------------------------------------------------------------------

Added = Annotated[tuple[Person, ...], Colleague(Phrase("Whom do you add?"), most=20)]


def _who_hears(request: Request, args: Mapping[str, Any]) -> Text:
    """Who hears of it, which depends on what the cycle still asks."""
    phase = bound_cycle(request, args["cycle"]).phase
    if phase in ("self", "peers"):
        return Phrase(
            "Seen by HR; those whom you add, and those who write about them, hear what they have to do."
        )
    if phase == "write":
        return Phrase(
            "Seen by HR; whoever writes about those whom you add hears of it. The time of self-reviews and of choosing"
            " colleagues is over: of that nothing is asked."
        )
    return Phrase(
        "Seen by HR. The time of writing is over: only the managers of those whom you add are asked to write. To ask"
        " others too, let the cycle go back to an earlier phase."
    )


@feature.button(
    allow=runners,
    seen_by=_who_hears,
    title=Phrase("Add people to the cycle"),
    over=lambda request, args: running_cycle(request, args["cycle"]),
)
def add_people(request: Request, cycle: str, people: Added) -> Reply:
    """Add people to a cycle that runs: what its phase asks about them is asked now."""
    row = running_cycle(request, cycle)
    new = [person for person in people if not request.store.reviews.cycles.is_reviewed_in(row.id, person.id)]
    if not new:
        raise Problem(Phrase("The cycle is about all of them already."), question="people")
    if any(person.id == request.actor.id for person in new):
        raise Problem(
            Phrase("You run this cycle. Let somebody else in HR run one that is about you."),
            question="people",
        )
    out = request.store.reviews.results.out_of(row.id)
    silent = {person for person, writes in out.items() if not writes}
    for person in new:
        duties.assign(request.store, row, person, request.today, without=silent)
        including.ask_now(request.store, row, person.id)
        for duty in request.store.reviews.duties(row.id, subject=person.id, role=MANAGER):
            duties.asked_when_due(request.store, row, duty)
        request.store.reviews.running.note(row, "joined", by=request.actor.id, person=person.id)
    whom = {**row.whom, "people": [*row.whom["people"], *(person.id for person in new)]}
    request.store.reviews.cycles.change(row, "joined", whom=whom)
    deadlines.plan(request.store, row)
    added = Phrase("Added: {people}.", people=names(person.name for person in new))
    return Reply(show=phases.state_card(row, added))


# Leavers -------------------------------------------------------------------------------------------------------------


@feature.bell("left")
def hear_of_leaver(ring: Ring) -> Rung:
    """Tell who runs a cycle that somebody in it has left, and what that leaves open."""
    store = ring.store
    cycle_id, _, person_id = ring.about.partition(":")
    cycle, person = store.reviews.cycles.get(cycle_id), store.directory.person(person_id)
    runner = runner_of(store, cycle) if cycle else None
    if cycle is None or person is None or person.active or runner is None:
        return Rung(None, silence=Silence("ended"))
    store.reviews.running.note(cycle, "left", by=None, person=person_id)
    card = Card(
        Phrase("{name} has left, and was in {cycle}", name=Verbatim(person.name), cycle=Verbatim(cycle.name)),
        Section(
            Phrase(
                "Nobody writes about them any more, and what they had to write is not asked of anybody else. What was"
                " handed in stays. When their reports get another manager, I ask you who finishes their reviews."
            )
        ),
        Button(Phrase("Open"), Press("reviews.open_cycle", {"cycle": cycle.id})),
    )
    return Rung(None, tell=(tell(store, cycle, runner, card, topic=f"reviews.left:{ring.about}"),))


@feature.bell("back")
def hear_of_returner(ring: Ring) -> Rung:
    """Somebody in a cycle is back, or had not left: what its phase asks of them and about them is owed now."""
    store = ring.store
    cycle_id, _, person_id = ring.about.partition(":")
    cycle, person = store.reviews.cycles.get(cycle_id), store.directory.person(person_id)
    if cycle is None or cycle.state not in OPEN or person is None or not person.active:
        return Rung(None, silence=Silence("ended"))
    if cycle.state == "paused":
        # When it goes on, everybody is asked what its phase asks, but nobody what is late.
        tomorrow = ring.now + ONE_DAY
        return Rung(tomorrow, silence=Silence("paused", tomorrow))
    including.ask_again(store, cycle, person_id)
    return Rung(None)
