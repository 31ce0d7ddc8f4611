"""Who was to answer an appeal, or to talk about a result, cannot any more: the next who may does."""

from __future__ import annotations

from handlers.kit.cards import Button, Card, Fact, Section
from handlers.kit.features import Ring, Rung, Silence
from handlers.kit.requests import Tell
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.reviews import talking
from handlers.reviews.answerers import is_long_away, may_answer, who_answers
from handlers.reviews.appealing import AGAIN, DECIDE, owe_answer
from handlers.reviews.results import leader_of
from handlers.reviews.review import feature
from handlers.reviews.talking import TALK
from handlers.reviews.telling import tell
from storage.objections import LEFT, Objection
from storage.obligations import PASSED_ON
from storage.people import Person
from storage.reviews import ReviewCycle
from storage.reviews.running import OPEN
from storage.store import Store

# An appeal -----------------------------------------------------------------------------------------------------------


@feature.bell("answerer")
def look_for_another(ring: Ring) -> Rung:
    """Let an appeal be answered by the next who may, when the one who was to may not any more or is away for long; by
    nobody when who made it has left."""
    store = ring.store
    row = store.objections.for_the_clock(ring.about)
    result = store.reviews.results.by_id(row.about_id, row.subject_id) if row else None
    cycle = store.reviews.cycles.get(result.cycle_id) if result else None
    if row is None or cycle is None or row.state not in ("open", LEFT):
        return Rung(None, silence=Silence("done"))
    if row.state == LEFT:
        told = _called_off(store, cycle, row)
        return Rung(None, tell=told) if told else Rung(None, silence=Silence("done"))
    later, looks = ring.now + AGAIN, who_answers(store, cycle, row.subject_id)
    if not may_answer(store, cycle, row):
        return Rung(later, tell=(_passed_on(store, cycle, row, looks),))
    named = store.directory.people[row.named_id or ""]
    if looks and is_long_away(store, named) and not is_long_away(store, looks):
        return Rung(later, tell=_in_place_of(store, cycle, row, named, looks))
    owe_answer(store, cycle, row, named)
    return Rung(later, silence=Silence("waits", later))


def _called_off(store: Store, cycle: ReviewCycle, row: Objection) -> tuple[Tell, ...]:
    """Who was to answer hears that they need not, if they owed it still."""
    looks = store.directory.person(row.named_id or "")
    if looks is None or not store.obligations.close(looks.id, DECIDE, row.id, how=LEFT):
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
    """Who was to answer may not any more; who appeals hears who does now."""
    before = Verbatim(store.directory.named(row.named_id))
    store.obligations.pass_on(row.named_id or "", DECIDE, row.id)
    if looks is None:
        words = Phrase(
            "{name} cannot answer it any more, and nobody else is left who had no part in your rating. Talk to HR: once"
            " they name somebody else in HR in the people file, that colleague answers, and you are told.",
            name=before,
        )
        return _to_author(store, cycle, row, words, looks)
    _hand_on(store, cycle, row, looks)
    words = Phrase(
        "{name} cannot answer it any more; now {other} does, who had no part in your rating and reads what you wrote.",
        name=before,
        other=Verbatim(looks.name),
    )
    return _to_author(store, cycle, row, words, looks)


def _in_place_of(
    store: Store, cycle: ReviewCycle, row: Objection, named: Person, looks: Person
) -> tuple[Tell, ...]:
    """Who was to answer is away for long; who appeals hears who does now, but not that."""
    store.obligations.pass_on(named.id, DECIDE, row.id)
    _hand_on(store, cycle, row, looks)
    name, other = Verbatim(named.name), Verbatim(looks.name)
    words = Phrase(
        "{name} cannot answer it soon; now {other} does, who had no part in your rating and reads what you wrote.",
        name=name,
        other=other,
    )
    subject = Verbatim(store.directory.named(row.subject_id))
    card = Card(
        Phrase("Somebody else answers the appeal of {name}", name=subject),
        Fact(Phrase("Cycle"), Verbatim(cycle.name)),
        Section(Phrase("While you were away it was given to {name}. You need not answer it.", name=other)),
    )
    told = tell(store, cycle, named, card, topic=f"reviews.answered_for:{row.id}:{row.version}")
    return (_to_author(store, cycle, row, words, looks), told)


def _hand_on(store: Store, cycle: ReviewCycle, row: Objection, looks: Person) -> None:
    store.objections.pass_on(row, looks.id)
    owe_answer(store, cycle, row, looks)


def _to_author(store: Store, cycle: ReviewCycle, row: Objection, words: Text, looks: Person | None) -> Tell:
    title = (
        Phrase("Somebody else answers your appeal") if looks else Phrase("Your appeal waits for an answer")
    )
    card = Card(title, Fact(Phrase("Cycle"), Verbatim(cycle.name)), Section(words))
    topic = f"reviews.answerer:{row.id}:{row.version}:{looks.id if looks else ''}"
    return tell(store, cycle, store.directory.people[row.subject_id], card, topic=topic)


# A talk --------------------------------------------------------------------------------------------------------------


@feature.bell("talker")
def look_who_talks(ring: Ring) -> Rung:
    """Let whoever answers for a shared result now owe the talk about it, and nobody else: who shared it has left, or is
    back."""
    store, (subject, _, cycle_id) = ring.store, ring.about.partition(":")
    cycle, row = store.reviews.cycles.get(cycle_id), store.reviews.results.for_the_clock(cycle_id, subject)
    leader = leader_of(store, row) if row and row.shared_at and not row.talked_at else None
    if cycle is None or row is None or leader is None or cycle.state not in OPEN:
        return Rung(None, silence=Silence("done"))
    others = [owed for owed in store.obligations.about(TALK, row.id) if owed.person_id != leader.id]
    store.obligations.drop(others, how=PASSED_ON)
    if not talking.ask(store, cycle, row, leader):
        return Rung(None, silence=Silence("done"))
    card = Card(
        Phrase("{name} talks with you about your review now", name=Verbatim(leader.name)),
        Fact(Phrase("Cycle"), Verbatim(cycle.name)),
        Button(Phrase("Prepare the talk"), talking.talk.bind(result=row.id), style="primary"),
    )
    topic = f"reviews.talker:{row.id}:{leader.id}:{store.now:%Y%m%d%H%M}"
    return Rung(None, tell=(tell(store, cycle, store.directory.people[subject], card, topic=topic),))
