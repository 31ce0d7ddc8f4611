"""HR reminds by hand whoever still owes something, after a look at it, and sees why each was told something or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from handlers.kit.calendar import WorkCalendar, local_day
from handlers.kit.cards import Button, Card, Heading, Note, Part, Section
from handlers.kit.hours import Hours, calendar_of, hours_of
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Listing, Phrase, Plural, Text, Verbatim
from handlers.kit.values import load
from handlers.reviews.review import bound_cycle, feature, runners
from handlers.reviews.writing import WRITE
from storage.people import Person
from storage.reviews import ReviewCycle, is_confidential
from storage.reviews.running import within
from storage.store import Store
from storage.tables import ObligationRow, Occurrence

SHOWN = 20

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
    today = local_day(owing.now, owing.hours.zone)
    if owing.snoozed_until and owing.snoozed_until > owing.now:
        return Plan("later", "snoozed", owing.snoozed_until)
    if owing.told_today:
        tomorrow = owing.hours.open_from(owing.hours.next_morning(owing.now))
        return Plan("later", "already today", tomorrow)
    opens = owing.hours.open_from(owing.now)
    if opens <= owing.now:
        return Plan("now")
    if owing.hours.is_away(today):
        return Plan("later", "away", opens)
    return Plan("later", "quiet hours" if owing.hours.is_open(today) else "holiday", opens)


# Reminding -----------------------------------------------------------------------------------------------------------


def _owed(store: Store, row: ReviewCycle) -> dict[str, list[ObligationRow]]:
    found: dict[str, list[ObligationRow]] = {}
    for each in store.obligations.within(within(row.id)):
        found.setdefault(each.person_id, []).append(each)
    return found


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
            Phrase("Remind who still owes something in {cycle}?", cycle=Verbatim(row.name)),
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
        for person, owed in _owed(store, row).items()
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
    if len(others) > SHOWN:
        made.append(Note(Phrase("… and {count} more.", count=len(others) - SHOWN)))
    return tuple(made)


def _why(person: Person, plan: Plan) -> Text:
    name, reason = Verbatim(person.name), reason_of(plan.reason)
    if plan.at:
        return Phrase("{name}: {moment}, because {reason}", name=name, moment=plan.at, reason=reason)
    return Phrase("{name}: not, because {reason}", name=name, reason=reason)


def _some(people: Sequence[Person]) -> Text:
    shown: tuple[Text, ...] = tuple(Verbatim(person.name) for person in people[:SHOWN])
    rest = len(people) - len(shown)
    return Listing((*shown, Phrase("{n} more", n=rest)) if rest else shown)


def _example(store: Store, row: ReviewCycle, reached: Sequence[tuple[Person, Plan]]) -> Text:
    """What the first of them reads; of what is confidential, how much and not about whom."""
    owed = _owed(store, row)[reached[0][0].id]
    return Lines(tuple(_called(store, row, each) for each in owed))


def _called(store: Store, row: ReviewCycle, owed: ObligationRow) -> Text:
    duty = store.reviews.duty(owed.about) if owed.kind == WRITE else None
    if duty and is_confidential(duty.role, row.peers):
        return Phrase("{cycle}: a confidential review", cycle=Verbatim(row.name))
    title: Text = load(owed.title)
    return title


@feature.button(allow=runners)
def remind_now(request: Request, cycle: str) -> Reply:
    """Remind everybody who still owes something in this cycle."""
    row = bound_cycle(request, cycle)
    if row.state != "running":
        raise Problem(Phrase("This cycle does not run."))
    store = request.store
    reached = {person.id for person, plan in _plans(store, row) if plan.what != "not"}
    for person_id, owed in _owed(store, row).items():
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


# Why, or why not -----------------------------------------------------------------------------------------------------


@feature.button(allow=runners)
def told(request: Request, cycle: str) -> Reply:
    """See whom this cycle told something, and open a person to see why or why not."""
    row = bound_cycle(request, cycle)
    owed = _owed(request.store, row)
    people = sorted((request.person(each) for each in owed), key=lambda each: each.name)
    return Reply(
        keep=True,
        show=Card(
            Phrase("Who still owes something in {cycle}", cycle=Verbatim(row.name)),
            *(
                Section(
                    Plural(
                        "{name}: one thing",
                        "{name}: {n} things",
                        n=len(owed[each.id]),
                        name=Verbatim(each.name),
                    ),
                    button=Button(Phrase("Why"), told_whom.bind(cycle=row.id, person=each.id)),
                )
                for each in people[:SHOWN]
            ),
            *(
                (Note(Phrase("… and {count} more.", count=len(people) - SHOWN)),)
                if len(people) > SHOWN
                else ()
            ),
            *(() if people else (Section(Phrase("Nobody owes anything now.")),)),
        ),
    )


@feature.button(allow=runners)
def told_whom(request: Request, cycle: str, person: str) -> Reply:
    """See what somebody was told of this cycle, when, by which rule, and what was held back and why."""
    row = bound_cycle(request, cycle)
    whom = request.person(person)
    owed = request.store.obligations.within(within(row.id), person_id=person, closed=None)
    decided = request.store.slots.decided_about("nudge", [each.id for each in owed])
    return Reply(
        keep=True,
        show=Card(
            Phrase("{name} in {cycle}", name=Verbatim(whom.name), cycle=Verbatim(row.name)),
            *(part for each in owed for part in _history(request.store, row, each, decided.get(each.id, []))),
            *(() if owed else (Section(Phrase("This cycle asked nothing of them.")),)),
            Note(Phrase("Times are yours. What a confidential review is about is not shown.")),
        ),
    )


def _history(
    store: Store, row: ReviewCycle, owed: ObligationRow, decided: Sequence[Occurrence]
) -> tuple[Part, ...]:
    lines = tuple(_decision(each) for each in decided)
    state = _state(owed)
    return (Heading(_called(store, row, owed)), Section(Lines((state, *lines))))


def _state(owed: ObligationRow) -> Text:
    if owed.closed_at:
        return Phrase("Closed {moment}: {how}", moment=owed.closed_at, how=reason_of(owed.closed_how))
    if owed.remind_at:
        return Phrase("Open; I decide again {moment}", moment=owed.remind_at)
    return Phrase("Open; there is nothing more to say of it")


def _decision(row: Occurrence) -> Text:
    reason = reason_of(row.reason)
    if row.outcome == "sent":
        return Phrase("Sent {moment}: {reason}", moment=row.decided_at, reason=reason)
    if row.until:
        return Phrase(
            "Not sent {moment}: {reason}; it waits until {until}",
            moment=row.decided_at,
            reason=reason,
            until=row.until,
        )
    return Phrase("Not sent {moment}: {reason}", moment=row.decided_at, reason=reason)


def reason_of(reason: str) -> Text:
    """Why somebody was told something or not, as HR reads it."""
    known: dict[str, Text] = {
        "opened": Phrase("it began"),
        "three days": Phrase("three workdays were over"),
        "week before": Phrase("a week was left"),
        "day before": Phrase("a day was left"),
        "last day": Phrase("it was the last day"),
        "due": Phrase("it was nearly due"),
        "by hand": Phrase("HR reminded by hand"),
        "asked for": Phrase("they asked to be reminded then"),
        "asked already": Phrase("HR did so already, and it waits"),
        "snoozed": Phrase("they snoozed it"),
        "away": Phrase("they are away"),
        "holiday": Phrase("it is not a workday of theirs"),
        "quiet hours": Phrase("it is in their quiet hours"),
        "already today": Phrase("they had their one message of the day"),
        "weekly ceiling": Phrase("they had the most messages that a week may have"),
        "together": Phrase("it waits for another message of that day"),
        "nothing new": Phrase("there was nothing new to say"),
        "done": Phrase("it is done"),
        "said": Phrase("they said that it is done"),
        "expired": Phrase("the phase was over"),
        "paused": Phrase("the cycle was paused"),
        "manager": Phrase("somebody else is the manager"),
        "discarded": Phrase("the test was discarded"),
        "left": Phrase("somebody has left"),
        "unreachable": Phrase("they have no account here"),
        "restored": Phrase("it was from before a backup was restored"),
    }
    return known.get(reason) or Phrase("by the rule “{rule}”", rule=Verbatim(reason or "—"))
