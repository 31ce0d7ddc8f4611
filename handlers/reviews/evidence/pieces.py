"""How a piece of the record reads: what it is, when it was, and the words of whoever wrote it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from handlers.kit.calendar import at_wall, local_day
from handlers.kit.requests import Request
from handlers.kit.text import Phrase, Text, Verbatim
from storage.checkins.tables import CheckIn
from storage.feedback import FeedbackRow
from storage.goals.tables import GoalChange, KeyResult
from storage.kudos import KudosRow
from storage.reviews import Piece, Review, ReviewCycle
from storage.reviews.evidence import CHECKIN, FEEDBACK, FIGURE, GOAL, KUDOS
from storage.store import Store

UNKNOWN = "–"
"""A figure that nobody gave."""

NAMES: Mapping[str, Text] = {
    GOAL: Phrase("Steps of goals"),
    FIGURE: Phrase("Imported figures"),
    KUDOS: Phrase("Thanks"),
    FEEDBACK: Phrase("Feedback"),
    CHECKIN: Phrase("Check-ins"),
}


def of_review(request: Request, cycle: ReviewCycle, row: Review) -> list[Piece]:
    """What the actor and whom the review is about both may read of its time, oldest first: what only one of them may
    read is not to be judged by."""
    evidence, zone = request.store.reviews.evidence, request.store.directory.zone
    since = at_wall(cycle.from_on, time(), zone)
    until = at_wall(cycle.to_on + timedelta(days=1), time(), zone)
    found = evidence.about(row.subject_id, since, until, reader=request.actor.id)
    return [piece for piece in found if evidence.is_open_to(piece, row.subject_id)]


def day_of(store: Store, piece: Piece) -> date:
    """The day of a piece, on the company's calendar."""
    return piece.row.day if isinstance(piece.row, CheckIn) else local_day(piece.at, store.directory.zone)


def headline(store: Store, piece: Piece) -> Text:
    """What it is and when it was."""
    row, day = piece.row, day_of(store, piece)
    if isinstance(row, CheckIn):
        return Phrase("Check-in of {day}", day=day)
    if isinstance(row, GoalChange):
        return _step(piece, row, day)
    if isinstance(row, KudosRow):
        return Phrase("{name} thanked, {day}", name=_named(store, row.author_id), day=day)
    if isinstance(row, FeedbackRow):
        return Phrase("Feedback by {name}, {day}", name=_named(store, row.author_id), day=day)
    return Phrase(
        "{metric}: {value} ({source}, {day})",
        metric=Verbatim(row.metric),
        value=Verbatim(with_unit(row.value, row.unit)),
        source=Verbatim(row.source),
        day=day,
    )


def _step(piece: Piece, row: GoalChange, day: date) -> Text:
    if piece.result is None:
        return Phrase("Goal closed, {day}: {goal}", day=day, goal=Verbatim(goal_of(piece)))
    before, after = (_value(piece.result, (side or {}).get("value")) for side in (row.before, row.after))
    return Phrase(
        "{result}: {before} → {after} ({day})",
        result=Verbatim(piece.result.title),
        before=before,
        after=after,
        day=day,
    )


def _value(result: KeyResult, value: Any) -> Text:
    is_yes = result.says_yes(value)
    if is_yes is None:
        return Verbatim(with_unit(value, result.unit))
    return Phrase("yes") if is_yes else Phrase("not yet")


def answers(piece: Piece) -> tuple[tuple[str, str], ...]:
    """What somebody wrote there, under what was asked, or under nothing."""
    row = piece.row
    if isinstance(row, CheckIn):
        return tuple((key, said) for key, said in (row.answers or {}).items() if said)
    if isinstance(row, FeedbackRow):
        return tuple(("", said) for said in (row.answers or {}).values() if said)
    said = row.note if isinstance(row, GoalChange) else row.why if isinstance(row, KudosRow) else ""
    return (("", said),) if said else ()


def length(piece: Piece) -> int:
    """How many characters somebody wrote there."""
    return sum(len(said) for _, said in answers(piece))


def begins(found: Iterable[tuple[str, str]], most: int) -> Iterator[Text]:
    """How answers begin, `most` characters of them; what was planned or in the way is never taken for done."""
    left = most
    for key, said in found:
        if left > 0:
            yield _labelled(key, Verbatim(said if len(said) <= left else f"{said[:left].rstrip()}…"))
        left -= len(said)


def _labelled(key: str, said: Verbatim) -> Text:
    if key == "done":
        return Phrase("Done: {words}", words=said)
    if key == "next":
        return Phrase("Next: {words}", words=said)
    if key == "blocked":
        return Phrase("Blocked: {words}", words=said)
    return Phrase("{question}: {words}", question=Verbatim(key), words=said) if key else said


def values_of(piece: Piece, row: GoalChange) -> tuple[str, str]:
    """What a key result stood at before a step, and after it."""
    unit = piece.result.unit if piece.result else ""
    before, after = ((side or {}).get("value") for side in (row.before, row.after))
    return with_unit(before, unit), with_unit(after, unit)


def goal_of(piece: Piece) -> str:
    """What the goal of a step is called."""
    return piece.goal.title if piece.goal else ""


def with_unit(value: Any, unit: str) -> str:
    """A figure as people write it."""
    if value in (None, ""):
        return UNKNOWN
    plain = format(Decimal(str(value)).normalize(), "f")
    return f"{plain} {unit}" if unit and unit != "%" else f"{plain}{unit}"


def _named(store: Store, person_id: str | None) -> Verbatim:
    return Verbatim(store.directory.named(person_id))
