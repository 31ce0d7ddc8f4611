"""Tables of figures that somebody sent: kept until they are applied or dropped, and not for long."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlmodel import col

from storage.metrics.tables import DataLoad
from storage.sheets import Sheet

if TYPE_CHECKING:
    from storage.store import Store

KEPT = timedelta(days=1)
"""For which a table waits to be applied."""


class Loads:
    """`store.metrics.loads`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep(self, sheet: Sheet, *, by: str, name: str) -> DataLoad:
        """Keep a table that somebody sent."""
        kept = {"header": sheet.header, "rows": sheet.rows, "first": sheet.first_row, "exact": sheet.exact}
        return self._store.add(DataLoad, by_id=by, name=name, sheet=kept, made_at=self._store.now)

    def get(self, load_id: str) -> DataLoad | None:
        """A table that waits to be applied."""
        return self._store.one(DataLoad, col(DataLoad.id) == load_id)

    def aim(self, load: DataLoad, source_id: str) -> None:
        """Say from which source a table is."""
        self._store.change(load, source_id=source_id)

    def forget(self, load: DataLoad) -> None:
        """It was applied or dropped: nothing of it is kept."""
        self._store.remove(DataLoad, col(DataLoad.id) == load.id)

    def tidy(self) -> int:
        """Forget what nobody applied; returns how many."""
        return self._store.remove(DataLoad, col(DataLoad.made_at) < self._store.now - KEPT)


def sheet_of(load: DataLoad) -> Sheet:
    """The table of a load."""
    rows = tuple(tuple(row) for row in load.sheet["rows"])
    return Sheet(tuple(load.sheet["header"]), rows, load.sheet["first"], load.sheet["exact"])
