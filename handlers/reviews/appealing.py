"""An appeal: somebody says that their rating is wrong; one who had no part in it looks, and answers with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from handlers.kit.access import Rule, readers
from handlers.kit.cards import Button, Card, Fact, Note, Part, Press, Section
from handlers.kit.forms import Question, Sheet, Words
from handlers.kit.problems import Problem, changed_meanwhile
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.reviews.answerers import may_answer, who_answers
from handlers.reviews.owing import owe
from handlers.reviews.results import (
    APPEAL_ANSWERED,
    APPEALED,
    appeal_ends,
    appeal_is_over,
    bound_result,
    leader_of,
    points_question,
    rating_line,
    result_of,
    seers,
    subjects,
)
from handlers.reviews.review import bound_cycle, feature
from storage.objections import ANSWERER, CORRECTED, KEPT, LEFT, RATING, Objection
from storage.people import Person
from storage.policy import Kind
from storage.reviews import ReviewCycle, ReviewResult
from storage.store import Store
from storage.unit import Conflict

DECIDE = "reviews.decide"
"""What who answers an appeal owes."""
AGAIN = timedelta(days=1)
"""After this it is looked again for who answers an appeal: who was to may be away, or HR may have named somebody."""


def owe_answer(store: Store, cycle: ReviewCycle, row: Objection, looks: Person) -> None:
    """Let somebody owe the answer to an appeal."""
    name = Verbatim(store.directory.named(row.subject_id))
    title = Phrase("{name} appeals against their rating", name=name)
    owe(store, cycle, looks, DECIDE, row.id, title=title, args={"objection": row.id}, minutes=20)


# Appealing -----------------------------------------------------------------------------------------------------------


def _audience(request: Request, args: Mapping[str, Any]) -> Text:
    row = result_of(request, args)
    if row is None:
        return Phrase("Seen by nobody: it is gone.")
    looks = who_answers(request.store, bound_cycle(request, row.cycle_id), row.subject_id)
    return Phrase(
        "{who} If they cannot answer any more, or not soon, the next who had no part in your rating does, and you are"
        " told.",
        who=readers(Kind.OBJECTION, request, named=looks),
    )


def _refuse_over(request: Request, args: Mapping[str, Any]) -> None:
    """Raise Problem where an appeal is over, or nobody is there who could answer it."""
    row = bound_result(request, args["result"])
    before = request.store.objections.about([row.id], reader=request.actor.id).get(row.id)
    if before is not None and before.state == "open":
        raise Problem(APPEALED)
    if before is not None:
        raise Problem(APPEAL_ANSWERED)
    if not row.shared_at or not row.rating:
        raise Problem(Phrase("There is no rating yet that you could appeal against."))
    ends = appeal_ends(row)
    if ends and request.now > ends:
        raise Problem(appeal_is_over(ends))
    _who_looks(request, row)


@feature.button(
    allow=subjects,
    seen_by=_audience,
    title=Phrase("Appeal against the rating"),
    submit=Phrase("Send"),
    over=_refuse_over,
)
def appeal(
    request: Request,
    result: str,
    remark: Annotated[
        str,
        Words(
            Phrase("What is wrong with it?"),
            help=Phrase("What was overlooked or is not so, with an example that can be looked at."),
            longest=3000,
        ),
    ],
) -> Reply:
    """Appeal against your rating: somebody who had no part in it looks."""
    row = bound_result(request, result)
    cycle = bound_cycle(request, row.cycle_id)
    looks = _who_looks(request, row)
    store, me = request.store, request.actor.id
    told = {"cycle": cycle.name, "points": (row.rating or {}).get("points")}
    made = store.objections.raise_(RATING, row.id, by=me, to=looks.id, told=told, remark=remark, series="")
    owe_answer(store, cycle, made, looks)
    store.slots.plan(ANSWERER, made.id, request.now + AGAIN)
    return Reply(
        show=Card(
            Phrase("Sent to {name}. You will read the answer here.", name=Verbatim(looks.name)),
            Section(Verbatim(remark), quoted=True),
            Note(_meanwhile(row, Verbatim(looks.name))),
            Note(readers(Kind.OBJECTION, request, named=looks)),
        )
    )


def _meanwhile(row: ReviewResult, name: Text) -> Text:
    """Who looks at an appeal, and what becomes of the result until it is answered."""
    if row.finalised_at:
        return Phrase(
            "{name} is neither your manager nor one of those who calibrated. The result stays as it is until the appeal"
            " is answered; corrected, it has a new version.",
            name=name,
        )
    return Phrase(
        "{name} is neither your manager nor one of those who calibrated. The result is not made final while the appeal"
        " is open.",
        name=name,
    )


def _who_looks(request: Request, row: ReviewResult) -> Person:
    looks = who_answers(request.store, bound_cycle(request, row.cycle_id), row.subject_id)
    if looks is None:
        raise Problem(
            Phrase(
                "Everybody who could answer an appeal had a part in your rating. Talk to HR: once they name somebody"
                " else in HR in the people file, you can appeal."
            )
        )
    return looks


# Answering -----------------------------------------------------------------------------------------------------------


def _objection(request: Request, args: Mapping[str, Any]) -> Objection | None:
    row = request.store.objections.get(str(args.get("objection") or ""), reader=request.actor.id)
    return row if row is not None and row.form == RATING and row.named_id == request.actor.id else None


UNABLE = Phrase(
    "You have had a part in this rating since, or do not look after it any more: you need not answer the appeal."
)


def _open(request: Request, objection: str) -> tuple[Objection, ReviewCycle]:
    """The appeal behind a door whose rule has asked for it already. Raises Problem where it is answered or closed."""
    row = _objection(request, {"objection": objection})
    assert row is not None
    result = request.store.reviews.results.by_id(row.about_id, row.subject_id)
    if row.state == LEFT:
        name = Verbatim(request.store.directory.named(row.subject_id))
        raise Problem(Phrase("{name} has left: their appeal is closed", name=name))
    if row.state != "open":
        raise Problem(Phrase("This appeal is answered already."))
    if result is None:
        raise Problem(seers.refusal)
    return row, bound_cycle(request, result.cycle_id)


def _bound(request: Request, objection: str) -> tuple[Objection, ReviewResult, ReviewCycle]:
    """The same with what it is about. Raises Problem where the actor cannot answer it any more."""
    row, cycle = _open(request, objection)
    if not may_answer(request.store, cycle, row):
        other = Button(Phrase("Let somebody else answer"), decide.bind(objection=row.id))
        raise Problem(UNABLE, buttons=(other,))
    return row, bound_result(request, row.about_id), cycle


deciders = Rule(
    "who answers the appeal",
    lambda request, args: _objection(request, args) is not None,
    Phrase("This is for the one person who answers this appeal."),
)


@feature.button(allow=deciders)
def decide(request: Request, objection: str) -> Reply:
    """Look at this appeal, and answer it."""
    row, cycle = _open(request, objection)
    name = Verbatim(request.store.directory.named(row.subject_id))
    if not may_answer(request.store, cycle, row):
        request.store.slots.plan(ANSWERER, row.id, request.now)
        return Reply(show=Card(UNABLE))
    result = bound_result(request, row.about_id)
    return Reply(
        show=Card(
            Phrase("{name} appeals against their rating", name=name),
            Fact(Phrase("Cycle"), Verbatim(cycle.name)),
            Fact(Phrase("Rating"), rating_line(cycle, result.rating)),
            Section(Verbatim(row.remark), quoted=True),
            Button(Phrase("Why this rating?"), Press("reviews.why", {"result": result.id})),
            Button(Phrase("Keep it"), keep_rating.bind(objection=row.id)),
            Button(Phrase("Correct it"), correct_rating.bind(objection=row.id)),
            Note(
                readers(Kind.OBJECTION, request, subject=request.person(row.subject_id), named=request.actor)
            ),
        )
    )


def _answered_to(request: Request, args: Mapping[str, Any]) -> Text:
    return Phrase(
        "Seen by {name} and you; where the rating is corrected, also by their managers and HR.",
        name=_appellant(request, args),
    )


def _kept(request: Request, args: Mapping[str, Any]) -> Text:
    return Phrase("Keep the rating of {name}", name=_appellant(request, args))


def _corrected(request: Request, args: Mapping[str, Any]) -> Text:
    return Phrase("Correct the rating of {name}", name=_appellant(request, args))


def _appellant(request: Request, args: Mapping[str, Any]) -> Text:
    row = _objection(request, args)
    return Verbatim(request.store.directory.named(row.subject_id if row else None))


REASON = Words(
    Phrase("Why?"),
    help=Phrase("What you looked at and what it shows. They read this."),
    name="reason",
    longest=2000,
)


def _refuse_unable(request: Request, args: Mapping[str, Any]) -> None:
    """Raise Problem where it is answered, or who answers cannot any more since they opened it."""
    _bound(request, args["objection"])


@feature.button(allow=deciders, seen_by=_answered_to, title=_kept, over=_refuse_unable)
def keep_rating(request: Request, objection: str, reason: Annotated[str, REASON]) -> Reply:
    """Keep this rating, with a reason that the employee reads."""
    row, result, _ = _bound(request, objection)
    return _answered(request, row, result, KEPT, reason)


def _asked(request: Request, args: dict[str, Any]) -> tuple[Question, ...]:
    row = _objection(request, args)
    result = request.store.reviews.results.get(row.about_id, reader=request.actor.id) if row else None
    if result is None:
        return ()
    return (points_question(bound_cycle(request, result.cycle_id), Phrase("Which rating?")), REASON)


@feature.button(allow=deciders, seen_by=_answered_to, title=_corrected, over=_refuse_unable)
def correct_rating(
    request: Request,
    objection: str,
    asked: Annotated[dict[str, Any], Sheet(Phrase("Another rating"), of=_asked)],
) -> Reply:
    """Correct this rating, with a reason that the employee reads."""
    row, result, cycle = _bound(request, objection)
    points, reason = int(asked["points"]), asked["reason"]
    if (result.rating or {}).get("points") == points:
        raise Problem(Phrase("It is this rating already. Pick another one, or keep it."), question="points")
    was_final = result.finalised_at is not None
    try:
        request.store.reviews.results.rate(result, points, by=request.actor.id, reason=reason)
        if was_final:
            request.store.reviews.freezing.freeze(result, by=request.actor.id)
    except Conflict:
        raise changed_meanwhile() from None
    return _answered(request, row, result, CORRECTED, reason, told_too=_leader(request, cycle, result))


def _leader(request: Request, cycle: ReviewCycle, result: ReviewResult) -> tuple[Tell, ...]:
    leader = leader_of(request.store, result)
    if leader is None:
        return ()
    name = Verbatim(request.store.directory.named(result.subject_id))
    card = Card(
        Phrase("The rating of {name} was corrected after an appeal", name=name),
        Fact(Phrase("Rating"), rating_line(cycle, result.rating)),
        _why(result),
    )
    return (Tell(card, to=leader.id, topic=f"reviews.corrected:{result.id}:{result.version}"),)


def _answered(
    request: Request,
    row: Objection,
    result: ReviewResult,
    state: str,
    reason: str,
    told_too: tuple[Tell, ...] = (),
) -> Reply:
    try:
        request.store.objections.answer(row, state, reason)
    except Conflict:
        raise changed_meanwhile() from None
    request.store.obligations.close(request.actor.id, DECIDE, row.id)
    cycle = bound_cycle(request, result.cycle_id)
    titles = {
        KEPT: Phrase("Your appeal is answered: the rating is kept"),
        CORRECTED: Phrase("Your appeal is answered: the rating is corrected"),
    }
    told = Card(
        titles[state],
        Fact(Phrase("Rating"), rating_line(cycle, result.rating)),
        Fact(Phrase("By"), Verbatim(request.actor.name)),
        Section(Verbatim(reason), quoted=True),
        _why(result),
    )
    tell = Tell(told, to=row.subject_id, topic=f"reviews.appealed:{row.id}")
    name = Verbatim(request.store.directory.named(row.subject_id))
    return Reply(show=Card(Phrase("Answered. {name} reads it now.", name=name)), tell=(tell, *told_too))


def _why(result: ReviewResult) -> Part:
    return Button(Phrase("Why this rating?"), Press("reviews.why", {"result": result.id}))
