"""The clock's part: a reminder two hours before each meeting, and two hours after unless the notes were touched."""

from datetime import datetime, timedelta

from handlers.kit.calendar import local_day
from handlers.kit.cards import Card, Section
from handlers.kit.features import Ring, Rung, Silence
from handlers.kit.hours import until_their_hours
from handlers.kit.requests import Tell
from handlers.kit.text import Phrase
from handlers.one_on_ones.meetings import AFTER, BEFORE, Meeting, day_met, plan_bells, standing
from handlers.one_on_ones.owed import remind_after, remind_before
from handlers.one_on_ones.pair import feature, has_ended, named, opening
from storage.one_on_ones import Series
from storage.roster import UNDO_FOR
from storage.store import Store

TOO_LATE = timedelta(hours=22)
"""After a day, nobody is asked any more to write down what was agreed."""
AGAIN = timedelta(hours=1)
"""After which it is looked again whether somebody who has left is back."""


@feature.bell("before")
def before(ring: Ring) -> Rung:
    """Two hours before a meeting."""
    series = ring.store.one_on_ones.for_the_clock(ring.about)
    if series is None or has_ended(ring.store, series):
        return _over(ring, series)
    meeting = standing(series, ring.now).next
    if meeting is None or ring.now >= meeting.at:
        return Rung(None, silence=Silence("expired"))
    if ring.now < meeting.at - BEFORE:
        return Rung(meeting.at - BEFORE, silence=Silence("moved", meeting.at - BEFORE))
    if _somebody_is_away(ring.store, series, meeting):
        return Rung(None, silence=Silence("away"))
    remind_before(ring.store, series, meeting)
    return Rung(None)


@feature.bell("after")
def after(ring: Ring) -> Rung:
    """Two hours after a meeting: it is over, and the next one is to come."""
    series = ring.store.one_on_ones.for_the_clock(ring.about)
    if series is None or has_ended(ring.store, series):
        return _over(ring, series)
    held, upcoming = _turn(ring.store, series)
    silence = _silence_after(ring, series, held)
    if held is not None and silence is None:
        for person_id in _who_owes(ring.store, series, held):
            remind_after(ring.store, series, held, person_id)
    return Rung(upcoming.at + AFTER if upcoming else None, silence=silence)


def _turn(store: Store, series: Series) -> tuple[Meeting | None, Meeting | None]:
    """Write down which meeting was the last and which is the next, and set the moments of the next."""
    place = standing(series, store.now)
    last, upcoming = place.last, place.next
    store.one_on_ones.change(
        series,
        last_on=last.on if last else None,
        last_at=last.at if last else None,
        meeting_on=upcoming.on if upcoming else None,
        meeting_at=upcoming.at if upcoming else None,
    )
    plan_bells(store, series)
    return last, upcoming


def _silence_after(ring: Ring, series: Series, held: Meeting | None) -> Silence | None:
    if held is None or held.at + AFTER > ring.now or ring.due_at < held.at + AFTER:
        return Silence("moved")
    if ring.now > held.at + AFTER + TOO_LATE:
        return Silence("expired")
    if _somebody_is_away(ring.store, series, held):
        return Silence("away")
    if not _who_owes(ring.store, series, held):
        return Silence("done")
    return None


def _who_owes(store: Store, series: Series, held: Meeting) -> list[str]:
    notes = store.one_on_ones.notes
    return [
        person_id
        for person_id in series.people
        if not notes.touched(series, day_met(series, held), held.at - BEFORE, person_id)
    ]


def _somebody_is_away(store: Store, series: Series, meeting: Meeting) -> bool:
    return any(
        store.preferences.absence_on(person_id, local_day(meeting.at, store.directory.people[person_id].zone))
        for person_id in series.people
    )


# Leaving ----------------------------------------------------------------------------------------------------


def _over(ring: Ring, series: Series | None) -> Rung:
    """The series has ended, or does now because one of the two has left; the one who stays is told once. As long as
    that may be undone, it is as it was, and goes on if it is."""
    if series is None or series.ended_at is not None:
        return Rung(None, silence=Silence("ended"))
    store = ring.store
    if (settled := _left_at(store, series) + UNDO_FOR) > ring.now:
        later = min(settled, ring.now + AGAIN)
        return Rung(later, silence=Silence("left", later))
    store.one_on_ones.change(series, ended_at=store.now, rule="", meeting_on=None, meeting_at=None)
    plan_bells(store, series)
    people = store.directory.people
    staying = [people[person_id] for person_id in series.people if people[person_id].active]
    return Rung(None, tell=tuple(_left(store, series, person.id) for person in staying))


def _left_at(store: Store, series: Series) -> datetime:
    """When the last of those who have left did."""
    people = store.directory.people
    return max(left_at for person_id in series.people if (left_at := people[person_id].left_at))


def _left(store: Store, series: Series, to: str) -> Tell:
    gone = store.directory.people[series.other_than(to)]
    card = Card(
        Phrase("Your one-on-ones with {name} have ended.", name=named(gone)),
        Section(Phrase("{name} has left. The notes that you share stay with you.", name=named(gone))),
        opening(series),
    )
    after = until_their_hours(store, store.directory.people[to])
    return Tell(card, to=to, topic=f"one_on_ones.left:{series.id}:{series.version}", after=after)
