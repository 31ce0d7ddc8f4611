"""Confidential answers are released as a whole, once: when sharing begins and everybody had a day to change theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated

from handlers.kit.access import everyone
from handlers.kit.cards import Card, Heading, Note, Part, Section
from handlers.kit.features import Ring, Rung, Silence
from handlers.kit.forms import Colleague
from handlers.kit.requests import Reply, Request
from handlers.kit.rounding import tenth
from handlers.kit.text import Listing, Phrase, Plural, Text, Verbatim
from handlers.reviews import parts, together
from handlers.reviews.review import feature
from storage.people import Person
from storage.reviews import PEER, PHASES, ROLES, ReviewCycle, ReviewVoice, is_confidential
from storage.reviews.running import OPEN
from storage.reviews.voices import BELOW, OWN
from storage.store import Store

WINDOW = timedelta(hours=24)
"""So long after the last answer was handed in, whoever wrote it can still change it."""
BELL = "reviews.release"

# When ----------------------------------------------------------------------------------------------------------------


def plan(store: Store, cycle: ReviewCycle) -> None:
    """Release what was written in confidence, or plan it, or plan it no more: what the phase of the cycle asks for."""
    store.slots.drop(BELL, cycle.id)
    if PHASES.index(cycle.phase) < PHASES.index("share") or store.reviews.voices.is_released(cycle):
        return
    last = _unchanged_since(store, cycle)
    if last is None or last + WINDOW <= store.now:
        release(store, cycle)
    else:
        store.slots.plan(BELL, cycle.id, last + WINDOW)


@feature.bell("release")
def rings(ring: Ring) -> Rung:
    """The last day to change an answer is over: all are released."""
    cycle = ring.store.reviews.cycles.get(ring.about)
    if cycle is None or PHASES.index(cycle.phase) < PHASES.index("share"):
        return Rung(None, silence=Silence("moved"))
    if cycle.state == "paused":  # nobody can change an answer; when it goes on it is planned anew
        return Rung(None, silence=Silence("paused"))
    if ring.store.reviews.voices.is_released(cycle):
        return Rung(None)
    last = _unchanged_since(ring.store, cycle)
    if last is not None and last + WINDOW > ring.now:  # somebody has handed in since it was planned
        return Rung(last + WINDOW, silence=Silence("moved", last + WINDOW))
    release(ring.store, cycle)
    return Rung(None)


def _unchanged_since(store: Store, cycle: ReviewCycle) -> datetime | None:
    """Since when whoever handed in last could change it: then, or since the last pause ended; None where nobody did."""
    last: datetime | None = store.reviews.voices.last_handed_in(cycle)
    resumed = (each.at for each in store.reviews.running.events(cycle.id) if each.act == "resumed")
    return last and max((last, *resumed))


def release(store: Store, cycle: ReviewCycle) -> None:
    """Make voices of all that was handed in in confidence."""
    scales = {part.key: len(part.points) for part in map(parts.read, cycle.parts) if part.points}
    today = store.now.date()
    made = together.voices(
        store.reviews.voices.given(cycle),
        scales,
        lambda person: store.directory.manager_of(person, today),
        together.Thresholds.of(cycle),
    )
    store.reviews.voices.release(cycle, made)
    _forget_drafts(store, cycle)


def _forget_drafts(store: Store, cycle: ReviewCycle) -> None:
    """What was begun anew of what is released, in the whole form or part by part, goes: it would keep their words
    beside their name."""
    duties = store.reviews.duties(cycle.id, state="submitted")
    released = {duty.id: duty.author_id for duty in duties if is_confidential(duty.role, cycle.peers)}
    for author in sorted({author for author in released.values() if author}):
        for draft in store.drafts.open_of(author):
            if draft.args.get("review") in released:
                store.drafts.close(draft)


# What is shown -------------------------------------------------------------------------------------------------------


@feature.command(
    "review together",
    allow=everyone,
    also=("评估 汇总", "评估汇总"),
    examples=("",),
)
def look(
    request: Request, whom: Annotated[Person, Colleague(Phrase("About whom?"), yourself=True)] | None = None
) -> Reply:
    """Show what was written in confidence, about you or somebody who reports to you, as a group only."""
    subject = whom or request.actor
    cycles = request.store.reviews.cycles.in_state(*OPEN, "closed")
    shown = [part for cycle in cycles for part in _titled(cycle, lines(request, cycle, subject.id))]
    title = Phrase("Written in confidence: {name}", name=Verbatim(subject.name))
    if not shown:
        shown = [Section(Phrase("There is nothing that can be shown, or it is not for you."))]
    return Reply(show=Card(title, *shown, Note(rules())))


def _titled(cycle: ReviewCycle, shown: Sequence[Part]) -> tuple[Part, ...]:
    return (Heading(Verbatim(cycle.name)), *shown) if shown else ()


def rules() -> Text:
    """How what was written in confidence is kept so."""
    return Phrase(
        "Each answer counts in one place only. Where too few wrote, theirs count together with those about others who"
        " report to the same manager, or are shown to nobody."
    )


def lines(request: Request, cycle: ReviewCycle, subject: str) -> tuple[Part, ...]:
    """What was written in confidence about a person and about their reports, as far as the reader sees it."""
    found = request.store.reviews.voices.of(cycle.id, subject, reader=request.actor.id)
    known = [parts.read(kept) for kept in cycle.parts]
    groups = ((role, about) for about in (OWN, BELOW) for role in ROLES if is_confidential(role, cycle.peers))
    return tuple(
        piece
        for role, about in groups
        if (theirs := [voice for voice in found if (voice.role, voice.about) == (role, about)])
        for piece in (
            Section(_who(request, role, about, subject)),
            *(piece for part in known for piece in _part(part, [v for v in theirs if v.part == part.key])),
        )
    )


def _who(request: Request, role: str, about: str, subject: str) -> Text:
    name = Verbatim(request.store.directory.named(subject))
    if about == BELOW:
        return Phrase("About those who report to {name}, taken together", name=name)
    if role == PEER:
        return Phrase("Colleagues about {name}", name=name)
    return Phrase("Those who report to {name}", name=name)


def _part(part: parts.Part, voices: Sequence[ReviewVoice]) -> tuple[Part, ...]:
    if not voices:
        return ()
    points = tuple(Section(_tally(part, voice)) for voice in voices if voice.tally)
    words = tuple(Section(Verbatim(voice.said), quoted=True) for voice in voices if voice.said)
    return (Section(part.title), *points, *words)


def _tally(part: parts.Part, voice: ReviewVoice) -> Text:
    n, spread = voice.tally["n"], voice.tally.get("spread")
    if spread:
        return Phrase(
            "{n} answers: {mean} of {most} on average; {points}",
            n=n,
            mean=tenth(together.mean(spread)),
            most=len(part.points),
            points=Listing(
                tuple(
                    Phrase("{count} × {point}", count=count, point=point)
                    for point, count in enumerate(spread, 1)
                    if count
                )
            ),
        )
    return Plural(
        "{n} answer: {lean}",
        "{n} answers: {lean}",
        n=n,
        lean=LEANINGS[voice.tally.get("leans", "")],
    )


LEANINGS: Mapping[str, Text] = {
    together.LOW: Phrase("together they lean to the lower points"),
    together.BETWEEN: Phrase("together they are about the middle"),
    together.HIGH: Phrase("together they lean to the upper points"),
    "": Phrase("no more can be said without saying what one of them says"),
}
