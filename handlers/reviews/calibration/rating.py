"""One person in a session: what was proposed, on which reviews it stands, and a change with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from handlers.kit.access import Rule
from handlers.kit.cards import Button, Card, Fact, Heading, Note, Part, Press, Section
from handlers.kit.forms import Question, Sheet, Words
from handlers.kit.problems import Problem, changed_meanwhile
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.reviews import writing
from handlers.reviews.calibration.seats import bound_session, result_in, session_of, sitters
from handlers.reviews.calibration.session import show_session, standing
from handlers.reviews.results import points_question, proposer_of
from handlers.reviews.review import bound_cycle, called, feature
from storage.policy import Right, may
from storage.reviews import MANAGER, SELF, ReviewCycle, ReviewResult
from storage.unit import Conflict


def _result(request: Request, args: Mapping[str, Any]) -> ReviewResult | None:
    """The result that a door of a session is bound to: one that is in it, and that the actor sees there."""
    row = session_of(request, args)
    if row is None or not sitters.check(request, args):
        return None
    return result_in(request, row, str(args.get("result") or ""))


def _bound(request: Request, session: str, result: str) -> ReviewResult:
    row = _result(request, {"session": session, "result": result})
    assert row is not None
    return row


def _changes(request: Request, args: Mapping[str, Any]) -> bool:
    row = _result(request, args)
    return row is not None and may_change(request, row)


def may_change(request: Request, row: ReviewResult) -> bool:
    """Whether somebody in a session may change this rating: not who proposed it, nor who answers for it."""
    me, directory = request.actor.id, request.store.directory
    proposer = proposer_of(request.store, bound_cycle(request, row.cycle_id), row)
    return me not in (row.author_id, proposer) and may(directory, me, Right.WRITE, row, request.now)


lookers = Rule(
    "who calibrates them",
    lambda request, args: _result(request, args) is not None,
    Phrase("This is for those who calibrate this person, while the session is open."),
)
changers = Rule(
    "who calibrates them and has not proposed it",
    _changes,
    Phrase(
        "You proposed this rating, or it is not yours to calibrate. Another one in the session can change it."
    ),
)


@feature.button(allow=lookers)
def look_at(request: Request, session: str, result: str) -> Reply:
    """Look at what was proposed for this person, and at the reviews on which it stands."""
    return Reply(show=_card(request, session, _bound(request, session, result)))


def _card(request: Request, session: str, row: ReviewResult) -> Card:
    _, cycle = bound_session(request, session)
    name = Verbatim(request.store.directory.named(row.subject_id))
    proposer = Verbatim(request.store.directory.named(proposer_of(request.store, cycle, row)))
    changing = Button(Phrase("Change the rating"), _changing(session, row))
    return Card(
        Phrase("Calibrating {name}", name=name),
        *((Fact(Phrase("Proposed by"), proposer),) if row.proposed else ()),
        Fact(Phrase("Rating"), standing(cycle, row)),
        *history(request, row),
        *_reviews(request, cycle, row),
        *((changing,) if may_change(request, row) else ()),
        Button(Phrase("Go back"), show_session.bind(session=session)),
        Note(Phrase("That you opened this is noted, and {name} can see it.", name=name)),
    )


def history(request: Request, row: ReviewResult) -> tuple[Part, ...]:
    """Each change of a rating, with who made it and why."""
    changes = request.store.reviews.results.changes(row.id, reader=request.actor.id)
    return tuple(
        piece
        for each in changes
        for piece in (
            Section(
                Phrase(
                    "{day}: {name} changed it from {before} to {after}, because:",
                    day=request.day_of(each.made_at),
                    name=Verbatim(request.store.directory.named(each.author_id)),
                    before=_points(each.before),
                    after=_points(each.after),
                )
            ),
            Section(Verbatim(each.reason), quoted=True),
        )
    )


def _points(rating: Any) -> Text:
    points = (rating or {}).get("points")
    return Phrase("{n}", n=points) if points else Phrase("no rating")


def _reviews(request: Request, cycle: ReviewCycle, row: ReviewResult) -> tuple[Part, ...]:
    """The manager's and their own review, as far as the calibrator may read them."""
    found = request.store.reviews.about(cycle.id, row.subject_id, reader=request.actor.id)
    return tuple(
        piece
        for each in found
        if each.role in (SELF, MANAGER) and each.state == "submitted"
        for piece in (Heading(called(request.store, each, request.actor.id)), *writing.lines(cycle, each))
    )


def _asked(request: Request, args: dict[str, Any]) -> tuple[Question, ...]:
    if session_of(request, args) is None:
        return ()
    _, cycle = bound_session(request, args["session"])
    return (
        points_question(cycle, Phrase("Which rating?")),
        Words(
            Phrase("Why?"),
            help=Phrase("What they did or did not do, as anybody could see it. They read this sentence."),
            name="reason",
            longest=1000,
        ),
    )


def _seen_by(request: Request, args: Mapping[str, Any]) -> Text:
    row = _result(request, args)
    name = Verbatim(request.store.directory.named(row.subject_id if row else None))
    return Phrase(
        "Seen by their managers and HR now, and by {name} with your name when the result is shared.",
        name=name,
    )


def _title(request: Request, args: Mapping[str, Any]) -> Text:
    row = _result(request, args)
    return Phrase(
        "Rating of {name}", name=Verbatim(request.store.directory.named(row.subject_id if row else None))
    )


Change = Annotated[dict[str, Any], Sheet(Phrase("Another rating"), of=_asked)]


def _refuse_over(request: Request, args: Mapping[str, Any]) -> None:
    _, cycle = bound_session(request, args["session"])
    if cycle.state == "paused":
        raise Problem(Phrase("This cycle is paused. Ratings are changed when it goes on."))
    if _bound(request, args["session"], args["result"]).shared_at:
        raise Problem(Phrase("This result is shared already: from now on it changes only by an appeal."))


@feature.button(allow=changers, seen_by=_seen_by, title=_title, submit=Phrase("Change it"), over=_refuse_over)
def change_rating(request: Request, session: str, result: str, seen: int, asked: Change) -> Reply:
    """Change the rating of this person, with a reason that they will read."""
    row = _bound(request, session, result)
    points = int(asked["points"])
    if (row.rating or {}).get("points") == points:
        raise Problem(Phrase("It is this rating already. Pick another one, or leave it."), question="points")
    if len(asked["reason"].split()) < 2 and len(asked["reason"]) < 8:
        raise Problem(
            Phrase("Say a little more: they read this, and should understand it."), question="reason"
        )
    if seen != _now(row):
        return _both_changed(request, session, row, asked)
    try:
        request.store.reviews.results.rate(row, points, by=request.actor.id, reason=asked["reason"])
    except Conflict:
        raise changed_meanwhile() from None
    return Reply(show=_card(request, session, row))


def _now(row: ReviewResult) -> int:
    """The points as they stand, 0 for none."""
    return (row.rating or {}).get("points") or 0


def _changing(session: str, row: ReviewResult) -> Press:
    """The form for another rating, for who has seen this one."""
    return change_rating.bind(session=session, result=row.id, seen=_now(row))


def _both_changed(request: Request, session: str, row: ReviewResult, asked: Mapping[str, Any]) -> Reply:
    """Another one in the session was quicker: what they said is read first, and what was written here waits."""
    press = _changing(session, row)
    request.store.drafts.begin(request.actor.id, press.route, dict(press.args), dict(asked))
    _, cycle = bound_session(request, session)
    return Reply(
        show=Card(
            Phrase("The rating was changed while you wrote. Yours is not made yet; what you wrote is kept."),
            Fact(Phrase("Rating"), standing(cycle, row)),
            *history(request, row),
            Button(Phrase("Change it all the same"), press),
            Button(Phrase("Go back"), look_at.bind(session=session, result=row.id)),
        )
    )
