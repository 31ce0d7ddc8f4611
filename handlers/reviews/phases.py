"""The phases of a cycle: one after the other, by the calendar or by hand, and what each one begins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from handlers.kit.calendar import at_wall
from handlers.kit.cards import Button, Card, Fact
from handlers.kit.features import Ring, Rung, Silence
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.reviews import duties, nominating, releasing, sharing, survey
from handlers.reviews.review import bound_cycle, feature, runners
from storage.reviews import PHASES, ReviewCycle, last_day
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
        nominating.settle(store, cycle)
    store.reviews.cycles.enter(cycle, phase, by=by, reason=reason)
    duties.ask(store, cycle, phase)
    if phase == "peers":
        nominating.ask(store, cycle)
    if phase == "share":
        store.reviews.calibration.end(cycle.id)
        sharing.ask(store, cycle)
    if phase == "closed":
        store.reviews.invites.revoke_all(cycle.id)
        sharing.settle(store, cycle)
        survey.ask(store, cycle)
    releasing.plan(store, cycle)
    plan(store, cycle)


def plan(store: Store, cycle: ReviewCycle) -> None:
    """Set the moment at which the phase ends."""
    if cycle.phase in cycle.last_days and cycle.state == "running":
        store.slots.plan(BELL, cycle.id, ends_at(store, cycle))
    else:
        store.slots.drop(BELL, cycle.id)


def ends_at(store: Store, cycle: ReviewCycle) -> datetime:
    """The moment at which the phase of a cycle ends: the midnight after its last day, on the company's clock."""
    return at_wall(last_day(cycle, cycle.phase) + timedelta(days=1), time(), store.directory.zone)


def following(phase: str) -> str:
    """The phase after this one."""
    return PHASES[PHASES.index(phase) + 1]


@feature.bell("phase")
def turn(ring: Ring) -> Rung:
    """The last day of a phase is over: the next one begins."""
    cycle = ring.store.reviews.cycles.get(ring.about)
    if cycle is None or cycle.state != "running":
        return Rung(None, silence=Silence("ended"))
    ends = ends_at(ring.store, cycle)
    if ring.now < ends:
        return Rung(ends, silence=Silence("moved", ends))
    enter(ring.store, cycle, following(cycle.phase), by=None)
    return Rung(ring.store.slots.next(BELL, cycle.id))


@feature.button(allow=runners)
def next_phase(request: Request, cycle: str, seen: str) -> Reply:
    """Begin the next phase of this cycle now."""
    row = bound_cycle(request, cycle)
    if row.phase != seen:
        raise Problem(Phrase("The cycle has moved on meanwhile: {phase}.", phase=NAMES[row.phase]))
    if row.state != "running":
        raise Problem(Phrase("This cycle does not run."))
    enter(request.store, row, following(row.phase), by=request.actor.id)
    return Reply(show=state_card(row, Phrase("It goes on.")))


def state_card(row: ReviewCycle, title: Text) -> Card:
    """Where a cycle is."""
    running = row.state == "running"
    return Card(
        title,
        Fact(Phrase("Cycle"), Verbatim(row.name)),
        Fact(Phrase("Phase"), NAMES[row.phase]),
        *((Fact(Phrase("Until"), Phrase("{day}", day=last_day(row, row.phase))),) if running else ()),
        *((Button(Phrase("Next phase"), next_phase.bind(cycle=row.id, seen=row.phase)),) if running else ()),
    )
