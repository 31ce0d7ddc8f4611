"""Who is to share which result: whoever answers for it, once a manager has written and sharing has begun."""

from __future__ import annotations

from handlers.kit.text import Phrase, Verbatim
from handlers.reviews.owing import EXPIRED, owe
from storage.reviews import MANAGER, ReviewCycle
from storage.reviews.running import within
from storage.store import Store

SHARE = "reviews.share"
"""What who answers for a result owes until its person reads it."""
SHARED_IN = ("share", "talk", "acknowledge", "closed")
"""The phases in which a result can be shared."""


def ask(store: Store, cycle: ReviewCycle, *, subject: str = "") -> None:
    """Let whoever answers for them share the results of a cycle, or of one person, about which a manager wrote."""
    if cycle.phase not in SHARED_IN:
        return
    unshared, authors = store.reviews.results.unshared(cycle.id), store.reviews.results.authors(cycle.id)
    written = store.reviews.duties(cycle.id, subject=subject, role=MANAGER, state="submitted")
    for person_id in dict.fromkeys(duty.subject_id for duty in written):
        result, person = unshared.get(person_id), store.directory.person(person_id)
        author = store.directory.person(authors.get(person_id) or "")
        if result is None or not (person and person.active and author and author.active):
            continue
        title = Phrase(
            "{cycle}: share the result with {name}", cycle=Verbatim(cycle.name), name=Verbatim(person.name)
        )
        args = {"result": result}
        owe(store, cycle, author, SHARE, result, title=title, args=args, minutes=5, phase="share")


def rest(store: Store, cycle: ReviewCycle) -> None:
    """The cycle went back: nobody owes what cannot be shared before sharing begins again."""
    for owed in store.obligations.within(within(cycle.id)):
        if owed.kind == SHARE:
            store.obligations.close(owed.person_id, SHARE, owed.about, how=EXPIRED)
