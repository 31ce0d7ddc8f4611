"""HR reminds by hand whoever still owes something, after a look at whom it reaches and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from handlers.kit.calendar import WorkCalendar, local_day
from handlers.kit.cards import Button, Card, Note, Part, Section
from handlers.kit.features import at_this_hour
from handlers.kit.hours import Hours, calendar_of, hours_of
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Plural, Text, Verbatim, first_names, more
from handlers.reviews.review import bound_cycle, feature, runners, running_cycle
from handlers.reviews.told import SHOWN, owed_in, reason_of, title_for_hr
from storage.people import Person
from storage.reviews import ReviewCycle
from storage.store import Store
from storage.tables import ObligationRow

# The decision --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Owing:
    """One person who owes something, when HR wants to remind them. `asked`: HR did so already, and it waits."""

    now: datetime
    hours: Hours
    active: bool = True
    reachable: bool = True
    owes: int = 1
    snoozed_until: datetime | None = None
    told_today: bool = False
    asked: bool = False


@dataclass(frozen=True)
class Plan:
    """What would become of it: told now, or at a moment, or not; and why."""

    what: Literal["now", "later", "not"]
    reason: str = ""
    at: datetime | None = None


def by_hand(owing: Owing) -> Plan:
    """What becomes of one person when HR reminds by hand: it goes by the same hours as every reminder."""
    if not owing.active:
        return Plan("not", "left")
    if not owing.owes:
        return Plan("not", "done")
    if not owing.reachable:
        return Plan("not", "unreachable")
    if owing.asked:
        return Plan("not", "asked already")
    return _in_hours(owing)


def _in_hours(owing: Owing) -> Plan:
    if owing.snoozed_until and owing.snoozed_until > owing.now:
        return Plan("later", "snoozed", owing.snoozed_until)
    if owing.told_today:
        tomorrow = owing.hours.open_from(owing.hours.next_morning(owing.now))
        return Plan("later", "already today", tomorrow)
    if closed := at_this_hour(owing.hours, owing.now):
        return Plan("later", closed.reason, closed.until)
    return Plan("now")


# Reminding -----------------------------------------------------------------------------------------------------------


def _planned(store: Store, person: Person, owed: Sequence[ObligationRow], calendar: WorkCalendar) -> Plan:
    today = local_day(store.now, person.zone)
    snoozed = [each.snoozed_until for each in owed if each.snoozed_until]
    return by_hand(
        Owing(
            now=store.now,
            hours=hours_of(store, person, calendar),
            active=person.active,
            reachable=bool(store.directory.accounts.get(person.id)),
            owes=len(owed),
            snoozed_until=min(snoozed, default=None) if len(snoozed) == len(owed) else None,
            told_today=store.outbox.has(f"nudge:{person.id}:{today}"),
            asked=all(each.wanted for each in owed),
        )
    )


@feature.button(allow=runners)
def remind(request: Request, cycle: str) -> Reply:
    """Look at whom a reminder by hand would reach, when, and how it reads."""
    row = bound_cycle(request, cycle)
    plans = _plans(request.store, row)
    reached = [(person, plan) for person, plan in plans if plan.what != "not"]
    if not reached:
        raise Problem(
            Phrase("Nobody is to be reminded: nobody owes anything, or they are about to hear of it.")
        )
    return Reply(
        show=Card(
            Phrase("Remind those who still owe something in {cycle}?", cycle=Verbatim(row.name)),
            *_whom(plans),
            Section(Phrase("They read:")),
            Section(_example(request.store, row, reached), quoted=True),
            Button(Phrase("Remind them"), remind_now.bind(cycle=row.id), style="primary"),
            Note(
                Phrase(
                    "It comes in their one message of the day. Whoever hands in before it is sent does not get it."
                )
            ),
        )
    )


def _plans(store: Store, row: ReviewCycle) -> list[tuple[Person, Plan]]:
    calendar = calendar_of(store)
    people = store.directory.people
    made = [
        (people[person], _planned(store, people[person], owed, calendar))
        for person, owed in owed_in(store, row).items()
    ]
    return sorted(made, key=lambda pair: pair[0].name)


def _whom(plans: Sequence[tuple[Person, Plan]]) -> tuple[Part, ...]:
    now = [person for person, plan in plans if plan.what == "now"]
    others = [(person, plan) for person, plan in plans if plan.what != "now"]
    made: list[Part] = []
    if now:
        who = _some(now)
        made.append(Section(Plural("Now: {who}", "Now, {n} people: {who}", n=len(now), who=who)))
    made += [Section(_why(person, plan)) for person, plan in others[:SHOWN]]
    return (*made, *(Note(line) for line in more(len(others), SHOWN)))


def _why(person: Person, plan: Plan) -> Text:
    name, reason = Verbatim(person.name), reason_of(plan.reason)
    if plan.at:
        return Phrase("{name}: {moment}, because {reason}", name=name, moment=plan.at, reason=reason)
    return Phrase("{name}: not, because {reason}", name=name, reason=reason)


def _some(people: Sequence[Person]) -> Text:
    return first_names([person.name for person in people], SHOWN)


def _example(store: Store, row: ReviewCycle, reached: Sequence[tuple[Person, Plan]]) -> Text:
    """What the first of them reads; of what is confidential, how much and not about whom."""
    owed = owed_in(store, row)[reached[0][0].id]
    return Lines(tuple(title_for_hr(store, row, each) for each in owed))


@feature.button(allow=runners)
def remind_now(request: Request, cycle: str) -> Reply:
    """Remind everybody who still owes something in this cycle."""
    row = running_cycle(request, cycle)
    store = request.store
    reached = {person.id for person, plan in _plans(store, row) if plan.what != "not"}
    for person_id, owed in owed_in(store, row).items():
        for each in owed if person_id in reached else ():
            if not (each.snoozed_until and each.snoozed_until > store.now):
                store.obligations.want(each)
    store.reviews.running.note(row, "reminded", by=request.actor.id, details={"n": len(reached)})
    said = Plural("One person is reminded.", "{n} people are reminded.", n=len(reached))
    return Reply(
        show=Card(
            said,
            Note(Phrase("Each in their own hours; what became of it: Progress, then Who was told what.")),
        )
    )
