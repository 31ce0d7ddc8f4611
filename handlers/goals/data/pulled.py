"""Rows that were asked of another database: taken as figures, or whoever looks after the source hears what is wrong."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.goals.data.arriving import Taken, take
from handlers.goals.data.following import CARD
from handlers.goals.data.mapping import read_kept
from handlers.goals.data.moving import who_set_up
from handlers.goals.data.refusing import wrongs
from handlers.goals.data.rows import faults_of, read_figures
from handlers.kit.cards import Card, Note, Section
from handlers.kit.requests import Tell
from handlers.kit.tables import Fault, faulty
from handlers.kit.text import Phrase, Text, Verbatim
from storage.metrics import DataQuery, DataSource
from storage.sheets import Sheet
from storage.store import Store

WHY = {
    "address": Phrase("The address is not that of a PostgreSQL or SQLite database."),
    "driver": Phrase("Upbeat is installed without its part for PostgreSQL."),
    "unreachable": Phrase("The database does not answer, or does not let us in."),
    "refused": Phrase(
        "The database refuses the query. It may only read, in one statement: try it there first."
    ),
    "too-long": Phrase("The query takes longer than 30 seconds."),
    "too-many-rows": Phrase("The query gives more than 50,000 rows."),
    "columns": Phrase("The query gives columns without a name, or two of the same name."),
}
"""What is wrong with a query, in words."""


class NoMapping(Exception):
    """Nobody has said what the columns are."""


def taken(store: Store, source: DataSource, sheet: Sheet) -> tuple[Taken, Sequence[Fault]]:
    """Take the rows, all of them or, with faults, none."""
    mapping = read_kept(source.mapping)
    if mapping is None:
        raise NoMapping
    reading = read_figures(sheet, mapping)
    faults = reading.faults or faults_of(reading, wrongs(store, source, reading.arrivals))
    return (Taken(), faults) if faults else (take(store, source, reading.arrivals), ())


def keep(store: Store, query: DataQuery, sheet: Sheet) -> tuple[Tell, ...]:
    """Take what a query gave; who looks after the source is told when it cannot be."""
    source = store.metrics.source_by_id(query.source_id)
    if source is None or source.removed_at is not None:
        return ()
    _, faults = taken(store, source, sheet)
    store.metrics.queries.note(query, "file" if faults else "")
    return _told(store, source, faulty(faults)) if faults else ()


def failed(store: Store, query: DataQuery, code: str) -> tuple[Tell, ...]:
    """A query gave nothing: who looks after its source is told, once a day."""
    source = store.metrics.source_by_id(query.source_id)
    store.metrics.queries.note(query, code)
    return _told(store, source, WHY[code]) if source else ()


def _told(store: Store, source: DataSource, why: Text) -> tuple[Tell, ...]:
    card = Card(
        Phrase("{source} could not be read", source=Verbatim(source.name)),
        Section(why),
        Note(Phrase("It is tried again when it is due. You hear this at most once a day.")),
    )
    topic = f"{CARD}.pull:{source.id}:{store.now.date()}"
    return tuple(Tell(card, to=each.id, topic=f"{topic}:{each.id}") for each in who_set_up(store, source))
