"""A test run of a cycle: all that it would tell anybody comes to its owner alone, until they discard it."""

from __future__ import annotations

from handlers.kit.cards import Button, Card, Press, Section
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Verbatim
from handlers.reviews import including, phases, releasing
from handlers.reviews.launching import begin, prepared
from handlers.reviews.review import bound_cycle, feature, runners
from storage.reviews import TEST, last_day


@feature.button(allow=runners)
def try_out(request: Request, cycle: str) -> Reply:
    """Try this cycle: every message of it comes to you alone."""
    row = prepared(request, cycle)
    copy = request.store.reviews.cycles.add(
        request.actor.id,
        name=row.name,
        parts=row.parts,
        whom={**row.whom, "without": (*row.whom["without"], request.actor.id)},
        roles=row.roles,
        from_on=row.from_on,
        to_on=row.to_on,
        last_days={phase: last_day(row, phase) for phase in row.last_days},
        peers=TEST,
        k_group=row.k_group,
        k_score=row.k_score,
        k_comment=row.k_comment,
        is_rated=row.is_rated,
        is_test=True,
        escalates=row.escalates,
        template_id=row.template_id,
        template_edition=row.template_edition,
    )
    begin(request, copy)
    return Reply(
        show=Card(
            Phrase("The test run of {name} has begun", name=Verbatim(row.name)),
            Section(
                Phrase(
                    "Everything that others would get comes to you, with for whom it would be. What you write in it is"
                    " read by nobody else. Nothing is shared or calibrated in a test."
                )
            ),
            Button(Phrase("Open"), Press("reviews.open_cycle", {"cycle": copy.id}), style="primary"),
            Button(Phrase("Discard the test"), discard.bind(cycle=copy.id)),
        )
    )


@feature.button(allow=runners)
def discard(request: Request, cycle: str) -> Reply:
    """Undo a test run: as if it never was."""
    row = bound_cycle(request, cycle)
    if not row.is_test:
        raise Problem(
            Phrase("This is no test: people have heard of it. You can pause it, or go on to its end.")
        )
    for bell in (phases.BELL, releasing.BELL):
        request.store.slots.drop(bell, row.id)
    including.forget(request.store, row)
    request.store.reviews.running.discard(row)
    return Reply(show=Card(Phrase("The test is gone, with all that was written in it.")))
