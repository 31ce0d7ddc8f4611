"""On Friday afternoon the channel reads who was thanked for what this week: as thanks, without numbers or ranking."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from handlers.kit.calendar import at_wall, local_day
from handlers.kit.cards import Card, Note, Section
from handlers.kit.features import Ring, Rung, Silence
from handlers.kit.requests import Tell
from handlers.kit.text import Lines, Phrase, Verbatim
from handlers.kudos.places import are_private, chosen_place
from handlers.kudos.thanks import feature, grouped, headline
from storage.kudos import KudosRow
from storage.people import Person
from storage.store import Store

FRIDAY = 4
AT = time(16)
WEEK = timedelta(days=7)
BELL = "kudos.digest"
COMPANY = "company"
FURTHEST_ZONES = timedelta(hours=27)
"""One Friday at 16:00 is no further than this from the same in any other zone."""


def next_friday(store: Store, after: datetime) -> datetime:
    """The next Friday at 16:00 in the organisation's zone."""
    zone = store.directory.zone
    day = local_day(after, zone)
    day += timedelta(days=(FRIDAY - day.weekday()) % 7)
    due = at_wall(day, AT, zone)
    return due if due > after else at_wall(day + WEEK, AT, zone)


def _plan(store: Store, person: Person, after: datetime) -> Mapping[str, datetime]:
    """One for the company, whoever is planned. What is due already, or tried again, stays; what
    is near another Friday moves to it: the company's clock became another one."""
    planned, first = store.slots.next(BELL, COMPANY), next_friday(store, after)
    if planned is None:
        return {COMPANY: first}
    fridays = (first, next_friday(store, first))
    near = (friday for friday in fridays if planned > after and abs(friday - planned) < FURTHEST_ZONES)
    moved = next(near, None)
    return {COMPANY: moved} if moved else {}


@feature.bell("digest", plan=_plan)
def digest(ring: Ring) -> Rung:
    """Post the week's public thanks to the company's channel, or to where they were posted."""
    next_at = next_friday(ring.store, ring.now)
    if are_private(ring.store):
        return Rung(next_at, silence=Silence("kudos are private here"))
    tells = tuple(
        Tell(
            _thanks_of_the_week(ring.store, rows),
            place=place,
            topic=f"kudos.digest:{place}:{ring.due_at.date()}",
            unclear="reconcile",
            lives=timedelta(days=3),
        )
        for place, rows in _by_place(ring).items()
    )
    return Rung(next_at, tell=tells, silence=None if tells else Silence("nobody was thanked in public"))


def _by_place(ring: Ring) -> dict[str, list[KudosRow]]:
    chosen = chosen_place(ring.store)
    made: dict[str, list[KudosRow]] = {}
    for row in ring.store.kudos.posted_between(_since(ring), ring.due_at):
        place = chosen or ring.store.kudos.place(row.place_id)
        if place and row.why:  # what was erased says nothing
            made.setdefault(place.id, []).append(row)
    return made


def _since(ring: Ring) -> datetime:
    """Until when the digest before this one went, which is no week ago where the clocks changed, another clock counts
    since, or the digest came late: nothing is left out, and nothing is said twice."""
    return ring.store.slots.due_before(BELL, ring.about, ring.due_at) or ring.due_at - WEEK


def _thanks_of_the_week(store: Store, rows: list[KudosRow]) -> Card:
    return Card(
        Phrase("Thanks of the week"),
        *(_one(store, group) for group in grouped(rows)),
        Note(Phrase("Say thanks yourself: /kudos @name for …")),
    )


def _one(store: Store, rows: list[KudosRow]) -> Section:
    first = rows[0]
    title = headline(store, first.author_id, (row.subject_id for row in rows))
    return Section(Lines((title, Verbatim(first.why))))
