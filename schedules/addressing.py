"""To whom, on which platform, and whether at all: asked anew at the moment at which a message is sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from handlers.kit.cards import Card
from handlers.kit.discretion import fit_to_tell
from handlers.kit.dispatch import Core
from handlers.kit.features import Silence
from handlers.kit.hours import chosen_quiet_until
from handlers.kit.strangers import LINKED
from handlers.kit.values import load
from handlers.reminders import NUDGE
from schedules import nudges
from schedules.alerts import ALERT
from schedules.speaking import Address, Parcel, Receipt, Speaker
from storage.outbox import ANSWER
from storage.people import Person
from storage.store import Store
from storage.tables import Account, Outgoing, Place, Posted
from storage.webchat import PLATFORM as LOCAL_CHAT

AT_ONCE = (NUDGE, LINKED, ALERT)
"""What does not wait for the end of quiet hours here: reminders decide for themselves, and an alarm is none later."""
NO_WAY_YET = timedelta(minutes=1)
"""How long a message rests whose platform is not running."""

Speakers: TypeAlias = Mapping[str, Speaker]


@dataclass(frozen=True)
class Way:
    """Through whom, and what exactly."""

    speaker: Speaker
    parcel: Parcel


@dataclass(frozen=True)
class Fate:
    """Why it is not sent now: settled for good, or (`waiting`) until a moment."""

    state: str
    reason: str = ""
    until: datetime | None = None


def find_way(
    core: Core, store: Store, row: Outgoing, speakers: Speakers, tried: Collection[str]
) -> Way | Fate:
    """The way of a message now. `tried` are platforms on which the reader turned out to be unreachable."""
    if row.expires_at and row.expires_at <= store.now:
        return Fate("expired")
    if row.edits:
        return _over(core, store, row, speakers, tried)
    if row.place_id:
        return _to_place(store, row, speakers)
    return _to_person(core, store, row, speakers, tried)


def _over(core: Core, store: Store, row: Outgoing, speakers: Speakers, tried: Collection[str]) -> Way | Fate:
    """In the place of a message that stands, on its platform and nowhere else."""
    posted = store.posts.get(row.edits or "")
    person = store.directory.person(row.person_id or "")
    if posted is None:
        return Fate("cancelled", "gone")
    if posted.platform in tried:
        return Fate("cancelled", "unreachable")
    if person is not None and not person.active:
        return Fate("cancelled", "left")
    speaker = speakers.get(posted.platform)
    if speaker is None:
        return Fate("waiting", until=store.now + NO_WAY_YET)
    return Way(speaker, _for_standing(core, store, row, posted, person))


def _for_standing(core: Core, store: Store, row: Outgoing, posted: Posted, person: Person | None) -> Parcel:
    directory, card = store.directory, load(row.card)
    if person is not None:
        card = fit_to_tell(core.closed_of(row.route), store, card, posted.platform, person)
    return Parcel(
        outgoing_id=row.id,
        card=card,
        language=person.language if person else directory.language,
        zone=person.zone if person else directory.zone,
        to=Address(posted.channel, posted.channel),
        private=person is not None,
        person_id=person.id if person else "",
        at=store.now,
        over=Receipt(posted.channel, posted.message, tuple((posted.more or "").split())),
    )


def _to_place(store: Store, row: Outgoing, speakers: Speakers) -> Way | Fate:
    place = store.outbox.place_of(row)
    if place is None or place.gone:
        return Fate("cancelled", "place gone")
    speaker = speakers.get(place.platform)
    if speaker is None:
        return Fate("waiting", until=store.now + NO_WAY_YET)
    return Way(speaker, _for_place(store, row, place))


def _to_person(
    core: Core, store: Store, row: Outgoing, speakers: Speakers, tried: Collection[str]
) -> Way | Fate:
    person = store.directory.person(row.person_id or "")
    if person is None or not person.active:
        return Fate("cancelled", "left")
    if not store.records.is_still_for(person.id, row.about):
        return Fate("cancelled", "not theirs any more")
    card = nudges.stand_by(core, store, row, person) if row.route == NUDGE else None
    if isinstance(card, Silence):
        return _postponed(card)
    if not _goes_at_once(row) and (until := chosen_quiet_until(store, person)):
        return Fate("waiting", until=until)
    known = _accounts(store, person, row.platform)
    if not known:
        store.hold_people()  # who is connected at this moment counts, or finds the message where it is revived
        known = _accounts(store, person, row.platform)
    if all(a.unreachable or a.platform in tried for a in known):
        return Fate("cancelled", "unreachable")
    open_to = [a for a in known if not a.unreachable and a.platform in speakers and a.platform not in tried]
    if not open_to:
        return Fate("waiting", until=store.now + NO_WAY_YET)
    account = open_to[0]
    card = fit_to_tell(core.closed_of(row.route), store, card or load(row.card), account.platform, person)
    return Way(speakers[account.platform], _for_person(store, row, person, account, card))


def _goes_at_once(row: Outgoing) -> bool:
    """Whether it does not wait for the end of quiet hours: whoever asks in them waits for the answer."""
    return row.route in AT_ONCE or (row.topic or "").startswith(ANSWER)


def _postponed(silence: Silence) -> Fate:
    return Fate("waiting", until=silence.until) if silence.until else Fate("cancelled", silence.reason)


def _accounts(store: Store, person: Person, platform: str) -> list[Account]:
    """A person's accounts, or the one on a platform, in the order in which they are tried: the chosen channel, then the
    newest link. Nobody connects the local chat: whoever opens a page there, as anybody, is known there."""
    chosen = store.preferences.get(person.id, "channel")
    theirs = [a for a in store.directory.accounts.get(person.id, ()) if platform in ("", a.platform)]
    newest = sorted(theirs, key=lambda a: a.linked_at, reverse=True)
    return sorted(newest, key=lambda account: (account.platform != chosen, account.platform == LOCAL_CHAT))


def _for_person(store: Store, row: Outgoing, person: Person, account: Account, card: Card) -> Parcel:
    return Parcel(
        outgoing_id=row.id,
        card=card,
        language=person.language,
        zone=person.zone,
        to=Address(account.external_id, account.address),
        private=True,
        person_id=person.id,
        at=store.now,
    )


def _for_place(store: Store, row: Outgoing, place: Place) -> Parcel:
    thread = place.topic if row.thread is None else row.thread
    return Parcel(
        outgoing_id=row.id,
        card=load(row.card),
        language=store.directory.language_of(place.team),
        zone=store.directory.zone_of(place.team),
        to=Address(place.external_id, place.external_id, thread),
        private=False,
        at=store.now,
    )
