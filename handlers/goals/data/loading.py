"""Figures from a file: sent in chat, read by the mapping of its source, shown with what would change, then applied."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from handlers.goals.data import describing
from handlers.goals.data.arriving import Correction, Taken, foresee, take
from handlers.goals.data.mapping import Mapping as Columns
from handlers.goals.data.mapping import read_kept
from handlers.goals.data.refusing import wrongs
from handlers.goals.data.rows import Reading, faults_of, read_figures
from handlers.goals.data.sources import (
    NO_SOURCE,
    WhichSource,
    keepers,
    looked_after,
    new_source,
    source_of,
    unmatched,
    waiting_names,
)
from handlers.goals.data.taking_back import back_button
from handlers.goals.goal import feature
from handlers.goals.numbers import shown
from handlers.kit.access import owner_of, stewards
from handlers.kit.cards import Button, Card, Fact, Menu, Note, Part, Section
from handlers.kit.forms import Sheet
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.tables import SHOWN, Fault, faulty, sent
from handlers.kit.text import Lines, Listing, Phrase, Plural, Text, Verbatim, more
from storage.metrics import DataLoad, DataSource, LoadedFile
from storage.metrics.loads import sheet_of
from storage.sheets import Sheet as Table
from storage.store import Store


@feature.command(
    "goals load",
    allow=keepers | stewards,
    also=("目标 导入数据", "导入数据"),
    examples=("",),
    takes_long=True,
    takes_file=2,
)
def load(request: Request, source: WhichSource = "") -> Reply:
    """Load figures from a file (CSV or XLSX): send it to me with these words, and see what it changes first."""
    sheet = sent(request)
    if sheet is None:
        return Reply(show=_explained(request))
    mine = looked_after(request)
    if not mine:
        raise Problem(Lines((NO_SOURCE, _FIRST)), buttons=(_begin(),))
    name = request.file.name if request.file else ""
    row = request.store.metrics.loads.keep(sheet, by=request.actor.id, name=name)
    chosen = next((each for each in mine if each.id == source), mine[0] if len(mine) == 1 else None)
    return Reply(show=_looked(request, row, chosen) if chosen else _which(row, mine))


_FIRST = Phrase(
    "Figures belong to one: begin it, then send the file again. A people file comes from HR, goals come with the words"
    " “goals import”."
)


def _explained(request: Request) -> Card:
    mine = looked_after(request)
    names = Listing(tuple(Verbatim(each.name) for each in mine))
    known = Phrase("Its first row names the columns. Your sources: {sources}.", sources=names)
    return Card(
        Phrase("Send me the file here, as CSV or XLSX, with the words “/goals load”."),
        Section(known if mine else NO_SOURCE),
        *(() if mine else (_begin(),)),
        Note(Phrase("You will see what it changes first. The same file twice changes nothing.")),
    )


def _begin() -> Button:
    return Button(Phrase("New source for files"), new_source.bind())


def _which(row: DataLoad, sources: Sequence[DataSource]) -> Card:
    options = (
        Button(Verbatim(each.name), choose_source.bind(load=row.id, source=each.id)) for each in sources[:90]
    )
    return Card(
        Phrase("Which source is the file from?"),
        Menu(Phrase("The source"), tuple(options)),
        Button(Phrase("Drop it"), drop_file.bind(load=row.id)),
    )


def _load(request: Request, args: Mapping[str, Any]) -> DataLoad | None:
    return request.store.metrics.loads.get(str(args["load"]))


sender = owner_of(_load, "by_id")


def _sent(request: Request, load: str) -> DataLoad:
    row = request.store.metrics.loads.get(load)
    assert row is not None
    return row


@feature.button(allow=sender, takes_long=True)
def choose_source(request: Request, load: str, source: str) -> Reply:
    """Say from which source a file is."""
    if not keepers.check(request, {"source": source}):
        raise Problem(keepers.refusal)
    return Reply(show=_looked(request, _sent(request, load), source_of(request, source)))


# What it changes -----------------------------------------------------------------------------------------------------


def _looked(request: Request, row: DataLoad, source: DataSource) -> Card:
    """What a table would change, or what is wrong with it."""
    request.store.metrics.loads.aim(row, source.id)
    sheet, columns = sheet_of(row), read_kept(source.mapping)
    if columns is None or not set(columns.columns) <= set(sheet.header):
        return _unknown(row, source, sheet.header)
    reading, faults = checked(request.store, source, sheet, columns)
    if faults:
        return Card(
            Phrase("Nothing was changed."), Section(faulty(faults)), *_otherwise(row, source), _dropping(row)
        )
    taken = foresee(request.store, source, reading.arrivals)
    if not taken.changes:
        request.store.metrics.loads.forget(row)
        return Card(Phrase("This file changes nothing: every figure in it is here already."))
    return Card(
        Phrase("This is what the file changes. Nothing is changed yet."),
        *summary(request.store, source, taken, reading, reader=request.actor.id),
        Button(
            Phrase("Apply"),
            apply_file.bind(load=row.id, into=source.id, read_by=_digest(source)),
            style="primary",
        ),
        *_otherwise(row, source),
        _dropping(row),
    )


def _digest(source: DataSource) -> str:
    """By which mapping a file was looked at: read by another one, it is shown anew."""
    return hashlib.sha256(json.dumps(source.mapping, sort_keys=True).encode()).hexdigest()[:16]


def _unknown(row: DataLoad, source: DataSource, header: Sequence[str]) -> Card:
    return Card(
        Phrase("What are the columns of {source}?", source=Verbatim(source.name)),
        Section(
            Phrase(
                "I do not know yet which column is which: {columns}.",
                columns=Listing(tuple(Verbatim(name) for name in header[:SHOWN])),
            )
        ),
        *_otherwise(row, source),
        _dropping(row),
    )


def _otherwise(row: DataLoad, source: DataSource) -> tuple[Part, ...]:
    return (Button(Phrase("Say what the columns are"), describe.bind(load=row.id, source=source.id)),)


def _dropping(row: DataLoad) -> Part:
    return Button(Phrase("Drop it"), drop_file.bind(load=row.id))


def checked(
    store: Store, source: DataSource, sheet: Table, columns: Columns
) -> tuple[Reading, Sequence[Fault]]:
    """A table read by its mapping, and what is wrong with it."""
    reading = read_figures(sheet, columns)
    return reading, reading.faults or faults_of(reading, wrongs(store, source, reading.arrivals))


def summary(
    store: Store, source: DataSource, taken: Taken, reading: Reading, *, reader: str, limit: int = SHOWN
) -> tuple[Part, ...]:
    """What becomes of a table's figures. What a personal figure was before is for who may read it."""
    counts = (
        (Phrase("New figures"), taken.fates["new"]),
        (Phrase("Corrected"), taken.fates["corrected"]),
        (Phrase("Here already"), taken.fates["repeated"]),
        (Phrase("Whose person nobody knows"), taken.fates["unmatched"]),
        (Phrase("Key results that move"), taken.moved),
    )
    return (
        *(Fact(label, Phrase("{count}", count=count)) for label, count in counts if count),
        *_corrections(store, source, taken.corrections, reader, limit),
        *((Section(waiting_names(taken.unmatched)),) if taken.unmatched else ()),
        *_left_out(reading),
    )


def _corrections(
    store: Store, source: DataSource, found: Sequence[Correction], reader: str, limit: int
) -> Iterator[Part]:
    if found:
        personal = (each.arrival.key for each in found[:limit] if each.person_id)
        keys = store.metrics.readable(source, personal, reader=reader)
        lines = (
            _correction(store, each, not each.person_id or each.arrival.key in keys) for each in found[:limit]
        )
        yield Section(Lines((*lines, *more(len(found), limit))))


def _correction(store: Store, each: Correction, visible: bool) -> Text:
    made = each.arrival
    about = {
        "metric": Verbatim(made.metric),
        "whom": Verbatim(store.directory.named(each.person_id)) if each.person_id else Phrase("the company"),
        "day": made.at.date(),
        "after": Verbatim(shown(made.value)),
    }
    if visible:
        return Phrase(
            "{metric}, {whom}, {day}: {before} becomes {after}", before=Verbatim(each.before), **about
        )
    return Phrase("{metric}, {whom}, {day}: becomes {after}", **about)


def _left_out(reading: Reading) -> tuple[Part, ...]:
    if not reading.left_out:
        return ()
    columns = Listing(tuple(Verbatim(name) for name in reading.left_out[:SHOWN]))
    return (
        Note(
            Phrase(
                "Not read, for their names: {columns}. Such data is not for judging people.", columns=columns
            )
        ),
    )


# What the columns are ------------------------------------------------------------------------------------------------


def _questions(request: Request, args: Mapping[str, Any]) -> tuple[Any, ...]:
    row = _load(request, args) if "load" in args else None
    header = sheet_of(row).header if row else ()
    return describing.questions(header)


@feature.button(
    allow=sender,
    title=Phrase("What the columns are"),
    seen_by=Phrase("Seen by whoever looks after the source."),
    submit=Phrase("See what it changes"),
    takes_long=True,
)
def describe(
    request: Request,
    load: str,
    source: str,
    columns: Annotated[dict[str, str], Sheet(Phrase("The columns"), of=_questions)],
) -> Reply:
    """Say which column of a file is which; the next file of its source is read alike."""
    if not keepers.check(request, {"source": source}):
        raise Problem(keepers.refusal)
    row = source_of(request, source)
    made = describing.mapping_of(columns).after(read_kept(row.mapping))
    permit(request.store, row, made, admin=request.actor.role == "admin")
    request.store.change(row, mapping=made.kept())
    request.store.audit("changed", "data_source", record_id=row.id)
    return Reply(show=_looked(request, _sent(request, load), row))


def permit(store: Store, source: DataSource, columns: Columns, *, admin: bool) -> None:
    """Refuse columns that must not be used, by their names, unless an administrator maps them. Raises Problem."""
    wanted = [name for name in columns.refused if name not in source.allowed]
    if not wanted:
        return
    if not admin:
        raise Problem(
            Phrase(
                "The column {column} is refused by its name: such data is not for judging people. If it is something"
                " else, an administrator may map it; it never enters a score.",
                column=Verbatim(wanted[0]),
            )
        )
    store.change(source, allowed=sorted({*source.allowed, *wanted}))


# Applying it ---------------------------------------------------------------------------------------------------------


@feature.button(allow=sender, once=True, takes_long=True)
def apply_file(request: Request, load: str, into: str = "", read_by: str = "") -> Reply:
    """Apply a file of figures."""
    row = _sent(request, load)
    source = request.store.metrics.source_by_id(into or row.source_id)
    if source is None or not keepers.check(request, {"source": source.id}):
        raise Problem(keepers.refusal)
    if read_by and read_by != _digest(source):
        return Reply(show=_looked(request, row, source))
    columns = read_kept(source.mapping)
    assert columns is not None
    reading, faults = checked(request.store, source, sheet_of(row), columns)
    if faults:
        raise Problem(faulty(faults))
    taken, file = take_file(request.store, source, reading, by=request.actor.id, name=row.name or "")
    request.store.metrics.loads.forget(row)
    request.store.audit("did", "loaded", record_id=source.id)
    known = Button(
        Phrase("Whom nobody knows: {count}", count=taken.fates["unmatched"]), unmatched.bind(source=source.id)
    )
    return Reply(
        show=Card(
            Plural("Done. {n} figure was taken.", "Done. {n} figures were taken.", n=taken.figures),
            *summary(request.store, source, taken, reading, reader=request.actor.id),
            *((known,) if taken.unmatched else ()),
            back_button(file),
            Note(
                Phrase(
                    "A corrected file under the same source corrects these figures; what was stays on record."
                )
            ),
        )
    )


def take_file(
    store: Store, source: DataSource, reading: Reading, *, by: str, name: str
) -> tuple[Taken, LoadedFile]:
    """Take the figures of a file, which can be taken back. Raises Faulty."""
    file = store.metrics.loaded.begin(source, by=by, name=name)
    taken = take(store, source, reading.arrivals, file=file.id)
    store.change(file, figures=taken.figures)
    return taken, file


@feature.button(allow=sender, once=True)
def drop_file(request: Request, load: str) -> Reply:
    """Drop a file of figures."""
    request.store.metrics.loads.forget(_sent(request, load))
    return Reply(show=Card(Phrase("Dropped. Nothing was changed.")))
