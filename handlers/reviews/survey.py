"""After a cycle everybody who took part is asked two questions about the process, in confidence, and only once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time, timedelta
from typing import Annotated, Any

from handlers.kit.access import Rule
from handlers.kit.calendar import at_wall, local_day
from handlers.kit.cards import Button, Card, Fact, Note, Press
from handlers.kit.features import Ring, Rung, Silence
from handlers.kit.forms import Scale, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.kit.values import dump
from handlers.reviews import together
from handlers.reviews.participation import NEVER_ASKED
from handlers.reviews.review import feature
from handlers.reviews.telling import runner_of, tell
from storage.obligations import EXPIRED
from storage.people import Person
from storage.reviews import ProcessSurvey, ReviewCycle
from storage.store import Store

ASKED = "reviews.survey"
"""What everybody who took part owes, once."""
ENDS = "reviews.survey_ends"
DAYS = 7
MOST = 5


def ask(store: Store, cycle: ReviewCycle) -> None:
    """Ask everybody who was reviewed or wrote in a cycle, unless it was a test or they were asked before."""
    if cycle.is_test or store.reviews.surveys.of(cycle.id) is not None:
        return
    people = took_part(store, cycle)
    zone = store.directory.zone
    last = local_day(store.now, zone) + timedelta(days=DAYS)
    ends_at = at_wall(last + timedelta(days=1), time(), zone)
    row = store.reviews.surveys.open(cycle, asked=len(people), ends_at=ends_at)
    title = dump(Phrase("{cycle}: two questions about how it went", cycle=Verbatim(cycle.name)))
    for person in people:
        due_at = min(at_wall(last, time(18), person.zone), ends_at)
        args = {"survey": row.id}
        store.obligations.open(person.id, ASKED, row.id, title=title, args=args, due_at=due_at, minutes=1)
    store.slots.plan(ENDS, row.id, ends_at)


def took_part(store: Store, cycle: ReviewCycle) -> list[Person]:
    """Who was reviewed or was to write in a cycle, was not taken out of it, and works here: not who was proposed as a
    colleague and taken off again, who never heard of it."""
    duties = [duty for duty in store.reviews.duties(cycle.id) if duty.state not in NEVER_ASKED]
    ids = {duty.subject_id for duty in duties} | {duty.author_id for duty in duties if duty.author_id}
    ids -= store.reviews.results.out_of(cycle.id).keys()
    found = (store.directory.person(each) for each in sorted(ids))
    return [person for person in found if person and person.active]


def survey_of(request: Request, args: Mapping[str, Any]) -> ProcessSurvey | None:
    """The survey that a door is bound to."""
    return request.store.reviews.surveys.get(str(args.get("survey") or ""))


def _owes(request: Request, args: Mapping[str, Any]) -> bool:
    row = survey_of(request, args)
    if row is None or row.over_at:
        return False
    owed = request.store.obligations.of(request.actor.id)
    return any(each.kind == ASKED and each.about == row.id for each in owed)


asked_people = Rule(
    "who took part and has not answered yet",
    _owes,
    Phrase(
        "You have answered already, or the survey is over. One answer counts once, and nobody can change it."
    ),
)


def _seen_by(request: Request, args: Mapping[str, Any]) -> Text:
    row = survey_of(request, args)
    return Phrase(
        "Confidential: kept without your name and the time. HR sees it when the survey is over: points if at least {k}"
        " people answered, and only how they lean where they are nearly all alike; words, shuffled and apart from the"
        " points, if at least {words} people wrote some. That you answered is known.",
        k=row.k_score if row else MOST,
        words=row.k_comment if row else MOST,
    )


Fair = Annotated[
    int,
    Scale(
        Phrase("How fair was this review?"),
        low=1,
        high=MOST,
        low_label=Phrase("not at all"),
        high_label=Phrase("entirely"),
    ),
]
Change = Annotated[
    str,
    Words(
        Phrase("What one thing should be done differently next time?"),
        help=Phrase("Names make you recognisable: write of the process, not of people."),
        longest=1000,
    ),
]


@feature.button(
    allow=asked_people,
    seen_by=_seen_by,
    title=Phrase("How was the review?"),
    submit=Phrase("Send"),
    seen_done=True,
)
def survey(request: Request, survey: str, fair: Fair, words: Change = "") -> Reply:
    """Answer two questions about the review."""
    if not request.store.obligations.close(request.actor.id, ASKED, survey):
        raise Problem(asked_people.refusal)
    request.store.reviews.surveys.answer(survey, fair, words)
    return Reply(show=Card(Phrase("Thank you. Your answer is kept without your name.")))


def end(store: Store, cycle: ReviewCycle, row: ProcessSurvey) -> None:
    """Release what enough people said, by the rules of what is said in confidence: of points nothing from which one
    who answered could conclude what another gave."""
    least = together.Thresholds.of(cycle)

    def said_of(points: Sequence[int]) -> Mapping[str, Any] | None:
        return together.tally([(str(n), point) for n, point in enumerate(points)], MOST, least)

    store.reviews.surveys.end(row, said_of)


@feature.bell("survey_ends")
def survey_ends(ring: Ring) -> Rung:
    """The survey is over: what enough people said is released at once, and who runs the cycle is told."""
    row = ring.store.reviews.surveys.get(ring.about)
    cycle = ring.store.reviews.cycles.get(row.cycle_id) if row else None
    if row is None or cycle is None or row.over_at:
        return Rung(None, silence=Silence("done"))
    if ring.now < row.ends_at:
        return Rung(row.ends_at, silence=Silence("moved", row.ends_at))
    end(ring.store, cycle, row)
    for owed in ring.store.obligations.open_about(ASKED, row.id):
        ring.store.obligations.close(owed.person_id, ASKED, row.id, how=EXPIRED)
    runner = runner_of(ring.store, cycle)
    if runner is None:
        return Rung(None, silence=Silence("done"))
    return Rung(None, tell=(_told(ring.store, cycle, row, runner),))


def _told(store: Store, cycle: ReviewCycle, row: ProcessSurvey, runner: Person) -> Tell:
    card = Card(
        Phrase("The survey about the review is over"),
        Fact(Phrase("Cycle"), Verbatim(cycle.name)),
        Fact(Phrase("Answered"), Phrase("{n} of {all}", n=row.answered, all=row.asked)),
        Button(Phrase("Health report"), Press("reviews.health", {"cycle": cycle.id}), style="primary"),
        Note(Phrase("What too few people said is not shown and not kept.")),
    )
    return tell(store, cycle, runner, card, topic=f"reviews.surveyed:{row.id}")
