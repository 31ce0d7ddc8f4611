"""A manager asks somebody to stand in while they are away; the manager above, if there is one, must agree."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from handlers.delegation.answering import accept, approve, begun, decline, refuse
from handlers.delegation.ending import end, over_about
from handlers.delegation.terms import LONGEST, SCOPE, feature, holds, state, terms, who
from handlers.kit.access import managers
from handlers.kit.calendar import at_wall
from handlers.kit.cards import Button, Card, Note, Section
from handlers.kit.features import Ring, Rung, Silence
from handlers.kit.forms import Colleague, Day, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Lines, Phrase, Text, Verbatim
from storage.people import Person
from storage.store import Store
from storage.tables import Absence, Delegation

AGAIN = timedelta(days=1)
"""After this it is looked again who is the manager above."""


def _absence(request: Request) -> Absence | None:
    """The absence that the manager has noted: most likely the days for which they look for somebody."""
    return next(iter(request.store.preferences.absences(request.actor.id, request.today)), None)


def _first(request: Request) -> str:
    absence = _absence(request)
    return max(absence.first, request.today).isoformat() if absence else ""


def _last(request: Request) -> str:
    absence = _absence(request)
    return absence.last.isoformat() if absence else ""


Who = Annotated[Person, Colleague(Phrase("Who stands in for you?"), lead=("to", "给", "由"))]
Since = Annotated[
    date | None,
    Day(Phrase("From which day on? Empty for today."), lead=("from", "since", "从", "自"), suggested=_first),
]
Until = Annotated[
    date,
    Day(
        Phrase("Until which day? It is included."),
        lead=("until", "till", "to", "through", "直到", "到", "至"),
        counts_from="since",
        suggested=_last,
    ),
]
Reason = Annotated[
    str, Words(Phrase("Why?"), lead=("because of", "because", "for", "因为"), longest=300, lines=False)
]


def _audience(request: Request, args: Mapping[str, Any]) -> Text:
    seen = Phrase("Seen by you, the colleague whom you pick, and your manager; the reason by nobody else.")
    return Lines((seen, Phrase("Your team is told who stands in for you and until when."), SCOPE))


@feature.command(
    "delegate",
    allow=managers,
    also=("代理", "委托"),
    examples=("@chen until next Friday because of my leave", "@ben 到下周五 因为休假"),
    seen_by=_audience,
    submit=Phrase("Ask them"),
    title=Phrase("Standing in"),
)
def delegate(request: Request, to: Who, *, since: Since = None, until: Until, reason: Reason) -> Reply:
    """Let somebody read and answer your team's check-ins while you are away."""
    first = since or request.today
    _check_days(request, first, until)
    _check_person(request, to)
    between = (_begins(request, first), at_wall(until + timedelta(days=1), time(), request.actor.zone))
    _check_alone(request, between)
    above = _above(request.store, request.actor.id, to.id)
    row = request.store.delegations.ask(
        request.actor.id, to.id, between=between, reason=reason, approved=above is None
    )
    asked = [_ask_to_stand_in(request, row, to)]
    if above:
        asked.append(_ask_above(request.store, row, above))
        request.store.slots.plan(look_above.name, over_about(row), request.now + AGAIN)
    return Reply(show=_asked(request, row), tell=tuple(asked))


def _begins(request: Request, first: date) -> datetime:
    return max(request.now, at_wall(first, time(), request.actor.zone))


def _above(store: Store, manager: str, stand_in: str | None) -> Person | None:
    """Whose yes it takes: the manager's own manager, unless they are who stands in."""
    directory = store.directory
    above = directory.person(directory.manager_of(manager, store.now.date()) or "")
    return above if above and above.active and above.id != stand_in else None


# What is refused -----------------------------------------------------------------------------------------------------


def _check_days(request: Request, first: date, until: date) -> None:
    if first < request.today:
        raise Problem(Phrase("{day} is over already. Give a day from today on.", day=first), question="since")
    if until < first:
        raise Problem(
            Phrase("{until} is before {first}. Turn the days round.", until=until, first=first),
            question="until",
        )
    if (until - first).days >= LONGEST:
        most = first + timedelta(days=LONGEST - 1)
        raise Problem(
            Phrase(
                "Somebody stands in for 90 days at most: until {day}. For longer, HR changes the line.",
                day=most,
            ),
            question="until",
        )


def _check_person(request: Request, to: Person) -> None:
    if request.actor.id in request.store.directory.line_above(to.id, request.now.date())[1:]:
        raise Problem(
            Phrase(
                "{name} works for somebody in your team, and would read their own manager's check-ins."
                " Choose somebody else.",
                name=Verbatim(to.name),
            ),
            question="to",
        )


def _check_alone(request: Request, between: tuple[datetime, datetime]) -> None:
    """One person at a time; whoever was asked for these days and has not agreed yet is not asked any more."""
    begins_at, ends_at = between
    for row in request.store.delegations.of(request.actor.id, since=request.now):
        if row.subject_id != request.actor.id or row.begins_at >= ends_at or begins_at >= row.ends_at:
            continue
        if not holds(row):
            request.store.delegations.end(row, "taken back")
            continue
        raise Problem(
            Phrase(
                "{name} stands in for you on some of these days already. End that first.",
                name=who(request.store, row)["name"],
            ),
            buttons=(Button(Phrase("End it"), end.bind(delegation=row.id)),),
        )


# Who is asked --------------------------------------------------------------------------------------------------------


def _asked(request: Request, row: Delegation) -> Card:
    return Card(
        Phrase("{name} is asked to stand in for you.", name=who(request.store, row)["name"]),
        *terms(request.store, row),
        Note(state(row)),
        Button(Phrase("Take it back"), end.bind(delegation=row.id)),
    )


def _ask_to_stand_in(request: Request, row: Delegation, to: Person) -> Tell:
    card = Card(
        Phrase("{manager} asks you to stand in for them", manager=Verbatim(request.actor.name)),
        *terms(request.store, row),
        Button(Phrase("Accept"), accept.bind(delegation=row.id), style="primary"),
        Button(Phrase("Decline"), decline.bind(delegation=row.id)),
    )
    return Tell(card, to=to.id, topic=f"delegation:{row.id}:asked", lives=row.ends_at - request.now)


def _ask_above(store: Store, row: Delegation, above: Person) -> Tell:
    card = Card(
        Phrase("{manager} wants {name} to stand in for them", **who(store, row)),
        *terms(store, row),
        Section(Phrase("It takes your yes, and theirs.")),
        Button(Phrase("Approve"), approve.bind(delegation=row.id), style="primary"),
        Button(Phrase("Refuse"), refuse.bind(delegation=row.id)),
    )
    return Tell(card, to=above.id, topic=_asked_of(row, above), lives=row.ends_at - store.now)


def _asked_of(row: Delegation, above: Person) -> str:
    return f"delegation:{row.id}:above:{above.id}"


@feature.bell("above")
def look_above(ring: Ring) -> Rung:
    """Ask whoever is the manager above by now; where nobody is any more, it takes the other yes alone."""
    store, (manager, _, delegation) = ring.store, ring.about.partition(":")
    row = store.delegations.get(delegation, reader=manager)
    if row is None or row.approved_at or row.ended_at or row.ends_at <= ring.now:
        return Rung(None)
    above, later = _above(store, manager, row.named_id), ring.now + AGAIN
    if above is None:
        store.delegations.approve(row, by=None)
        return Rung(None, tell=begun(store, row))
    if store.outbox.has(_asked_of(row, above)):
        return Rung(later, silence=Silence("waits", later))
    return Rung(later, tell=(_ask_above(store, row, above),))
