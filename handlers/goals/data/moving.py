"""A key result reads a metric that arrives by itself; whoever looks after a source hears when it is silent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from handlers.goals import goal as goals
from handlers.goals.data.arriving import SILENT
from handlers.goals.data.following import Reader, follow
from handlers.goals.goal import changers, feature
from handlers.kit.cards import Button, Card, Menu, Note, Part, Section
from handlers.kit.features import Ring, Rung, Silence
from handlers.kit.forms import Choice, Option
from handlers.kit.problems import Problem, changed_meanwhile
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Plural, Text, Verbatim
from storage.goals import KeyResult
from storage.metrics import DataSource, Metric
from storage.people import Person
from storage.store import Store
from storage.unit import Conflict

# Connecting ----------------------------------------------------------------------------------------------------------


def _series(request: Request) -> tuple[Option, ...]:
    """What a key result may read: the company's metrics, and those about whoever asks."""
    found = request.store.metrics.series(request.actor.id)
    return tuple(_option(*each) for each in found) or (Option("", Phrase("No data arrives here yet")),)


def _option(metric: Metric, source: DataSource, own: bool) -> Option:
    names = {"metric": Verbatim(metric.name), "source": Verbatim(source.name)}
    label = (
        Phrase("{metric} of mine, from {source}", **names)
        if own
        else Phrase("{metric} of the company, from {source}", **names)
    )
    typed = (f"{metric.name} mine", f"我的 {metric.name}") if own else (metric.name,)
    return Option(f"{metric.id}:{'own' if own else ''}", label, also=typed)


Which = Annotated[
    str,
    Choice(
        Phrase("Which figure does it read?"),
        options=_series,
        help=Phrase("It moves by itself when a new one arrives. You hear of it, and can take it back."),
    ),
]


def connections(request: Request, rows: Sequence[KeyResult]) -> tuple[Part, ...]:
    """The buttons that connect key results to data, where data arrives at all, and disconnect them."""
    free = [row for row in rows if not row.metric_id]
    read = [row for row in rows if row.metric_id]
    arrives = free and request.store.metrics.series(request.actor.id)
    return (
        *(_offered(Phrase("Connect to data"), free, connect) if arrives else ()),
        *_offered(Phrase("Disconnect from data"), read, disconnect),
    )


def _offered(words: Phrase, rows: Sequence[KeyResult], door: Any) -> tuple[Part, ...]:
    if len(rows) < 2:
        return tuple(Button(words, door.bind(result=row.id)) for row in rows)
    buttons = (
        Button(
            goals.numbered(row),
            door.bind(result=row.id),
        )
        for row in rows[:25]
    )
    return (Menu(words, tuple(buttons)),)


@feature.button(
    allow=changers, seen_by=goals.audience, title=Phrase("Connect to data"), over=goals.refuse_ended
)
def connect(request: Request, result: str, which: Which) -> Reply:
    """Let a key result read a figure that arrives by itself."""
    row = goals.bound_result(request, result)
    metric_id, _, own = which.partition(":")
    metric = request.store.metrics.metric(metric_id)
    if metric is None or metric.kept_apart:
        raise Problem(
            Phrase("No such data arrives here. An administrator can set up a source."), question="which"
        )
    if own and row.subject_id != request.actor.id:
        raise Problem(Phrase("A figure about a person is connected by this person alone."), question="which")
    _changed(request, row, "connected", metric_id=metric.id, metric_own=bool(own))
    source = request.store.metrics.source_by_id(metric.source_id)
    goal = request.store.goals.get(row.goal_id, reader=request.actor.id)
    assert source is not None
    assert goal is not None
    follow(request.store, source, Reader(metric, row, goal), told=row.subject_id == request.actor.id)
    return Reply(
        show=Card(
            Phrase(
                "It reads {metric} from {source} now.",
                metric=Verbatim(metric.name),
                source=Verbatim(source.name),
            ),
            Section(goals.result_line(request, row)),
            *_another_unit(row, metric),
            Button(Phrase("Disconnect from data"), disconnect.bind(result=row.id)),
            Note(goals.audience(request, {"goal": goal.id})),
        )
    )


def _another_unit(row: KeyResult, metric: Metric) -> tuple[Part, ...]:
    if not metric.unit or metric.unit == row.unit:
        return ()
    return (
        Note(
            Phrase(
                "The figure arrives in “{unit}”: see that start and target mean the same.",
                unit=Verbatim(metric.unit),
            )
        ),
    )


@feature.button(allow=changers)
def disconnect(request: Request, result: str) -> Reply:
    """Let a key result read no figure any more."""
    row = goals.bound_result(request, result)
    _changed(request, row, "disconnected", metric_id="", metric_own=False)
    return Reply(
        show=Card(
            Phrase("It reads no data any more. Its value stays, and you say how far it is."),
            Section(goals.result_line(request, row)),
        )
    )


def _changed(request: Request, row: KeyResult, act: str, **values: Any) -> None:
    try:
        request.store.goals.edit(row, act, by=request.actor.id, **values)
    except Conflict:
        raise changed_meanwhile() from None
    request.store.touch(row.subject_id)


# How old it is -------------------------------------------------------------------------------------------------------


def from_source(source: str, at: datetime, now: datetime) -> Text:
    """Where a figure comes from, and how old it is."""
    return Phrase("From {source}: {age}.", source=Verbatim(source), age=age_text(at, now))


def age_text(at: datetime, now: datetime) -> Text:
    """How old a figure is."""
    days = max((now - at).days, 0)
    if not days:
        return Phrase("less than a day old")
    return Plural("{n} day old", "{n} days old", n=days)


# Who is silent -------------------------------------------------------------------------------------------------------


@feature.bell("silent")
def silent(ring: Ring) -> Rung:
    """A source was not heard for so long that its figures are too old: who set it up hears of it, once."""
    source = ring.store.metrics.source_by_id(ring.about.partition(":")[2])
    if source is None or source.removed_at is not None:
        return Rung(None, silence=Silence("removed"))
    since = source.heard_at or source.made_at
    card = Card(
        Phrase("{source} is silent", source=Verbatim(source.name)),
        Section(
            Phrase(
                "No data has come from it since {moment}. Key results that read it are left out of the scores until it"
                " does. See whether it still sends, and whether its secret is right.",
                moment=since,
            )
        ),
        Note(Phrase("You hear this once, until it is heard again.")),
    )
    topic = f"{SILENT}:{source.id}:{since.isoformat()}"
    whom = who_set_up(ring.store, source)
    return Rung(None, tell=tuple(Tell(card, to=each.id, topic=f"{topic}:{each.id}") for each in whom))


def who_set_up(store: Store, source: DataSource) -> Sequence[Person]:
    """The owner of a source, or administrators where there is none."""
    owner = store.directory.person(source.owner_id or "")
    if owner and owner.active:
        return (owner,)
    return [each for each in store.directory.active() if each.role == "admin"]
