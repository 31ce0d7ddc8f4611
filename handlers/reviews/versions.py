"""What a review said each time it was handed in, and word by word what changed in between."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

from handlers.kit import cards
from handlers.kit.cards import Button, Card, Heading, Note, Section
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Text, Verbatim
from handlers.reviews.parts import Part
from handlers.reviews.review import bound_cycle, bound_review, called, feature, parts_of, seers
from storage.policy import Kind
from storage.reviews import Review

_WORDS = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af]|[^\W\u3400-\u9fff]+|\s+|[^\w\s]", re.UNICODE)
"""Words: of Chinese, which has no spaces, each character."""
AROUND = 12
"""Words that are shown on both sides of a change; the rest of what stayed is left out."""
OUT, IN = ("[−", "−]"), ("[+", "+]")


def buttons(row: Review) -> tuple[Button, ...]:
    """The way to the versions, where there is more than one."""
    if row.edition < 2 or row.kind == Kind.REVIEW_CONFIDENTIAL:  # of which no version is kept
        return ()
    return (Button(Phrase("What changed"), changed.bind(review=row.id)),)


@feature.button(allow=seers)
def changed(request: Request, review: str) -> Reply:
    """Show what changed in this review each time it was handed in again."""
    row = bound_review(request, review)
    asked = parts_of(bound_cycle(request, row.cycle_id), row.role)
    kept = request.store.reviews.editions(row.id, reader=request.actor.id)
    return Reply(
        show=Card(
            called(request.store, row, request.actor.id),
            *(
                piece
                for before, after in reversed(list(pairwise(kept)))
                for piece in (
                    Heading(Phrase("Version {n}, {moment}", n=after.edition, moment=after.made_at)),
                    *_differences(asked, before.answers or {}, after.answers or {}),
                )
            ),
            Note(Phrase("[−…−] was taken out, [+…+] was put in. Whoever reads the review reads this too.")),
        ),
        keep=True,
    )


def _differences(
    asked: Sequence[Part], before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[cards.Part]:
    found = [
        (part, lines)
        for part in asked
        if (lines := tuple(_changes(before.get(part.key) or {}, after.get(part.key) or {})))
    ]
    for part, lines in found:
        yield Section(part.title)
        yield Section(Lines(lines), quoted=True)
    if not found:
        yield Section(Phrase("It was handed in again as it was."))


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Text]:
    points = before.get("points"), after.get("points")
    if points[0] != points[1]:
        yield Verbatim(f"{points[0] or '–'} → {points[1] or '–'}")
    words = before.get("words") or "", after.get("words") or ""
    if words[0] != words[1]:
        yield Verbatim(difference(*words))


def difference(before: str, after: str) -> str:
    """What stands now, with what was put in and what was taken out, word by word, marked in it."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    made = []
    for number, (tag, i, j, k, m) in enumerate(steps):
        if tag == "equal":
            made.append(_shortened(old[i:j], first=number == 0, last=number == len(steps) - 1))
            continue
        made.append(_marked(old[i:j], OUT) + _marked(new[k:m], IN))
    return "".join(made)


def _marked(words: Sequence[str], signs: tuple[str, str]) -> str:
    return f"{signs[0]}{''.join(words)}{signs[1]}" if words else ""


def _shortened(words: Sequence[str], *, first: bool, last: bool) -> str:
    """What stayed, as far as it stands near a change."""
    head, tail = (0 if first else AROUND), (0 if last else AROUND)
    if len(words) <= head + tail + AROUND:
        return "".join(words)
    return "".join(words[:head]) + " … " + "".join(words[len(words) - tail :])
