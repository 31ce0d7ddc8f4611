"""The talk about a result: both prepare with a card, it is a one-on-one with the interview on its agenda, and noted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Annotated, Any

from handlers.kit.access import Rule
from handlers.kit.calendar import at_wall, local_day
from handlers.kit.cards import Button, Card, Fact, Heading, Note, Part, Press, Section
from handlers.kit.forms import Day
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Lines, Phrase, Text, Verbatim
from handlers.reviews import parts
from handlers.reviews.calibration.rating import history
from handlers.reviews.owing import owe, owe_again
from handlers.reviews.results import (
    bound_result,
    is_leader,
    leader_of,
    rating_line,
    result_of,
    sharers,
    subjects,
)
from handlers.reviews.review import bound_cycle, feature, parts_of
from storage.people import Person
from storage.reviews import MANAGER, SELF, Review, ReviewCycle, ReviewResult
from storage.store import Store

TALK = "reviews.talk"
"""What who answers for a result owes once it is shared."""
NOON = time(12)
"""At which hour of its day a talk is kept: of the company's clock, by which it is read again."""
INTERVIEW = "performance"
"""The template of a one-on-one that is for this talk."""


def _talks(request: Request, args: Mapping[str, Any]) -> bool:
    row = result_of(request, args)
    if row is None or row.shared_at is None:
        return False
    return request.actor.id == row.subject_id or is_leader(request, row)


talkers = Rule("the two who talk", _talks, Phrase("This is for the two who talk about a shared result."))


def ask(store: Store, cycle: ReviewCycle, row: ReviewResult, leader: Person) -> bool:
    """Who answers for a shared result is to talk about it; False when they owe it, or have done it."""
    name = Verbatim(store.directory.named(row.subject_id))
    title = Phrase("{cycle}: talk with {name} about the result", cycle=Verbatim(cycle.name), name=name)
    args = {"result": row.id}
    return owe(store, cycle, leader, TALK, row.id, title=title, args=args, minutes=45, phase="talk")


def _other(request: Request, row: ReviewResult) -> Person:
    if request.actor.id != row.subject_id:
        return request.person(row.subject_id)
    leader = leader_of(request.store, row)
    if leader is None:
        raise Problem(_nobody_yet(request, row))
    return leader


def _nobody_yet(request: Request, row: ReviewResult) -> Text:
    return Phrase(
        "{name} has left. Whoever becomes your manager has this talk with you; until then, talk to HR.",
        name=Verbatim(request.store.directory.named(row.author_id)),
    )


# Preparing -----------------------------------------------------------------------------------------------------------


@feature.button(allow=talkers)
def talk(request: Request, result: str) -> Reply:
    """Prepare the talk about this result."""
    row = bound_result(request, result)
    return Reply(show=_card(request, row))


def _card(request: Request, row: ReviewResult) -> Card:
    cycle, other = bound_cycle(request, row.cycle_id), _other(request, row)
    leads = request.actor.id != row.subject_id
    return Card(
        Phrase("Your talk with {name}", name=Verbatim(other.name)),
        Fact(Phrase("Cycle"), Verbatim(cycle.name)),
        *((Fact(Phrase("Rating"), rating_line(cycle, row.rating)),) if row.rating else ()),
        *talked_on(request.store, row),
        *_seen_differently(request, cycle, row),
        *((Heading(Phrase("To be explained")), *changes) if (changes := history(request, row)) else ()),
        Heading(Phrase("Before you meet")),
        Section(Lines(FOR_MANAGERS if leads else FOR_EMPLOYEES)),
        *_doors(request, row, other, leads=leads),
        Note(Phrase("Only the two of you read the one-on-one; the review stays as it is.")),
    )


def talked_on(store: Store, row: ReviewResult) -> tuple[Part, ...]:
    """The day of the talk, the same for everybody wherever they are; nobody noted an hour."""
    if row.talked_at is None:
        return ()
    day = local_day(row.talked_at, store.directory.zone)
    return (Fact(Phrase("Talked on"), Phrase("{day}", day=day)),)


FOR_MANAGERS = (
    Phrase("Which two things went well, with what they changed? Begin with them."),
    Phrase("Where do you two see it differently, and what would you need to hear to think otherwise?"),
    Phrase("What do you do yourself so that what should be learned can be learned?"),
    Phrase("Listen for half of the time. What you agree goes into the notes, with a day."),
)
FOR_EMPLOYEES = (
    Phrase("What surprised you in it, and which example do you have for seeing it otherwise?"),
    Phrase("What do you want to learn or practise next, and what do you need for it?"),
    Phrase("What should your manager do differently?"),
    Phrase("You can answer in writing and appeal afterwards; you need not agree in the talk."),
)


def _seen_differently(request: Request, cycle: ReviewCycle, row: ReviewResult) -> Iterator[Part]:
    """Where the two gave other points, the widest apart first, and what each said should be learned."""
    found = {
        each.role: each
        for each in request.store.reviews.about(cycle.id, row.subject_id, reader=request.actor.id)
        if each.role in (SELF, MANAGER) and each.state == "submitted"
    }
    own, given = found.get(SELF), found.get(MANAGER)
    apart = sorted(_apart(cycle, own, given), key=lambda each: -abs(each[1] - each[2]))
    if apart:
        yield Heading(Phrase("Where you see it differently"))
        name = Verbatim(request.store.directory.named(row.subject_id))
        yield Section(
            Lines(
                tuple(
                    Phrase(
                        "{what}: {name} says {own}, the manager {given}",
                        what=title,
                        name=name,
                        own=a,
                        given=b,
                    )
                    for title, a, b in apart
                )
            )
        )
    for review in (own, given):
        if review is not None:
            yield from _growth(request, cycle, review)


def _apart(cycle: ReviewCycle, own: Review | None, given: Review | None) -> Iterator[tuple[Text, int, int]]:
    if own is None or given is None:
        return
    for part in parts_of(cycle, MANAGER):
        pair = [(each.answers or {}).get(part.key, {}).get("points") for each in (own, given)]
        if all(pair) and pair[0] != pair[1]:
            yield part.title, pair[0], pair[1]


def _growth(request: Request, cycle: ReviewCycle, review: Review) -> Iterator[Part]:
    for part in parts_of(cycle, review.role):
        words = (review.answers or {}).get(part.key, {}).get("words")
        if part.form == parts.GROWTH and words:
            name = Verbatim(request.store.directory.named(review.author_id))
            yield Section(Phrase("What {name} wrote on what comes next:", name=name))
            yield Section(Verbatim(words), quoted=True)


def _doors(request: Request, row: ReviewResult, other: Person, *, leads: bool) -> Iterator[Part]:
    series = request.store.one_on_ones.between(request.actor.id, other.id, reader=request.actor.id)
    if series is not None and series.ended_at is None:
        yield Button(Phrase("Open the one-on-one"), Press("one_on_ones.open_series", {"series": series.id}))
        if leads:
            using = {"series": series.id, "template": INTERVIEW}
            yield Button(Phrase("Put the interview on the agenda"), Press("one_on_ones.use_template", using))
    elif leads and other.active:
        yield Button(Phrase("Begin the one-on-one"), arrange.bind(result=row.id), style="primary")
    if leads and other.active:
        yield Button(Phrase("Plan when"), Press("one_on_ones.plan", {"partner": other.id}))
    yield Button(Phrase("Why this rating?"), Press("reviews.why", {"result": row.id}))
    yield Button(Phrase("Read it"), Press("reviews.show_result", {"result": row.id}))
    if leads and row.talked_at is None:
        yield Button(Phrase("We have talked"), talked.bind(result=row.id))
    if not leads and row.talked_at and row.acknowledged_at is None:
        yield Button(Phrase("We have not talked"), not_talked.bind(result=row.id))


@feature.button(allow=sharers)
def arrange(request: Request, result: str) -> Reply:
    """Begin the one-on-one in which you talk about this result."""
    row = bound_result(request, result)
    other = _other(request, row)
    if not row.shared_at or not other.active:
        raise Problem(Phrase("Share the result first; then you can talk about it."))
    request.store.one_on_ones.begin(request.actor.id, other.id)
    return Reply(show=_card(request, row))


# Noting that it was --------------------------------------------------------------------------------------------------


def _title(request: Request, args: Mapping[str, Any]) -> Text:
    row = result_of(request, args)
    name = Verbatim(request.store.directory.named(row.subject_id if row else None))
    return Phrase("Your talk with {name}", name=name)


def _refuse_unshared(request: Request, args: Mapping[str, Any]) -> None:
    if not bound_result(request, args["result"]).shared_at:
        raise Problem(Phrase("Share the result first; then you can talk about it."))


@feature.button(
    allow=sharers,
    seen_by=Phrase(
        "Seen by the two of you, the managers above and HR: the day alone, nothing of what was said."
    ),
    title=_title,
    over=_refuse_unshared,
)
def talked(
    request: Request,
    result: str,
    day: Annotated[date, Day(Phrase("On which day?"), suggested=lambda request: request.today.isoformat())],
) -> Reply:
    """Note on which day you talked about this result."""
    row = bound_result(request, result)
    assert row.shared_at is not None  # the door asked
    if day > request.today:
        raise Problem(Phrase("This day is still to come. Note it when you have talked."), question="day")
    if day < local_day(row.shared_at, request.actor.zone):
        raise Problem(
            Phrase("It was shared on {day}: the talk comes after that.", day=row.shared_at), question="day"
        )
    at = at_wall(day, NOON, request.store.directory.zone)
    request.store.reviews.results.change(row, talked_at=at)
    request.store.obligations.close(request.actor.id, TALK, row.id)
    name = Verbatim(request.actor.name)
    told = Card(
        Phrase("{name} noted that you talked about your review on {day}", name=name, day=day),
        Button(Phrase("Read it"), Press("reviews.show_result", {"result": row.id}), style="primary"),
        Button(Phrase("We have not talked"), not_talked.bind(result=row.id)),
    )
    tell = Tell(told, to=row.subject_id, topic=f"reviews.talked:{row.id}:{row.version}")
    return Reply(show=_card(request, row), tell=(tell,))


@feature.button(allow=subjects)
def not_talked(request: Request, result: str) -> Reply:
    """Say that you have not talked about this result yet."""
    row = bound_result(request, result)
    if row.talked_at is None or row.acknowledged_at is not None:
        raise Problem(Phrase("It is not noted as talked about, or you have acknowledged it already."))
    request.store.reviews.results.change(row, talked_at=None)
    leader = leader_of(request.store, row)
    if leader is None:
        return Reply(show=Card(_nobody_yet(request, row)))
    cycle, name = bound_cycle(request, row.cycle_id), Verbatim(request.actor.name)
    _owed_again(request.store, cycle, row, leader)
    card = Card(
        Phrase("{name} says that you have not talked about the review yet", name=name),
        Fact(Phrase("Cycle"), Verbatim(cycle.name)),
        Button(Phrase("Prepare the talk"), talk.bind(result=row.id), style="primary"),
    )
    tell = Tell(card, to=leader.id, topic=f"reviews.not_talked:{row.id}:{row.version}")
    return Reply(show=Card(Phrase("Your manager is told that the talk is still to come.")), tell=(tell,))


def _owed_again(store: Store, cycle: ReviewCycle, row: ReviewResult, leader: Person) -> None:
    owed = store.obligations.find(leader.id, TALK, row.id)
    if owed is None:
        ask(store, cycle, row, leader)
    elif owed.closed_at:
        owe_again(store, cycle, owed)
