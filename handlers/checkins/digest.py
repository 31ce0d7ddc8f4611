"""When the window closes, the team's channel reads what was shared; it never says who said nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from handlers.checkins.questions import feature, quoted
from handlers.checkins.windows import Plan, routine_of
from handlers.kit.calendar import local_day
from handlers.kit.cards import Card, Heading, Note, Part
from handlers.kit.features import Ring, Rung, Silence
from handlers.kit.requests import Tell
from handlers.kit.text import Phrase, Verbatim
from storage.checkins import CheckIn
from storage.people import Person
from storage.store import Store

BELL = "checkins.digest"


def plan_digest(store: Store, person: Person, plan: Plan, day: date) -> None:
    """Let the digest come when the last of the person's team has closed; planned for each of them, it comes once."""
    routine = routine_of(store, person)
    if routine is None or not routine.lead_id or not store.checkins.routines.place(routine.place_id):
        return
    team = store.directory.reports_of(routine.lead_id, local_day(store.now, person.zone))
    closes_at = max(plan.ends(day, zone)[1] for zone in {one.zone for one in (person, *team)})
    store.slots.plan(BELL, f"{plan.name}:{day.isoformat()}", closes_at)


@feature.bell("digest")
def post_digest(ring: Ring) -> Rung:
    """Quote in the team's channel what was shared for it."""
    routine_id, _, day = ring.about.partition(":")
    routine = ring.store.checkins.routines.get(routine_id)
    place = ring.store.checkins.routines.place(routine.place_id) if routine else None
    lead = ring.store.directory.person(routine.lead_id) if routine else None
    if place is None or lead is None:
        return Rung(None, silence=Silence("no channel"))
    team = ring.store.directory.reports_of(lead.id, local_day(ring.now, lead.zone))
    shared = ring.store.checkins.quoted(ring.about, place.id, [person.id for person in team])
    if not shared:
        return Rung(None, silence=Silence("nothing shared"))
    card = Card(
        Phrase("What {name}'s team shared for {day}", name=Verbatim(lead.name), day=date.fromisoformat(day)),
        *_parts(ring.store, shared),
        Note(Phrase("Everybody quoted here knew that this channel reads it. Write your own with /checkin.")),
    )
    return Rung(None, tell=(Tell(card, place=place.id, topic=f"checkins.digest:{ring.about}"),))


def _parts(store: Store, shared: Iterable[CheckIn]) -> Iterable[Part]:
    for row in shared:
        if sections := quoted(row):
            yield Heading(Verbatim(store.directory.named(row.subject_id)))
            yield from sections
