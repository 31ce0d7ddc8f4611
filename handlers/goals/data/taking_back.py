"""Who loaded a file takes it back: its figures are again what they were before, and the key results move back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from handlers.goals.changes import from_to
from handlers.goals.data.following import Reader, figure_for, follow, reading
from handlers.goals.data.sources import keepers, source_of, sources
from handlers.goals.goal import feature
from handlers.goals.listing import opener
from handlers.kit.access import owner_of
from handlers.kit.cards import Button, Card, Fact, Note, Part, Section
from handlers.kit.problems import Problem, changed_meanwhile
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Lines, Phrase, Plural, Verbatim, more
from storage.goals import Goal, KeyResult
from storage.metrics import Changed, DataSource, LoadedFile, TakenBack
from storage.store import Store
from storage.unit import Conflict

TAKE_BACK = f"{feature.name}.take_file_back"
"""Under which owners are told."""
LISTED = 10
"""Files on one card."""
MOST = 20
"""Key results that one card names."""


@dataclass(frozen=True)
class Back:
    """A key result that moved back, from where it was."""

    goal: Goal
    row: KeyResult
    was: Decimal | None


# The list ------------------------------------------------------------------------------------------------------------


@feature.button(allow=keepers)
def loaded_files(request: Request, source: str) -> Reply:
    """Show the files that were loaded into a source."""
    row = source_of(request, source)
    found = request.store.metrics.loaded.of(row, limit=LISTED)
    return Reply(
        show=Card(
            Phrase("The last files of {source}", source=Verbatim(row.name)),
            *(_listed(request, file) for file in found),
            Button(Phrase("Your sources of data"), sources.bind()),
            Note(
                Phrase(
                    "Whoever loaded a file takes it back. What came since stays, and nothing is forgotten."
                )
            ),
        )
    )


def _listed(request: Request, file: LoadedFile) -> Section:
    who = Verbatim(request.store.directory.named(file.by_id)) if file.by_id else Phrase("the terminal")
    lines = (
        Phrase("{file}: {moment}, by {name}", file=Verbatim(file.name), moment=file.made_at, name=who),
        Plural("{n} figure was taken.", "{n} figures were taken.", n=file.figures),
        *((Phrase("Taken back {moment}.", moment=file.taken_back_at),) if file.taken_back_at else ()),
    )
    mine = file.by_id == request.actor.id and file.taken_back_at is None
    return Section(Lines(lines), button=back_button(file) if mine else None)


def back_button(file: LoadedFile) -> Button:
    """The way back from a file."""
    sure = Phrase("All that this file brought becomes again what it was before. What came since stays.")
    return Button(Phrase("Take it back"), take_file_back.bind(file=file.id), confirm=sure)


# Taking it back ------------------------------------------------------------------------------------------------------


def _file(request: Request, args: Mapping[str, Any]) -> LoadedFile | None:
    return request.store.metrics.loaded.get(str(args["file"]))


@feature.button(allow=owner_of(_file, "by_id"), takes_long=True)
def take_file_back(request: Request, file: str) -> Reply:
    """Take back all that a file of mine brought."""
    row = _file(request, {"file": file})
    assert row is not None  # the door asked
    source = source_of(request, row.source_id)
    if not keepers.check(request, {"source": source.id}):
        raise Problem(keepers.refusal)
    made, waiting, moved = taken_back(request.store, source, row, by=request.actor.id)
    return Reply(
        show=Card(
            Phrase("Taken back: {file}", file=Verbatim(row.name)),
            *counted(made, waiting, moved),
            Button(Phrase("Your sources of data"), sources.bind()),
            Note(
                Phrase(
                    "Nothing is forgotten: what it brought stays on record, as a version that counts no more."
                )
            ),
        ),
        tell=tuple(told(request.store, source, moved, but=request.actor.id)),
    )


def taken_back(
    store: Store, source: DataSource, file: LoadedFile, *, by: str | None
) -> tuple[TakenBack, int, list[Back]]:
    """Take a file back: what became of its figures, how many of them had waited for their person, and which key results
    moved back. Raises Problem."""
    if file.taken_back_at is not None:
        raise Problem(Phrase("This file was taken back already."))
    try:
        made = store.metrics.loaded.take_back(file)
    except Conflict:
        raise changed_meanwhile() from None
    waiting = store.metrics.unknown.forget_file(source, file.id)
    if not (made.restored or made.gone or waiting):
        raise Problem(
            Plural(
                "Newer data has come since for the one figure of this file: it stays, and nothing was taken back.",
                "Newer data has come since for all {n} figures of this file: they stay, and nothing was taken back.",
                n=made.left,
            )
            if made.left
            else Phrase("This file brought nothing, so there is nothing to take back.")
        )
    store.audit("did", "took back", record_id=source.id)
    return made, waiting, list(_moved_back(store, source, file, sorted(made.changed), by))


def counted(made: TakenBack, waiting: int, moved: Sequence[Back]) -> Iterator[Part]:
    """What became of the figures of a file."""
    counts = (
        (Phrase("What it was before"), made.restored),
        (Phrase("Gone: there was nothing before"), made.gone),
        (Phrase("Waited for their person, and are forgotten"), waiting),
        (Phrase("Left, because other data has come since"), made.left),
        (Phrase("Key results that moved back"), len(moved)),
    )
    return (Fact(label, Phrase("{count}", count=count)) for label, count in counts if count)


# The key results -----------------------------------------------------------------------------------------------------


def _moved_back(
    store: Store, source: DataSource, file: LoadedFile, changed: Iterable[Changed], by: str | None
) -> Iterator[Back]:
    for reader in reading(store, changed):
        was = reader.row.value
        if _moves_back(store, source, file, reader, by):
            yield Back(reader.goal, reader.row, was)


def _moves_back(store: Store, source: DataSource, file: LoadedFile, reader: Reader, by: str | None) -> bool:
    """To where its metric stands now; where no figure is left, or a person had spoken since that one came, to where it
    was before data moved it."""
    figure, moves = figure_for(store, reader), store.goals.moves
    stands = figure is not None and figure.value == reader.row.value
    if figure and (stands or not moves.said_before(reader.row, source=source.name, since=file.made_at)):
        return follow(store, source, reader, told=True)
    store.touch(reader.row.subject_id)
    return store.goals.moves.undo_data(reader.row, source=source.name, since=file.made_at, by=by) is not None


def told(store: Store, source: DataSource, moved: Sequence[Back], *, but: str = "") -> Iterator[Tell]:
    """Each owner hears once which of their key results moved back."""
    for owner in dict.fromkeys(each.goal.subject_id for each in moved):
        person = store.directory.person(owner)
        if person is None or not person.active or owner == but:
            continue
        mine = [each for each in moved if each.goal.subject_id == owner]
        card = Card(
            Plural(
                "{n} key result of yours moved back: a file of {source} was taken back",
                "{n} key results of yours moved back: a file of {source} was taken back",
                n=len(mine),
                source=Verbatim(source.name),
            ),
            *(
                Section(from_to(each.row, each.was, person.language), button=opener(each.goal))
                for each in mine[:MOST]
            ),
            *(Note(line) for line in more(len(mine), MOST)),
        )
        yield Tell(card, to=owner)
