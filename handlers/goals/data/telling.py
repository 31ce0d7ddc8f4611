"""Data moved something: whom it belongs to, and who follows it, hears at most once a day what, from which source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from handlers.goals import goal as goals
from handlers.goals.changes import from_to
from handlers.goals.data.following import CARD, FOLLOWED
from handlers.goals.data.moving import from_source
from handlers.goals.following import cheer
from handlers.goals.goal import feature
from handlers.goals.listing import opener
from handlers.goals.progress import undo
from handlers.kit.calendar import local_day
from handlers.kit.cards import Button, Card, Note, Part, Section
from handlers.kit.features import Ring, Rung, Silence, at_this_hour
from handlers.kit.hours import calendar_of, hours_of
from handlers.kit.requests import Tell
from handlers.kit.text import Lines, Phrase, Plural, Text, Verbatim, more
from storage.goals import Move
from storage.people import Person
from storage.store import Store

BACK = timedelta(days=14)
"""How far back the last such message is looked for."""
MOST = 20
"""Key results on one card."""

NOTICE = feature.notice("followed_data", Phrase("Data moves a goal that I follow"))

Looked = Callable[[Person, datetime], Card | None]


# To whom it belongs --------------------------------------------------------------------------------------------------


@feature.bell("data")
def moved(ring: Ring) -> Rung:
    """Once a day, what data moved of somebody's."""
    return _once_a_day(ring, CARD, lambda person, since: _mine(ring, person, since))


def _mine(ring: Ring, person: Person, since: datetime) -> Card | None:
    moves = _elsewhere(ring.store.goals.moves.by_data(person.id, since=since))
    if not moves:
        return None
    return Card(
        Plural("Data moved {n} key result of yours", "Data moved {n} key results of yours", n=len(moves)),
        *(part for move in moves[:MOST] for part in _taken_back(move, person, ring.now)),
        *_more(moves),
    )


def _taken_back(move: Move, person: Person, now: datetime) -> tuple[Part, ...]:
    """A key result that moved, and a way back."""
    label = Phrase("Undo {number}", number=goals.called(move.row))
    back = undo.bind(result=move.row.id, change=move.last.id, first=move.first.id)
    return (Section(_by_data(move, person, now)), Button(label, back))


# Who follows it ------------------------------------------------------------------------------------------------------


@feature.bell("followed_data")
def followed(ring: Ring) -> Rung:
    """Once a day, what data moved of the goals that somebody follows."""
    return _once_a_day(ring, FOLLOWED, lambda person, since: _theirs(ring, person, since), notice=NOTICE)


def _theirs(ring: Ring, person: Person, since: datetime) -> Card | None:
    moves = _elsewhere(ring.store.goals.moves.followed(person.id, since=since))
    if not moves:
        return None
    return Card(
        Plural(
            "Data moved {n} key result that you follow",
            "Data moved {n} key results that you follow",
            n=len(moves),
        ),
        *(part for move in moves[:MOST] for part in _of_whom(ring.store, move, person, ring.now)),
        *_more(moves),
        Note(Phrase("You hear this at most once a day. /goals following names the goals that you follow.")),
    )


def _of_whom(store: Store, move: Move, person: Person, now: datetime) -> tuple[Part, ...]:
    words = {
        "name": Verbatim(store.directory.named(move.goal.subject_id)),
        "title": Verbatim(move.goal.title),
    }
    lines = Lines((Phrase("{name}: {title}", **words), _by_data(move, person, now)))
    label = Phrase("Cheer {number}", number=goals.called(move.row))
    return (Section(lines, button=opener(move.goal)), Button(label, cheer.bind(goal=move.goal.id)))


# Both ----------------------------------------------------------------------------------------------------------------


def _once_a_day(ring: Ring, kind: str, look: Looked, *, notice: str = "") -> Rung:
    """A card about what came since the last one, outside quiet hours, and never two on a day."""
    store, person = ring.store, ring.store.directory.people[ring.about]
    hours = hours_of(store, person, calendar_of(store))
    told_at = _told_at(store, person, kind)
    today = local_day(ring.now, person.zone)
    if told_at and local_day(told_at, person.zone) == today:
        later = hours.open_from(hours.next_morning(ring.now))
        return Rung(later, silence=Silence("already today", later))
    if closed := at_this_hour(hours, ring.now):
        return Rung(closed.until, silence=closed)
    card = look(person, told_at or ring.now - BACK)
    if card is None:
        return Rung(None, silence=Silence("nothing new"))
    return Rung(None, tell=(Tell(card, to=person.id, topic=f"{kind}:{person.id}:{today}", notice=notice),))


def _told_at(store: Store, person: Person, kind: str) -> datetime | None:
    decided = store.slots.decisions(person.id, store.now - BACK)
    sent = (each.decided_at for each in decided if each.kind == kind and each.outcome == "sent")
    return next(iter(sent), None)


def _elsewhere(moves: Iterable[Move]) -> list[Move]:
    """What stands elsewhere now than at first."""
    return [move for move in moves if move.is_somewhere_else]


def _more(moves: Sequence[Move]) -> tuple[Part, ...]:
    return tuple(Note(line) for line in more(len(moves), MOST))


def _by_data(move: Move, person: Person, now: datetime) -> Text:
    at = move.row.data_at or move.last.made_at
    return Lines((moved_line(move, person.language), from_source(move.last.source, at, now)))


def moved_line(move: Move, language: str) -> Text:
    """A key result, from where it was to where it is."""
    return from_to(move.row, move.before, language)
