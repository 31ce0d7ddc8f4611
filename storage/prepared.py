"""The few statements that repeat on every interaction are compiled once and handed to the driver as they are."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, Dialect, Insert
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.expression import ClauseElement, Executable, Select
from sqlalchemy.types import TypeEngine


def run_raw(connection: Connection, sql: str) -> None:
    """Execute a statement without values."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(sql)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _ours(error, connection, sql) from None
    finally:
        cursor.close()


READ_ONLY = "25006"
"""What PostgreSQL calls it."""


def takes_nothing(error: BaseException) -> bool:
    """Whether a server takes no changes: a standby, as a primary is after a fail-over, or one that was set so because
    its disk is full. A connection to it is as good as none; the next one may lead to the one that writes."""
    return getattr(error, "sqlstate", None) == READ_ONLY


def _ours(error: Exception, connection: Connection, sql: str) -> Exception:
    """A driver's error as SQLAlchemy would raise it, and never with the values."""
    dialect = connection.dialect
    gone = takes_nothing(error) or dialect.is_disconnect(
        error,  # type: ignore[arg-type]
        connection.connection.dbapi_connection,
        None,
    )
    if gone:
        # What stood idle is gone as well, as SQLAlchemy has it: who tries again must not find it.
        connection.engine.pool._invalidate(connection.connection, error, _checkin=False)
        connection.invalidate(error)
    kind = dialect.loaded_dbapi.Error
    return DBAPIError.instance(
        sql, None, error, kind, hide_parameters=True, connection_invalidated=gone, dialect=dialect
    )


STREAMED = 20
"""Rows from which on streaming them is quicker: its beginning and end are three more messages."""


def _stream(cursor: Any, sql: str, rows: Iterable[Sequence[Any]]) -> None:
    with cursor.copy(sql) as copy:
        for row in rows:
            copy.write_row(row)


class Prepared:
    """A Core statement whose bound parameters are all named by `bindparam` or by `values`.

    Executing through SQLAlchemy costs some 60 microseconds a statement; this costs some 8. Column types are honoured
    both ways (sealed columns are sealed, moments are checked). `lists`: how many values each list in it has."""

    def __init__(
        self, statement: ClauseElement, lists: Mapping[BindParameter[Any], int] | None = None
    ) -> None:
        self._statement = statement
        self._lists = lists or {}
        self._ready: dict[tuple[str, str], _Ready] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """Execute, and return the rows (none for what returns none)."""
        ready = self._for(connection.dialect)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(ready.sql, ready.bind(values))
            return ready.rows(cursor)
        except connection.dialect.loaded_dbapi.Error as error:
            raise _ours(error, connection, ready.sql) from None
        finally:
            cursor.close()

    def run_many(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute once for each of the rows; PostgreSQL is given many new rows as one stream."""
        if len(rows) == 1:
            self.run(connection, rows[0])
            return
        ready = self._for(connection.dialect)
        cursor = connection.connection.cursor()
        try:
            if ready.stream and len(rows) >= STREAMED:
                _stream(cursor, ready.stream, ready.bind_all(rows))
            else:
                cursor.executemany(ready.sql, ready.shaped(ready.bind_all(rows)))
        except connection.dialect.loaded_dbapi.Error as error:
            raise _ours(error, connection, ready.sql) from None
        finally:
            cursor.close()

    def names_of(
        self, values: Sequence[BindParameter[Any]], dialect: Dialect
    ) -> tuple[tuple[str, ...], ...] | None:
        """What `run` calls values that stand in the statement, each value of a list by itself; None if one of them is
        no parameter for the driver."""
        ready = self._for(dialect)
        names = tuple(ready.names.get(each, ()) for each in values)
        return names if all(names) and not ready.literal else None

    def _for(self, dialect: Dialect) -> "_Ready":
        # Two threads may both compile the first time; the result is the same.
        key = dialect.name, dialect.driver
        ready = self._ready.get(key)
        if ready is None:
            ready = self._ready[key] = _Ready(self._statement, dialect, self._lists)
        return ready


class _Ready:
    """One statement, compiled for one driver."""

    def __init__(
        self, statement: ClauseElement, dialect: Dialect, lists: Mapping[BindParameter[Any], int]
    ) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        found: Mapping[BindParameter[Any], str] = compiled.bind_names
        unsaid = {name: None for name, each in compiled.binds.items() if each.required}
        full = compiled.construct_expanded_state(
            {**unsaid, **{found[each]: [None] * many for each, many in lists.items()}}
        )
        self.sql: str = full.statement
        self._positional = bool(compiled.positional)
        self._names: list[str] = list(full.positiontup if self._positional else full.parameters)
        grown: Mapping[str, list[str]] = full.parameter_expansion
        self.names = {each: tuple(grown.get(name, (name,))) for each, name in found.items()}
        self.literal = bool(compiled.literal_execute_params)
        """Whether a value of it stands in its words."""
        self._wanted = [(name, full.parameters[name]) for name in self._names]
        types = {
            each: bind.type for name, bind in compiled.binds.items() for each in grown.get(name, (name,))
        }
        self._to_driver = _converters(_processor(types[name], dialect) for name in self._names)
        self.stream = _copying(statement, self._names, dialect) if not self._positional else ""
        """How PostgreSQL is given many rows at once; "" for what is not a plain insert, and for other databases."""
        self._from_driver = _converters(_result_processors(statement, dialect))

    def bind(self, values: Mapping[str, Any]) -> Any:
        get = values.get
        made = [get(name, constant) for name, constant in self._wanted]
        for at, convert in self._to_driver:
            made[at] = convert(made[at])
        return made if self._positional else dict(zip(self._names, made, strict=True))

    def bind_all(self, rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
        """The values of many rows in the order of `_names`: column by column, which takes half the time."""
        columns: list[Any] = [
            [values.get(name, constant) for values in rows] for name, constant in self._wanted
        ]
        for at, convert in self._to_driver:
            columns[at] = list(map(convert, columns[at]))
        return list(zip(*columns, strict=True))

    def shaped(self, rows: list[tuple[Any, ...]]) -> list[Any]:
        """Bound values as the driver's statement has them: by place, or by name."""
        return rows if self._positional else [dict(zip(self._names, row, strict=True)) for row in rows]

    def rows(self, cursor: DBAPICursor) -> list[Any]:
        if cursor.description is None:
            return []
        found: Any = cursor.fetchall()
        return [self._converted(row) for row in found] if self._from_driver else found

    def _converted(self, row: Sequence[Any]) -> list[Any]:
        made: list[Any] = list(row)
        for at, convert in self._from_driver:
            made[at] = convert(made[at])
        return made


def _converters(of_each: Iterable[Any]) -> list[tuple[int, Any]]:
    """The positions at which something is to be converted, and how."""
    return [(at, convert) for at, convert in enumerate(of_each) if convert]


def _copying(statement: Any, names: Sequence[str], dialect: Dialect) -> str:
    """The statement that streams rows into a table: of an insert that says nothing but their values."""
    plain = (
        isinstance(statement, Insert)
        and not statement._returning
        and set(names) == set(statement.table.c.keys())
    )
    if (
        dialect.name != "postgresql"
        or not plain
        or getattr(statement, "_post_values_clause", None) is not None
    ):
        return ""
    quote = dialect.identifier_preparer.quote
    return f"COPY {quote(statement.table.name)} ({', '.join(map(quote, names))}) FROM STDIN"


def _processor(kind: TypeEngine[Any], dialect: Dialect) -> Any:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _result_processors(statement: Any, dialect: Dialect) -> list[Any]:
    if isinstance(statement, Select):
        columns: Any = statement.selected_columns
    elif isinstance(statement, Executable):
        columns = getattr(statement, "_returning", ())
    return [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
