"""HR sees whom a cycle told something, by which rule, and what was held back and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from handlers.kit.cards import Button, Card, Heading, Note, Part, Section
from handlers.kit.forms import Colleague
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Plural, Text, Verbatim, more
from handlers.kit.values import load
from handlers.reviews.appealing import DECIDE
from handlers.reviews.review import bound_cycle, feature, runners
from handlers.reviews.writing import WRITE
from storage.people import Person
from storage.reviews import ReviewCycle, is_confidential
from storage.reviews.running import within
from storage.store import Store
from storage.tables import ObligationRow, Occurrence

SHOWN = 20


@feature.button(allow=runners)
def told(request: Request, cycle: str) -> Reply:
    """See whom this cycle told something, and open a person to see why or why not."""
    row = bound_cycle(request, cycle)
    owed = owed_in(request.store, row)
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
            *(Note(line) for line in more(len(people), SHOWN)),
            *(() if people else (Section(Phrase("Nobody owes anything now.")),)),
            Button(Phrase("Somebody else"), look_up.bind(cycle=row.id)),
        ),
    )


@feature.button(
    allow=runners,
    seen_by=Phrase("Seen by you alone: nothing is changed, and nobody hears of it."),
    title=Phrase("Who was told what, and why"),
)
def look_up(
    request: Request,
    cycle: str,
    person: Annotated[Person, Colleague(Phrase("About whom?"), yourself=True)],
) -> Reply:
    """See what anybody was told of this cycle, whether they still owe something or not."""
    return told_whom.handler(request, cycle=cycle, person=person.id)


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
    said = Phrase("“{title}”", title=title_for_hr(store, row, owed))
    return (Heading(said), Section(Lines((state, *lines))))


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
        "declined": Phrase("they declined"),
        "expired": Phrase("the phase was over"),
        "paused": Phrase("the cycle was paused"),
        "manager": Phrase("somebody else is the manager"),
        "passed on": Phrase("somebody else does it now"),
        "out": Phrase("somebody was taken out of the cycle"),
        "discarded": Phrase("the test was discarded"),
        "left": Phrase("somebody has left"),
        "unreachable": Phrase("they have no account here"),
        "restored": Phrase("it was from before a backup was restored"),
    }
    return known.get(reason) or Phrase("by the rule “{rule}”", rule=Verbatim(reason or "—"))


def owed_in(store: Store, row: ReviewCycle) -> dict[str, list[ObligationRow]]:
    """What is owed in a cycle now, by whom."""
    found: dict[str, list[ObligationRow]] = {}
    for each in store.obligations.within(within(row.id)):
        found.setdefault(each.person_id, []).append(each)
    return found


def title_for_hr(store: Store, row: ReviewCycle, owed: ObligationRow) -> Text:
    """What somebody owes, as HR reads it: of what is confidential and of an appeal, not about whom."""
    duty = store.reviews.duty(owed.about) if owed.kind == WRITE else None
    if duty and is_confidential(duty.role, row.peers):
        return Phrase("{cycle}: a confidential review", cycle=Verbatim(row.name))
    if owed.kind == DECIDE:
        return Phrase("{cycle}: an appeal", cycle=Verbatim(row.name))
    title: Text = load(owed.title)
    return title
