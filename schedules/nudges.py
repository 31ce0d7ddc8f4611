"""Whether a person is reminded now, or why not: a pure decision, kept with its reason; one message for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, TypeAlias

from handlers.kit import cadence
from handlers.kit.cadence import Step
from handlers.kit.calendar import at_wall, local_day
from handlers.kit.cards import Card
from handlers.kit.dispatch import Core
from handlers.kit.features import Silence
from handlers.kit.hours import Hours, calendar_of, hours_of
from handlers.kit.requests import Tell
from handlers.kit.values import altered
from handlers.reminders import CEILING, NUDGE, is_appointment, reminder
from storage.obligations import EXPIRED
from storage.people import Person
from storage.slots import HANDED_ON, RESTORED_AT
from storage.store import Store
from storage.tables import ObligationRow, Outgoing

KIND = "nudge"
"""The kind under which these decisions are kept; they are about an obligation's id."""
DUE_DAY = time(10)
BEFORE_DUE = timedelta(hours=2)
LIVES = HANDED_ON
ANY_DAY = "____-__-__"
"""The slot of a workday's message, as a pattern of SQL."""
POISON = timedelta(hours=1)
"""How long a reminder that could not be made is left alone."""


@dataclass(frozen=True)
class Facts:
    """All that a decision about one obligation of one person depends on."""

    now: datetime
    hours: Hours
    active: bool = True
    closed: bool = False
    reminded: int = 0
    snoozed_until: datetime | None = None
    appointment: bool = False
    steps: tuple[Step, ...] | None = None
    wanted: bool = False
    ends_today: bool = False
    restored: bool = False
    restored_at: datetime | None = None
    gathered_at: datetime | None = None
    told_today: bool = False
    told_this_week: int = 0
    ceiling: int = CEILING

    @property
    def today(self) -> date:
        """The day on the person's calendar."""
        return local_day(self.now, self.hours.zone)

    @property
    def asked_for(self) -> bool:
        """Whether the person themselves chose to be reminded now."""
        return self.snoozed_until is not None and self.snoozed_until <= self.now


@dataclass(frozen=True)
class Send:
    """Remind now; `reason` is the rule by which."""

    reason: Literal["opened", "due", "asked for", "appointment", "by hand"] | cadence.Reason

    @property
    def counts(self) -> bool:
        """Whether it is one of the messages of which there is one a workday."""
        return self.reason not in ("asked for", "appointment")


Decision: TypeAlias = Send | Silence


def decide(facts: Facts) -> Decision:
    """Send, or silence with its reason and until when. The first rule that applies decides."""
    if not facts.active:
        return Silence("left")
    if facts.closed:
        return Silence("done")
    if facts.restored:
        return Silence("restored", facts.hours.next_morning(facts.now))
    if facts.snoozed_until and not facts.asked_for:
        return Silence("snoozed", facts.snoozed_until)
    return _at_this_hour(facts) or _of_this_kind(facts) or _often_enough(facts) or Send(_rule(facts))


def _at_this_hour(facts: Facts) -> Silence | None:
    """Nobody is disturbed on a day off or at night, whatever it is."""
    if facts.hours.is_away(facts.today):
        return Silence("away", facts.hours.open_from(facts.now))
    if not facts.hours.calendar.is_workday(facts.today):
        return Silence("holiday", facts.hours.open_from(facts.now))
    if facts.hours.quiet_until(facts.now):
        return Silence("quiet hours", facts.hours.open_from(facts.now))
    return None


def _of_this_kind(facts: Facts) -> Send | None:
    """What the person asked for, and a meeting, cannot wait for tomorrow."""
    if facts.asked_for:
        return Send("asked for")
    return Send("appointment") if facts.appointment and not facts.reminded else None


def _often_enough(facts: Facts) -> Silence | None:
    if _is_said(facts):
        return Silence("nothing new")
    if facts.told_today:
        return Silence("already today", facts.hours.open_from(facts.hours.next_morning(facts.now)))
    if later := _gathered(facts):
        return Silence("together", later)
    if facts.told_this_week >= facts.ceiling:
        return Silence(
            "weekly ceiling", facts.hours.open_from(facts.hours.morning(_next_monday(facts.today)))
        )
    return None


def _is_said(facts: Facts) -> bool:
    """Whether the person heard of it as often as they are to."""
    if facts.wanted:
        return False
    if facts.steps is not None:
        return bool(facts.reminded) and cadence.reached(facts.steps, facts.now) is None
    return facts.reminded >= 2 or (facts.appointment and bool(facts.reminded))


def _gathered(facts: Facts) -> datetime | None:
    """When something later that day is said anyway, and this with it; what ends today waits for nothing else."""
    own = cadence.later_today(facts.steps or (), facts.now, facts.hours.zone)
    return own or (None if facts.reminded and facts.ends_today else facts.gathered_at)


def _rule(facts: Facts) -> Literal["opened", "due", "by hand"] | cadence.Reason:
    if facts.wanted:
        return "by hand"
    if not facts.reminded:
        return "opened"
    step = cadence.reached(facts.steps or (), facts.now)
    return step.reason if step else "due"


def _next_monday(day: date) -> date:
    return day + timedelta(days=7 - day.weekday())


def due_reminder(due_at: datetime, zone: str) -> datetime:
    """The second reminder: at 10:00 of the due day or two hours before, whichever is later and still before."""
    early = due_at - BEFORE_DUE
    morning = at_wall(local_day(due_at, zone), DUE_DAY, zone)
    return max(early, morning) if morning < due_at else early


# Reminding one person -------------------------------------------------------------------------------------


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
    return Facts(
        now=store.now,
        hours=hours_of(store, person, calendar_of(store)),
        active=person.active,
        told_today=store.outbox.has(_topic(person.id, str(today))),
        told_this_week=store.outbox.told(person.id, _topic(person.id, ANY_DAY), since=monday),
        ceiling=int(store.setting("weekly_ceiling", CEILING)),
        restored_at=restored_at(store),
        gathered_at=_gathered_at(core, store, person),
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
        return Silence("done")
    if facts.active and (hour := _at_this_hour(facts)):
        return hour
    if newer := store.outbox.newer(row):
        store.slots.hand_on(row, newer)
        return Silence("said later")
    handed_on = any(each.decided_at < row.made_at for each in told)
    if handed_on or len(still) < len(told):
        return core.seal(store, reminder(still, store.now), for_person=person.id)
    return None


def _gathered_at(core: Core, store: Store, person: Person) -> datetime | None:
    """When the person is asked for something later today: what else they owe is said then, in one message."""
    bells = (store.slots.next(bell, person.id) for bell in core.gathering)
    moments = (*bells, store.obligations.next_step(person.id))
    today = local_day(store.now, person.zone)
    later = (at for at in moments if at and at > store.now and local_day(at, person.zone) == today)
    return min(later, default=None)


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
        store.obligations.reminded(row, next_at=_next_reminder(row, facts.hours, store.now))
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


def _next_reminder(row: ObligationRow, hours: Hours, now: datetime) -> datetime | None:
    known = steps_of(row, hours)
    if known is not None:
        return cadence.next_after(known, now, hours.zone) or _end(row, now)
    if row.due_at and not row.reminded and not is_appointment(row):
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
