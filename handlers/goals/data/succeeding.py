"""Who was to answer what somebody says is wrong has left: whoever looks after it now answers; and nobody where who said
it has left."""

from __future__ import annotations

from handlers.goals.data.objecting import matter, owe_answer, who_looks
from handlers.goals.goal import feature
from handlers.kit.calendar import ONE_DAY
from handlers.kit.cards import Card, Section
from handlers.kit.features import Ring, Rung, Silence
from handlers.kit.requests import Tell
from handlers.kit.text import Phrase, Verbatim
from storage.objections import LEFT, OWED, Objection
from storage.people import Person
from storage.store import Store


@feature.bell("looker")
def look_for_another(ring: Ring) -> Rung:
    """Let somebody else answer an objection whose answerer has left; nobody, when who objected has."""
    store = ring.store
    row = store.objections.for_the_clock(ring.about)
    named = store.directory.person(row.named_id or "") if row else None
    if row is not None and row.state == LEFT:
        store.obligations.close(row.named_id or "", OWED, row.id, how=LEFT)
    if row is None or row.state != "open":
        return Rung(None, silence=Silence("done"))
    if named is not None and named.active:
        owe_answer(store, row, named)
        return Rung(None, silence=Silence("done"))
    looks = who_looks(store, row)
    if looks is None:
        later = ring.now + ONE_DAY
        return Rung(later, silence=Silence("nobody to tell", later))
    return Rung(None, tell=(_passed_on(store, row, looks),))


def _passed_on(store: Store, row: Objection, looks: Person) -> Tell:
    before = Verbatim(store.directory.named(row.named_id))
    store.obligations.pass_on(row.named_id or "", OWED, row.id)
    store.objections.pass_on(row, looks.id)
    owe_answer(store, row, looks)
    card = Card(
        Phrase("Somebody else answers what you said is wrong"),
        Section(matter(row)),
        Section(
            Phrase(
                "{name} does not work here any more; now {other} answers, and reads what you wrote.",
                name=before,
                other=Verbatim(looks.name),
            )
        ),
    )
    return Tell(card, to=row.subject_id, topic=f"objection:{row.id}:{looks.id}")
