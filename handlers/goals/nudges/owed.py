"""What a person still owes their key results, in words and with the buttons that settle it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers.goals import goal as goals
from handlers.goals.goal import CONFIDENCE
from handlers.kit.cards import Button, Part, Press, Section
from handlers.kit.requests import Request
from handlers.kit.text import Listing, Phrase, Plural, Text
from handlers.kit.values import dump
from storage.goals import KeyResult
from storage.goals.owed import WEEKLY
from storage.store import Store

NAMED = 5
"""Key results that a reminder names; the rest is counted."""


def title_of(rows: Sequence[KeyResult]) -> Text:
    """The week's word, as a reminder lists it."""
    named: list[Text] = [goals.numbered(row) for row in rows[:NAMED]]
    rest = len(rows) - NAMED
    if rest > 0:
        named.append(Plural("one other", "{n} others", n=rest))
    return Plural(
        "Say how far your key result is: {results}",
        "Say how far your {n} key results are: {results}",
        n=len(rows),
        results=Listing(tuple(named)),
    )


def still(store: Store, owner: str) -> tuple[Press, list[KeyResult]] | None:
    """What is left of the week's word, and the door to it; a reminder that waits names only that."""
    owed = store.goals.owed.weekly(owner)
    if owed is None or (owed.expires_at and owed.expires_at <= store.now):
        return None
    rows = store.goals.owed.waiting(owed)
    if not rows:
        return None
    store.goals.owed.entitle(owed, dump(title_of(rows)))
    return Press(WEEKLY, owed.args), rows


def rest(request: Request, owner: str) -> tuple[Part, ...]:
    """Under what was just said: what is left to say."""
    left = still(request.store, owner)
    if left is None or owner != request.actor.id:
        return ()
    press, rows = left
    words = Plural("One more key result waits.", "{n} more key results wait.", n=len(rows))
    return (Section(words, button=Button(Phrase("Go on"), press)),)


def asked(request: Request, row: KeyResult) -> tuple[Part, ...]:
    """A key result and the buttons that say how it looks, and how far it is."""
    # By their names: what they answer shows in turn what is left.
    looks = (_button(row, option.label, "goals.same", confidence=option.value) for option in CONFIDENCE)
    far = _button(row, Phrase("How far is it?"), "goals.say")
    return (Section(goals.result_line(request, row)), *looks, far)


def _button(row: KeyResult, label: Text, route: str, **args: Any) -> Button:
    numbered = Phrase("{number}. {label}", number=goals.called(row), label=label)
    return Button(numbered, Press(route, {"result": row.id, **args}))
