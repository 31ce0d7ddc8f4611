"""Somebody says that a figure or a score of theirs is wrong: one person looks, and answers with a reason they read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from handlers.goals import goal as goals
from handlers.goals.amounts import in_unit
from handlers.goals.goal import feature, percent
from handlers.kit.access import Rule, owner_of, readers
from handlers.kit.cards import Button, Card, Note, Part, Section
from handlers.kit.forms import Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Text, Verbatim
from handlers.kit.values import dump
from storage.goals import Goal, KeyResult
from storage.metrics import PersonPoint
from storage.objections import CORRECTED, FIGURE, OWED, SCORE, Objection
from storage.people import Person
from storage.policy import Kind, Right, may
from storage.store import Store

# A figure is wrong ---------------------------------------------------------------------------------------------------


def _point(request: Request, args: Mapping[str, Any]) -> PersonPoint | None:
    return request.store.metrics.point(str(args["point"]), reader=request.actor.id)


def _bound_point(request: Request, point: str) -> PersonPoint:
    row = _point(request, {"point": point})
    assert row is not None
    return row


def _keeper_of(store: Store, source_id: str, subject: str) -> Person | None:
    """The owner of a source, or an administrator; never whom its figure is about."""
    source = store.metrics.source_by_id(source_id)
    owner = store.directory.person(source.owner_id or "") if source else None
    admins = (each for each in store.directory.active() if each.role == "admin")
    found = (each for each in (owner, *admins) if each and each.active and each.id != subject)
    return next(found, None)


def _figure_audience(request: Request, args: Mapping[str, Any]) -> Text:
    row = _point(request, args) if args.get("point") else None
    return _audience(request, _keeper_of(request.store, row.source_id, row.subject_id) if row else None)


def _audience(request: Request, looks: Person | None) -> Text:
    return Phrase(
        "{who} If they leave, whoever looks after it then answers, and you are told.",
        who=readers(Kind.OBJECTION, request, named=looks),
    )


def _refuse_figure(request: Request, args: Mapping[str, Any]) -> None:
    row = _bound_point(request, args["point"])
    _refuse_said(request, figure_of(row))
    if _keeper_of(request.store, row.source_id, row.subject_id) is None or not row.current:
        raise Problem(
            Phrase("This figure was corrected meanwhile, or nobody looks after it. Please look again.")
        )


@feature.button(
    allow=owner_of(_point, "subject_id"),
    seen_by=_figure_audience,
    title=Phrase("This figure is wrong"),
    submit=Phrase("Send"),
    over=_refuse_figure,
)
def doubt(
    request: Request,
    point: str,
    remark: Annotated[str, Words(Phrase("What is wrong with it?"), longest=1000)],
) -> Reply:
    """Say that a figure about you is wrong."""
    row = _bound_point(request, point)
    looks = _keeper_of(request.store, row.source_id, row.subject_id)
    assert looks is not None  # the door asked
    told = {
        "metric": row.metric,
        "at": row.made_at.isoformat(),
        "value": row.value or "0",
        "unit": row.unit,
        "source": row.source,
    }
    return _raised(request, FIGURE, figure_of(row), looks, told, remark, series=row.metric_id)


def figure_of(row: PersonPoint) -> str:
    """What an objection to a figure is about, whatever becomes of the figure."""
    return f"{row.source_id}:{row.key}"


# A score is wrong ----------------------------------------------------------------------------------------------------


def _owns(request: Request, args: Mapping[str, Any]) -> bool:
    row = goals.goal_of(request, args)
    return row is not None and row.subject_id == request.actor.id


appellants = Rule("whose goal it is", _owns, Phrase("Only the owner of a goal can appeal."))


def approver_of(store: Store, row: Goal) -> Person | None:
    """Who answers for a goal's score: the manager of its owner, else the owner of what it serves, else somebody of HR;
    whoever does sees the goal."""
    directory, today = store.directory, store.now.date()
    manager = directory.person(directory.manager_of(row.subject_id, today) or "")
    above = store.goals.serving.owner_above(row)
    staff = (each for each in directory.active() if each.role == "hr")
    found = (manager, directory.person(above) if above else None, *staff)
    return next(
        (
            each
            for each in found
            if each
            and each.active
            and each.id != row.subject_id
            and may(directory, each.id, Right.READ, row, store.now)
        ),
        None,
    )


def _score_audience(request: Request, args: Mapping[str, Any]) -> Text:
    row = goals.goal_of(request, args)
    return _audience(request, approver_of(request.store, row) if row else None)


def _refuse_score(request: Request, args: Mapping[str, Any]) -> None:
    row = goals.bound_goal(request, args["goal"])
    _refuse_said(request, row.id)
    if approver_of(request.store, row) is None:
        raise Problem(Phrase("Nobody answers for this goal but you. Change it yourself, or ask HR."))


@feature.button(
    allow=appellants,
    seen_by=_score_audience,
    title=Phrase("This score is wrong"),
    submit=Phrase("Send"),
    over=_refuse_score,
)
def appeal(
    request: Request,
    goal: str,
    remark: Annotated[str, Words(Phrase("What is wrong with it?"), longest=1000)],
) -> Reply:
    """Say that the score of a goal of yours is wrong."""
    row = goals.bound_goal(request, goal)
    looks = approver_of(request.store, row)
    assert looks is not None  # the door asked
    (each,) = goals.standing(request, [row])
    share = each.together.progress
    told = {"title": row.title, "share": format(share, "f") if share is not None else ""}
    return _raised(request, SCORE, row.id, looks, told, remark)


def _refuse_said(request: Request, about: str) -> None:
    before = request.store.objections.about([about], reader=request.actor.id).get(about)
    if before is not None and before.state == "open":
        raise Problem(Phrase("You have said so already; it is not answered yet."))


# Said ----------------------------------------------------------------------------------------------------------------


def _raised(
    request: Request,
    form: str,
    about: str,
    looks: Person,
    told: Mapping[str, Any],
    remark: str,
    *,
    series: str = "",
) -> Reply:
    store, me = request.store, request.actor.id
    row = store.objections.raise_(form, about, by=me, to=looks.id, told=told, remark=remark, series=series)
    owe_answer(store, row, looks)
    return Reply(
        show=Card(
            Phrase("Sent to {name}. You will read the answer here.", name=Verbatim(looks.name)),
            Section(matter(row)),
            Section(Verbatim(remark), quoted=True),
            Note(readers(Kind.OBJECTION, request, named=looks)),
        )
    )


def owe_answer(store: Store, row: Objection, looks: Person) -> None:
    """Let somebody owe the answer to an objection."""
    title, args = dump(_title(store, row)), {"objection": row.id}
    store.obligations.open(looks.id, OWED, row.id, title=title, args=args, minutes=5)


def _title(store: Store, row: Objection) -> Text:
    name, told = Verbatim(store.directory.named(row.subject_id)), row.told or {}
    if row.form == SCORE:
        title = Verbatim(told.get("title", ""))
        return Phrase("{name} says that the score of “{title}” is wrong", name=name, title=title)
    source = Verbatim(told.get("source", ""))
    return Phrase("{name} says that a figure of {source} is wrong", name=name, source=source)


def who_looks(store: Store, row: Objection) -> Person | None:
    """Who answers an objection by now, or None where nobody does."""
    if row.form == FIGURE:
        return _keeper_of(store, row.about_id.partition(":")[0], row.subject_id)
    goal = store.goals.get(row.about_id, reader=row.subject_id)
    return approver_of(store, goal) if goal else None


def matter(row: Objection) -> Text:
    """What an objection is about, as it was seen when it was raised."""
    told = row.told or {}
    if row.form == SCORE:
        share = Decimal(told["share"]) if told.get("share") else None
        return Phrase("{title}: {percent}", title=Verbatim(told.get("title", "")), percent=percent(share))
    return Phrase(
        "{metric}, {day}: {value}, from {source}",
        metric=Verbatim(told.get("metric", "")),
        day=datetime.fromisoformat(told["at"]).date() if told.get("at") else Verbatim(""),
        value=in_unit(Decimal(told.get("value", "0")), told.get("unit", ""), "en"),
        source=Verbatim(told.get("source", "")),
    )


def state_of(request: Request, row: Objection) -> tuple[Text, ...]:
    """How it stands with what somebody said is wrong, for whoever may read it."""
    name = Verbatim(request.store.directory.named(row.named_id))
    if row.state == "open":
        return (Phrase("You said that this is wrong. {name} has not answered yet.", name=name),)
    answer = Verbatim(row.answer)
    if row.state == CORRECTED:
        return (Phrase("{name} has corrected it: {answer}", name=name, answer=answer),)
    return (Phrase("{name} has kept it: {answer}", name=name, answer=answer),)


# Elsewhere -----------------------------------------------------------------------------------------------------------


def under_why(request: Request, row: Goal, results: Sequence[KeyResult]) -> tuple[Part, ...]:
    """Under "Why this number?": what is in doubt, and the way to object."""
    return (*(Note(words) for words in _doubted(request, results)), *_appealing(request, row))


def _doubted(request: Request, results: Iterable[KeyResult]) -> Iterable[Text]:
    own = {row.id: (row.metric_id, row.subject_id) for row in results if row.metric_own and row.metric_id}
    doubted = request.store.objections.in_doubt(own.values())
    for row in results:
        if own.get(row.id) in doubted:
            yield Phrase(
                "{title}: a figure behind it is said to be wrong. It counts until that is answered.",
                title=goals.numbered(row),
            )


def _appealing(request: Request, row: Goal) -> tuple[Part, ...]:
    if row.subject_id != request.actor.id:
        return ()
    before = request.store.objections.about([row.id], reader=request.actor.id).get(row.id)
    said = (Section(Lines(state_of(request, before))),) if before else ()
    if before is not None and before.state == "open":
        return said
    return (*said, Button(Phrase("This score is wrong"), appeal.bind(goal=row.id)))
