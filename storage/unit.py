"""One unit of work: what the twins are written in. Leaving it commits, raising undoes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel, col

from storage.filters import readable
from storage.ids import new_id
from storage.memory import Memory, View
from storage.people import Directory
from storage.policy import Right, on_behalf_of, opened_by_glass
from storage.prepared import Prepared, run_raw
from storage.rows import made, new, parts
from storage.shapes import Question
from storage.tables import AuditRow, PersonalRow, Setting

if TYPE_CHECKING:
    from sqlalchemy.sql.base import Executable

T = TypeVar("T", bound=SQLModel)
P = TypeVar("P", bound=PersonalRow)

_UNSET: Any = object()
"""What an administrator has not set."""


class Conflict(Exception):
    """Somebody else changed the row since it was read."""


class Unit:
    """Everything that a unit of work may do with the database. It has no commit: that is not a feature's to decide."""

    def __init__(self, connection: Connection, view: View, now: datetime) -> None:
        self._connection = connection
        self._view = view
        self._directory: Directory | None = None
        self._audits: list[dict[str, Any]] = []
        self._opened: set[tuple[str, ...]] = set()
        self._settings: dict[str, Any] = {}
        self.now = now
        self.actor_id: str | None = None
        self.behalf_id: str | None = None
        """For whom the actor stands in, in all that this unit does from then on."""
        self.touched: set[str] = set()
        """Ids of people whose home screen shows something else now."""
        self.changed_people = False
        self.forgets = False
        """Something was erased: no copy of it is to stay behind in the database's own log."""

    # What the twins are written in -------------------------------------------------------------------------------

    @property
    def directory(self) -> Directory:
        """Who is who, as of this transaction's first look, or of its own last change."""
        if self._directory is None or self.changed_people:
            self._directory = self._view.at(self._connection)
        return self._directory

    @property
    def memory(self) -> Memory:
        """What this process knows, for `storage/` alone."""
        return self._view.memory

    @property
    def connection(self) -> Connection:
        """The connection of this unit, for twins and for `storage/` alone."""
        return self._connection

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._connection.dialect.name

    def insert(self, row: T) -> T:
        """Add a row now. A PersonalRow is audited."""
        self.insert_values(type(row), row.__dict__)
        if isinstance(row, PersonalRow):
            self.audit("created", row.kind, record_id=row.id, subject_id=row.subject_id)
        return row

    def insert_all(self, rows: Sequence[T]) -> None:
        """Add rows of one table now, by one statement. A PersonalRow is audited."""
        if not rows:
            return
        _insert_of(type(rows[0])).run_many(self._connection, [row.__dict__ for row in rows])
        for row in rows:
            if isinstance(row, PersonalRow):
                self.audit("created", row.kind, record_id=row.id, subject_id=row.subject_id)

    def add(self, table: type[T], **values: Any) -> T:
        """Add a row of these values now, in a tenth of its constructor's time. A PersonalRow is audited."""
        return self.insert(new(table, values))

    def insert_values(self, table: type[SQLModel], values: Mapping[str, Any]) -> None:
        """Add a row of plain values: for rows that are written on every interaction and not looked at again."""
        _insert_of(table).run(self._connection, values)

    def one(self, table: type[T], *conditions: Any) -> T | None:
        """The first row of an organisational table that meets the conditions, or None."""
        found = self._select(table, conditions, limit=1)
        return found[0] if found else None

    def all(self, table: type[T], *conditions: Any, order: Any = None, limit: int | None = None) -> list[T]:
        """The rows of an organisational table that meet the conditions. Personal tables are refused: use `read`."""
        return self._select(table, conditions, order=order, limit=limit)

    def rows(self, table: type[T], prepared: Prepared, **values: Any) -> list[T]:
        """The rows that a prepared statement of all the columns of a table gives, for `storage/` alone."""
        names = table.__table__.c.keys()  # type: ignore[attr-defined]
        return [made(table, dict(zip(names, row, strict=True))) for row in self.run(prepared, **values)]

    def read(
        self, table: type[P], *conditions: Any, reader: str, order: Any = None, limit: int | None = None
    ) -> list[P]:
        """The personal rows that `reader` may see. Rows about others are noted as opened by the reader."""
        found = self._rows(table, (self.readable(table, reader), *conditions), order=order, limit=limit)
        for row in found:
            self._note_opened(reader, row)
        return found

    def readable(self, table: type[PersonalRow], reader: str) -> Any:
        """The SQL condition under which `reader` may read rows of a personal table, for a query of it."""
        return readable(table, reader, self.now, self.directory, self.dialect)

    def own(
        self, table: type[P], *conditions: Any, subject: str, order: Any = None, limit: int | None = None
    ) -> list[P]:
        """Rows about one person for the machine's own rules (is it done already?), never for showing to others."""
        return self._rows(table, (col(table.subject_id) == subject, *conditions), order=order, limit=limit)

    def change(self, row: SQLModel, **values: Any) -> None:
        """Write new values of a row, and set them on it. With a `version` column it is compare-and-set: raises Conflict
        when somebody else was quicker."""
        table = type(row).__table__  # type: ignore[attr-defined]
        if "version" in table.c:
            values = {**values, "version": row.version + 1}  # type: ignore[attr-defined]
        there = {f"is_{name}": row.__dict__[name] for name in _known_by(table)}
        if not self.run(
            _update_of(table, tuple(values)), **there, **{f"to_{n}": i for n, i in values.items()}
        ):
            raise Conflict(table.name)
        row.__dict__.update(values)
        if isinstance(row, PersonalRow):
            self.audit("changed", row.kind, record_id=row.id, subject_id=row.subject_id)

    def change_all(self, rows: Sequence[T], **values: Any) -> None:
        """Write the same new values of rows of one table, which has no versions, and set them on them. Raises Conflict
        when one of them is there no more."""
        for some in parts(rows):
            table = type(some[0]).__table__  # type: ignore[attr-defined]
            if "version" in table.c:
                raise TypeError(f"{table.name} is changed row by row")
            these = table.c.id.in_([row.id for row in some])  # type: ignore[attr-defined]
            if self._connection.execute(update(table).where(these).values(**values)).rowcount != len(some):
                raise Conflict(table.name)
        for row in rows:
            row.__dict__.update(values)
            if isinstance(row, PersonalRow):
                self.audit("changed", row.kind, record_id=row.id, subject_id=row.subject_id)

    def remove(self, table: type[SQLModel], *conditions: Any) -> int:
        """Delete rows of an organisational table; returns how many. Personal rows are erased, not deleted."""
        if issubclass(table, PersonalRow | AuditRow):
            raise TypeError(f"{table.__name__} is not deleted")
        return self._connection.execute(delete(table).where(*conditions)).rowcount

    def count(self, table: type[SQLModel], *conditions: Any) -> int:
        """How many rows meet the conditions."""
        return int(
            self._connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()
        )

    def run(self, prepared: Prepared, **values: Any) -> list[Any]:
        """Execute a prepared statement."""
        return prepared.run(self._connection, values)

    def execute(self, statement: Executable) -> Any:
        """Execute a Core statement, for `storage/` alone."""
        return self._connection.execute(statement)

    def audit(
        self,
        act: str,
        what: str,
        *,
        record_id: str = "",
        subject_id: str | None = None,
        behalf_id: str | None = None,
    ) -> None:
        """Note who did what, and for whom if they stood in for somebody. Never holds words."""
        self._audits.append(
            {
                "id": new_id(),
                "at": self.now,
                "actor_id": self.actor_id,
                "act": act,
                "what": what,
                "record_id": record_id,
                "subject_id": subject_id,
                "behalf_id": behalf_id or self.behalf_id,
            }
        )

    def touch(self, *person_ids: str | None) -> None:
        """Say that these people's home screens changed."""
        self.touched.update(person_id for person_id in person_ids if person_id)

    def people_changed(self) -> int:
        """Take the next revision of the people, for rows that change who is who."""
        self.changed_people = True
        return self._view.change(self._connection)

    def hold_people(self) -> None:
        """Nobody else changes who is who until this unit ends: what is decided by it now still holds when it is
        written."""
        self._view.hold(self._connection)
        self._directory = None

    def attempt(self, work: Callable[[], object]) -> Exception | None:
        """Run `work` in a savepoint; what it raises is returned, after all that it did was undone. A wait on a lock is
        nobody's fault and passes through: the whole unit is tried again."""
        try:
            with self.nested():
                work()
        except OperationalError:
            raise
        except Exception as error:
            return error
        return None

    @contextmanager
    def nested(self) -> Iterator[None]:
        """A part of the unit that is undone on its own when it raises."""
        audits, opened, touched = list(self._audits), set(self._opened), set(self.touched)
        run_raw(self._connection, "SAVEPOINT part")
        try:
            yield
        except BaseException:
            run_raw(self._connection, "ROLLBACK TO SAVEPOINT part")
            self._audits, self._opened, self.touched = audits, opened, touched
            self.undone()
            raise
        finally:
            run_raw(self._connection, "RELEASE SAVEPOINT part")

    def finish(self) -> list[dict[str, Any]]:
        """Called once, before the commit; returns what was noted along the way, for whoever commits to write."""
        if self.changed_people:
            self._view.change(self._connection)  # the next unit of this transaction looks again
        return self._audits

    def undone(self) -> None:
        """The unit was rolled back: who is who is read anew."""
        self._view.undone()
        self._directory = None
        self._settings.clear()

    # Settings of the organisation --------------------------------------------------------------------------------

    def setting(self, name: str, default: Any = None) -> Any:
        """A value that an administrator set, or the default."""
        if name not in self._settings:
            found = self.run(_SETTING, name=name)
            self._settings[name] = found[0][0] if found else _UNSET
        value = self._settings[name]
        return default if value is _UNSET else value

    def set_setting(self, name: str, value: Any) -> None:
        """Set a value of the organisation; of several processes that do so at once, the last one's stands."""
        self.run(_SET[self.dialect], name=name, value=value)
        self._settings.pop(name, None)

    # Inside --------------------------------------------------------------------------------------------------------

    def _select(
        self, table: type[T], conditions: Sequence[Any], *, order: Any = None, limit: int | None = None
    ) -> list[T]:
        if issubclass(table, PersonalRow):
            raise TypeError(f"{table.__name__} holds personal rows: read them with reader=")
        return self._rows(table, conditions, order=order, limit=limit)

    def _rows(
        self, table: type[T], conditions: Sequence[Any], *, order: Any = None, limit: int | None = None
    ) -> list[T]:
        by = order if isinstance(order, tuple) else () if order is None else (order,)
        question = Question(table.__table__, tuple(conditions), by, limit)  # type: ignore[attr-defined]
        names = question.table.c.keys()
        return [made(table, dict(zip(names, row, strict=True))) for row in question.rows(self._connection)]

    def _note_opened(self, reader: str, row: PersonalRow) -> None:
        if reader in (row.subject_id, row.author_id):
            return
        behalf = on_behalf_of(self.directory, reader, Right.READ, row, self.now)
        glass = opened_by_glass(self.directory, reader, row, self.now)
        mark = (reader, row.kind, row.subject_id, behalf or "", glass.id if glass else "")
        if mark not in self._opened:
            self._opened.add(mark)
            self.audit("opened", row.kind, record_id=mark[-1], subject_id=row.subject_id, behalf_id=behalf)


@cache
def _insert_of(table: type[SQLModel]) -> Prepared:
    return Prepared(table.__table__.insert())  # type: ignore[attr-defined]


def _known_by(table: Any) -> list[str]:
    """The columns by which a row is found again as it was read."""
    return [*table.primary_key.columns.keys(), *(["version"] if "version" in table.c else [])]


@cache
def _update_of(table: Any, names: tuple[str, ...]) -> Prepared:
    here = (table.c[name] == bindparam(f"is_{name}") for name in _known_by(table))
    values = {name: bindparam(f"to_{name}", type_=table.c[name].type) for name in names}
    return Prepared(update(table).where(*here).values(values).returning(*table.primary_key.columns))


_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_SET = {
    name: Prepared(made.on_conflict_do_update(index_elements=["name"], set_={"value": made.excluded.value}))
    for name, insert in _INSERT.items()
    for made in (insert(Setting.__table__),)  # type: ignore[attr-defined]
}
_SETTING = Prepared(select(col(Setting.value)).where(col(Setting.name) == bindparam("name")))
