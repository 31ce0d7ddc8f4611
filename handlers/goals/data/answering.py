"""Whoever looks after a figure or a score that is said to be wrong keeps it or corrects it, and says why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from handlers.goals.amounts import in_unit
from handlers.goals.data.following import move
from handlers.goals.data.objecting import matter, state_of
from handlers.goals.goal import feature
from handlers.goals.lines import number
from handlers.goals.numbers import number_alone
from handlers.kit.access import owner_of, readers
from handlers.kit.cards import Button, Card, Note, Part, Section
from handlers.kit.forms import Words
from handlers.kit.problems import Problem, changed_meanwhile
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Lines, Phrase, Text, Verbatim
from storage.metrics import Changed
from storage.objections import CORRECTED, FIGURE, KEPT, LEFT, OWED, SCORE, Objection
from storage.policy import Kind
from storage.unit import Conflict


def _objection(request: Request, args: Mapping[str, Any]) -> Objection | None:
    return request.store.objections.get(str(args["objection"]), reader=request.actor.id)


looking = owner_of(_objection, "named_id")


def _answer_audience(request: Request, args: Mapping[str, Any]) -> Text:
    row = _objection(request, args) if args.get("objection") else None
    subject = request.person(row.subject_id) if row else None
    return readers(Kind.OBJECTION, request, subject=subject, named=request.actor)


@feature.button(allow=looking, seen_done=True)
def answer(request: Request, objection: str) -> Reply:
    """Look at what somebody says is wrong."""
    row = _bound(request, objection)
    who = Verbatim(request.store.directory.named(row.subject_id))
    if row.state == LEFT:
        return Reply(show=Card(Phrase("{name} has left: you need not answer any more.", name=who)))
    if row.state != "open":
        return Reply(
            show=Card(
                Phrase("You have answered {name}.", name=who), Section(Verbatim(row.answer), quoted=True)
            )
        )
    correct = correct_figure if row.form == FIGURE else change_score
    return Reply(
        show=Card(
            Phrase("{name} says that this is wrong", name=who),
            Section(matter(row)),
            Section(Verbatim(row.remark), quoted=True),
            Button(Phrase("It is right"), keep_it.bind(objection=row.id)),
            Button(Phrase("It is wrong"), correct.bind(objection=row.id)),
            Note(_answer_audience(request, {"objection": row.id})),
        )
    )


def _bound(request: Request, objection: str) -> Objection:
    row = _objection(request, {"objection": objection})
    assert row is not None
    return row


def _refuse_answered(request: Request, args: Mapping[str, Any]) -> None:
    if _bound(request, args["objection"]).state != "open":
        raise Problem(Phrase("You have answered this already."))


Reason = Annotated[str, Words(Phrase("Why? They read this."), longest=1000)]


@feature.button(
    allow=looking,
    seen_by=_answer_audience,
    title=Phrase("It is right"),
    submit=Phrase("Send"),
    over=_refuse_answered,
)
def keep_it(request: Request, objection: str, reason: Reason) -> Reply:
    """Say that a figure or a score is right, and why."""
    return _answered(request, _bound(request, objection), KEPT, reason)


@feature.button(
    allow=looking,
    seen_by=_answer_audience,
    title=Phrase("It is wrong"),
    submit=Phrase("Send"),
    over=_refuse_answered,
)
def correct_figure(
    request: Request,
    objection: str,
    value: Annotated[str, Words(Phrase("Which value is right?"), longest=40, lines=False)],
    reason: Reason,
) -> Reply:
    """Correct a figure that somebody said is wrong."""
    row = _bound(request, objection)
    alone = number_alone(value, (row.told or {}).get("unit", ""))
    right = number(alone, "value", request.actor.zone).value
    source_id, _, key = row.about_id.partition(":")
    source = request.store.metrics.source_by_id(source_id)
    changed = request.store.metrics.override(source_id, key, row.subject_id, right)
    if changed is None or source is None:
        raise Problem(
            Phrase("This figure was corrected meanwhile, or nobody looks after it. Please look again.")
        )
    move(request.store, source, [Changed((changed.metric_id, row.subject_id), changed.made_at)])
    now = Phrase("It is {value} now.", value=in_unit(right, changed.unit, "en"))
    return _answered(request, row, CORRECTED, reason, Section(now))


@feature.button(
    allow=looking,
    seen_by=_answer_audience,
    title=Phrase("It is wrong"),
    submit=Phrase("Send"),
    over=_refuse_answered,
)
def change_score(request: Request, objection: str, reason: Reason) -> Reply:
    """Say that a score is wrong, and what is to be changed."""
    return _answered(request, _bound(request, objection), CORRECTED, reason)


def _answered(request: Request, row: Objection, state: str, reason: str, *parts: Part) -> Reply:
    try:
        request.store.objections.answer(row, state, reason)
    except Conflict:
        raise changed_meanwhile() from None
    request.store.obligations.close(request.actor.id, OWED, row.id)
    request.store.touch(row.subject_id)
    heard = Card(
        Phrase("{name} has looked at what you said is wrong", name=Verbatim(request.actor.name)),
        Section(matter(row)),
        Section(Lines(state_of(request, row))),
        *parts,
        *((Note(_CHANGED),) if row.form == SCORE and state == CORRECTED else ()),
    )
    tell = Tell(heard, to=row.subject_id, topic=f"objection:{row.id}")
    return Reply(show=Card(Phrase("Sent. {name} reads it.", name=_who(request, row))), tell=(tell,))


_CHANGED = Phrase("The score follows its key results: it changes with them.")


def _who(request: Request, row: Objection) -> Text:
    return Verbatim(request.store.directory.named(row.subject_id))
