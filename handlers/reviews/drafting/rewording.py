"""A language model may reword what somebody has begun: it proposes, they decide. What it does not do well, is left."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handlers.kit.access import Rule
from handlers.kit.cards import Button, Card, Heading, Note, Press, Section
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Verbatim
from handlers.kit.typed import clean
from handlers.reviews import parts, writing
from handlers.reviews.drafting.pseudonyms import Masked, mask
from handlers.reviews.parts import Part
from handlers.reviews.review import bound_cycle, bound_review, feature, parts_of, writers
from storage.people import Directory
from storage.policy import Kind
from storage.reviews import Review, ReviewRewording
from storage.store import Store

ROUTE = "reviews.reword"
_MARK = re.compile(r"\[\d+\]")
_NUMBER = re.compile(r"\d+")
LONGER = 600
"""Characters by which a rewording may be longer than what it rewords."""

able = Rule(
    "who writes, where there is a model",
    lambda request, args: writers.check(request, args) and bool(request.store.reviews.rewordings.assistant),
    Phrase("There is no language model here. What you write stays as you write it."),
)

# Asking for it -------------------------------------------------------------------------------------------------------


@feature.button(allow=able)
def reword(request: Request, review: str) -> Reply:
    """Let a language model propose other words for what you have written."""
    row = bound_review(request, review)
    writing.refuse_closed(bound_cycle(request, row.cycle_id), row)
    if row.kind == Kind.REVIEW_CONFIDENTIAL:
        raise Problem(
            Phrase("This review is confidential: its words go to no model, and stand in the form alone.")
        )
    if not _words(_asked(request.store, row), writing.so_far(request, row)):
        raise Problem(Phrase("Nothing is written yet that could be reworded."))
    if not request.store.reviews.rewordings.ask(request.actor.id, row.id):
        raise Problem(Phrase("It is being reworded already. You hear of it here."))
    return Reply(
        show=Card(
            Phrase("Asked. You hear of it here, and go on writing meanwhile."),
            Note(
                Phrase(
                    "Your words go to {model} without the names of colleagues; names of others, like a customer's, I do"
                    " not know. It sees nothing else and does nothing; you decide what becomes of what it proposes.",
                    model=Verbatim(request.store.reviews.rewordings.assistant),
                )
            ),
            Button(Phrase("Back to the review"), Press("reviews.open_paper", {"review": row.id})),
        )
    )


def buttons(request: Request, row: Review) -> tuple[Button, ...]:
    """The way to a rewording, where there is a model; never of what is confidential: what a model proposes is told,
    and what is told is kept."""
    if row.kind == Kind.REVIEW_CONFIDENTIAL or not request.store.reviews.rewordings.assistant:
        return ()
    return (Button(Phrase("Propose other words"), reword.bind(review=row.id)),)


def _asked(store: Store, row: Review) -> tuple[Part, ...]:
    cycle = store.reviews.cycles.get(row.cycle_id)
    return parts_of(cycle, row.role) if cycle else ()


def _words(asked: tuple[Part, ...], given: Mapping[str, Any]) -> dict[str, str]:
    return {part.key: said for part in asked if (said := str(given.get(parts.words_name(part)) or ""))}


# What the edge sends and brings back ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Task:
    """What is to be reworded, by the key of its part, and who is who: names do not leave the house."""

    job: ReviewRewording
    words: Mapping[str, str]
    directory: Directory

    def masked(self) -> Masked:
        """The words without names. In a large company it takes a moment."""
        return mask(self.directory, self.words)


def taken(store: Store) -> tuple[Task | None, tuple[Tell, ...]]:
    """The next task, if one waits; of one that cannot be done any more, its person hears."""
    job = store.reviews.rewordings.claim()
    if job is None:
        return None, ()
    row = store.reviews.get(job.review_id, reader=job.person_id)
    draft = store.drafts.of(job.person_id, writing.WRITE, {"review": job.review_id})
    is_open = row is not None and row.kind != Kind.REVIEW_CONFIDENTIAL
    words = _words(_asked(store, row), draft.given) if row and draft and is_open else {}
    if not words or store.reviews.rewordings.is_worn(job):
        return None, finished(store, job, {})
    return Task(job, words, store.directory), ()


def finished(store: Store, job: ReviewRewording, proposed: Mapping[str, str]) -> tuple[Tell, ...]:
    """What came back, by part, with names: it waits beside the draft, and its writer hears of it. Nothing came: then
    the draft stands as it was."""
    row = store.reviews.get(job.review_id, reader=job.person_id)
    draft = store.drafts.of(job.person_id, writing.WRITE, {"review": job.review_id})
    if not store.reviews.rewordings.done(job) or row is None or draft is None:
        return ()
    asked = [part for part in _asked(store, row) if part.key in proposed]
    if not asked:
        return (Tell(_failed(row), to=job.person_id, topic=f"{ROUTE}:{job.id}"),)
    kept = {
        _proposed(part): {"of": _digest(draft.given.get(parts.words_name(part))), "words": proposed[part.key]}
        for part in asked
    }
    store.drafts.keep(draft, {**draft.given, **kept})
    return (Tell(_offered(row, asked, proposed), to=job.person_id, topic=f"{ROUTE}:{job.id}"),)


def usable(masked: Masked, answers: Mapping[str, str]) -> dict[str, str]:
    """Of what a model answered, by part, what may be shown, with the names back."""
    return {
        key: masked.revealed(clean(answers[key]))
        for key, before in masked.words.items()
        if key in answers and _is_usable(masked, before, clean(answers[key]))
    }


def _is_usable(masked: Masked, before: str, words: str) -> bool:
    """Whether a rewording invents no figure and nobody, and loses no citation."""
    return (
        bool(words)
        and len(words) <= min(parts.LONGEST, len(before) + LONGER)
        and masked.is_whole(words)
        and set(masked.placeholder.findall(words)) <= set(masked.placeholder.findall(before))
        and sorted(_MARK.findall(words)) == sorted(_MARK.findall(before))
        and _figures(masked, words) <= _figures(masked, before)
    )


def _figures(masked: Masked, words: str) -> set[str]:
    return set(_NUMBER.findall(masked.placeholder.sub("", _MARK.sub("", words))))


def _failed(row: Review) -> Card:
    return Card(
        Phrase("The language model gave nothing usable. Your review stands as you wrote it."),
        Button(Phrase("Go on"), Press("reviews.open_paper", {"review": row.id}), style="primary"),
    )


def _offered(row: Review, asked: list[Part], proposed: Mapping[str, str]) -> Card:
    return Card(
        Phrase("Other words are proposed for your review"),
        *(
            piece
            for part in asked
            for piece in (Heading(part.title), Section(Verbatim(proposed[part.key]), quoted=True))
        ),
        Button(Phrase("Take them over"), take_over.bind(review=row.id), style="primary"),
        Button(Phrase("Leave mine"), leave.bind(review=row.id)),
        Note(
            Phrase(
                "Worded by a language model: check every sentence. If you take them over, your review says that a"
                " model helped. Nothing is handed in."
            )
        ),
    )


# Deciding ------------------------------------------------------------------------------------------------------------


@feature.button(allow=writers)
def take_over(request: Request, review: str) -> Reply:
    """Take over the words that a model proposed, where you have not changed yours since."""
    row = bound_review(request, review)
    writing.refuse_closed(bound_cycle(request, row.cycle_id), row)
    given, values = writing.so_far(request, row), dict[str, Any]()
    asked = [part for part in _asked(request.store, row) if given.get(_proposed(part))]
    for part in asked:
        offer = given[_proposed(part)]
        values[_proposed(part)] = ""
        if offer["of"] == _digest(given.get(parts.words_name(part))):
            values |= {parts.words_name(part): offer["words"], parts.assisted_name(part): True}
    if not asked:
        raise Problem(Phrase("Nothing is proposed any more."))
    writing.keep(request, row, values)
    left = len(asked) - sum(1 for name in values if name.endswith("_assisted"))
    said = (Note(Phrase("What you changed meanwhile stays as you wrote it.")),) if left else ()
    return Reply(show=Card(Phrase("Taken over. Read it again before you hand it in."), *said, _back(row)))


@feature.button(allow=writers)
def leave(request: Request, review: str) -> Reply:
    """Leave your words as they are."""
    row = bound_review(request, review)
    given = writing.so_far(request, row)
    names = [_proposed(part) for part in _asked(request.store, row)]
    if any(given.get(name) for name in names):
        writing.keep(request, row, dict.fromkeys(names, ""))
    return Reply(show=Card(Phrase("Your words stay as they are."), _back(row)))


def _back(row: Review) -> Button:
    return Button(Phrase("Go on"), Press("reviews.open_paper", {"review": row.id}))


def _proposed(part: Part) -> str:
    return f"{part.key}_proposed"


def _digest(words: Any) -> str:
    return hashlib.sha256(str(words or "").encode()).hexdigest()[:16]
