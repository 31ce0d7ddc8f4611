"""Who may use a door, and the line on every form that says who will read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from handlers.kit.text import Listing, Phrase, Text, Verbatim, text
from storage.policy import DATED, TABLE, Kind, Relation, Right

if TYPE_CHECKING:
    from handlers.kit.requests import Request
    from storage.people import Person


@dataclass(frozen=True)
class Rule:
    """A rule at a door: asked with the request and its arguments, before any handler code, on every press again."""

    name: str
    check: Callable[[Request, Mapping[str, Any]], bool]
    refusal: Text

    def __post_init__(self) -> None:
        text(self.refusal)

    def __or__(self, other: Rule) -> Rule:
        return Rule(
            f"{self.name} or {other.name}",
            lambda request, args: self.check(request, args) or other.check(request, args),
            self.refusal,
        )


def _manages(request: Request) -> bool:
    return bool(request.store.directory.reports_of(request.actor.id, request.now.date()))


everyone = Rule(
    "everyone", lambda request, args: request.actor.active, Phrase("This is for people who work here.")
)
managers = Rule(
    "managers",
    lambda request, args: _manages(request),
    Phrase("This is for people whom somebody reports to."),
)
stand_ins = Rule(
    "who stands in",
    lambda request, args: bool(request.store.directory.standing_in(request.actor.id, request.now)),
    Phrase("This is for people whom somebody reports to."),
)
hr = Rule(
    "hr", lambda request, args: request.actor.role == "hr", Phrase("This is for HR. Ask them if you need it.")
)
admins = Rule(
    "admins",
    lambda request, args: request.actor.role == "admin",
    Phrase("This is for administrators. Ask one of them if you need it."),
)
stewards = Rule(
    "hr or admins",
    lambda request, args: request.actor.role in ("hr", "admin"),
    Phrase("This is for HR and administrators. Ask one of them if you need it."),
)


def owner_of(find: Callable[[Request, Mapping[str, Any]], Any], *fields: str) -> Rule:
    """A rule for the people named in these fields of the row that `find` returns; a missing row is refused alike."""

    def check(request: Request, args: Mapping[str, Any]) -> bool:
        row = find(request, args)
        return row is not None and request.actor.id in {getattr(row, name) for name in fields}

    return Rule("one of " + ", ".join(fields), check, Phrase("This is not yours to change."))


def readers(
    kind: Kind, request: Request, *, subject: Person | None = None, named: Person | None = None
) -> Text:
    """The audience line of a kind of record, from the policy: who will read what is written about `subject` (by default
    the asker themselves), with `named` as the one other person whom the author names."""
    whom = subject or request.actor
    seers = [seer for relation in _reading(kind) for seer in _seers(relation, request, whom, named)]
    if kind in DATED and Relation.MANAGER in TABLE[kind] and _is_inherited(request, whom):
        seers.append(Phrase("later managers"))
    people = Listing(tuple(dict.fromkeys(seers)))
    if Relation.BY_GLASS in TABLE[kind]:
        return Phrase(
            "Seen by {people}, and by nobody else. HR only by break-glass: two of them, with a reason, for 24 hours,"
            " and the receiver is told.",
            people=people,
        )
    if Relation.HR in TABLE[kind]:
        return Phrase("Seen by {people}, and by nobody else.", people=people)
    if named and named.role == "hr":
        return Phrase("Seen by {people}, and by nobody else. The rest of HR has no access.", people=people)
    return Phrase("Seen by {people}, and by nobody else. HR has no access.", people=people)


def _is_inherited(request: Request, subject: Person) -> bool:
    """Whether who becomes the manager of a person later reads what is written now."""
    directory = request.store.directory
    return directory.past_is_open and directory.manager_of(subject.id, request.now.date()) is not None


@lru_cache
def _reading(kind: Kind) -> tuple[Relation, ...]:
    return tuple(relation for relation, rights in TABLE[kind].items() if Right.READ in rights)


def _seers(relation: Relation, request: Request, subject: Person, named: Person | None) -> list[Text]:
    directory = request.store.directory
    if relation is Relation.COLLEAGUE:
        return [Phrase("everybody in the company")]
    if relation is Relation.MANAGER:
        manager = directory.manager_of(subject.id, request.now.date())
        return [_name(request, directory.people[manager])] if manager else []
    if relation is Relation.MANAGER_ABOVE:
        return (
            [Phrase("the managers above")]
            if len(directory.line_above(subject.id, request.now.date())) > 1
            else []
        )
    if relation is Relation.DELEGATE:
        return _stand_in(request, subject)
    if relation is Relation.HR:
        return [Phrase("HR")]
    if relation is Relation.TEAMMATE:
        return [Phrase("everybody in {team}", team=Verbatim(subject.team))] if subject.team else []
    person = {Relation.SELF: subject, Relation.AUTHOR: request.actor, Relation.NAMED: named}.get(relation)
    return [_name(request, person)] if person else []


def _stand_in(request: Request, subject: Person) -> list[Text]:
    directory = request.store.directory
    manager = directory.manager_of(subject.id, request.now.date()) or ""
    held = directory.stand_in_for(manager, request.now)
    if held is None or subject not in directory.in_charge_of(held.person_id, request.now):
        return []
    name, absent = _name(request, directory.people[held.person_id]), Verbatim(directory.named(manager))
    return [Phrase("{name} (standing in for {manager})", name=name, manager=absent)]


def _name(request: Request, person: Person) -> Text:
    return Phrase("you") if person.id == request.actor.id else Verbatim(person.name)
