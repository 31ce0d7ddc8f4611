"""Standing in ends by its date, by either of the two, or when one leaves; then the manager sees what was done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from handlers.delegation.terms import behind, days, feature, found, holds, state, team, who
from handlers.kit.access import everyone, owner_of
from handlers.kit.cards import Button, Card, Heading, Note, Part, Press, Section
from handlers.kit.features import Ring, Rung, Silence
from handlers.kit.hours import until_their_hours
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Lines, Phrase, Plural, Text, Verbatim
from storage.delegations import LEFT
from storage.policy import Kind
from storage.store import Store
from storage.tables import AuditRow, Delegation

SHOWN = 20
LATELY = timedelta(days=30)
"""How long a delegation that has ended is still listed."""


def over_about(row: Delegation) -> str:
    """What its bell is about: the manager's, so that it ends with them."""
    return f"{row.subject_id}:{row.id}"


# By either side ------------------------------------------------------------------------------------------------------


@feature.button(allow=owner_of(found, "subject_id", "named_id"))
def end(request: Request, delegation: str) -> Reply:
    """End that somebody stands in, at once."""
    row = behind(request, delegation)
    if row.ended_at:
        raise Problem(Phrase("This has ended already."))
    held = holds(row)
    request.store.delegations.end(row, "taken back" if row.subject_id == request.actor.id else "given up")
    title = _ended(request.store, row)
    theirs = _done(request.store, row) if row.subject_id == request.actor.id else ()
    return Reply(show=Card(title, *theirs), tell=_told(request, row, title, held=held))


def _ended(store: Store, row: Delegation) -> Text:
    return Phrase("{name} does not stand in for {manager} any more.", **who(store, row))


def _told(request: Request, row: Delegation, title: Text, *, held: bool) -> tuple[Tell, ...]:
    """The other one hears of it, and the team if it had heard of the beginning."""
    cards: dict[str, Card] = {person.id: Card(title) for person in team(request.store, row) if held}
    cards[row.named_id or ""] = Card(title)
    cards[row.subject_id] = Card(title, *_done(request.store, row))
    cards.pop(request.actor.id, None)
    return tuple(Tell(card, to=who, topic=f"delegation:{row.id}:ended:{who}") for who, card in cards.items())


# By its date, or because one of the two leaves -----------------------------------------------------------------------


@feature.bell("over")
def over(ring: Ring) -> Rung:
    """Say to both that its days are over, and to the manager what was done; or who is left that one of them is not."""
    store, (person, _, delegation) = ring.store, ring.about.partition(":")
    row = store.delegations.get(delegation, reader=person)
    if row is not None and row.ended_how == LEFT:
        return Rung(None, tell=tuple(_left(store, row)))
    if row is None or row.ended_at:
        return Rung(None, silence=Silence("done"))
    store.delegations.end(row, "over")
    title = _ended(store, row)
    cards = {row.subject_id: Card(title, *_done(store, row)), row.named_id or "": Card(title)}
    return Rung(None, tell=tuple(_hears(store, row, who, card, "over") for who, card in cards.items()))


def _hears(store: Store, row: Delegation, who: str, card: Card, how: str) -> Tell:
    """In their hours: a day ends at midnight."""
    after = until_their_hours(store, store.directory.people[who])
    return Tell(card, to=who, topic=f"delegation:{row.id}:{how}:{who}", after=after)


def _left(store: Store, row: Delegation) -> Iterator[Tell]:
    """The one of the two who is still here hears of it, and the team if it had heard of the beginning."""
    title, held = _ended(store, row), bool(row.accepted_at and row.approved_at)
    cards = {person.id: Card(title) for person in team(store, row) if held}
    cards[row.named_id or ""] = Card(title)
    cards[row.subject_id] = Card(title, *_done(store, row))
    for who_, card in cards.items():
        if store.directory.people[who_].active:
            yield _hears(store, row, who_, card, "left")


# What there is -------------------------------------------------------------------------------------------------------


@feature.command("delegations", allow=everyone, also=("代理情况", "代理 情况"), examples=("",))
def delegations(request: Request) -> Reply:
    """See who stands in for you, for whom you do, and what was done on your behalf."""
    rows = request.store.delegations.of(request.actor.id, since=request.now - LATELY)
    shown = [part for row in rows for part in _one(request, row)]
    nothing = Section(Phrase("Nobody stands in for you, and you stand in for nobody."))
    asks = request.store.directory.reports_of(request.actor.id, request.now.date())
    ask = Button(Phrase("Let somebody stand in"), Press("delegation.delegate", {}))
    return Reply(show=Card(Phrase("Standing in"), *(shown or (nothing,)), *((ask,) if asks else ())))


def _one(request: Request, row: Delegation) -> Iterable[Part]:
    is_open = row.ended_at is None and row.ends_at > request.now
    words: Mapping[str, Any] = {**who(request.store, row), **days(request.store, row)}
    yield Heading(Phrase("{name} for {manager}, {first} until {until}", **words))
    yield Section(state(row) if is_open else Phrase("It has ended."))
    if row.subject_id == request.actor.id:
        yield from _done(request.store, row)
    if is_open:
        yield Button(Phrase("End it"), end.bind(delegation=row.id))


def _done(store: Store, row: Delegation) -> tuple[Part, ...]:
    """For the manager: each time that somebody's check-ins were opened or answered for them."""
    done = store.delegations.done(row)
    acts = _each_once(act for act in done if act.what in (Kind.CHECKIN, Kind.COMMENT))
    if not acts:
        return (Note(Phrase("Nothing was read or written on your behalf.")),)
    more = Plural("… and once more.", "… and {n} times more.", n=len(acts) - SHOWN)
    lines = [_act(store, act) for act in acts[:SHOWN]]
    head = Phrase("On your behalf, {name}:", name=who(store, row)["name"])
    return (Section(Lines((head, *lines, *((more,) if len(acts) > SHOWN else ())))),)


def _each_once(acts: Iterable[AuditRow]) -> list[AuditRow]:
    """Whoever opens a check-in, and marks it as read, reads it once in that minute."""
    found: dict[tuple[object, ...], AuditRow] = {}
    for act in acts:
        minute = act.at.replace(second=0, microsecond=0)
        found.setdefault((act.id,) if act.act == "created" else (minute, act.subject_id), act)
    return list(found.values())


def _act(store: Store, act: AuditRow) -> Text:
    told: dict[str, Any] = {"moment": act.at, "subject": Verbatim(store.directory.named(act.subject_id))}
    if act.act == "created":
        return Phrase("{moment}: wrote under a check-in of {subject}", **told)
    return Phrase("{moment}: read check-ins of {subject}", **told)
