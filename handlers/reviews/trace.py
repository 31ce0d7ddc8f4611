"""Everything that happened to a cycle can be read: when, by whom, and why."""

from __future__ import annotations

from datetime import date

from handlers.kit.cards import Card, Note, Section
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Text, Verbatim
from handlers.reviews import phases
from handlers.reviews.review import bound_cycle, feature, runners
from storage.reviews import PHASES, CycleEvent, CycleStep

SHOWN = 40


@feature.button(allow=runners)
def trace(request: Request, cycle: str) -> Reply:
    """See everything that happened to this cycle: when, by whom, and why."""
    row = bound_cycle(request, cycle)
    steps = [(step.at, _step(request, step)) for step in request.store.reviews.cycles.steps(row.id)]
    events = [(each.at, _event(request, each)) for each in request.store.reviews.running.events(row.id)]
    found = sorted((*steps, *events), key=lambda pair: pair[0])
    return Reply(
        keep=True,
        show=Card(
            Phrase("What happened in {cycle}", cycle=Verbatim(row.name)),
            *(Section(words) for _, words in found[-SHOWN:]),
            *((Note(Phrase("The last {n} are shown.", n=SHOWN)),) if len(found) > SHOWN else ()),
        ),
    )


def _step(request: Request, step: CycleStep) -> Text:
    by = Verbatim(request.store.directory.named(step.by)) if step.by else Phrase("the clock")
    line = Phrase(
        "{moment}, by {name}: {what}", moment=step.at, name=by, what=phases.NAMES[PHASES[step.rank]]
    )
    return Lines((line, Verbatim(step.reason))) if step.reason else line


def _event(request: Request, event: CycleEvent) -> Text:
    directory = request.store.directory
    by = Verbatim(directory.named(event.by)) if event.by else Phrase("the clock")
    what = _act(event.act, Verbatim(directory.named(event.person_id)))
    line = Phrase("{moment}, by {name}: {what}", moment=event.at, name=by, what=what)
    return Lines((line, *_details(event)))


def _act(act: str, name: Text) -> Text:
    known: dict[str, Text] = {
        "extended": Phrase("other days"),
        "paused": Phrase("paused"),
        "resumed": Phrase("went on"),
        "joined": Phrase("{name} was added", name=name),
        "left": Phrase("{name} left: what was not handed in about them or by them is frozen", name=name),
        "excused": Phrase("{name} was taken out", name=name),
        "taken back": Phrase("{name} was put back", name=name),
        "manager": Phrase("{name} got another manager", name=name),
        "decided": Phrase("decided who finishes the review of {name}", name=name),
        "reminded": Phrase("reminded by hand those who still owed something"),
        "escalated": Phrase("the manager of {name} heard of what is missing", name=name),
    }
    return known[act]


def _details(event: CycleEvent) -> tuple[Text, ...]:
    if event.act != "extended":
        return ()
    return tuple(
        Phrase(
            "{phase}: {before} → {after}",
            phase=phases.NAMES[phase],
            before=date.fromisoformat(before),
            after=date.fromisoformat(after),
        )
        for phase, (before, after) in event.details.items()
    )
