"""One agreement of standing in: what it opens and what it does not, its days, its two people, and who is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from handlers.kit.calendar import last_day, local_day
from handlers.kit.cards import Part, Section
from handlers.kit.features import Feature
from handlers.kit.requests import Request
from handlers.kit.text import Lines, Phrase, Text, Verbatim
from storage.people import Person
from storage.store import Store
from storage.tables import Delegation

feature = Feature("delegation", title=Phrase("Standing in"))

LONGEST = 90
"""Days at most: for longer, the people file says who is the manager."""

SCOPE = Phrase(
    "Whoever stands in reads the check-ins that the team writes on these days, and comments on them; each time it says"
    " for whom. Feedback, one-on-ones, private thanks and notes stay closed, and so does all that is older. It cannot"
    " be passed on."
)


def found(request: Request, args: Mapping[str, Any]) -> Delegation | None:
    """The agreement behind a button, if its presser may see it."""
    return request.store.delegations.get(str(args.get("delegation", "")), reader=request.actor.id)


def behind(request: Request, delegation: str) -> Delegation:
    """The agreement whose door was passed."""
    row = found(request, {"delegation": delegation})
    assert row is not None  # the door asked
    return row


def who(store: Store, row: Delegation) -> dict[str, Verbatim]:
    """The names of the two."""
    named = store.directory.named
    return {"manager": Verbatim(named(row.subject_id)), "name": Verbatim(named(row.named_id))}


def days(store: Store, row: Delegation) -> dict[str, date]:
    """Its first and last day, on the manager's calendar."""
    zone = store.directory.people[row.subject_id].zone
    return {"first": local_day(row.begins_at, zone), "until": last_day(row.ends_at, zone)}


def terms(store: Store, row: Delegation) -> tuple[Part, ...]:
    """The agreement in words, with its reason."""
    lasts = Phrase("From {first} until {until}, both days included.", **days(store, row))
    why = Phrase("Because: {reason}", reason=Verbatim(row.reason))
    return Section(Lines((lasts, why))), Section(SCOPE)


def holds(row: Delegation) -> bool:
    """Whether both have said yes, and nobody no."""
    return bool(row.accepted_at and row.approved_at and not row.ended_at)


def team(store: Store, row: Delegation) -> tuple[Person, ...]:
    """Those whose check-ins it opens."""
    directory, today = store.directory, store.now.date()
    above = (row.named_id, *directory.line_above(row.named_id or "", today))
    return tuple(each for each in directory.reports_of(row.subject_id, today) if each.id not in above)


def state(row: Delegation) -> Text:
    """Whose yes it waits for."""
    if row.accepted_at and row.approved_at:
        return Phrase("Both have agreed.")
    if row.accepted_at:
        return Phrase("It waits for the manager above.")
    return Phrase("It waits for the one who is to stand in.")
