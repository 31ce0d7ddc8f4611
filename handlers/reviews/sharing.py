"""Sharing: the manager opens the result to the employee, who acknowledges it and may answer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from handlers.kit.cards import Button, Card, Fact, Heading, Note, Part, Press, Section
from handlers.kit.forms import Question, Sheet, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Plural, Text, Verbatim
from handlers.reviews import releasing, talking, to_share, versions, writing
from handlers.reviews.owing import heard, owe
from handlers.reviews.results import (
    APPEAL_ANSWERED,
    APPEALED,
    appeal_ends,
    appeal_is_over,
    bound_result,
    is_leader,
    leader_of,
    rating_fact,
    result_of,
    seers,
    sharers,
    subjects,
)
from handlers.reviews.review import bound_cycle, called, feature
from storage.obligations import EXPIRED
from storage.reviews import Review, ReviewCycle, ReviewResult
from storage.reviews.running import within
from storage.store import Store

READ = "reviews.show_result"


# Sharing -------------------------------------------------------------------------------------------------------------


def settle(store: Store, cycle: ReviewCycle) -> None:
    """The cycle is over: nobody is reminded of writing, of a talk or of acknowledging any more. Sharing stays owed: a
    result that its person has never read is no result."""
    for owed in store.obligations.within(within(cycle.id)):
        if owed.kind in (writing.WRITE, talking.TALK, READ):
            store.obligations.close(owed.person_id, owed.kind, owed.about, how=EXPIRED)


@feature.button(allow=sharers)
def share(request: Request, result: str) -> Reply:
    """Look at what would be shared with this person, and share it."""
    row, cycle = _to_share(request, result)
    name = Verbatim(request.store.directory.named(row.subject_id))
    return Reply(
        show=_what_is_shared(request, row, cycle, Phrase("This is what {name} will read", name=name))
    )


def _what_is_shared(request: Request, row: ReviewResult, cycle: ReviewCycle, title: Text) -> Card:
    ours = request.store.reviews.releasing
    rows = ours.to_release(cycle, row.subject_id)
    return Card(
        title,
        *rating_fact(cycle, row),
        *_parts(request, cycle, rows),
        Button(Phrase("Share it"), give.bind(result=row.id, seen=_digest(row, rows)), style="primary"),
        *_missing(len(ours.unwritten(cycle, row.subject_id))),
        Note(
            Phrase("Sharing is not the last word: it is final when you have talked and they have answered.")
        ),
    )


def _digest(row: ReviewResult, rows: Sequence[Review]) -> str:
    """What would be shared, as a button remembers what its presser has seen."""
    said = repr((row.rating, [(each.id, each.edition) for each in rows]))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _missing(count: int) -> tuple[Part, ...]:
    if not count:
        return ()
    return (
        Note(
            Plural(
                "One review is not handed in. Once you share, it is closed.",
                "{n} reviews are not handed in. Once you share, they are closed.",
                n=count,
            )
        ),
    )


@feature.button(allow=sharers)
def give(request: Request, result: str, seen: str) -> Reply:
    """Share this result."""
    row, cycle = _to_share(request, result)
    reviews = request.store.reviews
    rows = reviews.releasing.to_release(cycle, row.subject_id)
    if seen != _digest(row, rows):
        title = Phrase("It has changed since you looked. Read again what you share")
        return Reply(show=_what_is_shared(request, row, cycle, title))
    reviews.releasing.release(rows, cycle)
    reviews.releasing.close_unwritten(cycle, row.subject_id)
    reviews.results.release(row)
    request.store.obligations.close(request.actor.id, to_share.SHARE, row.id)
    talking.ask(request.store, cycle, row, request.actor)
    subject = request.person(row.subject_id)
    by = Verbatim(request.actor.name)
    owe(
        request.store,
        cycle,
        subject,
        READ,
        row.id,
        title=Phrase("{cycle}: read your result and acknowledge it", cycle=Verbatim(cycle.name)),
        args={"result": row.id},
        minutes=10,
        phase="acknowledge",
    )
    heard(request.store, subject, READ, row.id)
    told = Card(
        Phrase("{name} shared your review with you", name=by),
        Fact(Phrase("Cycle"), Verbatim(cycle.name)),
        Button(Phrase("Read it"), show_result.bind(result=row.id), style="primary"),
        Button(Phrase("Prepare the talk"), talking.talk.bind(result=row.id)),
    )
    tell = Tell(told, to=subject.id, topic=f"reviews.shared:{row.id}")
    shared = Card(
        Phrase("Shared with {name}.", name=Verbatim(subject.name)),
        Button(Phrase("Prepare the talk"), talking.talk.bind(result=row.id)),
    )
    return Reply(show=shared, tell=(tell,))


def _to_share(request: Request, result: str) -> tuple[ReviewResult, ReviewCycle]:
    """A result that can be shared now, and its cycle. Raises Problem."""
    row = bound_result(request, result)
    cycle = bound_cycle(request, row.cycle_id)
    if row.shared_at:
        raise Problem(Phrase("It was shared on {day}.", day=row.shared_at))
    subject = request.person(row.subject_id)
    if not subject.active:
        raise Problem(Phrase("{name} does not work here any more.", name=Verbatim(subject.name)))
    if row.out_at:
        raise Problem(Phrase("HR has taken them out of the cycle: nothing is shared while they are."))
    if cycle.state == "paused":
        raise Problem(Phrase("This cycle is paused. Results are shared when it goes on."))
    if cycle.phase not in to_share.SHARED_IN:
        raise Problem(Phrase("Results are shared when the phase of sharing has begun, not before."))
    return row, cycle


@feature.button(allow=seers)
def show_result(request: Request, result: str) -> Reply:
    """Read this result."""
    row = bound_result(request, result)
    cycle = bound_cycle(request, row.cycle_id)
    return Reply(show=result_card(request, cycle, row))


def result_card(request: Request, cycle: ReviewCycle, row: ReviewResult) -> Card:
    """A result as its reader sees it."""
    reviews = [
        review
        for review in request.store.reviews.about(cycle.id, row.subject_id, reader=request.actor.id)
        if review.state == "submitted"
    ]
    mine = row.subject_id == request.actor.id
    name = Verbatim(request.store.directory.named(row.subject_id))
    return Card(
        Phrase("Your review") if mine else Phrase("Review of {name}", name=name),
        Fact(Phrase("Cycle"), Verbatim(cycle.name)),
        *rating_fact(cycle, row),
        *_parts(request, cycle, reviews),
        *releasing.lines(request, cycle, row.subject_id),
        *talking.talked_on(request.store, row),
        *_answered(row, mine=mine),
        *(_doors(request, row) if mine and row.shared_at else ()),
        *(_doors_of_manager(row) if row.shared_at and is_leader(request, row) else ()),
        *(_why(row) if row.rating else ()),
    )


def _why(row: ReviewResult) -> tuple[Part, ...]:
    return (Button(Phrase("Why this rating?"), Press("reviews.why", {"result": row.id})),)


def _doors(request: Request, row: ReviewResult) -> Iterator[Part]:
    """What whom it is about may do."""
    if not row.acknowledged_at:
        yield Button(Phrase("Acknowledge"), acknowledge.bind(result=row.id), style="primary")
    if not row.finalised_at:
        label = Phrase("Change your answer") if row.reply else Phrase("Answer in writing")
        yield Button(label, answer.bind(result=row.id))
        yield Button(Phrase("Prepare the talk"), talking.talk.bind(result=row.id))
    if row.rating:
        yield from _appeal(request, row)


def _appeal(request: Request, row: ReviewResult) -> Iterator[Part]:
    """The way to an appeal, as long as there is one, or where it stands."""
    made = request.store.objections.about([row.id], reader=request.actor.id).get(row.id)
    ends = appeal_ends(row)
    if made is not None:
        yield Note(APPEALED if made.state == "open" else APPEAL_ANSWERED)
    elif ends and request.now > ends:
        yield Note(appeal_is_over(ends))
    else:
        yield Button(Phrase("Appeal"), Press("reviews.appeal", {"result": row.id}))
        yield Note(_until(row))


def _until(row: ReviewResult) -> Text:
    ends = appeal_ends(row)
    if ends is None:
        return Phrase("You can appeal until two weeks after it is made final. Acknowledging is not agreeing.")
    return Phrase("It is final. You can appeal until {day}.", day=ends)


def _doors_of_manager(row: ReviewResult) -> Iterator[Part]:
    """What who answers for it may do once it is shared."""
    if row.finalised_at:
        return
    yield Button(Phrase("Prepare the talk"), talking.talk.bind(result=row.id))
    yield Button(
        Phrase("Make it final"),
        Press("reviews.finalise", {"result": row.id}),
        confirm=Phrase(
            "From then on only an appeal changes it, as a new version that names who, when and why."
        ),
    )


def _parts(request: Request, cycle: ReviewCycle, rows: list[Review]) -> tuple[Part, ...]:
    return tuple(
        piece
        for row in rows
        for piece in (
            Heading(called(request.store, row, request.actor.id)),
            *writing.lines(cycle, row),
            *versions.buttons(row),
        )
    )


def _answered(row: ReviewResult, *, mine: bool) -> tuple[Part, ...]:
    made: list[Part] = []
    if row.acknowledged_at:
        made.append(Fact(Phrase("Acknowledged"), Phrase("{day}", day=row.acknowledged_at)))
    if row.reply:
        said = Phrase("Your answer") if mine else Phrase("Their answer")
        made += [Section(said), Section(Verbatim(row.reply), quoted=True)]
    return tuple(made)


# Answering -----------------------------------------------------------------------------------------------------------


def _asked(request: Request, args: dict[str, Any]) -> tuple[Question, ...]:
    """What they answer, with what they answered before, which the next takes the place of."""
    row = result_of(request, args)
    before = row.reply if row else ""
    return (
        Words(
            Phrase("What do you want to say to it?"),
            name="words",
            longest=3000,
            suggested=lambda _: before,
        ),
    )


Answer = Annotated[dict[str, Any], Sheet(Phrase("Your answer"), of=_asked)]


@feature.button(allow=subjects)
def acknowledge(request: Request, result: str) -> Reply:
    """Say that you have read your result. It does not say that you agree."""
    row = bound_result(request, result)
    if row.acknowledged_at is None:
        request.store.reviews.results.change(row, acknowledged_at=request.now)
        request.store.obligations.close(request.actor.id, READ, row.id)
    name = Verbatim(request.actor.name)
    card = result_card(request, bound_cycle(request, row.cycle_id), row)
    return Reply(
        show=card, tell=_told(request, row, Phrase("{name} acknowledged their review", name=name), 0)
    )


def _refuse_final(request: Request, args: Mapping[str, Any]) -> None:
    if bound_result(request, args["result"]).finalised_at:
        raise Problem(Phrase("This result is final. You can still appeal against it within its days."))


@feature.button(
    allow=subjects,
    seen_by=Phrase("Seen by you, your managers and HR, beside your result."),
    title=Phrase("Answer your review"),
    over=_refuse_final,
)
def answer(request: Request, result: str, asked: Answer) -> Reply:
    """Answer your result in writing, or change what you answered."""
    row = bound_result(request, result)
    request.store.reviews.results.change(row, reply=asked["words"], replied_at=request.now)
    name = Verbatim(request.actor.name)
    card = result_card(request, bound_cycle(request, row.cycle_id), row)
    said = Phrase("{name} answered their review in writing", name=name)
    return Reply(show=card, tell=_told(request, row, said, row.version))


def _told(request: Request, row: ReviewResult, title: Text, version: int) -> tuple[Tell, ...]:
    leader = leader_of(request.store, row)
    if leader is None:
        return ()
    card = Card(
        title,
        Fact(Phrase("Cycle"), Verbatim(bound_cycle(request, row.cycle_id).name)),
        Button(Phrase("Open it"), show_result.bind(result=row.id)),
    )
    return (Tell(card, to=leader.id, topic=f"reviews.answered:{row.id}:{version}"),)
