"""Who is asked to stand in, and the manager above, say yes or no; with the last yes the team is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.delegation.ending import end, over_about
from handlers.delegation.terms import SCOPE, behind, days, feature, found, holds, state, team, who
from handlers.kit.access import Rule, owner_of
from handlers.kit.cards import Button, Card, Note, Press, Section
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Text
from storage.delegations import OVER
from storage.store import Store
from storage.tables import Delegation

stand_in = owner_of(found, "named_id")


def _is_above(request: Request, args: Mapping[str, Any]) -> bool:
    row = found(request, args)
    directory = request.store.directory
    return row is not None and directory.manager_of(row.subject_id, request.now.date()) == request.actor.id


above = Rule("the manager above", _is_above, Phrase("This is for their manager to decide."))


def _open(request: Request, delegation: str) -> Delegation:
    row = behind(request, delegation)
    if row.ended_at or row.ends_at <= request.now:
        raise Problem(Phrase("This was taken back, or its days are over. Nothing is left to decide."))
    return row


@feature.button(allow=stand_in)
def accept(request: Request, delegation: str) -> Reply:
    """Stand in for this manager."""
    row = _open(request, delegation)
    if row.accepted_at is None:
        request.store.delegations.accept(row)
        return Reply(show=_agreed(request, row), tell=begun(request.store, row, besides=request.actor.id))
    return Reply(show=_agreed(request, row))


@feature.button(allow=above)
def approve(request: Request, delegation: str) -> Reply:
    """Approve that this person stands in."""
    row = _open(request, delegation)
    if row.approved_at is None:
        request.store.delegations.approve(row, by=request.actor.id)
        return Reply(show=_agreed(request, row), tell=begun(request.store, row, besides=request.actor.id))
    return Reply(show=_agreed(request, row))


@feature.button(allow=stand_in)
def decline(request: Request, delegation: str) -> Reply:
    """Do not stand in for this manager."""
    row = _open(request, delegation)
    request.store.delegations.end(row, "declined")
    no = Phrase("{name} does not stand in for {manager}.", **who(request.store, row))
    return Reply(show=Card(no), tell=(_hears(row.subject_id, no, row),))


@feature.button(allow=above)
def refuse(request: Request, delegation: str) -> Reply:
    """Refuse that this person stands in."""
    row = _open(request, delegation)
    request.store.delegations.end(row, "refused")
    no = Phrase("{name} does not stand in for {manager}.", **who(request.store, row))
    return Reply(show=Card(no), tell=(_hears(row.subject_id, no, row), _hears(row.named_id, no, row)))


def _hears(person: str | None, title: Text, row: Delegation) -> Tell:
    return Tell(Card(title), to=person or "", topic=f"delegation:{row.id}:no:{person}")


# Agreed --------------------------------------------------------------------------------------------------------------


def _agreed(request: Request, row: Delegation) -> Card:
    ends = Button(Phrase("End it"), end.bind(delegation=row.id))
    if not holds(row):
        return Card(
            Phrase("Thank you."), Note(state(row)), *((ends,) if row.named_id == request.actor.id else ())
        )
    title = _beginning(request.store, row)
    if row.named_id != request.actor.id:
        return Card(title)
    return Card(title, Button(Phrase("Open the team"), Press("checkins.team", {})), ends)


def _beginning(store: Store, row: Delegation) -> Text:
    return Phrase(
        "{name} stands in for {manager} from {first} until {until}.", **who(store, row), **days(store, row)
    )


def begun(store: Store, row: Delegation, *, besides: str = "") -> tuple[Tell, ...]:
    """With both yeses it holds: its end is planned, and everybody concerned hears of it, `besides` whoever said yes."""
    if not holds(row):
        return ()
    store.slots.plan(OVER, over_about(row), row.ends_at)
    title = _beginning(store, row)
    two = Card(title, Section(SCOPE), Button(Phrase("End it"), end.bind(delegation=row.id)))
    seen = Note(Phrase("You see in /upbeat privacy what they open."))
    subjects = Card(title, Section(SCOPE), seen)
    others = {person.id: subjects for person in team(store, row)}
    cards = {**others, row.subject_id: two, row.named_id or "": two}
    return tuple(
        Tell(card, to=person, topic=f"delegation:{row.id}:begun:{person}")
        for person, card in cards.items()
        if person != besides
    )
