"""When the window closes, the team's channel reads what was shared, never who said nothing; its manager what moved."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from handlers.checkins.questions import feature, quoted
from handlers.checkins.windows import Plan, manager_of, routine_of
from handlers.kit.cards import Card, Heading, Note, Part
from handlers.kit.features import Ring, Rung, Silence, at_this_hour
from handlers.kit.hours import calendar_of, hours_of
from handlers.kit.requests import Tell
from handlers.kit.text import Phrase, Verbatim
from storage.checkins import CheckIn
from storage.people import Person
from storage.store import Store

BELL, MANAGER = "checkins.digest", "checkins.team_digest"
FIRST = timedelta(days=7)
"""How far back the first digest of a team looks."""

NOTICE = feature.notice("team_digest", Phrase("What moved in my team"))


def plan_digest(store: Store, person: Person, plan: Plan, day: date) -> None:
    """Let the digests come when the last of the person's team has closed; planned for each of them, they come once."""
    lead = manager_of(store, person)
    about = f"{lead}:{plan.name}:{day.isoformat()}"
    routine = routine_of(store, person)
    in_channel = routine and routine.lead_id and store.checkins.routines.place(routine.place_id)
    if lead is None or (not in_channel and store.slots.next(MANAGER, about)):
        return
    team = store.directory.reports_of(lead, store.now.date())
    closes_at = max(plan.ends(day, zone)[1] for zone in {one.zone for one in (person, *team)})
    store.slots.plan(MANAGER, about, closes_at)
    if in_channel:
        store.slots.plan(BELL, f"{plan.name}:{day.isoformat()}", closes_at)


# The channel ---------------------------------------------------------------------------------------------------------


@feature.bell("digest")
def post_digest(ring: Ring) -> Rung:
    """Quote in the team's channel what was shared for it, and say what moved of what everybody sees."""
    routine_id, _, day = ring.about.partition(":")
    routine = ring.store.checkins.routines.get(routine_id)
    place = ring.store.checkins.routines.place(routine.place_id) if routine else None
    lead = ring.store.directory.person(routine.lead_id) if routine else None
    if place is None or lead is None:
        return Rung(None, silence=Silence("no channel"))
    team = ring.store.directory.reports_of(lead.id, ring.now.date())
    rows = ring.store.checkins.quoted(ring.about, place.id, [person.id for person in team])
    shared = [row for row in rows if quoted(row)]  # a mood alone, and what was erased, has no words
    moved = ring.digest(team, since=_since(ring, BELL, routine_id))
    if not shared and not moved:
        return Rung(None, silence=Silence("nothing shared"))
    name = Verbatim(lead.name)
    if shared:
        card = Card(
            Phrase("What {name}'s team shared for {day}", name=name, day=date.fromisoformat(day)),
            *_parts(ring.store, shared),
            *moved,
            Note(
                Phrase("Everybody quoted here knew that this channel reads it. Write your own with /checkin.")
            ),
        )
    else:
        card = Card(Phrase("What moved in {name}'s team", name=name), *moved)
    return Rung(None, tell=(Tell(card, place=place.id, topic=f"checkins.digest:{ring.about}"),))


def _parts(store: Store, shared: Iterable[CheckIn]) -> Iterable[Part]:
    for row in shared:
        yield Heading(Verbatim(store.directory.named(row.subject_id)))
        yield from quoted(row)


def _since(ring: Ring, kind: str, whose: str) -> datetime:
    """When the last digest of this team was decided."""
    return ring.store.slots.last(kind, whose) or ring.now - FIRST


# The manager ---------------------------------------------------------------------------------------------------------


@feature.bell("team_digest")
def tell_manager(ring: Ring) -> Rung:
    """Tell a manager what moved in the team since the last time; nothing when nothing did."""
    lead = ring.store.directory.people[ring.about.partition(":")[0]]
    hours = hours_of(ring.store, lead, calendar_of(ring.store))
    if closed := at_this_hour(hours, ring.now):
        return Rung(closed.until, silence=closed)
    team = ring.store.directory.reports_of(lead.id, ring.now.date())
    moved = ring.digest(team, since=_since(ring, MANAGER, lead.id), reader=lead)
    if not moved:
        return Rung(None, silence=Silence("nothing new"))
    card = Card(
        Phrase("What moved in your team"),
        *moved,
        Note(Phrase("You get this when your team's check-in closes, if anything moved since the last time.")),
    )
    tell = Tell(card, to=lead.id, topic=f"{MANAGER}:{ring.about}", notice=NOTICE)
    return Rung(None, tell=(tell,))
