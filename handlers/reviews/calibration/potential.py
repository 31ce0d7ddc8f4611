"""How far a manager thinks that somebody could go: optional, in words, for the session alone, and emptied after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from handlers.kit.access import Rule, managers
from handlers.kit.cards import Button, Card, Note, Section
from handlers.kit.forms import Choice, Option
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.reviews.calibration.figures import POTENTIALS, potential_said
from handlers.reviews.results import answers_for, bound_result, result_of
from handlers.reviews.review import bound_cycle, feature
from storage.reviews import PHASES, ReviewCycle, ReviewResult

BEFORE = PHASES[: PHASES.index("share")]


judges = Rule(
    "the manager who answers for it", answers_for, Phrase("This is for the manager of this person.")
)


@feature.command("review potential", allow=managers, also=("评估 潜力", "评估潜力"), examples=("",))
def potential(request: Request) -> Reply:
    """Say how far you think that your people could go, for the calibration alone."""
    cycles = [
        row
        for row in request.store.reviews.cycles.in_state("running")
        if row.phase in BEFORE and row.is_rated
    ]
    return Reply(show=_card(request, cycles))


def _card(request: Request, cycles: list[ReviewCycle]) -> Card:
    lines = [line for cycle in cycles for line in _lines(request, cycle)]
    if not lines:
        return Card(Phrase("None of your people is in a review that is before its calibration."))
    return Card(
        Phrase("Potential, for the calibration"),
        *lines,
        Note(
            Phrase(
                "You need not say anything. It is words for a talk among those who calibrate, not a measure; the person"
                " it is about does not see it, and it is deleted when calibration ends."
            )
        ),
    )


def _lines(request: Request, cycle: ReviewCycle) -> list[Section]:
    store, me = request.store, request.actor.id
    rows = [row for row in store.reviews.results.in_cycle(cycle.id, reader=me) if row.author_id == me]
    people = {row.subject_id for row in rows}
    judged = store.reviews.calibration.potentials(cycle.id, people, reader=me)
    rows.sort(key=lambda row: store.directory.named(row.subject_id))
    return [_line(request, row, judged.get(row.subject_id)) for row in rows]


def _line(request: Request, row: ReviewResult, level: int | None) -> Section:
    name = Verbatim(request.store.directory.named(row.subject_id))
    said: Text = potential_said(level) if level else Phrase("nothing said")
    return Section(
        Phrase("{name}: {points}", name=name, points=said),
        button=Button(Phrase("Say"), judge.bind(result=row.id)),
    )


def _seen_by(request: Request, args: Mapping[str, Any]) -> Text:
    row = result_of(request, args)
    return Phrase(
        "Seen by you and by those who calibrate, in the picture of nine boxes. {name} does not see it, and no result"
        " stands on it: it is deleted when calibration ends.",
        name=Verbatim(request.store.directory.named(row.subject_id if row else None)),
    )


def _title(request: Request, args: Mapping[str, Any]) -> Text:
    row = result_of(request, args)
    return Phrase(
        "Potential of {name}", name=Verbatim(request.store.directory.named(row.subject_id if row else None))
    )


TYPED = ("目前岗位合适", "一年内可以承担更多", "可以胜任更大的角色")
LEVELS = tuple(
    Option(str(number), words, also=(typed,))
    for number, (words, typed) in enumerate(zip(POTENTIALS, TYPED, strict=True), 1)
)
Level = Annotated[str, Choice(Phrase("This person …"), options=LEVELS)]


def _refuse_over(request: Request, args: Mapping[str, Any]) -> None:
    cycle = bound_cycle(request, bound_result(request, args["result"]).cycle_id)
    if cycle.phase not in BEFORE or cycle.state != "running":
        raise Problem(Phrase("Calibration is over, and with it what was said about potential."))


@feature.button(allow=judges, seen_by=_seen_by, title=_title, over=_refuse_over)
def judge(request: Request, result: str, level: Level) -> Reply:
    """Say how far you think that this person could go."""
    row = bound_result(request, result)
    cycle = bound_cycle(request, row.cycle_id)
    request.store.reviews.calibration.judge(cycle.id, row.subject_id, int(level), author=request.actor.id)
    return Reply(show=_card(request, [cycle]))
