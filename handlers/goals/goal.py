"""One goal: who reads it, how far it has come, and how it reads in chat."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from handlers.goals import scoring
from handlers.goals.amounts import amount, given_text, value_text
from handlers.goals.scorecards.parts import is_given
from handlers.goals.scoring import Direction, Measure, Part, Together
from handlers.kit.access import Rule, readers
from handlers.kit.calendar import ONE_DAY, at_wall
from handlers.kit.cards import Button, Press
from handlers.kit.features import Feature
from handlers.kit.forms import Option
from handlers.kit.problems import Problem
from handlers.kit.requests import Request
from handlers.kit.rounding import whole_percent
from handlers.kit.text import Lines, Phrase, Plural, Text, Verbatim
from storage.goals import Goal, KeyResult
from storage.people import Person
from storage.policy import Kind

feature = Feature(
    "goals",
    title=Phrase("Goals"),
    intro=Phrase(
        "A goal says what you want to reach, and its key results how you notice. Say how far you are with /goals update"
        " and its number; every figure can say where it comes from, and nothing is changed without a trace."
    ),
)

STALE = timedelta(days=14)
"""Without a word for so long, a key result may be worth a look."""

OKR, KPI = "okr", "kpi"
COMPANY, DEPARTMENT, TEAM, PERSON = "organisation", "department", "team", "person"
ON_TRACK, AT_RISK, OFF_TRACK = "on_track", "at_risk", "off_track"

CONFIDENCE = (
    Option(ON_TRACK, Phrase("On track"), also=("on track", "on-track", "ontrack", "green", "正常", "顺利")),
    Option(AT_RISK, Phrase("At risk"), also=("at risk", "at-risk", "atrisk", "yellow", "有风险", "风险")),
    Option(
        OFF_TRACK, Phrase("Off track"), also=("off track", "off-track", "offtrack", "red", "偏离", "落后")
    ),
)
CONFIDENCE_WORDS: Mapping[str, Phrase] = {
    ON_TRACK: Phrase("on track"),
    AT_RISK: Phrase("at risk"),
    OFF_TRACK: Phrase("off track"),
}

# Who reads it --------------------------------------------------------------------------------------------------------


def seen_by(request: Request, kind: Kind, owner: Person | None = None) -> Text:
    """Who reads a goal of this kind."""
    if kind is Kind.GOAL_COMPANY:
        return Phrase("Seen by everybody in the company.")
    return readers(kind, request, subject=owner)


def audience(request: Request, args: Mapping[str, Any]) -> Text:
    """Who reads what is written about the goal that a door is bound to."""
    goal = goal_of(request, args)
    if goal is None:
        return Phrase("Seen by whoever sees the goal.")
    return seen_by(request, Kind(goal.kind), request.person(goal.subject_id))


def goal_of(request: Request, args: Mapping[str, Any]) -> Goal | None:
    """The goal behind a door, by its own id or by that of a key result."""
    result = args.get("result")
    if result:
        row = request.store.goals.result(str(result), reader=request.actor.id)
        return request.store.goals.get(row.goal_id, reader=request.actor.id) if row else None
    goal = str(args.get("goal") or "")
    return request.store.goals.get(goal, reader=request.actor.id) if goal else None


def bound_goal(request: Request, goal: str) -> Goal:
    """The goal behind a door whose rule has asked for it already."""
    row = goal_of(request, {"goal": goal})
    assert row is not None
    return row


def bound_result(request: Request, result: str) -> KeyResult:
    """The key result behind such a door."""
    row = request.store.goals.result(result, reader=request.actor.id)
    assert row is not None
    return row


def _may_change(request: Request, args: Mapping[str, Any]) -> bool:
    goal = goal_of(request, args)
    return goal is not None and request.store.goals.may_write(goal, request.actor.id)


changers = Rule(
    "who may change the goal", _may_change, Phrase("This goal is not yours to change, or it is gone.")
)
seers = Rule(
    "who sees the goal",
    lambda request, args: goal_of(request, args) is not None,
    Phrase("This goal is gone, or you do not see it any more."),
)


def refuse_ended(request: Request, args: Mapping[str, Any]) -> None:
    """Raise Problem where the goal behind a door has ended: its buttons stand for long."""
    row = goal_of(request, args)
    if row is not None and row.state != "open":
        raise Problem(
            Phrase("This goal has ended, and nothing was changed. Open it again first."),
            buttons=(Button(Phrase("Open it again"), Press("goals.reopen", {"goal": row.id})),),
        )


# How far it is -------------------------------------------------------------------------------------------------------


def measure_of(row: KeyResult) -> Measure:
    """What a key result is measured by."""
    return Measure(Direction(row.direction), row.target, row.start, row.high, row.stretch)


def restated(row: KeyResult, changed: Mapping[str, Any]) -> dict[str, Any]:
    """Where a key result stands when it is measured otherwise: what was said to another question, a number or a yes or
    no or a grade, says nothing of this one; and where nobody said anything, it stands where it starts."""
    way, part = changed.get("direction", row.direction), changed.get("part", row.part)
    spanned = not part and way in (Direction.UP, Direction.DOWN)
    stands = {"value": changed.get("start", row.start) if spanned else None}
    if part != row.part or (way == Direction.YES_NO) != (row.direction == Direction.YES_NO):
        stands |= {"moved_at": None, "data_at": None}
    elif row.moved_at is not None:
        return {}
    return {name: item for name, item in stands.items() if getattr(row, name) != item}


def progress_of(row: KeyResult) -> Decimal | None:
    """The share of its way that a key result has come."""
    return scoring.progress(measure_of(row), row.value)


def is_reached(row: KeyResult) -> bool:
    """Whether a key result has arrived where it was to be; in a band it is to stay, and never has."""
    return row.direction != Direction.BAND and progress_of(row) == scoring.ONE


def together_of(rows: Sequence[KeyResult], stale: Collection[str] = ()) -> Together:
    """How far a goal has come, by its key results; `stale` are the ids of those whose data is too old."""
    return scoring.together([Part(progress_of(row), row.weight, row.id in stale) for row in rows])


def stale_of(request: Request, found: Iterable[tuple[Goal, KeyResult]]) -> frozenset[str]:
    """The ids of the key results whose data is older than their source's figures may be, or was when the goal ended: no
    score changes after that."""
    dated = [(goal, row, row.data_at) for goal, row in found if row.metric_id and row.data_at]
    ages = request.store.metrics.ages(row.metric_id for _, row, _ in dated) if dated else {}
    return frozenset(
        row.id
        for goal, row, at in dated
        if (age := ages.get(row.metric_id)) and _counted_until(request, goal) - age.told_at(at) > age.most
    )


def _counted_until(request: Request, goal: Goal) -> datetime:
    """The moment until which data counts for a goal: now, or when it was ended, or its days were over."""
    over = at_wall(goal.ends_on + ONE_DAY, time(), request.person(goal.subject_id).zone)
    return min(request.now, over, goal.closed_at or request.now)


@dataclass(frozen=True)
class Standing:
    """A goal with its key results, as a reader sees them."""

    goal: Goal
    results: tuple[KeyResult, ...]
    stale: frozenset[str] = frozenset()

    @property
    def together(self) -> Together:
        return together_of(self.results, self.stale)


def standing(request: Request, goals: Sequence[Goal]) -> list[Standing]:
    """Goals with their key results."""
    found = request.store.goals.results([goal.id for goal in goals], reader=request.actor.id)
    stale = stale_of(request, ((goal, row) for goal in goals for row in found[goal.id]))
    return [Standing(goal, tuple(found[goal.id]), stale) for goal in goals]


def of_people(request: Request, people: Sequence[Person]) -> list[tuple[Person, list[Goal]]]:
    """Those of these people who have open goals that the reader sees, each with these: one question for all."""
    found = request.store.goals.of_each((person.id for person in people), reader=request.actor.id)
    return [(person, found[person.id]) for person in people if found[person.id]]


def standings(
    request: Request, owned: Sequence[tuple[Person, Sequence[Goal]]]
) -> list[tuple[Person, list[Standing]]]:
    """The same people's goals with their key results: one question for all, again."""
    stand = iter(standing(request, [goal for _, theirs in owned for goal in theirs]))
    return [(person, [next(stand) for _ in theirs]) for person, theirs in owned]


# How it reads --------------------------------------------------------------------------------------------------------

BAR = 10


def bar(share: Decimal | None) -> str:
    """A line of ten blocks."""
    full = 0 if share is None else int(share * BAR)
    return "▓" * full + "░" * (BAR - full)


def percent(share: Decimal | None) -> Text:
    """A share in whole percent."""
    if share is None:
        return Phrase("no data yet")
    return Phrase("{percent}%", percent=whole_percent(share))


def called(row: Goal | KeyResult) -> Verbatim:
    """The number by which its owner calls it: 2, or 2.1 for what goal 2 is measured by first."""
    return Verbatim(row.called if isinstance(row, KeyResult) else str(row.number))


def numbered(row: Goal | KeyResult) -> Text:
    """A goal or a key result as its owner calls it."""
    return Phrase("{number}. {title}", number=called(row), title=Verbatim(row.title))


def adding(row: Goal) -> Phrase:
    """What adds one more to be measured by is called."""
    return Phrase("Add an item") if row.form == KPI else Phrase("Add a key result")


def headline(each: Standing) -> Text:
    """A goal on one line: its number, its title, how far it is."""
    share = each.together.progress
    return Phrase(
        "{number}. {title}  {bar} {percent}",
        number=each.goal.number,
        title=Verbatim(each.goal.title),
        bar=Verbatim(bar(share)),
        percent=percent(share),
    )


def owner_line(request: Request, goal: Goal) -> Text:
    """Who answers for a goal, and until when."""
    return Phrase(
        "{name}, until {day}", name=Verbatim(request.person(goal.subject_id).name), day=goal.ends_on
    )


def left_out(each: Standing) -> tuple[Text, ...]:
    """What is not in the figure, said aloud."""
    together = each.together
    missing = 0 if together.progress is None else together.left_out  # else nobody carries their weight
    return (*_without_data(missing), *_too_old(together.stale))


def _without_data(missing: int) -> tuple[Text, ...]:
    if not missing:
        return ()
    return (
        Plural(
            "{n} key result has no data yet: the others carry its weight.",
            "{n} key results have no data yet: the others carry their weight.",
            n=missing,
        ),
    )


def _too_old(old: int) -> tuple[Text, ...]:
    if not old:
        return ()
    return (
        Plural(
            "The data of {n} key result is too old: it is left out.",
            "The data of {n} key results is too old: they are left out.",
            n=old,
        ),
    )


def result_line(request: Request, row: KeyResult) -> Text:
    """A key result on one line: what it is, where it stands, and how old that is."""
    names = {"number": called(row), "title": Verbatim(row.title)}
    parts: dict[str, Any] = {
        **names,
        "value": value_text(request, row),
        "percent": percent(progress_of(row)),
    }
    line = Phrase("{number}. {title}: {value} ({percent})", **parts)
    if is_given(row.part):
        line = Phrase("{number}. {title}: {points}", points=given_text(request, row), **names)
    elif row.confidence:
        line = Phrase(
            "{number}. {title}: {value} ({percent}), {confidence}",
            confidence=CONFIDENCE_WORDS[row.confidence],
            **parts,
        )
    if row.stretch is not None:
        line = Phrase("{line}, stretch {stretch}", line=line, stretch=amount(request, row, row.stretch))
    if row.ends_on:
        line = Phrase("{line}, until {day}", line=line, day=row.ends_on)
    if row.moved_at and request.now - row.moved_at > STALE:
        return Phrase("{line}. Last heard of {day}.", line=line, day=request.day_of(row.moved_at))
    return line


def one_line(words: str) -> str:
    """What somebody typed, without its line ends."""
    return " ".join(words.split())


def lines(request: Request, each: Standing) -> Lines:
    """A goal with all it is measured by."""
    rows = (result_line(request, row) for row in each.results)
    return Lines((headline(each), *rows, *left_out(each), *_over(request, each.goal)))


def _over(request: Request, goal: Goal) -> tuple[Text, ...]:
    """That a goal is open whose days are over: nothing asks for it any more."""
    if goal.state != "open" or goal.ends_on >= request.today:
        return ()
    if goal.subject_id != request.actor.id:
        return (Phrase("Its last day was {day}.", day=goal.ends_on),)
    command = Verbatim("/goals next")
    return (
        Phrase(
            "Its last day was {day}. End it, or carry it over with {command}",
            day=goal.ends_on,
            command=command,
        ),
    )
