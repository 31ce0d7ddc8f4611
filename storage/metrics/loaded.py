"""Files of figures that were applied, and how one is taken back: each figure becomes again what it was before it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlmodel import col

from storage.metrics.arrivals import Changed
from storage.metrics.keeping import EDITIONS, TABLES, Point, changed_at
from storage.metrics.tables import OTHERS, DataSource, LoadedFile
from storage.rows import new

if TYPE_CHECKING:
    from storage.store import Store

_OF_AN_EDITION = ("id", "current", "edition", "received_at")


@dataclass
class TakenBack:
    """What became of the figures of a file: `restored` to what they were, `gone` where there was nothing before, `left`
    because other data says the same or another thing since; and where something is different now."""

    restored: int = 0
    gone: int = 0
    left: int = 0
    changed: set[Changed] = field(default_factory=set)


class Loaded:
    """`store.metrics.loaded`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(self, source: DataSource, *, by: str, name: str) -> LoadedFile:
        """Keep that a file is applied now; the figures that it brings name it."""
        return self._store.add(LoadedFile, source_id=source.id, by_id=by, name=name, made_at=self._store.now)

    def get(self, file_id: str) -> LoadedFile | None:
        """A file that was applied."""
        return self._store.one(LoadedFile, col(LoadedFile.id) == file_id)

    def of(self, source: DataSource, *, limit: int) -> list[LoadedFile]:
        """The files of a source, newest first."""
        order = (col(LoadedFile.made_at).desc(), col(LoadedFile.id).desc())
        return self._store.all(LoadedFile, col(LoadedFile.source_id) == source.id, order=order, limit=limit)

    def counts(self) -> dict[str, int]:
        """How many files were applied, by the id of their source."""
        counted = select(col(LoadedFile.source_id), func.count()).group_by(col(LoadedFile.source_id))
        return {source: int(number) for source, number in self._store.execute(counted)}

    # Taking one back -------------------------------------------------------------------------------------------------

    def take_back(self, file: LoadedFile) -> TakenBack:
        """Make each figure that a file brought what it was before, by an edition more. What was superseded since stays.
        Raises Conflict."""
        self._store.change(file, taken_back_at=self._store.now)
        gone = (col(LoadedFile.source_id) == file.source_id, col(LoadedFile.taken_back_at).is_not(None))
        back = _Back(file, {row.id for row in self._store.all(LoadedFile, *gone)})
        for editions in self._editions(file):
            back.take(editions)
        for table in TABLES:
            for (file_id, also), rows in back.kept.items():
                mine = [row for row in rows if type(row) is table]
                self._store.change_all(mine, file_id=file_id, also=list(also) or None)
            self._store.change_all([row for row in back.ended if type(row) is table], current=False)
            again = (_again(row, edition, self._store.now) for row, edition in back.restored)
            self._store.insert_all([row for row in again if type(row) is table])
        return back.made

    def _editions(self, file: LoadedFile) -> Iterable[list[Point]]:
        """All editions of each figure that a file brought, the oldest first."""
        brought = (self._store._rows(table, (col(table.file_id) == file.id,)) for table in TABLES)
        keys = sorted({row.key for rows in brought for row in rows})
        found: dict[str, list[Point]] = defaultdict(list)
        for table in TABLES:
            statement = EDITIONS[table][self._store.dialect]
            for row in self._store.rows(table, statement, source=file.source_id, among=keys):
                found[row.key].append(row)
        return (sorted(rows, key=lambda row: row.edition) for rows in found.values())


@dataclass
class _Back:
    """What is to be written to take a file back: editions that end, what is restored as which edition, and what stays,
    as of the files that say the same. `undone` are all files that were taken back."""

    file: LoadedFile
    undone: set[str]
    made: TakenBack = field(default_factory=TakenBack)
    ended: list[Point] = field(default_factory=list)
    restored: list[tuple[Point, int]] = field(default_factory=list)
    kept: dict[tuple[str | None, tuple[str, ...]], list[Point]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def take(self, editions: Sequence[Point]) -> None:
        """Take back one figure, by all its editions."""
        now = next((row for row in editions if row.current), None)
        if now is None or now.file_id != self.file.id:
            self.made.left += now is not None
            return
        if stands := [each for each in now.also or () if each not in self.undone]:
            others = (None, ()) if stands[0] == OTHERS else (stands[0], tuple(stands[1:]))
            self.kept[others].append(now)
            self.made.left += 1
            return
        self.ended.append(now)
        self.made.changed.add(changed_at(now))
        before = self._before(editions)
        if before is None:
            self.made.gone += 1
            return
        self.restored.append((before, editions[-1].edition + 1))
        self.made.changed.add(changed_at(before))
        self.made.restored += 1

    def _before(self, editions: Sequence[Point]) -> Point | None:
        """What a figure was before the file: the newest edition that stands; nothing where its value was erased."""
        first = next(row.edition for row in editions if row.file_id == self.file.id)
        older = [row for row in editions if row.edition < first and row.file_id not in self.undone]
        return older[-1] if older and older[-1].value is not None else None


def _again(row: Point, edition: int, now: datetime) -> Point:
    """The same figure, as a new edition."""
    table = type(row)
    names = (column.name for column in table.__table__.columns if column.name not in _OF_AN_EDITION)  # type: ignore[union-attr]
    kept = {name: getattr(row, name) for name in names}
    return new(table, {**kept, "edition": edition, "received_at": now})
