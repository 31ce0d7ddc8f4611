"""Tables of figures, from the terminal: loaded from a file and taken back, or asked of another database."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from bot.importing import ENGLISH, read_table
from bot.sources import every, source_named
from bot.terminal import DRY_RUN, Complaint
from handlers import FEATURES
from handlers.goals.data.arriving import foresee
from handlers.goals.data.loading import checked, permit, summary, take_file
from handlers.goals.data.mapping import Mapping, read_kept, read_mapping
from handlers.goals.data.pulled import WHY
from handlers.goals.data.refusing import Faulty
from handlers.goals.data.taking_back import TAKE_BACK, counted, taken_back, told
from handlers.kit.cards import Card, Section
from handlers.kit.dispatch import Core
from handlers.kit.problems import Problem
from handlers.kit.tables import faulty
from handlers.kit.text import Phrase, Verbatim
from storage.database import Database
from storage.metrics import DataSource, LoadedFile
from storage.metrics.pulling import PullProblem, pull
from storage.sheets import Sheet
from storage.store import Store

console = Console(highlight=False, emoji=False)

LISTED = 20
"""Files that are printed."""

# Files ---------------------------------------------------------------------------------------------------------------


def load(database: Database, name: str, file: Path, *, mapping: Path | None, dry_run: bool) -> None:
    """Load figures from a file, or say what that would do. Raises Complaint naming row, column and value."""
    sheet = read_table(file)
    columns = _columns(mapping) if mapping else None

    work = partial(_loaded, name=name, file=file.name, sheet=sheet, columns=columns, dry_run=dry_run)
    console.print(escape(ENGLISH.plain(database.write_now(work))), soft_wrap=True)
    console.print(
        DRY_RUN if dry_run else f"Loaded. To take it back: upbeat source files {name}", soft_wrap=True
    )


def _loaded(
    store: Store, *, name: str, file: str, sheet: Sheet, columns: Mapping | None, dry_run: bool
) -> Card:
    source = source_named(store, name)
    before = read_kept(source.mapping)
    columns = columns.after(before) if columns else None
    read_by = columns or before
    if read_by is None:
        raise Complaint(f"Nobody has said yet what the columns of {name} are: --mapping FILE.")
    if columns and not dry_run:
        _keep_mapping(store, source, columns)
    reading, faults = checked(store, source, sheet, read_by)
    if faults:
        raise Complaint(ENGLISH.say(faulty(faults)))
    if dry_run:
        taken = foresee(store, source, reading.arrivals)
    else:
        taken, _ = take_file(store, source, reading, by="", name=file)
    parts = summary(store, source, taken, reading, reader="", limit=1_000)
    return Card(Phrase("What it changes:"), *(parts or (Section(Phrase("nothing: it has no figures")),)))


def print_files(database: Database, name: str) -> None:
    """Print the last files that were loaded into a source. Raises Complaint."""

    def work(store: Store) -> list[str]:
        files = store.metrics.loaded.of(source_named(store, name), limit=LISTED)
        return [_file_line(store, file) for file in files]

    for line in database.write_now(work) or [f"No file was loaded into {name} yet."]:
        console.print(escape(line), soft_wrap=True)


def _file_line(store: Store, file: LoadedFile) -> str:
    who = store.directory.named(file.by_id) if file.by_id else "the terminal"
    gone = f", taken back {file.taken_back_at:%Y-%m-%d %H:%M} UTC" if file.taken_back_at else ""
    when = f"{file.made_at:%Y-%m-%d %H:%M} UTC"
    return f"{file.id}  {file.name}: {when}, by {who}, figures: {file.figures}{gone}"


def take_back(database: Database, name: str, file_id: str) -> None:
    """Take back all that a file brought; whom it belongs to hears what moves back. Raises Complaint."""
    core = Core(database, FEATURES)

    def work(store: Store) -> Card:
        source = source_named(store, name)
        file = store.metrics.loaded.get(file_id)
        if file is None or file.source_id != source.id:
            raise Complaint(f"{name} has no file {file_id!r}. upbeat source files {name} names them.")
        made, waiting, moved = taken_back(store, source, file, by=None)
        for tell in told(store, source, moved):
            core.queue(store, TAKE_BACK, tell)
        return Card(Phrase("Taken back: {file}", file=Verbatim(file.name)), *counted(made, waiting, moved))

    try:
        card = database.write_now(work)
    except Problem as problem:
        raise Complaint(ENGLISH.say(problem.words)) from None
    console.print(escape(ENGLISH.plain(card)), soft_wrap=True)


def _keep_mapping(store: Store, source: DataSource, columns: Mapping) -> None:
    """Who is at the terminal is an administrator: what they map may pass by its name."""
    permit(store, source, columns, admin=True)
    store.change(source, mapping=columns.kept())
    store.audit("changed", "data_source", record_id=source.id)


# Queries -------------------------------------------------------------------------------------------------------------


def ask(
    database: Database,
    name: str,
    *,
    address: Path,
    query: Path,
    mapping: Path | None,
    every_hours: int,
    dry_run: bool,
) -> None:
    """Read a source from another database every so often, after trying it now. Raises Complaint."""
    where, words = _read(address).strip(), _read(query).strip().rstrip(";")
    columns = _columns(mapping) if mapping else None
    if not words:
        raise Complaint(f"{query} is empty: write the SELECT into it that gives the figures.")
    try:
        sheet = pull(where, words)
    except PullProblem as problem:
        raise Complaint(ENGLISH.say(WHY[problem.code])) from None
    card = database.write_now(
        partial(_loaded, name=name, file="", sheet=sheet, columns=columns, dry_run=True)
    )
    console.print(escape(ENGLISH.plain(card)), soft_wrap=True)
    if dry_run:
        console.print(DRY_RUN)
        return

    def work(store: Store) -> None:
        source = source_named(store, name)
        if columns:
            _keep_mapping(store, source, columns.after(read_kept(source.mapping)))
        store.metrics.queries.keep(source, address=where, query=words, every_hours=every_hours)
        store.audit("changed", "data_source", record_id=source.id)

    database.write_now(work)
    console.print(f"{name} is read now, and then {every(every_hours)}, while Upbeat runs.")


def stop_asking(database: Database, name: str) -> None:
    """Read a source from no database any more. Raises Complaint."""
    stopped = database.write_now(lambda store: store.metrics.queries.stop(source_named(store, name)))
    if not stopped:
        raise Complaint(f"{name} is read from no database.")
    console.print(f"{name} is read from no database any more; address and query are gone.")


def _read(file: Path) -> str:
    """The words of a file; - is what comes in."""
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
    except OSError as error:
        raise Complaint(f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Complaint(f"{file} is not written in UTF-8. Save it as UTF-8.") from None


def _columns(file: Path) -> Mapping:
    try:
        return read_mapping(_read(file))
    except Faulty as faulty_mapping:
        faults = [
            f"{fault.place}: {fault.words}" if fault.place else fault.words for fault in faulty_mapping.faults
        ]
        raise Complaint("\n".join(["The mapping is not right:", *faults])) from None
