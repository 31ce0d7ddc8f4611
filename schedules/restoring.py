"""After a restore from a backup people hear once what may not have reached them, in place of all of it again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from handlers.kit.cards import Card, Note, Section
from handlers.kit.dispatch import Core
from handlers.kit.hours import Hours, calendar_of, hours_of
from handlers.kit.requests import Tell
from handlers.kit.text import Lines, Phrase, more
from handlers.kit.values import load
from handlers.reminders import NUDGE
from schedules import nudges
from schedules.alerts import ALERT
from storage.outbox import ANSWER, RESTORED
from storage.slots import LIVES, RESTORED_FROM
from storage.store import Store
from storage.tables import Outgoing

ROUTE = "restore"
SHOWN = 10
"""Messages that are named."""


def people_to_tell(store: Store, most: int) -> list[str]:
    """Some of those from whom something was held back, as long as it is worth telling."""
    restored = nudges.restored_at(store)
    is_news = restored is not None and store.now < restored + LIVES
    return store.outbox.held_back(most) if is_news else []


def tell(core: Core, store: Store, person_id: str) -> None:
    """Name in one message what may not have reached somebody; of what they owe they are reminded next morning."""
    rows, person = store.outbox.let_go(person_id), store.directory.person(person_id)
    if person is None or not person.active:
        return
    hours = hours_of(store, person, calendar_of(store))
    for row in rows:
        if row.route == NUDGE:
            _remind_again(store, row, hours)
    missed = [row for row in rows if _is_worth_it(store, row)]
    if not missed:
        return
    topic = f"{ROUTE}:{nudges.restored_at(store)}:{person_id}"
    after = hours.open_from(store.now) - store.now
    core.queue(
        store,
        ROUTE,
        Tell(_card(store, missed), to=person_id, topic=topic, unclear="reconcile", after=after, lives=LIVES),
    )


def _remind_again(store: Store, row: Outgoing, hours: Hours) -> None:
    for each in store.slots.told_by(row):
        owed = store.obligations.get(each.about, person_id=row.person_id or "")
        if owed and owed.closed_at is None:
            moments = (owed.remind_at, owed.expires_at, hours.next_morning(store.now))
            store.obligations.remind_next(owed, min(at for at in moments if at))
    store.slots.overrule(row, "silent", RESTORED)


def _is_worth_it(store: Store, row: Outgoing) -> bool:
    is_late = row.expires_at is not None and row.expires_at <= store.now
    is_answer = (row.topic or "").startswith(ANSWER)
    return row.route not in (NUDGE, ALERT, ROUTE) and not is_late and not is_answer


def _card(store: Store, missed: Sequence[Outgoing]) -> Card:
    titles = list(dict.fromkeys(load(row.card).title for row in missed))
    since = store.setting(RESTORED_FROM)
    lost = (
        Phrase(
            "What you told me after {moment} is lost: please say again what still matters.",
            moment=datetime.fromisoformat(since),
        )
        if since
        else None
    )
    return Card(
        Phrase("Upbeat was put back from a backup"),
        Section(
            Lines(
                (
                    Phrase("These messages may not have reached you:"),
                    *titles[:SHOWN],
                    *more(len(titles), SHOWN),
                )
            )
        ),
        *((Note(lost),) if lost else ()),
    )
