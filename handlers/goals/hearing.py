"""Nothing is changed silently: what others change about a goal, its owner hears once, in one card."""

from __future__ import annotations

from datetime import timedelta

from handlers.goals.goal import feature
from handlers.goals.listing import opener
from handlers.goals.overview import change_text, history
from handlers.kit.cards import Button, Card, Section
from handlers.kit.features import Ring, Rung, Silence
from handlers.kit.requests import Request, Tell, Where
from handlers.kit.text import Phrase, Verbatim
from storage.goals import TOLD_OWNER
from storage.goals.serving import GATHERED

MOST = 6
"""Changes on one card; the rest stands in what changed."""


@feature.bell("changed")
def changed(ring: Ring) -> Rung:
    """Some time after somebody else changed a goal: one card for its owner."""
    owner, _, goal = ring.about.partition(":")
    store, person = ring.store, ring.store.directory.person(owner)
    row = store.goals.get(goal, reader=owner)
    if person is None or not person.active or row is None or row.subject_id != owner:
        return Rung(None, silence=Silence("done"))
    since = ring.due_at - GATHERED - timedelta(seconds=1)
    found = [
        each
        for each in store.goals.since(row.id, since, reader=owner)
        if each.author_id not in (None, owner) and each.act in TOLD_OWNER
    ]
    if not found:
        return Rung(None, silence=Silence("done"))
    request = Request(actor=person, where=Where(), now=ring.now, store=store)
    results = {each.id: each for each in store.goals.measured(row.id, reader=owner)}
    card = Card(
        Phrase("Your goal “{title}” was changed by somebody else", title=Verbatim(row.title)),
        *(Section(change_text(request, each, results.get(each.key_result_id))) for each in found[:MOST]),
        opener(row),
        Button(Phrase("What changed"), history.bind(goal=row.id)),
    )
    return Rung(None, tell=(Tell(card, to=owner, topic=f"goals.changed:{row.id}:{ring.due_at.isoformat()}"),))
