"""The phases of a cycle: one after the other, by the calendar or by hand, and what each one begins."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.kit.cards import Button, Card, Fact, Note, Part, Press
from handlers.kit.features import Ring, Rung, Silence
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.reviews import deadlines, duties, including, nominating, releasing, sharing, survey, to_share
from handlers.reviews.owing import ends_at
from handlers.reviews.review import bound_cycle, feature, runners
from storage.reviews import PEER, PHASES, ReviewCycle, last_day
from storage.store import Store

NAMES: Mapping[str, Text] = {
    "prepared": Phrase("Prepared"),
    "self": Phrase("Self-reviews"),
    "peers": Phrase("Colleagues are chosen"),
    "write": Phrase("Others write"),
    "calibrate": Phrase("Calibration"),
    "share": Phrase("Sharing"),
    "talk": Phrase("Talks"),
    "acknowledge": Phrase("Acknowledging"),
    "closed": Phrase("Closed"),
}
BELL = "reviews.phase"


def enter(store: Store, cycle: ReviewCycle, phase: str, *, by: str | None, reason: str | None = None) -> None:
    """Enter a phase: what it asks is owed from now on, and its end is on the clock."""
    duties.settle(store, cycle, cycle.phase)
    if cycle.phase in ("peers", "write"):
        nominating.settle(store, cycle, into=phase)
    store.reviews.cycles.enter(cycle, phase, by=by, reason=reason)
    while not is_used(cycle, cycle.phase):
        store.reviews.cycles.enter(cycle, following(cycle.phase), by=by)
    begin(store, cycle)


def begin(store: Store, cycle: ReviewCycle) -> None:
    """What the phase asks of people is owed, and its end is on the clock."""
    including.ask(store, cycle)
    if cycle.phase == "share":
        store.reviews.calibration.end(cycle.id)
        to_share.ask(store, cycle)
    if cycle.phase == "closed":
        store.reviews.invites.revoke_all(cycle.id)
        sharing.settle(store, cycle)
        if not cycle.is_test:
            survey.ask(store, cycle)
    releasing.plan(store, cycle)
    deadlines.plan(store, cycle)
    plan(store, cycle)


def is_used(cycle: ReviewCycle, phase: str) -> bool:
    """Whether anybody does anything in a phase of this cycle; the others are passed through at once."""
    if phase == "peers":
        return PEER in cycle.roles
    return phase != "calibrate" or cycle.is_rated


def used(cycle: ReviewCycle) -> tuple[str, ...]:
    """The phases of a cycle that take time, in their order."""
    return tuple(phase for phase in PHASES[1:-1] if is_used(cycle, phase))


def plan(store: Store, cycle: ReviewCycle) -> None:
    """Set the moment at which the phase ends."""
    if cycle.phase in cycle.last_days and cycle.state == "running":
        store.slots.plan(BELL, cycle.id, ends_at(store, cycle, cycle.phase))
    else:
        store.slots.drop(BELL, cycle.id)


def following(phase: str) -> str:
    """The phase after this one."""
    return PHASES[PHASES.index(phase) + 1]


@feature.bell("phase")
def turn(ring: Ring) -> Rung:
    """The last day of a phase is over: the next one begins."""
    cycle = ring.store.reviews.cycles.get(ring.about)
    if cycle is None or cycle.state != "running":
        return Rung(None, silence=Silence("ended"))
    ends = ends_at(ring.store, cycle, cycle.phase)
    if ring.now < ends:
        return Rung(ends, silence=Silence("moved", ends))
    enter(ring.store, cycle, following(cycle.phase), by=None)
    return Rung(ring.store.slots.next(BELL, cycle.id))


@feature.button(allow=runners, wordless=True)
def next_phase(request: Request, cycle: str, seen: str) -> Reply:
    """Begin the next phase of this cycle now."""
    row = bound_cycle(request, cycle)
    if row.phase != seen:
        raise Problem(Phrase("The cycle has moved on meanwhile: {phase}.", phase=NAMES[row.phase]))
    if row.state != "running":
        raise Problem(Phrase("This cycle does not run."))
    enter(request.store, row, following(row.phase), by=request.actor.id)
    return Reply(show=state_card(row, Phrase("The next phase has begun.")))


def state_card(row: ReviewCycle, title: Text) -> Card:
    """Where a cycle is, and what may be done with it."""
    running = row.state == "running"
    return Card(
        title,
        Fact(Phrase("Cycle"), Verbatim(row.name)),
        Fact(Phrase("Phase"), NAMES[row.phase]),
        *((Fact(Phrase("Until"), Phrase("{day}", day=last_day(row, row.phase))),) if running else ()),
        *_states(row),
        *_doors(row),
    )


def _states(row: ReviewCycle) -> tuple[Part, ...]:
    made: list[Part] = []
    if row.state == "paused":
        made.append(Note(Phrase("It is paused: nobody owes anything, and nobody hears anything of it.")))
    if row.is_test:
        made.append(Note(Phrase("This is a test run: only you hear of it, and only you read it.")))
    return tuple(made)


_EVER = (
    ("progress", Phrase("Progress")),
    ("results_of", Phrase("Review results")),
    ("health", Phrase("Health report")),
)
_WHILE: Mapping[str, tuple[tuple[str, Phrase], ...]] = {
    "running": (
        ("extend", Phrase("Change the days")),
        ("pause", Phrase("Pause")),
        ("reopen", Phrase("Back to an earlier phase")),
        ("add_people", Phrase("Add people")),
        ("excuse", Phrase("Take somebody out")),
        ("excused", Phrase("Who is out")),
    ),
    "paused": (("resume", Phrase("Go on")), ("extend", Phrase("Change the days"))),
}
_OF_RESULTS = frozenset({"results_of", "excuse", "excused"})
"""What goes by the results of a cycle, of which a test run has none."""
_LAST = (("trace", Phrase("What happened")),)


def _doors(row: ReviewCycle) -> tuple[Part, ...]:
    """Bound by name: what these doors do ends here again."""
    going_on = Button(Phrase("Next phase"), next_phase.bind(cycle=row.id, seen=row.phase))
    doors = (*_EVER, *_WHILE.get(row.state, ()), *_LAST)
    made = [
        Button(label, Press(f"reviews.{name}", {"cycle": row.id}))
        for name, label in doors
        if not (row.is_test and name in _OF_RESULTS)
    ]
    if row.is_test:
        made.append(Button(Phrase("Discard the test"), Press("reviews.discard", {"cycle": row.id})))
    return (*((going_on,) if row.state == "running" else ()), *made)
