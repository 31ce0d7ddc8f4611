"""Who is to share which result: whoever answers for it, once a manager wrote or declined and sharing has begun."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from handlers.kit.text import Phrase, Text, Verbatim
from handlers.reviews.owing import owe
from storage.obligations import EXPIRED
from storage.people import Person
from storage.reviews import MANAGER, ReviewCycle, ReviewResult
from storage.reviews.running import within
from storage.store import Store

SHARE = "reviews.share"
"""What who answers for a result owes until its person reads it."""
SHARED_IN = ("share", "talk", "acknowledge", "closed")
"""The phases in which a result can be shared."""
DONE = ("submitted", "declined")
"""After which of these of a manager's review the result is shared: who declines shares what others wrote."""


def ask(store: Store, cycle: ReviewCycle, *, subject: str = "") -> None:
    """Let whoever answers for them share the results of a cycle, or of one person, when a manager is done with it."""
    if cycle.phase not in SHARED_IN:
        return
    unshared, authors = store.reviews.results.unshared(cycle.id), store.reviews.results.authors(cycle.id)
    for person_id in _done(store, cycle, subject):
        result, person = unshared.get(person_id), store.directory.person(person_id)
        author = store.directory.person(authors.get(person_id) or "")
        if result is None or not (person and person.active and author and author.active):
            continue
        title = Phrase(
            "{cycle}: share the result with {name}", cycle=Verbatim(cycle.name), name=Verbatim(person.name)
        )
        args = {"result": result}
        owe(store, cycle, author, SHARE, result, title=title, args=args, minutes=5, phase="share")


def _done(store: Store, cycle: ReviewCycle, subject: str = "") -> list[str]:
    """The ids of those about whom a manager has done what they were to write."""
    found = store.reviews.duties(cycle.id, subject=subject, role=MANAGER)
    return list(dict.fromkeys(duty.subject_id for duty in found if duty.state in DONE))


def held_up(store: Store, cycle: ReviewCycle, rows: Iterable[ReviewResult]) -> Iterator[Text]:
    """Which of these results nobody is asked to share though sharing has begun, and what helps."""
    if cycle.phase not in SHARED_IN:
        return
    done = frozenset(_done(store, cycle))
    for row in rows:
        person, author = store.directory.person(row.subject_id), store.directory.person(row.author_id or "")
        if person and person.active and row.shared_at is None:
            yield from _hindered(person, author, is_done=person.id in done)


def _hindered(person: Person, author: Person | None, *, is_done: bool) -> Iterator[Text]:
    name, manager = Verbatim(person.name), Verbatim(author.name if author else "")
    if author is None:
        yield Phrase("{name}: nobody is written down as their manager, so nobody can share it.", name=name)
    elif not author.active:
        yield Phrase(
            "{name}: {manager} has left. When somebody else is their manager I ask you who takes over.",
            name=name,
            manager=manager,
        )
    elif not is_done:
        yield Phrase(
            "{name}: {manager} has not handed in the review. Ask them: it can still be handed in or declined, and then"
            " they are asked to share.",
            name=name,
            manager=manager,
        )


def rest(store: Store, cycle: ReviewCycle) -> None:
    """The cycle went back: nobody owes what cannot be shared before sharing begins again."""
    for owed in store.obligations.within(within(cycle.id)):
        if owed.kind == SHARE:
            store.obligations.close(owed.person_id, SHARE, owed.about, how=EXPIRED)
