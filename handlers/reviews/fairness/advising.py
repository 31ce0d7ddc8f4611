"""Advice on fair words: set aside with a reason, never in the way, and by rules that everybody can read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from handlers.kit.access import everyone, readers
from handlers.kit.cards import Button, Card, Heading, Note, Part, Section
from handlers.kit.forms import Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Text, Verbatim
from handlers.reviews import paper, writing
from handlers.reviews.fairness.checking import Hit
from handlers.reviews.fairness.looking import found, key_of, preview
from handlers.reviews.fairness.rules import BY_ID, RULES, Rule
from handlers.reviews.review import bound_cycle, bound_review, feature, review_of, writers
from storage.policy import Kind
from storage.reviews import Review, ReviewCycle, is_confidential


@feature.button(allow=writers)
def as_it_is(request: Request, review: str) -> Reply:
    """Hand in this review with the words as they are."""
    row = bound_review(request, review)
    reply = writing.hand_in(request, row, writing.so_far(request, row), is_looked_at=True)
    paper.forget(request, row)
    return reply


# Setting aside -------------------------------------------------------------------------------------------------------


def _hit(request: Request, row: Review, cycle: ReviewCycle, key: str) -> Hit | None:
    hits = found(request, cycle, row, writing.answers_so_far(request, row))
    return next((hit for hit in hits if key_of(hit) == key), None)


def _seen_by(request: Request, args: Mapping[str, Any]) -> Text:
    row = review_of(request, args)
    if row is None:
        return Phrase("Seen by nobody: it is gone.")
    cycle, subject = bound_cycle(request, row.cycle_id), request.person(row.subject_id)
    hit = _hit(request, row, cycle, str(args.get("hit") or ""))
    if hit and hit.rule.is_private:
        return readers(Kind.REVIEW_DRAFT, request, subject=subject)
    return Phrase(
        "{who} HR sees it once the review is handed in.",
        who=readers(Kind.REVIEW_REMARK, request, subject=subject),
    )


Reason = Annotated[
    str,
    Words(
        Phrase("Why does it stand here rightly?"),
        help=Phrase("“It is the name of a product”, “I quote the customer”."),
        longest=300,
        lines=False,
    ),
]


def _refuse_over(request: Request, args: Mapping[str, Any]) -> None:
    row = bound_review(request, args["review"])
    cycle = bound_cycle(request, row.cycle_id)
    if is_confidential(row.role, cycle.peers):
        raise Problem(
            Phrase("Of what is written in confidence nothing is kept beside it. Hand it in as it is.")
        )
    if _hit(request, row, cycle, args["hit"]) is None:
        raise Problem(Phrase("These words do not stand there any more, or you have set it aside before."))


@feature.button(
    allow=writers,
    seen_by=_seen_by,
    title=Phrase("Set a remark aside"),
    submit=Phrase("Set aside"),
    over=_refuse_over,
)
def set_aside(request: Request, review: str, hit: str, reason: Reason) -> Reply:
    """Set this remark aside, with a reason. It is not made again about these words."""
    row = bound_review(request, review)
    cycle = bound_cycle(request, row.cycle_id)
    meant = _hit(request, row, cycle, hit)
    assert meant is not None  # the door asked
    request.store.reviews.remarks.set_aside(
        row,
        cycle,
        rule=meant.rule.id,
        part=meant.part,
        words=meant.words,
        reason=reason,
        is_private=meant.rule.is_private,
    )
    answers = writing.answers_so_far(request, row)
    return Reply(show=preview(cycle, row, answers, found(request, cycle, row, answers)))


# The rules -----------------------------------------------------------------------------------------------------------


@feature.command("review rules", allow=everyone, also=("评估 规则", "评估规则"), examples=("",))
def rules(request: Request) -> Reply:
    """Show the rules behind the advice on fair words in reviews."""
    return Reply(
        show=Card(
            Phrase("The rules behind the advice on fair words"),
            *(piece for rule in RULES for piece in _published(rule)),
            Note(
                Phrase(
                    "It is advice: nothing is refused for it. The author sees it before a review is handed in, and can"
                    " set it aside with a reason, which HR reads with the review."
                )
            ),
        )
    )


def _published(rule: Rule) -> Iterator[Part]:
    yield Heading(rule.title)
    yield Section(
        Lines(
            (
                rule.why,
                Phrase("Rather not: {hit}", hit=rule.hit),
                Phrase("Better: {better}", better=rule.better),
            )
        ),
        button=Button(Phrase("Its words"), words_of.bind(rule=rule.id)) if rule.looks else None,
    )


@feature.button(allow=everyone)
def words_of(request: Request, rule: str) -> Reply:
    """Show every word that this rule looks for."""
    meant = BY_ID.get(rule)
    if meant is None or meant.looks is None:
        raise Problem(Phrase("This rule looks for no words."))
    return Reply(
        show=Card(
            meant.title,
            Note(
                Phrase(
                    "(a|b) is one or the other, s? may lack its s, # is a number, * any word, @ the name of a"
                    " colleague. What stands in quotation marks and what is a name is not meant."
                )
            ),
            Section(Phrase("It looks for: {words}", words=Verbatim("; ".join(meant.looks.words)))),
            *(
                (Section(Phrase("But not for: {words}", words=Verbatim("; ".join(meant.looks.but)))),)
                if meant.looks.but
                else ()
            ),
        ),
        keep=True,
    )
