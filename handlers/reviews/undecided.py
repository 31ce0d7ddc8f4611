"""Whose reviews nobody finishes until HR says who does, found again in their cycle whatever became of the question."""

from __future__ import annotations

from handlers.kit.cards import Button, Card, Part, Section
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Plural, Verbatim, more
from handlers.reviews.handing_over import deciders, handover_card
from handlers.reviews.review import bound_cycle, feature, runners
from storage.reviews import HandOver, ReviewCycle

SHOWN = 20
"""Changes of managers on one card."""


def waiting(request: Request, cycle: ReviewCycle) -> tuple[Part, ...]:
    """How many of them wait, and the way to them."""
    found = _undecided(request, cycle) if cycle.state == "running" else []
    if not found:
        return ()
    words = Plural(
        "One person has another manager, and you have not said yet who finishes the review.",
        "{n} people have other managers, and you have not said yet who finishes the reviews.",
        n=len(found),
    )
    return (Section(words, button=Button(Phrase("Say who does"), changed_managers.bind(cycle=cycle.id))),)


def _undecided(request: Request, cycle: ReviewCycle) -> list[HandOver]:
    people = request.store.directory.people
    return [
        row for row in request.store.reviews.hand_overs.undecided(cycle.id) if people[row.subject_id].active
    ]


@feature.button(allow=runners)
def changed_managers(request: Request, cycle: str) -> Reply:
    """See whose manager changed in this cycle, where you have not said yet who finishes the review."""
    row = bound_cycle(request, cycle)
    found = _undecided(request, row)
    return Reply(
        show=Card(
            Phrase("Who finishes these reviews?"),
            *(_line(request, each) for each in found[:SHOWN]),
            *(Section(words) for words in more(len(found), SHOWN)),
            *(() if found else (Section(Phrase("You have said it of everybody.")),)),
        )
    )


def _line(request: Request, row: HandOver) -> Section:
    directory = request.store.directory
    words = Phrase(
        "{name} reports to {new} now, no longer to {old}.",
        name=Verbatim(directory.named(row.subject_id)),
        new=Verbatim(directory.named(row.new_id)),
        old=Verbatim(directory.named(row.old_id)),
    )
    return Section(words, button=Button(Phrase("Say who does"), changed_manager.bind(change=row.id)))


@feature.button(allow=deciders)
def changed_manager(request: Request, change: str) -> Reply:
    """See what there is of this review, and say who finishes it."""
    row = request.store.reviews.hand_overs.get(change)
    assert row is not None  # the door asked
    return Reply(show=handover_card(request.store, bound_cycle(request, row.cycle_id), row))
