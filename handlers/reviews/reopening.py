"""A cycle goes back into an earlier phase, for a reason that those who wrote in it read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any

from handlers.kit.calendar import local_day
from handlers.kit.cards import Card, Section
from handlers.kit.forms import Choice, Day, Option, Question, Sheet, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Verbatim
from handlers.reviews import duties, owing, phases, to_share
from handlers.reviews.days import later
from handlers.reviews.review import cycle_of, feature, runners, running_cycle
from handlers.reviews.telling import tell
from storage.reviews import PHASES, ReviewCycle, last_day
from storage.store import Store


def earlier(row: ReviewCycle) -> tuple[str, ...]:
    """The phases into which a cycle can go back."""
    known = phases.used(row)
    return known[: known.index(row.phase)] if row.phase in known else ()


CALLED = ("自评", "确定同事评估人", "他人评估", "校准", "结果公开", "绩效面谈", "员工确认")
EVERY = tuple(
    Option(phase, phases.NAMES[phase], also=(called,))
    for phase, called in zip(PHASES[1:-1], CALLED, strict=True)
)


def _asked(request: Request, args: dict[str, Any]) -> tuple[Question, ...]:
    cycle = cycle_of(request, args)
    options = tuple(option for option in EVERY if cycle and option.value in earlier(cycle))
    return (Choice(Phrase("Into which phase?"), options=options, name="phase"),) if options else ()


def _open(request: Request, args: Mapping[str, Any]) -> None:
    if not earlier(running_cycle(request, args["cycle"])):
        raise Problem(Phrase("This is the first phase of the cycle. There is none before it."))


Which = Annotated[dict[str, Any], Sheet(Phrase("Into which phase?"), of=_asked)]
Last = Annotated[
    date, Day(Phrase("Until when?"), help=Phrase("The last day of that phase. The later ones move along."))
]
Why = Annotated[
    str,
    Words(
        Phrase("Why?"),
        longest=500,
        help=Phrase("Those who write in that phase read it, and it stays readable for HR."),
    ),
]


@feature.button(
    allow=runners,
    seen_by=Phrase("Seen by HR and by those who write in that phase."),
    title=Phrase("Back to an earlier phase"),
    over=_open,
)
def reopen(request: Request, cycle: str, asked: Which, last: Last, reason: Why) -> Reply:
    """Let this cycle go back into an earlier phase, for a reason that is told."""
    row, phase = running_cycle(request, cycle), asked["phase"]
    if last < local_day(request.now, request.store.directory.zone):
        raise Problem(Phrase("This day is past. Give today or a later one."), question="last")
    store = request.store
    by = max(last - last_day(row, phase), timedelta())
    known = phases.used(row)
    days = later(request.calendar, row, known[known.index(phase) :], by) | {phase: last}
    moved = {each for each, day in days.items() if day != last_day(row, each)}
    store.reviews.cycles.change(row, "reopened", last_days=days)
    phases.enter(store, row, phase, by=request.actor.id, reason=reason)
    if phase not in to_share.SHARED_IN:
        to_share.rest(store, row)
    owing.move_until(store, row, {*moved, phase})
    return Reply(
        show=phases.state_card(row, Phrase("It is back in an earlier phase.")),
        tell=_reopened(store, row, reason),
    )


def _reopened(store: Store, row: ReviewCycle, reason: str) -> tuple[Tell, ...]:
    """Whoever handed something in hears that they may change it; who still owes something is reminded anyway."""
    authors = dict.fromkeys(
        duty.author_id
        for duty in store.reviews.duties(row.id, state="submitted")
        if duties.PHASE_OF[duty.role] == row.phase
    )
    card = Card(
        Phrase("{cycle} is open again: {phase}", cycle=Verbatim(row.name), phase=phases.NAMES[row.phase]),
        Section(Verbatim(reason), quoted=True),
        Section(
            Phrase(
                "What you handed in stands. You may change it until {day}, but for what was shared already.",
                day=last_day(row, row.phase),
            )
        ),
    )
    return tuple(
        tell(store, row, person, card, topic=f"reviews.step:{row.id}:{row.step}:{person.id}")
        for each in authors
        if (person := store.directory.person(each or "")) and person.active
    )
