"""What the rules of fair words say about a review now, as its author sees it before it is handed in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from handlers.kit.calendar import local_day
from handlers.kit.cards import Button, Card, Heading, Note, Part, Press, Section
from handlers.kit.requests import Request
from handlers.kit.text import Lines, Listing, Phrase, Text, Verbatim, more
from handlers.reviews.fairness import checking, comparing
from handlers.reviews.fairness.checking import Hit, Passage
from handlers.reviews.fairness.comparing import Written
from handlers.reviews.fairness.matching import Known, known
from handlers.reviews.fairness.rules import BY_ID, RULES, Rule
from handlers.reviews.review import parts_of
from storage.reviews import Review, ReviewCycle, ReviewRemark, is_confidential
from storage.store import Store

HAND_IN, SET_ASIDE, CHANGE = "reviews.as_it_is", "reviews.set_aside", "reviews.change"
"""The doors from what is found: they write, and so they know of this and not this of them."""
AROUND = 28
"""Characters that are shown on both sides of what was hit."""
MOST = 12
"""Remarks on one card: who gets more changes the first of them first."""
LATELY = 365
"""Days after which somebody is not new any more."""

# What is found -----------------------------------------------------------------------------------------------------


def found(request: Request, cycle: ReviewCycle, row: Review, answers: Mapping[str, Any]) -> tuple[Hit, ...]:
    """What the rules say about a review as it would be handed in, without what its author set aside."""
    store = request.store
    this = _written(store, row, answers)
    others = [
        _written(store, other, other.answers or {})
        for other in store.reviews.beside(request.actor.id, cycle.id)
        if other.id != row.id
    ]
    every = (
        *checking.hits(this.passages, _names(store)),
        *comparing.copied(this, _beside(cycle, this, others)),
        *comparing.recent(this, _cited_days(request, row, answers), cycle.from_on, cycle.to_on),
        *comparing.short(this, others),
        *comparing.group_gaps(this, others),
    )
    aside = {
        (each.rule, each.part, each.hit.casefold())
        for each in store.reviews.remarks.of(row.id, reader=request.actor.id)
    }
    return tuple(hit for hit in every if (hit.rule.id, hit.part, hit.words.casefold()) not in aside)


def _beside(cycle: ReviewCycle, this: Written, others: Sequence[Written]) -> Sequence[Written]:
    """With which of the author's others it is compared word by word: what has a name, with nothing that is written in
    confidence, since a remark that is kept would say of whom they wrote the same there."""
    if is_confidential(this.role, cycle.peers):
        return others
    return [other for other in others if not is_confidential(other.role, cycle.peers)]


def _written(store: Store, row: Review, answers: Mapping[str, Any]) -> Written:
    passages = tuple(
        Passage(key, answer.get("words") or "", sum(bool(each) for each in answer.get("cites") or ()))
        for key, answer in answers.items()
    )
    name = store.directory.named(row.subject_id)
    return Written(row.subject_id, name, row.role, passages, _groups(store, row.subject_id))


def _groups(store: Store, person_id: str) -> dict[str, str]:
    """To what groups of people somebody belongs. No list says what is nobody's business, like their gender."""
    person = store.directory.person(person_id)
    if person is None:
        return {}
    made = {"team": person.team, "place": person.zone, "language": person.language}
    if person.hired_on:
        made["since"] = (
            "" if (store.now.date() - person.hired_on).days > LATELY else str(person.hired_on.year)
        )
    return {by: group for by, group in made.items() if group}


def _names(store: Store) -> Known:
    people = store.directory.active()
    return known(
        (person.name for person in people),
        {unit for person in people for unit in (person.team, person.department)},
    )


def _cited_days(request: Request, row: Review, answers: Mapping[str, Any]) -> Sequence[date]:
    refs = [ref for answer in answers.values() for ref in answer.get("cites") or () if ref]
    if not refs:
        return ()
    pieces = request.store.reviews.evidence.some(refs, row.subject_id, reader=request.actor.id)
    return [local_day(piece.at, request.actor.zone) for piece in pieces.values()]


# Before it is handed in ----------------------------------------------------------------------------------------------


def before(request: Request, cycle: ReviewCycle, row: Review, answers: Mapping[str, Any]) -> Card | None:
    """What to look at before a review is handed in; None where the rules say nothing."""
    hits = found(request, cycle, row, answers)
    return preview(cycle, row, answers, hits) if hits else None


def preview(cycle: ReviewCycle, row: Review, answers: Mapping[str, Any], hits: Sequence[Hit]) -> Card:
    """What the rules say, rule by rule, and the doors from there."""
    return Card(
        Phrase("A look at the words before you hand it in")
        if hits
        else Phrase("Nothing is left to look at."),
        *(piece for rule, some in _by_rule(hits[:MOST]) for piece in _said(cycle, row, answers, rule, some)),
        *(Note(line) for line in more(len(hits), MOST)),
        Button(
            Phrase("Hand in as it is") if hits else Phrase("Hand in"),
            Press(HAND_IN, {"review": row.id}),
            style="primary",
        ),
        Button(Phrase("Change"), Press(CHANGE, {"review": row.id})),
        Note(
            Phrase(
                "It is not handed in yet; what you wrote is kept. This is advice: nothing is refused for it, and nobody"
                " else sees what you do not set aside. The rules: {command}",
                command=Verbatim("/review rules"),
            )
        ),
    )


def _by_rule(hits: Sequence[Hit]) -> Iterator[tuple[Rule, list[Hit]]]:
    order = {rule.id: place for place, rule in enumerate(RULES)}
    for key, some in groupby(sorted(hits, key=lambda hit: order[hit.rule.id]), key=lambda hit: hit.rule.id):
        yield BY_ID[key], list(some)


def _said(
    cycle: ReviewCycle, row: Review, answers: Mapping[str, Any], rule: Rule, hits: Sequence[Hit]
) -> Iterator[Part]:
    titles = {part.key: part.title for part in parts_of(cycle, row.role)}
    yield Heading(rule.title)
    yield Section(rule.why)
    if is_confidential(row.role, cycle.peers):
        # What is shown is kept for who asks again, and of what is written in confidence there is no copy.
        yield Section(Listing(tuple(dict.fromkeys(_place(hit, titles) for hit in hits))))
        return
    for hit in hits:
        yield Section(
            _called(hit, titles, str(answers.get(hit.part, {}).get("words") or "")),
            quoted=bool(hit.part),
            button=Button(Phrase("Set aside"), Press(SET_ASIDE, {"review": row.id, "hit": key_of(hit)})),
        )


def _place(hit: Hit, titles: Mapping[str, Text]) -> Text:
    """In which answer it is."""
    return titles.get(hit.part, Verbatim(hit.part)) if hit.part else Phrase("The review as a whole.")


def _called(hit: Hit, titles: Mapping[str, Text], whole: str) -> Text:
    """A hit as it reads: in which answer, and the words in their sentence."""
    if not hit.part:
        return hit.more or _place(hit, titles)
    ahead, after = whole[max(0, hit.start - AROUND) : hit.start], whole[hit.end : hit.end + AROUND]
    begins, ends = "…" * (hit.start > AROUND), "…" * (hit.end + AROUND < len(whole))
    excerpt = f"{begins}{ahead}[{hit.words}]{after}{ends}"
    said = Phrase("{part}: {words}", part=_place(hit, titles), words=Verbatim(excerpt))
    return Lines((said, hit.more)) if hit.more else said


def key_of(hit: Hit) -> str:
    """A hit as a button names it: the same words in the same answer are the same."""
    said = "\n".join((hit.rule.id, hit.part, hit.words.casefold()))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


# Afterwards ----------------------------------------------------------------------------------------------------------


def remarks(request: Request, row: Review) -> tuple[Part, ...]:
    """What was set aside in a review, for who may read it: its author, and HR who runs the cycle."""
    kept = request.store.reviews.remarks.of(row.id, reader=request.actor.id)
    if not kept:
        return ()
    said = (_aside(each) for each in kept if each.rule in BY_ID)
    return (Note(Lines((Phrase("Remarks on the words that the author set aside:"), *said))),)


def _aside(kept: ReviewRemark) -> Text:
    rule, reason = BY_ID[kept.rule].title, Verbatim(kept.reason)
    if not kept.hit:
        return Phrase("{rule}: {reason}", rule=rule, reason=reason)
    return Phrase("{rule}, “{words}”: {reason}", rule=rule, words=Verbatim(kept.hit), reason=reason)
