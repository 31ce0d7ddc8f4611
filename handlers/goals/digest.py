"""What moved among the goals of a team, in its digest: a handful of key results, and which of them are off track."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.goals import goal as goals
from handlers.goals.data.telling import moved_line
from handlers.goals.goal import OFF_TRACK, feature
from handlers.goals.listing import opener
from handlers.kit.cards import Button, Heading, Note, Part, Press, Section
from handlers.kit.features import Digested
from handlers.kit.text import Lines, Phrase, Text, Verbatim, more
from storage.goals import KeyResult, Move

MOST = 5
"""Key results that moved, and as many that are off track; the rest is counted."""


@feature.digest(20)
def moved(about: Digested) -> tuple[Part, ...]:
    """Which key results of a team moved, from what to what and by whom, as far as the reader sees them."""
    people = [person.id for person in about.team]
    reader = about.reader.id if about.reader else None
    moves = about.store.goals.moves.of(people, since=about.since, reader=reader)
    if not moves:
        return ()
    # Who is off track is for who can help, not for a channel.
    off = about.store.goals.moves.said(people, OFF_TRACK, reader=reader) if reader else []
    return (
        Heading(Phrase("Goals that moved")),
        *(_moved(about, move) for move in moves[:MOST]),
        *_more(moves),
        *_off_track(about, off),
        *((Button(Phrase("The goals of your team"), Press("goals.team", {})),) if reader else ()),
    )


def _moved(about: Digested, move: Move) -> Section:
    language = about.reader.language if about.reader else "en"
    line = _of_whom(about, move.row, moved_line(move, language))
    # A channel is no place to open what is answered in private.
    return Section(Lines((line, *_by(about, move))), button=opener(move.goal) if about.reader else None)


def _of_whom(about: Digested, row: KeyResult, line: Text) -> Text:
    return Phrase("{name}: {line}", name=Verbatim(about.store.directory.named(row.subject_id)), line=line)


def _by(about: Digested, move: Move) -> tuple[Text, ...]:
    """Who moved it, where it was not whom it belongs to."""
    if move.last.source:
        return (Phrase("Moved by data from {source}.", source=Verbatim(move.last.source)),)
    if move.last.author_id == move.row.subject_id:
        return ()
    return (Phrase("Moved by {name}.", name=Verbatim(about.store.directory.named(move.last.author_id))),)


def _off_track(about: Digested, rows: Sequence[KeyResult]) -> tuple[Part, ...]:
    if not rows:
        return ()
    lines = (_of_whom(about, row, goals.numbered(row)) for row in rows[:MOST])
    return (Heading(Phrase("Off track")), Section(Lines(tuple(lines))), *_more(rows))


def _more(found: Sequence[Move] | Sequence[KeyResult]) -> tuple[Part, ...]:
    return tuple(Note(line) for line in more(len(found), MOST))
