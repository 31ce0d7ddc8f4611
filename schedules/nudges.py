"""A person is reminded of all that is due in one message, and each decision about it is kept with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from handlers.kit import cadence
from handlers.kit.cadence import Step
from handlers.kit.calendar import at_wall, local_day
from handlers.kit.cards import Card
from handlers.kit.dispatch import Core
from handlers.kit.features import Silence, at_this_hour
from handlers.kit.hours import Hours, calendar_of, hours_of
from handlers.kit.requests import Tell
from handlers.kit.values import altered
from handlers.reminders import CEILING, NUDGE, is_appointment, reminder
from schedules.deciding import Facts, Send, decide, due_reminder
from storage.obligations import EXPIRED
from storage.people import Person
from storage.slots import LIVES, RESTORED_AT
from storage.store import Store
from storage.tables import ObligationRow, Outgoing

KIND = "nudge"
"""The kind under which these decisions are kept; they are about an obligation's id."""
DONE = "done"
"""Why a reminder is not sent of which nothing is open any more."""
ANY_DAY = "____-__-__"
"""The slot of a workday's message, as a pattern of SQL."""
POISON = timedelta(hours=1)
"""How long a reminder that could not be made is left alone."""


@dataclass(frozen=True)
class Reminded:
    """What was decided for a person: reasons by obligation, and the message if there is one."""

    outgoing_id: str | None = None
    sent: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    expired: int = 0


def remind(core: Core, store: Store, person_id: str) -> Reminded:
    """Decide about everything that may be due for a person now, and queue one message for what is to be said."""
    rows = store.obligations.due_for(person_id)
    expired = [row for row in rows if row.expires_at and row.expires_at <= store.now]
    for row in expired:
        store.obligations.close(person_id, row.kind, row.about, how=EXPIRED)
        _record(store, row, "expired", "")
    rows = [row for row in rows if not (row.expires_at and row.expires_at <= store.now)]
    person = store.directory.person(person_id)
    if not rows or person is None:
        return Reminded(expired=len(expired))
    facts = facts_of(core, store, person)
    decided = [(row, decide(about(facts, row))) for row in rows]
    silent = [(row, made) for row, made in decided if isinstance(made, Silence)]
    sending = [(row, made) for row, made in decided if isinstance(made, Send)]
    for row, silence in silent:
        _keep_silent(store, row, silence)
    outgoing = _tell(core, store, person, facts, sending) if sending else None
    reasons = tuple(made.reason for _, made in sending) if outgoing else ()
    return Reminded(outgoing, reasons, tuple(silence.reason for _, silence in silent), len(expired))


def facts_of(core: Core, store: Store, person: Person) -> Facts:
    """What is true of the person now, whatever they owe."""
    today = local_day(store.now, person.zone)
    monday = at_wall(today - timedelta(days=today.weekday()), time(), person.zone)
    hours = hours_of(store, person, calendar_of(store))
    return Facts(
        now=store.now,
        hours=hours,
        active=person.active,
        told_today=store.outbox.has(_topic(person.id, str(today))),
        told_this_week=store.outbox.told(person.id, _topic(person.id, ANY_DAY), since=monday),
        ceiling=int(store.setting("weekly_ceiling", CEILING)),
        restored_at=restored_at(store),
        gathered_at=_gathered_at(core, store, person, hours),
    )


def about(facts: Facts, row: ObligationRow) -> Facts:
    """The facts of a person with those of one thing that they owe."""
    return altered(
        facts,
        closed=row.closed_at is not None,
        reminded=row.reminded,
        snoozed_until=row.snoozed_until,
        appointment=is_appointment(row),
        steps=steps_of(row, facts.hours),
        wanted=row.wanted,
        ends_today=row.due_at is not None and local_day(row.due_at, facts.hours.zone) == facts.today,
        restored=bool(facts.restored_at and row.remind_at and row.remind_at <= facts.restored_at),
    )


def steps_of(row: ObligationRow, hours: Hours) -> tuple[Step, ...] | None:
    """When the person is reminded of what has a cadence of its own."""
    if row.cadence != cadence.DEADLINE or row.due_at is None:
        return None
    return cadence.steps(row.opened_at, row.due_at, hours)


def stand_by(core: Core, store: Store, row: Outgoing, person: Person) -> Card | Silence | None:
    """A reminder that is about to be sent, looked at again: the card with what is open by now, silence when nothing is,
    the person must not be disturbed or a newer one says it, or None to send it as it is."""
    facts = facts_of(core, store, person)
    told = store.slots.told_by(row)
    owed = (store.obligations.get(each, person_id=person.id) for each in dict.fromkeys(d.about for d in told))
    still = [each for each in owed if each is not None and each.closed_at is None]  # None: it never was
    if told and not still:
        return Silence(DONE)
    if facts.active and (hour := at_this_hour(facts.hours, facts.now)):
        return hour
    if newer := store.delivering.newer(row):
        store.slots.hand_on(row, newer)
        return Silence("said later")
    handed_on = any(each.decided_at < row.made_at for each in told)
    if handed_on or len(still) < len(told):
        return core.seal(store, reminder(still, store.now), for_person=person.id)
    return None


def _gathered_at(core: Core, store: Store, person: Person, hours: Hours) -> datetime | None:
    """When the person is asked for something later today: what else they owe is said then, in one message. What would
    wait for their quiet hours to end gathers nothing: it would be put off every day."""
    bells = (store.slots.next(bell, person.id) for bell in core.gathering)
    moments = (*bells, store.obligations.next_step(person.id))
    today = local_day(store.now, person.zone)
    later = (at for at in moments if at and at > store.now and local_day(at, person.zone) == today)
    return min((at for at in later if not hours.quiet_until(at)), default=None)


def restored_at(store: Store) -> datetime | None:
    """When the database was restored from a backup, if it was: what was due before may have been said then."""
    moment = store.setting(RESTORED_AT)
    return datetime.fromisoformat(moment) if moment else None


def _keep_silent(store: Store, row: ObligationRow, silence: Silence) -> None:
    _record(store, row, "silent", silence.reason, until=silence.until)
    moments = [moment for moment in (silence.until, _end(row, store.now)) if moment]
    store.obligations.remind_next(row, min(moments, default=None))


def _tell(
    core: Core, store: Store, person: Person, facts: Facts, sending: Sequence[tuple[ObligationRow, Send]]
) -> str | None:
    slot = _slot(facts, sending)
    rows = [row for row, _ in sending]
    tell = Tell(
        reminder(rows, store.now),
        to=person.id,
        topic=_topic(person.id, slot),
        unclear="reconcile",
        lives=LIVES,
    )
    outgoing = core.queue(store, NUDGE, tell)
    for row, send in sending:
        if outgoing is None:
            _keep_silent(store, row, Silence("already today", facts.hours.next_morning(store.now)))
            continue
        _record(store, row, "sent", send.reason, outgoing)
        is_again = send.reason == "asked for" and row.reminded > 0
        heard = store.obligations.said_again if is_again else store.obligations.reminded
        is_first = row.reminded == int(is_again)
        heard(row, next_at=_next_reminder(row, facts.hours, store.now, is_first=is_first))
    return outgoing


def _topic(person_id: str, slot: str) -> str:
    return f"nudge:{person_id}:{slot}"


def _slot(facts: Facts, sending: Sequence[tuple[ObligationRow, Send]]) -> str:
    """What makes the message unique: the day, or, for what does not count as the day's message, the thing itself."""
    if any(send.counts for _, send in sending):
        return str(facts.today)
    first = sending[0][0]
    assert first.remind_at is not None
    return f"{first.id}:{first.remind_at:%Y%m%d%H%M%S}"


def _next_reminder(row: ObligationRow, hours: Hours, now: datetime, *, is_first: bool) -> datetime | None:
    known = steps_of(row, hours)
    if known is not None:
        return cadence.next_after(known, now, hours.zone) or _end(row, now)
    if row.due_at and is_first and not is_appointment(row):
        second = due_reminder(row.due_at, hours.zone)
        if second > now:
            return second
    return _end(row, now)


def _end(row: ObligationRow, now: datetime) -> datetime | None:
    """When there is something to decide again although nothing more is said: when it expires."""
    return row.expires_at if row.expires_at and row.expires_at > now else None


def _record(
    store: Store,
    row: ObligationRow,
    outcome: str,
    reason: str,
    outgoing_id: str | None = None,
    *,
    until: datetime | None = None,
) -> None:
    assert row.remind_at is not None
    store.slots.record(
        KIND,
        row.id,
        row.remind_at,
        person_id=row.person_id,
        outcome=outcome,
        reason=reason,
        until=until,
        outgoing_id=outgoing_id,
    )


def set_aside(store: Store, person_id: str, error: Exception) -> None:
    """Reminders that could not be made are kept as failed, and tried again later: nobody else waits for them."""
    for row in store.obligations.due_for(person_id):
        _record(store, row, "failed", type(error).__name__)
        store.obligations.remind_next(row, store.now + POISON)
