"""Why this rating? What was proposed and by whom, each change with its reason, what it stands on, what points mean."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from handlers.kit.cards import Button, Card, Fact, Heading, Note, Part, Press, Section
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Plural, Text, Verbatim
from handlers.reviews.calibration.rating import history
from handlers.reviews.results import (
    DIFFERS,
    bound_result,
    overall_of,
    points_of,
    proposer_of,
    rating_line,
    seers,
)
from handlers.reviews.review import bound_cycle, called, feature
from storage.objections import LEFT
from storage.reviews import MANAGER, Review, ReviewCycle, ReviewResult

PARTS = {
    "result": Phrase("the result"),
    "changes": Phrase("its changes"),
    "reviews": Phrase("the reviews on which it stands"),
    "checksum": Phrase("the checksum itself"),
}


@feature.button(allow=seers)
def why(request: Request, result: str) -> Reply:
    """Show how this rating came about."""
    row = bound_result(request, result)
    cycle = bound_cycle(request, row.cycle_id)
    checking = (Button(Phrase("Check the seal"), verify.bind(result=row.id)),) if row.finalised_at else ()
    return Reply(
        show=Card(
            Phrase("Why this rating?"),
            Fact(Phrase("Cycle"), Verbatim(cycle.name)),
            Fact(Phrase("Rating"), rating_line(cycle, row.rating)),
            Fact(Phrase("Proposed"), _proposed(request, cycle, row)),
            *_both(request, cycle, row),
            *history(request, row),
            *_stands_on(request, cycle, row),
            *_scale(cycle),
            *_final(request, row),
            *appealed(request, row),
            Button(Phrase("Go back"), Press("reviews.show_result", {"result": row.id})),
            *checking,
            Note(_asked(cycle)),
            Note(
                Phrase(
                    "No formula makes a rating: a person proposed it, and each change has a name and a reason. Upbeat"
                    " computes no pay from it."
                )
            ),
        )
    )


def _both(request: Request, cycle: ReviewCycle, row: ReviewResult) -> Iterator[Part]:
    """Where two managers wrote: what each gives, and for how many weeks of the time they were the manager."""
    found = [
        each
        for each in request.store.reviews.about(cycle.id, row.subject_id, reader=request.actor.id)
        if each.role == MANAGER and each.state == "submitted"
    ]
    if len(found) < 2:
        return
    yield Heading(Phrase("Two managers wrote"))
    weeks = list(_weeks(cycle))
    managers = [request.store.directory.manager_of(row.subject_id, day) for day in weeks]
    part = overall_of(cycle)
    for each in found:
        answer = (each.answers or {}).get(part.key) if part else None
        yield Section(
            Phrase(
                "{name}, manager in {n} of {all} weeks: {points}",
                name=Verbatim(request.store.directory.named(each.author_id)),
                n=managers.count(each.author_id),
                all=len(weeks),
                points=rating_line(cycle, answer),
            )
        )
    yield Note(
        Phrase(
            "No mean is made of them: what {name}, who answers for the result, gives is the proposal. Calibration sees"
            " both, and may change it with a reason.",
            name=Verbatim(request.store.directory.named(row.author_id)),
        )
    )


def _weeks(cycle: ReviewCycle) -> Iterator[date]:
    """A day of each week about which people write."""
    day = cycle.from_on
    while day <= cycle.to_on:
        yield day
        day += timedelta(days=7)


def _proposed(request: Request, cycle: ReviewCycle, row: ReviewResult) -> Text:
    if not row.proposed:
        return rating_line(cycle, None)
    name = Verbatim(request.store.directory.named(proposer_of(request.store, cycle, row)))
    return Phrase("{points}, by {name}", points=rating_line(cycle, row.proposed), name=name)


def _stands_on(request: Request, cycle: ReviewCycle, row: ReviewResult) -> Iterator[Part]:
    """The reviews that the reader sees too, with how much each of them cites."""
    found = [
        each
        for each in request.store.reviews.about(cycle.id, row.subject_id, reader=request.actor.id)
        if each.state == "submitted"
    ]
    if not found:
        return
    yield Heading(Phrase("What it stands on"))
    for each in found:
        yield Section(
            Phrase(
                "{review}: {cited}", review=called(request.store, each, request.actor.id), cited=_cited(each)
            ),
            button=Button(Phrase("Read it"), Press("reviews.show", {"review": each.id})),
        )


def _cited(row: Review) -> Text:
    cites = [ref for answer in (row.answers or {}).values() for ref in answer.get("cites") or () if ref]
    if not cites:
        return Phrase("nothing cited")
    return Plural("one piece of evidence cited", "{n} pieces of evidence cited", n=len(cites))


def _scale(cycle: ReviewCycle) -> Iterator[Part]:
    points = points_of(cycle)
    if points:
        yield Heading(Phrase("What the points mean"))
        lines = (Phrase("{n} – {point}", n=number, point=point) for number, point in enumerate(points, 1))
        yield Section(Lines(tuple(lines)))


def _asked(cycle: ReviewCycle) -> Text:
    if cycle.template_id:
        return Phrase(
            "What was asked: template version {n}, as it was when the cycle began.", n=cycle.template_edition
        )
    return Phrase("What was asked: the usual template, as it was when the cycle began.")


def _final(request: Request, row: ReviewResult) -> Iterator[Part]:
    for each in request.store.reviews.freezing.editions(row.id, reader=request.actor.id):
        yield Fact(
            Phrase("Final, version {n}", n=each.edition),
            Phrase(
                "{day}, by {name}, checksum {sum}",
                day=each.made_at,
                name=Verbatim(request.store.directory.named(each.author_id)),
                sum=Verbatim(each.checksum[:16]),
            ),
        )


def appealed(request: Request, row: ReviewResult) -> tuple[Part, ...]:
    """What became of an appeal, for whoever may read it."""
    found = request.store.objections.about([row.id], reader=request.actor.id).get(row.id)
    if found is None:
        return ()
    name = Verbatim(request.store.directory.named(found.named_id))
    if found.state == "open":
        return (Section(Phrase("An appeal is open. {name} answers it.", name=name)),)
    if found.state == LEFT:
        left = Verbatim(request.store.directory.named(found.subject_id))
        return (Section(Phrase("{name} has left: their appeal is closed", name=left)),)
    kept = Phrase("The appeal was answered by {name}: the rating is kept, because:", name=name)
    corrected = Phrase("The appeal was answered by {name}: the rating is corrected, because:", name=name)
    said = kept if found.state == "kept" else corrected
    return (Section(said), Section(Verbatim(found.answer), quoted=True))


@feature.button(allow=seers)
def verify(request: Request, result: str) -> Reply:
    """Check whether this result is still what was made final."""
    row = bound_result(request, result)
    off = request.store.reviews.freezing.differs(row) if row.finalised_at else ()
    back = Button(Phrase("Go back"), why.bind(result=row.id))
    if not row.finalised_at:
        return Reply(show=Card(Phrase("It is not final yet, so there is nothing to compare with."), back))
    total = Fact(Phrase("Checksum"), Verbatim(row.checksum))
    if not off:
        return Reply(show=Card(Phrase("It is, word for word, what was made final."), total, back))
    return Reply(
        show=Card(
            Phrase("It is not what was made final any more."),
            Section(Lines(tuple(Phrase("Another one now: {what}", what=PARTS[part]) for part in off))),
            total,
            back,
            Note(DIFFERS),
        )
    )
