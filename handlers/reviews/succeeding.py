"""Who was to answer an appeal has left, or had a part in the rating since: the next who may answers it, and nobody
where who made it has left."""

from __future__ import annotations

from datetime import timedelta

from handlers.kit.cards import Card, Fact, Section
from handlers.kit.features import Ring, Rung, Silence
from handlers.kit.requests import Tell
from handlers.kit.text import Phrase, Verbatim
from handlers.reviews import owing
from handlers.reviews.appealing import DECIDE, may_answer, owe_answer, who_answers
from handlers.reviews.review import feature
from handlers.reviews.telling import tell
from storage.objections import LEFT, Objection
from storage.people import Person
from storage.reviews import ReviewCycle
from storage.store import Store

AGAIN = timedelta(days=1)
"""After this it is looked anew for somebody, where nobody was left: HR may have named somebody else meanwhile."""


@feature.bell("answerer")
def look_for_another(ring: Ring) -> Rung:
    """Let an appeal be answered by the next who may, when the one who was to may not any more, and by nobody when who
    made it has left."""
    store = ring.store
    row = store.objections.for_the_clock(ring.about)
    result = store.reviews.results.by_id(row.about_id, row.subject_id) if row else None
    cycle = store.reviews.cycles.get(result.cycle_id) if result else None
    if row is None or cycle is None or row.state not in ("open", LEFT):
        return Rung(None, silence=Silence("done"))
    if row.state == LEFT:
        told = _called_off(store, cycle, row)
        return Rung(None, tell=told) if told else Rung(None, silence=Silence("done"))
    if may_answer(store, cycle, row):
        owe_answer(store, cycle, row, store.directory.people[row.named_id or ""])
        return Rung(None, silence=Silence("done"))
    looks = who_answers(store, cycle, row.subject_id)
    return Rung(None if looks else ring.now + AGAIN, tell=(_passed_on(store, cycle, row, looks),))


def _called_off(store: Store, cycle: ReviewCycle, row: Objection) -> tuple[Tell, ...]:
    """Who was to answer hears that they need not, if they owed it still."""
    looks = store.directory.person(row.named_id or "")
    if looks is None or not store.obligations.close(looks.id, DECIDE, row.id, how=owing.LEFT):
        return ()
    card = Card(
        Phrase(
            "{name} has left: their appeal is closed", name=Verbatim(store.directory.named(row.subject_id))
        ),
        Fact(Phrase("Cycle"), Verbatim(cycle.name)),
        Section(Phrase("You need not answer it any more. The rating stays as it is.")),
    )
    return (tell(store, cycle, looks, card, topic=f"reviews.called_off:{row.id}:{row.version}"),)


def _passed_on(store: Store, cycle: ReviewCycle, row: Objection, looks: Person | None) -> Tell:
    subject, before = store.directory.people[row.subject_id], row.named_id or ""
    store.obligations.close(before, DECIDE, row.id, how=owing.PASSED_ON)
    title = Phrase("Somebody else answers your appeal")
    words = Phrase(
        "{name} cannot answer it any more, and nobody else is left who had no part in your rating. Talk to HR: once"
        " they name somebody else in HR in the people file, that colleague answers, and you are told.",
        name=Verbatim(store.directory.named(before)),
    )
    if looks is not None:
        store.objections.pass_on(row, looks.id)
        owe_answer(store, cycle, row, looks)
        words = Phrase(
            "{name} cannot answer it any more; now {other} does, who had no part in your rating and reads what you"
            " wrote.",
            name=Verbatim(store.directory.named(before)),
            other=Verbatim(looks.name),
        )
    card = Card(title, Fact(Phrase("Cycle"), Verbatim(cycle.name)), Section(words))
    now = looks.id if looks else ""
    return tell(store, cycle, subject, card, topic=f"reviews.answerer:{row.id}:{row.version}:{now}")
